//! Keys with known private parts, and what they sign.

use super::super::*;
use aws_lc_rs::digest::digest;
use aws_lc_rs::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
    RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding,
};
use serde_json::{Value, json};

/// RFC 7515 A.2.1.
pub(super) const RSA: [(&str, &str); 8] = [
    (
        "n",
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
    ),
    ("e", "AQAB"),
    (
        "d",
        "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
    ),
    (
        "p",
        "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc",
    ),
    (
        "q",
        "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc",
    ),
    (
        "dp",
        "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0",
    ),
    (
        "dq",
        "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU",
    ),
    (
        "qi",
        "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U",
    ),
];

/// RFC 7515 A.2: header, payload and signature.
pub(super) const RS256: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

/// RFC 7515 A.3.
pub(super) const ES256: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

/// RFC 8037 A.4.
pub(super) const EDDSA: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

pub(super) fn decode(text: &str) -> Vec<u8> {
    BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
}

pub(super) fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

pub(super) fn rsa_jwk() -> Value {
    json!({"kty": "RSA", "kid": "rsa", "n": RSA[0].1, "e": RSA[1].1})
}

/// RFC 7515 A.3.1.
pub(super) fn p256_jwk() -> Value {
    json!({"kty": "EC", "kid": "p256", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})
}

/// RFC 8037 A.2.
pub(super) fn ed25519_jwk() -> Value {
    json!({"kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
}

/// A key of our own: the scalar 7.
pub(super) fn p384() -> (EcdsaKeyPair, Value) {
    use aws_lc_rs::agreement::{ECDH_P384, PrivateKey};
    let mut scalar = [0; 48];
    scalar[47] = 7;
    let private = PrivateKey::from_private_key(&ECDH_P384, &scalar).unwrap();
    let public = private.compute_public_key().unwrap();
    let pair = ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING, &scalar, public.as_ref());
    let (x, y) = public.as_ref()[1..].split_at(48);
    let jwk = json!({"kty": "EC", "kid": "p384", "crv": "P-384", "x": encode(x), "y": encode(y)});
    (pair, jwk)
}

fn ecdsa(algorithm: &'static EcdsaSigningAlgorithm, scalar: &[u8], point: &[u8]) -> EcdsaKeyPair {
    EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, point).unwrap()
}

pub(super) fn set(keys: &[Value]) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

pub(super) fn everything() -> KeySet {
    set(&[rsa_jwk(), p256_jwk(), p384().1, ed25519_jwk()])
}

pub(super) fn sign(algorithm: &str, input: &[u8]) -> Vec<u8> {
    let rsa = |encoding: &'static dyn RsaEncoding, hash| {
        let [n, e, d, p, q, dp, dq, qi] = RSA.map(|(_, value)| decode(value));
        let pair = KeyPair::from_components(&KeyPairComponents {
            public_key: PublicKeyComponents { n, e },
            d,
            p,
            q,
            dP: dp,
            dQ: dq,
            qInv: qi,
        })
        .unwrap();
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign_digest(encoding, &digest(hash, input), &mut signature)
            .unwrap();
        signature
    };
    let sha = |bits: u16| match bits {
        256 => &aws_lc_rs::digest::SHA256,
        384 => &aws_lc_rs::digest::SHA384,
        _ => &aws_lc_rs::digest::SHA512,
    };
    match algorithm {
        "RS256" => rsa(&RSA_PKCS1_SHA256, sha(256)),
        "RS384" => rsa(&RSA_PKCS1_SHA384, sha(384)),
        "RS512" => rsa(&RSA_PKCS1_SHA512, sha(512)),
        "PS256" => rsa(&RSA_PSS_SHA256, sha(256)),
        "PS384" => rsa(&RSA_PSS_SHA384, sha(384)),
        "PS512" => rsa(&RSA_PSS_SHA512, sha(512)),
        "ES256" => {
            let scalar = decode("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI");
            let jwk = p256_jwk();
            let coordinate = |name| decode(jwk[name].as_str().unwrap());
            let point = [vec![4], coordinate("x"), coordinate("y")].concat();
            let pair = ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, &scalar, &point);
            let signed = pair.sign_digest(&digest(sha(256), input)).unwrap();
            signed.as_ref().to_vec()
        }
        "ES384" => {
            let signed = p384().0.sign_digest(&digest(sha(384), input)).unwrap();
            signed.as_ref().to_vec()
        }
        "EdDSA" | "Ed25519" => {
            // RFC 8037 A.1.
            let seed = decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
            let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
            pair.sign(input).as_ref().to_vec()
        }
        _ => panic!("{algorithm}"),
    }
}
