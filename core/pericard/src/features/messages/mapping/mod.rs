//! Between FHIR's `Communication` and messages: what of a page is stored, and as which row.

mod content;
mod resource;

use pericard_protocol::fhir::communication::Communication;
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::outgoing::IDENTIFIER_SYSTEM;
use pericard_protocol::fhir::page::Parse;
use pericard_protocol::sync::outbox::Identifiers;
use rusqlite::Connection;

use crate::platform::error::Result;
use crate::storage::{IdKind, PageTx, mirrored};
use crate::sync::{Applied, Incoming, Reader, RowChanges, outbox};

use super::table::{Content, Writer, queued_as, same_text};
use super::{FEATURE, TRACK, files};

pub(super) use content::{clean, is_addressable};
use content::{content, dated, text_of};
pub(super) use resource::{outgoing_file, resource};

/// Writes the messages of a page.
pub(super) fn apply(
    tx: &PageTx<'_>,
    reader: Reader<'_>,
    records: &[Incoming<'_, Communication>],
    names: &Names,
    news: bool,
) -> Result<Applied> {
    let c = tx.connection();
    let mut writer = Writer::new(c);
    let mut changes = RowChanges::new(FEATURE, IdKind::Thread);
    let mut shown = vec![None; records.len()];
    let awaited = outbox::any(c, FEATURE)?;
    // A download brings the newest first, and rows are numbered by time: in that order they would leave the pages of the
    // table half empty. Oldest first, they fill them.
    let mut by_time: Vec<(usize, &Incoming<'_, Communication>)> =
        records.iter().enumerate().collect();
    by_time.sort_by_cached_key(|(_, incoming)| dated(incoming.record).at);
    for (n, incoming) in by_time {
        let record = incoming.record;
        changes.records = true;
        let mut content = content(c, reader, record, names)?;
        let queued = match (incoming.queued, awaited) {
            (Some(row), _) => {
                outbox::settle(tx, FEATURE, row)?;
                Some(row)
            }
            (None, true) => sent_from_here(tx, incoming, &content)?,
            (None, false) => None,
        };
        changes.outbox |= queued.is_some();
        if queued.is_some() {
            let kept = record.has_identifier_of(IDENTIFIER_SYSTEM);
            mirrored::save_identifiers(c, TRACK, kept)?;
        }
        let before = match (queued, incoming.shown) {
            (Some(queued), Some(shown)) if queued != shown => {
                // It came by a download before its answer was understood.
                writer.remove(shown, false)?;
                Some(queued)
            }
            (queued, shown) => queued.or(shown),
        };
        files::table::adopt(tx, before, &mut content.files, record)?;
        let row = match before {
            Some(row) => {
                writer.update(row, &content, news)?;
                row
            }
            None => writer.insert(&content, news && !content.outgoing && !content.hidden)?,
        };
        files::table::belong(c, row, &content.files)?;
        shown[n] = Some(row);
    }
    changes.groups = writer.finish()?;
    Ok(Applied { shown, changes })
}

/// Takes away rows whose records are gone.
pub(super) fn remove(c: &Connection, rows: &[i64], gone: bool) -> Result<RowChanges> {
    let mut changes = RowChanges::new(FEATURE, IdKind::Thread);
    let mut writer = Writer::new(c);
    for row in rows {
        writer.remove(*row, gone)?;
        changes.records = true;
    }
    changes.groups = writer.finish()?;
    Ok(changes)
}

/// The row that was queued here as this record, which settles it.
fn sent_from_here(
    tx: &PageTx<'_>,
    incoming: &Incoming<'_, Communication>,
    content: &Content,
) -> Result<Option<i64>> {
    let (c, record) = (tx.connection(), incoming.record);
    for identifier in &record.identifiers {
        if let (Some(IDENTIFIER_SYSTEM), Some(value)) =
            (identifier.system.as_deref(), &identifier.value)
            && let Some(row) = outbox::confirm(tx, FEATURE, value)?
        {
            return Ok(Some(row));
        }
    }
    let keeps = mirrored::identifiers(c, TRACK)? == Identifiers::Kept;
    if keeps || incoming.shown.is_some() || record.has_identifier_of(IDENTIFIER_SYSTEM) {
        return Ok(None);
    }
    let row = queued_as(c, content)?;
    if let Some(row) = row {
        outbox::settle(tx, FEATURE, row)?;
    }
    Ok(row)
}

/// Whether a record says what a queued row says.
pub(super) fn says(c: &Connection, row: i64, record: &Communication) -> Result<bool> {
    let sql = "SELECT text FROM message WHERE id = ?1";
    let written: String = c.prepare_cached(sql)?.query_row([row], |row| row.get(0))?;
    Ok(same_text(&written, &text_of(record)))
}
