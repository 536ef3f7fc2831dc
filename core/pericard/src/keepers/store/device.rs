//! device.db: who is signed in where, with which tokens, and what was about to happen.
//!
//! Every commit here survives the loss of power: a refresh token that is lost is a person locked out.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::secret::Secret;
use pericard_protocol::session::lease::Heard;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use zeroize::Zeroizing;

use crate::ground::error::{PericardError, Result};
use crate::ground::secret::Key;

use super::database::{Database, Durability, Schema};

static SCHEMA: Schema = Schema {
    part: "device",
    steps: &["
CREATE TABLE account (
    id TEXT PRIMARY KEY,
    base TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    config TEXT NOT NULL,
    sealed TEXT,
    UNIQUE (base, issuer, subject)
) STRICT;
-- A grant is a set of tokens with one fixed patient. `intent` is set before a refresh is sent: a token that is
-- found with it may have been spent by an answer that never arrived.
CREATE TABLE token_grant (
    account TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    patient TEXT NOT NULL,
    access_token TEXT NOT NULL,
    expires INTEGER NOT NULL,
    refresh_token TEXT,
    scope TEXT NOT NULL,
    intent INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE person (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    patient TEXT NOT NULL,
    name TEXT NOT NULL,
    is_self INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    UNIQUE (account, patient)
) STRICT;
CREATE TABLE sign_in (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE TABLE portal (
    base TEXT PRIMARY KEY,
    document TEXT NOT NULL
) STRICT;
CREATE TABLE revocation (
    id INTEGER PRIMARY KEY,
    document TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
", "
-- When the portal was last heard, by its own clock and by the time since boot.
ALTER TABLE account ADD COLUMN heard INTEGER;
ALTER TABLE account ADD COLUMN heard_uptime INTEGER;
-- Set before anything of an account is destroyed: what is left of it after a death is destroyed at the next start.
ALTER TABLE account ADD COLUMN leaving INTEGER NOT NULL DEFAULT 0;
-- Whom the tokens were given to; empty for those of before, whose client is in the account's configuration.
ALTER TABLE token_grant ADD COLUMN client_id TEXT NOT NULL DEFAULT '';
-- The key that the tokens are bound to, if they are.
ALTER TABLE token_grant ADD COLUMN dpop_key BLOB;
CREATE TABLE registration (
    base TEXT NOT NULL,
    issuer TEXT NOT NULL,
    redirect TEXT NOT NULL,
    client_id TEXT NOT NULL,
    PRIMARY KEY (base, issuer, redirect)
) STRICT;
-- A portal's documents have got their validators; without any they are asked for anew.
UPDATE portal SET document = json_object(
    'asked', json('null'), 'smart', json_object('text', document ->> '$.smart'),
    'server', iif(document ->> '$.server' IS NULL, json('null'), json_object('text', document ->> '$.server')),
    'capability', iif(document ->> '$.capability' IS NULL, json('null'), json_object('text', document ->> '$.capability')));
"],
};

/// The device's database. Its methods block.
pub(crate) struct Device {
    database: Database,
}

/// An account: a person's sign-in at one portal.
#[derive(Clone)]
pub(crate) struct AccountRow {
    pub(crate) id: String,
    pub(crate) base: String,
    pub(crate) issuer: String,
    pub(crate) subject: String,
    /// The portal's configuration as it was at sign-in, in JSON.
    pub(crate) config: String,
    pub(crate) sealed: Option<SealReason>,
    /// When the portal was last heard.
    pub(crate) heard: Option<Heard>,
}

/// Why an account's content may not be read until the same person signs in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SealReason {
    /// The portal refused the session: revoked, expired, or rotated by an answer that was lost.
    Refused,
    /// The portal answered a refresh with another person.
    IdentityChanged,
    /// The portal was not heard for longer than `PortalConfig.lease`. Reaching it opens the content as well.
    Lease,
}

impl SealReason {
    fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::IdentityChanged => "identity_changed",
            Self::Lease => "lease",
        }
    }

    /// An unknown reason, from a newer version, seals all the same.
    fn named(name: &str) -> Self {
        match name {
            "identity_changed" => Self::IdentityChanged,
            "lease" => Self::Lease,
            _ => Self::Refused,
        }
    }
}

/// The tokens of an account.
#[derive(Clone)]
pub(crate) struct GrantRow {
    pub(crate) patient: String,
    pub(crate) access_token: Secret,
    pub(crate) expires: SystemTime,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) scope: String,
    pub(crate) intent: bool,
    /// Whom they were given to; empty where the configuration tells.
    pub(crate) client_id: String,
    /// The key that they are bound to.
    pub(crate) key: Option<Arc<DpopKey>>,
}

/// A patient within an account.
#[derive(Clone)]
pub(crate) struct PersonRow {
    pub(crate) id: String,
    pub(crate) patient: String,
    pub(crate) name: String,
    pub(crate) is_self: bool,
    pub(crate) wrapped: Vec<u8>,
}

/// A revocation that the portal has not heard yet, without anything else of the account.
pub(crate) struct PendingRevocation {
    pub(crate) id: i64,
    pub(crate) document: Secret,
}

const ACCOUNT: &str =
    "SELECT id, base, issuer, subject, config, sealed, heard, heard_uptime FROM account";

fn account(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    let sealed: Option<String> = row.get(5)?;
    let heard: Option<(i64, i64)> = row.get::<_, Option<i64>>(6)?.zip(row.get(7)?);
    Ok(AccountRow {
        id: row.get(0)?,
        base: row.get(1)?,
        issuer: row.get(2)?,
        subject: row.get(3)?,
        config: row.get(4)?,
        sealed: sealed.as_deref().map(SealReason::named),
        heard: heard.map(|(at, uptime)| Heard {
            at: Timestamp::from_millisecond(at).unwrap_or(Timestamp::MIN),
            uptime: Duration::from_millis(uptime.unsigned_abs()),
        }),
    })
}

impl Device {
    pub(crate) fn open(path: &Path, key: Key) -> Result<Self> {
        Ok(Self {
            database: Database::open(path, key, Durability::Power, vec![&SCHEMA])?,
        })
    }

    pub(crate) fn pause(&self) {
        self.database.pause();
    }

    pub(crate) fn resume(&self) {
        self.database.resume();
    }

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

    /// Commits a finished sign-in: account, tokens and person appear together, the sign-in and the seal go.
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
                 ON CONFLICT (id) DO UPDATE SET config = ?5, sealed = NULL",
                (&row.id, &row.base, &row.issuer, &row.subject, &row.config),
            )?;
            hear(tx, &row.id, row.heard)?;
            tx.execute(
                "INSERT OR REPLACE INTO token_grant
                     (account, patient, access_token, expires, refresh_token, scope, client_id, dpop_key)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    row.id,
                    grant.patient,
                    grant.access_token.expose(),
                    millis(grant.expires),
                    grant.refresh_token.as_ref().map(Secret::expose),
                    grant.scope,
                    grant.client_id,
                    grant.key.as_ref().map(|key| key.secret()),
                ],
            )?;
            tx.execute(
                "INSERT INTO person (id, account, patient, name, is_self, wrapped) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (account, patient) DO UPDATE SET name = ?4, is_self = ?5",
                (&person.id, &row.id, &person.patient, &person.name, person.is_self, &person.wrapped),
            )?;
            tx.execute("DELETE FROM sign_in WHERE id = ?1", [sign_in])?;
            Ok(())
        })
    }

    /// An account is about to be destroyed: its tokens go, and what still has to be revoked is kept until `until`.
    pub(crate) fn leave(&self, id: &str, pending: Option<(&Secret, SystemTime)>) -> Result<()> {
        self.database.write(|tx| {
            tx.execute("UPDATE account SET leaving = 1 WHERE id = ?1", [id])?;
            tx.execute("DELETE FROM token_grant WHERE account = ?1", [id])?;
            if let Some((document, until)) = pending {
                tx.execute(
                    "INSERT INTO revocation (document, expires) VALUES (?1, ?2)",
                    (document.expose(), millis(until)),
                )?;
            }
            Ok(())
        })
    }

    /// The accounts whose destruction was begun and not ended.
    pub(crate) fn leaving(&self) -> Result<Vec<String>> {
        self.database.read(|c| {
            let mut statement = c.prepare("SELECT id FROM account WHERE leaving = 1")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Forgets an account and everything that hangs on it.
    pub(crate) fn remove_account(&self, id: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute("DELETE FROM account WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    /// Seals an account: the reason is kept, the tokens are gone. After a lease they stay, to ask the portal with.
    pub(crate) fn seal(&self, account: &str, reason: SealReason) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "UPDATE account SET sealed = ?2 WHERE id = ?1",
                (account, reason.name()),
            )?;
            if reason != SealReason::Lease {
                tx.execute("DELETE FROM token_grant WHERE account = ?1", [account])?;
            }
            Ok(())
        })
    }

    /// The portal was heard.
    pub(crate) fn heard(&self, account: &str, heard: Heard) -> Result<()> {
        self.database.write(|tx| hear(tx, account, Some(heard)))
    }

    pub(crate) fn grant(&self, account: &str) -> Result<Option<GrantRow>> {
        self.database.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT patient, access_token, expires, refresh_token, scope, intent, client_id, dpop_key
                 FROM token_grant WHERE account = ?1",
            )?;
            let row = statement.query_row([account], |row| {
                Ok(GrantRow {
                    patient: row.get(0)?,
                    access_token: Secret::new(row.get(1)?),
                    expires: instant(row.get(2)?),
                    refresh_token: row.get::<_, Option<String>>(3)?.map(Secret::new),
                    scope: row.get(4)?,
                    intent: row.get(5)?,
                    client_id: row.get(6)?,
                    key: row
                        .get::<_, Option<Vec<u8>>>(7)?
                        .map(Zeroizing::new)
                        .and_then(|secret| DpopKey::from_secret(&secret))
                        .map(Arc::new),
                })
            });
            Ok(row.optional()?)
        })
    }

    /// Before a refresh is sent: from here on the stored token may be spent.
    pub(crate) fn intend(&self, account: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "UPDATE token_grant SET intent = 1 WHERE account = ?1",
                [account],
            )?;
            Ok(())
        })
    }

    /// A refresh came to nothing, for certain: the stored token was not spent.
    pub(crate) fn drop_intent(&self, account: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "UPDATE token_grant SET intent = 0 WHERE account = ?1",
                [account],
            )?;
            Ok(())
        })
    }

    /// Puts a refresh's tokens in the place of the old ones in one commit. Without a new refresh token the old
    /// one stays (RFC 6749 §6).
    pub(crate) fn refreshed(&self, account: &str, grant: &GrantRow) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "UPDATE token_grant SET access_token = ?2, expires = ?3,
                     refresh_token = coalesce(?4, refresh_token), scope = ?5, intent = 0
                 WHERE account = ?1",
                params![
                    account,
                    grant.access_token.expose(),
                    millis(grant.expires),
                    grant.refresh_token.as_ref().map(Secret::expose),
                    grant.scope,
                ],
            )?;
            // The portal has said that the person still may.
            tx.execute(
                "UPDATE account SET sealed = NULL WHERE id = ?1 AND sealed = ?2",
                (account, SealReason::Lease.name()),
            )?;
            Ok(())
        })
    }

    pub(crate) fn people(&self, account: &str) -> Result<Vec<PersonRow>> {
        self.database.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT id, patient, name, is_self, wrapped FROM person WHERE account = ?1 ORDER BY is_self DESC, rowid",
            )?;
            let rows = statement.query_map([account], |row| {
                Ok(PersonRow {
                    id: row.get(0)?,
                    patient: row.get(1)?,
                    name: row.get(2)?,
                    is_self: row.get(3)?,
                    wrapped: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    pub(crate) fn keep_sign_in(&self, id: &str, state: &Secret, expires: SystemTime) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT OR REPLACE INTO sign_in (id, state, expires) VALUES (?1, ?2, ?3)",
                (id, state.expose(), millis(expires)),
            )?;
            Ok(())
        })
    }

    /// The newest sign-in that is still in time; older ones and late ones are dropped.
    pub(crate) fn sign_in(&self, now: SystemTime) -> Result<Option<(String, Secret)>> {
        self.database.write(|tx| {
            tx.execute("DELETE FROM sign_in WHERE expires <= ?1", [millis(now)])?;
            let newest = tx
                .query_row(
                    "SELECT id, state FROM sign_in ORDER BY expires DESC, rowid DESC LIMIT 1",
                    [],
                    |row| Ok((row.get::<_, String>(0)?, Secret::new(row.get(1)?))),
                )
                .optional()?;
            Ok(newest)
        })
    }

    pub(crate) fn drop_sign_in(&self, id: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute("DELETE FROM sign_in WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    pub(crate) fn keep_portal(&self, base: &str, document: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT OR REPLACE INTO portal (base, document) VALUES (?1, ?2)",
                (base, document),
            )?;
            Ok(())
        })
    }

    pub(crate) fn portal(&self, base: &str) -> Result<Option<String>> {
        self.database.read(|c| {
            Ok(c.query_row(
                "SELECT document FROM portal WHERE base = ?1",
                [base],
                |row| row.get(0),
            )
            .optional()?)
        })
    }

    /// The client that a portal made of this app.
    pub(crate) fn registration(
        &self,
        base: &str,
        issuer: &str,
        redirect: &str,
    ) -> Result<Option<String>> {
        self.database.read(|c| {
            Ok(c.query_row(
                "SELECT client_id FROM registration WHERE base = ?1 AND issuer = ?2 AND redirect = ?3",
                (base, issuer, redirect),
                |row| row.get(0),
            )
            .optional()?)
        })
    }

    pub(crate) fn keep_registration(
        &self,
        base: &str,
        issuer: &str,
        redirect: &str,
        client_id: &str,
    ) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT OR REPLACE INTO registration VALUES (?1, ?2, ?3, ?4)",
                (base, issuer, redirect, client_id),
            )?;
            Ok(())
        })
    }

    /// What still has to be revoked; copies past their day are destroyed.
    pub(crate) fn revocations(&self, now: SystemTime) -> Result<Vec<PendingRevocation>> {
        self.database.write(|tx| {
            tx.execute("DELETE FROM revocation WHERE expires <= ?1", [millis(now)])?;
            let mut statement = tx.prepare_cached("SELECT id, document FROM revocation")?;
            let rows = statement.query_map([], |row| {
                Ok(PendingRevocation {
                    id: row.get(0)?,
                    document: Secret::new(row.get(1)?),
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    pub(crate) fn revoked(&self, id: i64) -> Result<()> {
        self.database.write(|tx| {
            tx.execute("DELETE FROM revocation WHERE id = ?1", [id])?;
            Ok(())
        })
    }
}

fn hear(tx: &Transaction<'_>, account: &str, heard: Option<Heard>) -> Result<()> {
    tx.execute(
        "UPDATE account SET heard = ?2, heard_uptime = ?3 WHERE id = ?1",
        (
            account,
            heard.map(|heard| heard.at.as_millisecond()),
            heard.map(|heard| i64::try_from(heard.uptime.as_millis()).unwrap_or(i64::MAX)),
        ),
    )?;
    Ok(())
}

/// Milliseconds since 1970, the unit of every instant in the databases.
pub(crate) fn millis(at: SystemTime) -> i64 {
    let since = match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_millis()).unwrap_or(i128::MAX),
        Err(before) => -i128::try_from(before.duration().as_millis()).unwrap_or(i128::MAX),
    };
    i64::try_from(since).unwrap_or(i64::MAX)
}

/// The instant of so many milliseconds since 1970.
pub(crate) fn instant(millis: i64) -> SystemTime {
    let span = Duration::from_millis(millis.unsigned_abs());
    let at = if millis >= 0 {
        SystemTime::UNIX_EPOCH.checked_add(span)
    } else {
        SystemTime::UNIX_EPOCH.checked_sub(span)
    };
    at.unwrap_or(SystemTime::UNIX_EPOCH)
}

impl From<serde_json::Error> for PericardError {
    /// Only documents that this installation wrote itself are read this way.
    fn from(_: serde_json::Error) -> Self {
        Self::internal("document")
    }
}
