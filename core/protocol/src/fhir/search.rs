//! What is asked of a portal when messages are fetched (<https://hl7.org/fhir/R4/search.html>).
//!
//! A download asks for what changed since it was last there, and goes back a little further than it needs to
//! ([`OVERLAP`]).

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::instant::write_instant;
use crate::admission::Owner;
use crate::base_url::Base;
use crate::sync::download::{Direction, Window};

/// How far before the watermark a download begins.
///
/// `lastUpdated` is set when a server begins to write, but the record can be found only once it has
/// committed, and the machines of one portal differ in their clocks. Two minutes are for both; two
/// seconds are for servers that compare whole seconds. What comes twice is recognised by id and
/// version and costs nothing but its transfer.
pub const OVERLAP: Duration = Duration::from_secs(122);

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

    /// Its first parameter, which tells one search of a feature from another.
    pub fn name(&self) -> &'static str {
        self.0.first().map_or("", |(name, _)| name)
    }

    /// The same, narrowed by another parameter.
    #[must_use]
    pub fn and(mut self, parameter: &'static str, value: impl Into<String>) -> Self {
        self.0.push((parameter, value.into()));
        self
    }
}

/// A search as it is asked: for what, which part of it, and how.
#[derive(Clone, Copy)]
pub struct Query<'a> {
    /// The resource type.
    pub kind: &'a str,
    /// What is searched for.
    pub search: &'a Search,
    /// Which part, in what order.
    pub window: &'a Window,
    /// Ids and versions only (`_elements`): a portal that does not know this answers with whole records.
    pub versions_only: bool,
}

impl Query<'_> {
    /// The address of the first page.
    pub fn url(&self, base: &Base) -> Url {
        let mut url = base.join(self.kind);
        let mut query = url.query_pairs_mut();
        query.extend_pairs(&self.search.0);
        let bounds = [("ge", self.window.from), ("le", self.window.until)];
        for (prefix, at) in bounds {
            if let Some(at) = at.and_then(|at| Timestamp::from_millisecond(at).ok()) {
                query.append_pair("_lastUpdated", &format!("{prefix}{}", write_instant(at)));
            }
        }
        match self.window.sort {
            Some(Direction::Ascending) => query.append_pair("_sort", "_lastUpdated"),
            Some(Direction::Descending) => query.append_pair("_sort", "-_lastUpdated"),
            None => &mut query,
        };
        if self.versions_only {
            query.append_pair("_elements", "id,meta");
        }
        if let Some(count) = self.window.count {
            query.append_pair("_count", &count.to_string());
        }
        drop(query);
        url
    }
}

/// The search for some records by their ids.
pub fn by_ids(base: &Base, kind: &str, ids: &[String]) -> Url {
    let mut url = base.join(kind);
    url.query_pairs_mut()
        .append_pair("_id", &ids.join(","))
        .append_pair("_count", &ids.len().to_string());
    url
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
    fn a_query_says_which_part_and_how() {
        let owner = Owner {
            base: base(),
            patient: "ana".into(),
            aliases: ["ana-old".into()].into(),
        };
        let search = Search::by_subject(&owner);
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap().as_millisecond());
        let window = Window {
            from: at("2026-03-05T10:18:28.123Z"),
            until: None,
            sort: Some(Direction::Ascending),
            count: Some(100),
            strict: true,
        };
        let query = Query {
            kind: "Communication",
            search: &search,
            window: &window,
            versions_only: false,
        };
        assert_eq!(
            query.url(&base()).as_str(),
            "https://portal.example/fhir/Communication?subject=Patient%2Fana-old%2CPatient%2Fana\
             &_lastUpdated=ge2026-03-05T10%3A18%3A28.123Z&_sort=_lastUpdated&_count=100"
        );
        let list = Query {
            window: &Window {
                from: None,
                sort: Some(Direction::Descending),
                count: None,
                ..window
            },
            versions_only: true,
            ..query
        };
        let url = list.url(&base());
        assert!(
            url.as_str()
                .ends_with("&_sort=-_lastUpdated&_elements=id%2Cmeta"),
            "{url}"
        );
        assert_eq!(search.name(), "subject");
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
