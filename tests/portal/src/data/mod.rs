//! The portal's people and what is written to and by them.
//!
//! Everything comes from the seed: the same seed and specification give the same names, letters, secrets
//! and ids. Their dates hang on the portal's start, which is the end of the two years they cover.

mod attachment;
mod change;
mod document;
mod labs;
mod letter;
mod letters;
mod load;
mod person;
mod population;
mod proxy;
mod resource;
pub(crate) mod second_factor;
mod store;

pub(crate) use attachment::{reference as file_reference, with_files};
pub use change::Change;
pub(crate) use change::{change, only};
pub use document::DocumentChange;
pub(crate) use document::{Document, change_document};
pub(crate) use labs::{LabRecord, Labs};
pub use letter::Letter;
pub(crate) use letter::letters;
pub(crate) use letters::doctors;
pub(crate) use person::{Name, Person};
pub use population::NewFile;
pub(crate) use population::{
    NewLetter, add_strays, amend, import, merge, new_message, poison, populate,
};
pub(crate) use proxy::Proxies;
pub use resource::NotSent;
pub(crate) use resource::{Draft, Party};
pub(crate) use second_factor::SecondFactor;
pub(crate) use store::{Attachment, Meant, Record, Shown, Store, Stray};
