//! The step-up that the portal last asked for (RFC 9470), and the one that a policy asks for.

use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use pericard_protocol::oauth::step_up::{SignInProof, StepUp};

use crate::platform::error::{PericardError, Result};

use super::{SendError, Session};

impl Session {
    /// Saves the step-up that the portal asked for, and stops the request.
    pub(super) async fn require_step_up(&self, asked: StepUp) -> SendError {
        let (person, json) = (self.person.id.clone(), serde_json::to_string(&asked));
        *self.asked_step_up() = Some(asked);
        // If it cannot be saved, the portal asks for it again.
        let _ = self
            .on_disk(move |device| device.save_step_up(&person, &json?))
            .await;
        SendError::Stop(PericardError::StepUpRequired)
    }

    /// Whether the portal, or a policy, has asked for one since the last sign-in. Memory only.
    pub(crate) fn wants_step_up(&self) -> bool {
        self.asked_step_up().is_some()
    }

    /// What the portal last asked for before it goes on; a fresh sign-in if it has not said.
    pub(crate) fn step_up(&self) -> StepUp {
        let fresh = StepUp {
            max_age: Some(Duration::ZERO),
            ..StepUp::default()
        };
        self.asked_step_up().clone().unwrap_or(fresh)
    }

    /// Fails unless the person has proved who they are as a policy asks for; a step-up then asks for just that. Memory only.
    pub(crate) fn proved(&self, wanted: &StepUp) -> Result<()> {
        let now = self.deps.authority.estimated_time();
        if wanted.met_by(&self.proof(), now) {
            return Ok(());
        }
        *self.asked_step_up() = Some(wanted.clone());
        Err(PericardError::StepUpRequired)
    }

    pub(super) fn proof(&self) -> MutexGuard<'_, SignInProof> {
        self.proof.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn asked_step_up(&self) -> MutexGuard<'_, Option<StepUp>> {
        self.step_up.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
