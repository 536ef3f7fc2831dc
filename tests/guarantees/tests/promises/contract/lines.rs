//! Every exported method, what it needs, and how it is called.

use super::*;

/// What a method needs, which decides what it answers where that is not to be had.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
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
pub(super) struct Stage {
    pub(super) client: Arc<Client>,
    pub(super) account: Arc<Account>,
    pub(super) messages: Arc<Messages>,
    pub(super) documents: Arc<Documents>,
    pub(super) labs: Arc<Labs>,
    pub(super) portal: Arc<Portal>,
    pub(super) sign_in: Arc<SignIn>,
    pub(super) two_factor: Arc<TwoFactor>,
    pub(super) run: Arc<SyncRun>,
    pub(super) changes: Arc<Changes>,
    /// A message that waits to be sent, with a file.
    pub(super) queued: Message,
    pub(super) reader: Arc<FileReader>,
    pub(super) export: Arc<Export>,
}

pub(super) type Call = Pin<Box<dyn Future<Output = Result<(), PericardError>> + Send>>;
pub(super) type Line = (&'static str, Needs, fn(Stage) -> Call);

macro_rules! line {
    ($name:literal, $needs:expr, |$stage:ident| $call:expr) => {
        ($name, $needs, |$stage: Stage| {
            Box::pin(async move { $call.map(drop) })
        })
    };
}

/// For what cannot fail.
pub(super) fn fine<T>(_: T) -> Result<(), PericardError> {
    Ok(())
}

pub(super) fn letter() -> NewMessage {
    NewMessage {
        text: "Hello".into(),
        subject: Some("A question".into()),
        ..NewMessage::default()
    }
}

pub(super) const NATIVE: SignInMethod = SignInMethod::Native;

const PIN: &[u8] = b"270419";

pub(super) const LINES: &[Line] = &[
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
    line!("Client.support_report", Disk, |s| s
        .client
        .support_report()
        .await),
    line!("Client.person_left", Memory, |s| {
        s.client.person_left();
        Ok::<(), PericardError>(())
    }),
    line!("Client.person_returned", Memory, |s| {
        s.client.person_returned();
        Ok::<(), PericardError>(())
    }),
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
    line!("Account.documents", Memory, |s| {
        s.account.documents("nobody".into())
    }),
    line!("Account.labs", Memory, |s| s.account.labs("nobody".into())),
    line!("Account.start_sync", Event, |s| s
        .account
        .start_sync(None, false)),
    line!("Account.changes", Memory, |s| s.account.changes()),
    line!("Account.held", Disk, |s| s.account.held().await),
    line!("Account.incidents", Disk, |s| s.account.incidents().await),
    line!("Account.features", Disk, |s| s
        .account
        .features(Vec::new())
        .await),
    line!("Account.access_log", Disk, |s| s
        .account
        .access_log(None, 5)
        .await),
    line!("Account.check_access_log", Disk, |s| s
        .account
        .check_access_log()
        .await),
    line!("Account.export_access_log", Disk, |s| s
        .account
        .export_access_log()
        .await),
    line!("Account.export", Disk, |s| s
        .account
        .export("nobody".into(), ExportFormat::Html, None)
        .await),
    line!("Export.read", Disk, |s| s.export.read().await),
    line!("Account.policy", Memory, |s| s.account.policy()),
    line!("Account.check_policy", Needs::Portal, |s| s
        .account
        .check_policy()
        .await),
    line!("Account.sign_in_again", Needs::Portal, |s| s
        .account
        .sign_in_again(NATIVE, None)
        .await),
    line!("Account.find_people", Needs::Portal, |s| s
        .account
        .find_people()
        .await),
    line!("Account.add_person", Needs::Portal, |s| s
        .account
        .add_person(NATIVE, None)
        .await),
    line!("Account.forget_person", Disk, |s| s
        .account
        .forget_person("nobody".into())
        .await),
    line!("Account.step_up", Needs::Portal, |s| s
        .account
        .step_up(NATIVE)
        .await),
    line!("Account.lock", Memory, |s| fine(s.account.lock())),
    line!("AccountLock.state", Memory, |s| s.account.lock().state()),
    line!("AccountLock.lock", Lifecycle, |s| s
        .account
        .lock()
        .lock()
        .await),
    line!("AccountLock.unlock", Disk, |s| s
        .account
        .lock()
        .unlock(PIN.to_vec())
        .await),
    line!("AccountLock.unlock_with_key", Disk, |s| s
        .account
        .lock()
        .unlock_with_key(vec![7; 32])
        .await),
    line!("AccountLock.set_pin", Disk, |s| s
        .account
        .lock()
        .set_pin(None, PIN.to_vec())
        .await),
    line!("AccountLock.add_key", Disk, |s| s
        .account
        .lock()
        .add_key(PIN.to_vec())
        .await),
    line!("AccountLock.remove_key", Disk, |s| s
        .account
        .lock()
        .remove_key()
        .await),
    line!("AccountLock.remove_pin", Disk, |s| s
        .account
        .lock()
        .remove_pin(PIN.to_vec())
        .await),
    line!("AccountLock.auto_lock", Memory, |s| s
        .account
        .lock()
        .auto_lock()),
    line!("AccountLock.set_auto_lock", Disk, |s| s
        .account
        .lock()
        .set_auto_lock(Duration::from_secs(60))
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
    line!("Documents.documents", Disk, |s| {
        s.documents.documents(None, None, 50).await
    }),
    line!("Documents.document", Disk, |s| {
        s.documents.document("none".into()).await
    }),
    line!("Documents.state", Disk, |s| s.documents.state().await),
    line!("Documents.download", Disk, |s| {
        s.documents.download("none".into()).await
    }),
    line!("Documents.open_file", Disk, |s| {
        s.documents.open_file("none".into()).await
    }),
    line!("Documents.view", Disk, |s| {
        s.documents.view("none".into()).await
    }),
    line!("Documents.keep_offline", Disk, |s| {
        s.documents.keep_offline("none".into(), true).await
    }),
    line!("Documents.remove_download", Disk, |s| {
        s.documents.remove_download("none".into()).await
    }),
    line!("Labs.reports", Disk, |s| s.labs.reports(None, 50).await),
    line!("Labs.report", Disk, |s| s.labs.report("none".into()).await),
    line!("Labs.result", Disk, |s| s.labs.result("none".into()).await),
    line!("Labs.trend", Disk, |s| s.labs.trend("none".into()).await),
    line!("Labs.mark_read", Disk, |s| s
        .labs
        .mark_read("none".into())
        .await),
    line!("Labs.state", Disk, |s| s.labs.state().await),
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
    line!("SyncRun.news", Memory, |s| fine(s.run.news())),
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
