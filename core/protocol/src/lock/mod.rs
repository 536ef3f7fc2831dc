//! The lock of an account's content: a PIN with counted tries, and a key that the shell keeps behind biometry.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Off
//!     Off --> Open: Chosen
//!     Open --> Closed: Lock / DropKey
//!     Open --> Off: GivenUp
//!     Closed --> Counting: PinTyped / Count
//!     Open --> Counting: PinTyped, to prove who is there / Count
//!     Counting --> Trying: Counted / Try
//!     Counting --> Closed: NotCounted / Refuse
//!     Trying --> Open: Right / Count 0, Admit
//!     Trying --> Closed: Wrong, NotTried / Refuse
//!     Trying --> Destroyed: Wrong for the tenth time / Destroy, Refuse
//!     Closed --> Open: KeyOpened / Count 0, Admit
//!     Closed --> Destroyed: PinTyped where ten are used up / Destroy, Refuse
//!     Destroyed --> Off: SignedIn
//! ```
//!
//! # Promises
//! - A try is counted, durably, before anything is done with what was typed. A process that is killed in the middle has used
//!   one up; nobody tries more often than [`TRIES`] times without a right PIN between.
//! - What could not be tried for another reason than the PIN (no memory, a keystore that fails) stays counted.
//! - A wrong key of the shell's is no try: it has 256 bits and cannot be guessed.
//! - Once destroyed, only a new sign-in begins anew.
//!
//! # The caller's part
//! One try at a time. The caller keeps the count where an older copy of the database cannot bring back a lower one, drops the
//! key at [`Effect::DropKey`] and [`Effect::Destroy`], and starts with [`Lock::begin`] what it finds on disk.

pub mod absence;
pub mod pin;

/// How many wrong PINs in a row destroy the content.
pub const TRIES: u8 = 10;

/// The lock of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Nobody chose a lock: whoever opens the app reads.
    Off,
    /// A lock was chosen.
    On {
        /// Whether the key is in memory.
        open: bool,
        /// Wrong PINs since the last right one, one that is being tried included.
        wrong: u8,
        /// How far a try is.
        stage: Stage,
    },
    /// Ten wrong PINs: the key of the content is destroyed.
    Destroyed,
}

/// How far a try is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is tried.
    Idle,
    /// The try is being counted.
    Counting,
    /// The PIN is being tried.
    Trying,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The key is kept under a PIN from now on.
    Chosen,
    /// The key is kept without a PIN from now on.
    GivenUp,
    /// The person locks, or was away for too long.
    Lock,
    /// Somebody typed a PIN.
    PinTyped,
    /// The count is kept.
    Counted,
    /// The count could not be kept.
    NotCounted,
    /// The PIN opens the key.
    Right,
    /// It does not.
    Wrong,
    /// Whether it does could not be found out.
    NotTried,
    /// The shell's key opened the content's.
    KeyOpened,
    /// A sign-in brought a new key, under no lock.
    SignedIn,
}

/// What has to be done now, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Keep this count of wrong PINs; report `Counted` or `NotCounted` where a try waits for it.
    Count(u8),
    /// Try the PIN; report `Right`, `Wrong` or `NotTried`.
    Try,
    /// Let the caller of the try go on.
    Admit,
    /// Drop the key and close everything that was opened with it.
    DropKey,
    /// Destroy the key, wherever it is kept, and the account's tokens.
    Destroy,
    /// Tell the caller of the try why not.
    Refuse(Refusal),
}

/// Why a try is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The PIN is wrong.
    Wrong {
        /// Tries that are left, at least one.
        left: u8,
    },
    /// The content is destroyed.
    Destroyed,
    /// The try could not be counted, or the PIN not tried; the caller knows why.
    Failed,
    /// There is no lock to open.
    NoLock,
    /// Another try is under way.
    Busy,
}

impl Lock {
    /// The state after a start, with `wrong` PINs counted before.
    #[must_use]
    pub fn begin(chosen: bool, wrong: u8) -> Self {
        if chosen {
            Self::idle(false, wrong)
        } else {
            Self::Off
        }
    }

    fn idle(open: bool, wrong: u8) -> Self {
        let stage = Stage::Idle;
        Self::On { open, wrong, stage }
    }

    /// Whether the content must not be read.
    pub fn is_locked(self) -> bool {
        !matches!(self, Self::Off | Self::On { open: true, .. })
    }

    /// Tries that are left, where there is a lock.
    pub fn left(self) -> Option<u8> {
        match self {
            Self::Off => None,
            Self::On { wrong, .. } => Some(TRIES.saturating_sub(wrong)),
            Self::Destroyed => Some(0),
        }
    }

    /// The next state, and what has to be done.
    #[must_use]
    pub fn on(self, event: Event) -> (Self, Vec<Effect>) {
        match event {
            Event::Chosen => self.chosen(),
            Event::GivenUp => self.given_up(),
            Event::Lock => self.lock(),
            Event::PinTyped => self.pin_typed(),
            Event::Counted => self.counted(),
            Event::NotCounted => self.failed(Stage::Counting, Refusal::Failed),
            Event::Right => self.right(),
            Event::Wrong => self.was_wrong(),
            Event::NotTried => self.failed(Stage::Trying, Refusal::Failed),
            Event::KeyOpened => self.key_opened(),
            Event::SignedIn => (Self::Off, vec![Effect::Count(0)]),
        }
    }

    fn chosen(self) -> (Self, Vec<Effect>) {
        match self {
            Self::Off | Self::On { open: true, .. } => {
                (Self::idle(true, 0), vec![Effect::Count(0)])
            }
            // Without the key nothing was wrapped.
            _ => (self, vec![]),
        }
    }

    fn given_up(self) -> (Self, Vec<Effect>) {
        match self {
            Self::On { open: true, .. } => (Self::Off, vec![Effect::Count(0)]),
            _ => (self, vec![]),
        }
    }

    fn lock(self) -> (Self, Vec<Effect>) {
        match self {
            Self::On {
                open: true,
                wrong,
                stage,
            } => {
                let open = false;
                (Self::On { open, wrong, stage }, vec![Effect::DropKey])
            }
            _ => (self, vec![]),
        }
    }

    fn pin_typed(self) -> (Self, Vec<Effect>) {
        match self {
            Self::Off => (self, vec![Effect::Refuse(Refusal::NoLock)]),
            Self::Destroyed => (self, vec![Effect::Refuse(Refusal::Destroyed)]),
            // Killed while the last one was tried, or while everything was being destroyed.
            Self::On {
                wrong: TRIES..,
                stage: Stage::Idle,
                ..
            } => destroy(),
            Self::On {
                open,
                wrong,
                stage: Stage::Idle,
            } => {
                let (wrong, stage) = (wrong.saturating_add(1), Stage::Counting);
                (Self::On { open, wrong, stage }, vec![Effect::Count(wrong)])
            }
            Self::On { .. } => (self, vec![Effect::Refuse(Refusal::Busy)]),
        }
    }

    fn counted(self) -> (Self, Vec<Effect>) {
        match self {
            Self::On {
                open,
                wrong,
                stage: Stage::Counting,
            } => {
                let stage = Stage::Trying;
                (Self::On { open, wrong, stage }, vec![Effect::Try])
            }
            _ => (self, vec![]),
        }
    }

    fn failed(self, at: Stage, refusal: Refusal) -> (Self, Vec<Effect>) {
        match self {
            Self::On { open, wrong, stage } if stage == at => {
                // Nothing was tried yet, and nobody knows whether the count was kept: the next try counts the same.
                let back = u8::from(at == Stage::Counting);
                let idle = Self::idle(open, wrong.saturating_sub(back));
                (idle, vec![Effect::Refuse(refusal)])
            }
            _ => (self, vec![]),
        }
    }

    fn right(self) -> (Self, Vec<Effect>) {
        match self {
            Self::On {
                stage: Stage::Trying,
                ..
            } => opened(),
            _ => (self, vec![]),
        }
    }

    fn was_wrong(self) -> (Self, Vec<Effect>) {
        match self {
            Self::On {
                wrong: TRIES..,
                stage: Stage::Trying,
                ..
            } => destroy(),
            Self::On { wrong, .. } => {
                let left = TRIES.saturating_sub(wrong);
                self.failed(Stage::Trying, Refusal::Wrong { left })
            }
            _ => (self, vec![]),
        }
    }

    fn key_opened(self) -> (Self, Vec<Effect>) {
        match self {
            // A key that opens while a PIN is tried does not take that try back.
            Self::On {
                stage: Stage::Idle,
                wrong: ..TRIES,
                ..
            } => opened(),
            Self::On {
                stage: Stage::Idle, ..
            } => destroy(),
            Self::Off | Self::On { .. } => (self, vec![Effect::Refuse(Refusal::Busy)]),
            Self::Destroyed => (self, vec![Effect::Refuse(Refusal::Destroyed)]),
        }
    }
}

fn opened() -> (Lock, Vec<Effect>) {
    (Lock::idle(true, 0), vec![Effect::Count(0), Effect::Admit])
}

fn destroy() -> (Lock, Vec<Effect>) {
    let refuse = Effect::Refuse(Refusal::Destroyed);
    (Lock::Destroyed, vec![Effect::Destroy, refuse])
}

#[cfg(test)]
mod tests;
