//! Syncs of an inbox that is up to date, with nothing new and with ten new messages, by how much is cached.

use std::sync::Arc;

use pericard::{Account, Client};
use pericard_benches::{Broken, Figures, Meter};
use pericard_world::TestWorld;

const ROUNDS: usize = 9;
const NEW: usize = 10;
/// Longer than the overlap of two downloads, so that each round fetches its own messages and no others, and longer
/// than a token lives.
const LATER: u64 = 400;

/// An inbox that is up to date.
struct Inbox {
    world: Arc<TestWorld>,
    _client: Arc<Client>,
    account: Arc<Account>,
}

/// All rounds, `few` and `many` by turns.
pub(crate) async fn run(few: usize, many: usize) -> Result<Vec<Figures>, Broken> {
    let inboxes = [
        ("few", Inbox::of(few).await?),
        ("many", Inbox::of(many).await?),
    ];
    let mut all = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        let mut figures = Figures::default();
        for (name, inbox) in &inboxes {
            inbox.round(name, round, &mut figures).await?;
        }
        all.push(figures);
    }
    Ok(all)
}

impl Inbox {
    async fn of(messages: usize) -> Result<Self, Broken> {
        let (world, client, account) = crate::signed_in(messages).await?;
        crate::sync(&account).await?;
        Ok(Self {
            world,
            _client: client,
            account,
        })
    }

    async fn round(&self, name: &str, round: usize, figures: &mut Figures) -> Result<(), Broken> {
        self.world.advance(LATER).await?;
        // Renews the token, so that none of the two below does.
        crate::sync(&self.account).await?;

        self.world.portal_requests(None).await?;
        let meter = Meter::start();
        crate::sync(&self.account).await?;
        figures.spent(&format!("nothing_{name}"), meter.stop());
        let requests = self.world.portal_requests(None).await?;
        figures.count(&format!("nothing_{name}_requests"), requests);

        for n in 0..NEW {
            let command = format!(
                r#"{{"new_message":{{"who":"ana","thread":{n},"text":"Your result number {n} of round {round} is normal. Nothing needs to be done before the appointment that you have already."}}}}"#
            );
            self.world.portal(command).await?;
        }
        let meter = Meter::start();
        crate::sync(&self.account).await?;
        figures.spent(&format!("ten_{name}"), meter.stop());
        let inbox = crate::messages(&self.account)?;
        let found = inbox
            .search(format!("\"round {round}\""), None, 500)
            .await?
            .hits
            .len();
        if found < NEW {
            return Err(format!("{found} of {NEW} new messages arrived in round {round}").into());
        }
        Ok(())
    }
}
