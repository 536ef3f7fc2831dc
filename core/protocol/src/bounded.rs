//! Deserialises JSON from servers: tolerates members of a wrong type and bounds memory.
//!
//! Two rules, for every document of this crate:
//!
//! - **A member of a wrong type costs that member.** `null`, a number instead of a string, or a string instead of an
//!   object counts as absent, and the rest of the document is read. Where an absent member would mean something (whom a
//!   record is about), its type says "unreadable" instead; see [`Reference`](crate::fhir::datatypes::Reference).
//! - **An array takes memory only up to its cap.** Elements are counted while they are read, so a list of a million
//!   empty objects is never in memory. Lists that decide something fail above their cap ([`objects`]); lists that are
//!   only displayed are truncated ([`first_objects`], [`first_texts`]).
//!
//! Everything is read in one pass. It fails for invalid JSON, for a member given twice, and for a list above its cap.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A string, or a value of another type in its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Text {
    /// Missing or `null`.
    #[default]
    Absent,
    /// A text.
    Is(String),
    /// Of another type.
    Odd,
}

impl Text {
    pub(crate) fn ok(self) -> Option<String> {
        match self {
            Self::Is(text) => Some(text),
            Self::Absent | Self::Odd => None,
        }
    }

    pub(crate) fn is_odd(&self) -> bool {
        *self == Self::Odd
    }
}

/// An object read as `T`, or a value of another type in its place.
pub(crate) enum Object<T> {
    /// Missing or `null`.
    Absent,
    /// An object.
    Is(T),
    /// Of another type.
    Odd,
}

impl<T> Object<T> {
    pub(crate) fn ok(self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Odd => None,
        }
    }
}

/// Defines a visitor that accepts any JSON, with one method for each JSON type.
macro_rules! accept_scalars {
    ($odd:expr, $absent:expr) => {
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("JSON")
        }

        fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok($odd)
        }

        fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok($odd)
        }

        fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok($odd)
        }

        fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok($odd)
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok($absent)
        }
    };
}

pub(crate) use accept_scalars;

pub(crate) fn skip_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

pub(crate) fn skip_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Text;

            accept_scalars!(Text::Odd, Text::Absent);

            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text::Is(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Text, A::Error> {
                skip_seq(seq).map(|()| Text::Odd)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
                skip_map(map).map(|()| Text::Odd)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Any<T> {
            type Value = Object<T>;

            accept_scalars!(Object::Odd, Object::Absent);

            fn visit_str<E: Error>(self, _: &str) -> Result<Object<T>, E> {
                Ok(Object::Odd)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Object<T>, A::Error> {
                skip_seq(seq).map(|()| Object::Odd)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object::Is)
            }
        }

        deserializer.deserialize_any(Any(PhantomData))
    }
}

/// Reads a string; any other value is `None`.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Text::deserialize(deserializer).map(Text::ok)
}

/// An id or the like: a text, or the whole number that some server wrote instead; anything else is none.
pub(crate) fn token<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Token::deserialize(deserializer).map(|token| token.0)
}

/// See [`token`].
#[derive(Default)]
pub(crate) struct Token(pub(crate) Option<String>);

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Token;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Token, E> {
                Ok(Token(Some(text.to_owned())))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Token, E> {
                Ok(Token(Some(number.to_string())))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Token, E> {
                Ok(Token(Some(number.to_string())))
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<Token, E> {
                Ok(Token(None))
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<Token, E> {
                Ok(Token(None))
            }

            fn visit_unit<E: Error>(self) -> Result<Token, E> {
                Ok(Token(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Token, A::Error> {
                skip_seq(seq).map(|()| Token(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Token, A::Error> {
                skip_map(map).map(|()| Token(None))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

/// A size or a count: a whole number, also as text, as R5 writes `integer64`; anything else is none.
pub(crate) fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(token(deserializer)?.and_then(|text| text.trim().parse().ok()))
}

/// Reads an object; any other value is `None`.
pub(crate) fn object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Object::deserialize(deserializer).map(Object::ok)
}

/// The same in an allocation of its own.
pub(crate) fn boxed<'de, D, T>(deserializer: D) -> Result<Option<Box<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    object(deserializer).map(|value| value.map(Box::new))
}

/// Reads a flag; anything but `true` is false.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(matches!(
        Scalar::deserialize(deserializer)?,
        Scalar::Flag(true)
    ))
}

enum Scalar {
    Flag(bool),
    Other,
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_bool<E: Error>(self, flag: bool) -> Result<Scalar, E> {
                Ok(Scalar::Flag(flag))
            }

            fn visit_u64<E: Error>(self, _: u64) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_i64<E: Error>(self, _: i64) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_unit<E: Error>(self) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_str<E: Error>(self, _: &str) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Scalar, A::Error> {
                skip_seq(seq).map(|()| Scalar::Other)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Scalar, A::Error> {
                skip_map(map).map(|()| Scalar::Other)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

/// Reads a list of at most `MOST` objects and fails above that. Elements of another type are left out; a single object
/// is a list of one.
pub(crate) fn objects<'de, D, T, const MOST: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let List { items, beyond } = list::<D, Object<T>, T, MOST>(deserializer, Object::ok)?;
    if beyond > 0 {
        return Err(D::Error::custom("too many elements"));
    }
    Ok(items)
}

/// Reads the first `MOST` objects of a list.
pub(crate) fn first_objects<'de, D, T, const MOST: usize>(
    deserializer: D,
) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    list::<D, Object<T>, T, MOST>(deserializer, Object::ok).map(|list| list.items)
}

/// Reads the first `MOST` strings of a list. A single string is a list of one.
pub(crate) fn first_texts<'de, D, const MOST: usize>(
    deserializer: D,
) -> Result<Vec<String>, D::Error>
where
    D: Deserializer<'de>,
{
    list::<D, Text, String, MOST>(deserializer, Text::ok).map(|list| list.items)
}

/// The elements of a list, up to a cap.
pub(crate) struct List<T> {
    pub(crate) items: Vec<T>,
    /// Elements that the list has beyond the cap.
    pub(crate) beyond: usize,
}

/// Reads a list element by element as `E` and keeps at most `MOST` results of `take`.
///
/// Elements above the cap are skipped without being built. A scalar that `E` accepts is a list of one; `null` is an
/// empty list.
pub(crate) fn list<'de, D, E, T, const MOST: usize>(
    deserializer: D,
    take: fn(E) -> Option<T>,
) -> Result<List<T>, D::Error>
where
    D: Deserializer<'de>,
    E: Deserialize<'de>,
{
    struct Any<E, T, const MOST: usize> {
        take: fn(E) -> Option<T>,
    }

    impl<E, T, const MOST: usize> Any<E, T, MOST> {
        fn one(self, element: E) -> List<T> {
            List {
                items: (self.take)(element).into_iter().collect(),
                beyond: 0,
            }
        }
    }

    impl<'de, E: Deserialize<'de>, T, const MOST: usize> Visitor<'de> for Any<E, T, MOST> {
        type Value = List<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("JSON")
        }

        fn visit_bool<Er: Error>(self, value: bool) -> Result<List<T>, Er> {
            E::deserialize(serde::de::value::BoolDeserializer::new(value)).map(|it| self.one(it))
        }

        fn visit_i64<Er: Error>(self, value: i64) -> Result<List<T>, Er> {
            E::deserialize(serde::de::value::I64Deserializer::new(value)).map(|it| self.one(it))
        }

        fn visit_u64<Er: Error>(self, value: u64) -> Result<List<T>, Er> {
            E::deserialize(serde::de::value::U64Deserializer::new(value)).map(|it| self.one(it))
        }

        fn visit_f64<Er: Error>(self, value: f64) -> Result<List<T>, Er> {
            E::deserialize(serde::de::value::F64Deserializer::new(value)).map(|it| self.one(it))
        }

        fn visit_str<Er: Error>(self, value: &str) -> Result<List<T>, Er> {
            E::deserialize(serde::de::value::StrDeserializer::new(value)).map(|it| self.one(it))
        }

        fn visit_unit<Er: Error>(self) -> Result<List<T>, Er> {
            Ok(List {
                items: Vec::new(),
                beyond: 0,
            })
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<List<T>, A::Error> {
            E::deserialize(MapAccessDeserializer::new(map)).map(|it| self.one(it))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
            let mut items = Vec::new();
            while items.len() < MOST {
                let Some(element) = seq.next_element()? else {
                    return Ok(List { items, beyond: 0 });
                };
                items.extend((self.take)(element));
            }
            let mut beyond = 0;
            while seq.next_element::<IgnoredAny>()?.is_some() {
                beyond += 1;
            }
            Ok(List { items, beyond })
        }
    }

    deserializer.deserialize_any(Any::<E, T, MOST> { take })
}

#[cfg(test)]
mod tests;
