//! Sign-ins in progress, portals' documents and registrations, and revocations that are still to be sent.

use std::time::SystemTime;

use pericard_protocol::secret::Secret;
use rusqlite::{OptionalExtension, Transaction};

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

    /// Returns the newest sign-in that has not expired.
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

    /// Removes the expired sign-ins and returns them.
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

    /// Whether the record server of `base` accepts bound tokens only as `Bearer`.
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

    /// Deletes a client that the portal no longer knows.
    pub(crate) fn forget_registration(&self, base: &str, client_id: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "DELETE FROM registration WHERE base = ?1 AND client_id = ?2",
                (base, client_id),
            )?;
            Ok(())
        })
    }

    /// Returns the client id that the portal gave this app at registration.
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

    /// Saves a revocation until `until`.
    pub(crate) fn revoke_later(&self, document: &Secret, until: SystemTime) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT INTO revocation (document, expires) VALUES (?1, ?2)",
                (document.expose(), millis(until)),
            )?;
            Ok(())
        })
    }

    /// Returns the revocations that are still to be sent, after deleting the expired ones.
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

/// Saves revocations that are still to be sent, until `until`.
pub(super) fn save_revocations(
    tx: &Transaction<'_>,
    pending: &[Secret],
    until: SystemTime,
) -> Result<()> {
    for document in pending {
        tx.execute(
            "INSERT INTO revocation (document, expires) VALUES (?1, ?2)",
            (document.expose(), millis(until)),
        )?;
    }
    Ok(())
}
