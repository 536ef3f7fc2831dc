//! The authorization endpoint and the pages behind it.
//!
//! An authorization request becomes a sign-in named by an unguessable `login`, which the forms carry:
//! there is no cookie, and nobody else's form can speak for it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{self, RawQuery};
use axum::http::{HeaderMap, header};
use url::Url;

use super::credentials::Verdict;
use super::form::{Params, back_channel};
use super::grants::Authorization;
use super::{Scopes, clients, pages};
use crate::instance::{Instance, State};
use crate::reply::{self, Reply, set};

/// PKCE is required, and only S256 (RFC 9700 §2.1.1).
pub(crate) fn code_challenge(params: &Params) -> Result<String, String> {
    let challenge = params
        .get("code_challenge")
        .ok_or("code_challenge is missing")?;
    if params.get("code_challenge_method") != Some("S256") {
        return Err("code_challenge_method must be S256".into());
    }
    let base64url = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if challenge.len() != 43 || !challenge.bytes().all(base64url) {
        return Err("code_challenge is malformed".into());
    }
    Ok(challenge.to_owned())
}

pub(crate) async fn ask(
    extract::State(instance): extract::State<Arc<Instance>>,
    RawQuery(query): RawQuery,
) -> Reply {
    let params = match Params::parse(query.unwrap_or_default().as_bytes()) {
        Ok(params) => params,
        Err(text) => return pages::refused(&text),
    };
    // Until both are known there is nowhere safe to redirect to (RFC 6749 §4.1.2.1).
    let Some(client) = params.get("client_id").filter(|id| clients::known(id)) else {
        return pages::refused("This app is not registered here.");
    };
    let allowed = |redirect: &&str| clients::redirect_allowed(redirect);
    let Some(redirect) = params.get("redirect_uri").filter(allowed) else {
        return pages::refused("The address that the app wants to return to is not registered.");
    };
    let wanted = match wanted(&instance, &params, client, redirect) {
        Ok(wanted) => wanted,
        Err((error, text)) => {
            let state = params.get("state");
            let answer = [("error", error), ("error_description", text.as_str())];
            return back(&instance, redirect, &answer, state);
        }
    };
    let state = &mut *instance.state();
    let now = state.clock.millis();
    let sign_in = state.grants.begin(wanted, now);
    let login = state.grants.handle(sign_in, &mut state.entropy);
    pages::password(200, &login, "", None, &clients::form_action(redirect))
}

fn wanted(
    instance: &Instance,
    params: &Params,
    client: &str,
    redirect: &str,
) -> Result<Authorization, (&'static str, String)> {
    if params.get("response_type") != Some("code") {
        let text = "response_type must be code".into();
        return Err(("unsupported_response_type", text));
    }
    let invalid = |text: &str| ("invalid_request", text.to_owned());
    let code_challenge = code_challenge(params).map_err(|text| invalid(&text))?;
    let state = params
        .get("state")
        .ok_or_else(|| invalid("state is missing"))?;
    if params.get("aud") != Some(instance.base().as_str()) {
        return Err(invalid("aud must be this portal's FHIR base"));
    }
    let scopes = Scopes::grant(params.get("scope").unwrap_or_default())
        .ok_or(("invalid_scope", "nothing of this can be granted".to_owned()))?;
    Ok(Authorization {
        client: client.to_owned(),
        scopes,
        nonce: params.get("nonce").map(str::to_owned),
        code_challenge,
        redirect: Some(redirect.to_owned()),
        state: Some(state.to_owned()),
    })
}

/// The redirect to the app, with `iss` (RFC 9207 §2).
fn back(
    instance: &Instance,
    redirect: &str,
    answer: &[(&str, &str)],
    state: Option<&str>,
) -> Reply {
    let Ok(mut url) = Url::parse(redirect) else {
        return pages::refused("The address that the app wants to return to is malformed.");
    };
    {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(answer);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &instance.issuer());
    }
    // 303, so that the form's method does not travel on (RFC 9700 §4.12).
    let mut reply = reply::empty(303);
    set(&mut reply, header::LOCATION, url.as_str());
    set(&mut reply, header::CACHE_CONTROL, "no-store");
    set(&mut reply, header::REFERRER_POLICY, "no-referrer");
    reply
}

pub(crate) async fn login(
    extract::State(instance): extract::State<Arc<Instance>>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    let Ok(params) = back_channel(&headers, &body) else {
        return pages::refused("This form is not one of ours.");
    };
    let state = &mut *instance.state();
    let now = state.clock.millis();
    let login = params.get("login").unwrap_or_default();
    let found = state.grants.find(login, now);
    let redirect = found.and_then(|index| state.grants.sign_in(index).wanted.redirect.clone());
    let (Some(index), Some(redirect)) = (found, redirect) else {
        return pages::refused("This sign-in has ended. Go back to the app and start again.");
    };
    match advance(
        state,
        index,
        login,
        &params,
        &clients::form_action(&redirect),
    ) {
        Err(page) => page,
        Ok(code) => {
            let app_state = state.grants.sign_in(index).wanted.state.clone();
            back(
                &instance,
                &redirect,
                &[("code", &code)],
                app_state.as_deref(),
            )
        }
    }
}

/// One form further: the next page, or the code.
fn advance(
    state: &mut State,
    index: usize,
    login: &str,
    params: &Params,
    form_action: &str,
) -> Result<String, Reply> {
    let now = state.clock.millis();
    let known = state.grants.sign_in(index).person;
    let (person, otp) = match known {
        Some(person) => (person, params.get("otp").unwrap_or_default()),
        None => {
            let user = params.get("username").unwrap_or_default();
            let password = params.get("password").unwrap_or_default();
            let (verdict, person) = state
                .credentials
                .password(&state.people, user, password, now);
            let Some(person) = person else {
                let show = |code: u16, text: &str| {
                    pages::password(code, login, user, Some(text), form_action)
                };
                return Err(again(&verdict, "The user name or password is wrong.", show));
            };
            state.grants.sign_in(index).person = Some(person);
            if state.people[person].totp.is_some() {
                return Err(pages::code(200, login, None, form_action));
            }
            (person, "")
        }
    };
    let enrolled = state.people[person].totp.is_some();
    if enrolled {
        let verdict = state.credentials.code(&state.people[person], otp, now);
        if verdict != Verdict::Right {
            let show = |code: u16, text: &str| pages::code(code, login, Some(text), form_action);
            let text = "That code is wrong or was used before. Wait for the next one.";
            return Err(again(&verdict, text, show));
        }
    }
    let entropy = &mut state.entropy;
    Ok(state.grants.finish(index, person, enrolled, now, entropy))
}

fn again(verdict: &Verdict, wrong: &str, show: impl Fn(u16, &str) -> Reply) -> Reply {
    match verdict {
        Verdict::Wait { seconds } => {
            let text = format!("Too many attempts. Try again in {seconds} seconds.");
            let mut reply = show(429, &text);
            set(&mut reply, header::RETRY_AFTER, &seconds.to_string());
            reply
        }
        _ => show(200, wrong),
    }
}
