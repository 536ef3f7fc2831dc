//! A harness to try a promise in: a world, an open client, and what a person would do in it.
//!
//! The promises are in `tests/promises`, one module per breach, one test per promise.

#![allow(clippy::disallowed_methods)]

pub mod not_loggable;

use std::sync::{Arc, OnceLock};

use pericard::{
    Account, Client, Documents, Labs, MessageThread, Messages, PericardError, SignIn, SignInMethod,
    SignInStep,
};
use pericard_portal::ControlServer;
use pericard_world::TestWorld;
use serde_json::Value;

/// Starts the portals of this process once.
fn portals() {
    static PORTALS: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    PORTALS.get_or_init(|| {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime for the portals");
        let server = runtime
            .block_on(ControlServer::start(0, false))
            .expect("the portals' control");
        pericard_world::use_portals(server.url());
        // They stand as long as the process does.
        std::mem::forget(server);
        runtime
    });
}

/// A world with a client in it.
pub struct Harness {
    /// The world.
    pub world: Arc<TestWorld>,
    /// The client.
    pub client: Arc<Client>,
}

impl Harness {
    /// A portal with `people` (as in a story) and an empty device.
    pub async fn with(people: Value) -> Self {
        Self::described(serde_json::json!({ "people": people })).await
    }

    /// The same with the whole `portal` object of a story.
    pub async fn described(portal: Value) -> Self {
        let world = TestWorld::start(portal.to_string()).await.expect("a world");
        let client = world.open(world.keystore()).await.expect("a client");
        Self { world, client }
    }

    /// Ana with three threads, and Ben.
    pub async fn ana_and_ben() -> Self {
        Self::with(serde_json::json!({
            "ana": { "threads": 3, "messages": 12 },
            "ben": { "threads": 1, "messages": 3 },
        }))
        .await
    }

    /// Signs in natively.
    pub async fn sign_in(&self, who: &str) -> Result<Arc<Account>, PericardError> {
        self.answer(who, self.begin(SignInMethod::Native).await?)
            .await
    }

    /// A sign-in whose first question is open.
    pub async fn begin(&self, method: SignInMethod) -> Result<Arc<SignIn>, PericardError> {
        let config = self.client.portals().remove(0);
        self.client.portal(config).await?.sign_in(method).await
    }

    /// Gives the right answers until the sign-in is done.
    pub async fn answer(
        &self,
        who: &str,
        sign_in: Arc<SignIn>,
    ) -> Result<Arc<Account>, PericardError> {
        let mut step = sign_in.step()?;
        loop {
            step = match step {
                SignInStep::OpenBrowser => {
                    let url = sign_in.clone().authorization_url().await?;
                    let (world, who) = (self.world.clone(), who.to_owned());
                    let to = world.browser(url, who, true, "now".into()).await;
                    sign_in.clone().redirected(to.expect("a redirect")).await?
                }
                SignInStep::AskPassword { .. } => {
                    let user = self.world.user(who.into()).expect("a user");
                    let password = self.world.password(who.into(), true).expect("a password");
                    sign_in.clone().password(user, password).await?
                }
                SignInStep::AskCode { .. } => {
                    let code = self.world.clone().code(who.into(), "now".into()).await;
                    sign_in.clone().code(code.expect("a code")).await?
                }
                SignInStep::Enrol { totp, .. } => {
                    self.world.enrol(who.into(), totp.uri).expect("a secret");
                    let code = self.world.clone().code(who.into(), "now".into()).await;
                    sign_in.clone().code(code.expect("a code")).await?
                }
                SignInStep::Wait { .. } => panic!("the portal asks to wait"),
                SignInStep::Ready { .. } | SignInStep::ShowRecoveryCodes { .. } => {
                    return sign_in.finish().await;
                }
            };
        }
    }

    /// Passes a command on to the portal.
    pub async fn portal(&self, command: Value) -> Value {
        let answer = self.world.portal(command.to_string()).await;
        serde_json::from_str(&answer.expect("the portal obeys")).unwrap_or_default()
    }

    /// Opens the directory anew, as after the process ended.
    pub async fn restarted(mut self) -> Result<Self, PericardError> {
        self.client.shut_down().await?;
        self.client = self.world.open(self.world.keystore()).await?;
        Ok(self)
    }
}

/// Syncs to the end.
pub async fn sync(account: &Account) -> Result<(), PericardError> {
    let run = account.start_sync(None, false)?;
    while run.next().await?.is_some() {}
    Ok(())
}

/// The messages of the person who signed in.
pub fn inbox(account: &Account) -> Arc<Messages> {
    let me = account.people().into_iter().find(|person| person.is_self);
    account
        .messages(me.expect("a person").id)
        .expect("their messages")
}

/// The documents of the person who signed in.
pub fn documents(account: &Account) -> Arc<Documents> {
    let me = account.people().into_iter().find(|person| person.is_self);
    account
        .documents(me.expect("a person").id)
        .expect("their documents")
}

/// The lab results of the person who signed in.
pub fn labs(account: &Account) -> Arc<Labs> {
    let me = account.people().into_iter().find(|person| person.is_self);
    account.labs(me.expect("a person").id).expect("their labs")
}

/// Every thread, newest first.
pub async fn threads(account: &Account) -> Result<Vec<MessageThread>, PericardError> {
    Ok(inbox(account).threads(None, 500).await?.threads)
}

/// Runs a test's story; time outside passes on a runtime of its own.
pub fn run(story: impl Future<Output = ()>) {
    portals();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(story);
}
