//! How answers are built: JSON, FHIR, OAuth errors, web pages.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) type Reply = Response<Body>;

/// `application/fhir+json`, as FHIR R4 §3.1.0.1.10 names it.
pub(crate) const FHIR_JSON: &str = "application/fhir+json; charset=utf-8";

pub(crate) fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub(crate) fn with_body(code: u16, content_type: &'static str, body: impl Into<Body>) -> Reply {
    let mut reply = Response::new(body.into());
    *reply.status_mut() = status(code);
    reply
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}

pub(crate) fn empty(code: u16) -> Reply {
    let mut reply = Response::new(Body::empty());
    *reply.status_mut() = status(code);
    reply
}

/// Sets a header whose value comes from data; a value that cannot be one is left out.
pub(crate) fn set(reply: &mut Reply, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        reply.headers_mut().insert(name, value);
    }
}

/// JSON that must not be kept (RFC 6749 §5.1).
pub(crate) fn private_json(code: u16, body: &Value) -> Reply {
    let mut reply = with_body(code, "application/json", body.to_string());
    set(&mut reply, header::CACHE_CONTROL, "no-store");
    reply
}

/// An error answer of RFC 6749 §5.2.
pub(crate) fn oauth_error(error: &str, description: &str) -> Reply {
    let code = if error == "invalid_client" { 401 } else { 400 };
    private_json(
        code,
        &json!({ "error": error, "error_description": description }),
    )
}

/// A document that clients may keep, with its validator; 304 if they still have it.
pub(crate) fn cacheable(request: &HeaderMap, body: &Value) -> Reply {
    cacheable_text(request, "application/json", body.to_string())
}

/// The same for a text of another type.
pub(crate) fn cacheable_text(request: &HeaderMap, kind: &'static str, text: String) -> Reply {
    let digest = Sha256::digest(text.as_bytes());
    let etag = format!("\"{}\"", data_encoding::HEXLOWER.encode(&digest[..8]));
    let mut reply = if none_match(request, &etag) {
        empty(304)
    } else {
        with_body(200, kind, text)
    };
    set(&mut reply, header::ETAG, &etag);
    set(&mut reply, header::CACHE_CONTROL, "max-age=300");
    reply
}

/// Whether `If-None-Match` names this entity tag (weak comparison, RFC 9110 §13.1.2).
pub(crate) fn none_match(request: &HeaderMap, etag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim() == "*" || bare(tag) == bare(etag))
}

/// An `OperationOutcome` with one issue.
pub(crate) fn outcome(code: u16, issue: &str, diagnostics: &str) -> Reply {
    let body = json!({
        "resourceType": "OperationOutcome",
        "issue": [{ "severity": "error", "code": issue, "diagnostics": diagnostics }],
    });
    with_body(code, FHIR_JSON, body.to_string())
}

/// A web page: no scripts, no framing, nothing kept, and forms that go only here and back to the app.
pub(crate) fn page(code: u16, html: String, form_action: &str) -> Reply {
    let mut reply = with_body(code, "text/html; charset=utf-8", html);
    set(&mut reply, header::CACHE_CONTROL, "no-store");
    set(&mut reply, header::REFERRER_POLICY, "no-referrer");
    set(&mut reply, header::X_FRAME_OPTIONS, "DENY");
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self' {form_action}"
    );
    set(
        &mut reply,
        header::CONTENT_SECURITY_POLICY,
        policy.trim_end(),
    );
    reply
}
