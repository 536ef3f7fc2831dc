//! What a laboratory reports together: `DiagnosticReport` (<https://hl7.org/fhir/R4/diagnosticreport.html>).
//!
//! Read as tolerantly as an [`Observation`]; results that are contained are read with it.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::communication::{Attachment, remarks};
use super::contained::Contained;
use super::datatypes::{
    self, CodeableConcept, Meta, Period, Reference, counted_references, references,
};
use super::instant::{PartialDate, parse_instant};
use super::mentions::mentions;
use super::observation::{Observation, effective};
use super::page::{Entry, Parse};
use super::result_status::ResultStatus;
use super::{FhirError, is_id};
use crate::limits::{CODINGS, RESULTS};
use crate::{bounded, display_text};

/// Files of one report that are read.
const FORMS: usize = 16;

/// A `DiagnosticReport`, reduced to what a laboratory says in it.
#[derive(Clone, PartialEq)]
pub struct DiagnosticReport {
    /// The logical id on this portal.
    pub id: String,
    /// `meta.versionId`.
    pub version_id: Option<String>,
    /// `meta.lastUpdated`, whole milliseconds.
    pub last_updated: Option<Timestamp>,
    /// `status`.
    pub status: ResultStatus,
    /// From which part of the house it is: the laboratory, imaging.
    pub categories: Vec<CodeableConcept>,
    /// What was ordered.
    pub code: CodeableConcept,
    /// Whom it is about.
    pub subject: Option<Reference>,
    /// When it was true of the person: mostly, when the sample was taken.
    pub effective: Option<PartialDate>,
    /// When the laboratory gave it out.
    pub issued: Option<Timestamp>,
    /// Who answers for it.
    pub performers: Vec<Reference>,
    /// Its results, in the order of the laboratory, the first [`RESULTS`] of them.
    pub results: Vec<Reference>,
    /// How many more it names.
    pub more_results: usize,
    /// Those of them that are contained.
    pub contained_results: Vec<Observation>,
    /// What it comes to: the conclusion, else its codes in words. Fit to be shown.
    pub conclusion: Option<String>,
    /// The narrative as plain text, fit to be shown.
    pub narrative: Option<String>,
    /// The report as files, the first [`FORMS`] of them.
    pub presented: Vec<Attachment>,
    /// Types and names of contained resources.
    pub contained: Contained,
    /// Everything that is named anywhere in the record. Only collected where there is no subject.
    pub mentions: Vec<Reference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw<'a> {
    #[serde(default, deserialize_with = "bounded::text")]
    resource_type: Option<String>,
    #[serde(default, deserialize_with = "bounded::token")]
    id: Option<String>,
    #[serde(default, deserialize_with = "bounded::object")]
    meta: Option<Meta>,
    #[serde(default, deserialize_with = "bounded::first_texts::<_, 1>")]
    status: Vec<String>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    category: Vec<CodeableConcept>,
    #[serde(default, deserialize_with = "bounded::object")]
    code: Option<CodeableConcept>,
    #[serde(default, deserialize_with = "datatypes::reference")]
    subject: Option<Reference>,
    #[serde(default, deserialize_with = "datatypes::date")]
    effective_date_time: Option<PartialDate>,
    #[serde(default, deserialize_with = "bounded::object")]
    effective_period: Option<Period>,
    #[serde(default, deserialize_with = "bounded::text")]
    issued: Option<String>,
    #[serde(default, deserialize_with = "references")]
    performer: Vec<Reference>,
    #[serde(default, deserialize_with = "counted_references::<_, RESULTS>")]
    result: (Vec<Reference>, usize),
    #[serde(default, deserialize_with = "bounded::text")]
    conclusion: Option<String>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    conclusion_code: Vec<CodeableConcept>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, FORMS>")]
    presented_form: Vec<Attachment>,
    #[serde(default)]
    contained: Contained,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
}

/// The same `contained` once more, resource by resource: [`Contained`] has bounded them.
#[derive(Deserialize)]
struct Inner<'a> {
    #[serde(borrow, default)]
    contained: Option<&'a RawValue>,
}

impl DiagnosticReport {
    fn of(json: &str) -> Result<Self, FhirError> {
        let raw: Raw<'_> = super::read_sound(json)?;
        if raw.resource_type.as_deref() != Some(Self::RESOURCE_TYPE) {
            return Err(FhirError::WrongResource);
        }
        let id = raw.id.filter(|id| is_id(id));
        let meta = raw.meta.unwrap_or_default();
        let mentions = match raw.subject {
            Some(_) => Vec::new(),
            None => mentions(json).ok_or(FhirError::Unreadable)?,
        };
        let contained_results = match raw.contained.is_empty() {
            true => Vec::new(),
            false => contained_results(json),
        };
        let codes = raw.conclusion_code.into_iter();
        let codes: Vec<String> = codes.filter_map(CodeableConcept::named).collect();
        let conclusion = raw.conclusion.or(Some(codes.join("\n")));
        let conclusion = conclusion.map(|text| display_text::body(&text).into_owned());
        Ok(Self {
            id: id.ok_or(FhirError::Invalid { field: "id" })?,
            version_id: meta.version_id,
            last_updated: meta.last_updated,
            status: ResultStatus::of(raw.status.first().map(String::as_str)),
            categories: raw.category,
            code: raw.code.unwrap_or_default(),
            subject: raw.subject,
            effective: effective(raw.effective_date_time, raw.effective_period),
            issued: raw.issued.and_then(|text| parse_instant(&text).ok()),
            performers: raw.performer,
            results: raw.result.0,
            more_results: raw.result.1,
            contained_results,
            conclusion: conclusion.filter(|text| !text.trim().is_empty()),
            narrative: remarks(None, raw.text).pop(),
            presented: raw
                .presented_form
                .into_iter()
                .filter(|it| it.url.is_some() || it.is_inline())
                .collect(),
            contained: raw.contained,
            mentions,
        })
    }

    /// The name of somebody whom this record refers to. As sent.
    pub fn name_of<'a>(&'a self, whom: &'a Reference) -> Option<&'a str> {
        self.contained.name_of(whom)
    }
}

/// The results among the contained resources. One that cannot be read costs itself.
fn contained_results(json: &str) -> Vec<Observation> {
    let inner = super::read_sound::<Inner<'_>>(json).ok();
    let list = inner.and_then(|inner| inner.contained);
    let list = list.and_then(|list| serde_json::from_str::<Vec<&RawValue>>(list.get()).ok());
    let resources = list.into_iter().flatten();
    resources
        .filter_map(|resource| Observation::contained(resource.get()).ok())
        .collect()
}

impl Parse for DiagnosticReport {
    const RESOURCE_TYPE: &'static str = "DiagnosticReport";

    fn of_entry(entry: &Entry<'_>) -> Result<Self, FhirError> {
        Self::of(entry.resource.get())
    }

    fn of_body(body: &[u8]) -> Result<Self, FhirError> {
        super::read_body(body, |text| {
            if !crate::limits::depth_is_fine(text.as_bytes()) {
                return Err(FhirError::TooDeep);
            }
            Self::of(text)
        })
    }

    fn last_updated(&self) -> Option<Timestamp> {
        self.last_updated
    }

    fn version_id(&self) -> Option<&str> {
        self.version_id.as_deref()
    }

    fn lists(&self) -> usize {
        let results = self.contained_results.iter();
        results.map(|result| 4 + result.lists()).sum::<usize>()
            + self.performers.len()
            + self.results.len()
            + self.presented.len()
            + self.mentions.len()
            + self.contained.len()
    }
}

impl std::fmt::Debug for DiagnosticReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DiagnosticReport(..)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::admission::Admissible;

    #[test]
    fn a_report_is_read_with_the_results_that_it_contains() {
        let report = DiagnosticReport::of_body(
            br##"{"resourceType":"DiagnosticReport","id":"r","status":"partial","code":{"text":"CBC"},
                "subject":{"reference":"Patient/ana"},"effectiveDateTime":"2026-03-05","conclusion":7,
                "contained":[{"resourceType":"Observation","id":"a","valueInteger":1,
                    "subject":{"reference":"Patient/ana"}},{"resourceType":"Specimen","id":"s"}],
                "conclusionCode":[{"text":"Anaemia"}],"result":[{"reference":"#a"},{"reference":"Observation/b"}],
                "text":{"div":"<div>All <b>fine</b></div>"}}"##,
        )
        .unwrap();
        assert_eq!(report.status, ResultStatus::Preliminary);
        assert_eq!(
            (report.results.len(), report.contained_results.len()),
            (2, 1)
        );
        assert_eq!(report.conclusion.as_deref(), Some("Anaemia"));
        assert_eq!(report.narrative.as_deref(), Some("All fine"));
    }

    #[test]
    fn a_report_of_very_many_results_is_read_and_the_rest_is_counted() {
        let result = r#"{"reference":"Observation/a"}"#;
        let results = vec![result; RESULTS + 7].join(",");
        let report = format!(
            r#"{{"resourceType":"DiagnosticReport","id":"r","subject":{{"reference":"Patient/ana"}},"result":[{results}]}}"#
        );
        let report = DiagnosticReport::of_body(report.as_bytes()).unwrap();
        assert_eq!((report.results.len(), report.more_results), (RESULTS, 7));
    }

    /// A result that a report contains is judged by its own subject, too.
    #[test]
    fn a_contained_result_of_another_patient_is_named_among_the_subjects() {
        let report = DiagnosticReport::of_body(
            br#"{"resourceType":"DiagnosticReport","id":"r","subject":{"reference":"Patient/ana"},
                "contained":[{"resourceType":"Observation","id":"a","subject":{"reference":"Patient/ben"}}]}"#,
        )
        .unwrap();
        assert_eq!(report.subjects().count(), 2);
    }
}
