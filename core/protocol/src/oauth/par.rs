//! Pushed authorization requests (RFC 9126): the request goes to the server directly, and the
//! browser carries only a reference to it. So what is asked for can neither be read nor changed on
//! its way through the browser.
//!
//! The body is [`AuthorizationRequest::form`](super::authorize::AuthorizationRequest::form). The
//! reference is used once, within its short life; afterwards the request is pushed anew.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::ErrorCode;
use super::discovery::PortalEndpoints;
use crate::limits;
use crate::secret::Secret;

/// A request that the server holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Its reference. Whoever has it can start this sign-in.
    pub request_uri: Secret,
    /// How long it can be used, within [`limits::PUSHED_LIFE`].
    pub expires_in: Duration,
}

/// Why a request was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParError {
    /// The server refused; `use_dpop_nonce` asks for the same request with a nonce.
    #[error("the portal refused: {0}")]
    Refused(ErrorCode),
    /// The server fails (5xx) or asks to wait (429).
    #[error("the portal is not available")]
    Unavailable,
    /// Not an answer of this endpoint.
    #[error("the answer is not one of a pushed authorization request endpoint")]
    NotAnAnswer,
}

#[derive(Deserialize)]
struct Raw {
    error: Option<String>,
    request_uri: Option<Secret>,
    expires_in: Option<Value>,
}

impl Pushed {
    /// Reads an answer (§2.2, §2.3).
    pub fn parse(status: u16, body: &[u8]) -> Result<Self, ParError> {
        if status == 429 || status >= 500 {
            return Err(ParError::Unavailable);
        }
        let raw = Some(body).filter(|body| limits::depth_is_fine(body));
        let raw: Raw = raw
            .and_then(|body| serde_json::from_slice(body).ok())
            .ok_or(ParError::NotAnAnswer)?;
        if let Some(code) = raw.error {
            return Err(ParError::Refused(ErrorCode::new(&code)));
        }
        let request_uri = raw
            .request_uri
            .filter(|uri| (200..300).contains(&status) && is_reference(uri.expose()))
            .ok_or(ParError::NotAnAnswer)?;
        let (shortest, longest) = limits::PUSHED_LIFE;
        let said = raw.expires_in.and_then(|said| said.as_f64());
        let life = match said {
            // Casting saturates, and is bounded right after.
            Some(seconds) => Duration::from_secs(seconds as u64),
            None => limits::PUSHED_LIFE_UNSAID,
        };
        Ok(Self {
            request_uri,
            expires_in: life.clamp(shortest, longest),
        })
    }

    /// The address to open in the browser (§4).
    pub fn url(&self, endpoints: &PortalEndpoints, client_id: &str) -> Url {
        let mut url = endpoints.authorization.clone();
        url.query_pairs_mut()
            .append_pair("client_id", client_id)
            .append_pair("request_uri", self.request_uri.expose());
        url
    }
}

/// Some URI: a scheme and visible characters.
fn is_reference(text: &str) -> bool {
    text.len() <= limits::REQUEST_URI
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && text
            .split_once(':')
            .is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::oauth::discovery::SmartConfiguration;
    use proptest::prelude::*;

    fn parse(status: u16, body: &str) -> Result<Pushed, ParError> {
        Pushed::parse(status, body.as_bytes())
    }

    /// RFC 9126 §2.2.
    const EXAMPLE: &str = r#"{"request_uri":"urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c","expires_in":60}"#;

    #[test]
    fn the_example_of_rfc_9126() {
        let pushed = parse(201, EXAMPLE).unwrap();
        assert_eq!(pushed.expires_in, Duration::from_secs(60));
        assert!(!format!("{pushed:?}").contains("6esc"));
        let smart = SmartConfiguration::parse(
            br#"{"issuer":"https://server.example.com","authorization_endpoint":"https://server.example.com/authorize?a=b",
            "token_endpoint":"https://server.example.com/token","code_challenge_methods_supported":["S256"]}"#,
        );
        let endpoints = PortalEndpoints::merge(&smart.unwrap(), None, false).unwrap();
        assert_eq!(
            pushed.url(&endpoints, "s6BhdRkqt3").as_str(),
            "https://server.example.com/authorize?a=b&client_id=s6BhdRkqt3\
             &request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A6esc_11ACC5bwc014ltc14eY22c"
        );
    }

    #[test]
    fn a_life_is_bounded() {
        let life = |said: &str| {
            let body = format!(r#"{{"request_uri":"urn:x"{said}}}"#);
            parse(201, &body).unwrap().expires_in.as_secs()
        };
        assert_eq!(life(r#","expires_in":90"#), 90);
        assert_eq!(life(r#","expires_in":0"#), 5);
        assert_eq!(life(r#","expires_in":-1"#), 5);
        assert_eq!(life(r#","expires_in":1e300"#), 600);
        assert_eq!(life(""), 60);
        assert_eq!(life(r#","expires_in":"soon""#), 60);
    }

    #[test]
    fn refusals_failures_and_nonsense_are_told_apart() {
        let refused = |code| Err(ParError::Refused(ErrorCode::new(code)));
        let nonce = r#"{"error":"use_dpop_nonce"}"#;
        assert_eq!(parse(400, nonce), refused("use_dpop_nonce"));
        assert_eq!(
            parse(401, r#"{"error":"invalid_client"}"#),
            refused("invalid_client")
        );
        for status in [429, 500, 503] {
            assert_eq!(parse(status, EXAMPLE), Err(ParError::Unavailable));
        }
        let long = format!(
            r#"{{"request_uri":"urn:{}"}}"#,
            "x".repeat(limits::REQUEST_URI)
        );
        for (status, body) in [
            (400, EXAMPLE),
            (302, EXAMPLE),
            (200, "<html>"),
            (201, "{}"),
            (201, r#"{"request_uri":""}"#),
            (201, r#"{"request_uri":"nothing"}"#),
            (201, r#"{"request_uri":"urn:a b"}"#),
            (201, r#"{"request_uri":7}"#),
            (201, &long),
        ] {
            assert_eq!(parse(status, body), Err(ParError::NotAnAnswer), "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_parsing_fail_loudly(status: u16, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Pushed::parse(status, &body);
        }
    }
}
