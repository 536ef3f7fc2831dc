#![allow(clippy::unwrap_used)]

use super::lists::{MESSAGES, ONE, QUEUED, SEARCH, THREADS, parts};
use super::threads::{THREAD_BY_ID, THREAD_BY_KEY};
use super::*;
use crate::features::messages::model::SnippetPart;
use crate::sync::outbox;

fn tables() -> Connection {
    let c = Connection::open_in_memory().unwrap();
    for step in outbox::SCHEMA.steps.iter().chain(SCHEMA.steps) {
        c.execute_batch(step).unwrap();
    }
    c
}

#[test]
fn every_list_walks_an_index() {
    let c = tables();
    for sql in [
        THREADS,
        MESSAGES,
        ONE,
        QUEUED,
        SEARCH,
        THREAD_BY_KEY,
        THREAD_BY_ID,
    ] {
        let mut statement = c.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let parameters = statement.parameter_count();
        let plan: Vec<String> = statement
            .query_map(rusqlite::params_from_iter(vec!["1"; parameters]), |row| {
                row.get(3)
            })
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
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

fn row(at: i64, text: &str) -> NewRow<'_> {
    NewRow {
        remote: None,
        version: None,
        sender: "Dr Adeyemi",
        outgoing: false,
        unread: true,
        at,
        text,
    }
}

#[test]
fn messages_of_one_millisecond_and_of_no_time_keep_their_order() {
    let c = tables();
    let mut threads = Threads::default();
    let thread = threads.with_key(&c, "h:1").unwrap();
    let times = [5, 5, 5, -1, i64::MAX, 0];
    let ids: Vec<i64> = times
        .iter()
        .map(|at| insert_row(&c, &mut threads, thread, &row(*at, "x")).unwrap())
        .collect();
    assert_eq!(ids[..3], [5 << 12, (5 << 12) + 1, (5 << 12) + 2]);
    assert_eq!((ids[3], ids[5]), (0, 1));
    assert!(ids[4] > ids[2]);
}

#[test]
fn a_full_millisecond_overflows_into_the_next() {
    let c = tables();
    c.execute(
        "INSERT INTO thread VALUES (1, 'h:1', '', '[]', 0, '', 0, '', 0, 0, 0, 0)",
        [],
    )
    .unwrap();
    c.execute(
        "INSERT INTO message (id, thread, sender, outgoing, unread, at, text) VALUES (?1, 1, '', 0, 0, 0, '')",
        [(7 << 12) + PER_MILLI - 1],
    )
    .unwrap();
    assert_eq!(free_row(&c, 7).unwrap(), 8 << 12);
}

#[test]
fn the_summary_follows_what_comes_and_goes() {
    let c = tables();
    let mut threads = Threads::default();
    let thread = threads.with_key(&c, "h:1").unwrap();
    insert_row(&c, &mut threads, thread, &row(1, "first")).unwrap();
    let last = insert_row(&c, &mut threads, thread, &row(9, "last")).unwrap();
    // History that arrives late does not become the newest.
    insert_row(&c, &mut threads, thread, &row(3, "between")).unwrap();
    let summary = threads.at(&c, thread).unwrap();
    assert_eq!(
        (summary.last_text.as_str(), summary.messages, summary.unread),
        ("last", 3, 3)
    );
    remove(&c, &mut threads, last).unwrap();
    let summary = threads.at(&c, thread).unwrap();
    assert_eq!(
        (summary.last_text.as_str(), summary.messages, summary.unread),
        ("between", 2, 2)
    );
}

#[test]
fn snippets_are_cut_at_their_marks() {
    let part = |text: &str, hit| SnippetPart {
        text: text.into(),
        hit,
    };
    let marked = format!("…your {HIT}blood{HIT_END} {HIT}pressure{HIT_END}");
    let wanted = [
        part("…your ", false),
        part("blood", true),
        part(" ", false),
        part("pressure", true),
    ];
    assert_eq!(parts(&marked), wanted);
    assert_eq!(
        parts(&format!("{HIT}a{HIT_END}b")),
        [part("a", true), part("b", false)]
    );
    assert!(parts("").is_empty());
}

#[test]
fn a_thread_shows_no_more_names_than_a_conversation_has() {
    let c = tables();
    let mut threads = Threads::default();
    let thread = threads.with_key(&c, "h:1").unwrap();
    for n in 0..80_000 {
        threads.at(&c, thread).unwrap().take_part(&n.to_string());
    }
    assert_eq!(threads.at(&c, thread).unwrap().participants.len(), 64);
}

#[test]
fn a_head_that_is_taken_away_leaves_nothing_of_itself() {
    let c = tables();
    let mut threads = Threads::default();
    let thread = threads.with_key(&c, "h:1").unwrap();
    let row = threads.at(&c, thread).unwrap();
    (row.header, row.subject) = (true, "Ben's results".into());
    row.behead();
    threads.write(&c).unwrap();
    assert!(!holds(&c, "1", "h:1").unwrap());
    let mut threads = Threads::default();
    assert_eq!(threads.at(&c, thread).unwrap().subject, "");
}

#[test]
fn threads_of_the_first_version_keep_their_keys() {
    let c = Connection::open_in_memory().unwrap();
    for step in outbox::SCHEMA.steps.iter().chain(&SCHEMA.steps[..1]) {
        c.execute_batch(step).unwrap();
    }
    c.execute_batch(
        "INSERT INTO thread VALUES (7, 'h:1', 'Results', '[]', 0, '', 0, '', 0, 0, 0, 1)",
    )
    .unwrap();
    for step in &SCHEMA.steps[1..] {
        c.execute_batch(step).unwrap();
    }
    assert_eq!(Threads::default().with_key(&c, "h:1").unwrap(), 7);
}
