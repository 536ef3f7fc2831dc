//! Converts errors of SQLite and the file system into `PericardError`.

use rusqlite::ErrorCode;

use crate::platform::error::{PericardError, StorageKind};
use crate::platform::log;

/// Converts a failed statement. SQLite's text names tables and values, so only the kind is passed on.
pub(crate) fn failed(error: &rusqlite::Error) -> PericardError {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StorageKind::Full,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StorageKind::ReadOnly,
        Some(ErrorCode::NotADatabase) => StorageKind::WrongKey,
        Some(ErrorCode::DatabaseCorrupt) => StorageKind::Damaged,
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => StorageKind::Unavailable,
        // Only `Database::pause` interrupts statements.
        Some(ErrorCode::OperationInterrupted) => return PericardError::Closed,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => return PericardError::InUse,
        _ => {
            let code = error
                .sqlite_error()
                .map(|it| it.extended_code.unsigned_abs());
            log::event!(ERROR, "statement failed", sqlite = code);
            return PericardError::internal("sql");
        }
    };
    log::event!(WARN, "storage failed", kind = kind);
    PericardError::storage(kind)
}

impl From<rusqlite::Error> for PericardError {
    fn from(error: rusqlite::Error) -> Self {
        failed(&error)
    }
}

/// Converts a failed file operation.
pub(super) fn failed_io(error: &std::io::Error) -> PericardError {
    use std::io::ErrorKind;
    let kind = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StorageKind::Full,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StorageKind::ReadOnly,
        _ => StorageKind::Unavailable,
    };
    log::event!(WARN, "file failed", kind = kind);
    PericardError::storage(kind)
}
