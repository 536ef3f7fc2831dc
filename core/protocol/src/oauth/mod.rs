//! Authorization: OAuth 2.0 (RFC 6749), OpenID Connect Core 1.0 and SMART App Launch 2.2.
//!
//! | module | what it does |
//! |---|---|
//! | [`discovery`] | finds a portal's endpoints and protections |
//! | [`registration`] | registers the app as a client |
//! | [`scope`] | chooses the scopes to request |
//! | [`refusal`] | maps error codes to remedies |
//! | [`pkce`] | proves that whoever redeems a code has requested it |
//! | [`authorize`] | browser sign-in: builds the address, checks the redirect |
//! | [`par`] | pushes the authorization request beforehand |
//! | [`first_party`] | native sign-in: one request and response per step |
//! | [`token`] | redeems codes, refreshes and revokes tokens |
//! | [`id_token`] | verifies who signed in |
//! | [`identity`] | checks that a refresh is for the same person |
//! | [`jwks`] | verifies signatures with the issuer's keys |
//! | [`bearer`] | reads why a token was refused |
//! | [`dpop`] | proves possession of the key that a token is bound to |
//! | [`step_up`] | requests fresh or stronger authentication |
//!
//! Requests are built as [`Form`]s; responses are read into enums whose variants say what to do next. Errors never
//! repeat text from a server: codes are [`ErrorCode`]s.

use std::fmt;

use url::form_urlencoded::Serializer;

use crate::limits;
use crate::secret::Secret;

pub mod authorize;
pub mod bearer;
pub mod discovery;
pub mod dpop;
pub mod first_party;
pub mod id_token;
pub mod identity;
pub mod jwks;
pub(crate) mod jws;
pub mod par;
pub mod pkce;
pub mod refusal;
pub mod registration;
pub mod scope;
pub mod step_up;
pub mod token;

/// A request body, `application/x-www-form-urlencoded`. It contains secrets, so it is cleared when dropped and never
/// printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form(Secret);

impl Form {
    /// The content type to send it with.
    pub const CONTENT_TYPE: &'static str = "application/x-www-form-urlencoded";

    pub(crate) fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let pairs: Vec<_> = pairs.into_iter().collect();
        // Allocated at once, so that growing leaves no copies behind: an octet becomes three at most.
        let room = pairs
            .iter()
            .map(|(name, value)| 3 * (name.len() + value.len()) + 2)
            .sum();
        let mut form = Serializer::new(String::with_capacity(room));
        for (name, value) in pairs {
            form.append_pair(name, value);
        }
        Self(Secret::new(form.finish()))
    }

    /// The encoded pairs.
    pub fn as_str(&self) -> &str {
        self.0.expose()
    }
}

/// An authorization code. Used once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code(pub Secret);

/// An `error` of a response: at most 64 of the characters that RFC 6749 §5.2 allows, else `invalid_error`.
///
/// A server may put anything there, so `Display` and `Debug` show only codes of the standards.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ErrorCode(String);

/// Codes of RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7009, RFC 7591 §3.2.2, RFC 8628 §3.5,
/// RFC 8707, RFC 9126, RFC 9449 §5 and §8, RFC 9470, and `mfa_required`, which several servers share; OpenID Connect
/// Core §3.1.2.6 and Unmet Authentication Requirements and draft-ietf-oauth-first-party-apps-04.
const KNOWN: [&str; 37] = [
    "access_denied",
    "account_selection_required",
    "authorization_pending",
    "consent_required",
    "expired_token",
    "insufficient_authorization",
    "insufficient_scope",
    "insufficient_user_authentication",
    "interaction_required",
    "invalid_client",
    "invalid_client_metadata",
    "invalid_dpop_proof",
    "invalid_error",
    "invalid_grant",
    "invalid_redirect_uri",
    "invalid_request",
    "invalid_request_uri",
    "invalid_scope",
    "invalid_session",
    "invalid_target",
    "invalid_token",
    "login_required",
    "mfa_required",
    "redirect_to_web",
    "request_not_supported",
    "request_uri_not_supported",
    "server_error",
    "slow_down",
    "temporarily_unavailable",
    "too_many_attempts",
    "unapproved_software_statement",
    "unauthorized_client",
    "unmet_authentication_requirements",
    "unsupported_grant_type",
    "unsupported_response_type",
    "unsupported_token_type",
    "use_dpop_nonce",
];

impl ErrorCode {
    /// Takes a code from an answer.
    pub fn new(code: &str) -> Self {
        let allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        let fine = (1..=limits::ERROR_CODE).contains(&code.len()) && code.bytes().all(allowed);
        Self(if fine { code } else { "invalid_error" }.to_owned())
    }

    /// Returns the code as sent. For comparison, not for display.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = KNOWN.contains(&self.as_str());
        f.write_str(if known { &self.0 } else { "another code" })
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorCode({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_standard_codes_are_shown() {
        assert_eq!(ErrorCode::new("invalid_grant").to_string(), "invalid_grant");
        let odd = ErrorCode::new("ana_novak_locked");
        assert_eq!(odd.as_str(), "ana_novak_locked");
        assert_eq!(
            format!("{odd} {odd:?}"),
            "another code ErrorCode(another code)"
        );
        for bad in ["", "a\"b", "a\\b", "ä", "a\n", &"x".repeat(65)] {
            assert_eq!(ErrorCode::new(bad).as_str(), "invalid_error");
        }
        assert!(KNOWN.is_sorted());
    }

    #[test]
    fn a_form_prints_nothing() {
        let form = Form::new([("password", "p&ss wörd"), ("a", "")]);
        assert_eq!(form.as_str(), "password=p%26ss+w%C3%B6rd&a=");
        assert_eq!(format!("{form:?}"), "Form(Secret(..))");
    }
}
