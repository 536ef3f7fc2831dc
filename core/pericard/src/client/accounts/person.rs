//! One person of an account, as features see it.

use std::sync::Arc;

use crate::features::PersonContext;
use crate::platform::Platform;
use crate::platform::error::Result;
use crate::platform::lifecycle::ActivityGuard;
use crate::storage::Partition;
use crate::sync::ChangeNotifier;

use super::core::AccountCore;

/// One person of an account, as features see it.
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
    /// What a feature of `person` works with; `NotFound` for anybody whose records this account does not show.
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
