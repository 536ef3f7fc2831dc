//! The portal's own pages, which an app opens in a browser with `?return_to={redirect}`: a forgotten
//! password, the account, its sessions. Each asks who somebody is, whatever the app knows.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{self, RawQuery};
use axum::http::{HeaderMap, Uri};
use url::Url;

use super::credentials::Verdict;
use super::form::{Params, back_channel};
use super::login::again;
use super::pages::{Form, own, refused, sign_in as pages};
use super::reset;
use crate::account::{Purpose, Visit};
use crate::clock;
use crate::instance::{Instance, State};
use crate::reply::Reply;

/// The link back, if what the app asked for is somebody's redirect.
fn link_back(state: &State, purpose: Purpose, return_to: Option<&str>) -> Option<String> {
    let redirect = return_to.filter(|one| state.clients.anybodys_redirect(one))?;
    let mut url = Url::parse(redirect).ok()?;
    url.query_pairs_mut().append_pair("page", purpose.name());
    Some(url.into())
}

/// `GET`: the first page.
pub(crate) async fn open(
    extract::State(instance): extract::State<Arc<Instance>>,
    uri: Uri,
    RawQuery(query): RawQuery,
) -> Reply {
    let Ok(params) = Params::parse(query.unwrap_or_default().as_bytes()) else {
        return refused("This address is malformed.");
    };
    let Some(purpose) = Purpose::of(uri.path()) else {
        return refused("There is no such page.");
    };
    let state = &mut *instance.state();
    let back = link_back(state, purpose, params.get("return_to"));
    let visit = Visit {
        purpose,
        back: back.clone(),
        person: None,
        proven: false,
        started: state.clock.millis(),
    };
    let handle = state.visits.begin(visit, &mut state.entropy);
    let form = Form::visit(purpose.path(), &handle);
    match purpose {
        Purpose::PasswordReset => own::who(200, &form, "", None, back.as_deref()),
        Purpose::Account | Purpose::Sessions => pages::password(200, &form, "", None),
    }
}

/// `POST`: one form further.
pub(crate) async fn go_on(
    extract::State(instance): extract::State<Arc<Instance>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    let Ok(params) = back_channel(&headers, &body) else {
        return refused("This form is not one of ours.");
    };
    let state = &mut *instance.state();
    let now = state.clock.millis();
    let handle = params.get("visit").unwrap_or_default();
    let visit = Purpose::of(uri.path())
        .and_then(|purpose| state.visits.find(handle, purpose, now))
        .map(|visit| visit.clone());
    let Some(visit) = visit else {
        return refused("This visit has ended. Open the page again.");
    };
    let form = Form::visit(visit.purpose.path(), handle);
    if visit.purpose == Purpose::PasswordReset {
        return reset::go_on(state, handle, &visit, &params, &form);
    }
    let person = match proven(state, handle, &visit, &params, &form) {
        Ok(person) => person,
        Err(page) => return page,
    };
    let link = visit.back.as_deref();
    match visit.purpose {
        Purpose::Sessions => {
            if visit.proven {
                end(state, person, params.get("end"));
            }
            sessions(state, person, &form, link)
        }
        _ => account(state, person, &form, link),
    }
}

/// The person, once password and second factor were right; else the next page.
fn proven(
    state: &mut State,
    handle: &str,
    visit: &Visit,
    params: &Params,
    form: &Form<'_>,
) -> Result<usize, Reply> {
    let now = state.clock.millis();
    let remember = |state: &mut State, person: usize, proven: bool| {
        if let Some(visit) = state.visits.find(handle, visit.purpose, now) {
            visit.person = Some(person);
            visit.proven = proven;
        }
    };
    let Some(person) = visit.person else {
        let user = params.get("username").unwrap_or_default();
        let password = params.get("password").unwrap_or_default();
        let (verdict, person) = state
            .credentials
            .password(&state.people, user, password, now);
        let show = |code: u16, text: &str| pages::password(code, form, user, Some(text));
        let wrong = "The user name or password is wrong.";
        let person = person.ok_or_else(|| again(&verdict, wrong, show))?;
        let more = state.people[person].recovery_codes_left() > 0;
        let enrolled = state.people[person].factor.is_some();
        remember(state, person, !enrolled);
        return match enrolled {
            true => Err(pages::code(200, form, more, None)),
            false => Ok(person),
        };
    };
    if visit.proven {
        return Ok(person);
    }
    let verdict = second_factor(state, person, params);
    if verdict != Verdict::Right {
        let more = state.people[person].recovery_codes_left() > 0;
        let show = |code: u16, text: &str| pages::code(code, form, more, Some(text));
        let wrong = "That code is wrong or was used before.";
        return Err(again(&verdict, wrong, show));
    }
    remember(state, person, true);
    Ok(person)
}

/// Checks whichever of the two came.
pub(super) fn second_factor(state: &mut State, person: usize, params: &Params) -> Verdict {
    let now = state.clock.millis();
    let whose = &mut state.people[person];
    match params.get("recovery_code") {
        Some(code) => state.credentials.recovery_code(whose, code, now),
        None => {
            let code = params.get("otp").unwrap_or_default();
            state.credentials.code(whose, code, now)
        }
    }
}

/// Ends one session of this person, or all but the one used last.
fn end(state: &mut State, person: usize, which: Option<&str>) {
    let live = state.grants.live(person, state.clock.millis());
    let ended: Vec<usize> = match which {
        Some("others") => live.into_iter().skip(1).collect(),
        Some(number) => live
            .into_iter()
            .filter(|family| number == family.to_string())
            .collect(),
        None => Vec::new(),
    };
    for family in ended {
        state.grants.end(family);
    }
}

fn sessions(state: &State, person: usize, form: &Form<'_>, link: Option<&str>) -> Reply {
    let live = state.grants.live(person, state.clock.millis());
    let lines: Vec<own::Session> = live
        .into_iter()
        .map(|number| {
            let family = state.grants.family(number);
            own::Session {
                number,
                client: state.clients.name(&family.client),
                patient: (family.patient != person)
                    .then(|| state.people[family.patient].name.full()),
                started: clock::http_date(family.started),
                last_used: clock::http_date(family.last_used),
            }
        })
        .collect();
    own::sessions(form, &lines, link)
}

fn account(state: &State, person: usize, form: &Form<'_>, link: Option<&str>) -> Reply {
    let whose = &state.people[person];
    let shown = own::Account {
        name: &whose.name.full(),
        user: &whose.user,
        enrolled: whose.factor.is_some(),
        recovery_codes_left: whose.recovery_codes_left(),
    };
    own::account(form, &shown, link)
}
