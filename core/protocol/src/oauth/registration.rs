//! Dynamic client registration (RFC 7591), for a portal that has not given the app a `client_id`.
//!
//! The app registers as a public native client: no secret, codes with PKCE, one redirect. A response that changes this
//! (a client with a secret, another redirect) is refused, because signing in would fail later without a visible reason.

use serde::{Deserialize, Serialize};

use super::ErrorCode;
use crate::json::{self, Anything, Member, Text, Words};
use crate::limits;

/// The client to register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registration<'a> {
    /// The app's name, which the portal shows the person.
    pub client_name: &'a str,
    /// The redirect; for loopback without the port (RFC 8252 §7.3).
    pub redirect: &'a str,
    /// Every scope that will ever be requested, separated by spaces.
    pub scope: &'a str,
    /// Whether access tokens must be bound to a key (RFC 9449 §5.2).
    pub dpop: bool,
}

/// Why registering failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// The portal refused.
    #[error("the portal refused: {0}")]
    Refused(ErrorCode),
    /// The portal fails (5xx) or asks to wait (429).
    #[error("the portal is not available")]
    Unavailable,
    /// It registered a client that needs a secret.
    #[error("the portal registered a client with a secret")]
    NotPublic,
    /// It registered another redirect.
    #[error("the portal registered another redirect")]
    OtherRedirect,
    /// Not an answer of a registration endpoint.
    #[error("the answer is not one of a registration endpoint")]
    NotAnAnswer,
}

#[derive(Serialize)]
struct Metadata<'a> {
    client_name: &'a str,
    redirect_uris: [&'a str; 1],
    token_endpoint_auth_method: &'a str,
    grant_types: [&'a str; 2],
    response_types: [&'a str; 1],
    application_type: &'a str,
    scope: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dpop_bound_access_tokens: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Raw {
    error: Member<Text>,
    client_id: Member<Text>,
    client_secret: Member<Anything>,
    token_endpoint_auth_method: Member<Text>,
    redirect_uris: Member<Words>,
}

impl Registration<'_> {
    /// The body to send as `application/json` (§3.1).
    pub fn json(&self) -> String {
        let metadata = Metadata {
            client_name: self.client_name,
            redirect_uris: [self.redirect],
            token_endpoint_auth_method: "none",
            grant_types: ["authorization_code", "refresh_token"],
            response_types: ["code"],
            application_type: "native",
            scope: self.scope,
            dpop_bound_access_tokens: self.dpop,
        };
        // Texts and a flag cannot fail to be written.
        serde_json::to_string(&metadata).unwrap_or_default()
    }
}

/// Reads an answer (§3.2) to the registration of a redirect: the `client_id`, at most
/// [`limits::CLIENT_ID`] printable ASCII characters.
pub fn parse(status: u16, body: &[u8], redirect: &str) -> Result<String, RegistrationError> {
    if status == 429 || status >= 500 {
        return Err(RegistrationError::Unavailable);
    }
    let raw: Raw = json::read(body).map_err(|_| RegistrationError::NotAnAnswer)?;
    if let Some(code) = raw.error.get() {
        return Err(RegistrationError::Refused(ErrorCode::new(&code)));
    }
    // RFC 6749 appendix A.1: VSCHAR.
    let is_id = |id: &String| {
        (1..=limits::CLIENT_ID).contains(&id.len())
            && id.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
    };
    let client_id = raw
        .client_id
        .get()
        .filter(|id| (200..300).contains(&status) && is_id(id))
        .ok_or(RegistrationError::NotAnAnswer)?;
    let is_public = match raw.token_endpoint_auth_method.get() {
        Some(method) => method == "none",
        // §2: unsaid it is a secret, which some servers that give none forget.
        None => raw.client_secret.get().is_none(),
    };
    if !is_public {
        return Err(RegistrationError::NotPublic);
    }
    let redirect_is_ours = raw
        .redirect_uris
        .get()
        .is_none_or(|registered| registered.iter().any(|one| one == redirect));
    if !redirect_is_ours {
        return Err(RegistrationError::OtherRedirect);
    }
    Ok(client_id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const REDIRECT: &str = "http://127.0.0.1/callback";

    fn answer() -> Value {
        json!({
            "client_id": "s6BhdRkqt3", "client_id_issued_at": 1, "client_secret_expires_at": 0,
            "token_endpoint_auth_method": "none", "redirect_uris": [REDIRECT],
        })
    }

    fn with(change: impl FnOnce(&mut Value)) -> Result<String, RegistrationError> {
        let mut answer = answer();
        change(&mut answer);
        parse(201, answer.to_string().as_bytes(), REDIRECT)
    }

    #[test]
    fn a_public_native_client_is_registered() {
        let registration = Registration {
            client_name: "Pericard \"4\"",
            redirect: REDIRECT,
            scope: "openid launch/patient",
            dpop: true,
        };
        let json: Value = serde_json::from_str(&registration.json()).unwrap();
        insta::assert_json_snapshot!(json, @r#"
        {
          "application_type": "native",
          "client_name": "Pericard \"4\"",
          "dpop_bound_access_tokens": true,
          "grant_types": [
            "authorization_code",
            "refresh_token"
          ],
          "redirect_uris": [
            "http://127.0.0.1/callback"
          ],
          "response_types": [
            "code"
          ],
          "scope": "openid launch/patient",
          "token_endpoint_auth_method": "none"
        }
        "#);
        let unbound = Registration {
            dpop: false,
            ..registration
        };
        assert!(!unbound.json().contains("dpop"));
    }

    #[test]
    fn the_client_id_is_read() {
        assert_eq!(with(|_| {}).as_deref(), Ok("s6BhdRkqt3"));
        assert_eq!(
            with(|it| *it = json!({"client_id": "a b~"})).as_deref(),
            Ok("a b~")
        );
        assert!(with(|it| it["redirect_uris"] = json!(["x:/", REDIRECT])).is_ok());
        // A secret that the method makes useless.
        assert!(with(|it| it["client_secret"] = "x".into()).is_ok());
    }

    #[test]
    fn an_odd_member_costs_itself() {
        for absent in [Value::Null, json!("")] {
            for which in [
                "error",
                "client_secret",
                "token_endpoint_auth_method",
                "redirect_uris",
            ] {
                assert!(with(|it| it[which] = absent.clone()).is_ok(), "{which}");
            }
        }
        assert!(with(|it| it["redirect_uris"] = REDIRECT.into()).is_ok());
        assert!(with(|it| it["error"] = json!({})).is_ok());
        let secret = json!({"client_id": "a", "client_secret": {"value": "x"}});
        let given = with(|it| *it = secret);
        assert_eq!(given, Err(RegistrationError::NotPublic));
    }

    #[test]
    fn another_client_than_asked_for_is_refused() {
        for method in ["client_secret_basic", "private_key_jwt", "NONE"] {
            let said = with(|it| it["token_endpoint_auth_method"] = method.into());
            assert_eq!(said, Err(RegistrationError::NotPublic), "{method}");
        }
        let unsaid = with(|it| *it = json!({"client_id": "a", "client_secret": "x"}));
        assert_eq!(unsaid, Err(RegistrationError::NotPublic));
        for other in [
            json!([]),
            json!(["http://127.0.0.1:80/callback"]),
            json!(["https://evil.example"]),
        ] {
            let said = with(|it| it["redirect_uris"] = other);
            assert_eq!(said, Err(RegistrationError::OtherRedirect));
        }
        for id in [
            json!(""),
            json!("\u{e4}"),
            json!("a\n"),
            json!(7),
            json!("x".repeat(limits::CLIENT_ID + 1)),
        ] {
            assert_eq!(
                with(|it| it["client_id"] = id),
                Err(RegistrationError::NotAnAnswer)
            );
        }
    }

    #[test]
    fn refusals_failures_and_nonsense_are_told_apart() {
        let parse = |status, body: &str| parse(status, body.as_bytes(), REDIRECT);
        let refused = |code| Err(RegistrationError::Refused(ErrorCode::new(code)));
        assert_eq!(
            parse(400, r#"{"error":"invalid_redirect_uri"}"#),
            refused("invalid_redirect_uri")
        );
        let good = answer().to_string();
        for status in [429, 500] {
            assert_eq!(parse(status, &good), Err(RegistrationError::Unavailable));
        }
        for (status, body) in [
            (400, good.as_str()),
            (302, &good),
            (200, "<html>"),
            (201, "{}"),
        ] {
            assert_eq!(parse(status, body), Err(RegistrationError::NotAnAnswer));
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_parsing_fail_loudly(status: u16, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(status, &body, REDIRECT);
        }
    }
}
