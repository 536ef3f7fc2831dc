//! How records, pages and searches of real servers differ: faults that a client has to understand or to bear.

use serde::Deserialize;

/// A search parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[allow(missing_docs)]
pub enum Parameter {
    #[serde(rename = "_sort")]
    Sort,
    #[serde(rename = "_lastUpdated")]
    LastUpdated,
    #[serde(rename = "_count")]
    Count,
    #[serde(rename = "_id")]
    Id,
    #[serde(rename = "_elements")]
    Elements,
    #[serde(rename = "subject")]
    Subject,
    #[serde(rename = "recipient")]
    Recipient,
    #[serde(rename = "sender")]
    Sender,
}

impl Parameter {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sort => "_sort",
            Self::LastUpdated => "_lastUpdated",
            Self::Count => "_count",
            Self::Id => "_id",
            Self::Elements => "_elements",
            Self::Subject => "subject",
            Self::Recipient => "recipient",
            Self::Sender => "sender",
        }
    }
}

/// What becomes of a search parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Unsupported {
    Refused,
    StrictlyRefused,
    Ignored,
    IgnoredSilently,
}

/// Where `next` leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum OddNext {
    LiveOffset,
    InnerHost,
    Looping,
    Empty,
}

/// How a page says, or does not say, that it lacks some of its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Incomplete {
    Warning,
    Error,
    NoResource,
    Fewer,
}

/// How one record breaks the page that it is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Poison {
    BadBytes,
    Nan,
    LoneSurrogate,
    ServerError,
    TooLarge,
}

impl Poison {
    /// Whether the record can still be understood.
    pub(crate) fn is_readable(self) -> bool {
        matches!(self, Self::BadBytes | Self::LoneSurrogate)
    }
}

/// What a text is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum TextForm {
    CodeableConcept,
    Plain,
    Xhtml,
    Note,
    Narrative,
    Mixed,
}

/// What is odd about members that messages do not need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum OddRecord {
    Nulls,
    WrongTypes,
}

/// What ties messages together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Threading {
    FirstMessage,
    Answers,
    CarePlan,
    Task,
    Assigned,
}

/// How a sender is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum SenderForm {
    Contained,
    Included,
    Readable,
}

/// How `sent` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum DateForm {
    Day,
    Month,
    Year,
    NoZone,
    Hl7,
    Space,
}

/// What a create answers, or keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum OddCreate {
    NoIdentifier,
    Empty,
    Bare,
    /// Nothing is answered, and no identifier kept.
    Traceless,
    /// No body, and a `Location` as the portal is called behind its gateway.
    InnerHost,
}

/// What reading a deleted record answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum DeletedAs {
    NotFound,
    LeftOut,
}

/// What is wrong, or unusual, about files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum FileFault {
    /// Another content than the hash says, of the same size.
    WrongHash,
    /// A byte more than the message says.
    WrongSize,
    /// Half of what was asked for, then nothing.
    Cut,
    /// Half of an older content, then nothing; the next answer has the newer one, which the message describes.
    Changed,
    /// It says that it is guarded by another patient's record.
    AnotherPatients,
    /// 200 MB, whatever the message says.
    Huge,
    /// Ranges are not heeded.
    NoRanges,
    /// As a FHIR resource, whatever is accepted.
    AsResource,
    /// By a redirect to the storage.
    Redirect,
    /// By a redirect to an address of a private network.
    RedirectInside,
    /// New messages have their file within them.
    Inline,
    /// New messages name an address in the storage.
    Presigned,
    /// New messages refer to a document.
    Document,
    /// Files are not taken by themselves.
    NotTaken,
    /// Documents say that their file is of another type than it is.
    AnotherType,
}

/// What of messages the portal does not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Lacking {
    Sending,
    Messages,
}
