//! The verdicts of a whole page: records without a subject depend on their parents, which may be on the same
//! page, before or after them.
//!
//! Two passes over the graph of parents, each along an edge once. First, what is held takes along the records
//! that belong to it. Then what is admitted takes along the records whose parents are all admitted: the
//! smallest set of admissions that the rules allow, so that two records cannot vouch for each other.

use std::collections::BTreeMap;

use super::{Admissible, HeldReason, Judgement, Owner, ParentVerdict, Verdict, judge};

/// A record that waits for its parents.
struct Waiting {
    /// Parents that are not admitted yet: one that never is keeps the record held.
    missing: usize,
    /// The person takes part, so that unknown parents do not matter.
    participant: bool,
}

pub(super) fn judge_page<R: Admissible>(
    owner: &Owner,
    page: &[R],
    parents: &dyn Fn(&str) -> ParentVerdict,
) -> Vec<Verdict> {
    // A server may send one id twice, with different content. As a parent it counts when every copy is
    // admitted, and as held when one is.
    let mut copies_left: BTreeMap<String, usize> = BTreeMap::new();
    for record in page {
        *copies_left.entry(record.key()).or_default() += 1;
    }
    let mut children: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut waiting: Vec<Option<Waiting>> = Vec::with_capacity(page.len());
    let mut verdicts = Vec::with_capacity(page.len());
    for (at, record) in page.iter().enumerate() {
        let participant = match judge(owner, record) {
            Judgement::Settled(verdict) => {
                verdicts.push(verdict);
                waiting.push(None);
                continue;
            }
            Judgement::Participant => true,
            Judgement::ByParents => false,
        };
        let mut verdict = Verdict::Held(HeldReason::Unmatched);
        let (mut missing, mut any) = (0, false);
        for parent in record.parents() {
            any = true;
            let Some(key) = parent.key(&owner.base) else {
                // Nothing on this portal, so nothing that could ever be admitted.
                missing += 1;
                continue;
            };
            if copies_left.contains_key(&key) {
                // The copy on the page is newer than what is known of it.
                missing += 1;
                children.entry(key).or_default().push(at);
                continue;
            }
            match parents(&key) {
                ParentVerdict::Admitted => {}
                ParentVerdict::Unknown => missing += 1,
                ParentVerdict::Held => verdict = Verdict::Held(HeldReason::NamesAnother),
            }
        }
        let held = verdict == Verdict::Held(HeldReason::NamesAnother);
        if !held && (participant || any && missing == 0) {
            verdict = Verdict::Admit;
        }
        verdicts.push(verdict);
        waiting.push((!held).then_some(Waiting {
            missing,
            participant,
        }));
    }
    spread_held(page, &mut children, &mut waiting, &mut verdicts);
    spread_admitted(
        page,
        &mut children,
        copies_left,
        &mut waiting,
        &mut verdicts,
    );
    verdicts
}

/// Whether a verdict says that somebody else is concerned, rather than that nothing is known.
fn concerns_another(verdict: Verdict) -> bool {
    !matches!(
        verdict,
        Verdict::Admit | Verdict::Held(HeldReason::Unmatched)
    )
}

fn spread_held<R: Admissible>(
    page: &[R],
    children: &mut BTreeMap<String, Vec<usize>>,
    waiting: &mut [Option<Waiting>],
    verdicts: &mut [Verdict],
) {
    let mut held: Vec<usize> = (0..page.len())
        .filter(|at| concerns_another(verdicts[*at]))
        .collect();
    while let Some(at) = held.pop() {
        // Once per id, however many copies of it there are.
        for child in children.remove(&page[at].key()).unwrap_or_default() {
            if waiting[child].take().is_some() {
                verdicts[child] = Verdict::Held(HeldReason::NamesAnother);
                held.push(child);
            }
        }
    }
}

fn spread_admitted<R: Admissible>(
    page: &[R],
    children: &mut BTreeMap<String, Vec<usize>>,
    mut copies_left: BTreeMap<String, usize>,
    waiting: &mut [Option<Waiting>],
    verdicts: &mut [Verdict],
) {
    let mut admitted: Vec<usize> = (0..page.len())
        .filter(|at| verdicts[*at] == Verdict::Admit)
        .collect();
    while let Some(at) = admitted.pop() {
        let key = page[at].key();
        let Some(left) = copies_left.get_mut(&key) else {
            continue;
        };
        *left -= 1;
        if *left > 0 {
            continue;
        }
        for child in children.remove(&key).unwrap_or_default() {
            let Some(waits) = &mut waiting[child] else {
                continue;
            };
            waits.missing -= 1;
            if waits.missing == 0 && !waits.participant {
                verdicts[child] = Verdict::Admit;
                admitted.push(child);
            }
        }
    }
}
