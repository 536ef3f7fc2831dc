//! Decides which document may name an endpoint: the issuer's metadata if there is any, otherwise the base within limits.
//!
//! # The issuer publishes metadata
//! Only the metadata names endpoints and keys. An endpoint in the SMART document must equal it, otherwise the portal is
//! refused. An endpoint that only the SMART document names is not used.
//!
//! # The issuer publishes none
//! Then only the SMART document names endpoints. It must not claim another organisation's issuer with endpoints of its
//! own, nor combine that issuer's authorization endpoint with another token endpoint. Comparing origins is not enough,
//! since one origin may serve many organisations under different paths. So all endpoints have to be together
//! 1. under the issuer's path, or
//! 2. on the base's origin, if the issuer is on another origin, or
//! 3. anywhere on the base's origin, if the issuer belongs to the base: the base is below the issuer, or the issuer is
//!    beside or below the base.
//!
//! The challenge endpoint receives passwords, so it must be on the issuer's origin in every case.

use url::Url;

use super::documents::{Member, Metadata};
use super::{DiscoveryError, address};
use crate::base_url::{Base, BaseError, endpoint};

/// The endpoints that may be used.
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    pub(super) authorization: Option<Url>,
    pub(super) token: Option<Url>,
    pub(super) revocation: Option<Url>,
    pub(super) challenge: Option<Url>,
    pub(super) par: Option<Url>,
    pub(super) registration: Option<Url>,
    pub(super) jwks: Option<Url>,
}

const ALL: [Member; 8] = [
    Member::Authorization,
    Member::Token,
    Member::Revocation,
    Member::Introspection,
    Member::Challenge,
    Member::Par,
    Member::Registration,
    Member::Jwks,
];

impl Endpoints {
    fn put(&mut self, which: Member, url: Option<Url>) {
        match which {
            Member::Authorization => self.authorization = url,
            Member::Token => self.token = url,
            Member::Revocation => self.revocation = url,
            Member::Challenge => self.challenge = url,
            Member::Par => self.par = url,
            Member::Registration => self.registration = url,
            Member::Jwks => self.jwks = url,
            _ => {}
        }
    }
}

/// The endpoints of an issuer that publishes metadata.
pub(super) fn published(
    smart: &Metadata,
    server: &Metadata,
    allow_loopback_http: bool,
    broken: &mut Vec<&'static str>,
) -> Result<Endpoints, DiscoveryError> {
    let mut endpoints = Endpoints::default();
    for which in ALL {
        let of_base = claimed(smart, which, allow_loopback_http, broken)?;
        let of_issuer = address(server, which, allow_loopback_http, broken)?;
        if let (Some(one), Some(other)) = (&of_base, &of_issuer)
            && one != other
        {
            return Err(DiscoveryError::WrongIssuer);
        }
        endpoints.put(which, of_issuer);
    }
    Ok(endpoints)
}

/// An endpoint that the issuer names too, so an unusable one in the base's document has no effect.
fn claimed(
    smart: &Metadata,
    which: Member,
    allow_loopback_http: bool,
    broken: &mut Vec<&'static str>,
) -> Result<Option<Url>, DiscoveryError> {
    let Some(text) = smart.endpoint(which) else {
        return Ok(None);
    };
    let which = which.name();
    match endpoint(text, allow_loopback_http) {
        Ok(url) => Ok(Some(url)),
        Err(BaseError::NotHttps | BaseError::UserInfo) => {
            Err(DiscoveryError::InsecureEndpoint { which })
        }
        Err(_) => {
            broken.push(which);
            Ok(None)
        }
    }
}

/// The endpoints of an issuer that publishes nothing.
pub(super) fn unpublished(
    base: &Base,
    issuer: &str,
    smart: &Metadata,
    allow_loopback_http: bool,
    broken: &mut Vec<&'static str>,
) -> Result<Endpoints, DiscoveryError> {
    let issuer = endpoint(issuer, allow_loopback_http).map_err(|_| DiscoveryError::NoIssuer)?;
    let mut endpoints = Endpoints::default();
    let mut named = Vec::new();
    for which in ALL {
        let mut url = address(smart, which, allow_loopback_http, broken)?;
        if which == Member::Challenge {
            let elsewhere = url.take_if(|url| url.origin() != issuer.origin());
            broken.extend(elsewhere.map(|_| which.name()));
        }
        named.extend(url.clone());
        endpoints.put(which, url);
    }
    let same_origin = issuer.origin() == base.url().origin();
    let of_base = |url: &Url| url.origin() == base.url().origin();
    let together = named.iter().all(|url| lies_under(url, &issuer))
        || named.iter().all(of_base) && (!same_origin || is_of_base(&issuer, base));
    if together {
        Ok(endpoints)
    } else {
        Err(DiscoveryError::WrongIssuer)
    }
}

/// Whether an issuer on the base's origin is the base's own: above it, beside it, or below it.
fn is_of_base(issuer: &Url, base: &Base) -> bool {
    let mut folder = base.url().clone();
    let path = base.url().path().trim_end_matches('/');
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    folder.set_path(parent);
    lies_under(base.url(), issuer) || lies_under(issuer, &folder)
}

/// Whether `url` has the origin of `root` and its path or one below it. False for a path that could be read as another.
fn lies_under(url: &Url, root: &Url) -> bool {
    let mut root = root.clone();
    root.set_query(None);
    Base::parse(root.as_str(), true).is_ok_and(|root| root.covers(url))
}
