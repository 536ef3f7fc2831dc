//! The tables of what is known of a portal's records.

use crate::storage::database::Schema;

pub(crate) static SCHEMA: Schema = Schema {
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
","
-- Times are the portal's, in milliseconds since 1970. `complete_at`: when a sync last proved that everything is here;
-- `incomplete`: why the last one did not; `compared_at`: when what is here was last compared with the portal's list.
CREATE TABLE tracks (
    id INTEGER PRIMARY KEY,
    feature TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    stopped TEXT,
    synced_at INTEGER,
    complete_at INTEGER,
    compared_at INTEGER,
    incomplete TEXT,
    strict INTEGER NOT NULL DEFAULT 1,
    takes_last_updated INTEGER NOT NULL DEFAULT 1,
    takes_sort INTEGER NOT NULL DEFAULT 1,
    takes_count INTEGER NOT NULL DEFAULT 1,
    cap INTEGER,
    UNIQUE (feature, resource_type)
) STRICT;
INSERT INTO tracks (feature, resource_type, stopped) SELECT feature, resource_type, stopped FROM track;
DROP TABLE track;
ALTER TABLE tracks RENAME TO track;
-- How far a search has come. `began`: when its first page was asked for; `reached`: the history is here down to there;
-- `loaded`: to its end; `watermark`: everything that changed before is here; `fruitful`: it has brought something that
-- the feature's first search had not.
CREATE TABLE search (
    track INTEGER NOT NULL,
    name TEXT NOT NULL,
    watermark INTEGER,
    began INTEGER,
    reached INTEGER,
    loaded INTEGER NOT NULL DEFAULT 0,
    fruitful INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (track, name)
) STRICT, WITHOUT ROWID;
-- The records that are the person's: the version that is here and the feature's row, where it shows one.
CREATE TABLE record (
    track INTEGER NOT NULL,
    id TEXT NOT NULL,
    version TEXT,
    last_updated INTEGER,
    shown INTEGER,
    PRIMARY KEY (track, id)
) STRICT, WITHOUT ROWID;
-- The portal's list while it is being fetched.
CREATE TABLE listed (
    track INTEGER NOT NULL,
    id TEXT NOT NULL,
    version TEXT,
    last_updated INTEGER,
    PRIMARY KEY (track, id)
) STRICT, WITHOUT ROWID;
-- Records that are not here, by a keyed hash: `unmatched` and `unreadable` ones are counted; `gone` ones were removed
-- and do not come back with a late page.
CREATE TABLE absent (
    hash BLOB PRIMARY KEY,
    track INTEGER NOT NULL,
    why TEXT NOT NULL CHECK (why IN ('unmatched', 'unreadable', 'gone')),
    version TEXT,
    last_updated INTEGER,
    listed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
DROP TABLE held;
-- Other ids of the same person at this portal, confirmed from both sides.
CREATE TABLE alias (
    patient TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
","
-- Whether the portal keeps the identifiers of what it is sent; nothing until it has shown that.
ALTER TABLE track ADD COLUMN keeps_identifiers INTEGER;
","
-- The portal's list is compared as it comes.
DROP TABLE listed;
","
-- The newest change that has been seen of any of its records.
ALTER TABLE track ADD COLUMN newest INTEGER;
"],
};
