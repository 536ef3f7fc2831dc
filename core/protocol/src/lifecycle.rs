//! The lifecycle of an open client: open, pausing, paused, shutting down.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Open
//!     Open --> Pausing: Pause / Abort
//!     Pausing --> Closing: Drained / CloseFiles
//!     Closing --> Paused: FilesClosed
//!     Closing --> Open: FilesClosed, and Resume came meanwhile / ReopenFiles
//!     Paused --> Open: Resume / ReopenFiles
//!     Open --> ShuttingDown: ShutDown / Abort
//!     Pausing --> ShuttingDown: ShutDown
//!     Closing --> ShuttingDown: ShutDown
//!     Paused --> ShutDown: ShutDown / ReleaseDirectory
//!     ShuttingDown --> ShutDown: FilesClosed / ReleaseDirectory
//!     ShutDown --> [*]
//! ```
//!
//! Work starts only in `Open`. When calls overlap:
//!
//! - A pause always closes the files before it completes, even if a resume comes meanwhile; then the client opens again
//!   at once, and the resume completes.
//! - A pause after such a resume wins: the client stays paused, and the resume fails with `Refused`.
//! - A shut-down is final. A pause during it completes when the files are closed; a resume fails with `Refused`.
//! - Each call may be repeated at any time and completes.

/// The state of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// Work may begin.
    Open,
    /// Work is being aborted; nothing new begins.
    Pausing {
        /// A resume came meanwhile.
        reopen: bool,
    },
    /// All work has ended; files are being closed.
    Closing {
        /// A resume came meanwhile.
        reopen: bool,
    },
    /// No file is open.
    Paused,
    /// As `Pausing` and then `Closing`, without a way back.
    ShuttingDown {
        /// All work has ended; files are being closed.
        drained: bool,
    },
    /// The directory is free for another client.
    ShutDown,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The app goes to the background.
    Pause,
    /// The app comes back.
    Resume,
    /// The app is done with the client.
    ShutDown,
    /// All work has ended, or its grace is over.
    Drained,
    /// Every file is closed.
    FilesClosed,
}

/// What has to be done now, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Abort what is under way; report `Drained` when it has ended or its grace is over.
    Abort,
    /// Close every file and idle connection; report `FilesClosed`.
    CloseFiles,
    /// Let the next use open the files again.
    ReopenFiles,
    /// Free the directory for another client.
    ReleaseDirectory,
    /// Answer every pause that waits.
    AnswerPause,
    /// Answer every resume that waits: the client is open.
    AnswerResume,
    /// Answer every resume that waits: the client is paused or shut down.
    RefuseResume,
    /// Answer every shut-down that waits.
    AnswerShutDown,
}

impl Lifecycle {
    /// Whether work may begin.
    pub fn is_open(self) -> bool {
        self == Self::Open
    }

    /// The next state, and what has to be done.
    pub fn on(self, event: Event) -> (Self, Vec<Effect>) {
        use Effect::{
            Abort, AnswerPause, AnswerResume, AnswerShutDown, CloseFiles, RefuseResume,
            ReleaseDirectory, ReopenFiles,
        };
        match (self, event) {
            (Self::Open, Event::Pause) => (Self::Pausing { reopen: false }, vec![Abort]),
            (Self::Open, Event::Resume) => (self, vec![AnswerResume]),
            (Self::Open, Event::ShutDown) => (Self::ShuttingDown { drained: false }, vec![Abort]),

            (Self::Pausing { reopen: true }, Event::Pause) => {
                (Self::Pausing { reopen: false }, vec![RefuseResume])
            }
            (Self::Pausing { .. }, Event::Resume) => (Self::Pausing { reopen: true }, vec![]),
            (Self::Pausing { reopen }, Event::ShutDown) => {
                let refused = reopen.then_some(RefuseResume).into_iter().collect();
                (Self::ShuttingDown { drained: false }, refused)
            }
            (Self::Pausing { reopen }, Event::Drained) => {
                (Self::Closing { reopen }, vec![CloseFiles])
            }

            (Self::Closing { reopen: true }, Event::Pause) => {
                (Self::Closing { reopen: false }, vec![RefuseResume])
            }
            (Self::Closing { .. }, Event::Resume) => (Self::Closing { reopen: true }, vec![]),
            (Self::Closing { reopen }, Event::ShutDown) => {
                let refused = reopen.then_some(RefuseResume).into_iter().collect();
                (Self::ShuttingDown { drained: true }, refused)
            }
            (Self::Closing { reopen: false }, Event::FilesClosed) => {
                (Self::Paused, vec![AnswerPause])
            }
            (Self::Closing { reopen: true }, Event::FilesClosed) => {
                (Self::Open, vec![AnswerPause, ReopenFiles, AnswerResume])
            }

            (Self::Paused, Event::Pause) => (self, vec![AnswerPause]),
            (Self::Paused, Event::Resume) => (Self::Open, vec![ReopenFiles, AnswerResume]),
            (Self::Paused, Event::ShutDown) => {
                (Self::ShutDown, vec![ReleaseDirectory, AnswerShutDown])
            }

            (Self::ShuttingDown { drained: false }, Event::Drained) => {
                (Self::ShuttingDown { drained: true }, vec![CloseFiles])
            }
            (Self::ShuttingDown { drained: true }, Event::FilesClosed) => (
                Self::ShutDown,
                vec![AnswerPause, ReleaseDirectory, AnswerShutDown],
            ),
            (Self::ShuttingDown { .. } | Self::ShutDown, Event::Resume) => {
                (self, vec![RefuseResume])
            }
            (Self::ShutDown, Event::Pause) => (self, vec![AnswerPause]),
            (Self::ShutDown, Event::ShutDown) => (self, vec![AnswerShutDown]),

            // A second call of a kind waits with the first; reports of what is over change nothing.
            (
                Self::Pausing { .. } | Self::Closing { .. } | Self::ShuttingDown { .. },
                Event::Pause,
            )
            | (Self::ShuttingDown { .. }, Event::ShutDown)
            | (_, Event::Drained | Event::FilesClosed) => (self, vec![]),
        }
    }
}

#[cfg(test)]
mod tests;
