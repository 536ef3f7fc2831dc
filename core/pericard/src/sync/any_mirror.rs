//! How a sync works with a mirror of any resource type.
//!
//! Uses: `changes`, `judge`, `mirror`

use pericard_protocol::admission::Owner;
use pericard_protocol::fhir::bundle::Bundle;
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::outgoing::IDENTIFIER_SYSTEM;
use pericard_protocol::fhir::page::{Parse, Records};
use pericard_protocol::fhir::search::Search;
use pericard_protocol::sync::version::Version;
use rusqlite::Connection;

use crate::platform::error::Result;
use crate::storage::Partition;
use crate::storage::mirrored::{self, Why};

use super::Replica;
use super::changes::RowChanges;
use super::judge::{Evaluation, Unreadable, judge, store_one};
use super::mirror::{Mirror, Pace, Reader, Upload};

/// A [`Mirror`] of any record type.
pub(crate) trait AnyMirror: Send + Sync + 'static {
    fn resource_type(&self) -> &'static str;
    fn pace(&self) -> Pace;
    fn is_counted(&self) -> bool;
    fn searches(&self, owner: &Owner, offers: &dyn Fn(&str) -> bool) -> Vec<Search>;
    /// Takes away what is here of records that turned out to be somebody else's, or are gone. What is gone leaves its
    /// version, so that a late page does not bring it back.
    fn take_away(
        &self,
        replica: &Replica,
        connection: &Connection,
        ids: &[&str],
        gone: bool,
    ) -> Result<RowChanges>;
    fn bulk(&self, partition: &Partition, begin: bool) -> Result<()>;
    fn unnamed(&self, connection: &Connection) -> Result<Vec<String>>;
    fn name(&self, connection: &Connection, key: &str, name: &str) -> Result<RowChanges>;
    fn outgoing(
        &self,
        connection: &Connection,
        reader: Reader<'_>,
        row: i64,
        identifier: &str,
    ) -> Result<Option<String>>;
    /// Reads the records of a page and admits them, or not. `now` is the portal's time.
    fn evaluate(
        &'static self,
        replica: &Replica,
        bundle: &Bundle<'_>,
        now: Option<i64>,
    ) -> Result<Evaluation>;
    /// The same for a body that is one record; nothing where it cannot be read.
    fn evaluate_one(
        &'static self,
        replica: &Replica,
        body: &[u8],
        now: Option<i64>,
    ) -> Result<Option<Evaluation>>;
    /// Stores the record with exactly `identifier`, if `bundle` has it and it is this person's. `Some(false)` when
    /// there are records and none is it; `None` when there are none at all.
    fn store_ours(
        &'static self,
        replica: &Replica,
        bundle: &Bundle<'_>,
        identifier: &str,
        row: Option<i64>,
    ) -> Result<Option<bool>>;
    /// Stores the body of a create's response as the queued `row`, if it is this person's record: with this identifier, or
    /// with none of its kind, since not every portal keeps one. One that is only `claimed` to be it has to say the same
    /// then.
    fn store_created(
        &'static self,
        replica: &Replica,
        body: &[u8],
        identifier: &str,
        row: i64,
        claimed: bool,
    ) -> Result<bool>;
    fn group(&self, connection: &Connection, row: i64) -> Result<i64>;
    fn upload(&self, connection: &Connection, row: i64) -> Result<Option<Upload>>;
    fn uploaded(&self, connection: &Connection, row: i64, file: i64, reference: &str)
    -> Result<()>;
    /// The portal has taken a queued row as the record `id`, which could not be read back.
    fn sent(
        &self,
        replica: &Replica,
        connection: &Connection,
        row: i64,
        id: &str,
    ) -> Result<RowChanges>;
}

impl<M: Mirror> AnyMirror for M {
    fn resource_type(&self) -> &'static str {
        M::Record::RESOURCE_TYPE
    }

    fn pace(&self) -> Pace {
        Mirror::pace(self)
    }

    fn is_counted(&self) -> bool {
        Mirror::is_counted(self)
    }

    fn searches(&self, owner: &Owner, offers: &dyn Fn(&str) -> bool) -> Vec<Search> {
        Mirror::searches(self, owner, offers)
    }

    fn take_away(
        &self,
        replica: &Replica,
        connection: &Connection,
        ids: &[&str],
        gone: bool,
    ) -> Result<RowChanges> {
        let track = mirrored::track(connection, replica.track)?;
        let mut rows = Vec::new();
        for id in ids {
            let Some(known) = mirrored::take_record(connection, track, id)? else {
                continue;
            };
            rows.extend(known.shown);
            if gone {
                let hash = replica.hash(id);
                mirrored::save_absent(connection, track, &hash, Why::Gone, &known.version)?;
            }
        }
        self.remove(connection, &rows, gone)
    }

    fn bulk(&self, partition: &Partition, begin: bool) -> Result<()> {
        Mirror::bulk(self, partition, begin)
    }

    fn unnamed(&self, connection: &Connection) -> Result<Vec<String>> {
        Mirror::unnamed(self, connection)
    }

    fn name(&self, connection: &Connection, key: &str, name: &str) -> Result<RowChanges> {
        Mirror::name(self, connection, key, name)
    }

    fn upload(&self, connection: &Connection, row: i64) -> Result<Option<Upload>> {
        Mirror::upload(self, connection, row)
    }

    fn uploaded(
        &self,
        connection: &Connection,
        row: i64,
        file: i64,
        reference: &str,
    ) -> Result<()> {
        Mirror::uploaded(self, connection, row, file, reference)
    }

    fn outgoing(
        &self,
        connection: &Connection,
        reader: Reader<'_>,
        row: i64,
        identifier: &str,
    ) -> Result<Option<String>> {
        Mirror::outgoing(self, connection, reader, row, identifier)
    }

    fn evaluate(
        &'static self,
        replica: &Replica,
        bundle: &Bundle<'_>,
        now: Option<i64>,
    ) -> Result<Evaluation> {
        let Records {
            records,
            unreadable,
        } = bundle.records::<M::Record>();
        let unreadable = unreadable
            .into_iter()
            .map(|record| Unreadable::of(record, now))
            .collect();
        judge(self, replica, records, unreadable, bundle.names(), now)
    }

    fn evaluate_one(
        &'static self,
        replica: &Replica,
        body: &[u8],
        now: Option<i64>,
    ) -> Result<Option<Evaluation>> {
        let Ok(record) = M::Record::of_body(body) else {
            return Ok(None);
        };
        judge(
            self,
            replica,
            vec![record],
            Vec::new(),
            Names::default(),
            now,
        )
        .map(Some)
    }

    fn store_ours(
        &'static self,
        replica: &Replica,
        bundle: &Bundle<'_>,
        identifier: &str,
        row: Option<i64>,
    ) -> Result<Option<bool>> {
        let records = bundle.records::<M::Record>().records;
        if records.is_empty() {
            return Ok(None);
        }
        let mut records = records.into_iter();
        let ours = records.find(|record| record.has_identifier(IDENTIFIER_SYSTEM, identifier));
        match ours {
            Some(record) => store_one(self, replica, record, row).map(Some),
            None => Ok(Some(false)),
        }
    }

    fn store_created(
        &'static self,
        replica: &Replica,
        body: &[u8],
        identifier: &str,
        row: i64,
        claimed: bool,
    ) -> Result<bool> {
        let Ok(record) = M::Record::of_body(body) else {
            return Ok(false);
        };
        let identified = record.has_identifier(IDENTIFIER_SYSTEM, identifier);
        let others = !identified && record.has_identifier_of(IDENTIFIER_SYSTEM);
        let says = |record| replica.partition.read(|c| self.says(c, row, record));
        if others || claimed && !identified && !says(&record)? {
            return Ok(false);
        }
        store_one(self, replica, record, Some(row))
    }

    fn group(&self, connection: &Connection, row: i64) -> Result<i64> {
        Mirror::group(self, connection, row)
    }

    fn sent(
        &self,
        replica: &Replica,
        connection: &Connection,
        row: i64,
        id: &str,
    ) -> Result<RowChanges> {
        let track = mirrored::track(connection, replica.track)?;
        mirrored::save_record(connection, track, id, &Version::default(), Some(row))?;
        Mirror::sent(self, connection, row, id)
    }
}
