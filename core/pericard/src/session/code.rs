//! The stable codes of a session's state, for log lines and reports.
//!
//! Uses: `problem`

use crate::platform::log::Coded;
use crate::storage::SealReason;

use super::SessionState;
use super::problem::AccountProblem;

impl Coded for SessionState {
    fn code(&self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Active => "active",
            Self::Locked => "locked",
            Self::StepUp => "step_up",
            Self::SignIn { reason } => reason.code(),
            Self::Sealed { reason } => match reason {
                SealReason::Refused => "sealed_refused",
                SealReason::IdentityChanged => "sealed_identity_changed",
                SealReason::Lease => "sealed_lease",
                SealReason::Destroyed => "sealed_destroyed",
            },
            Self::Unusable { problem } => match problem {
                AccountProblem::KeyLost => "unusable_key_lost",
                AccountProblem::Damaged => "unusable_damaged",
                AccountProblem::Configuration => "unusable_configuration",
                AccountProblem::Unavailable => "unusable_unavailable",
            },
        }
    }
}
