//! Whether a refresh still means the same person (OpenID Connect Core 1.0 §12.2).
//!
//! A grant has one issuer, one subject and one patient. All three are compared with whatever an
//! answer says of them, before anything else in it is judged: a token that has expired, or that is
//! signed with a key nobody knows, names whom it names. Only a different name is somebody else and
//! seals; what cannot be proved now is not, and neither is an answer that cannot be read.
//!
//! | found | verdict |
//! |---|---|
//! | another `iss`, `sub` or patient | [`Verdict::SomebodyElse`], whatever else is wrong |
//! | no audience, wrong signature, another access token | [`Verdict::Unusable`] |
//! | the same, but its keys are unknown, stale or not to be had | [`Verdict::CannotVerify`] |
//! | the same, or no `id_token` | [`Verdict::Same`], whatever its times |

use super::id_token::{Claims, IdTokenError};
use super::jwks::{KeySet, VerifyError};
use super::jws::Jws;
use super::token::TokenResponse;
use crate::base_url::Base;
use crate::fhir::user::FhirUser;

/// Who a session belongs to.
#[derive(Clone, Copy)]
pub struct RefreshIdentity<'a> {
    /// The issuer, byte for byte.
    pub issuer: &'a str,
    /// The client whom the tokens were given to.
    pub client_id: &'a str,
    /// `sub` at sign-in.
    pub subject: &'a str,
    /// The patient's id.
    pub patient: &'a str,
    /// Whether `fhirUser` named that patient at sign-in, beside or in place of `patient`. Then it has
    /// to go on doing so where it names one.
    pub patient_is_user: bool,
    /// Where the record lies, to read `fhirUser`.
    pub base: &'a Base,
}

impl std::fmt::Debug for RefreshIdentity<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshIdentity(..)")
    }
}

/// The issuer's keys, as far as they can be had.
#[derive(Debug, Clone, Copy)]
pub enum Keys<'a> {
    /// It publishes none: what comes straight from its token endpoint is believed (§3.1.3.7 point 6).
    NotPublished,
    /// These.
    Known(&'a KeySet),
    /// It publishes some, and they cannot be had now: 403, 404, 5xx, no connection, unreadable.
    Unavailable,
}

/// What an answer says about the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The same, or nothing is said.
    Same,
    /// Somebody else, or somebody else's record: use nothing of it, give its tokens back, seal.
    SomebodyElse,
    /// It names the same person, and the signature cannot be checked now. It came straight from the
    /// token endpoint, so its tokens may be kept, as the old ones may be used up; never a reason to
    /// seal.
    CannotVerify,
    /// Not usable: keep what was there and try again later.
    Unusable(IdTokenError),
}

impl Verdict {
    /// Whether the issuer's keys should be read anew, once, and the answer compared again: it may
    /// have changed them.
    pub fn is_worth_new_keys(self) -> bool {
        matches!(
            self,
            Self::CannotVerify | Self::Unusable(IdTokenError::WrongSignature)
        )
    }
}

impl RefreshIdentity<'_> {
    /// Compares an answer to a refresh. A clock that is off is forgiven, and nothing but the clock:
    /// times are not looked at.
    pub fn compare(&self, answer: &TokenResponse, keys: Keys<'_>) -> Verdict {
        let said = answer.patient.as_ref();
        if said.is_some_and(|patient| patient.0 != self.patient) {
            return Verdict::SomebodyElse;
        }
        let Some(token) = &answer.id_token else {
            return Verdict::Same;
        };
        let jws = match Jws::parse(token.expose()) {
            Ok(jws) => jws,
            Err(error) => return Verdict::Unusable(error.into()),
        };
        let Some(claims) = Claims::of(&jws) else {
            return Verdict::Unusable(IdTokenError::Malformed);
        };
        if self.is_somebody_else(&claims) {
            return Verdict::SomebodyElse;
        }
        let readable = claims
            .check_addressee(self.issuer, self.client_id)
            .and_then(|()| claims.subject().map(|_| ()))
            .and_then(|()| claims.check_access_token(&jws, Some(&answer.access_token)));
        if let Err(error) = readable {
            return Verdict::Unusable(error);
        }
        match keys {
            Keys::NotPublished => Verdict::Same,
            Keys::Unavailable => Verdict::CannotVerify,
            Keys::Known(keys) => match keys.verify(&jws) {
                Ok(()) => Verdict::Same,
                Err(VerifyError::UnknownKey) => Verdict::CannotVerify,
                Err(error) => Verdict::Unusable(error.into()),
            },
        }
    }

    fn is_somebody_else(&self, claims: &Claims) -> bool {
        let other_issuer = claims.issuer().is_some_and(|issuer| issuer != self.issuer);
        let other_subject = claims
            .subject()
            .is_ok_and(|subject| subject != self.subject);
        let user = claims.fhir_user();
        let user = user.and_then(|user| FhirUser::parse(user, self.base));
        let other_patient = match user {
            Some(FhirUser::Patient(id)) => self.patient_is_user && id != self.patient,
            _ => false,
        };
        other_issuer || other_subject || other_patient
    }
}

#[cfg(test)]
mod tests;
