//! The access log in practice: what is noted, and who vouches for it.
//!
//! Uses: `core`
//!
//! The newest entry is vouched for by the keystore, so that a tail that was cut shows. Telling the keystore takes longer than
//! opening a conversation, so it is told a few seconds later, and at once of what is rare, and where something ends: a lock, a
//! pause. Who kills the process within those seconds and then removes the entries of them leaves no trace.
//!
//! An entry that cannot be written, on a full disk, is missing; nothing is refused for it. A log that is damaged is begun anew,
//! and is not whole from then on, since the keystore knows of the one before.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::client::host::Host;
use crate::keys::{LogHead, LogWitness};
use crate::platform::error::{PericardError, Result, StorageKind};
use crate::platform::log;
use crate::storage::{AccessAction, AccessLog, LogEntryRow, NewLogEntry};

use super::core::AccountCore;

/// How long an entry may be without somebody who vouches for it.
const UNVOUCHED: Duration = Duration::from_secs(3);
/// Within this time the same done again is one entry.
const SAME: Duration = Duration::from_secs(60);

/// The log of one account.
#[derive(Default)]
pub(super) struct LogCore {
    log: Mutex<Option<Arc<AccessLog>>>,
    state: Mutex<State>,
    /// Held while the keystore is told.
    telling: Mutex<()>,
}

#[derive(Default)]
struct State {
    /// The newest entry, while nobody vouches for it.
    unvouched: Option<LogHead>,
    /// Somebody will see to it.
    awaited: bool,
    last: Option<NewLogEntry>,
    /// The first entry of this process.
    first: Option<i64>,
    /// Whether the log is the one that was vouched for before this process; nothing until it was compared.
    goes_on: Option<bool>,
    /// The incidents that are noted.
    incidents: BTreeSet<String>,
    /// The account is left: nothing is kept of it any more.
    closed: bool,
}

impl LogCore {
    /// The log, opened when it is first used. Blocks.
    fn opened(&self, host: &Host, account: &str) -> Result<Arc<AccessLog>> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(log) = &*log {
            return Ok(log.clone());
        }
        let path = host.directory()?.access_log(account)?;
        let open = || AccessLog::open(&path, host.vault.log_keys(account)?);
        let opened = match open() {
            Err(PericardError::Storage {
                kind: StorageKind::Damaged | StorageKind::WrongKey,
            }) => {
                AccessLog::remove(&path)?;
                open()?
            }
            opened => opened?,
        };
        Ok(log.insert(Arc::new(opened)).clone())
    }

    fn if_open(&self) -> Option<Arc<AccessLog>> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn resume(&self) {
        if let Some(log) = self.if_open() {
            log.resume();
        }
    }

    /// Closes it for good. Memory only, but for the file.
    pub(super) fn close(&self) {
        self.state().closed = true;
        if let Some(log) = self.if_open() {
            log.pause();
        }
    }

    /// Adds an entry, unless it is the one before once more. Returns whether the keystore has to be told. Blocks.
    fn add(&self, host: &Host, account: &str, entry: NewLogEntry) -> bool {
        let Ok(log) = self.opened(host, account) else {
            return false;
        };
        let mut state = self.state();
        if state.closed
            || state
                .last
                .as_ref()
                .is_some_and(|last| is_same(last, &entry))
        {
            return false;
        }
        let Ok(head) = log.append(&entry) else {
            return false;
        };
        state.first.get_or_insert(head.n);
        state.unvouched = Some(head);
        state.last = Some(entry);
        !std::mem::replace(&mut state.awaited, true)
    }

    /// Lets the keystore vouch for the newest entry. Blocks.
    fn vouch(&self, witness: Result<LogWitness>) {
        let _one = self.telling.lock().unwrap_or_else(PoisonError::into_inner);
        let head = {
            let mut state = self.state();
            state.awaited = false;
            let head = state.unvouched.take();
            head.filter(|_| !state.closed)
        };
        let Some(head) = head else { return };
        if witness
            .and_then(|witness| self.keep(&witness, &head))
            .is_err()
        {
            // Tried again with the next entry.
            self.state().unvouched.get_or_insert(head);
        }
    }

    fn goes_on(&self, witness: &LogWitness) -> Result<bool> {
        let log = self.if_open().ok_or(PericardError::Closed)?;
        Ok(match witness.head()? {
            Some(before) => !before.broken && log.knows(&before)?,
            // Nobody vouches for what was here before this process.
            None => self.state().first.is_none_or(|first| first == 1),
        })
    }

    /// Keeps a new head in place of the one before, unless that was of another log: then that is what is kept.
    fn keep(&self, witness: &LogWitness, head: &LogHead) -> Result<()> {
        let compared = self.state().goes_on;
        let goes_on = match compared {
            Some(goes_on) => goes_on,
            None => self.goes_on(witness)?,
        };
        self.state().goes_on = Some(goes_on);
        let broken = !goes_on;
        // The keystore is never ahead of the disk: after a power failure that would look like a cut tail.
        self.if_open().map_or(Ok(()), |log| log.sync())?;
        witness.keep(&LogHead {
            broken,
            ..head.clone()
        })
    }
}

fn is_same(last: &NewLogEntry, entry: &NewLogEntry) -> bool {
    let age = entry.at.duration_since(last.at);
    let what = |entry: &NewLogEntry| (entry.action, entry.person.clone(), entry.record.clone());
    entry.action.repeats() && what(last) == what(entry) && age.is_ok_and(|age| age < SAME)
}

impl AccountCore {
    /// Notes what was done. Blocks.
    pub(super) fn note(
        self: &Arc<Self>,
        action: AccessAction,
        person: Option<&str>,
        record: Option<String>,
    ) {
        if action.is_weighty() {
            return self.note_now(action, person, record);
        }
        if self.add(action, person, record) {
            let (core, platform) = (Arc::downgrade(self), self.host.platform.clone());
            let spawner = platform.spawner.clone();
            platform.spawner.spawn(Box::pin(async move {
                platform.clock.timer(UNVOUCHED).await;
                spawner.blocking(Box::new(move || {
                    if let Some(core) = core.upgrade() {
                        core.vouch();
                    }
                }));
            }));
        }
    }

    /// The same, and lets the keystore vouch for it. Blocks.
    pub(super) fn note_now(
        &self,
        action: AccessAction,
        person: Option<&str>,
        record: Option<String>,
    ) {
        self.add(action, person, record);
        self.vouch();
    }

    /// The same on a thread of its own.
    pub(super) fn note_soon(self: &Arc<Self>, action: AccessAction) {
        let core = self.clone();
        let work = move || core.note_now(action, None, None);
        self.host.platform.spawner.blocking(Box::new(work));
    }

    fn add(&self, action: AccessAction, person: Option<&str>, record: Option<String>) -> bool {
        let entry = NewLogEntry {
            at: self.host.platform.clock.now(),
            action,
            person: person.map(str::to_owned),
            record,
        };
        if action.is_weighty() {
            log::event!(INFO, "noted", account = self.label(), action = action);
        }
        self.log.add(&self.host, &self.row.id, entry)
    }

    /// Lets the keystore vouch for what was noted. Blocks.
    fn vouch(&self) {
        self.log.vouch(self.host.vault.log_witness(&self.row.id));
    }

    /// The same on a thread of its own: a keystore that does not answer holds nothing up.
    pub(super) fn vouch_soon(self: &Arc<Self>) {
        if self.log.state().unvouched.is_some() {
            // A client that is shut down lets the keystore go; this is the last that it is asked for.
            let (core, witness) = (self.clone(), self.host.vault.log_witness(&self.row.id));
            let work = move || core.log.vouch(witness);
            self.host.platform.spawner.blocking(Box::new(work));
        }
    }

    pub(super) fn pause_log(self: &Arc<Self>) {
        self.vouch_soon();
        if let Some(log) = self.log.if_open() {
            log.pause();
        }
    }

    /// Notes the incidents that are not noted yet. Blocks.
    pub(super) fn note_incidents(&self) -> Result<()> {
        let log = self.log.opened(&self.host, &self.row.id)?;
        let mut noted = None;
        for person in self.content.people_and_problem().0 {
            let incidents = self.partition(&person.id)?.incidents()?;
            for incident in incidents.into_iter().rev() {
                let is_new = self.log.state().incidents.insert(incident.id.clone());
                if !is_new {
                    continue;
                }
                let noted = match &noted {
                    Some(noted) => noted,
                    None => noted.insert(log.records(AccessAction::Incident)?),
                };
                if !noted.contains(&incident.id) {
                    self.note_now(AccessAction::Incident, Some(&person.id), Some(incident.id));
                }
            }
        }
        Ok(())
    }

    /// A page of the log, newest first. Blocks.
    pub(crate) fn log_page(&self, before: Option<u64>, limit: u32) -> Result<Vec<LogEntryRow>> {
        self.readable()?;
        let before = before.map_or(i64::MAX, |n| i64::try_from(n).unwrap_or(i64::MAX));
        self.log
            .opened(&self.host, &self.row.id)?
            .page(before, limit)
    }

    /// Whether the log is as it was written. Fails where the keystore does not answer. Blocks.
    pub(crate) fn log_is_whole(&self) -> Result<bool> {
        self.readable()?;
        let log = self.log.opened(&self.host, &self.row.id)?;
        // What was noted just now is vouched for first.
        self.vouch();
        let head = self.host.vault.log_witness(&self.row.id)?.head()?;
        log.is_whole(head.as_ref())
    }
}
