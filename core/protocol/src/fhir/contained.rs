//! Contained resources, by id and type: what a reference like `#p` points to
//! (<https://hl7.org/fhir/R4/references.html#contained>).
//!
//! Only the type is kept, in a map, so that judging a record with many of both takes one look-up per
//! reference. Where an id is contained twice, a patient among them decides.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::Deserializer;

use crate::bounded;
use crate::limits::CONTAINED;

/// The types of contained resources by their ids.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Contained(BTreeMap<String, String>);

#[derive(Deserialize)]
struct Raw {
    #[serde(default, deserialize_with = "bounded::text")]
    id: Option<String>,
    #[serde(default, rename = "resourceType", deserialize_with = "bounded::text")]
    kind: Option<String>,
}

impl Contained {
    /// The type of the resource that `#id` points to.
    pub fn kind(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for Contained {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut kinds = BTreeMap::new();
        for Raw { id, kind } in bounded::objects::<D, Raw, CONTAINED>(deserializer)? {
            let (Some(id), Some(kind)) = (id, kind) else {
                continue;
            };
            // Some servers write the id with the mark of the reference.
            let id = id.strip_prefix('#').map_or(id.clone(), str::to_owned);
            let known = kinds.entry(id).or_insert_with(|| kind.clone());
            if kind == "Patient" {
                *known = kind;
            }
        }
        Ok(Self(kinds))
    }
}

// Types and ids tell about a patient.
impl std::fmt::Debug for Contained {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contained(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_patient_decides_where_an_id_is_there_twice() {
        let contained: Contained = serde_json::from_str(
            r##"[{"id":"p","resourceType":"Practitioner"},{"id":"p","resourceType":"Patient"},
                {"id":"p","resourceType":"Device"},{"id":"#o","resourceType":"Organization"},{"id":7},null]"##,
        )
        .unwrap();
        assert_eq!(contained.kind("p"), Some("Patient"));
        assert_eq!(contained.kind("o"), Some("Organization"));
        assert_eq!(contained.kind("x"), None);
    }

    #[test]
    fn too_many_cannot_be_judged() {
        let many = vec![r#"{"id":"a","resourceType":"A"}"#; CONTAINED + 1].join(",");
        assert!(serde_json::from_str::<Contained>(&format!("[{many}]")).is_err());
    }
}
