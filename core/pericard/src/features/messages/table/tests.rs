#![allow(clippy::unwrap_used)]

use super::lists::{MESSAGES, NEWER, ONE, ONE_THREAD, QUEUED, SEARCH, THREADS};
use super::placing::COPIES;
use super::ties::{TOPIC_AFTER, TOPIC_BEFORE};
use super::writer::{NAME, PER_MILLI, free_row};
use super::*;
use crate::storage::{files, mirrored};
use crate::sync::outbox;

fn tables() -> Connection {
    let c = Connection::open_in_memory().unwrap();
    let steps = mirrored::SCHEMA.steps.iter().chain(files::SCHEMA.steps);
    for step in steps.chain(outbox::SCHEMA.steps).chain(SCHEMA.steps) {
        c.execute_batch(step).unwrap();
    }
    c
}

fn plan(c: &Connection, sql: &str) -> Vec<String> {
    let mut statement = c.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let parameters = statement.parameter_count();
    let steps = statement.query_map(rusqlite::params_from_iter(vec!["1"; parameters]), |row| {
        row.get(3)
    });
    steps.unwrap().collect::<rusqlite::Result<_>>().unwrap()
}

#[test]
fn what_is_asked_for_each_message_is_looked_up() {
    let c = tables();
    for sql in [COPIES, NAME, TOPIC_BEFORE, TOPIC_AFTER] {
        let plan = plan(&c, sql);
        let found = plan[0].starts_with("SEARCH message USING") && plan[0].contains("INDEX");
        assert!(found, "{sql}: {plan:#?}");
    }
}

#[test]
fn every_list_walks_an_index() {
    let c = tables();
    for sql in [THREADS, ONE_THREAD, MESSAGES, NEWER, ONE, QUEUED, SEARCH] {
        let plan = plan(&c, sql);
        let walks = |step: &String| {
            // The outbox holds what is queued and nothing else; FTS5 is an index itself.
            let small = step == "SCAN outbox";
            small
                || !step.contains("TEMP B-TREE")
                    && (!step.starts_with("SCAN") || step.contains("INDEX"))
        };
        assert!(plan.iter().all(walks), "{sql}: {plan:#?}");
    }
}

fn content(remote: &str, at: i64, text: &str, ties: &[&str]) -> Content {
    Content {
        remote: remote.to_owned(),
        sender: "Dr Adeyemi".into(),
        sender_key: String::new(),
        outgoing: false,
        dated: Dated {
            at,
            precision: 4,
            updated: at,
        },
        subject: String::new(),
        text: text.to_owned(),
        files: Vec::new(),
        others: Vec::new(),
        parties: Vec::new(),
        ties: ties
            .iter()
            .map(|tie| format!("Communication/{tie}"))
            .collect(),
        topic_key: String::new(),
        category: String::new(),
        urgent: false,
        silent: text.is_empty(),
        hidden: false,
        copy_key: String::new(),
    }
}

/// Writes records one by one, each in a transaction of its own, as a sync does.
struct Portal {
    c: Connection,
    track: i64,
}

impl Portal {
    fn new() -> Self {
        let c = tables();
        c.execute_batch(
            "INSERT OR IGNORE INTO track (feature, resource_type) VALUES ('messages', 'Communication')",
        )
        .unwrap();
        let track = c
            .query_row("SELECT id FROM track", [], |row| row.get(0))
            .unwrap();
        Self { c, track }
    }

    fn shows(&self, content: &Content) -> i64 {
        let mut writer = Writer::new(&self.c);
        let known = mirrored::known(&self.c, self.track, &content.remote).unwrap();
        let row = match known.and_then(|known| known.shown) {
            Some(row) => {
                writer.update(row, content, true).unwrap();
                row
            }
            None => writer.insert(content, true).unwrap(),
        };
        writer.finish().unwrap();
        let version = Default::default();
        mirrored::save_record(&self.c, self.track, &content.remote, &version, Some(row)).unwrap();
        row
    }

    fn removes(&self, remote: &str) {
        let known = mirrored::take_record(&self.c, self.track, remote).unwrap();
        let mut writer = Writer::new(&self.c);
        writer.remove(known.unwrap().shown.unwrap(), false).unwrap();
        writer.finish().unwrap();
    }

    /// Every thread, newest first: its subject, unread count and texts.
    fn inbox(&self) -> Vec<(String, i64, Vec<String>)> {
        let mut statement = self
            .c
            .prepare("SELECT id, subject, unread, messages FROM thread WHERE messages > 0 ORDER BY last_at DESC, last_remote DESC")
            .unwrap();
        let threads = statement
            .query_map([], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get::<_, i64>(3)?,
                ))
            })
            .unwrap();
        threads
            .map(|thread| {
                let (id, subject, unread, count) = thread.unwrap();
                let mut texts = self
                    .c
                    .prepare("SELECT text FROM message WHERE thread = ?1 AND shown = 1 ORDER BY at DESC, updated DESC, remote DESC")
                    .unwrap();
                let texts: Vec<String> = texts
                    .query_map([id], |row| row.get(0))
                    .unwrap()
                    .collect::<rusqlite::Result<_>>()
                    .unwrap();
                assert_eq!(texts.len() as i64, count);
                (subject, unread, texts)
            })
            .collect()
    }
}

fn thread(subject: &str, texts: &[&str]) -> (String, i64, Vec<String>) {
    let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
    (subject.to_owned(), texts.len() as i64, texts)
}

#[test]
fn messages_of_one_millisecond_and_of_no_time_keep_their_order() {
    let portal = Portal::new();
    let times = [5, 5, 5, -1, i64::MAX, 0];
    let rows: Vec<i64> = times
        .iter()
        .enumerate()
        .map(|(n, at)| portal.shows(&content(&format!("m{n}"), *at, "x", &["h"])))
        .collect();
    assert_eq!(rows[..3], [5 << 12, (5 << 12) + 1, (5 << 12) + 2]);
    assert_eq!((rows[3], rows[5]), (0, 1));
    assert!(rows[4] > rows[2]);
}

#[test]
fn a_full_millisecond_overflows_into_the_next() {
    let c = tables();
    let last = (7 << 12) + PER_MILLI - 1;
    c.execute(
        "INSERT INTO message (id, thread, at) VALUES (?1, 1, 0)",
        [last],
    )
    .unwrap();
    assert_eq!(free_row(&c, 7).unwrap(), 8 << 12);
}

#[test]
fn the_inbox_follows_what_comes_changes_and_goes() {
    let portal = Portal::new();
    portal.shows(&content("a", 1, "first", &["h"]));
    portal.shows(&content("c", 9, "last", &["h"]));
    // History that arrives late does not become the newest.
    portal.shows(&content("b", 3, "between", &["h"]));
    assert_eq!(portal.inbox(), [thread("", &["last", "between", "first"])]);
    let head = Content {
        subject: "Results".into(),
        ..content("h", 0, "", &[])
    };
    portal.shows(&head);
    portal.shows(&content("a", 12, "dated anew", &["h"]));
    assert_eq!(
        portal.inbox(),
        [thread("Results", &["dated anew", "last", "between"])]
    );
    portal.removes("c");
    portal.removes("h");
    assert_eq!(portal.inbox(), [thread("", &["dated anew", "between"])]);
}

#[test]
fn a_message_that_is_moved_leaves_its_thread() {
    let portal = Portal::new();
    portal.shows(&content("a", 1, "knee", &["h1"]));
    let moved = portal.shows(&content("b", 2, "bill", &["h1"]));
    portal.shows(&content("c", 3, "other bill", &["h2"]));
    assert_eq!(portal.shows(&content("b", 2, "bill", &["h2"])), moved);
    assert_eq!(
        portal.inbox(),
        [thread("", &["other bill", "bill"]), thread("", &["knee"])]
    );
}

#[test]
fn what_says_nothing_is_a_message_until_something_hangs_on_it() {
    let portal = Portal::new();
    portal.shows(&content("h", 1, "", &[]));
    assert_eq!(portal.inbox(), [thread("", &[""])]);
    portal.shows(&content("a", 2, "answer", &["h"]));
    assert_eq!(portal.inbox(), [thread("", &["answer"])]);
    portal.removes("a");
    assert_eq!(portal.inbox()[0].2, [""]);
}

#[test]
fn threads_that_grow_together_keep_both_ids() {
    let portal = Portal::new();
    let first = portal.shows(&content("a", 1, "question", &[]));
    let second = portal.shows(&content("c", 3, "thanks", &["b"]));
    let threads = |row| thread_of(&portal.c, row).unwrap();
    let (one, other) = (threads(first), threads(second));
    assert_ne!(one, other);
    portal.shows(&content("b", 2, "answer", &["a"]));
    assert_eq!(
        portal.inbox(),
        [thread("", &["thanks", "answer", "question"])]
    );
    let now = threads(first);
    for id in [one, other] {
        assert_eq!(has_thread(&portal.c, id).unwrap(), Some(now));
    }
}

#[test]
fn rows_of_the_first_version_keep_their_ids() {
    let c = Connection::open_in_memory().unwrap();
    let steps = mirrored::SCHEMA.steps.iter().chain(files::SCHEMA.steps);
    for step in steps.chain(outbox::SCHEMA.steps).chain(&SCHEMA.steps[..1]) {
        c.execute_batch(step).unwrap();
    }
    c.execute_batch(
        "INSERT INTO thread VALUES (7, 'h:1', 'Results', '[]', 4096, 'Dr', 0, 'x', 1, 1, 1, 1);
         INSERT INTO message (id, remote, version, thread, sender, outgoing, unread, at, text)
             VALUES (4096, 'm1', '1', 7, 'Dr', 0, 1, 1, 'x');",
    )
    .unwrap();
    for step in &SCHEMA.steps[1..] {
        c.execute_batch(step).unwrap();
    }
    assert_eq!(has_thread(&c, 7).unwrap(), Some(7));
    assert_eq!(thread_of(&c, 4096).unwrap(), 7);
    let shown: i64 = c
        .query_row("SELECT shown FROM record WHERE id = 'm1'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(shown, 4096);
}

#[test]
fn a_first_fetch_that_was_interrupted_is_ended_by_a_later_run() {
    let c = tables();
    assert!(!in_bulk(&c).unwrap());
    bulk(&c, true).unwrap();
    assert!(in_bulk(&c).unwrap());
    bulk(&c, false).unwrap();
    assert!(!in_bulk(&c).unwrap());
    bulk(&c, false).unwrap();
    assert!(!in_bulk(&c).unwrap());
}

#[test]
fn an_archived_thread_comes_back_with_news_and_stays_one_with_what_it_takes_in() {
    let portal = Portal::new();
    portal.shows(&content("a", 1_000, "Where do I park?", &["head"]));
    portal.shows(&content("b", 2_000, "The results are here", &["results"]));
    let thread = |remote: &str| -> (i64, bool) {
        let sql = "SELECT thread.id, archived FROM message JOIN thread ON thread.id = thread WHERE remote = ?1";
        portal
            .c
            .query_row(sql, [remote], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
    };
    for remote in ["a", "b"] {
        archive(&portal.c, thread(remote).0, true).unwrap();
    }
    assert!(thread("a").1 && thread("b").1);
    // A message that is part of both makes one of them; it is news, and so is the thread.
    portal.shows(&content("c", 3_000, "See you there", &["head", "results"]));
    assert_eq!(thread("a"), thread("b"));
    assert!(!thread("c").1);
    archive(&portal.c, thread("c").0, true).unwrap();
    // What the person wrote themselves is none.
    let own = Content {
        outgoing: true,
        ..content("d", 4_000, "Thank you", &["head"])
    };
    let mut writer = Writer::new(&portal.c);
    writer.insert(&own, false).unwrap();
    writer.finish().unwrap();
    assert!(thread("d").1);
    // Divided again, both parts are where they were.
    portal.removes("c");
    assert_ne!(thread("a").0, thread("b").0);
    assert!(thread("a").1 && thread("b").1);
}

#[test]
fn what_a_message_said_is_kept_until_it_is_no_message() {
    let portal = Portal::new();
    let row = portal.shows(&content("a", 1_000, "At ten", &[]));
    // The second change is one of those that keep the time of the last; the third says no time.
    for (at, text) in [(2_000, "At eleven"), (2_000, "At noon"), (0, "At two")] {
        let mut changed = content("a", 1_000, text, &[]);
        changed.dated.updated = at;
        portal.shows(&changed);
    }
    let texts = |row| -> Vec<String> {
        let former = former(&portal.c, row).unwrap();
        former.into_iter().map(|(text, _)| text).collect()
    };
    assert_eq!(texts(row), ["At noon", "At eleven", "At ten"]);
    let until: Vec<bool> = former(&portal.c, row)
        .unwrap()
        .into_iter()
        .map(|(_, until)| until.is_some())
        .collect();
    assert_eq!(until, [false, true, true]);
    portal.shows(&Content {
        hidden: true,
        ..content("a", 1_000, "", &[])
    });
    assert!(texts(row).is_empty());
}

#[test]
fn a_thread_is_read_in_both_directions() {
    let portal = Portal::new();
    let rows: Vec<i64> = (0..9)
        .map(|n| portal.shows(&content(&format!("m{n}"), n * 1_000, "text", &["head"])))
        .collect();
    let ids = crate::storage::Ids::new(&crate::platform::secret::Key::new([7; 32])).unwrap();
    let at = |stretch: &Stretch| -> Vec<i64> {
        let of = |message: &super::super::Message| {
            let since = message.at.duration_since(std::time::UNIX_EPOCH).unwrap();
            since.as_secs() as i64
        };
        stretch.messages.iter().map(of).collect()
    };
    let middle = around(&portal.c, &ids, rows[4], 3).unwrap().unwrap();
    assert_eq!(at(&middle), [5, 4, 3]);
    let thread = thread_of(&portal.c, rows[4]).unwrap();
    let newer = newer(&portal.c, &ids, thread, middle.newest.unwrap(), 3).unwrap();
    assert_eq!((at(&newer), newer.newest.is_some()), (vec![8, 7, 6], true));
    let end = super::newer(&portal.c, &ids, thread, newer.newest.unwrap(), 3).unwrap();
    assert_eq!((at(&end), end.newest), (vec![], None));
    let older = messages(&portal.c, &ids, thread, middle.oldest.unwrap(), 3).unwrap();
    assert_eq!(at(&older), [2, 1, 0]);
    assert_eq!(older.newest, Some(rows[2]));
    let first = messages(&portal.c, &ids, thread, i64::MAX, 3).unwrap();
    assert_eq!((at(&first), first.newest), (vec![8, 7, 6], None));
}

#[test]
fn somebody_is_called_as_their_team_has_them_in_whatever_order_that_came() {
    let called = |team_first: bool| -> Vec<(String, String)> {
        let portal = Portal::new();
        let team = || {
            let kos = noted(&portal.c, "Practitioner/kos", "Dr. Petra Kos", "Physician").unwrap();
            save_team(&portal.c, None, &[kos]).unwrap();
        };
        let letter = Content {
            parties: vec![Party {
                key: "Practitioner/kos".into(),
                name: "Kos, P.".into(),
            }],
            ..content("a", 1_000, "Hello", &[])
        };
        if team_first {
            team();
        }
        portal.shows(&letter);
        recipients(&portal.c).unwrap();
        if !team_first {
            team();
        }
        let rows = recipients(&portal.c).unwrap().into_iter();
        rows.map(|row| (row.name, row.role)).collect()
    };
    let expected = [("Dr. Petra Kos".to_owned(), "Physician".to_owned())];
    assert_eq!(called(true), expected);
    assert_eq!(called(false), expected);
}
