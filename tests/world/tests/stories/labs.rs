//! The verbs and expectations of lab results.

use std::sync::Arc;

use pericard::{
    LabComparator, LabFlag, LabQuantity, LabReport, LabReportResults, LabResult, LabStatus,
    LabValue, Labs, PericardError,
};

use crate::context::{Context, Halt, PAGE, broken};
use crate::documents::yes_or_no;
use crate::expectations::same;
use crate::keys::Keys;

fn labs(context: &Context) -> Result<Arc<Labs>, Halt> {
    let account = context.account()?;
    let person = account.people().into_iter().find(|person| person.is_self);
    Ok(account.labs(person.ok_or(PericardError::NotFound)?.id)?)
}

async fn all(context: &Context) -> Result<Vec<LabReport>, Halt> {
    let labs = labs(context)?;
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = labs.reports(after, PAGE).await?;
        all.extend(page.reports);
        after = page.after;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// The report that a step is about: the n-th of the list.
async fn listed(context: &Context, keys: &mut Keys<'_>) -> Result<LabReport, Halt> {
    let number = keys.number("report")?;
    let found = all(context).await?.into_iter().nth(number as usize);
    found.ok_or_else(|| broken(format!("there is no report {number}")))
}

async fn opened(context: &Context, keys: &mut Keys<'_>) -> Result<LabReportResults, Halt> {
    let report = listed(context, keys).await?;
    Ok(labs(context)?.report(report.id).await?)
}

async fn result(context: &Context, keys: &mut Keys<'_>) -> Result<LabResult, Halt> {
    let number = keys.number("result")?;
    let results = opened(context, keys).await?.results;
    let found = results.into_iter().nth(number as usize);
    found.ok_or_else(|| broken(format!("there is no result {number}")))
}

pub(crate) async fn read_report(context: &Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let report = listed(context, keys).await?;
    Ok(labs(context)?.mark_read(report.id).await?)
}

pub(crate) async fn expect(
    context: &Context,
    thing: &str,
    keys: &mut Keys<'_>,
) -> Result<(), Halt> {
    match thing {
        "lab_reports" => {
            let found = all(context).await?;
            same("reports", keys.number("count")?, found.len() as u64)?;
            let unread = found.iter().filter(|report| report.unread).count() as u64;
            number(keys, "unread", unread)
        }
        "lab_report" => {
            let report = listed(context, keys).await?;
            text(keys, "name", &report.name)?;
            text(keys, "status", status(report.status))?;
            text(keys, "narrative", &report.narrative)?;
            match yes_or_no(keys, "unread")? {
                Some(wanted) => same("unread", wanted, report.unread),
                None => Ok(()),
            }
        }
        "lab_results" => {
            let found = opened(context, keys).await?;
            same("results", keys.number("count")?, found.results.len() as u64)?;
            number(keys, "missing", u64::from(found.missing))
        }
        "lab_result" => {
            let found = result(context, keys).await?;
            let marks = &found.measured.interpretations;
            text(keys, "name", &found.measured.name)?;
            text(keys, "value", &value(&found.measured.value))?;
            text(keys, "status", status(found.status))?;
            text(keys, "flag", marks.first().map_or("", |it| flag(it.flag)))?;
            text(
                keys,
                "comment",
                found.comments.first().map_or("", String::as_str),
            )
        }
        "lab_trend" => {
            let result = result(context, keys).await?;
            let trend = labs(context)?.trend(result.id).await?;
            same("series", keys.number("series")?, trend.series.len() as u64)?;
            let (points, unit) = match trend.series.first() {
                Some(series) => (series.points.len() as u64, series.unit.as_str()),
                None => (0, ""),
            };
            number(keys, "points", points)?;
            text(keys, "unit", unit)
        }
        _ => {
            let state = labs(context)?.state().await?;
            let complete = state.incomplete.is_none() && state.complete_at.is_some();
            same("complete", keys.flag("complete")?, complete)?;
            number(keys, "held", state.held)?;
            number(keys, "unreadable", state.unreadable)
        }
    }
}

fn text(keys: &mut Keys<'_>, name: &str, found: &str) -> Result<(), Halt> {
    match keys.text_or_none(name)? {
        Some(wanted) => same(name, wanted.as_str(), found),
        None => Ok(()),
    }
}

fn number(keys: &mut Keys<'_>, name: &str, found: u64) -> Result<(), Halt> {
    match keys.number_or_none(name)? {
        Some(wanted) => same(name, wanted, found),
        None => Ok(()),
    }
}

/// A value as it is read; the schema says how.
fn value(value: &LabValue) -> String {
    let end = |end: &Option<LabQuantity>| end.as_ref().map(amount).unwrap_or_default();
    match value {
        LabValue::Nothing => String::new(),
        LabValue::Quantity { quantity } => amount(quantity),
        LabValue::Text { text } => text.clone(),
        LabValue::Boolean { value } => value.to_string(),
        LabValue::Integer { value } => value.to_string(),
        LabValue::Range { low, high } => format!("{} – {}", end(low), end(high)),
        LabValue::Ratio {
            numerator,
            denominator,
        } => format!("{} : {}", end(numerator), end(denominator)),
        LabValue::Unsupported => "unsupported".into(),
    }
}

fn amount(quantity: &LabQuantity) -> String {
    let sign = match quantity.comparator {
        LabComparator::Equal => "",
        LabComparator::Less => "<",
        LabComparator::LessOrEqual => "<=",
        LabComparator::GreaterOrEqual => ">=",
        LabComparator::Greater => ">",
        LabComparator::Other => "?",
    };
    let parts = [sign, &quantity.value, &quantity.unit];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

fn status(status: LabStatus) -> &'static str {
    match status {
        LabStatus::Registered => "registered",
        LabStatus::Preliminary => "preliminary",
        LabStatus::Final => "final",
        LabStatus::Corrected => "corrected",
        LabStatus::Unknown => "unknown",
    }
}

fn flag(flag: LabFlag) -> &'static str {
    match flag {
        LabFlag::Normal => "normal",
        LabFlag::Abnormal => "abnormal",
        LabFlag::CriticallyAbnormal => "critically_abnormal",
        LabFlag::High => "high",
        LabFlag::CriticallyHigh => "critically_high",
        LabFlag::Low => "low",
        LabFlag::CriticallyLow => "critically_low",
        LabFlag::Positive => "positive",
        LabFlag::Negative => "negative",
        LabFlag::Susceptible => "susceptible",
        LabFlag::Intermediate => "intermediate",
        LabFlag::Resistant => "resistant",
        LabFlag::Other => "other",
    }
}
