//! For whom somebody signed in, where `fhirUser` alone does not say: a `RelatedPerson` names their patient, and a `Person` links
//! to several records of one login.
//!
//! What the portal does not show is not known, and nothing is taken from it.

use std::sync::Arc;

use pericard_protocol::fhir::person::Person;
use pericard_protocol::fhir::reference::Target;
use pericard_protocol::fhir::related_person::RelatedPerson;
use pericard_protocol::fhir::user::FhirUser;
use pericard_protocol::limits;
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::secret::Secret;

use crate::client::site::Site;
use crate::http::Request;
use crate::sync::FHIR_JSON;

/// RelatedPersons that are asked for at most.
const MOST: usize = 8;

/// Asks the portal with a token that has just come.
pub(super) struct Asking<'a> {
    pub(super) site: &'a Site,
    pub(super) token: &'a Secret,
    pub(super) key: Option<&'a Arc<DpopKey>>,
}

/// The records of a login: their own, and those of whom they act for, each with the RelatedPerson that says so.
#[derive(Default)]
struct Records {
    own: Vec<String>,
    acted_for: Vec<(String, String)>,
}

/// Who signed in, seen from the patient.
pub(super) struct Acting {
    /// Whether the patient is the person who signed in.
    pub(super) is_self: bool,
    /// Who signed in for the patient, as `Type/id`, where that is somebody else.
    pub(super) user: Option<String>,
}

impl Asking<'_> {
    /// The patient of an answer that names none: the only one that the user leads to.
    pub(super) async fn patient(&self, user: Option<&FhirUser>) -> Option<String> {
        match user? {
            FhirUser::Patient(id) => Some(id.clone()),
            FhirUser::RelatedPerson(id) => self.patient_of(id).await,
            FhirUser::Person(id) => {
                let records = self.records(id).await;
                let acted_for = records.acted_for.into_iter().map(|(patient, _)| patient);
                let mut all: Vec<String> = records.own.into_iter().chain(acted_for).collect();
                all.sort();
                all.dedup();
                let only = all.pop()?;
                all.is_empty().then_some(only)
            }
            FhirUser::Other => None,
        }
    }

    /// Who the user is to the patient. A RelatedPerson or another Patient acts for them; a Person whose records are not shown is
    /// taken for the patient.
    pub(super) async fn acting(&self, user: Option<&FhirUser>, patient: &str) -> Acting {
        let oneself = Acting {
            is_self: true,
            user: None,
        };
        let for_them = |user: Option<String>| Acting {
            is_self: false,
            user,
        };
        match user {
            None => oneself,
            Some(FhirUser::Patient(id)) if id == patient => oneself,
            Some(FhirUser::Patient(id)) => for_them(Some(format!("Patient/{id}"))),
            Some(FhirUser::RelatedPerson(id)) => for_them(Some(format!("RelatedPerson/{id}"))),
            Some(FhirUser::Other) => for_them(None),
            Some(FhirUser::Person(id)) => {
                let records = self.records(id).await;
                let mut acted_for = records.acted_for.into_iter();
                let by = acted_for.find(|(whose, _)| whose == patient);
                match by {
                    Some((_, by)) if !records.own.iter().any(|own| own == patient) => {
                        for_them(Some(format!("RelatedPerson/{by}")))
                    }
                    _ => oneself,
                }
            }
        }
    }

    async fn records(&self, person: &str) -> Records {
        let mut records = Records::default();
        let Some(body) = self.read(&format!("Person/{person}")).await else {
            return records;
        };
        let read = Person::parse(&body).ok().filter(|read| read.id == person);
        let targets = read.map(|read| read.targets).unwrap_or_default();
        let mut related = Vec::new();
        for target in &targets {
            match target.target(self.site.base()) {
                Target::Here {
                    kind: "Patient",
                    id,
                } => records.own.push(id.to_owned()),
                Target::Here {
                    kind: "RelatedPerson",
                    id,
                } => related.push(id.to_owned()),
                _ => {}
            }
        }
        for id in related.into_iter().take(MOST) {
            if let Some(patient) = self.patient_of(&id).await {
                records.acted_for.push((patient, id));
            }
        }
        records
    }

    async fn patient_of(&self, related: &str) -> Option<String> {
        let body = self.read(&format!("RelatedPerson/{related}")).await?;
        let read = RelatedPerson::parse(&body).ok();
        let read = read.filter(|read| read.id == related)?;
        read.patient_id(self.site.base()).map(str::to_owned)
    }

    /// A record; nothing if it cannot be had. Signing in does not fail because of it.
    pub(super) async fn read(&self, path: &str) -> Option<Vec<u8>> {
        let url = self.site.base().join(path);
        let request = Request::get(url, limits::FHIR_BODY).header("accept", FHIR_JSON);
        let http = &self.site.http;
        let response = http.send_authorized(request, self.token, self.key).await;
        let response = response.ok().filter(|response| response.is_success())?;
        Some(response.body.to_vec())
    }
}
