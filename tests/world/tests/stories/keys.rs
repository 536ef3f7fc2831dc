//! One object's keys, each to be asked for; what nobody asked for is a mistake in the story.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Why a story did not hold, or cannot be run as it is written.
#[derive(Debug)]
pub(crate) struct Problem(pub(crate) String);

impl Problem {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }
}

pub(crate) struct Keys<'a> {
    object: &'a Map<String, Value>,
    asked: BTreeSet<String>,
}

impl<'a> Keys<'a> {
    pub(crate) fn new(value: &'a Value) -> Result<Self, Problem> {
        let object = value.as_object().ok_or_else(|| Problem::new("no object"))?;
        Ok(Self {
            object,
            asked: BTreeSet::new(),
        })
    }

    fn get(&mut self, name: &str) -> Option<&'a Value> {
        self.asked.insert(name.to_owned());
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn typed<T>(
        &mut self,
        name: &str,
        kind: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => read(value)
                .map(Some)
                .ok_or_else(|| Problem(format!("`{name}` is no {kind}"))),
        }
    }

    pub(crate) fn text_or_none(&mut self, name: &str) -> Result<Option<String>, Problem> {
        self.typed(name, "text", |value| value.as_str().map(str::to_owned))
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<String, Problem> {
        self.text_or_none(name)?.ok_or_else(|| missing(name))
    }

    pub(crate) fn number_or_none(&mut self, name: &str) -> Result<Option<u64>, Problem> {
        self.typed(name, "whole number", Value::as_u64)
    }

    pub(crate) fn number(&mut self, name: &str) -> Result<u64, Problem> {
        self.number_or_none(name)?.ok_or_else(|| missing(name))
    }

    pub(crate) fn flag_or_none(&mut self, name: &str) -> Result<Option<bool>, Problem> {
        self.typed(name, "flag", Value::as_bool)
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, Problem> {
        self.flag_or_none(name)?.ok_or_else(|| missing(name))
    }

    pub(crate) fn part(&mut self, name: &str) -> Result<Option<Value>, Problem> {
        self.typed(name, "object", |value| {
            value.is_object().then(|| value.clone())
        })
    }

    pub(crate) fn list(&mut self, name: &str) -> Result<Vec<Value>, Problem> {
        self.typed(name, "list", |value| value.as_array().cloned())?
            .ok_or_else(|| missing(name))
    }

    /// One of these words; the first where the key is absent and `has_default`.
    pub(crate) fn word(
        &mut self,
        name: &str,
        words: &[&str],
        has_default: bool,
    ) -> Result<String, Problem> {
        let default = has_default.then(|| words[0].to_owned());
        let word = self
            .text_or_none(name)?
            .or(default)
            .ok_or_else(|| missing(name))?;
        if words.contains(&word.as_str()) {
            return Ok(word);
        }
        Err(Problem(format!(
            "`{name}` is `{word}`, not one of {}",
            words.join(", ")
        )))
    }

    /// All keys that were not asked for yet, as they are written.
    pub(crate) fn rest(&mut self) -> Value {
        let rest: Map<String, Value> = self
            .object
            .iter()
            .filter(|(name, _)| !self.asked.contains(*name))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        self.asked.extend(rest.keys().cloned());
        Value::Object(rest)
    }

    pub(crate) fn done(&self) -> Result<(), Problem> {
        match self.object.keys().find(|name| !self.asked.contains(*name)) {
            None => Ok(()),
            Some(name) => Err(Problem(format!("unknown key `{name}`"))),
        }
    }
}

fn missing(name: &str) -> Problem {
    Problem(format!("`{name}` is missing"))
}
