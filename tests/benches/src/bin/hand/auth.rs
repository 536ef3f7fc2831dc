//! What signing in computes, with the crates that others use for it: oauth2, jsonwebtoken, totp-rs.

use std::hint::black_box;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use pericard_benches::{Broken, Figures, auth, each};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

#[derive(Serialize)]
struct Proof<'a> {
    jti: String,
    htm: &'a str,
    htu: &'a str,
    iat: i64,
    ath: String,
    nonce: &'a str,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    nonce: String,
    #[serde(rename = "auth_time")]
    _auth_time: Option<i64>,
    #[serde(rename = "acr")]
    _acr: Option<String>,
    #[serde(rename = "fhirUser")]
    _fhir_user: Option<String>,
}

pub(crate) fn run() -> Result<Figures, Broken> {
    let mut figures = Figures::default();

    let pkce = each(|octets| {
        let verifier = PkceCodeVerifier::new(BASE64URL_NOPAD.encode(&octets));
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        black_box((verifier, challenge));
        Ok(())
    });
    figures.time("pkce", pkce?);

    let key = EncodingKey::from_ec_der(&BASE64URL_NOPAD.decode(auth::PKCS8.as_bytes())?);
    let jwk: Jwk =
        serde_json::from_value(json!({"kty": "EC", "crv": "P-256", "x": auth::X, "y": auth::Y}))?;
    let mut header = Header::new(Algorithm::ES256);
    header.typ = Some("dpop+jwt".to_owned());
    header.jwk = Some(jwk);
    let url = Url::parse(auth::RESOURCE)?;
    let proof = each(|octets| {
        let mut url = url.clone();
        url.set_query(None);
        let hash = digest(&SHA256, auth::ACCESS_TOKEN.as_bytes());
        let proof = Proof {
            jti: BASE64URL_NOPAD.encode(&octets[..16]),
            htm: "GET",
            htu: url.as_str(),
            iat: auth::NOW,
            ath: BASE64URL_NOPAD.encode(hash.as_ref()),
            nonce: auth::DPOP_NONCE,
        };
        black_box(jsonwebtoken::encode(&header, &proof, &key)?);
        Ok(())
    });
    figures.time("dpop_proof", proof?);

    for (name, token) in [("es256", auth::ES256), ("rs256", auth::RS256)] {
        figures.time(name, each(|_| verify(black_box(token)))?);
    }

    let mut code = 0;
    let totp = each(|_| {
        let factor = totp_rs::Totp::from_url(black_box(auth::OTPAUTH))?;
        code = factor
            .generate(auth::NOW.unsigned_abs())
            .to_string()
            .parse()?;
        Ok(())
    });
    figures.time("totp", totp?);
    figures.count("totp_code", code);
    Ok(figures)
}

fn verify(token: &str) -> Result<(), Broken> {
    let keys: JwkSet = serde_json::from_str(black_box(auth::KEYS))?;
    let header = jsonwebtoken::decode_header(token)?;
    let id = header.kid.ok_or("the token names no key")?;
    let key = DecodingKey::from_jwk(keys.find(&id).ok_or("no such key")?)?;
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[auth::CLIENT_ID]);
    validation.set_issuer(&[auth::ISSUER]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation)?.claims;
    if claims.sub == auth::SUBJECT && claims.nonce == auth::NONCE {
        Ok(())
    } else {
        Err("another subject".into())
    }
}
