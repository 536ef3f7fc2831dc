//! The lifecycle of a client in practice: who is at work, what aborts them, and who waits for it.
//!
//! Uses: `clock`, `error`
//!
//! The states are `pericard_protocol::lifecycle`'s; this carries its effects out, one after the other. iOS kills a
//! suspended process that holds a file lock, so a pause must know that no work is under way any more, and must be done
//! soon: syncs are aborted at once, every other exchange with a server after [`GRACE`], and a pause waits no longer
//! than [`LIMIT`] for anything but a disk. While the client is not open, entering fails at once with `Closed`.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pericard_protocol::lifecycle as machine;
use pericard_protocol::lifecycle::{Effect, Event};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::Platform;
use super::error::{PericardError, Result};

/// How long what is not a sync may go on: long enough for a refresh that would otherwise lose its new tokens.
const GRACE: Duration = Duration::from_millis(1_000);

/// How long aborted work may take to end.
const LIMIT: Duration = Duration::from_millis(700);

/// The files of a client. Its methods block.
pub(crate) trait Files: Send + Sync + 'static {
    /// Closes every file and idle connection.
    fn close(&self);
    /// Lets the next use open the files again.
    fn reopen(&self);
    /// Frees the directory for another client.
    fn release(&self);
}

/// The lifecycle of one client.
#[derive(Clone)]
pub(crate) struct Lifecycle(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    work: TaskTracker,
}

struct State {
    machine: machine::Lifecycle,
    /// What is still to be done. Whoever finds nobody at it carries it out.
    effects: VecDeque<Effect>,
    busy: bool,
    /// The files may be opened: false from a pause until they are reopened.
    ready: bool,
    waiting: Waiting,
    abort: Abort,
}

#[derive(Default)]
struct Waiting {
    pauses: Vec<oneshot::Sender<Result<()>>>,
    resumes: Vec<oneshot::Sender<Result<()>>>,
    shut_downs: Vec<oneshot::Sender<Result<()>>>,
}

/// What is aborted when, from one resume to the next pause.
#[derive(Default)]
struct Abort {
    syncs: CancellationToken,
    network: CancellationToken,
}

/// Keeps a client open as long as it is held, whatever it is.
pub(crate) type KeepOpen = Arc<dyn std::any::Any + Send + Sync>;

/// How work ended that `cancelled` ends: whichever of its parts finds the client closed first, it was cancelled.
pub(crate) fn unless_cancelled<T>(cancelled: &CancellationToken, result: Result<T>) -> Result<T> {
    match result {
        Err(PericardError::Closed) if cancelled.is_cancelled() => Err(PericardError::Cancelled),
        result => result,
    }
}

/// The right to work; ending is dropping it.
pub(crate) struct ActivityGuard {
    _token: TaskTrackerToken,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self(Arc::new(Inner {
            state: Mutex::new(State {
                machine: machine::Lifecycle::Open,
                effects: VecDeque::new(),
                busy: false,
                ready: true,
                waiting: Waiting::default(),
                abort: Abort::default(),
            }),
            work: TaskTracker::new(),
        }))
    }
}

impl Lifecycle {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins work, if the client is open. Memory only.
    pub(crate) fn enter(&self) -> Result<ActivityGuard> {
        let state = self.state();
        if !state.ready || !state.machine.is_open() {
            return Err(PericardError::Closed);
        }
        Ok(ActivityGuard {
            _token: self.0.work.token(),
        })
    }

    /// Cancelled as soon as a pause begins.
    pub(crate) fn syncs(&self) -> CancellationToken {
        self.state().abort.syncs.clone()
    }

    /// Cancelled when the grace of a pause is over.
    pub(crate) fn network(&self) -> CancellationToken {
        self.state().abort.network.clone()
    }

    /// Whether nothing is under way, no pause nor shut-down either. Memory only.
    pub(crate) fn is_idle(&self) -> bool {
        self.0.work.is_empty() && !self.state().busy
    }

    /// Aborts what is under way: nobody holds the client any more. Memory only.
    pub(crate) fn abandon(&self) {
        let state = self.state();
        state.abort.syncs.cancel();
        state.abort.network.cancel();
    }

    /// Closes `files` after what is under way has ended or was aborted.
    pub(crate) async fn pause(&self, platform: &Platform, files: Arc<dyn Files>) -> Result<()> {
        self.call(Event::Pause, platform, files).await
    }

    /// Opens the client again; `Closed` when a later pause or a shut-down came first.
    pub(crate) async fn resume(&self, platform: &Platform, files: Arc<dyn Files>) -> Result<()> {
        self.call(Event::Resume, platform, files).await
    }

    /// Closes `files` for good.
    pub(crate) async fn shut_down(&self, platform: &Platform, files: Arc<dyn Files>) -> Result<()> {
        self.call(Event::ShutDown, platform, files).await
    }

    async fn call(&self, event: Event, platform: &Platform, files: Arc<dyn Files>) -> Result<()> {
        let (tell, told) = oneshot::channel();
        let busy = {
            let mut state = self.state();
            let waiting = &mut state.waiting;
            match event {
                Event::Pause => waiting.pauses.push(tell),
                Event::Resume => waiting.resumes.push(tell),
                _ => waiting.shut_downs.push(tell),
            }
            state.on(event);
            std::mem::replace(&mut state.busy, true)
        };
        if !busy {
            let (this, hands) = (self.clone(), platform.clone());
            platform.spawner.spawn(Box::pin(
                async move { this.run_effects(&hands, files).await },
            ));
        }
        told.await.unwrap_or(Err(PericardError::Closed))
    }

    async fn run_effects(&self, platform: &Platform, files: Arc<dyn Files>) {
        while let Some(effect) = self.next_effect() {
            match effect {
                Effect::Abort => {
                    self.drain(platform).await;
                    self.state().on(Event::Drained);
                }
                Effect::CloseFiles => {
                    on_disk(platform, &files, |files| files.close()).await;
                    self.state().on(Event::FilesClosed);
                }
                Effect::ReopenFiles => {
                    on_disk(platform, &files, |files| files.reopen()).await;
                    self.0.work.reopen();
                    let mut state = self.state();
                    state.abort = Abort::default();
                    state.ready = true;
                }
                Effect::ReleaseDirectory => {
                    on_disk(platform, &files, |files| files.release()).await;
                }
                Effect::AnswerPause => answer(&mut self.state().waiting.pauses, Ok(())),
                Effect::AnswerResume => answer(&mut self.state().waiting.resumes, Ok(())),
                Effect::RefuseResume => {
                    let refused = Err(PericardError::Closed);
                    answer(&mut self.state().waiting.resumes, refused);
                }
                Effect::AnswerShutDown => answer(&mut self.state().waiting.shut_downs, Ok(())),
            }
        }
    }

    fn next_effect(&self) -> Option<Effect> {
        let mut state = self.state();
        let next = state.effects.pop_front();
        state.busy = next.is_some();
        next
    }

    /// Waits for what is under way; aborts it step by step.
    async fn drain(&self, platform: &Platform) {
        let network = self.network();
        self.0.work.close();
        for limit in [GRACE, LIMIT] {
            tokio::select! {
                biased;
                () = self.0.work.wait() => break,
                () = platform.clock.timer(limit) => network.cancel(),
            }
        }
        network.cancel();
    }
}

impl State {
    fn on(&mut self, event: Event) {
        let (next, effects) = self.machine.on(event);
        self.machine = next;
        self.ready &= next.is_open();
        // Before anybody is told `Closed`: who is at work is cancelled first.
        if effects.contains(&Effect::Abort) {
            self.abort.syncs.cancel();
        }
        self.effects.extend(effects);
    }
}

fn answer(waiting: &mut Vec<oneshot::Sender<Result<()>>>, result: Result<()>) {
    for tell in waiting.drain(..) {
        // Who went away does not mind.
        let _ = tell.send(result.clone());
    }
}

async fn on_disk(platform: &Platform, files: &Arc<dyn Files>, work: fn(&dyn Files)) {
    let files = files.clone();
    let done = platform.closing(move || {
        work(&*files);
        Ok(())
    });
    // A panic in closing one file must not keep a pause from being answered.
    let _ = done.await;
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
