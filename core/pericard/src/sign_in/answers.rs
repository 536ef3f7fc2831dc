//! What the person answers, passed on to the portal, and what the portal makes of it.

use pericard_protocol::oauth::authorize::{
    AuthorizationRequest, Pending, RedirectError, parse_redirect,
};
use pericard_protocol::oauth::first_party::{
    ChallengeAnswer, ChallengeError, Needs, Sent, Start, send_code, send_password,
};
use pericard_protocol::oauth::{Form, pkce::Pkce};
use pericard_protocol::secret::Secret;
use pericard_protocol::{limits, totp};

use crate::ground::error::{InputProblem, PericardError, PortalProblem, Result};
use crate::keepers::net::Call;
use crate::portal::Site;

use super::redeem;
use super::state::{Redeemed, Stage, State};
use super::{SignIn, SignInStep};

/// Bytes of a user name or a password; more is a mistake.
const LONGEST: usize = 1_000;

impl SignIn {
    pub(super) async fn take_redirect(&self, to: &str) -> Result<SignInStep> {
        let mut state = self.asked().await?;
        if !matches!(state.stage, Stage::Browser) {
            return Err(PericardError::input("to", InputProblem::NotAsked));
        }
        let pending: Pending = request(&self.site, &state, |r| r.pending());
        let code = parse_redirect(&pending, to).map_err(|error| match error {
            RedirectError::Refused { code } if code.as_str() == "access_denied" => {
                PericardError::Cancelled
            }
            RedirectError::Refused { .. } => PericardError::portal(PortalProblem::Refused),
            _ => PericardError::input("to", InputProblem::NotThisSignIn),
        })?;
        let redirect = Some(state.config.redirect.clone());
        let redeemed =
            redeem::redeem(&self.core, &self.site, &state, &code, redirect.as_deref()).await;
        self.ready(&mut state, redeemed).await
    }

    pub(super) async fn take_password(&self, user: &str, password: &[u8]) -> Result<SignInStep> {
        for (field, length) in [("user", user.len()), ("password", password.len())] {
            match length {
                0 => return Err(PericardError::input(field, InputProblem::Empty)),
                LONGEST.. => return Err(PericardError::input(field, InputProblem::TooLong)),
                _ => {}
            }
        }
        let mut state = self.asked().await?;
        let Stage::Password { auth_session } = &state.stage else {
            return Err(PericardError::input("password", InputProblem::NotAsked));
        };
        let mut session = auth_session.clone();
        if session.is_none() {
            let start = Start {
                client_id: &self.site.config.client_id,
                scope: &state.scope,
                pkce: &state.pkce(),
                nonce: &state.nonce,
                base: self.site.base(),
                auth_session: None,
            };
            match self.challenge(start.form(), Sent::Start).await? {
                ChallengeAnswer::Needs(needs) if needs.password => session = needs.auth_session,
                other => return self.answered(&mut state, other, None).await,
            }
        }
        let form = send_password(
            &self.site.config.client_id,
            session.as_ref(),
            user,
            password,
        );
        let answer = self.challenge(form, Sent::Password).await?;
        self.answered(&mut state, answer, session).await
    }

    pub(super) async fn take_code(&self, code: &str) -> Result<SignInStep> {
        let code = totp::Code::normalize(code)
            .map_err(|_| PericardError::input("code", InputProblem::NotDigits))?;
        let mut state = self.asked().await?;
        let Stage::Code {
            auth_session,
            attempts_left,
        } = &state.stage
        else {
            return Err(PericardError::input("code", InputProblem::NotAsked));
        };
        let (session, attempts_left) = (auth_session.clone(), *attempts_left);
        if !state.first_use(code.digits()) {
            return Err(PericardError::WrongCode { attempts_left });
        }
        // Remembered before it is sent: a code whose answer got lost is spent too.
        self.keep(&state).await?;
        let form = send_code(&self.site.config.client_id, session.as_ref(), &code);
        let answer = self.challenge(form, Sent::Code).await?;
        self.answered(&mut state, answer, session).await
    }

    async fn challenge(&self, form: Form, sent: Sent) -> Result<ChallengeAnswer> {
        let endpoint = self.site.endpoints.challenge.clone();
        let url = endpoint.ok_or(PericardError::portal(PortalProblem::Unsupported))?;
        let body = form.as_str().as_bytes().to_vec();
        let call = Call::post(url, Form::CONTENT_TYPE, body, limits::OAUTH_BODY)
            .header("accept", "application/json");
        let answer = self.site.net.send(call).await?;
        ChallengeAnswer::parse(answer.status, answer.retry_after(), &answer.body, sent).map_err(
            |error| match error {
                ChallengeError::Unavailable | ChallengeError::NotAnAnswer => answer.refusal(),
            },
        )
    }

    /// Goes on from the portal's answer. `session` is what was sent with the question.
    async fn answered(
        &self,
        state: &mut State,
        answer: ChallengeAnswer,
        session: Option<Secret>,
    ) -> Result<SignInStep> {
        match answer {
            ChallengeAnswer::Code { code, .. } => {
                let redeemed = redeem::redeem(&self.core, &self.site, state, &code, None).await;
                self.ready(state, redeemed).await
            }
            ChallengeAnswer::Needs(needs) => {
                state.ask(needs, session);
                self.keep(state).await
            }
            ChallengeAnswer::WrongPassword(needs) => {
                let attempts_left = needs.attempts_left;
                state.ask(
                    Needs {
                        password: true,
                        otp: false,
                        ..needs
                    },
                    session,
                );
                self.keep(state).await?;
                Err(PericardError::WrongPassword { attempts_left })
            }
            ChallengeAnswer::WrongCode(needs) => {
                let attempts_left = needs.attempts_left;
                state.ask(needs, session);
                self.keep(state).await?;
                Err(PericardError::WrongCode { attempts_left })
            }
            ChallengeAnswer::Wait { retry_after, needs } => {
                state.ask(needs, session);
                state.wait = self.core.world.clock.now().checked_add(retry_after);
                self.keep(state).await?;
                Err(PericardError::RateLimited { retry_after })
            }
            ChallengeAnswer::SessionGone => {
                state.stage = Stage::Password { auth_session: None };
                self.keep(state).await
            }
            ChallengeAnswer::RedirectToWeb { .. } => {
                state.stage = Stage::Browser;
                self.keep(state).await
            }
            ChallengeAnswer::Refused { .. } => Err(PericardError::portal(PortalProblem::Refused)),
        }
    }

    /// Keeps redeemed tokens. A code works once: when redeeming failed, the first question comes back.
    async fn ready(&self, state: &mut State, redeemed: Result<Redeemed>) -> Result<SignInStep> {
        match redeemed {
            Ok(redeemed) => {
                state.stage = Stage::Ready(Box::new(redeemed));
                self.keep(state).await
            }
            Err(error) => {
                state.start_over(&self.core.world);
                self.keep(state).await?;
                Err(error)
            }
        }
    }
}

/// Builds the authorization request of a state: the same each time it is asked.
pub(super) fn request<T>(
    site: &Site,
    state: &State,
    make: impl FnOnce(&AuthorizationRequest<'_>) -> T,
) -> T {
    let pkce: Pkce = state.pkce();
    make(&AuthorizationRequest {
        endpoints: &site.endpoints,
        base: site.base(),
        client_id: &state.config.client_id,
        redirect: &state.config.redirect,
        scope: &state.scope,
        state: &state.state,
        nonce: &state.nonce,
        pkce: &pkce,
    })
}
