//! What is too short to be measured once.

use std::time::Duration;

use crate::auth::TIMES;
use crate::{Broken, Meter};

/// The time that one call computes, of so many. Each gets 32 octets of its own, from a counter: what would be random
/// outside.
pub fn each(mut call: impl FnMut([u8; 32]) -> Result<(), Broken>) -> Result<Duration, Broken> {
    let octets = |count: u32| {
        let mut octets = [0x5a; 32];
        octets[..4].copy_from_slice(&count.to_be_bytes());
        octets
    };
    // The first ones load what is loaded once.
    for count in 0..TIMES / 10 {
        call(octets(count))?;
    }
    let meter = Meter::start();
    for count in 0..TIMES {
        call(octets(count))?;
    }
    Ok(meter.stop().cpu / TIMES)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_call_gets_octets_of_its_own() {
        let mut seen = HashSet::new();
        let mut calls = 0;
        let count = |octets| {
            seen.insert(octets);
            calls += 1;
            Ok(())
        };
        each(count).unwrap();
        assert_eq!(seen.len() as u32, TIMES);
        assert_eq!(calls, TIMES + TIMES / 10);
        assert!(each(|_| Err("no".into())).is_err());
    }
}
