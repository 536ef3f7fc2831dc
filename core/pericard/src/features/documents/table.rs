//! The tables of documents.
//!
//! A document's row number is `ms << 12 | tiebreak`, fixed at first insertion from its date, so that a position in a list
//! still says where it was when its row is gone. Lists are ordered by date, then by `meta.lastUpdated`, then by id: they
//! depend on what the portal has shown and never on the order in which that came.
//!
//! Uses: `files`

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row};

use crate::features::files::{FileRow, FileTable, StoredFile, Table, read_files, write_files};
use crate::platform::error::Result;
use crate::storage::{Feature, IdKind, Schema};
use crate::sync::RowChanges;

use super::FEATURE;

pub(super) static SCHEMA: Schema = Schema {
    part: "documents",
    steps: &["
-- `remote`: the portal's id, of a report (`report`) with its type before. `at` is where its date begins, `precision` how much of it was given. `files`: what the portal
-- says of its files, with their rows; `formats`: what each follows, one per line. `kept`: the person wants it offline.
CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    remote TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    precision INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    type TEXT NOT NULL,
    category TEXT NOT NULL,
    description TEXT NOT NULL,
    author TEXT NOT NULL,
    custodian TEXT NOT NULL,
    restricted INTEGER NOT NULL,
    preliminary INTEGER NOT NULL,
    superseded INTEGER NOT NULL,
    files TEXT NOT NULL DEFAULT '',
    formats TEXT NOT NULL DEFAULT '',
    kept INTEGER NOT NULL DEFAULT 0,
    report INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX document_newest ON document (at DESC, updated DESC, remote DESC);
CREATE INDEX document_kept ON document (id) WHERE kept = 1;
CREATE INDEX document_of_kind ON document (kind, at DESC, updated DESC, remote DESC);
-- Which document replaces which, by the portal's id of the one that is replaced.
CREATE TABLE document_replaces (
    replaced TEXT NOT NULL,
    document INTEGER NOT NULL,
    PRIMARY KEY (replaced, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_replaces_by ON document_replaces (document);
-- Where the files of a document are, to know those of two records that are the same.
CREATE TABLE document_source (
    document INTEGER NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (document, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_source_of ON document_source (source);
-- As the table of messages' files.
CREATE TABLE document_file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL,
    place INTEGER NOT NULL,
    content INTEGER,
    validator TEXT,
    refused TEXT
) STRICT;
CREATE INDEX document_file_of ON document_file (document, place);
CREATE TRIGGER document_file_gone AFTER DELETE ON document_file WHEN old.content IS NOT NULL BEGIN
    DELETE FROM content WHERE id = old.content;
END;
CREATE TRIGGER document_file_replaced AFTER UPDATE OF content ON document_file
    WHEN old.content IS NOT NULL AND new.content IS NOT old.content BEGIN
    DELETE FROM content WHERE id = old.content;
END;
CREATE TRIGGER document_gone AFTER DELETE ON document BEGIN
    DELETE FROM document_file WHERE document = old.id;
    DELETE FROM document_replaces WHERE document = old.id;
    DELETE FROM document_source WHERE document = old.id;
END;
"],
};

/// What a record says, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) remote: String,
    /// It is a `DiagnosticReport`.
    pub(super) report: bool,
    pub(super) at: i64,
    pub(super) precision: u8,
    pub(super) updated: i64,
    pub(super) kind: u8,
    pub(super) type_name: String,
    pub(super) category: String,
    pub(super) description: String,
    pub(super) author: String,
    pub(super) custodian: String,
    pub(super) restricted: bool,
    pub(super) preliminary: bool,
    pub(super) superseded: bool,
    pub(super) files: Vec<FileRow>,
    pub(super) formats: Vec<String>,
    /// The portal's ids of those that it replaces.
    pub(super) replaces: Vec<String>,
}

/// A document as it is read.
pub(super) struct DocumentRow {
    pub(super) id: i64,
    pub(super) content: Content,
    pub(super) kept: bool,
    pub(super) replaced_by: Option<i64>,
    /// See `features::files::state_of`.
    pub(super) states: String,
}

/// Writes a document over `row`, or as a new one; its row.
pub(super) fn save(c: &Connection, row: Option<i64>, content: &Content) -> Result<i64> {
    let id = match row {
        Some(row) => row,
        None => free_row(c, content.at)?,
    };
    let sql = "INSERT INTO document (id, remote, at, precision, updated, kind, type, category, description, author,
                   custodian, restricted, preliminary, superseded, files, formats, report)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
               ON CONFLICT (id) DO UPDATE SET remote = ?2, at = ?3, precision = ?4, updated = ?5, kind = ?6, type = ?7,
                   category = ?8, description = ?9, author = ?10, custodian = ?11, restricted = ?12, preliminary = ?13,
                   superseded = ?14, files = ?15, formats = ?16";
    c.prepare_cached(sql)?.execute(rusqlite::params![
        id,
        content.remote,
        content.at,
        content.precision,
        content.updated,
        content.kind,
        content.type_name,
        content.category,
        content.description,
        content.author,
        content.custodian,
        content.restricted,
        content.preliminary,
        content.superseded,
        write_files(&content.files)?,
        content.formats.join("\n"),
        content.report,
    ])?;
    c.prepare_cached("DELETE FROM document_replaces WHERE document = ?1")?
        .execute([id])?;
    let sql = "INSERT OR IGNORE INTO document_replaces (replaced, document) VALUES (?1, ?2)";
    for replaced in &content.replaces {
        c.prepare_cached(sql)?.execute((replaced, id))?;
    }
    Ok(id)
}

/// Notes where the files of a document are.
pub(super) fn save_sources(
    c: &Connection,
    row: i64,
    sources: impl Iterator<Item = String>,
) -> Result<()> {
    c.prepare_cached("DELETE FROM document_source WHERE document = ?1")?
        .execute([row])?;
    let sql = "INSERT OR IGNORE INTO document_source (document, source) VALUES (?1, ?2)";
    let mut insert = c.prepare_cached(sql)?;
    for source in sources {
        insert.execute((row, source))?;
    }
    Ok(())
}

fn free_row(c: &Connection, at: i64) -> Result<i64> {
    let first = at.clamp(i64::MIN >> 12, i64::MAX >> 12) << 12;
    let sql = "SELECT max(id) FROM document WHERE id BETWEEN ?1 AND ?1 + 4095";
    let last: Option<i64> = c
        .prepare_cached(sql)?
        .query_row([first], |row| row.get(0))?;
    Ok(last.map_or(first, |last| last.saturating_add(1)))
}

/// Takes a document away, its files with it.
pub(super) fn remove(c: &Connection, row: i64) -> Result<()> {
    c.prepare_cached("DELETE FROM document WHERE id = ?1")?
        .execute([row])?;
    Ok(())
}

macro_rules! columns {
    () => {
        "SELECT id, remote, at, precision, updated, kind, type, category, description, author, custodian, restricted,
             preliminary, superseded, files, formats, kept,
             (SELECT other.id FROM document_replaces JOIN document AS other ON other.id = document_replaces.document
                 WHERE document_replaces.replaced = document.remote AND other.id <> document.id
                 ORDER BY other.at DESC, other.remote DESC LIMIT 1),
             (SELECT group_concat(document_file.id || ':' || (content.complete IS 1) || ':' || coalesce(content.size, 0)
                     || ':' || coalesce(document_file.refused, ''), ' ')
                 FROM document_file LEFT JOIN content ON content.id = document_file.content
                 WHERE document_file.document = document.id),
             report
         FROM document "
    };
}

/// A report whose files all belong to documents as well is not listed.
macro_rules! counts {
    () => {
        "(report = 0
             OR NOT EXISTS (SELECT 1 FROM document_source WHERE document_source.document = document.id)
             OR EXISTS (SELECT 1 FROM document_source AS own WHERE own.document = document.id
                 AND NOT EXISTS (SELECT 1 FROM document_source AS same JOIN document AS other ON other.id = same.document
                     WHERE same.source = own.source AND other.report = 0)))"
    };
}

const ONE: &str = concat!(columns!(), "WHERE id = ?1");
const LIST: &str = concat!(
    columns!(),
    "WHERE (at, updated, remote) < (?1, ?2, ?3) AND ",
    counts!(),
    " ORDER BY at DESC, updated DESC, remote DESC LIMIT ?4"
);
const OF_KIND: &str = concat!(
    columns!(),
    "WHERE kind = ?5 AND (at, updated, remote) < (?1, ?2, ?3) AND ",
    counts!(),
    " ORDER BY at DESC, updated DESC, remote DESC LIMIT ?4"
);

fn of_row(row: &Row<'_>) -> rusqlite::Result<DocumentRow> {
    let (files, formats): (String, String) = (row.get(14)?, row.get(15)?);
    Ok(DocumentRow {
        id: row.get(0)?,
        content: Content {
            remote: row.get(1)?,
            at: row.get(2)?,
            precision: row.get(3)?,
            updated: row.get(4)?,
            kind: row.get(5)?,
            type_name: row.get(6)?,
            category: row.get(7)?,
            description: row.get(8)?,
            author: row.get(9)?,
            custodian: row.get(10)?,
            restricted: row.get(11)?,
            preliminary: row.get(12)?,
            superseded: row.get(13)?,
            files: read_files(&files),
            formats: formats.split('\n').map(str::to_owned).collect(),
            replaces: Vec::new(),
            report: row.get(19)?,
        },
        kept: row.get(16)?,
        replaced_by: row.get(17)?,
        states: row.get::<_, Option<String>>(18)?.unwrap_or_default(),
    })
}

/// One document.
pub(super) fn one(c: &Connection, id: i64) -> Result<Option<DocumentRow>> {
    let found = c.prepare_cached(ONE)?.query_row([id], of_row);
    Ok(found.optional()?)
}

/// A page of documents behind the row `after`, newest first.
pub(super) fn list(
    c: &Connection,
    kind: Option<u8>,
    after: i64,
    limit: u32,
) -> Result<Vec<DocumentRow>> {
    let (at, updated, remote) = place_of(c, after)?;
    let rows = match kind {
        None => c
            .prepare_cached(LIST)?
            .query_map((at, updated, remote, limit), of_row)?
            .collect::<rusqlite::Result<_>>()?,
        Some(kind) => c
            .prepare_cached(OF_KIND)?
            .query_map((at, updated, remote, limit, kind), of_row)?
            .collect::<rusqlite::Result<_>>()?,
    };
    Ok(rows)
}

/// Where a list goes on. Where the row is gone, its number says when it was.
fn place_of(c: &Connection, row: i64) -> Result<(i64, i64, String)> {
    if row == i64::MAX {
        return Ok((i64::MAX, i64::MAX, String::new()));
    }
    let sql = "SELECT at, updated, remote FROM document WHERE id = ?1";
    let found = c
        .prepare_cached(sql)?
        .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    Ok(found.optional()?.unwrap_or((row >> 12, 0, String::new())))
}

/// Notes whether the person wants a document offline. Whether there is such a document.
pub(super) fn keep(c: &Connection, id: i64, keep: bool) -> Result<bool> {
    let sql = "UPDATE document SET kept = ?2 WHERE id = ?1";
    Ok(c.prepare_cached(sql)?.execute((id, keep))? == 1)
}

/// The documents that the person wants offline.
pub(super) fn kept(c: &Connection) -> Result<Vec<i64>> {
    let mut statement = c.prepare_cached("SELECT id FROM document WHERE kept = 1")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The files of those that cannot be had.
pub(super) fn refused_of_kept(c: &Connection) -> Result<BTreeSet<i64>> {
    let sql = "SELECT document_file.id FROM document JOIN document_file ON document_file.document = document.id
                   WHERE document.kept = 1 AND document_file.refused IS NOT NULL";
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The files of a row as they were known.
pub(super) fn files_of(c: &Connection, row: i64) -> Result<Vec<FileRow>> {
    let sql = "SELECT files FROM document WHERE id = ?1";
    let found = c.prepare_cached(sql)?.query_row([row], |row| row.get(0));
    let found: Option<String> = found.optional()?;
    Ok(read_files(&found.unwrap_or_default()))
}

struct DocumentFiles;

/// The files of documents.
pub(super) const FILES: Table = &DocumentFiles;

impl FileTable for DocumentFiles {
    fn feature(&self) -> Feature {
        FEATURE
    }

    fn columns(&self) -> (&'static str, &'static str) {
        ("document_file", "document")
    }

    fn file(&self, c: &Connection, id: i64) -> Result<Option<StoredFile>> {
        let sql =
            "SELECT document.files, document.id, document_file.content, document_file.validator
                   FROM document_file JOIN document ON document.id = document_file.document
                   WHERE document_file.id = ?1";
        let found = c.prepare_cached(sql)?.query_row([id], |row| {
            let files: String = row.get(0)?;
            let described = read_files(&files).into_iter().find(|file| file.id == id);
            let (record, content, validator) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(described.map(|described| StoredFile {
                described,
                record,
                group: record,
                content,
                validator,
            }))
        });
        Ok(found.optional()?.flatten())
    }

    fn changes(&self, _: i64) -> RowChanges {
        changed()
    }
}

/// Documents are read again as a list.
pub(super) fn changed() -> RowChanges {
    RowChanges {
        records: true,
        ..RowChanges::new(FEATURE, IdKind::Document)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lists_walk_an_index() {
        let c = Connection::open_in_memory().unwrap();
        let content =
            "CREATE TABLE content (id INTEGER PRIMARY KEY, size INTEGER, complete INTEGER);";
        c.execute_batch(content).unwrap();
        SCHEMA
            .steps
            .iter()
            .for_each(|step| c.execute_batch(step).unwrap());
        for (sql, index) in [(LIST, "document_newest"), (OF_KIND, "document_of_kind")] {
            let mut plan = c.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let values = rusqlite::params![0, 0, "", 1, 0];
            let values = &values[..plan.parameter_count()];
            let rows = plan
                .query_map(values, |row| row.get::<_, String>(3))
                .unwrap();
            let plan: Vec<String> = rows.map(|row| row.unwrap()).collect();
            assert!(plan[0].contains(index), "{plan:?}");
            // Within a document, the one row that replaces it may be sorted.
            assert_eq!(
                plan.iter().filter(|it| it.contains("TEMP B-TREE")).count(),
                1,
                "{plan:?}"
            );
        }
    }

    #[test]
    fn a_position_outlives_its_row_and_the_order_that_things_came_in() {
        let c = Connection::open_in_memory().unwrap();
        let content =
            "CREATE TABLE content (id INTEGER PRIMARY KEY, size INTEGER, complete INTEGER);";
        c.execute_batch(content).unwrap();
        SCHEMA
            .steps
            .iter()
            .for_each(|step| c.execute_batch(step).unwrap());
        let mut rows = Vec::new();
        for (remote, at) in [("b", 5), ("a", 5), ("c", 9), ("d", 1)] {
            let content = Content {
                remote: remote.into(),
                at,
                ..Content::default()
            };
            rows.push(save(&c, None, &content).unwrap());
        }
        let names = |after, limit| -> Vec<String> {
            let list = list(&c, None, after, limit).unwrap();
            list.into_iter().map(|it| it.content.remote).collect()
        };
        assert_eq!(names(i64::MAX, 9), ["c", "b", "a", "d"]);
        assert_eq!(names(rows[0], 9), ["a", "d"]);
        remove(&c, rows[2]).unwrap();
        assert_eq!(names(rows[2], 9), ["b", "a", "d"]);
    }
}
