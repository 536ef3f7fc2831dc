//! Secure messages: inbox, threads, search, sending.
//!
//! Everything here reads and writes the encrypted cache and answers without the network; a sync sends and fetches.

mod mapping;
mod mirror;
mod model;
mod table;

use std::sync::Arc;

use pericard_protocol::display_text;
use pericard_protocol::fhir::communication::Communication;
use pericard_protocol::fhir::page::Parse;
use pericard_protocol::search_text;

use crate::platform::error::{InputProblem, PericardError, Result};
use crate::storage::{Feature, IdKind, Partition, Track, instant, millis, mirrored};
use crate::sync::{IncompleteReason, RowChanges, outbox};

use super::PersonContext;

pub(crate) use mirror::MessagesFeature;
pub use model::{
    DatePrecision, Message, MessageFile, MessagePage, MessageState, MessageThread, MessagesState,
    NewMessage, SearchHit, SearchPage, SnippetPart, ThreadPage,
};

const FEATURE: Feature = Feature::Messages;
const RESOURCE_TYPE: &str = Communication::RESOURCE_TYPE;
const TRACK: Track = Track {
    feature: FEATURE,
    resource_type: RESOURCE_TYPE,
};
/// Rows of one page at most, whatever is asked for.
const MOST: u32 = 500;
const LONGEST_TEXT: usize = 20_000;
const LONGEST_SUBJECT: usize = 200;
const LONGEST_QUERY: usize = 200;

/// The messages of one person.
///
/// All lists are newest first and come in pages: pass a page's `after` to get the next one. A position stays valid
/// while messages come and go. Reading works offline; it fails with `SignInRequired` when the account is sealed or
/// signed out, `Closed` while the client is paused, and `Storage` when the disk does.
#[derive(uniffi::Object)]
pub struct Messages {
    person: Arc<dyn PersonContext>,
}

#[uniffi::export]
impl Messages {
    /// A page of the inbox. `limit` is 1 to 500.
    pub async fn threads(
        &self,
        after: Option<String>,
        limit: u32,
    ) -> Result<ThreadPage, PericardError> {
        self.at(move |partition| {
            let before = position(partition, after)?;
            let (threads, last) =
                partition.read(|c| table::threads(c, partition.ids(), before, clamp(limit)))?;
            Ok(ThreadPage {
                threads,
                after: next(partition, last),
            })
        })
        .await
    }

    /// A page of a thread. `NotFound` when there is no such thread. `limit` is 1 to 500.
    pub async fn messages(
        &self,
        thread: String,
        after: Option<String>,
        limit: u32,
    ) -> Result<MessagePage, PericardError> {
        self.at(move |partition| {
            let thread = row(partition, IdKind::Thread, &thread)?;
            let before = position(partition, after)?;
            let (messages, last) = partition.read(|c| {
                let thread = table::has_thread(c, thread)?.ok_or(PericardError::NotFound)?;
                table::messages(c, partition.ids(), thread, before, clamp(limit))
            })?;
            Ok(MessagePage {
                messages,
                after: next(partition, last),
            })
        })
        .await
    }

    /// One message. `NotFound` when there is none.
    pub async fn message(&self, id: String) -> Result<Message, PericardError> {
        self.at(move |partition| {
            let row = row(partition, IdKind::Message, &id)?;
            partition
                .read(|c| table::one(c, partition.ids(), row))?
                .ok_or(PericardError::NotFound)
        })
        .await
    }

    /// Messages whose text, subject, sender or files' names contain all words of `text`, the last one also as a beginning, so
    /// that it works as one types. Case, accents and the like make no difference, in any script. No words, no hits. `limit`
    /// is 1 to 500. `InvalidInput` (`TooLong`) beyond 200 characters.
    pub async fn search(
        &self,
        text: String,
        after: Option<String>,
        limit: u32,
    ) -> Result<SearchPage, PericardError> {
        self.at(move |partition| {
            if text.chars().count() > LONGEST_QUERY {
                return Err(PericardError::input("text", InputProblem::TooLong));
            }
            let before = position(partition, after)?;
            let Some(query) = search_text::query(&text) else {
                return Ok(SearchPage {
                    hits: Vec::new(),
                    after: None,
                });
            };
            let (hits, last) = partition
                .read(|c| table::search(c, partition.ids(), &query, before, clamp(limit)))?;
            Ok(SearchPage {
                hits,
                after: next(partition, last),
            })
        })
        .await
    }

    /// How far the messages on this device are those at the portal: when they were last fetched, and whether that was
    /// everything.
    pub async fn state(&self) -> Result<MessagesState, PericardError> {
        self.at(|partition| {
            partition.read(|c| {
                let state = mirrored::state(c, TRACK)?;
                let absent = mirrored::absent(c, Some(TRACK))?;
                Ok(MessagesState {
                    synced_at: state.synced_at.map(instant),
                    complete_at: state.complete_at.map(instant),
                    incomplete: state.incomplete.as_deref().map(IncompleteReason::named),
                    held: absent.unmatched,
                    unreadable: absent.unreadable,
                })
            })
        })
        .await
    }

    /// Queues a message; it is stored, searchable and in its thread when this returns, and survives anything that
    /// happens to the app. The next sync sends it: `Account.start_sync` to send it now. Works offline.
    ///
    /// Fails with `InvalidInput` (`text`: `Empty`, `TooLong`; `subject`: `TooLong`) and `NotFound` (`thread`).
    pub async fn send(&self, message: NewMessage) -> Result<Message, PericardError> {
        let person = self.person.clone();
        self.at(move |partition| queue(&*person, partition, &message))
            .await
    }

    /// Marks a thread's messages as read, on this device.
    pub async fn mark_read(&self, thread: String) -> Result<(), PericardError> {
        let person = self.person.clone();
        self.at(move |partition| {
            let thread = row(partition, IdKind::Thread, &thread)?;
            let read = partition.local(|tx| table::mark_read(tx.connection(), thread))?;
            if let Some(thread) = read {
                notify(&*person, partition, [thread], false);
            }
            Ok(())
        })
        .await
    }

    /// What is queued, under way, failed or in doubt, oldest first.
    pub async fn outbox(&self) -> Result<Vec<Message>, PericardError> {
        self.at(|partition| partition.read(|c| table::queued(c, partition.ids())))
            .await
    }

    /// Takes a message back that has not been sent: queued, failed or in doubt. One in doubt may have arrived.
    /// `InvalidInput` with `WrongState` when it is under way or was sent.
    pub async fn withdraw(&self, message: String) -> Result<(), PericardError> {
        let person = self.person.clone();
        self.at(move |partition| {
            let row = row(partition, IdKind::Message, &message)?;
            let changes = partition.local(|tx| {
                outbox::withdraw(tx, FEATURE, row)?;
                let mut writer = table::Writer::new(tx.connection());
                writer.remove(row, false)?;
                writer.finish()
            })?;
            notify(&*person, partition, changes, true);
            Ok(())
        })
        .await
    }

    /// Queues a failed message, or one in doubt, once more. It keeps its identifier, so a portal that heeds
    /// identifiers does not take it twice. `InvalidInput` with `WrongState` for any other.
    pub async fn retry(&self, message: String) -> Result<Message, PericardError> {
        let person = self.person.clone();
        self.at(move |partition| {
            let row = row(partition, IdKind::Message, &message)?;
            let thread = partition.local(|tx| {
                outbox::retry(tx, FEATURE, row)?;
                table::thread_of(tx.connection(), row)
            })?;
            notify(&*person, partition, [thread], true);
            partition
                .read(|c| table::one(c, partition.ids(), row))?
                .ok_or(PericardError::NotFound)
        })
        .await
    }
}

impl Messages {
    pub(crate) fn new(person: Arc<dyn PersonContext>) -> Arc<Self> {
        Arc::new(Self { person })
    }

    /// Runs `work` on the person's partition where it may block, whatever becomes of the caller.
    async fn at<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Partition) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let guard = self.person.enter()?;
        let person = self.person.clone();
        self.person
            .platform()
            .blocking(move || {
                let _guard = guard;
                work(&*person.partition()?)
            })
            .await
    }
}

fn clamp(limit: u32) -> u32 {
    limit.clamp(1, MOST)
}

fn row(partition: &Partition, kind: IdKind, id: &str) -> Result<i64> {
    partition
        .ids()
        .decode(kind, id)
        .ok_or(PericardError::NotFound)
}

fn position(partition: &Partition, after: Option<String>) -> Result<i64> {
    after.map_or(Ok(i64::MAX), |after| {
        let row = partition.ids().decode(IdKind::Position, &after);
        row.ok_or(PericardError::input("after", InputProblem::Unreadable))
    })
}

fn next(partition: &Partition, last: Option<i64>) -> Option<String> {
    last.map(|row| partition.ids().encode(IdKind::Position, row))
}

fn notify(
    person: &dyn PersonContext,
    partition: &Partition,
    threads: impl IntoIterator<Item = i64>,
    outbox: bool,
) {
    let changes = RowChanges {
        groups: threads.into_iter().collect(),
        records: true,
        outbox,
        ..RowChanges::new(FEATURE, IdKind::Thread)
    };
    person.notifier().rows_changed(partition.ids(), &changes);
}

fn queue(
    person: &dyn PersonContext,
    partition: &Partition,
    message: &NewMessage,
) -> Result<Message> {
    let text = mapping::clean(message.text.trim());
    let subject = display_text::line(message.subject.as_deref().unwrap_or_default());
    if text.is_empty() {
        return Err(PericardError::input("text", InputProblem::Empty));
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(PericardError::input("text", InputProblem::TooLong));
    }
    if subject.chars().count() > LONGEST_SUBJECT {
        return Err(PericardError::input("subject", InputProblem::TooLong));
    }
    let thread = message
        .thread
        .as_deref()
        .map(|id| row(partition, IdKind::Thread, id))
        .transpose()?;
    let (name, at) = (person.name(), millis(person.platform().clock.now()));
    let (thread, id) = partition.local(|tx| {
        let c = tx.connection();
        let thread = match thread {
            Some(thread) => Some(table::has_thread(c, thread)?.ok_or(PericardError::NotFound)?),
            None => None,
        };
        let content = table::Content {
            remote: String::new(),
            sender: name,
            sender_key: String::new(),
            outgoing: true,
            dated: table::Dated {
                at,
                precision: 4,
                updated: at,
            },
            subject: thread.map_or(subject, |_| String::new()),
            text: text.into_owned(),
            files: Vec::new(),
            others: Vec::new(),
            parties: Vec::new(),
            ties: match thread {
                Some(thread) => table::tie_to(c, thread)?.into_iter().collect(),
                None => Vec::new(),
            },
            topic_key: String::new(),
            category: String::new(),
            urgent: false,
            silent: false,
            hidden: false,
            copy_key: String::new(),
        };
        let mut writer = table::Writer::new(c);
        let id = writer.insert(&content, false)?;
        outbox::queue(tx, person.platform(), FEATURE, id)?;
        writer.finish()?;
        Ok((table::thread_of(c, id)?, id))
    })?;
    notify(person, partition, [thread], true);
    partition
        .read(|c| table::one(c, partition.ids(), id))?
        .ok_or(PericardError::internal("queued"))
}
