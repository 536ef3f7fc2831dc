//! Who acts for whom: a parent for a child, each with an account of their own.
//!
//! An access is never forgotten: one that was withdrawn or has ended stays, and its RelatedPerson says so.

use serde_json::{Value, json};

use super::{Name, Person};
use crate::clock::{self, Millis};
use crate::entropy::Entropy;
use crate::{PortalError, ProxyAccess, Spec, Withdrawal};

const DAY: Millis = 86_400_000;
/// v3-RoleCode.
const ROLES: &[&str] = &["MTH", "FTH", "GUARD"];

/// That somebody acts for a patient.
pub(crate) struct Proxy {
    /// Of the RelatedPerson.
    pub(crate) id: String,
    /// Who acts.
    pub(crate) person: usize,
    /// For whom.
    pub(crate) patient: usize,
    pub(crate) access: ProxyAccess,
    /// Nothing of the patient's record is given any more.
    pub(crate) withdrawn: bool,
    role: &'static str,
    since: Millis,
    until: Option<Millis>,
    pub(crate) version: u32,
    pub(crate) updated: Millis,
}

impl Proxy {
    fn new(
        entropy: &mut Entropy,
        person: usize,
        patient: usize,
        access: ProxyAccess,
        since: Millis,
    ) -> Self {
        Self {
            id: format!("rp-{}", entropy.id()),
            person,
            patient,
            access,
            withdrawn: false,
            role: ROLES[entropy.below(ROLES.len())],
            since,
            until: None,
            version: 1,
            updated: since,
        }
    }

    /// Whether somebody may sign in with it.
    pub(crate) fn stands(&self) -> bool {
        !self.withdrawn && self.until.is_none()
    }

    fn change(&mut self, now: Millis) {
        self.version += 1;
        self.updated = now;
    }

    /// The RelatedPerson resource.
    pub(crate) fn resource(&self, people: &[Person]) -> Value {
        let (who, whose) = (&people[self.person], &people[self.patient]);
        let display = match self.role {
            "MTH" => "mother",
            "FTH" => "father",
            _ => "guardian",
        };
        let mut period = json!({ "start": clock::date(self.since).to_string() });
        if let Some(until) = self.until {
            period["end"] = json!(clock::instant(until));
        }
        json!({
            "resourceType": "RelatedPerson",
            "id": self.id,
            "meta": {
                "versionId": self.version.to_string(),
                "lastUpdated": clock::instant(self.updated),
            },
            "active": !self.withdrawn,
            "patient": {
                "reference": format!("Patient/{}", whose.patient),
                "display": whose.name.full(),
            },
            "relationship": [{ "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
                "code": self.role,
                "display": display,
            }] }],
            "name": [human_name(&who.name)],
            "period": period,
        })
    }
}

/// A name as FHIR writes it.
pub(super) fn human_name(name: &Name) -> Value {
    json!({
        "use": "official",
        "text": name.full(),
        "family": name.family,
        "given": [name.given],
    })
}

/// Everybody's.
#[derive(Default)]
pub(crate) struct Proxies(Vec<Proxy>);

impl Proxies {
    /// Those of the start, each a few years old. `people` begins with those of the specification, in its order.
    pub(super) fn of(spec: &Spec, now: Millis) -> Self {
        let names: Vec<&String> = spec.people.keys().collect();
        let mut all = Vec::new();
        for (person, (user, who)) in spec.people.iter().enumerate() {
            for proxy in &who.proxy_for {
                let label = format!("proxy {user} {}", proxy.name);
                let entropy = &mut Entropy::seeded(spec.seed, &label);
                let since = now - entropy.between(90 * DAY, 3 * 365 * DAY);
                let patient = names.iter().position(|name| **name == proxy.name);
                all.extend(
                    patient
                        .map(|patient| Proxy::new(entropy, person, patient, proxy.access, since)),
                );
            }
        }
        Self(all)
    }

    pub(crate) fn find(&self, person: usize, patient: usize) -> Option<&Proxy> {
        self.of_person(person)
            .find(|proxy| proxy.patient == patient)
    }

    fn find_mut(&mut self, person: usize, patient: usize) -> Option<&mut Proxy> {
        let mut all = self.0.iter_mut();
        all.find(|proxy| proxy.person == person && proxy.patient == patient)
    }

    /// Whom somebody acts for or did, in the order in which they came.
    pub(crate) fn of_person(&self, person: usize) -> impl Iterator<Item = &Proxy> {
        self.0.iter().filter(move |proxy| proxy.person == person)
    }

    /// Whether somebody may sign in for a patient, who may be oneself.
    pub(crate) fn may_act(&self, person: usize, patient: usize) -> bool {
        person == patient || self.find(person, patient).is_some_and(Proxy::stands)
    }

    /// Lets somebody act for a patient, also again; what was granted before gets this access.
    pub(crate) fn grant(
        &mut self,
        person: usize,
        patient: usize,
        access: ProxyAccess,
        now: Millis,
        entropy: &mut Entropy,
    ) -> Result<&Proxy, PortalError> {
        if person == patient {
            let text = "nobody needs an access to their own record".to_owned();
            return Err(PortalError::Command(text));
        }
        let known = self
            .0
            .iter()
            .position(|proxy| (proxy.person, proxy.patient) == (person, patient));
        let Some(index) = known else {
            self.0
                .push(Proxy::new(entropy, person, patient, access, now));
            return Ok(&self.0[self.0.len() - 1]);
        };
        let proxy = &mut self.0[index];
        proxy.access = access;
        if !proxy.stands() {
            (proxy.withdrawn, proxy.until, proxy.since) = (false, None, now);
        }
        proxy.change(now);
        Ok(proxy)
    }

    /// Takes it away, or lets it have ended yesterday; false if there is none.
    pub(crate) fn withdraw(
        &mut self,
        person: usize,
        patient: usize,
        how: Withdrawal,
        now: Millis,
    ) -> bool {
        let Some(proxy) = self.find_mut(person, patient) else {
            return false;
        };
        match how {
            Withdrawal::Ended => {
                let end = now - DAY;
                proxy.until = Some(end);
                // A period does not end before it begins.
                proxy.since = proxy.since.min(end);
            }
            Withdrawal::Forbidden | Withdrawal::Revoked => proxy.withdrawn = true,
        }
        proxy.change(now);
        true
    }
}
