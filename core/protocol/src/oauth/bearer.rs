//! What a portal says when it refuses a token: `WWW-Authenticate` with the scheme `Bearer` or
//! `DPoP` (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3).
//!
//! One 401 with `invalid_token` is worth one refresh, one with `use_dpop_nonce` one repetition with
//! the nonce. `insufficient_scope` is worth neither: a new token of the same kind would be refused
//! as well. `insufficient_user_authentication` says what lifts it, a [`StepUp`].

use std::time::Duration;

use super::ErrorCode;
use super::step_up::StepUp;
use crate::limits;

/// What a `Bearer` or `DPoP` challenge says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BearerChallenge {
    /// Absent when the request had no token.
    pub error: Option<ErrorCode>,
    /// How fresh the authentication must be, in seconds.
    pub max_age: Option<u64>,
    /// Authentication context classes of which one is wanted: at most [`limits::ACR_VALUES`] of at
    /// most [`limits::ACR_VALUE`] visible characters.
    pub acr_values: Vec<String>,
}

impl BearerChallenge {
    /// Reads one field value; several challenges may share it (RFC 9110 §11.6.1). The one that asks
    /// for a nonce counts before all, then the first with an error, then the first. Nothing if none
    /// is `Bearer` or `DPoP`.
    pub fn parse(field: &str) -> Option<Self> {
        let mut found: Vec<Self> = Vec::new();
        let mut in_ours = false;
        for part in split_at_commas(field) {
            // A part is `scheme`, `scheme name=value` or `name=value`.
            let (first, rest) = part.split_once([' ', '\t']).unwrap_or((part, ""));
            let parameter = if first.contains('=') || rest.trim_start().starts_with('=') {
                part
            } else {
                let is = |scheme| first.eq_ignore_ascii_case(scheme);
                in_ours = is("bearer") || is("dpop");
                if in_ours {
                    found.push(Self::default());
                }
                rest.trim()
            };
            if let Some(challenge) = found.last_mut().filter(|_| in_ours) {
                challenge.take(parameter);
            }
        }
        let nonce = found.iter().position(Self::is_nonce_wanted);
        let error = || found.iter().position(|one| one.error.is_some());
        let chosen = nonce.or_else(error).unwrap_or(0);
        (chosen < found.len()).then(|| found.swap_remove(chosen))
    }

    /// Whether the proof of possession was refused, and nothing else (RFC 9449 §7.1).
    pub fn refuses_proof(&self) -> bool {
        self.error
            .as_ref()
            .is_some_and(|code| code.as_str() == "invalid_dpop_proof")
    }

    /// Whether a refresh may help.
    pub fn is_invalid_token(&self) -> bool {
        self.is("invalid_token")
    }

    /// Whether the same request with the nonce of `DPoP-Nonce` may help (RFC 9449 §9).
    pub fn is_nonce_wanted(&self) -> bool {
        self.is("use_dpop_nonce")
    }

    /// What the person must do for this request to be accepted, if that is why it was refused.
    pub fn step_up(&self) -> Option<StepUp> {
        self.is("insufficient_user_authentication").then(|| StepUp {
            acr_values: self.acr_values.clone(),
            max_age: self
                .max_age
                .map(|seconds| Duration::from_secs(seconds).min(limits::MAX_AGE)),
        })
    }

    fn is(&self, code: &str) -> bool {
        self.error
            .as_ref()
            .is_some_and(|said| said.as_str() == code)
    }

    fn take(&mut self, parameter: &str) {
        let Some((name, value)) = parameter.split_once('=') else {
            return;
        };
        let value = value.trim();
        let value = value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'))
            .unwrap_or(value);
        match name.trim().to_ascii_lowercase().as_str() {
            "error" if self.error.is_none() => self.error = Some(ErrorCode::new(value)),
            "max_age" if self.max_age.is_none() => self.max_age = value.parse().ok(),
            "acr_values" if self.acr_values.is_empty() => {
                self.acr_values = value
                    .split_ascii_whitespace()
                    .filter(|class| {
                        // What a quoted string can carry without an escape.
                        let plain = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
                        class.len() <= limits::ACR_VALUE && class.bytes().all(plain)
                    })
                    .take(limits::ACR_VALUES)
                    .map(str::to_owned)
                    .collect();
            }
            _ => {}
        }
    }
}

/// Splits at commas outside quoted strings (RFC 9110 §5.6.4).
fn split_at_commas(field: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in field.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&field[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&field[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts.into_iter().map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_error_is_found_in_every_form() {
        for field in [
            r#"Bearer error="invalid_token""#,
            r#"bearer realm="a, error=b \" x", error="invalid_token", error_description="expired""#,
            r#"Basic realm="x", Bearer realm="y", error="invalid_token""#,
            r#"DPoP algs="ES256", Bearer error=invalid_token"#,
            r#"Bearer error="invalid_token", DPoP error="invalid_dpop_proof""#,
            r#"Bearer  error = "invalid_token""#,
            r#"Bearer realm="x", Bearer error="invalid_token""#,
            r#"Bearer error="invalid_token", Bearer error="insufficient_scope""#,
        ] {
            assert!(
                BearerChallenge::parse(field).unwrap().is_invalid_token(),
                "{field}"
            );
        }
        for field in [
            "Bearer",
            r#"Bearer realm="invalid_token""#,
            r#"Bearer realm="x, error=\"invalid_token\"""#,
            r#"Bearer error="insufficient_scope""#,
            r#"Bearer realm="y", Basic error="invalid_token""#,
        ] {
            assert!(
                !BearerChallenge::parse(field).unwrap().is_invalid_token(),
                "{field}"
            );
        }
        for field in [
            "",
            ",",
            "Basic realm=\"x\"",
            "Bearers error=\"invalid_token\"",
        ] {
            assert_eq!(BearerChallenge::parse(field), None, "{field}");
        }
    }

    #[test]
    fn a_step_up_says_how_fresh() {
        let field = r#"Bearer error="insufficient_user_authentication", max_age="300""#;
        let challenge = BearerChallenge::parse(field).unwrap();
        assert_eq!(challenge.max_age, Some(300));
        assert!(!challenge.is_invalid_token());
        let max_age = Some(Duration::from_secs(300));
        let fresh = StepUp {
            max_age,
            ..StepUp::default()
        };
        assert_eq!(challenge.step_up(), Some(fresh));
        // RFC 9470 §3, with both.
        let field = r#"DPoP error="insufficient_user_authentication",
            error_description="More recent authentication is required", acr_values="myACR  urn:x:y", max_age=5"#;
        let strong = StepUp {
            acr_values: vec!["myACR".into(), "urn:x:y".into()],
            max_age: Some(Duration::from_secs(5)),
        };
        let step_up = |field| BearerChallenge::parse(field).unwrap().step_up();
        assert_eq!(step_up(field), Some(strong));
        assert_eq!(step_up(r#"DPoP error="invalid_token", max_age="5""#), None);
        let endless =
            r#"DPoP error=insufficient_user_authentication, max_age=18446744073709551615"#;
        assert_eq!(step_up(endless).unwrap().max_age, Some(limits::MAX_AGE));
    }

    #[test]
    fn what_is_wanted_is_bounded() {
        let many = format!(
            r#"Bearer error="insufficient_user_authentication", acr_values="{} {} é a\"b""#,
            "x".repeat(limits::ACR_VALUE + 1),
            "mfa ".repeat(100)
        );
        let step_up = BearerChallenge::parse(&many).unwrap().step_up().unwrap();
        assert_eq!(step_up.acr_values, vec!["mfa"; limits::ACR_VALUES]);
    }

    #[test]
    fn a_wish_for_a_nonce_counts_before_all() {
        for field in [
            r#"DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof""#,
            r#"Bearer error="invalid_token", DPoP algs="ES256", error="use_dpop_nonce""#,
            r#"Bearer, dpop error=use_dpop_nonce"#,
        ] {
            let challenge = BearerChallenge::parse(field).unwrap();
            assert!(
                challenge.is_nonce_wanted() && !challenge.is_invalid_token(),
                "{field}"
            );
        }
        let field = r#"DPoP error="invalid_dpop_proof", Bearer error="invalid_token""#;
        let challenge = BearerChallenge::parse(field).unwrap();
        assert!(!challenge.is_nonce_wanted() && !challenge.is_invalid_token());
    }

    #[test]
    fn members_of_one_challenge_do_not_reach_another() {
        let field = r#"Bearer max_age=1, DPoP error="insufficient_user_authentication", max_age=9, Basic max_age=7"#;
        let step_up = BearerChallenge::parse(field).unwrap().step_up().unwrap();
        assert_eq!(step_up.max_age, Some(Duration::from_secs(9)));
    }

    proptest! {
        #[test]
        fn no_field_makes_parsing_fail_loudly(field in "(Bearer|error|=|\"|,| |\\\\|é){0,20}|.*") {
            let _ = BearerChallenge::parse(&field);
        }
    }
}
