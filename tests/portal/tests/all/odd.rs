//! What servers in good faith do differently, one thing at a time.

use serde_json::{Value, json};

use crate::prover::Prover;
use crate::support::{REDIRECT, SCOPE, World, challenge, of, parameter, world};

const ALL: &str = "/Communication?_count=1";

fn fault(world: &World, name: &str, how: &str) {
    let fault = match how {
        "" => json!({ "fault": name }),
        how => json!({ "fault": name, "as": how }),
    };
    world.tell(fault);
}

fn first(world: &World) -> String {
    let origin = world.portal.issuer().trim_end_matches("/auth").to_owned();
    format!("{origin}/.well-known/oauth-authorization-server/auth")
}

fn second(world: &World) -> String {
    format!("{}/.well-known/openid-configuration", world.portal.issuer())
}

fn smart(world: &World) -> String {
    format!("{}/.well-known/smart-configuration", world.portal.base())
}

#[tokio::test]
async fn the_first_well_known_address_answers_oddly() {
    let world = world();
    for (how, status, beginning) in [
        ("html", 200, "<!doctype html>"),
        ("server_error", 500, ""),
        ("not_implemented", 501, ""),
        ("empty_object", 200, "{}"),
        ("cut", 200, "{"),
        ("moved", 302, ""),
    ] {
        fault(&world, "first_metadata", how);
        let answer = world.get(&first(&world)).await;
        assert_eq!(answer.status, status, "{how}");
        let text = answer.text();
        assert!(text.starts_with(beginning), "{how}: {text}");
        let whole = serde_json::from_str::<Value>(&text);
        assert!(whole.is_err() || text == "{}", "{how}");
        let other = world.get(&second(&world)).await.json();
        assert_eq!(other["issuer"], world.portal.issuer());
    }
    fault(&world, "none", "");
    fault(&world, "no_metadata", "");
    assert_eq!(world.get(&first(&world)).await.status, 404);
    assert_eq!(world.get(&second(&world)).await.status, 404);
    assert_eq!(world.get(&smart(&world)).await.status, 200);
}

#[tokio::test]
async fn a_portal_shows_fewer_protections_than_before() {
    let world = world();
    let whole = world.get(&first(&world)).await.json();
    fault(&world, "fewer_protections", "");
    for address in [first(&world), second(&world), smart(&world)] {
        let bare = world.get(&address).await.json();
        assert_eq!(bare["issuer"], world.portal.issuer());
        for which in [
            "authorization_response_iss_parameter_supported",
            "dpop_signing_alg_values_supported",
            "revocation_endpoint",
        ] {
            assert!(!whole[which].is_null(), "{which}");
            assert!(bare[which].is_null(), "{address}: {which}");
        }
    }
}

#[tokio::test]
async fn members_of_discovery_are_odd() {
    let world = world();
    for (how, member, value) in [
        ("nulls", "acr_values_supported", json!(null)),
        ("empty_texts", "acr_values_supported", json!("")),
        (
            "text_for_list",
            "code_challenge_methods_supported",
            json!("S256"),
        ),
        ("wrong_types", "registration_endpoint", json!(7)),
        (
            "flags_as_text",
            "require_pushed_authorization_requests",
            json!("false"),
        ),
    ] {
        fault(&world, "odd_metadata", how);
        for url in [first(&world), second(&world), smart(&world)] {
            let document = world.get(&url).await.json();
            assert_eq!(document.get(member), Some(&value), "{how} {url}");
            assert_eq!(document["issuer"], world.portal.issuer());
        }
    }
}

#[tokio::test]
async fn the_base_contradicts_the_issuer() {
    let world = world();
    for (which, member) in [
        ("authorization", "authorization_endpoint"),
        ("token", "token_endpoint"),
        ("revocation", "revocation_endpoint"),
        ("registration", "registration_endpoint"),
        ("par", "pushed_authorization_request_endpoint"),
        ("jwks", "jwks_uri"),
        ("challenge", "authorization_challenge_endpoint"),
    ] {
        fault(&world, "contradiction", which);
        let of_base = world.get(&smart(&world)).await.json();
        let of_issuer = world.get(&first(&world)).await.json();
        assert_eq!(of_base[member], "https://elsewhere.invalid/endpoint");
        assert_eq!(of_base["issuer"], of_issuer["issuer"]);
        assert!(
            of_issuer[member]
                .as_str()
                .unwrap()
                .starts_with(&world.portal.issuer())
        );
    }
}

#[tokio::test]
async fn keys_that_cannot_be_had() {
    let world = world();
    let url = format!("{}/jwks", world.portal.issuer());
    let right = world.get(&url).await.json();
    for (how, status) in [("forbidden", 403), ("unavailable", 503)] {
        fault(&world, "jwks", how);
        assert_eq!(world.get(&url).await.status, status, "{how}");
    }
    fault(&world, "jwks", "stale");
    let stale = world.get(&url).await.json();
    assert_ne!(stale["keys"][0]["kid"], right["keys"][0]["kid"]);
    fault(&world, "none", "");
    assert_eq!(world.get(&url).await.json(), right);
}

#[tokio::test]
async fn pushing_is_offered_and_refused() {
    let world = world();
    let (base, challenge) = (world.portal.base(), challenge());
    let fields = [
        ("response_type", "code"),
        ("client_id", "pericard"),
        ("redirect_uri", REDIRECT),
        ("scope", SCOPE),
        ("state", "st-1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("aud", base.as_str()),
    ];
    for (how, status) in [
        ("invalid_client", 401),
        ("unauthorized_client", 400),
        ("missing", 404),
        ("not_implemented", 501),
    ] {
        fault(&world, "refuse_par", how);
        assert_eq!(world.post("/par", &fields).await.status, status, "{how}");
    }
    let plain = world.get(&world.authorize_url("", &[])).await;
    assert_eq!(plain.status, 200);
    fault(&world, "none", "");
    assert_eq!(world.post("/par", &fields).await.status, 201);
}

#[tokio::test]
async fn records_that_know_bearer_only() {
    let (world, prover) = (world(), Prover::new(1));
    let tokens = world.bound_tokens(&prover, "ben").await;
    fault(&world, "bearer_records", "");
    let bound = world.bound_get(&prover, &tokens, ALL, |_| ()).await;
    let said = bound.header("www-authenticate");
    assert_eq!((bound.status, said), (401, "Bearer realm=\"fhir\""));
    assert_eq!(world.reader(&tokens).get(ALL).await.status, 200);
    let dead = json!({ "access_token": "dead" });
    let dead = world.reader(&dead).get(ALL).await;
    assert_eq!(
        dead.header("www-authenticate"),
        "Bearer error=\"invalid_token\""
    );
    fault(&world, "none", "");
    let bound = world.bound_get(&prover, &tokens, ALL, |_| ()).await;
    assert_eq!(bound.status, 200);
}

#[tokio::test]
async fn token_answers_that_say_less() {
    let world = world();
    fault(&world, "no_expires_in", "");
    fault(&world, "no_refresh_token", "");
    let tokens = world.tokens("ben").await;
    assert_eq!(
        (tokens.get("expires_in"), tokens.get("refresh_token")),
        (None, None)
    );
    fault(&world, "none", "");
    for member in ["error", "refresh_token", "id_token", "scope"] {
        fault(&world, "empty_text", member);
        assert_eq!(world.tokens("ben").await[member], "", "{member}");
    }
    fault(&world, "none", "");
    let tokens = world.tokens("ben").await;
    assert!(tokens["refresh_token"].is_string() && tokens.get("error").is_none());
}

#[tokio::test]
async fn a_401_that_says_nothing_about_the_token() {
    let world = world();
    let ben = world.read_as("ben").await;
    for (how, challenge) in [
        ("page", ""),
        ("proxy", "Basic realm=\"proxy\""),
        ("unexplained", "Bearer realm=\"fhir\""),
        ("more_scope", "Bearer error=\"insufficient_scope\""),
    ] {
        fault(&world, "unauthorized", how);
        let answer = ben.get(ALL).await;
        let said = answer.header("www-authenticate");
        assert_eq!((answer.status, said), (401, challenge), "{how}");
        assert_eq!(ben.get("/metadata").await.status, 200);
    }
    fault(&world, "none", "");
    assert_eq!(ben.get(ALL).await.status, 200);
}

#[tokio::test]
async fn a_refresh_that_wants_the_person() {
    let world = world();
    let tokens = world.tokens("ben").await;
    for (code, status) in [
        ("interaction_required", 400),
        ("login_required", 400),
        ("consent_required", 400),
        ("account_selection_required", 400),
        ("mfa_required", 403),
        ("invalid_client", 401),
        ("invalid_request", 400),
        ("expired_token", 400),
        ("temporarily_unavailable", 400),
        ("server_error", 400),
        ("access_denied", 400),
    ] {
        fault(&world, "refresh_error", code);
        let refused = world.refresh(&tokens).await.error();
        assert_eq!(refused, (status, code.to_owned()));
    }
    fault(&world, "none", "");
    assert_eq!(world.refresh(&tokens).await.status, 200, "it stays good");
}

#[tokio::test]
async fn a_person_says_no_at_the_portal() {
    let world = world();
    for (how, state) in [("proved", Some("st-1".to_owned())), ("no_state", None)] {
        fault(&world, "denied", how);
        let back = world.get(&world.authorize_url("", &[])).await;
        assert_eq!(back.status, 303);
        let there = back.header("location");
        assert_eq!(parameter(there, "error").as_deref(), Some("access_denied"));
        assert_eq!(parameter(there, "state"), state);
        assert_eq!(parameter(there, "iss").is_some(), state.is_some());
        assert_eq!(parameter(there, "code"), None);
    }
}

#[tokio::test]
async fn json_begins_with_a_byte_order_mark() {
    let world = world();
    let ben = world.read_as("ben").await;
    fault(&world, "byte_order_mark", "");
    for answer in [
        world.get(&smart(&world)).await,
        world.get(&second(&world)).await,
        ben.get(ALL).await,
    ] {
        let text = answer.text();
        let rest = text.strip_prefix('\u{feff}').unwrap();
        assert!(serde_json::from_str::<Value>(rest).is_ok());
    }
    let page = world.get(&world.authorize_url("", &[])).await;
    assert!(page.text().starts_with("<!doctype"), "{}", page.text());
}

#[tokio::test]
async fn the_label_of_a_new_secret_is_odd() {
    let world = of(json!({ "people": { "ana": {}, "ben": {} } }));
    let token = world.tokens("ben").await["access_token"].clone();
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let url = format!("{}/account/totp", world.portal.base());
    for (how, label) in [
        ("plus", "Linden%20Clinic:ana?"),
        ("three_parts", "Linden:Linden%20Clinic:ana?"),
        ("other_issuer", "linden%20clinic:ana?"),
        ("missing", "?"),
    ] {
        fault(&world, "otpauth_label", how);
        let begun = world
            .send("POST", &url, &[("authorization", &bearer)], "")
            .await;
        let uri = begun.json()["otpauth"].as_str().unwrap().to_owned();
        assert!(uri.starts_with(&format!("otpauth://totp/{label}")), "{uri}");
        assert!(uri.contains("secret="), "{uri}");
        assert_eq!(uri.matches("issuer=").count(), 1, "{uri}");
    }
}
