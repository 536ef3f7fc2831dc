//! Token and revocation endpoints.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract;
use axum::http::HeaderMap;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::clients;
use super::form::{Params, back_channel};
use super::grants::{ACCESS_LIFE, Redeemed};
use crate::fault::{DropOn, FaultKind};
use crate::instance::{Instance, State};
use crate::reply::{Reply, empty, oauth_error, private_json};
use crate::server::Hangup;

/// The client of a back-channel request.
fn client(params: &Params) -> Result<String, Reply> {
    let client = params.need("client_id")?;
    match clients::known(client) {
        true => Ok(client.to_owned()),
        false => Err(oauth_error("invalid_client", "client_id is unknown")),
    }
}

pub(crate) async fn token(
    extract::State(instance): extract::State<Arc<Instance>>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    let state = &mut *instance.state();
    let answer = back_channel(&headers, &body).and_then(|params| {
        let client = client(&params)?;
        match params.need("grant_type")? {
            "authorization_code" => by_code(&instance, state, &params, &client),
            "refresh_token" => by_refresh(&instance, state, &params, &client),
            _ => Err(oauth_error(
                "unsupported_grant_type",
                "authorization_code or refresh_token",
            )),
        }
    });
    match answer {
        Ok(body) => {
            let mut reply = private_json(200, &body);
            let drop = FaultKind::DropAnswerAfterCommit { on: DropOn::Token };
            if state.faults.hit(drop) {
                reply.extensions_mut().insert(Hangup);
            }
            reply
        }
        Err(reply) => reply,
    }
}

fn by_code(
    instance: &Instance,
    state: &mut State,
    params: &Params,
    client: &str,
) -> Result<Value, Reply> {
    let code = params.need("code")?;
    let verifier = params.need("code_verifier")?;
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    // RFC 7636 §4.1.
    if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
        return Err(oauth_error("invalid_request", "code_verifier is malformed"));
    }
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(verifier.as_bytes()));
    let redirect = params.get("redirect_uri");
    let now = state.clock.millis();
    let redeemed = state
        .grants
        .redeem(code, client, redirect, &challenge, now)
        .map_err(|why| oauth_error("invalid_grant", why))?;
    let scopes = state.grants.family(redeemed.family).scopes.clone();
    let refresh = scopes.has("offline_access");
    Ok(tokens(instance, state, &redeemed, &scopes, refresh, false))
}

fn by_refresh(
    instance: &Instance,
    state: &mut State,
    params: &Params,
    client: &str,
) -> Result<Value, Reply> {
    let token = params.need("refresh_token")?;
    if state.faults.hit(FaultKind::InvalidGrant) {
        return Err(oauth_error("invalid_grant", "the refresh token is revoked"));
    }
    let rotate = !state.faults.hit(FaultKind::NoRotation);
    let redeemed = state
        .grants
        .refresh(token, client, rotate)
        .map_err(|why| oauth_error("invalid_grant", why))?;
    let held = state.grants.family(redeemed.family).scopes.clone();
    let scopes = match params.get("scope") {
        None => held,
        Some(narrower) => held
            .narrow(narrower)
            .ok_or_else(|| oauth_error("invalid_scope", "more than was granted"))?,
    };
    let wrong_subject = state.faults.hit(FaultKind::WrongSubject);
    Ok(tokens(
        instance,
        state,
        &redeemed,
        &scopes,
        rotate,
        wrong_subject,
    ))
}

fn tokens(
    instance: &Instance,
    state: &mut State,
    redeemed: &Redeemed,
    scopes: &super::Scopes,
    refresh: bool,
    wrong_subject: bool,
) -> Value {
    let now = state.clock.millis();
    let family = state.grants.family(redeemed.family).clone();
    let mut shown = family.person;
    if wrong_subject {
        let others = (0..state.people.len()).find(|&other| other != family.person);
        shown = others.unwrap_or(shown);
    }
    let person = &state.people[shown];
    let mut body = json!({
        "access_token": state.grants.issue_access(
            redeemed.family, scopes.clone(), now, &mut state.entropy),
        "token_type": "Bearer",
        "expires_in": ACCESS_LIFE / 1000,
        "scope": scopes.text(),
        "patient": person.patient,
    });
    if refresh {
        let token = state
            .grants
            .issue_refresh(redeemed.family, &mut state.entropy);
        body["refresh_token"] = json!(token);
    }
    if scopes.has("openid") {
        let seconds = now / 1000;
        let mut claims = json!({
            "iss": instance.issuer(),
            "sub": person.subject,
            "aud": family.client,
            "iat": seconds,
            "exp": seconds + 3600,
            "auth_time": family.auth_time,
            "amr": if family.otp { json!(["pwd", "otp", "mfa"]) } else { json!(["pwd"]) },
        });
        if let Some(nonce) = &redeemed.nonce {
            claims["nonce"] = json!(nonce);
        }
        if scopes.has("fhirUser") {
            claims["fhirUser"] = json!(format!("{}/Patient/{}", instance.base(), person.patient));
        }
        body["id_token"] = json!(state.key.sign(&claims));
    }
    body
}

pub(crate) async fn revoke(
    extract::State(instance): extract::State<Arc<Instance>>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    let state = &mut *instance.state();
    let accepted = back_channel(&headers, &body).and_then(|params| {
        let client = client(&params)?;
        state.grants.revoke(params.need("token")?, &client);
        Ok(())
    });
    match accepted {
        Ok(()) => {
            state.requests.revocations += 1;
            empty(200)
        }
        Err(reply) => reply,
    }
}
