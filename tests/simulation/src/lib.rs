//! Simulated weeks: the whole client against the whole portal on one thread, from a seed.
//!
//! Time is tokio's and stands still while anybody works; the network loses, delays, reorders and cuts; the app is killed at
//! any exchange, any piece of blocking work and any checkpoint; the portal has the oddities of real ones. Each evening the
//! client is compared with the portal's truth. The same seed gives the same trace.

// Here is the world that the client is put into: it has a clock and tasks of its own.
#![allow(clippy::disallowed_methods)]

mod chance;
mod compare;
mod drill;
mod finding;
mod ledger;
mod network;
mod panics;
mod plan;
mod policy;
mod process;
mod shrink;
mod switches;
mod time;
mod trace;
mod week;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use pericard::test_support::Break;

pub use finding::{Finding, Kind};
use plan::Plan;
use trace::Trace;

/// What came of a seed.
pub struct Outcome {
    /// Nothing, if all went well.
    pub findings: Vec<Finding>,
    /// Stands for everything that happened, in order.
    pub hash: String,
    /// Everything that happened, where it was asked for.
    pub lines: Vec<String>,
}

/// Which weeks are simulated, and with what client.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// The protection that is left out.
    pub broken: Option<Break>,
    /// Events and oddities that do not happen: those with one of these words in their line.
    pub without: Vec<String>,
}

impl Setting {
    fn plan(&self, seed: u64) -> Plan {
        let mut plan = Plan::new(seed);
        let happens = |line: String| {
            let mut words = self.without.iter().filter(|word| !word.is_empty());
            !words.any(|word| line.contains(word.as_str()))
        };
        plan.switches
            .retain(|switch| happens(switch.fault.to_owned()));
        plan.events.retain(|event| happens(event.to_string()));
        plan
    }

    /// Lives through the week of a seed.
    pub fn simulate(&self, seed: u64, keep_lines: bool) -> Outcome {
        run(&self.plan(seed), self.broken, keep_lines)
    }

    /// The fewest switches and events with which a seed still fails in the same way, a line each, and what is found then.
    pub fn shrink(&self, seed: u64) -> (Vec<String>, Vec<Finding>) {
        let (plan, findings) = shrink::shrink(&self.plan(seed), self.broken);
        let switches = plan.switches.iter();
        let switches = switches.map(|switch| format!("portal  {}", switch.fault));
        let events = plan.events.iter().map(ToString::to_string);
        (switches.chain(events).collect(), findings)
    }
}

fn run(plan: &Plan, broken: Option<Break>, keep_lines: bool) -> Outcome {
    panics::keep();
    let trace = Arc::new(Trace::new(keep_lines));
    let lived = catch_unwind(AssertUnwindSafe(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        match runtime {
            Ok(runtime) => runtime.block_on(week::live(plan, broken, trace.clone())),
            Err(error) => vec![Finding::new(Kind::Broken, error.to_string())],
        }
    }));
    let findings = lived.unwrap_or_else(|_| {
        let why = panics::last().unwrap_or_default();
        vec![Finding::new(Kind::Broken, why)]
    });
    let (hash, lines) = trace.end();
    Outcome {
        findings,
        hash,
        lines,
    }
}
