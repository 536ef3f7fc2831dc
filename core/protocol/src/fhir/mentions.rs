//! Everything that a resource names, wherever it stands: for records that do not say whom they are about.
//!
//! Such a record is the person's only if nobody else is named in it, and FHIR has many places for a name:
//! `about`, authors of notes, what a part refers to, reasons, extensions, contained resources and what those
//! refer to. So nothing is enumerated. Every object of the resource is looked at, and counts as a reference
//! if it has a `reference`, an `identifier` that is one object, or the `type` of a patient; a contained
//! `Patient` counts as one who cannot be resolved. Where a member that holds references holds something
//! else, that is a reference that cannot be read.
//!
//! Names are kept up to [`REFERENCES`]; a resource with more fails, since it cannot be judged.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::datatypes::{Identifier, Reference};
use super::numbers;
use crate::limits::REFERENCES;

/// What `resource` names below its own members. The text is known to be a JSON object of a sound depth.
pub(super) fn mentions(resource: &str) -> Option<Vec<Reference>> {
    let mut found = Vec::new();
    let resource = numbers::bounded(resource);
    let mut json = serde_json::Deserializer::from_str(&resource);
    let root = Walk {
        found: &mut found,
        refers: false,
        root: true,
    };
    root.deserialize(&mut json).ok()?;
    Some(found)
}

/// Members whose values are references.
fn refers(member: &str) -> bool {
    member.ends_with("Reference")
        || matches!(
            member,
            "about" | "author" | "patient" | "recipient" | "sender" | "subject"
        )
}

struct Walk<'a> {
    found: &'a mut Vec<Reference>,
    /// The member holds references.
    refers: bool,
    /// The resource itself, which is no reference.
    root: bool,
}

impl Walk<'_> {
    fn add<E: Error>(&mut self, reference: Reference) -> Result<(), E> {
        if self.found.len() == REFERENCES {
            return Err(E::custom("too many references"));
        }
        self.found.push(reference);
        Ok(())
    }

    fn scalar<E: Error>(mut self) -> Result<Option<String>, E> {
        if self.refers {
            self.add(Reference::unreadable())?;
        }
        Ok(None)
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    /// The text, if it is one.
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        self.scalar()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        self.scalar()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        self.scalar()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        self.scalar()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        self.scalar()
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let Self { found, refers, .. } = self;
        loop {
            let element = Walk {
                found: &mut *found,
                refers,
                root: false,
            };
            if seq.next_element_seed(element)?.is_none() {
                return Ok(None);
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut said = Reference::default();
        let mut is_reference = false;
        while let Some(member) = map.next_key::<String>()? {
            match member.as_str() {
                "reference" | "type" | "resourceType" => {
                    let word = map.next_value_seed(Word { found: self.found })?;
                    match (member.as_str(), word) {
                        ("reference", Said::Text(text)) => {
                            said.reference = Some(text);
                            is_reference = true;
                        }
                        ("reference", Said::Other) => {
                            said.unreadable = true;
                            is_reference = true;
                        }
                        ("type", Said::Text(kind)) => {
                            is_reference |= kind.rsplit('/').next() == Some("Patient");
                            said.kind = Some(kind);
                        }
                        ("resourceType", Said::Text(kind)) if kind == "Patient" && !self.root => {
                            self.add(Reference {
                                kind: Some(kind),
                                ..Reference::default()
                            })?;
                        }
                        _ => {}
                    }
                }
                "identifier" => {
                    let one = map.next_value_seed(IsObject { found: self.found })?;
                    if one && !self.root {
                        said.identifier = Some(Identifier::default());
                        is_reference = true;
                    }
                }
                // Narrative and attachments name nobody in a way that can be resolved.
                "div" | "data" => {
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    map.next_value_seed(Walk {
                        found: &mut *self.found,
                        refers: refers(&member),
                        root: false,
                    })?;
                }
            }
        }
        if is_reference {
            self.add(said)?;
        }
        Ok(None)
    }
}

/// A member that may be a text with a meaning.
enum Said {
    Text(String),
    Nothing,
    /// A number or the like where a text belongs.
    Other,
}

/// Reads a text, and walks through anything else.
struct Word<'a> {
    found: &'a mut Vec<Reference>,
}

impl Word<'_> {
    fn walk(&mut self) -> Walk<'_> {
        Walk {
            found: &mut *self.found,
            refers: false,
            root: false,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Word<'_> {
    type Value = Said;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Said, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Word<'_> {
    type Value = Said;

    crate::bounded::accept_scalars!(Said::Other, Said::Nothing);

    fn visit_str<E: Error>(self, text: &str) -> Result<Said, E> {
        Ok(Said::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, seq: A) -> Result<Said, A::Error> {
        self.walk().visit_seq(seq).map(|_| Said::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, map: A) -> Result<Said, A::Error> {
        self.walk().visit_map(map).map(|_| Said::Nothing)
    }
}

/// Walks through a value and says whether it is one object.
struct IsObject<'a> {
    found: &'a mut Vec<Reference>,
}

impl<'de> DeserializeSeed<'de> for IsObject<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for IsObject<'_> {
    type Value = bool;

    crate::bounded::accept_scalars!(false, false);

    fn visit_str<E: Error>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<bool, A::Error> {
        let walk = Walk {
            found: self.found,
            refers: false,
            root: false,
        };
        walk.visit_seq(seq).map(|_| false)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        let walk = Walk {
            found: self.found,
            refers: false,
            root: false,
        };
        walk.visit_map(map).map(|_| true)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn named(members: &str) -> usize {
        mentions(&format!(
            r#"{{"resourceType":"Communication","id":"1",{members}}}"#
        ))
        .unwrap()
        .len()
    }

    #[test]
    fn a_name_is_found_wherever_it_stands() {
        for members in [
            r#""about":[{"reference":"Patient/ben"}]"#,
            r#""note":[{"authorReference":{"reference":"Patient/ben"},"text":"x"}]"#,
            r#""payload":[{"contentReference":{"reference":"Patient/ben"}}]"#,
            r#""extension":[{"url":"u","extension":[{"valueReference":{"reference":"Patient/ben"}}]}]"#,
            r#""_status":{"extension":[{"valueReference":{"reference":"Patient/ben"}}]}"#,
            r#""contained":[{"resourceType":"Patient","id":"p"}]"#,
            r#""contained":[{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/ben"}}]"#,
            r#""about":{"identifier":{"system":"mrn","value":"7"}}"#,
            r#""reasonReference":[{"type":"http://hl7.org/fhir/StructureDefinition/Patient"}]"#,
            r#""about":"Patient/ben""#,
            r#""about":["Patient/ben"]"#,
            r#""about":[{"reference":7}]"#,
            r#""basedOn":[{"reference":"ServiceRequest/1","identifier":[{"assigner":{}}]}]"#,
        ] {
            assert_eq!(named(members), 1, "{members}");
        }
    }

    #[test]
    fn what_is_no_name_is_not_found() {
        for members in [
            r#""identifier":[{"system":"a","value":"b","type":{"text":"x"}}]"#,
            r#""meta":{"versionId":"1"},"topic":{"text":"Patient"}"#,
            r#""payload":[{"contentString":"Patient/ben"},{"contentAttachment":{"url":"Binary/1"}}]"#,
            r#""about":null,"note":[{"authorString":"Dr. Novak"}]"#,
            r#""contained":[{"resourceType":"Practitioner","id":"p","identifier":[{"value":"7"}]}]"#,
        ] {
            assert_eq!(named(members), 0, "{members}");
        }
    }

    #[test]
    fn too_many_names_cannot_be_judged() {
        let many = vec![r#"{"reference":"Practitioner/1"}"#; REFERENCES + 1].join(",");
        assert!(mentions(&format!(r#"{{"about":[{many}]}}"#)).is_none());
    }
}
