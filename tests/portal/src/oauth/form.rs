//! Parameters of a request. One that comes twice is refused (RFC 6749 §3.1).

use std::collections::BTreeMap;

use axum::http::{HeaderMap, header};
use url::form_urlencoded;

use crate::reply::{Reply, oauth_error};

pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    pub(crate) fn parse(encoded: &[u8]) -> Result<Self, String> {
        let mut params = BTreeMap::new();
        for (key, value) in form_urlencoded::parse(encoded) {
            // RFC 6749 §3.1: a parameter without a value is as if it were left out.
            if value.is_empty() {
                continue;
            }
            if params.insert(key.to_string(), value.into_owned()).is_some() {
                return Err(format!("{key} is there twice"));
            }
        }
        Ok(Self(params))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn need(&self, name: &str) -> Result<&str, Reply> {
        self.get(name)
            .ok_or_else(|| oauth_error("invalid_request", &format!("{name} is missing")))
    }
}

/// The form of a back-channel request: right type, and no client authentication, since the clients here
/// have nothing to authenticate with.
pub(crate) fn back_channel(headers: &HeaderMap, body: &[u8]) -> Result<Params, Reply> {
    let media = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    if !media
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    {
        return Err(oauth_error(
            "invalid_request",
            "the body must be application/x-www-form-urlencoded",
        ));
    }
    let params = Params::parse(body).map_err(|text| oauth_error("invalid_request", &text))?;
    if headers.contains_key(header::AUTHORIZATION) || params.get("client_secret").is_some() {
        return Err(oauth_error(
            "invalid_client",
            "this is a public client: it has no secret",
        ));
    }
    Ok(params)
}
