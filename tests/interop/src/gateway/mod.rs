//! A SMART gateway before a FHIR server that knows neither sign-in nor patients.
//!
//! ```text
//! app ── sign-in, tokens ──▶ the gateway (`grants`)
//!     ── FHIR ─────────────▶ the gateway ── what the patient may see (`compartment`) ──▶ the FHIR server
//! ```
//!
//! It does what such gateways do: it asks for a token, narrows searches to the patient's own records, hands out its own
//! address in the place of the server's, and lets a stored search be paged only by the patient who made it. On demand it
//! loses an answer, holds a page up, or lets a search expire ([`Mishap`]).

mod compartment;
mod grants;

use std::collections::{BTreeMap, VecDeque};
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::people::Person;
use crate::trouble::Result;
use compartment::Passage;
use grants::Grants;

/// What the gateway tells the server behind it about a request, and the app about an answer.
const PASSED_ON: [&str; 7] = [
    "accept",
    "cache-control",
    "content-type",
    "if-match",
    "if-none-exist",
    "if-none-match",
    "prefer",
];
const PASSED_BACK: [&str; 7] = [
    "cache-control",
    "content-location",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "location",
];

/// What goes wrong, once, with the next request that it can happen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// A create reaches the server, and the connection breaks before the answer.
    AnswerLost,
    /// A create reaches the server, and the gateway gives up waiting (504).
    GatewayTimeout,
    /// A create does not reach the server, which the app cannot know (502).
    RequestLost,
    /// The server has forgotten a search when its next page is asked for. The answer is the server's own.
    SearchExpired,
}

/// A request that was passed on.
#[derive(Debug, Clone)]
pub(crate) struct Passed {
    pub(crate) method: Method,
    pub(crate) address: String,
    pub(crate) status: u16,
}

impl std::fmt::Display for Passed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.method, self.address, self.status)
    }
}

/// A running gateway.
pub(crate) struct Gateway {
    inside: Arc<Inside>,
}

struct Inside {
    origin: String,
    /// The base of the server behind; empty until there is one.
    behind: Mutex<String>,
    http: reqwest::Client,
    grants: Grants,
    mishaps: Mutex<VecDeque<Mishap>>,
    /// Whether `next` links name the server behind, as by a gateway that was set up wrongly.
    leaking: Mutex<bool>,
    hold: Mutex<Option<Arc<Hold>>>,
    /// Whose the searches are that the server keeps, by its name for them.
    searches: Mutex<BTreeMap<String, String>>,
    log: Mutex<Vec<Passed>>,
}

/// A page that is held up.
#[derive(Default)]
pub(crate) struct Hold {
    /// The page has come from the server and is kept from the app.
    pub(crate) reached: Notify,
    /// Lets it go.
    pub(crate) release: Notify,
}

impl Gateway {
    /// Opens on a free port of loopback.
    pub(crate) async fn open() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let inside = Arc::new(Inside {
            grants: Grants::new(&origin)?,
            origin,
            behind: Mutex::default(),
            http: reqwest::Client::builder().no_proxy().build()?,
            mishaps: Mutex::default(),
            leaking: Mutex::default(),
            hold: Mutex::default(),
            searches: Mutex::default(),
            log: Mutex::default(),
        });
        let router = Router::new()
            .route("/fhir/.well-known/smart-configuration", get(smart))
            .route("/fhir/metadata", get(metadata))
            .route("/fhir", any(fhir))
            .route("/fhir/{*path}", any(fhir))
            .route("/auth/authorize", get(grants::authorize))
            .route("/auth/token", post(grants::token))
            .route("/auth/revoke", post(grants::revoke))
            .route("/auth/jwks", get(grants::jwks))
            .with_state(inside.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { inside })
    }

    /// The FHIR base, as the app knows it.
    pub(crate) fn base(&self) -> String {
        self.inside.base()
    }

    /// Passes requests on to the server at this base.
    pub(crate) fn serve(&self, behind: &str) {
        behind.clone_into(&mut locked(&self.inside.behind));
    }

    /// Who signs in next. The gateway asks for no password.
    pub(crate) fn signs_in(&self, person: Person) {
        self.inside.grants.signs_in(person);
    }

    /// Something goes wrong once.
    pub(crate) fn let_happen(&self, mishap: Mishap) {
        locked(&self.inside.mishaps).push_back(mishap);
    }

    /// Whether what was to happen has happened.
    pub(crate) fn all_happened(&self) -> bool {
        locked(&self.inside.mishaps).is_empty()
    }

    /// Whether links to further pages lead to the server behind instead of here.
    pub(crate) fn leak_links(&self, leaking: bool) {
        *locked(&self.inside.leaking) = leaking;
    }

    /// Holds the next page of a search up.
    pub(crate) fn hold_page(&self) -> Arc<Hold> {
        let hold = Arc::<Hold>::default();
        *locked(&self.inside.hold) = Some(hold.clone());
        hold
    }

    /// What was passed on since this was last asked.
    pub(crate) fn passed(&self) -> Vec<Passed> {
        std::mem::take(&mut *locked(&self.inside.log))
    }
}

impl Inside {
    fn base(&self) -> String {
        format!("{}/fhir", self.origin)
    }

    fn behind(&self) -> String {
        locked(&self.behind).clone()
    }

    /// Takes the first of what is to happen if it is one of these.
    fn take(&self, kinds: &[Mishap]) -> Option<Mishap> {
        let mut mishaps = locked(&self.mishaps);
        let first = mishaps.front().copied().filter(|it| kinds.contains(it))?;
        mishaps.pop_front();
        Some(first)
    }

    /// Asks the server behind.
    async fn forward(
        &self,
        method: &Method,
        address: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> std::result::Result<Answer, Response> {
        let away = |_| StatusCode::BAD_GATEWAY.into_response();
        let mut request = self
            .http
            .request(method.clone(), format!("{}{address}", self.behind()));
        for name in PASSED_ON {
            for value in headers.get_all(name) {
                request = request.header(name, value);
            }
        }
        let answer = request.body(body).send().await.map_err(away)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.text().await.map_err(away)?;
        locked(&self.log).push(Passed {
            method: method.clone(),
            address: address.to_owned(),
            status: status.as_u16(),
        });
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    /// The answer as the app gets it.
    fn back(&self, answer: Answer) -> Response {
        let (behind, base) = (self.behind(), self.base());
        let mut body = answer.body.replace(&behind, &base);
        if *locked(&self.leaking) {
            body = body.replace(&format!("{base}?_getpages"), &format!("{behind}?_getpages"));
        }
        let mut response = (answer.status, Body::from(body)).into_response();
        response.headers_mut().remove(header::CONTENT_TYPE);
        for name in PASSED_BACK {
            let value = answer.headers.get(name).and_then(|it| it.to_str().ok());
            let value = value.map(|it| HeaderValue::try_from(it.replace(&behind, &base)));
            if let Some(Ok(value)) = value {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// What the server behind answered.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

async fn smart(State(inside): State<Arc<Inside>>) -> Json<Value> {
    Json(inside.grants.configuration())
}

async fn metadata(State(inside): State<Arc<Inside>>, headers: HeaderMap) -> Response {
    let answer = inside.forward(&Method::GET, "/metadata", &headers, Bytes::new());
    match answer.await {
        Ok(answer) => inside.back(answer),
        Err(refusal) => refusal,
    }
}

async fn fhir(
    State(inside): State<Arc<Inside>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match passed(&inside, method, &uri, headers, body).await {
        Ok(response) | Err(response) => response,
    }
}

async fn passed(
    inside: &Inside,
    method: Method,
    uri: &Uri,
    headers: HeaderMap,
    body: Bytes,
) -> std::result::Result<Response, Response> {
    let patient = inside.grants.patient(&headers).ok_or_else(unauthorized)?;
    let path = uri.path().strip_prefix("/fhir").unwrap_or_default();
    let query = uri.query().unwrap_or_default();
    let passage = compartment::of(&method, path, query, &body, &patient);
    let mut address = match &passage {
        Passage::Refused => return Err(forbidden()),
        Passage::Search(query) => format!("{path}?{query}"),
        Passage::Page(search) => {
            if locked(&inside.searches).get(search) != Some(&patient) {
                return Err(forbidden());
            }
            format!("?{query}")
        }
        Passage::Record | Passage::Own | Passage::Create => path.to_owned(),
    };
    if let Passage::Page(search) = &passage
        && inside.take(&[Mishap::SearchExpired]).is_some()
    {
        // The server is asked for a search that it does not have, so that what it says is its own.
        address = address.replace(search, "00000000-0000-4000-8000-000000000000");
    }
    let mishap = match passage {
        Passage::Create => inside.take(&[
            Mishap::AnswerLost,
            Mishap::GatewayTimeout,
            Mishap::RequestLost,
        ]),
        _ => None,
    };
    if mishap == Some(Mishap::RequestLost) {
        return Err(StatusCode::BAD_GATEWAY.into_response());
    }
    let answer = inside.forward(&method, &address, &headers, body).await?;
    match mishap {
        // Ends the connection, as nothing else here does; without a word on the terminal.
        Some(Mishap::AnswerLost) => resume_unwind(Box::new("the answer is lost")),
        Some(Mishap::GatewayTimeout) => return Err(StatusCode::GATEWAY_TIMEOUT.into_response()),
        _ => {}
    }
    if passage == Passage::Record
        && answer.status.is_success()
        && !compartment::contains(&answer.body, &patient)
    {
        return Err(forbidden());
    }
    if matches!(passage, Passage::Search(_) | Passage::Page(_)) {
        for search in compartment::searches(&answer.body) {
            locked(&inside.searches).insert(search, patient.clone());
        }
        let hold = locked(&inside.hold).take();
        if let Some(hold) = hold {
            hold.reached.notify_one();
            hold.release.notified().await;
        }
    }
    Ok(inside.back(answer))
}

fn unauthorized() -> Response {
    let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
    (StatusCode::UNAUTHORIZED, challenge).into_response()
}

fn forbidden() -> Response {
    let outcome = json!({
        "resourceType": "OperationOutcome",
        "issue": [{ "severity": "error", "code": "forbidden" }],
    });
    let kind = [(header::CONTENT_TYPE, "application/fhir+json")];
    (StatusCode::FORBIDDEN, kind, outcome.to_string()).into_response()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
