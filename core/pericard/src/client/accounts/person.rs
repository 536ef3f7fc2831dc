//! One person of an account, as features see them.

use std::sync::Arc;

use pericard_protocol::admission::Owner;
use pericard_protocol::oauth::scope::may_search;
use tokio_util::sync::CancellationToken;

use crate::features::files::Downloads;
use crate::features::{Access, PersonContext, PersonPortal};
use crate::platform::Platform;
use crate::platform::error::Result;
use crate::platform::lifecycle::ActivityGuard;
use crate::session::Session;
use crate::storage::{AccessAction, Feature, Partition};
use crate::sync::ChangeNotifier;

use super::core::AccountCore;

/// One person of an account, as features see them.
struct AccountPerson {
    account: Arc<AccountCore>,
    person: String,
}

impl PersonContext for AccountPerson {
    fn platform(&self) -> &Platform {
        &self.account.host.platform
    }

    fn may(&self, feature: Feature, access: Access) -> Result<()> {
        self.account.may(&self.person, feature, access)
    }

    fn note(&self, action: AccessAction, record: Option<String>) {
        self.account.note(action, Some(&self.person), record);
    }

    fn enter(&self) -> Result<ActivityGuard> {
        self.account.host.lifecycle().enter()
    }

    fn is_open(&self) -> bool {
        self.account.has_open(&self.person)
    }

    fn opening(&self) -> Arc<tokio::sync::Mutex<()>> {
        self.account.opening.clone()
    }

    fn partition(&self) -> Result<Arc<Partition>> {
        self.account.partition(&self.person)
    }

    fn notifier(&self) -> &ChangeNotifier {
        &self.account.notifier
    }

    fn portal(&self) -> Result<PersonPortal> {
        let person = self.account.person(&self.person)?;
        Ok(PersonPortal {
            session: self.account.sessions.of(&self.person)?,
            owner: Owner {
                base: self.account.site.base().clone(),
                patient: person.patient,
                aliases: Default::default(),
            },
            takes_files: self.account.takes_files(),
        })
    }

    fn is_mirrored(&self, resource_type: &str) -> bool {
        let account = &self.account;
        let listed = account.site.resource(resource_type);
        let session = account.sessions.of(&self.person);
        let granted = |session: Arc<Session>| may_search(&session.scope(), resource_type);
        listed.is_some_and(|it| it.searches()) && session.is_ok_and(granted)
    }

    fn id(&self) -> &str {
        &self.person
    }

    fn downloads(&self) -> &Downloads {
        &self.account.downloads
    }

    fn aborted(&self) -> CancellationToken {
        self.account.host.lifecycle().syncs()
    }

    fn name(&self) -> String {
        self.account
            .person(&self.person)
            .map(|person| person.name)
            .unwrap_or_default()
    }
}

impl AccountCore {
    /// Returns the context for a feature of `person`. Fails with `NotFound` if the account does not show their records.
    pub(crate) fn person_context(
        self: &Arc<Self>,
        person: String,
    ) -> Result<Arc<dyn PersonContext>> {
        self.person(&person)?;
        Ok(Arc::new(AccountPerson {
            account: self.clone(),
            person,
        }))
    }
}
