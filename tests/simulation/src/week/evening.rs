//! An evening: some syncs, and the client compared with the portal.

use super::*;
use crate::policy::{self, Ruling};

impl Week<'_> {
    /// The network is good, the clock is right and messages are on: some syncs, and the comparison.
    pub(super) async fn evening(&mut self, label: &str, last: bool) -> Vec<Finding> {
        self.note(label.to_owned());
        self.world.network.set(Weather::Good);
        self.world.time.set_wrong(0);
        if policy::is_part_of(self.plan)
            && let Err(stop) = self.tell(Ruling::On.command())
        {
            self.stopped(&stop);
        }
        let mut all = std::mem::take(&mut self.broken);
        for who in 0..self.plan.accounts {
            all.extend(self.settle(label, who, last).await);
        }
        all.extend(std::mem::take(&mut self.broken));
        for finding in &all {
            self.note(format!("  found: {finding}"));
        }
        all
    }

    async fn settle(&mut self, label: &str, who: usize, last: bool) -> Vec<Finding> {
        let mut claims: Vec<Finding> = Vec::new();
        let mut found = Vec::new();
        for run in 1..=RUNS {
            let label = format!("{label} {who} {run}");
            self.world.begin(&label, None::<Death>, None);
            let (ended, outcome, account) = match self.settled_sync(who).await {
                Ok(settled) => settled,
                Err(stop) => {
                    self.stopped(&stop);
                    found = vec![Finding::new(Kind::Broken, format!("{stop:?}"))];
                    tokio::time::sleep(BETWEEN_RUNS).await;
                    continue;
                }
            };
            self.note(format!("  synced: {ended:?}"));
            if let Err(stop) = &ended {
                self.stopped(stop);
            }
            found = match self.compared(who, &account, last).await {
                Ok(found) => found,
                Err(stop) => vec![Finding::new(Kind::Broken, format!("{stop:?}"))],
            };
            if says_complete(outcome) && !self.excuses.contains(&Excuse::Unknowable) {
                for finding in &found {
                    let claim = Finding::new(Kind::WronglyComplete, finding.what.clone());
                    if matches!(finding.kind, Kind::Lost | Kind::Stale) && !claims.contains(&claim)
                    {
                        claims.push(claim);
                    }
                }
            }
            if found.is_empty() {
                break;
            }
            if let (RUNS, Err(Stop::Error(error))) = (run, &ended) {
                for finding in &mut found {
                    finding
                        .what
                        .push_str(&format!(" (syncs end with {error:?})"));
                }
            }
            tokio::time::sleep(BETWEEN_RUNS).await;
        }
        found.extend(claims);
        found
    }

    async fn settled_sync(
        &mut self,
        who: usize,
    ) -> Result<(Ended, Option<SyncOutcome>, Arc<Account>)> {
        self.world.open().await?;
        let account = self.world.signed_in(who).await?;
        let run = account.start_sync(None, false)?;
        let ended = self.world.alive(drive(&run)).await;
        self.note(format!("  outcome: {:?}", run.outcome()));
        Ok((ended, run.outcome(), account))
    }

    async fn compared(
        &mut self,
        who: usize,
        account: &Account,
        last: bool,
    ) -> Result<Vec<Finding>> {
        let letters = self.world.letters(who);
        let (threads, shown) = self.world.read(account).await?;
        let outbox = self.world.outbox(account).await?;
        let mut others = BTreeSet::new();
        for other in PEOPLE.into_iter().chain(STRANGERS) {
            if other != PEOPLE[who] {
                let theirs = self.world.portal.letters(other).into_iter();
                let theirs = theirs.filter(|letter| !letter.hidden && !letter.foreign);
                others.extend(theirs.map(|letter| normal(&letter.text)));
            }
        }
        let foreign = letters.iter().filter(|letter| letter.foreign);
        others.extend(foreign.map(|letter| normal(&letter.text)));
        // A try may end with the process before it gets as far as the network.
        let deaths = self.world.process.folder_name().parse().unwrap_or(0);
        let tries = |text: &str| deaths + self.world.network.created(text);
        let comparison = Comparison {
            who,
            now: self.world.time.millis(),
            letters: &letters,
            threads: &threads,
            shown: &shown,
            outbox: &outbox,
            others: &others,
            once: &self.once[who],
            ledger: &self.ledger,
            tries: &tries,
            excuses: &self.excuses,
            last,
        };
        self.note(format!(
            "  {} has {} messages, the portal {}",
            PEOPLE[who],
            shown.len(),
            letters.iter().filter(|letter| !letter.hidden).count()
        ));
        let mut findings = comparison.findings();
        if !findings.is_empty() {
            for line in comparison.table() {
                self.note(format!("    {line}"));
            }
        }
        findings.extend(self.went_back(who, &shown));
        Ok(findings)
    }
}
