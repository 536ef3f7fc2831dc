//! The data types that FHIR resources share (<https://hl7.org/fhir/R4/datatypes.html>).
//!
//! All of them are read tolerantly: a member that is `null` or of a wrong type is absent, and the
//! resource around it is read. A [`Reference`] differs in one thing: who is meant decides whose record
//! something is, so one that cannot be read says so instead of looking like nobody.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::instant::{PartialDate, parse_instant};
use crate::bounded::{self, Object, Text, accept_scalars};
use crate::limits::{CODINGS, REFERENCES};

/// Version and time of a resource (<https://hl7.org/fhir/R4/resource.html#Meta>).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meta {
    /// `versionId`.
    pub version_id: Option<String>,
    /// `lastUpdated`, whole milliseconds.
    pub last_updated: Option<Timestamp>,
}

/// A code of a system.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Coding {
    /// The code system.
    #[serde(default, deserialize_with = "bounded::text")]
    pub system: Option<String>,
    /// The code in it.
    #[serde(default, deserialize_with = "bounded::text")]
    pub code: Option<String>,
    /// What to show.
    #[serde(default, deserialize_with = "bounded::text")]
    pub display: Option<String>,
}

/// A concept: a text, codes, or both. At most [`CODINGS`] codes are kept.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct CodeableConcept {
    /// What was meant, in words.
    #[serde(default, deserialize_with = "bounded::text")]
    pub text: Option<String>,
    /// The codes.
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    pub coding: Vec<Coding>,
}

impl CodeableConcept {
    /// What to show: the text, else the first code that has one.
    pub fn shown(self) -> Option<String> {
        let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let mut coded = self.coding.into_iter().filter_map(|it| said(it.display));
        said(self.text).or_else(|| coded.next())
    }

    /// What it says in a place where it says everything: what is shown, else the first code.
    pub fn named(mut self) -> Option<String> {
        let mut codes = self.coding.iter_mut().filter_map(|it| it.code.take());
        let code = codes.find(|code| !code.trim().is_empty());
        self.shown().or(code)
    }
}

/// A business identifier. Both parts are needed to mean anything.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Identifier {
    /// The namespace.
    #[serde(default, deserialize_with = "bounded::text")]
    pub system: Option<String>,
    /// The value in it.
    #[serde(default, deserialize_with = "bounded::token")]
    pub value: Option<String>,
}

/// A span of time; an end that is missing is open.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Period {
    /// When it begins.
    pub start: Option<PartialDate>,
    /// When it ends, inclusive.
    pub end: Option<PartialDate>,
}

/// A measured amount. The value is kept as it was written, since `1.10` is more precise than `1.1`
/// (<https://hl7.org/fhir/R4/datatypes.html#decimal>).
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Quantity {
    /// The number as sent.
    #[serde(default, deserialize_with = "decimal")]
    pub value: Option<String>,
    /// How the true value compares with it: `<`, `<=`, `>=`, `>`; nothing where it is the value.
    #[serde(default, deserialize_with = "bounded::text")]
    pub comparator: Option<String>,
    /// The unit to show.
    #[serde(default, deserialize_with = "bounded::text")]
    pub unit: Option<String>,
    /// The system of `code`.
    #[serde(default, deserialize_with = "bounded::text")]
    pub system: Option<String>,
    /// The unit as a code.
    #[serde(default, deserialize_with = "bounded::text")]
    pub code: Option<String>,
}

/// Where something or somebody is, as sent. [`super::reference`] says what it points to.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Reference {
    /// The literal reference.
    pub reference: Option<String>,
    /// The type that the sender says the target has.
    #[cfg_attr(test, serde(rename = "type"))]
    pub kind: Option<String>,
    /// A business identifier instead of, or beside, the literal one.
    pub identifier: Option<Identifier>,
    /// What to show.
    pub display: Option<String>,
    /// It is of a wrong type, or a part of it that says who is meant is.
    #[cfg_attr(test, serde(skip_serializing_if = "std::ops::Not::not"))]
    pub unreadable: bool,
}

#[derive(Deserialize)]
struct RawReference {
    #[serde(default)]
    reference: Text,
    #[serde(default, rename = "type")]
    kind: Text,
    identifier: Option<Object<Identifier>>,
    #[serde(default, deserialize_with = "bounded::text")]
    display: Option<String>,
}

impl From<RawReference> for Reference {
    fn from(raw: RawReference) -> Self {
        let odd = raw.reference.is_odd()
            || raw.kind.is_odd()
            || matches!(raw.identifier, Some(Object::Odd));
        Self {
            reference: raw.reference.ok(),
            kind: raw.kind.ok(),
            identifier: raw.identifier.and_then(Object::ok),
            display: raw.display,
            unreadable: odd,
        }
    }
}

/// A reference as an element: `null` is none.
struct Element(Option<Reference>);

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Element;

            accept_scalars!(Element(Some(Reference::unreadable())), Element(None));

            fn visit_str<E: Error>(self, _: &str) -> Result<Element, E> {
                Ok(Element(Some(Reference::unreadable())))
            }

            // A list of one is that one; of several, one cannot tell which is meant.
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Element, A::Error> {
                let one = seq.next_element::<Object<RawReference>>()?;
                let more = seq.next_element::<IgnoredAny>()?.is_some();
                bounded::skip_seq(seq)?;
                Ok(Element(Some(match one {
                    Some(Object::Is(raw)) if !more => raw.into(),
                    _ => Reference::unreadable(),
                })))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Element, A::Error> {
                let raw = RawReference::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Element(Some(raw.into())))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

/// A reference; `null` is none, and what cannot be read is one that says so.
pub(crate) fn reference<'de, D>(deserializer: D) -> Result<Option<Reference>, D::Error>
where
    D: Deserializer<'de>,
{
    Element::deserialize(deserializer).map(|element| element.0)
}

/// The same in an allocation of its own.
pub(crate) fn boxed_reference<'de, D>(deserializer: D) -> Result<Option<Box<Reference>>, D::Error>
where
    D: Deserializer<'de>,
{
    reference(deserializer).map(|reference| reference.map(Box::new))
}

/// References that decide nothing, the first `MOST` of them.
pub(crate) fn first_references<'de, D, const MOST: usize>(
    deserializer: D,
) -> Result<Vec<Reference>, D::Error>
where
    D: Deserializer<'de>,
{
    bounded::list::<D, Element, Reference, MOST>(deserializer, |it| it.0).map(|list| list.items)
}

/// References that decide nothing, the first `MOST` of them, and how many more there are.
pub(crate) fn counted_references<'de, D, const MOST: usize>(
    deserializer: D,
) -> Result<(Vec<Reference>, usize), D::Error>
where
    D: Deserializer<'de>,
{
    let list = bounded::list::<D, Element, Reference, MOST>(deserializer, |it| it.0)?;
    Ok((list.items, list.beyond))
}

/// References of one member, at most [`REFERENCES`]; fails over it, since one that was left out could be the
/// one that decides. An element that cannot be read counts as one; `null` is none.
pub(crate) fn references<'de, D>(deserializer: D) -> Result<Vec<Reference>, D::Error>
where
    D: Deserializer<'de>,
{
    let list = bounded::list::<D, Element, Reference, REFERENCES>(deserializer, |it| it.0)?;
    if list.beyond > 0 {
        return Err(D::Error::custom("too many references"));
    }
    Ok(list.items)
}

impl<'de> Deserialize<'de> for Meta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Raw {
            #[serde(default, deserialize_with = "bounded::token")]
            version_id: Option<String>,
            #[serde(default, deserialize_with = "bounded::text")]
            last_updated: Option<String>,
        }
        let raw = Raw::deserialize(deserializer)?;
        Ok(Self {
            version_id: raw.version_id,
            last_updated: raw.last_updated.and_then(|text| parse_instant(&text).ok()),
        })
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            #[serde(default, deserialize_with = "date")]
            start: Option<PartialDate>,
            #[serde(default, deserialize_with = "date")]
            end: Option<PartialDate>,
        }
        let Raw { start, end } = Raw::deserialize(deserializer)?;
        Ok(Self { start, end })
    }
}

/// A `dateTime`; one that cannot be read is none.
pub(crate) fn date<'de, D>(deserializer: D) -> Result<Option<PartialDate>, D::Error>
where
    D: Deserializer<'de>,
{
    let text = bounded::text(deserializer)?;
    Ok(text.and_then(|text| PartialDate::parse(&text).ok()))
}

/// A JSON number as it was written; anything else is none.
fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = <&serde_json::value::RawValue>::deserialize(deserializer)?.get();
    let is_number = raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    Ok(is_number.then(|| raw.to_owned()))
}

/// Implements `Debug` without content: who refers to whom, and what was measured, is about a patient.
macro_rules! prints_nothing {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}

prints_nothing!(
    Coding,
    CodeableConcept,
    Identifier,
    Period,
    Quantity,
    Reference
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read<T: for<'de> Deserialize<'de>>(json: &str) -> T {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_wrong_type_costs_only_its_member() {
        let concept: CodeableConcept =
            read(r#"{"text":7,"coding":[null,"x",{"display":null},{"display":"Results"}]}"#);
        assert_eq!(concept.shown().as_deref(), Some("Results"));
        let meta: Meta = read(r#"{"versionId":2,"lastUpdated":"2026-03-05T10:20:30Z"}"#);
        assert_eq!(meta.version_id.as_deref(), Some("2"));
        assert!(meta.last_updated.is_some());
        let period: Period = read(r#"{"start":"2026-03","end":7}"#);
        assert_eq!(period.start.unwrap().text, "2026-03");
        assert!(period.end.is_none());
        let identifier: Identifier = read(r#"{"system":null,"value":"7"}"#);
        assert_eq!(
            (identifier.system, identifier.value.as_deref()),
            (None, Some("7"))
        );
    }

    #[test]
    fn an_amount_keeps_its_precision() {
        let amount: Quantity = read(r#"{"value":1.10,"unit":"mg","code":7}"#);
        assert_eq!(amount.value.as_deref(), Some("1.10"));
        assert_eq!((amount.unit.as_deref(), amount.code), (Some("mg"), None));
        assert_eq!(read::<Quantity>(r#"{"value":"1.10"}"#).value, None);
    }

    #[test]
    fn a_reference_that_cannot_be_read_says_so() {
        for odd in [
            r#""Patient/ana""#,
            "7",
            "[]",
            r#"{"reference":7}"#,
            r#"{"reference":"Patient/ana","type":["Patient"]}"#,
            r#"{"identifier":"7"}"#,
        ] {
            assert!(read::<Element>(odd).0.unwrap().unreadable, "{odd}");
        }
        for several in [
            r#"[{"reference":"Patient/ana"},{"reference":"Patient/ben"}]"#,
            r#"[null]"#,
            r#"["Patient/ana"]"#,
        ] {
            assert!(read::<Element>(several).0.unwrap().unreadable, "{several}");
        }
        let one = read::<Element>(r#"[{"reference":"Patient/ana"}]"#);
        assert_eq!(one.0, Some(Reference::literal("Patient/ana")));
        let fine = read::<Element>(r#"{"reference":"Patient/ana","display":7,"identifier":null}"#);
        let fine = fine.0.unwrap();
        assert!(!fine.unreadable);
        assert_eq!(fine.reference.as_deref(), Some("Patient/ana"));
        assert_eq!(read::<Element>("null").0, None);
        let list = references(&mut serde_json::Deserializer::from_str(r#"[null,{},7]"#)).unwrap();
        assert_eq!(list.iter().filter(|it| it.unreadable).count(), 1);
        assert_eq!(list.len(), 2);
    }

    #[test]
    fn concepts_are_bounded() {
        let many = vec![r#"{"display":"a"}"#; CODINGS + 5].join(",");
        let concept: CodeableConcept = read(&format!(r#"{{"coding":[{many}]}}"#));
        assert_eq!(concept.coding.len(), CODINGS);
    }
}
