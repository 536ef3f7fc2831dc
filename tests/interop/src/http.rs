//! Requests that the checks and the clinic send themselves.

use reqwest::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use url::form_urlencoded;

use crate::trouble::{Result, Trouble};

/// A client that follows no redirect and asks no proxy.
#[derive(Clone)]
pub(crate) struct Http(reqwest::Client);

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
}

impl Answer {
    /// The body of a success.
    pub(crate) fn json(&self) -> Result<Value> {
        if !self.status.is_success() {
            return Err(Trouble::new(format!("{}: {}", self.status, self.body)));
        }
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        Ok(serde_json::from_str(&self.body)?)
    }
}

impl Http {
    pub(crate) fn new() -> Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self(client))
    }

    /// Sends JSON, unless `body` is null, and reads JSON.
    pub(crate) async fn json(
        &self,
        method: Method,
        url: &str,
        bearer: Option<&str>,
        body: &Value,
    ) -> Result<Value> {
        let place = format!("{method} {url}");
        let mut request = self
            .0
            .request(method, url)
            .header(ACCEPT, "application/json");
        if let Some(token) = bearer {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if !body.is_null() {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        let answer = send(request).await?;
        answer.json().map_err(|trouble| trouble.at(&place))
    }

    /// Reads JSON that no cache on the way may answer with.
    pub(crate) async fn fresh(&self, url: &str) -> Result<Value> {
        let request = self.0.get(url).header(ACCEPT, "application/json");
        let answer = send(request.header(CACHE_CONTROL, "no-cache")).await?;
        answer
            .json()
            .map_err(|trouble| trouble.at(&format!("GET {url}")))
    }

    /// Where a request is sent on to, if it is.
    pub(crate) async fn location(&self, url: &str) -> Result<Option<String>> {
        let answer = self.0.get(url).send().await?;
        let location = answer.headers().get(LOCATION);
        Ok(location
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned))
    }

    /// Sends a form, with client credentials where the caller has some.
    pub(crate) async fn form(
        &self,
        url: &str,
        pairs: &[(&str, &str)],
        credentials: Option<(&str, &str)>,
    ) -> Result<Answer> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let mut request = self
            .0
            .post(url)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        if let Some((id, secret)) = credentials {
            request = request.basic_auth(id, Some(secret));
        }
        send(request).await
    }
}

async fn send(request: reqwest::RequestBuilder) -> Result<Answer> {
    let answer = request.send().await?;
    Ok(Answer {
        status: answer.status(),
        body: answer.text().await?,
    })
}
