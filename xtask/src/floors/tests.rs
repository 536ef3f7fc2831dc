#![allow(clippy::unwrap_used)]

use super::*;

/// The breaches of a house made of these files.
fn breaches(files: &[(&str, &str)]) -> Vec<String> {
    let house: Vec<Source> = files
        .iter()
        .map(|(path, text)| Source::parse(Path::new(path), text).unwrap())
        .collect();
    let modules = Modules::of(&house);
    house
        .iter()
        .flat_map(|file| in_house(file, &modules, &house))
        .map(|breach| breach.to_string())
        .collect()
}

fn protocol(text: &str) -> usize {
    in_protocol(&Source::parse(Path::new("oauth.rs"), text).unwrap()).len()
}

const HOUSE: [(&str, &str); 7] = [
    (
        "lib.rs",
        "mod platform; mod storage; mod test_support; pub use crate::test_support::Client;",
    ),
    (
        "platform/mod.rs",
        "pub(crate) mod error; pub(crate) mod clock;",
    ),
    ("platform/error.rs", "pub struct E;"),
    (
        "platform/clock.rs",
        "#![allow(clippy::disallowed_methods)] pub struct Clock;",
    ),
    ("storage/net/mod.rs", "use crate::platform::error::E;"),
    (
        "storage/store.rs",
        "//! Keeps rows.\n//! Uses: `net`\nuse super::net; use crate::storage::net::Net;",
    ),
    (
        "test_support.rs",
        "use crate::storage::store::Store; use crate::platform::clock::Clock;",
    ),
];

fn with(path: &'static str, text: &'static str) -> Vec<String> {
    let mut files = HOUSE.to_vec();
    files.retain(|(other, _)| *other != path);
    files.push((path, text));
    breaches(&files)
}

#[test]
fn a_house_in_order_has_no_breach() {
    assert_eq!(breaches(&HOUSE), Vec::<String>::new());
}

#[test]
fn a_lower_floor_may_not_use_a_higher_one() {
    let found = with("platform/error.rs", "use crate::storage::net::Net;");
    assert_eq!(
        found,
        ["platform/error.rs: uses `crate::storage::net::Net`, which is above it"]
    );
}

#[test]
fn a_floor_may_not_use_the_files_on_top_nor_their_re_exports() {
    assert_eq!(
        with(
            "storage/net/mod.rs",
            "fn f(_: crate::test_support::Client) {}"
        )
        .len(),
        1
    );
    assert_eq!(with("storage/net/mod.rs", "use crate::Client;").len(), 1);
}

#[test]
fn super_and_self_are_followed() {
    assert_eq!(
        with("storage/net/retry.rs", "use super::super::store::Store;").len(),
        1
    );
    assert_eq!(
        with(
            "storage/net/retry.rs",
            "use super::Net; use self::inner::X; mod inner { use super::super::Net; }"
        )
        .len(),
        0
    );
}

#[test]
fn a_neighbour_must_be_listed() {
    let found = with(
        "storage/store.rs",
        "//! Keeps rows.\nuse crate::storage::net::Net;",
    );
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("neighbour `net`"), "{found:?}");
}

#[test]
fn a_module_lists_for_all_its_files() {
    let mut files = HOUSE.to_vec();
    files.push((
        "storage/session/mod.rs",
        "//! Tokens.\n//! Uses: `net`, `store`",
    ));
    files.push((
        "storage/session/refresh.rs",
        "use crate::storage::{net::Net, store::Store};",
    ));
    assert_eq!(breaches(&files), Vec::<String>::new());
}

#[test]
fn paths_in_expressions_types_and_macros_count() {
    for text in [
        "fn f() { crate::storage::store::open(); }",
        "fn f() { println!(\"{}\", crate::storage::store::COUNT); }",
        "fn f() { vec![if true { crate::storage::store::COUNT } else { 0 }]; }",
        "type T = Vec<crate::storage::store::Store>;",
        "#[derive(crate::storage::store::Row)] struct S;",
    ] {
        assert_eq!(with("platform/error.rs", text).len(), 1, "{text}");
    }
}

#[test]
fn a_unit_test_may_arrange_things() {
    let text = "#[cfg(test)] mod tests { use crate::storage::store::Store; }";
    assert_eq!(with("platform/error.rs", text), Vec::<String>::new());
    let text = "#[cfg(not(test))] mod real { use crate::storage::store::Store; }";
    assert_eq!(with("platform/error.rs", text).len(), 1);
}

#[test]
fn a_floor_passes_names_on_to_those_above_only() {
    let mut files = HOUSE.to_vec();
    files.retain(|(path, _)| *path != "test_support.rs" && *path != "storage/store.rs");
    files.push(("storage/mod.rs", "mod net; mod store; pub(crate) use net::{Net, Other as Another}; pub(crate) struct Shared;"));
    files.push(("test_support.rs", "use crate::storage::{Net, Shared};"));
    files.push((
        "storage/store.rs",
        "use crate::storage::Shared; use super::Another;",
    ));
    assert_eq!(
        breaches(&files),
        [
            "storage/store.rs: uses its neighbour by `crate::storage::Another`: name the module it comes from"
        ]
    );
}

#[test]
fn a_floor_is_not_taken_whole() {
    assert_eq!(with("test_support.rs", "use crate::storage::*;").len(), 1);
}

#[test]
fn the_lint_is_silenced_at_the_door_alone() {
    let found = with(
        "platform/error.rs",
        "#[allow(clippy::disallowed_methods)] fn now() {}",
    );
    assert_eq!(found.len(), 1);
}

#[test]
fn log_lines_are_written_at_one_place() {
    for text in [
        "use tracing::info;",
        "fn f(name: &str) { tracing::info!(name); }",
        "fn f() -> tracing_subscriber::Registry { todo!() }",
    ] {
        let found = with("platform/error.rs", text);
        assert!(
            !found.is_empty() && found[0].contains("platform::log"),
            "{found:?}"
        );
        assert_eq!(with("platform/log/sink.rs", text), Vec::<String>::new());
    }
}

#[test]
fn the_protocol_has_no_io_and_no_clock() {
    for text in [
        "use std::time::SystemTime;",
        "use std::{time::{Duration, Instant}};",
        "use std::time::*;",
        "fn f() { std::fs::read(\"x\"); }",
        "fn f(_: std::net::TcpStream) {}",
        "use tokio::sync::Mutex;",
        "fn f() { jiff::Timestamp::now(); }",
    ] {
        assert_eq!(protocol(text), 1, "{text}");
    }
    assert_eq!(
        protocol("use std::time::Duration; use std::net::{IpAddr, Ipv4Addr}; use jiff::Timestamp;"),
        0
    );
}
