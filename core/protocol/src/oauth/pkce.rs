//! Proof Key for Code Exchange (RFC 7636), method S256 only, since `plain` proves nothing against an attacker who saw
//! the request.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// A verifier and its challenge. One pair per sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pkce {
    /// Sent when the code is redeemed (§4.5).
    pub verifier: Secret,
    /// Sent when the code is asked for (§4.3).
    pub challenge: String,
}

impl Pkce {
    /// Makes a pair of 32 random octets, as §4.1 recommends.
    pub fn from_random(random: [u8; 32]) -> Self {
        let random = Zeroizing::new(random);
        Self::from_verifier(Secret::new(BASE64URL_NOPAD.encode(&*random)))
    }

    /// The pair of a verifier that was kept while the browser was open.
    pub fn from_verifier(verifier: Secret) -> Self {
        let hash = digest(&SHA256, verifier.expose().as_bytes());
        Self {
            challenge: BASE64URL_NOPAD.encode(hash.as_ref()),
            verifier,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b() {
        let pkce = Pkce::from_random([
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212,
            37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ]);
        assert!(
            pkce.verifier
                .matches("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        );
        assert_eq!(
            pkce.challenge,
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert_eq!(Pkce::from_verifier(pkce.verifier.clone()), pkce);
    }
}
