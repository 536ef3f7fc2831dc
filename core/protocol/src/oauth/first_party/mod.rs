//! Signing in on the app's own screens: OAuth 2.0 for First-Party Applications
//! (draft-ietf-oauth-first-party-apps-04).
//!
//! The draft defines the frame: one endpoint, an `auth_session` that connects the requests and is sent with each, an
//! `authorization_code` at the end, and `error` to dispatch on. What a server asks for is left to it (§5.2.2). Pericard
//! documents its members so that a portal can adopt them:
//!
//! | member of `insufficient_authorization` | meaning |
//! |---|---|
//! | `password_required: true` | send `username` and `password` |
//! | `otp_required: true` | send `otp`, the draft's own example (§6.2) |
//! | `recovery_code_accepted: true` | `recovery_code` may be sent instead |
//! | `totp_enrolment_required: true` with `otpauth` | a second factor must be set up: send `otp`, a code of the new secret |
//! | `attempts_left: n` | n attempts are left |
//! | `rejected: "password"`, `"otp"` or `"recovery_code"` | the value just sent was wrong |
//!
//! Beside the `authorization_code`, `recovery_codes_left` says how many are left after one was used, and
//! `recovery_codes` has new ones after a second factor was set up.
//!
//! `too_many_attempts` with `retry_after` (or the header field `Retry-After`) says when to try again. A server without
//! `rejected` is supported too: asking again for what was just sent means that it was wrong. An enrolment whose URI
//! cannot be used ([`OtpAuth::parse`](crate::otpauth::OtpAuth::parse)) continues in the browser.
//!
//! The status is ignored if the body has an `error` (RFC 6749 uses 400 for most; servers differ). It only counts for a
//! body that is not JSON.

mod request;
mod response;

pub use request::{Sent, Start, send_code, send_password, send_recovery_code};
pub use response::{ChallengeError, ChallengeResponse, Needs};

#[cfg(test)]
mod tests;
