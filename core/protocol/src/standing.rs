//! Whether somebody may still act for a patient.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Granted
//!     Granted --> Doubted: Forbidden
//!     Doubted --> Granted: Shown
//!     Doubted --> Withdrawn: Forbidden
//!     Granted --> Withdrawn: Over
//!     Doubted --> Withdrawn: Over
//! ```
//!
//! Only two things withdraw a grant: the portal says that it is over, or it forbids the patient's own record twice while it
//! shows the records of another. An empty answer, a failing server, a firewall's page and a session that ended do not.

/// What the portal answered about a patient, or about who acts for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It shows the patient.
    Shown,
    /// It forbids the patient, in its own words (403 with an OperationOutcome), and not everybody.
    Forbidden,
    /// It says that the relationship is over.
    Over,
    /// Anything else: nothing follows.
    Unsaid,
}

/// Where a grant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// Nothing speaks against it.
    #[default]
    Granted,
    /// It was refused once: look again.
    Doubted,
    /// It is gone.
    Withdrawn,
}

impl Standing {
    /// The standing after what was seen.
    #[must_use]
    pub fn on(self, seen: Seen) -> Self {
        match (self, seen) {
            (Self::Withdrawn, _) | (_, Seen::Over) | (Self::Doubted, Seen::Forbidden) => {
                Self::Withdrawn
            }
            (Self::Granted, Seen::Forbidden) => Self::Doubted,
            (_, Seen::Shown) => Self::Granted,
            (standing, Seen::Unsaid) => standing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Seen as S;

    fn after(seen: &[Seen]) -> Standing {
        seen.iter().fold(Standing::Granted, |it, seen| it.on(*seen))
    }

    #[test]
    fn one_refusal_is_a_doubt_and_two_are_a_withdrawal() {
        assert_eq!(after(&[S::Forbidden]), Standing::Doubted);
        assert_eq!(after(&[S::Forbidden, S::Unsaid]), Standing::Doubted);
        assert_eq!(after(&[S::Forbidden, S::Shown]), Standing::Granted);
        assert_eq!(
            after(&[S::Forbidden, S::Shown, S::Forbidden]),
            Standing::Doubted
        );
        assert_eq!(after(&[S::Forbidden, S::Forbidden]), Standing::Withdrawn);
        assert_eq!(after(&[S::Over]), Standing::Withdrawn);
    }

    #[test]
    fn nothing_else_withdraws_and_nothing_brings_back() {
        assert_eq!(after(&[S::Unsaid; 9]), Standing::Granted);
        assert_eq!(after(&[S::Over, S::Shown]), Standing::Withdrawn);
    }
}
