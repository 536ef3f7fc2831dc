//! One page of a search: `Bundle` (<https://hl7.org/fhir/R4/bundle.html>).
//!
//! The page is read once and borrows from the answer; resources stay raw, so that each costs only itself.
//! Entries are counted while they are read and kept up to [`ENTRIES`]; an entry without a resource takes no
//! memory.
//!
//! `total` and `self` are hints: servers estimate the first and rebuild the second. They can tell that
//! something is missing, never that nothing is.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;
use url::Url;

use super::FhirError;
use super::entries::Entries;
use super::outcome::{OperationOutcome, Severity};
use crate::bounded;
use crate::limits::LINKS;

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
    /// Entries without a readable resource, and those over the cap.
    pub broken: usize,
    /// Bytes of the page.
    pub(super) size: usize,
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "resourceType", borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "bounded::number")]
    total: Option<u64>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, LINKS>")]
    link: Vec<RawLink>,
    #[serde(borrow, default)]
    entry: Entries<'a>,
}

#[derive(Deserialize)]
struct RawLink {
    #[serde(default, deserialize_with = "bounded::text")]
    relation: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    url: Option<String>,
}

impl<'a> Bundle<'a> {
    /// Reads a page. Fails only if the page as a whole is unreadable; entries without a resource are counted
    /// in [`Bundle::broken`].
    pub fn parse(json: &'a [u8]) -> Result<Self, FhirError> {
        let head: Head<'a> = super::read(json)?;
        if head.kind.as_deref() != Some("Bundle") {
            return Err(FhirError::WrongResource);
        }
        let mut bundle = Self {
            total: head.total,
            next: None,
            self_link: None,
            entries: head.entry.entries,
            outcomes: head.entry.outcomes,
            broken: head.entry.broken,
            size: json.len(),
        };
        for link in head.link {
            match link.relation.as_deref() {
                Some("next") if bundle.next.is_none() => bundle.next = link.url,
                Some("self") if bundle.self_link.is_none() => bundle.self_link = link.url,
                _ => {}
            }
        }
        Ok(bundle)
    }

    /// Whether the page itself says that something is missing: entries without a resource, an outcome that
    /// is an error, or a warning that the result is `incomplete`
    /// (<https://hl7.org/fhir/R4/search.html#errors>). What was found is good, but not all there is.
    pub fn is_incomplete(&self) -> bool {
        let says_so = |outcome: &OperationOutcome| {
            outcome.issues.iter().any(|issue| match issue.severity {
                Severity::Fatal | Severity::Error => true,
                Severity::Warning => issue.code == "incomplete",
                Severity::Information => false,
            })
        };
        self.broken > 0 || self.outcomes.iter().any(says_so)
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::limits::ENTRIES;
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
    fn entries_are_kept_up_to_the_cap() {
        let page = |entry: &str, n: usize| {
            let list = vec![entry; n].join(",");
            format!(r#"{{"resourceType":"Bundle","entry":[{list}]}}"#)
        };
        let empty = page("{}", 3 * ENTRIES);
        let bundle = Bundle::parse(empty.as_bytes()).unwrap();
        assert_eq!((bundle.entries.capacity(), bundle.broken), (0, 3 * ENTRIES));
        let full = page(r#"{"resource":{"resourceType":"A"}}"#, ENTRIES + 2);
        let bundle = Bundle::parse(full.as_bytes()).unwrap();
        assert_eq!((bundle.entries.len(), bundle.broken), (ENTRIES, 2));
        assert!(bundle.is_incomplete());
    }

    #[test]
    fn a_page_says_what_is_missing() {
        let incomplete = |outcome: &str| {
            let json = format!(
                r#"{{"resourceType":"Bundle","entry":[{{"resource":{{"resourceType":"OperationOutcome","issue":[{outcome}]}}}}]}}"#
            );
            Bundle::parse(json.as_bytes()).unwrap().is_incomplete()
        };
        assert!(incomplete(r#"{"severity":"error","code":"timeout"}"#));
        assert!(incomplete(r#"{"severity":"warning","code":"incomplete"}"#));
        assert!(!incomplete(
            r#"{"severity":"warning","code":"not-supported"}"#
        ));
        assert!(!incomplete(
            r#"{"severity":"information","code":"incomplete"}"#
        ));
        let clean = br#"{"resourceType":"Bundle","entry":null,"link":"x","total":0}"#;
        assert!(!Bundle::parse(clean).unwrap().is_incomplete());
    }

    #[test]
    fn the_self_link_tells_what_was_ignored() {
        let asked =
            "https://p.example/fhir/Communication?subject=Patient%2F1&_sort=_lastUpdated&_count=5";
        let ignored = |link: &str| {
            let json = format!(
                r#"{{"resourceType":"Bundle","link":[{{"relation":"self","url":"{link}"}}]}}"#
            );
            let bundle = Bundle::parse(json.as_bytes()).unwrap();
            let names = bundle.ignored(&asked.parse().unwrap());
            names.into_iter().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(ignored(asked), "");
        assert_eq!(ignored("Communication?_count=5&subject:Patient=1"), "_sort");
        assert_eq!(
            ignored("https://p.example/fhir/Communication?_count=5"),
            "_sort subject"
        );
        assert_eq!(ignored("https://p.example/fhir/Communication"), "");
        assert_eq!(ignored("not an address: \\u0000"), "");
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
