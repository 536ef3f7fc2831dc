//! A copy of the lab results for the person: to read, and as FHIR resources.
//!
//! Uses: `date_precision`

use std::fmt::Write;
use std::time::SystemTime;

use html_escape::encode_text;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::features::date_precision::DatePrecision;
use crate::features::{ExportPosition, Exported, Subject};
use crate::platform::error::{PericardError, Result};
use crate::storage::{IdKind, Partition};

use super::model::{
    LabComparator, LabFlag, LabInterpretation, LabMeasurement, LabQuantity, LabRange, LabReport,
    LabResult, LabStatus, LabValue,
};
use super::reading;

/// The report behind `after`, and where the next one is; nothing behind the last.
pub(super) fn report(
    partition: &Partition,
    subject: &Subject<'_>,
    after: ExportPosition,
) -> Result<Option<(Exported, ExportPosition)>> {
    partition.read(|c| {
        let ids = partition.ids();
        let (reports, next) = reading::reports(c, ids, after.row, 1)?;
        let Some(report) = reports.into_iter().next() else {
            return Ok(None);
        };
        let row = ids.decode(IdKind::LabReport, report.id.as_str());
        let row = row.ok_or(PericardError::internal("report"))?;
        let found = reading::one_report(c, ids, row)?;
        let (report, results, _) = found.ok_or(PericardError::internal("report"))?;
        let mut resources = Vec::with_capacity(results.len() + 1);
        let mut named = Vec::with_capacity(results.len());
        for (n, result) in results.iter().enumerate() {
            let row = ids.decode(IdKind::LabResult, result.id.as_str());
            let remote = reading::id_of_result(c, row.unwrap_or_default())?;
            let id = own_id(&remote.unwrap_or_default(), n);
            resources.push(observation(result, &id, subject));
            named.push(id);
        }
        // A day is no report of the laboratory's.
        if let Some(id) = reading::id_of_report(c, row)? {
            resources.push(diagnostic_report(&report, &id, &named, subject));
        }
        let exported = Exported {
            html: html(&report, &results),
            resources,
            shares_resources: true,
        };
        let next = ExportPosition {
            row: next.unwrap_or(i64::MIN),
            ..after
        };
        Ok(Some((exported, next)))
    })
}

/// The id of a result. One that its report contains has none at the portal: it is the n-th of that report.
fn own_id(remote: &str, n: usize) -> String {
    const LONGEST: usize = 64;
    match remote.split_once('#') {
        None => remote.to_owned(),
        Some((report, _)) => {
            let id = format!("{report}.{n}");
            id[id.len().saturating_sub(LONGEST)..].to_owned()
        }
    }
}

fn html(report: &LabReport, results: &[LabResult]) -> String {
    let mut html = String::new();
    let day = date(report.at, report.precision);
    let name = encode_text(&report.name);
    let _ = writeln!(
        html,
        "<section><h2 dir=\"auto\">{name} <time>{day}</time>{}</h2>",
        mark(report.status)
    );
    for result in results {
        let _ = write!(
            html,
            "<article><p class=\"text\" dir=\"auto\"><b>{}</b> {}{}</p>",
            encode_text(&result.measured.name),
            encode_text(&words(&result.measured.value)),
            mark(result.status),
        );
        how_to_read(&mut html, &result.measured);
        for part in &result.components {
            let _ = write!(
                html,
                "<p class=\"text\" dir=\"auto\">{}: {}</p>",
                encode_text(&part.name),
                encode_text(&words(&part.value)),
            );
            how_to_read(&mut html, part);
        }
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
    html
}

/// What the laboratory says of a value, and what is usual.
fn how_to_read(html: &mut String, measured: &LabMeasurement) {
    let said = measured
        .interpretations
        .iter()
        .map(|it| match it.text.is_empty() {
            true => flag_code(it.flag).unwrap_or_default().to_owned(),
            false => it.text.clone(),
        });
    let lines = said.chain(measured.ranges.iter().map(range));
    for line in std::iter::once(measured.absent.clone()).chain(lines) {
        if !line.is_empty() {
            let _ = write!(
                html,
                "<p class=\"head\" dir=\"auto\">{}</p>",
                encode_text(&line)
            );
        }
    }
}

/// A range in words, as given.
fn range(range: &LabRange) -> String {
    let ends = match (&range.low, &range.high) {
        (Some(low), Some(high)) => format!("{} – {}", amount(low), amount(high)),
        (Some(low), None) => format!("≥ {}", amount(low)),
        (None, Some(high)) => format!("≤ {}", amount(high)),
        (None, None) => String::new(),
    };
    let parts = [&ends, &range.text, &range.applies_to];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// As much of a date as is known, at most the day.
fn date(at: SystemTime, precision: DatePrecision) -> String {
    let format = match precision {
        DatePrecision::Year => "%Y",
        DatePrecision::Month => "%Y-%m",
        DatePrecision::Day | DatePrecision::LocalTime | DatePrecision::Instant => "%Y-%m-%d",
    };
    formatted(at, format)
}

fn formatted(at: SystemTime, format: &str) -> String {
    let at = Timestamp::try_from(at).unwrap_or_default();
    at.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

/// A `dateTime` (FHIR R4 §2.24.0.1).
fn date_time(at: SystemTime, precision: DatePrecision) -> String {
    match precision {
        DatePrecision::Instant => formatted(at, "%Y-%m-%dT%H:%M:%SZ"),
        less => date(at, less),
    }
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
fn observation(result: &LabResult, id: &str, subject: &Subject<'_>) -> Value {
    let measured = &result.measured;
    let mut resource = json!({
        "resourceType": "Observation",
        "id": id,
        "status": status(result.status),
        "category": [{ "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory" }] }],
        "code": { "text": measured.name },
        "subject": { "reference": format!("Patient/{}", subject.patient) },
    });
    put_measured(&mut resource, measured);
    if !result.components.is_empty() {
        let components = result.components.iter().map(|part| {
            let mut component = json!({ "code": { "text": part.name } });
            put_measured(&mut component, part);
            component
        });
        resource["component"] = Value::Array(components.collect());
    }
    if !result.comments.is_empty() {
        let notes = result.comments.iter().map(|text| json!({ "text": text }));
        resource["note"] = Value::Array(notes.collect());
    }
    resource["effectiveDateTime"] = json!(date_time(result.at, result.precision));
    resource
}

/// The code, the value and how to read it, of an Observation or of one of its components.
fn put_measured(resource: &mut Value, measured: &LabMeasurement) {
    if let Some(code) = &measured.code {
        resource["code"]["coding"] = json!([{ "system": code.system, "code": code.code }]);
    }
    match &measured.value {
        LabValue::Nothing | LabValue::Unsupported => {}
        LabValue::Quantity { quantity } if quantity.number.is_some() => {
            resource["valueQuantity"] = simple_quantity(quantity);
            if let Some(sign) =
                sign(quantity.comparator).filter(|_| quantity.comparator != LabComparator::Other)
            {
                resource["valueQuantity"]["comparator"] = json!(sign);
            }
        }
        LabValue::Boolean { value } => resource["valueBoolean"] = json!(value),
        LabValue::Integer { value } => resource["valueInteger"] = json!(value),
        value => resource["valueString"] = json!(words(value)),
    }
    if !measured.absent.is_empty() {
        resource["dataAbsentReason"] = json!({ "text": measured.absent });
    }
    if !measured.interpretations.is_empty() {
        resource["interpretation"] = measured.interpretations.iter().map(concept).collect();
    }
    if !measured.ranges.is_empty() {
        resource["referenceRange"] = measured.ranges.iter().map(reference_range).collect();
    }
}

fn concept(said: &LabInterpretation) -> Value {
    let mut concept = json!({});
    if let Some(code) = flag_code(said.flag) {
        concept["coding"] = json!([{
            "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": code }]);
    }
    if !said.text.is_empty() {
        concept["text"] = json!(said.text);
    }
    concept
}

fn flag_code(flag: LabFlag) -> Option<&'static str> {
    Some(match flag {
        LabFlag::Normal => "N",
        LabFlag::Abnormal => "A",
        LabFlag::CriticallyAbnormal => "AA",
        LabFlag::High => "H",
        LabFlag::CriticallyHigh => "HH",
        LabFlag::Low => "L",
        LabFlag::CriticallyLow => "LL",
        LabFlag::Positive => "POS",
        LabFlag::Negative => "NEG",
        LabFlag::Susceptible => "S",
        LabFlag::Intermediate => "I",
        LabFlag::Resistant => "R",
        LabFlag::Other => return None,
    })
}

fn reference_range(range: &LabRange) -> Value {
    let mut written = json!({});
    for (name, end) in [("low", &range.low), ("high", &range.high)] {
        if let Some(end) = end {
            written[name] = simple_quantity(end);
        }
    }
    if !range.text.is_empty() {
        written["text"] = json!(range.text);
    }
    if !range.applies_to.is_empty() {
        written["appliesTo"] = json!([{ "text": range.applies_to }]);
    }
    written
}

/// An amount; one that is no number is its words.
fn simple_quantity(quantity: &LabQuantity) -> Value {
    let mut written = json!({ "unit": quantity.unit });
    if quantity.number.is_some() {
        written["value"] = serde_json::from_str(&quantity.value).unwrap_or_default();
    }
    if !quantity.ucum.is_empty() {
        written["system"] = json!("http://unitsofmeasure.org");
        written["code"] = json!(quantity.ucum);
    }
    written
}

/// A DiagnosticReport (FHIR R4) with what is here of it, and the ids of its results.
fn diagnostic_report(
    report: &LabReport,
    id: &str,
    results: &[String],
    subject: &Subject<'_>,
) -> Value {
    let mut resource = json!({
        "resourceType": "DiagnosticReport",
        "id": id,
        "status": status(report.status),
        "category": [{ "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "LAB" }] }],
        "code": { "text": report.name },
        "subject": { "reference": format!("Patient/{}", subject.patient) },
        "effectiveDateTime": date_time(report.at, report.precision),
    });
    // FHIR has no empty arrays (R4 §2.6.1).
    if !results.is_empty() {
        let named = results.iter();
        let named = named.map(|id| json!({ "reference": format!("Observation/{id}") }));
        resource["result"] = Value::Array(named.collect());
    }
    if !report.laboratory.is_empty() {
        resource["performer"] = json!([{ "display": report.laboratory }]);
    }
    if !report.conclusion.is_empty() {
        resource["conclusion"] = json!(report.conclusion);
    }
    if !report.narrative.is_empty() {
        let text = encode_text(&report.narrative);
        let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><pre>{text}</pre></div>");
        resource["text"] = json!({ "status": "additional", "div": div });
    }
    resource
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
