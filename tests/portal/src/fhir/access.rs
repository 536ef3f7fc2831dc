//! Who asks: the bearer token (RFC 6750), its person and its scopes.

use axum::http::{HeaderMap, header};

use crate::instance::State;
use crate::reply::{Reply, outcome, set};

/// The person whose token this is, if it allows the action on the type.
pub(crate) fn person(
    state: &State,
    headers: &HeaderMap,
    kind: &str,
    action: char,
) -> Result<usize, Reply> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let Some(token) = token else {
        // RFC 6750 §3.1: no error code where no token was sent; clients get one nonetheless, since
        // the portal cannot tell a token forgotten from one it does not understand.
        return Err(refused(401, "login", "invalid_token", "a token is needed"));
    };
    let now = state.clock.millis();
    let Some((person, scopes)) = state.grants.access(token, now) else {
        let text = "the token is unknown, expired or revoked";
        return Err(refused(401, "login", "invalid_token", text));
    };
    if !scopes.allows(kind, action) {
        let text = format!("the token does not allow this on {kind}");
        return Err(refused(403, "forbidden", "insufficient_scope", &text));
    }
    Ok(person)
}

fn refused(code: u16, issue: &str, error: &str, text: &str) -> Reply {
    let mut reply = outcome(code, issue, text);
    let value = format!("Bearer error=\"{error}\"");
    set(&mut reply, header::WWW_AUTHENTICATE, &value);
    reply
}
