//! The tour, as a script, a reader of a pipe, and a terminal see it.

use crate::harness::{Harness, said};

#[test]
fn the_tour_keeps_its_promises() {
    let tour = Harness::new().json(&["tour"]);
    let number = |name: &str| {
        tour[name]
            .as_f64()
            .unwrap_or_else(|| panic!("{name} is no number: {tour}"))
    };
    assert!(number("threads") >= 20.0, "{tour}");
    assert!(number("messages") >= 500.0, "{tour}");
    assert_eq!(number("offline_reads"), number("messages"), "{tour}");
    assert!(number("search_hits") >= 1.0, "{tour}");
    assert_eq!(number("sent"), 1.0, "{tour}");
    assert_eq!(number("portal_copies"), 1.0, "{tour}");
    assert_eq!(number("disk_canaries"), 0.0, "{tour}");
    assert!(number("seconds") > 0.0, "{tour}");
}

#[test]
fn without_a_command_it_is_the_tour_and_leaves_nothing_behind() {
    let harness = Harness::new();
    let temporary = harness.home.path().join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let mut command = harness.command();
    command.env("TMPDIR", &temporary);
    let tour = said(command).succeeds();
    assert!(tour.out.contains("Everything held."), "{}", tour.out);
    assert_eq!(tour.err, "");
    let widest = tour
        .out
        .lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap();
    assert!(widest <= 80, "{widest} columns");
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
    assert!(!harness.home.path().join("pericard").exists());
}

/// Draws the picture of the README where `PERICARD_PICTURE` names a file.
#[test]
fn the_tour_in_colour_can_be_drawn() {
    let harness = Harness::new();
    let mut command = harness.command();
    let output = command.env("CLICOLOR_FORCE", "1").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains('\x1b'), "no colours");
    let picture = anstyle_svg::Term::new()
        .palette(anstyle_svg::WIN10_CONSOLE)
        .fg_color(anstyle::RgbColor(230, 237, 243).into())
        .bg_color(anstyle::RgbColor(13, 17, 23).into())
        .render_svg(text.trim_matches('\n'));
    assert!(picture.contains("Everything held."));
    assert!(picture.len() < 200_000, "{} bytes", picture.len());
    if let Some(file) = std::env::var_os("PERICARD_PICTURE") {
        std::fs::write(file, picture).unwrap();
    }
}
