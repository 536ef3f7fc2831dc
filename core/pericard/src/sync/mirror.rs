//! What a feature says of the records that it mirrors, and how a sync works with any of them.
//!
//! Uses: `changes`
//!
//! A feature implements [`Mirror`] for one resource type. Admission, the order of versions, the store of pages, the
//! outbox and the cursors are the same for all: they work with [`AnyMirror`], which every mirror is.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use pericard_protocol::admission::{
    Admissible, AdmittedPage, Owner, PageVerdict, ParentVerdict, RecordKey, admit_page,
};
use pericard_protocol::fhir::bundle::Bundle;
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::outgoing::IDENTIFIER_SYSTEM;
use pericard_protocol::fhir::page::{self, Parse, Records};
use pericard_protocol::fhir::search::Search;
use pericard_protocol::sync::version::Version;
use rusqlite::Connection;

use crate::platform::Break;
use crate::platform::error::Result;
use crate::storage::mirrored::{self, KnownRecord, Why};
use crate::storage::{PageTx, Partition};

use super::Replica;
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

/// What a page is evidence of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// It was found by a search, which may be behind.
    Search,
    /// It was read by its id: it is there now, even if it was gone before.
    Read,
}

/// How a page is to be stored.
pub(crate) struct Storing {
    /// Its records are news.
    pub(crate) news: bool,
    pub(crate) evidence: Evidence,
    /// The queued row that the page's record is.
    pub(crate) queued: Option<i64>,
}

type Note = dyn FnOnce(&Connection) -> Result<()> + Send;
type StorePage = dyn FnOnce(&Replica, Storing, Box<Note>) -> Result<RowChanges> + Send + Sync;

/// A page that may be stored.
pub(crate) struct CleanPage {
    store: Box<StorePage>,
    /// `meta.lastUpdated` of each record, in the order of the page.
    pub(super) times: Vec<Option<i64>>,
    /// The ids of the records that could be read, in the order of the page.
    pub(super) ids: Vec<String>,
    /// What tells the others apart.
    pub(super) unreadable: Vec<u64>,
}

impl CleanPage {
    /// Writes the page, and `note` with it, in one transaction.
    pub(super) fn store(
        self,
        replica: &Replica,
        storing: Storing,
        note: impl FnOnce(&Connection) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let changes = (self.store)(replica, storing, Box::new(note))?;
        replica.notify(&changes);
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
    fn pace(&self) -> Pace;
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

/// A record that could not be read: the bytes that tell it from others, and its version as far as it is known.
struct Unreadable {
    key: Vec<u8>,
    version: Version,
}

impl Unreadable {
    fn of(record: page::Unreadable<'_>, now: Option<i64>) -> Self {
        let version = Version::shown(record.version_id.as_deref(), record.last_updated, now);
        let key = record.key.unwrap_or_else(|| record.raw.to_owned());
        Self {
            key: key.into_bytes(),
            version,
        }
    }
}

/// Whose these records are.
fn judge<M: Mirror>(
    mirror: &'static M,
    replica: &Replica,
    records: Vec<M::Record>,
    unreadable: Vec<Unreadable>,
    names: Names,
    now: Option<i64>,
) -> Result<Evaluation> {
    let version =
        |record: &M::Record| Version::shown(record.version_id(), record.last_updated(), now);
    let times = records
        .iter()
        .map(|record| Some(record.last_updated()?.as_millisecond()))
        .collect();
    let prefix = format!("{}/", M::Record::RESOURCE_TYPE);
    let id_of = |record: &M::Record| {
        let key = record.key();
        key.strip_prefix(&prefix).unwrap_or_default().to_owned()
    };
    let ids = records.iter().map(id_of).collect();
    let told_apart = unreadable.iter().map(|record| hash(&record.key)).collect();
    // The newest of several versions on one page; what is held is compared by it too.
    let mut versions: BTreeMap<String, Version> = BTreeMap::new();
    for record in &records {
        let (id, seen) = (id_of(record), version(record));
        let newest = versions.entry(id).or_insert_with(|| seen.clone());
        if seen.replaces(newest) {
            *newest = seen;
        }
    }
    let verdict = replica.partition.read(|c| {
        let any_absent = mirrored::any_absent(c)?;
        let track = track_of(c, replica)?;
        let known = |key: &str| {
            let absent = match any_absent {
                true => mirrored::why_absent(c, &replica.partition.hash(key.as_bytes())),
                false => Ok(None),
            };
            match absent {
                Ok(None | Some((Why::Unreadable | Why::Gone, _))) => {}
                Ok(Some((Why::Unmatched, _))) | Err(_) => return ParentVerdict::Held,
            }
            let here = match (key.strip_prefix(&prefix), track) {
                (Some(id), Some(track)) => mirrored::known(c, track, id),
                _ => Ok(None),
            };
            match here {
                Ok(Some(_)) => ParentVerdict::Admitted,
                _ => ParentVerdict::Unknown,
            }
        };
        let owner = whose::<M::Record>(replica, &records);
        Ok(admit_page(&owner, records, &known))
    })?;
    Ok(match verdict {
        PageVerdict::Foreign { keys, .. } => Evaluation::Foreign(keys),
        PageVerdict::Admitted(page) => Evaluation::Clean(CleanPage {
            store: Box::new(move |replica, storing, note| {
                let judged = Judged {
                    page,
                    unreadable,
                    names,
                    versions,
                };
                judged.apply(mirror, replica, &storing, note)
            }),
            times,
            ids,
            unreadable: told_apart,
        }),
    })
}

/// For whom the records are judged. A test that leaves admission out takes everybody on the page for the person.
fn whose<R: Admissible>(replica: &Replica, records: &[R]) -> Owner {
    let mut owner = (*replica.owner).clone();
    if replica.platform.broken(Break::Guard) {
        let subjects = records.iter().flat_map(Admissible::subjects);
        let patients = subjects.filter_map(|subject| subject.patient_id(&owner.base));
        let patients: Vec<String> = patients.map(str::to_owned).collect();
        owner.aliases.extend(patients);
    }
    owner
}

fn track_of(c: &Connection, replica: &Replica) -> Result<Option<i64>> {
    use rusqlite::OptionalExtension;
    let key = (replica.track.feature.name(), replica.track.resource_type);
    let sql = "SELECT id FROM track WHERE feature = ?1 AND resource_type = ?2";
    Ok(c.prepare_cached(sql)?
        .query_row(key, |row| row.get(0))
        .optional()?)
}

/// A page whose records were admitted or held.
struct Judged<R> {
    page: AdmittedPage<R>,
    unreadable: Vec<Unreadable>,
    names: Names,
    versions: BTreeMap<String, Version>,
}

impl<R: Parse + Admissible> Judged<R> {
    fn apply<M: Mirror<Record = R>>(
        &self,
        mirror: &M,
        replica: &Replica,
        storing: &Storing,
        note: Box<Note>,
    ) -> Result<RowChanges> {
        replica.partition.apply(&self.page, |tx| {
            let c = tx.connection();
            let track = mirrored::track(c, replica.track)?;
            let mut changes = self.hold_back(mirror, replica, c, track)?;
            let fresh = self.fresh(replica, c, track, storing)?;
            let applied = mirror.apply(tx, replica.reader(), &fresh, &self.names, storing.news)?;
            for (incoming, shown) in fresh.iter().zip(&applied.shown) {
                let key = incoming.record.key();
                let id = id_of::<R>(&key);
                mirrored::save_record(c, track, id, incoming.version, *shown)?;
            }
            changes.merge(applied.changes);
            note(c)?;
            Ok(changes)
        })
    }

    /// The admitted records that are newer than what is here.
    fn fresh(
        &self,
        replica: &Replica,
        c: &Connection,
        track: i64,
        storing: &Storing,
    ) -> Result<Vec<Incoming<'_, R>>> {
        let any_absent = mirrored::any_absent(c)?;
        let mut taken = BTreeSet::new();
        let mut fresh = Vec::with_capacity(self.page.admitted().len());
        for record in self.page.admitted() {
            let key = record.key();
            let id = id_of::<R>(&key);
            let Some(version) = self.versions.get(id) else {
                continue;
            };
            // Of several versions on the page, the newest.
            let is_newest = version.id.as_deref() == record.version_id();
            if !is_newest || !taken.insert(id.to_owned()) {
                continue;
            }
            if any_absent {
                let hash = replica.partition.hash(key.as_bytes());
                match mirrored::why_absent(c, &hash)? {
                    // Gone, and a page that is behind still has it.
                    Some((Why::Gone, gone))
                        if storing.evidence == Evidence::Search && !version.replaces(&gone) =>
                    {
                        continue;
                    }
                    Some((Why::Unmatched | Why::Unreadable, held))
                        if held != *version && !version.replaces(&held) =>
                    {
                        continue;
                    }
                    Some(_) => mirrored::clear_absent(c, &hash)?,
                    None => {}
                }
            }
            let known = mirrored::known(c, track, id)?;
            let is_news = |known: &KnownRecord| match storing.evidence {
                Evidence::Search => {
                    version.replaces(&known.version) || replica.platform.broken(Break::Version)
                }
                Evidence::Read => version.may_be_current(&known.version),
            };
            if storing.queued.is_none() && known.as_ref().is_some_and(|known| !is_news(known)) {
                continue;
            }
            fresh.push(Incoming {
                record,
                version,
                shown: known.and_then(|known| known.shown),
                queued: storing.queued,
            });
        }
        Ok(fresh)
    }

    /// Notes what may not be shown, and takes away what is here of it.
    fn hold_back<M: Mirror<Record = R>>(
        &self,
        mirror: &M,
        replica: &Replica,
        c: &Connection,
        track: i64,
    ) -> Result<RowChanges> {
        let mut rows = Vec::new();
        for (key, _) in self.page.held() {
            let Some(id) = key.id(R::RESOURCE_TYPE) else {
                continue;
            };
            let version = self.versions.get(id).cloned().unwrap_or_default();
            let known = mirrored::known(c, track, id)?;
            if known
                .is_some_and(|known| known.version != version && !version.replaces(&known.version))
            {
                continue;
            }
            let known = mirrored::take_record(c, track, id)?;
            rows.extend(known.and_then(|known| known.shown));
            let hash = replica.partition.hash(key.as_bytes());
            save_if_newer(c, track, &hash, Why::Unmatched, &version)?;
        }
        for unreadable in &self.unreadable {
            let hash = replica.partition.hash(&unreadable.key);
            save_if_newer(c, track, &hash, Why::Unreadable, &unreadable.version)?;
        }
        mirror.remove(c, &rows, false)
    }
}

/// Notes that a record is absent, unless a newer version of it is known to be.
fn save_if_newer(
    c: &Connection,
    track: i64,
    hash: &[u8],
    why: Why,
    version: &Version,
) -> Result<()> {
    let known = mirrored::why_absent(c, hash)?;
    let is_older = known.is_some_and(|(_, known)| known != *version && !version.replaces(&known));
    match is_older {
        true => Ok(()),
        false => mirrored::save_absent(c, track, hash, why, version),
    }
}

fn id_of<R: Parse>(key: &str) -> &str {
    let id = key.strip_prefix(R::RESOURCE_TYPE);
    id.and_then(|id| id.strip_prefix('/')).unwrap_or_default()
}

/// Stores a record that was queued here; `row` is its row, where that is known.
fn store_one<M: Mirror>(
    mirror: &'static M,
    replica: &Replica,
    record: M::Record,
    row: Option<i64>,
) -> Result<bool> {
    let records = vec![record];
    match judge(mirror, replica, records, Vec::new(), Names::default(), None)? {
        Evaluation::Clean(page) if !page.ids.is_empty() => {
            let storing = Storing {
                news: true,
                evidence: Evidence::Read,
                queued: row,
            };
            let id = page.ids[0].clone();
            page.store(replica, storing, |_| Ok(()))?;
            replica.partition.read(|c| {
                Ok(match track_of(c, replica)? {
                    Some(track) => mirrored::known(c, track, &id)?.is_some(),
                    None => false,
                })
            })
        }
        _ => Ok(false),
    }
}

/// What tells a record from others while its search lasts.
pub(super) fn hash(id: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}
