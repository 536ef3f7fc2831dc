//! Step-up: requesting fresh or stronger authentication (RFC 9470).
//!
//! A portal refuses a request until the person has authenticated recently enough, or in one of certain ways. The
//! requirement goes into a new authorization request, and the result is compared with it: if the portal returns an older
//! or weaker sign-in (§4, last paragraph), repeating the request would be refused again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::id_token::IdClaims;
use crate::limits;

/// The required authentication.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StepUp {
    /// One of these authentication context classes; empty means any. In the portal's order of
    /// preference.
    pub acr_values: Vec<String>,
    /// How long ago the person may have authenticated; none means any time.
    pub max_age: Option<Duration>,
}

/// When and how a person proved who they are, as far as their portal said so.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SignInProof {
    /// `auth_time`.
    pub at: Option<Timestamp>,
    /// `acr`.
    pub acr: Option<String>,
}

impl From<&IdClaims> for SignInProof {
    fn from(claims: &IdClaims) -> Self {
        Self {
            at: claims.auth_time,
            acr: claims.acr.clone(),
        }
    }
}

impl StepUp {
    /// Whether a sign-in meets the requirement. A time in the future counts as now, within [`limits::CLOCK_TOLERANCE`].
    pub fn met_by(&self, proof: &SignInProof, now: Timestamp) -> bool {
        let fresh = self.max_age.is_none_or(|max_age| {
            let age = proof.at.map(|at| now.duration_since(at));
            let tolerance = limits::CLOCK_TOLERANCE;
            let oldest = SignedDuration::try_from(max_age.saturating_add(tolerance))
                .unwrap_or(SignedDuration::MAX);
            let newest = SignedDuration::try_from(tolerance).unwrap_or(SignedDuration::ZERO);
            age.is_some_and(|age| -newest <= age && age <= oldest)
        });
        let strong = self.acr_values.is_empty()
            || proof
                .acr
                .as_ref()
                .is_some_and(|acr| self.acr_values.contains(acr));
        fresh && strong
    }

    /// Returns the parameters of the authorization request (RFC 9470 §4).
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&'static str, String)> {
        let classes = (!self.acr_values.is_empty()).then(|| self.acr_values.join(" "));
        let max_age = self.max_age.map(|age| age.as_secs().to_string());
        [("acr_values", classes), ("max_age", max_age)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_800_000_000;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn claims(auth_time: Option<i64>, acr: Option<&str>) -> SignInProof {
        SignInProof {
            at: auth_time.map(at),
            acr: acr.map(str::to_owned),
        }
    }

    fn within(seconds: u64) -> StepUp {
        StepUp {
            max_age: Some(Duration::from_secs(seconds)),
            ..StepUp::default()
        }
    }

    #[test]
    fn freshness_is_held_against_the_time_that_comes_back() {
        let met = |auth_time| within(300).met_by(&claims(auth_time, None), at(NOW));
        for (auth_time, expected) in [
            (Some(NOW), true),
            (Some(NOW - 300 - 120), true),
            (Some(NOW - 300 - 121), false),
            (Some(NOW + 120), true),
            (Some(NOW + 121), false),
            (None, false),
        ] {
            assert_eq!(met(auth_time), expected, "{auth_time:?}");
        }
        let longest = StepUp {
            max_age: Some(Duration::MAX),
            ..StepUp::default()
        };
        assert!(longest.met_by(&claims(Some(0), None), at(NOW)));
    }

    #[test]
    fn the_class_must_be_one_of_those_wanted() {
        let strong = StepUp {
            acr_values: vec!["phr".into(), "mfa".into()],
            max_age: None,
        };
        let met = |acr| strong.met_by(&claims(None, acr), at(NOW));
        assert!(met(Some("mfa")) && met(Some("phr")));
        assert!(!met(Some("pwd")) && !met(Some("MFA")) && !met(None));
        assert!(StepUp::default().met_by(&claims(None, None), at(NOW)));
        let both = StepUp {
            acr_values: vec!["mfa".into()],
            ..within(60)
        };
        assert!(both.met_by(&claims(Some(NOW), Some("mfa")), at(NOW)));
        assert!(!both.met_by(&claims(Some(NOW), Some("pwd")), at(NOW)));
        assert!(!both.met_by(&claims(Some(NOW - 1000), Some("mfa")), at(NOW)));
    }

    proptest! {
        #[test]
        fn any_times_are_compared(max_age: u64, auth_time in -62_135_596_800_i64..253_402_207_200, now in -62_135_596_800_i64..253_402_207_200) {
            let met = within(max_age).met_by(&claims(Some(auth_time), None), at(now));
            let age = i128::from(now) - i128::from(auth_time);
            prop_assert_eq!(met, (-120..=i128::from(max_age) + 120).contains(&age));
        }

        #[test]
        fn what_is_stored_is_read_again(acr_values in prop::collection::vec("[!-~]{1,9}", 0..3), seconds in prop::option::of(any::<u64>())) {
            let step_up = StepUp { acr_values, max_age: seconds.map(Duration::from_secs) };
            let json = serde_json::to_string(&step_up).unwrap();
            prop_assert_eq!(serde_json::from_str::<StepUp>(&json).unwrap(), step_up);
        }
    }
}
