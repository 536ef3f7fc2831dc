//! A run and its handles: start one, watch it, cancel it.
//!
//! There is one run per account at a time; whoever starts another joins it. Every handle is a subscription of its
//! own: dropping it detaches, and the run goes on. `cancel` ends the run for all at the next page boundary.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use crate::platform::Platform;
use crate::platform::error::{PericardError, Result};

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SyncStage {
    /// Sending what is queued.
    Sending,
    /// Fetching what is new.
    Receiving,
    /// Merging the search index after a large fetch.
    Finishing,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct SyncProgress {
    /// What the run is doing.
    pub stage: SyncStage,
    /// Records received so far, those included that were known before.
    pub received: u64,
    /// How many records to expect, where the portal said so. A hint: the end may come earlier or later.
    pub expected: Option<u64>,
    /// Queued messages that the portal has taken so far.
    pub sent: u64,
}

#[derive(Clone)]
struct Report {
    progress: SyncProgress,
    done: Option<Result<()>>,
}

/// A handle on the account's run.
///
/// Ask `next` until it returns nothing (the run is done) or fails (it ended early; what had arrived is kept).
#[derive(uniffi::Object)]
pub struct SyncRun {
    subscription: tokio::sync::Mutex<Subscription>,
    run: Arc<Run>,
}

/// What one handle was subscription.
struct Subscription {
    reports: watch::Receiver<Report>,
    last: Option<SyncProgress>,
    ended: bool,
}

#[uniffi::export]
impl SyncRun {
    /// The progress, as soon as there is more of it; nothing when the run is done. The last progress is always subscription,
    /// those before it may be left out.
    ///
    /// Fails once with what ended the run early: `Offline`, `SignInRequired`, `RateLimited`, `Integrity`, `Portal`,
    /// `Storage`, `Cancelled`; then returns nothing. A call that is given up loses no progress.
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
                result.map(|()| None)
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

    /// Ends the run at the next page boundary, for everybody who watches it.
    pub fn cancel(&self) {
        self.run.cancelled.store(true, SeqCst);
    }
}

/// A run from the inside.
pub(crate) struct Run {
    reports: watch::Sender<Report>,
    cancelled: AtomicBool,
    deadline: Option<SystemTime>,
    platform: Platform,
}

impl Run {
    /// `Cancelled` once somebody asked for it or the budget is used up; asked at every page boundary.
    pub(crate) fn go_on(&self) -> Result<()> {
        if self.cancelled.load(SeqCst) || self.is_late() {
            Err(PericardError::Cancelled)
        } else {
            Ok(())
        }
    }

    fn is_late(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| self.platform.clock.now() >= deadline)
    }

    /// A run that used up its budget did what it was asked to.
    fn result(&self, result: Result<()>) -> Result<()> {
        match result {
            Err(PericardError::Cancelled) if !self.cancelled.load(SeqCst) && self.is_late() => {
                Ok(())
            }
            other => other,
        }
    }

    pub(crate) fn progress(&self, change: impl FnOnce(&mut SyncProgress)) {
        self.reports
            .send_modify(|report| change(&mut report.progress));
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
        })
    }
}

/// The account's current run.
#[derive(Default)]
pub(crate) struct SyncCoordinator {
    current: Mutex<Weak<Run>>,
}

impl SyncCoordinator {
    /// Joins the run that is under way, or starts `work` as a new one.
    pub(crate) fn start<W>(
        &self,
        platform: &Platform,
        budget: Option<Duration>,
        work: impl FnOnce(Arc<Run>) -> W,
    ) -> Arc<SyncRun>
    where
        W: Future<Output = Result<()>> + Send + 'static,
    {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(run) = current
            .upgrade()
            .filter(|run| run.reports.borrow().done.is_none())
        {
            return run.watch();
        }
        let progress = SyncProgress {
            stage: SyncStage::Sending,
            received: 0,
            expected: None,
            sent: 0,
        };
        let run = Arc::new(Run {
            reports: watch::Sender::new(Report {
                progress,
                done: None,
            }),
            cancelled: AtomicBool::new(false),
            deadline: budget.and_then(|budget| platform.clock.now().checked_add(budget)),
            platform: platform.clone(),
        });
        *current = Arc::downgrade(&run);
        let handle = run.watch();
        let job = work(run.clone());
        let guard = Ended(run);
        platform.spawner.spawn(Box::pin(async move {
            let result = guard.0.result(job.await);
            guard
                .0
                .reports
                .send_modify(|report| report.done = Some(result));
        }));
        handle
    }

    /// Asks the current run to end, without waiting for it.
    pub(crate) fn cancel(&self) {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(run) = current.upgrade() {
            run.cancelled.store(true, SeqCst);
        }
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

    #[tokio::test]
    async fn the_last_progress_is_told_before_the_end() {
        let (platform, sync_runs) = (Platform::real("test"), SyncCoordinator::default());
        let run = sync_runs.start(&platform, None, async |run| {
            run.progress(|p| p.sent = 1);
            Ok(())
        });
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
        let run = sync_runs.start(&platform, None, async |_| panic!("somebody's name"));
        let ended = loop {
            match run.next().await {
                Ok(Some(_)) => {}
                ended => break ended,
            }
        };
        assert_eq!(ended, Err(PericardError::internal("run")));
        assert_eq!(run.next().await, Ok(None));
    }

    #[tokio::test]
    async fn who_joins_gets_the_same_run_and_a_budget_ends_it_well() {
        let (platform, sync_runs) = (Platform::real("test"), SyncCoordinator::default());
        let run = sync_runs.start(&platform, Some(Duration::ZERO), async |run| run.go_on());
        while run.next().await.unwrap().is_some() {}
        let (tell, subscription) = tokio::sync::oneshot::channel::<()>();
        let first = sync_runs.start(&platform, None, |_| async {
            subscription.await.unwrap();
            Ok(())
        });
        let second = sync_runs.start(&platform, None, async |_| {
            Err(PericardError::internal("two sync_runs"))
        });
        tell.send(()).unwrap();
        for handle in [first, second] {
            while handle.next().await.unwrap().is_some() {}
        }
    }
}
