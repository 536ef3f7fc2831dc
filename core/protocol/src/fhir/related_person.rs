//! Who acts for a patient: `RelatedPerson` (<https://hl7.org/fhir/R4/relatedperson.html>).

use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::datatypes::{self, CodeableConcept, Reference};
use super::instant::{PartialDate, Precision};
use super::{FhirError, is_id};
use crate::base_url::Base;
use crate::bounded;
use crate::display_text;
use crate::limits::CODINGS;

/// A `RelatedPerson`, reduced to whom somebody acts for and whether they still do.
#[derive(Clone, PartialEq, Eq)]
pub struct RelatedPerson {
    /// The logical id on this portal.
    pub id: String,
    /// Whether the record is in use.
    pub active: bool,
    /// The patient.
    pub patient: Option<Reference>,
    /// What they are to the patient, in words.
    pub relationship: Option<String>,
    /// When the relationship ends.
    pub end: Option<PartialDate>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw<'a> {
    #[serde(default, deserialize_with = "bounded::text")]
    resource_type: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    id: Option<String>,
    #[serde(default, borrow)]
    active: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "datatypes::reference")]
    patient: Option<Reference>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    relationship: Vec<CodeableConcept>,
    #[serde(default, deserialize_with = "bounded::object")]
    period: Option<RawPeriod>,
}

#[derive(Deserialize)]
struct RawPeriod {
    #[serde(default, deserialize_with = "datatypes::date")]
    end: Option<PartialDate>,
}

impl RelatedPerson {
    /// Reads the one that a response's body is.
    pub fn parse(body: impl AsRef<[u8]>) -> Result<Self, FhirError> {
        super::read_body(body.as_ref(), Self::of)
    }

    fn of(text: &str) -> Result<Self, FhirError> {
        let raw: Raw<'_> = super::read(text)?;
        if raw.resource_type.as_deref() != Some("RelatedPerson") {
            return Err(FhirError::WrongResource);
        }
        let mut words = raw.relationship.into_iter();
        let relationship = words.find_map(CodeableConcept::shown);
        Ok(Self {
            id: raw
                .id
                .filter(|id| is_id(id))
                .ok_or(FhirError::Invalid { field: "id" })?,
            // Nothing else says that it is not.
            active: raw.active.is_none_or(|it| it.get() != "false"),
            patient: raw.patient,
            relationship: relationship
                .map(|text| display_text::line(&text))
                .filter(|text| !text.is_empty()),
            end: raw.period.and_then(|period| period.end),
        })
    }

    /// The id of the patient, if they are one of this portal.
    pub fn patient_id(&self, base: &Base) -> Option<&str> {
        self.patient.as_ref()?.patient_id(base)
    }

    /// Whether the portal says that it is over: the record is out of use, or its end has passed everywhere on earth.
    pub fn is_over(&self, now: Timestamp) -> bool {
        !self.active || self.end.as_ref().is_some_and(|end| has_passed(end, now))
    }
}

/// An end is inclusive (<https://hl7.org/fhir/R4/datatypes.html#Period>), and one without a zone is so in the last of them.
fn has_passed(end: &PartialDate, now: Timestamp) -> bool {
    const LAST_ZONE: i64 = 12;
    let hours = match end.precision {
        Precision::Year => 366 * 24 + LAST_ZONE,
        Precision::Month => 31 * 24 + LAST_ZONE,
        Precision::Day => 24 + LAST_ZONE,
        Precision::LocalTime => LAST_ZONE,
        Precision::Instant => 0,
    };
    end.start
        .checked_add(hours.hours())
        .is_ok_and(|end| end < now)
}

// Who acts for whom has no place in a log.
impl std::fmt::Debug for RelatedPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RelatedPerson(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(rest: &str) -> RelatedPerson {
        let text = format!(
            r#"{{"resourceType":"RelatedPerson","id":"r1","patient":{{"reference":"Patient/mia"}}{rest}}}"#
        );
        RelatedPerson::parse(text).unwrap()
    }

    fn over(rest: &str, now: &str) -> bool {
        read(rest).is_over(now.parse().unwrap())
    }

    #[test]
    fn it_says_for_whom_and_what_they_are() {
        let base = Base::parse("https://portal.example/fhir", false).unwrap();
        let read = read(r#","relationship":[{"coding":[{"code":"MTH","display":"Mother"}]}]"#);
        assert_eq!(read.patient_id(&base), Some("mia"));
        assert_eq!(read.relationship.as_deref(), Some("Mother"));
        let other = RelatedPerson::parse(r#"{"resourceType":"Patient","id":"mia"}"#);
        assert_eq!(other, Err(FhirError::WrongResource));
    }

    #[test]
    fn it_is_over_when_the_portal_says_so_and_not_when_it_says_nothing_or_nonsense() {
        let now = "2026-03-10T11:00:00Z";
        for rest in [
            "",
            r#","active":true"#,
            r#","active":"no""#,
            r#","period":{"end":"soon"}"#,
            r#","period":7"#,
        ] {
            assert!(!over(rest, now), "{rest}");
        }
        assert!(over(r#","active":false"#, now));
        assert!(over(r#","period":{"end":"2026-03-10T10:00:00Z"}"#, now));
        assert!(!over(r#","period":{"end":"2026-03-10T12:00:00Z"}"#, now));
        // The day itself counts, in the last zone, too.
        assert!(!over(r#","period":{"end":"2026-03-09"}"#, now));
        assert!(over(r#","period":{"end":"2026-03-08"}"#, now));
        assert!(!over(r#","period":{"end":"2026"}"#, now));
    }
}
