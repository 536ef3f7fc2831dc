//! The address of a portal, and where its access token may be sent.
//!
//! A [`Base`] is the FHIR base URL from the app's configuration. Its text is kept as given, because issuers, audiences
//! and accounts are compared byte for byte and parsing adds a slash (SMART App Launch 2.2, `aud`; RFC 8414 §3.3).
//!
//! An access token is sent only to URLs that the base [covers](Base::covers): same scheme, host and port, and a path
//! that equals the base's or continues it at a segment boundary. URLs that some server could read as another path
//! (encoded slashes, dots or backslashes, `..;`) are never covered.

use std::fmt;
use std::net::Ipv4Addr;

use url::{Host, Url};

/// Why an address is refused. The text never contains the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseError {
    /// Not an absolute address in plain ASCII.
    #[error("not a usable address")]
    NotAUrl,
    /// Neither https nor an allowed loopback address.
    #[error("the address is not https")]
    NotHttps,
    /// A user name or password is part of it.
    #[error("the address contains a user name or password")]
    UserInfo,
    /// A query or fragment is part of it where none may be.
    #[error("the address contains a query or fragment")]
    QueryOrFragment,
    /// Its path has empty, dotted or doubly encoded segments.
    #[error("the path of the address is ambiguous")]
    AmbiguousPath,
    /// The address lies outside the base.
    #[error("the address lies outside the portal")]
    Elsewhere,
}

/// The address of a FHIR service, kept as given.
#[derive(Clone)]
pub struct Base {
    text: String,
    url: Url,
}

impl Base {
    /// Reads a base address: https, or http to a loopback host when `allow_loopback_http` is set. A
    /// slash at the end is tolerated. User name, query and fragment are refused.
    pub fn parse(text: &str, allow_loopback_http: bool) -> Result<Self, BaseError> {
        let url = endpoint(text, allow_loopback_http)?;
        if url.query().is_some() {
            return Err(BaseError::QueryOrFragment);
        }
        if is_ambiguous(url.path()) || !same_path(text, &url) {
            return Err(BaseError::AmbiguousPath);
        }
        Ok(Self {
            text: text.to_owned(),
            url,
        })
    }

    /// Returns the text as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the parsed URL.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the URL of a path below the base, such as `Communication/42`. Segments are encoded; empty segments, `.`
    /// and `..` are left out, so the result never leaves the base.
    pub fn join(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        if path.split('/').any(|segment| !segment.is_empty())
            && let Ok(mut below) = url.path_segments_mut()
        {
            below.pop_if_empty().extend(segments);
        }
        url
    }

    /// Whether an access token of this portal may be sent to `url`.
    pub fn covers(&self, url: &Url) -> bool {
        if self.url.origin() != url.origin()
            || !url.username().is_empty()
            || url.password().is_some()
            || is_ambiguous(url.path())
        {
            return false;
        }
        let base = self.url.path().trim_end_matches('/');
        match url.path().strip_prefix(base) {
            Some(rest) => rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }

    /// Reads a link that the portal sent, such as `next`. A relative one starts at the base. Fails
    /// with [`BaseError::Elsewhere`] if the base does not cover it.
    pub fn link(&self, link: &str) -> Result<Url, BaseError> {
        let mut root = self.url.clone();
        if !root.path().ends_with('/') {
            let path = format!("{}/", root.path());
            root.set_path(&path);
        }
        let mut url = root.join(link).map_err(|_| BaseError::NotAUrl)?;
        url.set_fragment(None);
        if self.covers(&url) {
            Ok(url)
        } else {
            Err(BaseError::Elsewhere)
        }
    }

    /// Returns the path of a covered URL relative to the base, without a leading slash.
    pub(crate) fn below<'u>(&self, url: &'u Url) -> Option<&'u str> {
        if !self.covers(url) {
            return None;
        }
        let base = self.url.path().trim_end_matches('/');
        let rest = url.path().strip_prefix(base)?;
        Some(rest.strip_prefix('/').unwrap_or(rest))
    }
}

impl PartialEq for Base {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Base {}

impl std::hash::Hash for Base {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Base").field(&self.text).finish()
    }
}

/// Reads the address of an endpoint: https, or http to a loopback host when allowed; no user name,
/// no fragment (RFC 6749 §3.1). A query is allowed there.
pub fn endpoint(text: &str, allow_loopback_http: bool) -> Result<Url, BaseError> {
    // The URL parser repairs what other parsers read differently: backslashes, tabs, missing slashes.
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>'));
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    if !plain || scheme.is_none() {
        return Err(BaseError::NotAUrl);
    }
    let url = Url::parse(text).map_err(|_| BaseError::NotAUrl)?;
    match url.scheme() {
        "https" => {}
        "http" if allow_loopback_http && is_loopback(&url) => {}
        _ => return Err(BaseError::NotHttps),
    }
    if url.host().is_none() {
        return Err(BaseError::NotAUrl);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BaseError::UserInfo);
    }
    if url.fragment().is_some() {
        return Err(BaseError::QueryOrFragment);
    }
    Ok(url)
}

/// Whether an address names this machine: 127.0.0.0/8, `[::1]` or `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.octets()[0] == Ipv4Addr::LOCALHOST.octets()[0],
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Paths that servers and proxies read in more than one way. Tomcat drops what follows `;` in a
/// segment, so `..;` climbs; others decode `%2f`, `%5c` or `%25` once more.
fn is_ambiguous(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let encoded = ["%2e", "%2f", "%5c", "%25", "%3b", "%00"]
        .iter()
        .any(|trick| lower.contains(trick));
    let climbs = path.split('/').any(|segment| {
        let name = segment.split(';').next().unwrap_or_default();
        name == "." || name == ".."
    });
    encoded || climbs || path.contains('\\') || path.contains("//")
}

/// Whether parsing left the path alone: `https://host/a/../b` must not silently become another
/// base.
fn same_path(text: &str, url: &Url) -> bool {
    let after_scheme = text.split_once("://").map_or("", |(_, rest)| rest);
    let path = after_scheme.find('/').map_or("/", |at| &after_scheme[at..]);
    path == url.path()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn base(text: &str) -> Base {
        Base::parse(text, true).unwrap()
    }

    fn covers(base_text: &str, url: &str) -> bool {
        base(base_text).covers(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_base_keeps_its_text() {
        for text in [
            "https://portal.example",
            "https://portal.example/",
            "https://portal.example:443/fhir",
            "https://portal.example/fhir/r4/",
            "http://127.0.0.1:8080/fhir",
            "http://127.9.9.9/fhir",
            "http://[::1]:9/fhir",
            "http://localhost:1234/fhir",
        ] {
            assert_eq!(base(text).as_str(), text);
        }
    }

    #[test]
    fn unusable_bases_are_refused() {
        for (text, error) in [
            ("", BaseError::NotAUrl),
            ("portal.example/fhir", BaseError::NotAUrl),
            ("https:/portal.example", BaseError::NotAUrl),
            ("https://", BaseError::NotAUrl),
            ("https://pörtal.example", BaseError::NotAUrl),
            ("https:\\\\portal.example", BaseError::NotAUrl),
            ("https://portal.example/a b", BaseError::NotAUrl),
            (" https://portal.example", BaseError::NotAUrl),
            ("http://portal.example/fhir", BaseError::NotHttps),
            ("http://128.0.0.1/fhir", BaseError::NotHttps),
            ("http://localhost.evil.example/", BaseError::NotHttps),
            ("ftp://portal.example/", BaseError::NotHttps),
            ("https://me@portal.example/", BaseError::UserInfo),
            ("https://me:pw@portal.example/", BaseError::UserInfo),
            ("https://portal.example/?a", BaseError::QueryOrFragment),
            ("https://portal.example/fhir#a", BaseError::QueryOrFragment),
            ("https://portal.example/a/../b", BaseError::AmbiguousPath),
            ("https://portal.example/a%2fb", BaseError::AmbiguousPath),
            ("https://portal.example//fhir", BaseError::AmbiguousPath),
        ] {
            assert_eq!(Base::parse(text, true).unwrap_err(), error, "{text}");
        }
        assert_eq!(
            Base::parse("http://127.0.0.1/fhir", false).unwrap_err(),
            BaseError::NotHttps
        );
    }

    #[test]
    fn a_token_goes_to_the_base_and_below_it_only() {
        let fhir = "https://portal.example/fhir";
        for yes in [
            "https://portal.example/fhir",
            "https://portal.example/fhir/",
            "https://portal.example:443/fhir/Patient/1",
            "https://PORTAL.example/fhir?_getpages=a%2Fb",
            "https://portal.example/fhir/Communication?subject=..%2f",
        ] {
            assert!(covers(fhir, yes), "{yes}");
            assert!(covers("https://portal.example/fhir/", yes), "{yes}");
        }
        for no in [
            "http://portal.example/fhir/Patient/1",
            "https://portal.example:444/fhir/Patient/1",
            "https://portal.example.evil.example/fhir",
            "https://evil.example/fhir",
            "https://portal.example/",
            "https://portal.example/fhir2/Patient/1",
            "https://portal.example/FHIR/Patient/1",
            "https://portal.example/fhir/../admin",
            "https://portal.example/fhir/%2e%2e/admin",
            "https://portal.example/fhir/..%2fadmin",
            "https://portal.example/fhir/..%5cadmin",
            "https://portal.example/fhir\\..\\admin",
            "https://portal.example/fhir/..;/admin",
            "https://portal.example/fhir/%252e%252e/admin",
            "https://me@portal.example/fhir",
            "https://portal.example@evil.example/fhir",
            "https://portal.example./fhir",
        ] {
            assert!(!covers(fhir, no), "{no}");
        }
        assert!(covers("https://portal.example", "https://portal.example/x"));
    }

    #[test]
    fn links_are_resolved_at_the_base() {
        let base = base("https://portal.example/fhir");
        let link = |text| base.link(text).map(String::from);
        let page = "https://portal.example/fhir?_getpages=1";
        assert_eq!(link(page).as_deref(), Ok(page));
        assert_eq!(
            link("Communication?page=2").as_deref(),
            Ok("https://portal.example/fhir/Communication?page=2")
        );
        assert_eq!(link("//evil.example/fhir"), Err(BaseError::Elsewhere));
        assert_eq!(link("/admin"), Err(BaseError::Elsewhere));
        assert_eq!(link("../admin"), Err(BaseError::Elsewhere));
        assert_eq!(link("javascript:alert(1)"), Err(BaseError::Elsewhere));
        assert_eq!(link("https://[bad"), Err(BaseError::NotAUrl));
    }

    proptest! {
        #[test]
        fn joining_never_leaves_the_base(path in ".{0,40}") {
            let base = base("https://portal.example/fhir");
            let joined = base.join(&path);
            prop_assert_eq!(joined.origin(), base.url().origin());
            prop_assert!(joined.path() == "/fhir" || joined.path().starts_with("/fhir/"));
            prop_assert_eq!(joined.query(), None);
        }

        #[test]
        fn what_is_covered_starts_with_the_base(link in "[a-z/.:%25;?#@\\\\]{0,30}") {
            let base = base("https://portal.example/fhir");
            if let Ok(url) = base.link(&link) {
                prop_assert!(url.as_str().starts_with("https://portal.example/fhir"));
            }
        }

        #[test]
        fn no_text_makes_parsing_fail_loudly(text in ".*", flag: bool) {
            let _ = Base::parse(&text, flag);
        }
    }
}
