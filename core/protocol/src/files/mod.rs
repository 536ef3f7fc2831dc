//! Files that come with records: under which name one may be saved, where it is fetched from, and the machine of
//! fetching it.
//!
//! Everything that a record says of a file is the sender's claim. [`name`] makes a claimed name harmless, [`source`] says
//! where a claimed address may lead and whether a token goes there, and [`transfer`] takes bytes in and lets nothing
//! through that is not what the record describes.

pub mod hash;
pub mod name;
pub mod source;
pub mod transfer;
