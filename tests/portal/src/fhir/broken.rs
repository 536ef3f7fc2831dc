//! Answers that no parser should trust: huge, deep, not text, or a bomb.

use std::io::{self, Write};

use axum::body::{Body, Bytes};
use axum::http::header::{self, HeaderName, HeaderValue};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;

use crate::fault::{FaultKind, Repeated};
use crate::instance::State;
use crate::reply::{FHIR_JSON, Reply, set, with_body};
use crate::web::AsIs;

const MIB: usize = 1 << 20;

/// The answer of whichever of these faults is on.
pub(super) fn answer(state: &mut State) -> Option<Reply> {
    let faults = &mut state.faults;
    if faults.hit(FaultKind::HugeBundle) {
        return Some(huge());
    }
    if faults.hit(FaultKind::DeepJson) {
        let deep = 100_000;
        let body = format!(
            "{{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":{}{}}}",
            "[".repeat(deep),
            "]".repeat(deep)
        );
        return Some(with_body(200, FHIR_JSON, body));
    }
    if faults.hit(FaultKind::BadUtf8) {
        let mut body = b"{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"id\":\"caf".to_vec();
        // Latin-1, as from a server that forgot to convert; and a lone continuation byte.
        body.extend_from_slice(&[0xE9, 0x80]);
        body.extend_from_slice(b"\"}");
        return Some(with_body(200, FHIR_JSON, body));
    }
    if faults.hit(FaultKind::GzipBomb) {
        return Some(bomb());
    }
    let amplified = faults.take(|kind| matches!(kind, FaultKind::Amplified { .. }));
    if let Some(FaultKind::Amplified { what }) = amplified {
        return Some(repeated(what));
    }
    None
}

/// 30 MiB of the same few bytes, some 30 kB on the wire.
fn repeated(what: Repeated) -> Reply {
    const RECORD: &str =
        r#"{"resource":{"resourceType":"Communication","id":"x","status":"completed""#;
    let (front, element, back) = match what {
        Repeated::Entries => (String::new(), "{}", ""),
        Repeated::Parts => (format!("{RECORD},\"payload\":["), "{}", "]}}"),
        Repeated::Recipients => (format!("{RECORD},\"recipient\":["), "{}", "]}}"),
        Repeated::Contained => (
            format!("{RECORD},\"contained\":["),
            r#"{"resourceType":"A"}"#,
            "]}}",
        ),
    };
    let elements = vec![element; 30 * MIB / (element.len() + 1)].join(",");
    let body = format!(
        r#"{{"resourceType":"Bundle","type":"searchset","entry":[{front}{elements}{back}]}}"#
    );
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(body.as_bytes());
    let compressed = written.and_then(|()| encoder.finish()).unwrap_or_default();
    let mut reply = with_body(200, FHIR_JSON, compressed);
    set(&mut reply, header::CONTENT_ENCODING, "gzip");
    reply.extensions_mut().insert(AsIs);
    reply
}

/// Adds header fields of so many bytes together, none of them longer than 1 kB.
pub(super) fn with_large_headers(state: &mut State, mut reply: Reply) -> Reply {
    let large = state
        .faults
        .take(|kind| matches!(kind, FaultKind::LargeHeaders { .. }));
    if let Some(FaultKind::LargeHeaders { bytes }) = large {
        let value = HeaderValue::from_str(&"a".repeat(1000));
        for n in 0..bytes.div_ceil(1000) {
            let name = HeaderName::from_bytes(format!("x-filler-{n}").as_bytes());
            if let (Ok(name), Ok(value)) = (name, &value) {
                reply.headers_mut().insert(name, value.clone());
            }
        }
    }
    reply
}

/// Valid JSON of 72 MiB without a length, made as it is read.
fn huge() -> Reply {
    let start = "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"resource\":{\"resourceType\":\"Basic\",\"code\":{\"text\":\"";
    let end = "\"}}}]}";
    let filler = Bytes::from(vec![b'a'; MIB]);
    let chunks = std::iter::once(Bytes::from_static(start.as_bytes()))
        .chain(std::iter::repeat_n(filler, 72))
        .chain(std::iter::once(Bytes::from_static(end.as_bytes())))
        .map(Ok::<_, io::Error>);
    let mut reply = with_body(200, FHIR_JSON, Body::from_stream(stream::iter(chunks)));
    reply.extensions_mut().insert(AsIs);
    reply
}

/// One GiB of spaces in about one MiB, compressed as it is read.
fn bomb() -> Reply {
    let encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let chunks = stream::unfold((Some(encoder), 256_u32), |(encoder, left)| async move {
        let mut encoder = encoder?;
        let spaces = vec![b' '; 4 * MIB];
        let written = encoder.write_all(&spaces).and_then(|()| encoder.flush());
        if let Err(error) = written {
            return Some((Err(error), (None, 0)));
        }
        let chunk = Bytes::from(std::mem::take(encoder.get_mut()));
        if left == 0 {
            let last = encoder
                .finish()
                .map(|rest| [&chunk[..], &rest].concat().into());
            return Some((last, (None, 0)));
        }
        Some((Ok(chunk), (Some(encoder), left - 1)))
    });
    let mut reply = with_body(200, FHIR_JSON, Body::from_stream(chunks));
    set(&mut reply, header::CONTENT_ENCODING, "gzip");
    reply.extensions_mut().insert(AsIs);
    reply
}
