//! What is known of the records of a portal: which version is here, which are not here and why, how far a search and
//! the comparison with the portal's list have come.
//!
//! Uses: `database`, `track`
//!
//! The rows that a feature shows are its own; this is the same for all. Of a record that may not be shown only a keyed
//! hash of its key is here, with its version.

mod absent;
mod alias;
mod cursor;
mod records;
mod schema;

pub(crate) use absent::{
    Why, absent, any_absent, begin_list, clear_absent, end_list, mark_listed, save_absent,
    why_absent,
};
pub(crate) use alias::{aliases, save_aliases};
pub(crate) use cursor::{
    Cursor, TrackState, abilities, cursor, identifiers, newest, save_abilities, save_compared,
    save_cursor, save_identifiers, save_outcome, saw, state, track,
};
pub(crate) use records::{
    KnownRecord, count, differs, known, not_listed, save_record, take_record,
};
pub(crate) use schema::SCHEMA;
