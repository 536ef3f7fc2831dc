//! How one analyte developed: points whose units compare, in the unit of the newest of them.

use super::model::{LabPoint, LabQuantity, LabResult, LabSeries, LabTrend, LabValue};
use super::units::convert;

/// Makes series of results of one analyte, which are oldest first.
pub(super) fn trend(results: Vec<LabResult>) -> LabTrend {
    let name = results.last().map(|result| result.measured.name.clone());
    // Of each series: the unit as shown, and the one by which it is compared.
    let mut series: Vec<(String, LabSeries)> = Vec::new();
    for result in results.iter().rev() {
        let Some((number, unit, quantity)) = amount(result) else {
            continue;
        };
        let fits = |(into, _): &(String, LabSeries)| convert(number, &unit, into).is_some();
        let at = series.iter().position(fits).unwrap_or_else(|| {
            let begun = LabSeries {
                unit: quantity.map(|it| it.unit.clone()).unwrap_or_default(),
                points: Vec::new(),
            };
            series.push((unit.clone(), begun));
            series.len() - 1
        });
        let (into, series) = &mut series[at];
        if let Some(value) = convert(number, &unit, into) {
            let [low, high] = usual(result, into);
            series.points.push(LabPoint {
                result: result.id.clone(),
                at: result.at,
                precision: result.precision,
                value,
                comparator: quantity.map_or(super::model::LabComparator::Equal, |it| it.comparator),
                converted: unit != *into,
                status: result.status,
                low,
                high,
            });
        }
    }
    let mut series: Vec<LabSeries> = series.into_iter().map(|(_, series)| series).collect();
    series.iter_mut().for_each(|series| series.points.reverse());
    LabTrend {
        name: name.unwrap_or_default(),
        series,
    }
}

/// The number of a result and its unit; words are no number, whatever they look like.
fn amount(result: &LabResult) -> Option<(f64, String, Option<&LabQuantity>)> {
    match &result.measured.value {
        LabValue::Quantity { quantity } => Some((quantity.number?, unit(quantity), Some(quantity))),
        #[allow(clippy::cast_precision_loss)]
        LabValue::Integer { value } => Some((*value as f64, String::new(), None)),
        _ => None,
    }
}

/// The unit by which an amount compares: in UCUM, else as it is written, which compares with itself alone.
fn unit(quantity: &LabQuantity) -> String {
    match quantity.ucum.is_empty() {
        true if quantity.unit.is_empty() => String::new(),
        true => format!("{{{}}}", quantity.unit),
        false => quantity.ucum.clone(),
    }
}

/// What is usual in a unit. Of several ranges one cannot tell which is the person's; one that is upside down says nothing.
fn usual(result: &LabResult, into: &str) -> [Option<f64>; 2] {
    let [range] = &result.measured.ranges[..] else {
        return [None, None];
    };
    let end = |end: &Option<LabQuantity>| {
        let end = end.as_ref()?;
        convert(end.number?, &unit(end), into)
    };
    match (end(&range.low), end(&range.high)) {
        (Some(low), Some(high)) if low > high => [None, None],
        (low, high) => [low, high],
    }
}
