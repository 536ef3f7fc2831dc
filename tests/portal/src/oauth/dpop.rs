//! Proof of possession (RFC 9449): which proof fits a request, once, and which nonces are current.
//!
//! ```text
//! Date ──► iat within −25 s … +15 s ─┐
//! DPoP-Nonce ──► current or previous ├─► accepted, jti remembered until iat leaves its window
//! htm, htu, ath, key ────────────────┘
//! ```
//! The authorization server and the FHIR base each have nonces of their own (§8, §9). A proof without
//! a current one is answered `use_dpop_nonce`; one that is wrong in any other way `invalid_dpop_proof`.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::proof::{self, Proof};
use crate::Offer;
use crate::asked::Asked;
use crate::clock::Millis;
use crate::fault::FaultKind;
use crate::instance::State;
use crate::reply::{Reply, oauth_error};
use crate::secret::{Fingerprint, same};

/// How far `iat` may lie before the portal's clock, in seconds.
const PAST: i64 = 25;
/// How far after it.
const FUTURE: i64 = 15;
/// How long a nonce is the current one, and then the previous one.
const NONCE_LIFE: Millis = 600_000;

/// Who gives a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Authorization,
    Resource,
}

/// Why a proof is refused.
#[derive(Debug)]
pub(crate) enum Refused {
    Nonce,
    Invalid(&'static str),
}

pub(crate) struct Dpop {
    pub(crate) offer: Offer,
    origin: String,
    secret: [u8; 32],
    /// Every accepted `jti`, to the second at which its proof is too old anyway.
    seen: BTreeMap<Fingerprint, i64>,
    swept: i64,
}

impl Dpop {
    pub(crate) fn new(offer: Offer, origin: String, secret: [u8; 32]) -> Self {
        Self {
            offer,
            origin,
            secret,
            seen: BTreeMap::new(),
            swept: 0,
        }
    }

    fn nonce_of(&self, server: Server, window: i64) -> String {
        let mut hash = Sha256::new();
        hash.update(self.secret);
        hash.update([server as u8]);
        hash.update(window.to_be_bytes());
        BASE64URL_NOPAD.encode(&hash.finalize()[..18])
    }

    /// The nonce to put on an answer.
    pub(crate) fn nonce(&self, server: Server, now: Millis) -> Option<String> {
        (self.offer != Offer::Off).then(|| self.nonce_of(server, now.div_euclid(NONCE_LIFE)))
    }

    fn nonce_good(&self, server: Server, nonce: &str, now: Millis) -> bool {
        let window = now.div_euclid(NONCE_LIFE);
        [window, window - 1]
            .into_iter()
            .any(|window| same(&self.nonce_of(server, window), nonce))
    }

    /// Checks a proof against its request; §4.3, points 8 to 12.
    fn check(
        &mut self,
        proof: &Proof,
        asked: &Asked,
        server: Server,
        token: Option<&str>,
        now: Millis,
    ) -> Result<(), Refused> {
        let invalid = |why| Err(Refused::Invalid(why));
        if proof.method != asked.method.as_str() {
            return invalid("htm is not this request's method");
        }
        // Exactly: what normalizing would mend is refused. §4.2: without query and fragment.
        if proof.url.strip_prefix(&self.origin) != Some(asked.path.as_str()) {
            return invalid("htu is not this request's address without its query");
        }
        if let Some(token) = token {
            let expected = BASE64URL_NOPAD.encode(&Sha256::digest(token.as_bytes()));
            if !proof
                .token_hash
                .as_deref()
                .is_some_and(|hash| same(hash, &expected))
            {
                return invalid("ath is not the access token's hash");
            }
        }
        let nonce = proof.nonce.as_deref();
        if !nonce.is_some_and(|nonce| self.nonce_good(server, nonce, now)) {
            return Err(Refused::Nonce);
        }
        let seconds = now.div_euclid(1000);
        if proof.issued < seconds - PAST || proof.issued > seconds + FUTURE {
            return invalid("iat is too far from this portal's time");
        }
        if self.swept != seconds {
            self.swept = seconds;
            self.seen.retain(|_, until| *until >= seconds);
        }
        let known = self
            .seen
            .insert(Fingerprint::of(&proof.jti), proof.issued + PAST);
        match known {
            Some(_) => invalid("jti was used before"),
            None => Ok(()),
        }
    }
}

/// The thumbprint of the key that the request proves possession of; `None` without a proof, or if this
/// portal does not offer any. `token` is there at the FHIR base.
pub(crate) fn thumbprint(
    state: &mut State,
    asked: &Asked,
    server: Server,
    token: Option<&str>,
) -> Result<Option<String>, Refused> {
    if state.dpop.offer == Offer::Off {
        return Ok(None);
    }
    let Some(proof) = proof::of(&asked.headers).map_err(Refused::Invalid)? else {
        return Ok(None);
    };
    if state.faults.hit(FaultKind::RefuseDpop) {
        return Err(Refused::Invalid("refused on purpose"));
    }
    let now = state.clock.millis();
    state.dpop.check(&proof, asked, server, token, now)?;
    Ok(Some(proof.thumbprint))
}

/// The same at the authorization server, where a refusal is an error of RFC 6749 §5.2.
pub(crate) fn at_authorization_server(
    state: &mut State,
    asked: &Asked,
) -> Result<Option<String>, Reply> {
    match thumbprint(state, asked, Server::Authorization, None) {
        Ok(None) if state.dpop.offer == Offer::Required => {
            Err(invalid("this portal asks for a DPoP proof"))
        }
        Ok(thumbprint) => Ok(thumbprint),
        Err(Refused::Nonce) => Err(oauth_error("use_dpop_nonce", "use the nonce given here")),
        Err(Refused::Invalid(why)) => Err(invalid(why)),
    }
}

pub(crate) fn invalid(why: &str) -> Reply {
    oauth_error("invalid_dpop_proof", why)
}
