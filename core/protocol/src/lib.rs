//! The protocols of patient portals: building requests, reading responses, and every state machine.
//!
//! Everything here is pure: no input or output, no clock, no randomness. Random bytes and the time are arguments, so
//! that every rule can be tested, fuzzed and replayed without a network. Crate `pericard` carries out what is decided
//! here.
//!
//! | module | what it decides |
//! |---|---|
//! | [`base_url`] | the address of a portal, and where its access token may be sent |
//! | [`fhir`] | the part of FHIR R4 that messages need |
//! | [`admission`] | whose record a resource is |
//! | [`oauth`] | discovery, sign-in by browser and by the app's own screens, tokens |
//! | [`totp`], [`otpauth`], [`recovery_code`], [`two_factor`] | second factors: codes, enrolment, removal |
//! | [`qr`] | a text as a QR code |
//! | [`json`] | reading documents of other servers, member by member |
//! | [`display_text`] | making text safe to display |
//! | [`search_text`] | the normal form in which text is indexed and searched |
//! | [`http_date`], [`retry_after`] | times in header fields |
//! | [`files`] | names and addresses of files, and the machine of fetching one |
//! | [`session`] | the session machine: when to refresh, when to seal |
//! | [`sync`] | the machines of downloading, comparing and sending |
//! | [`lock`] | the lock machine: PIN, counted tries, absence |
//! | [`policy`] | what a clinic switches: reading its signed document, and which one is in force |
//! | [`lifecycle`] | the lifecycle machine: pause, resume, shut down |
//! | [`limits`] | limits on everything that is accepted |
//!
//! # Promises
//! - No input makes a function panic or hang, or use memory out of proportion to it.
//! - No error text repeats what was read. `Debug` of types with secrets or patients' records prints none of it.

pub mod admission;
mod bounded;
pub mod display_text;
pub mod fhir;
pub mod files;
pub mod http_date;
pub mod json;
pub mod lifecycle;
pub mod limits;
pub mod lock;
pub mod oauth;

pub mod base_url;
pub mod otpauth;
pub mod policy;
pub mod qr;
pub mod recovery_code;
pub mod retry_after;
pub mod search_text;
pub mod secret;
pub mod session;
pub mod showing;
pub mod standing;
pub mod sync;
pub mod totp;
pub mod two_factor;
mod typed;
