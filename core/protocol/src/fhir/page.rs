//! The records of a page: each read by itself, all of them within a budget.
//!
//! A record that cannot be read costs itself. So does one that would take more memory than its page allows:
//! a few kilobytes of gzip can be millions of the smallest records, so what is built is counted against
//! [`RECORD_MEMORY`](crate::limits::RECORD_MEMORY) times the size of the page. Messages as portals write them come nowhere near it.

use jiff::Timestamp;

use serde::Deserialize;

use super::bundle::Bundle;
use super::datatypes::Meta;
use super::entries::Cut;
use super::{FhirError, is_id, scan};
use crate::bounded::{self, Token};

pub use super::bundle::Entry;

/// What an element of a list in a record takes: a reference with small texts, each in an allocation of its own.
const ELEMENT: usize = 256;
/// What every page may take, however small.
const FLOOR: usize = 1024 * 1024;

/// A resource type that is mirrored.
pub trait Parse: Sized {
    /// Its name in FHIR.
    const RESOURCE_TYPE: &'static str;

    /// Reads a resource of a page. The page was found to be sound text of a sound depth, so neither is asked
    /// again.
    fn of_entry(entry: &Entry<'_>) -> Result<Self, FhirError>;

    /// Reads the resource that a response's body is.
    fn of_body(body: &[u8]) -> Result<Self, FhirError>;

    /// How many elements its lists have together.
    fn lists(&self) -> usize;

    /// `meta.lastUpdated`.
    fn last_updated(&self) -> Option<Timestamp>;

    /// `meta.versionId`.
    fn version_id(&self) -> Option<&str>;

    /// Whether it carries this business identifier. Types that are only read never do.
    fn has_identifier(&self, _system: &str, _value: &str) -> bool {
        false
    }

    /// Whether it carries any business identifier of this system.
    fn has_identifier_of(&self, _system: &str) -> bool {
        false
    }
}

/// The records of one type on a page.
pub struct Records<'a, R> {
    /// Those that could be read, in order.
    pub records: Vec<R>,
    /// The others.
    pub unreadable: Vec<Unreadable<'a>>,
}

/// A record that could not be read. Prints nothing.
pub struct Unreadable<'a> {
    /// `Type/id`, if that much can be read: it counts once, however its text changes.
    pub key: Option<String>,
    /// `meta.versionId`.
    pub version_id: Option<String>,
    /// `meta.lastUpdated`, whole milliseconds.
    pub last_updated: Option<Timestamp>,
    /// As sent: for keyed hashes only.
    pub raw: &'a str,
}

/// Which version of a record a page has.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordVersion {
    /// The logical id on this portal.
    pub id: String,
    /// `meta.versionId`.
    pub version_id: Option<String>,
    /// `meta.lastUpdated`, whole milliseconds.
    pub last_updated: Option<Timestamp>,
}

#[derive(Default, Deserialize)]
struct Identity {
    #[serde(default, deserialize_with = "bounded::token")]
    id: Option<String>,
    #[serde(default, deserialize_with = "bounded::object")]
    meta: Option<Meta>,
}

impl Identity {
    /// Reads what a resource says of itself, be it JSON or almost.
    fn of(resource: &str) -> Self {
        if let Ok(read) = super::read_sound::<Self>(resource) {
            return read;
        }
        let part = |key: &str| scan::member(resource, key);
        let id = part("id").and_then(|id| serde_json::from_str(id).ok());
        let id = id.and_then(|Token(id)| id);
        let meta = part("meta").and_then(|meta| super::read_sound(meta).ok());
        Self { id, meta }
    }

    fn version(self) -> Option<RecordVersion> {
        let meta = self.meta.unwrap_or_default();
        Some(RecordVersion {
            id: self.id.filter(|id| is_id(id))?,
            version_id: meta.version_id,
            last_updated: meta.last_updated,
        })
    }
}

impl<'a> Unreadable<'a> {
    fn new(raw: &'a str, kind: &str) -> Self {
        let Identity { id, meta } = Identity::of(raw);
        let meta = meta.unwrap_or_default();
        Self {
            key: id.filter(|id| is_id(id)).map(|id| format!("{kind}/{id}")),
            version_id: meta.version_id,
            last_updated: meta.last_updated,
            raw,
        }
    }
}

impl<'a> Bundle<'a> {
    /// Ids and versions of the records of a type, without reading the records: all that a listing with
    /// `_elements=id,meta` has of them. A record without an id is not in it.
    pub fn versions(&self, resource_type: &str) -> Vec<RecordVersion> {
        let texts = self.texts(resource_type);
        texts
            .filter_map(|text| Identity::of(text).version())
            .collect()
    }

    /// The records of a type that do not say their id, as sent: for hashes only.
    pub fn nameless(&self, resource_type: &str) -> impl Iterator<Item = &'a str> {
        let texts = self.texts(resource_type);
        texts.filter(|text| Identity::of(text).version().is_none())
    }

    fn texts(&self, resource_type: &str) -> impl Iterator<Item = &'a str> {
        let whole = self.entries.iter();
        let whole = whole.filter(move |entry| entry.kind == resource_type);
        let cut = self.cut.iter();
        let cut = cut.filter(move |cut| cut.kind == Some(resource_type));
        whole
            .map(|entry| entry.resource.get())
            .chain(cut.map(|cut| cut.raw))
    }

    /// Reads the records of a type. Entries that are no JSON and do not say their type count as unreadable.
    pub fn records<R: Parse>(&self) -> Records<'a, R> {
        let of_type = |entry: &&Entry<'_>| entry.kind == R::RESOURCE_TYPE;
        let entries = size_of_val(&self.entries[..]);
        let mut budget = FLOOR.max(self.memory.saturating_sub(entries));
        // As many as there can be, so that the list never grows: that would take half as much again.
        let most = budget / size_of::<R>();
        let count = self.entries.iter().filter(of_type).count();
        let mut read = Records {
            records: Vec::with_capacity(count.min(most)),
            unreadable: Vec::new(),
        };
        let mut broken: Vec<u32> = Vec::new();
        for (at, entry) in (0..).zip(&self.entries).filter(|(_, entry)| of_type(entry)) {
            let takes = |record: &R| size_of::<R>() + ELEMENT * record.lists();
            let record = R::of_entry(entry).ok().and_then(|record| {
                budget = budget.checked_sub(takes(&record))?;
                Some(record)
            });
            match record {
                Some(record) => read.records.push(record),
                None => broken.push(at),
            }
        }
        let is_one = |cut: &&Cut<'_>| cut.kind.is_none_or(|kind| kind == R::RESOURCE_TYPE);
        let cut = self.cut.iter().filter(is_one).map(|cut| cut.raw);
        let entries = broken
            .iter()
            .filter_map(|at| self.entries.get(*at as usize));
        let raws = entries.map(|entry| entry.resource.get()).chain(cut);
        // Collected at once, so that the list takes no more than it has to.
        read.unreadable.reserve_exact(raws.clone().count());
        let unreadable = raws.map(|raw| Unreadable::new(raw, R::RESOURCE_TYPE));
        read.unreadable.extend(unreadable);
        read
    }
}

impl<R> std::fmt::Debug for Records<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records")
            .field("records", &self.records.len())
            .field("unreadable", &self.unreadable.len())
            .finish()
    }
}

impl std::fmt::Debug for Unreadable<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unreadable(..)")
    }
}

impl std::fmt::Debug for RecordVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecordVersion(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::fhir::body::Body;
    use crate::fhir::communication::Communication;
    use crate::limits::RECORD_MEMORY;

    #[test]
    fn what_cannot_be_read_costs_only_itself() {
        let page = br#"{ "resourceType": "Bundle", "entry": [
            { "resource": { "resourceType": "Communication", "id": "1", "status": "completed" } },
            { "resource": { "resourceType": "Communication", "id": "!", "status": "completed" } },
            { "resource": { "resourceType": "Communication", "id": "3", "payload": "nonsense" } },
            { "resource": { "resourceType": "Patient", "id": "4" } } ] }"#;
        let body = Body::new(page);
        let bundle = Bundle::parse(&body).unwrap();
        let read = bundle.records::<Communication>();
        let ids: Vec<_> = read
            .records
            .iter()
            .map(|record| record.id.as_str())
            .collect();
        assert_eq!(ids, ["1", "3"]);
        assert_eq!(read.unreadable.len(), 1);
    }

    #[test]
    fn the_records_of_a_page_stay_within_its_budget() {
        let smallest = r#"{"resource":{"resourceType":"Communication","id":"1"}}"#;
        let page = format!(
            r#"{{"resourceType":"Bundle","entry":[{}]}}"#,
            vec![smallest; 50_000].join(",")
        );
        let body = Body::new(page.as_bytes());
        let read = Bundle::parse(&body).unwrap().records::<Communication>();
        assert!(read.records.len() * size_of::<Communication>() <= RECORD_MEMORY * page.len());
        assert_eq!(read.records.len() + read.unreadable.len(), 50_000);

        let usual = r#"{"resource":{"resourceType":"Communication","id":"1","status":"completed",
            "meta":{"versionId":"1","lastUpdated":"2026-01-01T00:00:00Z"},"subject":{"reference":"Patient/ana"},
            "sender":{"reference":"Practitioner/1","display":"Dr. Novak"},"recipient":[{"reference":"Patient/ana"}],
            "payload":[{"contentString":"Yes"}]}}"#;
        let page = format!(
            r#"{{"resourceType":"Bundle","entry":[{}]}}"#,
            vec![usual; 20_000].join(",")
        );
        let body = Body::new(page.as_bytes());
        let read = Bundle::parse(&body).unwrap().records::<Communication>();
        assert_eq!(read.records.len(), 20_000);
    }

    #[test]
    fn what_cannot_be_read_tells_which_it_is() {
        let page = br#"{ "resourceType": "Bundle", "entry": [
            { "resource": { "resourceType": "Communication", "id": "1", "subject": {}, "subject": {},
                "meta": { "versionId": 3, "lastUpdated": "2026-01-01T00:00:00Z" } } },
            { "resource": { "resourceType": "Communication", "meta": { "versionId": "7" }, "id": "2", "a" b } },
            { "resource": { "resourceType": "Communication", "id": "a/b" } },
            { "resource": { "resourceType": "Patient", "id": "3", x } },
            { "resource": { "id": "4", x } },
            x ] }"#;
        let body = Body::new(page);
        let bundle = Bundle::parse(&body).unwrap();
        let read = bundle.records::<Communication>();
        assert!(read.records.is_empty());
        let found: Vec<_> = read
            .unreadable
            .iter()
            .map(|it| (it.key.as_deref(), it.version_id.as_deref()))
            .collect();
        assert_eq!(
            found,
            [
                (Some("Communication/1"), Some("3")),
                (None, None),
                (Some("Communication/2"), Some("7")),
                (Some("Communication/4"), None),
            ]
        );
        assert!(read.unreadable[0].last_updated.is_some());
        assert_eq!(format!("{:?}", read.unreadable[0]), "Unreadable(..)");
        // `x` alone is an entry of a wrong type.
        assert_eq!(bundle.broken, 1);
    }

    #[test]
    fn a_listing_tells_versions() {
        let page = br#"{ "resourceType": "Bundle", "entry": [
            { "resource": { "resourceType": "Communication", "id": "1", "meta": { "versionId": "3",
                "lastUpdated": "2026-01-01T00:00:00Z", "tag": [{ "code": "SUBSETTED" }] } } },
            { "resource": { "resourceType": "Communication", "id": "2" } },
            { "resource": { "id": 3, "meta": null, "resourceType": "Communication", "payload": [{}] } },
            { "resource": { "resourceType": "Communication", "meta": { "versionId": "1" } } },
            { "resource": { "resourceType": "Communication", "id": "5", "a" 7 } },
            { "resource": { "resourceType": "Appointment", "id": "6" } } ] }"#;
        let body = Body::new(page);
        let bundle = Bundle::parse(&body).unwrap();
        let versions = bundle.versions("Communication");
        let found: Vec<_> = versions
            .iter()
            .map(|it| {
                (
                    it.id.as_str(),
                    it.version_id.as_deref(),
                    it.last_updated.is_some(),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                ("1", Some("3"), true),
                ("2", None, false),
                ("3", None, false),
                ("5", None, false)
            ]
        );
        assert_eq!(bundle.versions("Appointment").len(), 1);
    }
}
