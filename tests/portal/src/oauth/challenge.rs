//! The authorization challenge endpoint (draft-ietf-oauth-first-party-apps-04 §5).
//!
//! ```text
//! first request ──► password wanted ──┬─ enrolled ──► code or recovery code wanted ──► authorization_code
//!        │                            ├─ must enrol ──► code of a new secret wanted ────────▲
//!        │                            └─────────────────────────────────────────────────────┘
//!        └── user name and password may come at once
//! ```
//! Anything wrong leaves the sign-in where it was. README.md has the exact answers.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract;
use axum::http::header;
use serde_json::{Value, json};

use super::credentials::{Factor, Verdict};
use super::finish::Whose;
use super::form::{Params, back_channel};
use super::sign_in::{Authorization, PUSHED_LIFE, Second};
use super::{Scopes, clients, dpop, request};
use crate::Offer;
use crate::asked::Asked;
use crate::fault::{DropOn, FaultKind};
use crate::instance::{Instance, State};
use crate::reply::{Reply, oauth_error, private_json, set};
use crate::server::Hangup;

pub(crate) async fn challenge(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    body: Bytes,
) -> Reply {
    let base = instance.base();
    let state = &mut *instance.state();
    let mut reply = back_channel(&asked.headers, &body)
        .and_then(|params| {
            let thumbprint = dpop::at_authorization_server(state, &asked)?;
            let sign_in = locate(state, &params, &base, thumbprint)?;
            proceed(state, sign_in, &params)
        })
        .unwrap_or_else(|reply| reply);
    let drop = FaultKind::DropAnswerAfterCommit {
        on: DropOn::Challenge,
    };
    if state.faults.hit(drop) {
        reply.extensions_mut().insert(Hangup);
    }
    reply
}

fn mistaken((error, text): request::Mistake) -> Reply {
    oauth_error(error, &text)
}

/// The sign-in that this request belongs to, or a new one.
fn locate(
    state: &mut State,
    params: &Params,
    base: &str,
    thumbprint: Option<String>,
) -> Result<usize, Reply> {
    let now = state.clock.millis();
    if let Some(handle) = params.get("auth_session") {
        let invalid = || oauth_error("invalid_session", "start again");
        let found = state.sign_ins.find(handle, now).ok_or_else(invalid)?;
        let wanted = &mut state.sign_ins.at(found).wanted;
        // §5.1: a client_id that is there must be that of the session. A browser's login is none.
        let same = params.get("client_id").is_none_or(|id| id == wanted.client);
        if !same || wanted.redirect.is_some() {
            return Err(invalid());
        }
        if wanted.thumbprint != thumbprint {
            return Err(dpop::invalid("this auth_session began with another key"));
        }
        if wanted.code_challenge.is_none() {
            // Begun by a refresh (§6.2): what a first request says comes now.
            wanted.code_challenge = Some(request::code_challenge(params).map_err(mistaken)?);
            wanted.nonce = params.get("nonce").map(str::to_owned);
            wanted.mfa = request::needs_mfa(params).map_err(mistaken)?;
            wanted.patient_hint = request::patient_hint(params);
        }
        return Ok(found);
    }
    let client = params.need("client_id")?;
    if !state.clients.known(client) {
        return Err(oauth_error("invalid_client", "client_id is unknown"));
    }
    if params.need("response_type")? != "code" {
        let text = "response_type must be code";
        return Err(oauth_error("unsupported_response_type", text));
    }
    let code_challenge = request::code_challenge(params).map_err(mistaken)?;
    if params.get("aud").is_some_and(|aud| aud != base) {
        return Err(oauth_error("invalid_request", "aud is not this portal"));
    }
    let scopes = Scopes::grant(params.get("scope").unwrap_or_default())
        .ok_or_else(|| oauth_error("invalid_scope", "nothing of this scope can be granted"))?;
    let mfa = request::needs_mfa(params).map_err(mistaken)?;
    if !clients::first_party(client) {
        return Err(to_the_web(state, params, base, client, thumbprint));
    }
    let wanted = Authorization {
        client: client.to_owned(),
        scopes,
        nonce: params.get("nonce").map(str::to_owned),
        code_challenge: Some(code_challenge),
        redirect: None,
        state: None,
        thumbprint,
        mfa,
        patient_hint: request::patient_hint(params),
        patient: None,
    };
    Ok(state.sign_ins.begin(wanted, now))
}

/// Sends a client to the browser. One whose request holds everything that a browser's would need gets
/// it pushed at once (§5.2.2).
fn to_the_web(
    state: &mut State,
    params: &Params,
    base: &str,
    client: &str,
    thumbprint: Option<String>,
) -> Reply {
    let mut body = json!({ "error": "redirect_to_web" });
    let allowed = |redirect: &&str| state.clients.redirect_allowed(client, redirect);
    let wanted = params
        .get("redirect_uri")
        .filter(allowed)
        .filter(|_| state.par != Offer::Off)
        .and_then(|redirect| request::browser(base, params, client, redirect, thumbprint).ok());
    if let Some(wanted) = wanted {
        let now = state.clock.millis();
        body["request_uri"] = json!(state.sign_ins.push(wanted, now, &mut state.entropy));
        body["expires_in"] = json!(PUSHED_LIFE / 1000);
    }
    private_json(400, &body)
}

/// What is asked for next.
struct Question {
    factor: Factor,
    /// Of the person, if it is known who that is.
    recovery_codes: bool,
    otpauth: Option<String>,
}

impl Question {
    fn password() -> Self {
        Self {
            factor: Factor::Password,
            recovery_codes: false,
            otpauth: None,
        }
    }
}

fn proceed(state: &mut State, index: usize, params: &Params) -> Result<Reply, Reply> {
    let person = match state.sign_ins.at(index).person {
        Some(person) => person,
        None => password(state, index, params)?,
    };
    if state.people[person].factor.is_some() {
        return second(state, index, person, params);
    }
    if state.people[person].must_enrol {
        return enrol(state, index, person, params);
    }
    if state.sign_ins.at(index).wanted.mfa {
        state.sign_ins.at(index).finished = true;
        let text = "this person has no second factor";
        return Err(oauth_error("unmet_authentication_requirements", text));
    }
    let patient = patient(state, index, person)?;
    let code = state.finish(index, person, patient, None);
    Ok(private_json(200, &json!({ "authorization_code": code })))
}

/// Whose record it is for: oneself if the app does not say.
fn patient(state: &mut State, index: usize, person: usize) -> Result<usize, Reply> {
    match state.whose(index, person) {
        Whose::Of(patient) => Ok(patient),
        Whose::Unsaid => Ok(person),
        Whose::NotTheirs => {
            state.sign_ins.at(index).finished = true;
            let text = "this person does not act for that patient";
            Err(oauth_error("access_denied", text))
        }
    }
}

fn password(state: &mut State, index: usize, params: &Params) -> Result<usize, Reply> {
    let now = state.clock.millis();
    let given = params.get("username").zip(params.get("password"));
    let Some((user, password)) = given else {
        let user = params.get("username").unwrap_or_default();
        let verdict = state.credentials.left(Factor::Password, user, now);
        return Err(ask(state, index, &Question::password(), &verdict, None));
    };
    let (verdict, person) = state
        .credentials
        .password(&state.people, user, password, now);
    state.sign_ins.at(index).user = user.to_owned();
    let rejected = Some("password");
    let person =
        person.ok_or_else(|| ask(state, index, &Question::password(), &verdict, rejected))?;
    state.sign_ins.at(index).person = Some(person);
    Ok(person)
}

/// A code that comes together with the password answers no question yet asked, but is one.
fn second(state: &mut State, index: usize, person: usize, params: &Params) -> Result<Reply, Reply> {
    let now = state.clock.millis();
    let whose = &mut state.people[person];
    let (kind, rejected, verdict) = match (params.get("otp"), params.get("recovery_code")) {
        (Some(_), Some(_)) => {
            let text = "either otp or recovery_code";
            return Err(oauth_error("invalid_request", text));
        }
        (Some(code), None) => {
            let verdict = state.credentials.code(whose, code, now);
            (Second::Code, Some("otp"), verdict)
        }
        (None, Some(code)) => {
            let verdict = state.credentials.recovery_code(whose, code, now);
            (Second::RecoveryCode, Some("recovery_code"), verdict)
        }
        (None, None) => {
            let verdict = state.credentials.left(Factor::Code, &whose.user, now);
            (Second::Code, None, verdict)
        }
    };
    let left = whose.recovery_codes_left();
    if verdict != Verdict::Right {
        let question = Question {
            factor: Factor::Code,
            recovery_codes: left > 0,
            otpauth: None,
        };
        return Err(ask(state, index, &question, &verdict, rejected));
    }
    let patient = patient(state, index, person)?;
    let code = state.finish(index, person, patient, Some(kind));
    let mut answer = json!({ "authorization_code": code });
    if kind == Second::RecoveryCode {
        answer["recovery_codes_left"] = json!(left);
    }
    Ok(private_json(200, &answer))
}

fn enrol(state: &mut State, index: usize, person: usize, params: &Params) -> Result<Reply, Reply> {
    let now = state.clock.millis();
    let user = state.people[person].user.clone();
    // What comes before the secret was shown can be no code of it.
    let shown = state.sign_ins.at(index).enrolling.is_some();
    let totp = state.enrolling(index, person);
    let question = Question {
        factor: Factor::Enrolment,
        recovery_codes: false,
        otpauth: Some(state.handed_over(&totp)),
    };
    let Some(code) = params.get("otp").filter(|_| shown) else {
        let verdict = state.credentials.left(Factor::Enrolment, &user, now);
        return Err(ask(state, index, &question, &verdict, None));
    };
    let verdict = state.credentials.first_code(&user, &totp, code, now);
    if verdict != Verdict::Right {
        return Err(ask(state, index, &question, &verdict, Some("otp")));
    }
    // Before the codes are made, which a refusal would not show.
    let patient = patient(state, index, person)?;
    let codes = state.enrolled(person, totp);
    let code = state.finish(index, person, patient, Some(Second::Code));
    let answer = json!({ "authorization_code": code, "recovery_codes": codes });
    Ok(private_json(200, &answer))
}

/// Asks for a factor, says what was wrong, or how long to wait.
fn ask(
    state: &mut State,
    index: usize,
    question: &Question,
    verdict: &Verdict,
    rejected: Option<&str>,
) -> Reply {
    let session = state.sign_ins.handle(index, &mut state.entropy);
    let mut body = json!({ "auth_session": session });
    let wanted = match question.factor {
        Factor::Password => "password_required",
        Factor::Code | Factor::Enrolment => "otp_required",
    };
    body[wanted] = Value::Bool(true);
    if question.recovery_codes {
        body["recovery_code_accepted"] = Value::Bool(true);
    }
    if let Some(otpauth) = &question.otpauth {
        body["totp_enrolment_required"] = Value::Bool(true);
        body["otpauth"] = json!(otpauth);
    }
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
            if let Some(rejected) = rejected {
                body["rejected"] = json!(rejected);
            }
            private_json(400, &body)
        }
        Verdict::Right => oauth_error("server_error", "nothing to ask"),
    }
}
