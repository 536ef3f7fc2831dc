//! Figures over rounds: medians, ratios and how far they can be trusted.

use std::collections::BTreeMap;

use serde_json::Value;

/// The figures of one program by name, one value per round.
#[derive(Debug, Default)]
pub(crate) struct Series(BTreeMap<String, Vec<f64>>);

/// How two things compare over the rounds of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ratio {
    /// The median of the rounds' ratios.
    pub(crate) value: f64,
    /// Half the distance between the quartiles of the rounds' ratios.
    pub(crate) noise: f64,
}

impl Series {
    /// Adds the rounds that a program printed, each a line with a JSON object; other lines are not its figures.
    pub(crate) fn read(&mut self, output: &str) -> Result<(), String> {
        let mut read = false;
        for line in output.lines() {
            let Ok(Value::Object(round)) = serde_json::from_str(line) else {
                continue;
            };
            for (name, value) in round {
                let value = value
                    .as_f64()
                    .ok_or_else(|| format!("{name} is no number"))?;
                self.0.entry(name).or_default().push(value);
            }
            read = true;
        }
        if read {
            Ok(())
        } else {
            Err(format!("no figures in what was printed:\n{output}"))
        }
    }

    /// Every round's value.
    pub(crate) fn get(&self, name: &str) -> Result<&[f64], String> {
        self.0
            .get(name)
            .map(Vec::as_slice)
            .ok_or_else(|| format!("the programs measured no {name}"))
    }

    /// The median over the rounds.
    pub(crate) fn median(&self, name: &str) -> Result<f64, String> {
        Ok(quantile(self.get(name)?, 0.5))
    }

    /// The largest value of any round.
    pub(crate) fn most(&self, name: &str) -> Result<f64, String> {
        Ok(self.get(name)?.iter().copied().fold(0.0, f64::max))
    }
}

/// Round by round, since a machine's speed changes from one to the next.
pub(crate) fn ratio(ours: &[f64], peer: &[f64]) -> Result<Ratio, String> {
    if ours.len() != peer.len() || ours.is_empty() || peer.contains(&0.0) {
        return Err(format!("{} rounds beside {}", ours.len(), peer.len()));
    }
    let ratios: Vec<f64> = ours.iter().zip(peer).map(|(a, b)| a / b).collect();
    Ok(Ratio {
        value: quantile(&ratios, 0.5),
        noise: (quantile(&ratios, 0.75) - quantile(&ratios, 0.25)) / 2.0,
    })
}

fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * (sorted.len().saturating_sub(1)) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    let at = |place: usize| sorted.get(place).copied().unwrap_or_default();
    at(below) + (at(above) - at(below)) * place.fract()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn rounds_are_read_from_between_other_lines() {
        let mut series = Series::default();
        series
            .read("Building…\n{\"a_us\":3,\"n\":1}\n\n{\"a_us\":1.0,\"n\":2}\n")
            .unwrap();
        series.read("{\"a_us\":2}").unwrap();
        assert_eq!(series.median("a_us"), Ok(2.0));
        assert_eq!(series.most("n"), Ok(2.0));
        assert!(series.median("b").is_err());
        assert!(series.read("Segmentation fault").is_err());
        assert!(series.read("{\"a_us\":\"fast\"}").is_err());
    }

    #[test]
    fn a_ratio_is_taken_round_by_round() {
        // The machine was three times slower in the last round, for both.
        let compared = ratio(&[2.0, 2.2, 6.0], &[1.0, 1.0, 3.0]).unwrap();
        assert!((compared.value - 2.0).abs() < 1e-9);
        assert!((compared.noise - 0.05).abs() < 1e-9);
        assert!(ratio(&[1.0], &[]).is_err());
        assert!(ratio(&[1.0], &[0.0]).is_err());
    }

    #[test]
    fn quantiles_lie_between_values() {
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), 2.5);
        assert_eq!(quantile(&[5.0], 0.75), 5.0);
    }
}
