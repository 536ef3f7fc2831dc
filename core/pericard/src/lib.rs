//! The shared core of patient apps: sign-in, secure messages, an encrypted cache that works offline.
//!
//! One public API in three languages: uniffi exports the types below as they are to Swift and Kotlin. An app opens a
//! [`Client`], finds a [`Portal`], follows a [`SignIn`] and gets an [`Account`], whose [`Messages`] come from the
//! encrypted cache; [`Account::start_sync`] brings it up to date and sends what is queued.
//!
//! Asynchronous methods touch disk, keystore or network and run to their end even when the caller goes away;
//! synchronous ones only look at memory. Every failure is a [`PericardError`], whose variants say what to do next.
//! Instants are wall-clock times; ids are opaque and mean nothing to the portal.

mod api;
mod client;
mod features;
mod http;
mod keys;
// Its items are public for `test_support` alone.
#[cfg_attr(not(feature = "test-support"), allow(unreachable_pub, unused_imports))]
mod platform;
mod session;
mod storage;
mod sync;
#[cfg(feature = "test-support")]
#[doc(hidden)]
pub mod test_support;

pub use api::access_log::{AccessEntry, AccessPage, LogCheck};
pub use api::account::{Account, Incident, IncidentKind, Person};
pub use api::client::{Client, erase};
pub use api::diagnostics::start_logging;
pub use api::export::Export;
pub use api::features::{FeatureState, FeatureStatus, Notice};
pub use api::lock::AccountLock;
pub use api::portal::Portal;
pub use api::qr_code::QrCode;
pub use api::sign_in::SignIn;
pub use api::two_factor::TwoFactor;
pub use client::accounts::{ExportFormat, FoundPerson, LockState};
pub use client::config::{ClientId, Config, PortalConfig};
pub use client::policy::{PolicyProblem, PolicyStatus};
pub use client::second_factor::{TotpEnrolment, TotpSecret, TwoFactorStatus};
pub use client::sign_in::{SignInMethod, SignInStep};
pub use client::site::{Finding, PortalCapabilities, PortalPage, Verdict};
pub use features::documents::{
    ActiveContent, Document, DocumentFile, DocumentKind, DocumentPage, DocumentView, Documents,
    DocumentsState,
};
pub use features::files::{FileDownload, FileProblem, FileProgress, FileReader, FileState};
pub use features::labs::{
    LabCode, LabComparator, LabFlag, LabInterpretation, LabMeasurement, LabPoint, LabQuantity,
    LabRange, LabReport, LabReportPage, LabReportResults, LabResult, LabSeries, LabStatus,
    LabTrend, LabValue, Labs, LabsState,
};
pub use features::messages::{
    Draft, FileContent, FileSource, FileSourceError, FormerText, Message, MessageFile, MessagePage,
    MessageState, MessageThread, Messages, MessagesState, NewFile, NewMessage, Recipient,
    RecipientKind, SearchHit, SearchPage, SnippetPart, ThreadPage, largest_outgoing_file,
};
pub use features::{DatePrecision, FeatureCapability};
pub use keys::Keystore;
pub use platform::error::{
    InputProblem, KeystoreError, PericardError, PortalProblem, SignInReason, StorageKind,
};
pub use platform::id::{
    AccountId, DocumentId, DraftId, EnrolmentId, FileId, IncidentId, LabReportId, LabResultId,
    MessageId, PagePosition, PersonId, RecipientId, ThreadId,
};
pub use platform::log::LogLevel;
pub use session::{AccountProblem, SessionState};
pub use storage::{AccessAction, Feature, SealReason};
pub use sync::{
    ChangeSet, Changes, FeatureChanges, IncompleteReason, SyncOutcome, SyncPhase, SyncProgress,
    SyncRun,
};

uniffi::setup_scaffolding!();
