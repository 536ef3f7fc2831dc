#![allow(clippy::unwrap_used)]
use super::*;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use proptest::prelude::*;
use serde_json::{Value, json};

pub(crate) const NOW: i64 = 1_800_000_000;
const BASE: &str = "https://portal.example/fhir";

/// A key of a clinic.
struct Signer {
    name: &'static str,
    pair: EcdsaKeyPair,
}

impl Signer {
    fn new(name: &'static str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self { name, pair }
    }

    fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        json!({
            "kty": "EC", "crv": "P-256", "kid": self.name, "alg": "ES256", "use": "sig",
            "x": BASE64URL_NOPAD.encode(&point[1..33]), "y": BASE64URL_NOPAD.encode(&point[33..]),
        })
    }

    #[allow(clippy::disallowed_methods)]
    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |json: &Value| BASE64URL_NOPAD.encode(json.to_string().as_bytes());
        let input = format!("{}.{}", part(header), part(claims));
        let signature = self
            .pair
            .sign(&SystemRandom::new(), input.as_bytes())
            .unwrap();
        format!("{input}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    fn policy(&self, claims: &Value) -> String {
        self.sign(
            &json!({ "alg": "ES256", "typ": TYPE, "kid": self.name }),
            claims,
        )
    }
}

fn set(signers: &[&Signer]) -> KeySet {
    let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

fn claims() -> Value {
    json!({
        "aud": BASE, "iat": NOW - 60, "exp": NOW + 3600, "seq": 7,
        "features": { "messages": { "state": "off", "notice": { "en": "We are looking into a mix-up." }, "cached": false } },
    })
}

fn with(member: &str, value: Value) -> Value {
    let mut all = claims();
    all[member] = value;
    all
}

/// What comes of a document with these claims.
fn read(claims: &Value) -> Result<Policy, Flaw> {
    let signer = Signer::new("a");
    Policy::read(&signer.policy(claims), &set(&[&signer]), BASE)
}

#[test]
fn a_policy_says_what_is_off_and_why() {
    let policy = read(&claims()).unwrap();
    let rule = policy.rule("messages");
    assert_eq!(
        (rule.switch, rule.cached, policy.seq),
        (Switch::Off, false, 7)
    );
    let notice = language::choose(&rule.notice, &["fr".into()]);
    assert_eq!(notice, Some("We are looking into a mix-up."));
    assert_eq!(policy.rule("documents"), &Rule::ON);
    assert!(policy.names("messages") && !policy.names("documents"));
}

#[test]
fn what_is_not_signed_by_a_configured_key_for_this_base_is_no_policy() {
    let (ours, theirs) = (Signer::new("a"), Signer::new("b"));
    let keys = set(&[&ours]);
    let flaw = |text: &str| Policy::read(text, &keys, BASE).unwrap_err();
    let good = ours.policy(&claims());
    assert!(Policy::read(&good, &keys, BASE).is_ok());
    assert!(Policy::read(&format!(" {good}\n"), &keys, BASE).is_ok());
    assert_eq!(flaw(&theirs.policy(&claims())), Flaw::UnknownKey);
    let posing = theirs.sign(
        &json!({ "alg": "ES256", "typ": TYPE, "kid": "a" }),
        &claims(),
    );
    assert_eq!(flaw(&posing), Flaw::WrongSignature);
    let nameless = ours.sign(&json!({ "alg": "ES256", "typ": TYPE }), &claims());
    assert_eq!(flaw(&nameless), Flaw::UnknownKey);
    let unsigned = ours.sign(
        &json!({ "alg": "none", "typ": TYPE, "kid": "a" }),
        &claims(),
    );
    assert_eq!(flaw(&unsigned), Flaw::Unsigned);
    let shared = ours.sign(
        &json!({ "alg": "HS256", "typ": TYPE, "kid": "a" }),
        &claims(),
    );
    assert_eq!(flaw(&shared), Flaw::UnknownKey);
    let (rest, _) = good.rsplit_once('.').unwrap();
    assert_eq!(flaw(&format!("{rest}.")), Flaw::Unsigned);
    let identity = ours.sign(
        &json!({ "alg": "ES256", "typ": "JWT", "kid": "a" }),
        &claims(),
    );
    assert_eq!(flaw(&identity), Flaw::Unreadable);
    for aud in [
        json!("https://portal.example/fhir/"),
        json!("https://other.example"),
        json!([]),
    ] {
        let elsewhere = ours.policy(&with("aud", aud));
        assert_eq!(flaw(&elsewhere), Flaw::AnotherPortal);
    }
    assert!(read(&with("aud", json!(["https://other.example", BASE]))).is_ok());
}

#[test]
fn a_switch_that_cannot_be_read_is_not_one_that_is_on() {
    for features in [
        json!({ "messages": { "state": "offf" } }),
        json!({ "messages": { "state": true } }),
        json!({ "messages": { "notice": "Off" } }),
        json!({ "messages": { "state": "off", "cached": "no" } }),
        json!({ "messages": { "state": "off", "step_up": 5 } }),
        json!({ "messages": "off" }),
        json!([]),
    ] {
        assert_eq!(read(&with("features", features)), Err(Flaw::Unreadable));
    }
    for (member, value) in [
        ("seq", json!("7")),
        ("seq", json!(7.5)),
        ("seq", json!(-1)),
        ("exp", json!(null)),
        ("exp", json!(1e300)),
        ("iat", json!("yesterday")),
        ("lease_hours", json!(-1)),
        ("lease_hours", json!(1e300)),
        ("min_app_version", json!("next")),
        ("min_app_version", json!(2)),
    ] {
        assert_eq!(
            read(&with(member, value.clone())),
            Err(Flaw::Unreadable),
            "{member} {value}"
        );
    }
    let later = with(
        "features",
        json!({ "messages": { "state": "on", "colour": 7 }, "scent": { "state": "off" } }),
    );
    assert_eq!(read(&later).unwrap().rule("messages").switch, Switch::On);
}

#[test]
fn a_lease_has_a_floor_and_a_step_up_a_demand() {
    let lease = |hours: f64| read(&with("lease_hours", json!(hours))).unwrap().lease;
    assert_eq!(lease(72.0), Some(Duration::from_secs(72 * 3600)));
    assert_eq!(lease(0.0), Some(SHORTEST_LEASE));
    assert_eq!(read(&claims()).unwrap().lease, None);
    let asks = |step_up: Value| {
        let features = json!({ "messages": { "state": "on", "step_up": step_up } });
        read(&with("features", features))
            .unwrap()
            .rule("messages")
            .step_up
            .clone()
    };
    let quarter = asks(json!({ "max_age": 900 })).unwrap();
    assert_eq!(quarter.max_age, Some(Duration::from_secs(900)));
    assert_eq!(
        asks(json!({ "acr_values": ["mfa"] })).unwrap().acr_values,
        ["mfa"]
    );
    assert_eq!(asks(json!({})), None);
}

#[test]
fn a_notice_is_safe_to_show_and_has_its_length() {
    let notice = |notice: Value| {
        let features = json!({ "messages": { "state": "off", "notice": notice } });
        read(&with("features", features))
            .unwrap()
            .rule("messages")
            .notice
            .clone()
    };
    let plain = notice(json!(" Call us.\u{202e}\u{7} "));
    assert_eq!(plain.get("").map(String::as_str), Some("Call us."));
    assert_eq!(notice(json!({ "en": "  " })), BTreeMap::new());
    let long = notice(json!("x".repeat(5000)));
    assert_eq!(long[""].len(), limits::POLICY_NOTICE);
    let many: serde_json::Map<_, _> = (0..500).map(|n| (format!("x{n}"), json!("Off"))).collect();
    assert_eq!(notice(Value::Object(many)).len(), limits::POLICY_LANGUAGES);
}

proptest! {
    #[test]
    fn no_text_is_taken_for_a_policy(text in "\\PC{0,400}", header in "[a-zA-Z0-9_-]{0,40}", body in "[a-zA-Z0-9_-]{0,40}") {
        let signer = Signer::new("a");
        let keys = set(&[&signer]);
        prop_assert!(Policy::read(&text, &keys, BASE).is_err());
        let parts = format!("{header}.{body}.{header}");
        prop_assert!(Policy::read(&parts, &keys, BASE).is_err());
    }
}
