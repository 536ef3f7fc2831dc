//! A login's other records: `Person` (<https://hl7.org/fhir/R4/person.html>), which ties together who one is in several roles.

use serde::Deserialize;

use super::datatypes::{self, Reference};
use super::{FhirError, is_id};
use crate::bounded;
use crate::limits::LINKS;

/// A `Person`, reduced to what it links to.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The logical id on this portal.
    pub id: String,
    /// What it links to: Patients, RelatedPersons and others.
    pub targets: Vec<Reference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default, deserialize_with = "bounded::text")]
    resource_type: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, LINKS>")]
    link: Vec<RawLink>,
}

#[derive(Deserialize)]
struct RawLink {
    #[serde(default, deserialize_with = "datatypes::reference")]
    target: Option<Reference>,
}

impl Person {
    /// Reads the one that a response's body is.
    pub fn parse(body: impl AsRef<[u8]>) -> Result<Self, FhirError> {
        super::read_body(body.as_ref(), Self::of)
    }

    pub(crate) fn of(text: &str) -> Result<Self, FhirError> {
        let raw: Raw = super::read(text)?;
        if raw.resource_type.as_deref() != Some("Person") {
            return Err(FhirError::WrongResource);
        }
        let id = raw.id.filter(|id| is_id(id));
        Ok(Self {
            id: id.ok_or(FhirError::Invalid { field: "id" })?,
            targets: raw
                .link
                .into_iter()
                .filter_map(|link| link.target)
                .collect(),
        })
    }
}

// Who is related to whom has no place in a log.
impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn it_links_to_what_can_be_read_and_an_odd_link_costs_itself() {
        let person = Person::parse(
            r#"{"resourceType":"Person","id":"p","link":[{"target":{"reference":"Patient/ana"}},7,{},
                {"target":{"reference":"RelatedPerson/r1"},"assurance":"level2"}]}"#,
        )
        .unwrap();
        let targets = person.targets.iter().map(|it| it.reference.as_deref());
        let targets: Vec<_> = targets.flatten().collect();
        assert_eq!(targets, ["Patient/ana", "RelatedPerson/r1"]);
        let other = Person::parse(r#"{"resourceType":"Patient","id":"p"}"#);
        assert_eq!(other, Err(FhirError::WrongResource));
    }
}
