#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

fn secret(text: &str) -> Secret {
    Secret::new(text.into())
}

#[test]
fn requests_are_those_of_the_rfc() {
    let code = Code(secret("c&1"));
    assert_eq!(
        redeem_code(
            "app",
            &code,
            &secret("v"),
            Some("dev.pericard.app:/callback")
        )
        .as_str(),
        "grant_type=authorization_code&code=c%261&client_id=app&code_verifier=v\
         &redirect_uri=dev.pericard.app%3A%2Fcallback"
    );
    assert!(
        !redeem_code("app", &code, &secret("v"), None)
            .as_str()
            .contains("redirect_uri")
    );
    assert_eq!(
        refresh("app", &secret("r")).as_str(),
        "grant_type=refresh_token&refresh_token=r&client_id=app"
    );
    assert_eq!(
        revoke("app", &secret("r")).as_str(),
        "token=r&token_type_hint=refresh_token&client_id=app"
    );
}

#[test]
fn a_full_answer_is_read_and_not_printed() {
    let body = br#"{"access_token":"canary-a","token_type":"bearer","expires_in":300,"refresh_token":"canary-r",
        "scope":"openid","patient":"canary-p","id_token":"canary-i","auth_session":"canary-s","smart_style_url":"x"}"#;
    let answer = TokenResponse::parse(200, body).unwrap();
    assert!(answer.access_token.matches("canary-a"));
    assert!(answer.refresh_token.as_ref().unwrap().matches("canary-r"));
    assert_eq!(answer.patient.as_ref().unwrap().0, "canary-p");
    assert_eq!(answer.scope.as_deref(), Some("openid"));
    assert!(answer.id_token.as_ref().unwrap().matches("canary-i"));
    assert_eq!(answer.expires_in, Some(Duration::from_secs(300)));
    assert!(!format!("{answer:?}").contains("canary"));
}

#[test]
fn a_token_says_how_it_is_used() {
    let kind = |said: &str| {
        let body = format!(r#"{{"access_token":"a","token_type":"{said}"}}"#);
        TokenResponse::parse(200, body.as_bytes()).map(|answer| answer.kind)
    };
    assert_eq!(kind("Bearer"), Ok(TokenKind::Bearer));
    assert_eq!(kind("DPoP"), Ok(TokenKind::Dpop));
    assert_eq!(kind("dpop"), Ok(TokenKind::Dpop));
    assert_eq!(kind("N_A"), Err(TokenError::NotAnAnswer));
}

#[test]
fn only_a_clear_refusal_is_one() {
    let parse = |status, body: &str| TokenResponse::parse(status, body.as_bytes()).unwrap_err();
    let invalid = r#"{"error":"invalid_grant","error_description":"canary"}"#;
    for status in [200, 400, 401, 403] {
        assert_eq!(parse(status, invalid), TokenError::InvalidGrant);
    }
    for status in [429, 500, 502, 503, 599] {
        assert_eq!(parse(status, invalid), TokenError::Unavailable);
    }
    assert_eq!(
        parse(
            403,
            r#"{"error":"insufficient_authorization","auth_session":"s","otp_required":true}"#
        ),
        TokenError::InsufficientAuthorization {
            auth_session: Some(secret("s"))
        }
    );
    assert_eq!(
        parse(401, r#"{"error":"invalid_client"}"#),
        TokenError::Refused(ErrorCode::new("invalid_client"))
    );
    for (status, body) in [
        (200, "<html>invalid_grant</html>"),
        (200, ""),
        (200, "{}"),
        (200, r#"{"access_token":"","token_type":"Bearer"}"#),
        (200, r#"{"access_token":"a b","token_type":"Bearer"}"#),
        (200, r#"{"access_token":"a\r\nX: y","token_type":"Bearer"}"#),
        (200, r#"{"access_token":"a"}"#),
        (200, r#"{"access_token":"a","token_type":"mac"}"#),
        (
            200,
            r#"{"access_token":"a","token_type":"Bearer","patient":"../x"}"#,
        ),
        (
            200,
            r#"{"access_token":"a","token_type":"Bearer","patient":{"id":"x"}}"#,
        ),
        (
            200,
            r#"{"access_token":"a","token_type":"Bearer","refresh_token":"a b"}"#,
        ),
        (200, r#"{"access_token":"","token_type":"Bearer"}"#),
        (200, r#"{"access_token":"a","token_type":""}"#),
        (400, r#"{"error":""}"#),
        (302, r#"{"access_token":"a","token_type":"Bearer"}"#),
        (400, r#"{"access_token":"a","token_type":"Bearer"}"#),
        (400, r#"{"error":7}"#),
        (404, "not found"),
    ] {
        assert_eq!(parse(status, body), TokenError::NotAnAnswer, "{body}");
    }
    let long = format!(
        r#"{{"access_token":"{}","token_type":"Bearer"}}"#,
        "x".repeat(limits::TOKEN + 1)
    );
    assert_eq!(parse(200, &long), TokenError::NotAnAnswer);
}

#[test]
fn an_odd_member_costs_itself() {
    let with = |more: &str| {
        let body = format!(r#"{{"access_token":"a","token_type":"Bearer",{more}}}"#);
        TokenResponse::parse(200, body.as_bytes()).unwrap()
    };
    let nothing = with(
        r#""error":"","refresh_token":"","id_token":"","scope":"","patient":"","auth_session":"""#,
    );
    let nulls = with(
        r#""error":null,"refresh_token":null,"id_token":null,"scope":null,"patient":null,"auth_session":null"#,
    );
    let odd = with(
        r#""error":7,"refresh_token":[],"id_token":{},"scope":7,"auth_session":true,"expires_in":{}"#,
    );
    for answer in [nothing, nulls, odd] {
        assert_eq!((&answer.refresh_token, &answer.id_token), (&None, &None));
        assert_eq!((&answer.scope, &answer.patient), (&None, &None));
        assert_eq!(answer.auth_session, None);
    }
    let scope = |said: &str| with(&format!(r#""scope":{said}"#)).scope.unwrap();
    assert_eq!(scope(r#""openid  fhirUser""#), "openid fhirUser");
    assert_eq!(scope(r#"["openid","fhirUser"]"#), "openid fhirUser");
    assert_eq!(with(r#""patient":4711"#).patient.unwrap().0, "4711");
    let marked = "\u{feff}{\"access_token\":\"a\",\"token_type\":\"Bearer\"}";
    assert!(TokenResponse::parse(200, marked.as_bytes()).is_ok());
}

#[test]
fn a_refusal_of_a_refresh_has_its_remedy() {
    let of = |status, error: &str| {
        let body = format!(r#"{{"error":"{error}","error_description":"canary"}}"#);
        let refused = TokenResponse::parse(status, body.as_bytes()).unwrap_err();
        refused.at_refresh()
    };
    let new = |why| Remedy::NewSignIn { why };
    assert_eq!(of(400, "invalid_grant"), Remedy::Revoked);
    assert_eq!(of(400, "interaction_required"), new(Why::Interaction));
    assert_eq!(of(403, "mfa_required"), new(Why::SecondFactor));
    assert_eq!(of(401, "invalid_client"), new(Why::ClientUnknown));
    assert_eq!(of(400, "invalid_request"), new(Why::Refused));
    assert_eq!(of(400, "insufficient_authorization"), Remedy::StepUp);
    for (status, code) in [
        (400, "temporarily_unavailable"),
        (400, "server_error"),
        (400, "slow_down"),
        (500, "invalid_grant"),
        (429, "login_required"),
    ] {
        assert_eq!(of(status, code), Remedy::Later, "{code}");
    }
    assert_eq!(TokenError::NotAnAnswer.at_refresh(), Remedy::Later);
    let spent = TokenError::InvalidGrant.at_sign_in();
    assert_eq!(spent, new(Why::Expired));
}

#[test]
fn a_life_is_bounded() {
    let life = |said: &str| {
        let body = format!(r#"{{"access_token":"a","token_type":"Bearer"{said}}}"#);
        TokenResponse::parse(200, body.as_bytes())
            .unwrap()
            .expires_in
            .map(|life| life.as_secs())
    };
    assert_eq!(life(r#","expires_in":3600"#), Some(3600));
    assert_eq!(life(r#","expires_in":"3600""#), Some(3600));
    assert_eq!(life(r#","expires_in":3599.9"#), Some(3599));
    assert_eq!(life(r#","expires_in":"3599.9""#), Some(3599));
    assert_eq!(life(r#","expires_in":0"#), Some(0));
    assert_eq!(life(r#","expires_in":1e300"#), Some(86_400));
    for unsaid in [
        "",
        r#","expires_in":null"#,
        r#","expires_in":"""#,
        r#","expires_in":-5"#,
        r#","expires_in":"soon""#,
        r#","expires_in":[]"#,
    ] {
        assert_eq!(life(unsaid), None, "{unsaid}");
    }
}

proptest! {
    #[test]
    fn no_answer_of_a_failing_server_ends_a_session(status in 500_u16..600, body in ".*") {
        prop_assert_eq!(TokenResponse::parse(status, body.as_bytes()), Err(TokenError::Unavailable));
    }

    #[test]
    fn no_body_makes_parsing_fail_loudly(status: u16, body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = TokenResponse::parse(status, &body);
    }
}
