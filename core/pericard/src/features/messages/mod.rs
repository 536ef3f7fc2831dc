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

use crate::platform::error::{InputProblem, PericardError, Result};
use crate::storage::{Feature, IdKind, Partition, millis};
use crate::sync::{RowChanges, outbox};

use super::PersonContext;

pub(crate) use mirror::MessagesFeature;
pub use model::{
    Message, MessagePage, MessageState, MessageThread, NewMessage, SearchHit, SearchPage,
    SnippetPart, ThreadPage,
};

const FEATURE: Feature = Feature::Messages;
const RESOURCE_TYPE: &str = Communication::RESOURCE_TYPE;
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
                if !table::has_thread(c, thread)? {
                    return Err(PericardError::NotFound);
                }
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

    /// Messages that contain all words of `text`, the last one also as a beginning, so that it works as one types.
    /// Case and accents make no difference. No words, no hits. `limit` is 1 to 500.
    pub async fn search(
        &self,
        text: String,
        after: Option<String>,
        limit: u32,
    ) -> Result<SearchPage, PericardError> {
        self.at(move |partition| {
            if text.len() > LONGEST_QUERY {
                return Err(PericardError::input("text", InputProblem::TooLong));
            }
            let before = position(partition, after)?;
            let Some(query) = mapping::query(&text) else {
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
            if partition.local(|tx| table::mark_read(tx, thread))? {
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
                let mut threads = table::Threads::default();
                table::remove(tx.connection(), &mut threads, row)?;
                threads.write(tx.connection())
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
        let mut threads = table::Threads::default();
        let thread = match thread {
            Some(thread) if table::has_thread(c, thread)? => thread,
            Some(_) => return Err(PericardError::NotFound),
            None => {
                let thread = threads.with_key(c, &mapping::local_key(person.platform()))?;
                threads.at(c, thread)?.subject.clone_from(&subject);
                thread
            }
        };
        let new = table::NewRow {
            remote: None,
            version: None,
            sender: &name,
            outgoing: true,
            unread: false,
            at,
            text: &text,
        };
        let id = table::write(tx, &mut threads, thread, &new)?;
        outbox::queue(tx, person.platform(), FEATURE, id)?;
        threads.write(c)?;
        Ok((thread, id))
    })?;
    notify(person, partition, [thread], true);
    partition
        .read(|c| table::one(c, partition.ids(), id))?
        .ok_or(PericardError::internal("queued"))
}
