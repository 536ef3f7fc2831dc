//! A person's tokens, together with the state of the session machine.

use std::sync::Arc;

use jiff::Timestamp;
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::secret::Secret;
use pericard_protocol::session as machine;
use pericard_protocol::session::{Event, Failure};

use crate::platform::error::{PericardError, PortalProblem, Result, SignInReason};
use crate::storage::{Device, GrantRow, SealReason};

use super::{SendError, machine_reason, reason_of, required, seal_reason, sign_in_reason};

/// The machine and its tokens.
pub(super) struct Tokens {
    pub(super) machine: machine::Session,
    pub(super) grant: Option<GrantRow>,
    /// Tokens that were received and are not on disk yet.
    pub(super) received: Option<GrantRow>,
    /// The error of the last failed step.
    pub(super) failed: Option<PericardError>,
}

/// The access token and key for one request.
pub(super) struct Credentials {
    pub(super) token: Secret,
    pub(super) key: Option<Arc<DpopKey>>,
    pub(super) generation: u64,
    /// Whether there is something to get another token with.
    pub(super) refreshable: bool,
}

impl Tokens {
    /// Blocks.
    pub(super) fn load(device: &Device, person: &str, sealed: Option<SealReason>) -> Result<Self> {
        let lapsed = sealed == Some(SealReason::Lease);
        let grant = device.grant(person)?;
        let machine = match (sealed, &grant) {
            (Some(reason), None) => machine::Session::Sealed {
                reason: machine_reason(reason),
            },
            (Some(reason), _) if !lapsed => machine::Session::Sealed {
                reason: machine_reason(reason),
            },
            (None, None) => machine::Session::SignedOut,
            (_, Some(grant)) => {
                let expires = Timestamp::try_from(grant.expires).unwrap_or(Timestamp::MIN);
                let restored = machine::Grant {
                    lapsed,
                    ..machine::Grant::new(expires)
                };
                let intent = grant.intent;
                machine::Session::Active(restored)
                    .on(Event::Restarted { intent })
                    .0
            }
        };
        Ok(Self {
            machine,
            grant: grant.filter(|_| sealed.is_none() || lapsed),
            received: None,
            failed: None,
        })
    }

    pub(super) fn credentials(&self, generation: u64) -> Option<Credentials> {
        let grant = self.grant.as_ref()?;
        Some(Credentials {
            token: grant.access_token.clone(),
            key: grant.key.clone().filter(|_| grant.bound),
            generation,
            refreshable: grant.refresh_token.is_some(),
        })
    }

    /// `done` when it was stored; else the reason is kept for the failure to come.
    pub(super) fn stored(&mut self, stored: Result<()>, done: Event) -> Event {
        match stored {
            Ok(()) => done,
            Err(error) => {
                self.failed = Some(error);
                Event::StoreFailed
            }
        }
    }

    /// The tokens on disk become those in use; without a new refresh token the old one stays.
    pub(super) fn take_received(&mut self) {
        if let Some(received) = self.received.take() {
            let old = self.grant.take().and_then(|old| old.refresh_token);
            let refresh_token = received.refresh_token.or(old);
            self.grant = Some(GrantRow {
                refresh_token,
                ..received
            });
        }
    }

    pub(super) fn failure(&mut self, failure: Failure) -> SendError {
        let said = self.failed.take();
        SendError::Stop(match failure {
            Failure::SignInRequired(reason) => required(match reason {
                Some(reason) => reason_of(seal_reason(reason)),
                None => SignInReason::SignedOut,
            }),
            Failure::Unreachable => said.unwrap_or(PericardError::Offline),
            Failure::Storage => said.unwrap_or(PericardError::internal("session storage")),
            Failure::NewSignIn(why) => required(sign_in_reason(why)),
            Failure::StepUp => PericardError::StepUpRequired,
            Failure::Rejected => PericardError::Portal {
                problem: PortalProblem::Refused,
                status: Some(401),
            },
            Failure::Busy => PericardError::internal("session busy"),
        })
    }
}
