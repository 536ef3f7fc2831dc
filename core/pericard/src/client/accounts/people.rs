//! The people of an account: who may be added, who is removed, and whether the portal still grants access to them.
//!
//! Uses: `core`, `log`, `revocations`
//!
//! Removing a person begins with their key, in one transaction with what is to be revoked; from then on nothing opens their
//! files, which are deleted next, or at the next opening.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pericard_protocol::fhir::body::Body;
use pericard_protocol::fhir::bundle::Bundle;
use pericard_protocol::fhir::outcome::OperationOutcome;
use pericard_protocol::fhir::patient::Patient;
use pericard_protocol::fhir::person::Person;
use pericard_protocol::fhir::reference::Target;
use pericard_protocol::fhir::related_person::RelatedPerson;
use pericard_protocol::limits;
use pericard_protocol::standing::{Seen, Standing};
use url::Url;

use crate::http::{Request, Response};
use crate::platform::Checkpoint;
use crate::platform::error::{InputProblem, PericardError, PortalProblem, Result};
use crate::session::Session;
use crate::storage::{AccessAction, PersonRow};
use crate::sync::FHIR_JSON;

use super::core::AccountCore;
use super::revocations;

/// Records that are asked for at most when somebody looks for people.
const MOST: usize = 16;

/// Somebody whom the portal says that the person may act for.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FoundPerson {
    /// The portal's id of their record, for `Account.add_person`.
    pub patient: String,
    /// The name that the portal gives; empty if it gives none.
    pub name: String,
    /// What the person is to them, in the portal's words.
    pub relationship: Option<String>,
}

/// How often the portal is asked whether somebody may still act for a person.
const STANDING: Duration = Duration::from_secs(24 * 60 * 60);

/// When the portal was last asked that, by the time since boot, of each person.
#[derive(Default)]
pub(super) struct StandingAsked(Mutex<BTreeMap<String, Duration>>);

impl StandingAsked {
    /// Whether it is time to ask, which is noted then.
    fn is_due(&self, person: &str, uptime: Duration, full: bool) -> bool {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = asked.get(person);
        let due = full || last.is_none_or(|last| uptime.saturating_sub(*last) >= STANDING);
        if due {
            asked.insert(person.to_owned(), uptime);
        }
        due
    }
}

impl AccountCore {
    /// Whether it is time to ask the portal about a person's standing. Memory only.
    pub(super) fn is_standing_due(&self, person: &str, full: bool) -> bool {
        let uptime = self.host.platform.clock.uptime();
        self.standing_asked.is_due(person, uptime, full)
    }

    /// Asks the portal whom the person may act for and who is not yet here.
    pub(crate) async fn find_people(self: &Arc<Self>) -> Result<Vec<FoundPerson>> {
        let session = self.sessions.main()?;
        let mut found = BTreeMap::new();
        for id in self.related(&session).await? {
            let Some(related) = self.related_person(&session, &id).await? else {
                continue;
            };
            let now = self.site.authority.estimated_time();
            let Some(patient) = related.patient_id(self.site.base()) else {
                continue;
            };
            if related.is_over(now) {
                continue;
            }
            let display = related.patient.as_ref().and_then(|it| it.display.clone());
            let name = display.map(|name| pericard_protocol::display_text::line(&name));
            let person = FoundPerson {
                patient: patient.to_owned(),
                name: name.unwrap_or_default(),
                relationship: related.relationship.clone(),
            };
            found.entry(patient.to_owned()).or_insert(person);
        }
        let (people, _) = self.content.people_and_problem();
        found.retain(|patient, _| people.iter().all(|person| person.patient != *patient));
        Ok(found.into_values().collect())
    }

    /// The RelatedPersons that the login's Person links to; none where the portal has no such record.
    async fn related(&self, session: &Arc<Session>) -> Result<Vec<String>> {
        let base = self.site.base();
        let mut url = base.join("Person");
        let patient = format!("Patient/{}", session.person().patient);
        url.query_pairs_mut().append_pair("patient", &patient);
        let response = self.fetch(session, url).await?;
        if !response.is_success() {
            return match response.status {
                // The portal has no such records, or shows none.
                400..=499 | 501 => Ok(Vec::new()),
                _ => Err(response.refusal()),
            };
        }
        let invalid = |_| PericardError::portal(PortalProblem::InvalidAnswer);
        let body = Body::new(&response.body);
        let bundle = Bundle::parse(&body).map_err(invalid)?;
        let people = bundle.entries.iter();
        let people = people.filter_map(|entry| Person::parse(entry.resource.get()).ok());
        let targets = people.flat_map(|person| person.targets);
        let ids = targets.filter_map(|target| match target.target(base) {
            Target::Here {
                kind: "RelatedPerson",
                id,
            } => Some(id.to_owned()),
            _ => None,
        });
        Ok(ids.take(MOST).collect())
    }

    /// Who acts for somebody; nothing where the portal does not show it.
    async fn related_person(
        &self,
        session: &Arc<Session>,
        id: &str,
    ) -> Result<Option<RelatedPerson>> {
        let url = self.site.base().join(&format!("RelatedPerson/{id}"));
        let response = self.fetch(session, url).await?;
        let read = RelatedPerson::parse(&response.body).ok();
        Ok(read.filter(|read| response.is_success() && read.id == id))
    }

    async fn fetch(&self, session: &Arc<Session>, url: Url) -> Result<Response> {
        let request = Request::get(url, limits::FHIR_BODY).header("accept", FHIR_JSON);
        Ok(session.send(request).await?)
    }

    /// Whether the portal still grants access to a person, whom somebody else acts for: see [`Standing`].
    pub(super) async fn standing(&self, person: &PersonRow) -> Result<Standing> {
        let session = self.sessions.of(&person.id)?;
        let standing = Standing::default().on(self.relationship(person, &session).await?);
        let standing = match standing {
            Standing::Granted => standing.on(self.look_at(&session).await?),
            settled => settled,
        };
        Ok(match standing {
            Standing::Doubted => standing.on(self.look_at(&session).await?),
            settled => settled,
        })
    }

    /// What the portal says of who acts for a person.
    async fn relationship(&self, person: &PersonRow, session: &Arc<Session>) -> Result<Seen> {
        let user = person.user.as_deref().unwrap_or_default();
        let Some(id) = user.strip_prefix("RelatedPerson/") else {
            return Ok(Seen::Unsaid);
        };
        // The person's own session may be refused by now; who signed in may still ask.
        for session in [Ok(session.clone()), self.sessions.main()] {
            let read = match session {
                Ok(session) => self.related_person(&session, id).await,
                Err(_) => continue,
            };
            match read {
                Ok(Some(read)) if read.patient_id(self.site.base()) == Some(&*person.patient) => {
                    let over = read.is_over(self.site.authority.estimated_time());
                    return Ok(if over { Seen::Over } else { Seen::Unsaid });
                }
                Err(error @ PericardError::Offline) => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
        Ok(Seen::Unsaid)
    }

    /// What the portal says of a person's own record, while it shows somebody else's.
    async fn look_at(&self, session: &Arc<Session>) -> Result<Seen> {
        let seen = self.patient(session).await?;
        if seen != Seen::Forbidden {
            return Ok(seen);
        }
        // A portal that forbids everybody today says nothing about this grant.
        for other in self.sessions.all() {
            if !Arc::ptr_eq(&other, session) && self.patient(&other).await? == Seen::Shown {
                return Ok(Seen::Forbidden);
            }
        }
        Ok(Seen::Unsaid)
    }

    async fn patient(&self, session: &Arc<Session>) -> Result<Seen> {
        let id = &session.person().patient;
        let url = self.site.base().join(&format!("Patient/{id}"));
        let response = self.fetch(session, url).await?;
        if response.is_success() {
            let read = Patient::parse(&response.body).ok();
            let shown = read.is_some_and(|read| read.id == *id);
            return Ok(if shown { Seen::Shown } else { Seen::Unsaid });
        }
        let in_its_own_words = OperationOutcome::parse(&response.body).is_ok();
        Ok(match response.status {
            403 if in_its_own_words => Seen::Forbidden,
            _ => Seen::Unsaid,
        })
    }

    /// Removes what is here of a person, and revokes their tokens; `action` is why. `InvalidInput` for the account's only one.
    pub(crate) async fn remove_person(
        self: &Arc<Self>,
        person: &str,
        action: AccessAction,
    ) -> Result<()> {
        let (core, id) = (self.clone(), person.to_owned());
        self.on_disk(move || core.destroy_person(&id, action))
            .await?;
        let platform = &self.host.platform;
        platform.reached(Checkpoint::PersonDestroyed).await;
        let (core, id) = (self.clone(), person.to_owned());
        let removed = move || core.host.directory()?.remove_person(&core.row.id, &id);
        self.on_disk(removed).await?;
        revocations::settle(&self.host);
        Ok(())
    }

    fn destroy_person(&self, person: &str, action: AccessAction) -> Result<()> {
        let session = self.sessions.of(person)?;
        if self.sessions.all().len() == 1 {
            return Err(PericardError::input("person", InputProblem::WrongState));
        }
        // Removing does not fail because a revocation cannot be saved.
        let pending = revocations::of_person(&self.host, &self.site, &self.row, person);
        let until = self.host.platform.clock.now() + revocations::LIFETIME;
        let device = &self.host.device;
        device.remove_person(person, &pending.unwrap_or_default(), until)?;
        session.leave();
        self.sessions.remove(person);
        for partition in self.content.forget(person).into_values() {
            partition.end(PericardError::NotFound);
        }
        self.downloads.cancel_of(person, &PericardError::NotFound);
        self.note_now(action, Some(person), None);
        self.notifier.people();
        Ok(())
    }
}
