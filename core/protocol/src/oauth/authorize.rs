//! Signing in with the browser: the address to open (RFC 6749 §4.1.1, RFC 7636, SMART App Launch
//! 2.2) and the redirect that comes back (§4.1.2, RFC 9207).
//!
//! A redirect reaches the app from outside, through the system, and anybody can make one. It is
//! believed only if it goes to the very address that was asked for, carries the state of the
//! pending sign-in (compared in constant time) and, where the server announced it, the issuer.

use url::Url;

use super::discovery::PortalEndpoints;
use super::pkce::Pkce;
use super::step_up::StepUp;
use super::{Code, ErrorCode, Form};
use crate::base_url::{Base, is_loopback};
use crate::secret::Secret;

/// What is asked of the authorization endpoint.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationRequest<'a> {
    /// The portal.
    pub endpoints: &'a PortalEndpoints,
    /// The FHIR base, as `aud` (SMART App Launch 2.2 §2.0.9).
    pub base: &'a Base,
    /// The client as registered.
    pub client_id: &'a str,
    /// The redirect as registered; for loopback with the port in use (RFC 8252 §7.3).
    pub redirect: &'a str,
    /// Separated by spaces, from [`super::scope::plan`].
    pub scope: &'a str,
    /// Ties the redirect to this sign-in.
    pub state: &'a Secret,
    /// Ties the `id_token` to this sign-in.
    pub nonce: &'a Secret,
    /// Ties the code to this sign-in.
    pub pkce: &'a Pkce,
    /// What the portal wants of this sign-in beyond the usual (RFC 9470 §4).
    pub step_up: Option<&'a StepUp>,
    /// Ties the code to a key (RFC 9449 §10). Left out where the request is pushed with a proof,
    /// which says the same (§10.1).
    pub dpop_jkt: Option<&'a str>,
}

impl AuthorizationRequest<'_> {
    /// The address to open in the browser. Carries state and nonce: not for logs.
    pub fn url(&self) -> Url {
        let mut url = self.endpoints.authorization.clone();
        self.each(|name, value| {
            url.query_pairs_mut().append_pair(name, value);
        });
        url
    }

    /// The same as a body, to be pushed (RFC 9126 §2.1).
    pub fn form(&self) -> Form {
        let mut pairs = Vec::new();
        self.each(|name, value| pairs.push((name, value.to_owned())));
        Form::new(pairs.iter().map(|(name, value)| (*name, value.as_str())))
    }

    fn each(&self, mut put: impl FnMut(&'static str, &str)) {
        put("response_type", "code");
        put("client_id", self.client_id);
        put("redirect_uri", self.redirect);
        put("scope", self.scope);
        put("state", self.state.expose());
        put("nonce", self.nonce.expose());
        put("code_challenge", &self.pkce.challenge);
        put("code_challenge_method", "S256");
        put("aud", self.base.as_str());
        for (name, value) in self.step_up.into_iter().flat_map(StepUp::parameters) {
            put(name, &value);
        }
        if let Some(thumbprint) = self.dpop_jkt {
            put("dpop_jkt", thumbprint);
        }
    }

    /// What must be remembered until the redirect comes back.
    pub fn pending(&self) -> Pending {
        Pending {
            redirect: self.redirect.to_owned(),
            state: self.state.clone(),
            issuer: self.endpoints.issuer.clone(),
            iss_required: self.endpoints.iss_parameter,
        }
    }
}

/// Why an address cannot be a redirect of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectAddressError {
    /// Not an absolute address, or one with a fragment (RFC 6749 §3.1.2).
    #[error("not a usable address")]
    NotAUrl,
    /// Neither https, nor loopback, nor a private-use scheme that belongs to a domain.
    #[error("neither https, nor loopback, nor a private-use scheme")]
    NotPrivate,
}

/// Whether an app may ask to be returned to at `text` (RFC 8252 §7): a claimed https address; http on
/// this machine's own loopback, by number, since a name may lead elsewhere (§8.3); or a private-use
/// scheme, which has a dot, since it is a domain turned round (§7.1).
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

/// Whether a redirect could be mixed up: the portal does not announce `iss`, and another issuer's
/// sign-ins return to the same address (RFC 9700 §4.4.2.2). `others` are issuers and redirects of the
/// other portals of this app. For loopback the port is another each time and does not tell them apart.
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

/// A sign-in whose redirect is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The redirect that was asked for.
    pub redirect: String,
    /// The state that was sent.
    pub state: Secret,
    /// The issuer that was asked.
    pub issuer: String,
    /// Whether the server announced that it sends `iss`.
    pub iss_required: bool,
}

/// Why a redirect is not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedirectError {
    /// It does not go to the address that was asked for.
    #[error("the redirect goes to another address")]
    NotOurs,
    /// Its state is missing or another one.
    #[error("the redirect belongs to another sign-in")]
    WrongState,
    /// Its issuer is missing or another one.
    #[error("the redirect comes from another issuer")]
    WrongIssuer,
    /// It carries neither code nor error, or a parameter twice.
    #[error("the redirect is malformed")]
    Malformed,
    /// The server refused: `access_denied` if the person cancelled there.
    #[error("sign-in was refused: {code}")]
    Refused {
        /// The server's reason.
        code: ErrorCode,
    },
    /// Somebody says that the server refused, without the state or the issuer that would prove it.
    /// Many servers forget them in errors. It ends the wait and gives nothing: nothing was redeemed,
    /// and the person may begin anew.
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
    // One that is there and another belongs elsewhere, whatever else is said.
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

/// A parameter, which must not be repeated (RFC 6749 §3.1). One without a value counts as left out
/// (§3.1).
fn once(url: &Url, name: &str) -> Result<Option<Secret>, RedirectError> {
    let mut values = url.query_pairs().filter(|(key, _)| key == name);
    let first = values.next();
    if values.next().is_some() {
        return Err(RedirectError::Malformed);
    }
    let said = first.filter(|(_, value)| !value.is_empty());
    Ok(said.map(|(_, value)| Secret::new(value.into_owned())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::oauth::discovery::SmartConfiguration;
    use proptest::prelude::*;

    fn endpoints() -> PortalEndpoints {
        let json = r#"{"issuer":"https://portal.example/auth","authorization_endpoint":"https://portal.example/auth/authorize?tenant=7",
            "token_endpoint":"https://portal.example/auth/token","code_challenge_methods_supported":["S256"],
            "authorization_response_iss_parameter_supported":true}"#;
        let smart = SmartConfiguration::parse(json.as_bytes()).unwrap();
        PortalEndpoints::merge(&base(), &smart, None, false).unwrap()
    }

    fn base() -> Base {
        Base::parse("https://portal.example/fhir", false).unwrap()
    }

    fn pending() -> Pending {
        Pending {
            redirect: "dev.pericard.app:/callback".into(),
            state: Secret::new("s1".into()),
            issuer: "https://portal.example/auth".into(),
            iss_required: true,
        }
    }

    const ISS: &str = "iss=https%3A%2F%2Fportal.example%2Fauth";

    fn redirected(query: &str) -> Result<Code, RedirectError> {
        parse_redirect(&pending(), &format!("dev.pericard.app:/callback?{query}"))
    }

    #[test]
    fn the_address_to_open_carries_everything() {
        let endpoints = endpoints();
        let request = AuthorizationRequest {
            endpoints: &endpoints,
            base: &Base::parse("https://portal.example/fhir", false).unwrap(),
            client_id: "pericard",
            redirect: "http://127.0.0.1:4711/callback",
            scope: "openid fhirUser launch/patient offline_access patient/Patient.rs patient/Communication.crs",
            state: &Secret::new("s1".into()),
            nonce: &Secret::new("n1".into()),
            pkce: &Pkce::from_random([1; 32]),
            step_up: None,
            dpop_jkt: None,
        };
        insta::assert_snapshot!(request.url().as_str().replace('&', "\n&"));
        let query = |url: &Url| url.query().unwrap().to_owned();
        let form = request.form();
        assert_eq!(query(&request.url()), format!("tenant=7&{}", form.as_str()));
        let step_up = StepUp {
            acr_values: vec!["phr".into(), "mfa".into()],
            max_age: Some(std::time::Duration::from_secs(300)),
        };
        let stronger = AuthorizationRequest {
            step_up: Some(&step_up),
            dpop_jkt: Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
            ..request
        };
        let added =
            "&acr_values=phr+mfa&max_age=300&dpop_jkt=0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
        assert_eq!(
            stronger.form().as_str(),
            format!("{}{added}", form.as_str())
        );
        assert!(query(&stronger.url()).ends_with(added));
        assert_eq!(request.pending().redirect, "http://127.0.0.1:4711/callback");
        assert!(request.pending().iss_required);
    }

    #[test]
    fn an_app_is_returned_to_where_nobody_else_is() {
        for fine in [
            "https://app.clinic.example/signed-in",
            "dev.pericard.app:/callback",
            "dev.pericard.app://callback",
            "http://127.0.0.1/callback",
            "http://[::1]:4711/callback",
        ] {
            assert_eq!(check_redirect(fine), Ok(()), "{fine}");
        }
        for (bad, error) in [
            ("callback", RedirectAddressError::NotAUrl),
            ("https://a.example/#x", RedirectAddressError::NotAUrl),
            ("http://a.example/cb", RedirectAddressError::NotPrivate),
            ("http://localhost/cb", RedirectAddressError::NotPrivate),
            ("myapp:/callback", RedirectAddressError::NotPrivate),
            ("javascript:alert(1)", RedirectAddressError::NotPrivate),
        ] {
            assert_eq!(check_redirect(bad), Err(error), "{bad}");
        }
    }

    #[test]
    fn a_redirect_is_shared_only_where_iss_is_announced() {
        let announced = endpoints();
        let silent = PortalEndpoints {
            iss_parameter: false,
            ..announced.clone()
        };
        let other = "https://other.example";
        let (ours, theirs) = ("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb");
        assert!(is_ambiguous(&silent, ours, [(other, theirs)]));
        assert!(!is_ambiguous(&announced, ours, [(other, theirs)]));
        assert!(!is_ambiguous(
            &silent,
            ours,
            [(silent.issuer.as_str(), theirs)]
        ));
        assert!(!is_ambiguous(
            &silent,
            ours,
            [(other, "http://127.0.0.1:2/other")]
        ));
        let claimed = "https://app.example/cb";
        assert!(is_ambiguous(&silent, claimed, [(other, claimed)]));
        assert!(!is_ambiguous(&silent, claimed, []));
    }

    #[test]
    fn the_right_redirect_gives_the_code() {
        let code = redirected(&format!("code=c%2B1&state=s1&{ISS}")).unwrap();
        assert!(code.0.matches("c+1"));
        assert!(redirected(&format!("{ISS}&state=s1&code=c&session_state=x#_=_")).is_ok());
    }

    #[test]
    fn a_redirect_to_another_address_is_not_ours() {
        let query = format!("?code=c&state=s1&{ISS}");
        for address in [
            "dev.pericard.app:/other",
            "dev.pericard.app:/callback/",
            "dev.pericard.other:/callback",
            "https://dev.pericard.app/callback",
            "not a url",
            "",
        ] {
            let url = format!("{address}{query}");
            assert_eq!(
                parse_redirect(&pending(), &url),
                Err(RedirectError::NotOurs),
                "{address}"
            );
        }
        let loopback = Pending {
            redirect: "http://127.0.0.1:4711/callback?app=1".into(),
            ..pending()
        };
        let at = |address: &str| {
            parse_redirect(&loopback, &format!("{address}code=c&state=s1&{ISS}")).is_ok()
        };
        assert!(at("http://127.0.0.1:4711/callback?app=1&"));
        assert!(!at("http://127.0.0.1:4711/callback?"));
        assert!(!at("http://127.0.0.1:4712/callback?app=1&"));
        assert!(!at("http://localhost:4711/callback?app=1&"));
    }

    #[test]
    fn state_and_issuer_must_be_right() {
        assert_eq!(
            redirected(&format!("code=c&{ISS}")),
            Err(RedirectError::WrongState)
        );
        assert_eq!(
            redirected(&format!("code=c&state=s2&{ISS}")),
            Err(RedirectError::WrongState)
        );
        assert_eq!(
            redirected("code=c&state=s1"),
            Err(RedirectError::WrongIssuer)
        );
        assert_eq!(
            redirected("code=c&state=s1&iss=https://portal.example/auth/"),
            Err(RedirectError::WrongIssuer)
        );
        let unannounced = Pending {
            iss_required: false,
            ..pending()
        };
        let at =
            |query| parse_redirect(&unannounced, &format!("dev.pericard.app:/callback?{query}"));
        assert!(at("code=c&state=s1").is_ok());
        assert_eq!(
            at("code=c&state=s1&iss=https://evil.example"),
            Err(RedirectError::WrongIssuer)
        );
        assert_eq!(
            at("error=access_denied&state=s2"),
            Err(RedirectError::WrongState)
        );
    }

    #[test]
    fn refusals_and_nonsense_are_told_apart() {
        let code = ErrorCode::new("access_denied");
        assert_eq!(
            redirected(&format!(
                "error=access_denied&error_description=canary&state=s1&{ISS}"
            )),
            Err(RedirectError::Refused { code })
        );
        for query in ["", "code=&", "code=a&code=b&", "state=s1&code=c&"] {
            assert_eq!(
                redirected(&format!("{query}state=s1&{ISS}")),
                Err(RedirectError::Malformed),
                "{query}"
            );
        }
    }

    #[test]
    fn a_refusal_ends_the_wait_even_where_it_cannot_be_proved() {
        let denied = || ErrorCode::new("access_denied");
        for query in [
            "error=access_denied".to_owned(),
            "error=access_denied&error_description=canary&code=c".to_owned(),
            format!("error=access_denied&{ISS}"),
            "error=access_denied&state=".to_owned(),
            "error=access_denied&state=s1".to_owned(),
        ] {
            let code = denied();
            assert_eq!(
                redirected(&query),
                Err(RedirectError::Unproved { code }),
                "{query}"
            );
        }
        // What names another sign-in or another issuer belongs there.
        let other = redirected("error=access_denied&state=s2");
        assert_eq!(other, Err(RedirectError::WrongState));
        let other = redirected("error=access_denied&iss=https://evil.example");
        assert_eq!(other, Err(RedirectError::WrongIssuer));
        // No error is no refusal.
        assert_eq!(redirected("error=&code=c"), Err(RedirectError::WrongState));
        assert!(redirected(&format!("error=&code=c&state=s1&{ISS}")).is_ok());
    }

    proptest! {
        #[test]
        fn no_address_is_followed_without_the_state(address in "(dev\\.pericard\\.app:/callback)?.{0,60}") {
            let pending = Pending { state: Secret::new("0123456789abcdef0123".into()), ..pending() };
            if !address.contains("0123456789abcdef0123") {
                prop_assert!(parse_redirect(&pending, &address).is_err());
            }
        }
    }
}
