//! Documents, as the three languages see them.
//!
//! Uses: `date_precision`, `files`

use std::time::SystemTime;

use crate::features::date_precision::DatePrecision;
use crate::features::files::FileState;
use crate::platform::id::{DocumentId, FileId, PagePosition};
use crate::sync::IncompleteReason;

/// A document of the record (FHIR R4 `DocumentReference`, <https://hl7.org/fhir/R4/documentreference.html>), or a report that
/// comes as a file (`DiagnosticReport.presentedForm`). Texts are on one line and may be empty.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Document {
    /// Opaque, stable on this device, unknown to the portal.
    pub id: DocumentId,
    /// What it is called: its description, else its type, else its category.
    pub title: String,
    /// What kind of document it is, by the codes of LOINC that US Core names.
    pub kind: DocumentKind,
    /// Its type, as the portal names it.
    pub type_name: String,
    /// Its category, as the portal names it.
    pub category: String,
    /// Of when it is: its own date, else that of what it is about, else that of its file, else when the portal last changed
    /// it.
    pub at: SystemTime,
    /// How much of `at` is known.
    pub precision: DatePrecision,
    /// Who wrote it.
    pub author: String,
    /// Who keeps it.
    pub custodian: String,
    /// The portal labels it as restricted.
    pub restricted: bool,
    /// It is not final.
    pub preliminary: bool,
    /// Another document counts in its place.
    pub superseded: bool,
    /// The document that counts in its place, where that is here.
    pub replaced_by: Option<DocumentId>,
    /// The person has chosen to have it offline (`Documents.keep_offline`).
    pub kept_offline: bool,
    /// Its files: one document may come in several formats.
    pub files: Vec<DocumentFile>,
}

/// A file of a document. Everything that is said about it is the portal's claim.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DocumentFile {
    /// Opaque, stable on this device, unknown to the portal. For `Documents` alone.
    pub id: FileId,
    /// A name to show, on one line; may be empty.
    pub name: String,
    /// A name to save it under: one path component that is safe in every file system, never empty.
    pub file_name: String,
    /// The MIME type as the portal says it; may be empty. `Documents.view` says what it is.
    pub content_type: String,
    /// What it follows, such as a profile of CDA, on one line; may be empty.
    pub format: String,
    /// In bytes, where that is given, or known since it is here.
    pub size: Option<u64>,
    /// Where it is.
    pub state: FileState,
}

/// What kind of document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum DocumentKind {
    /// A discharge summary.
    Discharge,
    /// A note or letter about a visit: consultation, history and physical, progress, referral.
    Visit,
    /// A note about a procedure or an operation.
    Procedure,
    /// A report of an imaging study.
    Imaging,
    /// A report of a laboratory or of pathology.
    Laboratory,
    /// A summary of the record, such as a CDA document that was exchanged.
    Summary,
    /// A consent or a directive.
    Consent,
    /// Anything else.
    Other,
}

impl DocumentKind {
    /// The LOINC codes of each kind: those of US Core's DocumentReference type value set that patients meet.
    const CODES: [(Self, &'static [&'static str]); 7] = [
        (Self::Discharge, &["18842-5", "28655-9", "8653-8"]),
        (
            Self::Visit,
            &[
                "11488-4", "34117-2", "11506-3", "57133-1", "34111-5", "34748-4",
            ],
        ),
        (Self::Procedure, &["28570-0", "11504-8"]),
        (Self::Imaging, &["18748-4", "18726-0"]),
        (Self::Laboratory, &["11502-2", "11526-1"]),
        (Self::Summary, &["34133-9", "60591-5"]),
        (Self::Consent, &["59284-0", "42348-3"]),
    ];

    /// The kind of a document with these codes; the first that is known counts.
    pub(super) fn of_codes(codes: &[String]) -> Self {
        let of = |code: &String| {
            let mut kinds = Self::CODES.iter();
            kinds.find_map(|(kind, known)| known.contains(&code.as_str()).then_some(*kind))
        };
        codes.iter().find_map(of).unwrap_or(Self::Other)
    }

    /// The kind of a report with these codes: by those of documents, else by its category (HL7 v2 table 0074, and the LOINC
    /// parts that US Core names).
    pub(super) fn of_report(codes: &[String]) -> Self {
        const LABORATORY: &[&str] = &["LAB", "laboratory", "PAT", "SP", "CP", "LP7839-6"];
        const IMAGING: &[&str] = &[
            "RAD",
            "imaging",
            "RUS",
            "CT",
            "CUS",
            "NMR",
            "VUS",
            "RX",
            "LP29684-5",
        ];
        let is_of = |known: &[&str]| codes.iter().any(|code| known.contains(&code.as_str()));
        match Self::of_codes(codes) {
            Self::Other if is_of(IMAGING) => Self::Imaging,
            Self::Other if is_of(LABORATORY) => Self::Laboratory,
            known => known,
        }
    }

    /// Its number in the database.
    pub(super) fn column(self) -> u8 {
        let place = Self::CODES.iter().position(|(kind, _)| *kind == self);
        place.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0)
    }

    /// Reads its number.
    pub(super) fn of_column(column: u8) -> Self {
        let place = usize::from(column).checked_sub(1);
        place
            .and_then(|at| Self::CODES.get(at))
            .map_or(Self::Other, |(kind, _)| *kind)
    }
}

/// A page of documents, newest first.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DocumentPage {
    /// The documents.
    pub documents: Vec<Document>,
    /// Pass this as `after` for the next, older page; nothing at the end.
    pub after: Option<PagePosition>,
}

/// How far the documents on this device are those at the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct DocumentsState {
    /// When a sync last ended, by the device's clock; nothing before the first one, and where the portal has none.
    pub synced_at: Option<SystemTime>,
    /// When a sync last proved that everything is here; nothing where none ever has.
    pub complete_at: Option<SystemTime>,
    /// Why the last sync could not prove it; nothing where it did, and before the first one.
    pub incomplete: Option<IncompleteReason>,
    /// Documents that could not be matched to the person. They are neither stored nor shown.
    pub held: u64,
    /// Documents that could not be read. They are asked for again once a day.
    pub unreadable: u64,
}

/// What of a file can be shown.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
pub enum DocumentView {
    /// A PDF: show what `Documents.open_file` reads in the platform's viewer, with scripts and links switched off.
    Pdf {
        /// What it would do when it is opened, as far as that can be seen.
        active_content: Vec<ActiveContent>,
        /// It has parts that cannot be looked into (compressed object streams, encryption): something active may be there.
        hidden_parts: bool,
    },
    /// A picture, of this MIME type by its own bytes: show what `Documents.open_file` reads.
    Image {
        /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
        content_type: String,
    },
    /// HTML or the narrative of a CDA document, cleaned: no script, no form, no style, no link, no picture, no address.
    Page {
        /// A whole HTML page, which a web view without script shows.
        html: String,
        /// The same as plain text.
        text: String,
    },
    /// Plain text, as it is; show it as text and never as markup.
    Text {
        /// The text.
        text: String,
    },
    /// It cannot be shown here, such as RTF, or text larger than 4 MB: it can be saved.
    SaveOnly {
        /// The MIME type that its bytes have, `application/octet-stream` where that is not known.
        content_type: String,
    },
    /// It is something else than the portal says, and not shown as either.
    AnotherType {
        /// The MIME type that the portal says.
        claimed: String,
        /// The MIME type that its bytes have.
        found: String,
    },
}

impl std::fmt::Debug for DocumentView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DocumentView(..)")
    }
}

/// What a PDF would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ActiveContent {
    /// Run a script.
    Script,
    /// Do something when it, or a page of it, is opened. Often that is only where it opens.
    Action,
    /// Start a program.
    Launch,
    /// Bring other files along.
    Files,
    /// Send a form.
    Form,
}
