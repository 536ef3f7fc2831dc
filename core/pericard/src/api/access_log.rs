//! Who opened what on this device.
//!
//! Uses: `account`

use std::time::SystemTime;

use crate::platform::error::{PericardError, Result};
use crate::platform::id::{DocumentId, PersonId, ThreadId};
use crate::storage::{AccessAction, LogEntryRow};

use super::account::Account;

/// Entries of one page at most.
const MOST: u32 = 500;

/// One thing that was done on this device. It says nothing of what was read.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AccessEntry {
    /// Counts from 1; without gaps as long as the log is whole.
    pub number: u64,
    /// When, by this device's clock.
    pub at: SystemTime,
    /// What.
    pub action: AccessAction,
    /// Whose records it was about; nothing for what concerns the account.
    pub person: Option<PersonId>,
    /// The conversation, for `ConversationOpened`, `FileOpened` and `Written`; it may be gone since.
    pub thread: Option<ThreadId>,
    /// The document, for `DocumentOpened`; it may be gone since.
    #[uniffi(default = None)]
    pub document: Option<DocumentId>,
}

/// A part of the access log.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AccessPage {
    /// Newest first.
    pub entries: Vec<AccessEntry>,
    /// Pass it as `before` for the next page; nothing at the end.
    pub before: Option<u64>,
}

/// Whether the access log is as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum LogCheck {
    /// No entry was removed or changed.
    Whole,
    /// Entries were removed, changed or moved on this device, or the newest are missing. It stays so; tell the person.
    Broken,
}

#[uniffi::export]
impl Account {
    /// Who opened what on this device, newest first: openings, searches, unlocks, sign-ins, wrong PINs, what the clinic changed,
    /// and what was rejected. The last 10,000 entries are kept, also over a lock, and go with the account. `limit` is 1 to 500.
    ///
    /// It shows what was done in this app, not what the clinic's staff did. Opening the same conversation again within a minute
    /// is one entry. Fails with `Locked` and `SignInRequired` as reading does.
    #[uniffi::method(default(before = None, limit = 50))]
    pub async fn access_log(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<AccessPage, PericardError> {
        let core = self.entry().core()?;
        let reading = core.clone();
        let limit = limit.clamp(1, MOST);
        let rows = reading
            .on_disk(move || core.log_page(before, limit))
            .await?;
        let full = rows.len() == limit as usize;
        let entries: Vec<AccessEntry> = rows.into_iter().map(to_view).collect();
        let last = entries.last().map(|entry| entry.number);
        Ok(AccessPage {
            before: last.filter(|number| full && *number > 1),
            entries,
        })
    }

    /// Looks whether the access log is whole: each entry is chained to the one before under a key of this device, and the keystore
    /// knows the newest. An entry of the last seconds before the process was killed may be missing without a trace.
    ///
    /// Fails with `Keystore` where that does not answer, since nothing is known then.
    pub async fn check_access_log(&self) -> Result<LogCheck, PericardError> {
        let core = self.entry().core()?;
        let reading = core.clone();
        let whole = reading.on_disk(move || core.log_is_whole()).await?;
        Ok(if whole {
            LogCheck::Whole
        } else {
            LogCheck::Broken
        })
    }

    /// The whole access log as text for the person to keep or hand on: comma-separated values (RFC 4180) with a first line of
    /// names (`number`, `at`, `action`, `person`, `record`), oldest first, times in UTC (RFC 3339). `person` is the name that the
    /// portal gives; `record` is the id on this device of what was opened: a conversation, a document, a report or a result.
    pub async fn export_access_log(&self) -> Result<String, PericardError> {
        let core = self.entry().core()?;
        let reading = core.clone();
        reading
            .on_disk(move || {
                let mut rows = core.log_page(None, u32::MAX)?;
                rows.reverse();
                let people = core.people();
                let name = |id: &str| people.iter().find(|it| it.id == id).map(|it| &*it.name);
                let mut text = String::from("number,at,action,person,record\r\n");
                for row in rows {
                    let at = jiff::Timestamp::try_from(row.at).unwrap_or_default();
                    let person = row.person.as_deref().and_then(name).unwrap_or_default();
                    text.push_str(&format!(
                        "{},{at:.0},{},{},{}\r\n",
                        row.n,
                        row.action,
                        field(person),
                        field(row.record.as_deref().unwrap_or_default()),
                    ));
                }
                Ok(text)
            })
            .await
    }
}

/// A field of comma-separated values. A program for tables must take none for a formula.
fn field(text: &str) -> String {
    let harmless = text.trim_start_matches(['=', '+', '-', '@', '\t', '\r']);
    if harmless.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", harmless.replace('"', "\"\""))
    } else {
        harmless.to_owned()
    }
}

fn to_view(row: LogEntryRow) -> AccessEntry {
    let action = AccessAction::named(&row.action);
    let (thread, document) = match action {
        AccessAction::ConversationOpened | AccessAction::FileOpened | AccessAction::Written => {
            (row.record, None)
        }
        AccessAction::DocumentOpened => (None, row.record),
        _ => (None, None),
    };
    AccessEntry {
        number: row.n.unsigned_abs(),
        at: row.at,
        action,
        person: row.person.map(PersonId::from),
        thread: thread.map(ThreadId::from),
        document: document.map(DocumentId::from),
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_field_is_one_field_and_no_formula() {
        for (text, written) in [
            ("Ana Novak", "Ana Novak"),
            ("Novak, Ana", "\"Novak, Ana\""),
            ("Ana \"Nini\"", "\"Ana \"\"Nini\"\"\""),
            ("=HYPERLINK(1)", "HYPERLINK(1)"),
            ("a\r\nb", "\"a\r\nb\""),
        ] {
            assert_eq!(field(text), written);
        }
    }
}
