//! The entries of a page, sorted into what they are while they are read.
//!
//! Each resource stays raw. An entry without a readable resource is counted and takes no memory; so is what is over
//! [`ENTRIES`]. An entry that is no JSON was cut out of its page and is kept as it is, up to [`CUT_ENTRIES`].

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::outcome::{OperationOutcome, Severity};
use super::{FhirError, scan};
use crate::bounded::{self, Object, accept_scalars};
use crate::limits::{CUT_ENTRIES, ENTRIES, OUTCOMES, depth_is_fine};

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

/// An entry that is no JSON, as sent.
pub(super) struct Cut<'a> {
    /// `resourceType`, if it can be found.
    pub(super) kind: Option<&'a str>,
    /// The resource, else the whole entry.
    pub(super) raw: &'a str,
}

/// The elements of `entry`, sorted into what they are while they are read.
#[derive(Default)]
pub(super) struct Entries<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) outcomes: Vec<OperationOutcome>,
    pub(super) broken: usize,
    pub(super) cut: Vec<Cut<'a>>,
    /// An outcome says that something is missing, be it kept or not.
    pub(super) incomplete: bool,
}

impl<'a> Entries<'a> {
    fn take(&mut self, entry: RawEntry<'a>) {
        let RawEntry {
            resource,
            search,
            response,
        } = entry;
        if let Some(outcome) = response.and_then(|response| response.outcome) {
            self.outcome(outcome.get());
        }
        let Some((resource, kind)) = resource.and_then(|it| Some((it, kind_of(it.get())?))) else {
            self.broken += 1;
            return;
        };
        let mode = search.and_then(|search| search.mode);
        if kind == "OperationOutcome" || mode.as_deref() == Some("outcome") {
            self.outcome(resource.get());
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

    pub(super) fn outcome(&mut self, json: &str) {
        match OperationOutcome::of(json) {
            Ok(outcome) => {
                self.incomplete |= says_incomplete(&outcome);
                if self.outcomes.len() < OUTCOMES {
                    self.outcomes.push(outcome);
                }
            }
            // Without an issue it says nothing.
            Err(FhirError::Invalid { .. }) => {}
            Err(_) => self.broken += usize::from(json != "null"),
        }
    }

    /// Reads a list whose elements may be no JSON; `None` if not even its elements can be told apart.
    pub(super) fn cut_out(list: &'a str) -> Option<Self> {
        let mut read = Self::default();
        let mut elements = scan::elements(list)?;
        for element in elements.by_ref() {
            let entry = match depth_is_fine(element.value.as_bytes()) {
                true => serde_json::from_str::<Object<RawEntry<'a>>>(element.value).ok(),
                false => None,
            };
            match entry {
                Some(Object::Is(entry)) => read.take(entry),
                Some(Object::Absent | Object::Odd) => read.broken += 1,
                None if read.cut.len() == CUT_ENTRIES => read.broken += 1,
                None => read.cut.push(Cut::new(element.value)),
            }
        }
        elements.is_whole().then_some(read)
    }
}

impl<'a> Cut<'a> {
    fn new(entry: &'a str) -> Self {
        let raw = scan::member(entry, "resource").unwrap_or(entry);
        let kind = scan::member(raw, "resourceType");
        let kind = kind.and_then(|kind| kind.strip_prefix('"')?.strip_suffix('"'));
        Self { kind, raw }
    }
}

/// Whether an outcome says that the result is not all there is: an error, or a warning with this very code
/// (<https://hl7.org/fhir/R4/search.html#errors>).
fn says_incomplete(outcome: &OperationOutcome) -> bool {
    outcome.issues.iter().any(|issue| match issue.severity {
        Severity::Fatal | Severity::Error => true,
        Severity::Warning => issue.code == "incomplete",
        Severity::Information => false,
    })
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
                let mut read = Entries::default();
                read.take(RawEntry::deserialize(MapAccessDeserializer::new(map))?);
                Ok(read)
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
    #[serde(borrow, default, deserialize_with = "bounded::object")]
    response: Option<RawResponse<'a>>,
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
struct RawResponse<'a> {
    #[serde(borrow)]
    outcome: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawKind<'a> {
    #[serde(rename = "resourceType", borrow)]
    kind: Cow<'a, str>,
}
