//! What a laboratory says, as rows: names, values, dates, and which records are lab results at all.
//!
//! Uses: `date_precision`

use pericard_protocol::display_text;
use pericard_protocol::fhir::datatypes::{CodeableConcept, Coding, Quantity};
use pericard_protocol::fhir::diagnostic_report::DiagnosticReport;
use pericard_protocol::fhir::instant::PartialDate;
use pericard_protocol::fhir::measured::{Measured, ReferenceRange, Value};
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::observation::Observation;
use pericard_protocol::fhir::reference::Reference;
use pericard_protocol::fhir::result_status::ResultStatus;

use crate::features::date_precision::DatePrecision;
use crate::sync::Reader;

use super::model::{
    LabCode, LabComparator, LabFlag, LabInterpretation, LabMeasurement, LabQuantity, LabRange,
    LabStatus, LabValue,
};
use super::table::{Dated, ReportRow, ResultRow};

const LOINC: &str = "http://loinc.org";
const UCUM: &str = "http://unitsofmeasure.org";

/// Whether records of these categories are a laboratory's. One without any is: a laboratory's were asked for.
pub(super) fn is_lab(categories: &[CodeableConcept]) -> bool {
    let is = |concept: &CodeableConcept| {
        let codes = concept.coding.iter().filter_map(|it| it.code.as_deref());
        codes.chain(concept.text.as_deref()).any(is_lab_code)
    };
    categories.is_empty() || categories.iter().any(is)
}

/// Codes of `observation-category`, of HL7 v2 table 0074 and of LOINC.
fn is_lab_code(code: &str) -> bool {
    const CODES: &[&str] = &[
        "LABORATORY",
        "LAB",
        "BG",
        "BLB",
        "CG",
        "CH",
        "CP",
        "GE",
        "HM",
        "IMM",
        "MB",
        "MCB",
        "MYC",
        "PAR",
        "SP",
        "SR",
        "TX",
        "VR",
        "26436-6",
    ];
    CODES
        .iter()
        .any(|known| code.trim().eq_ignore_ascii_case(known))
}

/// The row of a report; nothing where it is not to be shown.
pub(super) fn report(
    reader: Reader<'_>,
    record: &DiagnosticReport,
    names: &Names,
) -> Option<ReportRow> {
    if record.status.is_withdrawn() || !is_lab(&record.categories) {
        return None;
    }
    let base = &reader.owner.base;
    let issued = record.issued.map(|at| at.as_millisecond());
    let updated = record.last_updated.map_or(0, |at| at.as_millisecond());
    let laboratory = record.performers.iter().find_map(|who| {
        let name = record.name_of(who).or_else(|| names.get(&who.key(base)?))?;
        Some(display_text::line(name)).filter(|name| !name.is_empty())
    });
    let key = |reference: &Reference| match reference.reference.as_deref()?.strip_prefix('#') {
        Some(id) => Some(contained_key(&record.id, id)),
        None => reference.key(base),
    };
    let mut links: Vec<String> = record
        .results
        .iter()
        .map(|it| key(it).unwrap_or_default())
        .collect();
    for result in &record.contained_results {
        let key = contained_key(&record.id, result.id.trim_start_matches('#'));
        if !links.contains(&key) {
            links.push(key);
        }
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Some(ReportRow {
        remote: record.id.clone(),
        name: name_of(&record.code),
        laboratory: laboratory.unwrap_or_default(),
        status: status(record.status),
        dated: dated(record.effective.as_ref(), issued.unwrap_or(updated)),
        conclusion: text(&record.conclusion),
        narrative: text(&record.narrative),
        links,
        beyond: u32::try_from(record.more_results).unwrap_or(u32::MAX),
    })
}

/// A contained result has no id of its own at the portal.
fn contained_key(report: &str, id: &str) -> String {
    format!("Observation/{report}#{id}")
}

/// The rows of the results that a report contains.
pub(super) fn contained(reader: Reader<'_>, record: &DiagnosticReport) -> Vec<ResultRow> {
    let results = record.contained_results.iter();
    let rows = results.filter_map(|result| {
        let mut row = self::result(reader, result)?;
        row.remote = format!("{}#{}", record.id, result.id.trim_start_matches('#'));
        if result.effective.is_none() && result.issued.is_none() {
            row.dated = dated(
                record.effective.as_ref(),
                record.issued.map_or(0, |at| at.as_millisecond()),
            );
        }
        Some(row)
    });
    rows.collect()
}

/// The row of a result; nothing where it is not to be shown.
pub(super) fn result(reader: Reader<'_>, record: &Observation) -> Option<ResultRow> {
    if record.status.is_withdrawn() || !is_lab(&record.categories) {
        return None;
    }
    let issued = record
        .issued
        .or(record.last_updated)
        .map_or(0, |at| at.as_millisecond());
    let own = format!("Observation/{}", record.id);
    let members = record
        .members
        .iter()
        .filter_map(|it| it.key(&reader.owner.base));
    // One that measures something stands for itself, whatever else it holds together.
    let members = members.filter(|key| *key != own && record.measured.value == Value::None);
    Some(ResultRow {
        remote: record.id.clone(),
        measured: measured(&record.measured),
        components: record.components.iter().map(measured).collect(),
        status: status(record.status),
        dated: dated(record.effective.as_ref(), issued),
        comments: record.notes.clone(),
        links: members.collect(),
    })
}

fn measured(said: &Measured) -> LabMeasurement {
    LabMeasurement {
        name: name_of(&said.code),
        code: code(&said.code),
        value: value(&said.value),
        absent: said.absent.clone().map(named).unwrap_or_default(),
        interpretations: said.interpretations.iter().map(interpretation).collect(),
        ranges: said.ranges.iter().map(range).collect(),
    }
}

/// In words, else the code itself.
fn name_of(concept: &CodeableConcept) -> String {
    let name = shown(concept.clone());
    match name.is_empty() {
        true => code(concept).map(|code| code.code).unwrap_or_default(),
        false => name,
    }
}

fn shown(concept: CodeableConcept) -> String {
    concept
        .shown()
        .map(|text| display_text::line(&text))
        .unwrap_or_default()
}

fn named(concept: CodeableConcept) -> String {
    concept
        .named()
        .map(|text| display_text::line(&text))
        .unwrap_or_default()
}

fn code(concept: &CodeableConcept) -> Option<LabCode> {
    let has_code = |coding: &&Coding| {
        coding
            .code
            .as_deref()
            .is_some_and(|code| !code.trim().is_empty())
    };
    let coded = || concept.coding.iter().filter(has_code);
    let loinc = coded().find(|coding| coding.system.as_deref() == Some(LOINC));
    let coding = loinc.or_else(|| coded().next())?;
    Some(LabCode {
        system: coding
            .system
            .as_deref()
            .map(display_text::line)
            .unwrap_or_default(),
        code: display_text::line(coding.code.as_deref()?),
    })
}

fn value(said: &Value) -> LabValue {
    let optional = |said: &Option<Quantity>| said.as_ref().map(quantity);
    let text = |text: &str| match display_text::body(text).trim() {
        "" => LabValue::Nothing,
        text => LabValue::Text {
            text: text.to_owned(),
        },
    };
    match said {
        Value::None => LabValue::Nothing,
        Value::Quantity(said) => LabValue::Quantity {
            quantity: quantity(said),
        },
        Value::Concept(concept) => text(&named(concept.clone())),
        Value::Text(said) | Value::Time(said) | Value::Date(said) => text(said),
        Value::Boolean(value) => LabValue::Boolean { value: *value },
        Value::Integer(value) => LabValue::Integer { value: *value },
        Value::Range { low, high } => LabValue::Range {
            low: optional(low),
            high: optional(high),
        },
        Value::Ratio {
            numerator,
            denominator,
        } => LabValue::Ratio {
            numerator: optional(numerator),
            denominator: optional(denominator),
        },
        Value::Period { start, end } => {
            let [start, end] = [start, end].map(|end| end.as_deref().unwrap_or_default().trim());
            match start.is_empty() && end.is_empty() {
                true => LabValue::Nothing,
                false => text(&format!("{start} – {end}")),
            }
        }
        Value::Unsupported => LabValue::Unsupported,
    }
}

fn quantity(said: &Quantity) -> LabQuantity {
    let line = |text: &Option<String>| text.as_deref().map(display_text::line).unwrap_or_default();
    let number = said
        .value
        .as_deref()
        .and_then(|value| value.parse::<f64>().ok());
    let is_ucum = said.system.as_deref().is_none_or(|system| system == UCUM);
    let (unit, code) = (line(&said.unit), line(&said.code));
    LabQuantity {
        comparator: match said.comparator.as_deref().map(str::trim) {
            None | Some("") => LabComparator::Equal,
            Some("<") => LabComparator::Less,
            Some("<=") => LabComparator::LessOrEqual,
            Some(">=") => LabComparator::GreaterOrEqual,
            Some(">") => LabComparator::Greater,
            Some(_) => LabComparator::Other,
        },
        value: said.value.clone().unwrap_or_default(),
        // Zero has no sign, and what is no number any more is none.
        number: number
            .filter(|number| number.is_finite())
            .map(|number| number + 0.0),
        unit: if unit.is_empty() { code.clone() } else { unit },
        ucum: if is_ucum { code } else { String::new() },
    }
}

fn interpretation(said: &CodeableConcept) -> LabInterpretation {
    let mut codes = said.coding.iter().filter_map(|it| it.code.as_deref());
    let flag = |code: &str| match code.trim().to_ascii_uppercase().as_str() {
        "N" => Some(LabFlag::Normal),
        "A" => Some(LabFlag::Abnormal),
        "AA" => Some(LabFlag::CriticallyAbnormal),
        "H" => Some(LabFlag::High),
        "HH" | "HU" => Some(LabFlag::CriticallyHigh),
        "L" => Some(LabFlag::Low),
        "LL" | "LU" => Some(LabFlag::CriticallyLow),
        "POS" | "DET" => Some(LabFlag::Positive),
        "NEG" | "ND" => Some(LabFlag::Negative),
        "S" => Some(LabFlag::Susceptible),
        "I" => Some(LabFlag::Intermediate),
        "R" => Some(LabFlag::Resistant),
        _ => None,
    };
    LabInterpretation {
        flag: codes.find_map(flag).unwrap_or(LabFlag::Other),
        text: named(said.clone()),
    }
}

fn range(said: &ReferenceRange) -> LabRange {
    let line = |text: &str| display_text::line(text);
    let mut whom: Vec<String> = said.applies_to.iter().cloned().map(named).collect();
    if let Some(age) = &said.age {
        let years = |end: &Option<Quantity>| {
            let end = end.as_ref().map(quantity);
            end.map(|end| format!("{} {}", end.value, end.unit))
                .unwrap_or_default()
        };
        whom.push(format!("{} – {}", years(&age.low), years(&age.high)));
    }
    whom.extend(said.kind.clone().map(named));
    whom.retain(|part| !part.is_empty());
    LabRange {
        low: said.low.as_ref().map(quantity),
        high: said.high.as_ref().map(quantity),
        text: said.text.as_deref().map(line).unwrap_or_default(),
        applies_to: whom.join(", "),
    }
}

fn status(status: ResultStatus) -> LabStatus {
    match status {
        ResultStatus::Registered => LabStatus::Registered,
        ResultStatus::Preliminary => LabStatus::Preliminary,
        ResultStatus::Final => LabStatus::Final,
        ResultStatus::Amended | ResultStatus::Corrected | ResultStatus::Appended => {
            LabStatus::Corrected
        }
        ResultStatus::Cancelled | ResultStatus::EnteredInError | ResultStatus::Unknown => {
            LabStatus::Unknown
        }
    }
}

/// When it was true, else `otherwise`.
fn dated(effective: Option<&PartialDate>, otherwise: i64) -> Dated {
    let (at, precision) = DatePrecision::columns(effective, otherwise);
    Dated { at, precision }
}
