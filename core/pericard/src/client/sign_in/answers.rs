//! Sends the person's answers on the app's own screens to the portal and reads its responses.

use pericard_protocol::oauth::first_party::{
    ChallengeError, ChallengeResponse, Needs, Sent, Start, send_code, send_password,
    send_recovery_code,
};
use pericard_protocol::oauth::refusal::Remedy;
use pericard_protocol::oauth::{ErrorCode, Form};
use pericard_protocol::recovery_code::RecoveryCode;
use pericard_protocol::secret::Secret;
use pericard_protocol::totp;

use crate::platform::Checkpoint;
use crate::platform::error::{InputProblem, PericardError, PortalProblem, Result, SignInReason};
use crate::session::sign_in_reason;

use super::redeem::{self, Granted};
use super::state::{Redeemed, Stage, State};
use super::{SignInFlow, SignInStep};

/// Maximum bytes of a user name or password.
const LONGEST: usize = 1_000;

impl SignInFlow {
    pub(crate) async fn take_password(&self, user: &str, password: &[u8]) -> Result<SignInStep> {
        for (field, length) in [("user", user.len()), ("password", password.len())] {
            match length {
                0 => return Err(PericardError::input(field, InputProblem::Empty)),
                LONGEST.. => return Err(PericardError::input(field, InputProblem::TooLong)),
                _ => {}
            }
        }
        let mut state = self.asked().await?;
        let Stage::Password { auth_session, .. } = &state.stage else {
            return Err(PericardError::input("password", InputProblem::NotAsked));
        };
        let session = auth_session.clone();
        self.become_client(&mut state, None).await?;
        state.typed(user);
        let form = match &session {
            Some(session) => send_password(state.client_id(), Some(session), user, password),
            // The answer to the first question is sent with the first request.
            None => Start {
                client_id: state.client_id(),
                scope: &state.scope,
                pkce: &state.pkce(),
                nonce: &state.nonce,
                base: self.site.base(),
                auth_session: None,
                step_up: state.step_up.as_ref(),
                patient_hint: state.patient_hint.as_deref(),
                credentials: Some((user, password)),
            }
            .form(),
        };
        let response = self.challenge(&state, form, Sent::Password).await?.1?;
        self.answered(&mut state, response, session).await
    }

    pub(crate) async fn take_code(&self, code: &str) -> Result<SignInStep> {
        let code = totp::Code::normalize(code)
            .map_err(|_| PericardError::input("code", InputProblem::NotDigits))?;
        let mut state = self.asked().await?;
        let (session, attempts_left) = match &state.stage {
            Stage::Code {
                auth_session,
                attempts_left,
                ..
            }
            | Stage::Enrol {
                auth_session,
                attempts_left,
                ..
            } => (auth_session.clone(), *attempts_left),
            _ => return Err(PericardError::input("code", InputProblem::NotAsked)),
        };
        self.once(&mut state, code.digits(), attempts_left).await?;
        let form = send_code(state.client_id(), session.as_ref(), &code);
        let response = self
            .sent_once(&mut state, form, Sent::Code, code.digits())
            .await?;
        self.answered(&mut state, response, session).await
    }

    pub(crate) async fn take_recovery_code(&self, code: &str) -> Result<SignInStep> {
        let code = RecoveryCode::normalize(code)
            .map_err(|_| PericardError::input("code", InputProblem::NotARecoveryCode))?;
        let mut state = self.asked().await?;
        let Stage::Code {
            auth_session,
            attempts_left,
            recovery_code: true,
        } = &state.stage
        else {
            return Err(PericardError::input("code", InputProblem::NotAsked));
        };
        let (session, attempts_left) = (auth_session.clone(), *attempts_left);
        self.once(&mut state, code.as_str(), attempts_left).await?;
        let form = send_recovery_code(state.client_id(), session.as_ref(), &code);
        let response = self
            .sent_once(&mut state, form, Sent::RecoveryCode, code.as_str())
            .await?;
        self.answered(&mut state, response, session).await
    }

    /// Saves that a code is used before it is sent, because a code whose response is lost is used up too.
    async fn once(&self, state: &mut State, code: &str, attempts_left: Option<u32>) -> Result<()> {
        if !state.first_use(code) {
            return Err(PericardError::WrongCode { attempts_left });
        }
        self.save(state).await.map(|_| ())
    }

    /// Sends a code that is saved as used. If it certainly did not leave this device, it is unused again.
    async fn sent_once(
        &self,
        state: &mut State,
        form: Form,
        sent: Sent,
        code: &str,
    ) -> Result<ChallengeResponse> {
        let asked = self.challenge(state, form, sent).await;
        if let Ok((false, _)) | Err(_) = &asked {
            state.not_used(code);
            self.save(state).await?;
        }
        asked?.1
    }

    /// Returns whether the request may have left this device, and its result.
    async fn challenge(
        &self,
        state: &State,
        form: Form,
        sent: Sent,
    ) -> Result<(bool, Result<ChallengeResponse>)> {
        let endpoint = self.site.endpoints().challenge;
        let url = endpoint.ok_or(PericardError::portal(PortalProblem::Unsupported))?;
        let key = state.key();
        let authority = &self.site.authority;
        let asked = authority.ask_as(&state.issuer, url, &form, key.as_ref());
        let response = match asked.await? {
            Ok(response) => response,
            Err(error) => return Ok((error.may_have_been_sent(), Err(error.into()))),
        };
        let parsed = ChallengeResponse::parse(
            response.status,
            response.retry_after(),
            &response.body,
            sent,
        );
        let answer = parsed.map_err(|error| match error {
            ChallengeError::Unavailable | ChallengeError::NotAnAnswer => response.refusal(),
        });
        Ok((true, answer))
    }

    /// Continues with the portal's response. `session` is the `auth_session` that was sent.
    async fn answered(
        &self,
        state: &mut State,
        response: ChallengeResponse,
        session: Option<Secret>,
    ) -> Result<SignInStep> {
        match response {
            ChallengeResponse::Code {
                code,
                recovery_codes,
                recovery_codes_left,
                ..
            } => {
                // The portal shows them only once, and its next response may be lost.
                if !recovery_codes.is_empty() {
                    state.keep_recovery(&recovery_codes);
                    self.save(state).await?;
                }
                self.host.platform.reached(Checkpoint::CodeReceived).await;
                let granted = Granted {
                    code,
                    recovery_codes,
                    recovery_codes_left,
                };
                let redeemed = redeem::redeem(&self.host, &self.site, state, granted, None).await;
                self.ready(state, redeemed).await
            }
            ChallengeResponse::Needs(needs) => {
                state.ask(needs, session);
                self.save(state).await
            }
            ChallengeResponse::WrongPassword(needs) => {
                let attempts_left = needs.attempts_left;
                state.ask(
                    Needs {
                        password: true,
                        ..needs
                    },
                    session,
                );
                self.save(state).await?;
                Err(PericardError::WrongPassword { attempts_left })
            }
            ChallengeResponse::WrongCode(needs) => {
                let attempts_left = needs.attempts_left;
                state.ask(needs, session);
                self.save(state).await?;
                Err(PericardError::WrongCode { attempts_left })
            }
            ChallengeResponse::Wait { retry_after, needs } => {
                state.ask(needs, session);
                state.wait = self.host.platform.clock.now().checked_add(retry_after);
                self.save(state).await?;
                Err(PericardError::RateLimited { retry_after })
            }
            // The portal no longer knows the earlier answers.
            ChallengeResponse::SessionGone => {
                state.start_over(&self.host.platform);
                self.save(state).await
            }
            // The portal's own `request_uri` is not used: it was made without our redirect and state, so nothing would
            // tie its redirect to this sign-in.
            ChallengeResponse::RedirectToWeb { .. } => {
                state.stage = Stage::Browser;
                self.save(state).await
            }
            ChallengeResponse::Refused { code } => {
                let error = refused(&code);
                if error == client_unknown() {
                    self.forget_client(state).await?;
                }
                Err(error)
            }
        }
    }

    /// Takes over redeemed tokens. A code works once, so if redeeming fails, the sign-in returns to the first question.
    pub(super) async fn ready(
        &self,
        state: &mut State,
        redeemed: Result<Redeemed>,
    ) -> Result<SignInStep> {
        self.host.platform.reached(Checkpoint::CodeRedeemed).await;
        match redeemed {
            Ok(mut redeemed) => {
                let kept = state.take_recovery();
                if redeemed.recovery_codes.is_empty() {
                    redeemed.recovery_codes = kept;
                }
                state.stage = Stage::Ready(Box::new(redeemed));
                let step = self.save(state).await;
                self.host.platform.reached(Checkpoint::SignInKept).await;
                step
            }
            Err(error) => {
                if error == client_unknown() {
                    self.forget_client(state).await?;
                }
                state.start_over(&self.host.platform);
                self.save(state).await?;
                Err(error)
            }
        }
    }
}

/// Converts an error code of the portal. `NotFresh` if it cannot meet the requested authentication (OpenID Connect Core
/// Unmet Authentication Requirements 1.0), for example because the person has no second factor.
pub(super) fn refused(code: &ErrorCode) -> PericardError {
    match Remedy::of(code) {
        Remedy::Cancelled => PericardError::Cancelled,
        Remedy::Later => PericardError::portal(PortalProblem::Failing),
        Remedy::StepUp => PericardError::portal(PortalProblem::NotFresh),
        Remedy::NewSignIn { why } => PericardError::SignInRequired {
            reason: sign_in_reason(why),
        },
        Remedy::Revoked | Remedy::Misconfigured | Remedy::Other => {
            PericardError::portal(PortalProblem::Refused)
        }
    }
}

fn client_unknown() -> PericardError {
    PericardError::SignInRequired {
        reason: SignInReason::ClientUnknown,
    }
}
