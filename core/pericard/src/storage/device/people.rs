//! The people of an account: their keys, their seals, and what their sessions know of the portal.
//!
//! Uses: `pending`, `rows`

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use pericard_protocol::secret::Secret;
use pericard_protocol::session::lease::LastContact;
use rusqlite::{OptionalExtension, Row, Transaction};

use crate::keys::Wrapped;
use crate::platform::error::Result;

use super::Device;
use super::pending::save_revocations;
use super::rows::{PersonRow, SealReason};

impl Device {
    /// Seals what is here of a person: saves the reason and deletes their tokens. At the end of a lease the tokens stay, so
    /// that the portal can be asked.
    ///
    /// The keystore is updated after the commit. If the process dies in between, the next opening updates it.
    pub(crate) fn seal(&self, account: &str, person: &str, reason: SealReason) -> Result<()> {
        self.seal_with(account, Some(person), reason, |_| Ok(()))
    }

    /// The same for everybody of an account.
    pub(crate) fn seal_all(&self, account: &str, reason: SealReason) -> Result<()> {
        self.seal_with(account, None, reason, |_| Ok(()))
    }

    /// `also` is part of the transaction.
    pub(super) fn seal_with(
        &self,
        account: &str,
        person: Option<&str>,
        reason: SealReason,
        also: impl FnOnce(&Transaction<'_>) -> Result<()>,
    ) -> Result<()> {
        // A keystore that cannot be read counts as zero: the newest database has the higher number anyway.
        let in_keystore = self.vault.seals(account).unwrap_or_default();
        let seals = self.database.write(|tx| {
            also(tx)?;
            // The end of a lease does not replace another reason.
            tx.execute(
                "UPDATE person SET sealed = ?3 WHERE account = ?1 AND id = coalesce(?2, id)
                     AND (sealed IS NULL OR ?3 <> ?4)",
                (account, person, reason.name(), SealReason::Lease.name()),
            )?;
            if reason != SealReason::Lease {
                tx.execute(
                    "DELETE FROM token_grant WHERE person IN
                         (SELECT id FROM person WHERE account = ?1 AND id = coalesce(?2, id))",
                    (account, person),
                )?;
            }
            let seals: Option<i64> = tx
                .query_row(
                    "UPDATE account SET seals = max(seals, ?2) + 1 WHERE id = ?1 RETURNING seals",
                    (account, i64::try_from(in_keystore).unwrap_or(i64::MAX - 1)),
                    |row| row.get(0),
                )
                .optional()?;
            Ok(seals)
        })?;
        if let Some(seals) = seals {
            // If this fails, the next opening writes the number.
            let _ = self.vault.note_seals(account, seals.unsigned_abs());
        }
        Ok(())
    }

    /// Whether this database is a copy from before the account's last seal, which the keystore counts. Updates the
    /// keystore if it is behind.
    pub(crate) fn is_rolled_back(&self, account: &str) -> Result<bool> {
        let in_keystore = self.vault.seals(account)?;
        let seals = self.database.read(|c| {
            let sql = "SELECT seals FROM account WHERE id = ?1";
            Ok(c.query_row(sql, [account], |row| row.get::<_, i64>(0))
                .optional()?)
        })?;
        let seals = seals.unwrap_or_default().unsigned_abs();
        if seals > in_keystore {
            self.vault.note_seals(account, seals)?;
        }
        Ok(in_keystore > seals)
    }

    /// Saves the step-up that the portal asked for, in JSON.
    pub(crate) fn save_step_up(&self, person: &str, step_up: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "UPDATE person SET step_up = ?2 WHERE id = ?1",
                (person, step_up),
            )?;
            Ok(())
        })
    }

    /// Notes the newest change that a mirror of a person has seen.
    pub(crate) fn save_seen(&self, person: &str, track: &str, at: i64) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT INTO seen SELECT id, ?2, ?3 FROM person WHERE id = ?1
                 ON CONFLICT (person, track) DO UPDATE SET at = ?3",
                (person, track, at),
            )?;
            Ok(())
        })
    }

    /// The newest change that a mirror of a person has seen; nothing before its first sync.
    pub(crate) fn seen(&self, person: &str, track: &str) -> Result<Option<i64>> {
        self.database.read(|c| {
            let sql = "SELECT at FROM seen WHERE person = ?1 AND track = ?2";
            let row = c.query_row(sql, (person, track), |row| row.get(0));
            Ok(row.optional()?)
        })
    }

    /// Replaces a person's wrapped key, unless another has taken its place meanwhile.
    pub(crate) fn replace_wrapped(&self, person: &str, old: &Wrapped, new: &Wrapped) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "UPDATE person SET wrapped = ?3 WHERE id = ?1 AND wrapped = ?2",
                (person, &old.0, &new.0),
            )?;
            Ok(())
        })
    }

    /// Saves when the portal last answered about a person.
    pub(crate) fn save_last_contact(&self, person: &str, contact: LastContact) -> Result<()> {
        self.database
            .write(|tx| save_last_contact(tx, person, Some(contact)))
    }

    /// The people of an account, who signed in first.
    pub(crate) fn people(&self, account: &str) -> Result<Vec<PersonRow>> {
        self.database.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT id, patient, name, is_self, wrapped, user, sealed, last_contact, last_contact_uptime, step_up
                 FROM person WHERE account = ?1 ORDER BY is_self DESC, rowid",
            )?;
            let rows = statement.query_map([account], person)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Deletes a person with their key and tokens, and saves the `pending` revocations until `until`. What is deleted is left
    /// neither in the file nor in its log.
    pub(crate) fn remove_person(
        &self,
        person: &str,
        pending: &[Secret],
        until: SystemTime,
    ) -> Result<()> {
        self.database.write_over(|tx| {
            tx.execute("DELETE FROM person WHERE id = ?1", [person])?;
            save_revocations(tx, pending, until)
        })
    }
}

fn person(row: &Row<'_>) -> rusqlite::Result<PersonRow> {
    let sealed: Option<String> = row.get(6)?;
    let last_contact: Option<(i64, i64)> = row.get::<_, Option<i64>>(7)?.zip(row.get(8)?);
    Ok(PersonRow {
        id: row.get(0)?,
        patient: row.get(1)?,
        name: row.get(2)?,
        is_self: row.get(3)?,
        wrapped: row.get(4)?,
        user: row
            .get::<_, Option<String>>(5)?
            .filter(|user| !user.is_empty()),
        sealed: sealed.as_deref().map(SealReason::named),
        last_contact: last_contact.map(|(at, uptime)| LastContact {
            at: Timestamp::from_millisecond(at).unwrap_or(Timestamp::MIN),
            uptime: Duration::from_millis(uptime.unsigned_abs()),
        }),
        step_up: row.get(9)?,
    })
}

/// Saves who somebody signed in for, without the seal and the step-up of before.
pub(super) fn save_person(tx: &Transaction<'_>, account: &str, person: &PersonRow) -> Result<()> {
    tx.execute(
        "INSERT INTO person (id, account, patient, name, is_self, wrapped, user) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (account, patient) DO UPDATE SET name = ?4, is_self = ?5, user = ?7, sealed = NULL, step_up = NULL,
             wrapped = iif(length(?6) = 0, wrapped, ?6)",
        (
            &person.id,
            account,
            &person.patient,
            &person.name,
            person.is_self,
            &person.wrapped,
            person.user.as_deref().unwrap_or_default(),
        ),
    )?;
    save_last_contact(tx, &person.id, person.last_contact)
}

fn save_last_contact(
    tx: &Transaction<'_>,
    person: &str,
    contact: Option<LastContact>,
) -> Result<()> {
    let uptime = |contact: LastContact| i64::try_from(contact.uptime.as_millis());
    tx.execute(
        "UPDATE person SET last_contact = ?2, last_contact_uptime = ?3 WHERE id = ?1",
        (
            person,
            contact.map(|contact| contact.at.as_millisecond()),
            contact.map(|contact| uptime(contact).unwrap_or(i64::MAX)),
        ),
    )?;
    Ok(())
}
