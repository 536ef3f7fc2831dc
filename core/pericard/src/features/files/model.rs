//! Files of records, as the three languages see them.

/// Where a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum FileState {
    /// At the portal; `download` fetches it.
    Remote {
        /// Bytes that are here from a download that was interrupted; it goes on from there.
        received: u64,
    },
    /// It is being fetched; `download` joins in.
    Downloading,
    /// On this device, encrypted; `open_file` reads it, offline too.
    Stored,
    /// The last try to fetch it failed for good. `download` tries again.
    Unavailable {
        /// Why.
        reason: FileProblem,
    },
}

/// Why a file cannot be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum FileProblem {
    /// The record says neither what is in it nor where it is, or names an address that is not followed.
    NoSource,
    /// Larger than 250 MB.
    TooLarge,
    /// What came is not what the record describes: its size or its hash differs.
    Mismatch,
    /// It is not there any more.
    NotFound,
    /// The portal refuses to give it to this person.
    Refused,
    /// It belongs to another patient; see `Account.incidents`.
    Foreign,
}

impl FileProblem {
    const ALL: [(Self, &'static str); 6] = [
        (Self::NoSource, "no_source"),
        (Self::TooLarge, "too_large"),
        (Self::Mismatch, "mismatch"),
        (Self::NotFound, "not_found"),
        (Self::Refused, "refused"),
        (Self::Foreign, "foreign"),
    ];

    /// Its name in the database.
    pub(crate) fn name(self) -> &'static str {
        let found = Self::ALL.into_iter().find(|(problem, _)| *problem == self);
        found.map_or("", |(_, name)| name)
    }

    /// Reads its name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|(_, known)| *known == name);
        found.map(|(problem, _)| problem)
    }
}

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct FileProgress {
    /// Bytes that are here, those of an earlier try included. It falls to 0 if the file has changed meanwhile.
    pub received: u64,
    /// The size of the whole in bytes, where the record or the portal says it.
    pub total: Option<u64>,
}
