//! The control interface over plain HTTP on loopback: many portals in one process.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post};
use serde::Serialize;
use serde_json::{Value, json};

use crate::config::ConfigFile;
use crate::reply;
use crate::server::{self, Listening};
use crate::{Command, PersonInfo, Portal, PortalError, Spec};

/// Bytes of a command: a record with a hundred thousand of anything has some megabytes.
const MOST: usize = 64 * 1024 * 1024;

/// What `POST /portals` answers.
#[derive(Debug, Serialize)]
pub struct Started {
    /// To name it by in later requests.
    pub id: String,
    /// FHIR base.
    pub base: String,
    /// OAuth issuer.
    pub issuer: String,
    /// Certificate authority in PEM.
    pub ca_pem: String,
    /// What its clock says.
    pub now: jiff::Timestamp,
    /// What a client's `--config` reads.
    pub config: ConfigFile,
    /// Who can sign in.
    pub people: BTreeMap<String, PersonInfo>,
}

/// The control listener; it and all its portals stop when dropped.
pub struct ControlServer {
    address: SocketAddr,
    _listening: Listening,
}

#[derive(Default)]
struct Running {
    last: u64,
    portals: BTreeMap<String, Arc<Portal>>,
}

struct Shared {
    verbose: bool,
    running: Mutex<Running>,
}

impl Shared {
    fn running(&self) -> std::sync::MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ControlServer {
    /// Listens on loopback; port 0 takes a free one.
    pub async fn start(port: u16, verbose: bool) -> io::Result<Self> {
        let (listener, address) = server::bind(port).await?;
        let shared = Arc::new(Shared {
            verbose,
            running: Mutex::default(),
        });
        let router = Router::new()
            .route("/portals", post(start))
            .route("/portals/{id}", delete(stop))
            .route("/portals/{id}/control", post(control))
            .layer(DefaultBodyLimit::max(MOST))
            .with_state(shared);
        Ok(Self {
            address,
            _listening: server::serve(listener, None, router),
        })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn refused(code: u16, text: &str) -> Response {
    reply::private_json(code, &json!({ "error": text })).into_response()
}

async fn start(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let spec: Spec = match serde_json::from_slice(&body) {
        Ok(spec) => spec,
        Err(error) => return refused(400, &error.to_string()),
    };
    let portal = match Portal::start_on(0, spec, shared.verbose).await {
        Ok(portal) => portal,
        Err(error @ (PortalError::Spec(_) | PortalError::Command(_))) => {
            return refused(400, &error.to_string());
        }
        Err(error) => return refused(500, &error.to_string()),
    };
    let mut running = shared.running();
    running.last += 1;
    let id = running.last.to_string();
    let started = Started {
        id: id.clone(),
        base: portal.base(),
        issuer: portal.issuer(),
        ca_pem: portal.ca_pem(),
        now: portal.now(),
        config: portal.config(),
        people: portal.people(),
    };
    running.portals.insert(id, Arc::new(portal));
    let body = serde_json::to_value(started).unwrap_or(Value::Null);
    reply::private_json(201, &body).into_response()
}

async fn stop(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    match shared.running().portals.remove(&id) {
        Some(_) => reply::empty(204).into_response(),
        None => refused(404, "no such portal"),
    }
}

async fn control(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let Some(portal) = shared.running().portals.get(&id).cloned() else {
        return refused(404, "no such portal");
    };
    let answer = serde_json::from_slice::<Command>(&body)
        .map_err(|error| PortalError::Command(error.to_string()))
        .and_then(|command| portal.control(command));
    match answer {
        Ok(answer) => reply::private_json(200, &answer.to_json()).into_response(),
        Err(error) => refused(400, &error.to_string()),
    }
}
