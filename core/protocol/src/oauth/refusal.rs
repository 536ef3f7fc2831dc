//! Maps the error codes of OAuth and OpenID Connect to remedies.
//!
//! Wrong advice loses a patient who only has to accept new terms, and sealing a session because a server restarts is
//! worse. So every code has one [`Remedy`]. At a refresh nobody can answer questions, so whatever needs a browser
//! becomes a new sign-in ([`Remedy::at_refresh`]). Only `invalid_grant` ends a session.

use super::ErrorCode;

/// What a refusal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The person signs in again. The session has not ended, and the cache stays readable.
    NewSignIn {
        /// What the portal wants of them.
        why: Why,
    },
    /// A temporary failure. It says nothing about the session.
    Later,
    /// Stronger or fresher authentication (RFC 9470, first-party draft §6.2).
    StepUp,
    /// The grant is revoked, expired or used up.
    Revoked,
    /// The portal does not accept the app.
    Misconfigured,
    /// The person cancelled or was denied.
    Cancelled,
    /// None of the above.
    Other,
}

/// Why a new sign-in is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The portal wants to show something (`interaction_required`).
    Interaction,
    /// It requires a new login (`login_required`).
    Login,
    /// It wants consent (`consent_required`).
    Consent,
    /// It wants an account chosen (`account_selection_required`).
    Account,
    /// It wants a second factor (`mfa_required`).
    SecondFactor,
    /// It no longer knows this app (`invalid_client`). An app that registered itself registers again.
    ClientUnknown,
    /// What was begun took too long (`expired_token`).
    Expired,
    /// It gives no reason that says more.
    Refused,
}

impl Remedy {
    /// The remedy for a code, wherever it came from.
    pub fn of(code: &ErrorCode) -> Self {
        use Why as W;
        let new = |why| Self::NewSignIn { why };
        match code.as_str() {
            "interaction_required" => new(W::Interaction),
            "login_required" | "session_expired" => new(W::Login),
            "consent_required" => new(W::Consent),
            "account_selection_required" => new(W::Account),
            "mfa_required" => new(W::SecondFactor),
            "invalid_client" => new(W::ClientUnknown),
            "expired_token" => new(W::Expired),
            "temporarily_unavailable" | "server_error" | "slow_down" | "authorization_pending" => {
                Self::Later
            }
            "insufficient_authorization"
            | "insufficient_user_authentication"
            | "unmet_authentication_requirements" => Self::StepUp,
            "invalid_grant" => Self::Revoked,
            "unauthorized_client"
            | "unsupported_grant_type"
            | "unsupported_response_type"
            | "invalid_scope"
            | "invalid_redirect_uri"
            | "invalid_client_metadata"
            | "unapproved_software_statement"
            | "invalid_target"
            | "request_not_supported"
            | "request_uri_not_supported" => Self::Misconfigured,
            "access_denied" => Self::Cancelled,
            _ => Self::Other,
        }
    }

    /// The remedy for a code with which a refresh was refused: whatever is not trouble, a step-up or
    /// the end of the grant is worth a new sign-in.
    pub fn at_refresh(code: &ErrorCode) -> Self {
        match Self::of(code) {
            Self::Misconfigured | Self::Cancelled | Self::Other => {
                Self::NewSignIn { why: Why::Refused }
            }
            remedy => remedy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_remedy() {
        let new = |why| Remedy::NewSignIn { why };
        for (code, anywhere, at_refresh) in [
            ("interaction_required", new(Why::Interaction), None),
            ("login_required", new(Why::Login), None),
            ("consent_required", new(Why::Consent), None),
            ("account_selection_required", new(Why::Account), None),
            ("mfa_required", new(Why::SecondFactor), None),
            ("invalid_client", new(Why::ClientUnknown), None),
            ("expired_token", new(Why::Expired), None),
            ("temporarily_unavailable", Remedy::Later, None),
            ("server_error", Remedy::Later, None),
            ("slow_down", Remedy::Later, None),
            ("insufficient_authorization", Remedy::StepUp, None),
            ("unmet_authentication_requirements", Remedy::StepUp, None),
            ("invalid_grant", Remedy::Revoked, None),
            ("access_denied", Remedy::Cancelled, Some(new(Why::Refused))),
            ("invalid_request", Remedy::Other, Some(new(Why::Refused))),
            (
                "unauthorized_client",
                Remedy::Misconfigured,
                Some(new(Why::Refused)),
            ),
            (
                "invalid_scope",
                Remedy::Misconfigured,
                Some(new(Why::Refused)),
            ),
            ("x_locked", Remedy::Other, Some(new(Why::Refused))),
        ] {
            let sent = ErrorCode::new(code);
            assert_eq!(Remedy::of(&sent), anywhere, "{code}");
            let expected = at_refresh.unwrap_or(anywhere);
            assert_eq!(Remedy::at_refresh(&sent), expected, "{code}");
        }
    }

    #[test]
    fn only_invalid_grant_ends_a_session() {
        for code in super::super::KNOWN {
            let ends = Remedy::at_refresh(&ErrorCode::new(code)) == Remedy::Revoked;
            assert_eq!(ends, code == "invalid_grant", "{code}");
        }
    }
}
