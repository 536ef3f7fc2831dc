//! What people wrote on this device, and what the client said became of it.

/// A message that somebody wrote here.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) who: usize,
    pub(crate) text: String,
    /// The client took it. If the process died over it, it may have.
    pub(crate) accepted: bool,
    pub(crate) withdrawn: Withdrawn,
    /// How often it was queued again although it may have arrived.
    pub(crate) again: usize,
    /// The portal refuses it.
    pub(crate) refused: bool,
}

/// Whether somebody took a message back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Withdrawn {
    No,
    /// The process died over it, so it may have happened or not.
    Perhaps,
    /// It will not go out.
    Yes,
    /// Somebody took back what was in doubt: it may have arrived.
    InDoubt,
}

/// Everything that was written.
#[derive(Debug, Default)]
pub(crate) struct Ledger(pub(crate) Vec<Written>);

impl Ledger {
    pub(crate) fn of(&self, who: usize) -> impl Iterator<Item = &Written> {
        self.0.iter().filter(move |written| written.who == who)
    }

    pub(crate) fn find(&mut self, text: &str) -> Option<&mut Written> {
        self.0.iter_mut().find(|written| written.text == text)
    }

    pub(crate) fn wrote(&self, who: usize, text: &str) -> bool {
        self.of(who).any(|written| written.text == text)
    }
}
