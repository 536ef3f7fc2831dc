//! Who may name which endpoint, and what is lost when somebody no longer does.

use super::*;

#[test]
fn a_base_that_contradicts_the_issuer_is_refused() {
    for which in ENDPOINTS.into_iter().chain(["introspection_endpoint"]) {
        let (mut smart, mut server) = (smart(), server());
        server[which] = "https://portal.example/auth/one".into();
        smart[which] = "https://evil.example/two".into();
        let merged = merge(&smart, Some(&server));
        assert_eq!(merged, Err(DiscoveryError::WrongIssuer), "{which}");
        smart[which] = "https://PORTAL.example:443/auth/one".into();
        assert!(merge(&smart, Some(&server)).is_ok(), "{which}");
    }
}

#[test]
fn what_only_the_base_names_is_not_used_where_the_issuer_speaks() {
    let mut smart = smart();
    let bare = json!({
        "issuer": "https://portal.example/auth",
        "authorization_endpoint": "https://portal.example/auth/authorize",
        "token_endpoint": "https://portal.example/auth/token",
    });
    for which in &ENDPOINTS[2..] {
        smart[*which] = "https://portal.example/auth/x".into();
    }
    smart["dpop_signing_alg_values_supported"] = json!(["ES256"]);
    smart["authorization_response_iss_parameter_supported"] = true.into();
    smart["require_pushed_authorization_requests"] = true.into();
    let portal = merge(&smart, Some(&bare)).unwrap();
    assert_eq!((&portal.revocation, &portal.challenge), (&None, &None));
    assert_eq!((&portal.par, &portal.jwks), (&None, &None));
    assert_eq!(portal.registration, None);
    assert!(!portal.offers_dpop() && !portal.iss_parameter && !portal.par_required);
    // And an endpoint that it needs and does not name is not taken from the base.
    let mut server = bare.clone();
    server.as_object_mut().unwrap().remove("token_endpoint");
    let merged = merge(&smart, Some(&server));
    assert_eq!(merged, Err(DiscoveryError::NoTokenEndpoint));
}

/// A base that names `issuer`, which publishes nothing, with endpoints at `authorize` and `token`.
fn unpublished(base: &str, issuer: &str, authorize: &str, token: &str) -> bool {
    let smart = json!({
        "issuer": issuer, "authorization_endpoint": authorize, "token_endpoint": token,
        "code_challenge_methods_supported": ["S256"],
    });
    let smart = SmartConfiguration::parse(smart.to_string().as_bytes()).unwrap();
    let base = Base::parse(base, false).unwrap();
    match PortalEndpoints::merge(&base, &smart, None, false) {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error, DiscoveryError::WrongIssuer);
            false
        }
    }
}

#[test]
fn the_name_of_a_silent_issuer_counts_for_its_own_endpoints_only() {
    let of = |issuer, authorize, token| {
        unpublished("https://clinic.example/fhir", issuer, authorize, token)
    };
    // On its own origin, below its own path.
    assert!(of(
        "https://as.example/t1",
        "https://as.example/t1/authorize",
        "https://as.example/t1/token"
    ));
    assert!(of(
        "https://as.example",
        "https://as.example/a",
        "https://as.example/x/t"
    ));
    // On the base's.
    assert!(of(
        "https://clinic.example/fhir",
        "https://clinic.example/auth/a",
        "https://clinic.example/auth/t"
    ));
    assert!(of(
        "https://as.example/t1",
        "https://clinic.example/auth/a",
        "https://clinic.example/auth/t"
    ));
    // The honest page and a token endpoint elsewhere, on whatever origin.
    for token in [
        "https://clinic.example/fhir/token",
        "https://evil.example/token",
        "https://as.example/t2/token",
        "https://as.example/t1/../t2/token",
        "https://as.example/t1/..;/t2/token",
        "https://as.example:444/t1/token",
        "https://as.example/t11/token",
    ] {
        assert!(
            !of(
                "https://as.example/t1",
                "https://as.example/t1/authorize",
                token
            ),
            "{token}"
        );
    }
}

#[test]
fn a_neighbour_on_the_same_origin_cannot_borrow_a_silent_issuer() {
    let of = |base, issuer, token| {
        let authorize = format!("{issuer}/authorize");
        unpublished(base, issuer, &authorize, token)
    };
    let (base, honest) = (
        "https://many.example/evil/fhir",
        "https://many.example/honest",
    );
    assert!(!of(base, honest, "https://many.example/evil/token"));
    assert!(of(base, honest, "https://many.example/honest/token"));
    assert!(!unpublished(
        base,
        honest,
        "https://many.example/evil/authorize",
        "https://many.example/evil/token"
    ));
    // Its own server beside it.
    assert!(of(
        base,
        "https://many.example/evil/auth",
        "https://many.example/evil/auth/token"
    ));
    let sandbox = "https://launch.example/v/r4/sim/x";
    assert!(unpublished(
        &format!("{sandbox}/fhir"),
        &format!("{sandbox}/fhir"),
        &format!("{sandbox}/auth/authorize"),
        &format!("{sandbox}/auth/token")
    ));
}

#[test]
fn passwords_go_to_the_issuer_s_own_origin() {
    let mut smart = smart();
    smart["issuer"] = "https://as.example/t1".into();
    smart["authorization_challenge_endpoint"] = "https://portal.example/auth/challenge".into();
    let portal = merge(&smart, None).unwrap();
    assert_eq!(portal.challenge, None);
    assert_eq!(portal.broken, ["authorization_challenge_endpoint"]);
    let mut own = self::smart();
    own["authorization_challenge_endpoint"] = "https://portal.example/auth/challenge".into();
    assert!(merge(&own, None).unwrap().challenge.is_some());
}

#[test]
fn tokens_go_to_endpoints_of_their_own_issuer() {
    let portal = merge(&smart(), Some(&server())).unwrap();
    let url = |text: &str| Url::parse(text).unwrap();
    let issuer = "https://portal.example/auth";
    for fine in ["token", "revoke", "challenge"] {
        let url = url(&format!("{issuer}/{fine}"));
        assert!(portal.may_receive(issuer, &url));
        assert!(!portal.may_receive("https://portal.example/auth/", &url));
    }
    for other in [
        "https://evil.example/token",
        "https://portal.example/auth/authorize",
    ] {
        assert!(!portal.may_receive(issuer, &url(other)), "{other}");
    }
}

#[test]
fn a_protection_that_is_gone_is_named() {
    use protections::{Protection as P, lost};
    let mut strict = server();
    strict["require_pushed_authorization_requests"] = true.into();
    strict["pushed_authorization_request_endpoint"] = "https://portal.example/auth/par".into();
    let before = merge(&smart(), Some(&strict)).unwrap();
    assert_eq!(lost(&before, &before), []);
    let gone = |member: &str| {
        let mut server = strict.clone();
        server[member] = Value::Null;
        lost(&before, &merge(&smart(), Some(&server)).unwrap())
    };
    assert_eq!(gone("scopes_supported"), []);
    assert_eq!(gone("jwks_uri"), [P::Keys]);
    assert_eq!(gone("revocation_endpoint"), [P::Revocation]);
    assert_eq!(gone("dpop_signing_alg_values_supported"), [P::BoundTokens]);
    assert_eq!(
        gone("authorization_response_iss_parameter_supported"),
        [P::Issuer]
    );
    assert_eq!(
        gone("require_pushed_authorization_requests"),
        [P::RequiredPushing]
    );
    assert_eq!(gone("pushed_authorization_request_endpoint"), [P::Pushing]);
    let bare = merge(&smart(), None).unwrap();
    assert_eq!(lost(&before, &bare).len(), 7);
    assert_eq!(lost(&bare, &before), []);
}
