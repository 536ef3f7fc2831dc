//! Who signs in, and what the app and the clinic are called at the server.

use data_encoding::BASE32_NOPAD;
use serde_json::{Value, json};
use totp_rs::Builder;

use crate::trouble::Result;

/// The app as the server knows it.
pub(crate) const CLIENT: &str = "pericard";
/// Where the browser comes back to, on any port (RFC 8252 §7.3).
pub(crate) const REDIRECT: &str = "http://127.0.0.1/callback";
/// The clinic's FHIR server as the authorization server knows it: it may ask what a token is worth.
pub(crate) const CLINIC: (&str, &str) = ("clinic", "between-clinic-and-issuer");

/// A person with an account at the server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
    pub(crate) name: &'static str,
    pub(crate) patient: &'static str,
    /// Twenty characters, which are the bytes of the secret.
    secret: &'static str,
}

pub(crate) const ANA: Person = Person {
    user: "ana",
    password: "correct horse battery",
    name: "Ana Ruiz",
    patient: "p-ana",
    secret: "ana keeps her secret",
};

pub(crate) const BEN: Person = Person {
    user: "ben",
    password: "another horse, another battery",
    name: "Ben Okafor",
    patient: "p-ben",
    secret: "ben has one as well!",
};

impl Person {
    /// What the person's authenticator app shows now.
    pub(crate) fn code(&self) -> Result<String> {
        let totp = Builder::new()
            .with_secret(self.secret.as_bytes().to_vec())
            .build()?;
        Ok(totp.generate_current().to_string())
    }

    /// A code that is not the one of now, nor of the steps beside it.
    pub(crate) fn wrong_code(&self) -> Result<String> {
        let right: u32 = self.code()?.parse()?;
        Ok(format!("{:06}", (right + 314_159) % 1_000_000))
    }

    /// As an authenticator app takes it.
    pub(crate) fn secret_in_base32(&self) -> String {
        BASE32_NOPAD.encode(self.secret.as_bytes())
    }

    /// The account as oidc-provider's settings have it.
    pub(crate) fn for_oidc_provider(&self, base: &str) -> Value {
        json!({
            "user": self.user,
            "password": self.password,
            "totp": self.secret_in_base32(),
            "patient": self.patient,
            "fhirUser": format!("{base}/Patient/{}", self.patient),
        })
    }

    /// The account as a user of a Keycloak realm.
    pub(crate) fn for_keycloak(&self, base: &str) -> Value {
        let (first, last) = self.name.split_once(' ').unwrap_or((self.name, ""));
        json!({
            "username": self.user,
            "enabled": true,
            "email": format!("{}@clinic.example", self.user),
            "emailVerified": true,
            "firstName": first,
            "lastName": last,
            "realmRoles": ["offline_access"],
            "attributes": { "fhirUser": [format!("{base}/Patient/{}", self.patient)] },
            "credentials": [
                { "type": "password", "value": self.password, "temporary": false },
                {
                    "type": "otp",
                    "secretData": json!({ "value": self.secret }).to_string(),
                    "credentialData": json!({
                        "subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1",
                    }).to_string(),
                },
            ],
        })
    }
}
