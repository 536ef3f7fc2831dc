//! A P-256 key with a name, and compact JWS by it (RFC 7515 §7.1, ES256). Signatures are deterministic (RFC 6979), so that a
//! simulated run gives the same bytes again.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::entropy::Entropy;

#[derive(Clone)]
pub(crate) struct Es256 {
    key: SigningKey,
    pub(crate) name: String,
}

impl Es256 {
    /// The key that a portal with this seed has for a purpose.
    pub(crate) fn seeded(seed: u64, purpose: &str, name: String) -> Self {
        Self::drawn(&mut Entropy::seeded(seed, purpose), name)
    }

    pub(crate) fn drawn(entropy: &mut Entropy, name: String) -> Self {
        loop {
            // All but 2^-32 of the 256-bit numbers are valid P-256 keys.
            if let Ok(key) = SigningKey::from_slice(&entropy.bytes::<32>()) {
                return Self { key, name };
            }
        }
    }

    /// The key of a private JWK (RFC 7518 §6.2.2).
    pub(crate) fn from_private(jwk: &Value) -> Option<Self> {
        let member = |name: &str| jwk.get(name).and_then(Value::as_str);
        let secret = BASE64URL_NOPAD.decode(member("d")?.as_bytes()).ok()?;
        Some(Self {
            key: SigningKey::from_slice(&secret).ok()?,
            name: member("kid")?.to_owned(),
        })
    }

    /// The public key's coordinates, one after the other.
    fn coordinates(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        point.as_bytes()[1..].to_vec()
    }

    pub(crate) fn jwk(&self) -> Value {
        let coordinates = self.coordinates();
        let (x, y) = coordinates.split_at(32);
        json!({
            "kty": "EC",
            "crv": "P-256",
            "use": "sig",
            "alg": "ES256",
            "kid": self.name,
            "x": BASE64URL_NOPAD.encode(x),
            "y": BASE64URL_NOPAD.encode(y),
        })
    }

    /// The same with its secret.
    pub(crate) fn private_jwk(&self) -> Value {
        let mut jwk = self.jwk();
        jwk["d"] = json!(BASE64URL_NOPAD.encode(&self.key.to_bytes()));
        jwk
    }

    pub(crate) fn sign(&self, kind: &str, claims: &Value) -> String {
        let input = self.input("ES256", kind, claims);
        let signature: Signature = self.key.sign(input.as_bytes());
        format!("{input}.{}", BASE64URL_NOPAD.encode(&signature.to_bytes()))
    }

    /// What an attacker makes who knows only the public key: an HMAC with it as the secret, for a client
    /// that lets the token choose its algorithm (RFC 8725 §2.1).
    pub(crate) fn sign_as_if_shared(&self, kind: &str, claims: &Value) -> String {
        let input = self.input("HS256", kind, claims);
        let tag = match Hmac::<Sha256>::new_from_slice(&self.coordinates()) {
            Ok(mac) => mac.chain_update(input.as_bytes()).finalize().into_bytes(),
            // HMAC takes a key of any length.
            Err(_) => Default::default(),
        };
        format!("{input}.{}", BASE64URL_NOPAD.encode(&tag))
    }

    fn input(&self, algorithm: &str, kind: &str, claims: &Value) -> String {
        let header = json!({ "alg": algorithm, "typ": kind, "kid": self.name });
        let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        format!("{}.{}", encode(&header), encode(claims))
    }
}
