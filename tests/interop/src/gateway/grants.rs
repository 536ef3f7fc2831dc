//! Sign-in at the gateway: OAuth 2 with PKCE, without pages. Who comes to the authorization endpoint is signed in at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::Json;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use url::Url;

use super::{Inside, locked};
use crate::people::{ANA, CLIENT, Person};
use crate::trouble::Result;

/// Seconds.
const ACCESS_TOKEN_LIFE: u64 = 3600;

type Parameters = BTreeMap<String, String>;

pub(super) struct Grants {
    issuer: String,
    base: String,
    signing: EncodingKey,
    jwks: Value,
    person: Mutex<Person>,
    /// The authorization requests behind codes.
    codes: Mutex<BTreeMap<String, (Parameters, Person)>>,
    /// What tokens are worth: the patient, and the scope.
    access: Mutex<BTreeMap<String, Person>>,
    refresh: Mutex<BTreeMap<String, (Parameters, Person)>>,
}

impl Grants {
    pub(super) fn new(origin: &str) -> Result<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let jwks = json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "gateway",
            "x": BASE64URL_NOPAD.encode(x), "y": BASE64URL_NOPAD.encode(y),
        }] });
        let document = pair.to_pkcs8v1()?;
        Ok(Self {
            issuer: format!("{origin}/auth"),
            base: format!("{origin}/fhir"),
            signing: EncodingKey::from_ec_der(document.as_ref()),
            jwks,
            person: Mutex::new(ANA),
            codes: Mutex::default(),
            access: Mutex::default(),
            refresh: Mutex::default(),
        })
    }

    pub(super) fn signs_in(&self, person: Person) {
        *locked(&self.person) = person;
    }

    /// The SMART configuration.
    pub(super) fn configuration(&self) -> Value {
        let at = |place: &str| format!("{}/{place}", self.issuer);
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": at("authorize"),
            "token_endpoint": at("token"),
            "revocation_endpoint": at("revoke"),
            "jwks_uri": at("jwks"),
            "grant_types_supported": ["authorization_code"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": [
                "openid", "fhirUser", "launch/patient", "offline_access", "patient/Patient.rs",
                "patient/Communication.crs",
            ],
            "capabilities": [
                "launch-standalone", "client-public", "sso-openid-connect", "context-standalone-patient",
                "permission-offline", "permission-patient", "permission-v2",
            ],
        })
    }

    /// Whose records a request may see.
    pub(super) fn patient(&self, headers: &HeaderMap) -> Option<String> {
        let field = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let token = field.strip_prefix("Bearer ")?;
        let person = locked(&self.access).get(token).copied()?;
        Some(person.patient.to_owned())
    }

    fn answer(&self, asked: &Parameters, person: Person) -> Result<Value> {
        let (access, refresh) = (random()?, random()?);
        locked(&self.access).insert(access.clone(), person);
        locked(&self.refresh).insert(refresh.clone(), (asked.clone(), person));
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let claims = json!({
            "iss": self.issuer,
            "sub": person.user,
            "aud": CLIENT,
            "iat": now,
            "exp": now + ACCESS_TOKEN_LIFE,
            "auth_time": now,
            "nonce": asked.get("nonce"),
            "fhirUser": format!("{}/Patient/{}", self.base, person.patient),
        });
        let mut head = Header::new(Algorithm::ES256);
        head.kid = Some("gateway".to_owned());
        Ok(json!({
            "access_token": access,
            "refresh_token": refresh,
            "token_type": "Bearer",
            "expires_in": ACCESS_TOKEN_LIFE,
            "scope": asked.get("scope"),
            "patient": person.patient,
            "id_token": encode(&head, &claims, &self.signing)?,
        }))
    }
}

pub(super) async fn jwks(State(inside): State<Arc<Inside>>) -> Json<Value> {
    Json(inside.grants.jwks.clone())
}

pub(super) async fn authorize(
    State(inside): State<Arc<Inside>>,
    Query(asked): Query<Parameters>,
) -> Response {
    let grants = &inside.grants;
    let asks = |name: &str, value: &str| asked.get(name).is_some_and(|it| it == value);
    let back = asked.get("redirect_uri").and_then(|it| Url::parse(it).ok());
    let (Some(mut back), Ok(code)) = (back, random()) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let well = asks("response_type", "code")
        && asks("client_id", CLIENT)
        && asks("code_challenge_method", "S256")
        && asks("aud", &grants.base);
    if !well {
        return StatusCode::BAD_REQUEST.into_response();
    }
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", asked.get("state").map_or("", String::as_str));
    let person = *locked(&grants.person);
    locked(&grants.codes).insert(code, (asked, person));
    Redirect::to(back.as_str()).into_response()
}

pub(super) async fn token(
    State(inside): State<Arc<Inside>>,
    Form(form): Form<Parameters>,
) -> Response {
    let grants = &inside.grants;
    let given = |name: &str| form.get(name).map_or("", String::as_str);
    let granted = match given("grant_type") {
        "authorization_code" => locked(&grants.codes)
            .remove(given("code"))
            .filter(|(asked, _)| {
                let verifier = digest(&SHA256, given("code_verifier").as_bytes());
                let challenge = BASE64URL_NOPAD.encode(verifier.as_ref());
                asked.get("code_challenge") == Some(&challenge)
                    && asked.get("redirect_uri") == form.get("redirect_uri")
            }),
        // Each is used once.
        "refresh_token" => locked(&grants.refresh).remove(given("refresh_token")),
        _ => None,
    };
    let answer = granted.map(|(asked, person)| grants.answer(&asked, person));
    match answer {
        Some(Ok(answer)) => ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response(),
        Some(Err(_)) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        None => {
            let error = Json(json!({ "error": "invalid_grant" }));
            (StatusCode::BAD_REQUEST, error).into_response()
        }
    }
}

pub(super) async fn revoke(
    State(inside): State<Arc<Inside>>,
    Form(form): Form<Parameters>,
) -> StatusCode {
    let token = form.get("token").map_or("", String::as_str);
    locked(&inside.grants.access).remove(token);
    locked(&inside.grants.refresh).remove(token);
    StatusCode::OK
}

fn random() -> Result<String> {
    let mut octets = [0; 24];
    rand::fill(&mut octets)?;
    Ok(BASE64URL_NOPAD.encode(&octets))
}
