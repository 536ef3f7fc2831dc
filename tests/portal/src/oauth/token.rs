//! Token and revocation endpoints.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract;
use axum::http::HeaderMap;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::form::{Params, back_channel};
use super::grants::{ACCESS_LIFE, Denied, Redeemed};
use super::sign_in::Authorization;
use super::{Scopes, dpop, id_token};
use crate::asked::Asked;
use crate::fault::{DropOn, FaultKind};
use crate::instance::{Instance, State};
use crate::reply::{Reply, empty, oauth_error, private_json};
use crate::server::Hangup;

/// The client of a back-channel request.
fn client(state: &State, params: &Params) -> Result<String, Reply> {
    let client = params.need("client_id")?;
    match state.clients.known(client) {
        true => Ok(client.to_owned()),
        false => Err(oauth_error("invalid_client", "client_id is unknown")),
    }
}

/// Who asks, and with which key.
struct Asker {
    client: String,
    thumbprint: Option<String>,
}

pub(crate) async fn token(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    body: Bytes,
) -> Reply {
    let state = &mut *instance.state();
    let answer = back_channel(&asked.headers, &body).and_then(|params| {
        let client = client(state, &params)?;
        let thumbprint = dpop::at_authorization_server(state, &asked)?;
        if thumbprint.is_none() && state.clients.bound(&client) {
            return Err(dpop::invalid("this client registered for bound tokens"));
        }
        let asker = Asker { client, thumbprint };
        match params.need("grant_type")? {
            "authorization_code" => by_code(&instance, state, &params, &asker),
            "refresh_token" => by_refresh(&instance, state, &params, &asker),
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

fn denied(denied: Denied) -> Reply {
    match denied {
        Denied::Grant(why) => oauth_error("invalid_grant", why),
        Denied::Proof(why) => dpop::invalid(why),
    }
}

fn by_code(
    instance: &Instance,
    state: &mut State,
    params: &Params,
    asker: &Asker,
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
    let thumbprint = asker.thumbprint.as_deref();
    let redeemed = state
        .grants
        .redeem(code, &asker.client, redirect, &challenge, thumbprint, now)
        .map_err(denied)?;
    let scopes = state.grants.family(redeemed.family).scopes.clone();
    let refresh = scopes.has("offline_access");
    Ok(tokens(instance, state, &redeemed, &scopes, refresh, false))
}

fn by_refresh(
    instance: &Instance,
    state: &mut State,
    params: &Params,
    asker: &Asker,
) -> Result<Value, Reply> {
    let token = params.need("refresh_token")?;
    let refused = state
        .faults
        .take(|kind| matches!(kind, FaultKind::RefreshError { .. }));
    if let Some(FaultKind::RefreshError { error }) = refused {
        let (code, error) = error.answer();
        let body = json!({ "error": error, "error_description": "the person is needed" });
        return Err(private_json(code, &body));
    }
    if state.faults.hit(FaultKind::InvalidGrant) {
        return Err(oauth_error("invalid_grant", "the refresh token is revoked"));
    }
    if let Some(family) = state.grants.family_of(token, &asker.client) {
        sign_in_again(state, family, asker)?;
    }
    let rotate = !state.faults.hit(FaultKind::NoRotation);
    let now = state.clock.millis();
    let thumbprint = asker.thumbprint.as_deref();
    let redeemed = state
        .grants
        .refresh(token, &asker.client, thumbprint, rotate, now)
        .map_err(denied)?;
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

/// Where the fault says so, a refresh asks the person to sign in again (first-party draft §6.2). The
/// token stays good; whoever signed in since the fault was set is not asked.
fn sign_in_again(state: &mut State, family: usize, asker: &Asker) -> Result<(), Reply> {
    let older = |kind| match kind {
        FaultKind::InsufficientAuthorization { before } => family < before,
        _ => false,
    };
    // Whoever has not the key is refused for that.
    let bound = &state.grants.family(family).thumbprint;
    if bound.is_some() && *bound != asker.thumbprint {
        return Ok(());
    }
    if state.faults.take(older).is_none() {
        return Ok(());
    }
    let whose = state.grants.family(family);
    let patient = (whose.patient != whose.person).then_some(whose.patient);
    let wanted = Authorization {
        client: asker.client.clone(),
        scopes: state.grants.family(family).scopes.clone(),
        nonce: None,
        code_challenge: None,
        redirect: None,
        state: None,
        thumbprint: asker.thumbprint.clone(),
        mfa: false,
        patient_hint: None,
        patient,
    };
    let now = state.clock.millis();
    let sign_in = state.sign_ins.begin(wanted, now);
    let session = state.sign_ins.handle(sign_in, &mut state.entropy);
    let body = json!({ "error": "insufficient_authorization", "auth_session": session });
    Err(private_json(400, &body))
}

fn tokens(
    instance: &Instance,
    state: &mut State,
    redeemed: &Redeemed,
    scopes: &Scopes,
    refresh: bool,
    wrong_subject: bool,
) -> Value {
    let now = state.clock.millis();
    let family = state.grants.family(redeemed.family).clone();
    let mut shown = id_token::Shown {
        person: family.person,
        patient: family.patient,
    };
    if wrong_subject {
        let another = |&other: &usize| ![family.person, family.patient].contains(&other);
        if let Some(other) = (0..state.people.len()).find(another) {
            (shown.person, shown.patient) = (other, other);
        }
    }
    let kind = match family.thumbprint {
        Some(_) => "DPoP",
        None => "Bearer",
    };
    let mut body = json!({
        "access_token": state.grants.issue_access(
            redeemed.family, scopes.clone(), now, &mut state.entropy),
        "token_type": kind,
        "expires_in": ACCESS_LIFE / 1000,
        "scope": scopes.text(),
    });
    if !state.faults.hit(FaultKind::NoPatient) {
        body["patient"] = json!(state.people[shown.patient].patient);
    }
    if state.faults.hit(FaultKind::NoExpiresIn)
        && let Some(all) = body.as_object_mut()
    {
        all.remove("expires_in");
    }
    if refresh && !state.faults.hit(FaultKind::NoRefreshToken) {
        let token = state
            .grants
            .issue_refresh(redeemed.family, &mut state.entropy);
        body["refresh_token"] = json!(token);
    }
    if scopes.has("openid") {
        let nonce = redeemed.nonce.as_deref();
        let token = id_token::issue(instance, state, &family, scopes, shown, nonce);
        body["id_token"] = json!(token);
    }
    let empty = state
        .faults
        .take(|kind| matches!(kind, FaultKind::EmptyText { .. }));
    if let Some(FaultKind::EmptyText { which }) = empty {
        body[which.member()] = json!("");
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
        let client = client(state, &params)?;
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
