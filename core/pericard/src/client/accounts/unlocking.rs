//! Opening a lock: what somebody types, or the shell's key, is tried; ten wrong PINs destroy.
//!
//! Uses: `core`, `destruction`, `lock`, `log`

use std::sync::Arc;

use pericard_protocol::lock::pin::Pin;
use pericard_protocol::lock::{Effect, Event, Refusal};

use crate::keys::{Content, Unlocked};
use crate::platform::error::{InputProblem, KeystoreError, PericardError, Result, SignInReason};
use crate::platform::secret::Key;
use crate::storage::AccessAction;

use super::core::AccountCore;
use super::lock::Turn;

impl AccountCore {
    /// Opens the content with the PIN. Blocks for as long as Argon2id takes.
    pub(crate) fn unlock(self: &Arc<Self>, turn: &Turn, pin: &Pin) -> Result<()> {
        self.sessions.readable()?;
        self.come_back();
        let root = self.prove(turn, pin)?;
        self.admit(root)?;
        self.note_now(AccessAction::Unlocked, None, None);
        Ok(())
    }

    /// Opens the content with the shell's key. Blocks.
    pub(crate) fn unlock_with_key(self: &Arc<Self>, _turn: &Turn, key: &Key) -> Result<()> {
        self.sessions.readable()?;
        self.come_back();
        let root = match self.host.device.content(&self.row.id)? {
            Content::Open(_) => return Err(PericardError::input("lock", InputProblem::WrongState)),
            Content::Locked(root) => root.open_with_key(key)?,
        };
        // Replaced by another key, or of another account: the PIN is what is left.
        let root = root.ok_or(KeystoreError::Refused)?;
        self.run(Event::KeyOpened, Some(root.clone()), |_| Ok(None))?;
        self.admit(root)?;
        self.note_now(AccessAction::UnlockedWithKey, None, None);
        Ok(())
    }

    /// Puts a proved key where content is read with it, unless it was sealed or locked meanwhile.
    fn admit(self: &Arc<Self>, root: Unlocked) -> Result<()> {
        let admitted = self.hold(root);
        // The person may have left while the key was tried.
        self.lock_when_over();
        self.notifier.session();
        self.notifier.people();
        self.readable()?;
        if admitted {
            Ok(())
        } else {
            Err(PericardError::Locked)
        }
    }

    /// Reads with this root from here on, unless it is locked or sealed. Returns whether it was not locked.
    pub(super) fn hold(&self, root: Unlocked) -> bool {
        let open = {
            let state = self.lock.state();
            let open = !state.machine.is_locked();
            if open {
                self.content.unlock_with(root);
            }
            open
        };
        self.close_if_sealed();
        open
    }

    /// A key must not come back behind a seal.
    pub(super) fn close_if_sealed(&self) {
        if self.sessions.readable().is_err() {
            drop(self.content.seal());
            self.lock.close();
        }
    }

    /// Tries a PIN. Blocks.
    pub(super) fn prove(&self, _turn: &Turn, pin: &Pin) -> Result<Unlocked> {
        let found = self.run(Event::PinTyped, None, |core| {
            match core.host.device.content(&core.row.id)? {
                Content::Locked(root) => root.open_with_pin(pin),
                Content::Open(_) => Err(PericardError::internal("lock")),
            }
        });
        if matches!(found, Err(PericardError::WrongPin { .. })) {
            self.note_now(AccessAction::WrongPin, None, None);
        }
        found?.ok_or(PericardError::internal("lock"))
    }

    /// Runs the machine from `event` until somebody is admitted or refused.
    fn run(
        &self,
        event: Event,
        mut root: Option<Unlocked>,
        attempt: impl Fn(&Self) -> Result<Option<Unlocked>>,
    ) -> Result<Option<Unlocked>> {
        let account = &self.row.id;
        let (mut next, mut failed) = (Some(event), None);
        while let Some(event) = next.take() {
            for effect in self.lock.on(event) {
                match effect {
                    Effect::Count(wrong) => {
                        let kept = self.host.vault.note_tries(account, wrong);
                        next = Some(event_of(
                            kept,
                            &mut failed,
                            Event::Counted,
                            Event::NotCounted,
                        ));
                    }
                    Effect::Try => {
                        let tried = attempt(self);
                        let right = if matches!(tried, Ok(None)) {
                            Event::Wrong
                        } else {
                            Event::Right
                        };
                        root = tried.as_ref().ok().cloned().flatten();
                        next = Some(event_of(tried, &mut failed, right, Event::NotTried));
                    }
                    Effect::Admit => return Ok(root),
                    Effect::DropKey => {}
                    Effect::Destroy => self.destroy_content(),
                    Effect::Refuse(refusal) => return Err(error_of(refusal, failed)),
                }
            }
        }
        Err(PericardError::internal("lock"))
    }
}

fn event_of<T>(
    done: Result<T>,
    failed: &mut Option<PericardError>,
    good: Event,
    bad: Event,
) -> Event {
    match done {
        Ok(_) => good,
        Err(error) => {
            *failed = Some(error);
            bad
        }
    }
}

fn error_of(refusal: Refusal, failed: Option<PericardError>) -> PericardError {
    match refusal {
        Refusal::Wrong { left } => PericardError::WrongPin {
            attempts_left: left.into(),
        },
        Refusal::Destroyed => PericardError::SignInRequired {
            reason: SignInReason::Destroyed,
        },
        Refusal::NoLock => PericardError::input("lock", InputProblem::WrongState),
        Refusal::Failed | Refusal::Busy => failed.unwrap_or(PericardError::internal("lock")),
    }
}
