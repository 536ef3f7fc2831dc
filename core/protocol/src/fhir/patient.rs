//! Who the person is: `Patient` (<https://hl7.org/fhir/R4/patient.html>).

use std::collections::BTreeSet;

use serde::Deserialize;

use super::datatypes::{self, Reference};
use super::instant::PartialDate;
use super::{FhirError, is_id};
use crate::base_url::Base;
use crate::bounded;
use crate::display_text;
use crate::limits::{LINKS, NAMES};

/// A `Patient`, reduced to who it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Patient {
    /// The logical id on this portal.
    pub id: String,
    /// Names as sent.
    pub names: Vec<HumanName>,
    /// Date of birth, possibly partial.
    pub birth_date: Option<PartialDate>,
    /// Other records about the same person.
    pub links: Vec<Link>,
}

/// A name (<https://hl7.org/fhir/R4/datatypes.html#HumanName>).
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct HumanName {
    /// `official`, `usual`, `nickname`, `old`, …
    #[serde(default, rename = "use", deserialize_with = "bounded::text")]
    pub usage: Option<String>,
    /// The whole name as it is to be shown.
    #[serde(default, deserialize_with = "bounded::text")]
    pub text: Option<String>,
    /// Titles and the like before the name.
    #[serde(default, deserialize_with = "bounded::first_texts::<_, NAMES>")]
    pub prefix: Vec<String>,
    /// Given names in order.
    #[serde(default, deserialize_with = "bounded::first_texts::<_, NAMES>")]
    pub given: Vec<String>,
    /// Family name; a list in DSTU2.
    #[serde(default, deserialize_with = "bounded::first_texts::<_, NAMES>")]
    pub family: Vec<String>,
    /// Degrees and the like after the name.
    #[serde(default, deserialize_with = "bounded::first_texts::<_, NAMES>")]
    pub suffix: Vec<String>,
}

/// A link to another record.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// The other record.
    pub other: Reference,
    /// How they relate.
    pub kind: LinkKind,
}

/// `Patient.link.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// The other one is to be used instead of this.
    ReplacedBy,
    /// This one is to be used instead of the other.
    Replaces,
    /// The other one is the main source.
    Refer,
    /// Both are in use.
    SeeAlso,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default, deserialize_with = "bounded::text")]
    resource_type: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, NAMES>")]
    name: Vec<HumanName>,
    #[serde(default, deserialize_with = "datatypes::date")]
    birth_date: Option<PartialDate>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, LINKS>")]
    link: Vec<RawLink>,
}

#[derive(Deserialize)]
struct RawLink {
    #[serde(default, deserialize_with = "datatypes::reference")]
    other: Option<Reference>,
    #[serde(default, rename = "type", deserialize_with = "bounded::text")]
    kind: Option<String>,
}

impl Patient {
    /// Reads the patient that a response's body is.
    pub fn parse(body: impl AsRef<[u8]>) -> Result<Self, FhirError> {
        super::read_body(body.as_ref(), Self::of)
    }

    fn of(text: &str) -> Result<Self, FhirError> {
        let raw: Raw = super::read(text)?;
        if raw.resource_type.as_deref() != Some("Patient") {
            return Err(FhirError::WrongResource);
        }
        let id = raw.id.filter(|id| is_id(id));
        Ok(Self {
            id: id.ok_or(FhirError::Invalid { field: "id" })?,
            names: raw.name,
            birth_date: raw.birth_date,
            links: raw.link.into_iter().filter_map(RawLink::read).collect(),
        })
    }

    /// The name to show: the usual one, else the official, else any that is not outdated.
    pub fn display_name(&self) -> Option<String> {
        HumanName::best(&self.names)
    }

    /// The patients of this portal that this record says are the same person. Not yet proof: see
    /// [`same_person`].
    pub fn linked(&self, base: &Base) -> BTreeSet<String> {
        self.links
            .iter()
            .filter_map(|link| link.other.patient_id(base))
            .filter(|id| *id != self.id)
            .map(str::to_owned)
            .collect()
    }
}

/// Whether two records are confirmed to be one person: each links to the other. A link from one
/// side alone may be a slip of a clerk, and would open one patient's messages to another.
pub fn same_person(one: &Patient, other: &Patient, base: &Base) -> bool {
    one.linked(base).contains(&other.id) && other.linked(base).contains(&one.id)
}

impl HumanName {
    /// Of several names of one person, what to show: the usual one, else the official, else any that is not
    /// outdated.
    pub fn best(names: &[Self]) -> Option<String> {
        let rank = |name: &Self| match name.usage.as_deref() {
            Some("usual") => 0,
            Some("official") => 1,
            None => 2,
            Some("old" | "maiden" | "temp") => 4,
            Some(_) => 3,
        };
        let mut names: Vec<_> = names.iter().collect();
        names.sort_by_key(|name| rank(name));
        names.into_iter().find_map(Self::shown)
    }

    /// The name as it is to be shown, on one line, if there is anything in it.
    pub fn shown(&self) -> Option<String> {
        let text = self.text.as_deref().map(display_text::line);
        let text = text.filter(|text| !text.is_empty()).unwrap_or_else(|| {
            let parts = [&self.prefix, &self.given, &self.family, &self.suffix];
            let parts: Vec<&str> = parts.into_iter().flatten().map(|part| &**part).collect();
            display_text::line(&parts.join(" "))
        });
        (!text.is_empty()).then_some(text)
    }
}

impl RawLink {
    fn read(self) -> Option<Link> {
        let kind = match self.kind.as_deref()? {
            "replaced-by" => LinkKind::ReplacedBy,
            "replaces" => LinkKind::Replaces,
            "refer" => LinkKind::Refer,
            "seealso" => LinkKind::SeeAlso,
            _ => return None,
        };
        Some(Link {
            other: self.other?,
            kind,
        })
    }
}

impl std::fmt::Debug for Patient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Patient(..)")
    }
}

impl std::fmt::Debug for HumanName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HumanName(..)")
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Link(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn patient(id: &str, members: &str) -> Patient {
        Patient::parse(format!(
            r#"{{"resourceType":"Patient","id":"{id}"{members}}}"#
        ))
        .unwrap()
    }

    fn linked(id: &str, kind: &str, to: &str) -> Patient {
        let link = format!(r#","link":[{{"other":{{"reference":"{to}"}},"type":"{kind}"}}]"#);
        patient(id, &link)
    }

    #[test]
    fn the_usual_name_is_shown() {
        let shown = |names: &str| patient("a", &format!(r#","name":[{names}]"#)).display_name();
        let old = r#"{"use":"old","text":"Ana Kos"}"#;
        let official = r#"{"use":"official","given":["Ana","Maria"],"family":"Novak"}"#;
        let usual = r#"{"use":"usual","text":" Ana Novak "}"#;
        let empty = r#"{"use":"usual","given":[" "]}"#;
        assert_eq!(
            shown(&format!("{old},{official},{usual}")).as_deref(),
            Some("Ana Novak")
        );
        assert_eq!(
            shown(&format!("{old},{official},{empty}")).as_deref(),
            Some("Ana Maria Novak")
        );
        assert_eq!(shown(old).as_deref(), Some("Ana Kos"));
        assert_eq!(shown(""), None);
    }

    #[test]
    fn two_records_are_one_person_only_if_each_says_so() {
        let base = Base::parse("https://portal.example/fhir", false).unwrap();
        let ana = linked("ana", "replaces", "Patient/ana-old");
        let old = linked(
            "ana-old",
            "replaced-by",
            "https://portal.example/fhir/Patient/ana",
        );
        let ben = linked("ben", "seealso", "Patient/ana");
        assert!(same_person(&ana, &old, &base));
        assert!(!same_person(&ana, &ben, &base));
        assert!(!same_person(&ben, &ana, &base));
        let odd = linked("ana-old", "friend-of", "Patient/ana");
        assert!(!same_person(&ana, &odd, &base));
        let related = linked("ana", "seealso", "RelatedPerson/ana-old");
        assert!(related.linked(&base).is_empty());
    }

    #[test]
    fn a_name_stays_on_its_line_and_within_its_cap() {
        let name = r#","name":[{"text":"Ana\u202e\nNovak\u001b[2J"}]"#;
        assert_eq!(
            patient("a", name).display_name().as_deref(),
            Some("Ana Novak [2J")
        );
        let many = vec!["{}"; 100_000].join(",");
        assert_eq!(
            patient("a", &format!(r#","name":[{many}]"#)).names.len(),
            NAMES
        );
    }

    #[test]
    fn a_member_of_a_wrong_type_costs_only_itself() {
        let odd = patient(
            "a",
            r#","name":[null,7,{"given":"Ana","family":7}],"birthDate":7,"link":[{"type":"seealso"},{"other":7,"type":"seealso"}]"#,
        );
        assert_eq!(odd.display_name().as_deref(), Some("Ana"));
        let base = Base::parse("https://portal.example/fhir", false).unwrap();
        assert!(odd.birth_date.is_none() && odd.linked(&base).is_empty());
    }

    #[test]
    fn a_partial_birth_date_stays_partial() {
        let ana = patient("ana", r#","birthDate":"1980-04""#);
        assert_eq!(ana.birth_date.unwrap().text, "1980-04");
        assert_eq!(
            Patient::parse(r#"{"resourceType":"Practitioner","id":"1"}"#),
            Err(FhirError::WrongResource)
        );
    }
}
