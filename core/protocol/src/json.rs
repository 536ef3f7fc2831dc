//! Reads JSON that other people's servers wrote: the one place where a body becomes a document.
//!
//! A body is an object in UTF-8, with or without a byte order mark (RFC 8259 §8.1), nested no
//! deeper than [`limits::JSON_DEPTH`]. Anything else is [`Unreadable`], which is not the same as a
//! document that says nothing.
//!
//! Members are read one by one. Absent, `null` and `""` all mean that nothing is said; a wrong type
//! costs that member and no other, and [`Member::take`] notes its name so that it can be reported as
//! wrong instead of missing. What a server plainly meant is understood: a single value where a list
//! belongs, a flag or a number as text. This is for the small documents of authorization servers, whose wrong members are
//! told; pages of records are read in one pass by `bounded`.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::secret::Secret;
use crate::{bounded, limits};

/// Why a body is not a document. Nothing of it is repeated.
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

/// The text of an object, without its byte order mark.
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

/// What a member of a document says, read as `K`.
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
    /// Some of it could be read.
    Partly(T),
}

/// A kind of value, and how generously it is read.
pub(crate) trait Kind {
    type Value;

    fn read(raw: &str) -> Option<Read<Self::Value>>;
}

/// What could be read of a value that is not `null`.
pub(crate) enum Read<T> {
    /// An empty text where nothing is meant.
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

    /// The value; notes `name` in `wrong` if there is one that cannot be read.
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

    /// The value, where nobody is told about wrong ones.
    pub(crate) fn get(self) -> Option<K::Value> {
        match self.said {
            Said::Is(value) | Said::Partly(value) => Some(value),
            Said::Nothing | Said::Wrong => None,
        }
    }

    /// Whether there is a value that cannot be read at all.
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

/// A text; an empty one says nothing.
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

/// The same for what must not be printed.
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

/// `true` or `false`, also as text.
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

/// A finite number that is not negative, also as text. Whoever counts with it rounds it down.
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

/// A list of words, or one text in which spaces separate them. Words of another type are left out.
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

/// A list of texts as they are, or a single one.
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

/// A list of objects, or a single one. Items that are no such object are left out.
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

/// The items of a list that can be read as `T`, at most [`limits::ITEMS`], and whether they are all there are.
fn items<T: DeserializeOwned>(raw: &str) -> Option<(Vec<T>, bool)> {
    let mut json = serde_json::Deserializer::from_str(raw);
    let list = bounded::list::<_, &RawValue, &RawValue, { limits::ITEMS }>(&mut json, Some).ok()?;
    // serde would fill a struct from an array as well.
    let sound = list
        .items
        .iter()
        .filter(|item| !item.get().starts_with('['));
    let read: Vec<T> = sound.filter_map(|item| parse(item.get())).collect();
    let whole = !list.over && read.len() == list.items.len();
    Some((read, whole))
}

fn part_of<T>(items: Vec<T>, whole: bool) -> Read<Vec<T>> {
    match whole {
        true => Read::All(items),
        false => Read::Part(items),
    }
}

/// Whatever it is, as long as it is there: `""` counts as absent.
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
