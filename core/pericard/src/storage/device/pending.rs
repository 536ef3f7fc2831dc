//! What goes on later: sign-ins under way, what portals said, revocations that were not heard yet.

use std::time::SystemTime;

use pericard_protocol::secret::Secret;
use rusqlite::OptionalExtension;

use crate::platform::error::Result;

use super::Device;
use super::rows::{PendingRevocation, millis};

impl Device {
    pub(crate) fn save_sign_in(&self, id: &str, state: &Secret, expires: SystemTime) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT OR REPLACE INTO sign_in (id, state, expires) VALUES (?1, ?2, ?3)",
                (id, state.expose(), millis(expires)),
            )?;
            Ok(())
        })
    }

    /// The newest sign-in that is still in time.
    pub(crate) fn sign_in(&self, now: SystemTime) -> Result<Option<(String, Secret)>> {
        self.database.read(|c| {
            let newest = c.query_row(
                "SELECT id, state FROM sign_in WHERE expires > ?1 ORDER BY expires DESC, rowid DESC LIMIT 1",
                [millis(now)],
                |row| Ok((row.get::<_, String>(0)?, Secret::new(row.get(1)?))),
            );
            Ok(newest.optional()?)
        })
    }

    /// Takes out the sign-ins whose time is over.
    pub(crate) fn late_sign_ins(&self, now: SystemTime) -> Result<Vec<Secret>> {
        self.database.write(|tx| {
            let mut statement =
                tx.prepare_cached("DELETE FROM sign_in WHERE expires <= ?1 RETURNING state")?;
            let rows = statement.query_map([millis(now)], |row| Ok(Secret::new(row.get(0)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    pub(crate) fn drop_sign_in(&self, id: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute("DELETE FROM sign_in WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    pub(crate) fn save_portal(&self, base: &str, document: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT INTO portal (base, document) VALUES (?1, ?2)
                 ON CONFLICT (base) DO UPDATE SET document = ?2",
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

    /// Whether the records of `base` take bound tokens as `Bearer` only.
    pub(crate) fn takes_bearer(&self, base: &str) -> Result<bool> {
        self.database.read(|c| {
            let sql = "SELECT bearer FROM portal WHERE base = ?1";
            let found: Option<bool> = c.query_row(sql, [base], |row| row.get(0)).optional()?;
            Ok(found.unwrap_or_default())
        })
    }

    pub(crate) fn save_bearer(&self, base: &str, bearer: bool) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "UPDATE portal SET bearer = ?2 WHERE base = ?1",
                (base, bearer),
            )?;
            Ok(())
        })
    }

    /// The portal has forgotten a client that this app had registered.
    pub(crate) fn forget_registration(&self, base: &str, client_id: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "DELETE FROM registration WHERE base = ?1 AND client_id = ?2",
                (base, client_id),
            )?;
            Ok(())
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

    pub(crate) fn save_registration(
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

    /// Keeps what has to be revoked, until `until`.
    pub(crate) fn revoke_later(&self, document: &Secret, until: SystemTime) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT INTO revocation (document, expires) VALUES (?1, ?2)",
                (document.expose(), millis(until)),
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
