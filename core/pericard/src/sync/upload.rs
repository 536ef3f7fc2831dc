//! Bringing the files of a queued record to the portal, each by itself, before the record that refers to them.
//!
//! Uses: `location`, `mirror`, `pages`
//!
//! `POST Binary` with the bare content (FHIR R4 §2.40.3). A Binary has no identifier, so nothing can prove after a lost
//! answer that it is there: it is created again, and one that nobody refers to may stay at the portal. The record itself
//! never goes out twice, since it goes only once every file has its id on disk.

use pericard_protocol::limits;
use pericard_protocol::sync::outbox::Event;

use crate::http::{HttpError, Request, Response};
use crate::platform::error::{PericardError, Result};
use crate::session::SendError;

use super::FeatureSync;
use super::location::id_in;
use super::mirror::Upload;
use super::pages::FHIR_JSON;

const BINARY: &str = "Binary";
/// The type of what has none or no sound one.
const UNTYPED: &str = "application/octet-stream";

/// Whether files have to be at the portal before the queued row goes there.
pub(super) async fn waiting(feature: &FeatureSync, row: i64) -> Result<bool> {
    feature
        .on_disk(move |feature| {
            let next = feature.partition.read(|c| feature.mirror.upload(c, row))?;
            // What a portal takes within the record only goes with it, if it is small enough.
            Ok(next.is_some_and(|file| feature.takes_files || file.size > limits::INLINE_FILE))
        })
        .await
}

/// Uploads the next file of a queued row. Gives what happened, and why nothing more can be sent now.
pub(super) async fn upload(
    feature: &FeatureSync,
    row: i64,
) -> Result<(Event, Option<PericardError>)> {
    let next = feature
        .on_disk(move |feature| {
            let partition = &feature.partition;
            partition.read(|c| {
                let Some(next) = feature.mirror.upload(c, row)? else {
                    return Ok(None);
                };
                let most = usize::try_from(next.size).unwrap_or(usize::MAX);
                let content = partition.files().read(c, next.content, 0, most);
                Ok(Some((next, content.ok().flatten())))
            })
        })
        .await?;
    let (file, content) = match next {
        None => return Ok((Event::Uploaded(false), None)),
        Some((file, Some(content))) => (file, content),
        // Its content is damaged on this device: this message cannot go, and stops no other.
        Some((_, None)) => return Ok((Event::Refused(0), None)),
    };
    if !feature.takes_files {
        // Refused for its size, as the portal itself would (RFC 9110 §15.5.14).
        return Ok((Event::Refused(413), None));
    }
    let url = feature.owner.base.join(BINARY);
    let request = Request::post(url, UNTYPED, content, limits::FHIR_BODY)
        .content_type(&file.content_type)
        .header("accept", FHIR_JSON)
        .header("prefer", "return=minimal")
        .header(
            "x-security-context",
            format!("Patient/{}", feature.owner.patient),
        );
    Ok(match feature.session.send(request).await {
        Ok(answer) if answer.is_success() && !answer.is_html() => {
            let base = feature.owner.base.as_str();
            match created(&answer, base) {
                Some(id) => (Event::Uploaded(note(feature, row, file, id).await?), None),
                None => (Event::InDoubt, None),
            }
        }
        Ok(answer) if matches!(answer.status, 401 | 429 | 503) => {
            (Event::NoEffect, Some(answer.refusal()))
        }
        Ok(answer) if (400..500).contains(&answer.status) && answer.status != 408 => {
            (Event::Refused(answer.status), None)
        }
        Ok(_) | Err(SendError::Http(HttpError::AnswerLost | HttpError::TooLarge)) => {
            (Event::InDoubt, None)
        }
        Err(error) => (Event::NoEffect, Some(error.into())),
    })
}

/// Notes under which id the portal has a file. Returns whether there is another one.
async fn note(feature: &FeatureSync, row: i64, file: Upload, id: String) -> Result<bool> {
    feature
        .on_disk(move |feature| {
            let reference = format!("{BINARY}/{id}");
            feature.partition.local(|tx| {
                let c = tx.connection();
                feature.mirror.uploaded(c, row, file.file, &reference)?;
                Ok(feature.mirror.upload(c, row)?.is_some())
            })
        })
        .await
}

/// The id of the new Binary: in `Location`, else in the resource that came back.
fn created(answer: &Response, base: &str) -> Option<String> {
    let location = answer
        .header("location")
        .or(answer.header("content-location"));
    // Behind a gateway the portal may not know how it is called outside: the id is its own all the same.
    let id = location.and_then(|location| id_in(location, BINARY, base));
    id.map(|located| located.id)
        .or_else(|| pericard_protocol::fhir::binary::id(&answer.body))
}
