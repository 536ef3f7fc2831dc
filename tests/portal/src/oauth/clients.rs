//! The clients: two that are known from the start, and those that registered themselves. All are public:
//! there is no secret to send, and one that is sent is refused.

use std::collections::BTreeMap;

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

/// A client that registered itself (RFC 7591). It is a third party's.
#[derive(Debug, Clone)]
pub(crate) struct Registered {
    pub(crate) name: Option<String>,
    pub(crate) redirects: Vec<String>,
    /// Whether it takes no token that is not bound to a key (RFC 9449 §5.2).
    pub(crate) bound: bool,
}

#[derive(Default)]
pub(crate) struct Clients(BTreeMap<String, Registered>);

impl Clients {
    pub(crate) fn known(&self, client_id: &str) -> bool {
        [FIRST_PARTY, THIRD_PARTY].contains(&client_id) || self.0.contains_key(client_id)
    }

    pub(crate) fn register(&mut self, client_id: String, client: Registered) {
        self.0.insert(client_id, client);
    }

    pub(crate) fn forget_registered(&mut self) {
        self.0.clear();
    }

    pub(crate) fn bound(&self, client_id: &str) -> bool {
        self.0.get(client_id).is_some_and(|client| client.bound)
    }

    /// What a person may read on the page that lists their sessions.
    pub(crate) fn name(&self, client_id: &str) -> String {
        let name = self.0.get(client_id).and_then(|client| client.name.clone());
        name.unwrap_or_else(|| client_id.to_owned())
    }

    pub(crate) fn redirect_allowed(&self, client_id: &str, redirect: &str) -> bool {
        match self.0.get(client_id) {
            Some(client) => client.redirects.iter().any(|own| matches(own, redirect)),
            None => self.known(client_id) && REDIRECTS.iter().any(|own| matches(own, redirect)),
        }
    }

    /// Whether a page may link to this: somebody's redirect.
    pub(crate) fn anybodys_redirect(&self, redirect: &str) -> bool {
        let clients = self.0.keys().map(String::as_str).chain([FIRST_PARTY]);
        clients
            .into_iter()
            .any(|client| self.redirect_allowed(client, redirect))
    }
}

pub(crate) fn first_party(client_id: &str) -> bool {
    client_id == FIRST_PARTY
}

/// A loopback address without its port. Read on the text, so that no spelling that a parser would mend
/// gets through.
fn portless(redirect: &str) -> Option<(&'static str, &str)> {
    ["http://127.0.0.1", "http://[::1]"]
        .into_iter()
        .find_map(|origin| {
            let rest = redirect.strip_prefix(origin)?;
            let Some(port_and_path) = rest.strip_prefix(':') else {
                return rest.starts_with('/').then_some((origin, rest));
            };
            let slash = port_and_path.find('/')?;
            let (port, path) = port_and_path.split_at(slash);
            let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
            let good = digits && port.len() <= 5 && port.parse::<u16>().is_ok_and(|n| n > 0);
            good.then_some((origin, path))
        })
}

/// Exact comparison (RFC 9700 §2.1), but for the port of a loopback address (RFC 8252 §7.3).
fn matches(registered: &str, redirect: &str) -> bool {
    registered == redirect
        || portless(registered).is_some_and(|own| portless(redirect) == Some(own))
}

/// Whether a native app may register this (RFC 8252 §7): an https link, a private-use scheme with a
/// domain's name reversed, or a loopback address.
pub(crate) fn registrable(redirect: &str) -> bool {
    let Ok(url) = Url::parse(redirect) else {
        return false;
    };
    // As written is as meant; no fragment (RFC 6749 §3.1.2), nobody's name and password.
    let plain = !redirect.contains(['#', '\\', '*', ' ', '@']) && redirect.is_ascii();
    let fitting = match url.scheme() {
        "https" => url.host_str().is_some_and(|host| !host.is_empty()),
        "http" => portless(redirect).is_some(),
        scheme => scheme.contains('.') && redirect[scheme.len()..].starts_with(":/"),
    };
    plain && fitting && url.as_str() == redirect
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
        let allowed = |redirect| Clients::default().redirect_allowed(FIRST_PARTY, redirect);
        assert!(allowed("http://127.0.0.1:49152/callback"));
        assert!(allowed("http://[::1]:1/callback"));
        assert!(allowed("dev.pericard.app:/callback"));
        for wrong in [
            "http://localhost:49152/callback",
            "http://127.0.0.1:49152/other",
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:x/callback",
            "http://127.0.0.1:+80/callback",
            "http://127.0.0.1:1@evil.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "https://app.pericard.example:8443/callback",
            "https://app.pericard.example/callback/",
        ] {
            assert!(!allowed(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_a_native_app_may_register() {
        for good in [
            "http://127.0.0.1/callback",
            "http://127.0.0.1:8000/callback",
            "http://[::1]/",
            "org.example.app:/callback",
            "https://app.example.org/callback",
        ] {
            assert!(registrable(good), "{good}");
        }
        for bad in [
            "http://localhost/callback",
            "http://app.example.org/callback",
            "https://app.example.org/callback#x",
            "https://user@app.example.org/callback",
            "https://app.example.org",
            "myapp:/callback",
            "javascript:alert(1)",
            "org.example.app:callback",
            "not a url",
        ] {
            assert!(!registrable(bad), "{bad}");
        }
    }
}
