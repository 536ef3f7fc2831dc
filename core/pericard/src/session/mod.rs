//! The session of one person of an account: carries out the session machine of `pericard-protocol`.
//!
//! Uses: `authority`
//!
//! Every authorized request goes through [`Session::send`], which attaches an access token and refreshes it if needed, one
//! refresh at a time. The machine makes the rules; this module carries them out: it stores the intent to refresh before
//! the request, and replaces the old tokens with the new ones in one commit.
//!
//! Failures: an unreachable or failing portal is never taken for a revocation. Only `invalid_grant`, a changed identity
//! and the end of the lease seal.

pub(crate) mod authority;
mod code;
mod lease;
mod problem;
pub(crate) mod refresh;
mod step_up;
mod stream;
mod tokens;

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use pericard_protocol::oauth::bearer::Refusal;
use pericard_protocol::oauth::refusal::Why;
use pericard_protocol::oauth::step_up::{SignInProof, StepUp};
use pericard_protocol::oauth::token::TokenKind;
use pericard_protocol::session as machine;
use pericard_protocol::session::{Effect, Event};

use crate::http::{HttpClient, HttpError, Request, Response};
use crate::platform::Platform;
use crate::platform::error::{PericardError, Result, SignInReason};
use crate::platform::lifecycle::Lifecycle;
use crate::platform::log::Label;
use crate::session::authority::Authority;
use crate::storage::{AccountRow, Device, PersonRow, SealReason};

use lease::Lease;
pub use problem::AccountProblem;
use tokens::Tokens;

/// Where an account's session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SessionState {
    /// Signed out on this device; the account is gone from it.
    SignedOut,
    /// Signed in, as far as this device knows.
    Active,
    /// The content is locked, by the person or since they were away for too long: unlock it (`AccountLock.unlock`,
    /// `AccountLock.unlock_with_key`). Until then nothing can be read, and names are not told.
    Locked,
    /// The portal asks for stronger or fresher authentication: begin `Account.step_up`. The cache stays readable.
    StepUp,
    /// The portal asks the person to sign in again: begin `Account.sign_in_again`. The session has not ended and the cache
    /// stays readable; each sync asks the portal once more.
    SignIn {
        /// What it wants.
        reason: SignInReason,
    },
    /// The cache and the outbox are kept but cannot be read. Signing in as the same person (`Account.sign_in_again`)
    /// reopens both; after a lease, reaching the portal does too.
    Sealed {
        /// Why.
        reason: SealReason,
    },
    /// The account is on this device but cannot be used. Other accounts are not affected. It can be forgotten
    /// (`Account.forget`), and a new sign-in (`Account.sign_in_again`) solves most problems.
    Unusable {
        /// Why.
        problem: AccountProblem,
    },
}

/// Why a request has no response. Network errors are kept apart, since the outbox must know whether the request may have
/// had its effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SendError {
    /// The request itself.
    Http(HttpError),
    /// It was not sent, for this reason.
    Stop(PericardError),
}

impl From<SendError> for PericardError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Http(error) => error.into(),
            SendError::Stop(error) => error,
        }
    }
}

/// How long a lease is; nothing where there is none.
pub(crate) type LeaseSpan = Box<dyn Fn() -> Option<std::time::Duration> + Send + Sync>;

/// What a session depends on.
pub(crate) struct SessionDeps {
    pub(crate) platform: Platform,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) device: Arc<Device>,
    pub(crate) http: HttpClient,
    pub(crate) authority: Arc<Authority>,
    /// Called on each change of state; drops the content key when the session is sealed. Never blocks.
    pub(crate) on_change: Box<dyn Fn(SessionState) + Send + Sync>,
    /// How long the content stays readable without contact to the portal, just now. Never blocks.
    pub(crate) lease: LeaseSpan,
    /// The client id for grants that were stored without one.
    pub(crate) client_id: String,
    /// What the account is called in log lines.
    pub(crate) label: Label,
}

/// The session of one person of an account: a set of tokens for their record.
pub(crate) struct Session {
    deps: SessionDeps,
    account: AccountRow,
    person: PersonRow,
    /// Held from asking for a token until there is one: refreshing is single flight.
    tokens: tokio::sync::Mutex<Tokens>,
    shown: Mutex<SessionState>,
    lease: Lease,
    /// The account is being removed: no more requests, no more reads.
    left: AtomicBool,
    /// The last step-up that the portal asked for.
    step_up: Mutex<Option<StepUp>>,
    /// When and how the person last proved who they are.
    proof: Mutex<SignInProof>,
    /// What the portal last granted.
    scope: Mutex<String>,
}

impl Session {
    /// Loads a person's session from disk. Blocks.
    pub(crate) fn open(deps: SessionDeps, account: AccountRow, person: PersonRow) -> Result<Self> {
        let tokens = Tokens::load(&deps.device, &person.id, person.sealed)?;
        let proof = tokens.grant.as_ref().map(|grant| grant.proof.clone());
        let proof = proof.unwrap_or_default();
        let scope = tokens.grant.as_ref().map(|grant| grant.scope.clone());
        let session = Self {
            shown: Mutex::new(to_state(&tokens.machine)),
            tokens: tokio::sync::Mutex::new(tokens),
            lease: Lease::new(person.last_contact),
            left: AtomicBool::new(false),
            step_up: Mutex::new(
                person
                    .step_up
                    .as_ref()
                    .and_then(|json| serde_json::from_str(json).ok()),
            ),
            proof: Mutex::new(proof),
            scope: Mutex::new(scope.unwrap_or_default()),
            deps,
            account,
            person,
        };
        session.seal_if_over()?;
        Ok(session)
    }

    pub(crate) fn state(&self) -> SessionState {
        if self.is_open() && self.is_told_of_its_end() {
            return SessionState::Sealed {
                reason: SealReason::Lease,
            };
        }
        self.shown()
    }

    /// The state as it was shown last.
    fn shown(&self) -> SessionState {
        if self.has_left() {
            return SessionState::SignedOut;
        }
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails if the content must not be read. Memory only.
    pub(crate) fn readable(&self) -> Result<()> {
        match self.state() {
            SessionState::Active | SessionState::StepUp | SessionState::SignIn { .. } => {
                self.within_lease()
            }
            // A session knows of no problem and no lock; its account does.
            SessionState::SignedOut | SessionState::Unusable { .. } | SessionState::Locked => {
                Err(required(SignInReason::SignedOut))
            }
            SessionState::Sealed {
                reason: SealReason::Lease,
            } => Err(PericardError::LeaseEnded),
            SessionState::Sealed { reason } => Err(required(reason_of(reason))),
        }
    }

    /// Fails if there is no token to contact the portal with. Memory only.
    pub(crate) fn can_ask(&self) -> Result<()> {
        match self.readable() {
            Err(PericardError::LeaseEnded) => Ok(()),
            other => other,
        }
    }

    /// After the end of a lease, asks the portal whether the session is still valid, and reopens the content if it is.
    pub(crate) async fn reopen(self: &Arc<Self>) -> Result<()> {
        if self.readable() == Err(PericardError::LeaseEnded) {
            self.seal_now().await;
            self.token(Event::NeedToken { now: self.now() }).await?;
        }
        Ok(())
    }

    /// Sends `request` with a token; once more with a new one when the portal refuses the first and there is something to
    /// get a new one with. Only a portal that says itself that the token is not valid can end a session so.
    pub(crate) async fn send(self: &Arc<Self>, request: Request) -> Result<Response, SendError> {
        let credentials = self.token(Event::NeedToken { now: self.now() }).await?;
        let response = self.once(&request, &credentials).await?;
        if response.status != 401 {
            return Ok(response);
        }
        let refused = refusal(&response);
        if let Refusal::StepUp(asked) = refused {
            return Err(self.require_step_up(asked).await);
        }
        if !is_worth_another(&refused, credentials.refreshable) {
            return Ok(response);
        }
        let credentials = self
            .token(Event::TokenRejected {
                generation: credentials.generation,
                now: self.now(),
            })
            .await?;
        let response = self.once(&request, &credentials).await?;
        match refusal(&response) {
            Refusal::StepUp(asked) if response.status == 401 => {
                Err(self.require_step_up(asked).await)
            }
            _ => Ok(response),
        }
    }

    async fn once(
        &self,
        request: &Request,
        credentials: &tokens::Credentials,
    ) -> Result<Response, SendError> {
        let (http, url) = (&self.deps.http, request.url().clone());
        let plain_before = http.takes_bearer();
        let (token, key) = (&credentials.token, credentials.key.as_ref());
        let sent = http.send_authorized(request.clone(), token, key);
        let response = sent.await.map_err(SendError::Http)?;
        if http.takes_bearer() != plain_before {
            let (base, bearer) = (self.account.base.clone(), !plain_before);
            // What could not be kept is found out anew.
            let _ = self
                .on_disk(move |device| device.save_bearer(&base, bearer))
                .await;
        }
        if response.is_success() {
            self.note_contact(self.deps.http.estimated_time(&url)).await;
        }
        Ok(response)
    }

    /// Adopts the tokens of a new sign-in by the same person and lifts the seal. `store` commits them while no refresh is
    /// under way that could overwrite them with older ones. Blocks.
    pub(crate) fn adopt(
        &self,
        expires: SystemTime,
        last_contact: Option<machine::lease::LastContact>,
        store: impl FnOnce(&Device) -> Result<()>,
    ) -> Result<()> {
        let mut tokens = self.tokens.blocking_lock();
        let signed_in = Event::SignedIn {
            expires: expires.try_into().unwrap_or(Timestamp::MIN),
            same_person: true,
        };
        let (storing, _) = tokens.machine.on(signed_in);
        store(&self.deps.device)?;
        tokens.machine = storing.on(Event::TokensStored).0;
        tokens.grant = self.deps.device.grant(&self.person.id)?;
        tokens.received = None;
        *self.asked_step_up() = None;
        let proof = tokens.grant.as_ref().map(|grant| grant.proof.clone());
        *self.proof() = proof.unwrap_or_default();
        self.lease.begin(last_contact);
        self.show(&tokens);
        Ok(())
    }

    /// Ends the session because its content is destroyed, once no refresh is under way that could bring other tokens. Blocks.
    pub(crate) fn content_destroyed(&self) {
        let mut tokens = self.tokens.blocking_lock();
        tokens.machine = tokens.machine.on(Event::ContentDestroyed).0;
        tokens.grant = None;
        // What could not be stored before is in memory alone, and not revoked.
        tokens.received = None;
        self.show(&tokens);
    }

    /// What the portal last granted. Memory only.
    pub(crate) fn scope(&self) -> String {
        self.granted().clone()
    }

    fn granted(&self) -> MutexGuard<'_, String> {
        self.scope.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn person(&self) -> &PersonRow {
        &self.person
    }

    /// Stops all requests and reads from now on.
    pub(crate) fn leave(&self) {
        self.left.store(true, SeqCst);
    }

    fn has_left(&self) -> bool {
        self.left.load(SeqCst)
    }

    fn now(&self) -> Timestamp {
        Timestamp::try_from(self.deps.platform.clock.now()).unwrap_or_default()
    }

    fn show(&self, tokens: &Tokens) {
        if let Some(grant) = &tokens.grant {
            self.granted().clone_from(&grant.scope);
        }
        let now = to_state(&tokens.machine);
        let before = {
            let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *shown, now)
        };
        if before != now {
            self.lease.look();
            (self.deps.on_change)(now);
        }
    }

    /// Returns an access token, refreshing it if needed. Runs in a task of its own: the caller may go away, and the tokens
    /// that a refresh brings are stored all the same.
    async fn token(self: &Arc<Self>, event: Event) -> Result<tokens::Credentials, SendError> {
        let guard = self.deps.lifecycle.enter().map_err(SendError::Stop)?;
        let (tell, told) = tokio::sync::oneshot::channel();
        let this = self.clone();
        self.deps.platform.spawner.spawn(Box::pin(async move {
            let _guard = guard;
            let _ = tell.send(this.run_machine(event).await);
        }));
        told.await
            .unwrap_or(Err(SendError::Stop(PericardError::internal("panic"))))
    }

    /// Runs the machine from `event` until there is a token, or an error.
    async fn run_machine(&self, event: Event) -> Result<tokens::Credentials, SendError> {
        let mut tokens = self.tokens.lock().await;
        let mut next = Some(event);
        while let Some(event) = next.take().filter(|_| !self.has_left()) {
            let (machine, effects) = tokens.machine.on(event);
            tokens.machine = machine;
            self.show(&tokens);
            for effect in effects {
                match effect {
                    Effect::UseToken { generation } => {
                        let credentials = tokens.credentials(generation);
                        return credentials
                            .ok_or(SendError::Stop(PericardError::internal("token")));
                    }
                    Effect::Fail(failure) => return Err(tokens.failure(failure)),
                    effect => {
                        if let Some(event) = self.run_effect(effect, &mut tokens).await {
                            next = Some(event);
                        }
                    }
                }
            }
        }
        Err(SendError::Stop(if self.has_left() {
            required(SignInReason::SignedOut)
        } else {
            PericardError::internal("session")
        }))
    }
}

/// Whether a refused request may succeed with a new token.
fn is_worth_another(refused: &Refusal, refreshable: bool) -> bool {
    match refused {
        Refusal::InvalidToken => true,
        Refusal::Unexplained | Refusal::NotThePortal => refreshable,
        Refusal::StepUp(_)
        | Refusal::Scope
        | Refusal::NonceWanted
        | Refusal::InvalidProof
        | Refusal::BearerWanted => false,
    }
}

/// Why a 401 did not accept the token. The other form of the token was tried by then, where it was asked for.
fn refusal(response: &Response) -> Refusal {
    let field = response.joined("www-authenticate");
    Refusal::of(field.as_deref(), response.is_html(), TokenKind::Bearer)
}

fn to_state(machine: &machine::Session) -> SessionState {
    match (machine.seal(), machine) {
        (Some(reason), _) => SessionState::Sealed {
            reason: seal_reason(reason),
        },
        (None, machine::Session::SignedOut) => SessionState::SignedOut,
        (None, machine::Session::StepUp(_)) => SessionState::StepUp,
        _ => machine.asked().map_or(SessionState::Active, |why| {
            let reason = sign_in_reason(why);
            SessionState::SignIn { reason }
        }),
    }
}

fn seal_reason(reason: machine::SealReason) -> SealReason {
    match reason {
        machine::SealReason::Refused => SealReason::Refused,
        machine::SealReason::IdentityChanged => SealReason::IdentityChanged,
        machine::SealReason::Lease => SealReason::Lease,
        machine::SealReason::Destroyed => SealReason::Destroyed,
    }
}

fn machine_reason(reason: SealReason) -> machine::SealReason {
    match reason {
        SealReason::Refused => machine::SealReason::Refused,
        SealReason::IdentityChanged => machine::SealReason::IdentityChanged,
        SealReason::Lease => machine::SealReason::Lease,
        SealReason::Destroyed => machine::SealReason::Destroyed,
    }
}

/// Why a new sign-in is needed; a lease is none of these reasons while its tokens are there.
fn reason_of(reason: SealReason) -> SignInReason {
    match reason {
        SealReason::Refused | SealReason::Lease => SignInReason::Revoked,
        SealReason::IdentityChanged => SignInReason::IdentityChanged,
        SealReason::Destroyed => SignInReason::Destroyed,
    }
}

/// Why the portal asks for a new sign-in, as apps see it.
pub(crate) fn sign_in_reason(why: Why) -> SignInReason {
    match why {
        Why::Interaction => SignInReason::Interaction,
        Why::Login => SignInReason::Login,
        Why::Consent => SignInReason::Consent,
        Why::Account => SignInReason::AccountChoice,
        Why::SecondFactor => SignInReason::SecondFactor,
        Why::ClientUnknown => SignInReason::ClientUnknown,
        Why::Expired => SignInReason::Expired,
        Why::Refused => SignInReason::Refused,
    }
}

fn required(reason: SignInReason) -> PericardError {
    PericardError::SignInRequired { reason }
}
