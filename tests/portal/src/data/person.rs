//! Patients, most of whom can sign in.

use data_encoding::BASE32_NOPAD;
use serde_json::{Value, json};
use totp_rs::{Builder, Totp};

use super::letters::Language;
use crate::clock::{self, Millis};
use crate::entropy::Entropy;
use crate::{PersonSpec, PortalError};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) given: String,
    pub(crate) family: String,
}

impl Name {
    pub(crate) fn full(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

pub(crate) struct Person {
    pub(crate) user: String,
    /// Empty for those who have no account.
    pub(crate) password: String,
    pub(crate) totp: Option<Totp>,
    /// Id of the Patient resource.
    pub(crate) patient: String,
    /// `sub` of the id token.
    pub(crate) subject: String,
    pub(crate) name: Name,
    pub(crate) language: Language,
    pub(crate) born: Millis,
    /// Headers as of the start, newest first.
    pub(crate) threads_at_start: Vec<u32>,
}

const WORDS: &[&str] = &[
    "amber", "anchor", "birch", "canyon", "cedar", "cobalt", "comet", "copper", "coral", "delta",
    "ember", "falcon", "fjord", "garnet", "harbor", "hazel", "indigo", "island", "juniper",
    "lantern", "lilac", "maple", "meadow", "nectar", "olive", "opal", "orchid", "pebble", "quartz",
    "raven", "river", "saffron", "sierra", "summit", "thistle", "timber", "tundra", "velvet",
    "willow", "zephyr",
];

impl Person {
    pub(crate) fn new(
        user: &str,
        spec: PersonSpec,
        seed: u64,
        language: Language,
        now: Millis,
    ) -> Result<Self, PortalError> {
        let entropy = &mut Entropy::seeded(seed, &format!("person {user}"));
        let patient = format!("pt-{}", entropy.id());
        let subject = format!("u-{}", entropy.id());
        let password = format!(
            "{}-{}-{}",
            entropy.pick(WORDS),
            entropy.pick(WORDS),
            entropy.between(1000, 9999)
        );
        let secret = entropy.bytes::<20>();
        let totp = spec.totp.then(|| {
            Builder::new()
                .with_secret(secret.to_vec())
                .with_account_name(user)
                .with_issuer(Some("Linden Clinic"))
                .with_skew(1)
                .build()
        });
        let totp = totp
            .transpose()
            .map_err(|error| PortalError::Spec(format!("{user}: TOTP: {error}")))?;
        let mut given: String = user.chars().filter(char::is_ascii_alphabetic).collect();
        if let Some(first) = given.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let name = Name {
            given,
            family: entropy.pick(language.families()).to_owned(),
        };
        let day = 86_400_000;
        Ok(Self {
            user: user.to_owned(),
            password,
            totp,
            patient,
            subject,
            name,
            language,
            born: now - entropy.between(20 * 365, 85 * 365) * day,
            threads_at_start: Vec::new(),
        })
    }

    pub(crate) fn signs_in(&self) -> bool {
        !self.password.is_empty()
    }

    pub(crate) fn totp_secret(&self) -> Option<String> {
        let totp = self.totp.as_ref()?;
        Some(BASE32_NOPAD.encode(totp.secret().as_ref()))
    }

    pub(crate) fn otpauth(&self) -> Option<String> {
        self.totp.as_ref()?.to_url().ok()
    }

    /// The Patient resource.
    pub(crate) fn resource(&self, base: &str, started: Millis) -> Value {
        json!({
            "resourceType": "Patient",
            "id": self.patient,
            "meta": { "versionId": "1", "lastUpdated": clock::instant(started) },
            "identifier": [{ "system": format!("{base}/ids/patient"), "value": self.patient }],
            "active": true,
            "name": [{
                "use": "official",
                "text": self.name.full(),
                "family": self.name.family,
                "given": [self.name.given],
            }],
            "birthDate": clock::date(self.born).to_string(),
            "communication": [{
                "language": { "coding": [{ "system": "urn:ietf:bcp:47", "code": self.language.tag() }] },
                "preferred": true,
            }],
        })
    }
}
