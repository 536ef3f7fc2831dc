//! What signing in computes: PKCE, a proof of possession, an id_token verified, a code of the second factor.

use std::hint::black_box;

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use pericard_benches::{Broken, Figures, auth, each};
use pericard_protocol::oauth::dpop::{DpopKey, Proof};
use pericard_protocol::oauth::id_token::{Expected, verify};
use pericard_protocol::oauth::jwks::KeySet;
use pericard_protocol::oauth::pkce::Pkce;
use pericard_protocol::otpauth::OtpAuth;
use pericard_protocol::secret::Secret;
use url::Url;

pub(crate) fn run() -> Result<Figures, Broken> {
    let mut figures = Figures::default();
    let now = Timestamp::from_second(auth::NOW)?;

    let pkce = each(|octets| {
        black_box(Pkce::from_random(octets));
        Ok(())
    });
    figures.time("pkce", pkce?);

    let key = DpopKey::from_secret(&BASE64URL_NOPAD.decode(auth::SCALAR.as_bytes())?);
    let key = key.ok_or("no key")?;
    let (url, token) = (Url::parse(auth::RESOURCE)?, secret(auth::ACCESS_TOKEN));
    let proof = each(|octets| {
        let (jti, _) = octets.split_first_chunk().ok_or("no octets")?;
        let proof = key.proof(&Proof {
            method: "GET",
            url: &url,
            now,
            jti: *jti,
            nonce: Some(auth::DPOP_NONCE),
            access_token: Some(&token),
        });
        black_box(proof.ok_or("no proof")?);
        Ok(())
    });
    figures.time("dpop_proof", proof?);

    let nonce = secret(auth::NONCE);
    let expected = Expected {
        issuer: auth::ISSUER,
        client_id: auth::CLIENT_ID,
        nonce: Some(&nonce),
        now,
        access_token: None,
    };
    for (name, token) in [("es256", auth::ES256), ("rs256", auth::RS256)] {
        let token = secret(token);
        let verified = each(|_| {
            let keys = KeySet::parse(black_box(auth::KEYS).as_bytes())?;
            let claims = verify(&token, &keys, &expected)?;
            (claims.subject == auth::SUBJECT)
                .then_some(())
                .ok_or_else(|| "another subject".into())
        });
        figures.time(name, verified?);
    }

    let mut code = 0;
    let totp = each(|_| {
        let factor = OtpAuth::parse(black_box(auth::OTPAUTH))?;
        code = factor
            .totp
            .code_at(auth::NOW.unsigned_abs())
            .digits()
            .parse()?;
        Ok(())
    });
    figures.time("totp", totp?);
    figures.count("totp_code", code);
    Ok(figures)
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}
