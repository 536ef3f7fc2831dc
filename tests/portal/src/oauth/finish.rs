//! What every way of signing in ends with: whose record it is for, a code; and what enrolling leaves behind.

use totp_rs::Totp;

use super::sign_in::Second;
use crate::ProxyAccess;
use crate::data::SecondFactor;
use crate::data::second_factor::{self, RECOVERY_CODES};
use crate::fault::{FaultKind, OddLabel};
use crate::instance::State;

/// Whose record a sign-in is for.
pub(crate) enum Whose {
    /// This patient's.
    Of(usize),
    /// The app does not say.
    Unsaid,
    /// Somebody's for whom the person may not act, or nobody's.
    NotTheirs,
}

impl State {
    /// Whose record a sign-in is for. To be asked only once the person has proved who they are: before, the answer would
    /// tell anybody who acts for whom.
    pub(crate) fn whose(&mut self, index: usize, person: usize) -> Whose {
        let wanted = &self.sign_ins.at(index).wanted;
        let (patient, hint) = (wanted.patient, wanted.patient_hint.clone());
        let hint = hint.filter(|_| !self.faults.hit(FaultKind::IgnorePatientHint));
        let patient = match (hint, patient) {
            (Some(hint), _) => self.people.iter().position(|whose| whose.patient == hint),
            (None, Some(patient)) => Some(patient),
            (None, None) => return Whose::Unsaid,
        };
        match patient.filter(|&patient| self.proxies.may_act(person, patient)) {
            Some(patient) => Whose::Of(patient),
            None => Whose::NotTheirs,
        }
    }

    /// Those in whose name somebody may sign in, oneself first.
    pub(crate) fn choices(&self, person: usize) -> Vec<usize> {
        let proxies = self.proxies.of_person(person);
        let others = proxies.filter(|proxy| proxy.stands());
        std::iter::once(person)
            .chain(others.map(|proxy| proxy.patient))
            .collect()
    }

    /// Ends a sign-in with a code for the record of a patient.
    pub(crate) fn finish(
        &mut self,
        index: usize,
        person: usize,
        patient: usize,
        second: Option<Second>,
    ) -> String {
        let now = self.clock.millis();
        let sign_in = self.sign_ins.at(index);
        sign_in.finished = true;
        let mut wanted = sign_in.wanted.clone();
        let proxy = self.proxies.find(person, patient);
        if proxy.is_some_and(|proxy| proxy.access == ProxyAccess::Read) {
            wanted.scopes = wanted.scopes.read_only();
        }
        self.grants
            .issue_code(wanted, (person, patient), second, now, &mut self.entropy)
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
