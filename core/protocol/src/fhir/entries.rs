//! The entries of a page, sorted into what they are while they are read.
//!
//! Each resource stays raw. An entry without a readable resource is counted and takes no memory; so is what is over
//! [`ENTRIES`].

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::outcome::OperationOutcome;
use crate::bounded::{self, Object, accept_scalars};
use crate::limits::{ENTRIES, OUTCOMES};

/// One resource of a page, not yet read.
pub struct Entry<'a> {
    /// `resourceType`.
    pub kind: Cow<'a, str>,
    /// Why it is on the page.
    pub mode: SearchMode,
    /// The resource as sent.
    pub resource: &'a RawValue,
}

/// Why a resource is on a page (`Bundle.entry.search.mode`); outcomes are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchMode {
    /// It matched the search. Also when the server does not say.
    Match,
    /// It is there because a match refers to it.
    Include,
}

/// The elements of `entry`, sorted into what they are while they are read.
#[derive(Default)]
pub(super) struct Entries<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) outcomes: Vec<OperationOutcome>,
    pub(super) broken: usize,
}

impl<'a> Entries<'a> {
    fn take(&mut self, RawEntry { resource, search }: RawEntry<'a>) {
        let Some((resource, kind)) = resource.and_then(|it| Some((it, kind_of(it.get())?))) else {
            self.broken += 1;
            return;
        };
        let mode = search.and_then(|search| search.mode);
        if kind == "OperationOutcome" || mode.as_deref() == Some("outcome") {
            match OperationOutcome::parse(resource.get().as_bytes()) {
                Ok(outcome) if self.outcomes.len() < OUTCOMES => self.outcomes.push(outcome),
                Ok(_) => {}
                Err(_) => self.broken += 1,
            }
            return;
        }
        if self.entries.len() == ENTRIES {
            self.broken += 1;
            return;
        }
        let mode = match mode.as_deref() {
            Some("include") => SearchMode::Include,
            _ => SearchMode::Match,
        };
        self.entries.push(Entry {
            kind,
            mode,
            resource,
        });
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<'a>(PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for List<'a> {
            type Value = Entries<'a>;

            accept_scalars!(Entries::default(), Entries::default());

            fn visit_str<E: Error>(self, _: &str) -> Result<Entries<'a>, E> {
                Ok(Entries::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entries<'a>, A::Error> {
                bounded::skip_map(map).map(|()| Entries::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Entries<'a>, A::Error> {
                let mut read = Entries::default();
                while let Some(element) = seq.next_element::<Object<RawEntry<'a>>>()? {
                    match element {
                        Object::Is(entry) => read.take(entry),
                        Object::Absent | Object::Odd => read.broken += 1,
                    }
                }
                Ok(read)
            }
        }

        deserializer.deserialize_any(List(PhantomData))
    }
}

#[derive(Deserialize)]
struct RawEntry<'a> {
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "bounded::object")]
    search: Option<RawSearch>,
}

/// `resourceType`, which servers write first: looking there saves reading the whole resource for it.
fn kind_of(resource: &str) -> Option<Cow<'_, str>> {
    let first = resource.strip_prefix("{\"resourceType\":\"");
    let name = first
        .and_then(|rest| rest.split_once('"'))
        .map(|(name, _)| name);
    match name {
        Some(name) if name.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            Some(Cow::Borrowed(name))
        }
        _ => serde_json::from_str::<RawKind<'_>>(resource)
            .ok()
            .map(|raw| raw.kind),
    }
}

#[derive(Deserialize)]
struct RawSearch {
    #[serde(default, deserialize_with = "bounded::text")]
    mode: Option<String>,
}

#[derive(Deserialize)]
struct RawKind<'a> {
    #[serde(rename = "resourceType", borrow)]
    kind: Cow<'a, str>,
}
