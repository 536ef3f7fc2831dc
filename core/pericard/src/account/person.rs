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
pub(super) struct AccountPerson {
    pub(super) account: Arc<AccountCore>,
    pub(super) person: String,
}

impl PersonContext for AccountPerson {
    fn platform(&self) -> &Platform {
        &self.account.client.platform
    }

    fn enter(&self) -> Result<ActivityGuard> {
        self.account.client.gate().enter()
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
