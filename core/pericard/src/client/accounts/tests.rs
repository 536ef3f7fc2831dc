//! A second feature, which exists in this test alone, syncs and is admitted like the first: a folder and a line are
//! enough.

#![allow(clippy::disallowed_methods)] // a test has a clock

mod keys;
mod probe;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use pericard_protocol::secret::Secret;

use super::*;
use crate::client::config::{ClientId, Config, PortalConfig};
use crate::features::{FEATURES, FeatureCapability, Features};
use crate::keys::Keystore;
use crate::platform::error::KeystoreError;
use crate::platform::{Body, Exchange, Platform, Transport, TransportRequest, TransportResponse};
use crate::storage::{Feature, GrantRow, PersonRow, Track, mirrored, random_id};
use crate::sync::{IncompleteReason, SyncOutcome, SyncRun, Task};

use probe::Probe;

/// Answers by path.
struct Canned(Mutex<BTreeMap<&'static str, String>>);

struct Whole(Option<Bytes>);

impl Body for Whole {
    fn chunk(&mut self) -> Exchange<'_, Option<Bytes>> {
        let piece = self.0.take();
        Box::pin(async move { Ok(piece) })
    }
}

impl Transport for Canned {
    fn exchange(&self, request: TransportRequest) -> Exchange<'static, TransportResponse> {
        let kind = request.url.path().rsplit('/').next().unwrap_or_default();
        let answers = self.0.lock().unwrap();
        let body = answers.get(kind).cloned();
        let status = if body.is_some() { 200 } else { 404 };
        Box::pin(async move {
            Ok(TransportResponse {
                status,
                headers: vec![("content-type".into(), "application/fhir+json".into())],
                body: Box::new(Whole(body.map(Bytes::from))),
            })
        })
    }

    fn close_idle(&self) {}
}

#[derive(Default)]
struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Keystore for Memory {
    fn load(&self, name: String) -> std::result::Result<Option<Vec<u8>>, KeystoreError> {
        Ok(self.0.lock().unwrap().get(&name).cloned())
    }

    fn store(&self, name: String, value: Vec<u8>) -> std::result::Result<(), KeystoreError> {
        self.0.lock().unwrap().insert(name, value);
        Ok(())
    }

    fn delete(&self, name: String) -> std::result::Result<(), KeystoreError> {
        self.0.lock().unwrap().remove(&name);
        Ok(())
    }
}

const BASE: &str = "https://portal.example/fhir";
const SMART: &str = r#"{"issuer":"https://portal.example","authorization_endpoint":"https://portal.example/auth",
    "token_endpoint":"https://portal.example/token","code_challenge_methods_supported":["S256"]}"#;

const CAPABILITY: &str = r#"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"mode":"server",
    "resource":[{"type":"Communication","interaction":[{"code":"search-type"},{"code":"create"}]},
    {"type":"Flag","interaction":[{"code":"search-type"}]}]}]}"#;

fn page(kind: &str, records: &[(&str, &str)]) -> String {
    let entries: Vec<String> = records
        .iter()
        .map(|(id, patient)| {
            format!(
                r#"{{"resource":{{"resourceType":"{kind}","id":"{id}","status":"completed",
                "meta":{{"versionId":"1","lastUpdated":"2026-03-05T10:20:30Z"}},
                "subject":{{"reference":"Patient/{patient}"}},"payload":[{{"contentString":"x"}}]}}}}"#
            )
        })
        .collect();
    let entries = entries.join(",");
    format!(r#"{{"resourceType":"Bundle","type":"searchset","entry":[{entries}]}}"#)
}

/// A host with both features.
fn host(folder: &std::path::Path, transport: Arc<Canned>, keystore: Arc<Memory>) -> Arc<Host> {
    static BOTH: Features = &[FEATURES[0], &Probe];
    let config = Config {
        directory: folder.to_string_lossy().into_owned(),
        portals: vec![PortalConfig {
            base: BASE.into(),
            client: ClientId::Registered {
                client_id: "app".into(),
            },
            redirect: "com.example.app:/back".into(),
            native_sign_in: false,
            lease: None,
            policy_keys: None,
            extra_roots: Vec::new(),
        }],
        allow_loopback_http: false,
        app: "Test/1".into(),
    };
    let platform = Platform {
        transport,
        ..Platform::real("test")
    };
    Host::open(config, keystore, platform, BOTH).unwrap()
}

/// An account of Ana's with both features.
fn account(folder: &std::path::Path, transport: Arc<Canned>) -> (Arc<Accounts>, Arc<AccountCore>) {
    let host = host(folder, transport, Arc::default());
    let account = random_id(&host.platform);
    let person = random_id(&host.platform);
    let root = host.vault.new_content_root(&account).unwrap();
    let wrapped = root.new_person(&host.platform, &person).unwrap().0;
    signed_in(host, account, person, wrapped)
}

/// Ana's account with these ids.
fn signed_in(
    host: Arc<Host>,
    account: String,
    person: String,
    wrapped: Vec<u8>,
) -> (Arc<Accounts>, Arc<AccountCore>) {
    let document = serde_json::json!({
        "asked": SystemTime::now() + Duration::from_secs(60), "smart": { "text": SMART },
        "server": null, "keys": null, "capability": { "text": CAPABILITY } });
    host.device
        .save_portal(BASE, &document.to_string())
        .unwrap();
    let row = AccountRow {
        id: account,
        base: BASE.into(),
        issuer: "https://portal.example".into(),
        subject: "ana".into(),
        config: "{}".into(),
        auto_lock: std::time::Duration::ZERO,
    };
    let person = PersonRow {
        id: person,
        patient: "ana".into(),
        name: "Ana".into(),
        is_self: true,
        user: None,
        wrapped,
        sealed: None,
        last_contact: None,
        step_up: None,
    };
    let grant = GrantRow {
        access_token: Secret::new("token".into()),
        expires: SystemTime::now() + Duration::from_secs(3600),
        refresh_token: None,
        scope: "patient/*.rs".into(),
        intent: false,
        client_id: "app".into(),
        key: None,
        bound: false,
        patient_is_user: false,
        proof: Default::default(),
    };
    host.device
        .signed_in(&row, &grant, &person, &[], "")
        .unwrap();
    let accounts = Accounts::new(host).unwrap();
    let account = accounts.find(&row.id).unwrap().core().unwrap();
    (accounts, account)
}

async fn sync(account: &Arc<AccountCore>) -> Result<Option<SyncOutcome>> {
    let run: Arc<SyncRun> = account.start_sync(Task::default())?;
    while run.next().await?.is_some() {}
    Ok(run.outcome())
}

fn flags(account: &AccountCore) -> Vec<String> {
    let partition = account.partitions().unwrap().remove(0);
    partition
        .read(|c| {
            let mut statement = c.prepare("SELECT id FROM flag ORDER BY id")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .unwrap()
}

#[tokio::test]
async fn a_second_feature_syncs_and_is_admitted_like_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let portal = Arc::new(Canned(Mutex::new(BTreeMap::from([
        ("Communication", page("Communication", &[("m", "ana")])),
        ("Flag", page("Flag", &[("a", "ana"), ("b", "ana")])),
    ]))));
    let (_accounts, account) = account(folder.path(), portal.clone());
    sync(&account).await.unwrap();
    assert_eq!(flags(&account), ["a", "b"]);

    // Somebody else's flag stops this feature and no other.
    let answers = [
        (
            "Communication",
            page("Communication", &[("m", "ana"), ("n", "ana")]),
        ),
        ("Flag", page("Flag", &[("c", "ben")])),
    ];
    portal.0.lock().unwrap().extend(answers);
    let ended = sync(&account).await;
    assert!(
        matches!(ended, Err(PericardError::Integrity { .. })),
        "{ended:?}"
    );
    let partition = account.partitions().unwrap().remove(0);
    assert!(partition.stopped(Feature::Probe).unwrap().is_some());
    assert_eq!(partition.stopped(Feature::Messages).unwrap(), None);
    let incident = partition.incidents().unwrap().remove(0);
    assert_eq!(
        (incident.feature.as_str(), incident.resource_type.as_str()),
        ("probe", "Flag")
    );
    let cursor = |feature, resource_type| {
        let track = Track {
            feature,
            resource_type,
        };
        let search = match feature {
            Feature::Messages => "subject",
            Feature::Documents | Feature::Labs | Feature::Probe => "patient",
        };
        let cursor = partition.note(|c| mirrored::cursor(c, track, search));
        cursor.unwrap()
    };
    assert!(
        cursor(Feature::Messages, "Communication")
            .watermark
            .is_some()
    );
    assert!(cursor(Feature::Probe, "Flag").loaded);
    assert_eq!(flags(&account), ["a", "b"]);
}

#[tokio::test]
async fn a_second_feature_appears_in_capabilities_and_findings() {
    let folder = tempfile::tempdir().unwrap();
    let portal = Arc::new(Canned(Mutex::default()));
    let (accounts, account) = account(folder.path(), portal);
    let can = account.site().capabilities(accounts.host()).features;
    let ability = |can: &FeatureCapability| {
        let FeatureCapability {
            feature,
            readable,
            sendable,
            sends_exactly_once,
        } = *can;
        (feature, [readable, sendable, sends_exactly_once])
    };
    assert_eq!(
        can.iter().map(ability).collect::<Vec<_>>(),
        [
            (Feature::Messages, [true, true, false]),
            (Feature::Probe, [true, false, false]),
        ]
    );
    let findings = account.site().findings(accounts.host());
    let subjects: Vec<_> = findings.iter().map(|row| row.subject.as_str()).collect();
    assert!(subjects.ends_with(&[
        "FHIR R4",
        "Switching off (policy)",
        "Messages",
        "Sending messages",
        "Messages sent exactly once",
        "Flags"
    ]));
}

/// A portal whose `next` leads round in a circle is noticed, and what had come is kept.
#[tokio::test]
async fn a_next_that_was_followed_before_ends_the_search() {
    let folder = tempfile::tempdir().unwrap();
    let circle = page("Flag", &[("a", "ana")]).replace(
        r#""type":"searchset","#,
        r#""type":"searchset","link":[{"relation":"next","url":"https://portal.example/fhir/Flag?page=2"}],"#,
    );
    let portal = Arc::new(Canned(Mutex::new(BTreeMap::from([
        ("Communication", page("Communication", &[])),
        ("Flag", circle),
    ]))));
    let (_accounts, account) = account(folder.path(), portal);
    let ended = sync(&account).await;
    let incomplete = SyncOutcome::Incomplete {
        reason: IncompleteReason::PagesMissing,
    };
    assert_eq!(ended, Ok(Some(incomplete)));
    assert_eq!(flags(&account), ["a"]);
}
