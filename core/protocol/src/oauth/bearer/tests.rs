#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

#[test]
fn the_error_is_found_in_every_form() {
    for field in [
        r#"Bearer error="invalid_token""#,
        r#"bearer realm="a, error=b \" x", error="invalid_token", error_description="expired""#,
        r#"Basic realm="x", Bearer realm="y", error="invalid_token""#,
        r#"DPoP algs="ES256", Bearer error=invalid_token"#,
        r#"Bearer error="invalid_token", DPoP error="invalid_dpop_proof""#,
        r#"Bearer  error = "invalid_token""#,
        r#"Bearer realm="x", Bearer error="invalid_token""#,
        r#"Bearer error="invalid_token", Bearer error="insufficient_scope""#,
    ] {
        assert!(
            BearerChallenge::parse(field).unwrap().is("invalid_token"),
            "{field}"
        );
    }
    for field in [
        "Bearer",
        r#"Bearer realm="invalid_token""#,
        r#"Bearer realm="x, error=\"invalid_token\"""#,
        r#"Bearer error="insufficient_scope""#,
        r#"Bearer realm="y", Basic error="invalid_token""#,
    ] {
        assert!(
            !BearerChallenge::parse(field).unwrap().is("invalid_token"),
            "{field}"
        );
    }
    for field in [
        "",
        ",",
        "Basic realm=\"x\"",
        "Bearers error=\"invalid_token\"",
    ] {
        assert_eq!(BearerChallenge::parse(field), None, "{field}");
    }
}

#[test]
fn a_step_up_says_how_fresh() {
    let field = r#"Bearer error="insufficient_user_authentication", max_age="300""#;
    let challenge = BearerChallenge::parse(field).unwrap();
    assert_eq!(challenge.max_age, Some(300));
    assert!(!challenge.is("invalid_token"));
    let max_age = Some(Duration::from_secs(300));
    let fresh = StepUp {
        max_age,
        ..StepUp::default()
    };
    assert_eq!(challenge.step_up(), Some(fresh));
    // RFC 9470 §3, with both.
    let field = r#"DPoP error="insufficient_user_authentication",
        error_description="More recent authentication is required", acr_values="myACR  urn:x:y", max_age=5"#;
    let strong = StepUp {
        acr_values: vec!["myACR".into(), "urn:x:y".into()],
        max_age: Some(Duration::from_secs(5)),
    };
    let step_up = |field| BearerChallenge::parse(field).unwrap().step_up();
    assert_eq!(step_up(field), Some(strong));
    assert_eq!(step_up(r#"DPoP error="invalid_token", max_age="5""#), None);
    let endless = r#"DPoP error=insufficient_user_authentication, max_age=18446744073709551615"#;
    assert_eq!(step_up(endless).unwrap().max_age, Some(limits::MAX_AGE));
}

#[test]
fn what_is_wanted_is_bounded() {
    let many = format!(
        r#"Bearer error="insufficient_user_authentication", acr_values="{} {} é a\"b""#,
        "x".repeat(limits::ACR_VALUE + 1),
        "mfa ".repeat(100)
    );
    let step_up = BearerChallenge::parse(&many).unwrap().step_up().unwrap();
    assert_eq!(step_up.acr_values, vec!["mfa"; limits::ACR_VALUES]);
}

#[test]
fn a_wish_for_a_nonce_counts_before_all() {
    for field in [
        r#"DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof""#,
        r#"Bearer error="invalid_token", DPoP algs="ES256", error="use_dpop_nonce""#,
        r#"Bearer, dpop error=use_dpop_nonce"#,
    ] {
        let challenge = BearerChallenge::parse(field).unwrap();
        assert!(
            challenge.is_nonce_wanted() && !challenge.is("invalid_token"),
            "{field}"
        );
    }
    let field = r#"DPoP error="invalid_dpop_proof", Bearer error="invalid_token""#;
    let challenge = BearerChallenge::parse(field).unwrap();
    assert!(!challenge.is_nonce_wanted() && !challenge.is("invalid_token"));
}

#[test]
fn a_401_is_the_portal_s_word_only_if_it_says_so() {
    use Refusal as R;
    let step_up = StepUp {
        acr_values: Vec::new(),
        max_age: Some(Duration::from_secs(60)),
    };
    for (field, bearer, dpop) in [
        ("", R::NotThePortal, R::NotThePortal),
        (r#"Basic realm="proxy""#, R::NotThePortal, R::NotThePortal),
        (r#"Negotiate, NTLM"#, R::NotThePortal, R::NotThePortal),
        (
            r#"Bearer error="invalid_token""#,
            R::InvalidToken,
            R::BearerWanted,
        ),
        (
            r#"DPoP error="invalid_token", algs="ES256""#,
            R::InvalidToken,
            R::InvalidToken,
        ),
        (
            r#"Bearer error="invalid_token", DPoP algs="ES256""#,
            R::InvalidToken,
            R::InvalidToken,
        ),
        (r#"Bearer realm="fhir""#, R::Unexplained, R::BearerWanted),
        (
            r#"Basic realm="x", Bearer"#,
            R::Unexplained,
            R::BearerWanted,
        ),
        (r#"DPoP algs="ES256""#, R::Unexplained, R::Unexplained),
        (
            r#"Bearer, DPoP algs="ES256""#,
            R::Unexplained,
            R::Unexplained,
        ),
        (r#"Bearer error="insufficient_scope""#, R::Scope, R::Scope),
        (
            r#"Bearer error="invalid_request""#,
            R::Unexplained,
            R::BearerWanted,
        ),
        (
            r#"DPoP error="use_dpop_nonce""#,
            R::NonceWanted,
            R::NonceWanted,
        ),
        (
            r#"DPoP error="invalid_dpop_proof""#,
            R::InvalidProof,
            R::InvalidProof,
        ),
        (
            r#"Bearer error="insufficient_user_authentication", max_age=60"#,
            R::StepUp(step_up.clone()),
            R::StepUp(step_up.clone()),
        ),
    ] {
        assert_eq!(
            Refusal::of(Some(field), false, TokenKind::Bearer),
            bearer,
            "{field}"
        );
        assert_eq!(
            Refusal::of(Some(field), false, TokenKind::Dpop),
            dpop,
            "{field}"
        );
    }
    let of_page = |field| Refusal::of(field, true, TokenKind::Bearer);
    assert_eq!(of_page(None), R::NotThePortal);
    assert_eq!(of_page(Some(r#"Bearer realm="hotspot""#)), R::NotThePortal);
    assert_eq!(
        of_page(Some(r#"Bearer error="invalid_token""#)),
        R::InvalidToken
    );
}

#[test]
fn members_of_one_challenge_do_not_reach_another() {
    let field = r#"Bearer max_age=1, DPoP error="insufficient_user_authentication", max_age=9, Basic max_age=7"#;
    let step_up = BearerChallenge::parse(field).unwrap().step_up().unwrap();
    assert_eq!(step_up.max_age, Some(Duration::from_secs(9)));
}

proptest! {
    #[test]
    fn no_field_makes_parsing_fail_loudly(field in "(Bearer|error|=|\"|,| |\\\\|é){0,20}|.*") {
        let _ = BearerChallenge::parse(&field);
    }
}
