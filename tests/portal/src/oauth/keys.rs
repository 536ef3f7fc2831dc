//! The key that signs id tokens: ES256, derived from the seed, with deterministic signatures
//! (RFC 6979), so that a simulated run gives the same bytes again.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey as Ecdsa};
use serde_json::{Value, json};

use crate::entropy::Entropy;

pub(crate) struct SigningKey {
    key: Ecdsa,
    pub(crate) generation: u64,
}

impl SigningKey {
    pub(crate) fn new(seed: u64, generation: u64) -> Self {
        let mut entropy = Entropy::seeded(seed, &format!("id token key {generation}"));
        loop {
            // All but 2^-32 of the 256-bit numbers are valid P-256 keys.
            if let Ok(key) = Ecdsa::from_slice(&entropy.bytes::<32>()) {
                return Self { key, generation };
            }
        }
    }

    fn kid(&self) -> String {
        format!("portal-{}", self.generation)
    }

    pub(crate) fn jwks(&self) -> Value {
        let point = self.key.verifying_key().to_sec1_point(false);
        let bytes = point.as_bytes();
        let (x, y) = bytes[1..].split_at(32);
        json!({ "keys": [{
            "kty": "EC",
            "crv": "P-256",
            "use": "sig",
            "alg": "ES256",
            "kid": self.kid(),
            "x": BASE64URL_NOPAD.encode(x),
            "y": BASE64URL_NOPAD.encode(y),
        }] })
    }

    /// A compact JWS (RFC 7515 §7.1).
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": self.kid() });
        let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let input = format!("{}.{}", encode(&header), encode(claims));
        let signature: Signature = self.key.sign(input.as_bytes());
        format!("{input}.{}", BASE64URL_NOPAD.encode(&signature.to_bytes()))
    }
}
