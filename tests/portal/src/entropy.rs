//! Randomness: seeded for what a story repeats, the system's for what guards a portal on a socket.

use data_encoding::BASE64URL_NOPAD;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// A stream of random numbers.
pub(crate) struct Entropy(ChaCha20Rng);

impl Entropy {
    /// The same `seed` and `label` give the same stream; another label an unrelated one.
    pub(crate) fn seeded(seed: u64, label: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_be_bytes());
        hash.update(label.as_bytes());
        Self(ChaCha20Rng::from_seed(hash.finalize().into()))
    }

    /// Seeded by the operating system.
    pub(crate) fn from_system() -> Result<Self, crate::PortalError> {
        let mut seed = [0; 32];
        rustls::crypto::aws_lc_rs::default_provider()
            .secure_random
            .fill(&mut seed)
            .map_err(|_| crate::PortalError::Certificate("no system randomness".into()))?;
        Ok(Self(ChaCha20Rng::from_seed(seed)))
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.0.fill_bytes(&mut out);
        out
    }

    /// 256 bits, as the first-party draft asks of an `auth_session`; enough for every other token.
    pub(crate) fn token(&mut self) -> String {
        BASE64URL_NOPAD.encode(&self.bytes::<32>())
    }

    /// A FHIR id.
    pub(crate) fn id(&mut self) -> String {
        format!("{:016x}", self.0.next_u64())
    }

    /// From `0..n`; 0 for an empty range.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        if n == 0 {
            return 0;
        }
        // Multiply-shift: a bias of 2^-32 at these sizes does not matter to letters.
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    /// From `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = (high - low).max(0) as u64 + 1;
        low + (self.0.next_u64() % span) as i64
    }

    /// One of them.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}
