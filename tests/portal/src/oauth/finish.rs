//! What every way of signing in ends with, and what enrolling leaves behind.

use totp_rs::Totp;

use super::sign_in::Second;
use crate::data::SecondFactor;
use crate::data::second_factor::{self, RECOVERY_CODES};
use crate::fault::{FaultKind, OddLabel};
use crate::instance::State;

impl State {
    /// Ends a sign-in with a code.
    pub(crate) fn finish(&mut self, index: usize, person: usize, second: Option<Second>) -> String {
        let now = self.clock.millis();
        let sign_in = self.sign_ins.at(index);
        sign_in.finished = true;
        let wanted = sign_in.wanted.clone();
        self.grants
            .issue_code(wanted, person, second, now, &mut self.entropy)
    }

    /// The secret that this sign-in shows to somebody who must enrol.
    pub(crate) fn enrolling(&mut self, index: usize, person: usize) -> Totp {
        let whose = &self.people[person];
        let shown = &mut self.sign_ins.at(index).enrolling;
        shown
            .get_or_insert_with(|| second_factor::enrol(&whose.user, whose.totp, &mut self.entropy))
            .clone()
    }

    /// The address that hands a new secret over.
    pub(crate) fn handed_over(&mut self, totp: &Totp) -> String {
        let uri = second_factor::otpauth(totp);
        let fault = self
            .faults
            .take(|kind| matches!(kind, FaultKind::OtpauthLabel { .. }));
        let (Some(FaultKind::OtpauthLabel { label }), Some((_, query))) =
            (fault, uri.split_once('?'))
        else {
            return uri;
        };
        // An issuer of its own, said once.
        let rest: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.starts_with("issuer="))
            .collect();
        let (label, issuer) = match label {
            OddLabel::Plus => ("Linden%20Clinic:ana", "Linden+Clinic"),
            OddLabel::ThreeParts => ("Linden:Linden%20Clinic:ana", "Linden"),
            OddLabel::OtherIssuer => ("linden%20clinic:ana", "Linden%20Clinic"),
            OddLabel::Missing => ("", "Linden%20Clinic"),
        };
        format!("otpauth://totp/{label}?{}&issuer={issuer}", rest.join("&"))
    }

    /// Puts a confirmed secret in the place of what was enrolled; gives its recovery codes.
    pub(crate) fn enrolled(&mut self, person: usize, totp: Totp) -> Vec<String> {
        let codes = second_factor::recovery_codes(&mut self.entropy, RECOVERY_CODES);
        self.people[person].factor = Some(SecondFactor::new(totp, &codes));
        codes
    }
}
