//! Keycloak in development mode: a realm made through its admin API, its event log, its sessions.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Kind, Note};
use crate::http::Http;
use crate::people::{CLIENT, CLINIC, Person, REDIRECT};
use crate::process::Process;
use crate::trouble::{Result, Trouble, text};

/// The first start of a fresh copy also puts its libraries together.
const PATIENCE: Duration = Duration::from_secs(300);
const ADMIN: &str = "admin";
const REALM: &str = include_str!("../../keycloak/realm.json");

/// A running Keycloak with the realm `pericard`.
pub(crate) struct Keycloak {
    _process: Process,
    http: Http,
    origin: String,
    issuer: String,
    /// How many notes were read.
    read: Mutex<usize>,
}

impl Keycloak {
    /// Starts the copy in `home` and makes the realm. `base` is the clinic's FHIR base.
    pub(crate) async fn start(
        home: &Path,
        base: &str,
        people: &[Person],
        logs: &Path,
    ) -> Result<Self> {
        let mut command = Command::new("bash");
        command
            .arg(home.join("bin/kc.sh"))
            .args([
                "start-dev",
                "--http-host=127.0.0.1",
                "--http-port=0",
                "--db=dev-mem",
            ])
            .env("JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx384m")
            .env("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN)
            .env("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN);
        let mut process = Process::start("keycloak", &command, logs)?;
        let origin = process
            .wait_for(PATIENCE, |line| {
                let (_, origin) = line.split_once("Listening on: ")?;
                Some(origin.trim().to_owned())
            })
            .await?;
        let this = Self {
            _process: process,
            http: Http::new()?,
            issuer: format!("{origin}/realms/pericard"),
            origin,
            read: Mutex::default(),
        };
        this.make_realm(base, people).await?;
        Ok(this)
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    async fn make_realm(&self, base: &str, people: &[Person]) -> Result {
        let plan: Value = serde_json::from_str(REALM)?;
        let mut realm = plan["realm"].clone();
        realm["users"] = people
            .iter()
            .map(|person| person.for_keycloak(base))
            .collect();
        let token = self.token().await?;
        let realms = format!("{}/admin/realms", self.origin);
        self.http
            .json(Method::POST, &realms, Some(&token), &realm)
            .await?;
        // Scopes come after the realm: a realm that brings its own gets none of Keycloak's.
        for scope in plan["clientScopes"].as_array().into_iter().flatten() {
            self.admin(Method::POST, "client-scopes", scope).await?;
        }
        let mut client = plan["client"].clone();
        client["clientId"] = CLIENT.into();
        client["redirectUris"] = json!([REDIRECT]);
        self.admin(Method::POST, "clients", &client).await?;
        let clinic = json!({
            "clientId": CLINIC.0,
            "secret": CLINIC.1,
            "publicClient": false,
            "protocol": "openid-connect",
            "standardFlowEnabled": false,
            "directAccessGrantsEnabled": false,
        });
        self.admin(Method::POST, "clients", &clinic).await?;
        Ok(())
    }

    /// A token for the admin API, which lives a minute.
    async fn token(&self) -> Result<String> {
        let url = format!(
            "{}/realms/master/protocol/openid-connect/token",
            self.origin
        );
        let form = [
            ("grant_type", "password"),
            ("client_id", "admin-cli"),
            ("username", ADMIN),
            ("password", ADMIN),
        ];
        text(
            &self.http.form(&url, &form, None).await?.json()?,
            "access_token",
        )
    }

    async fn admin(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let url = format!("{}/admin/realms/pericard/{path}", self.origin);
        let url = url.trim_end_matches('/');
        self.http
            .json(method, url, Some(&self.token().await?), body)
            .await
    }

    async fn ask(&self, path: &str) -> Result<Value> {
        self.admin(Method::GET, path, &Value::Null).await
    }

    pub(crate) async fn notes(&self) -> Result<Vec<Note>> {
        let events = self
            .ask(&format!("events?client={CLIENT}&max=1000"))
            .await?;
        let events = events
            .as_array()
            .ok_or(Trouble::new("events are no list"))?;
        // Newest first.
        let mut read = self.read.lock().map_err(|_| Trouble::new("lock"))?;
        let fresh = events.len().saturating_sub(*read);
        *read = events.len();
        Ok(events[..fresh].iter().rev().filter_map(note).collect())
    }

    pub(crate) async fn access_token_life(&self, seconds: u32) -> Result {
        let change = json!({ "accessTokenLifespan": seconds });
        self.admin(Method::PUT, "", &change).await.map(drop)
    }

    /// By RFC 7009, as anybody may who holds the token.
    pub(crate) async fn end_access_token(&self, token: &str) -> Result {
        let url = format!("{}/protocol/openid-connect/revoke", self.issuer);
        let form = [
            ("token", token),
            ("token_type_hint", "access_token"),
            ("client_id", CLIENT),
        ];
        self.http.form(&url, &form, None).await?.json().map(drop)
    }

    async fn id_of(&self, what: &str, query: &str) -> Result<String> {
        let found = self.ask(&format!("{what}?{query}")).await?;
        text(&found[0], "id")
    }

    /// Sessions of the app that outlive the browser: what `offline_access` gives.
    pub(crate) async fn grants(&self, person: &Person) -> Result<u64> {
        let user = self
            .id_of("users", &format!("exact=true&username={}", person.user))
            .await?;
        let client = self.id_of("clients", &format!("clientId={CLIENT}")).await?;
        let sessions = self
            .ask(&format!("users/{user}/offline-sessions/{client}"))
            .await?;
        Ok(sessions.as_array().map_or(0, Vec::len) as u64)
    }

    pub(crate) async fn end_grants(&self, person: &Person) -> Result {
        let user = self
            .id_of("users", &format!("exact=true&username={}", person.user))
            .await?;
        let consent = format!("users/{user}/consents/{CLIENT}");
        self.admin(Method::DELETE, &consent, &Value::Null).await?;
        self.admin(Method::POST, &format!("users/{user}/logout"), &Value::Null)
            .await
            .map(drop)
    }

    /// Signs with a new key from now on; the old one stays in the JWKS.
    pub(crate) async fn rotate_keys(&self) -> Result {
        let realm = text(&self.ask("").await?, "id")?;
        let key = json!({
            "name": "the next key",
            "providerId": "rsa-generated",
            "providerType": "org.keycloak.keys.KeyProvider",
            "parentId": realm,
            "config": { "priority": ["200"], "enabled": ["true"], "active": ["true"], "algorithm": ["RS256"] },
        });
        self.admin(Method::POST, "components", &key).await.map(drop)
    }
}

fn note(event: &Value) -> Option<Note> {
    let name = event["type"].as_str()?;
    let kind = match name.trim_end_matches("_ERROR") {
        "PUSHED_AUTHORIZATION_REQUEST" => Kind::Pushed,
        "CODE_TO_TOKEN" => Kind::Redeemed,
        "REFRESH_TOKEN" => Kind::Refreshed,
        "REVOKE_GRANT" => Kind::Revoked,
        _ => return None,
    };
    let details = &event["details"];
    let (old, new) = (
        &details["refresh_token_id"],
        &details["updated_refresh_token_id"],
    );
    Some(Note {
        kind,
        error: event["error"].as_str().map(str::to_owned),
        rotated: new.is_string() && old != new,
        whole: event.clone(),
    })
}
