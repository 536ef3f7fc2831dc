//! The stable codes of errors.
//!
//! Uses: `error`, `log`

use super::error::{
    InputProblem, KeystoreError, PericardError, PortalProblem, SignInReason, StorageKind,
};
use super::log::Coded;

impl Coded for PericardError {
    fn code(&self) -> &'static str {
        PericardError::code(self)
    }
}

impl Coded for KeystoreError {
    fn code(&self) -> &'static str {
        KeystoreError::code(self)
    }
}

impl Coded for StorageKind {
    fn code(&self) -> &'static str {
        StorageKind::code(*self)
    }
}

impl Coded for SignInReason {
    fn code(&self) -> &'static str {
        SignInReason::code(*self)
    }
}

/// How something ended.
impl<T> Coded for Result<T, PericardError> {
    fn code(&self) -> &'static str {
        match self {
            Ok(_) => "done",
            Err(error) => error.code(),
        }
    }
}

impl PericardError {
    /// What happened as one word that never changes, in `snake_case` and without any data: `offline`, `wrong_password`,
    /// `portal_failing`, `storage_full`. For logs and for counting; decide by the variants.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::SignInRequired { reason } => reason.code(),
            Self::StepUpRequired => "step_up_required",
            Self::LeaseEnded => "lease_ended",
            Self::Locked => "locked",
            Self::WrongPin { .. } => "wrong_pin",
            Self::SwitchedOff => "switched_off",
            Self::UpdateRequired { .. } => "update_required",
            Self::ClockWrong { .. } => "clock_wrong",
            Self::RateLimited { .. } => "rate_limited",
            Self::WrongPassword { .. } => "wrong_password",
            Self::WrongCode { .. } => "wrong_code",
            Self::InvalidInput { problem, .. } => problem.code(),
            Self::NotFound => "not_found",
            Self::InUse => "in_use",
            Self::Cancelled => "cancelled",
            Self::Closed => "closed",
            Self::Portal { problem, .. } => problem.code(),
            Self::Integrity { .. } => "integrity",
            Self::Storage { kind } => kind.code(),
            Self::Keystore { kind } => kind.code(),
            Self::Internal { .. } => "internal",
        }
    }
}

#[uniffi::export]
impl PericardError {
    /// What happened as one word that never changes, in `snake_case` and without any data: `offline`, `wrong_password`,
    /// `portal_failing`, `storage_full`. For logs and for counting; decide by the variants. Memory only.
    #[uniffi::method(name = "code")]
    pub fn exported_code(&self) -> String {
        self.code().to_owned()
    }
}

impl SignInReason {
    fn code(self) -> &'static str {
        match self {
            Self::SignedOut => "sign_in_signed_out",
            Self::Revoked => "sign_in_revoked",
            Self::IdentityChanged => "sign_in_identity_changed",
            Self::Destroyed => "sign_in_destroyed",
            Self::Expired => "sign_in_expired",
            Self::AnotherPerson => "sign_in_another_person",
            Self::Interaction => "sign_in_interaction",
            Self::Login => "sign_in_login",
            Self::Consent => "sign_in_consent",
            Self::AccountChoice => "sign_in_account_choice",
            Self::SecondFactor => "sign_in_second_factor",
            Self::ClientUnknown => "sign_in_client_unknown",
            Self::Refused => "sign_in_refused",
        }
    }
}

impl InputProblem {
    fn code(self) -> &'static str {
        match self {
            Self::Empty => "input_empty",
            Self::TooLong => "input_too_long",
            Self::TooShort => "input_too_short",
            Self::TooSimple => "input_too_simple",
            Self::TooLarge => "input_too_large",
            Self::TooMany => "input_too_many",
            Self::TooFew => "input_too_few",
            Self::NotDigits => "input_not_digits",
            Self::NotARecoveryCode => "input_not_a_recovery_code",
            Self::NotAUrl => "input_not_a_url",
            Self::NotHttps => "input_not_https",
            Self::NotThisSignIn => "input_not_this_sign_in",
            Self::NotConfigured => "input_not_configured",
            Self::NotACertificate => "input_not_a_certificate",
            Self::Unreadable => "input_unreadable",
            Self::SharedRedirect => "input_shared_redirect",
            Self::NotAsked => "input_not_asked",
            Self::WrongState => "input_wrong_state",
        }
    }
}

impl PortalProblem {
    fn code(self) -> &'static str {
        match self {
            Self::NotAPortal => "portal_not_a_portal",
            Self::WrongIssuer => "portal_wrong_issuer",
            Self::Insecure => "portal_insecure",
            Self::InvalidAnswer => "portal_invalid_answer",
            Self::TooLarge => "portal_too_large",
            Self::Mismatch => "portal_mismatch",
            Self::Unsupported => "portal_unsupported",
            Self::Refused => "portal_refused",
            Self::Failing => "portal_failing",
            Self::Certificate => "portal_certificate",
            Self::ForeignLink => "portal_foreign_link",
            Self::UntrustedIdentity => "portal_untrusted_identity",
            Self::NotFresh => "portal_not_fresh",
        }
    }
}

impl StorageKind {
    fn code(self) -> &'static str {
        match self {
            Self::Full => "storage_full",
            Self::ReadOnly => "storage_read_only",
            Self::WrongKey => "storage_wrong_key",
            Self::Damaged => "storage_damaged",
            Self::NotEncrypted => "storage_not_encrypted",
            Self::Newer => "storage_newer",
            Self::Unavailable => "storage_unavailable",
        }
    }
}

impl KeystoreError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unavailable => "keystore_unavailable",
            Self::Refused => "keystore_refused",
            Self::Lost => "keystore_lost",
            Self::Doubled => "keystore_doubled",
            Self::Unexpected { .. } => "keystore_unexpected",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code that changes is a change of the interface: it goes into the CHANGELOG and breaks this test.
    #[test]
    fn codes_are_words_and_each_says_one_thing() {
        let errors = [
            PericardError::Offline,
            PericardError::StepUpRequired,
            PericardError::LeaseEnded,
            PericardError::Locked,
            PericardError::WrongPin { attempts_left: 3 },
            PericardError::ClockWrong { portal_time: None },
            PericardError::RateLimited {
                retry_after: std::time::Duration::ZERO,
            },
            PericardError::WrongPassword {
                attempts_left: None,
            },
            PericardError::WrongCode {
                attempts_left: None,
            },
            PericardError::NotFound,
            PericardError::InUse,
            PericardError::Cancelled,
            PericardError::Closed,
            PericardError::Integrity {
                incident: "secret-id".into(),
            },
            PericardError::internal("somewhere"),
            PericardError::SignInRequired {
                reason: SignInReason::Revoked,
            },
            PericardError::input("text", InputProblem::Empty),
            PericardError::portal(PortalProblem::Failing),
            PericardError::storage(StorageKind::Full),
            KeystoreError::Lost.into(),
            KeystoreError::unexpected("somebody's words").into(),
        ];
        let mut codes: Vec<_> = errors.iter().map(PericardError::code).collect();
        for (error, code) in errors.iter().zip(&codes) {
            assert_eq!(error.exported_code(), *code);
            assert!(!error.to_string().is_empty());
            assert!(
                code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
                "{code}"
            );
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), errors.len());
        assert!(codes.contains(&"portal_failing") && codes.contains(&"wrong_password"));
    }
}
