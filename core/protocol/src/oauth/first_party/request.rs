//! The bodies that are sent to the challenge endpoint.

use url::form_urlencoded::byte_serialize;

use crate::base_url::Base;
use crate::oauth::Form;
use crate::oauth::pkce::Pkce;
use crate::oauth::step_up::StepUp;
use crate::recovery_code::RecoveryCode;
use crate::secret::Secret;
use crate::totp;

/// The first request.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    /// The client as registered.
    pub client_id: &'a str,
    /// Separated by spaces, from [`crate::oauth::scope::plan`].
    pub scope: &'a str,
    /// Binds the code to this sign-in. Sent at once, so that the server may hand over to the browser (§5.2.2.1.1).
    pub pkce: &'a Pkce,
    /// Binds the `id_token` to this sign-in.
    pub nonce: &'a Secret,
    /// The FHIR base, as `aud`.
    pub base: &'a Base,
    /// From an earlier sign-in of this device, if there is one (§5.3.1).
    pub auth_session: Option<&'a Secret>,
    /// The step-up that the portal asked for (RFC 9470). It then asks for everything again.
    pub step_up: Option<&'a StepUp>,
    /// For which patient the app asks, by FHIR id, where it knows.
    pub patient_hint: Option<&'a str>,
    /// User name and password, to save a round trip if they are known to be needed.
    pub credentials: Option<(&'a str, &'a [u8])>,
}

// Credentials must not be logged.
impl std::fmt::Debug for Start<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Start(..)")
    }
}

impl Start<'_> {
    /// Returns the body of the first request.
    pub fn form(&self) -> Form {
        let pairs = [
            ("client_id", self.client_id),
            ("response_type", "code"),
            ("scope", self.scope),
            ("code_challenge", &self.pkce.challenge),
            ("code_challenge_method", "S256"),
            ("nonce", self.nonce.expose()),
            ("aud", self.base.as_str()),
        ];
        let session = self
            .auth_session
            .map(|session| ("auth_session", session.expose()));
        let wanted: Vec<_> = self
            .step_up
            .into_iter()
            .flat_map(StepUp::parameters)
            .collect();
        let wanted = wanted.iter().map(|(name, value)| (*name, value.as_str()));
        let patient = self.patient_hint.map(|patient| ("patient_hint", patient));
        let pairs = pairs
            .into_iter()
            .chain(session)
            .chain(wanted)
            .chain(patient);
        match self.credentials {
            Some((user, password)) => with_password(pairs, user, password),
            None => Form::new(pairs),
        }
    }

    /// Returns the kind of this request, for [`ChallengeResponse::parse`](super::ChallengeResponse::parse). With
    /// credentials it is [`Sent::Password`], so that being asked for them again means that they were wrong.
    pub fn sent(&self) -> Sent {
        match self.credentials {
            Some(_) => Sent::Password,
            None => Sent::Start,
        }
    }
}

/// Returns the body with user name and password. The password is sent as the octets that the person typed.
pub fn send_password(
    client_id: &str,
    auth_session: Option<&Secret>,
    user: &str,
    password: &[u8],
) -> Form {
    with_password(of_session(client_id, auth_session), user, password)
}

/// `client_id` and `auth_session`, with which every later request begins (§5.3.1).
fn of_session<'a>(
    client_id: &'a str,
    auth_session: Option<&'a Secret>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let session = auth_session.map(|session| ("auth_session", session.expose()));
    [("client_id", client_id)].into_iter().chain(session)
}

fn with_password<'a>(
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
    user: &'a str,
    password: &[u8],
) -> Form {
    let head = Form::new(pairs.chain([("username", user)]));
    // Encoded octet by octet, so that there is no second copy of it as text.
    let mut body = String::with_capacity(head.as_str().len() + 3 * password.len() + 16);
    body.push_str(head.as_str());
    body.push_str("&password=");
    body.extend(byte_serialize(password));
    Form(Secret::new(body))
}

/// Returns the body with a code of the second factor.
pub fn send_code(client_id: &str, auth_session: Option<&Secret>, code: &totp::Code) -> Form {
    Form::new(of_session(client_id, auth_session).chain([("otp", code.digits())]))
}

/// Returns the body with a recovery code.
pub fn send_recovery_code(
    client_id: &str,
    auth_session: Option<&Secret>,
    code: &RecoveryCode,
) -> Form {
    Form::new(of_session(client_id, auth_session).chain([("recovery_code", code.as_str())]))
}

/// What was just sent; distinguishes a first question from a repeated one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// [`Start`].
    Start,
    /// [`send_password`], or [`Start`] with credentials.
    Password,
    /// [`send_code`].
    Code,
    /// [`send_recovery_code`].
    RecoveryCode,
}
