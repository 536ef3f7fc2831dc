//! The sync of an account: each feature of each person in turn; while the content is locked, what is new is counted alone.
//!
//! Uses: `core`, `people`, `policy`, `sessions`, `tally`

use std::collections::BTreeSet;
use std::sync::Arc;

use pericard_protocol::admission::Owner;
use pericard_protocol::fhir::search::Search;
use pericard_protocol::policy::Switch;
use pericard_protocol::standing::Standing;

use crate::client::policy::Reason;
use crate::features::{Access, files};
use crate::platform::error::{KeystoreError, PericardError, Result};
use crate::platform::log::{self, Coded};
use crate::session::AccountProblem;
use crate::storage::mirrored;
use crate::storage::{AccessAction, Partition, PersonRow, Track};
use crate::sync::{
    AnyMirror, FeatureSync, IncompleteReason, Pace, Replica, Run, SyncOutcome, SyncRun, Task, look,
    receive, send,
};

use super::core::AccountCore;
use super::revocations;
use super::tally::{Tally, stops, stops_the_run};

/// What a sync works through: people, each with their features.
type PeopleSyncs = Vec<(String, Vec<FeatureSync>)>;

/// A person's feature that sends, and what it keeps back in this run.
type Sending = (String, FeatureSync, BTreeSet<i64>);

impl AccountCore {
    /// Starts a sync, or joins the one in progress.
    pub(crate) fn start_sync(self: &Arc<Self>, task: Task) -> Result<Arc<SyncRun>> {
        self.sessions.can_ask()?;
        let looks = self.readable() == Err(PericardError::Locked);
        let task = Task { looks, ..task };
        if self.content.problem() == Some(AccountProblem::KeyLost) {
            // Without a key there is nowhere to save what the portal would send.
            return Err(KeystoreError::Lost.into());
        }
        let guard = self.host.lifecycle().enter()?;
        let syncs = self.host.lifecycle().syncs();
        let core = self.clone();
        Ok(self
            .sync_runs
            .start(&self.host.platform, &syncs, task, move |run| async move {
                let _guard = guard;
                let (account, clock) = (core.label(), &core.host.platform.clock);
                let (began, full, looks) = (clock.uptime(), task.full, task.looks);
                log::event!(
                    INFO,
                    "sync began",
                    account = account,
                    full = full,
                    looks = looks
                );
                let done = core.work(&run, task).await;
                let outcome = ended(&done);
                core.ended_a_run(outcome);
                let (took, counted) = (clock.uptime().saturating_sub(began), run.counted());
                log::event!(
                    INFO,
                    "sync ended",
                    account = account,
                    outcome = outcome,
                    sent = counted.sent,
                    received = counted.done,
                    took = took
                );
                // What stopped something belongs into the log, however the run ended.
                let noting = core.clone();
                let _ = core.on_disk(move || noting.note_incidents()).await;
                done
            }))
    }

    /// A run: what is queued goes out, then what is new comes in, of one person after the other.
    async fn work(self: &Arc<Self>, run: &Run, task: Task) -> Result<SyncOutcome> {
        revocations::settle(&self.host);
        self.site.refresh_documents(&self.host).await;
        let mut tally = Tally::new();
        for session in self.sessions.all() {
            if let Err(error) = session.reopen().await {
                tally.add(&session.person().id, Err(error))?;
            }
        }
        // Without an answer what is in force stays so, and the run finds out for itself whether the portal is there.
        let _ = self.check_policy(self.reason_to_check(task.full)).await;
        self.app_is_current()?;
        self.lift_incidents().await?;
        if task.looks {
            return self.look(run).await;
        }
        let mut joined = run.joined();
        let mut sending = Vec::new();
        self.end_withdrawn(run.full, &tally).await?;
        for (person, syncs) in self.people_syncs(&mut tally).await? {
            let done = self.work_for(run, (&person, syncs), &mut sending).await;
            let done = match done {
                Err(error) if self.is_withdrawn_by(&person, &error).await? => continue,
                done => done,
            };
            tally.add(&person, done)?;
        }
        tally.failed(self.note_seen().await);
        // The portal may have named another policy in passing.
        let _ = self.check_policy(Reason::Sync).await;
        if self.is_any_off() {
            tally.leaves_out(IncompleteReason::SwitchedOff);
        }
        // Who has joined since may have queued something, and was promised that it goes out now.
        while !run.closes(joined) {
            joined = run.joined();
            for (person, feature, kept_back) in &mut sending {
                if tally.is_halted(person) {
                    continue;
                }
                let sent = send(feature, run, kept_back).await;
                tally.add(person, sent.map(|()| None))?;
            }
        }
        tally.outcome()
    }

    /// One person's part of a run. A failing feature does not stop the others, and failing to send does not stop receiving. An
    /// error of the session or the network ends it: further requests could use up a refresh token whose response is lost.
    async fn work_for(
        self: &Arc<Self>,
        run: &Run,
        (person, syncs): (&str, Vec<FeatureSync>),
        sending: &mut Vec<Sending>,
    ) -> Result<Option<IncompleteReason>> {
        let (mut first, mut incomplete) = (Ok(()), None);
        for feature in syncs {
            let switch = self.switch(feature.track.feature);
            if switch == Switch::Off {
                incomplete = incomplete.or(Some(IncompleteReason::SwitchedOff));
                continue;
            }
            if feature.mirror.pace() == Pace::Daily {
                if let Err(error) = receive_daily(&feature, run).await
                    && stops(&error)
                {
                    return first.and(Err(error));
                }
                continue;
            }
            if feature.mirror.pace() == Pace::WhereListed && !feature.capability.searches() {
                continue;
            }
            let mut kept_back = BTreeSet::new();
            let track = feature.track;
            let sent = match switch {
                Switch::On => send(&feature, run, &mut kept_back).await,
                // What waits goes out once the clinic takes it again.
                Switch::ReadOnly | Switch::Off => Ok(()),
            };
            if sent.as_ref().err().is_some_and(stops) {
                return first.and(sent).map(|()| None);
            }
            let received = receive(&feature, run).await.map(|reason| {
                incomplete = incomplete.or(reason);
            });
            log::event!(
                DEBUG,
                "feature synced",
                account = self.label(),
                feature = track.feature,
                resource = track.resource_type,
                sent = sent,
                received = received
            );
            if received.as_ref().err().is_some_and(stops) {
                return first.and(sent).and(received).map(|()| None);
            }
            let sends = sent.is_ok();
            let done = sent.and(received);
            if matches!(done, Err(PericardError::DAMAGED)) {
                // A sync that fails over it would fail every time, whatever a look at its pages finds.
                feature.partition.condemn();
            } else if sends && switch == Switch::On {
                sending.push((person.to_owned(), feature, kept_back));
            }
            first = first.and(done);
        }
        self.fetch_wanted(person).await;
        first.map(|()| incomplete)
    }

    /// Starts fetching what of a person's files is to be here. What fails is tried again after the next run.
    async fn fetch_wanted(self: &Arc<Self>, person: &str) {
        let (core, id) = (self.clone(), person.to_owned());
        let found = self.on_disk(move || {
            let partition = core.partition(&id)?;
            let definitions = core.host.features.iter();
            let wanted = definitions.filter_map(|it| it.wanted_files(&partition).transpose());
            wanted.collect::<Result<Vec<_>>>()
        });
        let (Ok(wanted), Ok(context)) = (found.await, self.person_context(person.to_owned()))
        else {
            return;
        };
        for wanted in wanted {
            if context.may(wanted.table.feature(), Access::Fetch).is_err() {
                continue;
            }
            for (file, group) in wanted.files {
                let _ = files::start(context.clone(), wanted.table, file, group);
            }
        }
    }

    /// Removes those whose access the portal has ended, where it is time to ask.
    async fn end_withdrawn(self: &Arc<Self>, full: bool, tally: &Tally) -> Result<()> {
        for person in self.acted_for() {
            if tally.is_halted(&person.id) || !self.is_standing_due(&person.id, full) {
                continue;
            }
            self.end_if_withdrawn(&person).await?;
        }
        Ok(())
    }

    /// Whether what failed is that a person's access has ended; they are removed then.
    async fn is_withdrawn_by(
        self: &Arc<Self>,
        person: &str,
        error: &PericardError,
    ) -> Result<bool> {
        let refused = matches!(
            error,
            PericardError::Portal {
                status: Some(403),
                ..
            }
        );
        let person = self.acted_for().into_iter().find(|it| it.id == person);
        match person.filter(|_| refused) {
            Some(person) => self.end_if_withdrawn(&person).await,
            None => Ok(false),
        }
    }

    async fn end_if_withdrawn(self: &Arc<Self>, person: &PersonRow) -> Result<bool> {
        let standing = match self.standing(person).await {
            Err(error) if stops_the_run(&error) => return Err(error),
            // Without an answer nothing follows.
            standing => standing.unwrap_or_default(),
        };
        let withdrawn = standing == Standing::Withdrawn;
        if withdrawn {
            self.remove_person(&person.id, AccessAction::AccessEnded)
                .await?;
        }
        Ok(withdrawn)
    }

    /// Those for whom somebody else acts; nobody where there is no one else.
    fn acted_for(&self) -> Vec<PersonRow> {
        let (mut people, _) = self.content.people_and_problem();
        match people.len() {
            1 => Vec::new(),
            _ => {
                people.retain(|person| !person.is_self);
                people
            }
        }
    }

    /// Counts what is new of tally, without their databases.
    async fn look(self: &Arc<Self>, run: &Run) -> Result<SyncOutcome> {
        let mut first = Ok(());
        for person in self.content.people_and_problem().0 {
            let (owner, session) = (self.owner_of(&person), self.sessions.of(&person.id)?);
            if session.can_ask().is_err() {
                continue;
            }
            for (track, mirror) in self.mirrors() {
                if self.switch(track.feature) == Switch::Off || !mirror.is_counted() {
                    continue;
                }
                let (core, id) = (self.clone(), person.id.clone());
                let seen = self.on_disk(move || core.host.device.seen(&id, &track.name()));
                let (Some(since), Some(search)) = (seen.await?, self.main_search(mirror, &owner))
                else {
                    continue;
                };
                let base = self.site.base();
                match look(&session, base, track.resource_type, &search, since).await {
                    Ok(news) => run.found(news),
                    Err(error) if stops(&error) => return Err(error),
                    Err(error) => first = first.and(Err(error)),
                }
            }
        }
        let reason = IncompleteReason::Locked;
        first.map(|()| SyncOutcome::Incomplete { reason })
    }

    /// Notes outside the people's databases what the newest is that has been seen of the portal.
    async fn note_seen(self: &Arc<Self>) -> Result<()> {
        let core = self.clone();
        let noted = self.on_disk(move || {
            for person in core.content.people_and_problem().0 {
                // Whoever cannot be read costs only themselves.
                let Ok(partition) = core.partition(&person.id) else {
                    continue;
                };
                let device = &core.host.device;
                for (track, _) in core.mirrors() {
                    let newest = partition.read(|c| mirrored::newest(c, track))?;
                    if let Some(at) = newest
                        && device.seen(&person.id, &track.name())? != newest
                    {
                        device.save_seen(&person.id, &track.name(), at)?;
                    }
                }
            }
            Ok(())
        });
        noted.await
    }

    /// The mirrors that every run brings up to date.
    pub(super) fn mirrors(&self) -> impl Iterator<Item = (Track, &'static dyn AnyMirror)> {
        self.host.features.iter().flat_map(|definition| {
            let mirrors = definition.mirrors().iter();
            let every = mirrors.filter(|mirror| mirror.pace() != Pace::Daily);
            every.map(|mirror| {
                let track = Track {
                    feature: definition.feature(),
                    resource_type: mirror.resource_type(),
                };
                (track, *mirror)
            })
        })
    }

    /// The usual search of a mirror.
    fn main_search(&self, mirror: &'static dyn AnyMirror, owner: &Owner) -> Option<Search> {
        let capability = self.site.resource(mirror.resource_type());
        let listed = capability.as_ref().is_some_and(|it| it.searches());
        if mirror.pace() == Pace::WhereListed && !listed {
            return None;
        }
        let offered = capability.unwrap_or_default().search_params;
        let offers = |name: &str| offered.iter().any(|offered| offered == name);
        mirror.searches(owner, &offers).into_iter().next()
    }

    fn owner_of(&self, person: &PersonRow) -> Owner {
        Owner {
            base: self.site.base().clone(),
            patient: person.patient.clone(),
            aliases: Default::default(),
        }
    }

    /// Lists what a sync works through: each feature of each person, with the person's id. A person whose database cannot be
    /// opened, or whose session ended, costs only themselves.
    async fn people_syncs(self: &Arc<Self>, tally: &mut Tally) -> Result<PeopleSyncs> {
        let (people, _) = self.content.people_and_problem();
        let mut syncs = Vec::with_capacity(people.len());
        for person in people {
            if tally.is_halted(&person.id) {
                continue;
            }
            let (core, id) = (self.clone(), person.id.clone());
            match self.on_disk(move || core.partition(&id)).await {
                Ok(partition) => {
                    syncs.push((person.id.clone(), self.syncs_of(&person, &partition)?))
                }
                Err(error @ PericardError::Storage { .. }) => tally.not_opened(error),
                Err(error) => tally.add(&person.id, Err(error))?,
            }
        }
        Ok(syncs)
    }

    /// Each feature of a person.
    fn syncs_of(&self, person: &PersonRow, partition: &Arc<Partition>) -> Result<Vec<FeatureSync>> {
        let (owner, session) = (
            Arc::new(self.owner_of(person)),
            self.sessions.of(&person.id)?,
        );
        let mirrors = self.host.features.iter().flat_map(|definition| {
            let mirrors = definition.mirrors().iter();
            mirrors.map(|mirror| (definition.feature(), *mirror))
        });
        let syncs = mirrors.map(|(feature, mirror)| {
            let track = Track {
                feature,
                resource_type: mirror.resource_type(),
            };
            FeatureSync {
                session: session.clone(),
                replica: Replica {
                    platform: self.host.platform.clone(),
                    partition: partition.clone(),
                    owner: owner.clone(),
                    user: person.user.clone(),
                    track,
                    notifier: self.notifier.clone(),
                },
                mirror,
                capability: self.site.resource(track.resource_type).unwrap_or_default(),
                takes_files: self.takes_files(),
            }
        });
        Ok(syncs.filter(FeatureSync::applies).collect())
    }
}

/// How a run ended, as a log line and a report say it.
fn ended(done: &Result<SyncOutcome>) -> &'static str {
    match done {
        Ok(outcome) => outcome.code(),
        Err(error) => error.code(),
    }
}

/// Receives what nothing depends on, once a day, at a portal that lists it.
async fn receive_daily(feature: &FeatureSync, run: &Run) -> Result<()> {
    if feature.capability.searches() && (run.full || feature.is_due_daily().await?) {
        receive(feature, run).await?;
    }
    Ok(())
}
