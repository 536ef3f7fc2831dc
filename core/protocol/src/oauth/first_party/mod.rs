//! Signing in on the app's own screens: OAuth 2.0 for First-Party Applications
//! (draft-ietf-oauth-first-party-apps-04).
//!
//! The draft gives the frame: one endpoint, an `auth_session` that ties the requests together and
//! is sent on each, an `authorization_code` in the end, and `error` to dispatch on. It leaves to
//! each server what to ask for (§5.2.2). Pericard documents its choice so that a portal can adopt
//! it:
//!
//! | member of `insufficient_authorization` | meaning |
//! |---|---|
//! | `password_required: true` | `username` and `password` are wanted |
//! | `otp_required: true` | `otp` is wanted, the draft's own example (§6.2) |
//! | `recovery_code_accepted: true` | `recovery_code` may be sent instead |
//! | `totp_enrolment_required: true` with `otpauth` | a second factor must be set up: `otp` is wanted, a code of that new secret |
//! | `attempts_left: n` | so many more wrong ones are tolerated |
//! | `rejected: "password"`, `"otp"` or `"recovery_code"` | what was just sent was wrong |
//!
//! Beside the `authorization_code`, `recovery_codes_left` says how many are left after one was used,
//! and `recovery_codes` shows new ones after a second factor was set up.
//!
//! `too_many_attempts` with `retry_after` (or the header field `Retry-After`) says when to try
//! again. A server that has no `rejected` is understood as well: asking once more for what was just
//! sent means that it was wrong. An enrolment whose address is not a usable one
//! ([`OtpAuth::parse`]) cannot be done here, and goes on in the browser.
//!
//! The status decides nothing where the body has an `error` (RFC 6749 answers 400 for most, servers
//! differ). Only a body that is not JSON is judged by it.

mod request;
mod response;

pub use request::{Sent, Start, send_code, send_password, send_recovery_code};
pub use response::{ChallengeError, ChallengeResponse, Needs};

#[cfg(test)]
mod tests;
