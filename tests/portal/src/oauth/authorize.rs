//! The authorization endpoint: a browser brings a request, or the name of a pushed one, and gets the
//! login page; what is wrong goes back to the app where there is a safe way.

use std::sync::Arc;

use axum::extract::{self, RawQuery};
use axum::http::header;
use url::Url;

use super::form::Params;
use super::pages::{Form, refused, sign_in as pages};
use super::request::{self, Mistake};
use super::sign_in::Authorization;
use crate::Offer;
use crate::fault::{Denial, FaultKind};
use crate::instance::{Instance, State};
use crate::reply::{self, Reply, set};

pub(crate) async fn ask(
    extract::State(instance): extract::State<Arc<Instance>>,
    RawQuery(query): RawQuery,
) -> Reply {
    let params = match Params::parse(query.unwrap_or_default().as_bytes()) {
        Ok(params) => params,
        Err(text) => return refused(&text),
    };
    let state = &mut *instance.state();
    let wanted = match wanted(&instance, state, &params) {
        Ok(wanted) => wanted,
        Err(reply) => return reply,
    };
    let redirect = wanted.redirect.clone().unwrap_or_default();
    let denied = state
        .faults
        .take(|kind| matches!(kind, FaultKind::Denied { .. }));
    if let Some(FaultKind::Denied { denial }) = denied {
        let answer = [("error", "access_denied")];
        let app_state = wanted.state.as_deref();
        return match denial {
            Denial::Proved => back(&instance, state, &redirect, &answer, app_state),
            Denial::NoState => to_app(&redirect, &answer),
        };
    }
    let now = state.clock.millis();
    let sign_in = state.sign_ins.begin(wanted, now);
    let login = state.sign_ins.handle(sign_in, &mut state.entropy);
    pages::password(200, &Form::login(&login, &redirect), "", None)
}

fn wanted(instance: &Instance, state: &mut State, params: &Params) -> Result<Authorization, Reply> {
    // Until both are known there is nowhere safe to redirect to (RFC 6749 §4.1.2.1).
    let known = |id: &&str| state.clients.known(id);
    let Some(client) = params.get("client_id").filter(known) else {
        return Err(refused("This app is not registered here."));
    };
    if let Some(uri) = params.get("request_uri")
        && state.par != Offer::Off
    {
        // RFC 9126 §4: everything else in the address is ignored.
        let now = state.clock.millis();
        return state.sign_ins.pull(uri, client, now).ok_or_else(|| {
            refused("This sign-in has expired or was opened before. Go back to the app and start again.")
        });
    }
    let allowed = |redirect: &&str| state.clients.redirect_allowed(client, redirect);
    let Some(redirect) = params.get("redirect_uri").filter(allowed) else {
        let text = "The address that the app wants to return to is not registered.";
        return Err(refused(text));
    };
    let checked = check(state, params, &instance.base(), client, redirect);
    checked.map_err(|(error, text)| {
        let answer = [("error", error), ("error_description", text.as_str())];
        back(instance, state, redirect, &answer, params.get("state"))
    })
}

fn check(
    state: &State,
    params: &Params,
    base: &str,
    client: &str,
    redirect: &str,
) -> Result<Authorization, Mistake> {
    if params.get("request_uri").is_some() {
        let text = "there are no pushed requests here".to_owned();
        return Err(("request_uri_not_supported", text));
    }
    if state.par == Offer::Required {
        let text = "the request must be pushed".to_owned();
        return Err(("invalid_request", text));
    }
    let mut thumbprint = request::named_key(params)?;
    if state.dpop.offer == Offer::Off {
        thumbprint = None;
    }
    request::browser(base, params, client, redirect, thumbprint)
}

/// The redirect to the app, with `iss` (RFC 9207 §2).
pub(crate) fn back(
    instance: &Instance,
    state: &mut State,
    redirect: &str,
    answer: &[(&str, &str)],
    app_state: Option<&str>,
) -> Reply {
    let mut answer: Vec<(&str, &str)> = answer.to_vec();
    answer.extend(app_state.map(|app_state| ("state", app_state)));
    let issuer = if state.faults.hit(FaultKind::MixUp) {
        Some(format!("{}/other", instance.origin))
    } else {
        (!state.faults.hit(FaultKind::NoIss)).then(|| instance.issuer())
    };
    answer.extend(issuer.as_deref().map(|issuer| ("iss", issuer)));
    to_app(redirect, &answer)
}

fn to_app(redirect: &str, answer: &[(&str, &str)]) -> Reply {
    let Ok(mut url) = Url::parse(redirect) else {
        return refused("The address that the app wants to return to is malformed.");
    };
    url.query_pairs_mut().extend_pairs(answer);
    // 303, so that the form's method does not travel on (RFC 9700 §4.12).
    let mut reply = reply::empty(303);
    set(&mut reply, header::LOCATION, url.as_str());
    set(&mut reply, header::CACHE_CONTROL, "no-store");
    set(&mut reply, header::REFERRER_POLICY, "no-referrer");
    reply
}
