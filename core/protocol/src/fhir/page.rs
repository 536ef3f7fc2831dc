//! The records of a page: each read by itself, all of them within a budget.
//!
//! A record that cannot be read costs itself. So does one that would take more memory than its page allows:
//! a few kilobytes of gzip can be millions of the smallest records, so what is built is counted against
//! [`RECORD_MEMORY`] times the size of the page. Messages as portals write them come nowhere near it.

use jiff::Timestamp;

use super::FhirError;
use super::bundle::Bundle;
use crate::limits::RECORD_MEMORY;

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

    /// `meta.lastUpdated`, which the watermark follows.
    fn last_updated(&self) -> Option<Timestamp>;

    /// Whether it carries this business identifier. Types that are only read never do.
    fn has_identifier(&self, _system: &str, _value: &str) -> bool {
        false
    }
}

/// The records of one type on a page.
pub struct Records<'a, R> {
    /// Those that could be read, in order.
    pub records: Vec<R>,
    /// The others, as sent: for keyed hashes only.
    pub unreadable: Vec<&'a str>,
}

impl<'a> Bundle<'a> {
    /// Reads the records of a type.
    pub fn records<R: Parse>(&self) -> Records<'a, R> {
        let of_type = |entry: &&Entry<'_>| entry.kind == R::RESOURCE_TYPE;
        let mut budget = FLOOR.max(self.size.saturating_mul(RECORD_MEMORY));
        // As many as there can be, so that the list never grows: that would take half as much again.
        let most = budget / size_of::<R>();
        let count = self.entries.iter().filter(of_type).count();
        let mut read = Records {
            records: Vec::with_capacity(count.min(most)),
            unreadable: Vec::new(),
        };
        for entry in self.entries.iter().filter(of_type) {
            let takes = |record: &R| size_of::<R>() + ELEMENT * record.lists();
            let record = R::of_entry(entry).ok().and_then(|record| {
                budget = budget.checked_sub(takes(&record))?;
                Some(record)
            });
            match record {
                Some(record) => read.records.push(record),
                None => read.unreadable.push(entry.resource.get()),
            }
        }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::fhir::communication::Communication;

    #[test]
    fn what_cannot_be_read_costs_only_itself() {
        let page = br#"{ "resourceType": "Bundle", "entry": [
            { "resource": { "resourceType": "Communication", "id": "1", "status": "completed" } },
            { "resource": { "resourceType": "Communication", "id": "!", "status": "completed" } },
            { "resource": { "resourceType": "Communication", "id": "3", "payload": "nonsense" } },
            { "resource": { "resourceType": "Patient", "id": "4" } } ] }"#;
        let bundle = Bundle::parse(page).unwrap();
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
        let read = Bundle::parse(page.as_bytes())
            .unwrap()
            .records::<Communication>();
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
        let read = Bundle::parse(page.as_bytes())
            .unwrap()
            .records::<Communication>();
        assert_eq!(read.records.len(), 20_000);
    }
}
