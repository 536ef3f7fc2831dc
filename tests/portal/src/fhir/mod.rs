//! The FHIR R4 side: a token's patient sees their own Patient, Communications and attachments.

pub(crate) mod access;
mod binary;
mod broken;
mod capability;
mod care_team;
mod create;
mod criteria;
mod dress;
mod page;
mod paging;
mod parameters;
mod read;
mod search;

pub(crate) use binary::{create_file, document, file, stored_file};
pub(crate) use capability::metadata;
pub(crate) use care_team::{read_care_team, search_care_team};
pub(crate) use create::create;
pub(crate) use dress::only_answers;
pub(crate) use paging::{Pages, follow_page};
pub(crate) use read::{practitioner, read, read_patient, read_version, search_patient};
pub(crate) use search::{search, search_by_form};
