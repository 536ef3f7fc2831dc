//! A copy of the lab results for the person: to read, and as FHIR resources.
//!
//! Uses: `date_precision`

use std::fmt::Write;

use html_escape::encode_text;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::features::date_precision::DatePrecision;
use crate::features::{ExportPosition, Exported, Subject};
use crate::platform::error::{PericardError, Result};
use crate::storage::{IdKind, Partition};

use super::model::{LabComparator, LabQuantity, LabResult, LabStatus, LabValue};
use super::table;

/// The report behind `after`, and where the next one is; nothing behind the last.
pub(super) fn report(
    partition: &Partition,
    subject: &Subject<'_>,
    after: ExportPosition,
) -> Result<Option<(Exported, ExportPosition)>> {
    partition.read(|c| {
        let ids = partition.ids();
        let (reports, next) = table::reports(c, ids, after.row, 1)?;
        let Some(report) = reports.into_iter().next() else {
            return Ok(None);
        };
        let row = ids.decode(IdKind::LabReport, report.id.as_str());
        let row = row.ok_or(PericardError::internal("report"))?;
        let found = table::one_report(c, ids, row)?;
        let (report, results, _) = found.ok_or(PericardError::internal("report"))?;
        let mut html = String::new();
        let day = Timestamp::try_from(report.at).unwrap_or_default();
        let day = day.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d");
        let name = encode_text(&report.name);
        let _ = writeln!(
            html,
            "<section><h2 dir=\"auto\">{name} <time>{day}</time>{}</h2>",
            mark(report.status)
        );
        for result in &results {
            let _ = write!(
                html,
                "<article><p class=\"text\" dir=\"auto\"><b>{}</b> {}{}</p>",
                encode_text(&result.measured.name),
                encode_text(&words(&result.measured.value)),
                mark(result.status),
            );
            for comment in &result.comments {
                let _ = write!(
                    html,
                    "<p class=\"text\" dir=\"auto\">{}</p>",
                    encode_text(comment)
                );
            }
            html.push_str("</article>\n");
        }
        for text in [&report.conclusion, &report.narrative] {
            if !text.is_empty() {
                let _ = writeln!(
                    html,
                    "<p class=\"text\" dir=\"auto\">{}</p>",
                    encode_text(text)
                );
            }
        }
        html.push_str("</section>\n");
        let resources = results
            .iter()
            .map(|result| resource(result, subject))
            .collect();
        let next = ExportPosition {
            row: next.unwrap_or(i64::MIN),
            ..after
        };
        Ok(Some((Exported { html, resources }, next)))
    })
}

/// What a reader has to know of a result that is not simply final.
fn mark(status: LabStatus) -> &'static str {
    match status {
        LabStatus::Preliminary | LabStatus::Registered => " <i>preliminary</i>",
        LabStatus::Corrected => " <i>corrected</i>",
        LabStatus::Final | LabStatus::Unknown => "",
    }
}

fn amount(quantity: &LabQuantity) -> String {
    let sign = sign(quantity.comparator).unwrap_or_default();
    format!("{sign}{} {}", quantity.value, quantity.unit)
        .trim_end()
        .to_owned()
}

fn sign(comparator: LabComparator) -> Option<&'static str> {
    match comparator {
        LabComparator::Equal => None,
        LabComparator::Less => Some("<"),
        LabComparator::LessOrEqual => Some("<="),
        LabComparator::GreaterOrEqual => Some(">="),
        LabComparator::Greater => Some(">"),
        LabComparator::Other => Some("? "),
    }
}

fn words(value: &LabValue) -> String {
    let both = |low: &Option<LabQuantity>, sign: &str, high: &Option<LabQuantity>| {
        let end = |end: &Option<LabQuantity>| end.as_ref().map(amount).unwrap_or_default();
        format!("{}{sign}{}", end(low), end(high))
    };
    match value {
        LabValue::Nothing | LabValue::Unsupported => String::new(),
        LabValue::Quantity { quantity } => amount(quantity),
        LabValue::Text { text } => text.clone(),
        LabValue::Boolean { value } => value.to_string(),
        LabValue::Integer { value } => value.to_string(),
        LabValue::Range { low, high } => both(low, " – ", high),
        LabValue::Ratio {
            numerator,
            denominator,
        } => both(numerator, " : ", denominator),
    }
}

/// An Observation (FHIR R4) with what is here of it.
fn resource(result: &LabResult, subject: &Subject<'_>) -> Value {
    let measured = &result.measured;
    let status = match result.status {
        LabStatus::Registered => "registered",
        LabStatus::Preliminary => "preliminary",
        LabStatus::Final => "final",
        LabStatus::Corrected => "corrected",
        LabStatus::Unknown => "unknown",
    };
    let mut resource = json!({
        "resourceType": "Observation",
        "status": status,
        "category": [{ "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory" }] }],
        "code": { "text": measured.name },
        "subject": { "reference": format!("Patient/{}", subject.patient) },
    });
    if let Some(code) = &measured.code {
        resource["code"]["coding"] = json!([{ "system": code.system, "code": code.code }]);
    }
    match &measured.value {
        LabValue::Nothing | LabValue::Unsupported => {}
        LabValue::Quantity { quantity } if quantity.number.is_some() => {
            let number = serde_json::from_str::<Value>(&quantity.value).unwrap_or_default();
            resource["valueQuantity"] = json!({ "value": number, "unit": quantity.unit });
            if let Some(sign) =
                sign(quantity.comparator).filter(|_| quantity.comparator != LabComparator::Other)
            {
                resource["valueQuantity"]["comparator"] = json!(sign);
            }
            if !quantity.ucum.is_empty() {
                resource["valueQuantity"]["system"] = json!("http://unitsofmeasure.org");
                resource["valueQuantity"]["code"] = json!(quantity.ucum);
            }
        }
        LabValue::Boolean { value } => resource["valueBoolean"] = json!(value),
        LabValue::Integer { value } => resource["valueInteger"] = json!(value),
        value => resource["valueString"] = json!(words(value)),
    }
    if !result.comments.is_empty() {
        let notes = result.comments.iter().map(|text| json!({ "text": text }));
        resource["note"] = Value::Array(notes.collect());
    }
    let at = Timestamp::try_from(result.at).unwrap_or_default();
    let format = match result.precision {
        DatePrecision::Year => "%Y",
        DatePrecision::Month => "%Y-%m",
        DatePrecision::Day | DatePrecision::LocalTime => "%Y-%m-%d",
        DatePrecision::Instant => "%Y-%m-%dT%H:%M:%SZ",
    };
    resource["effectiveDateTime"] = json!(at.to_zoned(TimeZone::UTC).strftime(format).to_string());
    resource
}
