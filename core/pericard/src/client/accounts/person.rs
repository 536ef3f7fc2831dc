//! One person of an account, as features see them.

use std::sync::Arc;

use crate::features::PersonContext;
use crate::platform::Platform;
use crate::platform::error::Result;
use crate::platform::lifecycle::ActivityGuard;
use crate::storage::Partition;
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

    fn enter(&self) -> Result<ActivityGuard> {
        self.account.host.lifecycle().enter()
    }

    fn partition(&self) -> Result<Arc<Partition>> {
        self.account.partition(&self.person)
    }

    fn notifier(&self) -> &ChangeNotifier {
        &self.account.notifier
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
