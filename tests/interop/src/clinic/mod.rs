//! The clinic: a small FHIR server behind an authorization server that is somebody else's.
//!
//! It does what a resource server has to: it asks the issuer what a token is worth (RFC 7662), demands a proof of its
//! own with a nonce of its own for tokens that are bound to a key (RFC 9449 §7, §9), and shows a patient nothing but
//! their own messages. Its SMART configuration repeats what the issuer says of itself.
//!
//! A second base, [`Clinic::mixed_up`], is the same clinic but for one thing: its SMART configuration names the issuer
//! with one slash too many.

mod access;
mod proof;
mod records;

pub(crate) use records::TEXTS;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::http::Http;
use crate::trouble::{Result, Trouble, text};

/// What the clinic answered to one request for a record.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    /// Such as `Communication`.
    pub(crate) kind: String,
    /// `DPoP`, `Bearer`, or nothing.
    pub(crate) scheme: String,
    pub(crate) status: u16,
    /// The error of its `WWW-Authenticate`.
    pub(crate) error: Option<&'static str>,
}

impl fmt::Display for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, scheme, status) = (&self.kind, &self.scheme, self.status);
        write!(
            f,
            "{kind} by {scheme}: {status} {}",
            self.error.unwrap_or_default()
        )
    }
}

/// A running clinic.
pub(crate) struct Clinic {
    inside: Arc<Inside>,
}

struct Inside {
    origin: String,
    http: Http,
    issuer: OnceLock<Metadata>,
    /// Given out with every answer and asked for in every proof.
    nonce: String,
    /// `jti` of proofs that were accepted.
    proofs: Mutex<BTreeSet<String>>,
    visits: Mutex<Vec<Visit>>,
    /// The token that was last accepted.
    token: Mutex<Option<String>>,
    /// When the person behind that token signed in.
    signed_in: AtomicU64,
    /// Who signed in before this second has to do so again.
    fresh_since: AtomicU64,
}

/// What the issuer says of itself.
struct Metadata {
    document: Value,
    introspection: String,
}

impl Clinic {
    /// Opens on a free port of loopback. Until it knows its issuer, it has no SMART configuration.
    pub(crate) async fn open() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let inside = Arc::new(Inside {
            nonce: format!("nonce-of-{}", listener.local_addr()?.port()),
            origin,
            http: Http::new()?,
            issuer: OnceLock::new(),
            proofs: Mutex::default(),
            visits: Mutex::default(),
            token: Mutex::default(),
            signed_in: AtomicU64::new(0),
            fresh_since: AtomicU64::new(0),
        });
        let router = Router::new()
            .route("/{base}/.well-known/smart-configuration", get(smart))
            .route(
                "/{base}/metadata",
                get(async || fhir(records::capabilities())),
            )
            .route("/{base}/{kind}", get(record))
            .route("/{base}/{kind}/{id}", get(record))
            .with_state(inside.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { inside })
    }

    /// The FHIR base.
    pub(crate) fn base(&self) -> String {
        format!("{}/fhir", self.inside.origin)
    }

    /// A base whose SMART configuration names the issuer wrongly.
    pub(crate) fn mixed_up(&self) -> String {
        format!("{}/mixed-up", self.inside.origin)
    }

    /// Reads what `issuer` says of itself, and trusts it from now on.
    pub(crate) async fn trust(&self, issuer: &str) -> Result {
        let url = format!("{issuer}/.well-known/openid-configuration");
        let document = self
            .inside
            .http
            .json(Method::GET, &url, None, &Value::Null)
            .await?;
        let introspection = text(&document, "introspection_endpoint")?;
        let metadata = Metadata {
            document,
            introspection,
        };
        let _ = self.inside.issuer.set(metadata);
        Ok(())
    }

    /// From now on the clinic shows its records only to people who sign in after this.
    pub(crate) async fn demand_fresh_sign_in(&self) {
        // Both count in whole seconds: the last sign-in has to lie in an earlier one.
        while seconds() <= self.inside.signed_in.load(SeqCst) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.inside.fresh_since.store(seconds(), SeqCst);
    }

    /// Who came since this was last asked.
    pub(crate) fn visits(&self) -> Vec<Visit> {
        std::mem::take(&mut *locked(&self.inside.visits))
    }

    /// What the issuer calls one of its endpoints.
    pub(crate) fn endpoint(&self, name: &str) -> Result<String> {
        let metadata = self.inside.issuer.get();
        let metadata = metadata.ok_or(Trouble::new("the clinic knows no issuer"))?;
        text(&metadata.document, name)
    }

    /// The access token that was last accepted.
    pub(crate) fn token(&self) -> Option<String> {
        locked(&self.inside.token).clone()
    }
}

/// Seconds since 1970.
fn seconds() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn smart(State(inside): State<Arc<Inside>>, Path(base): Path<String>) -> Response {
    let Some(metadata) = inside.issuer.get() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let issuer = metadata.document["issuer"].as_str().unwrap_or_default();
    let mut smart = json!({
        "issuer": if base == "mixed-up" { format!("{issuer}/") } else { issuer.to_owned() },
        "grant_types_supported": ["authorization_code"],
        "capabilities": [
            "launch-standalone", "client-public", "sso-openid-connect", "context-standalone-patient",
            "permission-offline", "permission-patient", "permission-v2",
        ],
        "scopes_supported": [
            "openid", "fhirUser", "launch/patient", "offline_access", "patient/Patient.rs", "patient/Communication.rs",
        ],
    });
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "revocation_endpoint",
        "jwks_uri",
        "code_challenge_methods_supported",
    ] {
        smart[name] = metadata.document[name].clone();
    }
    Json(smart).into_response()
}

/// A record, for whom it concerns.
async fn record(
    State(inside): State<Arc<Inside>>,
    Path(path): Path<Vec<(String, String)>>,
    method: Method,
    uri: Uri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let at = |name: &str| {
        path.iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let (kind, id) = (at("kind").unwrap_or_default(), at("id"));
    let scheme = access::scheme(&headers).to_owned();
    let url = format!("{}{}", inside.origin, uri.path());
    let judged = access::judge(&inside, &headers, method.as_str(), &url, kind).await;
    let (mut answer, error) = match judged {
        Ok(patient) => (
            records::answer(kind, id, query.as_deref(), &headers, &patient),
            None,
        ),
        Err(refusal) => (refusal.answer(), Some(refusal.error())),
    };
    if let Ok(nonce) = inside.nonce.parse() {
        answer.headers_mut().insert("dpop-nonce", nonce);
    }
    locked(&inside.visits).push(Visit {
        kind: kind.to_owned(),
        scheme,
        status: answer.status().as_u16(),
        error,
    });
    answer
}

fn fhir(resource: Value) -> Response {
    (
        [(header::CONTENT_TYPE, "application/fhir+json")],
        resource.to_string(),
    )
        .into_response()
}
