//! An account's tokens: hands for the session machine of `pericard-protocol`.
//!
//! Uses: `net`, `store`
//!
//! Whoever needs to ask the portal does it through [`Session::send`], which attaches a token and refreshes it where
//! needed, one refresh at a time. The rules are the machine's; here they are carried out: the intent to refresh is on
//! disk before the request, and new tokens take the place of the old in one commit.
//!
//! Failures: what a portal that cannot be reached or has a problem of its own says is never taken for a revocation;
//! only `invalid_grant` and a changed identity seal.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use pericard_protocol::limits;
use pericard_protocol::oauth::Form;
use pericard_protocol::oauth::id_token::{self, Expected, IdTokenError};
use pericard_protocol::oauth::token::{self, TokenAnswer, TokenError};
use pericard_protocol::secret::Secret;
use pericard_protocol::session as machine;
use pericard_protocol::session::{Effect, Event, Failure, Refusal};
use url::Url;

use crate::ground::error::{PericardError, PortalProblem, Result, SignInReason};
use crate::ground::world::World;
use crate::keepers::net::{Answer, Call, Net, NetError};
use crate::keepers::store::{Device, GrantRow, SealReason};

/// Where an account's session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SessionState {
    /// Signed out on this device; the account is gone from it.
    SignedOut,
    /// Signed in, as far as this device has heard.
    Active,
    /// The portal ended the session. The cache is kept and unreadable, the outbox is kept; signing in as the same
    /// person (`Account.sign_in_again`) reopens both.
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

/// What a session needs to know of its portal and its account.
pub(crate) struct Identity {
    pub(crate) account: String,
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) client_id: String,
    pub(crate) token_endpoint: Url,
}

/// The session of one account.
pub(crate) struct Session {
    world: World,
    device: Arc<Device>,
    net: Net,
    identity: Identity,
    /// Held from asking for a token until there is one: refreshing is single flight.
    inner: tokio::sync::Mutex<Inner>,
    shown: Mutex<SessionState>,
    /// Drops the content's key; called once the seal is on disk.
    on_seal: Box<dyn Fn() + Send + Sync>,
}

struct Inner {
    machine: machine::Session,
    tokens: Option<GrantRow>,
    /// Tokens that were received and are not on disk yet.
    received: Option<GrantRow>,
    /// What the last failed step said.
    failed: Option<PericardError>,
}

impl Session {
    /// The session as it lies on disk. Blocks.
    pub(crate) fn open(
        world: World,
        device: Arc<Device>,
        net: Net,
        identity: Identity,
        sealed: Option<SealReason>,
        on_seal: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Self> {
        let inner = Inner::load(&device, &identity.account, sealed)?;
        let shown = Mutex::new(shown(&inner.machine));
        Ok(Self {
            world,
            device,
            net,
            identity,
            inner: tokio::sync::Mutex::new(inner),
            shown,
            on_seal,
        })
    }

    pub(crate) fn state(&self) -> SessionState {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails when only a new sign-in helps.
    pub(crate) fn readable(&self) -> Result<()> {
        let reason = match self.state() {
            SessionState::Active => return Ok(()),
            SessionState::SignedOut => SignInReason::SignedOut,
            SessionState::Sealed { reason } => reason_of(Some(reason)),
        };
        Err(PericardError::SignInRequired { reason })
    }

    /// Sends `call` with a token; once more with a new one when the portal refuses the first.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer, SendError> {
        let (token, generation) = self.token(Event::NeedToken { now: self.now() }).await?;
        let answer = self
            .net
            .send(call.clone().token(&token))
            .await
            .map_err(SendError::Net)?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let (token, _) = self
            .token(Event::TokenRejected {
                generation,
                now: self.now(),
            })
            .await?;
        self.net
            .send(call.token(&token))
            .await
            .map_err(SendError::Net)
    }

    /// Takes over what a sign-in has put on disk: the seal is lifted. Blocks.
    pub(crate) fn reload(&self) -> Result<()> {
        let mut inner = self.inner.blocking_lock();
        *inner = Inner::load(&self.device, &self.identity.account, None)?;
        self.show(&inner);
        Ok(())
    }

    /// Ends the session on this device; the body that ends it at the portal, if there is a token to revoke.
    pub(crate) async fn sign_out(&self) -> Option<Form> {
        let mut inner = self.inner.lock().await;
        let (next, _) = inner.machine.on(Event::RevokedByUser);
        inner.machine = next;
        self.show(&inner);
        let tokens = inner.tokens.take()?;
        Some(token::revoke(
            &self.identity.client_id,
            &tokens.refresh_token?,
        ))
    }

    fn now(&self) -> Timestamp {
        Timestamp::try_from(self.world.clock.now()).unwrap_or_default()
    }

    fn show(&self, inner: &Inner) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = shown(&inner.machine);
    }

    /// Lets the machine run from `event` until there is a token or none can be had.
    async fn token(&self, event: Event) -> Result<(Secret, u64), SendError> {
        let mut inner = self.inner.lock().await;
        let mut next = Some(event);
        while let Some(event) = next.take() {
            let (machine, effects) = inner.machine.on(event);
            inner.machine = machine;
            self.show(&inner);
            for effect in effects {
                match effect {
                    Effect::UseToken { generation } => {
                        let token = inner
                            .tokens
                            .as_ref()
                            .map(|tokens| tokens.access_token.clone());
                        let token =
                            token.ok_or(SendError::Stop(PericardError::internal("token")))?;
                        return Ok((token, generation));
                    }
                    Effect::Fail(failure) => return Err(inner.failure(failure)),
                    effect => {
                        if let Some(event) = self.carry_out(effect, &mut inner).await {
                            next = Some(event);
                        }
                    }
                }
            }
        }
        Err(SendError::Stop(PericardError::internal("session")))
    }

    /// Does what the machine says and reports what came of it.
    async fn carry_out(&self, effect: Effect, inner: &mut Inner) -> Option<Event> {
        let account = self.identity.account.clone();
        match effect {
            Effect::StoreIntent => {
                let stored = self.on_disk(move |device| device.intend(&account)).await;
                Some(inner.stored(stored, Event::IntentStored))
            }
            Effect::DropIntent => {
                let stored = self
                    .on_disk(move |device| device.drop_intent(&account))
                    .await;
                inner.stored(stored, Event::IntentStored);
                None
            }
            Effect::Refresh => Some(self.refresh(inner).await),
            Effect::StoreTokens => {
                let received = inner.received.clone()?;
                let stored = self
                    .on_disk(move |device| device.refreshed(&account, &received))
                    .await;
                if stored.is_ok() {
                    inner.take_received();
                }
                Some(inner.stored(stored, Event::TokensStored))
            }
            Effect::Seal { reason } => {
                let reason = seal_reason(reason);
                inner.tokens = None;
                inner.received = None;
                // In memory it is sealed already; a disk that fails cannot keep it open.
                (self.on_seal)();
                let stored = self
                    .on_disk(move |device| device.seal(&account, reason))
                    .await;
                inner.stored(stored, Event::TokensStored);
                None
            }
            Effect::DiscardAnswer => {
                inner.received = None;
                None
            }
            // The commit that stored the new tokens replaced the old ones; signing in and out are the account's.
            Effect::DropOldTokens | Effect::Unseal | Effect::Revoke | Effect::Wipe => None,
            Effect::UseToken { .. } | Effect::Fail(_) => None,
        }
    }

    async fn on_disk(
        &self,
        work: impl FnOnce(&Device) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let device = self.device.clone();
        self.world.blocking(move || work(&device)).await
    }

    async fn refresh(&self, inner: &mut Inner) -> Event {
        let Some(tokens) = inner.tokens.clone() else {
            return Event::RefreshUnreachable;
        };
        let Some(refresh_token) = tokens.refresh_token.as_ref() else {
            // Nothing to refresh with: the session has run out.
            return Event::RefreshRefused(Refusal::InvalidGrant);
        };
        let form = token::refresh(&self.identity.client_id, refresh_token);
        let body = form.as_str().as_bytes().to_vec();
        let call = Call::post(
            self.identity.token_endpoint.clone(),
            Form::CONTENT_TYPE,
            body,
            limits::OAUTH_BODY,
        );
        let answer = match self
            .net
            .send(call.header("accept", "application/json"))
            .await
        {
            Ok(answer) => answer,
            Err(error) => {
                inner.failed = Some(error.into());
                return Event::RefreshUnreachable;
            }
        };
        match TokenAnswer::parse(answer.status, &answer.body) {
            Ok(answered) => self.received(inner, &tokens, answered),
            Err(TokenError::InvalidGrant) => Event::RefreshRefused(Refusal::InvalidGrant),
            Err(TokenError::InsufficientAuthorization { .. }) => {
                Event::RefreshRefused(Refusal::StepUp)
            }
            Err(TokenError::Refused(_)) => Event::RefreshRefused(Refusal::Other),
            Err(TokenError::Unavailable | TokenError::NotAnAnswer) => {
                inner.failed = Some(answer.refusal());
                Event::RefreshUnreachable
            }
        }
    }

    /// New tokens, if they are for the same person.
    fn received(&self, inner: &mut Inner, old: &GrantRow, answered: TokenAnswer) -> Event {
        let now = self.now();
        if answered
            .patient
            .as_ref()
            .is_some_and(|patient| patient.0 != old.patient)
        {
            return Event::IdentityChanged;
        }
        if let Some(id_token) = &answered.id_token {
            // A refreshed id_token names the same issuer, subject and client (OpenID Connect Core §12.2).
            let expected = Expected {
                issuer: &self.identity.issuer,
                client_id: &self.identity.client_id,
                nonce: None,
                now,
            };
            match id_token::check(id_token, &expected) {
                Ok(claims) if claims.subject == self.identity.subject => {}
                // A clock that is off says nothing about who it is.
                Err(IdTokenError::Expired | IdTokenError::FromTheFuture) => {}
                Ok(_) | Err(_) => return Event::IdentityChanged,
            }
        }
        let device_now = self.world.clock.now();
        inner.received = Some(GrantRow {
            patient: old.patient.clone(),
            access_token: answered.access_token,
            expires: device_now
                .checked_add(answered.expires_in)
                .unwrap_or(device_now),
            refresh_token: answered.refresh_token,
            scope: answered.scope.unwrap_or_else(|| old.scope.clone()),
            intent: false,
        });
        let expires = i64::try_from(answered.expires_in.as_secs()).unwrap_or(0);
        let expires = now
            .checked_add(jiff::SignedDuration::from_secs(expires))
            .unwrap_or(now);
        Event::RefreshAnswered { expires }
    }
}

impl Inner {
    fn load(device: &Device, account: &str, sealed: Option<SealReason>) -> Result<Self> {
        let tokens = device.grant(account)?;
        let machine = match (sealed, &tokens) {
            (Some(reason), _) => machine::Session::Sealed {
                reason: machine_reason(reason),
            },
            (None, None) => machine::Session::SignedOut,
            (None, Some(tokens)) => {
                let grant = machine::Grant {
                    expires: Timestamp::try_from(tokens.expires).unwrap_or(Timestamp::MIN),
                    generation: 0,
                    rejected_at: None,
                };
                let (restarted, _) = machine::Session::Active(grant).on(Event::Restarted {
                    intent: tokens.intent,
                });
                restarted
            }
        };
        Ok(Self {
            machine,
            tokens: tokens.filter(|_| sealed.is_none()),
            received: None,
            failed: None,
        })
    }

    /// `done` when it was stored; else the reason is kept for the failure to come.
    fn stored(&mut self, stored: Result<()>, done: Event) -> Event {
        match stored {
            Ok(()) => done,
            Err(error) => {
                self.failed = Some(error);
                Event::StoreFailed
            }
        }
    }

    /// The tokens on disk become those in use; without a new refresh token the old one stays.
    fn take_received(&mut self) {
        if let Some(received) = self.received.take() {
            let old = self.tokens.take().and_then(|old| old.refresh_token);
            let refresh_token = received.refresh_token.or(old);
            self.tokens = Some(GrantRow {
                refresh_token,
                ..received
            });
        }
    }

    fn failure(&mut self, failure: Failure) -> SendError {
        let portal = |problem, status| PericardError::Portal { problem, status };
        let said = self.failed.take();
        SendError::Stop(match failure {
            Failure::SignInRequired(reason) => PericardError::SignInRequired {
                reason: reason_of(reason.map(seal_reason)),
            },
            Failure::Unreachable => said.unwrap_or(PericardError::Offline),
            Failure::Storage => said.unwrap_or(PericardError::internal("session storage")),
            Failure::Refused | Failure::StepUp => portal(PortalProblem::Refused, None),
            Failure::Rejected => portal(PortalProblem::Refused, Some(401)),
            Failure::Busy => PericardError::internal("session busy"),
        })
    }
}

fn shown(machine: &machine::Session) -> SessionState {
    match (machine.seal(), machine) {
        (Some(reason), _) => SessionState::Sealed {
            reason: seal_reason(reason),
        },
        (None, machine::Session::SignedOut) => SessionState::SignedOut,
        _ => SessionState::Active,
    }
}

fn seal_reason(reason: machine::SealReason) -> SealReason {
    match reason {
        machine::SealReason::Refused => SealReason::Refused,
        machine::SealReason::IdentityChanged => SealReason::IdentityChanged,
    }
}

fn machine_reason(reason: SealReason) -> machine::SealReason {
    match reason {
        SealReason::Refused => machine::SealReason::Refused,
        SealReason::IdentityChanged => machine::SealReason::IdentityChanged,
    }
}

fn reason_of(reason: Option<SealReason>) -> SignInReason {
    match reason {
        None => SignInReason::SignedOut,
        Some(SealReason::Refused) => SignInReason::Revoked,
        Some(SealReason::IdentityChanged) => SignInReason::IdentityChanged,
    }
}
