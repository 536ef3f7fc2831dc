//! What is told of a run: how far it is, and how it ended.
//!
//! Counts only grow while a run lasts, and the total is never less than what has come, whatever a portal says of it. A
//! handle is told the newest, without a queue: one that is slow misses what was between.

use crate::platform::log::Coded;

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SyncPhase {
    /// Sending what is queued.
    Sending,
    /// Fetching what is new.
    Receiving,
    /// Comparing what is here with what the portal lists.
    Comparing,
    /// Merging the search index after a large fetch.
    Finishing,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct SyncProgress {
    /// What the run is doing.
    pub phase: SyncPhase,
    /// Records fetched so far, those included that were known before.
    pub done: u64,
    /// How many records there are to fetch, where the portal said so; never less than `done`. The portal may be wrong.
    pub of: Option<u64>,
    /// Queued messages that the portal has taken so far.
    pub sent: u64,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SyncOutcome {
    /// Everything that the portal has for the account's people is here; that was proved.
    Complete,
    /// What came is here, and more may be at the portal.
    Incomplete {
        /// Why that is not known, or what is missing.
        reason: IncompleteReason,
    },
}

/// Why what is here may not be everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum IncompleteReason {
    /// The portal says itself that its answer is not complete.
    PortalSaysSo,
    /// The portal's pages ended before everything had come.
    PagesMissing,
    /// A part of the portal's answer cannot be read, however little of it is asked for.
    UnreadablePage,
    /// Much of what is here is missing from the portal's list at once. Nothing was removed; tell the person, who may ask
    /// the portal.
    ManyVanished,
    /// The portal did not answer for some records.
    Unanswered,
    /// There was more to fetch than one run takes; the next one goes on.
    MoreToFetch,
    /// The database of one of the account's people cannot be opened. The others were synced.
    Storage,
    /// The run ended early: its budget was used up, or something failed.
    Interrupted,
    /// The account is locked: what is new was counted (`SyncRun.news`) and not fetched.
    Locked,
    /// The clinic has switched something off (`Account.features`): it was neither fetched nor sent.
    SwitchedOff,
    /// One of the account's people needs a new sign-in (`Account.people`). The others were synced.
    SignIn,
}

impl IncompleteReason {
    const ALL: [Self; 11] = [
        Self::PortalSaysSo,
        Self::PagesMissing,
        Self::UnreadablePage,
        Self::ManyVanished,
        Self::Unanswered,
        Self::MoreToFetch,
        Self::Storage,
        Self::Interrupted,
        Self::Locked,
        Self::SwitchedOff,
        Self::SignIn,
    ];

    /// Its name in the databases.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PortalSaysSo => "portal_says_so",
            Self::PagesMissing => "pages_missing",
            Self::UnreadablePage => "unreadable_page",
            Self::ManyVanished => "many_vanished",
            Self::Unanswered => "unanswered",
            Self::MoreToFetch => "more_to_fetch",
            Self::Storage => "storage",
            Self::Interrupted => "interrupted",
            Self::Locked => "locked",
            Self::SwitchedOff => "switched_off",
            Self::SignIn => "sign_in",
        }
    }

    /// Reads its name; one that a later version has written is an interruption.
    pub(crate) fn named(name: &str) -> Self {
        let known = Self::ALL.into_iter().find(|reason| reason.name() == name);
        known.unwrap_or(Self::Interrupted)
    }
}

impl Coded for IncompleteReason {
    fn code(&self) -> &'static str {
        self.name()
    }
}

impl Coded for SyncOutcome {
    fn code(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete { reason } => reason.name(),
        }
    }
}

impl SyncProgress {
    /// Where a run begins.
    pub(super) const BEGIN: Self = Self {
        phase: SyncPhase::Sending,
        done: 0,
        of: None,
        sent: 0,
    };

    /// The progress after `change`: no count goes back, and none passes its total.
    #[must_use]
    pub(super) fn after(self, change: impl FnOnce(&mut Self)) -> Self {
        let mut next = self;
        change(&mut next);
        next.done = next.done.max(self.done);
        next.sent = next.sent.max(self.sent);
        next.of = next.of.map(|total| total.max(next.done));
        next
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Change {
        Phase(SyncPhase),
        Came(u64),
        Of(Option<u64>),
        Sent(u64),
        /// A defect: a count is set, to anything.
        Set(u64, u64),
    }

    fn change() -> impl Strategy<Value = Change> {
        let phase = prop_oneof![
            Just(SyncPhase::Sending),
            Just(SyncPhase::Receiving),
            Just(SyncPhase::Comparing),
            Just(SyncPhase::Finishing),
        ];
        prop_oneof![
            phase.prop_map(Change::Phase),
            (0..500_u64).prop_map(Change::Came),
            proptest::option::of(0..2_000_u64).prop_map(Change::Of),
            (0..3_u64).prop_map(Change::Sent),
            (any::<u64>(), any::<u64>()).prop_map(|(done, sent)| Change::Set(done, sent)),
        ]
    }

    fn apply(change: &Change, progress: &mut SyncProgress) {
        match *change {
            Change::Phase(phase) => progress.phase = phase,
            Change::Came(more) => progress.done = progress.done.saturating_add(more),
            Change::Of(total) => progress.of = total,
            Change::Sent(more) => progress.sent = progress.sent.saturating_add(more),
            Change::Set(done, sent) => (progress.done, progress.sent) = (done, sent),
        }
    }

    proptest! {
        #[test]
        fn counts_only_grow_and_never_pass_their_total(changes in prop::collection::vec(change(), 0..40)) {
            let mut before = SyncProgress::BEGIN;
            for change in &changes {
                let now = before.after(|progress| apply(change, progress));
                prop_assert!(now.done >= before.done && now.sent >= before.sent);
                prop_assert!(now.of.is_none_or(|total| now.done <= total), "{now:?}");
                before = now;
            }
        }

        /// A reader who looks after some of the changes only is told the newest each time, and nothing of before.
        #[test]
        fn a_slow_reader_is_told_the_newest(changes in prop::collection::vec((change(), any::<bool>()), 1..40)) {
            let (sender, mut reader) = tokio::sync::watch::channel(SyncProgress::BEGIN);
            let mut told = SyncProgress::BEGIN;
            for (change, looks) in &changes {
                sender.send_modify(|progress| *progress = progress.after(|it| apply(change, it)));
                if *looks {
                    let now = *reader.borrow_and_update();
                    prop_assert_eq!(now, *sender.borrow());
                    prop_assert!(now.done >= told.done && now.sent >= told.sent);
                    prop_assert!(!reader.has_changed().unwrap_or(true), "a backlog");
                    told = now;
                }
            }
        }
    }
}
