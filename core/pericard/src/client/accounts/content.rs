//! The people's databases of one account.
//!
//! A partition is opened when it is first asked for and stays open while the account is unlocked. Sealing drops the key
//! from memory; it is fetched again once the seal is lifted.
//!
//! Two locks: `state` is never held over disk or keystore, so a call that is documented as memory only waits for
//! neither. `opening` is held over both, and is taken only on threads that may block.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::host::Host;
use crate::keys::{PersonKey, Unlocked, Wrapped};
use crate::platform::error::{PericardError, Result, SignInReason};
use crate::platform::id::IncidentId;
use crate::platform::log;
use crate::session::{AccountProblem, Session};
use crate::storage::{Partition, PersonRow, Salvage, Track, random_id};
use crate::sync::outbox;

/// Partitions by the person's id.
pub(super) type Partitions = BTreeMap<String, Arc<Partition>>;

/// The people of an account and what is open of theirs.
pub(super) struct Content {
    account: String,
    state: Mutex<State>,
    /// Held while a partition is opened.
    opening: Mutex<()>,
}

struct State {
    people: Vec<PersonRow>,
    /// The key, while the account is unlocked.
    unlocked: Option<Unlocked>,
    partitions: Partitions,
    /// Counts keys: a partition that was opened with an earlier one is not published.
    generation: u64,
    paused: bool,
    /// Why the last attempt to open the content failed.
    problem: Option<AccountProblem>,
}

impl State {
    fn person(&self, id: &str) -> Result<PersonRow> {
        let found = self.people.iter().find(|person| person.id == id);
        found.cloned().ok_or(PericardError::NotFound)
    }
}

impl Content {
    pub(super) fn new(account: String, people: Vec<PersonRow>) -> Self {
        Self {
            account,
            state: Mutex::new(State {
                people,
                unlocked: None,
                partitions: BTreeMap::new(),
                generation: 0,
                paused: false,
                problem: None,
            }),
            opening: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over the people of a new sign-in and the key; under a lock that is the one that somebody has unlocked, if any.
    pub(super) fn replace(&self, people: Vec<PersonRow>, unlocked: Option<Unlocked>) {
        let mut state = self.state();
        state.people = people;
        state.unlocked = unlocked.or(state.unlocked.take());
        state.generation += 1;
        state.problem = None;
    }

    /// Takes the key that somebody has unlocked. Memory only.
    pub(super) fn unlock_with(&self, root: Unlocked) {
        let mut state = self.state();
        state.unlocked = Some(root);
        state.generation += 1;
    }

    /// Takes over what a new content root wraps, and that root, unless it is locked. Memory only.
    pub(super) fn rewrapped(&self, wraps: Vec<(String, Wrapped)>, root: Option<Unlocked>) {
        let mut state = self.state();
        for (id, wrapped) in wraps {
            if let Some(person) = state.people.iter_mut().find(|person| person.id == id) {
                person.wrapped = wrapped.0;
            }
        }
        state.unlocked = root;
        state.generation += 1;
    }

    pub(super) fn people_and_problem(&self) -> (Vec<PersonRow>, Option<AccountProblem>) {
        let state = self.state();
        (state.people.clone(), state.problem)
    }

    pub(super) fn person(&self, id: &str) -> Result<PersonRow> {
        self.state().person(id)
    }

    pub(super) fn forget_people(&self) {
        self.state().people.clear();
    }

    pub(super) fn problem(&self) -> Option<AccountProblem> {
        self.state().problem
    }

    /// Notes why the content cannot be opened, or that it can. Returns whether that is news.
    pub(super) fn note_problem(&self, problem: Option<AccountProblem>) -> bool {
        std::mem::replace(&mut self.state().problem, problem) != problem
    }

    /// Whether the partitions of all these people are open.
    pub(super) fn all_open<'a>(&self, mut people: impl Iterator<Item = &'a str>) -> bool {
        let state = self.state();
        people.all(|person| is_open(&state.partitions, person))
    }

    pub(super) fn has_open(&self, person: &str) -> bool {
        is_open(&self.state().partitions, person)
    }

    /// Closes the files until `resume`. Blocks.
    pub(super) fn pause(&self) {
        let partitions = {
            let mut state = self.state();
            state.paused = true;
            state.partitions.clone()
        };
        partitions.values().for_each(|partition| partition.pause());
    }

    pub(super) fn resume(&self) {
        let partitions = {
            let mut state = self.state();
            state.paused = false;
            state.partitions.clone()
        };
        partitions.values().for_each(|partition| partition.resume());
    }

    /// Drops the key and hands out no partition from here on; a run that is ending may still write to the one it has.
    /// Returns the open ones, to be dropped without the lock.
    pub(super) fn seal(&self) -> Partitions {
        let mut state = self.state();
        state.unlocked = None;
        state.generation += 1;
        std::mem::take(&mut state.partitions)
    }

    /// Hands out one person's partition no more. Returns it, to be dropped without the lock.
    pub(super) fn seal_person(&self, id: &str) -> Partitions {
        let mut state = self.state();
        state.partitions.remove_entry(id).into_iter().collect()
    }

    /// Drops a person and what is open of theirs, which is returned.
    pub(super) fn forget(&self, id: &str) -> Partitions {
        let mut state = self.state();
        state.people.retain(|person| person.id != id);
        state.partitions.remove_entry(id).into_iter().collect()
    }

    /// Returns a person's partition, opening it if necessary; one at a time. One that has met damage is begun anew. Fails
    /// if `session` is sealed meanwhile. Blocks.
    pub(super) fn open(&self, id: &str, host: &Host, session: &Session) -> Result<Arc<Partition>> {
        let opened = || self.state().partitions.get(id).cloned();
        if let Some(partition) = opened().filter(|it| !it.is_damaged()) {
            return Ok(partition);
        }
        let _one = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        match opened() {
            Some(partition) if !partition.is_damaged() => return Ok(partition),
            Some(damaged) => self.set_aside(&damaged, id, host)?,
            None => {}
        }
        loop {
            let (person, generation, unlocked) = {
                let state = self.state();
                // All at once: the key wraps this person's, and another may take its place.
                (state.person(id)?, state.generation, state.unlocked.clone())
            };
            let root = match unlocked {
                Some(root) => root,
                None => self.unlock(host)?,
            };
            let partition = open_partition(host, &self.account, &root, &person)?;
            // Locked after the partition is bound: one that is not published is then closed without the lock.
            let mut state = self.state();
            if state.paused {
                return Err(PericardError::Closed);
            }
            // Checked again under the lock, where nothing can seal in between: the key must not come back behind a
            // seal.
            session.readable()?;
            if state.generation == generation {
                state.unlocked = Some(root);
                state.partitions.insert(id.to_owned(), partition.clone());
                return Ok(partition);
            }
        }
    }

    /// Closes a person's damaged database, whoever is at work in it, and moves it aside. Blocks.
    fn set_aside(&self, damaged: &Partition, id: &str, host: &Host) -> Result<()> {
        damaged.pause();
        Partition::set_aside(&host.directory()?.person_db(&self.account, id)?)?;
        self.state().partitions.remove(id);
        Ok(())
    }

    /// Fetches the content's key from the keystore, unless device.db is older than the last seal.
    fn unlock(&self, host: &Host) -> Result<Unlocked> {
        if host.device.is_rolled_back(&self.account)? {
            return Err(PericardError::SignInRequired {
                reason: SignInReason::Revoked,
            });
        }
        host.device.content_root(&self.account)
    }
}

fn is_open(partitions: &Partitions, person: &str) -> bool {
    let partition = partitions.get(person);
    partition.is_some_and(|partition| !partition.is_damaged())
}

/// Opens a person's database; one that is damaged is begun anew with what waited in it. Blocks.
pub(super) fn open_partition(
    host: &Host,
    account: &str,
    root: &Unlocked,
    person: &PersonRow,
) -> Result<Arc<Partition>> {
    let wrapped = Wrapped(person.wrapped.clone());
    let key = root.person(&person.id, &wrapped)?;
    let path = host.directory()?.person_db(account, &person.id)?;
    let open = || {
        let features = host.features.iter();
        let schemas = std::iter::once(&outbox::SCHEMA)
            .chain(features.flat_map(|feature| feature.schemas().iter().copied()));
        Partition::open(&path, &key, &host.platform, &person.patient, schemas)
    };
    let partition = match open() {
        Err(PericardError::DAMAGED) => {
            Partition::set_aside(&path)?;
            open()?
        }
        opened => opened?,
    };
    if Partition::is_set_aside(&path) {
        take_over(host, account, &partition, &path, &key)?;
    }
    if wrapped.is_old() {
        // It opens as it is; where it cannot be written now, the next opening does.
        let _ = wrap_again(host, root, &person.id, &key, &wrapped);
    }
    Ok(Arc::new(partition))
}

/// Writes a person's key in today's form.
fn wrap_again(
    host: &Host,
    root: &Unlocked,
    person: &str,
    key: &PersonKey,
    old: &Wrapped,
) -> Result<()> {
    let new = root.wrap_again(&host.platform, person, key)?;
    host.device.replace_wrapped(person, old, &new)
}

/// Saves from a damaged database what waits to be sent.
fn take_over(
    host: &Host,
    account: &str,
    partition: &Partition,
    path: &Path,
    key: &PersonKey,
) -> Result<()> {
    let features = host.features.iter();
    let wanted: Vec<Salvage> = std::iter::once(outbox::SALVAGE)
        .chain(features.flat_map(|feature| feature.salvages().iter().copied()))
        .collect();
    let mut mirrors = host
        .features
        .iter()
        .flat_map(|it| it.mirrors().iter().map(|mirror| (it.feature(), mirror)));
    let (feature, mirror) = mirrors.next().ok_or(PericardError::internal("features"))?;
    let track = Track {
        feature,
        resource_type: mirror.resource_type(),
    };
    let now = host.platform.clock.now();
    let incident = random_id(&host.platform);
    log::event!(
        ERROR,
        "incident: a damaged database is begun anew",
        incident = IncidentId::from(incident.as_str()),
        account = host.labels.of(account)
    );
    partition.take_over(path, key, &wanted, track, (&incident, now), |tx| {
        outbox::salvaged(tx, now)?;
        let mut features = host.features.iter();
        features.try_for_each(|feature| feature.salvaged(tx.connection()))
    })
}
