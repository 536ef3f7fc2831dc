//! The records of messages, as the three languages see them.

use std::time::SystemTime;

/// A conversation, as a row of the inbox.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MessageThread {
    /// Opaque, stable on this device, unknown to the portal.
    pub id: String,
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
    /// When the last message was sent.
    pub last_at: SystemTime,
    /// How many messages have not been read on this device.
    pub unread: u32,
    /// How many messages there are on this device.
    pub messages: u32,
}

/// A page of the inbox, newest first.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ThreadPage {
    /// The threads.
    pub threads: Vec<MessageThread>,
    /// Pass this as `after` for the next page; nothing at the end.
    pub after: Option<String>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Message {
    /// Opaque, stable on this device, unknown to the portal; survives sending.
    pub id: String,
    /// The thread it belongs to.
    pub thread: String,
    /// Who wrote it; empty when the portal names nobody.
    pub from: String,
    /// Whether the person wrote it.
    pub outgoing: bool,
    /// The text, plain.
    pub text: String,
    /// When it was sent; for a queued one, when it was written.
    pub at: SystemTime,
    /// Where it stands.
    pub state: MessageState,
    /// Not read on this device yet. Messages that were there before the first sync count as read.
    pub unread: bool,
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
    /// It may or may not have arrived and the portal cannot prove either: the person decides between
    /// `Messages.retry` and `Messages.withdraw`.
    Unknown,
}

/// A page of a thread, newest first.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MessagePage {
    /// The messages.
    pub messages: Vec<Message>,
    /// Pass this as `after` for the next, older page; nothing at the end.
    pub after: Option<String>,
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
    pub after: Option<String>,
}

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NewMessage {
    /// The thread to answer in; nothing to begin a new one.
    pub thread: Option<String>,
    /// The subject of a new thread, at most 200 characters; ignored in an answer.
    pub subject: Option<String>,
    /// The text, 1 to 20,000 characters.
    pub text: String,
}
