//! A file as a resource of its own: `Binary` (<https://hl7.org/fhir/R4/binary.html>).
//!
//! A Binary belongs to nobody by itself: it is let in through the record that points to it. Where it says by
//! `securityContext` whose record guards it, and that is another patient's, it is not the person's file whatever pointed
//! to it.

use serde::Deserialize;

use super::FhirError;
use super::communication::Attachment;
use super::datatypes::{self, Reference};
use super::reference::Target;
use crate::admission::Owner;
use crate::bounded;

/// A `Binary` that came as JSON.
pub struct Binary {
    /// The MIME type.
    pub content_type: Option<String>,
    /// Whose record guards it.
    pub security_context: Option<Reference>,
    content: Attachment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default, deserialize_with = "bounded::text")]
    resource_type: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    content_type: Option<String>,
    #[serde(default, deserialize_with = "datatypes::reference")]
    security_context: Option<Reference>,
    #[serde(default, deserialize_with = "bounded::text")]
    data: Option<String>,
}

impl Binary {
    /// Reads the body of a response.
    pub fn parse(body: &[u8]) -> Result<Self, FhirError> {
        super::read_body(body, |text| {
            let raw: Raw = super::read(text)?;
            if raw.resource_type.as_deref() != Some("Binary") {
                return Err(FhirError::WrongResource);
            }
            Ok(Self {
                content_type: raw.content_type,
                security_context: raw.security_context,
                content: Attachment {
                    data: raw.data,
                    ..Attachment::default()
                },
            })
        })
    }

    /// The file; `None` where it is missing or not base64.
    pub fn content(&self) -> Option<Vec<u8>> {
        self.content.content()
    }
}

/// The id of the Binary that the response of a create shows.
pub fn id(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        #[serde(default, deserialize_with = "bounded::text")]
        resource_type: Option<String>,
        #[serde(default, deserialize_with = "bounded::token")]
        id: Option<String>,
    }
    let named = super::read_body(body, |text| super::read::<Named>(text)).ok()?;
    let is_binary = named.resource_type.as_deref() == Some("Binary");
    named.id.filter(|id| is_binary && super::is_id(id))
}

/// Whether a file that is guarded by `context` is another patient's. A context that says nothing of a patient, such as
/// that of a practitioner or a device, speaks for nobody; one that cannot be read may be anybody's.
pub fn is_another_patients(context: &Reference, owner: &Owner) -> bool {
    match context.target(&owner.base) {
        Target::Here {
            kind: "Patient",
            id,
        } => id != owner.patient && !owner.aliases.contains(id),
        Target::Here { .. } => false,
        Target::Elsewhere { kind } => kind.is_none_or(|kind| kind == "Patient"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::base_url::Base;

    fn owner() -> Owner {
        Owner {
            base: Base::parse("https://portal.example/fhir", false).unwrap(),
            patient: "ana".into(),
            aliases: ["old".to_owned()].into(),
        }
    }

    #[test]
    fn a_binary_in_json_gives_its_content() {
        let read = Binary::parse(br#"{"resourceType":"Binary","contentType":"a/b","data":"SGk="}"#);
        assert_eq!(read.unwrap().content().unwrap(), b"Hi");
        assert!(Binary::parse(br#"{"resourceType":"Patient"}"#).is_err());
        let none = Binary::parse(br#"{"resourceType":"Binary"}"#).unwrap();
        assert_eq!(none.content(), None);
    }

    #[test]
    fn a_context_of_another_patient_is_noticed_however_it_is_written() {
        let foreign = |context: &str| is_another_patients(&Reference::literal(context), &owner());
        for own in [
            "Patient/ana",
            "Patient/old",
            "https://portal.example/fhir/Patient/ana",
            "Practitioner/7",
            "Communication/9",
        ] {
            assert!(!foreign(own), "{own}");
        }
        for another in [
            "Patient/ben",
            "https://portal.example/fhir/Patient/ben",
            "https://elsewhere.example/Patient/ana",
            "urn:uuid:1",
        ] {
            assert!(foreign(another), "{another}");
        }
    }
}
