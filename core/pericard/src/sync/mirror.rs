//! What a feature says of the records that it mirrors, and how a sync works with any of them.
//!
//! Uses: `changes`
//!
//! A feature implements [`Mirror`] for one resource type. Admission, the store of pages, the outbox and the cursor are
//! the same for all: they work with [`AnyMirror`], which every mirror is. The cursor is that of a `Track`, a feature
//! and a resource type, so that two types of one feature never share a watermark.

use pericard_protocol::admission::{
    Admissible, AdmittedPage, Owner, PageVerdict, ParentVerdict, RecordKey, admit_page,
};
use pericard_protocol::fhir::bundle::Bundle;
use pericard_protocol::fhir::outgoing::IDENTIFIER_SYSTEM;
use pericard_protocol::fhir::page::{Parse, Records};
use pericard_protocol::fhir::search::Search;
use rusqlite::Connection;

use crate::platform::error::Result;
use crate::storage::{PageTx, Partition};

use super::FeatureSync;
use super::changes::RowChanges;

/// A resource type that a feature mirrors from the portal.
pub(crate) trait Mirror: Send + Sync + 'static {
    type Record: Parse + Admissible + Send + 'static;

    /// What to ask the portal for: by default what has the person as its subject.
    fn searches(&self, owner: &Owner) -> Vec<Search> {
        vec![Search::by_subject(owner)]
    }

    /// Turns an admitted page into rows. `news` is false while the history is fetched for the first time.
    fn apply(
        &self,
        tx: &PageTx<'_>,
        owner: &Owner,
        page: &AdmittedPage<Self::Record>,
        news: bool,
    ) -> Result<RowChanges>;

    /// Hides what is here of records that the portal now says are somebody else's.
    fn hide(&self, connection: &Connection, keys: &[RecordKey]) -> Result<RowChanges>;

    /// Whether the record `id` was admitted before, so that what hangs on it may be admitted through it.
    fn holds(&self, connection: &Connection, id: &str) -> Result<bool>;

    /// Called before and after the history is fetched for the first time.
    fn bulk(&self, _partition: &Partition, _begin: bool) -> Result<()> {
        Ok(())
    }

    /// The resource to create for the queued row, or `None` while it has to wait for another. Types that are only read
    /// have none.
    fn outgoing(
        &self,
        _connection: &Connection,
        _owner: &Owner,
        _row: i64,
        _identifier: &str,
    ) -> Result<Option<String>> {
        Ok(None)
    }
}

/// Stores a page: with the watermark to move to, and whether its records are news.
type StorePage = dyn FnOnce(&FeatureSync, Option<i64>, bool) -> Result<RowChanges> + Send;

/// A page that may be stored.
pub(crate) struct CleanPage {
    store: Box<StorePage>,
    /// The times of `meta.lastUpdated`, in the order of the page.
    pub(super) marks: Vec<i64>,
}

impl CleanPage {
    /// Writes the page and moves the watermark, in one transaction.
    pub(super) fn store(
        self,
        feature: &FeatureSync,
        watermark: Option<i64>,
        news: bool,
    ) -> Result<()> {
        let changes = (self.store)(feature, watermark, news)?;
        feature.notify(&changes);
        Ok(())
    }
}

/// What admission made of the records of a page.
pub(crate) enum Evaluation {
    Clean(CleanPage),
    /// Somebody else's records were among them.
    Foreign(Vec<RecordKey>),
}

/// A [`Mirror`] of any record type.
pub(crate) trait AnyMirror: Send + Sync + 'static {
    fn resource_type(&self) -> &'static str;
    fn searches(&self, owner: &Owner) -> Vec<Search>;
    fn hide(&self, connection: &Connection, keys: &[RecordKey]) -> Result<RowChanges>;
    fn bulk(&self, partition: &Partition, begin: bool) -> Result<()>;
    fn outgoing(
        &self,
        connection: &Connection,
        owner: &Owner,
        row: i64,
        identifier: &str,
    ) -> Result<Option<String>>;
    /// Reads the records of a page and admits them, or not.
    fn evaluate(&'static self, feature: &FeatureSync, bundle: &Bundle<'_>) -> Result<Evaluation>;
    /// Stores the record with exactly `identifier`, if `bundle` has it and it is this person's. `Some(false)` when
    /// there are records and none is it; `None` when there are none at all.
    fn store_ours(
        &self,
        feature: &FeatureSync,
        bundle: &Bundle<'_>,
        identifier: &str,
    ) -> Result<Option<bool>>;
    /// The same for the body of a create's response.
    fn store_created(&self, feature: &FeatureSync, body: &[u8], identifier: &str) -> Result<bool>;
}

impl<M: Mirror> AnyMirror for M {
    fn resource_type(&self) -> &'static str {
        M::Record::RESOURCE_TYPE
    }

    fn searches(&self, owner: &Owner) -> Vec<Search> {
        Mirror::searches(self, owner)
    }

    fn hide(&self, connection: &Connection, keys: &[RecordKey]) -> Result<RowChanges> {
        Mirror::hide(self, connection, keys)
    }

    fn bulk(&self, partition: &Partition, begin: bool) -> Result<()> {
        Mirror::bulk(self, partition, begin)
    }

    fn outgoing(
        &self,
        connection: &Connection,
        owner: &Owner,
        row: i64,
        identifier: &str,
    ) -> Result<Option<String>> {
        Mirror::outgoing(self, connection, owner, row, identifier)
    }

    fn evaluate(&'static self, feature: &FeatureSync, bundle: &Bundle<'_>) -> Result<Evaluation> {
        let Records {
            records,
            unreadable,
        } = bundle.records::<M::Record>();
        let unreadable: Vec<Vec<u8>> = unreadable
            .into_iter()
            .map(|raw| feature.partition.held_hash(raw.as_bytes()))
            .collect();
        let marks = records
            .iter()
            .filter_map(|record| record.last_updated())
            .map(|at| at.as_millisecond())
            .collect();
        Ok(match admit(self, feature, records)? {
            PageVerdict::Foreign { keys, .. } => Evaluation::Foreign(keys),
            PageVerdict::Admitted(page) => Evaluation::Clean(CleanPage {
                store: Box::new(move |feature, watermark, news| {
                    apply(self, feature, &page, &unreadable, watermark, news)
                }),
                marks,
            }),
        })
    }

    fn store_ours(
        &self,
        feature: &FeatureSync,
        bundle: &Bundle<'_>,
        identifier: &str,
    ) -> Result<Option<bool>> {
        let records = bundle.records::<M::Record>().records;
        if records.is_empty() {
            return Ok(None);
        }
        store_one(self, feature, records, identifier).map(Some)
    }

    fn store_created(&self, feature: &FeatureSync, body: &[u8], identifier: &str) -> Result<bool> {
        match M::Record::of_body(body) {
            Ok(record) => store_one(self, feature, vec![record], identifier),
            Err(_) => Ok(false),
        }
    }
}

/// Whose these records are.
fn admit<M: Mirror>(
    mirror: &M,
    feature: &FeatureSync,
    records: Vec<M::Record>,
) -> Result<PageVerdict<M::Record>> {
    let prefix = format!("{}/", M::Record::RESOURCE_TYPE);
    feature.partition.read(|c| {
        let known = |key: &str| {
            if feature.partition.is_held(c, key.as_bytes()).unwrap_or(true) {
                return ParentVerdict::Held;
            }
            match key.strip_prefix(&prefix) {
                Some(id) if mirror.holds(c, id).unwrap_or(false) => ParentVerdict::Admitted,
                _ => ParentVerdict::Unknown,
            }
        };
        Ok(admit_page(&feature.owner, records, &known))
    })
}

fn apply<M: Mirror>(
    mirror: &M,
    feature: &FeatureSync,
    page: &AdmittedPage<M::Record>,
    unreadable: &[Vec<u8>],
    watermark: Option<i64>,
    news: bool,
) -> Result<RowChanges> {
    feature
        .partition
        .apply(feature.track, page, unreadable, watermark, |tx| {
            mirror.apply(tx, &feature.owner, page, news)
        })
}

fn store_one<M: Mirror>(
    mirror: &M,
    feature: &FeatureSync,
    records: Vec<M::Record>,
    identifier: &str,
) -> Result<bool> {
    let ours = records
        .into_iter()
        .find(|record| record.has_identifier(IDENTIFIER_SYSTEM, identifier));
    let Some(record) = ours else { return Ok(false) };
    match admit(mirror, feature, vec![record])? {
        PageVerdict::Admitted(page) if !page.admitted().is_empty() => {
            let changes = apply(mirror, feature, &page, &[], None, true)?;
            feature.notify(&changes);
            Ok(true)
        }
        _ => Ok(false),
    }
}
