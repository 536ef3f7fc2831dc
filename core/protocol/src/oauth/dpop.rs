//! Proof of possession (DPoP, RFC 9449), with ES256 and nothing else.
//!
//! Every request to a portal that offers DPoP carries a [proof](DpopKey::proof): a short JWT for this request, signed
//! with a key that never leaves the device. Codes, access tokens and refresh tokens are bound to that key, so a stolen
//! token is useless without it.
//!
//! A server may require a nonce in the proof: it responds [`use_dpop_nonce`](asks_for_nonce) with a header field
//! `DPoP-Nonce`, and the request is repeated once with it (§8, §9). The authorization server and the FHIR server have
//! separate nonces.
//!
//! The key's octets are cleared when dropped and never printed.

use std::fmt;

use aws_lc_rs::agreement::{self, ECDH_P256};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use crate::json::{self, Member, Text};
use crate::limits;
use crate::secret::Secret;

/// A key on the curve P-256. One per account.
pub struct DpopKey {
    secret: Zeroizing<Vec<u8>>,
    pair: EcdsaKeyPair,
    /// The first part of every proof: its header, encoded.
    header: String,
    thumbprint: String,
}

/// The request that a proof is for.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// The method of the request, as it goes out.
    pub method: &'a str,
    /// Its address; query and fragment are left out of the proof (§4.2, `htu`).
    pub url: &'a Url,
    /// Now, by the portal's clock as far as it is known.
    pub now: Timestamp,
    /// Random octets, new for each proof.
    pub jti: [u8; 16],
    /// The last nonce of that server, if it gave one.
    pub nonce: Option<&'a str>,
    /// The access token that goes with the request, if one does.
    pub access_token: Option<&'a Secret>,
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: &'a str,
    jwk: PublicKey<'a>,
}

/// The members that RFC 7638 §3.2 hashes, in its order.
#[derive(Serialize)]
struct PublicKey<'a> {
    crv: &'a str,
    kty: &'a str,
    x: &'a str,
    y: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    jti: String,
    htm: &'a str,
    htu: &'a str,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ath: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
}

impl DpopKey {
    /// Makes the key from 32 octets, random or from [`secret`](Self::secret). `None` if they are not a scalar of the
    /// curve (zero, or not below its order), which happens for one in 2³² random values.
    pub fn from_secret(secret: &[u8]) -> Option<Self> {
        let private = agreement::PrivateKey::from_private_key(&ECDH_P256, secret).ok()?;
        let public = private.compute_public_key().ok()?;
        let point = public.as_ref();
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            secret,
            point,
        );
        // SEC 1 §2.3.3: 4, then both coordinates.
        let (x, y) = point.strip_prefix(&[4])?.split_at_checked(32)?;
        let (x, y) = (BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y));
        let jwk = PublicKey {
            crv: "P-256",
            kty: "EC",
            x: &x,
            y: &y,
        };
        let hash = digest(&SHA256, &serde_json::to_vec(&jwk).ok()?);
        let header = Header {
            typ: "dpop+jwt",
            alg: "ES256",
            jwk,
        };
        Some(Self {
            secret: Zeroizing::new(secret.to_vec()),
            pair: pair.ok()?,
            header: encode(&header)?,
            thumbprint: BASE64URL_NOPAD.encode(hash.as_ref()),
        })
    }

    /// Returns the octets for [`from_secret`](Self::from_secret), to be stored encrypted.
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The hash of the public key (RFC 7638), base64url: what `dpop_jkt` (§10) and a token's `jkt`
    /// name.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Returns the value of the header field `DPoP` for a request. `None` only if the cryptographic primitives fail.
    pub fn proof(&self, proof: &Proof<'_>) -> Option<String> {
        let mut url = proof.url.clone();
        url.set_query(None);
        url.set_fragment(None);
        let claims = encode(&Claims {
            jti: BASE64URL_NOPAD.encode(&proof.jti),
            htm: proof.method,
            htu: url.as_str(),
            iat: proof.now.as_second(),
            // §4.2: the hash of the token as it is sent.
            ath: proof.access_token.map(|token| {
                let hash = digest(&SHA256, token.expose().as_bytes());
                BASE64URL_NOPAD.encode(hash.as_ref())
            }),
            nonce: proof.nonce,
        })?;
        let mut jwt = String::with_capacity(self.header.len() + claims.len() + 88);
        jwt.push_str(&self.header);
        jwt.push('.');
        jwt.push_str(&claims);
        let hash = digest(&SHA256, jwt.as_bytes());
        let signature = self.pair.sign_digest(&hash).ok()?;
        jwt.push('.');
        BASE64URL_NOPAD.encode_append(signature.as_ref(), &mut jwt);
        Some(jwt)
    }
}

impl fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DpopKey(..)")
    }
}

fn encode(part: &impl Serialize) -> Option<String> {
    let json = serde_json::to_vec(part).ok()?;
    Some(BASE64URL_NOPAD.encode(&json))
}

/// The value of a header field `DPoP-Nonce`, if it is one (§8.1: `NQCHAR`) of at most
/// [`limits::DPOP_NONCE`] characters.
pub fn nonce(field: &str) -> Option<String> {
    let field = field.trim_matches([' ', '\t']);
    let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    let fine = (1..=limits::DPOP_NONCE).contains(&field.len()) && field.bytes().all(allowed);
    fine.then(|| field.to_owned())
}

/// Whether a response of a token, challenge or pushed authorization request endpoint asks to repeat the request with a
/// nonce (§8).
pub fn asks_for_nonce(body: &[u8]) -> bool {
    has_error(body, "use_dpop_nonce")
}

/// Whether such a response refuses the proof (§5), so that the request had no effect. Keycloak 26 sends
/// `invalid_request` for a proof that is too old.
pub fn refuses_proof(body: &[u8]) -> bool {
    has_error(body, "invalid_dpop_proof") || has_error(body, "invalid_request")
}

fn has_error(body: &[u8], wanted: &str) -> bool {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Answer {
        error: Member<Text>,
    }
    json::read::<Answer>(body).is_ok_and(|answer| answer.error.get().as_deref() == Some(wanted))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// RFC 7515 appendix A.3.1.
    const SECRET: &[u8] = b"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";

    fn key() -> DpopKey {
        DpopKey::from_secret(&BASE64URL_NOPAD.decode(SECRET).unwrap()).unwrap()
    }

    fn json(part: &str) -> Value {
        serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn the_public_key_is_that_of_rfc_7515() {
        let jwk = &json(&key().header)["jwk"];
        assert_eq!(jwk["x"], "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
        assert_eq!(jwk["y"], "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
        assert_eq!(key().secret(), BASE64URL_NOPAD.decode(SECRET).unwrap());
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_7638() {
        // The members of §3.2 in lexicographic order without white space, written out once more.
        let text = r#"{"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
        let hash = BASE64URL_NOPAD.encode(digest(&SHA256, text.as_bytes()).as_ref());
        assert_eq!(key().thumbprint(), hash);
    }

    #[test]
    fn a_proof_names_one_request_and_verifies() {
        let key = key();
        // RFC 9449 §7.1: the token of the example and its `ath`.
        let token = Secret::new("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU".into());
        let proof = key
            .proof(&Proof {
                method: "GET",
                url: &Url::parse("https://resource.example.org/protectedresource?a=b#c").unwrap(),
                now: Timestamp::from_second(1_562_262_618).unwrap(),
                jti: [7; 16],
                nonce: Some("n-1"),
                access_token: Some(&token),
            })
            .unwrap();
        let [header, claims, signature] = *proof.split('.').collect::<Vec<_>>() else {
            panic!("three parts");
        };
        insta::assert_json_snapshot!(json(header), @r#"
        {
          "alg": "ES256",
          "jwk": {
            "crv": "P-256",
            "kty": "EC",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
          },
          "typ": "dpop+jwt"
        }
        "#);
        assert_eq!(
            json(claims),
            json!({
                "jti": "BwcHBwcHBwcHBwcHBwcHBw", "htm": "GET", "iat": 1_562_262_618,
                "htu": "https://resource.example.org/protectedresource", "nonce": "n-1",
                "ath": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo",
            })
        );
        let jwk = json(header)["jwk"].clone();
        let coordinate = |name| BASE64URL_NOPAD.decode(jwk[name].as_str().unwrap().as_bytes());
        let point = [vec![4], coordinate("x").unwrap(), coordinate("y").unwrap()].concat();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            .verify(
                format!("{header}.{claims}").as_bytes(),
                &BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap(),
            )
            .unwrap();
    }

    #[test]
    fn what_is_not_there_is_left_out() {
        let proof = key().proof(&Proof {
            method: "POST",
            url: &Url::parse("https://server.example.com").unwrap(),
            now: Timestamp::UNIX_EPOCH,
            jti: [0; 16],
            nonce: None,
            access_token: None,
        });
        let claims = json(proof.unwrap().split('.').nth(1).unwrap());
        assert_eq!(claims["htu"], "https://server.example.com/");
        assert_eq!(claims.as_object().unwrap().len(), 4);
    }

    #[test]
    fn only_scalars_of_the_curve_are_keys() {
        let order = data_encoding::HEXLOWER
            .decode(b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
            .unwrap();
        let mut below = order.clone();
        below[31] -= 1;
        let mut one = [0; 32];
        one[31] = 1;
        assert!(DpopKey::from_secret(&below).is_some());
        assert!(DpopKey::from_secret(&one).is_some());
        for bad in [&order[..], &[0; 32], &[0xff; 32], &[1; 31], &[1; 33], &[]] {
            assert!(DpopKey::from_secret(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_nonce_is_bounded_and_carries_nothing_else() {
        assert_eq!(nonce("eyJ7S_zG.eyJH0-Z"), Some("eyJ7S_zG.eyJH0-Z".into()));
        assert_eq!(nonce(" a "), Some("a".into()));
        let long = "x".repeat(limits::DPOP_NONCE + 1);
        for bad in ["", " ", "a b", "a\"", "a\\", "a\r\nX: y", "\u{e4}", &long] {
            assert_eq!(nonce(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_wish_for_a_nonce_is_recognised() {
        assert!(asks_for_nonce(
            br#"{"error":"use_dpop_nonce","error_description":"x"}"#
        ));
        for other in [
            r#"{"error":"invalid_dpop_proof"}"#,
            r#"{"error":7}"#,
            "use_dpop_nonce",
            "{}",
            "",
        ] {
            assert!(!asks_for_nonce(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn nothing_is_printed() {
        assert_eq!(format!("{:?}", key()), "DpopKey(..)");
    }

    proptest! {
        #[test]
        fn every_scalar_signs(secret in any::<[u8; 32]>(), jti: [u8; 16], seconds in -62_135_596_800_i64..253_402_207_200) {
            if let Some(key) = DpopKey::from_secret(&secret) {
                let proof = key.proof(&Proof {
                    method: "POST",
                    url: &Url::parse("https://a.example/b").unwrap(),
                    now: Timestamp::from_second(seconds).unwrap(),
                    jti,
                    nonce: None,
                    access_token: None,
                });
                prop_assert_eq!(proof.unwrap().split('.').count(), 3);
                prop_assert_eq!(key.thumbprint().len(), 43);
            }
        }

        #[test]
        fn no_field_or_body_makes_it_fail_loudly(field in ".*", body in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = nonce(&field);
            let _ = asks_for_nonce(&body);
        }
    }
}
