//! The program: what it prints, what it writes, and when it ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use pericard_portal::ConfigFile;

fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_pericard-portal"))
        .args(arguments)
        .arg("--exit-with-stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn under_control_it_prints_one_line_and_ends_with_its_input() {
    let mut child = start(&["--control"]);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert!(line.starts_with("control http://127.0.0.1:"), "{line}");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    line.clear();
    assert_eq!(out.read_line(&mut line).unwrap(), 0, "{line}");
}

#[test]
fn alone_it_writes_a_configuration_and_says_who_can_sign_in() {
    let file = std::env::temp_dir().join(format!("pericard-portal-{}.json", std::process::id()));
    let path = file.to_str().unwrap().to_owned();
    let mut child = start(&["--config", &path, "--seed", "3"]);
    let out = BufReader::new(child.stdout.take().unwrap());
    let mut seen = Vec::new();
    for line in out.lines() {
        let line = line.unwrap();
        let last = line.ends_with(" doctor");
        seen.push(line);
        if last {
            break;
        }
    }
    let config: ConfigFile = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    // The clinic switches messages off: what the running portal shows is what was signed.
    let policy = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pericard-portal"));
        let output = command
            .args(["policy", "--config", &path])
            .args(arguments)
            .output()
            .unwrap();
        let told = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(told).unwrap())
    };
    let (done, told) = policy(&[
        "--messages",
        "off",
        "--notice",
        "Closed",
        "--notice",
        "fr=Fermé",
    ]);
    assert!(
        done && told.contains("policy 1 for https://localhost:"),
        "{told}"
    );
    let (done, told) = policy(&["--messages", "on"]);
    assert!(done && told.contains("policy 2 for"), "{told}");
    let (done, told) = policy(&["--notice", "fr=Oui", "--notice", "fr=Non"]);
    assert!(
        !done && told.contains("two notices for the same language"),
        "{told}"
    );
    let keys = file.with_extension("policy-keys.json");
    let (done, told) = policy(&["--keys", "no-such-file.json"]);
    assert!(
        !done && told.contains("cannot read no-such-file.json"),
        "{told}"
    );
    for written in [
        &file,
        &keys,
        &file.with_extension("policy"),
        &file.with_extension("pem"),
    ] {
        std::fs::remove_file(written).unwrap();
    }
    drop(child.stdin.take());
    child.wait().unwrap();
    let seen = seen.join("\n");
    let portal = &config.portals[0];
    assert!(seen.contains(&portal.base));
    assert!(seen.contains("otpauth://totp/"));
    assert!(seen.contains("ana also acts for mia"), "{seen}");
    assert!(portal.native_sign_in);
    assert!(portal.extra_roots[0].starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(
        seen.contains(&format!("cargo run -- --config {path} signin")),
        "{seen}"
    );
}

#[test]
fn a_wrong_file_is_an_error_with_a_sentence() {
    let output = Command::new(env!("CARGO_BIN_EXE_pericard-portal"))
        .args(["--people", "no-such-file.json"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("cannot read no-such-file.json"), "{text}");
}
