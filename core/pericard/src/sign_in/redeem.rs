//! From an authorization code to an account.

use std::sync::Arc;

use pericard_protocol::fhir::patient::Patient;
use pericard_protocol::limits;
use pericard_protocol::oauth::id_token::{self, Expected};
use pericard_protocol::oauth::token::{TokenAnswer, TokenError, redeem_code, revoke as revocation};
use pericard_protocol::oauth::{Code, Form};
use pericard_protocol::secret::Secret;

use crate::account::Account;
use crate::client::Core;
use crate::ground::error::{PericardError, PortalProblem, Result, SignInReason};
use crate::keepers::net::Call;
use crate::keepers::store::{AccountRow, GrantRow, PersonRow, random_id};
use crate::portal::Site;

use super::state::{Redeemed, State};

/// Redeems `code` and finds out who signed in. `redirect` as in the authorization request; none for a native one.
pub(super) async fn redeem(
    core: &Core,
    site: &Site,
    state: &State,
    code: &Code,
    redirect: Option<&str>,
) -> Result<Redeemed> {
    let form = redeem_code(
        &site.config.client_id,
        code,
        &state.pkce().verifier,
        redirect,
    );
    let call = Call::post(
        site.endpoints.token.clone(),
        Form::CONTENT_TYPE,
        form.as_str().as_bytes().to_vec(),
        limits::OAUTH_BODY,
    );
    let answer = site
        .net
        .send(call.header("accept", "application/json"))
        .await?;
    let tokens = TokenAnswer::parse(answer.status, &answer.body).map_err(|error| match error {
        TokenError::InvalidGrant => PericardError::SignInRequired {
            reason: SignInReason::Expired,
        },
        _ => answer.refusal(),
    })?;
    let now = core.world.clock.now();
    let invalid = || PericardError::Portal {
        problem: PortalProblem::InvalidAnswer,
        status: Some(answer.status),
    };
    let claims = id_token::check(
        tokens.id_token.as_ref().ok_or_else(invalid)?,
        &Expected {
            issuer: &site.endpoints.issuer,
            client_id: &site.config.client_id,
            nonce: Some(&state.nonce),
            now: jiff::Timestamp::try_from(now).map_err(|_| invalid())?,
        },
    )
    .map_err(|_| invalid())?;
    let patient = tokens
        .patient
        .ok_or(PericardError::portal(PortalProblem::Unsupported))?
        .0;
    let name = name(site, &patient, &tokens.access_token).await;
    Ok(Redeemed {
        subject: claims.subject,
        patient,
        name,
        access_token: tokens.access_token,
        expires: now.checked_add(tokens.expires_in).unwrap_or(now),
        refresh_token: tokens.refresh_token,
        scope: tokens.scope.unwrap_or_else(|| state.scope.clone()),
    })
}

/// The patient's name; empty where the portal does not tell it. Signing in does not fail over it.
async fn name(site: &Site, patient: &str, token: &Secret) -> String {
    let url = site.base().join(&format!("Patient/{patient}"));
    let call = Call::get(url, limits::FHIR_BODY)
        .header("accept", "application/fhir+json")
        .token(token);
    let Ok(answer) = site.net.send(call).await else {
        return String::new();
    };
    let parsed = std::str::from_utf8(&answer.body)
        .ok()
        .and_then(|text| Patient::parse(text).ok());
    parsed
        .filter(|found| found.id == patient)
        .and_then(|found| found.display_name())
        .unwrap_or_default()
}

/// Makes the account, or reopens the one of the same person. Blocks.
pub(super) fn commit(
    core: &Arc<Core>,
    site: &Site,
    sign_in: &str,
    expected: Option<String>,
    redeemed: &Redeemed,
) -> Result<Arc<Account>> {
    let another = PericardError::SignInRequired {
        reason: SignInReason::AnotherPerson,
    };
    let (base, issuer) = (&site.config.base, &site.endpoints.issuer);
    let found = core.device.account_of(base, issuer, &redeemed.subject)?;
    if expected.is_some() && expected != found.as_ref().map(|row| row.id.clone()) {
        return Err(another);
    }
    let fresh = found.is_none();
    let row = AccountRow {
        id: found.map_or_else(|| random_id(&core.world), |row| row.id),
        base: base.clone(),
        issuer: issuer.clone(),
        subject: redeemed.subject.clone(),
        config: serde_json::to_string(&site.config)?,
        sealed: None,
    };
    let known = core
        .device
        .people(&row.id)?
        .into_iter()
        .find(|person| person.is_self);
    // A grant has one fixed patient; the same login with another one is not the same person here.
    if known
        .as_ref()
        .is_some_and(|person| person.patient != redeemed.patient)
    {
        return Err(another);
    }
    let unlocked = core.vault.content_root(&row.id, fresh)?;
    let person = match known {
        Some(person) if redeemed.name.is_empty() => person,
        Some(person) => PersonRow {
            name: redeemed.name.clone(),
            ..person
        },
        None => {
            let id = random_id(&core.world);
            let wrapped = unlocked.new_person(&core.world, &row.id, &id)?.0;
            let (patient, name) = (redeemed.patient.clone(), redeemed.name.clone());
            PersonRow {
                id,
                patient,
                name,
                is_self: true,
                wrapped,
            }
        }
    };
    let grant = GrantRow {
        patient: redeemed.patient.clone(),
        access_token: redeemed.access_token.clone(),
        expires: redeemed.expires,
        refresh_token: redeemed.refresh_token.clone(),
        scope: redeemed.scope.clone(),
        intent: false,
    };
    core.device.signed_in(&row, &grant, &person, sign_in)?;
    let account = core.account_core(row)?;
    account.signed_in(unlocked)?;
    Ok(Account::new(account))
}

/// Revokes tokens that become no account (RFC 7009). Best effort: they run out by themselves.
pub(super) async fn revoke(site: &Site, redeemed: &Redeemed) {
    let (Some(url), Some(token)) = (site.endpoints.revocation.clone(), &redeemed.refresh_token)
    else {
        return;
    };
    let body = revocation(&site.config.client_id, token)
        .as_str()
        .as_bytes()
        .to_vec();
    let _ = site
        .net
        .send(Call::post(
            url,
            Form::CONTENT_TYPE,
            body,
            limits::OAUTH_BODY,
        ))
        .await;
}
