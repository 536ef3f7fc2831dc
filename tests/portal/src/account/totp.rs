//! The second factor, set up and taken off from within an app: `{base}/account/totp`.
//!
//! ```text
//! POST /            ──► secret, good for ten minutes, nothing changed yet
//! POST /confirm     ──► enrolled; recovery codes, shown once
//! POST /recovery-codes, /disable
//! ```
//! Every change needs a sign-in of the last five minutes, with the second factor if there is one.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract;
use axum::http::header;
use serde::Deserialize;
use serde_json::{Value, json};
use totp_rs::Totp;

use crate::asked::Asked;
use crate::clock::Millis;
use crate::data::second_factor::{self, RECOVERY_CODES};
use crate::fhir::access::{self, Refusal};
use crate::instance::{Instance, State};
use crate::oauth::credentials::Verdict;
use crate::reply::{Reply, empty, private_json, set};
use crate::secret::Fingerprint;
use crate::{Acr, StepUpSpec};

const ENROLMENT_LIFE: Millis = 600_000;
/// How old a sign-in may be that changes the second factor, in seconds.
const FRESH: u64 = 300;

struct Enrolment {
    name: Fingerprint,
    totp: Totp,
    started: Millis,
}

/// Secrets handed out and not confirmed yet, the latest of each person.
#[derive(Default)]
pub(crate) struct Enrolments(BTreeMap<usize, Enrolment>);

impl Enrolments {
    fn find(&self, person: usize, name: &str, now: Millis) -> Option<Totp> {
        let enrolment = self.0.get(&person)?;
        let good =
            enrolment.name == Fingerprint::of(name) && now - enrolment.started < ENROLMENT_LIFE;
        good.then(|| enrolment.totp.clone())
    }
}

type Shared = extract::State<Arc<Instance>>;

/// The person whose token this is.
fn caller(state: &mut State, asked: &Asked) -> Result<usize, Reply> {
    let caller = access::caller(state, asked).map_err(Refusal::json)?;
    Ok(caller.held.person)
}

/// The same, if they signed in just now and with all they have.
fn fresh(state: &mut State, asked: &Asked) -> Result<usize, Reply> {
    let caller = access::caller(state, asked).map_err(Refusal::json)?;
    let person = caller.held.person;
    let enrolled = state.people[person].factor.is_some();
    let wanted = StepUpSpec {
        max_age: Some(FRESH),
        acr: enrolled.then_some(Acr::Mfa),
    };
    access::step_up(state, &caller, wanted).map_err(Refusal::json)?;
    Ok(person)
}

fn error(code: u16, error: &str) -> Reply {
    private_json(code, &json!({ "error": error }))
}

/// These requests say everything with their address.
fn nothing(body: &[u8]) -> Result<(), Reply> {
    match body {
        [] => Ok(()),
        _ => Err(error(400, "invalid_request")),
    }
}

/// `GET`
pub(crate) async fn status(extract::State(instance): Shared, asked: Asked) -> Reply {
    let state = &mut *instance.state();
    caller(state, &asked).map_or_else(
        |reply| reply,
        |person| {
            let whose = &state.people[person];
            let body = json!({
                "enrolled": whose.factor.is_some(),
                "recovery_codes_left": whose.recovery_codes_left(),
            });
            private_json(200, &body)
        },
    )
}

/// `POST`: a new secret. What is enrolled stays until it is confirmed.
pub(crate) async fn begin(extract::State(instance): Shared, asked: Asked, body: Bytes) -> Reply {
    let state = &mut *instance.state();
    let begun = fresh(state, &asked).and_then(|person| {
        nothing(&body)?;
        let whose = &state.people[person];
        let totp = second_factor::enrol(&whose.user, whose.totp, &mut state.entropy);
        let name = state.entropy.token();
        let answer = json!({ "enrolment": name, "otpauth": state.handed_over(&totp) });
        let enrolment = Enrolment {
            name: Fingerprint::of(&name),
            totp,
            started: state.clock.millis(),
        };
        state.enrolments.0.insert(person, enrolment);
        Ok(private_json(201, &answer))
    });
    begun.unwrap_or_else(|reply| reply)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    enrolment: String,
    code: String,
}

/// `POST …/confirm`
pub(crate) async fn confirm(extract::State(instance): Shared, asked: Asked, body: Bytes) -> Reply {
    let state = &mut *instance.state();
    confirmed(state, &asked, &body).unwrap_or_else(|reply| reply)
}

fn confirmed(state: &mut State, asked: &Asked, body: &[u8]) -> Result<Reply, Reply> {
    let person = fresh(state, asked)?;
    let json = asked
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"));
    if !json {
        return Err(error(415, "invalid_request"));
    }
    let Confirmation { enrolment, code } =
        serde_json::from_slice(body).map_err(|_| error(400, "invalid_request"))?;
    let now = state.clock.millis();
    let Some(totp) = state.enrolments.find(person, &enrolment, now) else {
        return Err(error(404, "no_enrolment"));
    };
    let user = state.people[person].user.clone();
    match state.credentials.first_code(&user, &totp, &code, now) {
        Verdict::Right => {
            state.enrolments.0.remove(&person);
            let codes = state.enrolled(person, totp);
            Ok(shown(&codes))
        }
        Verdict::Wrong { left } => {
            let body = json!({ "error": "wrong_code", "attempts_left": left });
            Err(private_json(400, &body))
        }
        Verdict::Wait { seconds } => {
            let body = json!({ "error": "too_many_attempts", "retry_after": seconds });
            let mut reply = private_json(429, &body);
            set(&mut reply, header::RETRY_AFTER, &seconds.to_string());
            Err(reply)
        }
    }
}

fn shown(codes: &[String]) -> Reply {
    let body: Value = json!({ "recovery_codes": codes });
    private_json(200, &body)
}

/// `POST …/disable`: the recovery codes go with the secret.
pub(crate) async fn disable(extract::State(instance): Shared, asked: Asked, body: Bytes) -> Reply {
    let state = &mut *instance.state();
    let done = fresh(state, &asked).and_then(|person| {
        nothing(&body)?;
        match state.people[person].factor.take() {
            Some(_) => Ok(empty(204)),
            None => Err(error(404, "not_enrolled")),
        }
    });
    done.unwrap_or_else(|reply| reply)
}

/// `POST …/recovery-codes`: new ones in the place of all earlier ones.
pub(crate) async fn recovery_codes(
    extract::State(instance): Shared,
    asked: Asked,
    body: Bytes,
) -> Reply {
    let state = &mut *instance.state();
    let done = fresh(state, &asked).and_then(|person| {
        nothing(&body)?;
        let codes = second_factor::recovery_codes(&mut state.entropy, RECOVERY_CODES);
        let Some(factor) = state.people[person].factor.as_mut() else {
            return Err(error(404, "not_enrolled"));
        };
        factor.replace_recovery_codes(&codes);
        Ok(shown(&codes))
    });
    done.unwrap_or_else(|reply| reply)
}
