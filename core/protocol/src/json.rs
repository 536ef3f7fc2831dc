//! Reads JSON documents of other servers.
//!
//! A body is an object in UTF-8, with or without a byte order mark (RFC 8259 §8.1), nested at most
//! [`limits::JSON_DEPTH`] deep. Anything else is [`Unreadable`], which differs from an empty document.
//!
//! Members are read one by one. Absent, `null` and `""` mean the same. A member of a wrong type costs only itself, and
//! [`Member::take`] notes its name so that it is reported as wrong instead of missing. Obvious variants are accepted: a
//! single value instead of a list, a flag or a number as a string. This is for the small documents of authorization
//! servers, whose wrong members are reported; pages of records are read in one pass by `bounded`.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::secret::Secret;
use crate::{bounded, limits};

/// Why a body is not a document. The text contains nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not a JSON object in UTF-8.
    #[error("not a JSON object")]
    NotAnObject,
    /// Nested deeper than [`limits::JSON_DEPTH`].
    #[error("nested too deeply")]
    TooDeep,
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns the text of an object without its byte order mark.
pub(crate) fn text(body: &[u8]) -> Result<&str, Unreadable> {
    if !limits::depth_is_fine(body) {
        return Err(Unreadable::TooDeep);
    }
    // serde_json does not check the encoding of what it skips.
    let text = std::str::from_utf8(body).map_err(|_| Unreadable::NotAnObject)?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    // serde would fill a struct from an array as well.
    if !text.trim_start().starts_with('{') {
        return Err(Unreadable::NotAnObject);
    }
    Ok(text)
}

/// Reads an object.
pub(crate) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Unreadable> {
    serde_json::from_str(text(body)?).map_err(|_| Unreadable::NotAnObject)
}

/// A member of a document, read as `K`.
#[derive(Debug)]
pub(crate) struct Member<K: Kind> {
    said: Said<K::Value>,
    kind: PhantomData<K>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Said<T> {
    Nothing,
    Wrong,
    Is(T),
    /// The part that could be read.
    Partly(T),
}

/// A type of value and the variants that are accepted for it.
pub(crate) trait Kind {
    type Value;

    fn read(raw: &str) -> Option<Read<Self::Value>>;
}

/// The result of reading a value that is not `null`.
pub(crate) enum Read<T> {
    /// An empty string, which counts as absent.
    Nothing,
    All(T),
    Part(T),
}

impl<K: Kind> Default for Member<K> {
    fn default() -> Self {
        Self::new(Said::Nothing)
    }
}

impl<K: Kind> Member<K> {
    fn new(said: Said<K::Value>) -> Self {
        let kind = PhantomData;
        Self { said, kind }
    }

    /// Returns the value. If there is one that cannot be read, adds `name` to `wrong`.
    pub(crate) fn take(
        self,
        name: &'static str,
        wrong: &mut Vec<&'static str>,
    ) -> Option<K::Value> {
        if self.is_wrong() || matches!(self.said, Said::Partly(_)) {
            wrong.push(name);
        }
        self.get()
    }

    /// Returns the value without reporting a wrong one.
    pub(crate) fn get(self) -> Option<K::Value> {
        match self.said {
            Said::Is(value) | Said::Partly(value) => Some(value),
            Said::Nothing | Said::Wrong => None,
        }
    }

    /// Whether there is a value and none of it can be read.
    pub(crate) fn is_wrong(&self) -> bool {
        matches!(self.said, Said::Wrong)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Member<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        Ok(Self::new(match raw {
            "null" => Said::Nothing,
            _ => match K::read(raw) {
                None => Said::Wrong,
                Some(Read::Nothing) => Said::Nothing,
                Some(Read::All(value)) => Said::Is(value),
                Some(Read::Part(value)) => Said::Partly(value),
            },
        }))
    }
}

fn parse<T: DeserializeOwned>(raw: &str) -> Option<T> {
    serde_json::from_str(raw).ok()
}

/// A string; an empty one counts as absent.
#[derive(Debug)]
pub(crate) struct Text;

impl Kind for Text {
    type Value = String;

    fn read(raw: &str) -> Option<Read<String>> {
        let text: String = parse(raw)?;
        Some(match text.is_empty() {
            true => Read::Nothing,
            false => Read::All(text),
        })
    }
}

/// A string that must not be printed.
#[derive(Debug)]
pub(crate) struct Hidden;

impl Kind for Hidden {
    type Value = Secret;

    fn read(raw: &str) -> Option<Read<Secret>> {
        let text: Secret = parse(raw)?;
        Some(match text.expose().is_empty() {
            true => Read::Nothing,
            false => Read::All(text),
        })
    }
}

/// `true` or `false`, also as a string.
#[derive(Debug)]
pub(crate) struct Flag;

impl Kind for Flag {
    type Value = bool;

    fn read(raw: &str) -> Option<Read<bool>> {
        let said = match parse(raw)? {
            Value::Bool(said) => said,
            Value::String(text) if text.is_empty() => return Some(Read::Nothing),
            Value::String(text) if text.eq_ignore_ascii_case("true") => true,
            Value::String(text) if text.eq_ignore_ascii_case("false") => false,
            _ => return None,
        };
        Some(Read::All(said))
    }
}

/// A finite number that is not negative, also as a string. Users round it down.
#[derive(Debug)]
pub(crate) struct Number;

impl Kind for Number {
    type Value = f64;

    fn read(raw: &str) -> Option<Read<f64>> {
        let said = match parse(raw)? {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) if text.is_empty() => return Some(Read::Nothing),
            Value::String(text) => number(&text)?,
            _ => return None,
        };
        (said.is_finite() && said >= 0.0).then_some(Read::All(said))
    }
}

/// A whole number that is not negative.
#[derive(Debug)]
pub(crate) struct Count;

impl Kind for Count {
    type Value = u32;

    fn read(raw: &str) -> Option<Read<u32>> {
        match Number::read(raw)? {
            Read::All(number) | Read::Part(number) => {
                let whole = number.fract() == 0.0 && number <= f64::from(u32::MAX);
                whole.then_some(Read::All(number as u32))
            }
            Read::Nothing => Some(Read::Nothing),
        }
    }
}

/// Digits with an optional fraction: `parse` alone would take `inf` and `1e9`.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| text.parse().ok()).flatten()
}

/// A list of words, or one string with words separated by spaces. Elements of another type are left out.
#[derive(Debug)]
pub(crate) struct Words;

impl Kind for Words {
    type Value = Vec<String>;

    fn read(raw: &str) -> Option<Read<Vec<String>>> {
        if raw.starts_with('"') {
            let text: String = parse(raw)?;
            let words: Vec<String> = text.split_ascii_whitespace().map(str::to_owned).collect();
            return Some(match words.is_empty() {
                true => Read::Nothing,
                false => Read::All(words),
            });
        }
        let (mut words, whole) = items::<String>(raw)?;
        words.retain(|word| !word.is_empty());
        Some(part_of(words, whole))
    }
}

/// A list of strings, or a single string.
#[derive(Debug)]
pub(crate) struct Texts;

impl Kind for Texts {
    type Value = Vec<Secret>;

    fn read(raw: &str) -> Option<Read<Vec<Secret>>> {
        if raw.starts_with('"') {
            return Some(Read::All(vec![parse(raw)?]));
        }
        let (texts, whole) = items(raw)?;
        Some(part_of(texts, whole))
    }
}

/// A list of objects, or a single object. Other elements are left out.
#[derive(Debug)]
pub(crate) struct Objects<T>(PhantomData<T>);

impl<T: DeserializeOwned> Kind for Objects<T> {
    type Value = Vec<T>;

    fn read(raw: &str) -> Option<Read<Vec<T>>> {
        if raw.starts_with('{') {
            return parse(raw).map(|one| Read::All(vec![one]));
        }
        let (objects, whole) = items(raw)?;
        Some(part_of(objects, whole))
    }
}

/// Reads the items of a list as `T`, at most [`limits::ITEMS`], and returns whether these are all items.
fn items<T: DeserializeOwned>(raw: &str) -> Option<(Vec<T>, bool)> {
    let mut json = serde_json::Deserializer::from_str(raw);
    let list = bounded::list::<_, &RawValue, &RawValue, { limits::ITEMS }>(&mut json, Some).ok()?;
    // serde would fill a struct from an array as well.
    let sound = list
        .items
        .iter()
        .filter(|item| !item.get().starts_with('['));
    let read: Vec<T> = sound.filter_map(|item| parse(item.get())).collect();
    let whole = list.beyond == 0 && read.len() == list.items.len();
    Some((read, whole))
}

fn part_of<T>(items: Vec<T>, whole: bool) -> Read<Vec<T>> {
    match whole {
        true => Read::All(items),
        false => Read::Part(items),
    }
}

/// Any value; `""` counts as absent.
#[derive(Debug)]
pub(crate) struct Anything;

impl Kind for Anything {
    type Value = ();

    fn read(raw: &str) -> Option<Read<()>> {
        Some(match raw {
            "\"\"" => Read::Nothing,
            _ => Read::All(()),
        })
    }
}

#[cfg(test)]
mod tests;
