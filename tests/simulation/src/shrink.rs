//! From a week that fails to the fewest switches and events that do (delta debugging: A. Zeller, R. Hildebrandt,
//! "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002).

use pericard::test_support::Break;

use crate::finding::{Finding, Kind};
use crate::plan::{Event, Plan};
use crate::run;
use crate::switches::Switch;

/// Weeks that are tried at most.
const MOST: u32 = 120;

/// What can be left out.
#[derive(Clone)]
enum Part {
    Switch(&'static Switch),
    Event(Event),
}

/// The smallest plan found that still fails in the gravest way, and how.
pub(crate) fn shrink(plan: &Plan, broken: Option<Break>) -> (Plan, Vec<Finding>) {
    let mut found = run(plan, broken, false).findings;
    let Some(kind) = found.iter().map(|finding| finding.kind).min() else {
        return (plan.clone(), found);
    };
    let switches = plan.switches.iter().map(|switch| Part::Switch(switch));
    let events = plan.events.iter().cloned().map(Part::Event);
    let mut parts: Vec<Part> = switches.chain(events).collect();
    let mut left = MOST;
    let mut size = parts.len().div_ceil(2);
    while size > 0 && left > 0 {
        let mut at = 0;
        let mut any = false;
        while at < parts.len() && left > 0 {
            left -= 1;
            let mut fewer = parts.clone();
            fewer.drain(at..parts.len().min(at + size));
            let now = run(&with(plan, &fewer), broken, false).findings;
            if fails_alike(&now, kind) {
                (parts, found, any) = (fewer, now, true);
            } else {
                at += size;
            }
        }
        size = if any && size == 1 { 1 } else { size / 2 };
    }
    (with(plan, &parts), found)
}

fn fails_alike(findings: &[Finding], kind: Kind) -> bool {
    findings.iter().any(|finding| finding.kind == kind)
}

fn with(plan: &Plan, parts: &[Part]) -> Plan {
    let mut plan = Plan {
        switches: Vec::new(),
        events: Vec::new(),
        ..plan.clone()
    };
    for part in parts {
        match part {
            Part::Switch(switch) => plan.switches.push(switch),
            Part::Event(event) => plan.events.push(event.clone()),
        }
    }
    plan
}
