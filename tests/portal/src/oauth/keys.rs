//! The key that signs id tokens: ES256, derived from the seed, with deterministic signatures
//! (RFC 6979), so that a simulated run gives the same bytes again.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey as Ecdsa};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::entropy::Entropy;

pub(crate) struct SigningKey {
    key: Ecdsa,
    seed: u64,
    pub(crate) generation: u64,
}

impl SigningKey {
    pub(crate) fn new(seed: u64, generation: u64) -> Self {
        let mut entropy = Entropy::seeded(seed, &format!("id token key {generation}"));
        loop {
            // All but 2^-32 of the 256-bit numbers are valid P-256 keys.
            if let Ok(key) = Ecdsa::from_slice(&entropy.bytes::<32>()) {
                return Self {
                    key,
                    seed,
                    generation,
                };
            }
        }
    }

    /// Another key of the same portal.
    pub(crate) fn successor(&self, generation: u64) -> Self {
        Self::new(self.seed, generation)
    }

    fn kid(&self) -> String {
        format!("portal-{}", self.generation)
    }

    /// The public key's coordinates, one after the other.
    fn coordinates(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        point.as_bytes()[1..].to_vec()
    }

    pub(crate) fn jwks(&self) -> Value {
        let coordinates = self.coordinates();
        let (x, y) = coordinates.split_at(32);
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

    /// What an attacker makes who knows only the public key: an HMAC with it as the secret, for a client
    /// that lets the token choose its algorithm (RFC 8725 §2.1).
    pub(crate) fn sign_as_if_shared(&self, claims: &Value) -> String {
        let header = json!({ "alg": "HS256", "typ": "JWT", "kid": self.kid() });
        let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let input = format!("{}.{}", encode(&header), encode(claims));
        let tag = match Hmac::<Sha256>::new_from_slice(&self.coordinates()) {
            Ok(mac) => mac.chain_update(input.as_bytes()).finalize().into_bytes(),
            // HMAC takes a key of any length.
            Err(_) => Default::default(),
        };
        format!("{input}.{}", BASE64URL_NOPAD.encode(&tag))
    }
}
