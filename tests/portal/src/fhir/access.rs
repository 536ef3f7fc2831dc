//! Who asks: the access token, plain (RFC 6750) or bound to a key (RFC 9449 §7), its person and its
//! scopes, and how recently and strongly that person signed in (RFC 9470).

use axum::http::header;
use serde_json::json;

use crate::asked::Asked;
use crate::fault::{FaultKind, Lacking};
use crate::instance::State;
use crate::oauth::Held;
use crate::oauth::dpop::{self, Server};
use crate::reply::{Reply, outcome, private_json, set};
use crate::{ProxyAccess, StepUpSpec};

/// Why somebody is not let in; a `WWW-Authenticate` challenge and, for FHIR, an issue.
pub(crate) struct Refusal {
    code: u16,
    scheme: &'static str,
    error: &'static str,
    attributes: String,
    issue: &'static str,
    text: String,
}

impl Refusal {
    fn with_challenge(&self, mut reply: Reply) -> Reply {
        let mut value = match self.error {
            "" => format!("{} realm=\"fhir\"", self.scheme),
            error => format!("{} error=\"{error}\"", self.scheme),
        };
        value.push_str(&self.attributes);
        if self.scheme == DPOP && self.code == 401 {
            // RFC 9449 §7.1.
            value.push_str(", algs=\"ES256\"");
        }
        set(&mut reply, header::WWW_AUTHENTICATE, &value);
        reply
    }

    /// As FHIR answers.
    pub(crate) fn outcome(self) -> Reply {
        self.with_challenge(outcome(self.code, self.issue, &self.text))
    }

    /// As an OAuth-protected interface that is not FHIR answers.
    pub(crate) fn json(self) -> Reply {
        let body = json!({ "error": self.error, "error_description": self.text });
        self.with_challenge(private_json(self.code, &body))
    }
}

const BEARER: &str = "Bearer";
const DPOP: &str = "DPoP";

fn refusal(scheme: &'static str, error: &'static str, text: &str) -> Refusal {
    Refusal {
        code: 401,
        scheme,
        error,
        attributes: String::new(),
        issue: "login",
        text: text.to_owned(),
    }
}

/// Somebody with a live token.
pub(crate) struct Caller {
    pub(crate) held: Held,
    scheme: &'static str,
}

/// The token of the request, and the proof that goes with it.
pub(crate) fn caller(state: &mut State, asked: &Asked) -> Result<Caller, Refusal> {
    let given = asked
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .and_then(|(scheme, token)| {
            let known = [BEARER, DPOP].into_iter();
            let mut fitting = known.filter(|known| known.eq_ignore_ascii_case(scheme));
            Some((fitting.next()?, token.trim()))
        });
    let Some((scheme, token)) = given else {
        // RFC 6750 §3.1: no error code where no token was sent; clients get one nonetheless, since
        // the portal cannot tell a token forgotten from one it does not understand.
        return Err(refusal(BEARER, "invalid_token", "a token is needed"));
    };
    let knows_proofs = !state.faults.hit(FaultKind::BearerRecords);
    if !knows_proofs && scheme == DPOP {
        return Err(refusal(BEARER, "", "a bearer token is needed"));
    }
    let now = state.clock.millis();
    let Some(held) = state.grants.access(token, now) else {
        let text = "the token is unknown, expired or revoked";
        return Err(refusal(scheme, "invalid_token", text));
    };
    match held.thumbprint.as_ref().filter(|_| knows_proofs) {
        // RFC 9449 §7.2: a bound token is no bearer token.
        Some(_) if scheme == BEARER => {
            let text = "the token is bound to a key";
            return Err(refusal(scheme, "invalid_token", text));
        }
        None if scheme == DPOP => {
            let text = "the token is bound to no key";
            return Err(refusal(scheme, "invalid_token", text));
        }
        Some(bound) => {
            let invalid = |why: &str| refusal(DPOP, "invalid_dpop_proof", why);
            match dpop::thumbprint(state, asked, Server::Resource, Some(token)) {
                Ok(Some(proven)) if proven == *bound => {}
                Ok(Some(_)) => return Err(invalid("the proof is another key's")),
                Ok(None) => return Err(invalid("a proof is needed")),
                Err(dpop::Refused::Nonce) => {
                    let text = "use the nonce given here";
                    return Err(refusal(DPOP, "use_dpop_nonce", text));
                }
                Err(dpop::Refused::Invalid(why)) => return Err(invalid(why)),
            }
        }
        None => {}
    }
    Ok(Caller { held, scheme })
}

/// The one who calls, if the token allows the action on the type.
pub(crate) fn allowed(
    state: &mut State,
    asked: &Asked,
    kind: &str,
    action: char,
) -> Result<Caller, Reply> {
    let lacks = |what| state.faults.on(|fault| fault == FaultKind::Lacks { what });
    if kind == "Communication" && lacks(Lacking::Messages) {
        return Err(outcome(404, "not-supported", "there are no messages here"));
    }
    if kind == "Communication" && action == 'c' && lacks(Lacking::Sending) {
        return Err(outcome(405, "not-supported", "messages are not taken here"));
    }
    let caller = caller(state, asked).map_err(Refusal::outcome)?;
    let proxy = state.proxies.find(caller.held.person, caller.held.patient);
    // Who acts for whom is of the login and not of the record.
    let of_record = !["RelatedPerson", "Person"].contains(&kind);
    if of_record && proxy.is_some_and(|proxy| proxy.withdrawn) {
        let text = "the access to this patient was withdrawn";
        return Err(outcome(403, "forbidden", text));
    }
    // It may have become one for reading after the token was given.
    let only_reads = proxy.is_some_and(|proxy| proxy.access == ProxyAccess::Read);
    let changes = !"rs".contains(action);
    if !caller.held.scopes.allows(kind, action) || (only_reads && changes) {
        let text = format!("the token does not allow this on {kind}");
        let mut refused = refusal(caller.scheme, "insufficient_scope", &text);
        refused.code = 403;
        refused.issue = "forbidden";
        return Err(refused.outcome());
    }
    Ok(caller)
}

/// The same where only the person matters whose record it is: what a token reads is of its patient, whoever signed in.
pub(crate) fn person(
    state: &mut State,
    asked: &Asked,
    kind: &str,
    action: char,
) -> Result<usize, Reply> {
    allowed(state, asked, kind, action).map(|caller| caller.held.patient)
}

/// Whether the person signed in as recently and strongly as wanted.
pub(crate) fn step_up(state: &State, caller: &Caller, wanted: StepUpSpec) -> Result<(), Refusal> {
    let family = state.grants.family(caller.held.family);
    let age = state.clock.millis() / 1000 - family.auth_time;
    let recent = wanted
        .max_age
        .is_none_or(|most| u64::try_from(age).unwrap_or_default() <= most);
    let strong = wanted.acr.is_none_or(|least| family.acr() >= least);
    if recent && strong {
        return Ok(());
    }
    let text = "a fresh sign-in is needed";
    let mut refused = refusal(caller.scheme, "insufficient_user_authentication", text);
    if let Some(acr) = wanted.acr {
        let acr = format!(", acr_values=\"{}\"", acr.text());
        refused.attributes.push_str(&acr);
    }
    if let Some(age) = wanted.max_age {
        refused.attributes.push_str(&format!(", max_age=\"{age}\""));
    }
    Err(refused)
}
