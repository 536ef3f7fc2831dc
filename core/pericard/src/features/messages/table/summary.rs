//! What the inbox shows of a thread: its newest message, counts, subject and who takes part.
//!
//! A summary is built by adding messages in any order, and two summaries by merging them: each part is a sum, a minimum
//! or a maximum. Where a message changes or goes, the summary is made anew from the rows.
//!
//! Uses: `files`

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::platform::error::Result;

use super::rows::of_lines;
use crate::features::files::read_files;

/// How much of the last message the inbox carries, in characters.
const PREVIEW: usize = 200;
/// How many names a thread shows. More are no conversation.
const MOST_PARTICIPANTS: usize = 64;

/// Where a message stands in its thread: when it was sent, when the portal last changed it, its id.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) at: i64,
    pub(super) updated: i64,
    /// Ids of one length sort as they count.
    pub(super) length: usize,
    pub(super) remote: String,
    pub(super) row: i64,
}

/// The newest message of a thread.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Last {
    pub(super) place: Place,
    pub(super) precision: u8,
    pub(super) from: String,
    pub(super) outgoing: bool,
    pub(super) text: String,
}

/// A subject: that of a head counts before that of a message, and the first of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    rank: u8,
    at: i64,
    text: String,
}

/// What is added to a summary.
pub(super) struct Part<'a> {
    pub(super) place: Place,
    pub(super) precision: u8,
    pub(super) from: &'a str,
    pub(super) outgoing: bool,
    pub(super) unread: bool,
    pub(super) text: &'a str,
    pub(super) subject: &'a str,
    /// Names of the others in it, beside the sender.
    pub(super) others: &'a [String],
    pub(super) shown: bool,
}

/// A thread's summary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) messages: i64,
    pub(super) unread: i64,
    pub(super) last: Option<Last>,
    subject: Option<Subject>,
    /// Names, and when each first appears.
    people: BTreeMap<String, i64>,
}

impl Summary {
    pub(super) fn add(&mut self, part: &Part<'_>) {
        let from = Some(part.from).filter(|_| !part.outgoing);
        let names = from
            .into_iter()
            .chain(part.others.iter().map(String::as_str));
        for name in names.filter(|name| !name.is_empty()) {
            self.appears(name, part.place.at);
        }
        if !part.subject.is_empty() {
            self.has_subject(Subject {
                rank: u8::from(part.shown),
                at: part.place.at,
                text: part.subject.to_owned(),
            });
        }
        if !part.shown {
            return;
        }
        self.messages += 1;
        self.unread += i64::from(part.unread);
        if self
            .last
            .as_ref()
            .is_none_or(|last| part.place > last.place)
        {
            self.last = Some(Last {
                place: part.place.clone(),
                precision: part.precision,
                from: part.from.to_owned(),
                outgoing: part.outgoing,
                text: preview(part.text).to_owned(),
            });
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.messages += other.messages;
        self.unread += other.unread;
        self.last = self.last.take().max(other.last);
        if let Some(subject) = other.subject {
            self.has_subject(subject);
        }
        for (name, at) in other.people {
            self.appears(&name, at);
        }
    }

    pub(super) fn subject(&self) -> &str {
        self.subject.as_ref().map_or("", |subject| &subject.text)
    }

    /// Names of the others, in order of appearance.
    pub(super) fn participants(&self) -> Vec<String> {
        let mut people: Vec<(&i64, &String)> =
            self.people.iter().map(|(name, at)| (at, name)).collect();
        people.sort();
        people.into_iter().map(|(_, name)| name.clone()).collect()
    }

    fn appears(&mut self, name: &str, at: i64) {
        match self.people.get_mut(name) {
            Some(first) => *first = (*first).min(at),
            None => {
                self.people.insert(name.to_owned(), at);
                // The last to appear goes, whatever the order in which they came.
                if self.people.len() > MOST_PARTICIPANTS {
                    let last = self.people.iter().max_by_key(|(name, at)| (**at, *name));
                    if let Some(last) = last.map(|(name, _)| name.clone()) {
                        self.people.remove(&last);
                    }
                }
            }
        }
    }

    fn has_subject(&mut self, subject: Subject) {
        if self.subject.as_ref().is_none_or(|known| subject < *known) {
            self.subject = Some(subject);
        }
    }

    /// Reads [`COLUMNS`] from the column `first` on.
    pub(super) fn of_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        let people: String = row.get(first + 3)?;
        let rank: u8 = row.get(first + 1)?;
        let messages: i64 = row.get(first + 4)?;
        let remote: String = row.get(first + 9)?;
        Ok(Self {
            messages,
            unread: row.get(first + 5)?,
            last: (messages > 0)
                .then(|| {
                    Ok::<_, rusqlite::Error>(Last {
                        place: Place {
                            row: row.get(first + 6)?,
                            at: row.get(first + 7)?,
                            updated: row.get(first + 8)?,
                            length: remote.len(),
                            remote,
                        },
                        precision: row.get(first + 10)?,
                        from: row.get(first + 11)?,
                        outgoing: row.get(first + 12)?,
                        text: row.get(first + 13)?,
                    })
                })
                .transpose()?,
            subject: (rank < 2)
                .then(|| {
                    Ok::<_, rusqlite::Error>(Subject {
                        rank,
                        at: row.get(first + 2)?,
                        text: row.get(first)?,
                    })
                })
                .transpose()?,
            people: serde_json::from_str(&people).unwrap_or_default(),
        })
    }

    /// Reads the summary of a thread.
    pub(super) fn load(c: &Connection, thread: i64) -> Result<Self> {
        let found = c
            .prepare_cached(LOAD)?
            .query_row([thread], |row| Self::of_row(row, 0));
        Ok(found.optional()?.unwrap_or_default())
    }

    /// Sums up a thread from its rows.
    pub(super) fn of_thread(c: &Connection, thread: i64) -> Result<Self> {
        let sql = "SELECT id, remote, at, updated, precision, sender, outgoing, unread, substr(text, 1, 200), subject, others,
                       shown, files FROM message WHERE thread = ?1";
        let mut statement = c.prepare_cached(sql)?;
        let mut rows = statement.query([thread])?;
        let mut summary = Self::default();
        while let Some(row) = rows.next()? {
            let remote: String = row.get(1)?;
            let (from, text, subject): (String, String, String) =
                (row.get(5)?, row.get(8)?, row.get(9)?);
            let others: String = row.get(10)?;
            let others: Vec<String> = of_lines(&others).map(str::to_owned).collect();
            let files: String = row.get(12)?;
            let first = read_files(&files).into_iter().next();
            let text = match (text.is_empty(), first) {
                (true, Some(file)) => file.name,
                _ => text,
            };
            summary.add(&Part {
                place: Place {
                    at: row.get(2)?,
                    updated: row.get(3)?,
                    length: remote.len(),
                    remote,
                    row: row.get(0)?,
                },
                precision: row.get(4)?,
                from: &from,
                outgoing: row.get(6)?,
                unread: row.get(7)?,
                text: &text,
                subject: &subject,
                others: &others,
                shown: row.get(11)?,
            });
        }
        Ok(summary)
    }

    pub(super) fn save(&self, c: &Connection, thread: i64) -> Result<()> {
        let none = Last {
            precision: 4,
            ..Last::default()
        };
        let last = self.last.as_ref().unwrap_or(&none);
        let subject = self.subject.as_ref();
        c.prepare_cached(
            "UPDATE thread SET subject = ?2, subject_rank = ?3, subject_at = ?4, participants = ?5, messages = ?6,
                 unread = ?7, last_message = ?8, last_at = ?9, last_updated = ?10, last_remote = ?11, last_precision = ?12,
                 last_from = ?13, last_outgoing = ?14, last_text = ?15, merged = NULL WHERE id = ?1",
        )?
        .execute(params![
            thread,
            self.subject(),
            subject.map_or(2, |subject| subject.rank),
            subject.map_or(0, |subject| subject.at),
            serde_json::to_string(&self.people)?,
            self.messages,
            self.unread,
            last.place.row,
            last.place.at,
            last.place.updated,
            last.place.remote,
            last.precision,
            last.from,
            last.outgoing,
            last.text,
        ])?;
        Ok(())
    }
}

macro_rules! summary_columns {
    () => {
        "subject, subject_rank, subject_at, participants, messages, unread, last_message, last_at, last_updated,
         last_remote, last_precision, last_from, last_outgoing, last_text"
    };
}
pub(super) use summary_columns;

const LOAD: &str = concat!("SELECT ", summary_columns!(), " FROM thread WHERE id = ?1");

/// The beginning of a text.
fn preview(text: &str) -> &str {
    let end = text.char_indices().nth(PREVIEW);
    end.map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn add(summary: &mut Summary, (at, name, subject, shown, unread): &(i64, u8, u8, bool, bool)) {
        let remote = format!("m{at}-{name}-{subject}");
        let subject = if *subject == 0 {
            String::new()
        } else {
            format!("subject {subject}")
        };
        summary.add(&Part {
            place: Place {
                at: *at,
                updated: 0,
                length: remote.len(),
                remote,
                row: 0,
            },
            precision: 4,
            from: "Dr. Kos",
            outgoing: false,
            unread: *unread,
            text: "text",
            subject: &subject,
            others: &[format!("person {name}")],
            shown: *shown,
        });
    }

    proptest! {
        #[test]
        fn a_summary_does_not_depend_on_the_order(
            parts in prop::collection::vec((0_i64..9, any::<u8>(), 0_u8..3, any::<bool>(), any::<bool>()), 0..120), cut in 0_usize..120,
        ) {
            let mut forward = Summary::default();
            parts.iter().for_each(|part| add(&mut forward, part));
            let mut backward = Summary::default();
            parts.iter().rev().for_each(|part| add(&mut backward, part));
            prop_assert_eq!(&forward, &backward);
            let (mut first, mut second) = (Summary::default(), Summary::default());
            let cut = cut.min(parts.len());
            parts[..cut].iter().for_each(|part| add(&mut first, part));
            parts[cut..].iter().for_each(|part| add(&mut second, part));
            first.merge(second);
            prop_assert_eq!(first, forward);
        }
    }
}
