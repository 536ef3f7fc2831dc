//! One person's records: a database that exists only while the account is unlocked.
//!
//! Uses: `database`, `device`, `files`, `ids`, `mirrored`, `salvage`, `track`
//!
//! What came from the portal is written through a [`PageTx`], and only [`Partition::apply`] makes one, from a page
//! that admission let in: a record of somebody else has no way into a table. Rows, search index, summaries, what is
//! known of each record and the cursor of one page are one transaction. What the person did here is written through a
//! [`LocalTx`], which survives the loss of power.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::SystemTime;

use aws_lc_rs::hmac;
use pericard_protocol::admission::{Admissible, AdmittedPage};
use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::keys::PersonKey;
use crate::platform::Platform;
use crate::platform::error::{PericardError, Result, StorageKind};

use super::database::{Database, Durability, Schema};
use super::device::{instant, millis};
use super::files::{self, Files};
use super::ids::Ids;
use super::mirrored;
use super::salvage::{self, Salvage};
use super::track::{Feature, Track};

/// An incident as it was noted.
pub(crate) struct IncidentRow {
    pub(crate) id: String,
    pub(crate) at: SystemTime,
    pub(crate) kind: String,
    pub(crate) feature: String,
    pub(crate) resource_type: String,
}

/// One person's database.
pub(crate) struct Partition {
    database: Database,
    files: Files,
    ids: Ids,
    held: hmac::Key,
    /// The patient whose records these are; a page that was judged for another is not written.
    patient: String,
    /// It was begun anew, and nobody has been told.
    begun_anew: AtomicBool,
    /// A statement has met damage: the next use begins it anew.
    is_damaged: AtomicBool,
    /// It is closed for good, for this reason.
    ended: OnceLock<PericardError>,
}

/// What a commit survives.
enum Lasts {
    Process,
    Power,
}

/// The right to write mirrored rows: one admitted page, one transaction.
pub(crate) struct PageTx<'a> {
    tx: &'a Transaction<'a>,
    files: &'a Files,
}

/// The right to write what the person did on this device.
pub(crate) struct LocalTx<'a> {
    tx: &'a Transaction<'a>,
}

impl Partition {
    /// Opens the database of `patient` with the tables of `features`. The key was wrapped for this person, so it is the
    /// right one: a file that it does not open is damaged.
    pub(crate) fn open(
        path: &Path,
        key: &PersonKey,
        platform: &Platform,
        patient: &str,
        features: impl Iterator<Item = &'static Schema>,
    ) -> Result<Self> {
        let own = [&mirrored::SCHEMA, &files::SCHEMA].into_iter();
        let schemas = own.chain(features).collect();
        let database = Database::open(path, key.database(), Durability::Process, schemas);
        let database = database.map_err(damaged)?;
        let files = Files::beside(path, key.bound(), platform);
        if files.exist() {
            database.read(|c| files.sweep(c)).map_err(damaged)?;
        }
        Ok(Self {
            database,
            files,
            ids: Ids::new(&key.ids())?,
            held: hmac::Key::new(hmac::HMAC_SHA256, key.held().bytes()),
            patient: patient.to_owned(),
            begun_anew: AtomicBool::new(false),
            is_damaged: AtomicBool::new(false),
            ended: OnceLock::new(),
        })
    }

    /// The versions of the tables that every person's database has, by part.
    pub(crate) fn versions() -> impl Iterator<Item = (&'static str, usize)> {
        let own = [&mirrored::SCHEMA, &files::SCHEMA].into_iter();
        own.map(|schema| (schema.part, schema.steps.len()))
    }

    pub(crate) fn ids(&self) -> &Ids {
        &self.ids
    }

    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    pub(crate) fn pause(&self) {
        self.database.pause();
    }

    pub(crate) fn resume(&self) {
        self.database.resume();
    }

    /// Closes it for good; whoever still holds it is told `why`.
    pub(crate) fn end(&self, why: PericardError) {
        // The first reason counts.
        let _ = self.ended.set(why);
        self.database.pause();
    }

    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.noted(self.database.read(work))
    }

    /// It is damaged: the next use begins it anew.
    pub(crate) fn condemn(&self) {
        self.is_damaged.store(true, SeqCst);
    }

    /// Whether it is to be begun anew.
    pub(crate) fn is_damaged(&self) -> bool {
        self.is_damaged.load(SeqCst)
    }

    /// Notes damage that a statement has met. A file beside the database that is damaged costs only itself.
    fn noted<T>(&self, done: Result<T>) -> Result<T> {
        match done.map_err(damaged) {
            Err(PericardError::DAMAGED) => {
                if !self.is_damaged() && !self.database.is_sound() {
                    self.condemn();
                }
                Err(PericardError::DAMAGED)
            }
            Err(PericardError::Closed) if let Some(why) = self.ended.get() => Err(why.clone()),
            // It was closed to be begun anew.
            Err(PericardError::Closed) if self.is_damaged() => Err(PericardError::DAMAGED),
            done => done,
        }
    }

    /// Whether a damaged database of this path is to be begun anew: it was moved aside.
    pub(crate) fn is_set_aside(path: &Path) -> bool {
        salvage::aside(path).exists()
    }

    /// Moves a damaged database aside. Nothing of it is lost yet.
    pub(crate) fn set_aside(path: &Path) -> Result<()> {
        salvage::move_aside(path)
    }

    /// Copies what can be read of `wanted` from the database that was moved aside, notes the damage as an incident, lets
    /// `settle` put the rows in order, and deletes the damaged file.
    pub(crate) fn take_over(
        &self,
        path: &Path,
        key: &PersonKey,
        wanted: &[Salvage],
        track: Track,
        incident: (&str, SystemTime),
        settle: impl FnOnce(&LocalTx<'_>) -> Result<()>,
    ) -> Result<()> {
        let aside = salvage::aside(path);
        let saved = salvage::read(&aside, &key.database(), wanted);
        self.local(|tx| {
            salvage::write(tx.tx, saved)?;
            let (id, at) = incident;
            tx.tx.execute(
                "INSERT OR IGNORE INTO incident (id, at, kind, feature, resource_type)
                 VALUES (?1, ?2, 'database_damaged', ?3, ?4)",
                (id, millis(at), track.feature.name(), track.resource_type),
            )?;
            settle(tx)
        })?;
        self.begun_anew.store(true, SeqCst);
        salvage::remove(&aside)
    }

    /// Whether it was begun anew since this was last asked.
    pub(crate) fn was_begun_anew(&self) -> bool {
        self.begun_anew.swap(false, SeqCst)
    }

    /// The keyed hash of what must not be stored.
    pub(crate) fn hash(&self, record: &[u8]) -> Vec<u8> {
        hmac::sign(&self.held, record).as_ref().to_vec()
    }

    /// Writes what the portal said about this person, or nothing of it.
    pub(crate) fn apply<T, R: Admissible>(
        &self,
        page: &AdmittedPage<R>,
        work: impl FnOnce(&PageTx<'_>) -> Result<T>,
    ) -> Result<T> {
        if page.owner().patient != self.patient {
            return Err(PericardError::internal("owner"));
        }
        let files = &self.files;
        self.write(Lasts::Process, |tx| work(&PageTx { tx, files }))
    }

    /// Writes what the person did here; durable when this returns.
    pub(crate) fn local<T>(&self, work: impl FnOnce(&LocalTx<'_>) -> Result<T>) -> Result<T> {
        self.write(Lasts::Power, |tx| work(&LocalTx { tx }))
    }

    /// Writes how far a sync has come, which may be lost with the power.
    pub(crate) fn note<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.write(Lasts::Process, |tx| work(tx))
    }

    /// Stops a track over a foreign record, and in the same transaction lets `hide` take away what was shown of it. The
    /// cursor stays; the incident says nothing of the record, and is told once.
    pub(crate) fn stop<T>(
        &self,
        track: Track,
        incident: &str,
        now: SystemTime,
        hide: impl FnOnce(&LocalTx<'_>) -> Result<T>,
    ) -> Result<T> {
        self.write(Lasts::Power, |tx| {
            let hidden = hide(&LocalTx { tx })?;
            tx.execute(
                "INSERT OR IGNORE INTO incident (id, at, kind, feature, resource_type)
                 VALUES (?1, ?2, 'foreign_record', ?3, ?4)",
                (
                    incident,
                    millis(now),
                    track.feature.name(),
                    track.resource_type,
                ),
            )?;
            let id = mirrored::track(tx, track)?;
            tx.execute(
                "UPDATE track SET stopped = ?2 WHERE id = ?1",
                (id, incident),
            )?;
            Ok(hidden)
        })
    }

    /// Runs `work` in a transaction, and removes the files whose rows it has deleted once that is committed.
    fn write<T>(
        &self,
        lasts: Lasts,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let work = |tx: &Transaction<'_>| Ok((work(tx)?, files::removed(tx)?));
        let (done, removed) = match lasts {
            Lasts::Process => self.noted(self.database.write(work)),
            Lasts::Power => self.noted(self.database.write_durably(work)),
        }?;
        self.files.unlink(&removed);
        Ok(done)
    }

    /// Notes that somebody else's file was refused. Nothing is stopped by it.
    pub(crate) fn note_foreign(
        &self,
        feature: Feature,
        resource_type: &str,
        incident: &str,
        now: SystemTime,
    ) -> Result<()> {
        self.write(Lasts::Power, |tx| {
            tx.execute(
                "INSERT OR IGNORE INTO incident (id, at, kind, feature, resource_type)
                 VALUES (?1, ?2, 'foreign_record', ?3, ?4)",
                (incident, millis(now), feature.name(), resource_type),
            )?;
            Ok(())
        })
    }

    /// A clean answer lifts what a foreign record stopped; the incident stays on record.
    pub(crate) fn clear_incident(&self, track: Track) -> Result<()> {
        self.database.write_durably(|tx| {
            let id = mirrored::track(tx, track)?;
            tx.execute("UPDATE track SET stopped = NULL WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    /// The incident that stops a feature, if one of its tracks stands still.
    pub(crate) fn stopped(&self, feature: Feature) -> Result<Option<String>> {
        self.read(|c| {
            let sql = "SELECT stopped FROM track WHERE feature = ?1 AND stopped IS NOT NULL";
            Ok(c.prepare_cached(sql)?
                .query_row([feature.name()], |row| row.get(0))
                .optional()?)
        })
    }

    /// How many records could not be matched to the person, or not be read.
    pub(crate) fn held(&self) -> Result<u64> {
        self.read(|c| {
            let held = mirrored::absent(c, None)?;
            Ok(held.unmatched + held.unreadable)
        })
    }

    /// Every incident, newest first.
    pub(crate) fn incidents(&self) -> Result<Vec<IncidentRow>> {
        self.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT id, at, kind, feature, resource_type FROM incident ORDER BY at DESC, rowid DESC",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(IncidentRow {
                    id: row.get(0)?,
                    at: instant(row.get(1)?),
                    kind: row.get(2)?,
                    feature: row.get(3)?,
                    resource_type: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// A page that the right key does not open is damaged.
fn damaged(error: PericardError) -> PericardError {
    match error {
        PericardError::Storage {
            kind: StorageKind::WrongKey,
        } => PericardError::DAMAGED,
        error => error,
    }
}

impl PageTx<'_> {
    pub(crate) fn connection(&self) -> &Connection {
        self.tx
    }

    /// Where contents that came with the page are kept.
    pub(crate) fn files(&self) -> &Files {
        self.files
    }
}

impl LocalTx<'_> {
    pub(crate) fn connection(&self) -> &Connection {
        self.tx
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const MESSAGES: Track = Track {
        feature: Feature::Messages,
        resource_type: "Communication",
    };

    #[test]
    fn a_partition_of_the_first_version_goes_on() {
        static FIRST: Schema = Schema {
            part: "partition",
            steps: &[mirrored::SCHEMA.steps[0]],
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("person.db");
        let vault = crate::keys::tests::vault(false).0;
        let root = vault.new_content_root("a").unwrap();
        let platform = crate::platform::Platform::real("test");
        let wrapped = root.new_person(&platform, "p").unwrap();
        let key = root.person("p", &wrapped).unwrap();
        let old = Database::open(&path, key.database(), Durability::Process, vec![&FIRST]).unwrap();
        old.write(|tx| {
            Ok(tx.execute_batch(
                "INSERT INTO cursor VALUES ('messages', 1700000000000, 1, 'i');
                 INSERT INTO incident VALUES ('i', 1000, 'messages');
                 INSERT INTO held VALUES (x'01', 'messages');",
            )?)
        })
        .unwrap();
        drop(old);
        let partition = Partition::open(&path, &key, &platform, "ana", std::iter::empty()).unwrap();
        // Everything is fetched once more, since more is kept of each record now.
        let cursor = partition
            .note(|c| mirrored::cursor(c, MESSAGES, "subject"))
            .unwrap();
        assert_eq!((cursor.watermark, cursor.loaded), (None, false));
        assert_eq!(
            partition.stopped(Feature::Messages).unwrap(),
            Some("i".into())
        );
        let incident = partition.incidents().unwrap().remove(0);
        assert_eq!(
            (incident.kind.as_str(), incident.resource_type.as_str()),
            ("foreign_record", "Communication")
        );
    }
}
