//! Choosing a PIN, another one or none, and a key for the shell.
//!
//! Uses: `core`, `lock`, `log`
//!
//! With a PIN comes a new content root. The one of before lay bare in the keystore, or under a PIN that somebody may have seen
//! and is changed for that reason: whoever has a copy of it can open nothing any more that is wrapped from then on. Two times it
//! stays. Where the shell has a key, that key is not here to wrap another root. And where the lock is given up, the root is
//! bare from then on, whichever it is.
//!
//! How the new root takes the place of the old one is `storage/device/roots`; here are its steps, with a moment between two of
//! them at which a test kills the process.

use std::sync::Arc;

use pericard_protocol::lock::Event;
use pericard_protocol::lock::pin::Pin;

use crate::keys::{Content, LockedRoot, Unlocked, Wrapped};
use crate::platform::Checkpoint;
use crate::platform::error::{InputProblem, KeystoreError, PericardError, Result};
use crate::platform::secret::Key;
use crate::storage::AccessAction;

use super::core::AccountCore;
use super::lock::Turn;

/// What is under a PIN from now on.
struct Chosen {
    content: Content,
    /// The roots of before and of now, where they are two.
    roots: Option<(Unlocked, Unlocked)>,
}

impl AccountCore {
    /// Chooses a PIN, or another one; `current` proves who is there where there is one.
    pub(crate) async fn set_pin(self: &Arc<Self>, current: Option<Pin>, new: Pin) -> Result<()> {
        let turn = self.lock_turn().await;
        // Over all the steps: a pause waits for them.
        let _guard = self.host.lifecycle().enter()?;
        let platform = &self.host.platform;
        let held = turn.clone();
        let choose = move |core: &Self| core.choose(&held, current.as_ref(), &new);
        let chosen = self.step(choose).await?;
        let mut wraps = Vec::new();
        if let Some((old, new)) = chosen.roots.clone() {
            platform.reached(Checkpoint::RootKept).await;
            let wrap = move |core: &Self| {
                let host = &core.host;
                let roots = (&old, &new);
                host.device.wrap_under(&core.row.id, roots, &host.platform)
            };
            // Where this fails, both roots stay in the keystore until the next opening, and the old one counts.
            wraps = self.step(wrap).await?;
            platform.reached(Checkpoint::RootReplaced).await;
        }
        let settled = self
            .step(move |core: &Self| core.settle(chosen, wraps))
            .await;
        drop(turn);
        settled
    }

    async fn step<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let core = self.clone();
        self.host.platform.blocking(move || work(&core)).await
    }

    /// Keeps the new lock, beside what was there where that goes only later. Blocks for as long as Argon2id takes.
    fn choose(&self, turn: &Turn, current: Option<&Pin>, new: &Pin) -> Result<Chosen> {
        let (vault, account, platform) = (&self.host.vault, &self.row.id, &self.host.platform);
        let (before, old) = self.proved(turn, current)?;
        // First: a count of before must not be found beside the new lock.
        vault.note_tries(account, 0)?;
        if let Content::Locked(locked) = &before
            && locked.has_key()
        {
            let locked = LockedRoot::new(&old, new, platform)?.with_key_of(locked);
            let (content, roots) = (Content::Locked(locked), None);
            self.replace(&before, &content)?;
            return Ok(Chosen { content, roots });
        }
        let root = vault.random_root(account);
        let content = Content::Locked(LockedRoot::new(&root, new, platform)?);
        let kept = vault.save_both(account, &before, (&content, &root));
        self.unless_kept(kept, &before)?;
        // What reads meanwhile asks no keystore that has both.
        self.hold(old.clone());
        let roots = Some((old, root));
        Ok(Chosen { content, roots })
    }

    /// Lets the root of before go, and reads with the new one. Blocks.
    fn settle(&self, chosen: Chosen, wraps: Vec<(String, Wrapped)>) -> Result<()> {
        let (host, account) = (&self.host, &self.row.id);
        let settled = match &chosen.roots {
            None => Ok(()),
            Some(_) => host.vault.save(account, &chosen.content),
        };
        // The new one counts by now. A keystore that fails has both, and the next opening lets the old one go; one that has
        // neither has lost them.
        let settled = settled.or_else(|error| match host.device.content(account) {
            Err(PericardError::Keystore {
                kind: KeystoreError::Lost,
            }) => Err(error),
            _ => Ok(()),
        });
        {
            let mut state = self.lock.state();
            state.has_key = chosen.content.has_key();
            state.on(Event::Chosen);
            if let Some((_, root)) = chosen.roots {
                // Under the lock: whoever locks just now drops the new one, too.
                let open = !state.machine.is_locked();
                self.content.rewrapped(wraps, open.then_some(root));
            }
        }
        self.close_if_sealed();
        self.notifier.session();
        self.note_now(AccessAction::PinSet, None, None);
        settled
    }

    /// Gives the lock up: whoever opens the app reads. Blocks.
    pub(crate) fn remove_pin(&self, turn: &Turn, current: &Pin) -> Result<()> {
        let (before, root) = self.proved(turn, Some(current))?;
        self.replace(&before, &Content::Open(root))?;
        self.lock.state().has_key = false;
        self.lock.on(Event::GivenUp);
        self.notifier.session();
        self.note_now(AccessAction::PinRemoved, None, None);
        Ok(())
    }

    /// Makes a key for the shell, in place of an earlier one. Blocks.
    pub(crate) fn add_key(&self, turn: &Turn, current: &Pin) -> Result<Key> {
        let (before, root) = self.proved(turn, Some(current))?;
        let key = Key::random(&self.host.platform);
        let with_key = |locked: LockedRoot| locked.with_key(&root, &key, &self.host.platform);
        self.change_key(&before, with_key)?;
        Ok(key)
    }

    /// Makes the shell's key useless. Blocks.
    pub(crate) fn remove_key(&self, _turn: &Turn) -> Result<()> {
        let before = self.host.device.content(&self.row.id)?;
        self.change_key(&before, |locked| Ok(locked.without_key()))
    }

    fn change_key(
        &self,
        before: &Content,
        change: impl FnOnce(LockedRoot) -> Result<LockedRoot>,
    ) -> Result<()> {
        let Content::Locked(locked) = before else {
            return Err(PericardError::input("lock", InputProblem::WrongState));
        };
        let after = Content::Locked(change(locked.clone())?);
        self.replace(before, &after)?;
        self.lock.state().has_key = after.has_key();
        self.notifier.session();
        Ok(())
    }

    /// Keeps `after`, or leaves `before`.
    fn replace(&self, before: &Content, after: &Content) -> Result<()> {
        let kept = self.host.vault.save(&self.row.id, after);
        self.unless_kept(kept, before)
    }

    /// What the keystore does not say it keeps, it may have kept: then it gets back what was there, if it takes that.
    fn unless_kept(&self, kept: Result<()>, before: &Content) -> Result<()> {
        if kept.is_err() {
            let _ = self.host.vault.save(&self.row.id, before);
        }
        kept
    }

    /// The content root, from somebody who has proved to be there: with the PIN where there is a lock. Blocks.
    pub(super) fn proved(&self, turn: &Turn, current: Option<&Pin>) -> Result<(Content, Unlocked)> {
        self.lock_if_over();
        self.readable()?;
        let content = self.host.device.content(&self.row.id)?;
        let root = match (&content, current) {
            (Content::Open(root), None) => root.clone(),
            (Content::Open(_), Some(_)) | (Content::Locked(_), None) => {
                return Err(PericardError::input("current", InputProblem::WrongState));
            }
            (Content::Locked(_), Some(pin)) => self.prove(turn, pin)?,
        };
        Ok((content, root))
    }
}
