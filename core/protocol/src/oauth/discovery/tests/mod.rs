#![allow(clippy::unwrap_used)]
mod naming;

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
        "authorization_endpoint": "https://portal.example/auth/authorize",
        "token_endpoint": "https://portal.example/auth/token",
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
    PortalEndpoints::merge(&base(), &smart, server.as_ref(), true)
}

fn base() -> Base {
    Base::parse("https://portal.example/fhir", false).unwrap()
}

#[test]
fn both_documents_make_one_picture() {
    let portal = merge(&smart(), Some(&server())).unwrap();
    assert_eq!(portal.issuer, "https://portal.example/auth");
    assert!(portal.published && portal.broken.is_empty());
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
    ] {
        let mut server = server();
        server["issuer"] = other.into();
        assert_eq!(
            merge(&smart(), Some(&server)),
            Err(DiscoveryError::WrongIssuer),
            "{other}"
        );
    }
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

const ENDPOINTS: [&str; 7] = [
    "authorization_endpoint",
    "token_endpoint",
    "revocation_endpoint",
    "authorization_challenge_endpoint",
    "pushed_authorization_request_endpoint",
    "registration_endpoint",
    "jwks_uri",
];

const OPTIONAL: [&str; 4] = [
    "revocation_endpoint",
    "authorization_challenge_endpoint",
    "pushed_authorization_request_endpoint",
    "registration_endpoint",
];

#[test]
fn every_endpoint_must_be_secure() {
    for which in ENDPOINTS {
        for bad in [
            "http://portal.example/x",
            "ftp://x/",
            "https://a:b@c.example/",
        ] {
            for publishes in [false, true] {
                let (mut smart, mut server) = (smart(), server());
                smart[which] = bad.into();
                server[which] = bad.into();
                assert_eq!(
                    merge(&smart, publishes.then_some(&server)),
                    Err(DiscoveryError::InsecureEndpoint { which }),
                    "{bad}"
                );
            }
        }
    }
    let mut loopback = smart();
    for which in ENDPOINTS {
        loopback[which] = "http://127.0.0.1:99/fhir/x".into();
    }
    loopback["issuer"] = "http://127.0.0.1:99/fhir".into();
    let parsed = SmartConfiguration::parse(loopback.to_string().as_bytes()).unwrap();
    let base = Base::parse("http://127.0.0.1:99/fhir", true).unwrap();
    assert!(PortalEndpoints::merge(&base, &parsed, None, true).is_ok());
    assert_eq!(
        PortalEndpoints::merge(&base, &parsed, None, false),
        Err(DiscoveryError::NoIssuer)
    );
}

#[test]
fn what_is_no_address_costs_itself_where_it_may() {
    for bad in [
        json!("/relative"),
        json!("nonsense"),
        json!(7),
        json!({}),
        json!([]),
    ] {
        for which in OPTIONAL {
            for publishes in [false, true] {
                let (mut smart, mut server) = (smart(), server());
                smart[which] = bad.clone();
                server[which] = bad.clone();
                let portal = merge(&smart, publishes.then_some(&server)).unwrap();
                assert_eq!(portal.broken, [which], "{bad}");
            }
        }
        for which in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
            let mut server = server();
            server[which] = bad.clone();
            assert_eq!(
                merge(&smart(), Some(&server)),
                Err(DiscoveryError::InsecureEndpoint { which }),
                "{bad}"
            );
            // The base only repeats what the issuer says.
            let mut smart = smart();
            smart[which] = bad.clone();
            assert_eq!(
                merge(&smart, Some(&self::server())).unwrap().broken,
                [which]
            );
        }
    }
}

#[test]
fn null_and_empty_members_are_absent_in_both_documents() {
    let members = OPTIONAL.iter().chain(&[
        "jwks_uri",
        "introspection_endpoint",
        "scopes_supported",
        "acr_values_supported",
        "dpop_signing_alg_values_supported",
        "authorization_response_iss_parameter_supported",
        "require_pushed_authorization_requests",
        "capabilities",
        "totp_endpoint",
        "account_uri",
    ]);
    for which in members {
        for absent in [Value::Null, json!("")] {
            let (mut smart, mut server) = (smart(), server());
            smart[which] = absent.clone();
            server[which] = absent.clone();
            for server in [None, Some(&server)] {
                let portal = merge(&smart, server).unwrap();
                assert!(portal.broken.is_empty(), "{which}");
            }
        }
    }
}

#[test]
fn a_member_of_an_odd_type_keeps_what_protects() {
    let mut server = server();
    server["authorization_response_iss_parameter_supported"] = "true".into();
    server["require_pushed_authorization_requests"] = "TRUE".into();
    server["dpop_signing_alg_values_supported"] = "ES256".into();
    server["scopes_supported"] = Value::Null;
    server["acr_values_supported"] = json!({"mfa": 1});
    let portal = merge(&smart(), Some(&server)).unwrap();
    assert!(portal.iss_parameter && portal.par_required && portal.offers_dpop());
    assert!(portal.jwks.is_some() && portal.revocation.is_some());
    assert_eq!(portal.broken, ["acr_values_supported"]);
    let mut smart = smart();
    smart["scopes_supported"] = "openid fhirUser".into();
    smart["code_challenge_methods_supported"] = "S256".into();
    assert_eq!(merge(&smart, None).unwrap().scopes, ["openid", "fhirUser"]);
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
        b"{}",
        b"\xff\xfe",
    ] {
        assert_eq!(
            SmartConfiguration::parse(body),
            Err(DiscoveryError::NotAPortal)
        );
        assert_eq!(
            AuthorizationServer::parse(body),
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
        "account_uri",
        "password_reset_uri",
        "sessions_uri",
        "totp_endpoint",
    ];
    for bad in [
        json!("http://portal.example/x"),
        json!("javascript:alert(1)"),
        json!("/relative"),
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
    for absent in [Value::Null, json!("")] {
        for which in members {
            smart[which] = absent.clone();
        }
        assert!(merge(&smart, None).unwrap().broken.is_empty());
    }
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
    let within = |endpoint: &str| {
        let mut smart = smart();
        smart["totp_endpoint"] = endpoint.into();
        let portal = merge(&smart, None).unwrap();
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
fn pushing_binding_and_stepping_up_are_the_issuer_s_word() {
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
