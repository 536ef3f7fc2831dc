//! What is bound to a key, and that it is of no use without it.

use serde_json::json;

use crate::prover::{Prover, first_request, first_request_with, hash, redemption, refreshing};
use crate::support::{REDIRECT, VERIFIER, world};

const REFUSED: (u16, &str) = (400, "invalid_dpop_proof");

fn is(error: (u16, String), expected: (u16, &str)) -> bool {
    (error.0, error.1.as_str()) == expected
}

#[tokio::test]
async fn a_code_of_the_challenge_needs_the_key_it_began_with() {
    let (world, prover, thief) = (world(), Prover::new(1), Prover::new(2));
    let code = world.bound_code(&prover, "ben").await;
    let fields = redemption(&code);
    assert!(is(world.post("/token", &fields).await.error(), REFUSED));
    let stolen = world.prove(&thief, "/token", &fields).await;
    assert!(is(stolen.error(), REFUSED));
    let right = world.prove(&prover, "/token", &fields).await;
    assert_eq!(right.status, 200, "a wrong key does not use the code up");
    assert_eq!(right.json()["token_type"], "DPoP");
}

#[tokio::test]
async fn an_auth_session_keeps_its_key() {
    let (world, prover, other) = (world(), Prover::new(1), Prover::new(2));
    let first = first_request();
    let fields = first_request_with(&first, &[]);
    let answer = world.prove(&prover, "/challenge", &fields).await.json();
    let session = answer["auth_session"].as_str().unwrap();
    let person = world.person("ben");
    let fields = [
        ("auth_session", session),
        ("username", "ben"),
        ("password", &person.password),
    ];
    assert!(is(world.post("/challenge", &fields).await.error(), REFUSED));
    let stolen = world.prove(&other, "/challenge", &fields).await;
    assert!(is(stolen.error(), REFUSED));
    let right = world.prove(&prover, "/challenge", &fields).await;
    assert_eq!(right.status, 200, "{}", right.text());

    let session = world.begin().await;
    let fields = [
        ("auth_session", session.as_str()),
        ("username", "ben"),
        ("password", &person.password),
    ];
    let late = world.prove(&prover, "/challenge", &fields).await;
    assert!(is(late.error(), REFUSED), "it began without a key");
}

#[tokio::test]
async fn dpop_jkt_binds_the_code_of_a_browser() {
    let (world, prover, thief) = (world(), Prover::new(1), Prover::new(2));
    let malformed = world.authorize_url("", &[("dpop_jkt", "short")]);
    let answer = world.get(&malformed).await;
    assert!(answer.header("location").contains("error=invalid_request"));
    let key = prover.thumbprint();
    let url = world.authorize_url("", &[("dpop_jkt", &key)]);
    let code = world.sign_in_by_browser(&url, "ben").await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "pericard"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    assert!(is(world.post("/token", &fields).await.error(), REFUSED));
    let stolen = world.prove(&thief, "/token", &fields).await;
    assert!(is(stolen.error(), REFUSED));
    let right = world.prove(&prover, "/token", &fields).await;
    assert_eq!(right.json()["token_type"], "DPoP");
}

#[tokio::test]
async fn refresh_tokens_are_bound_too() {
    let (world, prover, thief) = (world(), Prover::new(1), Prover::new(2));
    let tokens = world.bound_tokens(&prover, "ben").await;
    let fields = refreshing(&tokens);
    assert!(is(world.post("/token", &fields).await.error(), REFUSED));
    let stolen = world.prove(&thief, "/token", &fields).await;
    assert!(is(stolen.error(), REFUSED));
    let next = world.prove(&prover, "/token", &fields).await;
    assert_eq!(next.status, 200, "a thief without the key ends nothing");
    let again = world.prove(&prover, "/token", &fields).await;
    assert_eq!(again.error(), (400, "invalid_grant".into()), "rotated");
}

#[tokio::test]
async fn a_bearer_grant_is_bound_by_the_first_proof() {
    let (world, prover) = (world(), Prover::new(1));
    let tokens = world.tokens("ben").await;
    let fields = refreshing(&tokens);
    let bound = world.prove(&prover, "/token", &fields).await.json();
    assert_eq!(bound["token_type"], "DPoP");
    let fields = refreshing(&bound);
    assert!(is(world.post("/token", &fields).await.error(), REFUSED));
}

#[tokio::test]
async fn a_bound_token_reads_only_with_its_proof() {
    let (world, prover, thief) = (world(), Prover::new(1), Prover::new(2));
    let tokens = world.bound_tokens(&prover, "ben").await;
    let search = "/Communication?_count=1";
    let right = world.bound_get(&prover, &tokens, search, |_| ()).await;
    assert_eq!(right.status, 200, "{}", right.text());

    let bearer = world.reader(&tokens).get(search).await;
    assert_eq!(bearer.status, 401);
    let why = bearer.header("www-authenticate");
    assert_eq!(why, "Bearer error=\"invalid_token\"");

    let refused = "DPoP error=\"invalid_dpop_proof\", algs=\"ES256\"";
    let stolen = world.bound_get(&thief, &tokens, search, |_| ()).await;
    assert_eq!(
        (stolen.status, stolen.header("www-authenticate")),
        (401, refused)
    );
    let url = format!("{}{search}", world.portal.base());
    let claims = [
        ("htm", json!("POST")),
        ("htu", json!(url)),
        ("htu", json!(world.portal.base())),
        ("ath", json!(hash("another token"))),
        ("ath", json!(null)),
    ];
    for (name, value) in claims {
        let bend = |draft: &mut crate::prover::Draft| draft.claims[name] = value.clone();
        let bent = world.bound_get(&prover, &tokens, search, bend).await;
        let said = bent.header("www-authenticate");
        assert_eq!((bent.status, said), (401, refused), "{name} {value}");
    }
    let server = world.nonce().await;
    let bend = |draft: &mut crate::prover::Draft| draft.claims["nonce"] = json!(server);
    let old = world.bound_get(&prover, &tokens, search, bend).await;
    let wanted = "DPoP error=\"use_dpop_nonce\", algs=\"ES256\"";
    assert_eq!((old.status, old.header("www-authenticate")), (401, wanted));
    assert_eq!(old.header("dpop-nonce"), world.resource_nonce().await);
    let headers = [(
        "authorization",
        format!("DPoP {}", tokens["access_token"].as_str().unwrap()),
    )];
    let headers = [("authorization", headers[0].1.as_str())];
    let bare = world.send("GET", &url, &headers, "").await;
    assert_eq!(
        (bare.status, bare.header("www-authenticate")),
        (401, refused)
    );
}

#[tokio::test]
async fn a_plain_token_is_not_taken_for_a_bound_one() {
    let (world, prover) = (world(), Prover::new(1));
    let tokens = world.tokens("ben").await;
    let answer = world.bound_get(&prover, &tokens, "/Communication", |_| ());
    let answer = answer.await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").contains("invalid_token"));
}
