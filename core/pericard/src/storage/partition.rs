//! One person's records: a database that exists only while the account is unlocked.
//!
//! Uses: `database`, `device`, `ids`, `track`
//!
//! What came from the portal is written through a [`PageTx`], and only [`Partition::apply`] makes one, from a page
//! that admission let in: a record of somebody else has no way into a table. Rows, search index, summaries, held
//! counts and the cursor of one page are one transaction. What the person did here is written through a
//! [`LocalTx`], which survives the loss of power.

use std::path::Path;
use std::time::SystemTime;

use aws_lc_rs::hmac;
use pericard_protocol::admission::{Admissible, AdmittedPage};
use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::keys::PersonKey;
use crate::platform::error::{PericardError, Result};

use super::database::{Database, Durability, Schema};
use super::device::{instant, millis};
use super::ids::Ids;
use super::track::{Feature, Track};

static SCHEMA: Schema = Schema {
    part: "partition",
    steps: &["
-- How far a feature's download has come. `caught_up`: the history has been fetched once to its end; `stopped` names
-- the incident that stops the feature.
CREATE TABLE cursor (
    feature TEXT PRIMARY KEY,
    watermark INTEGER,
    caught_up INTEGER NOT NULL DEFAULT 0,
    stopped TEXT
) STRICT, WITHOUT ROWID;
-- Records that could not be matched to the person, or not be read: a keyed hash each, never the record.
CREATE TABLE held (
    hash BLOB PRIMARY KEY,
    feature TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE incident (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    feature TEXT NOT NULL
) STRICT;
","
-- One cursor per feature and resource type; incidents and held records say where they were.
CREATE TABLE track (
    feature TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    watermark INTEGER,
    caught_up INTEGER NOT NULL DEFAULT 0,
    stopped TEXT,
    PRIMARY KEY (feature, resource_type)
) STRICT, WITHOUT ROWID;
INSERT INTO track SELECT feature, 'Communication', watermark, caught_up, stopped FROM cursor;
DROP TABLE cursor;
ALTER TABLE incident ADD COLUMN kind TEXT NOT NULL DEFAULT 'foreign_record';
ALTER TABLE incident ADD COLUMN resource_type TEXT NOT NULL DEFAULT 'Communication';
ALTER TABLE held ADD COLUMN resource_type TEXT NOT NULL DEFAULT 'Communication';
"],
};

/// An incident as it was noted.
pub(crate) struct IncidentRow {
    pub(crate) id: String,
    pub(crate) at: SystemTime,
    pub(crate) kind: String,
    pub(crate) feature: String,
    pub(crate) resource_type: String,
}

/// How far the download of a track has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The newest `meta.lastUpdated` below which everything is here, in milliseconds since 1970.
    pub(crate) watermark: Option<i64>,
    /// The history has been fetched once to its end: what comes from here on is news.
    pub(crate) caught_up: bool,
    /// The incident that stops this feature.
    pub(crate) stopped: Option<String>,
}

/// One person's database.
pub(crate) struct Partition {
    database: Database,
    ids: Ids,
    held: hmac::Key,
    /// The patient whose records these are; a page that was judged for another is not written.
    patient: String,
}

/// The right to write mirrored rows: one admitted page, one transaction.
pub(crate) struct PageTx<'a> {
    tx: &'a Transaction<'a>,
}

/// The right to write what the person did on this device.
pub(crate) struct LocalTx<'a> {
    tx: &'a Transaction<'a>,
}

impl Partition {
    /// Opens the database of `patient` with the tables of `features`.
    pub(crate) fn open(
        path: &Path,
        key: &PersonKey,
        patient: &str,
        features: impl Iterator<Item = &'static Schema>,
    ) -> Result<Self> {
        let schemas = std::iter::once(&SCHEMA).chain(features).collect();
        Ok(Self {
            database: Database::open(path, key.database(), Durability::Process, schemas)?,
            ids: Ids::new(&key.ids())?,
            held: hmac::Key::new(hmac::HMAC_SHA256, key.held().bytes()),
            patient: patient.to_owned(),
        })
    }

    pub(crate) fn ids(&self) -> &Ids {
        &self.ids
    }

    pub(crate) fn pause(&self) {
        self.database.pause();
    }

    pub(crate) fn resume(&self) {
        self.database.resume();
    }

    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.database.read(work)
    }

    /// The keyed hash of a record that must not be stored.
    pub(crate) fn held_hash(&self, record: &[u8]) -> Vec<u8> {
        hmac::sign(&self.held, record).as_ref().to_vec()
    }

    /// Whether this record is held.
    pub(crate) fn is_held(&self, connection: &Connection, record: &[u8]) -> Result<bool> {
        // Nearly nobody has held records: then no key is hashed.
        let some = "SELECT EXISTS (SELECT 1 FROM held)";
        let one = "SELECT EXISTS (SELECT 1 FROM held WHERE hash = ?1)";
        let some: bool = connection
            .prepare_cached(some)?
            .query_row([], |row| row.get(0))?;
        Ok(some
            && connection
                .prepare_cached(one)?
                .query_row([self.held_hash(record)], |row| row.get(0))?)
    }

    /// Writes what the portal said about this person: the rows, what was held (`unreadable` by its hashes), and the
    /// cursor, or nothing.
    pub(crate) fn apply<T, R: Admissible>(
        &self,
        track: Track,
        page: &AdmittedPage<R>,
        unreadable: &[Vec<u8>],
        watermark: Option<i64>,
        work: impl FnOnce(&PageTx<'_>) -> Result<T>,
    ) -> Result<T> {
        if page.owner().patient != self.patient {
            return Err(PericardError::internal("owner"));
        }
        let (feature, resource_type) = (track.feature.name(), track.resource_type);
        self.database.write(|tx| {
            let done = work(&PageTx { tx })?;
            // What was held once and is the person's now counts no more.
            if tx.query_row("SELECT EXISTS (SELECT 1 FROM held)", [], |row| row.get(0))? {
                for record in page.admitted() {
                    tx.prepare_cached("DELETE FROM held WHERE hash = ?1")?
                        .execute([self.held_hash(record.key().as_bytes())])?;
                }
            }
            let unmatched = page
                .held()
                .iter()
                .map(|(record, _)| self.held_hash(record.as_bytes()));
            for hash in unmatched.chain(unreadable.iter().cloned()) {
                tx.prepare_cached(
                    "INSERT OR IGNORE INTO held (hash, feature, resource_type) VALUES (?1, ?2, ?3)",
                )?
                .execute((hash, feature, resource_type))?;
            }
            if let Some(watermark) = watermark {
                tx.execute(
                    "INSERT INTO track (feature, resource_type, watermark) VALUES (?1, ?2, ?3)
                     ON CONFLICT (feature, resource_type) DO UPDATE SET
                     watermark = max(coalesce(watermark, excluded.watermark), excluded.watermark)",
                    (feature, resource_type, watermark),
                )?;
            }
            Ok(done)
        })
    }

    /// Writes what the person did here; durable when this returns.
    pub(crate) fn local<T>(&self, work: impl FnOnce(&LocalTx<'_>) -> Result<T>) -> Result<T> {
        self.database.write_durably(|tx| work(&LocalTx { tx }))
    }

    pub(crate) fn cursor(&self, track: Track) -> Result<Cursor> {
        self.read(|c| {
            let found = c
                .query_row(
                    "SELECT watermark, caught_up, stopped FROM track WHERE feature = ?1 AND resource_type = ?2",
                    (track.feature.name(), track.resource_type),
                    |row| {
                        Ok(Cursor {
                            watermark: row.get(0)?,
                            caught_up: row.get(1)?,
                            stopped: row.get(2)?,
                        })
                    },
                )
                .optional()?;
            Ok(found.unwrap_or_default())
        })
    }

    /// Notes that the history of a track has been fetched to its end.
    pub(crate) fn caught_up(&self, track: Track) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT INTO track (feature, resource_type, caught_up) VALUES (?1, ?2, 1)
                 ON CONFLICT (feature, resource_type) DO UPDATE SET caught_up = 1 WHERE caught_up = 0",
                (track.feature.name(), track.resource_type),
            )?;
            Ok(())
        })
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
        let (feature, resource_type) = (track.feature.name(), track.resource_type);
        self.database.write_durably(|tx| {
            let hidden = hide(&LocalTx { tx })?;
            tx.execute(
                "INSERT OR IGNORE INTO incident (id, at, kind, feature, resource_type)
                 VALUES (?1, ?2, 'foreign_record', ?3, ?4)",
                (incident, millis(now), feature, resource_type),
            )?;
            tx.execute(
                "INSERT INTO track (feature, resource_type, stopped) VALUES (?1, ?2, ?3)
                 ON CONFLICT (feature, resource_type) DO UPDATE SET stopped = excluded.stopped",
                (feature, resource_type, incident),
            )?;
            Ok(hidden)
        })
    }

    /// A clean answer lifts what a foreign record stopped; the incident stays on record.
    pub(crate) fn clear_incident(&self, track: Track) -> Result<()> {
        self.database.write_durably(|tx| {
            tx.execute(
                "UPDATE track SET stopped = NULL WHERE feature = ?1 AND resource_type = ?2",
                (track.feature.name(), track.resource_type),
            )?;
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

    pub(crate) fn held(&self) -> Result<u64> {
        let count = self.read(|c| {
            Ok(c.query_row("SELECT count(*) FROM held", [], |row| row.get::<_, i64>(0))?)
        })?;
        Ok(count.unsigned_abs())
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

impl PageTx<'_> {
    pub(crate) fn connection(&self) -> &Connection {
        self.tx
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
            steps: &[SCHEMA.steps[0]],
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("person.db");
        let vault = crate::keys::tests::vault(false).0;
        let root = vault.new_content_root("a").unwrap();
        let platform = crate::platform::Platform::real("test");
        let wrapped = root.new_person(&platform, "a", "p").unwrap();
        let key = root.person("a", "p", &wrapped).unwrap();
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
        let partition = Partition::open(&path, &key, "ana", std::iter::empty()).unwrap();
        let cursor = partition.cursor(MESSAGES).unwrap();
        assert_eq!(
            (cursor.watermark, cursor.caught_up),
            (Some(1_700_000_000_000), true)
        );
        assert_eq!(
            partition.stopped(Feature::Messages).unwrap(),
            Some("i".into())
        );
        let incident = partition.incidents().unwrap().remove(0);
        assert_eq!(
            (incident.kind.as_str(), incident.resource_type.as_str()),
            ("foreign_record", "Communication")
        );
        assert_eq!(partition.held().unwrap(), 1);
    }
}
