#![allow(clippy::unwrap_used)]
use super::*;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

/// Its signatures need no randomness.
struct Signer(Ed25519KeyPair);

impl Signer {
    fn new() -> Self {
        Self(Ed25519KeyPair::generate().unwrap())
    }

    fn sign(&self, kid: &str, claims: &Value) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let header = json!({"alg": "EdDSA", "kid": kid});
        let input = format!("{}.{}", part(&header), part(claims));
        let signature = self.0.sign(input.as_bytes());
        format!("{input}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    fn keys(&self, kid: &str) -> KeySet {
        let x = BASE64URL_NOPAD.encode(self.0.public_key().as_ref());
        let keys = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x}]});
        KeySet::parse(keys.to_string().as_bytes()).unwrap()
    }
}

fn claims() -> Value {
    json!({
        "iss": "https://a.example", "sub": "user-7", "aud": "app", "iat": 1, "exp": 2,
        "fhirUser": "https://a.example/fhir/Patient/ana",
    })
}

fn answer(id_token: Option<&str>, patient: Option<&str>) -> TokenResponse {
    let body = json!({
        "access_token": "t", "token_type": "Bearer", "id_token": id_token, "patient": patient,
    });
    TokenResponse::parse(200, body.to_string().as_bytes()).unwrap()
}

fn compare(answer: &TokenResponse, keys: Keys<'_>) -> Verdict {
    let base = Base::parse("https://a.example/fhir", false).unwrap();
    let identity = RefreshIdentity {
        issuer: "https://a.example",
        client_id: "app",
        subject: "user-7",
        patient: "ana",
        patient_is_user: true,
        base: &base,
    };
    identity.compare(answer, keys)
}

#[test]
fn every_claim_meets_every_state_of_the_keys() {
    use IdTokenError as E;
    use Verdict::{CannotVerify, Same, SomebodyElse, Unusable};
    let (signer, other) = (Signer::new(), Signer::new());
    let (right, stale, wrong) = (signer.keys("k1"), other.keys("k0"), other.keys("k1"));
    let empty = KeySet::default();
    let keys = [
        Keys::NotPublished,
        Keys::Known(&right),
        Keys::Known(&stale),
        Keys::Known(&empty),
        Keys::Unavailable,
        Keys::Known(&wrong),
    ];
    let everywhere = |verdict| [verdict; 6];
    let signature_decides = [
        Same,
        Same,
        CannotVerify,
        CannotVerify,
        CannotVerify,
        Unusable(E::WrongSignature),
    ];
    for (what, value, expected) in [
        ("exp", json!(2), signature_decides),
        // Times of any kind, and none, say nothing about who it is.
        ("exp", json!(9_000_000_000_i64), signature_decides),
        ("iat", json!(9_000_000_000_i64), signature_decides),
        ("exp", Value::Null, everywhere(Unusable(E::Malformed))),
        ("acr", json!({"values": ["a"]}), signature_decides),
        (
            "auth_time",
            json!("2020-03-14T18:52:01Z"),
            signature_decides,
        ),
        ("nonce", json!(["x"]), signature_decides),
        ("sub", json!("user-2"), everywhere(SomebodyElse)),
        ("sub", json!(7), everywhere(Unusable(E::NoSubject))),
        ("sub", Value::Null, everywhere(Unusable(E::NoSubject))),
        ("iss", json!("https://a.example/"), everywhere(SomebodyElse)),
        ("iss", Value::Null, everywhere(Unusable(E::Malformed))),
        ("aud", Value::Null, everywhere(Unusable(E::Malformed))),
        (
            "aud",
            json!("other"),
            everywhere(Unusable(E::WrongAudience)),
        ),
        (
            "azp",
            json!("other"),
            everywhere(Unusable(E::WrongAudience)),
        ),
        ("azp", json!({}), everywhere(Unusable(E::WrongAudience))),
        (
            "at_hash",
            json!("x"),
            everywhere(Unusable(E::WrongAccessToken)),
        ),
        ("fhirUser", json!("Patient/ben"), everywhere(SomebodyElse)),
        (
            "fhirUser",
            json!("https://a.example/fhir/Patient/ben"),
            everywhere(SomebodyElse),
        ),
        ("fhirUser", json!("RelatedPerson/7"), signature_decides),
        ("fhirUser", json!(7), signature_decides),
        ("fhirUser", Value::Null, signature_decides),
    ] {
        let mut claims = claims();
        claims[what] = value.clone();
        let token = signer.sign("k1", &claims);
        let answer = answer(Some(&token), None);
        let verdicts = keys.map(|keys| compare(&answer, keys));
        assert_eq!(verdicts, expected, "{what}: {value}");
    }
}

#[test]
fn another_person_is_one_whatever_else_is_wrong() {
    let signer = Signer::new();
    for (what, value) in [
        ("aud", json!("other")),
        ("aud", Value::Null),
        ("exp", json!(0)),
    ] {
        let mut claims = claims();
        claims["sub"] = "user-2".into();
        claims[what] = value;
        let answer = answer(Some(&signer.sign("k9", &claims)), Some("ana"));
        let verdict = compare(&answer, Keys::Unavailable);
        assert_eq!(verdict, Verdict::SomebodyElse, "{what}");
    }
    let other_record = answer(None, Some("ben"));
    assert_eq!(
        compare(&other_record, Keys::NotPublished),
        Verdict::SomebodyElse
    );
    let garbage = answer(Some("x"), Some("ben"));
    assert_eq!(compare(&garbage, Keys::NotPublished), Verdict::SomebodyElse);
}

#[test]
fn what_cannot_be_read_is_unusable_and_nobody_else() {
    for token in ["x", "a.b.c", "e30.e30.", "e30.e30.AAAA"] {
        let answer = answer(Some(token), Some("ana"));
        let verdict = compare(&answer, Keys::NotPublished);
        assert!(matches!(verdict, Verdict::Unusable(_)), "{token}");
        assert!(!verdict.is_worth_new_keys());
    }
    assert_eq!(
        compare(&answer(None, None), Keys::Unavailable),
        Verdict::Same
    );
    assert_eq!(
        compare(&answer(None, Some("ana")), Keys::Unavailable),
        Verdict::Same
    );
    assert!(Verdict::CannotVerify.is_worth_new_keys());
    assert!(Verdict::Unusable(IdTokenError::WrongSignature).is_worth_new_keys());
}

#[test]
fn a_proxy_stays_a_proxy() {
    let base = Base::parse("https://a.example/fhir", false).unwrap();
    let identity = RefreshIdentity {
        issuer: "https://a.example",
        client_id: "app",
        subject: "user-7",
        patient: "child",
        patient_is_user: false,
        base: &base,
    };
    let token = Signer::new().sign("k1", &claims());
    let verdict = identity.compare(&answer(Some(&token), None), Keys::NotPublished);
    assert_eq!(verdict, Verdict::Same);
    assert_eq!(format!("{identity:?}"), "RefreshIdentity(..)");
}
