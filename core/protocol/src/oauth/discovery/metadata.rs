//! Finds an issuer's metadata, which may be at one of two addresses.
//!
//! RFC 8414 §3.1 and OpenID Connect Discovery §4 define different addresses, and servers respond in many ways at the one
//! they do not serve. So no single response decides: [`read`] evaluates one, [`settle`] both.
//!
//! If the issuer publishes no metadata, the base may name the endpoints; this is concluded only from two clear "not
//! found" responses. An unreadable document, a web page, a redirect or a failing server is a failure, and the earlier
//! documents stay in use.

use url::Url;

use super::{AuthorizationServer, DiscoveryError};
use crate::base_url::endpoint;

/// Returns the addresses of an issuer's metadata, in the order to try. Fails with [`DiscoveryError::NoIssuer`] if the
/// issuer is not a URL.
pub fn well_known_urls(
    issuer: &str,
    allow_loopback_http: bool,
) -> Result<[Url; 2], DiscoveryError> {
    let url = endpoint(issuer, allow_loopback_http).map_err(|_| DiscoveryError::NoIssuer)?;
    // An issuer has neither query nor fragment (RFC 8414 §2).
    if url.query().is_some() {
        return Err(DiscoveryError::NoIssuer);
    }
    let path = url.path().trim_end_matches('/');
    let mut oauth = url.clone();
    oauth.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
    let mut openid = url.clone();
    openid.set_path(&format!("{path}/.well-known/openid-configuration"));
    Ok([oauth, openid])
}

/// The response at one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The issuer's metadata. The other address need not be asked.
    Metadata(Box<AuthorizationServer>),
    /// Metadata of another issuer.
    AnotherIssuer,
    /// Clearly no metadata.
    Nothing,
    /// Something unreadable, or a failure: also a broken connection, or a body above the limit.
    Trouble,
}

/// Why there is no metadata although there may be some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Only another issuer's was found.
    #[error("the authorization server names another issuer")]
    WrongIssuer,
    /// It cannot be fetched or read now; the earlier documents stay in use.
    #[error("the metadata of the authorization server cannot be read")]
    Unavailable,
}

/// Evaluates the response of one address.
pub fn read(status: u16, body: &[u8], issuer: &str) -> Found {
    match status {
        200 => match AuthorizationServer::parse(body) {
            Ok(server) if server.issuer() == issuer => Found::Metadata(Box::new(server)),
            Ok(_) => Found::AnotherIssuer,
            Err(_) => Found::Trouble,
        },
        // Asked too fast or too slowly: it may well be there.
        408 | 425 | 429 => Found::Trouble,
        400..=499 | 501 => Found::Nothing,
        _ => Found::Trouble,
    }
}

/// Combines the responses, in the order of the requests: the issuer's metadata, or `None` if it publishes none.
pub fn settle(
    found: impl IntoIterator<Item = Found>,
) -> Result<Option<Box<AuthorizationServer>>, MetadataError> {
    let mut so_far = Ok(None);
    for one in found {
        match one {
            Found::Metadata(server) => return Ok(Some(server)),
            Found::AnotherIssuer => so_far = Err(MetadataError::WrongIssuer),
            Found::Trouble if so_far.is_ok() => so_far = Err(MetadataError::Unavailable),
            Found::Trouble | Found::Nothing => {}
        }
    }
    so_far
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ISSUER: &str = "https://a.example/auth";
    const OURS: &str = r#"{"issuer":"https://a.example/auth","scopes_supported":null}"#;
    const OTHERS: &str = r#"{"issuer":"https://a.example/auth/"}"#;

    fn of(status: u16, body: &str) -> Found {
        read(status, body.as_bytes(), ISSUER)
    }

    #[test]
    fn metadata_is_looked_for_in_both_places() {
        let urls = |issuer| well_known_urls(issuer, false).map(|urls| urls.map(String::from));
        let with_path = Ok([
            "https://a.example/.well-known/oauth-authorization-server/auth".to_owned(),
            "https://a.example/auth/.well-known/openid-configuration".to_owned(),
        ]);
        assert_eq!(urls("https://a.example/auth"), with_path);
        assert_eq!(urls("https://a.example/auth/"), with_path);
        let root = Ok([
            "https://a.example/.well-known/oauth-authorization-server".to_owned(),
            "https://a.example/.well-known/openid-configuration".to_owned(),
        ]);
        assert_eq!(urls("https://a.example"), root);
        assert_eq!(urls("https://a.example/"), root);
        for bad in [
            "a.example",
            "http://a.example",
            "https://a.example?x",
            "https://a.example#x",
        ] {
            assert_eq!(urls(bad), Err(DiscoveryError::NoIssuer), "{bad}");
        }
    }

    #[test]
    fn only_a_clear_answer_says_that_there_is_none() {
        for (status, body) in [
            (404, ""),
            (404, "<html>"),
            (401, "{}"),
            (410, ""),
            (501, ""),
        ] {
            assert_eq!(of(status, body), Found::Nothing, "{status}");
        }
        for (status, body) in [
            (200, "<!doctype html>"),
            (200, "{}"),
            (200, r#"{"error":"not found"}"#),
            (200, r#"{"issuer":"https://a.exa"#),
            (200, r#"{"issuer":7}"#),
            (200, ""),
            (204, ""),
            (302, ""),
            (429, ""),
            (500, OURS),
            (503, ""),
        ] {
            assert_eq!(of(status, body), Found::Trouble, "{status} {body}");
        }
        assert_eq!(of(200, OTHERS), Found::AnotherIssuer);
        assert!(matches!(of(200, OURS), Found::Metadata(_)));
        assert!(matches!(
            of(200, &format!("\u{feff}{OURS}")),
            Found::Metadata(_)
        ));
    }

    #[test]
    fn a_miss_at_one_address_decides_nothing() {
        let ours = || of(200, OURS);
        for miss in [Found::Nothing, Found::Trouble, Found::AnotherIssuer] {
            assert!(
                settle([miss.clone(), ours()]).unwrap().is_some(),
                "{miss:?}"
            );
            assert!(settle([ours(), miss]).unwrap().is_some());
        }
        assert_eq!(settle([Found::Nothing, Found::Nothing]), Ok(None));
        for both in [
            [Found::Trouble, Found::Nothing],
            [Found::Nothing, Found::Trouble],
            [Found::Trouble, Found::Trouble],
        ] {
            assert_eq!(settle(both), Err(MetadataError::Unavailable));
        }
        for both in [
            [Found::AnotherIssuer, Found::AnotherIssuer],
            [Found::AnotherIssuer, Found::Nothing],
            [Found::Trouble, Found::AnotherIssuer],
        ] {
            assert_eq!(settle(both), Err(MetadataError::WrongIssuer));
        }
    }
}
