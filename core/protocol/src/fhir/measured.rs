//! What was measured, and how it is to be read: the members that an `Observation` and its components share
//! (<https://hl7.org/fhir/R4/observation.html>, members of R5 included).

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::value::RawValue;

use super::datatypes::{CodeableConcept, Quantity};
use crate::bounded;
use crate::limits::{CODINGS, COMPONENTS};

/// A name, a value and how to read it.
#[derive(Clone, PartialEq)]
pub struct Measured {
    /// What was measured.
    pub code: CodeableConcept,
    /// What came of it.
    pub value: Value,
    /// Why there is no value.
    pub absent: Option<CodeableConcept>,
    /// What the laboratory says of it: high, low, normal.
    pub interpretations: Vec<CodeableConcept>,
    /// What is usual, as given.
    pub ranges: Vec<ReferenceRange>,
}

/// `value[x]`. Where a sender gives several, the first in this order counts.
#[derive(Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Value {
    None,
    Quantity(Quantity),
    Concept(CodeableConcept),
    Text(String),
    Boolean(bool),
    Integer(i64),
    Range {
        low: Option<Quantity>,
        high: Option<Quantity>,
    },
    Ratio {
        numerator: Option<Quantity>,
        denominator: Option<Quantity>,
    },
    /// As sent.
    Time(String),
    /// As sent.
    Date(String),
    /// As sent.
    Period {
        start: Option<String>,
        end: Option<String>,
    },
    /// There is one of another kind, such as a curve.
    Unsupported,
}

/// What is usual (<https://hl7.org/fhir/R4/observation-definitions.html#Observation.referenceRange>).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReferenceRange {
    /// From.
    #[serde(default, deserialize_with = "bounded::object")]
    pub low: Option<Quantity>,
    /// To.
    #[serde(default, deserialize_with = "bounded::object")]
    pub high: Option<Quantity>,
    /// What kind of range it is: normal, recommended.
    #[serde(default, rename = "type", deserialize_with = "bounded::object")]
    pub kind: Option<CodeableConcept>,
    /// For whom it is, such as for women.
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    pub applies_to: Vec<CodeableConcept>,
    /// For which age.
    #[serde(default, deserialize_with = "bounded::object")]
    pub age: Option<Ages>,
    /// In words.
    #[serde(default, deserialize_with = "bounded::text")]
    pub text: Option<String>,
}

/// A span of ages.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Ages {
    /// From.
    #[serde(default, deserialize_with = "bounded::object")]
    pub low: Option<Quantity>,
    /// To.
    #[serde(default, deserialize_with = "bounded::object")]
    pub high: Option<Quantity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default, deserialize_with = "bounded::object")]
    code: Option<CodeableConcept>,
    #[serde(default, deserialize_with = "bounded::object")]
    value_quantity: Option<Quantity>,
    #[serde(default, deserialize_with = "bounded::object")]
    value_codeable_concept: Option<CodeableConcept>,
    #[serde(default, deserialize_with = "bounded::text")]
    value_string: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    value_boolean: Option<bool>,
    #[serde(default, deserialize_with = "scalar")]
    value_integer: Option<i64>,
    #[serde(default, deserialize_with = "bounded::object")]
    value_range: Option<Ages>,
    #[serde(default, deserialize_with = "bounded::object")]
    value_ratio: Option<Ratio>,
    #[serde(default, deserialize_with = "bounded::text")]
    value_time: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    value_date_time: Option<String>,
    #[serde(default, deserialize_with = "bounded::object")]
    value_period: Option<Span>,
    #[serde(default, deserialize_with = "present")]
    value_sampled_data: bool,
    #[serde(default, deserialize_with = "present")]
    value_attachment: bool,
    #[serde(default, deserialize_with = "present")]
    value_reference: bool,
    #[serde(default, deserialize_with = "bounded::object")]
    data_absent_reason: Option<CodeableConcept>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    interpretation: Vec<CodeableConcept>,
    #[serde(
        default,
        deserialize_with = "bounded::first_objects::<_, _, COMPONENTS>"
    )]
    reference_range: Vec<ReferenceRange>,
}

#[derive(Deserialize)]
struct Ratio {
    #[serde(default, deserialize_with = "bounded::object")]
    numerator: Option<Quantity>,
    #[serde(default, deserialize_with = "bounded::object")]
    denominator: Option<Quantity>,
}

#[derive(Deserialize)]
struct Span {
    #[serde(default, deserialize_with = "bounded::text")]
    start: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    end: Option<String>,
}

/// A flag or a whole number; anything else is none.
fn scalar<'de, D: Deserializer<'de>, T: std::str::FromStr>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(<&RawValue>::deserialize(deserializer)?.get().parse().ok())
}

/// Whether anything is there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(<&RawValue>::deserialize(deserializer)?.get() != "null")
}

impl Raw {
    fn value(&mut self) -> Value {
        let text = |text: &mut Option<String>| text.take().filter(|text| !text.trim().is_empty());
        if let Some(quantity) = self.value_quantity.take().filter(says) {
            return Value::Quantity(quantity);
        }
        if let Some(concept) = self.value_codeable_concept.take() {
            return Value::Concept(concept);
        }
        if let Some(text) = text(&mut self.value_string) {
            return Value::Text(text);
        }
        if let Some(flag) = self.value_boolean {
            return Value::Boolean(flag);
        }
        if let Some(number) = self.value_integer {
            return Value::Integer(number);
        }
        if let Some(Ages { low, high }) = self.value_range.take() {
            return Value::Range { low, high };
        }
        if let Some(ratio) = self.value_ratio.take() {
            let Ratio {
                numerator,
                denominator,
            } = ratio;
            return Value::Ratio {
                numerator,
                denominator,
            };
        }
        if let Some(time) = text(&mut self.value_time) {
            return Value::Time(time);
        }
        if let Some(date) = text(&mut self.value_date_time) {
            return Value::Date(date);
        }
        if let Some(Span { start, end }) = self.value_period.take() {
            return Value::Period { start, end };
        }
        match self.value_sampled_data || self.value_attachment || self.value_reference {
            true => Value::Unsupported,
            false => Value::None,
        }
    }
}

/// Whether a quantity says anything beside its unit.
fn says(quantity: &Quantity) -> bool {
    quantity.value.is_some()
}

impl<'de> Deserialize<'de> for Measured {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut raw = Raw::deserialize(deserializer)?;
        Ok(Self {
            value: raw.value(),
            code: raw.code.unwrap_or_default(),
            absent: raw.data_absent_reason,
            interpretations: raw.interpretation,
            ranges: raw.reference_range,
        })
    }
}

impl Measured {
    /// How many elements its lists have.
    pub(super) fn lists(&self) -> usize {
        let ranges = self.ranges.iter();
        1 + self.code.coding.len()
            + self.interpretations.len()
            + ranges
                .map(|range| 3 + range.applies_to.len())
                .sum::<usize>()
    }
}
