//! Pushed authorization requests (RFC 9126): the request goes to the server directly, and the browser carries only a
//! reference, so the request can be neither read nor changed in the browser.
//!
//! The body is [`AuthorizationRequest::form`](super::authorize::AuthorizationRequest::form). The
//! reference is used once, within its short life; for another attempt the request is pushed again.
//!
//! Pushing is optional unless the portal requires it (§5), and some servers list an endpoint that the client may not
//! use. [`plan`] decides how to start, and [`ParError::next`] how to continue after a refusal: with the plain request,
//! unless the portal requires pushing.

use std::time::Duration;

use serde::Deserialize;
use url::Url;

use super::ErrorCode;
use super::discovery::PortalEndpoints;
use super::refusal::Remedy;
use crate::json::{self, Hidden, Member, Number, Text};
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

/// Why a pushed request failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParError {
    /// The server refused; `use_dpop_nonce` asks for the same request with a nonce.
    #[error("the portal refused: {0}")]
    Refused(ErrorCode),
    /// The address takes no such requests: a 4xx that says nothing in JSON, or 501.
    #[error("the portal does not take pushed requests")]
    NotThere,
    /// The server fails (5xx) or asks to wait (429).
    #[error("the portal is not available")]
    Unavailable,
    /// Not an answer of this endpoint.
    #[error("the answer is not one of a pushed authorization request endpoint")]
    NotAnAnswer,
}

/// How to start an authorization request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan<'a> {
    /// It is pushed to this address first.
    Push(&'a Url),
    /// It goes into the browser's address.
    Plain,
    /// The portal requires pushing but names no endpoint, so nobody can sign in.
    Impossible,
}

/// How to begin at a portal.
pub fn plan(endpoints: &PortalEndpoints) -> Plan<'_> {
    match &endpoints.par {
        Some(url) => Plan::Push(url),
        None if endpoints.par_required => Plan::Impossible,
        None => Plan::Plain,
    }
}

/// How to continue after a pushed request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Open the plain address.
    Plain,
    /// Register anew and push once more: the portal has forgotten a client that registered itself.
    RegisterAnew,
    /// A temporary failure: try later.
    Later,
    /// Tell the person that the portal refused.
    Refused,
}

impl ParError {
    /// How to go on. `required` is [`PortalEndpoints::par_required`]; `may_register` whether this
    /// client registered itself and has not registered anew yet for this sign-in.
    pub fn next(&self, required: bool, may_register: bool) -> Next {
        match self {
            // A page in its place is a network's, and would take the plain request's place as well.
            Self::Unavailable | Self::NotAnAnswer => Next::Later,
            Self::Refused(code) if code.as_str() == "invalid_client" && may_register => {
                Next::RegisterAnew
            }
            Self::Refused(code) if Remedy::of(code) == Remedy::Later => Next::Later,
            // A proof that is refused here is refused at the token endpoint as well.
            Self::Refused(code)
                if matches!(code.as_str(), "invalid_dpop_proof" | "use_dpop_nonce") =>
            {
                Next::Refused
            }
            Self::Refused(_) | Self::NotThere if !required => Next::Plain,
            Self::Refused(_) | Self::NotThere => Next::Refused,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Raw {
    error: Member<Text>,
    request_uri: Member<Hidden>,
    expires_in: Member<Number>,
}

impl Pushed {
    /// Reads an answer (§2.2, §2.3).
    pub fn parse(status: u16, body: &[u8]) -> Result<Self, ParError> {
        match status {
            501 => return Err(ParError::NotThere),
            408 | 425 | 429 | 500.. => return Err(ParError::Unavailable),
            _ => {}
        }
        let raw: Raw = match json::read(body) {
            Ok(raw) => raw,
            Err(_) if (400..500).contains(&status) => return Err(ParError::NotThere),
            Err(_) => return Err(ParError::NotAnAnswer),
        };
        if let Some(code) = raw.error.get() {
            return Err(ParError::Refused(ErrorCode::new(&code)));
        }
        if (400..500).contains(&status) {
            return Err(ParError::NotThere);
        }
        let request_uri = raw
            .request_uri
            .get()
            .filter(|uri| (200..300).contains(&status) && is_reference(uri.expose()))
            .ok_or(ParError::NotAnAnswer)?;
        let (shortest, longest) = limits::PUSHED_LIFE;
        let life = match raw.expires_in.get() {
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
    use crate::base_url::Base;
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
        let base = Base::parse("https://server.example.com/fhir", false).unwrap();
        let endpoints = PortalEndpoints::merge(&base, &smart.unwrap(), None, false).unwrap();
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
        assert_eq!(life(r#","expires_in":-1"#), 60);
        assert_eq!(life(r#","expires_in":"90""#), 90);
        assert_eq!(life(r#","expires_in":null"#), 60);
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

    #[test]
    fn offered_is_not_required() {
        let of = |status, body: &str, required, may_register| {
            let refused = parse(status, body).unwrap_err();
            refused.next(required, may_register)
        };
        let client = r#"{"error":"invalid_client"}"#;
        for (status, body) in [
            (401, client),
            (400, r#"{"error":"unauthorized_client"}"#),
            (400, r#"{"error":"invalid_request"}"#),
            (403, "<html>"),
            (404, ""),
            (404, "{}"),
            (405, "<html>"),
            (501, ""),
        ] {
            assert_eq!(
                of(status, body, false, false),
                Next::Plain,
                "{status} {body}"
            );
            assert_eq!(
                of(status, body, true, false),
                Next::Refused,
                "{status} {body}"
            );
        }
        assert_eq!(of(401, client, false, true), Next::RegisterAnew);
        assert_eq!(of(401, client, true, true), Next::RegisterAnew);
        for (status, body) in [
            (503, ""),
            (429, ""),
            (200, "<html>"),
            (302, ""),
            (400, r#"{"error":"temporarily_unavailable"}"#),
        ] {
            assert_eq!(of(status, body, false, true), Next::Later);
        }
        let proof = r#"{"error":"invalid_dpop_proof"}"#;
        assert_eq!(of(400, proof, false, false), Next::Refused);
    }

    #[test]
    fn a_portal_that_requires_pushing_and_takes_none_is_not_asked_plainly() {
        let base = Base::parse("https://server.example.com/fhir", false).unwrap();
        let portal = |more: &str| {
            let smart = format!(
                r#"{{"issuer":"https://server.example.com","authorization_endpoint":"https://server.example.com/a",
                "token_endpoint":"https://server.example.com/t","code_challenge_methods_supported":["S256"]{more}}}"#
            );
            let smart = SmartConfiguration::parse(smart.as_bytes()).unwrap();
            PortalEndpoints::merge(&base, &smart, None, false).unwrap()
        };
        let required = r#","require_pushed_authorization_requests":true"#;
        let par = r#","pushed_authorization_request_endpoint":"https://server.example.com/par""#;
        assert_eq!(plan(&portal("")), Plan::Plain);
        assert_eq!(plan(&portal(required)), Plan::Impossible);
        let both = portal(&format!("{required}{par}"));
        assert!(matches!(plan(&both), Plan::Push(url) if url.path() == "/par"));
    }

    proptest! {
        #[test]
        fn no_body_makes_parsing_fail_loudly(status: u16, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Pushed::parse(status, &body);
        }
    }
}
