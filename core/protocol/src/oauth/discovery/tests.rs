#![allow(clippy::unwrap_used)]
use super::*;
use serde_json::{Value, json};

fn smart() -> Value {
    json!({
        "issuer": "https://portal.example/auth",
        "authorization_endpoint": "https://portal.example/auth/authorize",
        "token_endpoint": "https://portal.example/auth/token",
        "capabilities": ["launch-standalone", "permission-v2"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid"],
    })
}

fn server() -> Value {
    json!({
        "issuer": "https://portal.example/auth",
        "token_endpoint": "https://elsewhere.example/token",
        "revocation_endpoint": "https://portal.example/auth/revoke",
        "authorization_challenge_endpoint": "https://portal.example/auth/challenge",
        "jwks_uri": "https://keys.example/jwks?set=1",
        "authorization_response_iss_parameter_supported": true,
        "dpop_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["openid", "profile"],
    })
}

fn merge(smart: &Value, server: Option<&Value>) -> Result<PortalEndpoints, DiscoveryError> {
    let smart = SmartConfiguration::parse(smart.to_string().as_bytes())?;
    let server = match server {
        Some(json) => Some(AuthorizationServer::parse(json.to_string().as_bytes())?),
        None => None,
    };
    PortalEndpoints::merge(&smart, server.as_ref(), true)
}

#[test]
fn both_documents_make_one_picture() {
    let portal = merge(&smart(), Some(&server())).unwrap();
    assert_eq!(portal.issuer, "https://portal.example/auth");
    assert_eq!(portal.token.as_str(), "https://portal.example/auth/token");
    assert_eq!(portal.revocation.unwrap().path(), "/auth/revoke");
    assert_eq!(portal.challenge.unwrap().path(), "/auth/challenge");
    assert_eq!(portal.jwks.unwrap().query(), Some("set=1"));
    assert!(portal.iss_parameter);
    assert_eq!(portal.scopes, ["openid"]);
    assert_eq!(portal.dpop_algorithms, ["ES256"]);
    assert_eq!((portal.par, portal.registration), (None, None));
    let alone = merge(&smart(), None).unwrap();
    assert!(!alone.iss_parameter && alone.challenge.is_none());
    assert!(alone.is_capable("permission-v2") && !alone.is_capable("permission-v1"));
}

#[test]
fn an_issuer_is_compared_byte_for_byte() {
    for other in [
        "https://portal.example/auth/",
        "https://PORTAL.example/auth",
        "https://portal.example:443/auth",
        "https://evil.example/auth",
        "",
    ] {
        let mut server = server();
        server["issuer"] = other.into();
        assert_eq!(
            merge(&smart(), Some(&server)),
            Err(DiscoveryError::WrongIssuer),
            "{other}"
        );
    }
    let mut server = server();
    server.as_object_mut().unwrap().remove("issuer");
    assert_eq!(
        merge(&smart(), Some(&server)),
        Err(DiscoveryError::WrongIssuer)
    );
}

#[test]
fn what_is_missing_is_named() {
    let without = |member: &str| {
        let mut smart = smart();
        smart.as_object_mut().unwrap().remove(member);
        merge(&smart, None).unwrap_err()
    };
    assert_eq!(without("issuer"), DiscoveryError::NoIssuer);
    assert_eq!(
        without("authorization_endpoint"),
        DiscoveryError::NoAuthorizationEndpoint
    );
    assert_eq!(without("token_endpoint"), DiscoveryError::NoTokenEndpoint);
    assert_eq!(
        without("code_challenge_methods_supported"),
        DiscoveryError::NoPkce
    );
    let mut plain = smart();
    plain["code_challenge_methods_supported"] = json!(["plain"]);
    assert_eq!(merge(&plain, None), Err(DiscoveryError::NoPkce));
}

#[test]
fn every_endpoint_must_be_secure() {
    for which in [
        "authorization_endpoint",
        "token_endpoint",
        "revocation_endpoint",
        "authorization_challenge_endpoint",
        "pushed_authorization_request_endpoint",
        "registration_endpoint",
        "jwks_uri",
    ] {
        for bad in [
            "http://portal.example/x",
            "ftp://x/",
            "/relative",
            "https://a:b@c.example/",
            "",
        ] {
            let mut smart = smart();
            smart[which] = bad.into();
            assert_eq!(
                merge(&smart, None),
                Err(DiscoveryError::InsecureEndpoint { which }),
                "{bad}"
            );
        }
        let mut loopback = smart();
        loopback[which] = "http://127.0.0.1:99/x".into();
        assert!(merge(&loopback, None).is_ok());
        let parsed = SmartConfiguration::parse(loopback.to_string().as_bytes()).unwrap();
        assert_eq!(
            PortalEndpoints::merge(&parsed, None, false),
            Err(DiscoveryError::InsecureEndpoint { which })
        );
    }
}

#[test]
fn what_is_no_portal_is_said_to_be_none() {
    for body in [
        &b"<!doctype html><title>Free Wi-Fi</title>"[..],
        b"",
        b"[]",
        b"null",
        b"{\"issuer\":",
        b"{\"issuer\":7}",
        b"\xff\xfe",
    ] {
        assert_eq!(
            SmartConfiguration::parse(body),
            Err(DiscoveryError::NotAPortal)
        );
    }
    assert_eq!(
        merge(&json!({"status": "ok"}), None),
        Err(DiscoveryError::NotAPortal)
    );
    let deep = format!(r#"{{"a":{}"#, "[".repeat(10_000));
    assert_eq!(
        SmartConfiguration::parse(deep.as_bytes()),
        Err(DiscoveryError::NotAPortal)
    );
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
fn what_is_ours_is_optional_and_spoils_nothing() {
    let mut smart = smart();
    assert_eq!(merge(&smart, None).unwrap().broken, Vec::<&str>::new());
    smart["totp_endpoint"] = "https://portal.example/fhir/account/totp".into();
    smart["password_reset_uri"] = "https://help.example/reset?lang=en".into();
    smart["account_uri"] = "https://portal.example/account".into();
    smart["sessions_uri"] = "http://127.0.0.1:9/sessions".into();
    let portal = merge(&smart, None).unwrap();
    assert_eq!(portal.totp.unwrap().path(), "/fhir/account/totp");
    assert_eq!(portal.password_reset.unwrap().query(), Some("lang=en"));
    assert_eq!(portal.account.unwrap().path(), "/account");
    assert_eq!(portal.sessions.unwrap().port(), Some(9));
    let members = [
        "totp_endpoint",
        "password_reset_uri",
        "account_uri",
        "sessions_uri",
    ];
    for bad in [
        json!("http://portal.example/x"),
        json!("javascript:alert(1)"),
        json!("/relative"),
        json!(""),
        json!(7),
        json!({"a": []}),
    ] {
        for which in members {
            smart[which] = bad.clone();
        }
        let portal = merge(&smart, None).unwrap();
        assert_eq!(portal.broken, members, "{bad}");
        assert_eq!((portal.totp, portal.sessions), (None, None));
    }
    for which in members {
        smart[which] = Value::Null;
    }
    assert!(merge(&smart, None).unwrap().broken.is_empty());
}

#[test]
fn what_is_ours_is_the_word_of_the_base_alone() {
    let mut server = server();
    server["account_uri"] = "https://portal.example/account".into();
    server["totp_endpoint"] = "https://portal.example/fhir/totp".into();
    let portal = merge(&smart(), Some(&server)).unwrap();
    assert_eq!((portal.account, portal.totp), (None, None));
}

#[test]
fn the_access_token_stays_within_the_base() {
    let base = Base::parse("https://portal.example/fhir", false).unwrap();
    let within = |endpoint: &str| {
        let mut smart = smart();
        smart["totp_endpoint"] = endpoint.into();
        let portal = merge(&smart, None).unwrap().within(&base);
        (portal.totp.is_some(), portal.broken)
    };
    assert_eq!(within("https://portal.example/fhir/totp"), (true, vec![]));
    for elsewhere in [
        "https://portal.example/totp",
        "https://portal.example/fhir/../totp",
        "https://evil.example/fhir/totp",
        "https://portal.example:444/fhir/totp",
    ] {
        assert_eq!(
            within(elsewhere),
            (false, vec!["totp_endpoint"]),
            "{elsewhere}"
        );
    }
    assert_eq!(within("nonsense"), (false, vec!["totp_endpoint"]));
}

#[test]
fn pushing_binding_and_stepping_up_are_read_from_both() {
    let mut server = server();
    let portal = merge(&smart(), Some(&server)).unwrap();
    assert!(portal.offers_dpop() && !portal.par_required);
    assert!(portal.acr_values.is_empty());
    server["require_pushed_authorization_requests"] = true.into();
    server["acr_values_supported"] = json!(["pwd", "mfa"]);
    server["dpop_signing_alg_values_supported"] = json!(["RS256"]);
    let portal = merge(&smart(), Some(&server)).unwrap();
    assert!(!portal.offers_dpop() && portal.par_required);
    assert_eq!(portal.acr_values, ["pwd", "mfa"]);
}
