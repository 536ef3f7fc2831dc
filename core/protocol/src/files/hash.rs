//! `Attachment.hash`: SHA-1 of the content (<https://hl7.org/fhir/R4/datatypes-definitions.html#Attachment.hash>).
//!
//! It says that a file has arrived as it was meant, not that nobody forged it: SHA-1 resists no attacker, and whoever
//! writes the record writes the hash. R4 has it in base64; servers write it in hexadecimal too. What is neither is not
//! known to be wrong and is left out of account.

use aws_lc_rs::digest;
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};

/// The hash of a content.
pub type Sha1 = [u8; 20];

/// Reads a hash as a record gives it; `None` for what is none of SHA-1.
pub fn read(said: &str) -> Option<Sha1> {
    let said = said.trim();
    let hex = |text: &[u8]| HEXLOWER_PERMISSIVE.decode(text).ok()?.try_into().ok();
    if said.len() == 40 {
        return hex(said.as_bytes());
    }
    let bytes = BASE64.decode(said.as_bytes()).ok()?;
    match bytes.len() {
        40 => hex(&bytes),
        _ => bytes.try_into().ok(),
    }
}

/// The hash of a content.
pub fn of(content: &[u8]) -> Sha1 {
    let mut hasher = Hasher::default();
    hasher.add(content);
    hasher.end()
}

/// The hash of a content, as a record gives it.
pub fn text_of(content: &[u8]) -> String {
    text(&of(content))
}

/// A hash, as a record gives it.
pub fn text(hash: &Sha1) -> String {
    BASE64.encode(hash)
}

/// Hashes a content that comes piece by piece.
pub struct Hasher(digest::Context);

impl Default for Hasher {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY))
    }
}

impl Hasher {
    /// Adds the next bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of everything that was added.
    pub fn end(self) -> Sha1 {
        self.0.finish().as_ref().try_into().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_servers_write_it() {
        let hash = of(b"abc");
        let hex = "a9993e364706816aba3e25717850c26c9cd0d89d";
        assert_eq!(text(&hash), "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
        for said in [
            text(&hash),
            hex.into(),
            hex.to_uppercase(),
            BASE64.encode(hex.as_bytes()),
        ] {
            assert_eq!(read(&said), Some(hash), "{said}");
        }
        for said in ["", "abc", "md5:1", "AAAA"] {
            assert_eq!(read(said), None, "{said}");
        }
        let mut pieces = Hasher::default();
        pieces.add(b"a");
        pieces.add(b"bc");
        assert_eq!(pieces.end(), hash);
    }
}
