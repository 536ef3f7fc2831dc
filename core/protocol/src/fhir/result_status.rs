//! How far a laboratory is with a result: `Observation.status` (<https://hl7.org/fhir/R4/valueset-observation-status.html>)
//! and `DiagnosticReport.status` (<https://hl7.org/fhir/R4/valueset-diagnostic-report-status.html>).

/// How far a laboratory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultStatus {
    /// It is known that there will be one.
    Registered,
    /// Some of it is there, and may change. `partial` is the same of a report.
    Preliminary,
    /// Complete and verified.
    Final,
    /// Changed after it was final.
    Amended,
    /// Changed after it was final, since it was wrong.
    Corrected,
    /// Something was added after it was final.
    Appended,
    /// It was not made.
    Cancelled,
    /// Never should have been; not to be shown.
    EnteredInError,
    /// Not said, or not a code of the specification.
    Unknown,
}

impl ResultStatus {
    /// Reads a code, however it is written: what was entered in error must not be shown for a capital letter.
    pub(super) fn of(said: Option<&str>) -> Self {
        let plain = |c: char| match c {
            ' ' | '_' => '-',
            c => c.to_ascii_lowercase(),
        };
        let code: Option<String> = said.map(|said| said.trim().chars().map(plain).collect());
        match code.as_deref() {
            Some("registered") => Self::Registered,
            Some("preliminary" | "partial") => Self::Preliminary,
            Some("final") => Self::Final,
            Some("amended") => Self::Amended,
            Some("corrected") => Self::Corrected,
            Some("appended") => Self::Appended,
            // R5 says the latter of an observation.
            Some("cancelled" | "canceled" | "cannot-be-obtained") => Self::Cancelled,
            Some("entered-in-error") => Self::EnteredInError,
            _ => Self::Unknown,
        }
    }

    /// Whether it is to be shown no longer.
    pub fn is_withdrawn(self) -> bool {
        matches!(self, Self::Cancelled | Self::EnteredInError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_does_not_bring_back_what_was_withdrawn() {
        for said in ["entered-in-error", "Entered_In_Error", " ENTERED IN ERROR "] {
            assert!(ResultStatus::of(Some(said)).is_withdrawn(), "{said}");
        }
        for said in ["final", "corrected", "anything else"] {
            assert!(!ResultStatus::of(Some(said)).is_withdrawn(), "{said}");
        }
        assert_eq!(ResultStatus::of(None), ResultStatus::Unknown);
    }
}
