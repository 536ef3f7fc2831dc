//! The portal's truth: what a person is meant to see, whatever form and order it is served in.

use std::collections::BTreeSet;

use super::{Shown, Stray};
use crate::fault::FaultKind;
use crate::fhir;
use crate::instance::State;

/// A message as its person is meant to see it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Letter {
    /// Id of the Communication.
    pub id: String,
    /// All of its text.
    pub text: String,
    /// Who wrote it, by name.
    pub from: String,
    /// Whether the person wrote it.
    pub outgoing: bool,
    /// What its conversation is about.
    pub topic: String,
    /// Stands for its conversation: the same in all of its messages.
    pub conversation: u32,
    /// When it was sent, in milliseconds since 1970.
    pub sent: i64,
    /// The values of its identifiers.
    pub identifiers: Vec<String>,
    /// When it came to be as it is, in milliseconds since 1970.
    pub since: i64,
    /// From when on searches find it, in milliseconds since 1970.
    pub found_from: i64,
    /// Whether a search by the time of the last change does not find what became of it.
    pub quiet: bool,
    /// Whether the person must not see it: withdrawn, deleted or not sent yet.
    pub hidden: bool,
    /// Whether it may be shown or not.
    pub optional: bool,
    /// Whether it is somebody else's, although this person's searches find it.
    pub foreign: bool,
    /// Whether its conversation has a record of its own, which it is part of.
    pub headed: bool,
    /// Whether it has no subject, so that only a search for its recipient finds it.
    pub subjectless: bool,
    /// Whether all that it answers is gone, so that nothing shows to which conversation it belongs.
    pub loose: bool,
}

/// Every message that is or was this person's. One that others have too is one.
pub(crate) fn letters(state: &State, person: usize) -> Vec<Letter> {
    let store = &state.store;
    let unreadable = |kind| matches!(kind, FaultKind::Poison { how } if !how.is_readable());
    let unreadable = state.faults.on(unreadable);

    let loose = loose(state, person);
    let mut all = Vec::new();
    for index in 0..store.len() {
        let record = store.record(index);
        let theirs = record.person == person || record.taken_from == Some(person);
        if !theirs || record.text.is_empty() || record.copy_of.is_some() {
            continue;
        }
        let meant = &record.meant;
        let foreign = matches!(record.stray, Some(Stray::Misfiled | Stray::NamesAnother));
        let gone = record.deleted || record.person != person || foreign;
        all.push(Letter {
            id: record.id.clone(),
            text: record.text.clone(),
            from: meant.from.clone(),
            outgoing: meant.outgoing,
            topic: meant.topic.clone(),
            conversation: record.conversation(index),
            sent: meant.sent,
            identifiers: record.identifiers.iter().map(|(_, v)| v.clone()).collect(),
            since: meant.since,
            found_from: record.found_from,
            quiet: meant.quiet,
            hidden: gone || meant.shown == Shown::No,
            optional: !gone && (meant.shown == Shown::Either || (record.poisoned && unreadable)),
            foreign,
            headed: record
                .header
                .is_some_and(|header| store.record(header).text.is_empty()),
            subjectless: record.subjectless,
            loose: loose.contains(&index),
        });
    }
    all
}

/// The records that only answer what is gone, or what is loose itself.
fn loose(state: &State, person: usize) -> BTreeSet<u32> {
    let store = &state.store;
    let mut loose = BTreeSet::new();
    for index in 0..store.len() {
        if store.record(index).person != person {
            continue;
        }
        let answers = fhir::only_answers(state, index);
        let is_gone = |id: &String| match store.find(id) {
            Some(other) => {
                let record = store.record(other);
                record.deleted || record.person != person || loose.contains(&other)
            }
            None => true,
        };
        if !answers.is_empty() && answers.iter().all(is_gone) {
            loose.insert(index);
        }
    }
    loose
}
