//! Every exported method in every state of its client: the right error in time, never a panic, never a hang.
//!
//! One line per method; a method that is exported and has no line fails `every_exported_method_has_a_line`.

use std::collections::BTreeSet;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use pericard::{
    Account, Changes, Client, FileContent, FileReader, Keystore, KeystoreError, Message, Messages,
    NewFile, NewMessage, PericardError, Portal, PortalPage, QrCode, SignIn, SignInMethod,
    SignInReason, SyncRun, TwoFactor,
};
use pericard_guarantees::{Harness, inbox, run, sync};
use pericard_world::NetworkState;
use serde_json::json;

const HANG: Duration = Duration::from_secs(20);

/// What a method needs, which decides what it answers where that is not to be had.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Nothing: it answers in any state.
    Memory,
    /// The disk.
    Disk,
    /// The portal, and the disk.
    Portal,
    /// Something to happen.
    Event,
    /// It makes the client open or closed itself.
    Lifecycle,
    /// The same as `Disk`, and nothing is as before when it is done.
    Ends,
}

use Needs::{Disk, Ends, Event, Lifecycle, Memory};

/// One of everything.
#[derive(Clone)]
struct Stage {
    client: Arc<Client>,
    account: Arc<Account>,
    messages: Arc<Messages>,
    portal: Arc<Portal>,
    sign_in: Arc<SignIn>,
    two_factor: Arc<TwoFactor>,
    run: Arc<SyncRun>,
    changes: Arc<Changes>,
    /// A message that waits to be sent, with a file.
    queued: Message,
    reader: Arc<FileReader>,
}

type Call = Pin<Box<dyn Future<Output = Result<(), PericardError>> + Send>>;
type Line = (&'static str, Needs, fn(Stage) -> Call);

macro_rules! line {
    ($name:literal, $needs:expr, |$stage:ident| $call:expr) => {
        ($name, $needs, |$stage: Stage| {
            Box::pin(async move { $call.map(drop) })
        })
    };
}

/// For what cannot fail.
fn fine<T>(_: T) -> Result<(), PericardError> {
    Ok(())
}

fn letter() -> NewMessage {
    NewMessage {
        text: "Hello".into(),
        subject: Some("A question".into()),
        ..NewMessage::default()
    }
}

const NATIVE: SignInMethod = SignInMethod::Native;

const LINES: &[Line] = &[
    line!("Client.portals", Memory, |s| fine(s.client.portals())),
    line!("Client.portal", Needs::Portal, |s| {
        s.client.portal(s.client.portals().remove(0)).await
    }),
    line!("Client.accounts", Disk, |s| s.client.accounts().await),
    line!("Client.account", Disk, |s| s
        .client
        .account(s.account.id())
        .await),
    line!("Client.resume_sign_in", Disk, |s| s
        .client
        .resume_sign_in()
        .await),
    line!("Client.pause", Lifecycle, |s| s.client.pause().await),
    line!("Client.resume", Lifecycle, |s| s.client.resume().await),
    line!("Client.shut_down", Lifecycle, |s| s
        .client
        .shut_down()
        .await),
    line!("Account.id", Memory, |s| fine(s.account.id())),
    line!("Account.portal", Memory, |s| fine(s.account.portal())),
    line!("Account.portal_config", Memory, |s| s
        .account
        .portal_config()),
    line!("Account.session", Memory, |s| fine(s.account.session())),
    line!("Account.people", Memory, |s| fine(s.account.people())),
    line!("Account.messages", Memory, |s| s
        .account
        .messages("nobody".into())),
    line!("Account.start_sync", Event, |s| s
        .account
        .start_sync(None, false)),
    line!("Account.changes", Memory, |s| s.account.changes()),
    line!("Account.held", Disk, |s| s.account.held().await),
    line!("Account.incidents", Disk, |s| s.account.incidents().await),
    line!("Account.features", Disk, |s| s.account.features().await),
    line!("Account.sign_in_again", Needs::Portal, |s| s
        .account
        .sign_in_again(NATIVE)
        .await),
    line!("Account.step_up", Needs::Portal, |s| s
        .account
        .step_up(NATIVE)
        .await),
    line!("Account.two_factor", Memory, |s| fine(
        s.account.two_factor()
    )),
    line!("Account.sign_out", Ends, |s| s.account.sign_out().await),
    line!("Account.forget", Ends, |s| s.account.forget().await),
    line!("Portal.base", Memory, |s| fine(s.portal.base())),
    line!("Portal.capabilities", Memory, |s| fine(
        s.portal.capabilities()
    )),
    line!("Portal.findings", Memory, |s| fine(s.portal.findings())),
    line!("Portal.page", Memory, |s| fine(
        s.portal.page(PortalPage::Account)
    )),
    line!("Portal.sign_in", Disk, |s| s.portal.sign_in(NATIVE).await),
    line!("SignIn.step", Memory, |s| s.sign_in.step()),
    line!("SignIn.authorization_url", Disk, |s| s
        .sign_in
        .authorization_url()
        .await),
    line!("SignIn.redirected", Disk, |s| s
        .sign_in
        .redirected("app:/back".into())
        .await),
    line!("SignIn.password", Needs::Portal, |s| {
        s.sign_in.password("ana".into(), b"wrong".to_vec()).await
    }),
    line!("SignIn.recovery_code", Disk, |s| s
        .sign_in
        .recovery_code("abcd-efgh".into())
        .await),
    line!("SignIn.code", Disk, |s| s
        .sign_in
        .code("123456".into())
        .await),
    line!("SignIn.finish", Disk, |s| s.sign_in.finish().await),
    line!("SignIn.cancel", Ends, |s| s.sign_in.cancel().await),
    line!("TwoFactor.status", Needs::Portal, |s| s
        .two_factor
        .status()
        .await),
    line!("TwoFactor.enrol", Needs::Portal, |s| s
        .two_factor
        .enrol()
        .await),
    line!("TwoFactor.confirm", Needs::Portal, |s| {
        s.two_factor.confirm("none".into(), "123456".into()).await
    }),
    line!("TwoFactor.new_recovery_codes", Needs::Portal, |s| {
        s.two_factor.new_recovery_codes().await
    }),
    line!("TwoFactor.disable", Needs::Portal, |s| s
        .two_factor
        .disable()
        .await),
    line!("Messages.threads", Disk, |s| s
        .messages
        .threads(None, 50)
        .await),
    line!("Messages.archived_threads", Disk, |s| s
        .messages
        .archived_threads(None, 50)
        .await),
    line!("Messages.thread", Disk, |s| s
        .messages
        .thread(s.queued.thread.clone())
        .await),
    line!("Messages.messages", Disk, |s| {
        s.messages.messages(s.queued.thread.clone(), None, 50).await
    }),
    line!("Messages.newer_messages", Disk, |s| {
        s.messages
            .newer_messages(s.queued.thread.clone(), "none".into(), 50)
            .await
    }),
    line!("Messages.messages_around", Disk, |s| {
        s.messages.messages_around(s.queued.id.clone(), 50).await
    }),
    line!("Messages.message", Disk, |s| s
        .messages
        .message(s.queued.id.clone())
        .await),
    line!("Messages.former_texts", Disk, |s| s
        .messages
        .former_texts(s.queued.id.clone())
        .await),
    line!("Messages.search", Disk, |s| s
        .messages
        .search("hello".into(), None, 50)
        .await),
    line!("Messages.state", Disk, |s| s.messages.state().await),
    line!("Messages.recipients", Disk, |s| s
        .messages
        .recipients()
        .await),
    line!("Messages.send", Disk, |s| s.messages.send(letter()).await),
    line!("Messages.outbox", Disk, |s| s.messages.outbox().await),
    line!("Messages.withdraw", Disk, |s| s
        .messages
        .withdraw("none".into())
        .await),
    line!("Messages.retry", Disk, |s| s
        .messages
        .retry("none".into())
        .await),
    line!("Messages.edit", Disk, |s| s
        .messages
        .edit(s.queued.id.clone(), "Hi".into())
        .await),
    line!("Messages.save_draft", Disk, |s| s
        .messages
        .save_draft(None, letter())
        .await),
    line!("Messages.drafts", Disk, |s| s.messages.drafts().await),
    line!("Messages.draft", Disk, |s| s
        .messages
        .draft(s.queued.thread.clone())
        .await),
    line!("Messages.discard_draft", Disk, |s| s
        .messages
        .discard_draft("none".into())
        .await),
    line!("Messages.send_draft", Disk, |s| s
        .messages
        .send_draft("none".into())
        .await),
    line!("Messages.mark_read", Disk, |s| s
        .messages
        .mark_read(s.queued.thread.clone())
        .await),
    line!("Messages.mark_unread", Disk, |s| s
        .messages
        .mark_unread(s.queued.thread.clone())
        .await),
    line!("Messages.archive", Disk, |s| s
        .messages
        .archive(s.queued.thread.clone())
        .await),
    line!("Messages.unarchive", Disk, |s| s
        .messages
        .unarchive(s.queued.thread.clone())
        .await),
    line!("Messages.download", Disk, |s| {
        s.messages.download(s.queued.files[0].id.clone()).await
    }),
    line!("Messages.open_file", Disk, |s| {
        s.messages.open_file(s.queued.files[0].id.clone()).await
    }),
    line!("Messages.remove_download", Disk, |s| {
        s.messages
            .remove_download(s.queued.files[0].id.clone())
            .await
    }),
    line!("FileReader.size", Memory, |s| fine(s.reader.size())),
    line!("FileReader.seek", Memory, |s| {
        s.reader.seek(0);
        fine(())
    }),
    line!("FileReader.read", Disk, |s| s.reader.read(9).await),
    line!("FileDownload.next", Event, |s| {
        let file = s.queued.files[0].id.clone();
        match s.messages.download(file).await {
            Ok(download) => download.next().await,
            Err(error) => Err(error),
        }
    }),
    line!("FileDownload.cancel", Event, |s| {
        let file = s.queued.files[0].id.clone();
        s.messages
            .download(file)
            .await
            .map(|download| download.cancel())
    }),
    line!("SyncRun.next", Event, |s| s.run.next().await),
    line!("SyncRun.outcome", Memory, |s| fine(s.run.outcome())),
    line!("SyncRun.cancel", Memory, |s| {
        s.run.cancel();
        fine(())
    }),
    line!("Changes.stop", Memory, |s| {
        s.changes.stop();
        fine(())
    }),
    line!("Changes.next", Event, |s| fine(s.changes.next().await)),
    line!("PericardError.code", Memory, |s| fine((
        s,
        PericardError::Offline.code()
    ))),
    line!("QrCode.new", Memory, |s| fine((
        s,
        QrCode::new("text".into())?
    ))),
    line!("QrCode.side", Memory, |s| fine((
        s,
        QrCode::new("text".into())?.side()
    ))),
    line!("QrCode.modules", Memory, |s| fine((
        s,
        QrCode::new("text".into())?.modules()
    ))),
    line!("QrCode.svg", Memory, |s| fine((
        s,
        QrCode::new("text".into())?.svg()
    ))),
    line!("QrCode.terminal", Memory, |s| fine((
        s,
        QrCode::new("text".into())?.terminal()
    ))),
];

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
struct Failing(Arc<dyn Keystore>, AtomicBool);

impl Failing {
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
        queued,
        messages,
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

fn is_of_messages(name: &str) -> bool {
    name.starts_with("Messages.") || name == "FileReader.read"
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
                assert!(refused || !is_of_messages(line.0), "{}: {ended:?}", line.0);
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
