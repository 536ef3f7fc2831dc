//! Carrying out what the machine says: storing, refreshing, sealing.
//!
//! Uses: `authority`, `tokens`

use pericard_protocol::oauth::id_token::{self, Expected, IdTokenError};
use pericard_protocol::oauth::token::{self, TokenError, TokenKind, TokenResponse};
use pericard_protocol::secret::Secret;
use pericard_protocol::session::{Effect, Event, Refusal, SealReason};

use crate::platform::Checkpoint;
use crate::platform::error::{PericardError, PortalProblem, Result};
use crate::session::authority::Unidentified;
use crate::storage::{Device, GrantRow};

use super::tokens::Tokens;
use super::{Session, seal_reason};

impl Session {
    /// Does what the machine says and reports what came of it.
    pub(super) async fn run_effect(&self, effect: Effect, tokens: &mut Tokens) -> Option<Event> {
        let account = self.account.id.clone();
        match effect {
            Effect::StoreIntent => {
                let stored = self.on_disk(move |device| device.intend(&account)).await;
                self.deps.platform.reached(Checkpoint::IntentStored).await;
                Some(tokens.stored(stored, Event::IntentStored))
            }
            Effect::DropIntent => {
                let dropped = self
                    .on_disk(move |device| device.drop_intent(&account))
                    .await;
                tokens.stored(dropped, Event::IntentStored);
                None
            }
            Effect::Refresh => {
                let event = self.refresh(tokens).await;
                self.deps
                    .platform
                    .reached(Checkpoint::RefreshAnswered)
                    .await;
                Some(event)
            }
            Effect::StoreTokens => {
                let received = tokens.received.clone()?;
                let stored = self
                    .on_disk(move |device| device.refreshed(&account, &received))
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
                let stored = self
                    .on_disk(move |device| device.seal(&account, reason))
                    .await;
                tokens.stored(stored, Event::TokensStored);
                None
            }
            Effect::DiscardAnswer => {
                if let Some(received) = tokens.received.take() {
                    let client = self.client_id(&received);
                    let token = received.refresh_token.as_ref();
                    self.deps.authority.revoke(&client, token).await;
                }
                None
            }
            // The commit that stored the new tokens replaced the old ones and lifted the seal; the key comes back when it is
            // needed. Signing out is the account's.
            Effect::DropOldTokens | Effect::Unseal | Effect::Revoke | Effect::Wipe => None,
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

    /// Whom tokens were given to.
    pub(super) fn client_id(&self, grant: &GrantRow) -> String {
        let told = Some(&grant.client_id).filter(|id| !id.is_empty());
        told.unwrap_or(&self.deps.client_id).clone()
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
        let known = self.deps.authority.known();
        if known.endpoints.issuer != self.account.issuer {
            // The base names another authorization server today: it gets nothing that the first one gave.
            tokens.failed = Some(PericardError::portal(PortalProblem::WrongIssuer));
            return unreachable(self.now());
        }
        let form = token::refresh(&self.client_id(&grant), refresh_token);
        let url = known.endpoints.token.clone();
        let asked = self.deps.authority.ask(url, &form, grant.key.as_ref());
        let response = match asked.await {
            Ok(response) => response,
            Err(error) => {
                tokens.failed = Some(error.into());
                return unreachable(self.now());
            }
        };
        match TokenResponse::parse(response.status, &response.body) {
            Ok(answered) if answered.kind == TokenKind::Dpop && grant.key.is_none() => {
                tokens.failed = Some(PericardError::portal(PortalProblem::InvalidAnswer));
                unreachable(self.now())
            }
            Ok(answered) => self.received(tokens, &grant, answered).await,
            Err(TokenError::InvalidGrant) => Event::RefreshRefused(Refusal::InvalidGrant),
            Err(TokenError::InsufficientAuthorization { .. }) => {
                Event::RefreshRefused(Refusal::StepUp)
            }
            Err(TokenError::Refused(_)) => Event::RefreshRefused(Refusal::Other),
            Err(TokenError::Unavailable | TokenError::NotAnAnswer) => {
                tokens.failed = Some(response.refusal());
                unreachable(self.now())
            }
        }
    }

    /// New tokens, if they are for the same person.
    async fn received(
        &self,
        tokens: &mut Tokens,
        old: &GrantRow,
        answered: TokenResponse,
    ) -> Event {
        let device_now = self.deps.platform.clock.now();
        let same_patient = answered
            .patient
            .as_ref()
            .is_none_or(|patient| patient.0 == old.patient);
        let same_person = match &answered.id_token {
            Some(id_token) => self.is_same(old, id_token, &answered.access_token).await,
            None => true,
        };
        let expires = device_now.checked_add(
            answered
                .expires_in
                .unwrap_or(pericard_protocol::limits::ACCESS_TOKEN_LIFE_UNSAID),
        );
        let expires = expires.unwrap_or(device_now);
        tokens.received = Some(GrantRow {
            patient: old.patient.clone(),
            access_token: answered.access_token,
            expires,
            refresh_token: answered.refresh_token,
            scope: answered.scope.unwrap_or_else(|| old.scope.clone()),
            intent: false,
            client_id: old.client_id.clone(),
            key: old.key.clone(),
            bound: answered.kind == TokenKind::Dpop,
        });
        if self.has_left() {
            // The account was left meanwhile, and nobody else will revoke what has just come.
            let token = tokens
                .received
                .take()
                .and_then(|received| received.refresh_token);
            let client = self.client_id(old);
            self.deps.authority.revoke(&client, token.as_ref()).await;
            return Event::RevokedByUser;
        }
        if !same_patient || !same_person {
            return Event::IdentityChanged;
        }
        self.heard(self.deps.authority.estimated_time()).await;
        let expires = expires.try_into().unwrap_or_else(|_| self.now());
        Event::RefreshAnswered { expires }
    }

    /// Whether a refreshed `id_token` names the same issuer, subject and client (OpenID Connect Core 1.0 §12.2).
    async fn is_same(&self, old: &GrantRow, token: &Secret, access_token: &Secret) -> bool {
        let expected = Expected {
            issuer: &self.account.issuer,
            client_id: &self.client_id(old),
            nonce: None,
            access_token: Some(access_token),
            now: self.deps.authority.estimated_time(),
        };
        match self.deps.authority.identify(token, &expected).await {
            Ok(claims) => claims.subject == self.account.subject,
            // A clock that is off says nothing about who it is.
            Err(Unidentified::Token(IdTokenError::Expired | IdTokenError::FromTheFuture)) => true,
            Err(Unidentified::Token(_)) => false,
            // Nor do keys that cannot be had now: its claims come straight from the token endpoint.
            Err(Unidentified::Keys(_)) => id_token::check(token, &expected)
                .is_ok_and(|claims| claims.subject == self.account.subject),
        }
    }
}
