//! Files of records, whatever the feature: fetching them, keeping them sealed, reading them.
//!
//! - `table` knows where the contents of a feature's files lie; `row` is what a record says of a file, `model` what apps
//!   see of it.
//! - `fetch` carries out the machine of one download (`pericard_protocol::files::transfer`); `download` is its handle, and
//!   the list of those that run; `partial` is what has come.
//! - `reader` reads a content piece by piece.
//!
//! A file is fetched when somebody asks for it, and belongs to a record that admission has let in. It is kept only if it
//! has the size and the hash that the record gives; what is fetched or half fetched is encrypted.

mod download;
mod fetch;
mod model;
mod partial;
mod reader;
mod row;
mod table;

pub use download::FileDownload;
pub(crate) use download::{Downloads, start};
pub use model::{FileProblem, FileProgress, FileState};
pub use reader::FileReader;
pub(crate) use row::{FileRow, read_files, write_files};
pub(crate) use table::{
    FileTable, OldFile, StoredFile, Table, WantedFiles, adopt, belong, discard, new_row,
    set_content, state_of,
};
