//! Contained resources, by id: of which type they are and what they are called, for references like `#p`
//! (<https://hl7.org/fhir/R4/references.html#contained>).
//!
//! Nothing else is kept, in a map, so that judging a record with many of both takes one look-up per
//! reference. Where an id is contained twice, a patient among them decides.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use serde::Deserialize;
use serde::de::Deserializer;

use super::datatypes::Reference;
use super::names::Named;
use crate::bounded;
use crate::limits::CONTAINED;

/// Types and names of contained resources by their ids.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Contained(BTreeMap<String, Resource>);

#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
struct Resource {
    kind: String,
    #[cfg_attr(test, serde(skip_serializing_if = "Option::is_none"))]
    name: Option<String>,
}

impl Contained {
    /// The type of the resource that `#id` points to.
    pub fn kind(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(|it| it.kind.as_str())
    }

    /// The name of the resource that `#id` points to, on one line.
    pub fn name(&self, id: &str) -> Option<&str> {
        self.0.get(id)?.name.as_deref()
    }

    /// The name of somebody who is referred to: the display, else that of the contained resource. As sent;
    /// [`display_text::line`](crate::display_text::line()) makes it fit to be shown.
    pub fn name_of<'a>(&'a self, whom: &'a Reference) -> Option<&'a str> {
        let display = whom.display.as_deref();
        let display = display.filter(|display| !display.trim().is_empty());
        display.or_else(|| self.name(whom.reference.as_deref()?.strip_prefix('#')?))
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
        let mut resources: BTreeMap<String, Resource> = BTreeMap::new();
        let mut roles = Vec::new();
        for named in bounded::objects::<D, Named, CONTAINED>(deserializer)? {
            let (Some(id), Some(kind)) = (named.id, named.kind) else {
                continue;
            };
            // Some servers write the id with the mark of the reference.
            let id = id.strip_prefix('#').map_or(id.clone(), str::to_owned);
            if named.name.is_none() && !named.stands_for.is_empty() {
                roles.push((id.clone(), named.stands_for));
            }
            let name = named.name;
            match resources.entry(id) {
                Slot::Vacant(slot) => {
                    slot.insert(Resource { kind, name });
                }
                Slot::Occupied(mut slot) if kind == "Patient" => {
                    slot.insert(Resource { kind, name });
                }
                Slot::Occupied(_) => {}
            }
        }
        for (id, stands_for) in roles {
            let mut whom = stands_for.iter().filter_map(|it| it.strip_prefix('#'));
            let name = whom.find_map(|it| resources.get(it)?.name.clone());
            if let Some(role) = resources.get_mut(&id).filter(|it| it.name.is_none()) {
                role.name = name;
            }
        }
        Ok(Self(resources))
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
    fn what_is_contained_has_a_name() {
        let contained: Contained = serde_json::from_str(
            r##"[{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"#p"}},
                {"resourceType":"Practitioner","id":"p","name":[{"text":"Dr. Novak"}]},
                {"resourceType":"Organization","id":"o","name":"Clinic"},
                {"resourceType":"Observation","id":"x","name":"no name"}]"##,
        )
        .unwrap();
        assert_eq!(contained.name("p"), Some("Dr. Novak"));
        assert_eq!(contained.name("r"), Some("Dr. Novak"));
        assert_eq!(contained.name("o"), Some("Clinic"));
        assert_eq!((contained.name("x"), contained.name("y")), (None, None));
    }

    #[test]
    fn too_many_cannot_be_judged() {
        let many = vec![r#"{"id":"a","resourceType":"A"}"#; CONTAINED + 1].join(",");
        assert!(serde_json::from_str::<Contained>(&format!("[{many}]")).is_err());
    }
}
