//! A copy of the conversations for the person: to read, and as FHIR resources.
//!
//! What is exported is what is on this device and shown: texts, senders, times, states, and the names of files, not their contents.
//!
//! Uses: `date_precision`

use std::fmt::Write;

use html_escape::encode_text;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::features::date_precision::DatePrecision;
use crate::features::{ExportPosition, Exported, Subject};
use crate::platform::error::{PericardError, Result};
use crate::storage::{IdKind, Partition};

use super::model::{Message, MessageState, MessageThread};
use super::{MOST, table};

/// The conversation behind `after`, and where the next one is; nothing behind the last.
pub(super) fn conversation(
    partition: &Partition,
    subject: &Subject<'_>,
    after: ExportPosition,
) -> Result<Option<(Exported, ExportPosition)>> {
    partition.read(|c| {
        let ids = partition.ids();
        let (threads, next) = table::threads(c, ids, after.second, after.row, 1)?;
        let Some(thread) = threads.into_iter().next() else {
            // The archive comes behind the inbox.
            return match after.second {
                true => Ok(None),
                false => Ok(Some((Exported::default(), ExportPosition::second()))),
            };
        };
        let row = ids.decode(IdKind::Thread, thread.id.as_str());
        let row = row.ok_or(PericardError::internal("thread"))?;
        let mut messages = Vec::new();
        let mut before = Some(i64::MAX);
        while let Some(place) = before {
            let stretch = table::messages(c, ids, row, place, MOST)?;
            before = stretch.oldest;
            messages.extend(stretch.messages);
        }
        // As a person reads it.
        messages.reverse();
        let exported = Exported {
            html: html(&thread, &messages),
            resources: messages
                .iter()
                .map(|message| {
                    let row = ids.decode(IdKind::Message, message.id.as_str());
                    let id = row.map(|row| table::remote(c, row)).transpose()?.flatten();
                    Ok(resource(&thread, message, id, subject))
                })
                .collect::<Result<_>>()?,
            ..Exported::default()
        };
        let next = next.map_or(
            ExportPosition {
                row: i64::MIN,
                ..after
            },
            |row| ExportPosition { row, ..after },
        );
        Ok(Some((exported, next)))
    })
}

fn html(thread: &MessageThread, messages: &[Message]) -> String {
    let mut html = String::new();
    let title = if thread.subject.is_empty() {
        thread.participants.join(", ")
    } else {
        thread.subject.clone()
    };
    let _ = writeln!(
        html,
        "<section><h2 dir=\"auto\">{}</h2>",
        encode_text(&title)
    );
    for message in messages {
        let class = if message.outgoing {
            " class=\"own\""
        } else {
            ""
        };
        let _ = write!(
            html,
            "<article{class}><p class=\"head\"><b dir=\"auto\">{}</b> <time>{}</time>{}</p><p class=\"text\" dir=\"auto\">{}</p>",
            encode_text(&message.from),
            moment(message),
            state(message.state),
            encode_text(&message.text),
        );
        for file in &message.files {
            let _ = write!(
                html,
                "<p class=\"file\" dir=\"auto\">{}</p>",
                encode_text(&file.name)
            );
        }
        html.push_str("</article>\n");
    }
    html.push_str("</section>\n");
    html
}

/// When it was sent, with as much as is known; a moment in UTC.
fn moment(message: &Message) -> String {
    let at = Timestamp::try_from(message.at).unwrap_or_default();
    let format = match message.precision {
        DatePrecision::Year => "%Y",
        DatePrecision::Month => "%Y-%m",
        DatePrecision::Day => "%Y-%m-%d",
        DatePrecision::LocalTime => "%Y-%m-%d %H:%M",
        DatePrecision::Instant => "%Y-%m-%d %H:%M UTC",
    };
    at.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

/// What a reader has to know of a message that is not simply there.
fn state(state: MessageState) -> &'static str {
    match state {
        MessageState::Received | MessageState::Sent => "",
        MessageState::Queued | MessageState::Sending => " <i>not sent yet</i>",
        MessageState::Failed { .. } => " <i>not accepted</i>",
        MessageState::Unknown => " <i>may not have arrived</i>",
    }
}

/// A Communication (FHIR R4) with what is here of it.
fn resource(
    thread: &MessageThread,
    message: &Message,
    id: Option<String>,
    subject: &Subject<'_>,
) -> Value {
    let status = match message.state {
        MessageState::Received | MessageState::Sent => "completed",
        MessageState::Queued | MessageState::Sending | MessageState::Unknown => "in-progress",
        MessageState::Failed { .. } => "not-done",
    };
    let mut payload = Vec::new();
    if !message.text.is_empty() {
        payload.push(json!({ "contentString": message.text }));
    }
    for file in &message.files {
        let mut attachment = json!({ "title": file.name });
        if !file.content_type.is_empty() {
            attachment["contentType"] = json!(file.content_type);
        }
        // R4 has no larger ones.
        if let Some(size) = file.size.and_then(|size| u32::try_from(size).ok()) {
            attachment["size"] = json!(size);
        }
        payload.push(json!({ "contentAttachment": attachment }));
    }
    let mut resource = json!({
        "resourceType": "Communication",
        "status": status,
        "subject": { "reference": format!("Patient/{}", subject.patient) },
        "payload": payload,
    });
    if let Some(id) = id {
        resource["id"] = json!(id);
    }
    if !thread.subject.is_empty() {
        resource["topic"] = json!({ "text": thread.subject });
    }
    if !message.category.is_empty() {
        resource["category"] = json!([{ "text": message.category }]);
    }
    if message.urgent {
        resource["priority"] = json!("urgent");
    }
    if !message.from.is_empty() {
        resource["sender"] = json!({ "display": message.from });
    }
    if let Some(sent) = date_time(message) {
        resource["sent"] = json!(sent);
    }
    resource
}

/// A FHIR dateTime. A time without a zone is none; its day is.
fn date_time(message: &Message) -> Option<String> {
    let at = Timestamp::try_from(message.at).ok()?;
    let format = match message.precision {
        DatePrecision::Year => "%Y",
        DatePrecision::Month => "%Y-%m",
        DatePrecision::Day | DatePrecision::LocalTime => "%Y-%m-%d",
        DatePrecision::Instant => return Some(at.to_string()),
    };
    Some(at.to_zoned(TimeZone::UTC).strftime(format).to_string())
}
