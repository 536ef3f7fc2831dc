//! Who signed in, as `fhirUser` names them (SMART App Launch 2.2, "Scopes for requesting identity
//! data"): the patient, or somebody who acts for one.
//!
//! It tells how to address the person who holds the device. Whose record is shown is never taken
//! from it, but from the `patient` of the token answer.

use std::fmt;

use super::reference::{Reference, Target};
use crate::base_url::Base;

/// The resource of the one who signed in.
#[derive(Clone, PartialEq, Eq)]
pub enum FhirUser {
    /// A patient, by id.
    Patient(String),
    /// Somebody related to a patient, by id.
    RelatedPerson(String),
    /// A person who may be several of these, by id.
    Person(String),
    /// Somebody else, such as a Practitioner.
    Other,
}

impl FhirUser {
    /// Reads the claim: an address under the base, or `Type/id`. Nothing for anything else, another
    /// portal's address included.
    pub fn parse(text: &str, base: &Base) -> Option<Self> {
        let reference = Reference::literal(text);
        let Target::Here { kind, id } = reference.target(base) else {
            return None;
        };
        // A version of somebody is not somebody.
        if !text.ends_with(&format!("{kind}/{id}")) {
            return None;
        }
        let id = id.to_owned();
        Some(match kind {
            "Patient" => Self::Patient(id),
            "RelatedPerson" => Self::RelatedPerson(id),
            "Person" => Self::Person(id),
            _ => Self::Other,
        })
    }
}

// Ids of patients have no place in a log.
impl fmt::Debug for FhirUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Patient(_) => "Patient(..)",
            Self::RelatedPerson(_) => "RelatedPerson(..)",
            Self::Person(_) => "Person(..)",
            Self::Other => "Other",
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Option<FhirUser> {
        let base = Base::parse("https://portal.example/fhir", false).unwrap();
        FhirUser::parse(text, &base)
    }

    #[test]
    fn each_kind_is_told_apart() {
        use FhirUser as U;
        for (text, user) in [
            (
                "https://portal.example/fhir/Patient/ana",
                U::Patient("ana".into()),
            ),
            ("Patient/ana", U::Patient("ana".into())),
            ("RelatedPerson/7", U::RelatedPerson("7".into())),
            (
                "https://portal.example:443/fhir/Person/p.1",
                U::Person("p.1".into()),
            ),
            ("Practitioner/12", U::Other),
        ] {
            assert_eq!(parse(text), Some(user), "{text}");
        }
        assert_eq!(format!("{:?}", parse("Patient/ana")), "Some(Patient(..))");
    }

    #[test]
    fn what_is_not_of_this_portal_is_nobody() {
        for text in [
            "",
            "ana",
            "Patient",
            "Patient/",
            "Patient/ana/",
            "Patient/ana/_history/2",
            "/Patient/ana",
            "#ana",
            "patient/ana",
            "https://other.example/fhir/Patient/ana",
            "http://portal.example/fhir/Patient/ana",
            "https://portal.example/Patient/ana",
            "https://portal.example/fhir/Patient/ana?x",
            "https://portal.example/fhir/Patient/ana/_history/2",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail_loudly(text in ".*|(https://portal.example/fhir/)?(Patient|/|_history|a|\\?|#){0,6}") {
            let _ = parse(&text);
        }
    }
}
