//! Sign-in by browser, with a small client that plays the browser and the person in it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::harness::Harness;

pub(crate) struct Browser<'a> {
    harness: &'a Harness,
    http: reqwest::Client,
}

/// A page: where it leads, or what it shows.
pub(crate) struct Page {
    pub(crate) status: u16,
    location: Option<String>,
    pub(crate) text: String,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(harness: &'a Harness) -> Self {
        let root = reqwest::Certificate::from_der(&harness.portal().ca_der()).unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_merge([root])
            .build()
            .unwrap();
        Self { harness, http }
    }

    fn load(&self, request: reqwest::RequestBuilder) -> Page {
        self.harness.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let location = answer
                .headers()
                .get("location")
                .map(|to| to.to_str().unwrap().to_owned());
            Page {
                status,
                location,
                text: answer.text().await.unwrap(),
            }
        })
    }

    pub(crate) fn get(&self, url: &str) -> Page {
        self.load(self.http.get(url))
    }

    /// Fills in the form on `page`.
    fn fill(&self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let hidden = page
            .text
            .split("name=\"login\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let fields = [&[("login", hidden)], fields].concat();
        let body: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = self
            .http
            .post(format!("{}/login", self.harness.portal().issuer()));
        self.load(
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.join("&")),
        )
    }

    /// Signs Ana in on the portal's pages; the address that leads back.
    fn sign_in(&self, url: &str) -> String {
        let login = self.get(url);
        let asked = self.fill(
            &login,
            &[
                ("username", "ana"),
                ("password", &self.harness.password("ana")),
            ],
        );
        let code = self.harness.code("ana");
        self.fill(&asked, &[("otp", &code)]).location.unwrap()
    }
}

/// Starts the command and reads the address that it wants to be opened.
fn start(harness: &Harness, how: &[&str]) -> (Child, String) {
    let mut command = harness.plain_command();
    command
        .args(["signin", "--no-open"])
        .args(how)
        .env("PERICARD_PASSWORD", harness.password("ana"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let url = address(&mut child);
    (child, url)
}

/// The address that a command wants to be opened.
fn address(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let url = lines.find(|line| line.contains("https://")).unwrap();
    url.trim().to_owned()
}

#[test]
fn a_browser_leads_back_to_the_terminal() {
    let harness = Harness::new();
    let (child, url) = start(&harness, &["--browser"]);
    let browser = Browser::new(&harness);
    let back = browser.sign_in(&url);
    assert!(back.starts_with("http://127.0.0.1:"), "{back}");

    let origin = back.split("/callback").next().unwrap();
    assert_eq!(browser.get(&format!("{origin}/favicon.ico")).status, 404);
    let foreign = browser.get(&format!("{origin}/callback?code=stolen&state=guessed"));
    assert_eq!(foreign.status, 400);

    let page = browser.get(&back);
    assert_eq!(page.status, 200);
    assert!(page.text.contains("You are signed in"), "{}", page.text);
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(harness.json(&["sync"])["messages"], 30);
}

#[test]
fn a_person_who_cancels_is_not_signed_in() {
    // Where requests are pushed, only the portal knows the state that its answer carries.
    let harness =
        Harness::of(r#"{ "seed": 7, "par": "off", "people": { "ana": { "totp": true } } }"#);
    let (child, url) = start(&harness, &["--browser"]);
    let browser = Browser::new(&harness);
    let value = |name: &str| {
        let rest = url.split(&format!("{name}=")).nth(1).unwrap();
        rest.split('&').next().unwrap().to_owned()
    };
    let to = value("redirect_uri")
        .replace("%3A", ":")
        .replace("%2F", "/");
    let iss = harness.portal().issuer();
    let page = browser.get(&format!(
        "{to}?error=access_denied&state={}&iss={iss}",
        value("state")
    ));
    assert!(page.text.contains("You are not signed in"), "{}", page.text);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    harness.run(&["inbox"]).fails(4, "nobody is signed in");
}

#[test]
fn a_portal_that_keeps_passwords_to_its_own_pages_leads_to_the_browser() {
    let harness = Harness::new();
    // A client that the portal does not let use its challenge, whatever the configuration says.
    harness.configure("\"pericard\"", "\"pericard-web\"");
    let (child, url) = start(&harness, &["--user", "ana"]);
    let browser = Browser::new(&harness);
    assert_eq!(browser.get(&browser.sign_in(&url)).status, 200);
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(
        harness.json(&["accounts"])["accounts"][0]["session"],
        "active"
    );
}

#[test]
fn a_sign_in_that_was_killed_while_the_browser_was_open_goes_on() {
    let harness = Harness::new();
    let (mut child, first) = start(&harness, &["--browser"]);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut command = harness.plain_command();
    command
        .args(["signin", "--resume", "--no-open"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    address(&mut child);
    // The page that was opened before the end leads to the one that goes on.
    let browser = Browser::new(&harness);
    let page = browser.get(&browser.sign_in(&first));
    assert!(page.text.contains("You are signed in"), "{}", page.text);
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(harness.json(&["sync"])["messages"], 30);
}

#[test]
fn a_sign_in_whose_port_is_taken_says_so_instead_of_waiting() {
    let harness = Harness::new();
    let (mut child, _) = start(&harness, &["--browser"]);
    child.kill().unwrap();
    child.wait().unwrap();
    let port = std::fs::read_to_string(harness.home.path().join("pericard/port")).unwrap();
    let taken = std::net::TcpListener::bind(("127.0.0.1", port.parse().unwrap())).unwrap();
    harness
        .run(&["signin", "--resume", "--no-open"])
        .fails(2, &format!("another program uses port {port}"));
    drop(taken);
}

#[test]
fn an_app_that_the_portal_does_not_know_registers_itself() {
    let harness = Harness::new();
    harness.configure("\"client_id\":\"pericard\",", "");
    harness.configure("\"native_sign_in\":true", "\"native_sign_in\":false");
    // Without --browser too: there is nothing that could be asked here.
    let (child, url) = start(&harness, &[]);
    let browser = Browser::new(&harness);
    assert!(!url.contains("client_id=pericard&"), "{url}");
    assert_eq!(browser.get(&browser.sign_in(&url)).status, 200);
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(harness.json(&["sync"])["messages"], 30);
}

#[test]
fn a_portal_that_asks_for_a_fresh_sign_in_gets_it_in_the_browser_too() {
    let harness = Harness::with_ana();
    harness.later(400);
    harness
        .run(&["two-factor", "new-codes", "--yes"])
        .fails(4, "pericard step-up");
    let mut command = harness.plain_command();
    command
        .args(["step-up", "--browser", "--no-open"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let url = address(&mut child);
    let browser = Browser::new(&harness);
    assert_eq!(browser.get(&browser.sign_in(&url)).status, 200);
    assert!(child.wait_with_output().unwrap().status.success());
    harness
        .run(&["two-factor", "new-codes", "--yes"])
        .succeeds();
}
