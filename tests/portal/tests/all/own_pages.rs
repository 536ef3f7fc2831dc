//! The portal's own pages: a forgotten password, the account, its sessions, and the way back.

use serde_json::json;

use crate::support::{Answer, World, form, hidden, of};

fn full() -> World {
    of(json!({ "people": {
        "ana": { "totp": true, "recovery_codes": 2 },
        "ben": {},
    } }))
}

async fn open(world: &World, page: &str, return_to: &str) -> Answer {
    let query = form(&[("return_to", return_to)]);
    let url = format!("{}/{page}?{query}", world.portal.issuer());
    let answer = world.get(&url).await;
    assert_eq!(answer.status, 200);
    answer
}

const APP: &str = "http://127.0.0.1:49152/callback";

fn link(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("id=\"back\" href=\"")?;
    Some(rest.split_once('"')?.0.replace("&amp;", "&"))
}

/// Password and, where there is one, the code.
async fn visit(world: &World, page: &str, who: &str) -> (String, Answer) {
    let handle = hidden(&open(world, page, APP).await.text(), "visit");
    let person = world.person(who);
    let end = format!("/{page}");
    let fields = [
        ("visit", handle.as_str()),
        ("username", who),
        ("password", &person.password),
    ];
    let mut answer = world.post(&end, &fields).await;
    if person.totp_secret.is_some() {
        assert!(answer.text().contains("one-time-code"));
        let fields = [("visit", handle.as_str()), ("otp", &world.code(who))];
        answer = world.post(&end, &fields).await;
    }
    (handle, answer)
}

#[tokio::test]
async fn discovery_names_them() {
    let world = full();
    let smart = format!("{}/.well-known/smart-configuration", world.portal.base());
    let document = world.get(&smart).await.json();
    for name in ["password_reset_uri", "account_uri", "sessions_uri"] {
        let url = document[name].as_str().unwrap();
        assert_eq!(world.get(url).await.status, 200, "{name}");
    }
    let totp = document["totp_endpoint"].as_str().unwrap();
    assert!(totp.starts_with(&world.portal.base()));
    let openid = format!("{}/.well-known/openid-configuration", world.portal.issuer());
    let document = world.get(&openid).await.json();
    assert!(document.get("totp_endpoint").is_none(), "SMART only");
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_whoever_has_the_second_factor() {
    for by in ["otp", "recovery_code"] {
        let world = full();
        let before = world.tokens("ana").await;
        world.pass(30);
        let old = world.person("ana");
        let handle = hidden(&open(&world, "reset", APP).await.text(), "visit");
        let proof = match by {
            "otp" => world.code("ana"),
            _ => old.recovery_codes[0].clone(),
        };
        let fields = [
            ("visit", handle.as_str()),
            ("username", "ana"),
            (by, &proof),
        ];
        let page = world.post("/reset", &fields).await;
        assert!(page.text().contains("new-password"), "{by}");
        for bad in ["short", old.password.as_str()] {
            let fields = [("visit", handle.as_str()), ("new_password", bad)];
            let page = world.post("/reset", &fields).await;
            assert!(page.text().contains("role=\"alert\""), "{bad}");
        }
        let fields = [
            ("visit", handle.as_str()),
            ("new_password", "correct horse battery"),
        ];
        let page = world.post("/reset", &fields).await;
        let back = link(&page.text()).unwrap();
        assert_eq!(back, format!("{APP}?page=password_reset"));
        assert_eq!(
            world.post("/reset", &fields).await.status,
            400,
            "it is over"
        );
        assert_eq!(world.person("ana").password, "correct horse battery");
        assert_eq!(world.refresh(&before).await.error().1, "invalid_grant");
        let session = world.begin().await;
        let refused = world.password(&session, "ana", &old.password).await;
        assert_eq!(refused.json()["rejected"], "password");
        world.pass(60);
        world.tokens("ana").await;
    }
}

#[tokio::test]
async fn a_reset_is_not_to_be_guessed() {
    let world = full();
    for who in ["ana", "ben", "nobody", "wilma"] {
        let handle = hidden(&open(&world, "reset", APP).await.text(), "visit");
        let skip = [
            ("visit", handle.as_str()),
            ("new_password", "long enough x"),
        ];
        let page = world.post("/reset", &skip).await;
        assert!(page.text().contains("role=\"alert\""), "{who}");
        let fields = [
            ("visit", handle.as_str()),
            ("username", who),
            ("otp", "abcdef"),
        ];
        for _ in 0..4 {
            let page = world.post("/reset", &fields).await;
            assert_eq!(page.status, 200, "{who}");
            assert!(page.text().contains("role=\"alert\""), "{who}");
        }
        let page = world.post("/reset", &fields).await;
        assert_eq!(page.status, 429, "{who}");
    }
}

#[tokio::test]
async fn the_account_page_tells_the_second_factor() {
    let world = full();
    let (_, page) = visit(&world, "account", "ana").await;
    assert!(page.text().contains("on, 2 recovery codes left"));
    assert!(page.text().contains(&world.person("ana").name));
    let back = link(&page.text()).unwrap();
    assert_eq!(back, format!("{APP}?page=account"));
    let (_, page) = visit(&world, "account", "ben").await;
    assert!(page.text().contains("id=\"second-factor\">off"));
    let handle = hidden(&open(&world, "account", APP).await.text(), "visit");
    let wrong = [
        ("visit", handle.as_str()),
        ("username", "ben"),
        ("password", "nope"),
    ];
    let page = world.post("/account", &wrong).await;
    assert!(page.text().contains("role=\"alert\""));
    let elsewhere = world.post("/sessions", &wrong).await;
    assert_eq!(elsewhere.status, 400, "a visit is to one page");
    world.pass(600);
    assert_eq!(world.post("/account", &wrong).await.status, 400, "ended");
}

#[tokio::test]
async fn the_sessions_page_ends_others() {
    let world = full();
    let count = || world.tell(json!({ "sessions": "ben" }))["count"].clone();
    assert_eq!(count(), 0);
    let mut tokens = Vec::new();
    for _ in 0..3 {
        tokens.push(world.tokens("ben").await);
        world.pass(1);
    }
    tokens[1] = world.refresh(&tokens[1]).await.json();
    assert_eq!(count(), 3);
    let (handle, page) = visit(&world, "sessions", "ben").await;
    assert!(page.text().contains("3 apps are signed in"));
    assert_eq!(link(&page.text()).unwrap(), format!("{APP}?page=sessions"));
    let number = hidden(&page.text(), "end");
    let fields = [("visit", handle.as_str()), ("end", &number)];
    let page = world.post("/sessions", &fields).await;
    assert!(page.text().contains("2 apps are signed in"));
    let ended = world.refresh(&tokens[1]).await;
    assert_eq!(
        ended.error().1,
        "invalid_grant",
        "the first is the one used last"
    );
    let fields = [("visit", handle.as_str()), ("end", "others")];
    let page = world.post("/sessions", &fields).await;
    assert!(page.text().contains("One app is signed in"));
    assert_eq!(count(), 1);
    assert_eq!(world.refresh(&tokens[0]).await.error().1, "invalid_grant");
    assert_eq!(world.refresh(&tokens[2]).await.status, 200);
}

#[tokio::test]
async fn nothing_is_ended_before_somebody_is_known_nor_for_others() {
    let world = full();
    world.tokens("ben").await;
    let ana = world.tokens("ana").await;
    world.pass(30);
    let handle = hidden(&open(&world, "sessions", APP).await.text(), "visit");
    let ben = world.person("ben");
    let fields = [
        ("visit", handle.as_str()),
        ("username", "ben"),
        ("password", &ben.password),
        ("end", "0"),
    ];
    world.post("/sessions", &fields).await;
    assert_eq!(world.tell(json!({ "sessions": "ben" }))["count"], 1);
    let theirs = [("visit", handle.as_str()), ("end", "1")];
    world.post("/sessions", &theirs).await;
    assert_eq!(world.refresh(&ana).await.status, 200);
}

#[tokio::test]
async fn the_way_back_leads_only_to_somebodys_redirect() {
    let world = full();
    for (return_to, expected) in [
        (
            APP,
            Some("http://127.0.0.1:49152/callback?page=password_reset"),
        ),
        (
            "dev.pericard.app:/callback",
            Some("dev.pericard.app:/callback?page=password_reset"),
        ),
        ("https://evil.example/callback", None),
        ("javascript:alert(1)", None),
        ("", None),
    ] {
        let page = open(&world, "reset", return_to).await;
        assert_eq!(link(&page.text()).as_deref(), expected, "{return_to}");
    }
}
