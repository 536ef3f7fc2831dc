//! The authorization challenge endpoint (draft-ietf-oauth-first-party-apps-04 §5).
//!
//! ```text
//! first request ──► password wanted ──► code wanted (if enrolled) ──► authorization_code
//!        └── user name and password may come at once ──┘
//! ```
//! Anything wrong leaves the sign-in where it was. README.md has the exact answers.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract;
use axum::http::{HeaderMap, header};
use serde_json::{Value, json};

use super::clients;
use super::credentials::{Factor, Verdict};
use super::form::{Params, back_channel};
use super::grants::Authorization;
use super::{Scopes, authorize};
use crate::instance::{Instance, State};
use crate::reply::{Reply, oauth_error, private_json, set};

pub(crate) async fn challenge(
    extract::State(instance): extract::State<Arc<Instance>>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    let params = match back_channel(&headers, &body) {
        Ok(params) => params,
        Err(reply) => return reply,
    };
    let base = instance.base();
    let state = &mut *instance.state();
    let sign_in = match locate(state, &params, &base) {
        Ok(sign_in) => sign_in,
        Err(reply) => return reply,
    };
    proceed(state, sign_in, &params)
}

/// The sign-in that this request belongs to, or a new one.
fn locate(state: &mut State, params: &Params, base: &str) -> Result<usize, Reply> {
    let now = state.clock.millis();
    if let Some(handle) = params.get("auth_session") {
        let invalid = || oauth_error("invalid_session", "start again");
        let found = state.grants.find(handle, now).ok_or_else(invalid)?;
        let wanted = &state.grants.sign_in(found).wanted;
        // §5.1: a client_id that is there must be that of the session. A browser's login is none.
        let same = params.get("client_id").is_none_or(|id| id == wanted.client);
        return match same && wanted.redirect.is_none() {
            true => Ok(found),
            false => Err(invalid()),
        };
    }
    let client = params.need("client_id")?;
    if !clients::known(client) {
        return Err(oauth_error("invalid_client", "client_id is unknown"));
    }
    if params.need("response_type")? != "code" {
        return Err(oauth_error(
            "unsupported_response_type",
            "response_type must be code",
        ));
    }
    let code_challenge =
        authorize::code_challenge(params).map_err(|text| oauth_error("invalid_request", &text))?;
    if params.get("aud").is_some_and(|aud| aud != base) {
        return Err(oauth_error("invalid_request", "aud is not this portal"));
    }
    let scopes = Scopes::grant(params.get("scope").unwrap_or_default())
        .ok_or_else(|| oauth_error("invalid_scope", "nothing of this scope can be granted"))?;
    if !clients::first_party(client) {
        return Err(oauth_error(
            "redirect_to_web",
            "this client signs in by browser",
        ));
    }
    let wanted = Authorization {
        client: client.to_owned(),
        scopes,
        nonce: params.get("nonce").map(str::to_owned),
        code_challenge,
        redirect: None,
        state: None,
    };
    Ok(state.grants.begin(wanted, now))
}

fn proceed(state: &mut State, index: usize, params: &Params) -> Reply {
    let now = state.clock.millis();
    let known = state.grants.sign_in(index).person;
    let person = match known {
        Some(person) => person,
        None => {
            let given = params.get("username").zip(params.get("password"));
            let Some((user, password)) = given else {
                let user = params.get("username").unwrap_or_default().to_owned();
                let verdict = state.credentials.left(Factor::Password, &user, now);
                return ask(state, index, Factor::Password, &verdict, false);
            };
            let (verdict, person) = state
                .credentials
                .password(&state.people, user, password, now);
            state.grants.sign_in(index).user = user.to_owned();
            let Some(person) = person else {
                return ask(state, index, Factor::Password, &verdict, true);
            };
            state.grants.sign_in(index).person = Some(person);
            person
        }
    };
    let enrolled = state.people[person].totp.is_some();
    if enrolled {
        let verdict = match params.get("otp") {
            // A code that comes together with the password answers no question yet asked, but is one.
            Some(code) => state.credentials.code(&state.people[person], code, now),
            None => {
                let user = state.people[person].user.clone();
                let verdict = state.credentials.left(Factor::Code, &user, now);
                return ask(state, index, Factor::Code, &verdict, false);
            }
        };
        if verdict != Verdict::Right {
            return ask(state, index, Factor::Code, &verdict, true);
        }
    }
    let code = state
        .grants
        .finish(index, person, enrolled, now, &mut state.entropy);
    private_json(200, &json!({ "authorization_code": code }))
}

/// Asks for a factor, says what was wrong, or how long to wait.
fn ask(
    state: &mut State,
    index: usize,
    factor: Factor,
    verdict: &Verdict,
    rejected: bool,
) -> Reply {
    let (wanted, name) = match factor {
        Factor::Password => ("password_required", "password"),
        Factor::Code => ("otp_required", "otp"),
    };
    let session = state.grants.handle(index, &mut state.entropy);
    let mut body = json!({ "auth_session": session });
    body[wanted] = Value::Bool(true);
    match *verdict {
        Verdict::Wait { seconds } => {
            body["error"] = json!("too_many_attempts");
            body["retry_after"] = json!(seconds);
            let mut reply = private_json(429, &body);
            set(&mut reply, header::RETRY_AFTER, &seconds.to_string());
            reply
        }
        Verdict::Wrong { left } => {
            body["error"] = json!("insufficient_authorization");
            body["attempts_left"] = json!(left);
            if rejected {
                body["rejected"] = json!(name);
            }
            private_json(400, &body)
        }
        Verdict::Right => oauth_error("server_error", "nothing to ask"),
    }
}
