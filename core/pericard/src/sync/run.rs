//! A run and its handles: start one, watch it, cancel it.
//!
//! An account has one run at a time. Whoever starts another joins it, unless it was cancelled or its budget ends
//! sooner, or it compares less; then a run of one's own begins when that one has ended. Every handle is a subscription of its own: dropping
//! it detaches, and the run goes on. Whoever joins may have queued something since the run sent last, so it sends once more
//! before it ends. `cancel`, a used-up budget and a pause of the client end a run at once, whatever a
//! server does: the work is dropped between two steps of a store that survives that at any point.
//!
//! Uses: `progress`

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::platform::Platform;
use crate::platform::error::{PericardError, Result};
use crate::platform::lifecycle::{KeepOpen, unless_cancelled};

use super::progress::{IncompleteReason, SyncOutcome, SyncProgress};

#[derive(Clone)]
struct Report {
    progress: SyncProgress,
    done: Option<Result<SyncOutcome>>,
}

/// A handle on the account's run.
///
/// Ask `next` until it returns nothing (the run is done) or fails (it ended early; what had arrived is kept).
#[derive(uniffi::Object)]
pub struct SyncRun {
    subscription: tokio::sync::Mutex<Subscription>,
    run: Arc<Run>,
    open: OnceLock<KeepOpen>,
}

/// What one handle was told.
struct Subscription {
    reports: watch::Receiver<Report>,
    last: Option<SyncProgress>,
    ended: bool,
}

#[uniffi::export]
impl SyncRun {
    /// The progress, as soon as there is more of it; nothing when the run is done. The last progress is always told,
    /// those before it may be left out.
    ///
    /// Fails once with what ended the run early: `Offline`, `SignInRequired`, `RateLimited`, `Integrity`, `Portal`,
    /// `Storage`, `Locked`, `Cancelled`; then returns nothing. A call that is given up loses no progress.
    pub async fn next(&self) -> Result<Option<SyncProgress>, PericardError> {
        let mut subscription = self.subscription.lock().await;
        if subscription.ended {
            return Ok(None);
        }
        // The sender lives as long as the run; gone without a result means that the run panicked.
        if subscription.reports.changed().await.is_err() {
            subscription.ended = true;
            return Err(PericardError::internal("run"));
        }
        let report = subscription.reports.borrow_and_update().clone();
        match report.done {
            Some(result) if subscription.last == Some(report.progress) => {
                subscription.ended = true;
                result.map(|_| None)
            }
            done => {
                if done.is_some() {
                    // The end came together with its last progress: that first, the end at the next call.
                    subscription.reports.mark_changed();
                }
                subscription.last = Some(report.progress);
                Ok(subscription.last)
            }
        }
    }

    /// How the run ended; nothing while it is under way, and when it failed. A run that ends by its budget is
    /// `Incomplete` with `Interrupted`. Memory only.
    pub fn outcome(&self) -> Option<SyncOutcome> {
        let report = self.run.reports.borrow();
        report.done.clone().and_then(Result::ok)
    }

    /// How many records changed at the portal since the last sync, where they were only counted: the run of a locked account
    /// ends `Incomplete` with `Locked` and fetches nothing. 50 for each feature at most. Memory only.
    pub fn news(&self) -> u64 {
        self.run.news.load(Relaxed)
    }

    /// Ends the run at once, for everybody who watches it. What had arrived is kept.
    pub fn cancel(&self) {
        self.run.cancelled.cancel();
    }
}

impl SyncRun {
    /// Keeps the client open as long as this handle is held.
    pub(crate) fn keep(&self, open: KeepOpen) {
        let _ = self.open.set(open);
    }
}

/// A run from the inside.
pub(crate) struct Run {
    reports: watch::Sender<Report>,
    cancelled: CancellationToken,
    /// What the handles are told where something else than `cancel` or a pause ended it.
    why: OnceLock<PericardError>,
    /// By the time since boot: setting the clock changes no budget.
    deadline: Option<Duration>,
    /// It compares with the portal's lists whether that is due or not.
    pub(crate) full: bool,
    /// It only counts what is new.
    looks: bool,
    /// How many records are new, where they were only counted.
    news: AtomicU64,
    joining: Mutex<Joining>,
    platform: Platform,
}

/// Who has joined a run.
#[derive(Debug, Default)]
struct Joining {
    joined: u32,
    /// Nobody may join any more: it does not send again.
    closed: bool,
}

/// What a run is to do.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Task {
    /// The longest that it may take.
    pub(crate) budget: Option<Duration>,
    /// Whether it compares with the portal's lists even if that is not due.
    pub(crate) full: bool,
    /// Whether it only counts what is new: the content is locked.
    pub(crate) looks: bool,
}

impl Run {
    /// Drives `work` until it ends, is cancelled, or the budget is used up; the last is what was asked for.
    async fn limited(
        &self,
        work: impl Future<Output = Result<SyncOutcome>>,
    ) -> Result<SyncOutcome> {
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => Err(PericardError::Cancelled),
            () = self.late() => Ok(SyncOutcome::Incomplete { reason: IncompleteReason::Interrupted }),
            result = work => unless_cancelled(&self.cancelled, result),
        }
    }

    async fn late(&self) {
        match self.deadline {
            Some(deadline) => {
                let left = deadline.saturating_sub(self.platform.clock.uptime());
                self.platform.clock.timer(left).await;
            }
            None => std::future::pending().await,
        }
    }

    /// Whether this run does what one that ends at `deadline` would do for `task`.
    fn does(&self, deadline: Option<Duration>, task: Task) -> bool {
        let long_enough = match (self.deadline, deadline) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(ours), Some(theirs)) => ours >= theirs,
        };
        let thorough_enough = (self.full || !task.full) && (task.looks || !self.looks);
        long_enough
            && thorough_enough
            && !self.cancelled.is_cancelled()
            && self.reports.borrow().done.is_none()
    }

    /// Counts somebody in; false where the run is too far to send what they may have queued.
    fn join(&self) -> bool {
        let mut joining = self.joining();
        joining.joined += u32::from(!joining.closed);
        !joining.closed
    }

    /// Counts records that are new at the portal.
    pub(crate) fn found(&self, news: u64) {
        self.news.fetch_add(news, Relaxed);
    }

    /// How many have joined so far.
    pub(crate) fn joined(&self) -> u32 {
        self.joining().joined
    }

    /// Lets nobody join any more, unless somebody has since there were `joined`.
    pub(crate) fn closes(&self, joined: u32) -> bool {
        let mut joining = self.joining();
        joining.closed = joining.joined == joined;
        joining.closed
    }

    fn joining(&self) -> std::sync::MutexGuard<'_, Joining> {
        self.joining.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ended(&self) {
        let mut reports = self.reports.subscribe();
        // The sender is this run's own and cannot be gone.
        let _ = reports.wait_for(|report| report.done.is_some()).await;
    }

    /// How far it has come.
    pub(crate) fn counted(&self) -> SyncProgress {
        self.reports.borrow().progress
    }

    /// Changes the progress.
    pub(crate) fn progress(&self, change: impl FnOnce(&mut SyncProgress)) {
        self.reports
            .send_modify(|report| report.progress = report.progress.after(change));
    }

    fn watch(self: &Arc<Self>) -> Arc<SyncRun> {
        let mut receiver = self.reports.subscribe();
        // Whoever joins late hears at once how far the run is.
        receiver.mark_changed();
        let subscription = Subscription {
            reports: receiver,
            last: None,
            ended: false,
        };
        Arc::new(SyncRun {
            subscription: tokio::sync::Mutex::new(subscription),
            run: self.clone(),
            open: OnceLock::new(),
        })
    }
}

/// The runs of one account.
#[derive(Default)]
pub(crate) struct SyncCoordinator {
    /// The newest last; those before it are ending.
    runs: Mutex<Vec<Weak<Run>>>,
}

impl SyncCoordinator {
    /// Joins the run under way, or starts `work` as a new one. `parent` cancels it.
    pub(crate) fn start<W: Future<Output = Result<SyncOutcome>> + Send + 'static>(
        &self,
        platform: &Platform,
        parent: &CancellationToken,
        task: Task,
        work: impl FnOnce(Arc<Run>) -> W,
    ) -> Arc<SyncRun> {
        let deadline = task
            .budget
            .map(|budget| platform.clock.uptime().saturating_add(budget));
        let mut runs = self.runs();
        runs.retain(|run| run.strong_count() > 0);
        let before = runs.last().and_then(Weak::upgrade);
        if let Some(run) = before
            .as_ref()
            .filter(|run| run.does(deadline, task) && run.join())
        {
            return run.watch();
        }
        let (reports, _) = watch::channel(Report {
            progress: SyncProgress::BEGIN,
            done: None,
        });
        let run = Arc::new(Run {
            reports,
            cancelled: parent.child_token(),
            why: OnceLock::new(),
            deadline,
            full: task.full,
            looks: task.looks,
            news: AtomicU64::new(0),
            joining: Mutex::default(),
            platform: platform.clone(),
        });
        runs.push(Arc::downgrade(&run));
        let handle = run.watch();
        let job = work(run.clone());
        let guard = Ended(run);
        platform.spawner.spawn(Box::pin(async move {
            let in_turn = async {
                if let Some(before) = before {
                    before.ended().await;
                }
                job.await
            };
            let result = match guard.0.limited(in_turn).await {
                Err(PericardError::Cancelled) => Err(guard
                    .0
                    .why
                    .get()
                    .cloned()
                    .unwrap_or(PericardError::Cancelled)),
                result => result,
            };
            guard
                .0
                .reports
                .send_modify(|report| report.done = Some(result));
        }));
        handle
    }

    /// Ends every run with `why`, without waiting for it.
    pub(crate) fn cancel(&self, why: &PericardError) {
        for run in self.runs().iter().filter_map(Weak::upgrade) {
            // The first reason counts.
            let _ = run.why.set(why.clone());
            run.cancelled.cancel();
        }
    }

    /// Returns when every run that there is has ended.
    pub(crate) async fn ended(&self) {
        let runs: Vec<_> = self.runs().iter().filter_map(Weak::upgrade).collect();
        for run in runs {
            run.ended().await;
        }
    }

    fn runs(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Run>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the handles even when the run panics: otherwise they would wait for ever.
struct Ended(Arc<Run>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.reports.send_if_modified(|report| {
            let panicked = report.done.is_none();
            if panicked {
                report.done = Some(Err(PericardError::internal("run")));
            }
            panicked
        });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn within(budget: Duration) -> Task {
        Task {
            budget: Some(budget),
            ..Task::default()
        }
    }

    #[tokio::test]
    async fn the_last_progress_is_told_before_the_end() {
        let (platform, sync_runs) = (Platform::real("test"), SyncCoordinator::default());
        let run = sync_runs.start(
            &platform,
            &CancellationToken::new(),
            Task::default(),
            async |run| {
                run.progress(|p| p.sent = 1);
                Ok(SyncOutcome::Complete)
            },
        );
        let mut last = None;
        while let Some(progress) = run.next().await.unwrap() {
            last = Some(progress);
        }
        assert_eq!(last.unwrap().sent, 1);
        assert_eq!(run.next().await, Ok(None));
    }

    #[tokio::test]
    async fn a_run_that_panics_ends_for_everybody() {
        let (platform, sync_runs) = (Platform::real("test"), SyncCoordinator::default());
        let run = sync_runs.start(
            &platform,
            &CancellationToken::new(),
            Task::default(),
            async |_| panic!("somebody's name"),
        );
        let ended = loop {
            match run.next().await {
                Ok(Some(_)) => {}
                ended => break ended,
            }
        };
        assert_eq!(ended, Err(PericardError::internal("run")));
        assert_eq!(run.next().await, Ok(None));
    }

    async fn end(run: &SyncRun) -> Result<()> {
        while run.next().await?.is_some() {}
        Ok(())
    }

    #[tokio::test]
    async fn who_joins_gets_the_same_run() {
        let (platform, runs) = (Platform::real("test"), SyncCoordinator::default());
        let (tell, told) = tokio::sync::oneshot::channel::<()>();
        let none = CancellationToken::new();
        let first = runs.start(&platform, &none, Task::default(), |_| async {
            told.await.unwrap();
            Ok(SyncOutcome::Complete)
        });
        let second = runs.start(
            &platform,
            &none,
            within(Duration::from_secs(5)),
            async |_| Err(PericardError::internal("two runs")),
        );
        tell.send(()).unwrap();
        assert_eq!(end(&first).await, Ok(()));
        assert_eq!(end(&second).await, Ok(()));
    }

    #[tokio::test]
    async fn a_run_that_hangs_ends_by_its_budget_or_by_cancelling() {
        let (platform, runs) = (Platform::real("test"), SyncCoordinator::default());
        let none = CancellationToken::new();
        let late = runs.start(&platform, &none, within(Duration::ZERO), |_| {
            std::future::pending()
        });
        assert_eq!(end(&late).await, Ok(()));
        let stuck = runs.start(&platform, &none, Task::default(), |_| {
            std::future::pending()
        });
        stuck.cancel();
        assert_eq!(end(&stuck).await, Err(PericardError::Cancelled));
        let paused = CancellationToken::new();
        let stuck = runs.start(&platform, &paused, Task::default(), |_| {
            std::future::pending()
        });
        paused.cancel();
        assert_eq!(end(&stuck).await, Err(PericardError::Cancelled));
    }

    /// The step at which it notices may see the closed client before the run sees that it was cancelled.
    #[tokio::test]
    async fn a_run_that_meets_the_closed_client_of_its_pause_was_cancelled() {
        let (platform, runs) = (Platform::real("test"), SyncCoordinator::default());
        let paused = CancellationToken::new();
        let pausing = paused.clone();
        let run = runs.start(&platform, &paused, Task::default(), async move |_| {
            pausing.cancel();
            Err(PericardError::Closed)
        });
        assert_eq!(end(&run).await, Err(PericardError::Cancelled));
    }

    /// A run of one's own begins where the one under way was cancelled or has less time, and never beside it.
    #[tokio::test]
    async fn a_cancelled_or_shorter_run_is_not_joined() {
        let (platform, runs) = (Platform::real("test"), SyncCoordinator::default());
        let none = CancellationToken::new();
        let short = runs.start(&platform, &none, within(Duration::from_millis(20)), |_| {
            std::future::pending()
        });
        let own = runs.start(&platform, &none, Task::default(), async |run| {
            run.progress(|p| p.sent = 7);
            Ok(SyncOutcome::Complete)
        });
        assert_eq!(end(&own).await, Ok(()));
        let interrupted = SyncOutcome::Incomplete {
            reason: IncompleteReason::Interrupted,
        };
        assert_eq!(short.outcome(), Some(interrupted));
        assert_eq!(own.run.reports.borrow().progress.sent, 7);
        let full = Task {
            full: true,
            ..Task::default()
        };
        // It goes on until the others are there: they could be done before they are joined.
        let (go_on, told) = tokio::sync::oneshot::channel::<()>();
        let plain = runs.start(&platform, &none, Task::default(), |_| async {
            drop(told.await);
            Ok(SyncOutcome::Complete)
        });
        let own = runs.start(&platform, &none, full, async |run| {
            run.progress(|p| p.sent = 8);
            Ok(SyncOutcome::Complete)
        });
        let joined = runs.start(&platform, &none, Task::default(), async |_| {
            Err(PericardError::internal("a run beside a full one"))
        });
        drop(go_on);
        assert_eq!(end(&plain).await, Ok(()));
        assert_eq!(end(&own).await, Ok(()));
        assert_eq!(own.run.reports.borrow().progress.sent, 8);
        assert_eq!(end(&joined).await, Ok(()));
        // Whoever may read again does not join one that only counts.
        let looks = Task {
            looks: true,
            ..Task::default()
        };
        let (go_on, told) = tokio::sync::oneshot::channel::<()>();
        let counting = runs.start(&platform, &none, looks, |_| async {
            drop(told.await);
            Ok(SyncOutcome::Complete)
        });
        let own = runs.start(&platform, &none, Task::default(), async |run| {
            run.progress(|p| p.sent = 9);
            Ok(SyncOutcome::Complete)
        });
        drop(go_on);
        assert_eq!(end(&counting).await, Ok(()));
        assert_eq!(end(&own).await, Ok(()));
        assert_eq!(own.run.reports.borrow().progress.sent, 9);
        let cancelled = runs.start(&platform, &none, Task::default(), |_| {
            std::future::pending()
        });
        cancelled.cancel();
        let own = runs.start(&platform, &none, Task::default(), async |_| {
            Ok(SyncOutcome::Complete)
        });
        assert_eq!(end(&own).await, Ok(()));
        assert_eq!(end(&cancelled).await, Err(PericardError::Cancelled));
    }
}
