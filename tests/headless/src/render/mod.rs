//! What people and programs get to see: tables, bubbles, marked hits, and the JSON shapes.

mod drafts;
mod inbox;
mod marks;
mod secret;
pub(crate) mod shapes;
mod table;
mod talk;

pub(crate) use drafts::{drafts, recipients};
pub(crate) use inbox::{hits, inbox, outbox, state};
pub(crate) use secret::{recovery_codes, scan, totp};
pub(crate) use table::{Look, table};
pub(crate) use talk::{Marks, talk};
