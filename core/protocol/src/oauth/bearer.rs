//! What a portal says when it refuses a token: `WWW-Authenticate` with the scheme `Bearer` (RFC
//! 6750 §3, RFC 9470 §3).
//!
//! One 401 with `invalid_token` is worth one refresh. `insufficient_scope` and
//! `insufficient_user_authentication` are not: a new token of the same kind would be refused as
//! well.

use super::ErrorCode;

/// What a `Bearer` challenge says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BearerChallenge {
    /// Absent when the request had no token.
    pub error: Option<ErrorCode>,
    /// How fresh the authentication must be, in seconds.
    pub max_age: Option<u64>,
}

impl BearerChallenge {
    /// Reads one field value; several challenges may share it (RFC 9110 §11.6.1). Nothing if none
    /// is `Bearer`.
    pub fn parse(field: &str) -> Option<Self> {
        let mut found: Option<Self> = None;
        let mut in_bearer = false;
        for part in split_at_commas(field) {
            // A part is `scheme`, `scheme name=value` or `name=value`.
            let (first, rest) = part.split_once([' ', '\t']).unwrap_or((part, ""));
            let parameter = if first.contains('=') || rest.trim_start().starts_with('=') {
                part
            } else {
                in_bearer = first.eq_ignore_ascii_case("bearer");
                if in_bearer {
                    found.get_or_insert_default();
                }
                rest.trim()
            };
            if let Some(challenge) = found.as_mut().filter(|_| in_bearer) {
                challenge.take(parameter);
            }
        }
        found
    }

    /// Whether a refresh may help.
    pub fn is_invalid_token(&self) -> bool {
        self.error
            .as_ref()
            .is_some_and(|code| code.as_str() == "invalid_token")
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
    }

    proptest! {
        #[test]
        fn no_field_makes_parsing_fail_loudly(field in "(Bearer|error|=|\"|,| |\\\\|é){0,20}|.*") {
            let _ = BearerChallenge::parse(&field);
        }
    }
}
