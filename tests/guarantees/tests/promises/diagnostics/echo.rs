//! A network that remembers what a portal said, and can answer with all of it in its errors.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use pericard::test_support::{
    Body, Exchange, Method, Transport, TransportError, TransportRequest, TransportResponse,
};
use serde_json::{Value, json};

/// What the portal and the app said to each other, as far as it is of one person.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) words: Vec<String>,
    /// Answers with these words in place of the portal, while there are any.
    pub(super) echo: Option<String>,
}

/// The real network, listened to.
#[derive(Clone)]
pub(super) struct Echoing {
    real: Arc<dyn Transport>,
    pub(super) heard: Arc<Mutex<Heard>>,
    answers: Arc<AtomicUsize>,
}

impl Echoing {
    pub(super) fn around(real: Arc<dyn Transport>) -> Self {
        Self {
            real,
            heard: Arc::default(),
            answers: Arc::default(),
        }
    }

    pub(super) fn echo(&self, words: Option<&str>) {
        self.heard.lock().unwrap().echo = words.map(str::to_owned);
    }

    /// How many answers were made up.
    pub(super) fn echoed(&self) -> usize {
        self.answers.load(SeqCst)
    }

    pub(super) fn words(&self) -> Vec<String> {
        self.heard.lock().unwrap().words.clone()
    }
}

impl Transport for Echoing {
    fn exchange(&self, request: TransportRequest) -> Exchange<'static, TransportResponse> {
        let this = self.clone();
        Box::pin(async move {
            let echo = {
                let mut heard = this.heard.lock().unwrap();
                heard.words.push(request.url.as_str().to_owned());
                let secret = ["authorization", "dpop", "if-none-exist"];
                let headers = request.headers.iter();
                let secrets = headers.filter(|(name, _)| secret.contains(name));
                heard.words.extend(secrets.flat_map(|(_, value)| {
                    value.split(' ').map(str::to_owned).collect::<Vec<_>>()
                }));
                heard.echo.clone()
            };
            if let Some(words) = echo {
                let number = this.answers.fetch_add(1, SeqCst);
                return Ok(made_up(number, &words, &request));
            }
            let mut answer = this.real.exchange(request).await?;
            let mut body = Vec::new();
            while let Some(piece) = answer.body.chunk().await? {
                body.extend(piece);
            }
            if let Ok(json) = serde_json::from_slice::<Value>(&body) {
                let mut heard = this.heard.lock().unwrap();
                said(&json, &mut heard.words);
            }
            let body = Box::new(Whole(Some(body.into())));
            Ok(TransportResponse { body, ..answer })
        })
    }

    fn close_idle(&self) {
        self.real.close_idle();
    }
}

/// Every text of a document that says something: no word of a standard, and no date, which lines have of their own.
fn said(json: &Value, words: &mut Vec<String>) {
    match json {
        Value::String(text) => {
            let word = |c: char| c.is_ascii_alphabetic() || "_-/".contains(c);
            let is_date =
                text.starts_with("20") && text[2..].starts_with(|c: char| c.is_ascii_digit());
            if text.len() >= 6 && !text.chars().all(word) && !is_date {
                words.push(text.clone());
            }
        }
        Value::Array(all) => all.iter().for_each(|one| said(one, words)),
        Value::Object(all) => all.values().for_each(|one| said(one, words)),
        _ => {}
    }
}

/// An answer of a portal that repeats what it has heard wherever an error has room.
fn made_up(number: usize, words: &str, request: &TransportRequest) -> TransportResponse {
    const STATUSES: [u16; 10] = [400, 500, 404, 503, 403, 422, 201, 429, 401, 200];
    let outcome = json!({
        "resourceType": "OperationOutcome",
        "issue": [{ "severity": "error", "code": "processing", "diagnostics": words,
            "details": { "text": words } }],
    });
    let refusal = json!({ "error": "invalid_request", "error_description": words,
        "error_uri": format!("https://portal.example/{words}") });
    let is_form = request.method == Method::Post
        && request
            .headers
            .iter()
            .any(|(name, value)| *name == "content-type" && value.contains("urlencoded"));
    let (status, body) = match is_form {
        true => (400, refusal),
        false => (STATUSES[number % STATUSES.len()], outcome),
    };
    let escaped = words.replace(' ', "-");
    let header = |name: &str, value: String| (name.to_owned(), value);
    TransportResponse {
        status,
        headers: vec![
            header("content-type", "application/json".into()),
            header(
                "location",
                format!("https://portal.example/Communication/{escaped}"),
            ),
            header("etag", format!("\"{escaped}\"")),
            header("retry-after", "0".into()),
            header(
                "www-authenticate",
                format!("Bearer error=\"insufficient_scope\", error_description=\"{escaped}\""),
            ),
        ],
        body: Box::new(Whole(Some(body.to_string().into()))),
    }
}

/// A body in one piece.
struct Whole(Option<Bytes>);

impl Body for Whole {
    fn chunk(&mut self) -> Exchange<'_, Option<Bytes>> {
        let piece: Result<_, TransportError> = Ok(self.0.take());
        Box::pin(async move { piece })
    }
}
