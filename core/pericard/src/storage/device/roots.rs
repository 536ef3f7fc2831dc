//! The content root of an account, and how another takes its place.
//!
//! The keystore has it, the people's wrapped keys are in this database, and the two do not commit together. So the new root is
//! kept beside the old one first; then the people's keys are wrapped by it, in one transaction; then the old one goes. In
//! between the wraps say which of the two counts. Killed at any moment, one of them opens everything.

use rusqlite::{Connection, Transaction};

use crate::keys::{Content, Stored, Unlocked, Wrapped};
use crate::platform::Platform;
use crate::platform::error::{PericardError, Result, StorageKind};

use super::Device;

/// People's ids with their wrapped keys.
type Wraps = Vec<(String, Wrapped)>;

impl Device {
    /// The content root of an account. `Lost` when it is gone.
    pub(crate) fn content(&self, account: &str) -> Result<Content> {
        Ok(self.found(account)?.0)
    }

    /// The same, and lets the other root go, where a change of them was interrupted. Call it while nobody else changes them.
    pub(crate) fn settled_content(&self, account: &str) -> Result<Content> {
        let (content, unsettled) = self.found(account)?;
        if unsettled {
            // Which one counts is certain; where the keystore fails now, that is so the next time, too.
            let _ = self.vault.save(account, &content);
        }
        Ok(content)
    }

    /// The content root of an account that nobody locked. `Locked` when somebody did.
    pub(crate) fn content_root(&self, account: &str) -> Result<Unlocked> {
        match self.content(account)? {
            Content::Open(root) => Ok(root),
            Content::Locked(_) => Err(PericardError::Locked),
        }
    }

    fn found(&self, account: &str) -> Result<(Content, bool)> {
        match self.vault.stored(account)? {
            Stored::One(content) => Ok((content, false)),
            Stored::Two { before, after, id } => {
                let wraps = self.database.read(|c| wraps(c, account))?;
                let is_new = wraps.iter().any(|(_, wrapped)| wrapped.is_under(id));
                Ok((if is_new { after } else { before }, true))
            }
        }
    }

    /// Wraps the keys of an account's people under `new` instead of `old`, all of them or none, and returns them. What was
    /// under `old` is left neither in the file nor in its log.
    ///
    /// A key that `old` does not open stays as it is: nobody can read what it is for. `WrongKey` when that is so of all.
    pub(crate) fn wrap_under(
        &self,
        account: &str,
        (old, new): (&Unlocked, &Unlocked),
        platform: &Platform,
    ) -> Result<Wraps> {
        const WRONG_KEY: PericardError = PericardError::Storage {
            kind: StorageKind::WrongKey,
        };
        self.database.write_over(|tx| {
            let people = wraps(tx, account)?;
            if people.is_empty() {
                // It was removed meanwhile.
                return Err(PericardError::NotFound);
            }
            let (mut wrapped, mut moved) = (Vec::with_capacity(people.len()), false);
            for (person, before) in people {
                let after = match old.person(&person, &before) {
                    Ok(key) => new.wrap_again(platform, &person, &key)?,
                    Err(WRONG_KEY) => {
                        wrapped.push((person, before));
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                replace(tx, &person, &after)?;
                wrapped.push((person, after));
                moved = true;
            }
            if moved { Ok(wrapped) } else { Err(WRONG_KEY) }
        })
    }
}

fn wraps(c: &Connection, account: &str) -> Result<Wraps> {
    let mut statement = c.prepare_cached("SELECT id, wrapped FROM person WHERE account = ?1")?;
    let rows = statement.query_map([account], |row| Ok((row.get(0)?, Wrapped(row.get(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn replace(tx: &Transaction<'_>, person: &str, wrapped: &Wrapped) -> Result<()> {
    tx.execute(
        "UPDATE person SET wrapped = ?2 WHERE id = ?1",
        (person, &wrapped.0),
    )?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
