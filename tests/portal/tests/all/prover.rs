//! A client with a key: DPoP proofs, right or bent.

use std::cell::Cell;

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Answer, SCOPE, VERIFIER, World, challenge, form};

pub(crate) struct Prover {
    key: SigningKey,
    proofs: Cell<u64>,
    seed: u8,
}

/// A proof before it is signed.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) header: Value,
    pub(crate) claims: Value,
}

impl Prover {
    pub(crate) fn new(seed: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).unwrap(),
            proofs: Cell::new(0),
            seed,
        }
    }

    pub(crate) fn jwk(&self) -> Value {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        json!({
            "kty": "EC",
            "crv": "P-256",
            "x": BASE64URL_NOPAD.encode(x),
            "y": BASE64URL_NOPAD.encode(y),
        })
    }

    pub(crate) fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        let text = format!(
            r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#,
            jwk["x"], jwk["y"]
        );
        BASE64URL_NOPAD.encode(&Sha256::digest(text))
    }

    pub(crate) fn draft(&self, world: &World, method: &str, url: &str, nonce: &str) -> Draft {
        let n = self.proofs.get();
        self.proofs.set(n + 1);
        Draft {
            header: json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() }),
            claims: json!({
                "jti": format!("proof-{:03}-{n:012}", self.seed),
                "htm": method,
                "htu": url,
                "iat": world.now(),
                "nonce": nonce,
            }),
        }
    }

    pub(crate) fn sign(&self, draft: &Draft) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let input = format!("{}.{}", part(&draft.header), part(&draft.claims));
        let signature: Signature = self.key.sign(input.as_bytes());
        format!("{input}.{}", BASE64URL_NOPAD.encode(&signature.to_bytes()))
    }

    /// A right proof for the authorization server.
    pub(crate) async fn proof(&self, world: &World, end: &str) -> String {
        let url = format!("{}{end}", world.portal.issuer());
        let nonce = world.nonce().await;
        self.sign(&self.draft(world, "POST", &url, &nonce))
    }
}

pub(crate) fn hash(token: &str) -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(token))
}

pub(crate) fn first_request() -> Vec<(&'static str, String)> {
    vec![
        ("client_id", "pericard".into()),
        ("response_type", "code".into()),
        ("scope", SCOPE.into()),
        ("nonce", "n-1".into()),
        ("code_challenge", challenge()),
        ("code_challenge_method", "S256".into()),
    ]
}

/// The same, with or instead.
pub(crate) fn first_request_with<'a>(
    first: &'a [(&'static str, String)],
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let kept = first
        .iter()
        .filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    let mut fields: Vec<_> = kept.map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend_from_slice(more);
    fields
}

impl World {
    /// The authorization server's nonce of now.
    pub(crate) async fn nonce(&self) -> String {
        let url = format!("{}/jwks", self.portal.issuer());
        self.get(&url).await.header("dpop-nonce").to_owned()
    }

    /// The FHIR base's.
    pub(crate) async fn resource_nonce(&self) -> String {
        let url = format!("{}/metadata", self.portal.base());
        self.get(&url).await.header("dpop-nonce").to_owned()
    }

    pub(crate) async fn prove(
        &self,
        prover: &Prover,
        end: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let proof = prover.proof(self, end).await;
        self.post_with(end, fields, &[("dpop", &proof)]).await
    }

    /// A code by native sign-in, bound to the key.
    pub(crate) async fn bound_code(&self, prover: &Prover, who: &str) -> String {
        let person = self.person(who);
        let (first, code) = (first_request(), person.totp_secret.map(|_| self.code(who)));
        let mut more = vec![("username", who), ("password", person.password.as_str())];
        if let Some(code) = &code {
            more.push(("otp", code));
        }
        let fields = first_request_with(&first, &more);
        let answer = self.prove(prover, "/challenge", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let code = answer.json()["authorization_code"].clone();
        code.as_str().unwrap().to_owned()
    }

    pub(crate) async fn bound_tokens(&self, prover: &Prover, who: &str) -> Value {
        let code = self.bound_code(prover, who).await;
        let fields = redemption(&code);
        let answer = self.prove(prover, "/token", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// A request at the FHIR base with a bound token; `bend` may spoil the proof.
    pub(crate) async fn bound_get(
        &self,
        prover: &Prover,
        tokens: &Value,
        path: &str,
        bend: impl FnOnce(&mut Draft),
    ) -> Answer {
        let token = tokens["access_token"].as_str().unwrap();
        let url = format!("{}{path}", self.portal.base());
        let bare = url.split('?').next().unwrap_or_default();
        let nonce = self.resource_nonce().await;
        let mut draft = prover.draft(self, "GET", bare, &nonce);
        draft.claims["ath"] = json!(hash(token));
        bend(&mut draft);
        let proof = prover.sign(&draft);
        let authorization = format!("DPoP {token}");
        let headers = [("authorization", authorization.as_str()), ("dpop", &proof)];
        self.send("GET", &url, &headers, "").await
    }

    /// Posts a form by hand where the header fields matter.
    pub(crate) async fn post_proofs(&self, end: &str, proofs: &[&str]) -> Answer {
        let url = format!("{}{end}", self.portal.issuer());
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", "pericard"),
            ("refresh_token", "made-up"),
        ];
        self.send("POST", &url, &headers, &form(&fields)).await
    }
}

pub(crate) fn redemption(code: &str) -> [(&str, &str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", "pericard"),
        ("code", code),
        ("code_verifier", VERIFIER),
    ]
}

pub(crate) fn refreshing(tokens: &Value) -> [(&str, &str); 3] {
    [
        ("grant_type", "refresh_token"),
        ("client_id", "pericard"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ]
}
