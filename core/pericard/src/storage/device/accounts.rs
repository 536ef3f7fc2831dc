//! Accounts and their people.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use pericard_protocol::secret::Secret;
use pericard_protocol::session::lease::LastContact;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::keys::Wrapped;
use crate::platform::error::Result;

use super::Device;
use super::rows::{AccountRow, GrantRow, PersonRow, SealReason, millis};

const ACCOUNT: &str =
    "SELECT id, base, issuer, subject, config, sealed, last_contact, last_contact_uptime, step_up, auto_lock
     FROM account";

fn account(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    let sealed: Option<String> = row.get(5)?;
    let last_contact: Option<(i64, i64)> = row.get::<_, Option<i64>>(6)?.zip(row.get(7)?);
    Ok(AccountRow {
        id: row.get(0)?,
        base: row.get(1)?,
        issuer: row.get(2)?,
        subject: row.get(3)?,
        config: row.get(4)?,
        sealed: sealed.as_deref().map(SealReason::named),
        last_contact: last_contact.map(|(at, uptime)| LastContact {
            at: Timestamp::from_millisecond(at).unwrap_or(Timestamp::MIN),
            uptime: Duration::from_millis(uptime.unsigned_abs()),
        }),
        step_up: row.get(8)?,
        auto_lock: Duration::from_millis(row.get::<_, i64>(9)?.unsigned_abs()),
    })
}

impl Device {
    pub(crate) fn accounts(&self) -> Result<Vec<AccountRow>> {
        self.database.read(|c| {
            let sql = format!("{ACCOUNT} WHERE leaving = 0 ORDER BY rowid");
            let mut statement = c.prepare_cached(&sql)?;
            Ok(statement
                .query_map([], account)?
                .collect::<rusqlite::Result<_>>()?)
        })
    }

    pub(crate) fn account_of(
        &self,
        base: &str,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<AccountRow>> {
        self.database.read(|c| {
            let sql = format!("{ACCOUNT} WHERE base = ?1 AND issuer = ?2 AND subject = ?3");
            Ok(c.query_row(&sql, (base, issuer, subject), account)
                .optional()?)
        })
    }

    /// Saves the account, tokens and person of a finished sign-in, and deletes the sign-in and the seal, in one
    /// transaction. A person who comes without a key keeps the one that is there.
    pub(crate) fn signed_in(
        &self,
        row: &AccountRow,
        grant: &GrantRow,
        person: &PersonRow,
        sign_in: &str,
    ) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT INTO account (id, base, issuer, subject, config) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (id) DO UPDATE SET config = ?5, sealed = NULL, step_up = NULL",
                (&row.id, &row.base, &row.issuer, &row.subject, &row.config),
            )?;
            save_last_contact(tx, &row.id, row.last_contact)?;
            tx.execute(
                "INSERT INTO superseded SELECT account, client_id, refresh_token FROM token_grant
                 WHERE account = ?1 AND refresh_token IS NOT ?2 AND refresh_token IS NOT NULL",
                (&row.id, grant.refresh_token.as_ref().map(Secret::expose)),
            )?;
            trim(tx, &row.id)?;
            tx.execute(
                "INSERT OR REPLACE INTO token_grant
                     (account, patient, access_token, expires, refresh_token, scope, client_id, dpop_key, bound, patient_is_user, auth_time, acr)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                params![
                    row.id,
                    grant.patient,
                    grant.access_token.expose(),
                    millis(grant.expires),
                    grant.refresh_token.as_ref().map(Secret::expose),
                    grant.scope,
                    grant.client_id,
                    grant.key.as_ref().map(|key| key.secret()),
                    grant.bound,
                    grant.patient_is_user,
                    grant.proof.at.map(|at| at.as_millisecond()),
                    grant.proof.acr,
                ],
            )?;
            tx.execute(
                "INSERT INTO person (id, account, patient, name, is_self, wrapped, user) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (account, patient) DO UPDATE SET name = ?4, is_self = ?5, user = ?7,
                     wrapped = iif(length(?6) = 0, wrapped, ?6)",
                (
                    &person.id,
                    &row.id,
                    &person.patient,
                    &person.name,
                    person.is_self,
                    &person.wrapped,
                    person.user.as_deref().unwrap_or_default(),
                ),
            )?;
            tx.execute("DELETE FROM sign_in WHERE id = ?1", [sign_in])?;
            Ok(())
        })
    }

    /// Marks an account for removal: deletes its tokens and its people's keys, and saves the `pending` revocations
    /// until `until`.
    pub(crate) fn leave(&self, id: &str, pending: &[Secret], until: SystemTime) -> Result<()> {
        self.database.write(|tx| {
            tx.execute("UPDATE account SET leaving = 1 WHERE id = ?1", [id])?;
            tx.execute("INSERT OR IGNORE INTO doomed_key VALUES (?1)", [id])?;
            for table in ["token_grant", "superseded", "person"] {
                tx.execute(&format!("DELETE FROM {table} WHERE account = ?1"), [id])?;
            }
            save_revocations(tx, pending, until)
        })
    }

    /// Returns the accounts whose removal has begun but is not finished.
    pub(crate) fn leaving(&self) -> Result<Vec<String>> {
        self.database.read(|c| {
            let mut statement = c.prepare("SELECT id FROM account WHERE leaving = 1")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns the accounts whose keys still have to be deleted from the keystore.
    pub(crate) fn doomed_keys(&self) -> Result<Vec<String>> {
        self.database.read(|c| {
            let mut statement = c.prepare("SELECT account FROM doomed_key")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Notes that the keystore has deleted an account's keys.
    pub(crate) fn keys_deleted(&self, account: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute("DELETE FROM doomed_key WHERE account = ?1", [account])?;
            Ok(())
        })
    }

    /// Deletes an account and everything that belongs to it; with a portal's last account also what is saved of the
    /// portal.
    pub(crate) fn remove_account(&self, id: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(&format!("DELETE FROM sign_in WHERE {}", of_account()), [id])?;
            for table in ["portal", "registration", "policy"] {
                let sql = format!("DELETE FROM {table} WHERE base IN ({LAST_AT_BASE})");
                tx.execute(&sql, [id])?;
            }
            tx.execute("DELETE FROM account WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    /// Returns the clients and refresh tokens of finished sign-ins that belong to an account.
    pub(crate) fn sign_in_tokens(&self, id: &str) -> Result<Vec<(String, Secret)>> {
        self.database.read(|c| {
            let sql = format!("{SIGN_IN_TOKENS} WHERE {} AND {HAS_TOKEN}", of_account());
            sign_in_tokens(c, &sql, id)
        })
    }

    /// Returns the clients and refresh tokens of sign-ins by the account's own person that only need to be taken over.
    pub(crate) fn finished_sign_ins(&self, id: &str) -> Result<Vec<(String, Secret)>> {
        self.database.read(|c| {
            let sql = format!("{SIGN_IN_TOKENS} WHERE {FINISHED_OF_ACCOUNT} AND {HAS_TOKEN}");
            sign_in_tokens(c, &sql, id)
        })
    }

    /// Saves the token of a failed sign-in, to be revoked when the account is removed.
    pub(crate) fn supersede(&self, id: &str, client_id: &str, token: &Secret) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT INTO superseded SELECT id, ?2, ?3 FROM account WHERE id = ?1",
                (id, client_id, token.expose()),
            )?;
            trim(tx, id)
        })
    }

    /// Seals an account: saves the reason and deletes the tokens. At the end of a lease the tokens stay, so that the
    /// portal can be asked.
    ///
    /// The keystore is updated after the commit. If the process dies in between, the next opening updates it.
    pub(crate) fn seal(&self, account: &str, reason: SealReason) -> Result<()> {
        self.seal_with(account, reason, |_| Ok(()))
    }

    /// Seals an account whose content is destroyed: deletes everything that could fetch it anew, and saves the `pending`
    /// revocations until `until`.
    pub(crate) fn destroyed(
        &self,
        account: &str,
        pending: &[Secret],
        until: SystemTime,
    ) -> Result<()> {
        self.seal_with(account, SealReason::Destroyed, |tx| {
            tx.execute("DELETE FROM superseded WHERE account = ?1", [account])?;
            let finished = format!("DELETE FROM sign_in WHERE {FINISHED_OF_ACCOUNT}");
            tx.execute(&finished, [account])?;
            save_revocations(tx, pending, until)
        })
    }

    fn seal_with(
        &self,
        account: &str,
        reason: SealReason,
        also: impl FnOnce(&Transaction<'_>) -> Result<()>,
    ) -> Result<()> {
        // A keystore that cannot be read counts as zero: the newest database has the higher number anyway.
        let in_keystore = self.vault.seals(account).unwrap_or_default();
        let seals = self.database.write(|tx| {
            also(tx)?;
            // The end of a lease does not replace another reason.
            tx.execute(
                "UPDATE account SET sealed = ?2 WHERE id = ?1 AND (sealed IS NULL OR ?2 <> ?3)",
                (account, reason.name(), SealReason::Lease.name()),
            )?;
            if reason != SealReason::Lease {
                tx.execute("DELETE FROM token_grant WHERE account = ?1", [account])?;
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
    pub(crate) fn save_step_up(&self, account: &str, step_up: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "UPDATE account SET step_up = ?2 WHERE id = ?1",
                (account, step_up),
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

    /// Saves how long the person may be away before the content locks.
    pub(crate) fn save_auto_lock(&self, account: &str, after: Duration) -> Result<()> {
        let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        self.database.write(|tx| {
            tx.execute(
                "UPDATE account SET auto_lock = ?2 WHERE id = ?1",
                (account, after),
            )?;
            Ok(())
        })
    }

    /// Saves when the portal last answered.
    pub(crate) fn save_last_contact(&self, account: &str, contact: LastContact) -> Result<()> {
        self.database
            .write(|tx| save_last_contact(tx, account, Some(contact)))
    }

    pub(crate) fn people(&self, account: &str) -> Result<Vec<PersonRow>> {
        self.database.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT id, patient, name, is_self, wrapped, user FROM person WHERE account = ?1 ORDER BY is_self DESC, rowid",
            )?;
            let rows = statement.query_map([account], |row| {
                Ok(PersonRow {
                    id: row.get(0)?,
                    patient: row.get(1)?,
                    name: row.get(2)?,
                    is_self: row.get(3)?,
                    wrapped: row.get(4)?,
                    user: row.get::<_, Option<String>>(5)?.filter(|user| !user.is_empty()),
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

const SIGN_IN_TOKENS: &str =
    "SELECT state ->> '$.client_id', state ->> '$.stage.Ready.refresh_token' FROM sign_in";

const HAS_TOKEN: &str =
    "CASE WHEN json_valid(state) THEN state ->> '$.stage.Ready.refresh_token' IS NOT NULL END";

/// Selects the sign-ins that have their tokens and that account ?1 would take over.
const FINISHED_OF_ACCOUNT: &str = "CASE WHEN json_valid(state) THEN EXISTS (
    SELECT 1 FROM account WHERE id = ?1 AND base = state ->> '$.config.base' AND issuer = state ->> '$.issuer'
        AND subject = state ->> '$.stage.Ready.subject') END";

fn sign_in_tokens(c: &Connection, sql: &str, id: &str) -> Result<Vec<(String, Secret)>> {
    let mut statement = c.prepare(sql)?;
    let rows = statement.query_map([id], |row| {
        let client: Option<String> = row.get(0)?;
        Ok((client.unwrap_or_default(), Secret::new(row.get(1)?)))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn save_revocations(tx: &Transaction<'_>, pending: &[Secret], until: SystemTime) -> Result<()> {
    for document in pending {
        tx.execute(
            "INSERT INTO revocation (document, expires) VALUES (?1, ?2)",
            (document.expose(), millis(until)),
        )?;
    }
    Ok(())
}

/// The base of account ?1, if it is the only account there.
pub(super) const LAST_AT_BASE: &str = "SELECT base FROM account AS own WHERE id = ?1
    AND NOT EXISTS (SELECT 1 FROM account WHERE base = own.base AND id <> own.id)";

/// Selects the sign-ins that belong to account ?1: those that would reopen it and, for the last account at a base, all
/// at that base.
fn of_account() -> String {
    format!(
        "CASE WHEN json_valid(state) THEN state ->> '$.expected' IS ?1
             OR state ->> '$.config.base' IN ({LAST_AT_BASE}) END"
    )
}

/// Keeps the newest eight; older tokens have expired by the time the account is removed.
fn trim(tx: &Transaction<'_>, account: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM superseded WHERE account = ?1 AND rowid NOT IN (
             SELECT rowid FROM superseded WHERE account = ?1 ORDER BY rowid DESC LIMIT 8)",
        [account],
    )?;
    Ok(())
}

fn save_last_contact(
    tx: &Transaction<'_>,
    account: &str,
    contact: Option<LastContact>,
) -> Result<()> {
    let uptime = |contact: LastContact| i64::try_from(contact.uptime.as_millis());
    tx.execute(
        "UPDATE account SET last_contact = ?2, last_contact_uptime = ?3 WHERE id = ?1",
        (
            account,
            contact.map(|contact| contact.at.as_millisecond()),
            contact.map(|contact| uptime(contact).unwrap_or(i64::MAX)),
        ),
    )?;
    Ok(())
}
