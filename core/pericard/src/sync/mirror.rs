//! What a feature says of the records that it mirrors.
//!
//! Uses: `changes`
//!
//! A feature implements [`Mirror`] for one resource type. Admission, the order of versions, the store of pages, the
//! outbox and the cursors are the same for all: they work with [`AnyMirror`](super::AnyMirror), which every mirror is.

use pericard_protocol::admission::{Admissible, Owner};
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::page::Parse;
use pericard_protocol::fhir::search::Search;
use pericard_protocol::sync::version::Version;
use rusqlite::Connection;

use crate::platform::error::Result;
use crate::storage::{PageTx, Partition};

use super::changes::RowChanges;

/// An admitted record that is newer than what is here.
pub(crate) struct Incoming<'a, R> {
    pub(crate) record: &'a R,
    pub(crate) version: &'a Version,
    /// The feature's row, where it shows an older version.
    pub(crate) shown: Option<i64>,
    /// The queued row that it is, where the portal's answer has proved that.
    pub(crate) queued: Option<i64>,
}

/// For whom records are read.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    /// The person whose records they are.
    pub(crate) owner: &'a Owner,
    /// Who signed in, where that is somebody else: `Type/id`.
    pub(crate) user: Option<&'a str>,
}

/// What a feature made of a page.
pub(crate) struct Applied {
    /// For each record the row that shows it now, or nothing where it is not to be shown.
    pub(crate) shown: Vec<Option<i64>>,
    pub(crate) changes: RowChanges,
}

/// How often a mirror is brought up to date, and what depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// In every run, which is complete only if it is.
    EveryRun,
    /// The same, but only where the portal lists the type and the session may search it.
    WhereListed,
    /// Once a day, where the portal lists the type: it helps, and nothing depends on it.
    Daily,
}

/// A file that has to be at the portal before the record that refers to it.
pub(crate) struct Upload {
    /// The feature's row of the file.
    pub(crate) file: i64,
    /// Its content in the partition's files.
    pub(crate) content: i64,
    pub(crate) content_type: String,
    pub(crate) size: u64,
}

/// A resource type that a feature mirrors from the portal.
pub(crate) trait Mirror: Send + Sync + 'static {
    type Record: Parse + Admissible + Send + Sync + 'static;

    /// What to ask the portal for, the usual search first: by default what has the person as its subject. `offers` says
    /// whether the portal announces a search parameter.
    fn searches(&self, owner: &Owner, _offers: &dyn Fn(&str) -> bool) -> Vec<Search> {
        vec![Search::by_subject(owner)]
    }

    fn pace(&self) -> Pace {
        Pace::EveryRun
    }

    /// Whether what is new of it is counted while the content is locked. Not where it is another feature's news already.
    fn is_counted(&self) -> bool {
        true
    }

    /// Turns admitted records into rows; a record whose row is given replaces what is there. `news` is false while the
    /// history is fetched for the first time.
    fn apply(
        &self,
        tx: &PageTx<'_>,
        reader: Reader<'_>,
        records: &[Incoming<'_, Self::Record>],
        names: &Names,
        news: bool,
    ) -> Result<Applied>;

    /// Takes away rows whose records are `gone` from the portal, or somebody else's.
    fn remove(&self, connection: &Connection, rows: &[i64], gone: bool) -> Result<RowChanges>;

    /// Called before the history is fetched for the first time, and at the end of every run, which may find that one
    /// before it was interrupted.
    fn bulk(&self, _partition: &Partition, _begin: bool) -> Result<()> {
        Ok(())
    }

    /// Whose names are wanted: `Type/id` of those that no record has named, a few at a time.
    fn unnamed(&self, _connection: &Connection) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// Stores the name of one of them; nothing where the portal has none.
    fn name(&self, _connection: &Connection, _key: &str, _name: &str) -> Result<RowChanges> {
        Ok(self.no_changes())
    }

    /// Nothing changed.
    fn no_changes(&self) -> RowChanges;

    /// The conversation of a queued row, in which nothing overtakes it.
    fn group(&self, _connection: &Connection, row: i64) -> Result<i64> {
        Ok(row)
    }

    /// Whether a record says what the queued row says.
    fn says(&self, _connection: &Connection, _row: i64, _record: &Self::Record) -> Result<bool> {
        Ok(false)
    }

    /// The portal has taken a queued row as the record `id`, which could not be read back.
    fn sent(&self, _connection: &Connection, _row: i64, _id: &str) -> Result<RowChanges> {
        Ok(self.no_changes())
    }

    /// The next file of a queued row that has to be at the portal before the row goes there.
    fn upload(&self, _connection: &Connection, _row: i64) -> Result<Option<Upload>> {
        Ok(None)
    }

    /// The portal has a file of a queued row under this reference.
    fn uploaded(
        &self,
        _connection: &Connection,
        _row: i64,
        _file: i64,
        _reference: &str,
    ) -> Result<()> {
        Ok(())
    }

    /// The resource to create for the queued row, or `None` while it has to wait for another. Types that are only read
    /// have none.
    fn outgoing(
        &self,
        _connection: &Connection,
        _reader: Reader<'_>,
        _row: i64,
        _identifier: &str,
    ) -> Result<Option<String>> {
        Ok(None)
    }
}
