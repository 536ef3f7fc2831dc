//! What an account's portal allows just now, by its policy.
//!
//! Uses: `core`, `log`, `policy`, `sync`

use std::sync::Arc;
use std::time::SystemTime;

use pericard_protocol::policy::Switch;

use crate::client::policy::{Concerned, PolicyStatus, Reason};
use crate::features::Access;
use crate::platform::error::{PericardError, Result};
use crate::storage::{AccessAction, Feature, IncidentRow};

use super::core::AccountCore;

impl AccountCore {
    /// Fails if the policy does not allow it now for a person. Memory only.
    pub(crate) fn may(&self, person: &str, feature: Feature, access: Access) -> Result<()> {
        let rule = self.site.policy.rule(feature);
        match (rule.switch, access) {
            (Switch::Off, Access::Fetch) => return Err(PericardError::SwitchedOff),
            (Switch::Off, Access::Read) if !rule.cached => return Err(PericardError::SwitchedOff),
            _ => {}
        }
        match (rule.step_up, access) {
            (Some(step_up), Access::Read) => self.sessions.of(person)?.proved(&step_up),
            _ => Ok(()),
        }
    }

    pub(super) fn switch(&self, feature: Feature) -> Switch {
        self.site.policy.rule(feature).switch
    }

    /// Whether a feature is off for everybody. Memory only.
    pub(super) fn is_any_off(&self) -> bool {
        self.feature_names()
            .any(|feature| self.switch(feature) == Switch::Off)
    }

    /// What is known of the portal's policy. Memory only.
    pub(crate) fn policy_status(&self) -> PolicyStatus {
        self.site.policy.status(&self.host.config.app)
    }

    /// Asks the portal for its policy.
    pub(crate) async fn check_policy(&self, reason: Reason) -> Result<()> {
        self.site.policy.check(&self.site.http, reason).await
    }

    /// Why a sync asks for the policy as it begins. Memory only.
    pub(super) fn reason_to_check(&self, full: bool) -> Reason {
        match full {
            true => Reason::Asked,
            false if self.is_any_off() || self.app_is_current().is_err() => Reason::HeldUp,
            false => Reason::Sync,
        }
    }

    /// Fails if the clinic needs a newer app. Memory only.
    pub(super) fn app_is_current(&self) -> Result<()> {
        match self.site.policy.update_required(&self.host.config.app) {
            Some(minimum) => Err(PericardError::UpdateRequired { minimum }),
            None => Ok(()),
        }
    }

    /// Lets a feature go on that an incident stopped, where the clinic has said since, signed, that it is on.
    pub(super) async fn lift_incidents(self: &Arc<Self>) -> Result<()> {
        let released = |feature| Some((feature, self.site.policy.released(feature)?));
        let released: Vec<_> = self.feature_names().filter_map(released).collect();
        if released.is_empty() {
            return Ok(());
        }
        let core = self.clone();
        let lifted = self.on_disk(move || {
            for partition in core.partitions()? {
                for (feature, at) in &released {
                    let Some(stopped) = partition.stopped(*feature)? else {
                        continue;
                    };
                    let incidents = partition.incidents()?;
                    let mut incidents = incidents.iter();
                    let before = |incident: &&IncidentRow| incident.id == stopped;
                    let found = incidents.find(before);
                    if found.is_some_and(|incident| incident.at < SystemTime::from(*at)) {
                        for (track, _) in core.mirrors().filter(|(it, _)| it.feature == *feature) {
                            partition.clear_incident(track)?;
                        }
                        core.notifier.features();
                    }
                }
            }
            Ok(())
        });
        match lifted.await {
            // Whoever may not read now lifts nothing.
            Err(PericardError::Locked) => Ok(()),
            lifted => lifted,
        }
    }

    /// Hears of another policy from here on.
    pub(super) fn follow_policy(self: &Arc<Self>) {
        let concerned: Arc<dyn Concerned> = self.clone();
        self.site.policy.tell(Arc::downgrade(&concerned));
    }
}

impl Concerned for AccountCore {
    fn policy_changed(self: Arc<Self>) {
        // Its lease may be another one.
        self.look_at_leases();
        self.notifier.features();
        self.note_soon(AccessAction::PolicyChanged);
        for feature in self.feature_names() {
            if self.switch(feature) == Switch::Off {
                self.downloads
                    .cancel_feature(feature, &PericardError::SwitchedOff);
            }
        }
    }
}
