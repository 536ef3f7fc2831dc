//! Redeems an authorization code and determines who signed in.

use std::sync::Arc;

use jiff::Timestamp;
use pericard_protocol::fhir::patient::Patient;
use pericard_protocol::fhir::user::FhirUser;
use pericard_protocol::oauth::Code;
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::oauth::id_token::Expected;
use pericard_protocol::oauth::refusal::Remedy;
use pericard_protocol::oauth::step_up::SignInProof;
use pericard_protocol::oauth::token::{TokenKind, TokenResponse, redeem_code};
use pericard_protocol::secret::Secret;

use crate::client::accounts::revocations;
use crate::client::host::Host;
use crate::client::site::Site;
use crate::http::Response;
use crate::platform::error::{PericardError, PortalProblem, Result};
use crate::session::authority::Unidentified;
use crate::session::refresh::unsaid_life;
use crate::session::sign_in_reason;

use super::acting::Asking;
use super::state::{Redeemed, State};

/// The code that the portal issued, with what came beside it.
pub(super) struct Granted {
    pub(super) code: Code,
    pub(super) recovery_codes: Vec<Secret>,
    pub(super) recovery_codes_left: Option<u32>,
}

/// Redeems a code and determines who signed in. `redirect` is that of the authorization request; `None` for a native
/// sign-in.
pub(super) async fn redeem(
    host: &Arc<Host>,
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
    let asked = site
        .authority
        .ask_as(&state.issuer, url, &form, key.as_ref());
    let response = asked.await??;
    let tokens = match TokenResponse::parse(response.status, &response.body) {
        Ok(tokens) => tokens,
        Err(error) => return Err(refusal(error.at_sign_in(), &response)),
    };
    let who = match identify(site, state, &tokens, key).await {
        Ok(who) => who,
        Err(Unfit { error, subject }) => {
            let token = tokens.refresh_token.as_ref();
            revoke_unused(host, site, state, token, subject.as_deref()).await;
            return Err(error);
        }
    };
    let now = host.platform.clock.now();
    Ok(Redeemed {
        subject: who.subject,
        patient: who.patient,
        is_self: who.is_self,
        user: who.user,
        patient_is_user: who.patient_is_user,
        name: who.name,
        at: who.at,
        proof: who.proof,
        bound: tokens.kind == TokenKind::Dpop,
        access_token: tokens.access_token,
        expires: now
            .checked_add(
                tokens
                    .expires_in
                    .unwrap_or_else(|| unsaid_life(tokens.refresh_token.is_some())),
            )
            .unwrap_or(now),
        refresh_token: tokens.refresh_token,
        scope: tokens.scope.unwrap_or_else(|| state.scope.clone()),
        recovery_codes: granted.recovery_codes,
        recovery_codes_left: granted.recovery_codes_left,
    })
}

/// Converts a refusal of the token endpoint.
pub(super) fn refusal(remedy: Remedy, response: &Response) -> PericardError {
    let portal = |problem| PericardError::Portal {
        problem,
        status: Some(response.status),
    };
    match remedy {
        Remedy::NewSignIn { why } => PericardError::SignInRequired {
            reason: sign_in_reason(why),
        },
        Remedy::Later => match response.refusal() {
            PericardError::Portal {
                problem: PortalProblem::Refused,
                ..
            } => portal(PortalProblem::Failing),
            error => error,
        },
        Remedy::StepUp => portal(PortalProblem::NotFresh),
        Remedy::Cancelled => PericardError::Cancelled,
        Remedy::Revoked | Remedy::Misconfigured | Remedy::Other => response.refusal(),
    }
}

/// Revokes tokens that do not become an account, now or as soon as the portal can be reached. If the sign-in was to
/// reopen an account and may be by the same person, the token is revoked only when that account is removed: some
/// servers give both sign-ins one grant, and revoking its newest token would end the existing session. A stranger's
/// token cannot share the grant.
pub(super) async fn revoke_unused(
    host: &Arc<Host>,
    site: &Site,
    state: &State,
    token: Option<&Secret>,
    subject: Option<&str>,
) {
    let Some(token) = token.cloned() else {
        return;
    };
    let document = revocations::document(site, &state.issuer, state.client_id(), &token);
    let (expected, issuer) = (state.expected.clone(), state.issuer.clone());
    let (client_id, subject) = (state.client_id().to_owned(), subject.map(str::to_owned));
    // A token whose revocation cannot be saved expires by itself.
    let _ = host
        .on_disk(move |host| {
            if let Some(account) = &expected {
                let subject = subject.as_deref();
                let same = subject.map(|subject| is_subject(host, Some(account), &issuer, subject));
                if same.transpose()?.unwrap_or(true) {
                    return host.device.supersede(account, &client_id, &token);
                }
            }
            document?.map_or(Ok(()), |document| revocations::keep(host, &document))
        })
        .await;
    revocations::settle_within(host, revocations::AT_ONCE).await;
}

/// Whether the account `expected` belongs to `subject`. Blocks.
pub(super) fn is_subject(
    host: &Host,
    expected: Option<&str>,
    issuer: &str,
    subject: &str,
) -> Result<bool> {
    let Some(expected) = expected else {
        return Ok(false);
    };
    let mut accounts = host.device.accounts()?.into_iter();
    Ok(accounts.any(|row| row.id == expected && row.issuer == issuer && row.subject == subject))
}

/// Why tokens do not become an account, and whose they are if that is proved.
struct Unfit {
    error: PericardError,
    subject: Option<String>,
}

impl From<PericardError> for Unfit {
    fn from(error: PericardError) -> Self {
        Self {
            error,
            subject: None,
        }
    }
}

/// Who signed in, for which patient, and when by the portal's clock.
struct Who {
    subject: String,
    patient: String,
    is_self: bool,
    /// Who signed in for the patient, as `Type/id`, where that is somebody else.
    user: Option<String>,
    /// Whether `fhirUser` names the patient.
    patient_is_user: bool,
    name: String,
    at: Timestamp,
    proof: SignInProof,
}

async fn identify(
    site: &Site,
    state: &State,
    tokens: &TokenResponse,
    key: Option<Arc<DpopKey>>,
) -> Result<Who, Unfit> {
    if tokens.kind == TokenKind::Dpop && key.is_none() {
        // The token is bound to a key that this device does not have.
        return Err(PericardError::portal(PortalProblem::InvalidAnswer).into());
    }
    let at = site.authority.time().map_err(PericardError::from)?;
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
        Err(Unidentified::Keys(error)) => return Err(error.into()),
        Err(Unidentified::Token) => return Err(untrusted().into()),
    };
    let unfit = |problem| Unfit {
        error: PericardError::portal(problem),
        subject: Some(claims.subject.clone()),
    };
    let wanted = state.step_up.as_ref();
    let proof = SignInProof::from(&claims);
    if wanted.is_some_and(|wanted| !wanted.met_by(&proof, at)) {
        return Err(unfit(PortalProblem::NotFresh));
    }
    let user = claims
        .fhir_user
        .as_ref()
        .and_then(|user| FhirUser::parse(user, site.base()));
    let key = key.filter(|_| tokens.kind == TokenKind::Dpop);
    let asking = Asking {
        site,
        token: &tokens.access_token,
        key: key.as_ref(),
    };
    let patient = match &tokens.patient {
        Some(patient) => patient.0.clone(),
        None => {
            let only = asking.patient(user.as_ref()).await;
            only.ok_or_else(|| unfit(PortalProblem::Unsupported))?
        }
    };
    let acting = asking.acting(user.as_ref(), &patient).await;
    let name = name(&asking, &patient).await;
    Ok(Who {
        subject: claims.subject,
        is_self: acting.is_self,
        user: acting.user,
        patient_is_user: matches!(&user, Some(FhirUser::Patient(id)) if *id == patient),
        patient,
        name,
        at,
        proof,
    })
}

/// Fetches the patient's name. Empty if it cannot be fetched; signing in does not fail because of it.
async fn name(asking: &Asking<'_>, patient: &str) -> String {
    let body = asking.read(&format!("Patient/{patient}")).await;
    let found = body.and_then(|body| Patient::parse(body).ok());
    found
        .filter(|found| found.id == patient)
        .and_then(|found| found.display_name())
        .unwrap_or_default()
}
