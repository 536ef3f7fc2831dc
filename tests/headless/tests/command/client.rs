//! The life of an account, one command after another; everything between them is on disk.

use crate::harness::{Harness, said};

#[test]
fn an_account_lives_from_sign_in_to_sign_out() {
    let harness = Harness::new();
    let portal = harness.json(&["portal"]);
    assert_eq!(portal["portal"]["native_sign_in"], true);
    let messages = &portal["portal"]["features"][0];
    assert_eq!(messages["feature"], "messages");
    assert_eq!(messages["sends_exactly_once"], true);

    let code = harness.code("ana");
    let welcome = harness.sign_in("ana", &["--code", &code]).succeeds();
    assert!(
        welcome.out.starts_with("Signed in. Welcome, Ana"),
        "{welcome:?}"
    );
    let accounts = harness.json(&["accounts"]);
    assert_eq!(accounts["accounts"][0]["session"], "active");

    let synced = harness.json(&["sync"]);
    assert_eq!(
        (&synced["threads"], &synced["messages"]),
        (&4.into(), &30.into())
    );

    let inbox = harness.json(&["inbox"]);
    assert_eq!(inbox["threads"].as_array().unwrap().len(), 4);
    let dates: Vec<_> = inbox["threads"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["last_at"].as_str().unwrap())
        .collect();
    assert!(dates.is_sorted_by(|a, b| a >= b), "newest first: {dates:?}");

    let thread = harness.json(&["read", "1", "--all"]);
    assert_eq!(
        thread["messages"].as_array().unwrap().len() as u64,
        inbox["threads"][0]["messages"]
    );
    let by_id = harness.json(&["read", inbox["threads"][0]["id"].as_str().unwrap(), "--all"]);
    assert_eq!(by_id["messages"], thread["messages"]);

    let sent = harness.json(&["send", "1", "A lighthouse keeper says thanks."]);
    assert_eq!(sent["message"]["state"], "sent");
    let copies =
        harness.control(r#"{ "count_messages": { "text": "A lighthouse keeper says thanks." } }"#);
    assert_eq!(copies.count(), Some(1));
    let found = harness.json(&["search", "lighthouse", "keep"]);
    assert_eq!(found["hits"].as_array().unwrap().len(), 1);
    assert_eq!(found["hits"][0]["thread_number"], 1);

    harness.run(&["signout"]).succeeds();
    assert_eq!(harness.control(r#"{ "revocations": {} }"#).count(), Some(1));
    harness.run(&["inbox"]).fails(4, "nobody is signed in");
}

#[test]
fn what_is_written_offline_waits_in_the_outbox_and_arrives_once() {
    let harness = Harness::with_ana();
    harness
        .run(&["send", "1", "A harbour pilot writes.", "--offline"])
        .succeeds();
    harness
        .run(&["send", "--new", "Harbour", "Another one.", "--offline"])
        .succeeds();
    let outbox = harness.json(&["outbox"]);
    assert_eq!(outbox["outbox"].as_array().unwrap().len(), 2);
    assert_eq!(outbox["outbox"][0]["state"], "queued");

    let left = harness.json(&["outbox", "--withdraw", "2"]);
    assert_eq!(left["outbox"].as_array().unwrap().len(), 1);

    harness.control(r#"{ "fault": "drop_answer_after_commit", "on": "create", "times": 1 }"#);
    harness.run(&["sync"]).succeeds();
    let copies = harness.control(r#"{ "count_messages": { "text": "A harbour pilot writes." } }"#);
    assert_eq!(copies.count(), Some(1));
    assert_eq!(
        harness.json(&["outbox"])["outbox"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn without_the_portal_everything_is_readable_and_sending_queues() {
    let mut harness = Harness::with_ana();
    let before = harness.json(&["inbox"]);
    harness.stop_portal();
    assert_eq!(harness.json(&["inbox"]), before);
    harness.run(&["read", "2"]).succeeds();
    let sent = harness.json(&["send", "1", "Written in a tunnel."]);
    assert_eq!(
        (&sent["message"]["state"], &sent["offline"]),
        (&"queued".into(), &true.into())
    );
    harness
        .run(&["sync"])
        .fails(3, "the portal cannot be reached");
}

#[test]
fn a_new_message_is_unread_until_it_is_read() {
    let harness = Harness::with_ana();
    harness.control(
        r#"{ "new_message": { "who": "ana", "thread": 2, "text": "The ferry is late today." } }"#,
    );
    assert_eq!(harness.json(&["sync"])["unread"], 1);
    let inbox = harness.json(&["inbox", "--limit", "1"]);
    assert_eq!(inbox["threads"][0]["last_text"], "The ferry is late today.");
    assert_eq!(inbox["threads"][0]["unread"], 1);
    harness.run(&["read", "1", "--keep-unread"]).succeeds();
    assert_eq!(harness.json(&["inbox"])["threads"][0]["unread"], 1);
    harness.run(&["read", "1"]).succeeds();
    assert_eq!(harness.json(&["inbox"])["threads"][0]["unread"], 0);
}

#[test]
fn lists_go_on_where_they_ended() {
    let harness = Harness::with_ana();
    let all = harness.json(&["inbox", "--all"]);
    let first = harness.json(&["inbox", "--limit", "3"]);
    let rest = harness.json(&[
        "inbox",
        "--limit",
        "3",
        "--after",
        first["after"].as_str().unwrap(),
    ]);
    let ids = |list: &serde_json::Value| -> Vec<String> {
        list["threads"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| format!("{} {}", t["number"], t["id"]))
            .collect()
    };
    assert_eq!([ids(&first), ids(&rest)].concat(), ids(&all));
    assert_eq!(rest["after"], serde_json::Value::Null);
}

#[test]
fn a_search_marks_its_hits_without_colours_too() {
    let harness = Harness::with_ana();
    harness.control(
        r#"{ "new_message": { "who": "ana", "text": "Please bring the Müller report." } }"#,
    );
    harness.run(&["sync"]).succeeds();
    let found = harness.run(&["search", "muller"]).succeeds();
    assert!(found.out.contains("the [Müller] report"), "{}", found.out);
}

#[test]
fn a_message_cannot_steer_the_terminal() {
    let harness = Harness::with_ana();
    harness.control(
        r#"{ "new_message": { "who": "ana", "text": "red \u001b[31malert\u0007 \u202eesrever" } }"#,
    );
    harness.run(&["sync"]).succeeds();
    // `run` looks for escape codes itself; the words are all there.
    let shown = harness.run(&["read", "1"]).succeeds();
    assert!(shown.out.contains("red [31malert esrever"), "{}", shown.out);
    harness.run(&["inbox"]).succeeds();
    harness.run(&["search", "alert"]).succeeds();
}

#[test]
fn a_sign_in_that_stopped_at_the_code_goes_on_later() {
    let harness = Harness::new();
    harness.sign_in("ana", &[]).fails(2, "--resume");
    let wrong = harness.run(&["signin", "--resume", "--code", "000 000", "--json"]);
    assert_eq!(
        (wrong.exit, &wrong.json()["error"]["code"]),
        (4, &"wrong_code".into())
    );
    let code = harness.code("ana");
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    harness
        .run(&["signin", "--resume", "--code", &spaced])
        .succeeds();
    assert_eq!(harness.json(&["sync"])["messages"], 30);
}

#[test]
fn a_password_may_come_from_standard_input() {
    let harness = Harness::new();
    let mut command = harness.command();
    command.args(["signin", "--user", "ben", "--password-stdin"]);
    command.write_stdin(format!("{}\n", harness.password("ben")));
    said(command).succeeds();
    assert_eq!(harness.json(&["sync"])["threads"], 3);
}

#[test]
fn a_portal_without_https_is_named_in_what_to_do_next() {
    let harness = Harness::new();
    let code = harness.code("ana");
    let said = harness.sign_in("ana", &["--allow-loopback-http", "--code", &code]);
    let said = said.succeeds().out;
    assert!(
        said.contains("Next: pericard --allow-loopback-http sync"),
        "{said}"
    );
}

#[test]
fn two_people_on_one_device_are_told_apart() {
    let harness = Harness::with_ana();
    harness.sign_in("ben", &[]).succeeds();
    harness.run(&["inbox"]).fails(2, "--account");
    assert_eq!(harness.json(&["sync", "--account", "2"])["threads"], 3);
    assert_eq!(harness.json(&["inbox", "--account", "1"])["total"], 4);
    harness.run(&["forget", "--account", "1"]).succeeds();
    assert_eq!(harness.json(&["inbox"])["total"], 3);
}

#[test]
fn a_session_that_the_portal_ended_is_sealed_and_comes_back_with_the_same_person() {
    let harness = Harness::with_ana();
    harness.control(r#"{ "revoke": "ana" }"#);
    harness.run(&["sync"]).fails(4, "sealed, not lost");
    harness.run(&["inbox"]).fails(4, "Sign in again");
    let doctor = harness.json(&["doctor"]);
    assert_eq!(doctor["device"]["session"], "sealed");
    let code = harness.code("ana");
    harness.sign_in("ana", &["--code", &code]).succeeds();
    assert_eq!(harness.json(&["inbox"])["total"], 4);
}

#[test]
fn a_doctor_says_what_a_portal_can_and_how_this_device_stands() {
    // It has something of every feature.
    let harness = Harness::of(
        r#"{ "people": { "ana": { "threads": 1, "messages": 1, "totp": true, "documents": 1, "labs": true } } }"#,
    );
    let before = harness.json(&["doctor"]);
    let findings = before["findings"].as_array().unwrap();
    assert!(
        findings.len() >= 8 && findings.iter().all(|finding| finding["verdict"] == "works"),
        "{findings:?}"
    );
    assert_eq!(before["device"], serde_json::Value::Null);
    let code = harness.code("ana");
    harness.sign_in("ana", &["--code", &code]).succeeds();
    assert_eq!(harness.json(&["doctor"])["device"]["session"], "active");
}
