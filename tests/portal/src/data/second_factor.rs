//! A person's second factor: a TOTP secret (RFC 6238) and the recovery codes that stand in for it.

use data_encoding::BASE32_NOPAD;
use subtle::{Choice, ConstantTimeEq};
use totp_rs::{Algorithm, Builder, Totp};

use crate::entropy::Entropy;
use crate::secret::{Fingerprint, same};
use crate::{TotpAlgorithm, TotpSpec};

/// How many recovery codes an enrolment gives.
pub(crate) const RECOVERY_CODES: usize = 8;
/// Steps before and after the current one that are accepted too (RFC 6238 §5.2).
const SKEW: u64 = 1;

/// What is enrolled.
#[derive(Clone)]
pub(crate) struct SecondFactor {
    pub(crate) totp: Totp,
    /// Of the codes that were not used yet.
    recovery: Vec<Fingerprint>,
}

impl SecondFactor {
    pub(crate) fn new(totp: Totp, recovery_codes: &[String]) -> Self {
        let mut factor = Self {
            totp,
            recovery: Vec::new(),
        };
        factor.replace_recovery_codes(recovery_codes);
        factor
    }

    pub(crate) fn replace_recovery_codes(&mut self, codes: &[String]) {
        self.recovery = codes.iter().map(|code| fingerprint(code)).collect();
    }

    pub(crate) fn recovery_codes_left(&self) -> usize {
        self.recovery.len()
    }

    /// Whether a recovery code would be accepted.
    pub(crate) fn has(&self, code: &str) -> bool {
        let given = fingerprint(code);
        let any = |found: Choice, one: &Fingerprint| found | one.ct_eq(&given);
        self.recovery.iter().fold(Choice::from(0), any).into()
    }

    /// Uses a recovery code up, if it is one.
    pub(crate) fn recover(&mut self, code: &str) -> bool {
        let found = self.has(code);
        if found {
            let given = fingerprint(code);
            self.recovery.retain(|one| !bool::from(one.ct_eq(&given)));
        }
        found
    }
}

/// Dashes, spaces and case are for the reader.
fn fingerprint(code: &str) -> Fingerprint {
    let bare: String = code
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    Fingerprint::of(&bare)
}

/// Fresh recovery codes of 80 random bits, `abcd-efgh-ijkl-mnop`.
pub(crate) fn recovery_codes(entropy: &mut Entropy, count: usize) -> Vec<String> {
    let one = |_| {
        let text = BASE32_NOPAD.encode(&entropy.bytes::<10>()).to_lowercase();
        let groups = [&text[..4], &text[4..8], &text[8..12], &text[12..]];
        groups.join("-")
    };
    (0..count).map(one).collect()
}

/// As long as the hash it is for (RFC 4226 §4, RFC 6238 §5.1).
fn secret_length(algorithm: TotpAlgorithm) -> usize {
    match algorithm {
        TotpAlgorithm::Sha1 => 20,
        TotpAlgorithm::Sha256 => 32,
        TotpAlgorithm::Sha512 => 64,
    }
}

/// A fresh secret for somebody.
pub(crate) fn enrol(user: &str, spec: TotpSpec, entropy: &mut Entropy) -> Totp {
    with_secret(user, spec, &entropy.bytes::<64>())
}

/// The same with a secret of 64 octets, of which as many are used as are wanted.
pub(crate) fn with_secret(user: &str, spec: TotpSpec, secret: &[u8; 64]) -> Totp {
    let secret = &secret[..secret_length(spec.algorithm)];
    // `TotpSpec` holds only what RFC 4226 §5.3 allows, and user names have no colon.
    Builder::new()
        .with_algorithm(match spec.algorithm {
            TotpAlgorithm::Sha1 => Algorithm::SHA1,
            TotpAlgorithm::Sha256 => Algorithm::SHA256,
            TotpAlgorithm::Sha512 => Algorithm::SHA512,
        })
        .with_digits(spec.digits)
        .with_step_duration(spec.period)
        .with_secret(secret.to_vec())
        .with_account_name(user)
        .with_issuer(Some("Linden Clinic"))
        .with_skew(SKEW as u16)
        .build_noncompliant()
}

/// The step whose code this is. All of them are looked at, whichever fits.
pub(crate) fn step_of(totp: &Totp, code: &str, seconds: u64) -> Option<u64> {
    let now = seconds / totp.step();
    let mut found = None;
    for step in now.saturating_sub(SKEW)..=now + SKEW {
        if same(&totp.generate(step * totp.step()).to_string(), code) {
            found = Some(step);
        }
    }
    found
}

pub(crate) fn secret(totp: &Totp) -> String {
    BASE32_NOPAD.encode(totp.secret().as_ref())
}

/// The URI that authenticator apps read.
pub(crate) fn otpauth(totp: &Totp) -> String {
    totp.to_url().unwrap_or_default()
}
