//! Browser sign-in: the authorization request, the pages, the redirect.

use crate::support::{REDIRECT, World, hidden, parameter, world};

impl World {
    /// A code by the login pages.
    pub(crate) async fn sign_in_by_browser(&self, url: &str, who: &str) -> String {
        let page = self.get(url).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let (login, person) = (hidden(&page.text(), "login"), self.person(who));
        let fields = [
            ("login", login.as_str()),
            ("username", who),
            ("password", &person.password),
        ];
        let mut back = self.post("/login", &fields).await;
        if person.totp_secret.is_some() {
            let fields = [("login", login.as_str()), ("otp", &self.code(who))];
            back = self.post("/login", &fields).await;
        }
        assert_eq!(back.status, 303, "{}", back.text());
        parameter(back.header("location"), "code").unwrap()
    }
}

async fn open(world: &World) -> String {
    let page = world.get(&world.authorize_url("", &[])).await;
    assert_eq!(page.status, 200);
    hidden(&page.text(), "login")
}

#[tokio::test]
async fn password_and_code_lead_back_to_the_app() {
    let world = world();
    let person = world.person("ana");
    let login = open(&world).await;
    let fields = [
        ("login", login.as_str()),
        ("username", "ana"),
        ("password", &person.password),
    ];
    let page = world.post("/login", &fields).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("one-time-code"));
    let code = world.code("ana");
    let fields = [("login", login.as_str()), ("otp", code.as_str())];
    let back = world.post("/login", &fields).await;
    assert_eq!(back.status, 303);
    let location = back.header("location");
    assert!(location.starts_with(REDIRECT));
    assert_eq!(parameter(location, "state").as_deref(), Some("st-1"));
    assert_eq!(parameter(location, "iss"), Some(world.portal.issuer()));
    let code = parameter(location, "code").unwrap();
    let token = [
        ("grant_type", "authorization_code"),
        ("client_id", "pericard"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", crate::support::VERIFIER),
    ];
    let answer = world.post("/token", &token).await;
    assert_eq!(answer.json()["patient"], person.patient);
}

#[tokio::test]
async fn a_code_used_natively_is_refused_in_the_browser() {
    let world = world();
    let person = world.person("ana");
    world.tokens("ana").await;
    let login = open(&world).await;
    let fields = [
        ("login", login.as_str()),
        ("username", "ana"),
        ("password", &person.password),
    ];
    world.post("/login", &fields).await;
    let code = world.code("ana");
    let page = world
        .post("/login", &[("login", &login), ("otp", &code)])
        .await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("role=\"alert\""));
}

#[tokio::test]
async fn wrong_passwords_show_the_form_again_until_it_waits() {
    let world = world();
    let login = open(&world).await;
    let fields = [
        ("login", login.as_str()),
        ("username", "ana<script>"),
        ("password", "nope"),
    ];
    for _ in 0..4 {
        let page = world.post("/login", &fields).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("role=\"alert\""));
        assert!(page.text().contains("ana&lt;script&gt;"), "escaped");
    }
    let page = world.post("/login", &fields).await;
    assert_eq!(page.status, 429);
    assert_eq!(page.header("retry-after"), "60");
}

#[tokio::test]
async fn without_a_known_app_and_address_there_is_no_redirect() {
    let world = world();
    for (name, value) in [
        ("client_id", "someone"),
        ("redirect_uri", "http://127.0.0.1:49152/other"),
        ("redirect_uri", "http://localhost:49152/callback"),
        ("redirect_uri", "https://evil.example/callback"),
    ] {
        let answer = world.get(&world.authorize_url("", &[(name, value)])).await;
        assert_eq!(answer.status, 400, "{name}={value}");
        assert_eq!(answer.header("location"), "");
    }
    for name in ["client_id", "redirect_uri"] {
        let answer = world.get(&world.authorize_url(name, &[])).await;
        assert_eq!(answer.status, 400, "without {name}");
    }
}

#[tokio::test]
async fn other_mistakes_go_back_to_the_app() {
    let world = world();
    let base = format!("{}/", world.portal.base());
    for (without, with, error) in [
        ("code_challenge", vec![], "invalid_request"),
        (
            "",
            vec![("code_challenge_method", "plain")],
            "invalid_request",
        ),
        ("", vec![("code_challenge", "short")], "invalid_request"),
        ("state", vec![], "invalid_request"),
        ("aud", vec![], "invalid_request"),
        ("", vec![("aud", base.as_str())], "invalid_request"),
        ("", vec![("scope", "nothing")], "invalid_scope"),
        (
            "",
            vec![("response_type", "token")],
            "unsupported_response_type",
        ),
    ] {
        let answer = world.get(&world.authorize_url(without, &with)).await;
        assert_eq!(answer.status, 303, "{without} {with:?}");
        let location = answer.header("location");
        assert_eq!(parameter(location, "error").as_deref(), Some(error));
        assert_eq!(parameter(location, "iss"), Some(world.portal.issuer()));
        assert_eq!(parameter(location, "code"), None);
    }
}

#[tokio::test]
async fn pages_run_nothing_and_are_not_kept() {
    let world = world();
    let page = world.get(&world.authorize_url("", &[])).await;
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    assert!(
        page.header("content-security-policy")
            .contains("http://127.0.0.1:49152")
    );
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert!(!page.text().contains("<script"));
}
