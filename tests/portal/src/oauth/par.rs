//! Pushed authorization requests (RFC 9126): the request comes here first, and the browser only brings
//! the name it was given, once.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract;
use serde_json::json;

use super::form::back_channel;
use super::sign_in::PUSHED_LIFE;
use super::{dpop, request};
use crate::Offer;
use crate::asked::Asked;
use crate::fault::{DropOn, FaultKind, ParRefusal};
use crate::instance::{Instance, State};
use crate::reply::{Reply, empty, oauth_error, private_json};
use crate::server::Hangup;

pub(crate) async fn push(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    body: Bytes,
) -> Reply {
    let base = instance.base();
    let state = &mut *instance.state();
    if state.par == Offer::Off {
        return empty(404);
    }
    let refused = state
        .faults
        .take(|kind| matches!(kind, FaultKind::RefusePar { .. }));
    if let Some(FaultKind::RefusePar { refusal }) = refused {
        let text = "this client may not push its requests";
        return match refusal {
            ParRefusal::InvalidClient => oauth_error("invalid_client", text),
            ParRefusal::UnauthorizedClient => oauth_error("unauthorized_client", text),
            ParRefusal::Missing => empty(404),
            ParRefusal::NotImplemented => empty(501),
        };
    }
    match keep(state, &base, &asked, &body) {
        Ok(uri) => {
            let answer = json!({ "request_uri": uri, "expires_in": PUSHED_LIFE / 1000 });
            let mut reply = private_json(201, &answer);
            let drop = FaultKind::DropAnswerAfterCommit { on: DropOn::Par };
            if state.faults.hit(drop) {
                reply.extensions_mut().insert(Hangup);
            }
            reply
        }
        Err(reply) => reply,
    }
}

fn keep(state: &mut State, base: &str, asked: &Asked, body: &[u8]) -> Result<String, Reply> {
    let params = back_channel(&asked.headers, body)?;
    let proven = dpop::at_authorization_server(state, asked)?;
    let client = params.need("client_id")?;
    if !state.clients.known(client) {
        return Err(oauth_error("invalid_client", "client_id is unknown"));
    }
    let invalid = |text: &str| oauth_error("invalid_request", text);
    // §2.1: a pushed request is no place for the name of another one.
    if params.get("request_uri").is_some() || params.get("request").is_some() {
        return Err(invalid("request and request_uri cannot be pushed"));
    }
    let redirect = params.need("redirect_uri")?;
    if !state.clients.redirect_allowed(client, redirect) {
        return Err(invalid("redirect_uri is not registered"));
    }
    let mistaken = |(error, text): request::Mistake| oauth_error(error, &text);
    let mut named = request::named_key(&params).map_err(mistaken)?;
    if state.dpop.offer == Offer::Off {
        named = None;
    }
    // RFC 9449 §10.1: if both are there they must agree.
    if named.is_some() && proven.is_some() && named != proven {
        return Err(dpop::invalid("dpop_jkt is not the proof's key"));
    }
    let thumbprint = proven.or(named);
    let wanted = request::browser(base, &params, client, redirect, thumbprint).map_err(mistaken)?;
    let now = state.clock.millis();
    Ok(state.sign_ins.push(wanted, now, &mut state.entropy))
}
