//! What people, organisations and devices are called: the name to show for a sender who is only referred to.
//!
//! A name is read from the resource that a reference points to: contained in the message, included on its page
//! ([`Bundle::names`]), or fetched by itself ([`of_body`]). Each type keeps it elsewhere:
//!
//! | type | name |
//! |---|---|
//! | Patient, Practitioner, RelatedPerson, Person | `name`: the usual one, else the official; its text, else prefix, given, family, suffix |
//! | Organization, CareTeam, HealthcareService, Location, Group | `name`, else the first `alias` |
//! | Device | `deviceName`, R5 `name[].value`, R6 `displayName` |
//! | PractitionerRole | of its practitioner, else its organisation: `display`, else what is referred to |
//!
//! Names are one line of at most [`LONGEST_LINE`](crate::display_text::LONGEST_LINE) characters. Other types have
//! none. A name is only shown; whose a record is, is never decided by it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::value::RawValue;

use super::bundle::Bundle;
use super::datatypes::{self, Reference};
use super::patient::HumanName;
use super::{FhirError, is_id};
use crate::base_url::Base;
use crate::bounded;
use crate::display_text;
use crate::limits::NAMES;

/// Names of resources by `Type/id`. Prints nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// The name of `Type/id`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// All of them: `Type/id` and name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, name)| (&**key, &**name))
    }
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Names(..)")
    }
}

/// The name of the resource that a response's body is; none if it has none, or if it is of a type without.
pub fn of_body(body: &[u8]) -> Result<Option<String>, FhirError> {
    super::read_body(body, |text| {
        let named: Named = super::read(text)?;
        Ok(named.name)
    })
}

/// `Type/id` of those on this portal whose name the resource in `body` bears, if it has none itself.
pub fn stands_for(body: &[u8], base: &Base) -> Vec<String> {
    let read = super::read_body(body, |text| {
        let named: Named = super::read(text)?;
        Ok(named.stands_for)
    });
    let references = read
        .unwrap_or_default()
        .into_iter()
        .map(|reference| Reference {
            reference: Some(reference),
            ..Reference::default()
        });
    references.filter_map(|whom| whom.key(base)).collect()
}

impl Bundle<'_> {
    /// The names of the people, organisations and devices on the page, whatever they are there for.
    pub fn names(&self) -> Names {
        let mut names = BTreeMap::new();
        let mut roles = Vec::new();
        for entry in self.entries.iter().filter(|entry| has_name(&entry.kind)) {
            let Ok(named) = super::read_sound::<Named>(entry.resource.get()) else {
                continue;
            };
            let Some(id) = named.id.filter(|id| is_id(id)) else {
                continue;
            };
            let key = format!("{}/{id}", entry.kind);
            match named.name {
                Some(name) => {
                    names.insert(key, name);
                }
                None if !named.stands_for.is_empty() => roles.push((key, named.stands_for)),
                None => {}
            }
        }
        for (key, stands_for) in roles {
            let mut whom = stands_for.iter().filter_map(|it| names.get(tail(it)?));
            if let Some(name) = whom.next().cloned() {
                names.insert(key, name);
            }
        }
        Names(names)
    }
}

/// `Type/id` at the end of a reference.
fn tail(reference: &str) -> Option<&str> {
    let current = reference.split("/_history/").next()?;
    let (front, _) = current.rsplit_once('/')?;
    let start = front.rfind('/').map_or(0, |slash| slash + 1);
    current.get(start..)
}

fn has_name(kind: &str) -> bool {
    matches!(
        kind,
        "CareTeam"
            | "Device"
            | "Group"
            | "HealthcareService"
            | "Location"
            | "Organization"
            | "Patient"
            | "Person"
            | "Practitioner"
            | "PractitionerRole"
            | "RelatedPerson"
    )
}

/// A resource, reduced to what it is called.
pub(super) struct Named {
    pub(super) kind: Option<String>,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    /// References to those whose name is its own, if it has none.
    pub(super) stands_for: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw<'a> {
    #[serde(default, deserialize_with = "bounded::text")]
    resource_type: Option<String>,
    #[serde(default, deserialize_with = "bounded::token")]
    id: Option<String>,
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    alias: Option<&'a RawValue>,
    #[serde(borrow)]
    device_name: Option<&'a RawValue>,
    #[serde(borrow)]
    display_name: Option<&'a RawValue>,
    #[serde(borrow)]
    practitioner: Option<&'a RawValue>,
    #[serde(borrow)]
    organization: Option<&'a RawValue>,
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        let mut named = Self {
            kind: None,
            id: raw.id,
            name: None,
            stands_for: Vec::new(),
        };
        let kind = raw.resource_type.as_deref().unwrap_or_default();
        if kind == "PractitionerRole" {
            let both = [raw.practitioner, raw.organization];
            let references = both.into_iter().flatten().filter_map(reference);
            for reference in references {
                let display = reference.display.as_deref().map(display_text::line);
                named.name = named.name.or(display.filter(|name| !name.is_empty()));
                named.stands_for.extend(reference.reference);
            }
        } else if has_name(kind) {
            let members = [raw.name, raw.device_name, raw.display_name, raw.alias];
            named.name = members.into_iter().flatten().find_map(name);
        }
        named.kind = raw.resource_type;
        Ok(named)
    }
}

fn reference(json: &RawValue) -> Option<Reference> {
    datatypes::reference(&mut serde_json::Deserializer::from_str(json.get())).ok()?
}

/// A name in any of its shapes: a text, names of a person, names of a device.
fn name(json: &RawValue) -> Option<String> {
    let json = || serde_json::Deserializer::from_str(json.get());
    let texts = bounded::first_texts::<_, NAMES>(&mut json()).ok()?;
    let mut texts = texts.iter().map(|text| display_text::line(text));
    if let Some(text) = texts.find(|text| !text.is_empty()) {
        return Some(text);
    }
    let people: Vec<HumanName> = bounded::first_objects::<_, _, NAMES>(&mut json()).ok()?;
    HumanName::best(&people).or_else(|| {
        let devices: Vec<DeviceName> = bounded::first_objects::<_, _, NAMES>(&mut json()).ok()?;
        let names = devices.into_iter().filter_map(|it| it.value.or(it.name));
        let mut names = names.map(|name| display_text::line(&name));
        names.find(|name| !name.is_empty())
    })
}

#[derive(Deserialize)]
struct DeviceName {
    #[serde(default, deserialize_with = "bounded::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    value: Option<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::fhir::body::Body;

    fn name_of(kind: &str, members: &str) -> Option<String> {
        let json = format!(r#"{{"resourceType":"{kind}","id":"1",{members}}}"#);
        of_body(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_role_stands_for_people_of_this_portal() {
        let base = Base::parse("https://portal.example/fhir", false).unwrap();
        let role = br#"{"resourceType":"PractitionerRole","practitioner":{"reference":"Practitioner/7/_history/2"},
            "organization":{"reference":"https://elsewhere.example/fhir/Organization/1"}}"#;
        assert_eq!(stands_for(role, &base), ["Practitioner/7"]);
        assert_eq!(stands_for(b"no JSON", &base), Vec::<String>::new());
    }

    #[test]
    fn each_type_has_its_name_where_it_keeps_it() {
        for (kind, members, name) in [
            (
                "Practitioner",
                r#""name":[{"text":"Dr. Novak"}]"#,
                "Dr. Novak",
            ),
            (
                "Practitioner",
                r#""name":[{"use":"old","family":"Kos"},{"prefix":["Dr."],"given":["Ana","M."],"family":"Novak","suffix":["MD"]}]"#,
                "Dr. Ana M. Novak MD",
            ),
            (
                "Practitioner",
                r#""name":{"family":["Van","Dijk"],"given":"Jan"}"#,
                "Jan Van Dijk",
            ),
            ("Practitioner", r#""name":"Dr. Novak""#, "Dr. Novak"),
            ("RelatedPerson", r#""name":[null,{"given":["Mum"]}]"#, "Mum"),
            (
                "Patient",
                r#""name":[{"use":"official","text":"Ana Novak"},{"use":"usual","text":"Ana"}]"#,
                "Ana",
            ),
            ("Organization", r#""name":" City\nClinic ""#, "City Clinic"),
            ("Organization", r#""alias":["Clinic"]"#, "Clinic"),
            ("CareTeam", r#""name":"Diabetes team""#, "Diabetes team"),
            ("HealthcareService", r#""name":"Pharmacy""#, "Pharmacy"),
            ("Location", r#""name":"Ward 3""#, "Ward 3"),
            (
                "Device",
                r#""deviceName":[{"name":"Pump","type":"user-friendly-name"}]"#,
                "Pump",
            ),
            (
                "Device",
                r#""name":[{"value":"Pump","type":"registered-name"}]"#,
                "Pump",
            ),
            ("Device", r#""displayName":"Pump""#, "Pump"),
            (
                "PractitionerRole",
                r#""practitioner":{"reference":"Practitioner/7","display":"Dr. Novak"}"#,
                "Dr. Novak",
            ),
            (
                "PractitionerRole",
                r#""practitioner":{"reference":"x"},"organization":{"display":"Clinic"}"#,
                "Clinic",
            ),
        ] {
            assert_eq!(name_of(kind, members).as_deref(), Some(name), "{members}");
        }
        for (kind, members) in [
            ("Practitioner", r#""name":7"#),
            ("Practitioner", r#""name":[]"#),
            ("Practitioner", r#""name":[{"given":[" "]}]"#),
            ("Organization", r#""name":null"#),
            ("PractitionerRole", r#""practitioner":"Practitioner/7""#),
            ("Observation", r#""name":"no name""#),
        ] {
            assert_eq!(name_of(kind, members), None, "{members}");
        }
        let long = name_of(
            "Organization",
            &format!(r#""name":"{}""#, "a".repeat(10_000)),
        );
        assert_eq!(long.unwrap().len(), display_text::LONGEST_LINE);
    }

    #[test]
    fn a_page_names_those_on_it() {
        let page = br##"{"resourceType":"Bundle","entry":[
            {"resource":{"resourceType":"Communication","id":"1","name":"no name"}},
            {"resource":{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"https://p.example/fhir/Practitioner/7/_history/2"}},"search":{"mode":"include"}},
            {"resource":{"resourceType":"PractitionerRole","id":"s","practitioner":{"reference":"Practitioner/8"},"organization":{"reference":"Organization/o"}}},
            {"resource":{"resourceType":"Practitioner","id":"7","name":[{"text":"Dr. Novak"}]},"search":{"mode":"include"}},
            {"resource":{"resourceType":"Organization","id":"o","name":"Clinic"}},
            {"resource":{"resourceType":"Practitioner","id":"a/b","name":[{"text":"Dr. Odd"}]}}]}"##;
        let body = Body::new(page);
        let names = Bundle::parse(&body).unwrap().names();
        let all: Vec<_> = names.iter().collect();
        assert_eq!(
            all,
            [
                ("Organization/o", "Clinic"),
                ("Practitioner/7", "Dr. Novak"),
                ("PractitionerRole/r", "Dr. Novak"),
                ("PractitionerRole/s", "Clinic"),
            ]
        );
        assert_eq!(names.get("Practitioner/7"), Some("Dr. Novak"));
        assert_eq!(format!("{names:?}"), "Names(..)");
    }
}
