//! Checks that a refresh is for the same person (OpenID Connect Core 1.0 §12.2).
//!
//! A grant has one issuer, one subject and one patient. They are compared with the response before anything else in it
//! is checked: even an expired token, or one signed with an unknown key, names a person. Only a different name means
//! another person and seals; a response that cannot be verified or read does not.
//!
//! | found | verdict |
//! |---|---|
//! | another `iss`, `sub` or patient | [`Verdict::SomebodyElse`], whatever else is wrong |
//! | no audience, wrong signature, another access token | [`Verdict::Unusable`] |
//! | the same, but the keys are unknown, stale or unavailable | [`Verdict::CannotVerify`] |
//! | the same, or no `id_token` | [`Verdict::Same`], regardless of its times |

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
    /// The client that the tokens were issued to.
    pub client_id: &'a str,
    /// `sub` at sign-in.
    pub subject: &'a str,
    /// The patient's id.
    pub patient: &'a str,
    /// Whether `fhirUser` named that patient at sign-in, beside or instead of `patient`. Then it has to name the same
    /// one whenever it names a patient.
    pub patient_is_user: bool,
    /// Where the record lies, to read `fhirUser`.
    pub base: &'a Base,
}

impl std::fmt::Debug for RefreshIdentity<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshIdentity(..)")
    }
}

/// The issuer's keys, as far as they are available.
#[derive(Debug, Clone, Copy)]
pub enum Keys<'a> {
    /// It publishes none; a token directly from its token endpoint is accepted (§3.1.3.7 point 6).
    NotPublished,
    /// These.
    Known(&'a KeySet),
    /// It publishes some, and they cannot be fetched now: 403, 404, 5xx, no connection, unreadable.
    Unavailable,
}

/// The result of comparing a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The same person, or the response names nobody.
    Same,
    /// Another person, or another person's record: use nothing of it, revoke its tokens, seal.
    SomebodyElse,
    /// The same person, but the signature cannot be verified now. The response came directly from the token endpoint,
    /// and the old tokens may be used up, so its tokens may be used. Never a reason to seal.
    CannotVerify,
    /// The response cannot be used: keep the old tokens and try again later.
    Unusable(IdTokenError),
}

impl Verdict {
    /// Whether to fetch the issuer's keys once more and compare again, since they may have changed.
    pub fn is_worth_new_keys(self) -> bool {
        matches!(
            self,
            Self::CannotVerify | Self::Unusable(IdTokenError::WrongSignature)
        )
    }
}

impl RefreshIdentity<'_> {
    /// Compares the response to a refresh. Times are not checked, so that a wrong clock has no effect.
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
