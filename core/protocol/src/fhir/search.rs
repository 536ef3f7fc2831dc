//! What is asked of a portal when messages are fetched (<https://hl7.org/fhir/R4/search.html>).
//!
//! A download asks for everything changed since a [`Watermark`], oldest first, and goes back a
//! little further than it needs to.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::instant::{whole_milliseconds, write_instant};
use crate::admission::Owner;
use crate::base_url::Base;

/// How far before the watermark a download begins.
///
/// `lastUpdated` is set when a server begins to write, but the record can be found only once it has
/// committed, and the machines of one portal differ in their clocks. Two minutes are for both; two
/// seconds are for servers that compare whole seconds. What comes twice is recognised by id and
/// version and costs nothing but its transfer.
pub const OVERLAP: Duration = Duration::from_secs(122);

/// The newest `meta.lastUpdated` that has been stored, in whole milliseconds. It comes from the
/// portal, never from the device's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Watermark(Timestamp);

impl Watermark {
    /// A watermark at an instant, cut to milliseconds towards the past.
    pub fn at(instant: Timestamp) -> Self {
        Self(whole_milliseconds(instant))
    }

    /// From milliseconds since 1970, as stored.
    pub fn from_millis(ms: i64) -> Option<Self> {
        Timestamp::from_millisecond(ms).ok().map(Self)
    }

    /// Milliseconds since 1970, to be stored.
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// The later of the two; a watermark never goes back.
    pub fn advanced(self, seen: Timestamp) -> Self {
        self.max(Self::at(seen))
    }

    /// Where the next download begins.
    pub fn with_overlap(self) -> Timestamp {
        let earlier = self.0.checked_sub(OVERLAP);
        earlier.unwrap_or(Timestamp::MIN)
    }
}

/// What a feature searches for, without paging: parameters and their values. Prints nothing, since values name patients.
#[derive(Clone, PartialEq, Eq)]
pub struct Search(Vec<(&'static str, String)>);

impl Search {
    /// What has the person, or a confirmed alias, as its subject.
    pub fn by_subject(owner: &Owner) -> Self {
        Self::by_patient("subject", owner)
    }

    /// What refers to the person, or a confirmed alias, in `parameter`: an appointment has no subject.
    pub fn by_patient(parameter: &'static str, owner: &Owner) -> Self {
        let patients = owner.aliases.iter().chain([&owner.patient]);
        let patients: Vec<String> = patients.map(|id| format!("Patient/{id}")).collect();
        Self(vec![(parameter, patients.join(","))])
    }

    /// The same, narrowed by another parameter.
    #[must_use]
    pub fn and(mut self, parameter: &'static str, value: impl Into<String>) -> Self {
        self.0.push((parameter, value.into()));
        self
    }
}

/// A search for what changed.
#[derive(Clone, Copy)]
pub struct Download<'a> {
    /// The resource type.
    pub kind: &'a str,
    /// What is searched for.
    pub search: &'a Search,
    /// Where to begin; without it, everything.
    pub since: Option<Watermark>,
    /// Resources per page.
    pub count: u32,
}

impl Download<'_> {
    /// The address of the first page.
    pub fn url(&self, base: &Base) -> Url {
        let mut url = base.join(self.kind);
        let mut query = url.query_pairs_mut();
        query.extend_pairs(&self.search.0);
        if let Some(since) = self.since {
            let from = write_instant(since.with_overlap());
            query.append_pair("_lastUpdated", &format!("ge{from}"));
        }
        query.append_pair("_sort", "_lastUpdated");
        query.append_pair("_count", &self.count.to_string());
        drop(query);
        url
    }
}

/// The search for a business identifier: after a lost answer, and, with a random value, as a probe
/// that must find nothing.
pub fn by_identifier(base: &Base, kind: &str, system: &str, value: &str) -> Url {
    let token = format!("{}|{}", escape(system), escape(value));
    let mut url = base.join(kind);
    url.query_pairs_mut().append_pair("identifier", &token);
    url
}

/// <https://hl7.org/fhir/R4/search.html#escaping>
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '\\' | '|' | ',' | '$') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn base() -> Base {
        Base::parse("https://portal.example/fhir", false).unwrap()
    }

    #[test]
    fn a_download_begins_before_its_watermark() {
        let since = Watermark::at("2026-03-05T10:20:30.1239Z".parse().unwrap());
        let owner = Owner {
            base: base(),
            patient: "ana".into(),
            aliases: ["ana-old".into()].into(),
        };
        let search = Search::by_subject(&owner);
        let download = Download {
            kind: "Communication",
            search: &search,
            since: Some(since),
            count: 100,
        };
        assert_eq!(
            download.url(&base()).as_str(),
            "https://portal.example/fhir/Communication?subject=Patient%2Fana-old%2CPatient%2Fana\
             &_lastUpdated=ge2026-03-05T10%3A18%3A28.123Z&_sort=_lastUpdated&_count=100"
        );
        let everything = Download {
            since: None,
            ..download
        };
        assert!(!everything.url(&base()).as_str().contains("_lastUpdated=ge"));
    }

    #[test]
    fn a_watermark_never_goes_back() {
        let early: Timestamp = "2026-03-05T10:20:30Z".parse().unwrap();
        let late: Timestamp = "2026-03-05T10:20:31Z".parse().unwrap();
        assert_eq!(Watermark::at(early).advanced(late), Watermark::at(late));
        assert_eq!(Watermark::at(late).advanced(early), Watermark::at(late));
        let stored = Watermark::from_millis(Watermark::at(late).as_millis());
        assert_eq!(stored, Some(Watermark::at(late)));
        assert_eq!(Watermark::from_millis(i64::MAX), None);
        assert_eq!(Watermark::at(Timestamp::MIN).with_overlap(), Timestamp::MIN);
        let overlap = late.duration_since(Watermark::at(late).with_overlap());
        assert_eq!(overlap.unsigned_abs(), OVERLAP);
    }

    #[test]
    fn an_identifier_is_searched_with_its_system() {
        let url = by_identifier(
            &base(),
            "Communication",
            "urn:ietf:rfc:3986",
            "urn:uuid:a|b,c",
        );
        assert_eq!(
            url.as_str(),
            "https://portal.example/fhir/Communication?identifier=urn%3Aietf%3Arfc%3A3986%7Curn%3Auuid%3Aa%5C%7Cb%5C%2Cc"
        );
    }
}
