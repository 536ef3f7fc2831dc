//! Secure messages: inbox, threads, search, sending.
//!
//! Everything here reads and writes the encrypted cache and answers without the network; a sync sends and fetches. The
//! object's methods are in this file (reading) and in `drafts`, `marks`, `recipients` and `sending`.
//!
//! Uses: `paging`, `partition_work`, `reading`

mod care_team;
mod drafts;
mod export;
mod files;
mod mapping;
mod marks;
mod mirror;
mod model;
mod recipients;
mod sending;
mod table;

use std::sync::Arc;

use pericard_protocol::fhir::communication::Communication;
use pericard_protocol::fhir::page::Parse;
use pericard_protocol::search_text;

use crate::platform::error::{InputProblem, PericardError, Result};
use crate::platform::id::{MessageId, PagePosition, ThreadId};
use crate::platform::lifecycle::KeepOpen;
use crate::storage::{AccessAction, Feature, IdKind, Partition, Track, instant, mirrored};
use crate::sync::{IncompleteReason, RowChanges};

use super::paging::{MOST, clamp, next, position, position_of, row};
use super::{PersonContext, partition_work};

pub use files::{
    FileContent, FileSource, FileSourceError, MessageFile, NewFile, largest_outgoing_file,
};
pub(crate) use mirror::MessagesFeature;
pub use model::{
    Draft, FormerText, Message, MessagePage, MessageState, MessageThread, MessagesState,
    NewMessage, Recipient, RecipientKind, SearchHit, SearchPage, SnippetPart, ThreadPage,
};

const FEATURE: Feature = Feature::Messages;
const RESOURCE_TYPE: &str = Communication::RESOURCE_TYPE;
const TRACK: Track = Track {
    feature: FEATURE,
    resource_type: RESOURCE_TYPE,
};
const LONGEST_QUERY: usize = 200;

/// The messages of one person.
///
/// All lists are newest first and come in pages: pass a page's `after` to get the next one. A position stays valid
/// while messages come and go. Reading works offline; it fails with `SignInRequired` when the account is sealed or
/// signed out, `Closed` while the client is paused, and `Storage` when the disk does. Where the clinic has switched messages off
/// and lets nobody read what is here, everything fails with `SwitchedOff`; where it asks for a fresher sign-in first, with
/// `StepUpRequired`. What is written while messages are off or for reading alone waits in the outbox.
#[derive(uniffi::Object)]
pub struct Messages {
    person: Arc<dyn PersonContext>,
    open: KeepOpen,
}

#[uniffi::export]
impl Messages {
    /// A page of the inbox: every thread that is not archived. `limit` is 1 to 500.
    #[uniffi::method(default(after = None, limit = 50))]
    pub async fn threads(
        &self,
        after: Option<PagePosition>,
        limit: u32,
    ) -> Result<ThreadPage, PericardError> {
        self.list(false, after, limit).await
    }

    /// A page of the archive. `limit` is 1 to 500.
    #[uniffi::method(default(after = None, limit = 50))]
    pub async fn archived_threads(
        &self,
        after: Option<PagePosition>,
        limit: u32,
    ) -> Result<ThreadPage, PericardError> {
        self.list(true, after, limit).await
    }

    /// One thread, archived or not. `NotFound` when there is none. The id of a thread that has become part of another one
    /// goes on to lead there.
    pub async fn thread(&self, id: ThreadId) -> Result<MessageThread, PericardError> {
        self.reading(move |partition| {
            let thread = row(partition, IdKind::Thread, &id)?;
            partition.read(|c| {
                let thread = table::has_thread(c, thread)?.ok_or(PericardError::NotFound)?;
                table::one_thread(c, partition.ids(), thread)?.ok_or(PericardError::NotFound)
            })
        })
        .await
    }

    /// A page of a thread. `NotFound` when there is no such thread. `limit` is 1 to 500.
    #[uniffi::method(default(after = None, limit = 50))]
    pub async fn messages(
        &self,
        thread: ThreadId,
        after: Option<PagePosition>,
        limit: u32,
    ) -> Result<MessagePage, PericardError> {
        let person = self.person.clone();
        self.reading(move |partition| {
            let opened = after.is_none().then(|| thread.as_str().to_owned());
            let thread = row(partition, IdKind::Thread, &thread)?;
            let before = position(partition, after)?;
            let stretch = partition.read(|c| {
                let thread = table::has_thread(c, thread)?.ok_or(PericardError::NotFound)?;
                table::messages(c, partition.ids(), thread, before, clamp(limit))
            })?;
            if opened.is_some() {
                person.note(AccessAction::ConversationOpened, opened);
            }
            Ok(page(&*person, partition, stretch))
        })
        .await
    }

    /// The page of a thread that is next newer than `before`, which is the `before` of another page. `NotFound` when there
    /// is no such thread. `limit` is 1 to 500.
    #[uniffi::method(default(limit = 50))]
    pub async fn newer_messages(
        &self,
        thread: ThreadId,
        before: PagePosition,
        limit: u32,
    ) -> Result<MessagePage, PericardError> {
        let person = self.person.clone();
        self.reading(move |partition| {
            let thread = row(partition, IdKind::Thread, &thread)?;
            let before = position_of("before", partition, &before)?;
            let stretch = partition.read(|c| {
                let thread = table::has_thread(c, thread)?.ok_or(PericardError::NotFound)?;
                table::newer(c, partition.ids(), thread, before, clamp(limit))
            })?;
            Ok(page(&*person, partition, stretch))
        })
        .await
    }

    /// The page of its thread that has this message in its middle, such as a hit of a search; go on from there in both
    /// directions. `NotFound` when there is no such message. `limit` is 3 to 500.
    #[uniffi::method(default(limit = 50))]
    pub async fn messages_around(
        &self,
        message: MessageId,
        limit: u32,
    ) -> Result<MessagePage, PericardError> {
        let person = self.person.clone();
        self.reading(move |partition| {
            let row = row(partition, IdKind::Message, &message)?;
            let stretch = partition.read(|c| table::around(c, partition.ids(), row, clamp(limit)));
            let stretch = stretch?.ok_or(PericardError::NotFound)?;
            opened(&*person, stretch.messages.first());
            Ok(page(&*person, partition, stretch))
        })
        .await
    }

    /// One message. `NotFound` when there is none.
    pub async fn message(&self, id: MessageId) -> Result<Message, PericardError> {
        let person = self.person.clone();
        self.reading(move |partition| {
            let row = row(partition, IdKind::Message, &id)?;
            let found = partition.read(|c| table::one(c, partition.ids(), row))?;
            let mut message = found.ok_or(PericardError::NotFound)?;
            opened(&*person, Some(&message));
            files::mark(&*person, partition, [&mut message]);
            Ok(message)
        })
        .await
    }

    /// What a message that was `edited` said before, newest first: the texts that this device has seen, at most 20. Empty
    /// for any other. `NotFound` when there is no such message.
    pub async fn former_texts(&self, message: MessageId) -> Result<Vec<FormerText>, PericardError> {
        self.reading(move |partition| {
            let row = row(partition, IdKind::Message, &message)?;
            partition.read(|c| {
                table::one(c, partition.ids(), row)?.ok_or(PericardError::NotFound)?;
                let texts = table::former(c, row)?.into_iter();
                Ok(texts
                    .map(|(text, until)| FormerText { text, until })
                    .collect())
            })
        })
        .await
    }

    /// Messages whose text, subject, sender or files' names contain all words of `text`, the last one also as a beginning, so
    /// that it works as one types. Case, accents and the like make no difference, in any script. No words, no hits. `limit`
    /// is 1 to 500. `InvalidInput` (`TooLong`) beyond 200 characters.
    #[uniffi::method(default(after = None, limit = 50))]
    pub async fn search(
        &self,
        text: String,
        after: Option<PagePosition>,
        limit: u32,
    ) -> Result<SearchPage, PericardError> {
        let person = self.person.clone();
        self.reading(move |partition| {
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
            person.note(AccessAction::Searched, None);
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
        self.reading(|partition| {
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
}

impl Messages {
    pub(crate) fn new(person: Arc<dyn PersonContext>, open: KeepOpen) -> Arc<Self> {
        Arc::new(Self { person, open })
    }

    async fn list(
        &self,
        archived: bool,
        after: Option<PagePosition>,
        limit: u32,
    ) -> Result<ThreadPage> {
        self.reading(move |partition| {
            let before = position(partition, after)?;
            let (threads, last) = partition
                .read(|c| table::threads(c, partition.ids(), archived, before, clamp(limit)))?;
            Ok(ThreadPage {
                threads,
                after: next(partition, last),
            })
        })
        .await
    }

    /// Runs `work` on the person's partition where it may block, whatever becomes of the caller.
    async fn at<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Partition) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        partition_work::at(&self.person, FEATURE, work).await
    }

    /// The same for what only reads: thousands at once take turns.
    async fn reading<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Partition) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        partition_work::reading(&self.person, FEATURE, work).await
    }
}

/// Notes that the conversation of a message was opened.
fn opened(person: &dyn PersonContext, message: Option<&Message>) {
    if let Some(message) = message {
        let thread = message.thread.as_str().to_owned();
        person.note(AccessAction::ConversationOpened, Some(thread));
    }
}

fn page(
    person: &dyn PersonContext,
    partition: &Partition,
    mut stretch: table::Stretch,
) -> MessagePage {
    files::mark(person, partition, &mut stretch.messages);
    MessagePage {
        after: next(partition, stretch.oldest),
        before: next(partition, stretch.newest),
        messages: stretch.messages,
    }
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
