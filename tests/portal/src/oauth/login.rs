//! The forms of a browser's sign-in, one after the other.
//!
//! ```text
//! password ──┬─────────────────────────────────────────────► back to the app
//!            ├─ enrolled ──► code or recovery code ───────────────▲
//!            └─ must enrol ──► secret, first code ──► recovery codes
//! ```
//! Somebody who acts for others then says whose record it is for, if the app did not.
//! The forms carry an unguessable `login`: there is no cookie, and nobody else's form can speak for it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract;
use axum::http::{HeaderMap, header};

use super::authorize;
use super::credentials::Verdict;
use super::finish::Whose;
use super::form::{Params, back_channel};
use super::pages::{Form, refused, sign_in as pages};
use super::sign_in::Second;
use crate::instance::{Instance, State};
use crate::reply::{Reply, set};

/// How a form ends that shows no further page.
enum End {
    Code(String),
    /// The person cannot do what the app asked for (RFC 9470 §5).
    Unmet,
    /// The person does not act for the patient whom the app asked for.
    NotTheirs,
}

pub(crate) async fn login(
    extract::State(instance): extract::State<Arc<Instance>>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    let Ok(params) = back_channel(&headers, &body) else {
        return refused("This form is not one of ours.");
    };
    let state = &mut *instance.state();
    let now = state.clock.millis();
    let login = params.get("login").unwrap_or_default();
    let found = state.sign_ins.find(login, now);
    let redirect = found.and_then(|index| state.sign_ins.at(index).wanted.redirect.clone());
    let (Some(index), Some(redirect)) = (found, redirect) else {
        return refused("This sign-in has ended. Go back to the app and start again.");
    };
    let form = Form::login(login, &redirect);
    let end = match advance(state, index, &params, &form) {
        Err(page) => return page,
        Ok(end) => end,
    };
    let app_state = state.sign_ins.at(index).wanted.state.clone();
    let answer = match &end {
        End::Code(code) => vec![("code", code.as_str())],
        End::NotTheirs => vec![
            ("error", "access_denied"),
            (
                "error_description",
                "this person does not act for that patient",
            ),
        ],
        End::Unmet => vec![
            ("error", "unmet_authentication_requirements"),
            ("error_description", "this person has no second factor"),
        ],
    };
    authorize::back(&instance, state, &redirect, &answer, app_state.as_deref())
}

/// One form further: the next page, or the end.
fn advance(
    state: &mut State,
    index: usize,
    params: &Params,
    form: &Form<'_>,
) -> Result<End, Reply> {
    let (person, answered) = match state.sign_ins.at(index).person {
        Some(person) => (person, true),
        None => (password(state, index, params, form)?, false),
    };
    if let Some(second) = state.sign_ins.at(index).choosing {
        return chosen(state, index, person, second, params, form);
    }
    if state.sign_ins.at(index).confirmed {
        // The recovery codes were read.
        return proved(state, index, person, Some(Second::Code), form);
    }
    if state.people[person].factor.is_some() {
        if !answered {
            let more = state.people[person].recovery_codes_left() > 0;
            return Err(pages::code(200, form, more, None));
        }
        let second = second(state, person, params, form)?;
        return proved(state, index, person, Some(second), form);
    }
    if state.people[person].must_enrol {
        return Err(enrol(state, index, person, params, form));
    }
    if state.sign_ins.at(index).wanted.mfa {
        state.sign_ins.at(index).finished = true;
        return Ok(End::Unmet);
    }
    proved(state, index, person, None, form)
}

/// Somebody proved who they are: the end, or the page that asks whose record it is for.
fn proved(
    state: &mut State,
    index: usize,
    person: usize,
    second: Option<Second>,
    form: &Form<'_>,
) -> Result<End, Reply> {
    let patient = match state.whose(index, person) {
        Whose::Of(patient) => patient,
        Whose::NotTheirs => {
            state.sign_ins.at(index).finished = true;
            return Ok(End::NotTheirs);
        }
        Whose::Unsaid if state.choices(person).len() > 1 => {
            state.sign_ins.at(index).choosing = Some(second);
            return Err(whose_record(state, person, form, None));
        }
        Whose::Unsaid => person,
    };
    Ok(End::Code(state.finish(index, person, patient, second)))
}

fn whose_record(state: &State, person: usize, form: &Form<'_>, error: Option<&str>) -> Reply {
    let choices = state.choices(person).into_iter();
    let choices: Vec<(&str, String)> = choices
        .map(|patient| {
            let whose = &state.people[patient];
            (whose.patient.as_str(), whose.name.full())
        })
        .collect();
    pages::whose_record(form, &choices, error)
}

/// The record was chosen, or has to be chosen again.
fn chosen(
    state: &mut State,
    index: usize,
    person: usize,
    second: Option<Second>,
    params: &Params,
    form: &Form<'_>,
) -> Result<End, Reply> {
    let choice = params.get("patient");
    let mut choices = state.choices(person).into_iter();
    match choices.find(|&patient| choice == Some(state.people[patient].patient.as_str())) {
        Some(patient) => Ok(End::Code(state.finish(index, person, patient, second))),
        None => Err(whose_record(
            state,
            person,
            form,
            Some("Choose one of these."),
        )),
    }
}

fn password(
    state: &mut State,
    index: usize,
    params: &Params,
    form: &Form<'_>,
) -> Result<usize, Reply> {
    let now = state.clock.millis();
    let user = params.get("username").unwrap_or_default();
    let password = params.get("password").unwrap_or_default();
    let (verdict, person) = state
        .credentials
        .password(&state.people, user, password, now);
    let show = |code: u16, text: &str| pages::password(code, form, user, Some(text));
    let person =
        person.ok_or_else(|| again(&verdict, "The user name or password is wrong.", show))?;
    state.sign_ins.at(index).person = Some(person);
    Ok(person)
}

fn second(
    state: &mut State,
    person: usize,
    params: &Params,
    form: &Form<'_>,
) -> Result<Second, Reply> {
    let now = state.clock.millis();
    let (kind, verdict, text) = match params.get("recovery_code") {
        Some(code) => (
            Second::RecoveryCode,
            state
                .credentials
                .recovery_code(&mut state.people[person], code, now),
            "That recovery code is wrong or was used before.",
        ),
        None => (
            Second::Code,
            state.credentials.code(
                &state.people[person],
                params.get("otp").unwrap_or_default(),
                now,
            ),
            "That code is wrong or was used before. Wait for the next one.",
        ),
    };
    if verdict == Verdict::Right {
        return Ok(kind);
    }
    let more = state.people[person].recovery_codes_left() > 0;
    let show = |code: u16, text: &str| pages::code(code, form, more, Some(text));
    Err(again(&verdict, text, show))
}

/// Shows the secret, or, once a code of it came, the recovery codes.
fn enrol(
    state: &mut State,
    index: usize,
    person: usize,
    params: &Params,
    form: &Form<'_>,
) -> Reply {
    let now = state.clock.millis();
    let user = state.people[person].user.clone();
    let shown = state.sign_ins.at(index).enrolling.is_some();
    let totp = state.enrolling(index, person);
    let uri = state.handed_over(&totp);
    let show =
        |code: u16, error: Option<&str>| pages::enrol(code, form, &uri, totp.digits(), error);
    let Some(code) = params.get("otp").filter(|_| shown) else {
        return show(200, None);
    };
    let verdict = state.credentials.first_code(&user, &totp, code, now);
    if verdict != Verdict::Right {
        let text =
            "That code is wrong. Check the time of your device, and type the code shown now.";
        return again(&verdict, text, |code, text| show(code, Some(text)));
    }
    let codes = state.enrolled(person, totp.clone());
    state.sign_ins.at(index).confirmed = true;
    pages::recovery_codes(form, &codes)
}

/// The same page with what was wrong, or how long to wait.
pub(super) fn again(verdict: &Verdict, wrong: &str, show: impl Fn(u16, &str) -> Reply) -> Reply {
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
