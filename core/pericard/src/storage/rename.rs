//! Renames a file so that it stays renamed.
//!
//! Uses: `failure`

use std::path::Path;

use crate::platform::error::Result;

use super::failure::failed_io;

/// Puts `from` in the place of `to`. Returns when that is durable. Blocks.
pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).map_err(|e| failed_io(&e))?;
    // A rename is durable with its directory (rename(2), fsync(2)); Windows has no such call.
    #[cfg(unix)]
    if let Some(folder) = to.parent() {
        std::fs::File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|e| failed_io(&e))?;
    }
    Ok(())
}
