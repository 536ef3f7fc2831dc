//! Pauses, resumes and shut-downs that overlap, on paused time: 1,000 seeds, each another order.

#![allow(clippy::disallowed_methods)] // paused time is no time

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::task::Poll;

use super::*;
use crate::platform::{Clock, Job, Spawner, Wait};

/// Tokio's own time and tasks; what blocks runs at once.
struct Simulated;

impl Clock for Simulated {
    fn now(&self) -> std::time::SystemTime {
        std::time::SystemTime::UNIX_EPOCH
    }

    fn uptime(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, span: Duration) -> Wait {
        Box::pin(tokio::time::sleep(span))
    }

    fn timer(&self, span: Duration) -> Wait {
        self.sleep(span)
    }
}

impl Spawner for Simulated {
    fn spawn(&self, job: Job) {
        tokio::spawn(job);
    }

    fn blocking(&self, work: Box<dyn FnOnce() + Send>) {
        work();
    }
}

fn platform() -> Platform {
    Platform {
        clock: Arc::new(Simulated),
        spawner: Arc::new(Simulated),
        ..Platform::real("test")
    }
}

/// Files that know whether they are open, and how many are at work in them.
#[derive(Default)]
struct Watched {
    closed: AtomicBool,
    released: AtomicBool,
    at_work: AtomicU32,
}

impl Files for Watched {
    fn close(&self) {
        assert_eq!(self.at_work.load(SeqCst), 0, "closed under somebody's work");
        self.closed.store(true, SeqCst);
    }

    fn reopen(&self) {
        assert!(!self.released.load(SeqCst));
        self.closed.store(false, SeqCst);
    }

    fn release(&self) {
        assert!(self.closed.load(SeqCst));
        self.released.store(true, SeqCst);
    }
}

/// A small generator: the same order for the same seed.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % bound
    }
}

/// Work that a server never lets end: it goes on until the network is aborted.
fn stuck(lifecycle: &Lifecycle, files: &Arc<Watched>) -> Option<Job> {
    let guard = lifecycle.enter().ok()?;
    assert!(!files.closed.load(SeqCst), "entered with closed files");
    let (network, files) = (lifecycle.network(), files.clone());
    files.at_work.fetch_add(1, SeqCst);
    Some(Box::pin(async move {
        network.cancelled().await;
        files.at_work.fetch_sub(1, SeqCst);
        drop(guard);
    }))
}

#[tokio::test(start_paused = true)]
async fn whatever_overlaps_every_call_is_answered_and_files_are_closed_when_a_pause_is() {
    for seed in 0..1_000 {
        let mut random = Seeded(seed);
        let (platform, lifecycle) = (platform(), Lifecycle::default());
        let files = Arc::new(Watched::default());
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..random.below(12) {
            match random.below(8) {
                0..3 => {
                    let (l, p, f) = (lifecycle.clone(), platform.clone(), files.clone());
                    calls.spawn(async move { assert_eq!(l.pause(&p, f).await, Ok(())) });
                }
                3..5 => {
                    let (l, p, f) = (lifecycle.clone(), platform.clone(), files.clone());
                    calls.spawn(async move { drop(l.resume(&p, f).await) });
                }
                5 if random.below(4) == 0 => {
                    let (l, p, f) = (lifecycle.clone(), platform.clone(), files.clone());
                    calls.spawn(async move {
                        assert_eq!(l.shut_down(&p, f.clone()).await, Ok(()));
                        assert!(f.released.load(SeqCst));
                        assert!(l.enter().is_err());
                    });
                }
                5..7 => {
                    if let Some(work) = stuck(&lifecycle, &files) {
                        platform.spawner.spawn(work);
                    }
                }
                _ => tokio::task::yield_now().await,
            }
        }
        while let Some(ended) = calls.join_next().await {
            ended.unwrap();
        }
        let closed = files.closed.load(SeqCst);
        assert_eq!(lifecycle.enter().is_err(), closed, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_waits_for_what_ends_by_itself_and_aborts_the_rest_within_two_seconds() {
    let (platform, lifecycle) = (platform(), Lifecycle::default());
    let files = Arc::new(Watched::default());
    platform.spawner.spawn(stuck(&lifecycle, &files).unwrap());
    let (syncs, network) = (lifecycle.syncs(), lifecycle.network());
    let began = tokio::time::Instant::now();
    let pause = lifecycle.pause(&platform, files.clone());
    tokio::pin!(pause);
    tokio::select! {
        biased;
        _ = &mut pause => panic!("it did not wait"),
        () = syncs.cancelled() => assert!(!network.is_cancelled()),
    }
    pause.await.unwrap();
    assert!(network.is_cancelled());
    assert!(began.elapsed() < Duration::from_secs(2));
}

/// Whoever is told `Closed` was cancelled already: what it did was interrupted, not refused.
#[tokio::test(start_paused = true)]
async fn syncs_are_cancelled_before_anybody_is_told_that_the_client_is_closed() {
    let (platform, lifecycle) = (platform(), Lifecycle::default());
    let (syncs, files) = (lifecycle.syncs(), Arc::new(Watched::default()));
    let pause = lifecycle.pause(&platform, files);
    tokio::pin!(pause);
    // One look at the pause: what it spawns has not run.
    let first = std::future::poll_fn(|context| Poll::Ready(pause.as_mut().poll(context))).await;
    assert!(first.is_pending());
    assert_eq!(lifecycle.enter().err(), Some(PericardError::Closed));
    assert!(syncs.is_cancelled());
    pause.await.unwrap();
}

/// What cannot be aborted, such as a keystore that hangs, holds no pause up for ever.
#[tokio::test(start_paused = true)]
async fn a_pause_is_answered_even_when_work_never_ends() {
    let (platform, lifecycle) = (platform(), Lifecycle::default());
    let files = Arc::new(Watched::default());
    let guard = lifecycle.enter().unwrap();
    let began = tokio::time::Instant::now();
    lifecycle.pause(&platform, files.clone()).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(2));
    assert!(files.closed.load(SeqCst));
    drop(guard);
}

#[tokio::test(start_paused = true)]
async fn a_resume_beside_a_pause_takes_effect_when_the_pause_is_done() {
    let (platform, lifecycle) = (platform(), Lifecycle::default());
    let files = Arc::new(Watched::default());
    let (paused, resumed) = tokio::join!(
        lifecycle.pause(&platform, files.clone()),
        lifecycle.resume(&platform, files.clone())
    );
    assert_eq!((paused, resumed), (Ok(()), Ok(())));
    assert!(lifecycle.enter().is_ok());
    assert!(!lifecycle.network().is_cancelled());
}
