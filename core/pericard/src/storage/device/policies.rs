//! The portals' policies as they were shown, and when they were asked for.

use std::time::SystemTime;

use rusqlite::OptionalExtension;

use crate::platform::error::Result;

use super::Device;
use super::rows::{instant, millis};

/// A policy as it was accepted. Without one, the document is empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct SavedPolicy {
    pub(crate) document: String,
    pub(crate) etag: Option<String>,
    pub(crate) asked: Option<SystemTime>,
    /// What was wrong with what the portal showed then, in JSON.
    pub(crate) problem: Option<String>,
}

impl Device {
    pub(crate) fn policy(&self, base: &str) -> Result<Option<SavedPolicy>> {
        self.database.read(|c| {
            let sql = "SELECT document, etag, asked, problem FROM policy WHERE base = ?1";
            let row = c.query_row(sql, [base], |row| {
                Ok(SavedPolicy {
                    document: row.get(0)?,
                    etag: row.get(1)?,
                    asked: row.get::<_, Option<i64>>(2)?.map(instant),
                    problem: row.get(3)?,
                })
            });
            Ok(row.optional()?)
        })
    }

    pub(crate) fn save_policy(&self, base: &str, policy: &SavedPolicy) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT OR REPLACE INTO policy (base, document, etag, asked, problem) VALUES (?1, ?2, ?3, ?4, ?5)",
                (
                    base,
                    &policy.document,
                    &policy.etag,
                    policy.asked.map(millis),
                    &policy.problem,
                ),
            )?;
            Ok(())
        })
    }

    /// Notes when the portal was last asked for its policy, and what was wrong with what it showed.
    pub(crate) fn policy_asked(
        &self,
        base: &str,
        asked: Option<SystemTime>,
        problem: Option<&str>,
    ) -> Result<()> {
        self.database.write(|tx| {
            tx.execute(
                "INSERT INTO policy (base, document, asked, problem) VALUES (?1, '', ?2, ?3)
                 ON CONFLICT (base) DO UPDATE SET asked = ?2, problem = ?3",
                (base, asked.map(millis), problem),
            )?;
            Ok(())
        })
    }

    /// The base of an account that is the only one there.
    pub(crate) fn last_at_base(&self, account: &str) -> Result<Option<String>> {
        self.database.read(|c| {
            let row = c.query_row(super::accounts::LAST_AT_BASE, [account], |row| row.get(0));
            Ok(row.optional()?)
        })
    }
}
