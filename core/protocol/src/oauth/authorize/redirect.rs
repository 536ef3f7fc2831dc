//! Redirects: which addresses an app may use, and how one that arrives is checked.

use url::Url;

use super::Pending;
use crate::base_url::is_loopback;
use crate::oauth::discovery::PortalEndpoints;
use crate::oauth::{Code, ErrorCode};
use crate::secret::Secret;

/// Why an address cannot be used as a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectAddressError {
    /// Not an absolute address, or one with a fragment (RFC 6749 §3.1.2).
    #[error("not a usable address")]
    NotAUrl,
    /// Neither https, nor loopback, nor a private-use scheme that belongs to a domain.
    #[error("neither https, nor loopback, nor a private-use scheme")]
    NotPrivate,
}

/// Checks that an app may use `text` as its redirect (RFC 8252 §7): a claimed https URL; http on loopback by number,
/// since a name may resolve elsewhere (§8.3); or a private-use scheme, which has a dot because it is a reversed domain
/// (§7.1).
pub fn check_redirect(text: &str) -> Result<(), RedirectAddressError> {
    let url = Url::parse(text).map_err(|_| RedirectAddressError::NotAUrl)?;
    if url.fragment().is_some() {
        return Err(RedirectAddressError::NotAUrl);
    }
    let by_number = !matches!(url.host(), Some(url::Host::Domain(_)));
    let allowed = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(&url) && by_number,
        scheme => scheme.contains('.'),
    };
    if allowed {
        Ok(())
    } else {
        Err(RedirectAddressError::NotPrivate)
    }
}

/// Whether a redirect could be mixed up: the portal does not announce `iss`, and another issuer's sign-ins return to the
/// same address (RFC 9700 §4.4.2.2). `others` are the issuers and redirects of this app's other portals. Loopback ports
/// change with every sign-in, so they are not compared.
pub fn is_ambiguous<'a>(
    endpoints: &PortalEndpoints,
    redirect: &str,
    others: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> bool {
    let without_port = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        if url.scheme() == "http" {
            let _ = url.set_port(None);
        }
        Some(url)
    };
    let ours = without_port(redirect);
    !endpoints.iss_parameter
        && others
            .into_iter()
            .any(|(issuer, redirect)| issuer != endpoints.issuer && without_port(redirect) == ours)
}

/// Why a redirect is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedirectError {
    /// It does not go to the requested address.
    #[error("the redirect goes to another address")]
    NotOurs,
    /// Its state is missing or different.
    #[error("the redirect belongs to another sign-in")]
    WrongState,
    /// Its issuer is missing or different.
    #[error("the redirect comes from another issuer")]
    WrongIssuer,
    /// It has neither code nor error, or a parameter twice.
    #[error("the redirect is malformed")]
    Malformed,
    /// The server refused: `access_denied` if the person cancelled there.
    #[error("sign-in was refused: {code}")]
    Refused {
        /// The server's reason.
        code: ErrorCode,
    },
    /// A refusal without the state or the issuer that would prove it, which many servers leave out in errors. It only
    /// ends the wait: nothing was redeemed, and the person may start again.
    #[error("sign-in was refused, as far as can be told: {code}")]
    Unproved {
        /// The reason that was given.
        code: ErrorCode,
    },
}

/// Reads the redirect of a pending sign-in.
pub fn parse_redirect(expected: &Pending, url: &str) -> Result<Code, RedirectError> {
    let ours = Url::parse(&expected.redirect).map_err(|_| RedirectError::NotOurs)?;
    let url = Url::parse(url).map_err(|_| RedirectError::NotOurs)?;
    if without_query(&ours) != without_query(&url) {
        return Err(RedirectError::NotOurs);
    }
    // A registered query stays in the redirect (RFC 6749 §3.1.2).
    for pair in ours.query_pairs() {
        if !url.query_pairs().any(|there| there == pair) {
            return Err(RedirectError::NotOurs);
        }
    }
    let state = once(&url, "state")?;
    let refused = once(&url, "error")?.map(|code| ErrorCode::new(code.expose()));
    // A different state means another sign-in, whatever else the redirect contains.
    if state
        .as_ref()
        .is_some_and(|state| !expected.state.matches(state.expose()))
    {
        return Err(RedirectError::WrongState);
    }
    // RFC 9207 §2.4: simple string comparison; errors carry it as well.
    let issuer = once(&url, "iss")?;
    if issuer
        .as_ref()
        .is_some_and(|issuer| issuer.expose() != expected.issuer)
    {
        return Err(RedirectError::WrongIssuer);
    }
    let issuer_is_missing = expected.iss_required && issuer.is_none();
    if let Some(code) = refused {
        return Err(match state.is_none() || issuer_is_missing {
            true => RedirectError::Unproved { code },
            false => RedirectError::Refused { code },
        });
    }
    if state.is_none() {
        return Err(RedirectError::WrongState);
    }
    if issuer_is_missing {
        return Err(RedirectError::WrongIssuer);
    }
    match once(&url, "code")? {
        Some(code) => Ok(Code(code)),
        None => Err(RedirectError::Malformed),
    }
}

fn without_query(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// Returns a parameter, which must not be repeated. One without a value counts as absent (RFC 6749 §3.1).
fn once(url: &Url, name: &str) -> Result<Option<Secret>, RedirectError> {
    let mut values = url.query_pairs().filter(|(key, _)| key == name);
    let first = values.next();
    if values.next().is_some() {
        return Err(RedirectError::Malformed);
    }
    let said = first.filter(|(_, value)| !value.is_empty());
    Ok(said.map(|(_, value)| Secret::new(value.into_owned())))
}
