//! Secure messages: inbox, threads, search, sending.
//!
//! Everything here reads and writes the encrypted cache and answers without the network; a sync sends and fetches.

mod model;
mod table;
mod wire;

use std::sync::Arc;

use pericard_protocol::admission::{AdmittedPage, Owner};
use rusqlite::Connection;

use crate::ground::error::{InputProblem, PericardError, Result};
use crate::keepers::store::{IdKind, PageTx, Partition, Schema, millis};
use crate::sync::{Mirror, Touched, outbox};

use super::{Desk, Feature};

pub use model::{
    Message, MessagePage, MessageState, MessageThread, NewMessage, SearchHit, SearchPage,
    SnippetPart, ThreadPage,
};

const NAME: &str = Feature::Messages.name();
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
    desk: Arc<dyn Desk>,
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
            let Some(query) = wire::query(&text) else {
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
        let desk = self.desk.clone();
        self.at(move |partition| queue(&*desk, partition, &message))
            .await
    }

    /// Marks a thread's messages as read, on this device.
    pub async fn mark_read(&self, thread: String) -> Result<(), PericardError> {
        let desk = self.desk.clone();
        self.at(move |partition| {
            let thread = row(partition, IdKind::Thread, &thread)?;
            if partition.local(|tx| table::mark_read(tx, thread))? {
                told(&*desk, partition, [thread], false);
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
        let desk = self.desk.clone();
        self.at(move |partition| {
            let row = row(partition, IdKind::Message, &message)?;
            let touched = partition.local(|tx| {
                outbox::withdraw(tx, NAME, row)?;
                let mut threads = table::Threads::default();
                table::remove(tx.connection(), &mut threads, row)?;
                threads.write(tx.connection())
            })?;
            told(&*desk, partition, touched, true);
            Ok(())
        })
        .await
    }

    /// Queues a failed message, or one in doubt, once more. It keeps its identifier, so a portal that heeds
    /// identifiers does not take it twice. `InvalidInput` with `WrongState` for any other.
    pub async fn retry(&self, message: String) -> Result<Message, PericardError> {
        let desk = self.desk.clone();
        self.at(move |partition| {
            let row = row(partition, IdKind::Message, &message)?;
            let thread = partition.local(|tx| {
                outbox::retry(tx, NAME, row)?;
                table::thread_of(tx.connection(), row)
            })?;
            told(&*desk, partition, [thread], true);
            partition
                .read(|c| table::one(c, partition.ids(), row))?
                .ok_or(PericardError::NotFound)
        })
        .await
    }
}

impl Messages {
    pub(crate) fn new(desk: Arc<dyn Desk>) -> Arc<Self> {
        Arc::new(Self { desk })
    }

    /// Runs `work` on the person's partition where it may block, whatever becomes of the caller.
    async fn at<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Partition) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let pass = self.desk.enter()?;
        let desk = self.desk.clone();
        self.desk
            .world()
            .blocking(move || {
                let _pass = pass;
                work(&*desk.partition()?)
            })
            .await
    }
}

fn clamp(limit: u32) -> u32 {
    limit.clamp(1, MOST)
}

fn row(partition: &Partition, kind: IdKind, id: &str) -> Result<i64> {
    partition.ids().row(kind, id).ok_or(PericardError::NotFound)
}

fn position(partition: &Partition, after: Option<String>) -> Result<i64> {
    after.map_or(Ok(i64::MAX), |after| {
        let row = partition.ids().row(IdKind::Position, &after);
        row.ok_or(PericardError::input("after", InputProblem::Unreadable))
    })
}

fn next(partition: &Partition, last: Option<i64>) -> Option<String> {
    last.map(|row| partition.ids().of(IdKind::Position, row))
}

fn told(
    desk: &dyn Desk,
    partition: &Partition,
    threads: impl IntoIterator<Item = i64>,
    outbox: bool,
) {
    let touched = Touched {
        threads: threads.into_iter().collect(),
        messages: true,
        outbox,
    };
    desk.hub().touched(partition.ids(), &touched);
}

fn queue(desk: &dyn Desk, partition: &Partition, message: &NewMessage) -> Result<Message> {
    let text = wire::clean(message.text.trim());
    let subject = wire::clean(message.subject.as_deref().unwrap_or_default().trim());
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
    let (name, at) = (desk.name(), millis(desk.world().clock.now()));
    let (thread, id) = partition.local(|tx| {
        let c = tx.connection();
        let mut threads = table::Threads::default();
        let thread = match thread {
            Some(thread) if table::has_thread(c, thread)? => thread,
            Some(_) => return Err(PericardError::NotFound),
            None => {
                let thread = threads.tied(c, &wire::local_tie(desk.world()))?;
                threads.at(c, thread)?.subject = subject.to_string();
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
        outbox::queue(tx, desk.world(), NAME, id)?;
        threads.write(c)?;
        Ok((thread, id))
    })?;
    told(desk, partition, [thread], true);
    partition
        .read(|c| table::one(c, partition.ids(), id))?
        .ok_or(PericardError::internal("queued"))
}

/// Messages as what a sync mirrors.
pub(crate) struct MessageMirror;

impl Mirror for MessageMirror {
    fn name(&self) -> &'static str {
        NAME
    }

    fn schema(&self) -> &'static Schema {
        &table::SCHEMA
    }

    fn resource_type(&self) -> &'static str {
        "Communication"
    }

    fn apply(
        &self,
        tx: &PageTx<'_>,
        owner: &Owner,
        page: &AdmittedPage,
        news: bool,
    ) -> Result<Touched> {
        wire::apply(tx, owner, page, news)
    }

    fn holds(&self, connection: &Connection, id: &str) -> Result<bool> {
        table::holds(connection, id, &wire::header_tie(id))
    }

    fn bulk(&self, partition: &Partition, begin: bool) -> Result<()> {
        partition.local(|tx| table::bulk(tx.connection(), begin))
    }

    fn outgoing(
        &self,
        connection: &Connection,
        owner: &Owner,
        row: i64,
        identifier: &str,
    ) -> Result<Option<String>> {
        Ok(wire::resource(
            &table::outgoing(connection, row)?,
            owner,
            identifier,
        ))
    }
}
