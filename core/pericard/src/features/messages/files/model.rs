//! Files of messages, as the three languages see them.
//!
//! Uses: `files`

use std::sync::Arc;

use pericard_protocol::limits;

use crate::features::files::FileState;
use crate::platform::id::FileId;

/// A file of a message. Everything that is said about it is the sender's claim.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MessageFile {
    /// Opaque, stable on this device, unknown to the portal.
    pub id: FileId,
    /// A name to show, on one line; may be empty.
    pub name: String,
    /// A name to save it under: one path component that is safe in every file system, never empty. It keeps the sender's
    /// extension, which need not be that of the type. Two files of one message may have the same.
    pub file_name: String,
    /// The MIME type as the sender says it; may be empty. A hint: the content may be anything, so open a file only with
    /// what shows that type, and never run it.
    pub content_type: String,
    /// In bytes, where that is given, or known since it is here.
    pub size: Option<u64>,
    /// Where it is.
    pub state: FileState,
}

/// A file to send.
#[derive(Debug, Clone, uniffi::Record)]
pub struct NewFile {
    /// Its name, as the recipient is to see it. Only the last part of a path is sent.
    pub name: String,
    /// Its MIME type, such as `application/pdf`; empty if it is not known.
    #[uniffi(default = "")]
    pub content_type: String,
    /// What is in it.
    pub content: FileContent,
}

/// What is in a file to send.
#[derive(Clone, uniffi::Enum)]
pub enum FileContent {
    /// All of it, for small ones.
    Bytes {
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Something that is read piece by piece while the message is queued, and not after that.
    Source {
        /// Where it comes from.
        source: Arc<dyn FileSource>,
    },
}

impl std::fmt::Debug for FileContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileContent(..)")
    }
}

/// A file that an app sends, read piece by piece.
///
/// It is read once, from its beginning, on a thread that may block.
#[uniffi::export(rust, foreign)]
pub trait FileSource: Send + Sync {
    /// The next bytes, at most `max_bytes`; none at the end.
    fn read(&self, max_bytes: u32) -> Result<Vec<u8>, FileSourceError>;
}

/// A file to send cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum FileSourceError {
    /// It is gone, or reading it failed.
    #[error("the file cannot be read")]
    Unreadable,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for FileSourceError {
    /// The reason's text is dropped: it is the app's and may hold anything.
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Unreadable
    }
}

/// The largest file that can be sent, in bytes. Memory only.
#[uniffi::export]
pub fn largest_outgoing_file() -> u64 {
    limits::OUTGOING_FILE
}
