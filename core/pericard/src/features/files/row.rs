//! What a record says of a file, as it is stored in the record's row.

use serde::{Deserialize, Serialize};

use crate::platform::error::Result;

/// A file as the record that it belongs to describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileRow {
    /// Its row in the table of files; 0 until it has one.
    #[serde(default)]
    pub(crate) id: i64,
    /// Its name to show; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    /// Its MIME type as the sender says it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) kind: String,
    /// In bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    /// Where it can be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// SHA-1 of the content, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hash: Option<String>,
}

/// Reads the files of a row.
pub(crate) fn read_files(text: &str) -> Vec<FileRow> {
    serde_json::from_str(text).unwrap_or_default()
}

/// Writes them.
pub(crate) fn write_files(files: &[FileRow]) -> Result<String> {
    match files.is_empty() {
        true => Ok(String::new()),
        false => Ok(serde_json::to_string(files)?),
    }
}
