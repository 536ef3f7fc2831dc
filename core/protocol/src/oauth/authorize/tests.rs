#![allow(clippy::unwrap_used)]
use super::*;
use crate::oauth::discovery::SmartConfiguration;
use crate::oauth::{Code, ErrorCode};
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
        patient_hint: None,
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
        patient_hint: Some("mia"),
        dpop_jkt: Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
        ..request
    };
    let added = "&acr_values=phr+mfa&max_age=300&patient_hint=mia&dpop_jkt=0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
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
    let at = |query| parse_redirect(&unannounced, &format!("dev.pericard.app:/callback?{query}"));
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
