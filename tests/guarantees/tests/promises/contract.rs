//! Every exported method in every state of its client: the right error in time, never a panic, never a hang.
//!
//! One line per method; a method that is exported and has no line fails `every_exported_method_has_a_line`.

mod lines;

use std::collections::BTreeSet;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use pericard::{
    Account, Changes, Client, Documents, Export, ExportFormat, FileContent, FileReader, Keystore,
    KeystoreError, Labs, Message, Messages, NewFile, NewMessage, PericardError, Portal, PortalPage,
    QrCode, SignIn, SignInMethod, SignInReason, SyncRun, TwoFactor,
};
use pericard_guarantees::{Harness, documents, inbox, labs, run, sync};
use pericard_world::NetworkState;
use serde_json::json;

use Needs::{Disk, Ends, Lifecycle, Memory};
use lines::{LINES, Line, NATIVE, Needs, Stage, letter};

const HANG: Duration = Duration::from_secs(20);

/// Opening and erasing have no client whose state they could be in; `lifetimes` and `erasing` try them.
const WITHOUT_A_CLIENT: [&str; 1] = ["Client.open"];

/// The methods that the sources export, as `Type.method`.
fn exported(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            exported(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for block in text.split("#[uniffi::export]\nimpl ").skip(1) {
            let (name, body) = block.split_once(" {").unwrap();
            let body = body.split("\n}\n").next().unwrap();
            let methods = body.lines().filter_map(|line| {
                let line = line.strip_prefix("    pub ")?;
                let line = line.strip_prefix("async ").unwrap_or(line);
                line.strip_prefix("fn ")?.split('(').next()
            });
            for method in methods {
                let method = method.strip_prefix("exported_").unwrap_or(method);
                found.insert(format!("{name}.{method}"));
            }
        }
    }
}

#[test]
fn every_exported_method_has_a_line() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/pericard/src");
    let mut found = BTreeSet::new();
    exported(&sources, &mut found);
    let lines = LINES.iter().map(|(name, ..)| *name).chain(WITHOUT_A_CLIENT);
    let lines: BTreeSet<String> = lines.map(str::to_owned).collect();
    assert_eq!(found, lines);
}

/// A keystore that fails when it is told to.
pub(crate) struct Failing(Arc<dyn Keystore>, AtomicBool);

impl Failing {
    pub(crate) fn new(inner: Arc<dyn Keystore>) -> Self {
        Self(inner, AtomicBool::new(false))
    }

    pub(crate) fn fails(&self, fails: bool) {
        self.1.store(fails, SeqCst);
    }

    fn inner(&self) -> Result<&dyn Keystore, KeystoreError> {
        match self.1.load(SeqCst) {
            true => Err(KeystoreError::unexpected("the dialog was closed")),
            false => Ok(&*self.0),
        }
    }
}

impl Keystore for Failing {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        self.inner()?.load(name)
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.inner()?.store(name, value)
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.inner()?.delete(name)
    }
}

async fn stage(harness: &Harness, account: Arc<Account>) -> Stage {
    let config = harness.client.portals().remove(0);
    let portal = harness.client.portal(config).await.unwrap();
    let messages = inbox(&account);
    let file = NewFile {
        name: "knee.jpg".into(),
        content_type: "image/jpeg".into(),
        content: FileContent::Bytes { bytes: vec![7; 9] },
    };
    let message = NewMessage {
        files: vec![file],
        ..letter()
    };
    let queued = messages.send(message).await.unwrap();
    Stage {
        client: harness.client.clone(),
        sign_in: portal.sign_in(NATIVE).await.unwrap(),
        portal,
        two_factor: account.two_factor(),
        run: account.start_sync(Some(Duration::ZERO), false).unwrap(),
        changes: account.changes().unwrap(),
        reader: messages
            .open_file(queued.files[0].id.clone())
            .await
            .unwrap(),
        export: {
            let me = account.people().remove(0).id;
            account.export(me, ExportFormat::Html, None).await.unwrap()
        },
        queued,
        messages,
        documents: documents(&account),
        labs: labs(&account),
        account,
    }
}

async fn set() -> (Harness, Stage) {
    let harness = Harness::ana_and_ben().await;
    let account = harness.sign_in("ana").await.unwrap();
    sync(&account).await.unwrap();
    let stage = stage(&harness, account).await;
    (harness, stage)
}

/// Calls a method; it neither hangs nor fails as a defect.
async fn call(line: &Line, stage: &Stage) -> Result<(), PericardError> {
    let (name, _, method) = line;
    let ended = tokio::time::timeout(HANG, method(stage.clone())).await;
    let ended = ended.unwrap_or_else(|_| panic!("{name} hangs"));
    let defect = matches!(ended, Err(PericardError::Internal { .. }));
    assert!(!defect, "{name}: {ended:?}");
    ended
}

/// Whether a method is about somebody's records.
fn is_of_a_record(name: &str) -> bool {
    let features = ["Messages.", "Documents.", "Labs."];
    features.iter().any(|it| name.starts_with(it)) || name == "FileReader.read"
}

#[test]
fn a_closed_client_answers_closed() {
    for for_good in [false, true] {
        run(async move {
            let (_harness, stage) = set().await;
            match for_good {
                true => stage.client.shut_down().await.unwrap(),
                false => stage.client.pause().await.unwrap(),
            }
            // A paused client tells its streams nothing, and may be resumed.
            stage.changes.stop();
            for line in LINES {
                let ended = match line.1 {
                    Lifecycle => continue,
                    _ => call(line, &stage).await,
                };
                let closed = ended == Err(PericardError::Closed);
                let must = matches!(line.1, Disk | Needs::Portal | Ends);
                assert!(closed || !must, "{}: {ended:?}", line.0);
                assert!(!closed || line.1 != Memory, "{} is memory only", line.0);
            }
        });
    }
}

#[test]
fn a_sealed_or_left_account_says_so_and_nothing_else() {
    for left in [false, true] {
        run(async move {
            let (harness, stage) = set().await;
            if left {
                stage.account.forget().await.unwrap();
            } else {
                harness.portal(json!({ "revoke": "ana" })).await;
                harness.world.advance(3600).await.unwrap();
                assert!(sync(&stage.account).await.is_err());
            }
            stage.changes.stop();
            for line in LINES
                .iter()
                .filter(|line| !matches!(line.1, Lifecycle | Ends))
            {
                let ended = call(line, &stage).await;
                let refused = matches!(
                    ended,
                    Err(PericardError::SignInRequired {
                        reason: SignInReason::Revoked | SignInReason::SignedOut
                    })
                );
                assert!(refused || !is_of_a_record(line.0), "{}: {ended:?}", line.0);
            }
        });
    }
}

#[test]
fn a_keystore_that_fails_is_told_by_what_needs_it() {
    run(async {
        let (harness, before) = set().await;
        before.client.shut_down().await.unwrap();
        let failing = AtomicBool::new(false);
        let keystore = Arc::new(Failing(harness.world.keystore(), failing));
        let client = harness.world.open(keystore.clone()).await.unwrap();
        let harness = Harness { client, ..harness };
        let account = harness.client.account(before.account.id()).await.unwrap();
        let stage = stage(&harness, account).await;
        // What is open stays readable; what has to be opened needs its key.
        stage.client.pause().await.unwrap();
        stage.client.resume().await.unwrap();
        keystore.1.store(true, SeqCst);
        stage.changes.stop();
        for line in LINES
            .iter()
            .filter(|line| !matches!(line.1, Lifecycle | Ends))
        {
            let ended = call(line, &stage).await;
            let closed = matches!(ended, Err(PericardError::Closed));
            assert!(!closed, "{}: {ended:?}", line.0);
        }
    });
}

#[test]
fn a_stalled_portal_holds_up_nothing_on_the_disk_and_no_pause() {
    run(async {
        let (harness, stage) = set().await;
        harness.world.network(NetworkState::Stalled);
        stage.changes.stop();
        let portal: Vec<_> = LINES
            .iter()
            .filter(|line| line.1 == Needs::Portal)
            .map(|line| {
                let stage = stage.clone();
                tokio::spawn(async move { (line.0, call(line, &stage).await) })
            })
            .collect();
        for line in LINES
            .iter()
            .filter(|line| line.1 == Disk && line.0 != "SignIn.finish")
        {
            // A sign-in takes one answer at a time, and one is on its way.
            if !line.0.starts_with("SignIn.") {
                drop(call(line, &stage).await);
            }
        }
        let paused = tokio::time::timeout(HANG, stage.client.pause()).await;
        assert_eq!(paused.expect("a pause hangs"), Ok(()));
        for asked in portal {
            let (name, ended) = asked.await.unwrap();
            assert!(ended.is_err(), "{name}: {ended:?}");
        }
    });
}

/// A caller that goes away in the middle of a call leaves everything as usable as before.
#[test]
fn a_caller_that_goes_away_breaks_nothing() {
    run(async {
        let (_harness, stage) = set().await;
        stage.changes.stop();
        for line in LINES
            .iter()
            .filter(|line| !matches!(line.1, Lifecycle | Ends))
        {
            let mut going = (line.2)(stage.clone());
            let waker = std::task::Waker::noop();
            let _ = going
                .as_mut()
                .poll(&mut std::task::Context::from_waker(waker));
            drop(going);
        }
        for line in LINES.iter().filter(|line| line.1 == Disk) {
            drop(call(line, &stage).await);
        }
        assert!(stage.messages.threads(None, 50).await.is_ok());
    });
}
