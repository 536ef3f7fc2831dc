//! The registered clients. All are public: there is no secret to send, and one that is sent is refused.

use url::Url;

/// The client that may use the native challenge.
pub(crate) const FIRST_PARTY: &str = "pericard";
/// A client of somebody else: browser only.
pub(crate) const THIRD_PARTY: &str = "pericard-web";
/// The loopback redirect, without the port that apps add.
pub(crate) const LOOPBACK: &str = "http://127.0.0.1/callback";

const REDIRECTS: &[&str] = &[
    LOOPBACK,
    "http://[::1]/callback",
    "dev.pericard.app:/callback",
    "https://app.pericard.example/callback",
];

pub(crate) fn known(client_id: &str) -> bool {
    [FIRST_PARTY, THIRD_PARTY].contains(&client_id)
}

pub(crate) fn first_party(client_id: &str) -> bool {
    client_id == FIRST_PARTY
}

/// Exact comparison (RFC 9700 §2.1), but for the port of a loopback address (RFC 8252 §7.3).
pub(crate) fn redirect_allowed(redirect: &str) -> bool {
    if REDIRECTS.contains(&redirect) {
        return true;
    }
    // Compared on the text, so that no spelling that a parser would mend gets through.
    ["http://127.0.0.1", "http://[::1]"].iter().any(|origin| {
        let port = redirect
            .strip_prefix(origin)
            .and_then(|rest| rest.strip_prefix(':'))
            .and_then(|rest| rest.strip_suffix("/callback"));
        port.is_some_and(|port| {
            port.len() <= 5 && port.parse::<u16>().is_ok_and(|number| number > 0)
        })
    })
}

/// What a `form-action` policy must name so that a browser follows the redirect after a form.
pub(crate) fn form_action(redirect: &str) -> String {
    match Url::parse(redirect) {
        Ok(url) if url.origin().is_tuple() => url.origin().ascii_serialization(),
        Ok(url) => format!("{}:", url.scheme()),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_loopback_port_may_differ() {
        assert!(redirect_allowed("http://127.0.0.1:49152/callback"));
        assert!(redirect_allowed("http://[::1]:1/callback"));
        assert!(redirect_allowed("dev.pericard.app:/callback"));
        for wrong in [
            "http://localhost:49152/callback",
            "http://127.0.0.1:49152/other",
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:x/callback",
            "http://127.0.0.1:1@evil.example/callback",
            "https://app.pericard.example:8443/callback",
            "https://app.pericard.example/callback/",
        ] {
            assert!(!redirect_allowed(wrong), "{wrong}");
        }
    }
}
