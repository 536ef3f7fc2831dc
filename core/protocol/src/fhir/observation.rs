//! One result: `Observation` (<https://hl7.org/fhir/R4/observation.html>).
//!
//! What cannot be read costs the member that it is; a subject that cannot be read is a reference that says so, and never
//! looks like nobody. A record is unreadable if it has no id, if a member is given twice, or if a list that decides
//! something is longer than its cap.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::communication::remarks;
use super::contained::Contained;
use super::datatypes::{self, CodeableConcept, Meta, Period, Reference, references};
use super::instant::{PartialDate, parse_instant};
use super::measured::Measured;
use super::mentions::mentions;
use super::page::{Entry, Parse};
use super::result_status::ResultStatus;
use super::{FhirError, is_id};
use crate::bounded;
use crate::limits::{CODINGS, COMPONENTS};

/// An `Observation`, reduced to what a laboratory says in it.
#[derive(Clone, PartialEq)]
pub struct Observation {
    /// The logical id on this portal; of a contained one, its id there.
    pub id: String,
    /// `meta.versionId`.
    pub version_id: Option<String>,
    /// `meta.lastUpdated`, whole milliseconds.
    pub last_updated: Option<Timestamp>,
    /// `status`.
    pub status: ResultStatus,
    /// What kind of observation it is.
    pub categories: Vec<CodeableConcept>,
    /// Whom it is about.
    pub subject: Option<Reference>,
    /// When it was true of the person: mostly, when the sample was taken.
    pub effective: Option<PartialDate>,
    /// When the laboratory gave it out.
    pub issued: Option<Timestamp>,
    /// Who answers for it.
    pub performers: Vec<Reference>,
    /// What was measured.
    pub measured: Measured,
    /// Comments, else the narrative where nothing is coded, fit to be shown.
    pub notes: Vec<String>,
    /// Values that were measured together.
    pub components: Vec<Measured>,
    /// Results that it holds together, such as those of a panel.
    pub members: Vec<Reference>,
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
    #[serde(default, deserialize_with = "datatypes::reference")]
    subject: Option<Reference>,
    #[serde(default, deserialize_with = "datatypes::date")]
    effective_date_time: Option<PartialDate>,
    #[serde(default, deserialize_with = "datatypes::date")]
    effective_instant: Option<PartialDate>,
    #[serde(default, deserialize_with = "bounded::object")]
    effective_period: Option<Period>,
    #[serde(default, deserialize_with = "bounded::text")]
    issued: Option<String>,
    #[serde(default, deserialize_with = "references")]
    performer: Vec<Reference>,
    #[serde(default, deserialize_with = "bounded::objects::<_, _, COMPONENTS>")]
    component: Vec<Measured>,
    #[serde(default, deserialize_with = "references")]
    has_member: Vec<Reference>,
    #[serde(default)]
    contained: Contained,
    #[serde(borrow)]
    note: Option<&'a RawValue>,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
}

impl Observation {
    fn of(json: &str) -> Result<Self, FhirError> {
        let read = Self::contained(json)?;
        match is_id(&read.id) {
            true => Ok(read),
            false => Err(FhirError::Invalid { field: "id" }),
        }
    }

    /// Reads one that is contained in another record, whose id need not be one.
    pub(super) fn contained(json: &str) -> Result<Self, FhirError> {
        let raw: Raw<'_> = super::read_sound(json)?;
        if raw.resource_type.as_deref() != Some(Self::RESOURCE_TYPE) {
            return Err(FhirError::WrongResource);
        }
        let measured: Measured = super::read_sound(json)?;
        let meta = raw.meta.unwrap_or_default();
        let mentions = match raw.subject {
            Some(_) => Vec::new(),
            None => mentions(json).ok_or(FhirError::Unreadable)?,
        };
        let says = measured.value != super::measured::Value::None || !raw.component.is_empty();
        // The narrative repeats what is coded.
        let narrative = raw.text.filter(|_| !says);
        Ok(Self {
            id: raw.id.ok_or(FhirError::Invalid { field: "id" })?,
            version_id: meta.version_id,
            last_updated: meta.last_updated,
            status: ResultStatus::of(raw.status.first().map(String::as_str)),
            categories: raw.category,
            subject: raw.subject,
            effective: effective(
                raw.effective_date_time.or(raw.effective_instant),
                raw.effective_period,
            ),
            issued: raw.issued.and_then(|text| parse_instant(&text).ok()),
            performers: raw.performer,
            measured,
            notes: remarks(raw.note, narrative),
            components: raw.component,
            members: raw.has_member,
            contained: raw.contained,
            mentions,
        })
    }

    /// The name of somebody whom this record refers to. As sent.
    pub fn name_of<'a>(&'a self, whom: &'a Reference) -> Option<&'a str> {
        self.contained.name_of(whom)
    }
}

/// A moment, else where a period begins, else where it ends.
pub(super) fn effective(
    moment: Option<PartialDate>,
    period: Option<Period>,
) -> Option<PartialDate> {
    moment.or_else(|| period.and_then(|period| period.start.or(period.end)))
}

impl Parse for Observation {
    const RESOURCE_TYPE: &'static str = "Observation";

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
        let components = self.components.iter();
        self.measured.lists()
            + components.map(Measured::lists).sum::<usize>()
            + self.performers.len()
            + self.members.len()
            + self.notes.len()
            + self.mentions.len()
            + self.contained.len()
    }
}

impl std::fmt::Debug for Observation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Observation(..)")
    }
}

#[cfg(test)]
mod tests;
