//! The records of messages, as the three languages see them.

use std::time::SystemTime;

use crate::sync::IncompleteReason;

use super::files::{MessageFile, NewFile};
use crate::platform::id::{DraftId, MessageId, PagePosition, RecipientId, ThreadId};

/// A conversation, as a row of the inbox.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MessageThread {
    /// Opaque, stable on this device, unknown to the portal.
    pub id: ThreadId,
    /// The subject; may be empty.
    pub subject: String,
    /// Names of the others in it, in order of appearance.
    pub participants: Vec<String>,
    /// Who wrote the last message; empty when the portal names nobody.
    pub last_from: String,
    /// Whether the person wrote the last message.
    pub last_outgoing: bool,
    /// The beginning of the last message, at most 200 characters.
    pub last_text: String,
    /// When the last message was sent; `last_precision` says how much of it is known.
    pub last_at: SystemTime,
    /// How much of `last_at` is known.
    pub last_precision: DatePrecision,
    /// How many messages have not been read on this device.
    pub unread: u32,
    /// How many messages there are on this device.
    pub messages: u32,
    /// The person has taken it out of the inbox.
    pub archived: bool,
}

/// A page of the inbox, newest first.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ThreadPage {
    /// The threads.
    pub threads: Vec<MessageThread>,
    /// Pass this as `after` for the next page; nothing at the end.
    pub after: Option<PagePosition>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Message {
    /// Opaque, stable on this device, unknown to the portal; survives sending.
    pub id: MessageId,
    /// The thread it belongs to.
    pub thread: ThreadId,
    /// Who wrote it; empty when the portal names nobody.
    pub from: String,
    /// Whether the person wrote it.
    pub outgoing: bool,
    /// The text, plain, with `\n` between lines; empty where the message is a file, or says nothing.
    pub text: String,
    /// Its files, as the sender describes them.
    pub files: Vec<MessageFile>,
    /// When it was sent; for a queued one, when it was written. `precision` says how much of it is known.
    pub at: SystemTime,
    /// How much of `at` is known.
    pub precision: DatePrecision,
    /// Where it stands.
    pub state: MessageState,
    /// Not read on this device yet. Messages that were there before the first sync count as read; one whose text the portal
    /// has changed counts as new.
    pub unread: bool,
    /// The portal has changed its text since it was first here.
    pub edited: bool,
    /// What kind of message it is, as the portal names it; may be empty.
    pub category: String,
    /// The portal marks it as more than routine (`Communication.priority`).
    pub urgent: bool,
}

/// How far the messages on this device are those at the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct MessagesState {
    /// When a sync last ended, by the device's clock; nothing before the first one.
    pub synced_at: Option<SystemTime>,
    /// When a sync last proved that everything is here; nothing where none ever has.
    pub complete_at: Option<SystemTime>,
    /// Why the last sync could not prove it; nothing where it did, and before the first one.
    pub incomplete: Option<IncompleteReason>,
    /// Messages that could not be matched to the person. They are neither stored nor shown.
    pub held: u64,
    /// Messages that could not be read. They are asked for again once a day.
    pub unreadable: u64,
}

/// How much of a date is known.
///
/// Portals often know a day and no time. Such a date is the same in every time zone: format it in UTC, with the parts
/// that are known and no others. Only an `Instant` is shown in the person's own zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum DatePrecision {
    /// A year.
    Year,
    /// A month.
    Month,
    /// A day.
    Day,
    /// A time whose zone is not known: shown as it is, formatted in UTC.
    LocalTime,
    /// A moment.
    Instant,
}

impl DatePrecision {
    /// Reads the database column.
    pub(in crate::features) fn of_column(column: u8) -> Self {
        match column {
            0 => Self::Year,
            1 => Self::Month,
            2 => Self::Day,
            3 => Self::LocalTime,
            _ => Self::Instant,
        }
    }
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum MessageState {
    /// From the portal, written by somebody else.
    Received,
    /// Written here, waiting for a sync.
    Queued,
    /// On its way; whether it arrived is not known yet.
    Sending,
    /// The portal has it.
    Sent,
    /// The portal refused it; `Messages.retry` or `Messages.withdraw`.
    Failed {
        /// The HTTP status of the refusal.
        status: u16,
    },
    /// It may or may not have arrived: the portal cannot prove either, or has failed over it twice. The person decides
    /// between `Messages.retry` and `Messages.withdraw`; if a sync brings it, it becomes `Sent` by itself.
    Unknown,
}

/// A page of a thread, newest first.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MessagePage {
    /// The messages.
    pub messages: Vec<Message>,
    /// Pass this as `after` for the next, older page; nothing at the end.
    pub after: Option<PagePosition>,
    /// Pass this as `before` to `Messages.newer_messages` for the next, newer page; nothing where this is the newest.
    pub before: Option<PagePosition>,
}

/// What a message said before the portal changed it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FormerText {
    /// The text, as in `Message`.
    pub text: String,
    /// When the portal changed it; nothing where it does not say.
    pub until: Option<SystemTime>,
}

/// What is being written.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Draft {
    /// Opaque, stable on this device.
    pub id: DraftId,
    /// The thread to answer in; nothing for a new one.
    pub thread: Option<ThreadId>,
    /// The subject of a new thread; may be empty.
    pub subject: String,
    /// The text; may be empty where there is a subject.
    pub text: String,
    /// Ids of those it is for; empty where none were chosen.
    pub recipients: Vec<RecipientId>,
    /// When it was last changed, by the device's clock.
    pub changed_at: SystemTime,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SearchHit {
    /// The message.
    pub message: Message,
    /// Its thread's subject.
    pub subject: String,
    /// The text around the first hits, in pieces.
    pub snippet: Vec<SnippetPart>,
}

/// A piece of a snippet.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SnippetPart {
    /// The text.
    pub text: String,
    /// Whether it matched and should be marked.
    pub hit: bool,
}

/// A page of hits, newest message first.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SearchPage {
    /// The hits.
    pub hits: Vec<SearchHit>,
    /// Pass this as `after` for the next page; nothing at the end.
    pub after: Option<PagePosition>,
}

/// A message to send.
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct NewMessage {
    /// The thread to answer in; nothing to begin a new one.
    #[uniffi(default = None)]
    pub thread: Option<ThreadId>,
    /// The subject of a new thread, at most 200 characters; ignored in an answer.
    #[uniffi(default = None)]
    pub subject: Option<String>,
    /// The text, 1 to 20,000 characters; may be empty beside files.
    pub text: String,
    /// Ids of `Messages.recipients`, at most 64. Where none are chosen, an answer goes to those of its conversation, and
    /// the portal decides who reads a message that begins one.
    #[uniffi(default = [])]
    pub recipients: Vec<RecipientId>,
    /// Files that go with it, at most ten.
    #[uniffi(default = [])]
    pub files: Vec<NewFile>,
}

/// Somebody whom a message can be written to.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Recipient {
    /// Opaque, stable on this device.
    pub id: RecipientId,
    /// Their name, on one line.
    pub name: String,
    /// As what they look after the person, as the portal names it; may be empty.
    pub role: String,
    /// What they are.
    pub kind: RecipientKind,
}

/// What a recipient is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum RecipientKind {
    /// One person, or one in a role.
    Person,
    /// A team: everybody in it may read what is written to it.
    Team,
    /// An organisation, or one of its services.
    Organization,
}
