//! The sync of an account: each feature of each person in turn; while the content is locked, what is new is counted alone.
//!
//! Uses: `core`

use std::collections::BTreeSet;
use std::sync::Arc;

use pericard_protocol::admission::Owner;
use pericard_protocol::fhir::search::Search;
use pericard_protocol::policy::Switch;

use crate::platform::error::{KeystoreError, PericardError, Result};
use crate::platform::log::{self, Coded};
use crate::session::AccountProblem;
use crate::storage::mirrored;
use crate::storage::{PersonRow, Track};
use crate::sync::{
    AnyMirror, FeatureSync, IncompleteReason, Pace, Replica, Run, SyncOutcome, SyncRun, Task, look,
    receive, send,
};

use super::core::AccountCore;
use super::revocations;

/// What a sync works through, and what keeps it from being everything.
type PeopleSyncs = (Vec<FeatureSync>, Option<IncompleteReason>);

impl AccountCore {
    /// Starts a sync, or joins the one in progress.
    pub(crate) fn start_sync(self: &Arc<Self>, task: Task) -> Result<Arc<SyncRun>> {
        self.session.can_ask()?;
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

    /// A run: what is queued goes out, then what is new comes in.
    async fn work(self: &Arc<Self>, run: &Run, task: Task) -> Result<SyncOutcome> {
        revocations::settle(&self.host);
        self.site.refresh_documents(&self.host).await;
        self.session.reopen().await?;
        // Without an answer what is in force stays so, and the run finds out for itself whether the portal is there.
        let _ = self.check_policy(task.full).await;
        self.app_is_current()?;
        self.lift_incidents().await?;
        if task.looks {
            return self.look(run).await;
        }
        let mut first = Ok(());
        let mut joined = run.joined();
        let mut sending = Vec::new();
        let (feature_syncs, mut incomplete) = self.feature_syncs().await?;
        for feature in feature_syncs {
            let switch = self.switch(feature.track.feature);
            if switch == Switch::Off {
                incomplete = incomplete.or(Some(IncompleteReason::SwitchedOff));
                continue;
            }
            if feature.mirror.pace() == Pace::Daily {
                if let Err(error) = receive_daily(&feature, run).await
                    && stops_the_run(&error)
                {
                    return first.and(Err(error));
                }
                continue;
            }
            // A failing feature does not stop the others, and failing to send does not stop receiving. An error
            // of the session or the network ends the run: further requests could use up a refresh token whose
            // response is lost.
            let mut kept_back = BTreeSet::new();
            let track = feature.track;
            let sent = match switch {
                Switch::On => send(&feature, run, &mut kept_back).await,
                // What waits goes out once the clinic takes it again.
                Switch::ReadOnly | Switch::Off => Ok(()),
            };
            if sent.as_ref().err().is_some_and(stops_the_run) {
                return first.and(sent).map(|()| SyncOutcome::Complete);
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
            if received.as_ref().err().is_some_and(stops_the_run) {
                return first
                    .and(sent)
                    .and(received)
                    .map(|()| SyncOutcome::Complete);
            }
            let sends = sent.is_ok();
            let done = sent.and(received);
            if matches!(done, Err(PericardError::DAMAGED)) {
                // A sync that fails over it would fail every time, whatever a look at its pages finds.
                feature.partition.condemn();
            } else if sends && switch == Switch::On {
                sending.push((feature, kept_back));
            }
            first = first.and(done);
        }
        first = first.and(self.note_seen().await);
        // The portal may have named another policy in passing.
        let _ = self.check_policy(false).await;
        if self.is_any_off() {
            incomplete = incomplete.or(Some(IncompleteReason::SwitchedOff));
        }
        // Who has joined since may have queued something, and was promised that it goes out now.
        while !run.closes(joined) {
            joined = run.joined();
            for (feature, kept_back) in &mut sending {
                let sent = send(feature, run, kept_back).await;
                if sent.as_ref().err().is_some_and(stops_the_run) {
                    return first.and(sent).map(|()| SyncOutcome::Complete);
                }
                first = first.and(sent);
            }
        }
        first.map(|()| match incomplete {
            None => SyncOutcome::Complete,
            Some(reason) => SyncOutcome::Incomplete { reason },
        })
    }

    /// Counts what is new of everybody, without their databases.
    async fn look(self: &Arc<Self>, run: &Run) -> Result<SyncOutcome> {
        let mut first = Ok(());
        for person in self.content.people_and_problem().0 {
            let owner = self.owner_of(&person);
            for (track, mirror) in self.mirrors() {
                if self.switch(track.feature) == Switch::Off {
                    continue;
                }
                let (core, id) = (self.clone(), person.id.clone());
                let seen = self.on_disk(move || core.host.device.seen(&id, &track.name()));
                let (Some(since), Some(search)) = (seen.await?, self.main_search(mirror, &owner))
                else {
                    continue;
                };
                let base = self.site.base();
                match look(&self.session, base, track.resource_type, &search, since).await {
                    Ok(news) => run.found(news),
                    Err(error) if stops_the_run(&error) => return Err(error),
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
                let (partition, device) = (core.partition(&person.id)?, &core.host.device);
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
            let every = mirrors.filter(|mirror| mirror.pace() == Pace::EveryRun);
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

    /// Lists what a sync works through: each feature of each person, with the person's id. A person whose database
    /// cannot be opened costs only themselves, which is the reason that is returned.
    pub(super) async fn feature_syncs(self: &Arc<Self>) -> Result<PeopleSyncs> {
        let this = self.clone();
        self.on_disk(move || {
            let mut feature_syncs = Vec::new();
            let (people, _) = this.content.people_and_problem();
            let (mut opened, mut failed) = (false, None);
            for person in people {
                let partition = match this.partition(&person.id) {
                    Err(error @ PericardError::Storage { .. }) => {
                        failed = failed.or(Some(error));
                        continue;
                    }
                    partition => partition?,
                };
                opened = true;
                let owner = Arc::new(this.owner_of(&person));
                for definition in this.host.features {
                    for mirror in definition.mirrors() {
                        let track = Track {
                            feature: definition.feature(),
                            resource_type: mirror.resource_type(),
                        };
                        let sync = FeatureSync {
                            session: this.session.clone(),
                            replica: Replica {
                                platform: this.host.platform.clone(),
                                partition: partition.clone(),
                                owner: owner.clone(),
                                user: person.user.clone(),
                                track,
                                notifier: this.notifier.clone(),
                            },
                            mirror: *mirror,
                            capability: this.site.resource(track.resource_type).unwrap_or_default(),
                            takes_files: this.takes_files(),
                        };
                        feature_syncs.push(sync);
                    }
                }
            }
            match failed {
                Some(error) if !opened => Err(error),
                failed => Ok((feature_syncs, failed.map(|_| IncompleteReason::Storage))),
            }
        })
        .await
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

/// Whether an error concerns the whole account or the network rather than one feature.
fn stops_the_run(error: &PericardError) -> bool {
    matches!(
        error,
        PericardError::Offline
            | PericardError::SignInRequired { .. }
            | PericardError::StepUpRequired
            | PericardError::LeaseEnded
            | PericardError::Locked
            | PericardError::UpdateRequired { .. }
            | PericardError::ClockWrong { .. }
            | PericardError::Closed
            | PericardError::Cancelled
    )
}
