//! The features of an account: which are on, and why one is not.
//!
//! Uses: `account`

use std::time::SystemTime;

use pericard_protocol::policy::{Rule, Switch, language};

use crate::platform::error::{PericardError, Result};
use crate::platform::id::IncidentId;
use crate::storage::Feature;

use super::account::Account;

/// A feature and its state.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FeatureStatus {
    /// The feature.
    pub feature: Feature,
    /// Its state.
    pub state: FeatureState,
}

/// The state of a feature.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum FeatureState {
    /// It works.
    On,
    /// The clinic lets it be read only, by its policy: what is new comes, and what is written waits in the outbox.
    ReadOnly {
        /// Why.
        notice: Notice,
    },
    /// The clinic has switched it off, by its policy: nothing is fetched or sent. What is written waits in the outbox. Each sync
    /// looks whether it is on again.
    Off {
        /// Why.
        notice: Notice,
        /// Whether what is on this device can be read. If not, reads fail with `SwitchedOff`; nothing is deleted.
        cached: bool,
    },
    /// Updates are stopped until the portal delivers correct data again; the cache stays readable.
    Stopped {
        /// The incident in `Account.incidents`.
        incident: IncidentId,
    },
}

/// What a clinic says about a feature that it has switched.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Notice {
    /// Its words, in the first language of the person that it has; nothing if it says none. Show them as a quotation.
    pub text: Option<String>,
    /// When it decided so, by its own clock; nothing where its decision is no longer here and has to be fetched.
    pub since: Option<SystemTime>,
}

#[uniffi::export]
impl Account {
    /// The state of each feature. A clinic's notice is in the first of `languages` (BCP 47, `fr-CA`, the person's favourite first)
    /// that the clinic has, else in the one that it says is for everybody, English, or its first.
    #[uniffi::method(default(languages = []))]
    pub async fn features(
        &self,
        languages: Vec<String>,
    ) -> Result<Vec<FeatureStatus>, PericardError> {
        let core = self.entry().core()?;
        let reading = core.clone();
        reading
            .reading(move || {
                let partitions = core.partitions()?;
                let mut all = Vec::new();
                for feature in core.feature_names() {
                    let mut stopped = None;
                    for partition in &partitions {
                        stopped = stopped.or(partition.stopped(feature)?);
                    }
                    let rule = core.site().policy.rule(feature);
                    let since = core.site().policy.issued().map(SystemTime::from);
                    let state = to_view(&rule, since, stopped, &languages);
                    all.push(FeatureStatus { feature, state });
                }
                Ok(all)
            })
            .await
    }
}

/// What is off comes before what is stopped, and that before what is for reading alone.
fn to_view(
    rule: &Rule,
    since: Option<SystemTime>,
    stopped: Option<String>,
    languages: &[String],
) -> FeatureState {
    let notice = Notice {
        text: language::choose(&rule.notice, languages).map(str::to_owned),
        since,
    };
    match (rule.switch, stopped) {
        (Switch::Off, _) => FeatureState::Off {
            notice,
            cached: rule.cached,
        },
        (_, Some(incident)) => FeatureState::Stopped {
            incident: incident.into(),
        },
        (Switch::ReadOnly, None) => FeatureState::ReadOnly { notice },
        (Switch::On, None) => FeatureState::On,
    }
}
