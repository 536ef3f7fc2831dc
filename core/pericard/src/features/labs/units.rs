//! Whether two units compare, and what an amount is in another one: by UCUM (<https://ucum.org/ucum>), and no further.
//!
//! UCUM counts a mole as a number, so that `mmol/L` and `10*9/L` convert by its rules, and HbA1c in `%` and `mmol/mol`
//! too, which measure differently. Amounts of substance, equivalents, osmoles, arbitrary units and what stands in braces
//! therefore compare with their like alone.

/// The amount in another unit; nothing where the two do not compare.
pub(super) fn convert(value: f64, from: &str, to: &str) -> Option<f64> {
    if from == to {
        return Some(value);
    }
    if from.is_empty() || to.is_empty() || kinds(from) != kinds(to) {
        return None;
    }
    let value = octofhir_ucum::convert(value, from, to).ok()?;
    value.is_finite().then_some(value)
}

/// What UCUM does not tell apart.
fn kinds(unit: &str) -> Vec<&str> {
    let special = ["mol", "eq", "osm"];
    let mut kinds: Vec<&str> = special.into_iter().filter(|it| unit.contains(it)).collect();
    for (open, close) in [('{', '}'), ('[', ']')] {
        let parts = unit.split(open).skip(1);
        kinds.extend(parts.filter_map(|part| Some(part.split_once(close)?.0)));
    }
    kinds.sort_unstable();
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_compares_is_converted() {
        let near =
            |value: Option<f64>, wanted: f64| value.is_some_and(|v| (v - wanted).abs() < 1e-9);
        assert!(near(convert(1.2, "mg/dL", "mg/L"), 12.0));
        assert!(near(convert(88.0, "umol/L", "mmol/L"), 0.088));
        assert!(near(convert(140.0, "g/L", "g/dL"), 14.0));
    }

    #[test]
    fn what_does_not_compare_is_never_converted() {
        for (from, to) in [
            ("mg/dL", "umol/L"),
            ("mmol/L", "10*9/L"),
            ("%", "mmol/mol"),
            ("mmol/L", "meq/L"),
            ("[iU]/L", "U/L"),
            ("{score}", "%"),
            ("mg/dL", ""),
            ("no unit", "mg/dL"),
        ] {
            assert_eq!(convert(1.0, from, to), None, "{from} {to}");
        }
    }
}
