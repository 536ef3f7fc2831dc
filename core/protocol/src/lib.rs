//! What patient portals say and how to understand it.
//!
//! Everything here is pure: no input or output, no clock, no randomness. Random bytes and the time
//! are arguments, so that every rule can be tested, fuzzed and replayed without a network. Crate
//! `pericard` does what is decided here.
//!
//! | module | what it decides |
//! |---|---|
//! | [`place`] | where a portal is, and which addresses an access token may go to |
//! | [`fhir`] | the part of FHIR R4 that messages need |
//! | [`admission`] | whose record something is |
//! | [`oauth`] | discovery, sign-in by browser and by the app's own screens, tokens |
//! | [`totp`], [`otpauth`], [`recovery_code`], [`two_factor`] | second factors: codes, setting up, removing |
//! | [`qr`] | a text as a QR code |
//! | [`json`] | documents that others wrote, member by member |
//! | [`display_text`] | what a screen and a terminal may be shown |
//! | [`http_date`], [`retry_after`] | times in header fields |
//! | [`session`] | what happens to a session, and when its cache is sealed |
//! | [`lifecycle`] | what a client does when it is paused, resumed and shut down |
//! | [`limits`] | how much of anything is accepted |
//!
//! # Promises
//! - No input makes a function panic or hang, or use memory out of proportion to it.
//! - No error text repeats what was read. Types that hold secrets or records of patients print nothing.

pub mod admission;
mod bounded;
pub mod display_text;
pub mod fhir;
pub mod http_date;
pub mod json;
pub mod lifecycle;
pub mod limits;
pub mod oauth;

pub mod base_url;
pub mod otpauth;
pub mod qr;
pub mod recovery_code;
pub mod retry_after;
pub mod secret;
pub mod session;
pub mod totp;
pub mod two_factor;
mod typed;
