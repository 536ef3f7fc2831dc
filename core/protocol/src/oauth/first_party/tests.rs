#![allow(clippy::unwrap_used)]
use std::time::Duration;

use super::*;
use crate::base_url::Base;
use crate::oauth::pkce::Pkce;
use crate::oauth::step_up::StepUp;
use crate::oauth::{Code, ErrorCode};
use crate::recovery_code::RecoveryCode;
use crate::secret::Secret;
use crate::totp;
use proptest::prelude::*;

fn secret(text: &str) -> Secret {
    Secret::new(text.into())
}

fn parse(status: u16, body: &str, sent: Sent) -> Result<ChallengeResponse, ChallengeError> {
    ChallengeResponse::parse(status, None, body.as_bytes(), sent)
}

fn needs(password: bool, otp: bool, attempts_left: Option<u32>) -> Needs {
    Needs {
        auth_session: Some(secret("s")),
        password,
        otp,
        attempts_left,
        ..Needs::default()
    }
}

fn code_of(auth_session: Option<&str>) -> ChallengeResponse {
    ChallengeResponse::Code {
        code: Code(secret("c")),
        auth_session: auth_session.map(secret),
        recovery_codes: vec![],
        recovery_codes_left: None,
    }
}

const OTPAUTH: &str = "otpauth://totp/Portal:ana?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Portal&algorithm=SHA1&digits=6&period=30";

#[test]
fn each_step_has_its_request() {
    let pkce = Pkce::from_random([1; 32]);
    let base = Base::parse("https://portal.example/fhir", false).unwrap();
    let start = Start {
        client_id: "pericard",
        scope: "openid launch/patient",
        pkce: &pkce,
        nonce: &secret("n"),
        base: &base,
        auth_session: None,
        step_up: None,
        patient_hint: None,
        credentials: None,
    };
    assert_eq!(
        start.form().as_str(),
        format!(
            "client_id=pericard&response_type=code&scope=openid+launch%2Fpatient&code_challenge={}\
             &code_challenge_method=S256&nonce=n&aud=https%3A%2F%2Fportal.example%2Ffhir",
            pkce.challenge
        )
    );
    let step_up = StepUp {
        acr_values: vec!["mfa".into()],
        max_age: Some(Duration::from_secs(300)),
    };
    let at_once = Start {
        auth_session: Some(&secret("s")),
        step_up: Some(&step_up),
        patient_hint: Some("mia"),
        credentials: Some(("ana", "p& \u{e4}".as_bytes())),
        ..start
    };
    assert_eq!(
        at_once.form().as_str(),
        format!(
            "{}&auth_session=s&acr_values=mfa&max_age=300&patient_hint=mia&username=ana&password=p%26+%C3%A4",
            start.form().as_str()
        )
    );
    assert_eq!(
        (start.sent(), at_once.sent()),
        (Sent::Start, Sent::Password)
    );
    assert_eq!(format!("{at_once:?}"), "Start(..)");
    let session = secret("a=b");
    let recovery = RecoveryCode::normalize("ABCD-efgh").unwrap();
    assert_eq!(
        send_recovery_code("pericard", Some(&session), &recovery).as_str(),
        "client_id=pericard&auth_session=a%3Db&recovery_code=abcdefgh"
    );
    assert_eq!(
        send_password("pericard", Some(&session), "ana", "p& \u{e4}".as_bytes()).as_str(),
        "client_id=pericard&auth_session=a%3Db&username=ana&password=p%26+%C3%A4"
    );
    assert_eq!(
        send_password("pericard", Some(&session), "ana", b"\xff\x00").as_str(),
        "client_id=pericard&auth_session=a%3Db&username=ana&password=%FF%00"
    );
    let code = totp::Code::normalize("123 456").unwrap();
    assert_eq!(
        send_code("pericard", Some(&session), &code).as_str(),
        "client_id=pericard&auth_session=a%3Db&otp=123456"
    );
}

#[test]
fn every_answer_of_the_reference_portal_is_understood() {
    let wants_password = r#"{"error":"insufficient_authorization","auth_session":"s","password_required":true,"attempts_left":5}"#;
    let wants_code = r#"{"error":"insufficient_authorization","auth_session":"s","otp_required":true,"attempts_left":5}"#;
    let wrong_password = r#"{"error":"insufficient_authorization","auth_session":"s","password_required":true,
        "attempts_left":4,"rejected":"password"}"#;
    let wrong_code = r#"{"error":"insufficient_authorization","auth_session":"s","otp_required":true,
        "attempts_left":3,"rejected":"otp"}"#;
    let locked =
        r#"{"error":"too_many_attempts","auth_session":"s","retry_after":60,"otp_required":true}"#;
    use ChallengeResponse as A;
    for (sent, body, answer) in [
        (
            Sent::Start,
            wants_password,
            A::Needs(needs(true, false, Some(5))),
        ),
        (
            Sent::Password,
            wants_code,
            A::Needs(needs(false, true, Some(5))),
        ),
        (
            Sent::Password,
            wrong_password,
            A::WrongPassword(needs(true, false, Some(4))),
        ),
        (
            Sent::Start,
            wrong_password,
            A::WrongPassword(needs(true, false, Some(4))),
        ),
        (
            Sent::Code,
            wrong_code,
            A::WrongCode(needs(false, true, Some(3))),
        ),
        (
            Sent::Code,
            locked,
            A::Wait {
                retry_after: Duration::from_secs(60),
                needs: needs(false, true, None),
            },
        ),
        (Sent::Code, r#"{"error":"invalid_session"}"#, A::SessionGone),
        (
            Sent::Start,
            r#"{"error":"redirect_to_web"}"#,
            A::RedirectToWeb {
                request_uri: None,
                expires_in: None,
            },
        ),
        (
            Sent::Start,
            r#"{"error":"invalid_client"}"#,
            A::Refused {
                code: ErrorCode::new("invalid_client"),
            },
        ),
        (
            Sent::Code,
            r#"{"authorization_code":"c","auth_session":"s"}"#,
            code_of(Some("s")),
        ),
    ] {
        // The status decides nothing.
        for status in [200, 400, 403, 429, 503] {
            assert_eq!(
                parse(status, body, sent).unwrap(),
                answer,
                "{status} {body}"
            );
        }
    }
}

#[test]
fn a_recovery_code_may_stand_in() {
    use ChallengeResponse as A;
    let wanted = Needs {
        recovery_code: true,
        ..needs(false, true, Some(5))
    };
    let asks = r#"{"error":"insufficient_authorization","auth_session":"s","otp_required":true,
        "recovery_code_accepted":true,"attempts_left":5}"#;
    assert_eq!(
        parse(400, asks, Sent::Password),
        Ok(A::Needs(wanted.clone()))
    );
    assert_eq!(
        parse(400, asks, Sent::RecoveryCode),
        Ok(A::WrongCode(wanted.clone()))
    );
    let wrong = asks.replace("}", r#","rejected":"recovery_code"}"#);
    for sent in [Sent::RecoveryCode, Sent::Code] {
        assert_eq!(parse(400, &wrong, sent), Ok(A::WrongCode(wanted.clone())));
    }
    let used_up =
        r#"{"error":"insufficient_authorization","auth_session":"s","rejected":"recovery_code"}"#;
    let again = Needs {
        recovery_code: true,
        ..needs(false, true, None)
    };
    assert_eq!(
        parse(400, used_up, Sent::RecoveryCode),
        Ok(A::WrongCode(again))
    );
    let body = r#"{"authorization_code":"c","recovery_codes_left":7}"#;
    let A::Code {
        recovery_codes_left,
        ..
    } = parse(200, body, Sent::RecoveryCode).unwrap()
    else {
        panic!("a code");
    };
    assert_eq!(recovery_codes_left, Some(7));
}

#[test]
fn a_second_factor_is_set_up_on_the_way() {
    use ChallengeResponse as A;
    let wanted = Needs {
        enrolment: Some(secret(OTPAUTH)),
        ..needs(false, true, None)
    };
    let asks = format!(
        r#"{{"error":"insufficient_authorization","auth_session":"s","totp_enrolment_required":true,"otpauth":"{OTPAUTH}"}}"#
    );
    assert_eq!(
        parse(400, &asks, Sent::Password),
        Ok(A::Needs(wanted.clone()))
    );
    let wrong = asks.replace("}", r#","rejected":"otp"}"#);
    for body in [&wrong, &asks] {
        assert_eq!(
            parse(400, body, Sent::Code),
            Ok(A::WrongCode(wanted.clone()))
        );
    }
    let done =
        r#"{"authorization_code":"c","recovery_codes":["abcd-efgh","ijkl-mnop","<script>"]}"#;
    let A::Code { recovery_codes, .. } = parse(200, done, Sent::Code).unwrap() else {
        panic!("a code");
    };
    assert_eq!(recovery_codes, [secret("abcd-efgh"), secret("ijkl-mnop")]);
}

#[test]
fn an_enrolment_that_cannot_be_done_here_goes_on_in_the_browser() {
    for otpauth in [
        "",
        r#","otpauth":"otpauth://totp/ana?secret=1""#,
        r#","otpauth":"https://evil.example""#,
    ] {
        let asks = format!(
            r#"{{"error":"insufficient_authorization","auth_session":"s","totp_enrolment_required":true{otpauth}}}"#
        );
        assert!(
            matches!(
                parse(400, &asks, Sent::Password),
                Ok(ChallengeResponse::RedirectToWeb { .. })
            ),
            "{otpauth}"
        );
    }
    // An address that nobody asked to use is not shown.
    let stray = format!(
        r#"{{"error":"insufficient_authorization","otp_required":true,"otpauth":"{OTPAUTH}"}}"#
    );
    let Ok(ChallengeResponse::Needs(needs)) = parse(400, &stray, Sent::Password) else {
        panic!("needs");
    };
    assert_eq!(needs.enrolment, None);
}

#[test]
fn credentials_at_the_start_can_be_wrong() {
    let asks = r#"{"error":"insufficient_authorization","auth_session":"s","password_required":true,"attempts_left":4}"#;
    let wanted = needs(true, false, Some(4));
    // As `Start::sent` says.
    assert_eq!(
        parse(400, asks, Sent::Password),
        Ok(ChallengeResponse::WrongPassword(wanted.clone()))
    );
    assert_eq!(
        parse(400, asks, Sent::Start),
        Ok(ChallengeResponse::Needs(wanted))
    );
}

#[test]
fn a_server_with_the_bare_draft_is_understood() {
    use ChallengeResponse as A;
    let bare = r#"{"error":"insufficient_authorization","auth_session":"s"}"#;
    assert_eq!(
        parse(400, bare, Sent::Start),
        Ok(A::Needs(needs(true, false, None)))
    );
    assert!(matches!(
        parse(400, bare, Sent::Password),
        Ok(A::RedirectToWeb { .. })
    ));
    let otp = r#"{"error":"insufficient_authorization","auth_session":"s","otp_required":true}"#;
    assert_eq!(
        parse(403, otp, Sent::Password),
        Ok(A::Needs(needs(false, true, None)))
    );
    assert_eq!(
        parse(403, otp, Sent::Code),
        Ok(A::WrongCode(needs(false, true, None)))
    );
    let password =
        r#"{"error":"insufficient_authorization","auth_session":"s","password_required":true}"#;
    assert_eq!(
        parse(400, password, Sent::Password),
        Ok(A::WrongPassword(needs(true, false, None)))
    );
    let pushed = r#"{"error":"redirect_to_web","request_uri":"urn:x","expires_in":90}"#;
    assert_eq!(
        parse(400, pushed, Sent::Start),
        Ok(A::RedirectToWeb {
            request_uri: Some(secret("urn:x")),
            expires_in: Some(Duration::from_secs(90)),
        })
    );
}

#[test]
fn waiting_is_bounded_and_never_unknown() {
    let wait = |body: &str, header: Option<u64>| match ChallengeResponse::parse(
        429,
        header.map(Duration::from_secs),
        body.as_bytes(),
        Sent::Code,
    ) {
        Ok(ChallengeResponse::Wait { retry_after, needs }) => {
            assert!(needs.otp && !needs.password);
            retry_after.as_secs()
        }
        other => panic!("{other:?}"),
    };
    let member = r#"{"error":"too_many_attempts","retry_after":30}"#;
    assert_eq!(wait(member, Some(90)), 30);
    assert_eq!(wait(r#"{"error":"too_many_attempts"}"#, Some(90)), 90);
    assert_eq!(wait(r#"{"error":"too_many_attempts"}"#, None), 60);
    assert_eq!(wait("slow down", Some(7)), 7);
    assert_eq!(wait("slow down", None), 60);
    assert_eq!(
        wait(
            r#"{"error":"too_many_attempts","retry_after":18446744073709551615}"#,
            None
        ),
        86_400
    );
}

#[test]
fn what_is_no_answer_says_nothing_about_the_sign_in() {
    for (status, error) in [
        (200, ChallengeError::NotAnAnswer),
        (400, ChallengeError::NotAnAnswer),
        (404, ChallengeError::NotAnAnswer),
        (500, ChallengeError::Unavailable),
        (503, ChallengeError::Unavailable),
    ] {
        for body in [
            "",
            "<html>",
            "{}",
            "[]",
            r#"{"authorization_code":""}"#,
            r#"{"error":7}"#,
        ] {
            assert_eq!(
                parse(status, body, Sent::Code),
                Err(error),
                "{status} {body}"
            );
        }
    }
}

proptest! {
    #[test]
    fn no_answer_makes_parsing_fail_loudly(status: u16, body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = ChallengeResponse::parse(status, None, &body, Sent::Password);
    }

    #[test]
    fn what_is_wanted_can_always_be_given(
        members in prop::collection::vec(prop::sample::select(vec![
            r#""password_required":true"#, r#""otp_required":true"#, r#""recovery_code_accepted":true"#,
            r#""totp_enrolment_required":true"#, r#""rejected":"otp""#, r#""rejected":"password""#,
            r#""rejected":"recovery_code""#, r#""rejected":"face""#,
        ]), 0..4),
        sent in prop::sample::select(vec![Sent::Start, Sent::Password, Sent::Code, Sent::RecoveryCode]),
    ) {
        let members: std::collections::BTreeSet<_> = members.into_iter().collect();
        let members: String = members.into_iter().map(|member| format!(",{member}")).collect();
        let body = format!(r#"{{"error":"insufficient_authorization"{members}}}"#);
        use ChallengeResponse as A;
        if let Ok(A::Needs(needs) | A::WrongPassword(needs) | A::WrongCode(needs)) = parse(400, &body, sent) {
            prop_assert!(needs.password || needs.otp || needs.recovery_code);
        }
    }
}

#[test]
fn an_odd_member_costs_itself() {
    let body = r#"{"authorization_code":"c","error":"","auth_session":"","recovery_codes":null,"recovery_codes_left":null}"#;
    assert_eq!(parse(200, body, Sent::Code), Ok(code_of(None)));
    let body = "\u{feff}{\"authorization_code\":\"c\",\"error\":null,\"auth_session\":7,\"recovery_codes\":{},\"recovery_codes_left\":\"soon\"}";
    assert_eq!(parse(200, body, Sent::Code), Ok(code_of(None)));
    let body = r#"{"error":"insufficient_authorization","auth_session":"s","password_required":null,"otp_required":"true","attempts_left":"4","rejected":"","retry_after":null,"otpauth":""}"#;
    let asked = Ok(ChallengeResponse::Needs(needs(false, true, Some(4))));
    assert_eq!(parse(400, body, Sent::Password), asked);
    let body = r#"{"error":"too_many_attempts","retry_after":"30"}"#;
    let Ok(ChallengeResponse::Wait { retry_after, .. }) = parse(429, body, Sent::Code) else {
        panic!("a wait");
    };
    assert_eq!(retry_after, Duration::from_secs(30));
}
