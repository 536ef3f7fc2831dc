#![allow(clippy::unwrap_used)]
use super::*;
use crate::oauth::id_token::{Expected, IdClaims, IdTokenError, check, verify};
use crate::secret::Secret;
use aws_lc_rs::digest::digest;
use aws_lc_rs::hmac;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

mod keys;
mod vectors;
use keys::*;

const NOW: i64 = 1_800_000_000;

fn claims() -> Value {
    json!({"iss": "https://portal.example/auth", "sub": "user-7", "aud": "pericard", "iat": NOW - 5, "exp": NOW + 300})
}

fn token(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Secret {
    let part = |json: &Value| encode(json.to_string().as_bytes());
    let input = format!("{}.{}", part(header), part(claims));
    let signature = sign(input.as_bytes());
    Secret::new(format!("{input}.{}", encode(&signature)))
}

fn signed(algorithm: &str, kid: Option<&str>) -> Secret {
    let mut header = json!({ "alg": algorithm });
    if let Some(kid) = kid {
        header["kid"] = kid.into();
    }
    token(&header, &claims(), |input| sign(algorithm, input))
}

fn expected(access_token: Option<&Secret>) -> Expected<'_> {
    Expected {
        issuer: "https://portal.example/auth",
        client_id: "pericard",
        nonce: None,
        now: Timestamp::from_second(NOW).unwrap(),
        access_token,
    }
}

fn verified(token: &Secret, keys: &KeySet) -> Result<IdClaims, IdTokenError> {
    verify(token, keys, &expected(None))
}

#[test]
fn the_examples_of_the_rfcs() {
    for (text, jwk) in [
        (RS256, rsa_jwk()),
        (ES256, p256_jwk()),
        (EDDSA, ed25519_jwk()),
    ] {
        let jws = Jws::parse(text).ok().unwrap();
        assert_eq!(set(&[jwk]).verify(&jws), Ok(()));
        assert_eq!(everything().verify(&jws), Ok(()));
        // One bit of the payload or of the signature.
        let mut changed = text.to_owned().into_bytes();
        let payload = text.find('.').unwrap() + 4;
        changed[payload] ^= 1;
        let changed = String::from_utf8(changed).unwrap();
        let jws = Jws::parse(&changed).ok().unwrap();
        assert_eq!(everything().verify(&jws), Err(VerifyError::WrongSignature));
    }
}

#[test]
fn every_algorithm_is_verified_and_every_bit_counts() {
    for (algorithm, kid) in [
        ("RS256", "rsa"),
        ("RS384", "rsa"),
        ("RS512", "rsa"),
        ("PS256", "rsa"),
        ("PS384", "rsa"),
        ("PS512", "rsa"),
        ("ES256", "p256"),
        ("ES384", "p384"),
        ("EdDSA", "ed"),
        ("Ed25519", "ed"),
    ] {
        for kid in [Some(kid), None] {
            let good = signed(algorithm, kid);
            assert_eq!(
                verified(&good, &everything()).unwrap().subject,
                "user-7",
                "{algorithm}"
            );
        }
        let forged = token(&json!({"alg": algorithm, "kid": kid}), &claims(), |input| {
            let mut signature = sign(algorithm, input);
            signature[9] ^= 1;
            signature
        });
        assert_eq!(
            verified(&forged, &everything()),
            Err(IdTokenError::WrongSignature),
            "{algorithm}"
        );
        let cut = token(&json!({"alg": algorithm, "kid": kid}), &claims(), |input| {
            sign(algorithm, input)[..40].to_vec()
        });
        assert_eq!(
            verified(&cut, &everything()),
            Err(IdTokenError::WrongSignature)
        );
    }
}

#[test]
fn a_good_signature_does_not_excuse_wrong_claims() {
    let mut other = claims();
    other["aud"] = "other".into();
    let token = token(&json!({"alg": "ES256"}), &other, |input| {
        sign("ES256", input)
    });
    assert_eq!(
        verified(&token, &everything()),
        Err(IdTokenError::WrongAudience)
    );
}

#[test]
fn an_unknown_key_is_told_from_a_wrong_one() {
    let renewed = signed("ES256", Some("p256-2"));
    assert_eq!(
        verified(&renewed, &everything()),
        Err(IdTokenError::UnknownKey)
    );
    assert_eq!(
        verified(&signed("ES256", Some("p256")), &set(&[])),
        Err(IdTokenError::UnknownKey)
    );
    // Nameless, and nothing of its kind.
    assert_eq!(
        verified(&signed("ES256", None), &set(&[rsa_jwk()])),
        Err(IdTokenError::UnknownKey)
    );
    let mut nameless = p256_jwk();
    nameless.as_object_mut().unwrap().remove("kid");
    assert_eq!(
        verified(&signed("ES256", Some("p256")), &set(&[nameless.clone()])),
        Err(IdTokenError::UnknownKey)
    );
    assert!(verified(&signed("ES256", None), &set(&[nameless])).is_ok());
}

#[test]
fn a_nameless_token_is_tried_with_each_key_that_fits() {
    let mut other = p256_jwk();
    other["x"] = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4".into();
    other["y"] = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM".into();
    let both = [other.clone(), p256_jwk()];
    assert!(verified(&signed("ES256", None), &set(&both)).is_ok());
    assert_eq!(
        verified(&signed("ES256", None), &set(&[other])),
        Err(IdTokenError::WrongSignature)
    );
}

#[test]
fn keys_are_not_confused() {
    let keys = everything();
    // RS256 under the name of the EC key, and the reverse.
    for (algorithm, kid) in [
        ("RS256", "p256"),
        ("ES256", "rsa"),
        ("ES256", "p384"),
        ("EdDSA", "p256"),
    ] {
        assert_eq!(
            verified(&signed(algorithm, Some(kid)), &keys),
            Err(IdTokenError::Algorithm),
            "{algorithm}"
        );
    }
    // One algorithm's signature under another's name.
    for (said, used) in [
        ("RS256", "PS256"),
        ("PS256", "RS256"),
        ("RS256", "RS512"),
        ("ES256", "ES384"),
    ] {
        let token = token(&json!({ "alg": said }), &claims(), |input| {
            sign(used, input)
        });
        assert_eq!(
            verified(&token, &keys),
            Err(IdTokenError::WrongSignature),
            "{said}"
        );
    }
    // The public key as a shared secret, in each form an attacker would try.
    let jwk = p256_jwk();
    let coordinate = |name: &str| decode(jwk[name].as_str().unwrap());
    let point = [coordinate("x"), coordinate("y")].concat();
    for secret in [
        point,
        jwk.to_string().into_bytes(),
        RSA[0].1.as_bytes().to_vec(),
        decode(RSA[0].1),
    ] {
        for kid in ["p256", "rsa", "none"] {
            let token = token(&json!({"alg": "HS256", "kid": kid}), &claims(), |input| {
                let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
                hmac::sign(&key, input).as_ref().to_vec()
            });
            assert_eq!(verified(&token, &keys), Err(IdTokenError::Algorithm));
        }
    }
    // A key that the token brings along.
    let brought = token(
        &json!({"alg": "ES256", "jwk": p256_jwk(), "jku": "https://evil.example", "kid": "new"}),
        &claims(),
        |input| sign("ES256", input),
    );
    assert_eq!(
        verified(&brought, &set(&[rsa_jwk()])),
        Err(IdTokenError::UnknownKey)
    );
}

#[test]
fn signatures_that_prove_nothing_are_refused() {
    let keys = everything();
    let es256 = |signature: Vec<u8>| {
        let token = token(&json!({"alg": "ES256", "kid": "p256"}), &claims(), |_| {
            signature
        });
        verified(&token, &keys)
    };
    let order = data_encoding::HEXLOWER
        .decode(b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let (order, zero, one) = (order.unwrap(), vec![0; 32], [vec![0; 31], vec![1]].concat());
    // CVE-2022-21449 and its relatives.
    for halves in [
        [&zero, &zero],
        [&zero, &one],
        [&one, &zero],
        [&order, &order],
        [&order, &one],
        [&one, &order],
    ] {
        assert_eq!(
            es256(halves.map(Vec::as_slice).concat()),
            Err(IdTokenError::WrongSignature)
        );
    }
    for length in [1, 63, 65, 70, 512] {
        assert_eq!(es256(vec![0; length]), Err(IdTokenError::WrongSignature));
    }
    assert_eq!(es256(vec![]), Err(IdTokenError::Unsigned));
    let none = token(&json!({"alg": "none", "kid": "p256"}), &claims(), |_| {
        vec![1]
    });
    assert_eq!(verified(&none, &keys), Err(IdTokenError::Unsigned));
    for bytes in [vec![0; 256], vec![1; 255], vec![0xff; 256]] {
        let token = token(&json!({"alg": "RS256"}), &claims(), |_| bytes);
        assert_eq!(verified(&token, &keys), Err(IdTokenError::WrongSignature));
    }
}

#[test]
fn what_must_be_understood_is_refused() {
    for crit in [json!(["b64"]), json!([]), json!("b64"), json!(7)] {
        let header = json!({"alg": "ES256", "crit": crit, "b64": false});
        let token = token(&header, &claims(), |input| sign("ES256", input));
        assert_eq!(
            verified(&token, &everything()),
            Err(IdTokenError::Malformed)
        );
        assert_eq!(check(&token, &expected(None)), Err(IdTokenError::Malformed));
    }
}

#[test]
fn keys_for_something_else_are_left_out() {
    let with = |member: &str, value: Value| {
        let mut jwk = p256_jwk();
        jwk[member] = value;
        verified(&signed("ES256", Some("p256")), &set(&[jwk]))
    };
    assert!(with("use", "sig".into()).is_ok());
    assert!(with("key_ops", json!(["verify"])).is_ok());
    assert!(with("alg", "ES256".into()).is_ok());
    assert!(with("x5c", json!(["MII"])).is_ok());
    for (member, value) in [
        ("use", json!("enc")),
        ("use", json!(7)),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!([])),
        ("alg", json!("ECDH-ES")),
        ("alg", json!("HS256")),
        ("d", json!("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI")),
        ("kty", json!("oct")),
        ("crv", json!("secp256k1")),
        ("x", json!("AA")),
        ("x", json!("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU=")),
    ] {
        assert_eq!(
            with(member, value.clone()),
            Err(IdTokenError::UnknownKey),
            "{member} {value}"
        );
    }
    assert_eq!(with("alg", "ES384".into()), Err(IdTokenError::Algorithm));
    // Not on the curve.
    let off = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE";
    assert_eq!(with("y", off.into()), Err(IdTokenError::WrongSignature));
    let secret = json!({"kty": "oct", "kid": "p256", "k": "AAAA"});
    assert_eq!(set(&[secret, json!("x"), json!({})]), KeySet::default());
}

#[test]
fn short_rsa_keys_prove_nothing_and_leading_zeros_do_no_harm() {
    let with = |n: Vec<u8>| {
        let mut jwk = rsa_jwk();
        jwk["n"] = encode(&n).into();
        verified(&signed("RS256", Some("rsa")), &set(&[jwk]))
    };
    let n = decode(RSA[0].1);
    assert!(with([&[0, 0][..], &n].concat()).is_ok());
    assert_eq!(with(n[..128].to_vec()), Err(IdTokenError::Algorithm));
    assert_eq!(
        with([&[0x7f], &n[1..]].concat()),
        Err(IdTokenError::Algorithm)
    );
    assert_eq!(with(vec![0xff; 1025]), Err(IdTokenError::Algorithm));
    assert_eq!(with(vec![0; 256]), Err(IdTokenError::UnknownKey));
    for e in ["", "AA", "AQ", "Ag", "____________"] {
        let mut jwk = rsa_jwk();
        jwk["e"] = e.into();
        assert!(verified(&signed("RS256", Some("rsa")), &set(&[jwk])).is_err());
    }
}

#[test]
fn a_set_is_bounded() {
    let many = |count| json!({"keys": vec![json!({}); count]}).to_string();
    assert!(KeySet::parse(many(limits::KEYS).as_bytes()).is_ok());
    assert_eq!(
        KeySet::parse(many(limits::KEYS + 1).as_bytes()),
        Err(JwksError::TooManyKeys)
    );
    let huge = format!(r#"{{"keys":[],"x":"{}"}}"#, "x".repeat(limits::OAUTH_BODY));
    for body in [
        "",
        "[]",
        "{}",
        "null",
        r#"{"keys":7}"#,
        "<html>",
        r#"[[]]"#,
        &huge,
    ] {
        assert_eq!(
            KeySet::parse(body.as_bytes()),
            Err(JwksError::NotAKeySet),
            "{}",
            body.len()
        );
    }
}

#[test]
fn an_access_token_is_held_against_its_hash() {
    // OpenID Connect Core A.4.
    let access_token = Secret::new("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y".into());
    let of = |algorithm: &str, at_hash: &str, access_token| {
        let mut claims = claims();
        claims["at_hash"] = at_hash.into();
        let token = token(&json!({ "alg": algorithm }), &claims, |input| {
            sign(algorithm, input)
        });
        verify(&token, &everything(), &expected(access_token)).map(|_| ())
    };
    let wrong = Err(IdTokenError::WrongAccessToken);
    let right = "77QmUPtjPfzWtF2AnpK9RQ";
    assert_eq!(of("RS256", right, Some(&access_token)), Ok(()));
    assert_eq!(of("ES256", right, Some(&access_token)), Ok(()));
    assert_eq!(of("ES384", right, Some(&access_token)), wrong);
    assert_eq!(of("RS256", "", Some(&access_token)), wrong);
    let other = Secret::new("other".into());
    assert_eq!(of("RS256", right, Some(&other)), wrong);
    assert_eq!(of("RS256", right, None), Ok(()));
    for (algorithm, length) in [("RS384", 32), ("EdDSA", 43), ("PS512", 43)] {
        let hash = digest(
            Algorithm::parse(algorithm).unwrap().hash(),
            access_token.expose().as_bytes(),
        );
        let half = encode(&hash.as_ref()[..hash.as_ref().len() / 2]);
        assert_eq!(half.len(), length);
        assert_eq!(of(algorithm, &half, Some(&access_token)), Ok(()));
    }
}

proptest! {
    #[test]
    fn no_set_makes_parsing_fail_loudly(
        text in "\\{\"keys\":\\[(\\{(\"(kty|kid|use|crv|x|y|n|e|alg)\":(\"(RSA|EC|P-256|OKP|Ed25519|AQAB|sig|)\"|7|null),?){0,6}\\},?){0,3}\\]\\}|.*",
    ) {
        if let Ok(keys) = KeySet::parse(text.as_bytes()) {
            prop_assert!(verified(&signed("ES256", None), &keys).is_err());
        }
    }

    #[test]
    fn no_signature_passes_by_chance(signature in prop::collection::vec(any::<u8>(), 0..80), algorithm in prop::sample::select(vec!["RS256", "PS384", "ES256", "ES384", "EdDSA"])) {
        let token = token(&json!({ "alg": algorithm }), &claims(), |_| signature);
        prop_assert!(verified(&token, &everything()).is_err());
    }
}
