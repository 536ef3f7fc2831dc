//! The command in front of a person: in a terminal, with questions.

use nix::sys::wait::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use crate::browser::Browser;
use crate::harness::Harness;

const PEOPLE: &str = r#"{ "seed": 7, "step_up": { "max_age": 300 }, "people": {
    "ana": { "threads": 2, "messages": 9, "totp": true, "recovery_codes": 2 },
    "ben": { "threads": 2, "messages": 9 },
    "dario": { "threads": 2, "messages": 9, "must_enrol": true } } }"#;

/// A person at a terminal where the command runs.
struct Person(PtySession);

impl Person {
    fn runs(harness: &Harness, arguments: &[&str]) -> Self {
        let mut command = harness.plain_command();
        command
            .args(arguments)
            .env("NO_COLOR", "1")
            .env("TERM", "xterm");
        // The pty is what it reads and writes, and nothing else.
        let mut inside = std::process::Command::new(command.get_program());
        inside.args(command.get_args()).env_clear();
        inside.envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        Self(spawn_command(inside, Some(30_000)).unwrap())
    }

    /// Waits for a text; what came before it.
    #[track_caller]
    fn sees(&mut self, text: &str) -> String {
        match self.0.exp_string(text) {
            Ok(before) => utf8(&before),
            Err(error) => panic!("{text}: {error}"),
        }
    }

    #[track_caller]
    fn is_asked(&mut self, question: &str, answer: &str) -> &mut Self {
        self.sees(question);
        self.0.send_line(answer).unwrap();
        self
    }

    fn signs_in(&mut self, harness: &Harness, who: &str) -> &mut Self {
        self.is_asked("User name: ", who)
            .is_asked("Password: ", &harness.password(who))
    }

    /// The rest of what is said, and the exit code.
    fn ends(mut self) -> (String, i32) {
        let rest = utf8(&self.0.exp_eof().unwrap());
        match self.0.process().wait().unwrap() {
            WaitStatus::Exited(_, code) => (rest, code),
            other => panic!("{other:?}"),
        }
    }
}

/// What was written: the session gives each byte as a character.
fn utf8(bytes: &str) -> String {
    let bytes = bytes.chars().map(|byte| u8::try_from(byte).unwrap());
    String::from_utf8(bytes.collect()).unwrap()
}

#[test]
fn somebody_who_must_enrol_scans_or_types_the_secret_and_keeps_the_recovery_codes() {
    let harness = Harness::of(PEOPLE);
    let mut person = Person::runs(&harness, &["signin"]);
    person.signs_in(&harness, "dario");
    let picture = person.sees("Secret");
    assert!(picture.contains("██████"), "no QR code: {picture}");
    let secret = person.sees("Address").trim().replace(' ', "");
    person.is_asked("Code that the app shows: ", "000000");
    person.sees("Not accepted: the code is wrong or was already used; you have 4 attempts left.");
    person
        .is_asked("Code that the app shows: ", &harness.code_of(&secret))
        .is_asked("Have you saved them? [y/N] ", "")
        .is_asked("They cannot be shown again", "perhaps")
        .is_asked("Have you saved them? [y/N] ", "y");
    let (rest, exit) = person.ends();
    assert!(rest.contains("Signed in. Welcome, Dario"), "{rest}");
    assert_eq!(exit, 0);
    assert_eq!(
        harness.json(&["two-factor", "status"]),
        serde_json::json!({ "enrolled": true, "recovery_codes_left": 8 })
    );
}

#[test]
fn a_recovery_code_is_typed_where_the_code_is_asked_for() {
    let harness = Harness::of(PEOPLE);
    let code = harness.portal().people()["ana"].recovery_codes[0].clone();
    let mut person = Person::runs(&harness, &["signin"]);
    person
        .is_asked("User name: ", "ana")
        .is_asked("Password: ", "guessed");
    person.sees("user name or password is wrong; you have 4 attempts left. Try again.");
    person.signs_in(&harness, "ana");
    let asked = "Code of the authenticator app, or a recovery code: ";
    person.is_asked(asked, "not one");
    person.sees("Not accepted: the code is not a recovery code. Try again.");
    person.is_asked(asked, &code);
    let (rest, exit) = person.ends();
    assert!(rest.contains("One recovery code is left."), "{rest}");
    assert_eq!(exit, 0);
}

#[test]
fn a_command_that_needs_a_fresh_sign_in_offers_it_and_goes_on() {
    let harness = Harness::of(PEOPLE);
    let code = harness.code("ana");
    harness.sign_in("ana", &["--code", &code]).succeeds();
    harness.run(&["sync"]).succeeds();
    harness.later(400);

    let mut person = Person::runs(&harness, &["send", "1", "A cooper writes."]);
    person.is_asked("Sign in now? [Y/n] ", "n");
    let (rest, exit) = person.ends();
    assert!(
        rest.contains("Queued.") && rest.contains("pericard step-up"),
        "{rest}"
    );
    assert_eq!(exit, 4);

    let mut person = Person::runs(&harness, &["sync"]);
    person.is_asked("Sign in now? [Y/n] ", "");
    person
        .signs_in(&harness, "ana")
        .is_asked("or a recovery code: ", &harness.code("ana"));
    let (rest, exit) = person.ends();
    assert!(rest.contains("Sent 1 message."), "{rest}");
    assert_eq!(exit, 0);
    let copies = harness.control(r#"{ "count_messages": { "text": "A cooper writes." } }"#);
    assert_eq!(copies.count(), Some(1));
}

#[test]
fn a_second_factor_is_set_up_and_what_cannot_be_undone_asks_first() {
    let harness = Harness::of(PEOPLE);
    harness.sign_in("ben", &[]).succeeds();
    let mut person = Person::runs(&harness, &["two-factor", "enrol"]);
    person.sees("Secret");
    let secret = person.sees("Address").trim().replace(' ', "");
    person
        .is_asked("Code that the app shows: ", "no digits")
        .is_asked("Code that the app shows: ", &harness.code_of(&secret));
    person.sees("Set up.");
    person.is_asked("Have you saved them? [y/N] ", "yes");
    assert_eq!(person.ends().1, 0);

    let mut person = Person::runs(&harness, &["two-factor", "disable"]);
    person.is_asked("Continue? [y/N] ", "");
    let (rest, exit) = person.ends();
    assert!(rest.contains("nothing was changed"), "{rest}");
    assert_eq!(exit, 1);
    assert_eq!(harness.json(&["two-factor", "status"])["enrolled"], true);
}

#[test]
fn a_page_is_shown_until_its_link_leads_back() {
    let harness = Harness::with_ana();
    let mut person = Person::runs(&harness, &["page", "sessions", "--no-open"]);
    person.sees("return_to=");
    let back = person
        .sees("\n")
        .trim()
        .replace("%3A", ":")
        .replace("%2F", "/");
    let browser = Browser::new(&harness);
    let origin = back.trim_end_matches("/callback").to_owned();
    assert_eq!(browser.get(&format!("{origin}/favicon.ico")).status, 404);
    let page = browser.get(&format!("{back}?page=sessions"));
    assert!(page.text.contains("close this page"), "{}", page.text);
    let (rest, exit) = person.ends();
    assert!(rest.contains("Back from the portal's page."), "{rest}");
    assert_eq!(exit, 0);
}

#[test]
fn a_search_answers_as_one_types_and_opens_what_is_chosen() {
    let harness = Harness::with_ana();
    for (thread, text) in [
        (0, "Your blood pressure is fine"),
        (1, "Blood test on Monday"),
    ] {
        let new =
            serde_json::json!({ "new_message": { "who": "ana", "thread": thread, "text": text } });
        harness.control(&new.to_string());
    }
    harness.run(&["sync"]).succeeds();
    let mut person = Person::runs(&harness, &["search"]);
    person.sees("Type to search");
    person.0.send("blood").unwrap();
    person.0.flush().unwrap();
    person.sees("[Blood] test on Monday");
    person.sees("Your [blood] pressure");
    person.0.send(" pre").unwrap();
    person.0.flush().unwrap();
    person.sees("[pressure] is fine");
    person.0.send("\r").unwrap();
    person.0.flush().unwrap();
    let (rest, exit) = person.ends();
    assert!(rest.contains("Your [blood] [pressure] is fine"), "{rest}");
    assert_eq!(exit, 0);
}
