//! Between FHIR's `DocumentReference` and documents.
//!
//! Uses: `date_precision`, `files`, `model`, `table`

use pericard_protocol::admission::Owner;
use pericard_protocol::base_url::Base;
use pericard_protocol::display_text;
use pericard_protocol::fhir::communication::Attachment;
use pericard_protocol::fhir::datatypes::Reference;
use pericard_protocol::fhir::document_reference::{DocumentReference, Status};
use pericard_protocol::fhir::names::Names;
use pericard_protocol::files::name::safe;
use pericard_protocol::files::source::{self, Source};

use crate::features::date_precision::DatePrecision;
use crate::features::files::{self, FileRow, OldFile, state_of};
use crate::platform::error::Result;
use crate::storage::{IdKind, Ids, PageTx, instant};
use crate::sync::{Applied, Incoming, Reader};

use super::model::{Document, DocumentFile, DocumentKind};
use super::table::{self, Content, DocumentRow, FILES};

/// The longest text that is kept of a member.
const LONGEST: usize = 300;

/// Writes the documents of a page. One that was entered in error goes, whatever else it says.
pub(super) fn apply(
    tx: &PageTx<'_>,
    reader: Reader<'_>,
    records: &[Incoming<'_, DocumentReference>],
    names: &Names,
) -> Result<Applied> {
    let c = tx.connection();
    let mut shown = Vec::with_capacity(records.len());
    for incoming in records {
        let record = incoming.record;
        if record.status == Status::EnteredInError {
            if let Some(row) = incoming.shown {
                table::remove(c, row)?;
            }
            shown.push(None);
            continue;
        }
        let content = content(reader.owner, record, names);
        let attachments = record.contents.iter().map(|it| &it.attachment);
        let row = write(tx, reader, incoming.shown, content, attachments)?;
        shown.push(Some(row));
    }
    Ok(Applied {
        shown,
        changes: table::changed(),
    })
}

/// Writes a document with its files over the row `shown`, or as a new one; its row.
pub(super) fn write<'a>(
    tx: &PageTx<'_>,
    reader: Reader<'_>,
    shown: Option<i64>,
    mut content: Content,
    attachments: impl Iterator<Item = &'a Attachment>,
) -> Result<i64> {
    let c = tx.connection();
    let old = match shown {
        Some(row) => table::files_of(c, row)?,
        None => Vec::new(),
    };
    let old = old.into_iter().map(|file| OldFile {
        id: file.id,
        url: file.url,
        hash: file.hash,
        written_here: false,
    });
    let contents = attachments.map(Attachment::content);
    files::adopt(tx, FILES, old.collect(), &mut content.files, contents)?;
    let row = table::save(c, shown, &content)?;
    files::belong(c, FILES, row, &content.files)?;
    let base = &reader.owner.base;
    let sources = content
        .files
        .iter()
        .filter_map(|file| source_of(file, base));
    table::save_sources(c, row, sources)?;
    Ok(row)
}

/// What files of two records have in common that are the same: where they are, else what is in them.
fn source_of(file: &FileRow, base: &Base) -> Option<String> {
    let said = file.url.as_deref().and_then(|url| source::read(url, base));
    match said {
        Some(Source::Portal(url) | Source::Elsewhere(url)) => Some(url.into()),
        Some(Source::Document(_)) | None => file.hash.clone(),
    }
}

fn content(owner: &Owner, record: &DocumentReference, names: &Names) -> Content {
    let updated = record.last_updated.map_or(0, |at| at.as_millisecond());
    let (at, precision) = DatePrecision::columns(record.date.as_ref(), updated);
    let name = |whom: &Reference| {
        let key = whom.key(&owner.base);
        let said = record.name_of(whom);
        let said = said.or_else(|| key.as_deref().and_then(|key| names.get(key)));
        said.map(display_text::line).unwrap_or_default()
    };
    let authors = record.authors.iter().map(name);
    let authors: Vec<String> = authors.filter(|name| !name.is_empty()).collect();
    let replaced = record.replaces.iter().filter_map(|it| it.key(&owner.base));
    let replaced = replaced.filter_map(|key| {
        let id = key.strip_prefix("DocumentReference/")?;
        Some(id.to_owned())
    });
    Content {
        remote: record.id.clone(),
        report: false,
        at,
        precision,
        updated,
        kind: DocumentKind::of_codes(&record.codes).column(),
        type_name: line(record.type_name.as_deref()),
        category: line(record.category.as_deref()),
        description: line(record.description.as_deref()),
        author: line(Some(&authors.join(", "))),
        custodian: record.custodian.as_ref().map(name).unwrap_or_default(),
        restricted: record.restricted,
        preliminary: record.preliminary,
        superseded: record.status == Status::Superseded,
        files: record
            .contents
            .iter()
            .map(|it| file_row(&it.attachment))
            .collect(),
        formats: record
            .contents
            .iter()
            .map(|it| line(it.format.as_deref()))
            .collect(),
        replaces: replaced.filter(|id| *id != record.id).collect(),
    }
}

/// What an attachment says of its file.
pub(super) fn file_row(said: &Attachment) -> FileRow {
    FileRow {
        id: 0,
        name: line(said.title.as_deref()),
        kind: line(said.content_type.as_deref()),
        size: said.size,
        url: said.url.clone(),
        hash: said.hash.clone(),
    }
}

pub(super) fn line(text: Option<&str>) -> String {
    let line = display_text::line(text.unwrap_or_default());
    line.chars().take(LONGEST).collect()
}

/// A document as apps see it.
pub(super) fn to_view(row: DocumentRow, ids: &Ids) -> Document {
    let content = row.content;
    let named = [&content.description, &content.type_name, &content.category];
    let title = named.into_iter().find(|name| !name.is_empty());
    let title = title.cloned().unwrap_or_default();
    let mut formats = content.formats.into_iter();
    let files = content.files.into_iter().map(|file| {
        let (state, size) = state_of(&file, &row.states);
        DocumentFile {
            id: ids.encode(IdKind::DocumentFile, file.id).into(),
            file_name: safe(name_of(&file, &title), &file.kind),
            name: file.name,
            content_type: file.kind,
            format: formats.next().unwrap_or_default(),
            size,
            state,
        }
    });
    Document {
        id: ids.encode(IdKind::Document, row.id).into(),
        files: files.collect(),
        title,
        kind: DocumentKind::of_column(content.kind),
        type_name: content.type_name,
        category: content.category,
        at: instant(content.at),
        precision: DatePrecision::of_column(content.precision),
        author: content.author,
        custodian: content.custodian,
        restricted: content.restricted,
        preliminary: content.preliminary,
        superseded: content.superseded || row.replaced_by.is_some(),
        replaced_by: row
            .replaced_by
            .map(|row| ids.encode(IdKind::Document, row).into()),
        kept_offline: row.kept,
    }
}

/// A file without a name is saved under its document's.
fn name_of<'a>(file: &'a FileRow, title: &'a str) -> &'a str {
    match file.name.is_empty() {
        true => title,
        false => &file.name,
    }
}
