//! The client of an authorization server: requests tokens and verifies id_tokens.
//!
//! Sign-in and refresh both use [`Authority`]. Its endpoints and signing keys come from the last discovery. If a signature
//! was made by an unknown key, the key set is fetched once more, since servers rotate keys without notice.
//!
//! A server that publishes no keys is trusted because its id_token came directly from its token endpoint over TLS (OpenID
//! Connect Core 1.0 §3.1.3.7 point 6).

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use pericard_protocol::limits;
use pericard_protocol::oauth::Form;
use pericard_protocol::oauth::discovery::PortalEndpoints;
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::oauth::id_token::{self, Expected, IdClaims, IdTokenError};
use pericard_protocol::oauth::identity::{Keys, RefreshIdentity, Verdict};
use pericard_protocol::oauth::jwks::KeySet;
use pericard_protocol::oauth::token::{self, TokenResponse};
use pericard_protocol::secret::Secret;
use url::Url;

use crate::http::{HttpClient, HttpError, Request, Response};
use crate::platform::error::{PericardError, PortalProblem, Result};

/// An authorization server's metadata and keys, from the last discovery.
pub(crate) struct ServerMetadata {
    pub(crate) endpoints: PortalEndpoints,
    /// Its signing keys, if it publishes any.
    pub(crate) keys: Option<KeySet>,
}

/// Why an id_token could not be verified.
pub(crate) enum Unidentified {
    /// The id_token is not valid.
    Token,
    /// The signing keys are not available now.
    Keys(PericardError),
}

/// An authorization server, shared by all accounts of a portal.
pub(crate) struct Authority {
    http: HttpClient,
    known: Mutex<Arc<ServerMetadata>>,
}

impl Authority {
    pub(crate) fn new(http: HttpClient, known: ServerMetadata) -> Self {
        Self {
            http,
            known: Mutex::new(Arc::new(known)),
        }
    }

    pub(crate) fn known(&self) -> Arc<ServerMetadata> {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Replaces the signing keys.
    fn update_keys(&self, keys: KeySet) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let endpoints = known.endpoints.clone();
        *known = Arc::new(ServerMetadata {
            endpoints,
            keys: Some(keys),
        });
    }

    /// Replaces the metadata and keys after a discovery.
    pub(crate) fn update(&self, known: ServerMetadata) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
    }

    /// Sends `form`, with a proof of `key` if there is one. What `issuer` gave goes only to its own endpoints.
    pub(crate) async fn ask_as(
        &self,
        issuer: &str,
        url: Url,
        form: &Form,
        key: Option<&Arc<DpopKey>>,
    ) -> Result<std::result::Result<Response, HttpError>> {
        if !self.known().endpoints.may_receive(issuer, &url) {
            return Err(PericardError::portal(PortalProblem::WrongIssuer));
        }
        Ok(self.ask(url, form, key).await)
    }

    async fn ask(
        &self,
        url: Url,
        form: &Form,
        key: Option<&Arc<DpopKey>>,
    ) -> std::result::Result<Response, HttpError> {
        self.http.send(Request::form(url, form).proved(key)).await
    }

    /// Returns this device's best estimate of the time at the token endpoint.
    pub(crate) fn estimated_time(&self) -> Timestamp {
        self.http.estimated_time(&self.known().endpoints.token)
    }

    /// The same; fails with `ClockWrong` if the device's own clock is more than a day away from it.
    pub(crate) fn time(&self) -> Result<Timestamp, HttpError> {
        self.http.time_at(&self.known().endpoints.token)
    }

    /// Verifies an `id_token` from the token endpoint and returns its claims.
    pub(crate) async fn identify(
        &self,
        token: &Secret,
        expected: &Expected<'_>,
    ) -> Result<IdClaims, Unidentified> {
        let known = self.known();
        let Some(url) = known.endpoints.jwks.clone() else {
            return id_token::check(token, expected).map_err(|_| Unidentified::Token);
        };
        let judged = match &known.keys {
            Some(keys) => id_token::verify(token, keys, expected),
            None => Err(IdTokenError::UnknownKey),
        };
        // A wrong signature as well: keys that have no name are told apart by trying.
        let Err(IdTokenError::UnknownKey | IdTokenError::WrongSignature) = judged else {
            return judged.map_err(|_| Unidentified::Token);
        };
        let keys = self.keys(url).await?;
        let judged = id_token::verify(token, &keys, expected);
        self.update_keys(keys);
        judged.map_err(|_| Unidentified::Token)
    }

    /// Whether an answer to a refresh is for the same person. Keys that may have changed are read once more.
    pub(crate) async fn compare(
        &self,
        identity: &RefreshIdentity<'_>,
        answer: &TokenResponse,
    ) -> Verdict {
        let known = self.known();
        let Some(url) = known.endpoints.jwks.clone() else {
            return identity.compare(answer, Keys::NotPublished);
        };
        let keys = known.keys.as_ref().map_or(Keys::Unavailable, Keys::Known);
        let verdict = identity.compare(answer, keys);
        if !verdict.is_worth_new_keys() {
            return verdict;
        }
        let Ok(keys) = self.keys(url).await else {
            return verdict;
        };
        let verdict = identity.compare(answer, Keys::Known(&keys));
        // Keys that prove nothing take no others' place.
        if verdict == Verdict::Same {
            self.update_keys(keys);
        }
        verdict
    }

    async fn keys(&self, url: Url) -> Result<KeySet, Unidentified> {
        let none = || Unidentified::Token;
        let request = Request::get(url, limits::OAUTH_BODY).header("accept", "application/json");
        let response = match self.http.send(request).await {
            Ok(response) => response,
            Err(HttpError::TooLarge) => return Err(none()),
            Err(error) => return Err(Unidentified::Keys(error.into())),
        };
        let in_trouble = response.status == 429 || response.status >= 500 || response.is_html();
        match KeySet::parse(&response.body) {
            _ if in_trouble => Err(Unidentified::Keys(response.refusal())),
            Ok(keys) if response.is_success() => Ok(keys),
            _ => Err(none()),
        }
    }

    /// Revokes a refresh token, and with it what was made from it (RFC 7009). Best effort: tokens run out by themselves.
    /// Only the issuer that gave the token gets it back.
    pub(crate) async fn revoke(
        &self,
        issuer: &str,
        client_id: &str,
        refresh_token: Option<&Secret>,
    ) {
        let endpoints = &self.known().endpoints;
        let url = endpoints.revocation.clone();
        let url = url.filter(|url| endpoints.may_receive(issuer, url));
        if let Some((url, refresh_token)) = url.zip(refresh_token) {
            let form = token::revoke(client_id, refresh_token);
            let _ = self.ask(url, &form, None).await;
        }
    }
}
