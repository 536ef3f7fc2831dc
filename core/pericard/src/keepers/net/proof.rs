//! Proof of possession (RFC 9449): what servers said that proofs need, and when a refused one is worth another try.
//!
//! A proof carries the time and, where a server asks for it, its nonce. Both are the server's: nonces come in `DPoP-Nonce`,
//! one for the authorization server and one for the portal's records, and the time is the device's, corrected by what
//! `Date` said at that origin. The correction is bounded: a device whose clock is off by more than a day is told so.
//!
//! A proof is made for one try and never sent twice. A call whose proof was refused is sent once more when the answer
//! brought what was missing.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use pericard_protocol::http_date;
use pericard_protocol::oauth::bearer::BearerChallenge;
use pericard_protocol::oauth::dpop::{self, DpopKey, Proof};
use pericard_protocol::place::Base;
use url::{Origin, Url};

use crate::ground::world::{Method, World};

use super::{Answer, Call, NetError};

/// A larger difference is a clock to be set, not one to be corrected.
const CORRECTED: SignedDuration = SignedDuration::from_hours(24);

/// A difference that matters to a server that is strict about the age of proofs.
const NOTED: SignedDuration = SignedDuration::from_secs(5);

/// What servers said.
#[derive(Default)]
pub(super) struct Heard(Mutex<Said>);

#[derive(Default)]
struct Said {
    /// By how much each origin's clock is ahead of the device's.
    offsets: HashMap<Origin, SignedDuration>,
    /// The newest nonce of the authorization server and of the portal's records.
    nonces: [Option<String>; 2],
}

/// What the tries of one call were made with.
#[derive(Default)]
pub(super) struct Tries {
    nonce: Option<String>,
    offset: SignedDuration,
    again: bool,
}

impl Heard {
    fn said(&self) -> MutexGuard<'_, Said> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what an answer of `url` tells besides what it says.
    pub(super) fn take(&self, answer: &Answer, url: &Url, base: &Base, now: Timestamp) {
        let mut said = self.said();
        if let Some(at) = answer.header("date").and_then(http_date::parse) {
            said.offsets.insert(url.origin(), at.duration_since(now));
        }
        if let Some(nonce) = answer.header("dpop-nonce").and_then(dpop::nonce) {
            said.nonces[usize::from(base.covers(url))] = Some(nonce);
        }
    }

    fn offset(&self, url: &Url) -> SignedDuration {
        let said = self.said();
        said.offsets.get(&url.origin()).copied().unwrap_or_default()
    }

    pub(super) fn time_at(&self, url: &Url, now: Timestamp) -> Result<Timestamp, NetError> {
        let offset = self.offset(url);
        let there = now.checked_add(offset).unwrap_or(now);
        if offset.abs() > CORRECTED {
            return Err(NetError::ClockWrong {
                portal: Some(there),
            });
        }
        Ok(there)
    }

    pub(super) fn proof(
        &self,
        key: &DpopKey,
        call: &Call,
        base: &Base,
        world: &World,
        tries: &mut Tries,
    ) -> Result<String, NetError> {
        let device = Timestamp::try_from(world.clock.now()).unwrap_or_default();
        let now = self.time_at(&call.url, device)?;
        tries.offset = self.offset(&call.url);
        tries.nonce = self.said().nonces[usize::from(base.covers(&call.url))].clone();
        let proof = Proof {
            method: match call.method {
                Method::Get => "GET",
                Method::Post => "POST",
            },
            url: &call.url,
            now,
            jti: world.random(),
            nonce: tries.nonce.as_deref(),
            access_token: call.token.as_ref(),
        };
        key.proof(&proof).ok_or(NetError::Unproved)
    }
}

impl Tries {
    /// Whether `answer` refused a proof and brought what a better one needs. Said once per call.
    pub(super) fn better(&mut self, answer: &Answer, heard: &Heard, url: &Url) -> bool {
        if self.again || !matches!(answer.status, 400 | 401) {
            return false;
        }
        let challenge = answer
            .header("www-authenticate")
            .and_then(BearerChallenge::parse);
        let challenge = challenge.as_ref();
        let nonce = dpop::asks_for_nonce(&answer.body)
            || challenge.is_some_and(|challenge| challenge.is_nonce_wanted());
        // Only what had no effect may be sent again: a code must not be.
        let refused = dpop::refuses_proof(&answer.body)
            || challenge.is_some_and(|challenge| challenge.refuses_proof());
        let clock = refused && (heard.offset(url) - self.offset).abs() > NOTED;
        self.again = nonce || clock;
        self.again
    }
}
