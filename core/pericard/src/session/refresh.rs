//! Carries out the machine's effects: storing, refreshing, sealing.
//!
//! Uses: `authority`, `tokens`

use std::time::Duration;

use pericard_protocol::limits;
use pericard_protocol::oauth::identity::{RefreshIdentity, Verdict};
use pericard_protocol::oauth::refusal::{Remedy, Why};
use pericard_protocol::oauth::token::{self, TokenKind, TokenResponse};
use pericard_protocol::session::{Effect, Event, Refusal, SealReason};

use crate::http::Response;
use crate::platform::Checkpoint;
use crate::platform::error::{PericardError, PortalProblem, Result};
use crate::platform::log;
use crate::storage::{Device, GrantRow};

use super::tokens::Tokens;
use super::{Session, seal_reason};

impl Session {
    /// Carries out one effect and reports the event that it led to.
    pub(super) async fn run_effect(&self, effect: Effect, tokens: &mut Tokens) -> Option<Event> {
        let person = self.person.id.clone();
        match effect {
            Effect::StoreIntent => {
                let stored = self.on_disk(move |device| device.intend(&person)).await;
                self.deps.platform.reached(Checkpoint::IntentStored).await;
                Some(tokens.stored(stored, Event::IntentStored))
            }
            Effect::DropIntent => {
                let dropped = self
                    .on_disk(move |device| device.drop_intent(&person))
                    .await;
                tokens.stored(dropped, Event::IntentStored);
                None
            }
            Effect::Refresh => {
                let event = self.refresh(tokens).await;
                log::event!(
                    INFO,
                    "session refreshed",
                    account = self.deps.label,
                    result = result_of(&event),
                    error = tokens.failed
                );
                self.deps
                    .platform
                    .reached(Checkpoint::RefreshAnswered)
                    .await;
                Some(event)
            }
            Effect::StoreTokens => {
                let received = tokens.received.clone()?;
                let stored = self
                    .on_disk(move |device| device.refreshed(&person, &received))
                    .await;
                if stored.is_ok() {
                    tokens.take_received();
                    self.deps.platform.reached(Checkpoint::TokensStored).await;
                }
                Some(tokens.stored(stored, Event::TokensStored))
            }
            Effect::Seal { reason } => {
                if reason != SealReason::Lease {
                    tokens.grant = None;
                    tokens.received = None;
                }
                // In memory it is sealed already; a disk that fails cannot keep it open.
                let reason = seal_reason(reason);
                let account = self.account.id.clone();
                let stored = self
                    .on_disk(move |device| device.seal(&account, &person, reason))
                    .await;
                tokens.stored(stored, Event::TokensStored);
                None
            }
            Effect::DiscardAnswer => {
                if let Some(received) = tokens.received.take() {
                    let client = self.client_id(&received);
                    let token = received.refresh_token.as_ref();
                    let issuer = &self.account.issuer;
                    self.deps.authority.revoke(issuer, &client, token).await;
                }
                None
            }
            Effect::UseToken { .. } | Effect::Fail(_) => None,
        }
    }

    pub(super) async fn on_disk(
        &self,
        work: impl FnOnce(&Device) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let device = self.deps.device.clone();
        self.deps.platform.blocking(move || work(&device)).await
    }

    /// The client id that a grant was issued to.
    pub(super) fn client_id(&self, grant: &GrantRow) -> String {
        let stored = Some(&grant.client_id).filter(|id| !id.is_empty());
        stored.unwrap_or(&self.deps.client_id).clone()
    }

    async fn refresh(&self, tokens: &mut Tokens) -> Event {
        let unreachable = |now| Event::RefreshUnreachable { now };
        let Some(grant) = tokens.grant.clone() else {
            return unreachable(self.now());
        };
        let Some(refresh_token) = grant.refresh_token.as_ref() else {
            // Nothing to refresh with: the session has run out.
            return Event::RefreshRefused(Refusal::InvalidGrant);
        };
        let client_id = self.client_id(&grant);
        let form = token::refresh(&client_id, refresh_token);
        let url = self.deps.authority.known().endpoints.token.clone();
        let (authority, issuer) = (&self.deps.authority, &self.account.issuer);
        let asked = authority.ask_as(issuer, url, &form, grant.key.as_ref());
        let response = match asked.await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                tokens.failed = Some(error.into());
                return unreachable(self.now());
            }
            // The base names another authorization server today: it gets nothing that the first one gave.
            Err(error) => {
                tokens.failed = Some(error);
                return unreachable(self.now());
            }
        };
        let error = match TokenResponse::parse(response.status, &response.body) {
            Ok(answered) if answered.kind == TokenKind::Dpop && grant.key.is_none() => {
                tokens.failed = Some(PericardError::portal(PortalProblem::InvalidAnswer));
                return unreachable(self.now());
            }
            Ok(answered) => return self.received(tokens, &grant, answered).await,
            Err(error) => error,
        };
        let refusal = match error.at_refresh() {
            Remedy::Revoked => Refusal::InvalidGrant,
            Remedy::StepUp => Refusal::StepUp,
            Remedy::NewSignIn { why } => {
                if why == Why::ClientUnknown {
                    self.forget_registration(client_id).await;
                }
                Refusal::NewSignIn(why)
            }
            Remedy::Later | Remedy::Misconfigured | Remedy::Cancelled | Remedy::Other => {
                tokens.failed = Some(trouble(&response));
                return unreachable(self.now());
            }
        };
        Event::RefreshRefused(refusal)
    }

    /// A client that registered itself does so anew at the next sign-in.
    async fn forget_registration(&self, client_id: String) {
        let base = self.account.base.clone();
        // One that is still known then is refused once more, and forgotten then.
        let _ = self
            .on_disk(move |device| device.forget_registration(&base, &client_id))
            .await;
    }

    /// Accepts new tokens if they are for the same person.
    async fn received(
        &self,
        tokens: &mut Tokens,
        old: &GrantRow,
        answered: TokenResponse,
    ) -> Event {
        let device_now = self.deps.platform.clock.now();
        let verdict = self.compare(old, &answered).await;
        let life = answered.expires_in.unwrap_or_else(|| {
            let refreshable = old.refresh_token.is_some() || answered.refresh_token.is_some();
            unsaid_life(refreshable)
        });
        let expires = device_now.checked_add(life).unwrap_or(device_now);
        tokens.received = Some(GrantRow {
            access_token: answered.access_token,
            expires,
            refresh_token: answered.refresh_token,
            scope: answered.scope.unwrap_or_else(|| old.scope.clone()),
            intent: false,
            client_id: old.client_id.clone(),
            key: old.key.clone(),
            bound: answered.kind == TokenKind::Dpop,
            patient_is_user: old.patient_is_user,
            proof: old.proof.clone(),
        });
        if self.has_left() {
            // The account was left meanwhile, and nobody else will revoke what has just come.
            let token = tokens
                .received
                .take()
                .and_then(|received| received.refresh_token);
            let client = self.client_id(old);
            let issuer = &self.account.issuer;
            let authority = &self.deps.authority;
            authority.revoke(issuer, &client, token.as_ref()).await;
            return Event::RevokedByUser;
        }
        match verdict {
            // What cannot be verified now came straight from the token endpoint, and the old tokens may be used up.
            Verdict::Same | Verdict::CannotVerify => {}
            Verdict::SomebodyElse => return Event::IdentityChanged,
            Verdict::Unusable(_) => {
                tokens.received = None;
                tokens.failed = Some(PericardError::portal(PortalProblem::UntrustedIdentity));
                return Event::RefreshUnreachable { now: self.now() };
            }
        }
        self.note_contact(self.deps.authority.estimated_time())
            .await;
        let expires = expires.try_into().unwrap_or_else(|_| self.now());
        Event::RefreshAnswered { expires }
    }

    /// Whether an answer names the same issuer, subject and patient (OpenID Connect Core 1.0 §12.2).
    async fn compare(&self, old: &GrantRow, answered: &TokenResponse) -> Verdict {
        let identity = RefreshIdentity {
            issuer: &self.account.issuer,
            client_id: &self.client_id(old),
            subject: &self.account.subject,
            patient: &self.person.patient,
            patient_is_user: old.patient_is_user,
            base: self.deps.http.base(),
        };
        self.deps.authority.compare(&identity, answered).await
    }
}

/// How long a token is taken to live whose server does not say so: some minutes, after which a refresh is tried; until it
/// is refused where there is nothing to refresh with (RFC 6749 §5.1).
pub(crate) fn unsaid_life(refreshable: bool) -> Duration {
    const UNTIL_REFUSED: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    if refreshable {
        limits::ACCESS_TOKEN_LIFE_UNSAID
    } else {
        UNTIL_REFUSED
    }
}

/// What came of a refresh, as a log line says it.
fn result_of(event: &Event) -> &'static str {
    match event {
        Event::RefreshAnswered { .. } => "answered",
        Event::RefreshRefused(Refusal::InvalidGrant) => "invalid_grant",
        Event::RefreshRefused(Refusal::StepUp) => "step_up",
        Event::RefreshRefused(_) => "sign_in",
        Event::RefreshUnreachable { .. } => "unreachable",
        Event::IdentityChanged => "identity_changed",
        _ => "left",
    }
}

/// The error for trouble that passes, whatever status a server gives it.
fn trouble(response: &Response) -> PericardError {
    match response.refusal() {
        PericardError::Portal {
            problem: PortalProblem::Refused,
            status,
        } => PericardError::Portal {
            problem: PortalProblem::Failing,
            status,
        },
        error => error,
    }
}
