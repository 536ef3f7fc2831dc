//! Who looks after the person: `CareTeam` (<https://hl7.org/fhir/R4/careteam.html>).
//!
//! Messages are written to its members. What cannot be read costs the member that it is; a subject that cannot be read
//! is a reference that says so, and never looks like nobody.

use jiff::Timestamp;
use serde::Deserialize;

use super::contained::Contained;
use super::datatypes::{self, CodeableConcept, Meta, Reference, references};
use super::mentions::mentions;
use super::page::{Entry, Parse};
use super::{FhirError, is_id};
use crate::bounded;
use crate::limits::{CODINGS, REFERENCES};

/// A `CareTeam`, reduced to whom one can write to.
#[derive(Clone, PartialEq, Eq)]
pub struct CareTeam {
    /// The logical id on this portal.
    pub id: String,
    /// `meta.versionId`.
    pub version_id: Option<String>,
    /// `meta.lastUpdated`, whole milliseconds.
    pub last_updated: Option<Timestamp>,
    /// Whether it works now: its status says so, or nothing.
    pub active: bool,
    /// What it is called.
    pub name: Option<String>,
    /// Whom it looks after.
    pub subject: Option<Reference>,
    /// Who belongs to it, in order: its participants, then the organisations that answer for it.
    pub members: Vec<Member>,
    /// Types and names of contained resources.
    pub contained: Contained,
    /// Everything that is named anywhere in the record. Only collected where there is no subject.
    pub mentions: Vec<Reference>,
}

/// Somebody of a team.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub who: Reference,
    /// As what: `participant.role`.
    pub role: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default, deserialize_with = "bounded::text")]
    resource_type: Option<String>,
    #[serde(default, deserialize_with = "bounded::token")]
    id: Option<String>,
    #[serde(default, deserialize_with = "bounded::object")]
    meta: Option<Meta>,
    #[serde(default, deserialize_with = "bounded::text")]
    status: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "datatypes::reference")]
    subject: Option<Reference>,
    #[serde(
        default,
        deserialize_with = "bounded::first_objects::<_, _, REFERENCES>"
    )]
    participant: Vec<RawParticipant>,
    #[serde(default, deserialize_with = "references")]
    managing_organization: Vec<Reference>,
    #[serde(default)]
    contained: Contained,
}

#[derive(Deserialize)]
struct RawParticipant {
    #[serde(default, deserialize_with = "datatypes::reference")]
    member: Option<Reference>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    role: Vec<CodeableConcept>,
}

impl CareTeam {
    fn of(raw: Raw, json: &str) -> Result<Self, FhirError> {
        if raw.resource_type.as_deref() != Some(Self::RESOURCE_TYPE) {
            return Err(FhirError::WrongResource);
        }
        let id = raw.id.filter(|id| is_id(id));
        let meta = raw.meta.unwrap_or_default();
        let participants = raw.participant.into_iter().filter_map(|it| {
            Some(Member {
                who: it.member?,
                role: it.role.into_iter().find_map(CodeableConcept::shown),
            })
        });
        let organizations = raw.managing_organization.into_iter();
        let organizations = organizations.map(|who| Member { who, role: None });
        let mentions = match raw.subject {
            Some(_) => Vec::new(),
            None => mentions(json).ok_or(FhirError::Unreadable)?,
        };
        Ok(Self {
            id: id.ok_or(FhirError::Invalid { field: "id" })?,
            version_id: meta.version_id,
            last_updated: meta.last_updated,
            active: raw
                .status
                .is_none_or(|status| status.trim().eq_ignore_ascii_case("active")),
            name: raw.name,
            subject: raw.subject,
            members: participants.chain(organizations).collect(),
            contained: raw.contained,
            mentions,
        })
    }

    /// The name of a member: the display, else the name of the contained resource. As sent.
    pub fn name_of<'a>(&'a self, whom: &'a Reference) -> Option<&'a str> {
        self.contained.name_of(whom)
    }
}

impl Parse for CareTeam {
    const RESOURCE_TYPE: &'static str = "CareTeam";

    fn of_entry(entry: &Entry<'_>) -> Result<Self, FhirError> {
        let text = entry.resource.get();
        Self::of(super::read_sound(text)?, text)
    }

    fn of_body(body: &[u8]) -> Result<Self, FhirError> {
        super::read_body(body, |text| Self::of(super::read(text)?, text))
    }

    fn last_updated(&self) -> Option<Timestamp> {
        self.last_updated
    }

    fn version_id(&self) -> Option<&str> {
        self.version_id.as_deref()
    }

    fn lists(&self) -> usize {
        self.members.len() + self.mentions.len() + self.contained.len()
    }
}

impl std::fmt::Debug for CareTeam {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CareTeam(..)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_team_is_read_member_by_member() {
        let team = CareTeam::of_body(
            br##"{"resourceType": "CareTeam", "id": "t1", "status": "Active", "name": "Cardiology",
                "subject": {"reference": "Patient/ana"},
                "contained": [{"resourceType": "Practitioner", "id": "p", "name": [{"text": "Dr Kos"}]}],
                "participant": [
                    {"member": {"reference": "#p"}, "role": [{"text": "Physician"}]},
                    {"role": [{"text": "nobody"}]},
                    "odd",
                    {"member": {"reference": "PractitionerRole/7", "display": "Nurse Lam"}, "role": 3}
                ],
                "managingOrganization": [{"reference": "Organization/1", "display": "Linden Clinic"}]}"##,
        )
        .unwrap();
        let members: Vec<_> = team
            .members
            .iter()
            .map(|member| (team.name_of(&member.who), member.role.as_deref()))
            .collect();
        assert_eq!(
            members,
            [
                (Some("Dr Kos"), Some("Physician")),
                (Some("Nurse Lam"), None),
                (Some("Linden Clinic"), None),
            ]
        );
        assert!(team.active);
        let gone = br#"{"resourceType": "CareTeam", "id": "t2", "status": "entered-in-error"}"#;
        assert!(!CareTeam::of_body(gone).unwrap().active);
        let other = br#"{"resourceType": "Patient", "id": "t3"}"#;
        assert_eq!(
            CareTeam::of_body(other).unwrap_err(),
            FhirError::WrongResource
        );
    }
}
