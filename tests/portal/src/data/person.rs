//! Patients, most of whom can sign in.

use serde_json::{Value, json};

use super::letters::Language;
use super::proxy::{Proxy, human_name};
use super::second_factor::{self, SecondFactor};
use crate::clock::{self, Millis};
use crate::entropy::Entropy;
use crate::{PersonSpec, TotpSpec};

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
    pub(crate) factor: Option<SecondFactor>,
    /// What a secret of theirs is like.
    pub(crate) totp: TotpSpec,
    /// Whether they may not sign in without a second factor.
    pub(crate) must_enrol: bool,
    /// Those of the start, for whoever tests.
    first_recovery_codes: Vec<String>,
    /// Id of the Patient resource.
    pub(crate) patient: String,
    /// Id of an older chart that was merged into this one.
    pub(crate) old_patient: Option<String>,
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
        spec: &PersonSpec,
        seed: u64,
        language: Language,
        now: Millis,
    ) -> Self {
        let entropy = &mut Entropy::seeded(seed, &format!("person {user}"));
        let patient = format!("pt-{}", entropy.id());
        let subject = format!("u-{}", entropy.id());
        let password = format!(
            "{}-{}-{}",
            entropy.pick(WORDS),
            entropy.pick(WORDS),
            entropy.between(1000, 9999)
        );
        let mut secrets = Entropy::seeded(seed, &format!("second factor {user}"));
        let parameters = spec.totp.unwrap_or_default();
        let mut secret = [0; 64];
        secret[..20].copy_from_slice(&entropy.bytes::<20>());
        secret[20..].copy_from_slice(&secrets.bytes::<44>());
        let totp = second_factor::with_secret(user, parameters, &secret);
        let recovery = second_factor::recovery_codes(&mut secrets, spec.recovery_codes);
        let enrolled = spec.totp.is_some();
        let mut given: String = user.chars().filter(char::is_ascii_alphabetic).collect();
        if let Some(first) = given.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let name = Name {
            given,
            family: entropy.pick(language.families()).to_owned(),
        };
        let day = 86_400_000;
        Self {
            user: user.to_owned(),
            password,
            factor: enrolled.then(|| SecondFactor::new(totp, &recovery)),
            totp: parameters,
            must_enrol: spec.must_enrol,
            first_recovery_codes: recovery,
            patient,
            old_patient: None,
            subject,
            name,
            language,
            born: now - entropy.between(20 * 365, 85 * 365) * day,
            threads_at_start: Vec::new(),
        }
    }

    /// Somebody for whom a grown-up acts is a child.
    pub(crate) fn grow_young(&mut self, now: Millis) {
        self.born = now - (now - self.born) % (17 * 365 * 86_400_000);
    }

    pub(crate) fn signs_in(&self) -> bool {
        !self.password.is_empty()
    }

    pub(crate) fn totp_secret(&self) -> Option<String> {
        let factor = self.factor.as_ref()?;
        Some(second_factor::secret(&factor.totp))
    }

    pub(crate) fn otpauth(&self) -> Option<String> {
        let factor = self.factor.as_ref()?;
        Some(second_factor::otpauth(&factor.totp))
    }

    /// The recovery codes of the start that still work.
    pub(crate) fn recovery_codes(&self) -> Vec<String> {
        let codes = self.first_recovery_codes.iter();
        codes
            .filter(|code| self.factor.as_ref().is_some_and(|factor| factor.has(code)))
            .cloned()
            .collect()
    }

    pub(crate) fn recovery_codes_left(&self) -> usize {
        let factor = self.factor.as_ref();
        factor.map_or(0, SecondFactor::recovery_codes_left)
    }

    /// Id of the Person resource.
    pub(crate) fn person_id(&self) -> String {
        format!("pe-{}", self.patient.trim_start_matches("pt-"))
    }

    /// The Person resource: everything that somebody is here, with those for whom they act.
    pub(crate) fn as_person<'a>(
        &self,
        proxies: impl Iterator<Item = &'a Proxy>,
        started: Millis,
    ) -> Value {
        let own = format!("Patient/{}", self.patient);
        let (mut version, mut updated) = (1, started);
        let mut link = vec![json!({ "target": { "reference": own }, "assurance": "level4" })];
        for proxy in proxies {
            let target = format!("RelatedPerson/{}", proxy.id);
            link.push(json!({ "target": { "reference": target }, "assurance": "level3" }));
            version += proxy.version;
            updated = updated.max(proxy.updated);
        }
        json!({
            "resourceType": "Person",
            "id": self.person_id(),
            "meta": { "versionId": version.to_string(), "lastUpdated": clock::instant(updated) },
            "active": true,
            "name": [human_name(&self.name)],
            "link": link,
        })
    }

    /// The Patient resource, or that of the older chart. Each links to the other (FHIR R4 §8.1.10).
    pub(crate) fn resource(&self, base: &str, started: Millis, older: bool) -> Value {
        let mut resource = self.current(base, started);
        if let Some(old) = &self.old_patient {
            let (id, other, kind) = match older {
                true => (old, &self.patient, "replaced-by"),
                false => (&self.patient, old, "replaces"),
            };
            resource["id"] = json!(id);
            resource["active"] = json!(!older);
            resource["link"] = json!([
                { "other": { "reference": format!("Patient/{other}") }, "type": kind },
            ]);
        }
        resource
    }

    fn current(&self, base: &str, started: Millis) -> Value {
        json!({
            "resourceType": "Patient",
            "id": self.patient,
            "meta": { "versionId": "1", "lastUpdated": clock::instant(started) },
            "identifier": [{ "system": format!("{base}/ids/patient"), "value": self.patient }],
            "active": true,
            "name": [human_name(&self.name)],
            "birthDate": clock::date(self.born).to_string(),
            "communication": [{
                "language": { "coding": [{ "system": "urn:ietf:bcp:47", "code": self.language.tag() }] },
                "preferred": true,
            }],
        })
    }
}
