//! An account's tokens: hands for the session machine of `pericard-protocol`.
//!
//! Uses: `authority`, `net`, `store`
//!
//! Whoever needs to ask the portal does it through [`Session::send`], which attaches a token and refreshes it where
//! needed, one refresh at a time. The rules are the machine's; here they are carried out: the intent to refresh is on
//! disk before the request, and new tokens take the place of the old in one commit.
//!
//! Failures: what a portal that cannot be reached or has a problem of its own says is never taken for a revocation;
//! only `invalid_grant`, a changed identity and the end of the lease seal.

mod lease;
mod refresh;
mod tokens;

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use pericard_protocol::oauth::bearer::BearerChallenge;
use pericard_protocol::oauth::step_up::StepUp;
use pericard_protocol::session as machine;
use pericard_protocol::session::{Effect, Event};

use crate::ground::error::{PericardError, Result, SignInReason};
use crate::ground::world::World;
use crate::keepers::authority::Authority;
use crate::keepers::net::{Answer, Call, Net, NetError};
use crate::keepers::store::{AccountRow, Device, SealReason};

use lease::Lease;
use tokens::Tokens;

/// Where an account's session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SessionState {
    /// Signed out on this device; the account is gone from it.
    SignedOut,
    /// Signed in, as far as this device has heard.
    Active,
    /// The portal wants the person to prove more before it goes on: begin `Account.step_up`. The cache stays readable.
    StepUp,
    /// The cache is kept and unreadable, the outbox is kept. Signing in as the same person (`Account.sign_in_again`)
    /// reopens both; after a lease, reaching the portal does too.
    Sealed {
        /// Why.
        reason: SealReason,
    },
}

/// Why a request has no answer: the network's reasons matter to who must know whether it had its effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SendError {
    /// The request itself.
    Net(NetError),
    /// It was not sent, for this reason.
    Stop(PericardError),
}

impl From<SendError> for PericardError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Net(error) => error.into(),
            SendError::Stop(error) => error,
        }
    }
}

/// What a session works with.
pub(crate) struct Means {
    pub(crate) world: World,
    pub(crate) device: Arc<Device>,
    pub(crate) net: Net,
    pub(crate) authority: Arc<Authority>,
    /// Is told where the session stands, each time that changes; drops the content's key when it is sealed.
    pub(crate) on_change: Box<dyn Fn(SessionState) + Send + Sync>,
    /// How long the content stays readable without a word from the portal.
    pub(crate) lease: Option<std::time::Duration>,
    /// The client of an account whose tokens do not tell.
    pub(crate) client_id: String,
}

/// The session of one account.
pub(crate) struct Session {
    means: Means,
    account: AccountRow,
    /// Held from asking for a token until there is one: refreshing is single flight.
    tokens: tokio::sync::Mutex<Tokens>,
    shown: Mutex<SessionState>,
    lease: Lease,
    /// The account is being left: nothing is asked and nothing read any more.
    left: AtomicBool,
    /// What the portal last asked for before it goes on.
    wanted: Mutex<Option<StepUp>>,
}

impl Session {
    /// The session as it lies on disk. Blocks.
    pub(crate) fn open(means: Means, account: AccountRow) -> Result<Self> {
        let tokens = Tokens::load(&means.device, &account.id, account.sealed)?;
        let session = Self {
            shown: Mutex::new(shown(&tokens.machine)),
            tokens: tokio::sync::Mutex::new(tokens),
            lease: Lease::new(means.lease, account.heard),
            left: AtomicBool::new(false),
            wanted: Mutex::new(
                account
                    .wanted
                    .as_ref()
                    .and_then(|wanted| serde_json::from_str(wanted).ok()),
            ),
            means,
            account,
        };
        session.seal_if_over()?;
        Ok(session)
    }

    pub(crate) fn state(&self) -> SessionState {
        if self.has_left() {
            return SessionState::SignedOut;
        }
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails when the content may not be read. Memory only.
    pub(crate) fn readable(&self) -> Result<()> {
        match self.state() {
            SessionState::Active | SessionState::StepUp if self.lease_is_over() => {
                Err(PericardError::LeaseEnded)
            }
            SessionState::Active | SessionState::StepUp => Ok(()),
            SessionState::SignedOut => Err(required(SignInReason::SignedOut)),
            SessionState::Sealed {
                reason: SealReason::Lease,
            } => Err(PericardError::LeaseEnded),
            SessionState::Sealed { reason } => Err(required(reason_of(reason))),
        }
    }

    /// Fails when there is nothing to ask the portal with. Memory only.
    pub(crate) fn can_ask(&self) -> Result<()> {
        match self.readable() {
            Err(PericardError::LeaseEnded) => Ok(()),
            other => other,
        }
    }

    /// Asks the portal whether the person still may, after a lease that is over; the content is open then.
    pub(crate) async fn reopen(&self) -> Result<()> {
        if self.readable() == Err(PericardError::LeaseEnded) {
            self.seal_now().await;
            self.token(Event::NeedToken { now: self.now() }).await?;
        }
        Ok(())
    }

    /// Sends `call` with a token; once more with a new one when the portal refuses the first.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer, SendError> {
        let pass = self.token(Event::NeedToken { now: self.now() }).await?;
        let answer = self.once(&call, &pass).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let pass = self
            .token(Event::TokenRejected {
                generation: pass.generation,
                now: self.now(),
            })
            .await?;
        self.once(&call, &pass).await
    }

    async fn once(&self, call: &Call, pass: &tokens::Pass) -> Result<Answer, SendError> {
        let call = call.clone().token(&pass.token).proved(pass.key.as_ref());
        let url = call.url().clone();
        let answer = self.means.net.send(call).await.map_err(SendError::Net)?;
        if answer.is_success() {
            self.heard(self.means.net.guess(&url)).await;
        }
        let challenge = answer.joined("www-authenticate");
        let challenge = challenge.and_then(|field| BearerChallenge::parse(&field));
        match challenge.and_then(|challenge| challenge.step_up()) {
            Some(wanted) if answer.status == 401 => {
                let (account, kept) = (self.account.id.clone(), serde_json::to_string(&wanted));
                *self.wanted() = Some(wanted);
                // One that could not be kept is asked for again.
                let _ = self
                    .on_disk(move |device| device.want(&account, &kept?))
                    .await;
                Err(SendError::Stop(PericardError::StepUpRequired))
            }
            _ => Ok(answer),
        }
    }

    /// What the portal last asked for before it goes on; a fresh sign-in if it has not said.
    pub(crate) fn step_up(&self) -> StepUp {
        let fresh = StepUp {
            max_age: Some(std::time::Duration::ZERO),
            ..StepUp::default()
        };
        self.wanted().clone().unwrap_or(fresh)
    }

    fn wanted(&self) -> std::sync::MutexGuard<'_, Option<StepUp>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what a sign-in of the same person brings: `store` puts it on disk while no refresh is under way that
    /// could put older tokens over it. The seal is lifted. Blocks.
    pub(crate) fn adopt(
        &self,
        expires: SystemTime,
        heard: Option<machine::lease::Heard>,
        store: impl FnOnce(&Device) -> Result<()>,
    ) -> Result<()> {
        let mut tokens = self.tokens.blocking_lock();
        let signed_in = Event::SignedIn {
            expires: expires.try_into().unwrap_or(Timestamp::MIN),
            same_person: true,
        };
        let (storing, _) = tokens.machine.on(signed_in);
        store(&self.means.device)?;
        tokens.machine = storing.on(Event::TokensStored).0;
        tokens.grant = self.means.device.grant(&self.account.id)?;
        tokens.received = None;
        *self.wanted() = None;
        self.lease.begin(heard);
        self.show(&tokens);
        Ok(())
    }

    /// From now on nothing is asked of the portal and nothing read, whatever is under way.
    pub(crate) fn leave(&self) {
        self.left.store(true, SeqCst);
    }

    fn has_left(&self) -> bool {
        self.left.load(SeqCst)
    }

    fn now(&self) -> Timestamp {
        Timestamp::try_from(self.means.world.clock.now()).unwrap_or_default()
    }

    fn show(&self, tokens: &Tokens) {
        let now = shown(&tokens.machine);
        let before = {
            let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *shown, now)
        };
        if before != now {
            (self.means.on_change)(now);
        }
    }

    /// Lets the machine run from `event` until there is a token or none can be had.
    async fn token(&self, event: Event) -> Result<tokens::Pass, SendError> {
        let mut tokens = self.tokens.lock().await;
        let mut next = Some(event);
        while let Some(event) = next.take().filter(|_| !self.has_left()) {
            let (machine, effects) = tokens.machine.on(event);
            tokens.machine = machine;
            self.show(&tokens);
            for effect in effects {
                match effect {
                    Effect::UseToken { generation } => {
                        let pass = tokens.pass(generation);
                        return pass.ok_or(SendError::Stop(PericardError::internal("token")));
                    }
                    Effect::Fail(failure) => return Err(tokens.failure(failure)),
                    effect => {
                        if let Some(event) = self.carry_out(effect, &mut tokens).await {
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

fn shown(machine: &machine::Session) -> SessionState {
    match (machine.seal(), machine) {
        (Some(reason), _) => SessionState::Sealed {
            reason: seal_reason(reason),
        },
        (None, machine::Session::SignedOut) => SessionState::SignedOut,
        (None, machine::Session::StepUp(_)) => SessionState::StepUp,
        _ => SessionState::Active,
    }
}

fn seal_reason(reason: machine::SealReason) -> SealReason {
    match reason {
        machine::SealReason::Refused => SealReason::Refused,
        machine::SealReason::IdentityChanged => SealReason::IdentityChanged,
        machine::SealReason::Lease => SealReason::Lease,
    }
}

fn machine_reason(reason: SealReason) -> machine::SealReason {
    match reason {
        SealReason::Refused => machine::SealReason::Refused,
        SealReason::IdentityChanged => machine::SealReason::IdentityChanged,
        SealReason::Lease => machine::SealReason::Lease,
    }
}

/// Why a new sign-in is needed; a lease is none of these reasons while its tokens are there.
fn reason_of(reason: SealReason) -> SignInReason {
    match reason {
        SealReason::Refused | SealReason::Lease => SignInReason::Revoked,
        SealReason::IdentityChanged => SignInReason::IdentityChanged,
    }
}

fn required(reason: SignInReason) -> PericardError {
    PericardError::SignInRequired { reason }
}
