//! Weeks that once went wrong, and weeks that go wrong without a protection: a minute's worth of `cargo xtask simulate`.

#![allow(clippy::disallowed_methods, reason = "seeds are spread over threads")]

use pericard::test_support::Break;
use pericard_simulation::{Finding, Setting};

fn findings(seed: u64, broken: Option<Break>) -> Vec<Finding> {
    let setting = Setting {
        broken,
        ..Setting::default()
    };
    setting.simulate(seed, false).findings
}

/// What went wrong in each.
const ONCE: &[(u64, &str)] = &[
    (57, "an older chart was compared before it could be known"),
    (
        63,
        "a gateway's 500 about a readdressed message was taken for the portal's answer",
    ),
    (
        69,
        "a text in the narrative of a message with a file was left out",
    ),
    (
        78,
        "an older chart was not looked for again after its patient could not be read",
    ),
    (151, "behind a record that fails, deleted messages stayed"),
    (200, "what waits behind a message in doubt was called lost"),
    (
        285,
        "a history of times to come was left after its first page",
    ),
    (880, "the same, in the list that is compared"),
    (782, "a portal without identifiers was sent a message twice"),
    (825, "the same, killed in between"),
];

#[test]
fn weeks_that_once_went_wrong() {
    std::thread::scope(|scope| {
        for seeds in ONCE.chunks(ONCE.len().div_ceil(2)) {
            scope.spawn(move || {
                for (seed, what) in seeds {
                    assert_eq!(findings(*seed, None), [], "seed {seed}: {what}");
                }
            });
        }
    });
}

/// A protection that is left out is noticed, and the same week passes with it.
#[test]
fn every_protection_is_missed_when_it_is_gone() {
    const SEEDS: [(&str, u64); 6] = [
        ("guard", 15),
        ("identifier", 1),
        ("cursor", 4),
        ("outbox", 1),
        ("version", 9),
        ("reconcile", 1),
    ];
    for (name, seed) in SEEDS {
        let which = Break::ALL.iter().find(|(known, _)| *known == name);
        let (_, which) = which.unwrap_or_else(|| panic!("no protection is called {name}"));
        assert_eq!(findings(seed, None), [], "seed {seed}");
        assert_ne!(findings(seed, Some(*which)), [], "{name} with seed {seed}");
    }
    assert_eq!(SEEDS.len(), Break::ALL.len());
}
