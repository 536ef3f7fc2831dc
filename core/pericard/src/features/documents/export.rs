//! A copy of the list of documents for the person: to read, and as FHIR resources. Their files are saved one by one.
//!
//! Uses: `date_precision`, `mapping`, `model`, `table`

use html_escape::encode_text;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::features::date_precision::DatePrecision;
use crate::features::{ExportPosition, Exported, Subject};
use crate::platform::error::Result;
use crate::storage::Partition;

use super::model::Document;
use super::{mapping, table};

/// The document behind `after`, and where the next one is; nothing behind the last.
pub(super) fn document(
    partition: &Partition,
    subject: &Subject<'_>,
    after: ExportPosition,
) -> Result<Option<(Exported, ExportPosition)>> {
    let found = partition.read(|c| table::list(c, None, after.row, 1))?;
    let Some(row) = found.into_iter().next() else {
        return Ok(None);
    };
    let (id, remote) = (row.id, row.content.remote.clone());
    let is_report = row.content.report;
    let document = mapping::to_view(row, partition.ids());
    let exported = Exported {
        html: html(&document),
        resources: vec![resource(&document, &remote, is_report, subject)],
        ..Exported::default()
    };
    Ok(Some((exported, ExportPosition { row: id, ..after })))
}

fn date(document: &Document) -> String {
    let format = match document.precision {
        DatePrecision::Year => "%Y",
        DatePrecision::Month => "%Y-%m",
        _ => "%Y-%m-%d",
    };
    let at = Timestamp::try_from(document.at).unwrap_or_default();
    at.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

fn html(document: &Document) -> String {
    let files = document.files.iter().map(|file| {
        let name = encode_text(&file.file_name).into_owned();
        format!("<p class=\"file\" dir=\"auto\">{name}</p>")
    });
    format!(
        "<section><h2 dir=\"auto\">{}</h2><p class=\"head\"><b dir=\"auto\">{}</b> <time>{}</time></p>{}</section>\n",
        encode_text(&document.title),
        encode_text(&document.author),
        date(document),
        files.collect::<String>(),
    )
}

/// A DocumentReference (FHIR R4) with what is here of it. A report that comes as a file has none at the portal: that of the
/// copy has no id, and names the report.
fn resource(document: &Document, remote: &str, is_report: bool, subject: &Subject<'_>) -> Value {
    let contents = document.files.iter().map(|file| {
        let mut attachment = json!({ "title": file.file_name });
        if !file.content_type.is_empty() {
            attachment["contentType"] = json!(file.content_type);
        }
        json!({ "attachment": attachment })
    });
    let mut resource = json!({
        "resourceType": "DocumentReference",
        "status": if document.superseded { "superseded" } else { "current" },
        "subject": { "reference": format!("Patient/{}", subject.patient) },
        "content": contents.collect::<Vec<_>>(),
    });
    if !document.type_name.is_empty() {
        resource["type"] = json!({ "text": document.type_name });
    }
    if !document.category.is_empty() {
        resource["category"] = json!([{ "text": document.category }]);
    }
    if !document.title.is_empty() {
        resource["description"] = json!(document.title);
    }
    if !document.author.is_empty() {
        resource["author"] = json!([{ "display": document.author }]);
    }
    // FHIR wants an instant; less is of the period.
    match document.precision {
        DatePrecision::Instant => {
            let at = Timestamp::try_from(document.at).unwrap_or_default();
            resource["date"] = json!(at.to_string());
        }
        _ => resource["context"] = json!({ "period": { "start": date(document) } }),
    }
    match is_report {
        true => resource["context"]["related"] = json!([{ "reference": remote }]),
        false => resource["id"] = json!(remote),
    }
    resource
}
