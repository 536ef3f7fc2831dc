//! Which policy a portal names in passing: `Pericard-Policy: 12` on any of its responses, an integer of RFC 9651.
//!
//! Uses: `response`
//!
//! It is not signed and decides nothing. It only makes this device ask for the policy before the hour is over, so that what a
//! clinic switches off is off within one sync without a request in each.

use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use super::HttpClient;
use super::response::Response;

/// What was named last.
#[derive(Clone, Default)]
pub(super) struct PolicyHint(Arc<Mutex<Option<u64>>>);

impl HttpClient {
    /// The `seq` of the policy that the portal named last.
    pub(crate) fn policy_hint(&self) -> Option<u64> {
        *self
            .policy_hint
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the hint of a response, if it is one of the portal's own.
    pub(super) fn take_policy_hint(&self, response: &Response, url: &Url) {
        let named = response.header("pericard-policy").map(str::trim);
        // RFC 9651 §3.3.1 has fifteen digits at most.
        let named = named.filter(|it| it.len() <= 15 && it.bytes().all(|b| b.is_ascii_digit()));
        if let Some(seq) = named.and_then(|it| it.parse().ok())
            && self.base.covers(url)
        {
            *self
                .policy_hint
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(seq);
        }
    }
}
