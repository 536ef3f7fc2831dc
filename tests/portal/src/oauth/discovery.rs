//! What this portal says about itself: SMART configuration, RFC 8414, OpenID discovery, keys.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::scope;
use crate::fault::FaultKind;
use crate::instance::Instance;
use crate::reply::{Reply, cacheable};

fn common(instance: &Instance) -> Value {
    let issuer = instance.issuer();
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "authorization_challenge_endpoint": format!("{issuer}/challenge"),
        "jwks_uri": format!("{issuer}/jwks"),
        "scopes_supported": scope::SUPPORTED,
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
    })
}

fn oauth(instance: &Instance) -> Value {
    let mut document = common(instance);
    document["response_modes_supported"] = json!(["query"]);
    document["authorization_response_iss_parameter_supported"] = json!(true);
    if instance.state().faults.hit(FaultKind::WrongIssuer) {
        document["issuer"] = json!(format!("{}/other", instance.origin));
    }
    document
}

pub(crate) async fn smart(State(instance): State<Arc<Instance>>, headers: HeaderMap) -> Reply {
    let mut document = common(&instance);
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
    cacheable(&headers, &document)
}

pub(crate) async fn authorization_server(
    State(instance): State<Arc<Instance>>,
    headers: HeaderMap,
) -> Reply {
    cacheable(&headers, &oauth(&instance))
}

pub(crate) async fn openid(State(instance): State<Arc<Instance>>, headers: HeaderMap) -> Reply {
    let mut document = oauth(&instance);
    document["subject_types_supported"] = json!(["public"]);
    document["id_token_signing_alg_values_supported"] = json!(["ES256"]);
    document["claims_supported"] = json!([
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "amr",
        "fhirUser"
    ]);
    cacheable(&headers, &document)
}

pub(crate) async fn jwks(State(instance): State<Arc<Instance>>, headers: HeaderMap) -> Reply {
    let keys = instance.state().key.jwks();
    cacheable(&headers, &keys)
}
