#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;
use serde_json::json;

const NOW: i64 = 1_800_000_000;

fn claims() -> Value {
    json!({
        "iss": "https://portal.example/auth", "sub": "user-7", "aud": "pericard",
        "iat": NOW - 5, "exp": NOW + 300, "auth_time": NOW - 60, "nonce": "n1",
        "acr": "mfa", "fhirUser": "https://portal.example/fhir/Patient/ana",
    })
}

fn token(header: &Value, claims: &Value, signature: &[u8]) -> Secret {
    let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    Secret::new(format!(
        "{}.{}.{}",
        encode(header.to_string().as_bytes()),
        encode(claims.to_string().as_bytes()),
        encode(signature)
    ))
}

fn check_token(token: &Secret) -> Result<IdClaims, IdTokenError> {
    let nonce = Secret::new("n1".into());
    let expected = Expected {
        issuer: "https://portal.example/auth",
        client_id: "pericard",
        nonce: Some(&nonce),
        now: Timestamp::from_second(NOW).unwrap(),
        access_token: None,
    };
    check(token, &expected)
}

fn with(change: impl FnOnce(&mut Value)) -> Result<IdClaims, IdTokenError> {
    let mut claims = claims();
    change(&mut claims);
    check_token(&token(&json!({"alg": "ES256"}), &claims, b"signature"))
}

fn without(name: &str) -> Result<IdClaims, IdTokenError> {
    with(|claims| {
        claims.as_object_mut().unwrap().remove(name);
    })
}

#[test]
fn a_good_token_says_who() {
    let who = with(|_| {}).unwrap();
    assert_eq!(who.subject, "user-7");
    assert_eq!(who.auth_time.unwrap().as_second(), NOW - 60);
    assert_eq!(who.acr.as_deref(), Some("mfa"));
    assert!(who.fhir_user.as_deref().unwrap().ends_with("Patient/ana"));
    assert_eq!(format!("{who:?}"), "IdClaims(..)");
}

#[test]
fn each_claim_is_checked() {
    use IdTokenError as E;
    assert_eq!(
        with(|c| c["iss"] = "https://portal.example/auth/".into()),
        Err(E::WrongIssuer)
    );
    assert_eq!(with(|c| c["aud"] = "other".into()), Err(E::WrongAudience));
    assert_eq!(with(|c| c["aud"] = json!([])), Err(E::WrongAudience));
    assert_eq!(
        with(|c| c["aud"] = json!(["pericard", "other"])),
        Err(E::WrongAudience)
    );
    assert_eq!(with(|c| c["azp"] = "other".into()), Err(E::WrongAudience));
    assert!(with(|c| c["aud"] = json!(["pericard"])).is_ok());
    assert!(
        with(|c| {
            c["aud"] = json!(["other", "pericard"]);
            c["azp"] = "pericard".into();
        })
        .is_ok()
    );
    assert_eq!(with(|c| c["exp"] = (NOW - 120).into()), Err(E::Expired));
    assert!(with(|c| c["exp"] = (NOW - 119).into()).is_ok());
    assert_eq!(
        with(|c| c["iat"] = (NOW + 121).into()),
        Err(E::FromTheFuture)
    );
    assert!(with(|c| c["iat"] = (NOW + 120).into()).is_ok());
    assert_eq!(with(|c| c["nonce"] = "n2".into()), Err(E::WrongNonce));
    assert_eq!(without("nonce"), Err(E::WrongNonce));
    assert_eq!(without("sub"), Err(E::NoSubject));
    assert_eq!(with(|c| c["sub"] = "".into()), Err(E::NoSubject));
    assert_eq!(
        with(|c| c["sub"] = "x".repeat(256).into()),
        Err(E::NoSubject)
    );
    for needed in ["iss", "aud", "exp", "iat"] {
        assert_eq!(without(needed), Err(E::Malformed), "{needed}");
    }
}

#[test]
fn an_optional_claim_of_an_odd_type_costs_itself() {
    for odd in [
        json!({"values": ["a"]}),
        json!(["a"]),
        json!(7),
        Value::Null,
    ] {
        let who = with(|c| {
            c["acr"] = odd.clone();
            c["fhirUser"] = odd.clone();
        });
        let who = who.unwrap();
        assert_eq!((who.acr, who.fhir_user), (None, None), "{odd}");
    }
    let auth_time = |said: Value| with(|c| c["auth_time"] = said).unwrap().auth_time;
    for odd in [
        json!("2020-03-14T18:52:01.180Z"),
        json!(["x"]),
        json!({}),
        json!(-1),
    ] {
        assert_eq!(auth_time(odd.clone()), None, "{odd}");
    }
    let second = |said| auth_time(said).unwrap().as_second();
    assert_eq!(second(json!(NOW.to_string())), NOW);
    assert_eq!(second(json!(1_700_000_000.5)), 1_700_000_000);
}

#[test]
fn an_odd_tie_ties_to_nothing() {
    use IdTokenError as E;
    assert_eq!(
        with(|c| c["azp"] = json!(["pericard"])),
        Err(E::WrongAudience)
    );
    assert_eq!(with(|c| c["nonce"] = json!(["n1"])), Err(E::WrongNonce));
    assert_eq!(
        with(|c| c["aud"] = json!(["pericard", 7])),
        Err(E::WrongAudience)
    );
    assert_eq!(with(|c| c["aud"] = json!({})), Err(E::Malformed));
    assert_eq!(with(|c| c["azp"] = "".into()), Err(E::WrongAudience));
    assert!(with(|c| c["azp"] = Value::Null).is_ok());
}

#[test]
fn an_unsigned_token_is_refused() {
    let of = |header: Value, signature: &[u8]| check_token(&token(&header, &claims(), signature));
    assert_eq!(of(json!({"alg": "none"}), b""), Err(IdTokenError::Unsigned));
    assert_eq!(
        of(json!({"alg": "NONE"}), b"x"),
        Err(IdTokenError::Unsigned)
    );
    assert_eq!(of(json!({}), b"x"), Err(IdTokenError::Unsigned));
    assert_eq!(
        of(json!({"alg": "RS256"}), b""),
        Err(IdTokenError::Unsigned)
    );
    assert!(of(json!({"alg": "RS256"}), b"x").is_ok());
}

#[test]
fn a_refreshed_token_needs_no_nonce() {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove("nonce");
    let expected = Expected {
        issuer: "https://portal.example/auth",
        client_id: "pericard",
        nonce: None,
        now: Timestamp::from_second(NOW).unwrap(),
        access_token: None,
    };
    assert!(check(&token(&json!({"alg": "ES256"}), &claims, b"x"), &expected).is_ok());
}

proptest! {
    #[test]
    fn no_text_makes_checking_fail_loudly(text in "[A-Za-z0-9_.-]{0,80}|.*") {
        prop_assert!(check_token(&Secret::new(text)).is_err());
    }

    #[test]
    fn no_claims_make_checking_fail_loudly(json in "\\{(\"(iss|aud|exp|iat|sub)\":(1|-1e300|\"x\"|\\[\\]|null),?){0,5}\\}") {
        let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let text = format!("{}.{}.{}", encode(r#"{"alg":"ES256"}"#), encode(&json), encode("x"));
        prop_assert!(check_token(&Secret::new(text)).is_err());
    }
}
