//! From an authorization code to an account.

use std::sync::Arc;

use jiff::Timestamp;
use pericard_protocol::fhir::patient::Patient;
use pericard_protocol::fhir::user::FhirUser;
use pericard_protocol::limits;
use pericard_protocol::oauth::Code;
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::oauth::id_token::Expected;
use pericard_protocol::oauth::token::{TokenError, TokenKind, TokenResponse, redeem_code};
use pericard_protocol::secret::Secret;

use crate::client::host::Host;
use crate::client::site::Site;
use crate::http::Request;
use crate::platform::error::{PericardError, PortalProblem, Result, SignInReason};
use crate::session::authority::Unidentified;

use super::state::{Redeemed, State};

/// What the portal gave at the end of its questions.
pub(super) struct Granted {
    pub(super) code: Code,
    pub(super) recovery_codes: Vec<Secret>,
    pub(super) recovery_codes_left: Option<u32>,
}

/// Redeems a code and finds out who signed in. `redirect` as in the authorization request; none for a native one.
pub(super) async fn redeem(
    host: &Host,
    site: &Site,
    state: &State,
    granted: Granted,
    redirect: Option<String>,
) -> Result<Redeemed> {
    let key = state.key();
    let form = redeem_code(
        state.client_id(),
        &granted.code,
        &state.pkce().verifier,
        redirect.as_deref(),
    );
    let url = site.endpoints().token;
    let response = site.authority.ask(url, &form, key.as_ref()).await?;
    let tokens =
        TokenResponse::parse(response.status, &response.body).map_err(|error| match error {
            TokenError::InvalidGrant => PericardError::SignInRequired {
                reason: SignInReason::Expired,
            },
            _ => response.refusal(),
        })?;
    let who = match identify(site, state, &tokens, key).await {
        Ok(who) => who,
        Err(error) => {
            revoke(host, site, state, tokens.refresh_token.as_ref()).await;
            return Err(error);
        }
    };
    let now = host.platform.clock.now();
    Ok(Redeemed {
        subject: who.subject,
        patient: who.patient,
        is_self: who.is_self,
        name: who.name,
        at: who.at,
        bound: tokens.kind == TokenKind::Dpop,
        access_token: tokens.access_token,
        expires: now
            .checked_add(
                tokens
                    .expires_in
                    .unwrap_or(limits::ACCESS_TOKEN_LIFE_UNSAID),
            )
            .unwrap_or(now),
        refresh_token: tokens.refresh_token,
        scope: tokens.scope.unwrap_or_else(|| state.scope.clone()),
        recovery_codes: granted.recovery_codes,
        recovery_codes_left: granted.recovery_codes_left,
    })
}

/// Tokens that become no account are revoked. Those of a sign-in that should have reopened one are kept for its end: a
/// server may have given both sign-ins one grant, and revoking its newest token would end the session that is there.
pub(super) async fn revoke(host: &Host, site: &Site, state: &State, token: Option<&Secret>) {
    let (Some(account), Some(kept)) = (state.expected.clone(), token.cloned()) else {
        return site.authority.revoke(state.client_id(), token).await;
    };
    let (device, client_id) = (host.device.clone(), state.client_id().to_owned());
    let kept = host
        .platform
        .blocking(move || device.supersede(&account, &client_id, &kept));
    // What cannot be kept runs out by itself.
    let _ = kept.await;
}

/// Who signed in, for which patient, and when by the portal's clock.
struct Who {
    subject: String,
    patient: String,
    is_self: bool,
    name: String,
    at: Timestamp,
}

async fn identify(
    site: &Site,
    state: &State,
    tokens: &TokenResponse,
    key: Option<Arc<DpopKey>>,
) -> Result<Who> {
    if tokens.kind == TokenKind::Dpop && key.is_none() {
        // Bound to a key that this device does not have.
        return Err(PericardError::portal(PortalProblem::InvalidAnswer));
    }
    let at = site.authority.time()?;
    let expected = Expected {
        issuer: &site.issuer(),
        client_id: state.client_id(),
        nonce: Some(&state.nonce),
        access_token: Some(&tokens.access_token),
        now: at,
    };
    let untrusted = || PericardError::portal(PortalProblem::UntrustedIdentity);
    let id_token = tokens.id_token.as_ref().ok_or_else(untrusted)?;
    let claims = match site.authority.identify(id_token, &expected).await {
        Ok(claims) => claims,
        Err(Unidentified::Keys(error)) => return Err(error),
        Err(Unidentified::Token(_)) => return Err(untrusted()),
    };
    let wanted = state.step_up.as_ref();
    if wanted.is_some_and(|wanted| !wanted.met_by(&claims, at)) {
        return Err(PericardError::portal(PortalProblem::NotFresh));
    }
    let user = claims
        .fhir_user
        .and_then(|user| FhirUser::parse(&user, site.base()));
    let patient = match (&tokens.patient, &user) {
        (Some(patient), _) => patient.0.clone(),
        // A portal without launch contexts: the person's own record, if they are a patient.
        (None, Some(FhirUser::Patient(id))) => id.clone(),
        (None, _) => return Err(PericardError::portal(PortalProblem::Unsupported)),
    };
    let key = key.filter(|_| tokens.kind == TokenKind::Dpop);
    let name = name(site, &patient, &tokens.access_token, key.as_ref()).await;
    Ok(Who {
        subject: claims.subject,
        is_self: is_self(user.as_ref(), &patient),
        patient,
        name,
        at,
    })
}

/// Whether the patient is who signed in. A relative or another patient acts for them; a Person is who they are.
fn is_self(user: Option<&FhirUser>, patient: &str) -> bool {
    match user {
        None | Some(FhirUser::Person(_)) => true,
        Some(FhirUser::Patient(id)) => id == patient,
        Some(FhirUser::RelatedPerson(_) | FhirUser::Other) => false,
    }
}

/// The patient's name; empty where the portal does not tell it. Signing in does not fail over it.
async fn name(site: &Site, patient: &str, token: &Secret, key: Option<&Arc<DpopKey>>) -> String {
    let url = site.base().join(&format!("Patient/{patient}"));
    let request = Request::get(url, limits::FHIR_BODY)
        .header("accept", "application/fhir+json")
        .token(token)
        .proved(key);
    let Ok(response) = site.http.send(request).await else {
        return String::new();
    };
    let parsed = std::str::from_utf8(&response.body)
        .ok()
        .and_then(|text| Patient::parse(text).ok());
    parsed
        .filter(|found| found.id == patient)
        .and_then(|found| found.display_name())
        .unwrap_or_default()
}
