//! Proofs of possession (RFC 9449): the nonce and time each server wants, and when a refused proof is worth a retry.
//!
//! Uses: `response`
//!
//! A proof carries the time and, where a server asks for it, its nonce. Both are the server's: nonces come in `DPoP-Nonce`,
//! one for the authorization server and one for the portal's records. The time is what `Date` last said at that origin, or
//! else at the base's (Keycloak sends none), and what has passed since by the time since boot, so that setting the device's
//! clock changes nothing; before anything was heard it is the device's. A device whose clock is off by more than a day is
//! told so, until it is set.
//!
//! A proof is made for one try and never sent twice. A request whose proof was refused is retried once if the response
//! brought what was missing, and once with the device's own time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pericard_protocol::base_url::Base;
use pericard_protocol::http_date;
use pericard_protocol::oauth::bearer::BearerChallenge;
use pericard_protocol::oauth::dpop::{self, DpopKey, Proof};
use url::{Origin, Url};

use crate::platform::{Method, Platform};

use super::response::Response;
use super::{HttpError, Request};

/// Beyond this difference the person has to set the clock; it is not corrected silently.
const CORRECTED: SignedDuration = SignedDuration::from_hours(24);

/// A difference that matters to a server that is strict about the age of proofs.
const NOTED: SignedDuration = SignedDuration::from_secs(5);

/// Nonces and clock readings from responses.
#[derive(Default)]
pub(super) struct ServerHints(Mutex<Hints>);

#[derive(Default)]
struct Hints {
    /// What each origin's clock said, and at which time since boot.
    times: HashMap<Origin, (Timestamp, Duration)>,
    /// The newest nonce of the authorization server and of the portal's records.
    nonces: [Option<String>; 2],
}

/// What the tries of one request were made with.
#[derive(Default)]
pub(super) struct Tries {
    at: Timestamp,
    again: bool,
    /// The device's own clock is tried.
    own_clock: bool,
}

/// What to do about a proof that was refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Return the response as it is.
    Stands,
    /// A new proof would differ from the refused one: send the request again.
    Again,
    /// The time may be wrong and no server has said it yet: ask the base first.
    AskTime,
}

impl ServerHints {
    fn said(&self) -> MutexGuard<'_, Hints> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records the nonce and the clock reading that a response from `url` carries.
    pub(super) fn take(&self, response: &Response, url: &Url, base: &Base, platform: &Platform) {
        let mut said = self.said();
        // An answer from a cache carries the time of the first one (RFC 9111 §5.1).
        let date = response
            .header("date")
            .filter(|_| response.header("age").is_none());
        if let Some(at) = date.and_then(http_date::parse) {
            let uptime = platform.clock.uptime();
            said.times.insert(url.origin(), (at, uptime));
        }
        if let Some(nonce) = response.header("dpop-nonce").and_then(dpop::nonce) {
            said.nonces[usize::from(base.covers(url))] = Some(nonce);
        }
    }

    fn knows_time(&self, url: &Url, base: &Base) -> bool {
        let said = self.said();
        [url, base.url()]
            .iter()
            .any(|url| said.times.contains_key(&url.origin()))
    }

    /// Returns this device's best estimate of the time at `url`'s server.
    pub(super) fn estimated_time(&self, url: &Url, base: &Base, platform: &Platform) -> Timestamp {
        let said = self.said();
        let heard = said.times.get(&url.origin());
        let heard = heard.or_else(|| said.times.get(&base.url().origin()));
        let there = heard.and_then(|(at, uptime)| {
            at.checked_add(platform.clock.uptime().saturating_sub(*uptime))
                .ok()
        });
        there.unwrap_or_else(|| device_time(platform))
    }

    /// The same; fails if the device's own clock is too far from it.
    pub(super) fn time_at(
        &self,
        url: &Url,
        base: &Base,
        platform: &Platform,
    ) -> Result<Timestamp, HttpError> {
        let there = self.estimated_time(url, base, platform);
        if there.duration_since(device_time(platform)).abs() > CORRECTED {
            return Err(HttpError::ClockWrong {
                portal: Some(there),
            });
        }
        Ok(there)
    }

    pub(super) fn proof(
        &self,
        key: &DpopKey,
        request: &Request,
        base: &Base,
        platform: &Platform,
        tries: &mut Tries,
    ) -> Result<String, HttpError> {
        tries.at = self.time_at(&request.url, base, platform)?;
        if tries.own_clock {
            tries.at = device_time(platform);
        }
        let nonce = self.said().nonces[usize::from(base.covers(&request.url))].clone();
        let proof = Proof {
            method: match request.method {
                Method::Get => "GET",
                Method::Post => "POST",
            },
            url: &request.url,
            now: tries.at,
            jti: platform.random(),
            nonce: nonce.as_deref(),
            access_token: request.token.as_ref(),
        };
        key.proof(&proof).ok_or(HttpError::Unproved)
    }
}

impl Tries {
    /// Decides what to do about `response`. A request is sent again once with what the response brought, and once with the
    /// device's own time, since a server's `Date` is not always what it judges proofs by.
    pub(super) fn next(
        &mut self,
        response: &Response,
        request: &Request,
        heard: &ServerHints,
        base: &Base,
        platform: &Platform,
    ) -> Next {
        let done = self.again && self.own_clock;
        if done || request.key.is_none() || !matches!(response.status, 400 | 401) {
            return Next::Stands;
        }
        let challenge = response.joined("www-authenticate");
        let challenge = challenge.and_then(|field| BearerChallenge::parse(&field));
        let challenge = challenge.as_ref();
        let nonce = dpop::asks_for_nonce(&response.body)
            || challenge.is_some_and(|challenge| challenge.is_nonce_wanted());
        // Only what had no effect may be sent again: a code must not be.
        let refused = dpop::refuses_proof(&response.body)
            || challenge.is_some_and(|challenge| challenge.refuses_proof());
        if refused && !heard.knows_time(&request.url, base) {
            return Next::AskTime;
        }
        let differs = |time: Timestamp| time.duration_since(self.at).abs() > NOTED;
        let there = heard.estimated_time(&request.url, base, platform);
        if !self.again && (nonce || refused && differs(there)) {
            self.again = true;
            return Next::Again;
        }
        if refused && !self.own_clock && differs(device_time(platform)) {
            (self.again, self.own_clock) = (true, true);
            return Next::Again;
        }
        Next::Stands
    }
}

fn device_time(platform: &Platform) -> Timestamp {
    Timestamp::try_from(platform.clock.now()).unwrap_or_default()
}
