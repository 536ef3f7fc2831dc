//! The control interface of the portals: of the process that the test command started
//! (`PERICARD_PORTAL_CONTROL`), else of those that the test itself started ([`use_portals`]).

use std::sync::OnceLock;

use serde_json::Value;

use crate::WorldError;

static PORTALS: OnceLock<String> = OnceLock::new();

/// Lets worlds start their portals at the control interface `url`, where the environment names none.
pub fn use_portals(url: String) {
    let _ = PORTALS.set(url);
}

fn host() -> Result<String, WorldError> {
    let named = std::env::var("PERICARD_PORTAL_CONTROL").ok();
    named.or_else(|| PORTALS.get().cloned()).ok_or_else(|| {
        WorldError::new("PERICARD_PORTAL_CONTROL is not set: start `pericard-portal --control`")
    })
}

/// One portal of that process. Dropped, it is gone.
pub(crate) struct Control {
    http: reqwest::Client,
    url: String,
}

impl Control {
    /// Starts a portal as the story describes it, and says what it answered.
    pub(crate) async fn start(spec: &str) -> Result<(Self, Value), WorldError> {
        let host = host()?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let portal = post(&http, &format!("{host}/portals"), spec).await?;
        let id = portal["id"]
            .as_str()
            .ok_or_else(|| WorldError::new("the portal has no id"))?;
        Ok((
            Self {
                http,
                url: format!("{host}/portals/{id}"),
            },
            portal,
        ))
    }

    /// Sends one command and says what it answered.
    pub(crate) async fn send(&self, command: &str) -> Result<Value, WorldError> {
        post(&self.http, &format!("{}/control", self.url), command).await
    }

    /// Sends one command and takes its `count`.
    pub(crate) async fn count(&self, command: Value) -> Result<u64, WorldError> {
        let answer = self.send(&command.to_string()).await?;
        answer["count"]
            .as_u64()
            .ok_or_else(|| WorldError::new("the portal did not count"))
    }
}

async fn post(http: &reqwest::Client, url: &str, body: &str) -> Result<Value, WorldError> {
    let request = http
        .post(url)
        .header("content-type", "application/json")
        .body(body.to_owned());
    let answer = request.send().await?;
    let (status, text) = (answer.status(), answer.text().await?);
    if !status.is_success() {
        return Err(WorldError::new(format!(
            "the portal's control answered {status}: {text}"
        )));
    }
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).map_err(|error| WorldError::new(error.to_string()))
}

impl Drop for Control {
    fn drop(&mut self) {
        let (http, url) = (self.http.clone(), self.url.clone());
        crate::runtime().spawn(async move { http.delete(url).send().await });
    }
}
