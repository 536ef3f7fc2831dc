//! A forgotten password: whoever has the second factor gives a new one, and every session ends.
//!
//! Somebody without a second factor is told the same as somebody whom nobody knows, and is counted the
//! same way.

use super::credentials::{self, Verdict};
use super::form::Params;
use super::login::again;
use super::own_pages::second_factor;
use super::pages::{Form, own};
use crate::account::{Purpose, Visit};
use crate::instance::State;
use crate::reply::Reply;
use crate::secret;

/// NIST SP 800-63B §3.1.1.2 asks for more; this is a portal to test against.
const SHORTEST: usize = 10;

pub(super) fn go_on(
    state: &mut State,
    handle: &str,
    visit: &Visit,
    params: &Params,
    form: &Form<'_>,
) -> Reply {
    let link = visit.back.as_deref();
    let Some(person) = visit.person else {
        return who(state, handle, params, form, link);
    };
    let Some(password) = params.get("new_password") else {
        return own::new_password(200, form, None);
    };
    if password.chars().count() < SHORTEST {
        let text = "The new password needs at least ten characters.";
        return own::new_password(200, form, Some(text));
    }
    if secret::same(password, &state.people[person].password) {
        return own::new_password(200, form, Some("That is the old password."));
    }
    state.people[person].password = password.to_owned();
    state.grants.revoke_person(person);
    state.sign_ins.end_of(person);
    state.visits.end(handle);
    own::password_changed(form, link)
}

fn who(
    state: &mut State,
    handle: &str,
    params: &Params,
    form: &Form<'_>,
    link: Option<&str>,
) -> Reply {
    let now = state.clock.millis();
    let user = params.get("username").unwrap_or_default();
    let known = credentials::find(&state.people, user);
    let verdict = match known {
        Some(person) => second_factor(state, person, params),
        None => state.credentials.nobody(user, now),
    };
    if verdict != Verdict::Right {
        let show = |code: u16, text: &str| own::who(code, form, user, Some(text), link);
        return again(&verdict, "The user name or the code is wrong.", show);
    }
    if let Some(visit) = state.visits.find(handle, Purpose::PasswordReset, now) {
        visit.person = known;
    }
    own::new_password(200, form, None)
}
