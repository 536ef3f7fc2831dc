//! Change streams: merged, bounded, pulled.
//!
//! Each stream holds one set of what changed since the last call. Sets merge, so a slow reader gets one larger set
//! instead of a queue; beyond [`MOST_GROUPS`] groups a set says that the whole list changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Notify;

use crate::platform::id::ThreadId;
use crate::storage::{Feature, IdKind, Ids};

/// Groups of one feature in a set; more are told as all of them.
const MOST_GROUPS: usize = 256;

/// What a transaction changed in one feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowChanges {
    pub(crate) feature: Feature,
    /// What its records are grouped in, such as threads.
    pub(crate) group_kind: IdKind,
    /// Rows of groups.
    pub(crate) groups: BTreeSet<i64>,
    /// Records came, changed or went.
    pub(crate) records: bool,
    pub(crate) outbox: bool,
}

impl RowChanges {
    pub(crate) fn new(feature: Feature, group_kind: IdKind) -> Self {
        Self {
            feature,
            group_kind,
            groups: BTreeSet::new(),
            records: false,
            outbox: false,
        }
    }

    /// Adds what another transaction of the same feature changed.
    pub(crate) fn merge(&mut self, other: Self) {
        self.groups.extend(other.groups);
        self.records |= other.records;
        self.outbox |= other.outbox;
    }

    fn is_empty(&self) -> bool {
        self.groups.is_empty() && !self.records && !self.outbox
    }
}

/// What changed since the stream was last asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct ChangeSet {
    /// The features whose records changed, each once.
    pub records: Vec<FeatureChanges>,
    /// Something queued was sent, failed or is in doubt.
    pub outbox: bool,
    /// The session's state changed; look at `Account.session`.
    pub session: bool,
    /// A feature stopped or goes on; look at `Account.features`.
    pub features: bool,
    /// People came or went; look at `Account.people`.
    pub people: bool,
}

/// What changed in one feature: records came, changed or went.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FeatureChanges {
    /// The feature.
    pub feature: Feature,
    /// Ids of what its records are grouped in, sorted: for messages, of the threads that changed. Empty while `all` is
    /// set, and for documents: read their list again.
    pub groups: Vec<ThreadId>,
    /// So many groups changed that the whole list should be read again.
    pub all: bool,
}

#[derive(Default)]
struct Pending {
    records: BTreeMap<Feature, BTreeSet<String>>,
    set: ChangeSet,
    some: bool,
    stopped: bool,
}

/// A stream of changes of one account.
///
/// Ask `next` again and again; it waits until something changed. Streams are independent of each other.
///
/// To show something that is always right, such as the state of the session: get the stream first, read then, and read
/// again after each set that tells of it. What changes between the first two steps is in the first set, so no change is
/// missed and nothing has to be polled.
#[derive(uniffi::Object)]
pub struct Changes {
    pending: Mutex<Pending>,
    wake: Notify,
}

#[uniffi::export]
impl Changes {
    /// The changes since the last call, as soon as there are some; nothing once the stream was stopped or the
    /// account is gone. A call that is given up loses no change.
    pub async fn next(&self) -> Option<ChangeSet> {
        loop {
            let woken = self.wake.notified();
            if let Some(response) = self.take() {
                return response;
            }
            woken.await;
        }
    }

    /// Ends the stream; a waiting `next` returns nothing.
    pub fn stop(&self) {
        self.pending().stopped = true;
        // A permit stays for a `next` that is about to wait.
        self.wake.notify_one();
        self.wake.notify_waiters();
    }
}

impl Changes {
    fn pending(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `Some(None)` is the end.
    fn take(&self) -> Option<Option<ChangeSet>> {
        let mut pending = self.pending();
        if pending.some {
            pending.some = false;
            let mut set = std::mem::take(&mut pending.set);
            let records = std::mem::take(&mut pending.records).into_iter();
            set.records = records
                .map(|(feature, groups)| {
                    let all = groups.len() > MOST_GROUPS;
                    let groups = groups
                        .into_iter()
                        .filter(|_| !all)
                        .map(ThreadId::from)
                        .collect();
                    FeatureChanges {
                        feature,
                        groups,
                        all,
                    }
                })
                .collect();
            return Some(Some(set));
        }
        pending.stopped.then_some(None)
    }

    fn add(&self, records: Option<(Feature, &[String])>, more: impl FnOnce(&mut ChangeSet)) {
        let mut pending = self.pending();
        if pending.stopped {
            return;
        }
        more(&mut pending.set);
        if let Some((feature, groups)) = records {
            let known = pending.records.entry(feature).or_default();
            for group in groups {
                // One more than a set holds says that it is all of them.
                if known.len() > MOST_GROUPS {
                    break;
                }
                known.insert(group.clone());
            }
        }
        pending.some = true;
        drop(pending);
        self.wake.notify_one();
    }
}

/// Tells every stream of an account.
#[derive(Default)]
pub(crate) struct ChangeNotifier {
    streams: Mutex<Vec<Weak<Changes>>>,
}

impl ChangeNotifier {
    pub(crate) fn subscribe(&self) -> Arc<Changes> {
        let stream = Arc::new(Changes {
            pending: Mutex::default(),
            wake: Notify::new(),
        });
        self.streams().push(Arc::downgrade(&stream));
        stream
    }

    pub(crate) fn rows_changed(&self, ids: &Ids, changes: &RowChanges) {
        if changes.is_empty() {
            return;
        }
        let groups: Vec<String> = changes
            .groups
            .iter()
            .map(|row| ids.encode(changes.group_kind, *row))
            .collect();
        let records = changes.records || !groups.is_empty();
        let records = records.then_some((changes.feature, groups.as_slice()));
        self.tell(records, |set| set.outbox |= changes.outbox);
    }

    pub(crate) fn session(&self) {
        self.tell(None, |set| set.session = true);
    }

    pub(crate) fn features(&self) {
        self.tell(None, |set| set.features = true);
    }

    pub(crate) fn people(&self) {
        self.tell(None, |set| set.people = true);
    }

    /// Ends every stream: the account is gone.
    pub(crate) fn end(&self) {
        for stream in self
            .streams()
            .drain(..)
            .filter_map(|stream| stream.upgrade())
        {
            stream.stop();
        }
    }

    fn tell(&self, records: Option<(Feature, &[String])>, more: impl Fn(&mut ChangeSet)) {
        self.streams().retain(|stream| match stream.upgrade() {
            Some(stream) => {
                stream.add(records, &more);
                true
            }
            None => false,
        });
    }

    fn streams(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Changes>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn now<T>(future: impl Future<Output = T>) -> Option<T> {
        let waker = std::task::Waker::noop();
        match std::pin::pin!(future).poll(&mut std::task::Context::from_waker(waker)) {
            std::task::Poll::Ready(value) => Some(value),
            std::task::Poll::Pending => None,
        }
    }

    #[test]
    fn sets_merge_until_they_are_asked_for() {
        let notifier = ChangeNotifier::default();
        let stream = notifier.subscribe();
        assert!(now(stream.next()).is_none());
        notifier.session();
        notifier.tell(Some((Feature::Messages, &["b".into()])), |_| ());
        notifier.tell(Some((Feature::Messages, &["b".into(), "a".into()])), |_| ());
        notifier.tell(Some((Feature::Probe, &[])), |_| ());
        let set = now(stream.next()).unwrap().unwrap();
        let changed = |feature, groups: &[&str]| FeatureChanges {
            feature,
            groups: groups.iter().map(|id| (*id).into()).collect(),
            all: false,
        };
        let messages = changed(Feature::Messages, &["a", "b"]);
        assert_eq!(set.records, [messages, changed(Feature::Probe, &[])]);
        assert!(set.session && !set.outbox);
        assert!(now(stream.next()).is_none());
    }

    #[test]
    fn a_call_that_is_given_up_loses_nothing() {
        let notifier = ChangeNotifier::default();
        let stream = notifier.subscribe();
        let mut waiting = Box::pin(stream.next());
        let waker = std::task::Waker::noop();
        assert!(
            waiting
                .as_mut()
                .poll(&mut std::task::Context::from_waker(waker))
                .is_pending()
        );
        notifier.people();
        drop(waiting);
        assert!(now(stream.next()).unwrap().unwrap().people);
    }

    #[test]
    fn a_set_is_bounded() {
        let notifier = ChangeNotifier::default();
        let stream = notifier.subscribe();
        let many: Vec<String> = (0..=MOST_GROUPS).map(|n| n.to_string()).collect();
        notifier.tell(Some((Feature::Messages, &many[1..])), |_| ());
        let set = now(stream.next()).unwrap().unwrap().records.remove(0);
        assert!(!set.all && set.groups.len() == MOST_GROUPS);
        notifier.tell(Some((Feature::Messages, &many)), |_| ());
        let set = now(stream.next()).unwrap().unwrap().records.remove(0);
        assert!(set.all && set.groups.is_empty());
    }

    #[test]
    fn a_stopped_stream_gives_what_it_had_and_ends() {
        let notifier = ChangeNotifier::default();
        let stream = notifier.subscribe();
        notifier.session();
        stream.stop();
        assert!(now(stream.next()).unwrap().is_some());
        assert_eq!(now(stream.next()), Some(None));
    }

    fn wait<T>(future: impl Future<Output = T>) -> T {
        struct Unpark(std::thread::Thread);
        impl std::task::Wake for Unpark {
            fn wake(self: Arc<Self>) {
                self.0.unpark();
            }
        }
        let waker = Arc::new(Unpark(std::thread::current())).into();
        let mut future = std::pin::pin!(future);
        loop {
            let polled = future
                .as_mut()
                .poll(&mut std::task::Context::from_waker(&waker));
            if let std::task::Poll::Ready(value) = polled {
                return value;
            }
            std::thread::park();
        }
    }

    /// Whoever subscribes first, then reads, then reads again at each set, ends with the last state: between subscribing
    /// and reading nothing is lost, nor between reading and waiting.
    #[test]
    fn a_state_that_is_followed_from_before_it_is_read_ends_right() {
        use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
        const LAST: u32 = 500;
        for _ in 0..40 {
            let (state, notifier) = (AtomicU32::new(0), ChangeNotifier::default());
            std::thread::scope(|threads| {
                threads.spawn(|| {
                    for value in 1..=LAST {
                        // As `Session` and `AccountEntry` do: changed first, told then.
                        state.store(value, SeqCst);
                        notifier.session();
                    }
                });
                for _ in 0..3 {
                    threads.spawn(|| {
                        let stream = notifier.subscribe();
                        let mut seen = state.load(SeqCst);
                        while seen < LAST {
                            assert!(wait(stream.next()).unwrap().session);
                            seen = state.load(SeqCst);
                        }
                    });
                }
            });
        }
    }
}
