//! One page of a search: `Bundle` (<https://hl7.org/fhir/R4/bundle.html>).
//!
//! The page is read once and borrows from the answer; resources stay raw, so that each costs only itself.
//! Entries are counted while they are read and kept up to [`ENTRIES`](crate::limits::ENTRIES); an entry without a
//! resource takes no memory.
//!
//! A page that is no JSON is read once more by its quotes and brackets alone, entry by entry: the one that is broken
//! is kept apart, the others are read. So is one that nests too deeply. Only a page whose entries cannot be told
//! apart, such as one that was cut off, is unreadable as a whole.
//!
//! `total` and `self` are hints: servers estimate the first and rebuild the second. They can tell that
//! something is missing, never that nothing is.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::body::Body;
use super::entries::{Cut, Entries};
use super::outcome::OperationOutcome;
use super::{FhirError, scan};
use crate::bounded;
use crate::limits::{LINKS, RECORD_MEMORY, depth_is_fine};

pub use super::entries::{Entry, SearchMode};

/// A page of search results.
pub struct Bundle<'a> {
    /// How many there are in all, if the server says so in a readable way. Never evidence.
    pub total: Option<u64>,
    /// The next page, as sent. Only [`crate::base_url::Base::link`] makes an address of it.
    pub next: Option<String>,
    /// The search as the server understood it. A hint.
    pub self_link: Option<String>,
    /// The resources, in the order of the page.
    pub entries: Vec<Entry<'a>>,
    /// What the server remarks about the search, such as ignored parameters.
    pub outcomes: Vec<OperationOutcome>,
    /// Entries without a resource, and those over the cap.
    pub broken: usize,
    /// Entries that are no JSON.
    pub(super) cut: Vec<Cut<'a>>,
    incomplete: bool,
    /// How many bytes of memory its records may take.
    pub(super) memory: usize,
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "resourceType", borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "bounded::size")]
    total: Option<u64>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, LINKS>")]
    link: Vec<RawLink>,
    #[serde(borrow, default)]
    entry: Entries<'a>,
    /// R5 puts outcomes here as well.
    #[serde(borrow)]
    issues: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawLink {
    #[serde(default, deserialize_with = "bounded::text")]
    relation: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    url: Option<String>,
}

impl<'a> Bundle<'a> {
    /// Reads a page, of whatever `type`. Fails only if the page as a whole is unreadable; entries without a resource
    /// are counted in [`Bundle::broken`].
    pub fn parse(body: &'a Body<'_>) -> Result<Self, FhirError> {
        let mut read = Self::of_text(body)?;
        read.memory = body.memory(RECORD_MEMORY);
        Ok(read)
    }

    fn of_text(body: &'a Body<'_>) -> Result<Self, FhirError> {
        match Self::strictly(body.text()) {
            Err(FhirError::Unreadable | FhirError::TooDeep) => {}
            read => return read,
        }
        let text = match body.mended() {
            Some(mended) => match Self::strictly(mended) {
                Err(FhirError::Unreadable | FhirError::TooDeep) => mended,
                read => return read,
            },
            None => body.text(),
        };
        match Self::entry_by_entry(text) {
            Some(read) => read,
            None if depth_is_fine(text.as_bytes()) => Err(FhirError::Unreadable),
            None => Err(FhirError::TooDeep),
        }
    }

    fn strictly(text: &'a str) -> Result<Self, FhirError> {
        let mut head: Head<'a> = super::read(text)?;
        let entries = std::mem::take(&mut head.entry);
        Self::of(&head, entries)
    }

    /// Reads a page in which a strict reader gets lost. `None` if it cannot be cut into its entries.
    fn entry_by_entry(text: &'a str) -> Option<Result<Self, FhirError>> {
        let mut members = scan::members(text)?;
        let mut lists = members.by_ref().filter(|member| member.key == "entry");
        let (list, another) = (lists.next()?, lists.next());
        if another.is_some() || !members.is_whole() {
            return None;
        }
        let entries = Entries::cut_out(list.value)?;
        // The page around its entries has to be sound.
        let (before, after) = (&text[..list.at], &text[list.at + list.value.len()..]);
        let around = format!("{before}null{after}");
        let head: Head<'_> = super::read(&around).ok()?;
        Some(Self::of(&head, entries))
    }

    fn of(head: &Head<'_>, mut entries: Entries<'a>) -> Result<Self, FhirError> {
        if head.kind.as_deref() != Some("Bundle") {
            return Err(FhirError::WrongResource);
        }
        if let Some(issues) = head.issues {
            entries.outcome(issues.get());
        }
        let link = |relation: &str| {
            let mut links = head.link.iter().filter(|link| {
                let said = link.relation.as_deref().unwrap_or_default();
                said.eq_ignore_ascii_case(relation)
            });
            links.find_map(|link| Some(link.url.as_deref()?.trim()).filter(|url| !url.is_empty()))
        };
        Ok(Self {
            total: head.total,
            next: link("next").map(str::to_owned),
            self_link: link("self").map(str::to_owned),
            entries: entries.entries,
            outcomes: entries.outcomes,
            broken: entries.broken,
            cut: entries.cut,
            incomplete: entries.incomplete,
            memory: 0,
        })
    }

    /// Whether the page itself says that something is missing: entries without a resource, an outcome that
    /// is an error, or a warning that the result is `incomplete`
    /// (<https://hl7.org/fhir/R4/search.html#errors>). What was found is good, but not all there is. Records that
    /// cannot be read are told by [`Bundle::records`] and do not count here: asking again brings the same.
    pub fn is_incomplete(&self) -> bool {
        self.broken > 0 || self.incomplete
    }

    /// Whether the server's `self` link says that it heeded the parameter `name` of `asked`.
    pub fn confirms(&self, asked: &Url, name: &str) -> bool {
        let heeded = self.self_link.as_deref();
        let heeded = heeded.and_then(|text| asked.join(text).ok());
        heeded.is_some_and(|url| url.query_pairs().any(|(heeded, _)| heeded == name))
    }

    /// The parameters of `asked` that the server's `self` link does not have any more: it ignored them
    /// (<https://hl7.org/fhir/R4/search.html#conformance>). None where there is no `self` link, or one
    /// without any parameter, which servers write that rebuild nothing.
    pub fn ignored(&self, asked: &Url) -> BTreeSet<String> {
        let names = |url: &Url| -> BTreeSet<String> {
            url.query_pairs()
                .map(|(name, _)| name.split(':').next().unwrap_or_default().to_owned())
                .collect()
        };
        let heeded = self
            .self_link
            .as_deref()
            .and_then(|text| asked.join(text).ok());
        match heeded
            .map(|url| names(&url))
            .filter(|names| !names.is_empty())
        {
            Some(heeded) => names(asked).difference(&heeded).cloned().collect(),
            None => BTreeSet::new(),
        }
    }
}

impl std::fmt::Debug for Bundle<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bundle")
            .field("total", &self.total)
            .field("entries", &self.entries.len())
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
