//! What this portal says about itself: SMART configuration, RFC 8414, OpenID discovery, keys.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use serde_json::{Value, json};

use super::scope;
use crate::Offer;
use crate::asked::Asked;
use crate::fault::{DiscoveryFlaw, FaultKind, FirstAddress, JwksFlaw, OddMembers};
use crate::instance::{self, Instance};
use crate::reply::{Reply, cacheable, empty, oauth_error, set, with_body};

/// What a client has no reason to read to its end.
const HUGE: usize = 10 << 20;

/// What `fewer_protections` leaves out.
const PROTECTIONS: [&str; 5] = [
    "authorization_response_iss_parameter_supported",
    "dpop_signing_alg_values_supported",
    "pushed_authorization_request_endpoint",
    "require_pushed_authorization_requests",
    "revocation_endpoint",
];

fn common(instance: &Instance, state: &instance::State) -> Value {
    let issuer = instance.issuer();
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "registration_endpoint": format!("{issuer}/register"),
        "authorization_challenge_endpoint": format!("{issuer}/challenge"),
        "jwks_uri": format!("{issuer}/jwks"),
        "scopes_supported": scope::SUPPORTED,
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": ["pwd", "mfa"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
    });
    if state.dpop.offer != Offer::Off {
        document["dpop_signing_alg_values_supported"] = json!(["ES256"]);
    }
    if state.par != Offer::Off {
        document["pushed_authorization_request_endpoint"] = json!(format!("{issuer}/par"));
        document["require_pushed_authorization_requests"] = json!(state.par == Offer::Required);
    }
    document
}

fn oauth(instance: &Instance, state: &mut instance::State) -> Value {
    let mut document = common(instance, state);
    document["response_modes_supported"] = json!(["query"]);
    document["authorization_response_iss_parameter_supported"] = json!(true);
    if state.faults.hit(FaultKind::WrongIssuer) {
        document["issuer"] = json!(format!("{}/other", instance.origin));
    }
    document
}

pub(crate) async fn smart(
    State(instance): State<Arc<Instance>>,
    asked: Asked,
    query: RawQuery,
) -> Reply {
    let state = &mut *instance.state();
    let (base, issuer) = (instance.base(), instance.issuer());
    let mut document = common(&instance, state);
    document["capabilities"] = json!([
        "launch-standalone",
        "client-public",
        "sso-openid-connect",
        "context-standalone-patient",
        "permission-offline",
        "permission-patient",
        "permission-v1",
        "permission-v2",
    ]);
    document["totp_endpoint"] = json!(format!("{base}/account/totp"));
    document["password_reset_uri"] = json!(format!("{issuer}/reset"));
    document["account_uri"] = json!(format!("{issuer}/account"));
    document["sessions_uri"] = json!(format!("{issuer}/sessions"));
    let fault = state
        .faults
        .take(|kind| matches!(kind, FaultKind::Contradiction { .. }));
    if let Some(FaultKind::Contradiction { which }) = fault {
        document[which.member()] = json!("https://elsewhere.invalid/endpoint");
    }
    published(&instance, state, &asked, query, document)
}

pub(crate) async fn authorization_server(
    State(instance): State<Arc<Instance>>,
    asked: Asked,
    query: RawQuery,
) -> Reply {
    let state = &mut *instance.state();
    let document = oauth(&instance, state);
    let fault = state
        .faults
        .take(|kind| matches!(kind, FaultKind::FirstMetadata { .. }));
    match fault {
        Some(FaultKind::FirstMetadata { answer }) => instead(answer, &document),
        _ => published_by_issuer(&instance, state, &asked, query, document),
    }
}

/// What some servers answer at the address that they do not serve.
fn instead(answer: FirstAddress, document: &Value) -> Reply {
    let json = |code, body: &str| with_body(code, "application/json", body.to_owned());
    match answer {
        FirstAddress::Html => {
            let html = "<!doctype html><div id=root></div>";
            with_body(200, "text/html; charset=utf-8", html)
        }
        FirstAddress::ServerError => empty(500),
        FirstAddress::NotImplemented => empty(501),
        FirstAddress::EmptyObject => json(200, "{}"),
        FirstAddress::Cut => {
            let text = document.to_string();
            json(200, text.get(..text.len() / 2).unwrap_or_default())
        }
        FirstAddress::Moved => {
            let mut reply = empty(302);
            set(&mut reply, header::LOCATION, "/login");
            reply
        }
    }
}

fn published_by_issuer(
    instance: &Instance,
    state: &mut instance::State,
    asked: &Asked,
    query: RawQuery,
    document: Value,
) -> Reply {
    if state.faults.hit(FaultKind::NoMetadata) {
        return empty(404);
    }
    published(instance, state, asked, query, document)
}

pub(crate) async fn openid(
    State(instance): State<Arc<Instance>>,
    asked: Asked,
    query: RawQuery,
) -> Reply {
    let state = &mut *instance.state();
    let mut document = oauth(&instance, state);
    document["subject_types_supported"] = json!(["public"]);
    document["id_token_signing_alg_values_supported"] = json!(["ES256"]);
    document["prompt_values_supported"] = json!(["login", "none"]);
    document["claims_supported"] = json!([
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "fhirUser"
    ]);
    published_by_issuer(&instance, state, &asked, query, document)
}

/// The document, or what the fault makes of it.
fn published(
    instance: &Instance,
    state: &mut instance::State,
    asked: &Asked,
    RawQuery(query): RawQuery,
    mut document: Value,
) -> Reply {
    // The redirect of the fault leads to a right document: a client that follows it is not stopped.
    if query.as_deref() == Some("moved") {
        return cacheable(&asked.headers, &document);
    }
    if state.faults.hit(FaultKind::FewerProtections)
        && let Some(all) = document.as_object_mut()
    {
        for which in PROTECTIONS {
            all.remove(which);
        }
    }
    let odd = state
        .faults
        .take(|kind| matches!(kind, FaultKind::OddMetadata { .. }));
    if let Some(FaultKind::OddMetadata { members }) = odd {
        make_odd(&mut document, members);
    }
    let fault = state
        .faults
        .take(|kind| matches!(kind, FaultKind::Discovery { .. }));
    let Some(FaultKind::Discovery { flaw }) = fault else {
        return cacheable(&asked.headers, &document);
    };
    match flaw {
        DiscoveryFlaw::Redirect => {
            let mut reply = empty(302);
            let there = format!("{}{}?moved", instance.origin, asked.path);
            set(&mut reply, header::LOCATION, &there);
            return reply;
        }
        DiscoveryFlaw::Html => {
            let html = "<!doctype html><title>Linden Clinic</title><p>We are moving.</p>";
            return with_body(200, "text/html; charset=utf-8", html);
        }
        DiscoveryFlaw::Huge => document["padding"] = json!("x".repeat(HUGE)),
        DiscoveryFlaw::ElsewhereEndpoints => {
            document["token_endpoint"] = json!("https://elsewhere.invalid/token");
        }
        DiscoveryFlaw::AnotherIssuer => {
            document["issuer"] = json!(format!("{}/elsewhere", instance.origin));
        }
        DiscoveryFlaw::TotpElsewhere => {
            if document.get("totp_endpoint").is_some() {
                let elsewhere = format!("{}/account/totp", instance.origin);
                document["totp_endpoint"] = json!(elsewhere);
            }
        }
    }
    cacheable(&asked.headers, &document)
}

/// Members that nobody needs to sign in, and flags, written as some generators write them.
fn make_odd(document: &mut Value, members: OddMembers) {
    let (nulls, empty, words, types) =
        (json!(null), json!(""), json!("pwd mfa"), json!({ "a": 1 }));
    for which in [
        "acr_values_supported",
        "grant_types_supported",
        "capabilities",
    ] {
        match members {
            OddMembers::Nulls => document[which] = nulls.clone(),
            OddMembers::EmptyTexts => document[which] = empty.clone(),
            OddMembers::WrongTypes => document[which] = types.clone(),
            OddMembers::TextForList | OddMembers::FlagsAsText => {}
        }
    }
    match members {
        OddMembers::Nulls => document["introspection_endpoint"] = nulls,
        OddMembers::EmptyTexts => document["introspection_endpoint"] = empty,
        OddMembers::WrongTypes => document["registration_endpoint"] = json!(7),
        OddMembers::TextForList => {
            document["acr_values_supported"] = words;
            document["code_challenge_methods_supported"] = json!("S256");
            if document.get("dpop_signing_alg_values_supported").is_some() {
                document["dpop_signing_alg_values_supported"] = json!("ES256");
            }
        }
        OddMembers::FlagsAsText => {
            for which in [
                "authorization_response_iss_parameter_supported",
                "require_pushed_authorization_requests",
            ] {
                if let Some(flag) = document.get(which).and_then(Value::as_bool) {
                    document[which] = json!(flag.to_string());
                }
            }
        }
    }
}

pub(crate) async fn jwks(State(instance): State<Arc<Instance>>, headers: HeaderMap) -> Reply {
    let state = &mut *instance.state();
    let mut keys = state.key.jwks();
    let fault = state
        .faults
        .take(|kind| matches!(kind, FaultKind::Jwks { .. }));
    if let Some(FaultKind::Jwks { flaw }) = fault {
        match flaw {
            JwksFlaw::Missing => {
                let mut reply = oauth_error("not_found", "there are no keys here");
                *reply.status_mut() = axum::http::StatusCode::NOT_FOUND;
                return reply;
            }
            JwksFlaw::Forbidden => return empty(403),
            JwksFlaw::Unavailable => return empty(503),
            JwksFlaw::Stale => keys = state.key.successor(u64::MAX).jwks(),
            JwksFlaw::Empty => keys = json!({ "keys": [] }),
            JwksFlaw::Huge => keys["padding"] = json!("x".repeat(HUGE)),
        }
    }
    cacheable(&headers, &keys)
}
