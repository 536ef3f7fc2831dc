//! Text that must not be printed, compared in variable time or left in memory.
//!
//! Tokens, verifiers, states and sessions of a sign-in are [`Secret`]s. Its `Debug` prints nothing, it has no `Display`,
//! it compares in constant time, and its memory is cleared when dropped. The caller clears copies that were made before
//! (a body, a JSON buffer).

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// A text that is cleared when dropped and never printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over the text without copying it.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Returns the text, for the code that sends or stores it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in a time that depends only on the lengths.
    pub fn matches(&self, other: &str) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), other.as_bytes()).is_ok()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.expose())
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_compared_by_its_text_and_printed_without_it() {
        let secret = Secret::new("canary-7".into());
        assert!(secret.matches("canary-7"));
        assert!(!secret.matches("canary-8"));
        assert!(!secret.matches("canary"));
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }
}
