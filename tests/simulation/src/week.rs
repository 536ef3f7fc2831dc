//! A week as it goes: each event carried out, and each evening the client compared with the portal.

mod deed;
mod evening;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use pericard::test_support::Break;
use pericard::{
    Account, InputProblem, Message, MessageState, NewMessage, PericardError, SessionState,
    SyncOutcome, SyncRun,
};
use pericard_portal::{Change, Command, Letter, NotSent};

use crate::compare::{Comparison, normal};
use crate::finding::{Finding, Kind};
use crate::ledger::{Ledger, Withdrawn, Written};
use crate::network::Weather;
use crate::plan::{Action, Clinic, DAYS, Deed, During, Event, PEOPLE, Plan};
use crate::process::Death;
use crate::switches::Excuse;
use crate::trace::Trace;
use crate::world::{Result, Stop, World, messages};

/// Patients without an account, whose records may leak.
const STRANGERS: [&str; 2] = ["wilma", "george"];
/// Syncs of an evening, at most.
const RUNS: u32 = 4;
/// Longer than an index may lag, so that a look-up proves something.
const BETWEEN_RUNS: Duration = Duration::from_secs(150);
const DAY: Duration = Duration::from_secs(86_400);

/// Marks what the portal refuses, where it refuses anything.
pub(crate) const REFUSED: &str = "(refused)";

/// How a sync ended.
pub(crate) type Ended = Result<(), Stop>;

/// Whether a run claims that the client has everything.
fn says_complete(outcome: Option<SyncOutcome>) -> bool {
    outcome == Some(SyncOutcome::Complete)
}

struct Week<'p> {
    plan: &'p Plan,
    world: World,
    ledger: Ledger,
    /// What letters once said, by person, until when, and what they said then.
    once: [BTreeMap<String, (i64, String)>; PEOPLE.len()],
    /// Everything that was ever shown, by person.
    seen: [BTreeSet<String>; PEOPLE.len()],
    excuses: BTreeSet<Excuse>,
    broken: Vec<Finding>,
}

/// Lives through a week; returns what was wrong on its first bad evening.
pub(crate) async fn live(plan: &Plan, broken: Option<Break>, trace: Arc<Trace>) -> Vec<Finding> {
    let world = match World::new(plan, broken, trace) {
        Ok(world) => world,
        Err(stop) => return vec![Finding::new(Kind::Broken, format!("{stop:?}"))],
    };
    let excuses = plan.switches.iter().flat_map(|switch| switch.excuses);
    let mut week = Week {
        plan,
        world,
        ledger: Ledger::default(),
        once: Default::default(),
        seen: Default::default(),
        excuses: excuses.copied().collect(),
        broken: Vec::new(),
    };
    let findings = week.go().await;
    // What is left of it ends here, and not beside the next seed.
    week.world.kill();
    week.world.process.bury().await;
    findings
}

impl Week<'_> {
    async fn go(&mut self) -> Vec<Finding> {
        for day in 1..=DAYS {
            let events = self.plan.events.iter().filter(|event| event.day == day);
            for event in events {
                tokio::time::sleep(Duration::from_secs(event.after * 60)).await;
                self.note(format!("{event}"));
                if let Err(stop) = self.carry_out(event).await {
                    self.stopped(&stop);
                }
            }
            let findings = self.evening(&format!("evening {day}"), false).await;
            if !findings.is_empty() {
                return findings;
            }
            self.until(DAY * day).await;
        }
        for step in 1..=4 {
            tokio::time::sleep(Duration::from_secs(8 * 3600)).await;
            let findings = self
                .evening(&format!("after the week {step}"), step == 4)
                .await;
            if !findings.is_empty() {
                return findings;
            }
        }
        Vec::new()
    }

    fn note(&self, line: String) {
        let line = format!("{} {line}", self.world.time.stamp());
        self.world.trace.note(line);
    }

    async fn until(&self, since: Duration) {
        let left = since.saturating_sub(self.world.time.elapsed());
        tokio::time::sleep(left).await;
    }

    /// What no bad day excuses.
    fn stopped(&mut self, stop: &Stop) {
        self.note(format!("  stopped: {stop:?}"));
        let broken = match stop {
            Stop::Hangs | Stop::World(_) => true,
            Stop::Error(error) => matches!(
                error,
                PericardError::Internal { .. }
                    | PericardError::Storage { .. }
                    | PericardError::Keystore { .. }
                    | PericardError::InUse
            ),
            Stop::Killed => false,
        };
        if broken {
            let why = crate::panics::last().unwrap_or_default();
            self.broken
                .push(Finding::new(Kind::Broken, format!("{stop:?} {why}")));
        }
    }

    async fn carry_out(&mut self, event: &Event) -> Result<()> {
        let label = format!("event {}", event.id);
        match &event.action {
            Action::Sync {
                who,
                budget,
                during,
            } => self.sync_while(event, *who, *budget, during.as_ref()).await,
            Action::Send {
                who,
                thread,
                refused,
            } => {
                self.world.open().await?;
                self.world.begin(&label, None, None);
                let account = self.present(*who).await?;
                self.send(&account, *who, event.id, *thread, *refused).await
            }
            Action::Read { who, pick } => {
                self.world.open().await?;
                let account = self.present(*who).await?;
                let shown = self.world.inbox(&account).await?;
                if let Some(message) = chosen(&shown, *pick) {
                    let (messages, thread) = (messages(&account)?, message.thread.clone());
                    self.world
                        .alive(async move { messages.mark_read(thread).await })
                        .await?;
                }
                Ok(())
            }
            Action::Withdraw { who, pick } => {
                self.world.open().await?;
                let account = self.present(*who).await?;
                self.withdraw(&account, *pick).await
            }
            Action::Retry { who, pick } => {
                self.world.open().await?;
                let account = self.present(*who).await?;
                self.retry(&account, *pick).await
            }
            Action::Kill => {
                self.world.kill();
                self.world.open().await
            }
            Action::Pause { minutes } => {
                self.world.open().await?;
                let client = self.world.client()?.clone();
                self.world.alive(client.pause()).await?;
                tokio::time::sleep(Duration::from_secs(minutes * 60)).await;
                self.world.alive(client.resume()).await
            }
            Action::Jump { seconds } => {
                self.world.time.set_wrong(*seconds);
                Ok(())
            }
            Action::Reboot => {
                self.world.kill();
                self.world.time.reboot();
                self.world.open().await
            }
            Action::Weather(weather) => {
                self.world.network.set(*weather);
                Ok(())
            }
            Action::Clinic(clinic) => {
                if let Some(command) = self.command(event.id, clinic) {
                    let done = self.world.portal.control(command);
                    self.note(format!("  done: {}", done.is_ok()));
                }
                Ok(())
            }
            Action::Policy(ruling) => self.tell(ruling.command()),
            Action::Revoke { who } => self.tell(Command::Revoke(PEOPLE[*who].to_owned())),
            Action::RotateKeys => self.tell(Command::RotateKeys),
        }
    }

    fn tell(&self, command: Command) -> Result<()> {
        let done = self.world.portal.control(command);
        done.map(|_| ())
            .map_err(|error| Stop::World(error.to_string()))
    }

    /// Somebody's account as it is; signed in where it is not there yet or does not show anything.
    async fn present(&mut self, who: usize) -> Result<Arc<Account>> {
        match self.world.account(who).await? {
            Some(account) if account.session() == SessionState::Active => Ok(account),
            _ => self.world.signed_in(who).await,
        }
    }

    async fn sync_while(
        &mut self,
        event: &Event,
        who: usize,
        budget: Option<u64>,
        during: Option<&During>,
    ) -> Result<()> {
        self.world.open().await?;
        let label = format!("event {}", event.id);
        self.world.begin(&label, None, None);
        let account = self.present(who).await?;
        let death = match during {
            Some(During::Death(death)) => Some(*death),
            _ => None,
        };
        let meanwhile = match during {
            Some(During::Clinic { n, clinic }) => {
                self.command(event.id, clinic).map(|command| (*n, command))
            }
            _ => None,
        };
        self.world.begin(&label, death, meanwhile);
        let run = account.start_sync(budget.map(Duration::from_secs), false)?;
        let network = self.world.network.clone();
        let done = match during {
            Some(During::Send { n, thread }) => {
                if self.alone_until(&run, network.reached(*n)).await? {
                    let sent = self.send(&account, who, event.id, *thread, false).await;
                    let done = self.world.alive(drive(&run)).await;
                    sent.and(done)
                } else {
                    Ok(())
                }
            }
            Some(During::Withdraw { n, pick }) => {
                if self.alone_until(&run, network.reached(*n)).await? {
                    let withdrawn = self.withdraw(&account, *pick).await;
                    let done = self.world.alive(drive(&run)).await;
                    withdrawn.and(done)
                } else {
                    Ok(())
                }
            }
            Some(During::Cancel { n }) => {
                if self.alone_until(&run, network.reached(*n)).await? {
                    run.cancel();
                    self.world.alive(drive(&run)).await
                } else {
                    Ok(())
                }
            }
            Some(During::Pause { n }) => {
                if self.alone_until(&run, network.reached(*n)).await? {
                    let client = self.world.client()?.clone();
                    self.world.alive(client.pause()).await?;
                    self.world.alive(client.resume()).await?;
                    self.world.alive(drive(&run)).await
                } else {
                    Ok(())
                }
            }
            Some(During::Death(_) | During::Clinic { .. }) | None => {
                self.world.alive(drive(&run)).await
            }
        };
        self.note(format!("  synced: {done:?}"));
        self.world.process.dies_at(None);
        done?;
        let shown = self.world.inbox(&account).await?;
        let back = self.went_back(who, &shown);
        self.broken.extend(back);
        Ok(())
    }

    /// Letters that say what they said before, although they were shown as they are by now.
    fn went_back(&mut self, who: usize, shown: &[Message]) -> Vec<Finding> {
        let (once, seen) = (&self.once[who], &mut self.seen[who]);
        let texts: BTreeSet<String> = shown.iter().map(|it| normal(&it.text)).collect();
        let mut found = Vec::new();
        for text in &texts {
            let mut now = text;
            while let Some((_, later)) = once.get(now) {
                now = later;
                if seen.contains(now) {
                    let what = format!("{text:?} is shown again, and was {now:?} already");
                    found.push(Finding::new(Kind::Stale, what));
                }
            }
        }
        seen.extend(texts);
        found
    }

    /// Lets a run go on until `moment`; false when it has ended before.
    async fn alone_until(&self, run: &SyncRun, moment: impl Future<Output = ()>) -> Result<bool> {
        let either = async {
            tokio::select! {
                biased;
                () = moment => Ok(true),
                done = drive(run) => done.map(|()| false),
            }
        };
        self.world.alive(either).await
    }

    async fn send(
        &mut self,
        account: &Account,
        who: usize,
        event: u32,
        thread: Option<u32>,
        refused: bool,
    ) -> Result<()> {
        let mark = if refused { REFUSED } else { "" };
        let text = format!("{} wonders, number {event}. {mark}", PEOPLE[who]);
        let text = text.trim().to_owned();
        let shown = self.world.inbox(account).await?;
        let thread = thread.and_then(|pick| chosen(&shown, pick));
        let new = NewMessage {
            thread: thread.map(|message| message.thread.clone()),
            subject: Some(format!("Question {event}")),
            text: text.clone(),
            ..NewMessage::default()
        };
        self.ledger.0.push(Written {
            who,
            text: text.clone(),
            accepted: false,
            withdrawn: Withdrawn::No,
            again: 0,
            refused,
        });
        let messages = messages(account)?;
        self.world
            .alive(async move { messages.send(new).await })
            .await?;
        if let Some(written) = self.ledger.find(&text) {
            written.accepted = true;
        }
        Ok(())
    }

    async fn withdraw(&mut self, account: &Account, pick: u32) -> Result<()> {
        let outbox = self.world.outbox(account).await?;
        let Some(message) = chosen(&outbox, pick) else {
            return Ok(());
        };
        let in_doubt = message.state == MessageState::Unknown;
        let (messages, id) = (messages(account)?, message.id.clone());
        let done = self
            .world
            .alive(async move { messages.withdraw(id).await })
            .await;
        self.note(format!("  withdrawn: {done:?}"));
        if let Some(written) = self.ledger.find(&message.text) {
            written.withdrawn = match &done {
                Ok(()) if in_doubt || written.again > 0 => Withdrawn::InDoubt,
                Ok(()) => Withdrawn::Yes,
                Err(Stop::Error(PericardError::InvalidInput {
                    problem: InputProblem::WrongState,
                    ..
                })) => written.withdrawn,
                Err(_) => Withdrawn::Perhaps,
            };
        }
        done
    }

    async fn retry(&mut self, account: &Account, pick: u32) -> Result<()> {
        let mut outbox = self.world.outbox(account).await?;
        outbox.retain(|message| {
            matches!(
                message.state,
                MessageState::Failed { .. } | MessageState::Unknown
            )
        });
        let Some(message) = chosen(&outbox, pick) else {
            return Ok(());
        };
        if let Some(written) = self.ledger.find(&message.text) {
            written.again += usize::from(message.state == MessageState::Unknown);
        }
        let (messages, id) = (messages(account)?, message.id.clone());
        self.world
            .alive(async move { messages.retry(id).await })
            .await?;
        Ok(())
    }
}

/// Watches a run to its end.
async fn drive(run: &SyncRun) -> Result<(), PericardError> {
    while run.next().await?.is_some() {}
    Ok(())
}

/// One of them, whatever the number.
fn chosen<T>(all: &[T], pick: u32) -> Option<&T> {
    let at = usize::try_from(pick).unwrap_or_default();
    all.get(at.checked_rem(all.len())?)
}
