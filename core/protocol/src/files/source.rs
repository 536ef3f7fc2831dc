//! Where a file is fetched from, and whether the portal's token goes there.
//!
//! | what the record gives | where that leads |
//! |---|---|
//! | an address below the portal's base, relative or not | there, with the token |
//! | another https address, such as a presigned link | there, without a token |
//! | a `DocumentReference` of this portal | to its first attachment |
//! | anything else | nowhere |
//!
//! The writer of a message chooses the address, and the device that follows it stands in a home or a clinic: so an address
//! without a token must be https, name no user, and lead no further inside than the portal itself does. Names that only
//! private networks resolve, and literal addresses of private, shared, link-local or loopback ranges, are followed only
//! where the portal lies in such a range too. The same holds for each of the at most [`REDIRECTS`] redirects, and none of
//! them carries a token: a portal may hand a file out by redirecting to its storage. What a public name resolves to is not
//! looked at here.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::base_url::Base;
use crate::fhir::is_id;
use crate::fhir::reference::{Reference, Target};

/// Redirects that are followed on the way to one file.
pub const REDIRECTS: u32 = 5;

/// Where a file is.
#[derive(Clone, PartialEq, Eq)]
pub enum Source {
    /// At the portal; the token goes along.
    Portal(Url),
    /// Elsewhere; nothing goes along.
    Elsewhere(Url),
    /// Whatever the portal's DocumentReference with this id says.
    Document(String),
}

/// Reads what a record says: the address of an attachment, or a reference to a document.
pub fn read(said: &str, base: &Base) -> Option<Source> {
    let document = match Reference::literal(said).target(base) {
        Target::Here {
            kind: "DocumentReference",
            id,
        } => is_id(id).then(|| id.to_owned()),
        _ => None,
    };
    if let Some(id) = document {
        return Some(Source::Document(id));
    }
    if let Ok(url) = base.link(said) {
        return Some(Source::Portal(url));
    }
    elsewhere(said, base).map(Source::Elsewhere)
}

/// Where a redirect leads from `from`. It is followed without a token, wherever it leads.
pub fn redirect(from: &Url, location: &str, base: &Base) -> Option<Url> {
    let to = from.join(location).ok()?;
    elsewhere(to.as_str(), base)
}

/// An absolute https address that leads no further inside than the portal does.
fn elsewhere(said: &str, base: &Base) -> Option<Url> {
    let mut url = Url::parse(said).ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    if url.scheme() != "https" || !plain || !plainly_written(said) {
        return None;
    }
    url.set_fragment(None);
    let (there, portal) = (Reach::of(&url)?, Reach::of(base.url())?);
    (there == Reach::Public || there == portal).then_some(url)
}

/// The URL parser repairs what other parsers read differently.
fn plainly_written(said: &str) -> bool {
    said.contains("://")
        && !said
            .chars()
            .any(|c| c == '\\' || c.is_control() || c.is_whitespace())
}

/// From where an address can be reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Public,
    /// A network of one's own.
    Private,
    /// This device.
    Loopback,
}

impl Reach {
    fn of(url: &Url) -> Option<Self> {
        Some(match url.host()? {
            Host::Domain(name) => Self::of_name(name),
            Host::Ipv4(address) => Self::of_v4(address),
            Host::Ipv6(address) => Self::of_v6(address),
        })
    }

    fn of_name(name: &str) -> Self {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let top = name.rsplit('.').next().unwrap_or_default();
        match top {
            "localhost" => Self::Loopback,
            // RFC 6762, RFC 8375, and what routers and companies use. A name without a dot is of one's own network.
            "local" | "internal" | "intranet" | "lan" | "home" | "corp" | "arpa" | "onion" => {
                Self::Private
            }
            _ if !name.contains('.') => Self::Private,
            _ => Self::Public,
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        let [a, b, ..] = address.octets();
        match (a, b) {
            (127, _) => Self::Loopback,
            // RFC 6890: this network, private, shared, link-local, protocol assignments, benchmarks, multicast, reserved.
            (0 | 10, _)
            | (100, 64..=127)
            | (169, 254)
            | (172, 16..=31)
            | (192, 0 | 168)
            | (198, 18..=19)
            | (224.., _) => Self::Private,
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        if let Some(inner) = address.to_ipv4_mapped() {
            return Self::of_v4(inner);
        }
        match address.segments() {
            _ if address.is_loopback() => Self::Loopback,
            // RFC 6052: an IPv4 address behind a translator.
            [0x64, 0xff9b, .., high, low] => {
                let [a, b] = high.to_be_bytes();
                let [c, d] = low.to_be_bytes();
                Self::of_v4(Ipv4Addr::new(a, b, c, d))
            }
            // Global unicast is 2000::/3 (RFC 4291 §2.4); everything else stays inside.
            [0x2000..=0x3fff, ..] => Self::Public,
            _ => Self::Private,
        }
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Portal(_) => "Portal(..)",
            Self::Elsewhere(_) => "Elsewhere(..)",
            Self::Document(_) => "Document(..)",
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn base() -> Base {
        Base::parse("https://portal.example/fhir", false).unwrap()
    }

    fn kind(said: &str) -> &'static str {
        match read(said, &base()) {
            Some(Source::Portal(_)) => "portal",
            Some(Source::Elsewhere(_)) => "elsewhere",
            Some(Source::Document(_)) => "document",
            None => "nowhere",
        }
    }

    #[test]
    fn the_token_goes_below_the_base_and_nowhere_else() {
        for (said, where_to) in [
            ("Binary/7", "portal"),
            ("https://portal.example/fhir/Binary/7", "portal"),
            ("DocumentReference/9", "document"),
            (
                "https://portal.example/fhir/DocumentReference/9",
                "document",
            ),
            ("https://portal.example/storage/7?sig=a", "elsewhere"),
            ("https://portal.example/fhir/../storage", "elsewhere"),
            ("https://files.example/7?sig=a", "elsewhere"),
            ("https://DocumentReference/9", "nowhere"),
            ("http://files.example/7", "nowhere"),
            ("https://me@files.example/7", "nowhere"),
            ("file:///etc/passwd", "nowhere"),
            ("javascript:alert(1)", "nowhere"),
            ("data:text/plain,a", "nowhere"),
            ("../admin", "nowhere"),
            ("urn:uuid:1", "nowhere"),
            ("https:\\\\files.example", "nowhere"),
        ] {
            assert_eq!(kind(said), where_to, "{said}");
        }
    }

    #[test]
    fn no_address_leads_into_the_network_of_the_device() {
        for inside in [
            "https://192.168.1.1/",
            "https://10.0.0.1/",
            "https://172.20.0.1/",
            "https://169.254.169.254/latest",
            "https://100.64.0.1/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0/",
            "https://[::1]/",
            "https://[::ffff:192.168.1.1]/",
            "https://[64:ff9b::c0a8:101]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://localhost/",
            "https://a.localhost/",
            "https://router.local/",
            "https://router.local./",
            "https://router/",
            "https://x.home.arpa/",
        ] {
            assert_eq!(kind(inside), "nowhere", "{inside}");
            let from = Url::parse("https://files.example/7").unwrap();
            assert_eq!(redirect(&from, inside, &base()), None, "{inside}");
        }
        assert_eq!(kind("https://[2606:4700::1]/"), "elsewhere");
        assert_eq!(kind("https://8.8.8.8/"), "elsewhere");
        // A portal inside may keep its files beside it.
        let clinic = Base::parse("https://10.1.1.1/fhir", false).unwrap();
        assert!(read("https://10.1.1.2/7", &clinic).is_some());
        assert!(read("https://127.0.0.1/7", &clinic).is_none());
    }

    #[test]
    fn a_redirect_keeps_to_https() {
        let from = Url::parse("https://portal.example/fhir/Binary/7").unwrap();
        let to = |location| redirect(&from, location, &base()).map(String::from);
        assert_eq!(
            to("/storage/7").as_deref(),
            Some("https://portal.example/storage/7")
        );
        assert!(to("https://files.example/7?sig=a").is_some());
        assert_eq!(to("http://files.example/7"), None);
        assert_eq!(to("//192.168.1.1/"), None);
        assert_eq!(to("ftp://files.example/7"), None);
    }
}
