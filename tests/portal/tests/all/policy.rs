//! The clinic's policy: what is shown, when it is the same, and what is wrong with it on purpose.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};

use crate::support::{Answer, World, of};

const PATH: &str = "/fhir/.well-known/pericard-policy";

fn part(text: &str, n: usize) -> Vec<u8> {
    let part = text.split('.').nth(n).unwrap();
    BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()
}

fn claims(answer: &Answer) -> Value {
    serde_json::from_slice(&part(&answer.text(), 1)).unwrap()
}

/// Whether the n-th published key signed it.
fn signed_by(world: &World, text: &str, n: usize) -> bool {
    let keys = world.portal.policy_keys();
    let member = |name: &str| {
        let text = keys["keys"][n][name].as_str().unwrap().to_owned();
        BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
    };
    let point = [vec![4], member("x"), member("y")].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).unwrap();
    let (input, _) = text.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&part(text, 2)).unwrap();
    key.verify(input.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn a_decision_is_signed_numbered_and_named_in_passing() {
    let world = of(json!({ "people": { "ana": {} } }));
    assert_eq!(world.get(PATH).await.status, 404);
    assert_eq!(
        world.get("/fhir/metadata").await.header("pericard-policy"),
        ""
    );
    let off = json!({ "messages": { "state": "off", "notice": "Closed" } });
    world.tell(json!({ "policy": { "features": off, "lease_hours": 5 } }));
    let shown = world.get(PATH).await;
    assert_eq!(
        (shown.status, shown.header("content-type")),
        (200, "application/jose")
    );
    let header: Value = serde_json::from_slice(&part(&shown.text(), 0)).unwrap();
    assert_eq!(header["typ"], "pericard-policy+jwt");
    let said = claims(&shown);
    assert_eq!(
        (&said["seq"], &said["features"], &said["lease_hours"]),
        (&json!(1), &off, &json!(5))
    );
    assert_eq!(said["aud"], world.portal.base());
    assert!(signed_by(&world, &shown.text(), 0) && !signed_by(&world, &shown.text(), 1));
    assert_eq!(
        world.get("/fhir/metadata").await.header("pericard-policy"),
        "1"
    );
    let etag = shown.header("etag").to_owned();
    assert_eq!(
        world
            .send("GET", PATH, &[("if-none-match", &etag)], "")
            .await
            .status,
        304
    );
    // The next of the same key, and the first of the other.
    world.tell(json!({ "policy": {} }));
    assert_eq!(claims(&world.get(PATH).await)["seq"], 2);
    world.tell(json!({ "policy": { "key": "second", "hint": false } }));
    let second = world.get(PATH).await;
    assert_eq!(claims(&second)["seq"], 1);
    assert!(signed_by(&world, &second.text(), 1));
    assert_eq!(
        world.get("/fhir/metadata").await.header("pericard-policy"),
        ""
    );
    world.tell(json!({ "policy": { "key": "retired" } }));
    let retired = world.get(PATH).await.text();
    assert!(!signed_by(&world, &retired, 0) && !signed_by(&world, &retired, 1));
    world.tell(json!({ "policy": "none" }));
    assert_eq!(world.get(PATH).await.status, 404);
}

#[tokio::test]
async fn what_is_wrong_on_purpose_is_wrong() {
    let world = of(json!({ "people": { "ana": {} }, "policy": { "seq": 40 } }));
    assert_eq!(claims(&world.get(PATH).await)["seq"], 40);
    let made = async |flaw: &str| {
        world.tell(json!({ "policy": { "flaw": flaw } }));
        world.get(PATH).await
    };
    let unsigned = made("unsigned").await.text();
    assert!(
        unsigned.ends_with('.')
            && String::from_utf8(part(&unsigned, 0))
                .unwrap()
                .contains("none")
    );
    assert!(!signed_by(&world, &made("wrong_signature").await.text(), 0));
    let shared = made("shared_secret").await.text();
    assert!(
        String::from_utf8(part(&shared, 0))
            .unwrap()
            .contains("HS256")
    );
    let said = |answer: Answer| claims(&answer);
    let expired = said(made("expired").await);
    assert!(expired["exp"].as_i64() < expired["iat"].as_i64());
    assert_ne!(
        said(made("another_portal").await)["aud"],
        world.portal.base()
    );
    assert_eq!(
        said(made("unknown_state").await)["features"]["messages"]["state"],
        "sometimes"
    );
    assert_eq!(made("server_error").await.status, 503);
    assert!(!made("not_a_policy").await.text().contains('.'));
}
