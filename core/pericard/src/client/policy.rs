//! The policy of a portal in practice: fetched, saved, and told to whom it concerns.
//!
//! Uses: `config`
//!
//! Which policy is in force is `pericard_protocol::policy::standing`'s decision. All accounts at a portal share one
//! [`PortalPolicy`]. It is asked for once an hour at most, by a sync; at once where a response of the portal names another `seq`
//! than the one in force (`Pericard-Policy`), which is a hint and nothing more, in a full sync, and while the one in force leaves
//! a sync nothing to ask for, so that no response could name another. Without keys in the app's configuration nothing is asked for
//! and everything is on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use pericard_protocol::limits;
use pericard_protocol::oauth::jwks::KeySet;
use pericard_protocol::policy::standing::{Effect, Event, Problem, Standing};
use pericard_protocol::policy::version::Version;
use pericard_protocol::policy::{self, Flaw, Policy, Rule};

use crate::http::{HttpClient, Request};
use crate::keys::Vault;
use crate::platform::Platform;
use crate::platform::error::{InputProblem, PericardError, Result};
use crate::platform::log::{self, Coded};
use crate::storage::{Device, Feature, SavedPolicy};

use super::config::PortalConfig;

/// How often a policy is asked for without a reason.
const PACE: Duration = Duration::from_secs(60 * 60);
/// How long an answer may take: a portal that is slow to answer this holds no sync up.
const PATIENCE: Duration = Duration::from_secs(10);
/// How soon it is asked again after it did not answer.
const AGAIN: Duration = Duration::from_secs(5 * 60);
/// With one key, nothing replaces a stolen one.
const FEWEST_KEYS: usize = 2;

/// What is known of the portal's policy: the document with which its clinic switches features.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PolicyStatus {
    /// Whether the app is configured for policies of this portal (`PortalConfig.policy_keys`). Without, nothing is asked for.
    pub configured: bool,
    /// The number of the policy in force; nothing where there is none.
    pub seq: Option<u64>,
    /// When the policy in force was made, by the clinic's clock.
    pub issued_at: Option<SystemTime>,
    /// When the portal was last asked for it, by this device's clock.
    pub asked_at: Option<SystemTime>,
    /// What was wrong with what the portal showed then. It changed nothing.
    pub problem: Option<PolicyProblem>,
    /// The oldest version of the app that the clinic accepts, where this one (`Config.app`) is older: syncs fail with
    /// `UpdateRequired` until it is updated, and what is here stays readable.
    pub update_required: Option<String>,
}

/// What is wrong with a portal's policy. What is in force stays so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum PolicyProblem {
    /// The portal showed one before and shows none now.
    Missing,
    /// It is not a document of the right form.
    Unreadable,
    /// It is not signed.
    Unsigned,
    /// It is signed with a key that the app's configuration does not have.
    UnknownKey,
    /// Its signature is wrong.
    WrongSignature,
    /// It was made for another portal.
    AnotherPortal,
    /// It was to be accepted until a time that is past.
    Expired,
    /// It is from the future: one of the clocks is wrong.
    FromTheFuture,
    /// It is older than one that this device has seen.
    Older,
    /// The copy on this device is older than what the device has seen, so that everything is off until the portal shows the
    /// newest again.
    Withheld,
}

impl Coded for PolicyProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
            Self::Unsigned => "unsigned",
            Self::UnknownKey => "unknown_key",
            Self::WrongSignature => "wrong_signature",
            Self::AnotherPortal => "another_portal",
            Self::Expired => "expired",
            Self::FromTheFuture => "from_the_future",
            Self::Older => "older",
            Self::Withheld => "withheld",
        }
    }
}

impl From<Problem> for PolicyProblem {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Missing => Self::Missing,
            Problem::Flaw(flaw) => match flaw {
                Flaw::Unreadable => Self::Unreadable,
                Flaw::Unsigned => Self::Unsigned,
                Flaw::UnknownKey => Self::UnknownKey,
                Flaw::WrongSignature => Self::WrongSignature,
                Flaw::AnotherPortal => Self::AnotherPortal,
                Flaw::Expired => Self::Expired,
                Flaw::FromTheFuture => Self::FromTheFuture,
                Flaw::Older => Self::Older,
            },
        }
    }
}

/// Whom a policy concerns.
pub(crate) trait Concerned: Send + Sync {
    /// Another policy is in force. Called on a thread that must not block.
    fn policy_changed(self: Arc<Self>);
}

/// The policy of one portal, shared by its accounts.
pub(crate) struct PortalPolicy {
    base: String,
    keys: KeySet,
    platform: Platform,
    device: Arc<Device>,
    vault: Arc<Vault>,
    state: Mutex<State>,
    /// Held while the portal is asked.
    turn: tokio::sync::Mutex<()>,
    concerned: Mutex<Vec<Weak<dyn Concerned>>>,
}

struct State {
    standing: Standing,
    asked: Option<SystemTime>,
    etag: Option<String>,
    /// The last hint that was followed: one that leads nowhere is followed once.
    followed: Option<u64>,
    /// When it last did not answer, by the time since boot.
    failed: Option<Duration>,
}

/// Why the portal is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Somebody wants to know.
    Asked,
    /// A sync begins or ends.
    Sync,
    /// The same, and the policy in force keeps it from something.
    HeldUp,
}

/// What the portal showed.
enum Shown {
    Document { text: String, etag: Option<String> },
    TheSame,
    Nothing,
}

/// The keys of a configuration. Fails with `InvalidInput` (`policy_keys`) where they are none.
pub(super) fn keys(config: &PortalConfig) -> Result<KeySet> {
    let Some(text) = &config.policy_keys else {
        return Ok(KeySet::default());
    };
    let wrong = |problem| PericardError::input("policy_keys", problem);
    let keys = KeySet::parse(text.as_bytes()).map_err(|_| wrong(InputProblem::Unreadable))?;
    if keys.named().len() < FEWEST_KEYS {
        return Err(wrong(InputProblem::TooFew));
    }
    Ok(keys)
}

impl PortalPolicy {
    /// The policy as it was left. Blocks.
    pub(super) fn load(
        config: &PortalConfig,
        platform: &Platform,
        device: &Arc<Device>,
        vault: &Arc<Vault>,
    ) -> Result<Self> {
        let (base, keys) = (&config.base, keys(config)?);
        let saved = device.policy(base)?.unwrap_or_default();
        // One whose key is no longer in the configuration is none.
        let policy = Policy::read(&saved.document, &keys, base).ok();
        // Where the keystore cannot be read, nothing else can be read either.
        let seen = vault.policies_seen(base, &keys.named());
        let problem = saved.problem.as_deref();
        let problem = problem.and_then(|json| serde_json::from_str(json).ok());
        let (standing, effects) = Standing::begin(policy, problem, &seen.unwrap_or_default());
        for effect in effects {
            if let Effect::Raise { key, seq } = effect {
                // If this fails, the next start does it.
                let _ = vault.note_policy(base, key, seq);
            }
        }
        Ok(Self {
            base: base.clone(),
            keys,
            platform: platform.clone(),
            device: device.clone(),
            vault: vault.clone(),
            state: Mutex::new(State {
                standing,
                asked: saved.asked,
                etag: saved.etag,
                followed: None,
                failed: None,
            }),
            turn: tokio::sync::Mutex::default(),
            concerned: Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells `concerned` from now on. Memory only.
    pub(crate) fn tell(&self, concerned: Weak<dyn Concerned>) {
        let mut all = self
            .concerned
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| one.strong_count() > 0);
        all.push(concerned);
    }

    /// What holds for a feature. Memory only.
    pub(crate) fn rule(&self, feature: Feature) -> Rule {
        let state = self.state();
        match state.standing.policy() {
            _ if state.standing.is_withheld() => Rule::WITHHELD,
            Some(policy) => policy.rule(feature.name()).clone(),
            None => Rule::ON,
        }
    }

    /// When the policy in force was made. Memory only.
    pub(crate) fn issued(&self) -> Option<Timestamp> {
        self.state().standing.policy().map(|policy| policy.issued)
    }

    /// Whether the policy in force says in so many words that a feature is on, and when. Memory only.
    pub(crate) fn released(&self, feature: Feature) -> Option<Timestamp> {
        let state = self.state();
        let policy = state.standing.policy()?;
        let is_on = policy.rule(feature.name()).switch == policy::Switch::On;
        (is_on && policy.names(feature.name())).then_some(policy.issued)
    }

    /// How long the content stays readable without contact to the portal. Memory only.
    pub(crate) fn lease(&self) -> Option<Duration> {
        self.state().standing.policy()?.lease
    }

    /// The oldest version that the clinic accepts, if `app` is older. An app that tells none is not judged. Memory only.
    pub(crate) fn update_required(&self, app: &str) -> Option<String> {
        let state = self.state();
        let needed = state.standing.policy()?.min_app_version.as_ref()?;
        let is_older = Version::of_app(app).is_some_and(|version| version < *needed);
        is_older.then(|| needed.to_string())
    }

    /// What is known of it. Memory only.
    pub(crate) fn status(&self, app: &str) -> PolicyStatus {
        let update_required = self.update_required(app);
        let state = self.state();
        let policy = state.standing.policy();
        let problem = state.standing.problem().map(PolicyProblem::from);
        let withheld = state.standing.is_withheld();
        PolicyStatus {
            configured: !self.keys.named().is_empty(),
            seq: policy.map(|policy| policy.seq),
            issued_at: policy.map(|policy| policy.issued.into()),
            asked_at: state.asked,
            problem: problem.or(withheld.then_some(PolicyProblem::Withheld)),
            update_required,
        }
    }

    /// Asks the portal, if there is a reason to. Fails where the portal does not answer; what is in force stays so, whatever it
    /// does.
    pub(crate) async fn check(self: &Arc<Self>, http: &HttpClient, reason: Reason) -> Result<()> {
        if self.keys.named().is_empty() {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        let hint = http.policy_hint();
        if reason != Reason::Asked && !self.is_due(hint, reason) {
            return Ok(());
        }
        let shown = tokio::select! {
            biased;
            shown = self.ask(http) => shown,
            () = self.platform.clock.timer(PATIENCE) => Err(PericardError::Offline),
        };
        self.state().failed = shown.is_err().then(|| self.platform.clock.uptime());
        let shown = shown?;
        let event = match &shown {
            Shown::Document { text, .. } => Event::Offered {
                policy: Policy::read(text, &self.keys, &self.base).map(Box::new),
                now: http.estimated_time(http.base().url()),
            },
            Shown::TheSame => {
                let policy = self.state().standing.policy().cloned();
                match policy {
                    Some(policy) => Event::Offered {
                        policy: Ok(Box::new(policy)),
                        now: http.estimated_time(http.base().url()),
                    },
                    None => return Ok(()),
                }
            }
            Shown::Nothing => Event::NoneOffered,
        };
        {
            let mut state = self.state();
            state.followed = hint;
            state.asked = Some(self.platform.clock.now());
        }
        self.run(event, shown).await;
        let (seq, problem) = {
            let state = self.state();
            let problem = state.standing.problem().map(PolicyProblem::from);
            (state.standing.policy().map(|policy| policy.seq), problem)
        };
        log::event!(INFO, "policy asked for", in_force = seq, problem = problem);
        Ok(())
    }

    /// Whether it is time to ask. A clock that was set back makes it so.
    fn is_due(&self, hint: Option<u64>, reason: Reason) -> bool {
        let state = self.state();
        let uptime = self.platform.clock.uptime();
        let failed_lately =
            |failed: Duration| uptime.checked_sub(failed).is_some_and(|ago| ago < AGAIN);
        if state.failed.is_some_and(failed_lately) {
            return false;
        }
        let hinted = hint.is_some()
            && hint != state.standing.policy().map(|policy| policy.seq)
            && hint != state.followed;
        let now = self.platform.clock.now();
        let age = state.asked.and_then(|asked| now.duration_since(asked).ok());
        reason == Reason::HeldUp || hinted || age.is_none_or(|age| age >= PACE)
    }

    async fn ask(&self, http: &HttpClient) -> Result<Shown> {
        let url = http.base().join(policy::PATH);
        let mut request = Request::get(url, limits::TOKEN).header("accept", "application/jose");
        if let Some(etag) = self.state().etag.clone() {
            request = request.header("if-none-match", etag);
        }
        let response = http.send(request).await?;
        let etag = response.header("etag").map(str::to_owned);
        Ok(match response.status {
            200 if !response.is_html() => Shown::Document {
                // What is no text is no policy.
                text: String::from_utf8(response.body).unwrap_or_default(),
                etag,
            },
            304 => Shown::TheSame,
            404 | 410 => Shown::Nothing,
            _ => return Err(response.refusal()),
        })
    }

    /// Runs the machine from `event`.
    async fn run(self: &Arc<Self>, event: Event, shown: Shown) {
        let (text, etag) = match shown {
            Shown::Document { text, etag } => (text, etag),
            Shown::TheSame | Shown::Nothing => (String::new(), None),
        };
        let mut next = Some(event);
        let mut saved = false;
        while let Some(event) = next.take() {
            for effect in self.on(event) {
                match effect {
                    Effect::Save => {
                        let asked = self.state().asked;
                        let document = SavedPolicy {
                            document: text.clone(),
                            etag: etag.clone(),
                            asked,
                            problem: None,
                        };
                        saved = self.save(document).await;
                        if saved {
                            self.state().etag = etag.clone();
                        }
                        next = Some(if saved { Event::Saved } else { Event::NotSaved });
                    }
                    Effect::Raise { key, seq } => {
                        let this = self.clone();
                        let noted = self
                            .platform
                            .blocking(move || this.vault.note_policy(&this.base, key, seq));
                        // If this fails, the next start does it.
                        let _ = noted.await;
                    }
                    Effect::Tell => self.told(),
                }
            }
        }
        if !saved {
            let this = self.clone();
            let (asked, problem) = {
                let state = self.state();
                (state.asked, state.standing.problem())
            };
            let problem = problem.and_then(|problem| serde_json::to_string(&problem).ok());
            // What could not be noted is asked again.
            let _ = self
                .platform
                .blocking(move || {
                    let problem = problem.as_deref();
                    this.device.policy_asked(&this.base, asked, problem)
                })
                .await;
        }
    }

    fn on(&self, event: Event) -> Vec<Effect> {
        let mut state = self.state();
        let (standing, effects) = state.standing.clone().on(event);
        state.standing = standing;
        effects
    }

    async fn save(self: &Arc<Self>, document: SavedPolicy) -> bool {
        let this = self.clone();
        let saved = self
            .platform
            .blocking(move || this.device.save_policy(&this.base, &document));
        saved.await.is_ok()
    }

    fn told(&self) {
        let all: Vec<_> = {
            let all = self
                .concerned
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            all.iter().filter_map(Weak::upgrade).collect()
        };
        for one in all {
            one.policy_changed();
        }
    }
}

/// A portal's base and the keys that it is configured with.
type Configured = (String, Option<String>);

/// The policies of a client, by what they are configured with.
#[derive(Default)]
pub(crate) struct Policies(Mutex<BTreeMap<Configured, Arc<PortalPolicy>>>);

impl Policies {
    /// The policy of a portal, loaded if it is not. Blocks.
    pub(super) fn of(
        &self,
        config: &PortalConfig,
        load: impl FnOnce() -> Result<PortalPolicy>,
    ) -> Result<Arc<PortalPolicy>> {
        let key = (config.base.clone(), config.policy_keys.clone());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(policy) = all.get(&key) {
            return Ok(policy.clone());
        }
        let policy = Arc::new(load()?);
        all.insert(key, policy.clone());
        Ok(policy)
    }

    /// Lets go what is known of a portal that no account is at any more. Memory only.
    pub(super) fn forget(&self, base: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(known, _), _| known != base);
    }
}
