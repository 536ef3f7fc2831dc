//! The keys of an issuer (JWK Set, RFC 7517), which verify signatures.
//!
//! Servers add, renew and drop keys and introduce new types. So an unknown key is skipped without affecting the set, a
//! private or symmetric key is not used, and a key is used only for what it declares (`use`, `key_ops`, `alg`).
//!
//! The algorithm that a token names selects among the keys of the matching type; it never decides how a key is read. RSA
//! keys have 2,048 to 8,192 bits (RFC 7518 §3.3).

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

use super::jws::{Algorithm, Jws};
use crate::json::{self, Anything, Member, Objects, Text, Words};
use crate::limits;

/// The public keys of an issuer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<Key>,
}

/// Names a key by what it is (RFC 7638, with SHA-256).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thumbprint(pub [u8; 32]);

/// Why a document is not a set of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwksError {
    /// Not JSON with a list `keys`, or larger than [`limits::OAUTH_BODY`].
    #[error("the answer is not a set of keys")]
    NotAKeySet,
    /// More than [`limits::KEYS`].
    #[error("the set has too many keys")]
    TooManyKeys,
}

/// Why a signature is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VerifyError {
    UnknownKey,
    Algorithm,
    WrongSignature,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    id: Option<String>,
    /// The one algorithm that it says it is for.
    algorithm: Option<Algorithm>,
    material: Material,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    /// Big-endian without leading zeros.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// An uncompressed point (SEC 1 §2.3.3).
    P256(Vec<u8>),
    /// An uncompressed point.
    P384(Vec<u8>),
    /// 32 octets.
    Ed25519(Vec<u8>),
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Set {
    keys: Member<Objects<Jwk>>,
}

/// An odd member costs itself; one that says what a key is for costs the key.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Jwk {
    kty: Member<Text>,
    kid: Member<Text>,
    #[serde(rename = "use")]
    purpose: Member<Text>,
    key_ops: Member<Words>,
    alg: Member<Text>,
    crv: Member<Text>,
    x: Member<Text>,
    y: Member<Text>,
    n: Member<Text>,
    e: Member<Text>,
    /// The private part of every kind.
    d: Member<Anything>,
}

impl KeySet {
    /// Reads a set. Keys that cannot be used are left out; the set may be empty.
    pub fn parse(json: &[u8]) -> Result<Self, JwksError> {
        if json.len() > limits::OAUTH_BODY {
            return Err(JwksError::NotAKeySet);
        }
        let set: Set = json::read(json).map_err(|_| JwksError::NotAKeySet)?;
        let keys = set.keys.get().ok_or(JwksError::NotAKeySet)?;
        if keys.len() > limits::KEYS {
            return Err(JwksError::TooManyKeys);
        }
        let keys = keys.into_iter().filter_map(Key::read).collect();
        Ok(Self { keys })
    }

    /// The keys that have a name, each by what it is: a key that is there twice is one.
    pub fn named(&self) -> BTreeSet<Thumbprint> {
        let named = self.keys.iter().filter(|key| key.id.is_some());
        named.map(Key::thumbprint).collect()
    }

    /// The key that signed a token; the token has to name it.
    pub(crate) fn signer(&self, jws: &Jws<'_>) -> Result<Thumbprint, VerifyError> {
        let name = jws.key_id.as_ref().ok_or(VerifyError::UnknownKey)?;
        self.verify(jws)?;
        let algorithm = jws.algorithm.ok_or(VerifyError::Algorithm)?;
        let mut named = self.keys.iter().filter(|key| key.id.as_ref() == Some(name));
        let signer = named.find(|key| key.signed(algorithm, jws.input.as_bytes(), &jws.signature));
        signer
            .map(Key::thumbprint)
            .ok_or(VerifyError::WrongSignature)
    }

    /// Whether one of the keys signed the token. With `kid` it must be that key; without, one that
    /// fits the algorithm.
    pub(crate) fn verify(&self, jws: &Jws<'_>) -> Result<(), VerifyError> {
        let algorithm = jws.algorithm.ok_or(VerifyError::Algorithm)?;
        let named = |key: &&Key| jws.key_id.is_none() || key.id == jws.key_id;
        let mut fitting = self
            .keys
            .iter()
            .filter(named)
            .filter(|key| key.fits(algorithm))
            .peekable();
        if fitting.peek().is_none() {
            // The key exists and has another type, so fetching the set again would not help.
            let known = jws.key_id.is_some() && self.keys.iter().any(|key| named(&key));
            return Err(if known {
                VerifyError::Algorithm
            } else {
                VerifyError::UnknownKey
            });
        }
        let signed = fitting.any(|key| key.signed(algorithm, jws.input.as_bytes(), &jws.signature));
        signed.then_some(()).ok_or(VerifyError::WrongSignature)
    }
}

impl Key {
    fn read(jwk: Jwk) -> Option<Self> {
        let unclear = jwk.purpose.is_wrong() || jwk.key_ops.is_wrong() || jwk.alg.is_wrong();
        let is_for_signatures = jwk.purpose.get().is_none_or(|purpose| purpose == "sig")
            && jwk
                .key_ops
                .get()
                .is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        if unclear || !is_for_signatures || jwk.d.get().is_some() {
            return None;
        }
        let algorithm = match jwk.alg.get() {
            Some(name) => Some(Algorithm::parse(&name)?),
            None => None,
        };
        let (x, y) = (jwk.x.get(), jwk.y.get());
        let (x, y) = (x.as_deref(), y.as_deref());
        let material = match (jwk.kty.get()?.as_str(), jwk.crv.get().as_deref()) {
            ("RSA", _) => Material::Rsa {
                n: number(&jwk.n.get()?)?,
                e: number(&jwk.e.get()?)?,
            },
            ("EC", Some("P-256")) => Material::P256(point(x?, y?, 32)?),
            ("EC", Some("P-384")) => Material::P384(point(x?, y?, 48)?),
            ("OKP", Some("Ed25519")) => Material::Ed25519(octets(x?, 32)?),
            _ => return None,
        };
        Some(Self {
            id: jwk.kid.get(),
            algorithm,
            material,
        })
    }

    /// RFC 7638 §3.2: the members that a key of its kind must have, in the order of their names, without blanks.
    fn thumbprint(&self) -> Thumbprint {
        let text = |octets: &[u8]| BASE64URL_NOPAD.encode(octets);
        let point = |curve: &str, point: &[u8]| {
            // Behind the octet that says it is uncompressed.
            let (x, y) = point.get(1..).unwrap_or_default().split_at(point.len() / 2);
            let (x, y) = (text(x), text(y));
            format!(r#"{{"crv":"{curve}","kty":"EC","x":"{x}","y":"{y}"}}"#)
        };
        let canonical = match &self.material {
            Material::Rsa { n, e } => {
                format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n))
            }
            Material::P256(octets) => point("P-256", octets),
            Material::P384(octets) => point("P-384", octets),
            Material::Ed25519(octets) => {
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(octets))
            }
        };
        let hash = digest(&SHA256, canonical.as_bytes());
        // SHA-256 has 32 octets.
        Thumbprint(hash.as_ref().try_into().unwrap_or_default())
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        use Algorithm as A;
        let kind = match &self.material {
            Material::Rsa { n, .. } => {
                let rsa = [A::Rs256, A::Rs384, A::Rs512, A::Ps256, A::Ps384, A::Ps512];
                rsa.contains(&algorithm) && (2048..=8192).contains(&bits(n))
            }
            Material::P256(_) => algorithm == A::Es256,
            Material::P384(_) => algorithm == A::Es384,
            Material::Ed25519(_) => algorithm == A::EdDsa,
        };
        kind && self.algorithm.is_none_or(|said| said == algorithm)
    }

    fn signed(&self, algorithm: Algorithm, input: &[u8], signature: &[u8]) -> bool {
        let verified = match &self.material {
            Material::Rsa { n, e } => match rsa(algorithm) {
                Some(parameters) => {
                    RsaPublicKeyComponents { n, e }.verify(parameters, input, signature)
                }
                None => return false,
            },
            Material::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(input, signature)
            }
            Material::P384(point) => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(input, signature)
            }
            Material::Ed25519(key) => {
                UnparsedPublicKey::new(&ED25519, key).verify(input, signature)
            }
        };
        self.fits(algorithm) && verified.is_ok()
    }
}

fn rsa(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    Some(match algorithm {
        Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &RSA_PSS_2048_8192_SHA512,
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::EdDsa => return None,
    })
}

/// RFC 7518 §6.3.1.1: no leading zeros, although some servers write one.
fn number(text: &str) -> Option<Vec<u8>> {
    let octets = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let start = octets.iter().position(|octet| *octet != 0)?;
    octets.get(start..).map(<[u8]>::to_vec)
}

fn bits(number: &[u8]) -> usize {
    number
        .first()
        .map_or(0, |first| 8 * number.len() - first.leading_zeros() as usize)
}

fn octets(text: &str, length: usize) -> Option<Vec<u8>> {
    let octets = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    (octets.len() == length).then_some(octets)
}

/// RFC 7518 §6.2.1.2: each coordinate in its full length.
fn point(x: &str, y: &str, length: usize) -> Option<Vec<u8>> {
    Some([&[4][..], &octets(x, length)?, &octets(y, length)?].concat())
}

#[cfg(test)]
mod tests;
