//! What a resource points to: the meaning of a `Reference`
//! (<https://hl7.org/fhir/R4/references.html>).
//!
//! A literal reference is a text that can be relative, absolute, versioned, or name a contained
//! resource. Only a reference to something on the same portal says who is meant; anything else is
//! told apart here, so that admission never takes one for the other.

use super::is_id;
use crate::base_url::Base;

pub use super::datatypes::{Identifier, Reference};

/// What a reference points to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// A resource of this portal.
    Here {
        /// Its type.
        kind: &'a str,
        /// Its id.
        id: &'a str,
    },
    /// A resource inside the one that refers to it, by its id there.
    Contained(&'a str),
    /// A literal reference to somewhere else, or in a form without meaning here (`urn:uuid:`, a
    /// search). With the type that it seems to have.
    Elsewhere {
        /// The type, if the text or the sender names one.
        kind: Option<&'a str>,
    },
    /// Only an identifier or a text to show. With the type that the sender says.
    Logical {
        /// The type, if the sender names one.
        kind: Option<&'a str>,
    },
}

impl Reference {
    /// A literal reference.
    pub fn literal(reference: impl Into<String>) -> Self {
        Self {
            reference: Some(reference.into()),
            ..Self::default()
        }
    }

    /// A reference of which one cannot tell whom it means.
    pub(crate) fn unreadable() -> Self {
        Self {
            unreadable: true,
            ..Self::default()
        }
    }

    /// Whether it says nothing but perhaps a text to show.
    pub fn is_only_text(&self) -> bool {
        let Self {
            reference,
            kind,
            identifier,
            display: _,
            unreadable,
        } = self;
        reference.is_none() && kind.is_none() && identifier.is_none() && !unreadable
    }

    /// What it points to, seen from a portal.
    pub fn target(&self, base: &Base) -> Target<'_> {
        if self.unreadable {
            return Target::Elsewhere { kind: None };
        }
        let said = self.kind.as_deref();
        let Some(text) = self.reference.as_deref() else {
            return Target::Logical { kind: said };
        };
        if let Some(id) = text.strip_prefix('#') {
            return Target::Contained(id);
        }
        // "http" decides nothing: a relative reference starts with a type, which is a capital
        // letter.
        let relative = if text.contains("://") {
            let url = url::Url::parse(text).ok();
            let below = url
                .as_ref()
                .filter(|url| url.query().is_none() && url.fragment().is_none());
            let below = below.and_then(|url| base.below(url));
            // The slice is taken from the text, so what was parsed must be what it ends with.
            below
                .filter(|below| text.ends_with(below))
                .and_then(|below| text.get(text.len() - below.len()..))
        } else {
            Some(text)
        };
        match relative.and_then(split) {
            // A sender who contradicts himself has said nothing.
            Some((kind, id)) if said.is_none_or(|said| is_type(said, kind)) => {
                Target::Here { kind, id }
            }
            Some(_) => Target::Elsewhere { kind: None },
            None => Target::Elsewhere {
                kind: seeming_type(text, said),
            },
        }
    }

    /// The id, if it is a patient of this portal.
    pub fn patient_id(&self, base: &Base) -> Option<&str> {
        match self.target(base) {
            Target::Here {
                kind: "Patient",
                id,
            } => Some(id),
            _ => None,
        }
    }

    /// `Type/id`, if it is a resource of this portal.
    pub fn key(&self, base: &Base) -> Option<String> {
        match self.target(base) {
            Target::Here { kind, id } => Some(format!("{kind}/{id}")),
            _ => None,
        }
    }
}

/// `Reference.type` is a name or the address of its definition.
fn is_type(said: &str, kind: &str) -> bool {
    said.strip_prefix("http://hl7.org/fhir/StructureDefinition/")
        .unwrap_or(said)
        == kind
}

/// `Type/id` or `Type/id/_history/version`, exactly.
fn split(relative: &str) -> Option<(&str, &str)> {
    let mut parts = relative.split('/');
    let (kind, id) = (parts.next()?, parts.next()?);
    let rest_is_fine = match (parts.next(), parts.next(), parts.next()) {
        (None, _, _) => true,
        (Some("_history"), Some(version), None) => is_id(version),
        _ => false,
    };
    (rest_is_fine && is_type_name(kind) && is_id(id)).then_some((kind, id))
}

/// The type that a reference without meaning here seems to point to: by its last `Type/id`, or the type that
/// a conditional reference searches; else what the sender says. None where the text speaks of a patient in
/// any spelling and does not plainly name one, or where both are said and differ.
fn seeming_type<'a>(text: &'a str, said: Option<&'a str>) -> Option<&'a str> {
    let (path, query) = match text.split_once(['?', '#']) {
        Some((path, _)) => (path, text.contains('?')),
        None => (text, false),
    };
    let path = path.split("/_history").next()?.trim_end_matches('/');
    let (front, last) = path.rsplit_once('/').unwrap_or(("", path));
    let named = if query && is_type_name(last) {
        Some(last)
    } else {
        let kind = front.rsplit('/').next().filter(|kind| is_type_name(kind));
        kind.filter(|_| is_id(last))
    };
    match (named, said) {
        (Some("Patient"), _) => named,
        _ if speaks_of_a_patient(text) => None,
        (Some(kind), Some(said)) if !is_type(said, kind) => None,
        _ => named.or(said),
    }
}

fn speaks_of_a_patient(text: &str) -> bool {
    let text = text.as_bytes();
    text.windows(b"patient".len())
        .any(|piece| piece.eq_ignore_ascii_case(b"patient"))
}

fn is_type_name(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_alphabetic())
        // Some server may read it as what it looks like.
        && (text == "Patient" || !text.eq_ignore_ascii_case("Patient"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn base() -> Base {
        Base::parse("https://portal.example/fhir", false).unwrap()
    }

    fn patient(text: &str) -> Option<String> {
        Reference::literal(text)
            .patient_id(&base())
            .map(str::to_owned)
    }

    #[test]
    fn a_patient_of_this_portal_is_recognised_in_every_form() {
        for text in [
            "Patient/ana-1",
            "Patient/ana-1/_history/3",
            "https://portal.example/fhir/Patient/ana-1",
            "https://PORTAL.example:443/fhir/Patient/ana-1/_history/3",
        ] {
            assert_eq!(patient(text).as_deref(), Some("ana-1"), "{text}");
        }
    }

    #[test]
    fn what_is_not_surely_a_patient_of_this_portal_is_none() {
        for text in [
            "",
            "Patient",
            "Patient/",
            "patient/ana-1",
            "/Patient/ana-1",
            "Patient/ana-1/",
            "Patient/ana-1/_history",
            "Patient/ana-1/x",
            "Patient/ana-1/x/3",
            "Patient/..",
            "Patient/ana 1",
            "Patient/ana-1?x=y",
            "Patient?identifier=1",
            "Practitioner/ana-1",
            "#ana-1",
            "urn:uuid:0b5e2b3e-6f0f-4c5e-9d3a-1c2d3e4f5a6b",
            "https://other.example/fhir/Patient/ana-1",
            "http://portal.example/fhir/Patient/ana-1",
            "https://portal.example/Patient/ana-1",
            "https://portal.example/fhir/x/Patient/ana-1",
            "https://portal.example/fhir/x/../Patient/ana-1#a",
            "https://portal.example/fhir/Patient/ana-1?x=y",
            "https://portal.example/fhir/Patient/ana-1?Patient/ana-1",
            "https://portal.example/fhir/Patient/ana-1#Patient/ana-1",
        ] {
            assert_eq!(patient(text), None, "{text}");
        }
    }

    #[test]
    fn a_reference_elsewhere_tells_its_type() {
        let elsewhere = |text: &str| match Reference::literal(text).target(&base()) {
            Target::Elsewhere { kind } => kind.map(str::to_owned),
            _ => panic!("not elsewhere"),
        };
        let patient = Some("Patient".to_owned());
        assert_eq!(elsewhere("https://other.example/r4/Patient/7"), patient);
        assert_eq!(elsewhere("https://o.example/Patient/7/_history/1"), patient);
        assert_eq!(elsewhere("Patient/ben/"), patient);
        assert_eq!(elsewhere("Patient?identifier=mrn|77"), patient);
        assert_eq!(elsewhere("urn:oid:1.2.3"), None);
        assert_eq!(elsewhere("patient/ben"), None);
        assert_eq!(elsewhere("Patient/b%65n"), None);
        assert_eq!(elsewhere("Patient/ben/Practitioner/7"), None);
        let doctor = Some("Practitioner".to_owned());
        assert_eq!(elsewhere("Practitioner/8/"), doctor);
        assert_eq!(elsewhere("Practitioner?identifier=x|7"), doctor);
        assert_eq!(elsewhere("https://other.example/r4/Practitioner/8"), doctor);
    }

    #[test]
    fn a_reference_whose_type_contradicts_it_points_nowhere() {
        let reference = |kind: &str| Reference {
            kind: Some(kind.into()),
            ..Reference::literal("Patient/1")
        };
        assert_eq!(reference("Group").patient_id(&base()), None);
        let group = reference("Group");
        assert!(matches!(
            group.target(&base()),
            Target::Elsewhere { kind: None }
        ));
        assert_eq!(reference("Patient").patient_id(&base()), Some("1"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail_loudly(text in ".*|https://portal.example/fhir/.{0,20}|(Patient|_history|/|#|\\?|a){0,8}") {
            let _ = Reference::literal(text).target(&base());
        }
    }
}
