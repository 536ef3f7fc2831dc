//! id tokens: what they say (OpenID Connect Core §2), and what is wrong with them on purpose.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::Scopes;
use super::grants::Family;
use super::keys::SigningKey;
use super::sign_in::Second;
use crate::NamedAs;
use crate::fault::{FaultKind, Flaw, WhichUser};
use crate::instance::{Instance, State};

const LIFE: i64 = 3600;

/// Who signed in, and whose record the token is for.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    pub(crate) person: usize,
    pub(crate) patient: usize,
}

/// For the person at `shown`, who signed in as `family` says.
pub(crate) fn issue(
    instance: &Instance,
    state: &mut State,
    family: &Family,
    scopes: &Scopes,
    shown: Shown,
    nonce: Option<&str>,
) -> String {
    let seconds = state.clock.millis() / 1000;
    let amr = match family.second {
        Some(Second::Code) => json!(["pwd", "otp", "mfa"]),
        // RFC 8176 has no word for a recovery code.
        Some(Second::RecoveryCode) => json!(["pwd", "mfa"]),
        None => json!(["pwd"]),
    };
    let mut claims = json!({
        "iss": instance.issuer(),
        "sub": state.people[shown.person].subject,
        "aud": family.client,
        "iat": seconds,
        "exp": seconds + LIFE,
        "auth_time": family.auth_time,
        "acr": family.acr().text(),
        "amr": amr,
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    if scopes.has("fhirUser")
        && let Some(user) = fhir_user(instance, state, shown)
    {
        claims["fhirUser"] = json!(user);
    }
    let flaw = state
        .faults
        .take(|kind| matches!(kind, FaultKind::IdToken { .. }));
    match flaw {
        Some(FaultKind::IdToken { flaw }) => flawed(instance, &state.key, claims, flaw),
        _ => state.key.sign(&claims),
    }
}

fn fhir_user(instance: &Instance, state: &mut State, shown: Shown) -> Option<String> {
    let base = instance.base();
    let who = &state.people[shown.person];
    let patient = &who.patient;
    let id = patient.trim_start_matches("pt-");
    let fault = state
        .faults
        .take(|kind| matches!(kind, FaultKind::FhirUser { .. }));
    let Some(FaultKind::FhirUser { which }) = fault else {
        let proxy = state.proxies.find(shown.person, shown.patient);
        return Some(match (state.fhir_user, proxy) {
            (Some(NamedAs::Person), _) => format!("{base}/Person/{}", who.person_id()),
            (None, Some(proxy)) => format!("{base}/RelatedPerson/{}", proxy.id),
            (None, None) => format!("{base}/Patient/{patient}"),
        });
    };
    match which {
        WhichUser::RelatedPerson => Some(format!("{base}/RelatedPerson/rp-{id}")),
        WhichUser::Person => Some(format!("{base}/Person/pe-{id}")),
        WhichUser::OtherPatient => {
            let mut others = state.people.iter().enumerate();
            let other = others
                .find(|(index, _)| ![shown.person, shown.patient].contains(index))?
                .1;
            Some(format!("{base}/Patient/{}", other.patient))
        }
        WhichUser::Elsewhere => Some(format!("https://elsewhere.invalid/fhir/Patient/{patient}")),
        WhichUser::None => None,
    }
}

fn part(value: &Value) -> String {
    BASE64URL_NOPAD.encode(value.to_string().as_bytes())
}

/// A token with one thing wrong, everything else as it should be.
fn flawed(instance: &Instance, key: &SigningKey, mut claims: Value, flaw: Flaw) -> String {
    let shift = |claims: &mut Value, name: &str, by: i64| {
        claims[name] = json!(claims[name].as_i64().unwrap_or_default() + by);
    };
    match flaw {
        Flaw::NoneAlg => {
            let header = json!({ "alg": "none", "typ": "JWT" });
            return format!("{}.{}.", part(&header), part(&claims));
        }
        Flaw::Hs256Confusion => return key.sign_as_if_shared(&claims),
        Flaw::UnknownKey => return key.successor(u64::MAX).sign(&claims),
        Flaw::WrongSignature => {
            let good = key.sign(&claims);
            shift(&mut claims, "exp", 1);
            let other = key.sign(&claims);
            let signed = good.rsplit_once('.').map_or("", |(signed, _)| signed);
            let signature = other
                .rsplit_once('.')
                .map_or("", |(_, signature)| signature);
            return format!("{signed}.{signature}");
        }
        Flaw::ForeignAudience => claims["aud"] = json!("somebody-elses-app"),
        Flaw::ForeignIssuer => claims["iss"] = json!(format!("{}/other", instance.origin)),
        Flaw::Expired => {
            shift(&mut claims, "iat", -2 * LIFE);
            shift(&mut claims, "exp", -2 * LIFE);
        }
        Flaw::FromTheFuture => {
            shift(&mut claims, "iat", LIFE);
            shift(&mut claims, "exp", LIFE);
        }
        Flaw::WrongNonce => claims["nonce"] = json!("the-nonce-of-another-sign-in"),
        Flaw::NoAuthTime => {
            if let Some(all) = claims.as_object_mut() {
                all.remove("auth_time");
            }
        }
        Flaw::StaleAuthTime => shift(&mut claims, "auth_time", -86_400),
        Flaw::AcrObject => claims["acr"] = json!({ "values": ["mfa"] }),
        Flaw::AcrList => claims["acr"] = json!(["mfa"]),
        Flaw::AuthTimeText => claims["auth_time"] = json!("2020-03-14T18:52:01.180Z"),
        Flaw::NoAudience => {
            if let Some(all) = claims.as_object_mut() {
                all.remove("aud");
            }
        }
        Flaw::LowAcr => {
            claims["acr"] = json!("pwd");
            claims["amr"] = json!(["pwd"]);
        }
    }
    key.sign(&claims)
}
