//! One person of an account, as features see it.

use std::sync::Arc;

use crate::features::Desk;
use crate::ground::error::Result;
use crate::ground::gate::Pass;
use crate::ground::world::World;
use crate::keepers::store::Partition;
use crate::sync::Hub;

use super::inside::AccountCore;

/// One person of an account, as features see it.
pub(super) struct PersonDesk {
    pub(super) account: Arc<AccountCore>,
    pub(super) person: String,
}

impl Desk for PersonDesk {
    fn world(&self) -> &World {
        &self.account.client.world
    }

    fn enter(&self) -> Result<Pass> {
        self.account.client.gate().enter()
    }

    fn partition(&self) -> Result<Arc<Partition>> {
        self.account.partition(&self.person)
    }

    fn hub(&self) -> &Hub {
        &self.account.hub
    }

    fn name(&self) -> String {
        self.account
            .person(&self.person)
            .map(|person| person.name)
            .unwrap_or_default()
    }
}
