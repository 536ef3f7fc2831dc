//! The FHIR R4 side: a token shows its patient's Patient, Communications, care team and files, whoever signed in; and who
//! signed in, with those for whom they act.

pub(crate) mod access;
mod binary;
mod broken;
mod capability;
mod care_team;
mod create;
mod criteria;
mod documents;
mod dress;
mod labs;
mod page;
mod paging;
mod parameters;
mod people;
mod read;
mod search;

pub(crate) use binary::{create_file, document, file, stored_file};
pub(crate) use capability::metadata;
pub(crate) use care_team::{read_care_team, search_care_team};
pub(crate) use create::create;
pub(crate) use documents::search_documents;
pub(crate) use dress::only_answers;
pub(crate) use labs::{read_observation, read_report, search_observation, search_report};
pub(crate) use paging::{Pages, follow_page};
pub(crate) use people::{read_person, read_related_person, search_person, search_related_person};
pub(crate) use read::{practitioner, read, read_patient, read_version, search_patient};
pub(crate) use search::{search, search_by_form};
