//! SQLite's and the file system's failures as what the app does next.

use rusqlite::ErrorCode;

use crate::platform::error::{PericardError, StorageKind};

/// A failed statement. Its text names tables and values, so only the kind goes on.
pub(crate) fn failed(error: &rusqlite::Error) -> PericardError {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StorageKind::Full,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StorageKind::ReadOnly,
        Some(ErrorCode::NotADatabase) => StorageKind::WrongKey,
        Some(ErrorCode::DatabaseCorrupt) => StorageKind::Damaged,
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => StorageKind::Unavailable,
        // Only a pause interrupts.
        Some(ErrorCode::OperationInterrupted) => return PericardError::Closed,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => return PericardError::InUse,
        _ => return PericardError::internal("sql"),
    };
    PericardError::storage(kind)
}

impl From<rusqlite::Error> for PericardError {
    fn from(error: rusqlite::Error) -> Self {
        failed(&error)
    }
}

/// A failed step on the file system.
pub(super) fn failed_io(error: &std::io::Error) -> PericardError {
    use std::io::ErrorKind;
    PericardError::storage(match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StorageKind::Full,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StorageKind::ReadOnly,
        _ => StorageKind::Unavailable,
    })
}
