//! Reads why a token was refused: `WWW-Authenticate` with the scheme `Bearer` or `DPoP` (RFC 6750 §3, RFC 9449 §7.1, RFC
//! 9470 §3).
//!
//! `invalid_token` causes one refresh, `use_dpop_nonce` one repetition with the nonce. `insufficient_scope` causes
//! neither, since a new token would be refused too. `insufficient_user_authentication` asks for a [`StepUp`]. A 401 with
//! none of these (a network's page, a proxy's `Basic`) does not come from the portal and ends nothing.
//!
//! An authorization server that binds tokens may be combined with a record server that accepts only `Bearer`; then the
//! token is sent that way (RFC 9449 §7.2). [`Refusal::of`] evaluates all of this.

use std::time::Duration;

use super::ErrorCode;
use super::step_up::StepUp;
use super::token::TokenKind;
use crate::limits;

/// A `Bearer` or `DPoP` challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BearerChallenge {
    /// The scheme, as the token it wants.
    pub scheme: TokenKind,
    /// Absent when the request had no token.
    pub error: Option<ErrorCode>,
    /// How fresh the authentication must be, in seconds.
    pub max_age: Option<u64>,
    /// Authentication context classes of which one is wanted: at most [`limits::ACR_VALUES`] of at
    /// most [`limits::ACR_VALUE`] visible characters.
    pub acr_values: Vec<String>,
}

/// Why a portal did not accept a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The token is not valid: refresh. Without a refresh token the session has ended.
    InvalidToken,
    /// The same request with the nonce of the answer.
    NonceWanted,
    /// The proof is not accepted; perhaps its time.
    InvalidProof,
    /// A token that was sent with a proof is wanted as a plain one: send it as
    /// [`TokenKind::Bearer`], and go on so with this base once that was accepted.
    BearerWanted,
    /// The token does not allow this. Refreshing does not help.
    Scope,
    /// The person must authenticate again.
    StepUp(StepUp),
    /// The portal asks for a token but does not say what is wrong with this one. Causes one refresh if possible; never
    /// ends a session.
    Unexplained,
    /// Not from the portal: a network's page or a proxy. A temporary failure.
    NotThePortal,
}

impl Refusal {
    /// Evaluates a 401 or 403. `field` is `WWW-Authenticate`, several joined by commas; `sent` is how the token was
    /// sent.
    pub fn of(field: Option<&str>, is_html: bool, sent: TokenKind) -> Self {
        let challenges = BearerChallenge::all(field.unwrap_or_default());
        let Some(challenge) = BearerChallenge::chosen(challenges.clone()) else {
            return Self::NotThePortal;
        };
        if challenge.is_nonce_wanted() {
            return Self::NonceWanted;
        }
        if challenge.refuses_proof() {
            return Self::InvalidProof;
        }
        if challenge.is("insufficient_scope") {
            return Self::Scope;
        }
        if let Some(wanted) = challenge.step_up() {
            return Self::StepUp(wanted);
        }
        let takes_proofs = challenges.iter().any(|one| one.scheme == TokenKind::Dpop);
        // RFC 9449 §7.2: the server did not recognise the token, whatever error it names.
        if sent == TokenKind::Dpop && !takes_proofs {
            return Self::BearerWanted;
        }
        match challenge.is("invalid_token") {
            true => Self::InvalidToken,
            false if is_html => Self::NotThePortal,
            false => Self::Unexplained,
        }
    }
}

impl BearerChallenge {
    /// Reads one field value; several challenges may share it (RFC 9110 §11.6.1). The one that asks
    /// for a nonce counts before all, then the first with an error, then the first. Nothing if none
    /// is `Bearer` or `DPoP`.
    pub fn parse(field: &str) -> Option<Self> {
        Self::chosen(Self::all(field))
    }

    fn all(field: &str) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        let mut in_ours = false;
        for part in split_at_commas(field) {
            // A part is `scheme`, `scheme name=value` or `name=value`.
            let (first, rest) = part.split_once([' ', '\t']).unwrap_or((part, ""));
            let parameter = if first.contains('=') || rest.trim_start().starts_with('=') {
                part
            } else {
                let scheme = TokenKind::parse(first);
                in_ours = scheme.is_some();
                found.extend(scheme.map(Self::new));
                rest.trim()
            };
            if let Some(challenge) = found.last_mut().filter(|_| in_ours) {
                challenge.take(parameter);
            }
        }
        found
    }

    fn new(scheme: TokenKind) -> Self {
        Self {
            scheme,
            error: None,
            max_age: None,
            acr_values: Vec::new(),
        }
    }

    fn chosen(mut found: Vec<Self>) -> Option<Self> {
        let nonce = found.iter().position(Self::is_nonce_wanted);
        let error = || found.iter().position(|one| one.error.is_some());
        let chosen = nonce.or_else(error).unwrap_or(0);
        (chosen < found.len()).then(|| found.swap_remove(chosen))
    }

    /// Whether the proof of possession was refused, and nothing else (RFC 9449 §7.1).
    pub fn refuses_proof(&self) -> bool {
        self.error
            .as_ref()
            .is_some_and(|code| code.as_str() == "invalid_dpop_proof")
    }

    /// Whether the same request with the nonce of `DPoP-Nonce` may help (RFC 9449 §9).
    pub fn is_nonce_wanted(&self) -> bool {
        self.is("use_dpop_nonce")
    }

    /// What the person must do for this request to be accepted, if that is why it was refused.
    pub fn step_up(&self) -> Option<StepUp> {
        self.is("insufficient_user_authentication").then(|| StepUp {
            acr_values: self.acr_values.clone(),
            max_age: self
                .max_age
                .map(|seconds| Duration::from_secs(seconds).min(limits::MAX_AGE)),
        })
    }

    fn is(&self, code: &str) -> bool {
        self.error
            .as_ref()
            .is_some_and(|said| said.as_str() == code)
    }

    fn take(&mut self, parameter: &str) {
        let Some((name, value)) = parameter.split_once('=') else {
            return;
        };
        let value = value.trim();
        let value = value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'))
            .unwrap_or(value);
        match name.trim().to_ascii_lowercase().as_str() {
            "error" if self.error.is_none() => self.error = Some(ErrorCode::new(value)),
            "max_age" if self.max_age.is_none() => self.max_age = value.parse().ok(),
            "acr_values" if self.acr_values.is_empty() => {
                self.acr_values = value
                    .split_ascii_whitespace()
                    .filter(|class| {
                        // What a quoted string can carry without an escape.
                        let plain = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
                        class.len() <= limits::ACR_VALUE && class.bytes().all(plain)
                    })
                    .take(limits::ACR_VALUES)
                    .map(str::to_owned)
                    .collect();
            }
            _ => {}
        }
    }
}

/// Splits at commas outside quoted strings (RFC 9110 §5.6.4).
fn split_at_commas(field: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in field.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&field[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&field[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts.into_iter().map(str::trim).collect()
}

#[cfg(test)]
mod tests;
