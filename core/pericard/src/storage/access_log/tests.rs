#![allow(clippy::unwrap_used)]
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::slots::SLOT;
use super::*;
use crate::platform::error::StorageKind;
use crate::platform::secret::Key;

fn keys() -> LogKeys {
    LogKeys {
        file: Key::new([1; 32]),
        chain: Key::new([2; 32]),
    }
}

fn path(folder: &TempDir) -> PathBuf {
    folder.path().join("access_log")
}

fn opened(folder: &TempDir) -> AccessLog {
    AccessLog::open(&path(folder), keys()).unwrap()
}

fn entry(n: u64) -> NewLogEntry {
    NewLogEntry {
        at: SystemTime::UNIX_EPOCH + Duration::from_secs(n),
        action: AccessAction::ConversationOpened,
        person: Some("ana".into()),
        record: Some(format!("thread {n}")),
    }
}

fn append(log: &AccessLog, entries: std::ops::Range<u64>) -> LogHead {
    let heads = entries.map(|n| log.append(&entry(n)).unwrap());
    heads.last().unwrap()
}

fn filled(entries: u64) -> (TempDir, AccessLog, LogHead) {
    let folder = tempfile::tempdir().unwrap();
    let log = opened(&folder);
    let head = append(&log, 0..entries);
    (folder, log, head)
}

/// Does something to the bytes of the file, and opens it again.
fn changed(folder: &TempDir, change: impl FnOnce(&mut Vec<u8>)) -> AccessLog {
    let mut bytes = std::fs::read(path(folder)).unwrap();
    change(&mut bytes);
    std::fs::write(path(folder), bytes).unwrap();
    opened(folder)
}

fn numbers(log: &AccessLog) -> Vec<i64> {
    let page = log.page(i64::MAX, 100).unwrap();
    page.iter().map(|row| row.n).collect()
}

#[test]
fn what_was_noted_is_read_newest_first() {
    let (folder, log, head) = filled(5);
    assert_eq!(head.n, 5);
    drop(log);
    let log = opened(&folder);
    let page = log.page(i64::MAX, 2).unwrap();
    assert_eq!(page.iter().map(|row| row.n).collect::<Vec<_>>(), [5, 4]);
    assert_eq!(page[0].record.as_deref(), Some("thread 4"));
    assert_eq!(page[0].person.as_deref(), Some("ana"));
    assert_eq!(page[0].action, "conversation_opened");
    assert_eq!(page[0].at, entry(4).at);
    let rest = log.page(4, 100).unwrap();
    assert_eq!(rest.iter().map(|row| row.n).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(log.page(1, 100), Ok(Vec::new()));
    assert_eq!(log.page(i64::MIN, 100), Ok(Vec::new()));
    let opened = log.records(AccessAction::ConversationOpened).unwrap();
    assert_eq!(opened.len(), 5);
    assert!(opened.contains("thread 3"));
    assert_eq!(log.records(AccessAction::Incident), Ok(BTreeSet::new()));
}

#[test]
fn what_is_missing_is_not_what_is_empty() {
    let (_folder, log, _) = filled(1);
    for (person, record) in [(None, Some("")), (Some(""), None), (None, None)] {
        let noted = NewLogEntry {
            person: person.map(str::to_owned),
            record: record.map(str::to_owned),
            ..entry(1)
        };
        log.append(&noted).unwrap();
        let read = log.page(i64::MAX, 1).unwrap().remove(0);
        assert_eq!((read.person, read.record), (noted.person, noted.record));
    }
}

#[test]
fn an_entry_that_fits_no_slot_is_refused_and_leaves_nothing() {
    let (_folder, log, head) = filled(2);
    for length in [200, 300, 70_000] {
        let long = NewLogEntry {
            record: Some("x".repeat(length)),
            ..entry(2)
        };
        assert_eq!(log.append(&long), Err(PericardError::internal("log entry")));
    }
    assert_eq!(log.is_whole(Some(&head)), Ok(true));
    assert_eq!(append(&log, 2..3).n, 3);
}

#[test]
fn nothing_of_an_entry_is_in_the_file() {
    let (folder, _, _) = filled(3);
    let bytes = std::fs::read(path(&folder)).unwrap();
    assert_eq!(bytes.len(), 4 * SLOT);
    for word in ["ana", "thread", "conversation"] {
        assert!(!bytes.windows(word.len()).any(|it| it == word.as_bytes()));
    }
}

#[test]
fn whatever_is_done_to_the_file_shows() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(&str, Change); 8] = [
        ("a bit", |it| it[3 * SLOT + 7] ^= 1),
        ("a bit of the newest", |it| it[6 * SLOT + 7] ^= 1),
        ("one left out", |it| drop(it.drain(3 * SLOT..4 * SLOT))),
        ("the oldest left out", |it| drop(it.drain(SLOT..2 * SLOT))),
        ("the newest cut off", |it| it.truncate(6 * SLOT)),
        ("half of the newest cut off", |it| it.truncate(6 * SLOT + 9)),
        ("all cut off", |it| it.truncate(SLOT)),
        ("two changed about", |it| {
            let (one, other) = it.split_at_mut(3 * SLOT);
            one[2 * SLOT..].swap_with_slice(&mut other[..SLOT]);
        }),
    ];
    for (what, change) in changes {
        let (folder, log, head) = filled(6);
        assert_eq!(log.is_whole(Some(&head)), Ok(true));
        drop(log);
        let log = changed(&folder, change);
        assert_eq!(log.is_whole(Some(&head)), Ok(false), "{what}");
        // It goes on all the same.
        let (before, newest) = (numbers(&log).len(), append(&log, 9..10));
        assert_eq!(log.page(i64::MAX, 1).unwrap()[0].n, newest.n, "{what}");
        assert_eq!(numbers(&log).len(), before + 1, "{what}");
        assert_eq!(log.is_whole(Some(&head)), Ok(false), "{what}");
    }
}

#[test]
fn entries_of_another_chain_show() {
    let (folder, log, head) = filled(3);
    drop(log);
    std::fs::remove_file(path(&folder)).unwrap();
    let chain = Key::new([9; 32]);
    let other = AccessLog::open(&path(&folder), LogKeys { chain, ..keys() }).unwrap();
    let forged = append(&other, 0..3);
    drop(other);
    let log = opened(&folder);
    assert_eq!(numbers(&log), [3, 2, 1]);
    assert_eq!(log.is_whole(Some(&head)), Ok(false));
    assert_eq!(log.is_whole(Some(&forged)), Ok(false));
}

#[test]
fn an_end_that_was_torn_or_never_written_is_written_over() {
    for end in [vec![7; SLOT / 2], vec![0; SLOT], vec![0; 3 * SLOT + 5]] {
        let (folder, log, head) = filled(4);
        drop(log);
        let log = changed(&folder, |bytes| bytes.extend(&end));
        assert_eq!(numbers(&log), [4, 3, 2, 1]);
        assert_eq!(log.is_whole(Some(&head)), Ok(true));
        let head = append(&log, 4..6);
        drop(log);
        let log = opened(&folder);
        assert_eq!((head.n, numbers(&log).len()), (6, 6));
        assert_eq!(log.is_whole(Some(&head)), Ok(true));
    }
}

#[test]
fn a_file_that_is_not_of_this_key_is_damaged_and_an_empty_one_is_new() {
    let (folder, log, _) = filled(2);
    drop(log);
    let damaged = Err(PericardError::storage(StorageKind::Damaged));
    let other = LogKeys {
        file: Key::new([9; 32]),
        ..keys()
    };
    assert_eq!(AccessLog::open(&path(&folder), other).map(|_| ()), damaged);
    std::fs::write(path(&folder), [7; 9000]).unwrap();
    let open = || AccessLog::open(&path(&folder), keys());
    assert_eq!(open().map(|_| ()), damaged);
    AccessLog::remove(&path(&folder)).unwrap();
    AccessLog::remove(&path(&folder)).unwrap();
    for length in [0, SLOT - 1] {
        std::fs::write(path(&folder), vec![0; length]).unwrap();
        assert_eq!(append(&open().unwrap(), 0..1).n, 1);
        assert_eq!(numbers(&open().unwrap()), [1]);
    }
}

#[test]
fn what_is_vouched_for_may_be_behind_and_not_ahead() {
    let (_folder, log, head) = filled(3);
    append(&log, 3..4);
    assert_eq!(log.is_whole(Some(&head)), Ok(true));
    let ahead = LogHead {
        n: 5,
        ..head.clone()
    };
    assert_eq!(log.is_whole(Some(&ahead)), Ok(false));
    // Nobody vouches for entries that are there.
    assert_eq!(log.is_whole(None), Ok(false));
    let folder = tempfile::tempdir().unwrap();
    let empty = opened(&folder);
    assert_eq!(empty.is_whole(None), Ok(true));
    assert_eq!(empty.is_whole(Some(&head)), Ok(false));
    let broken = LogHead {
        broken: true,
        ..head.clone()
    };
    assert_eq!(log.is_whole(Some(&broken)), Ok(false));
    assert_eq!((log.knows(&head), log.knows(&ahead)), (Ok(true), Ok(false)));
    let other = LogHead {
        mac: vec![0; 32],
        ..head
    };
    assert_eq!(log.knows(&other), Ok(false));
}

#[test]
fn the_oldest_go_and_the_rest_is_whole() {
    let (folder, log, first) = filled(1);
    let entries = (MOST + SLACK) as u64;
    let head = append(&log, 1..entries);
    let oldest = |log: &AccessLog| {
        let mut records = log.records(AccessAction::ConversationOpened).unwrap();
        (records.len(), records.pop_first())
    };
    assert_eq!(oldest(&log), (MOST as usize, Some("thread 1000".into())));
    assert_eq!(log.is_whole(Some(&head)), Ok(true));
    assert_eq!((log.knows(&head), log.knows(&first)), (Ok(true), Ok(true)));
    let next = append(&log, entries..entries + 1);
    let before = std::fs::read(path(&folder)).unwrap();
    drop(log);
    let log = opened(&folder);
    assert_eq!(log.page(i64::MAX, 1).unwrap()[0].n, next.n);
    assert_eq!(log.is_whole(Some(&head)), Ok(true));
    // More of the oldest cannot be taken away.
    drop(log);
    let log = changed(&folder, |bytes| drop(bytes.drain(SLOT..2 * SLOT)));
    assert_eq!(log.is_whole(Some(&next)), Ok(false));
    // Nor can what went come back.
    drop(log);
    let log = changed(&folder, |bytes| *bytes = before[..SLOT].to_vec());
    assert_eq!(log.is_whole(Some(&next)), Ok(false));
}

#[test]
fn a_pause_closes_the_file_and_what_is_added_then_is_refused() {
    let (folder, log, head) = filled(2);
    log.pause();
    assert_eq!(log.append(&entry(2)), Err(PericardError::Closed));
    assert_eq!(log.page(i64::MAX, 5), Err(PericardError::Closed));
    // The keystore is told of the newest all the same.
    assert_eq!(log.sync(), Ok(()));
    log.resume();
    assert_eq!(append(&log, 2..3).n, 3);
    assert_eq!(log.is_whole(Some(&head)), Ok(true));
    std::fs::remove_file(path(&folder)).unwrap();
    assert!(log.sync().is_err());
}
