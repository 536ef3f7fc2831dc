//! The router, and what happens around every request: counting, faults of the whole portal, gzip, `Date`.

use std::convert::Infallible;
use std::io::{self, Write};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{self, Next};
use axum::routing::{get, post};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;

use crate::account;
use crate::clock;
use crate::fault::{FaultKind, StatusBody, StatusOn, Unauthorized};
use crate::fhir;
use crate::instance::Instance;
use crate::oauth::{authorize, challenge, discovery, dpop, login, own_pages, par, register, token};
use crate::policy;
use crate::reply::{self, Reply};

/// Marks an answer that is streamed or already encoded: it is sent as it is.
#[derive(Clone, Copy)]
pub(crate) struct AsIs;

pub(crate) fn router(instance: Arc<Instance>) -> Router {
    Router::new()
        .route(
            "/.well-known/oauth-authorization-server/auth",
            get(discovery::authorization_server),
        )
        .route(
            "/auth/.well-known/openid-configuration",
            get(discovery::openid),
        )
        .route("/auth/jwks", get(discovery::jwks))
        .route("/auth/authorize", get(authorize::ask))
        .route("/auth/login", post(login::login))
        .route("/auth/par", post(par::push))
        .route("/auth/register", post(register::register))
        .route("/auth/reset", get(own_pages::open).post(own_pages::go_on))
        .route("/auth/account", get(own_pages::open).post(own_pages::go_on))
        .route(
            "/auth/sessions",
            get(own_pages::open).post(own_pages::go_on),
        )
        .route("/auth/challenge", post(challenge::challenge))
        .route("/auth/token", post(token::token))
        .route("/auth/revoke", post(token::revoke))
        .route(
            "/fhir/.well-known/smart-configuration",
            get(discovery::smart),
        )
        .route("/fhir/.well-known/pericard-policy", get(policy::show))
        .route("/fhir/metadata", get(fhir::metadata))
        .route("/fhir", get(fhir::follow_page))
        .route("/fhir/Patient", get(fhir::search_patient))
        .route("/fhir/Patient/{id}", get(fhir::read_patient))
        .route("/fhir/Communication", get(fhir::search).post(fhir::create))
        .route("/fhir/Communication/_search", post(fhir::search_by_form))
        .route("/fhir/Communication/{id}", get(fhir::read))
        .route(
            "/fhir/Communication/{id}/_history/{version}",
            get(fhir::read_version),
        )
        .route("/fhir/CareTeam", get(fhir::search_care_team))
        .route("/fhir/CareTeam/{id}", get(fhir::read_care_team))
        .route("/fhir/Observation", get(fhir::search_observation))
        .route("/fhir/Observation/{id}", get(fhir::read_observation))
        .route("/fhir/DiagnosticReport", get(fhir::search_report))
        .route("/fhir/DiagnosticReport/{id}", get(fhir::read_report))
        .route("/fhir/RelatedPerson", get(fhir::search_related_person))
        .route("/fhir/RelatedPerson/{id}", get(fhir::read_related_person))
        .route("/fhir/Person", get(fhir::search_person))
        .route("/fhir/Person/{id}", get(fhir::read_person))
        .route("/fhir/Practitioner/{id}", get(fhir::practitioner))
        .route("/fhir/Binary", post(fhir::create_file))
        .route("/fhir/Binary/{id}", get(fhir::file))
        .route("/fhir/DocumentReference", get(fhir::search_documents))
        .route("/fhir/DocumentReference/{id}", get(fhir::document))
        .route("/storage/{id}", get(fhir::stored_file))
        .route(
            "/fhir/account/totp",
            get(account::status).post(account::begin),
        )
        .route("/fhir/account/totp/confirm", post(account::confirm))
        .route("/fhir/account/totp/disable", post(account::disable))
        .route(
            "/fhir/account/totp/recovery-codes",
            post(account::recovery_codes),
        )
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(64 << 20))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&instance),
            around,
        ))
        .with_state(instance)
}

async fn not_found(request: Request) -> Reply {
    if request.uri().path().starts_with("/fhir") {
        reply::outcome(404, "not-found", "there is nothing of this type here")
    } else {
        reply::with_body(404, "text/plain; charset=utf-8", "nothing here\n")
    }
}

async fn around(
    State(instance): State<Arc<Instance>>,
    request: Request,
    next: Next,
) -> Result<Reply, Infallible> {
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let gzip = accepts_gzip(request.headers());
    let fault = before(&instance, &path);
    let answer = match fault {
        Some(answer) => answer,
        None => with_nonce(&instance, &path, next.run(request).await),
    };
    let answer = after(&instance, &path, gzip, answer).await;
    if instance.verbose {
        // The path without its query: queries hold patients' ids.
        eprintln!("{method} {path} {}", answer.status().as_u16());
    }
    Ok(answer)
}

/// Counts the request, and answers it at once where a fault of the whole portal says so.
fn before(instance: &Instance, path: &str) -> Option<Reply> {
    let mut state = instance.state();
    state.requests.paths.push(path.to_owned());
    if state.faults.hit(FaultKind::CaptivePortal) {
        let html = "<!doctype html><html lang=\"en\"><title>Welcome to Guest Wi-Fi</title><p>Please accept the terms to go online.</p></html>";
        return Some(reply::with_body(200, "text/html; charset=utf-8", html));
    }
    let concerned = |on| match on {
        StatusOn::Any => true,
        StatusOn::Fhir => path.starts_with("/fhir"),
        StatusOn::Auth => path.starts_with("/auth"),
        StatusOn::Token => path == "/auth/token",
    };
    let status = state
        .faults
        .take(|kind| matches!(kind, FaultKind::Status { on, .. } if concerned(on)));
    if let Some(FaultKind::Status {
        code,
        body: Some(StatusBody::Html),
        ..
    }) = status
    {
        let html = "<!doctype html><html lang=\"en\"><title>Request blocked</title><p>This request was blocked by the firewall.</p></html>";
        return Some(reply::with_body(code, "text/html; charset=utf-8", html));
    }
    if let Some(FaultKind::Status { code, .. }) = status {
        return Some(if path.starts_with("/fhir") {
            reply::outcome(code, "transient", "the portal is having a bad day")
        } else {
            reply::with_body(code, "text/plain; charset=utf-8", "out of order\n")
        });
    }
    if path.starts_with("/fhir/Communication") || path.starts_with("/fhir/Patient") {
        let fault = state
            .faults
            .take(|kind| matches!(kind, FaultKind::Unauthorized { .. }));
        if let Some(FaultKind::Unauthorized { answer }) = fault {
            return Some(unauthorized(answer));
        }
    }
    if path.starts_with("/fhir") {
        let limit = state
            .faults
            .take(|kind| matches!(kind, FaultKind::RateLimit { .. }));
        if let Some(FaultKind::RateLimit { seconds }) = limit {
            let mut answer = reply::outcome(429, "throttled", "too many requests");
            reply::set(&mut answer, header::RETRY_AFTER, &seconds.to_string());
            return Some(answer);
        }
    }
    None
}

/// A 401 that says nothing about the token, or nothing that a new one would mend.
fn unauthorized(answer: Unauthorized) -> Reply {
    let (challenge, mut reply) = match answer {
        Unauthorized::Page => {
            let html = "<!doctype html><title>Sign in to the network</title>";
            ("", reply::with_body(401, "text/html; charset=utf-8", html))
        }
        Unauthorized::Proxy => ("Basic realm=\"proxy\"", reply::empty(401)),
        Unauthorized::Unexplained => ("Bearer realm=\"fhir\"", reply::empty(401)),
        Unauthorized::MoreScope => ("Bearer error=\"insufficient_scope\"", reply::empty(401)),
    };
    if !challenge.is_empty() {
        reply::set(&mut reply, header::WWW_AUTHENTICATE, challenge);
    }
    reply
}

/// Puts the current nonce on an answer of the authorization server or of the FHIR base (RFC 9449 §8.2),
/// so that a client hardly ever has to ask twice. What answers in their place knows none.
fn with_nonce(instance: &Instance, path: &str, mut answer: Reply) -> Reply {
    let server = match path {
        _ if path.starts_with("/fhir") => dpop::Server::Resource,
        _ if path.starts_with("/auth") => dpop::Server::Authorization,
        "/.well-known/oauth-authorization-server/auth" => dpop::Server::Authorization,
        _ => return answer,
    };
    let state = instance.state();
    if let Some(nonce) = state.dpop.nonce(server, state.clock.millis()) {
        let name = header::HeaderName::from_static("dpop-nonce");
        reply::set(&mut answer, name, &nonce);
    }
    answer
}

/// Encodes, cuts and dates an answer.
async fn after(instance: &Instance, path: &str, gzip: bool, answer: Reply) -> Reply {
    let is_json = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.contains("json"));
    let (date, truncate, marked) = {
        let mut state = instance.state();
        let truncate = path.starts_with("/fhir")
            && answer.status().is_success()
            && state.faults.hit(FaultKind::TruncateBody);
        let skew = state
            .faults
            .take(|kind| matches!(kind, FaultKind::ClockSkew { .. }));
        let skew = match skew {
            Some(FaultKind::ClockSkew { seconds }) => seconds * 1000,
            _ => 0,
        };
        let marked = is_json && state.faults.hit(FaultKind::ByteOrderMark);
        (
            clock::http_date(state.clock.millis() + skew),
            truncate,
            marked,
        )
    };
    let mut answer = answer;
    if path.starts_with("/fhir") {
        instance.state().policy.name(&mut answer);
    }
    let mut answer = if answer.extensions().get::<AsIs>().is_some() {
        answer
    } else {
        encode(answer, gzip, truncate, marked).await
    };
    reply::set(&mut answer, header::DATE, &date);
    answer
}

/// U+FEFF in UTF-8 (RFC 8259 §8.1).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Below this gzip gains nothing.
const WORTH_GZIP: usize = 512;

async fn encode(answer: Reply, gzip: bool, truncate: bool, marked: bool) -> Reply {
    let (parts, body) = answer.into_parts();
    // The body is whole in memory: everything else is marked `AsIs`.
    let mut bytes = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    if marked {
        bytes = [BYTE_ORDER_MARK, &bytes].concat().into();
    }
    let mut answer = Reply::from_parts(parts, Body::empty());
    if gzip && bytes.len() >= WORTH_GZIP {
        let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::fast());
        let encoded = encoder.write_all(&bytes).and_then(|()| encoder.finish());
        if let Ok(encoded) = encoded {
            bytes = encoded.into();
            reply::set(&mut answer, header::CONTENT_ENCODING, "gzip");
        }
        reply::set(&mut answer, header::VARY, "accept-encoding");
    }
    if truncate {
        reply::set(
            &mut answer,
            header::CONTENT_LENGTH,
            &bytes.len().to_string(),
        );
        let half = bytes.slice(..bytes.len() / 2);
        let cut: [io::Result<Bytes>; 2] = [Ok(half), Err(io::ErrorKind::ConnectionReset.into())];
        *answer.body_mut() = Body::from_stream(stream::iter(cut));
    } else {
        *answer.body_mut() = Body::from(bytes);
    }
    answer
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts.next() == Some("gzip") && parts.next() != Some("q=0")
        })
}
