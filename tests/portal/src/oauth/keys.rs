//! The key that signs id tokens, derived from the seed.

use serde_json::{Value, json};

use super::es256::Es256;

const KIND: &str = "JWT";

pub(crate) struct SigningKey {
    key: Es256,
    seed: u64,
    pub(crate) generation: u64,
}

impl SigningKey {
    pub(crate) fn new(seed: u64, generation: u64) -> Self {
        let purpose = format!("id token key {generation}");
        Self {
            key: Es256::seeded(seed, &purpose, format!("portal-{generation}")),
            seed,
            generation,
        }
    }

    /// Another key of the same portal.
    pub(crate) fn successor(&self, generation: u64) -> Self {
        Self::new(self.seed, generation)
    }

    pub(crate) fn jwks(&self) -> Value {
        json!({ "keys": [self.key.jwk()] })
    }

    /// A compact JWS.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.key.sign(KIND, claims)
    }

    /// One with the public key as a shared secret.
    pub(crate) fn sign_as_if_shared(&self, claims: &Value) -> String {
        self.key.sign_as_if_shared(KIND, claims)
    }
}
