//! What an authorization request must hold, whichever way it comes: in the browser's address, pushed, or
//! as the first request of the native challenge.

use super::Scopes;
use super::form::Params;
use super::sign_in::Authorization;

/// An error code and a sentence.
pub(crate) type Mistake = (&'static str, String);

fn invalid(text: &str) -> Mistake {
    ("invalid_request", text.to_owned())
}

/// PKCE is required, and only S256 (RFC 9700 §2.1.1).
pub(crate) fn code_challenge(params: &Params) -> Result<String, Mistake> {
    let challenge = params
        .get("code_challenge")
        .ok_or_else(|| invalid("code_challenge is missing"))?;
    if params.get("code_challenge_method") != Some("S256") {
        return Err(invalid("code_challenge_method must be S256"));
    }
    if !is_hash(challenge) {
        return Err(invalid("code_challenge is malformed"));
    }
    Ok(challenge.to_owned())
}

/// Whether a text can be the base64url of a SHA-256.
fn is_hash(text: &str) -> bool {
    let base64url = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    text.len() == 43 && text.bytes().all(base64url)
}

/// Whether only `mfa` will do (RFC 9470 §4). A sign-in here always asks for everything, so that any
/// `max_age` is kept.
pub(crate) fn needs_mfa(params: &Params) -> Result<bool, Mistake> {
    let number = |text: &str| text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    if !params.get("max_age").is_none_or(number) {
        return Err(invalid("max_age must be a number of seconds"));
    }
    let Some(wanted) = params.get("acr_values") else {
        return Ok(false);
    };
    let has = |acr: &str| wanted.split(' ').any(|one| one == acr);
    match (has("pwd"), has("mfa")) {
        (true, _) => Ok(false),
        (false, true) => Ok(true),
        (false, false) => {
            let text = "none of acr_values is known here".to_owned();
            Err(("unmet_authentication_requirements", text))
        }
    }
}

/// Whose record the app asks for: an id of a Patient. One that nobody has is refused like one of somebody else's.
pub(crate) fn patient_hint(params: &Params) -> Option<String> {
    params.get("patient_hint").map(str::to_owned)
}

/// OpenID Connect Core §3.1.2.1. There is no session in the browser that could be gone on with.
fn prompt(params: &Params) -> Result<(), Mistake> {
    let Some(prompt) = params.get("prompt") else {
        return Ok(());
    };
    for one in prompt.split(' ') {
        match one {
            "login" | "consent" | "select_account" => {}
            "none" if prompt == "none" => {
                let text = "nobody is signed in in this browser".to_owned();
                return Err(("login_required", text));
            }
            _ => return Err(invalid("prompt is not understood")),
        }
    }
    Ok(())
}

/// The key that a code is to be bound to (RFC 9449 §10).
pub(crate) fn named_key(params: &Params) -> Result<Option<String>, Mistake> {
    match params.get("dpop_jkt") {
        Some(key) if !is_hash(key) => Err(invalid("dpop_jkt is no SHA-256 thumbprint")),
        key => Ok(key.map(str::to_owned)),
    }
}

/// A request of a client whose redirect is already known to be its own.
pub(crate) fn browser(
    base: &str,
    params: &Params,
    client: &str,
    redirect: &str,
    thumbprint: Option<String>,
) -> Result<Authorization, Mistake> {
    if params.get("response_type") != Some("code") {
        let text = "response_type must be code".into();
        return Err(("unsupported_response_type", text));
    }
    let code_challenge = code_challenge(params)?;
    let state = params
        .get("state")
        .ok_or_else(|| invalid("state is missing"))?;
    if params.get("aud") != Some(base) {
        return Err(invalid("aud must be this portal's FHIR base"));
    }
    let scopes = Scopes::grant(params.get("scope").unwrap_or_default())
        .ok_or(("invalid_scope", "nothing of this can be granted".to_owned()))?;
    prompt(params)?;
    Ok(Authorization {
        client: client.to_owned(),
        scopes,
        nonce: params.get("nonce").map(str::to_owned),
        code_challenge: Some(code_challenge),
        redirect: Some(redirect.to_owned()),
        state: Some(state.to_owned()),
        thumbprint,
        mfa: needs_mfa(params)?,
        patient_hint: patient_hint(params),
        patient: None,
    })
}
