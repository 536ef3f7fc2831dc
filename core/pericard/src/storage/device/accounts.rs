//! Accounts, from a sign-in to their removal.
//!
//! Uses: `pending`, `people`, `rows`

use std::time::{Duration, SystemTime};

use pericard_protocol::secret::Secret;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::keys::Wrapped;
use crate::platform::error::Result;

use super::Device;
use super::pending::save_revocations;
use super::people::save_person;
use super::rows::{AccountRow, GrantRow, PersonRow, SealReason, millis};

const ACCOUNT: &str = "SELECT id, base, issuer, subject, config, auto_lock FROM account";

fn account(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    Ok(AccountRow {
        id: row.get(0)?,
        base: row.get(1)?,
        issuer: row.get(2)?,
        subject: row.get(3)?,
        config: row.get(4)?,
        auto_lock: Duration::from_millis(row.get::<_, i64>(5)?.unsigned_abs()),
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

    /// Saves the account, tokens and person of a finished sign-in, and deletes the sign-in and the person's seal, in one
    /// transaction. A person who comes without a key keeps the one that is there; so does everybody but those of `anew`, who
    /// get these keys.
    pub(crate) fn signed_in(
        &self,
        row: &AccountRow,
        grant: &GrantRow,
        person: &PersonRow,
        anew: &[(String, Wrapped)],
        sign_in: &str,
    ) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT INTO account (id, base, issuer, subject, config) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (id) DO UPDATE SET config = ?5",
                (&row.id, &row.base, &row.issuer, &row.subject, &row.config),
            )?;
            save_person(tx, &row.id, person)?;
            tx.execute(
                "INSERT INTO superseded SELECT ?3, client_id, refresh_token FROM token_grant
                 WHERE person = ?1 AND refresh_token IS NOT ?2 AND refresh_token IS NOT NULL",
                (
                    &person.id,
                    grant.refresh_token.as_ref().map(Secret::expose),
                    &row.id,
                ),
            )?;
            trim(tx, &row.id)?;
            tx.execute(
                "INSERT OR REPLACE INTO token_grant
                     (person, access_token, expires, refresh_token, scope, client_id, dpop_key, bound, patient_is_user, auth_time, acr)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                params![
                    person.id,
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
            for (other, wrapped) in anew {
                tx.execute(
                    "UPDATE person SET wrapped = ?3 WHERE id = ?1 AND account = ?2",
                    (other, &row.id, &wrapped.0),
                )?;
            }
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
            // Their tokens go with them.
            for table in ["superseded", "person"] {
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

    /// Seals an account whose content is destroyed: deletes everything that could fetch it anew, and saves the `pending`
    /// revocations until `until`.
    pub(crate) fn destroyed(
        &self,
        account: &str,
        pending: &[Secret],
        until: SystemTime,
    ) -> Result<()> {
        self.seal_with(account, None, SealReason::Destroyed, |tx| {
            tx.execute("DELETE FROM superseded WHERE account = ?1", [account])?;
            let finished = format!("DELETE FROM sign_in WHERE {FINISHED_OF_ACCOUNT}");
            tx.execute(&finished, [account])?;
            save_revocations(tx, pending, until)
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
