//! Whose the records of a page are, and what of them is stored.
//!
//! Uses: `changes`, `mirror`

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use pericard_protocol::admission::{
    Admissible, AdmittedPage, Owner, PageVerdict, ParentVerdict, RecordKey, admit_page,
};
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::page::{self, Parse};
use pericard_protocol::sync::version::Version;
use rusqlite::Connection;

use crate::platform::Break;
use crate::platform::error::Result;
use crate::storage::mirrored::{self, KnownRecord, Why};

use super::Replica;
use super::changes::RowChanges;
use super::mirror::{Incoming, Mirror};

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

/// A record that could not be read: the bytes that tell it from others, and its version as far as it is known.
pub(super) struct Unreadable {
    key: Vec<u8>,
    version: Version,
}

impl Unreadable {
    pub(super) fn of(record: page::Unreadable<'_>, now: Option<i64>) -> Self {
        let version = Version::shown(record.version_id.as_deref(), record.last_updated, now);
        let key = record.key.unwrap_or_else(|| record.raw.to_owned());
        Self {
            key: key.into_bytes(),
            version,
        }
    }
}

/// Whose these records are.
pub(super) fn judge<M: Mirror>(
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
            if let Some(newest) = self.newest() {
                mirrored::saw(c, track, newest)?;
            }
            note(c)?;
            Ok(changes)
        })
    }

    /// The newest change on the page, whatever becomes of its record.
    fn newest(&self) -> Option<i64> {
        let unreadable = self.unreadable.iter().map(|record| &record.version);
        let versions = self.versions.values().chain(unreadable);
        versions.filter_map(|version| version.last_updated).max()
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
pub(super) fn store_one<M: Mirror>(
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
