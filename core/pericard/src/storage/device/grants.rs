//! The tokens of the people.

use std::sync::Arc;

use jiff::Timestamp;
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::oauth::step_up::SignInProof;
use pericard_protocol::secret::Secret;
use rusqlite::{OptionalExtension, params};
use zeroize::Zeroizing;

use crate::platform::error::Result;

use super::Device;
use super::rows::{GrantRow, SealReason, instant, millis};

impl Device {
    pub(crate) fn grant(&self, person: &str) -> Result<Option<GrantRow>> {
        self.database.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT access_token, expires, refresh_token, scope, intent, client_id, dpop_key, bound, patient_is_user, auth_time, acr
                 FROM token_grant WHERE person = ?1",
            )?;
            let row = statement.query_row([person], |row| {
                Ok(GrantRow {
                    access_token: Secret::new(row.get(0)?),
                    expires: instant(row.get(1)?),
                    refresh_token: row.get::<_, Option<String>>(2)?.map(Secret::new),
                    scope: row.get(3)?,
                    intent: row.get(4)?,
                    client_id: row.get(5)?,
                    key: row
                        .get::<_, Option<Vec<u8>>>(6)?
                        .map(Zeroizing::new)
                        .and_then(|secret| DpopKey::from_secret(&secret))
                        .map(Arc::new),
                    bound: row.get(7)?,
                    patient_is_user: row.get(8)?,
                    proof: SignInProof {
                        at: row
                            .get::<_, Option<i64>>(9)?
                            .and_then(|at| Timestamp::from_millisecond(at).ok()),
                        acr: row.get(10)?,
                    },
                })
            });
            Ok(row.optional()?)
        })
    }

    /// Notes that a refresh is about to be sent: from here on the stored token may be used up.
    pub(crate) fn intend(&self, person: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "UPDATE token_grant SET intent = 1 WHERE person = ?1",
                [person],
            )?;
            Ok(())
        })
    }

    /// Notes that a refresh certainly failed: the stored token is not used up.
    pub(crate) fn drop_intent(&self, person: &str) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "UPDATE token_grant SET intent = 0 WHERE person = ?1",
                [person],
            )?;
            Ok(())
        })
    }

    /// Replaces the tokens after a refresh, in one transaction. Without a new refresh token the old one stays (RFC 6749
    /// §6).
    pub(crate) fn refreshed(&self, person: &str, grant: &GrantRow) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "UPDATE token_grant SET access_token = ?2, expires = ?3,
                     refresh_token = coalesce(?4, refresh_token), scope = ?5, bound = ?6, intent = 0
                 WHERE person = ?1",
                params![
                    person,
                    grant.access_token.expose(),
                    millis(grant.expires),
                    grant.refresh_token.as_ref().map(Secret::expose),
                    grant.scope,
                    grant.bound,
                ],
            )?;
            // The portal has confirmed the session, which ends the seal of a lease.
            tx.execute(
                "UPDATE person SET sealed = NULL WHERE id = ?1 AND sealed = ?2",
                (person, SealReason::Lease.name()),
            )?;
            Ok(())
        })
    }

    /// Returns the clients and refresh tokens in use, of one person or of everybody of an account.
    pub(crate) fn refresh_tokens(
        &self,
        account: &str,
        person: Option<&str>,
    ) -> Result<Vec<(String, Secret)>> {
        self.database.read(|c| {
            let sql = "SELECT client_id, refresh_token FROM token_grant JOIN person ON person.id = token_grant.person
                 WHERE account = ?1 AND person.id = coalesce(?2, person.id) AND refresh_token IS NOT NULL";
            let mut statement = c.prepare(sql)?;
            let rows = statement.query_map((account, person), |row| {
                Ok((row.get(0)?, Secret::new(row.get(1)?)))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns the clients and refresh tokens that later sign-ins replaced.
    pub(crate) fn superseded(&self, account: &str) -> Result<Vec<(String, Secret)>> {
        self.database.read(|c| {
            let sql = "SELECT client_id, refresh_token FROM superseded WHERE account = ?1";
            let mut statement = c.prepare(sql)?;
            let rows = statement
                .query_map([account], |row| Ok((row.get(0)?, Secret::new(row.get(1)?))))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}
