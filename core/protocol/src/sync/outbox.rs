//! Sending one queued item: exactly once where the portal can prove it, and an open question where it cannot.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Queued: written, with an identifier of its own
//!     Queued --> Queued: it waits for one that it answers, or one of its files is at the portal
//!     Queued --> Sending: composed, and stored before the request
//!     Sending --> [*]: the portal has taken it: its answer, its id or its identifier proves it
//!     Sending --> Queued: it had no effect for certain, and no earlier request is in doubt
//!     Sending --> Failed: the portal refused it
//!     Sending --> Doubtful: the answer is lost, or the portal failed
//!     Doubtful --> [*]: a look-up or a download brings it
//!     Doubtful --> Sending: proved absent, and the portal creates conditionally
//!     Doubtful --> Failed: proved absent after the last try
//!     Doubtful --> Unknown: nothing can be proved
//!     Failed --> Queued: retry
//!     Unknown --> Queued: retry (the person decides)
//!     Unknown --> [*]: a download brings it
//! ```
//!
//! A look-up counts as a hit only with exactly the item's identifier. That nothing was found counts only where a look-up
//! of a random identifier finds nothing (else the portal ignores the parameter), and only once the request is older than
//! [`OVERLAP`]: an index lags behind what was written, and conditional create asks the same index. Then it is created
//! again under the same identifier and `If-None-Exist` (FHIR R4 §3.1.0.8.1), three times in all, with growing waits. A
//! look-up that is refused proves nothing.
//!
//! Some portals drop the identifiers of what they are sent, and still search for them: they find nothing, ever. Where a
//! portal has not shown yet what it does, nothing found counts only once everything has been fetched since, so that the
//! record would have been known by what it says. Where it has shown to drop them, nothing is proved by them.
//!
//! Files that a portal takes by themselves go first, one by one, while the item is still queued: nothing about the item is
//! in doubt before it goes out itself, and it goes out only when all of them have their ids. A file whose answer is lost is
//! sent again, which may leave one at the portal that nobody refers to, and never a second item.

use std::time::Duration;

use crate::fhir::search::OVERLAP;

/// Requests that create one item, at most.
const TRIES: u32 = 3;
/// How long to wait for a proof, where nothing but a complete fetch proves anything.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long to wait after the second.
const LONGER: Duration = Duration::from_secs(10 * 60);

/// Where an item stands between two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for a run.
    Queued,
    /// A request is under way, or was when the process ended.
    Sending,
    /// A request may have had its effect.
    Doubtful,
    /// The portal refused it with this status; 0 where it failed over it again and again.
    Failed(u16),
    /// It may be there or not, and nothing can prove either.
    Unknown,
}

/// What a portal has shown to do with the identifiers of what it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identifiers {
    /// It keeps them.
    Kept,
    /// It has not shown yet.
    Unknown,
    /// It drops them.
    Dropped,
}

/// What counts as a proof at a portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// It announces conditional create.
    pub conditional: bool,
    /// What it does with identifiers.
    pub identifiers: Identifiers,
    /// Everything that it has was fetched since the last request.
    pub fetched: bool,
}

/// What a look-up has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The record with exactly this identifier; it is stored.
    Ours,
    /// Records without it.
    Others,
    /// Nothing.
    Nothing,
    /// The portal does not search so.
    Refused,
}

/// What the answer of a successful create has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The record; it is stored.
    Record,
    /// Its id alone.
    Id,
    /// An id at an address that is not this portal's, though it has its form: a portal behind a gateway may not know
    /// how it is called outside. It counts once the record read by it is this one.
    Claim,
    /// Nothing of that.
    Nothing,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The item's turn has come.
    Begin,
    /// What is to be sent is ready.
    Composed,
    /// It cannot be sent before another one is.
    Waits,
    /// The portal has taken it (2xx).
    Taken(Taken),
    /// The record was read by its id and stored, or could not be.
    ReadBack(bool),
    /// The portal refuses it (4xx).
    Refused(u16),
    /// It had no effect: nothing was sent, or the portal asks to wait.
    NoEffect,
    /// The answer is lost, or the portal failed (5xx).
    InDoubt,
    /// A file of it is at the portal; whether there is another.
    Uploaded(bool),
    /// The identifier was looked up.
    LookedUp(Found),
    /// A random identifier was looked up.
    Probed(Found),
}

/// What has to be done, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Store where it stands.
    Mark(State),
    /// Bring its next file to the portal, and store under which id it is there.
    Upload,
    /// Put together what is to be sent. Nobody is asked yet.
    Compose,
    /// Create it, with `If-None-Exist`.
    Create,
    /// Read the record whose id the answer gave.
    ReadBack,
    /// The portal has taken it as the record with this id, whatever can be read of it.
    Settle,
    /// Search for its identifier.
    LookUp,
    /// Search for an identifier that nobody has.
    Probe,
    /// It is over for this run.
    End(End),
}

/// How it ended for this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The portal has it.
    Arrived,
    /// The portal refused it, or the person has to decide.
    Decided,
    /// It waits: what is behind it in its conversation waits too.
    Waits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Idle,
    /// Its files go first.
    Uploading,
    Composing,
    Creating,
    ReadingBack,
    /// The same by an id that is only claimed.
    Trying,
    /// The look-up is about a request in doubt.
    Proving,
    /// About a create that was answered with success and without an id.
    Finding,
    /// About a create that the portal refused since it has several such (412).
    Conflict,
    Ended,
}

/// One item on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    state: State,
    /// Requests that may have had their effect.
    tries: u32,
    /// How long ago the last of them was.
    age: Option<Duration>,
    proof: Proof,
    /// Files that have to be at the portal before.
    files: bool,
    /// Uploads without an answer in this run.
    lost: u32,
    phase: Phase,
}

impl Delivery {
    /// An item before its turn. `age` is how long ago the last request for it was sent.
    pub fn new(state: State, tries: u32, age: Option<Duration>, proof: Proof) -> Self {
        Self {
            state,
            tries,
            age,
            proof,
            files: false,
            lost: 0,
            phase: Phase::Idle,
        }
    }

    /// Whether files of it have to be at the portal before.
    pub fn with_files(self, files: bool) -> Self {
        Self { files, ..self }
    }

    /// The next state, and what to do. After an [`Effect::End`] nothing more is heard.
    pub fn on(mut self, event: Event) -> (Self, Vec<Effect>) {
        let effects = match (self.phase, event) {
            (Phase::Idle, Event::Begin) => self.begin(),
            (Phase::Uploading, Event::Uploaded(more)) => {
                self.files = more;
                self.create()
            }
            (Phase::Uploading, Event::Refused(status)) => self.decide(State::Failed(status)),
            // Again once; then it waits for another run.
            (Phase::Uploading, Event::InDoubt) if self.lost == 0 => {
                self.lost += 1;
                vec![Effect::Upload]
            }
            (Phase::Uploading, Event::InDoubt | Event::NoEffect) => {
                let state = match self.tries {
                    0 => State::Queued,
                    _ => State::Doubtful,
                };
                self.wait(state)
            }
            (Phase::Composing, Event::Composed) => {
                self.phase = Phase::Creating;
                vec![Effect::Mark(State::Sending), Effect::Create]
            }
            // Where it stands does not change by waiting.
            (Phase::Composing, Event::Waits | Event::NoEffect) => self.end(End::Waits),
            (Phase::Creating, Event::Taken(Taken::Record)) => self.end(End::Arrived),
            (Phase::Creating, Event::Taken(Taken::Claim)) => {
                self.go(Phase::Trying, Effect::ReadBack)
            }
            (Phase::Creating, Event::Taken(Taken::Id)) => {
                self.go(Phase::ReadingBack, Effect::ReadBack)
            }
            (Phase::Creating, Event::Taken(Taken::Nothing)) => {
                self.go(Phase::Finding, Effect::LookUp)
            }
            (Phase::Creating, Event::Refused(412)) => self.go(Phase::Conflict, Effect::LookUp),
            (Phase::Creating, Event::Refused(status)) => self.decide(State::Failed(status)),
            (Phase::Creating, Event::NoEffect) => {
                // A request that had no effect settles nothing about an earlier one.
                let state = match self.tries {
                    0 => State::Queued,
                    _ => State::Doubtful,
                };
                self.wait(state)
            }
            (Phase::Creating, Event::InDoubt) => {
                self.tries += 1;
                self.age = Some(Duration::ZERO);
                self.phase = Phase::Proving;
                vec![Effect::Mark(State::Doubtful), Effect::LookUp]
            }
            (Phase::ReadingBack | Phase::Trying, Event::ReadBack(true)) => self.end(End::Arrived),
            (Phase::Trying, Event::ReadBack(false)) => self.go(Phase::Finding, Effect::LookUp),
            (Phase::ReadingBack, Event::ReadBack(false)) => {
                let mut effects = vec![Effect::Settle];
                effects.extend(self.end(End::Arrived));
                effects
            }
            (Phase::Proving | Phase::Finding | Phase::Conflict, Event::LookedUp(Found::Ours)) => {
                self.end(End::Arrived)
            }
            (Phase::Finding, Event::LookedUp(_)) => self.decide(State::Unknown),
            (Phase::Conflict, Event::LookedUp(_)) => self.decide(State::Failed(412)),
            (Phase::Proving, Event::LookedUp(Found::Refused)) => self.decide(State::Unknown),
            (Phase::Proving, Event::LookedUp(Found::Others | Found::Nothing)) => {
                vec![Effect::Probe]
            }
            (Phase::Proving, Event::Probed(Found::Nothing)) => self.absent(),
            (Phase::Proving, Event::Probed(_)) => self.decide(State::Unknown),
            // The look-up itself had no answer: the next run looks again.
            (Phase::Proving, Event::NoEffect | Event::InDoubt) => self.wait(State::Doubtful),
            (
                Phase::Finding | Phase::Conflict | Phase::ReadingBack | Phase::Trying,
                Event::NoEffect | Event::InDoubt,
            ) => {
                self.tries = self.tries.max(1);
                self.wait(State::Doubtful)
            }
            _ => Vec::new(),
        };
        (self, effects)
    }

    fn begin(&mut self) -> Vec<Effect> {
        match self.state {
            State::Queued if self.tries == 0 => self.create(),
            State::Queued | State::Sending | State::Doubtful => {
                // One that was under way when the process ended may have had its effect.
                self.tries = self.tries.max(1);
                let wait = match self.tries {
                    0 | 1 => Duration::ZERO,
                    _ => LONGER,
                };
                if self.age.is_some_and(|age| age < wait) && self.state == State::Doubtful {
                    return self.end(End::Waits);
                }
                self.phase = Phase::Proving;
                vec![Effect::Mark(State::Doubtful), Effect::LookUp]
            }
            State::Failed(_) | State::Unknown => self.end(End::Decided),
        }
    }

    /// Nothing was found, by a search that heeds identifiers.
    fn absent(&mut self) -> Vec<Effect> {
        let old = |than| self.age.is_some_and(|age| age > than);
        let Proof {
            conditional,
            identifiers,
            fetched,
        } = self.proof;
        let absent = match identifiers {
            Identifiers::Kept => true,
            Identifiers::Unknown => fetched,
            Identifiers::Dropped => false,
        };
        match (conditional && identifiers != Identifiers::Dropped, absent) {
            (false, _) => self.decide(State::Unknown),
            (true, false) if old(PATIENCE) => self.decide(State::Unknown),
            (true, false) => self.wait(State::Doubtful),
            (true, true) if !old(OVERLAP) => self.wait(State::Doubtful),
            (true, true) if self.tries >= TRIES => self.decide(State::Failed(0)),
            (true, true) => self.create(),
        }
    }

    fn create(&mut self) -> Vec<Effect> {
        if self.files {
            return self.go(Phase::Uploading, Effect::Upload);
        }
        self.go(Phase::Composing, Effect::Compose)
    }

    fn go(&mut self, phase: Phase, effect: Effect) -> Vec<Effect> {
        self.phase = phase;
        vec![effect]
    }

    fn decide(&mut self, state: State) -> Vec<Effect> {
        let mut effects = vec![Effect::Mark(state)];
        effects.extend(self.end(End::Decided));
        effects
    }

    fn wait(&mut self, state: State) -> Vec<Effect> {
        let mut effects = vec![Effect::Mark(state)];
        effects.extend(self.end(End::Waits));
        effects
    }

    fn end(&mut self, end: End) -> Vec<Effect> {
        self.phase = Phase::Ended;
        vec![Effect::End(end)]
    }
}

#[cfg(test)]
mod tests;
