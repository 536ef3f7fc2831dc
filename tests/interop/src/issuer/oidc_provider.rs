//! oidc-provider in Node, with the few lines of `oidc-provider/server.mjs` around it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Kind, Note};
use crate::http::Http;
use crate::people::{CLIENT, CLINIC, Person, REDIRECT};
use crate::process::Process;
use crate::trouble::{Result, text};

/// A running oidc-provider.
pub(crate) struct OidcProvider {
    _process: Process,
    http: Http,
    issuer: String,
    control: String,
}

impl OidcProvider {
    /// Starts the copy in `home`. `base` is the clinic's FHIR base.
    pub(crate) async fn start(
        home: &Path,
        base: &str,
        people: &[Person],
        logs: &Path,
    ) -> Result<Self> {
        let people: Value = people
            .iter()
            .map(|person| person.for_oidc_provider(base))
            .collect();
        let settings = json!({
            "client": CLIENT,
            "redirect": REDIRECT,
            "resource": { "id": CLINIC.0, "secret": CLINIC.1 },
            "people": people,
        });
        let mut command = Command::new("node");
        command
            .arg("server.mjs")
            .arg(settings.to_string())
            .current_dir(home);
        let mut process = Process::start("oidc-provider", &command, logs)?;
        let told: Value = process
            .wait_for(Duration::from_secs(60), |line| {
                serde_json::from_str(line).ok()
            })
            .await?;
        Ok(Self {
            _process: process,
            http: Http::new()?,
            issuer: text(&told, "issuer")?,
            control: text(&told, "control")?,
        })
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    async fn control(&self, action: &str, body: &Value) -> Result<Value> {
        let url = format!("{}/{action}", self.control);
        self.http.json(Method::POST, &url, None, body).await
    }

    pub(crate) async fn notes(&self) -> Result<Vec<Note>> {
        let seen = self.control("seen", &json!({})).await?;
        Ok(seen
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(note)
            .collect())
    }

    pub(crate) async fn access_token_life(&self, seconds: u32) -> Result {
        self.control("access-token-life", &json!({ "seconds": seconds }))
            .await
            .map(drop)
    }

    pub(crate) async fn end_access_token(&self, token: &str) -> Result {
        self.control("end-access-token", &json!({ "token": token }))
            .await
            .map(drop)
    }

    pub(crate) async fn grants(&self, person: &Person) -> Result<u64> {
        let alive = self
            .control("grants", &json!({ "user": person.user }))
            .await?;
        Ok(alive["alive"].as_u64().unwrap_or_default())
    }

    pub(crate) async fn end_grants(&self, person: &Person) -> Result {
        self.control("end-grants", &json!({ "user": person.user }))
            .await
            .map(drop)
    }
}

fn note(seen: &Value) -> Option<Note> {
    let kind = match (seen["route"].as_str()?, seen["grant_type"].as_str()) {
        ("pushed_authorization_request", _) => Kind::Pushed,
        ("token", Some("authorization_code")) => Kind::Redeemed,
        ("token", Some("refresh_token")) => Kind::Refreshed,
        ("revocation", _) => Kind::Revoked,
        _ => return None,
    };
    Some(Note {
        kind,
        error: seen["error"].as_str().map(str::to_owned),
        rotated: seen["rotated"] == true,
        whole: seen.clone(),
    })
}
