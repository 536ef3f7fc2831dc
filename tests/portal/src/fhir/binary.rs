//! Files: `Binary` as bare content and as a resource (R4 §2.40.3), ranges of it, the storage that presigned addresses lead
//! to, and taking files in.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{self, Path, RawQuery};
use axum::http::{HeaderMap, HeaderName, header};
use data_encoding::BASE64;
use futures_util::stream;
use serde_json::json;

use super::access;
use crate::asked::Asked;
use crate::data::{Attachment, file_reference};
use crate::fault::{DropOn, FaultKind, FileFault};
use crate::instance::{Instance, State};
use crate::reply::{FHIR_JSON, Reply, empty, outcome, set, with_body};
use crate::server::Hangup;
use crate::web::AsIs;

const CONTEXT: &str = "x-security-context";
/// What [`FileFault::Huge`] says and sends.
const HUGE: usize = 256 << 20;

/// `GET {base}/Binary/{id}`: the resource if asked for as FHIR, else the bare content.
pub(crate) async fn file(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    Path(id): Path<String>,
) -> Reply {
    let state = &mut *instance.state();
    let person = match access::person(state, &asked, "Binary", 'r') {
        Ok(person) => person,
        Err(reply) => return reply,
    };
    let Some(attachment) = state.store.attachments.get(&id) else {
        return outcome(404, "not-found", "no such Binary");
    };
    if attachment.person != person {
        return outcome(403, "forbidden", "another patient's Binary");
    }
    let last = state.people.len() - 1;
    let owner = match hit(state, FileFault::AnotherPatients) {
        true => &state.people[last],
        false => &state.people[person],
    };
    let context = format!("Patient/{}", owner.patient);
    if hit(state, FileFault::Redirect) {
        return redirect(&format!("/storage/{id}?signature=valid"));
    }
    if hit(state, FileFault::RedirectInside) {
        return redirect("https://192.168.0.1/admin");
    }
    let as_fhir = hit(state, FileFault::AsResource)
        || asked
            .headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|accept| accept.contains("fhir+json"));
    if as_fhir && let Some(attachment) = state.store.attachments.get(&id) {
        let resource = json!({
            "resourceType": "Binary",
            "id": id,
            "contentType": attachment.content_type,
            "securityContext": { "reference": context },
            "data": BASE64.encode(&attachment.data),
        });
        return with_body(200, FHIR_JSON, resource.to_string());
    }
    let mut reply = content(state, &asked.headers, &id);
    set(&mut reply, HeaderName::from_static(CONTEXT), &context);
    reply
}

/// `GET /storage/{id}`: what a presigned address leads to. Like other storages it refuses a request with two ways of
/// proving itself.
pub(crate) async fn stored_file(
    extract::State(instance): extract::State<Arc<Instance>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    Path(id): Path<String>,
) -> Reply {
    let text = |code, text: &'static str| with_body(code, "text/plain; charset=utf-8", text);
    if headers.contains_key(header::AUTHORIZATION) || headers.contains_key("dpop") {
        return text(400, "one way of authorization only\n");
    }
    if query.as_deref() != Some("signature=valid") {
        return text(403, "the signature is wrong\n");
    }
    let state = &mut *instance.state();
    match state.store.attachments.contains_key(&id) {
        true => content(state, &headers, &id),
        false => text(404, "nothing here\n"),
    }
}

/// `GET {base}/DocumentReference/{id}`: the document of a file.
pub(crate) async fn document(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    Path(id): Path<String>,
) -> Reply {
    let state = &mut *instance.state();
    let person = match access::person(state, &asked, "Binary", 'r') {
        Ok(person) => person,
        Err(reply) => return reply,
    };
    if let Some(reply) = super::documents::read(state, person, &id) {
        return reply;
    }
    let last = state.people.len() - 1;
    let another = hit(state, FileFault::AnotherPatients);
    let attachment = state.store.attachments.get(&id);
    let Some(attachment) = attachment.filter(|it| it.person == person) else {
        return outcome(404, "not-found", "no such DocumentReference");
    };
    let owner = &state.people[if another { last } else { person }];
    let now = state.clock.millis();
    let resource = json!({
        "resourceType": "DocumentReference",
        "id": id,
        "status": "current",
        "subject": { "reference": format!("Patient/{}", owner.patient) },
        "content": [{ "attachment": file_reference(&id, "report.pdf", attachment, now) }],
    });
    with_body(200, FHIR_JSON, resource.to_string())
}

/// `POST {base}/Binary`: takes a file in, as bare content or as a resource.
pub(crate) async fn create_file(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    body: Bytes,
) -> Reply {
    let base = instance.base();
    let state = &mut *instance.state();
    let person = match access::person(state, &asked, "Binary", 'c') {
        Ok(person) => person,
        Err(reply) => return reply,
    };
    if hit(state, FileFault::NotTaken) {
        return outcome(405, "not-supported", "files are not taken");
    }
    let field = |name: &str| {
        asked
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let own = format!("Patient/{}", state.people[person].patient);
    if field(CONTEXT).is_some_and(|context| context != own) {
        return outcome(422, "business-rule", "the context is another patient's");
    }
    let content_type = field("content-type").unwrap_or("application/octet-stream");
    let id = state.entropy.id();
    let attachment = Attachment {
        person,
        content_type: content_type.to_owned(),
        data: body.to_vec(),
        reads: 0,
    };
    state.store.attachments.insert(id.clone(), attachment);
    let mut reply = empty(201);
    set(
        &mut reply,
        header::LOCATION,
        &format!("{base}/Binary/{id}/_history/1"),
    );
    if state
        .faults
        .hit(FaultKind::DropAnswerAfterCommit { on: DropOn::File })
    {
        reply.extensions_mut().insert(Hangup);
    }
    reply
}

fn hit(state: &mut State, how: FileFault) -> bool {
    state.faults.hit(FaultKind::File { how })
}

fn redirect(location: &str) -> Reply {
    let mut reply = empty(307);
    set(&mut reply, header::LOCATION, location);
    reply
}

/// The bare content, or the part of it that is asked for (RFC 9110 §14.2).
fn content(state: &mut State, headers: &HeaderMap, id: &str) -> Reply {
    if hit(state, FileFault::Huge) {
        return huge();
    }
    let older = hit(state, FileFault::Changed);
    let (wrong_hash, wrong_size) = (
        hit(state, FileFault::WrongHash),
        hit(state, FileFault::WrongSize),
    );
    let ranges = !hit(state, FileFault::NoRanges);
    let Some(attachment) = state.store.attachments.get_mut(id) else {
        return outcome(404, "not-found", "no such Binary");
    };
    let mut data = attachment.data.clone();
    let etag = format!("\"{id}-{}\"", if older { "older" } else { "1" });
    if (older || wrong_hash)
        && let Some(byte) = data.last_mut()
    {
        *byte ^= 0xff;
    }
    if wrong_size {
        data.push(0);
    }
    if older {
        data.iter_mut().for_each(|byte| *byte = !*byte);
    }
    let field = |name: header::HeaderName| headers.get(name)?.to_str().ok();
    let from = field(header::RANGE)
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'))
        .and_then(|from| from.parse::<usize>().ok())
        .filter(|_| ranges && field(header::IF_RANGE).is_none_or(|tag| tag == etag));
    if from.is_none_or(|from| from == 0) {
        attachment.reads += 1;
    }
    let content_type = attachment.content_type.clone();
    let total = data.len();
    let mut reply = match from {
        Some(from) if from >= total => {
            let mut reply = empty(416);
            set(
                &mut reply,
                header::CONTENT_RANGE,
                &format!("bytes */{total}"),
            );
            return reply;
        }
        Some(from) => {
            let mut reply = with_body(206, FHIR_JSON, data.split_off(from));
            let range = format!("bytes {from}-{}/{total}", total - 1);
            set(&mut reply, header::CONTENT_RANGE, &range);
            reply
        }
        None => with_body(200, FHIR_JSON, data),
    };
    set(&mut reply, header::CONTENT_TYPE, &content_type);
    set(&mut reply, header::ETAG, &etag);
    set(&mut reply, header::ACCEPT_RANGES, "bytes");
    match older || hit(state, FileFault::Cut) {
        true => cut(reply, total - from.unwrap_or(0)),
        false => reply,
    }
}

/// Half of the body, then nothing.
fn cut(mut reply: Reply, length: usize) -> Reply {
    set(&mut reply, header::CONTENT_LENGTH, &length.to_string());
    let (parts, body) = reply.into_parts();
    let pieces = stream::unfold((Some(body), length / 2), |(body, left)| async move {
        let body = body?;
        let whole = axum::body::to_bytes(body, usize::MAX).await;
        let half = whole.map(|bytes| bytes.slice(..left.min(bytes.len())));
        Some((half.map_err(io::Error::other), (None, 0)))
    });
    let broken = stream::iter([Err(io::Error::from(io::ErrorKind::ConnectionReset))]);
    let mut reply = Reply::from_parts(
        parts,
        Body::from_stream(futures_util::StreamExt::chain(pieces, broken)),
    );
    reply.extensions_mut().insert(AsIs);
    reply
}

/// More than anybody takes.
fn huge() -> Reply {
    const PIECE: usize = 1 << 20;
    let pieces = stream::iter((0..HUGE / PIECE).map(|_| Ok::<_, io::Error>(vec![0_u8; PIECE])));
    let mut reply = with_body(200, "application/octet-stream", Body::from_stream(pieces));
    reply.extensions_mut().insert(AsIs);
    reply
}
