//! Where one story plays: its world, and what the story has named so far.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use pericard::{
    Account, AccountId, ChangeSet, Client, DraftId, EnrolmentId, MessageId, MessageThread,
    Messages, PericardError, PersonId, SessionState, SignIn, ThreadId,
};
use pericard_world::{TestWorld, WorldError};

use tokio::sync::Notify;

use crate::keys::Problem;

/// Small, so that stories cross page boundaries.
pub(crate) const PAGE: u32 = 7;

/// Why a step ended: by the core's doing, which a story may announce, or by the story's.
pub(crate) enum Halt {
    Core(PericardError),
    Story(Problem),
}

impl From<PericardError> for Halt {
    fn from(error: PericardError) -> Self {
        Self::Core(error)
    }
}

impl From<Problem> for Halt {
    fn from(problem: Problem) -> Self {
        Self::Story(problem)
    }
}

impl From<WorldError> for Halt {
    fn from(error: WorldError) -> Self {
        Self::Story(Problem(format!("the world says {error}")))
    }
}

pub(crate) fn broken(problem: impl Into<String>) -> Halt {
    Halt::Story(Problem::new(problem))
}

/// What the stream of changes said, and who waits for more.
#[derive(Default)]
pub(crate) struct Heard {
    sets: Mutex<Vec<ChangeSet>>,
    more: Notify,
}

impl Heard {
    fn push(&self, set: ChangeSet) {
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        sets.push(set);
        drop(sets);
        // One waits at a time; a permit is kept for whoever does not wait yet.
        self.more.notify_one();
    }

    /// Returns when enough was told; what was told is then forgotten.
    pub(crate) async fn at_least(&self, least: u64, of: fn(&ChangeSet) -> bool) {
        while !self.take(least, of) {
            self.more.notified().await;
        }
    }

    fn take(&self, least: u64, of: fn(&ChangeSet) -> bool) -> bool {
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        let enough = sets.iter().filter(|set| of(set)).count() as u64 >= least;
        if enough {
            sets.clear();
        }
        enough
    }
}

pub(crate) struct Context {
    pub(crate) world: Arc<TestWorld>,
    pub(crate) client: Arc<Client>,
    pub(crate) who: Option<String>,
    /// For whom they act, where that is not themselves.
    pub(crate) acting: Option<String>,
    /// The people whom sign-ins brought, by who signed in and whose record it is.
    pub(crate) people: BTreeMap<(String, String), PersonId>,
    /// A sign-in whose question is still open, and whose it is.
    pub(crate) signing_in: Option<(String, Arc<SignIn>)>,
    /// Where the next sign-in is left, and how.
    pub(crate) leaving: Option<(String, String)>,
    /// An enrolment that waits for its code: its id and the secret's address.
    pub(crate) enrolment: Option<(EnrolmentId, String)>,
    /// A recovery code that was used or replaced.
    pub(crate) spent: Option<String>,
    /// Messages and drafts by the name that the story gave them.
    pub(crate) messages: BTreeMap<String, MessageId>,
    /// The drafts that the story named.
    pub(crate) drafts: BTreeMap<String, DraftId>,
    /// What the last sync counted without fetching it.
    pub(crate) news: u64,
    accounts: BTreeMap<String, Arc<Account>>,
    numbered: BTreeMap<String, Vec<ThreadId>>,
    /// What changed since it was last asked for.
    pub(crate) heard: Arc<Heard>,
    listening: Option<tokio::task::JoinHandle<()>>,
}

impl Context {
    pub(crate) async fn set(portal: &str) -> Result<Self, Problem> {
        let world = TestWorld::start(portal.to_owned()).await;
        let world = world.map_err(|error| Problem(format!("the world did not start: {error}")))?;
        let client = world
            .open(world.keystore())
            .await
            .map_err(|error| Problem::new(error.to_string()))?;
        Ok(Self {
            world,
            client,
            who: None,
            acting: None,
            people: BTreeMap::new(),
            signing_in: None,
            leaving: None,
            news: 0,
            enrolment: None,
            spent: None,
            messages: BTreeMap::new(),
            drafts: BTreeMap::new(),
            accounts: BTreeMap::new(),
            numbered: BTreeMap::new(),
            heard: Arc::default(),
            listening: None,
        })
    }

    pub(crate) fn account_or_none(&self) -> Option<Arc<Account>> {
        self.accounts.get(self.who.as_ref()?).cloned()
    }

    pub(crate) fn account(&self) -> Result<Arc<Account>, Halt> {
        self.account_or_none()
            .ok_or_else(|| broken("nobody is signed in"))
    }

    /// Whose turn it is.
    pub(crate) fn person(&self) -> Result<String, Halt> {
        self.who
            .clone()
            .ok_or_else(|| broken("nobody is signed in"))
    }

    pub(crate) fn inbox(&self) -> Result<Arc<Messages>, Halt> {
        let account = self.account()?;
        if let Some(acting) = &self.acting {
            return Ok(account.messages(self.known_person(acting)?.id)?);
        }
        let person = account.people().into_iter().find(|person| person.is_self);
        Ok(account.messages(person.ok_or(PericardError::NotFound)?.id)?)
    }

    pub(crate) fn signed_in(&mut self, who: &str, account: Arc<Account>) -> Result<(), Halt> {
        self.accounts.insert(who.to_owned(), account);
        self.switch(who)
    }

    pub(crate) fn switch(&mut self, who: &str) -> Result<(), Halt> {
        if !self.accounts.contains_key(who) {
            return Err(broken(format!("{who} has no account here")));
        }
        self.who = Some(who.to_owned());
        self.acting = None;
        self.listen()
    }

    pub(crate) fn forgotten(&mut self, all: bool) {
        if let Some(who) = self.who.take() {
            self.accounts.remove(&who);
            self.numbered
                .retain(|whose, _| !whose.starts_with(&format!("{who}/")));
            self.people.retain(|(account, _), _| *account != who);
        }
        if all {
            self.accounts.clear();
        }
    }

    pub(crate) fn every_account(&self) -> Vec<Arc<Account>> {
        self.accounts.values().cloned().collect()
    }

    fn listen(&mut self) -> Result<(), Halt> {
        let changes = self.account()?.changes()?;
        let heard = self.heard.clone();
        if let Some(before) = self.listening.replace(tokio::spawn(async move {
            while let Some(set) = changes.next().await {
                heard.push(set);
            }
        })) {
            before.abort();
        }
        Ok(())
    }

    /// Drops everything and opens again from disk, as after the process ended.
    pub(crate) async fn restart(&mut self) -> Result<(), Halt> {
        let still_here = |a: &&Arc<Account>| a.session() != SessionState::SignedOut;
        let ids: Vec<(String, AccountId)> = self
            .accounts
            .iter()
            .filter(|(_, a)| still_here(a))
            .map(|(who, a)| (who.clone(), a.id()))
            .collect();
        let inside = self.signing_in.take().map(|(who, _)| who);
        self.accounts.clear();
        self.client.shut_down().await?;
        self.client = self.world.open(self.world.keystore()).await?;
        for (who, id) in ids {
            let account = self.client.account(id).await?;
            self.accounts.insert(who, account);
        }
        if let Some(who) = inside {
            self.signing_in = self
                .client
                .resume_sign_in()
                .await?
                .map(|sign_in| (who, sign_in));
        }
        if self.account_or_none().is_some() {
            self.listen()?;
        }
        Ok(())
    }

    /// Whose threads are numbered: of an account, and of whom its person acts for.
    fn whose(&self) -> Option<String> {
        let acting = self.acting.as_deref().unwrap_or_default();
        Some(format!("{}/{acting}", self.who.as_ref()?))
    }

    /// All threads as the client lists them, newest first.
    pub(crate) async fn threads(&self) -> Result<Vec<MessageThread>, Halt> {
        let (inbox, mut all, mut after) = (self.inbox()?, Vec::new(), None);
        loop {
            let page = inbox.threads(after, PAGE).await?;
            all.extend(page.threads);
            after = page.after;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    /// Numbers the threads at their first appearance; later ones never change a number.
    pub(crate) async fn number(&mut self) -> Result<(), Halt> {
        if let Some(whose) = self.whose()
            && !self.numbered.contains_key(&whose)
        {
            let ids = self
                .threads()
                .await?
                .into_iter()
                .map(|thread| thread.id)
                .collect();
            self.numbered.insert(whose, ids);
        }
        Ok(())
    }

    pub(crate) fn thread(&self, number: u64) -> Result<ThreadId, Halt> {
        let ids = self.whose().and_then(|whose| self.numbered.get(&whose));
        let ids = ids.ok_or_else(|| broken("threads have no numbers before the first sync"))?;
        let found = usize::try_from(number)
            .ok()
            .and_then(|n| ids.get(n))
            .cloned();
        found.ok_or_else(|| broken(format!("there is no thread {number} of {}", ids.len())))
    }

    pub(crate) fn draft(&self, name: &str) -> Result<DraftId, Halt> {
        self.drafts
            .get(name)
            .cloned()
            .ok_or_else(|| broken(format!("no draft was named `{name}`")))
    }

    pub(crate) fn message(&self, name: &str) -> Result<MessageId, Halt> {
        self.messages
            .get(name)
            .cloned()
            .ok_or_else(|| broken(format!("no message was named `{name}`")))
    }

    pub(crate) fn session(&self) -> &'static str {
        match self.account_or_none().map(|account| account.session()) {
            None | Some(SessionState::SignedOut) => "signed_out",
            Some(SessionState::Active) => "active",
            Some(SessionState::StepUp) => "step_up",
            Some(SessionState::SignIn { .. }) => "sign_in",
            Some(SessionState::Locked) => "locked",
            Some(SessionState::Sealed { .. }) => "sealed",
            Some(SessionState::Unusable { .. }) => "unusable",
        }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}
