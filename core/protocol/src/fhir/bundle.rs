//! One page of a search: `Bundle` (<https://hl7.org/fhir/R4/bundle.html>).
//!
//! The page is read once and borrows from the answer; resources stay raw. `total` and `self` are
//! hints only: servers estimate the first and rebuild the second, so neither is evidence of
//! anything.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::FhirError;
use super::outcome::OperationOutcome;

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
    /// Entries without a readable resource.
    pub broken: usize,
}

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

/// `E` is a whole entry, or its raw text where some entry of the page is none.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a, E: Deserialize<'de>"))]
struct RawBundle<'a, E> {
    #[serde(rename = "resourceType", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    total: Option<&'a RawValue>,
    #[serde(borrow, default)]
    link: Option<Vec<RawLink<'a>>>,
    entry: Option<Vec<E>>,
}

#[derive(Deserialize)]
struct RawLink<'a> {
    #[serde(borrow)]
    relation: Option<Cow<'a, str>>,
    url: Option<String>,
}

#[derive(Deserialize)]
struct RawEntry<'a> {
    #[serde(borrow)]
    resource: &'a RawValue,
    #[serde(borrow)]
    search: Option<RawSearch<'a>>,
}

#[derive(Deserialize)]
struct RawSearch<'a> {
    #[serde(borrow)]
    mode: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct RawKind<'a> {
    #[serde(rename = "resourceType", borrow)]
    kind: Cow<'a, str>,
}

impl<'a> Bundle<'a> {
    /// Reads a page. Fails only if the page as a whole is unreadable; entries without a resource
    /// are counted in [`Bundle::broken`].
    pub fn parse(json: &'a [u8]) -> Result<Self, FhirError> {
        // Nearly every page is in order, and is read in one pass over its entries.
        match super::read::<RawBundle<'a, RawEntry<'a>>>(json) {
            Err(FhirError::Unreadable) => Self::of(
                super::read::<RawBundle<'a, &'a RawValue>>(json)?,
                |bundle, raw| match serde_json::from_str(raw.get()) {
                    Ok(entry) => bundle.take(entry),
                    Err(_) => bundle.broken += 1,
                },
            ),
            page => Self::of(page?, Self::take),
        }
    }

    fn of<E>(raw: RawBundle<'a, E>, take: impl Fn(&mut Self, E)) -> Result<Self, FhirError> {
        if raw.kind != "Bundle" {
            return Err(FhirError::WrongResource);
        }
        let mut bundle = Self {
            total: raw.total.and_then(|n| serde_json::from_str(n.get()).ok()),
            next: None,
            self_link: None,
            entries: Vec::with_capacity(raw.entry.as_ref().map_or(0, Vec::len)),
            outcomes: Vec::new(),
            broken: 0,
        };
        for link in raw.link.unwrap_or_default() {
            match link.relation.as_deref() {
                Some("next") if bundle.next.is_none() => bundle.next = link.url,
                Some("self") if bundle.self_link.is_none() => bundle.self_link = link.url,
                _ => {}
            }
        }
        for entry in raw.entry.unwrap_or_default() {
            take(&mut bundle, entry);
        }
        Ok(bundle)
    }

    fn take(&mut self, entry: RawEntry<'a>) {
        let RawEntry { resource, search } = entry;
        let Some(kind) = kind_of(resource.get()) else {
            self.broken += 1;
            return;
        };
        let mode = search.and_then(|search| search.mode);
        if kind == "OperationOutcome" || mode.as_deref() == Some("outcome") {
            match OperationOutcome::parse(resource.get().as_bytes()) {
                Ok(outcome) => self.outcomes.push(outcome),
                Err(_) => self.broken += 1,
            }
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_is_read_and_its_broken_entries_counted() {
        let json = br#"{
            "resourceType": "Bundle", "type": "searchset", "total": 3,
            "link": [
                {"relation": "self", "url": "https://portal.example/fhir/Communication?subject=Patient%2F1"},
                {"relation": "next", "url": "https://portal.example/fhir?_getpages=a"}
            ],
            "entry": [
                {"fullUrl": "x", "resource": {"resourceType": "Communication", "id": "1"}, "search": {"mode": "match"}},
                {"resource": {"id": "no type"}},
                {"fullUrl": "no resource"},
                "not an entry",
                {"resource": {"resourceType": "Patient", "id": "1"}, "search": {"mode": "include"}},
                {"resource": {"resourceType": "OperationOutcome",
                    "issue": [{"severity": "warning", "code": "not-supported", "diagnostics": "canary"}]},
                 "search": {"mode": "outcome"}},
                {"resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}},
                {"resource": {"resourceType": "Communication", "id": "2"}}
            ]
        }"#;
        let bundle = Bundle::parse(json).unwrap();
        assert_eq!(bundle.total, Some(3));
        assert_eq!(
            bundle.next.as_deref(),
            Some("https://portal.example/fhir?_getpages=a")
        );
        assert!(bundle.self_link.unwrap().ends_with("Patient%2F1"));
        assert_eq!(bundle.broken, 3);
        let seen: Vec<_> = bundle
            .entries
            .iter()
            .map(|entry| (&*entry.kind, entry.mode))
            .collect();
        assert_eq!(
            seen,
            [
                ("Communication", SearchMode::Match),
                ("Patient", SearchMode::Include),
                ("Communication", SearchMode::Match)
            ]
        );
        assert_eq!(bundle.outcomes.len(), 2);
        assert!(bundle.entries[0].resource.get().contains(r#""id": "1""#));
    }

    #[test]
    fn a_page_that_is_none_says_why() {
        let error = |json: &[u8]| Bundle::parse(json).unwrap_err();
        assert_eq!(error(b"<html>Sign in</html>"), FhirError::Unreadable);
        assert_eq!(error(b""), FhirError::Unreadable);
        assert_eq!(
            error(br#"{"resourceType":"Bundle","entry":[{"#),
            FhirError::Unreadable
        );
        assert_eq!(
            error(b"{\"resourceType\":\"Bundle\",\"id\":\"\xff\"}"),
            FhirError::Unreadable
        );
        assert_eq!(
            error(br#"{"resourceType":"Patient"}"#),
            FhirError::WrongResource
        );
        assert_eq!(error("[".repeat(100_000).as_bytes()), FhirError::TooDeep);
        let deep = format!(
            r#"{{"resourceType":"Bundle","entry":[{{"resource":{}1{}}}]}}"#,
            r#"{"a":"#.repeat(100_000),
            "}".repeat(100_000)
        );
        assert_eq!(error(deep.as_bytes()), FhirError::TooDeep);
    }

    #[test]
    fn an_unreadable_total_is_no_total() {
        for total in ["-1", "1e3", "\"7\"", "null", "99999999999999999999999"] {
            let json = format!(r#"{{"resourceType":"Bundle","total":{total}}}"#);
            assert_eq!(
                Bundle::parse(json.as_bytes()).unwrap().total,
                None,
                "{total}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_parsing_fail_loudly(json in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Bundle::parse(&json);
        }

        #[test]
        fn a_page_cut_anywhere_is_unreadable(cut in 1_usize..90) {
            let json = br#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Communication","id":"1"}}]}"#;
            prop_assert!(Bundle::parse(&json[..json.len() - cut.min(json.len())]).is_err());
        }
    }
}
