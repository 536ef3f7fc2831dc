//! The handle of a download, and the list of those that run.
//!
//! Uses: `fetch`, `model`, `table`

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::features::PersonContext;
use crate::platform::error::{PericardError, Result};
use crate::platform::lifecycle::{KeepOpen, unless_cancelled};
use crate::platform::log::{self, Coded};
use crate::storage::Feature;

use super::fetch;
use super::model::FileProgress;
use super::table::Table;

/// A download under way.
///
/// Ask `next` until it returns nothing (the file is here) or fails (it is not; what has come of it is kept for the next
/// try, unless it was the wrong file).
#[derive(uniffi::Object)]
pub struct FileDownload {
    told: tokio::sync::Mutex<Told>,
    cancelled: CancellationToken,
    open: OnceLock<KeepOpen>,
}

/// What one handle was told.
struct Told {
    reports: watch::Receiver<Report>,
    last: Option<FileProgress>,
    ended: bool,
}

#[derive(Clone)]
struct Report {
    progress: FileProgress,
    done: Option<Result<()>>,
}

#[uniffi::export]
impl FileDownload {
    /// The progress, as soon as there is more of it; nothing once the file is here. The last progress is always told, those
    /// before it may be left out.
    ///
    /// Fails once, and returns nothing then: `Offline` (what has come is kept), `Portal` (`Mismatch`: it is not the file that
    /// the record describes; `TooLarge`; `ForeignLink`: its address is not followed; `Refused`; `Failing`), `Integrity` (it
    /// is another patient's), `SignInRequired`, `StepUpRequired`, `RateLimited`, `NotFound` (the record is gone), `Storage`,
    /// `Locked`, `Cancelled`. A call that is given up loses no progress.
    pub async fn next(&self) -> Result<Option<FileProgress>, PericardError> {
        let mut told = self.told.lock().await;
        if told.ended {
            return Ok(None);
        }
        // The sender lives as long as the download; gone without a result means that it panicked.
        if told.reports.changed().await.is_err() {
            told.ended = true;
            return Err(PericardError::internal("download"));
        }
        let report = told.reports.borrow_and_update().clone();
        match report.done {
            Some(result) if result.is_err() || told.last == Some(report.progress) => {
                told.ended = true;
                result.map(|()| None)
            }
            done => {
                if done.is_some() {
                    // The end came together with its last progress: that first, the end at the next call.
                    told.reports.mark_changed();
                }
                told.last = Some(report.progress);
                Ok(told.last)
            }
        }
    }

    /// Ends the download, for everybody who watches it. What has come is kept for the next try.
    pub fn cancel(&self) {
        self.cancelled.cancel();
    }
}

impl FileDownload {
    /// Keeps the client open as long as this handle is held.
    pub(crate) fn keep(&self, open: KeepOpen) {
        let _ = self.open.set(open);
    }

    /// The handle of a file that is here already.
    pub(crate) fn done() -> Arc<Self> {
        let progress = FileProgress {
            received: 0,
            total: None,
        };
        let (sender, mut reports) = watch::channel(Report {
            progress,
            done: Some(Ok(())),
        });
        reports.mark_changed();
        drop(sender);
        Arc::new(Self {
            told: tokio::sync::Mutex::new(Told {
                reports,
                last: Some(progress),
                ended: true,
            }),
            cancelled: CancellationToken::new(),
            open: OnceLock::new(),
        })
    }

    fn of(running: &Running) -> Arc<Self> {
        let mut reports = running.reports.subscribe();
        // Whoever joins late hears at once how far it is.
        reports.mark_changed();
        Arc::new(Self {
            told: tokio::sync::Mutex::new(Told {
                reports,
                last: None,
                ended: false,
            }),
            cancelled: running.cancelled.clone(),
            open: OnceLock::new(),
        })
    }
}

/// A download from the inside.
#[derive(Clone)]
struct Running {
    reports: watch::Sender<Report>,
    cancelled: CancellationToken,
    /// What the handles are told where something else than `cancel` or a pause ended it.
    why: Arc<OnceLock<PericardError>>,
}

impl Running {
    async fn ended(&self) {
        let mut reports = self.reports.subscribe();
        // The sender is this one's own and cannot be gone.
        let _ = reports.wait_for(|report| report.done.is_some()).await;
    }
}

/// A file of a person: each feature numbers its own.
type Key = (String, Feature, i64);

/// The downloads of one account, by person and file.
#[derive(Default)]
pub(crate) struct Downloads(Mutex<BTreeMap<Key, Running>>);

impl Downloads {
    fn running(&self) -> MutexGuard<'_, BTreeMap<Key, Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which files of a person a feature fetches. Memory only.
    pub(crate) fn of_person(&self, person: &str, feature: Feature) -> BTreeSet<i64> {
        let running = self.running();
        let theirs = running
            .keys()
            .filter(|(whose, of, _)| whose == person && *of == feature);
        theirs.map(|(_, _, file)| *file).collect()
    }

    /// Cancels one and returns when it has ended.
    pub(crate) async fn cancel_one(&self, person: &str, feature: Feature, file: i64) {
        let key = (person.to_owned(), feature, file);
        let running = self.running().get(&key).cloned();
        if let Some(running) = running {
            running.cancelled.cancel();
            running.ended().await;
        }
    }

    /// Ends all with `why`, without waiting for them. Memory only.
    pub(crate) fn cancel(&self, why: &PericardError) {
        for running in self.running().values() {
            // The first reason counts.
            let _ = running.why.set(why.clone());
            running.cancelled.cancel();
        }
    }

    /// The same for those of one person.
    pub(crate) fn cancel_of(&self, person: &str, why: &PericardError) {
        self.cancel_where(|(whose, _, _)| whose == person, why);
    }

    /// The same for those of one feature.
    pub(crate) fn cancel_feature(&self, feature: Feature, why: &PericardError) {
        self.cancel_where(|(_, of, _)| *of == feature, why);
    }

    fn cancel_where(&self, which: impl Fn(&Key) -> bool, why: &PericardError) {
        for (key, running) in self.running().iter() {
            if which(key) {
                let _ = running.why.set(why.clone());
                running.cancelled.cancel();
            }
        }
    }

    /// Returns when every download that there is has ended.
    pub(crate) async fn ended(&self) {
        let running: Vec<_> = self.running().values().cloned().collect();
        for running in running {
            running.ended().await;
        }
    }
}

/// Takes a download off the list and tells its end, even if it panics.
struct Guard {
    person: Arc<dyn PersonContext>,
    table: Table,
    file: i64,
    running: Running,
}

impl Guard {
    fn end(&self, result: Result<()>) {
        let result = match result {
            Err(PericardError::Cancelled) => Err(self
                .running
                .why
                .get()
                .cloned()
                .unwrap_or(PericardError::Cancelled)),
            result => result,
        };
        let ended = result.code();
        let key = (self.person.id().to_owned(), self.table.feature(), self.file);
        let mut all = self.person.downloads().running();
        if all
            .get(&key)
            .is_some_and(|it| it.reports.same_channel(&self.running.reports))
        {
            all.remove(&key);
        }
        drop(all);
        let first = self.running.reports.send_if_modified(|report| {
            let first = report.done.is_none();
            report.done.get_or_insert(result);
            first
        });
        if first {
            log::event!(DEBUG, "file fetched", result = ended);
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.end(Err(PericardError::internal("download")));
    }
}

/// Starts fetching a file of a feature, or joins whoever does. `group` is what is told to have changed.
pub(crate) fn start(
    person: Arc<dyn PersonContext>,
    table: Table,
    file: i64,
    group: i64,
) -> Result<Arc<FileDownload>> {
    let activity = person.enter()?;
    let (running, before) = {
        let mut all = person.downloads().running();
        let key = (person.id().to_owned(), table.feature(), file);
        if let Some(running) = all.get(&key).filter(|it| !it.cancelled.is_cancelled()) {
            return Ok(FileDownload::of(running));
        }
        let (reports, _) = watch::channel(Report {
            progress: FileProgress {
                received: 0,
                total: None,
            },
            done: None,
        });
        let running = Running {
            reports,
            cancelled: person.aborted().child_token(),
            why: Arc::default(),
        };
        // One that was cancelled ends first: two would write to one file.
        let before = all.insert(key, running.clone());
        (running, before)
    };
    let handle = FileDownload::of(&running);
    let guard = Guard {
        person: person.clone(),
        table,
        file,
        running: running.clone(),
    };
    person.platform().spawner.spawn(Box::pin(async move {
        let _activity = activity;
        let tell = |progress: FileProgress| {
            guard.running.reports.send_if_modified(|report| {
                let changed = report.progress != progress;
                report.progress = progress;
                changed
            });
        };
        if let Some(before) = before {
            before.ended().await;
        }
        changed(&guard.person, table, group).await;
        let result = fetch::fetch(&guard.person, table, guard.file, &running.cancelled, tell).await;
        guard.end(unless_cancelled(&running.cancelled, result));
        changed(&guard.person, table, group).await;
    }));
    Ok(handle)
}

/// Tells whoever shows the record that the state of a file has changed.
async fn changed(person: &Arc<dyn PersonContext>, table: Table, group: i64) {
    let telling = person.clone();
    // What cannot be told now is seen at the next look.
    let _ = person
        .platform()
        .blocking(move || {
            let partition = telling.partition()?;
            telling
                .notifier()
                .rows_changed(partition.ids(), &table.changes(group));
            Ok(())
        })
        .await;
}
