//! Dynamic client registration (RFC 7591) for native apps of third parties: public clients that sign in
//! by browser.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract;
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value, json};

use super::clients::{self, Registered};
use crate::Offer;
use crate::instance::{Instance, State};
use crate::reply::{Reply, oauth_error, private_json};

const GRANTS: &[&str] = &["authorization_code", "refresh_token"];

pub(crate) async fn register(
    extract::State(instance): extract::State<Arc<Instance>>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    let state = &mut *instance.state();
    match accept(state, &headers, &body) {
        Ok(answer) => private_json(201, &answer),
        Err((error, text)) => oauth_error(error, &text),
    }
}

type Refusal = (&'static str, String);

fn metadata(text: &str) -> Refusal {
    ("invalid_client_metadata", text.to_owned())
}

fn texts(map: &Map<String, Value>, key: &str) -> Result<Option<Vec<String>>, Refusal> {
    let Some(value) = map.get(key) else {
        return Ok(None);
    };
    serde_json::from_value(value.clone())
        .map(Some)
        .map_err(|_| metadata(&format!("{key} must be a list of texts")))
}

fn text<'a>(map: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, Refusal> {
    map.get(key)
        .map(|value| {
            value
                .as_str()
                .ok_or_else(|| metadata(&format!("{key} must be a text")))
        })
        .transpose()
}

fn accept(state: &mut State, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    let media = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    if !media.trim().eq_ignore_ascii_case("application/json") {
        return Err(("invalid_request", "the body must be JSON".into()));
    }
    let map: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_| ("invalid_request", "the body is no JSON object".to_owned()))?;
    let redirects = texts(&map, "redirect_uris")?.unwrap_or_default();
    let good = !redirects.is_empty() && redirects.len() <= 10;
    if !good || !redirects.iter().all(|one| clients::registrable(one)) {
        let text = "redirect_uris must be https, loopback or private-use addresses of a native app";
        return Err(("invalid_redirect_uri", text.into()));
    }
    // §2: whoever says nothing says client_secret_basic, which a native app cannot keep.
    if text(&map, "token_endpoint_auth_method")? != Some("none") {
        return Err(metadata("token_endpoint_auth_method must be none"));
    }
    let grants = texts(&map, "grant_types")?.unwrap_or_else(|| vec![GRANTS[0].to_owned()]);
    let known = grants.iter().all(|grant| GRANTS.contains(&grant.as_str()));
    if !known || !grants.iter().any(|grant| grant == GRANTS[0]) {
        return Err(metadata("grant_types: authorization_code, refresh_token"));
    }
    let responses = texts(&map, "response_types")?.unwrap_or_else(|| vec!["code".into()]);
    if responses != ["code"] {
        return Err(metadata("response_types must be code"));
    }
    if text(&map, "application_type")?.is_some_and(|kind| kind != "native") {
        return Err(metadata("application_type must be native"));
    }
    let name = text(&map, "client_name")?;
    if name.is_some_and(|name| name.is_empty() || name.chars().count() > 100) {
        return Err(metadata("client_name has 1 to 100 characters"));
    }
    let scope = text(&map, "scope")?;
    let scopes = scope.map(|scope| super::Scopes::grant(scope).ok_or_else(|| metadata("scope")));
    let scopes = scopes.transpose()?;
    let bound = match map.get("dpop_bound_access_tokens") {
        None => false,
        Some(Value::Bool(bound)) => *bound,
        Some(_) => return Err(metadata("dpop_bound_access_tokens is true or false")),
    };
    if bound && state.dpop.offer == Offer::Off {
        return Err(metadata("there are no bound tokens here"));
    }
    let client_id = format!("c-{}", state.entropy.id());
    let mut answer = json!({
        "client_id": client_id,
        "client_id_issued_at": state.clock.millis() / 1000,
        "redirect_uris": redirects,
        "token_endpoint_auth_method": "none",
        "grant_types": grants,
        "response_types": responses,
        "application_type": "native",
        "dpop_bound_access_tokens": bound,
    });
    if let Some(name) = name {
        answer["client_name"] = json!(name);
    }
    if let Some(scopes) = scopes {
        answer["scope"] = json!(scopes.text());
    }
    let client = Registered {
        name: name.map(str::to_owned),
        redirects,
        bound,
    };
    state.clients.register(client_id, client);
    Ok(answer)
}
