//! The HAPI FHIR JPA server: how it is started, how the clinic's staff reaches it, and what it is filled with.

mod letters;
mod truth;

pub(crate) use letters::{FIRST_LOAD, Letter, fill};
pub(crate) use truth::compare;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::http::Http;
use crate::process::Process;
use crate::trouble::{Result, text};

/// It reads the definitions of all resource types before it listens.
const PATIENCE: Duration = Duration::from_secs(900);

/// A running server, empty at first.
pub(crate) struct Hapi {
    _process: Process,
    http: Http,
    base: String,
}

impl Hapi {
    /// Starts the copy in `home`. It takes references that begin with `gateway` for its own.
    pub(crate) async fn start(home: &Path, gateway: &str, logs: &Path) -> Result<Self> {
        let mut command = Command::new("java");
        command
            // Most of a short life is start-up: no time for the optimising compiler.
            .args(["-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"])
            .arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
            .arg("-cp")
            .arg(home.join("lib").join("*"))
            .arg(home.join("HapiServer.java"))
            .arg(gateway);
        let mut process = Process::start("hapi", &command, logs)?;
        let origin = process
            .wait_for(PATIENCE, |line| {
                let origin = line.strip_prefix("Listening on: ")?;
                Some(origin.trim().to_owned())
            })
            .await?;
        Ok(Self {
            _process: process,
            http: Http::new()?,
            base: format!("{origin}/fhir"),
        })
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// All entries of a transaction, written at one moment.
    pub(crate) async fn transaction(&self, entries: Vec<Value>) -> Result {
        let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries });
        self.http
            .json(Method::POST, &self.base, None, &bundle)
            .await
            .map(drop)
    }

    /// Creates a record under an id of the server's own; the id.
    pub(crate) async fn create(&self, record: &Value) -> Result<String> {
        let kind = text(record, "resourceType")?;
        let url = format!("{}/{kind}", self.base);
        text(
            &self.http.json(Method::POST, &url, None, record).await?,
            "id",
        )
    }

    /// Writes a record under its id.
    pub(crate) async fn put(&self, record: &Value) -> Result {
        let place = format!("{}/{}", text(record, "resourceType")?, text(record, "id")?);
        let url = format!("{}/{place}", self.base);
        self.http
            .json(Method::PUT, &url, None, record)
            .await
            .map(drop)
    }

    /// Changes one message.
    pub(crate) async fn change(&self, id: &str, change: impl FnOnce(&mut Value)) -> Result {
        let url = format!("{}/Communication/{id}", self.base);
        let mut record = self
            .http
            .json(Method::GET, &url, None, &Value::Null)
            .await?;
        change(&mut record);
        self.put(&record).await
    }

    pub(crate) async fn delete(&self, id: &str) -> Result {
        let url = format!("{}/Communication/{id}", self.base);
        self.http
            .json(Method::DELETE, &url, None, &Value::Null)
            .await
            .map(drop)
    }

    /// Every message that has `patient` as a subject, sender or recipient.
    pub(crate) async fn messages(&self, patient: &str) -> Result<Vec<Value>> {
        let mut found: Vec<Value> = Vec::new();
        for parameter in ["subject", "recipient", "sender"] {
            // Another order than the core's, so that the server does not answer with a search that it has stored.
            let query = format!("{parameter}=Patient/{patient}&_sort=_id&_count=50");
            let mut next = Some(format!("{}/Communication?{query}", self.base));
            while let Some(url) = next {
                let page = self.http.fresh(&url).await?;
                let entries = page["entry"].as_array();
                for entry in entries.into_iter().flatten() {
                    let record = &entry["resource"];
                    if !found.iter().any(|it| it["id"] == record["id"]) {
                        found.push(record.clone());
                    }
                }
                let links = page["link"].as_array();
                next = links
                    .into_iter()
                    .flatten()
                    .find(|link| link["relation"] == "next")
                    .map(|link| text(link, "url"))
                    .transpose()?;
            }
        }
        Ok(found)
    }

    /// How many messages have this text.
    pub(crate) async fn copies(&self, patient: &str, words: &str) -> Result<usize> {
        let all = self.messages(patient).await?;
        let same = |it: &&Value| it["payload"][0]["contentString"] == words;
        Ok(all.iter().filter(same).count())
    }
}
