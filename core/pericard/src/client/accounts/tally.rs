//! What a run comes to over all the people of an account: what fails for one of them leaves the others.

use std::collections::BTreeSet;

use crate::platform::error::{PericardError, Result};
use crate::sync::{IncompleteReason, SyncOutcome};

/// What a run has come to so far.
pub(super) struct Tally {
    /// The first failure of a feature.
    first: Result<()>,
    /// The first failure of a session.
    session: Option<PericardError>,
    /// The first database that could not be opened.
    storage: Option<PericardError>,
    incomplete: Option<IncompleteReason>,
    /// Those for whom nothing more is asked in this run.
    halted: BTreeSet<String>,
    /// Whether anybody's part was done.
    any: bool,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            first: Ok(()),
            session: None,
            storage: None,
            incomplete: None,
            halted: BTreeSet::new(),
            any: false,
        }
    }

    /// Counts what came of a person's part. Fails with what ends the run for everybody.
    pub(super) fn add(
        &mut self,
        person: &str,
        done: Result<Option<IncompleteReason>>,
    ) -> Result<()> {
        match done {
            Ok(reason) => {
                self.any = true;
                self.incomplete = self.incomplete.or(reason);
                return Ok(());
            }
            Err(error) if stops_the_run(&error) => return self.first.clone().and(Err(error)),
            // They were removed meanwhile.
            Err(PericardError::NotFound) => {}
            Err(error) if stops_the_person(&error) => {
                self.session.get_or_insert(error);
            }
            Err(error) => {
                self.failed(Err(error));
                return Ok(());
            }
        }
        self.halted.insert(person.to_owned());
        Ok(())
    }

    /// Counts a person whose database cannot be opened.
    pub(super) fn not_opened(&mut self, error: PericardError) {
        self.storage.get_or_insert(error);
    }

    /// Counts what came of something that is nobody's alone.
    pub(super) fn failed(&mut self, done: Result<()>) {
        let first = std::mem::replace(&mut self.first, Ok(()));
        self.first = first.and(done);
    }

    /// Notes what keeps it from being everything.
    pub(super) fn leaves_out(&mut self, reason: IncompleteReason) {
        self.incomplete = self.incomplete.or(Some(reason));
    }

    /// Whether nothing more is asked for a person.
    pub(super) fn is_halted(&self, person: &str) -> bool {
        self.halted.contains(person)
    }

    /// How the run ends. Where nothing came of it for anybody, that is its failure.
    pub(super) fn outcome(self) -> Result<SyncOutcome> {
        self.first?;
        let failure = self.session.clone().or(self.storage.clone());
        if let (false, Some(error)) = (self.any, failure) {
            return Err(error);
        }
        let storage = self.storage.map(|_| IncompleteReason::Storage);
        let session = self.session.map(|_| IncompleteReason::SignIn);
        Ok(match storage.or(self.incomplete).or(session) {
            None => SyncOutcome::Complete,
            Some(reason) => SyncOutcome::Incomplete { reason },
        })
    }
}

/// Whether an error concerns more than one feature.
pub(super) fn stops(error: &PericardError) -> bool {
    stops_the_person(error) || stops_the_run(error)
}

/// Whether it concerns one person's session.
fn stops_the_person(error: &PericardError) -> bool {
    matches!(
        error,
        PericardError::SignInRequired { .. }
            | PericardError::StepUpRequired
            | PericardError::LeaseEnded
            | PericardError::NotFound
    )
}

/// Whether it concerns everybody, or the network.
pub(super) fn stops_the_run(error: &PericardError) -> bool {
    matches!(
        error,
        PericardError::Offline
            | PericardError::Locked
            | PericardError::UpdateRequired { .. }
            | PericardError::ClockWrong { .. }
            | PericardError::Closed
            | PericardError::Cancelled
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SIGN_IN: PericardError = PericardError::StepUpRequired;

    #[test]
    fn one_session_that_ended_leaves_the_others_and_is_said() {
        let mut tally = Tally::new();
        tally.add("ana", Err(SIGN_IN)).unwrap();
        assert!(tally.is_halted("ana") && !tally.is_halted("mia"));
        tally.add("mia", Ok(None)).unwrap();
        let reason = IncompleteReason::SignIn;
        assert_eq!(tally.outcome(), Ok(SyncOutcome::Incomplete { reason }));
    }

    #[test]
    fn a_run_in_which_nobody_was_synced_fails() {
        let mut tally = Tally::new();
        tally.add("ana", Err(SIGN_IN)).unwrap();
        assert_eq!(tally.outcome(), Err(SIGN_IN));
    }

    #[test]
    fn what_concerns_everybody_ends_it_and_who_was_removed_is_no_failure() {
        let mut tally = Tally::new();
        tally.add("mia", Err(PericardError::NotFound)).unwrap();
        assert!(tally.is_halted("mia"));
        let offline = tally.add("ana", Err(PericardError::Offline));
        assert_eq!(offline, Err(PericardError::Offline));
        tally.add("ana", Ok(None)).unwrap();
        assert_eq!(tally.outcome(), Ok(SyncOutcome::Complete));
    }
}
