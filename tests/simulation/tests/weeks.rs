//! What the simulation promises of itself.

use pericard_simulation::{Outcome, Setting};

fn simulate(seed: u64) -> Outcome {
    Setting::default().simulate(seed, true)
}

#[test]
fn a_replay_gives_the_same_trace() {
    for seed in 1..=12 {
        let (first, second) = (simulate(seed), simulate(seed));
        let differs = first.lines.iter().zip(&second.lines).find(|(a, b)| a != b);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!(first.hash, second.hash, "seed {seed}");
    }
}

#[test]
fn no_two_seeds_are_the_same_week() {
    assert_ne!(simulate(1).hash, simulate(2).hash);
}
