//! Change streams: merged, bounded, pulled.
//!
//! Each stream holds one set of what changed since it was last asked. Sets merge, so a reader that is slow gets one
//! larger set and never a queue; beyond [`MOST_THREADS`] threads a set says that the list as a whole changed.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Notify;

use crate::storage::{IdKind, Ids};

use super::RowChanges;

const MOST_THREADS: usize = 256;

/// What changed since the stream was last asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct ChangeSet {
    /// Ids of the threads that changed, sorted; empty while `all_threads` is set.
    pub threads: Vec<String>,
    /// So many threads changed that the list is better read anew.
    pub all_threads: bool,
    /// Messages came, changed or went.
    pub messages: bool,
    /// Something queued was sent, failed or is in doubt.
    pub outbox: bool,
    /// The session's state changed; look at `Account.session`.
    pub session: bool,
    /// A feature stopped or goes on; look at `Account.features`.
    pub features: bool,
    /// People came or went; look at `Account.people`.
    pub people: bool,
}

#[derive(Default)]
struct Pending {
    threads: BTreeSet<String>,
    set: ChangeSet,
    some: bool,
    stopped: bool,
}

/// A stream of changes of one account.
///
/// Ask `next` again and again; it waits until something changed. Streams are independent of each other.
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
            let threads = std::mem::take(&mut pending.threads);
            if !set.all_threads {
                set.threads = threads.into_iter().collect();
            }
            return Some(Some(set));
        }
        pending.stopped.then_some(None)
    }

    fn add(&self, threads: &[String], more: impl FnOnce(&mut ChangeSet)) {
        let mut pending = self.pending();
        if pending.stopped {
            return;
        }
        more(&mut pending.set);
        pending.threads.extend(threads.iter().cloned());
        if pending.threads.len() > MOST_THREADS {
            pending.threads.clear();
            pending.set.all_threads = true;
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

    pub(crate) fn changes(&self, ids: &Ids, changes: &RowChanges) {
        if *changes == RowChanges::default() {
            return;
        }
        let threads: Vec<String> = changes
            .threads
            .iter()
            .map(|row| ids.encode(IdKind::Thread, *row))
            .collect();
        self.tell(&threads, |set| {
            set.messages |= changes.messages;
            set.outbox |= changes.outbox;
        });
    }

    pub(crate) fn session(&self) {
        self.tell(&[], |set| set.session = true);
    }

    pub(crate) fn features(&self) {
        self.tell(&[], |set| set.features = true);
    }

    pub(crate) fn people(&self) {
        self.tell(&[], |set| set.people = true);
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

    fn tell(&self, threads: &[String], more: impl Fn(&mut ChangeSet)) {
        self.streams().retain(|stream| match stream.upgrade() {
            Some(stream) => {
                stream.add(threads, &more);
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
        notifier.tell(&["b".into(), "a".into()], |set| set.messages = true);
        let set = now(stream.next()).unwrap().unwrap();
        assert_eq!(
            (set.threads, set.session, set.messages, set.outbox),
            (vec!["a".into(), "b".into()], true, true, false)
        );
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
        let many: Vec<String> = (0..=MOST_THREADS).map(|n| n.to_string()).collect();
        notifier.tell(&many, |_| ());
        let set = now(stream.next()).unwrap().unwrap();
        assert!(set.all_threads && set.threads.is_empty());
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
}
