//! A client that calls a portal's router in process, under a clock that only the test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use data_encoding::BASE64URL_NOPAD;
use http_body_util::BodyExt;
use pericard_portal::{Command, Hangup, PersonInfo, Portal};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;
use url::form_urlencoded;

pub(crate) const VERIFIER: &str = "a-verifier-that-is-long-enough-for-RFC-7636-x";
pub(crate) const REDIRECT: &str = "http://127.0.0.1:49152/callback";
pub(crate) const SCOPE: &str =
    "openid fhirUser launch/patient offline_access patient/*.rs patient/Communication.c";

pub(crate) struct World {
    pub(crate) portal: Portal,
    seconds: Arc<AtomicU64>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) hangup: bool,
    /// The body broke off.
    pub(crate) cut: bool,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// Status and `error`.
    pub(crate) fn error(&self) -> (u16, String) {
        let error = self.json()["error"].as_str().unwrap_or_default().to_owned();
        (self.status, error)
    }
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

pub(crate) fn challenge() -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(VERIFIER))
}

/// One portal with ana (TOTP) and ben (without), at a fixed time.
pub(crate) fn world() -> World {
    of(json!({ "people": {
        "ana": { "threads": 3, "messages": 12, "totp": true },
        "ben": { "threads": 4, "messages": 40 },
    } }))
}

pub(crate) fn of(spec: Value) -> World {
    let seconds = Arc::new(AtomicU64::new(1_790_000_000));
    let clock = Arc::clone(&seconds);
    let now = move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst));
    let spec = serde_json::from_value(spec).unwrap();
    World {
        portal: Portal::in_process(spec, now).unwrap(),
        seconds,
    }
}

impl World {
    pub(crate) fn pass(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> u64 {
        self.seconds.load(Ordering::SeqCst)
    }

    pub(crate) fn person(&self, who: &str) -> PersonInfo {
        self.portal.people()[who].clone()
    }

    /// Says a control command as over HTTP.
    pub(crate) fn tell(&self, command: Value) -> Value {
        let command: Command = serde_json::from_value(command).unwrap();
        self.portal.control(command).unwrap().to_json()
    }

    /// The code of this moment, by the crate the portal checks with.
    pub(crate) fn code(&self, who: &str) -> String {
        self.code_of(&self.person(who).otpauth.unwrap())
    }

    /// The code of this moment for an `otpauth://` URI.
    pub(crate) fn code_of(&self, otpauth: &str) -> String {
        let totp = totp_rs::Totp::from_url(otpauth).unwrap();
        totp.generate(self.now()).to_string()
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.portal.router().oneshot(request).await.unwrap();
        let (parts, mut rest) = response.into_parts();
        let mut answer = Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: Vec::new(),
            hangup: parts.extensions.get::<Hangup>().is_some(),
            cut: false,
        };
        while let Some(frame) = rest.frame().await {
            match frame {
                Ok(frame) => answer.body.extend(frame.into_data().unwrap()),
                Err(_) => answer.cut = true,
            }
            // Enough to see that it is too much.
            if answer.body.len() > 80 << 20 {
                break;
            }
        }
        answer
    }

    pub(crate) async fn get(&self, url: &str) -> Answer {
        self.send("GET", url, &[], "").await
    }

    /// Posts a form to the authorization server.
    pub(crate) async fn post(&self, end: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(end, fields, &[]).await
    }

    /// The same with more header fields.
    pub(crate) async fn post_with(
        &self,
        end: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let url = format!("{}{end}", self.portal.issuer());
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send("POST", &url, &all, &form(fields)).await
    }

    /// The first native request.
    pub(crate) async fn begin(&self) -> String {
        let answer = self
            .post(
                "/challenge",
                &[
                    ("client_id", "pericard"),
                    ("response_type", "code"),
                    ("scope", SCOPE),
                    ("nonce", "n-1"),
                    ("code_challenge", &challenge()),
                    ("code_challenge_method", "S256"),
                ],
            )
            .await;
        let body = answer.json();
        assert_eq!(body["error"], "insufficient_authorization");
        assert_eq!(body["password_required"], true);
        body["auth_session"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn password(&self, session: &str, who: &str, password: &str) -> Answer {
        let fields = [
            ("auth_session", session),
            ("username", who),
            ("password", password),
        ];
        self.post("/challenge", &fields).await
    }

    pub(crate) async fn otp(&self, session: &str, code: &str) -> Answer {
        let fields = [("auth_session", session), ("otp", code)];
        self.post("/challenge", &fields).await
    }

    pub(crate) async fn redeem(&self, code: &str) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", "pericard"),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        self.post("/token", &fields).await
    }

    /// A code by native sign-in.
    pub(crate) async fn native(&self, who: &str) -> String {
        let person = self.person(who);
        let session = self.begin().await;
        let mut answer = self.password(&session, who, &person.password).await;
        if person.totp_secret.is_some() {
            assert_eq!(answer.json()["otp_required"], true);
            answer = self.otp(&session, &self.code(who)).await;
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["authorization_code"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) async fn tokens(&self, who: &str) -> Value {
        let code = self.native(who).await;
        let answer = self.redeem(&code).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    pub(crate) async fn refresh(&self, token: &Value) -> Answer {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", "pericard"),
            ("refresh_token", token["refresh_token"].as_str().unwrap()),
        ];
        self.post("/token", &fields).await
    }

    pub(crate) fn authorize_url(&self, without: &str, with: &[(&str, &str)]) -> String {
        let (base, challenge) = (self.portal.base(), challenge());
        let fields = [
            ("response_type", "code"),
            ("client_id", "pericard"),
            ("redirect_uri", REDIRECT),
            ("scope", SCOPE),
            ("state", "st-1"),
            ("nonce", "n-1"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("aud", base.as_str()),
        ];
        let mut query: Vec<_> = fields
            .into_iter()
            .filter(|(key, _)| *key != without && !with.iter().any(|(name, _)| name == key))
            .collect();
        query.extend_from_slice(with);
        format!("{}/authorize?{}", self.portal.issuer(), form(&query))
    }

    pub(crate) fn reader(&self, tokens: &Value) -> Reader<'_> {
        Reader {
            world: self,
            bearer: format!("Bearer {}", tokens["access_token"].as_str().unwrap()),
        }
    }

    pub(crate) async fn read_as(&self, who: &str) -> Reader<'_> {
        let tokens = self.tokens(who).await;
        self.reader(&tokens)
    }
}

/// Somebody with a token.
pub(crate) struct Reader<'a> {
    pub(crate) world: &'a World,
    pub(crate) bearer: String,
}

impl Reader<'_> {
    pub(crate) async fn get(&self, url: &str) -> Answer {
        let url = match url.starts_with("https:") {
            true => url.to_owned(),
            false => format!("{}{url}", self.world.portal.base()),
        };
        let headers = [("authorization", self.bearer.as_str())];
        self.world.send("GET", &url, &headers, "").await
    }

    pub(crate) async fn post(&self, resource: &Value, headers: &[(&str, &str)]) -> Answer {
        let url = format!("{}/Communication", self.world.portal.base());
        let mut all = vec![
            ("authorization", self.bearer.as_str()),
            ("content-type", "application/fhir+json"),
        ];
        all.extend_from_slice(headers);
        self.world
            .send("POST", &url, &all, &resource.to_string())
            .await
    }

    /// Every page from a search on.
    pub(crate) async fn pages(&self, search: &str) -> Vec<Value> {
        let mut pages = vec![self.get(search).await.json()];
        while let Some(next) = next(pages.last().unwrap()) {
            assert!(pages.len() < 200, "next never ends");
            pages.push(self.get(&next).await.json());
        }
        pages
    }

    pub(crate) async fn all(&self, search: &str) -> Vec<Value> {
        let pages = self.pages(search).await;
        pages.iter().flat_map(resources).collect()
    }
}

pub(crate) fn link(bundle: &Value, relation: &str) -> Option<String> {
    let links = bundle["link"].as_array()?;
    let link = links.iter().find(|link| link["relation"] == relation)?;
    Some(link["url"].as_str().unwrap().to_owned())
}

pub(crate) fn next(bundle: &Value) -> Option<String> {
    link(bundle, "next")
}

pub(crate) fn resources(bundle: &Value) -> Vec<Value> {
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    entries
        .into_iter()
        .map(|entry| entry["resource"].clone())
        .collect()
}

pub(crate) fn ids(resources: &[Value]) -> Vec<String> {
    let id = |resource: &Value| resource["id"].as_str().unwrap().to_owned();
    resources.iter().map(id).collect()
}

/// The value of a form's hidden field.
pub(crate) fn hidden(html: &str, name: &str) -> String {
    let (_, rest) = html
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

/// A parameter of a redirect.
pub(crate) fn parameter(location: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(location).unwrap();
    let found = url.query_pairs().find(|(key, _)| key == name)?;
    Some(found.1.into_owned())
}
