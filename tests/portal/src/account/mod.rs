//! What people may do with their own account: the second factor from within the app, and pages of their
//! own in the browser.

mod totp;
mod visits;

pub(crate) use totp::{Enrolments, begin, confirm, disable, recovery_codes, status};
pub(crate) use visits::{Purpose, Visit, Visits};
