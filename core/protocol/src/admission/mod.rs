//! Whose record is it?
//!
//! The heart of Pericard: nothing is stored or shown before this module has said that it belongs to
//! the person. It judges by owner, not by R4's compartment of a patient: that compartment includes
//! sender and recipient, so a message misaddressed to Ana about Ben would be "hers".
//!
//! | subject | verdict |
//! |---|---|
//! | the person, or a confirmed alias | [`Verdict::Admit`] |
//! | another patient, the person is neither sender nor recipient | [`Verdict::Foreign`] |
//! | another patient, the person is sender or recipient | held: [`HeldReason::AboutAnother`] |
//! | something that cannot be resolved to a patient of this portal | held: [`HeldReason::UnresolvedSubject`] |
//! | none, and some other patient is named | held: [`HeldReason::NamesAnother`] |
//! | none, and the person is sender or recipient, or a parent is admitted | [`Verdict::Admit`] |
//! | none, and nothing of that | held: [`HeldReason::Unmatched`] |
//!
//! A parent is what a record refers to by `partOf` or `inResponseTo`. It counts if it was admitted
//! before, or is on the same page and admitted itself; the order of the page never matters.
//!
//! One foreign record makes the whole page foreign: something on the portal is broken, and what
//! else is on such a page cannot be trusted. Held records cost only themselves.
//!
//! An [`AdmittedPage`] can be made nowhere else, and only an `AdmittedPage` can be written to the
//! store.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::base_url::Base;
use crate::fhir::communication::Communication;
use crate::fhir::reference::{Reference, Target};

/// The person whose records are being fetched.
#[derive(Clone, PartialEq, Eq)]
pub struct Owner {
    /// The portal.
    pub base: Base,
    /// The patient's id there.
    pub patient: String,
    /// Ids of records confirmed to be the same person ([`crate::fhir::patient::same_person`]).
    pub aliases: BTreeSet<String>,
}

/// What is known of a parent that is not on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParentVerdict {
    /// It was admitted for this person before.
    Admitted,
    /// It was not, or nothing is known of it.
    Unknown,
}

/// Whose record it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The person's.
    Admit,
    /// Not surely the person's: neither stored nor shown, but counted.
    Held(HeldReason),
    /// Somebody else's.
    Foreign,
}

/// Why a record is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldReason {
    /// Its subject is another patient, though the person is sender or recipient.
    AboutAnother,
    /// Its subject is given, but not as a patient of this portal.
    UnresolvedSubject,
    /// It has no subject and names another patient.
    NamesAnother,
    /// It has no subject and nothing ties it to the person.
    Unmatched,
}

/// Which record something was, as bytes for a keyed hash. Prints nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey(String);

impl RecordKey {
    /// `Type/id`.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordKey(..)")
    }
}

/// A page that may be stored for one person. Only [`admit_page`] makes one.
pub struct AdmittedPage {
    owner: Owner,
    admitted: Vec<Communication>,
    held: Vec<(RecordKey, HeldReason)>,
}

impl AdmittedPage {
    /// The person for whom it was judged; the store compares it with the partition it is about to
    /// write to.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// What may be stored, in the order of the page.
    pub fn admitted(&self) -> &[Communication] {
        &self.admitted
    }

    /// What could not be matched.
    pub fn held(&self) -> &[(RecordKey, HeldReason)] {
        &self.held
    }

    /// Takes the page apart: what may be stored, and what could not be matched.
    pub fn into_parts(self) -> (Vec<Communication>, Vec<(RecordKey, HeldReason)>) {
        (self.admitted, self.held)
    }
}

impl fmt::Debug for AdmittedPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdmittedPage")
            .field("admitted", &self.admitted.len())
            .field("held", &self.held.len())
            .finish_non_exhaustive()
    }
}

/// What becomes of a page.
#[derive(Debug)]
pub enum PageVerdict {
    /// It may be stored.
    Admitted(AdmittedPage),
    /// It holds somebody else's records; nothing of it may be stored.
    Foreign {
        /// How many.
        foreign: usize,
        /// Which, for keyed hashes only.
        keys: Vec<RecordKey>,
    },
}

/// Judges one record. `parents` answers for `Type/id`.
pub fn admit(
    owner: &Owner,
    record: &Communication,
    parents: &dyn Fn(&str) -> ParentVerdict,
) -> Verdict {
    match judge(owner, record) {
        Judgement::Settled(verdict) => verdict,
        Judgement::ByParent => {
            let admitted =
                parent_keys(owner, record).any(|key| parents(&key) == ParentVerdict::Admitted);
            if admitted {
                Verdict::Admit
            } else {
                Verdict::Held(HeldReason::Unmatched)
            }
        }
    }
}

/// Judges a page. `parents` answers for `Type/id` of records that are not on the page.
pub fn admit_page(
    owner: &Owner,
    page: Vec<Communication>,
    parents: &dyn Fn(&str) -> ParentVerdict,
) -> PageVerdict {
    let verdicts = judge_page(owner, &page, parents);
    let foreign: Vec<RecordKey> = page
        .iter()
        .zip(&verdicts)
        .filter(|(_, verdict)| **verdict == Verdict::Foreign)
        .map(|(record, _)| RecordKey(record.key()))
        .collect();
    if !foreign.is_empty() {
        return PageVerdict::Foreign {
            foreign: foreign.len(),
            keys: foreign,
        };
    }
    let mut admitted = Vec::with_capacity(page.len());
    let mut held = Vec::new();
    for (record, verdict) in page.into_iter().zip(verdicts) {
        match verdict {
            Verdict::Admit => admitted.push(record),
            Verdict::Held(reason) => held.push((RecordKey(record.key()), reason)),
            Verdict::Foreign => {}
        }
    }
    PageVerdict::Admitted(AdmittedPage {
        owner: owner.clone(),
        admitted,
        held,
    })
}

/// What a record says without its parents.
enum Judgement {
    Settled(Verdict),
    /// Only an admitted parent can tie it to the person.
    ByParent,
}

fn judge(owner: &Owner, record: &Communication) -> Judgement {
    let verdict = match record
        .subject
        .as_ref()
        .map(|subject| who(owner, record, subject))
    {
        Some(Who::Owner) => Verdict::Admit,
        Some(Who::Another) if takes_part(owner, record) => Verdict::Held(HeldReason::AboutAnother),
        Some(Who::Another) => Verdict::Foreign,
        Some(Who::PatientElsewhere | Who::Other) => Verdict::Held(HeldReason::UnresolvedSubject),
        None if names_another(owner, record) => Verdict::Held(HeldReason::NamesAnother),
        None if takes_part(owner, record) => Verdict::Admit,
        None => return Judgement::ByParent,
    };
    Judgement::Settled(verdict)
}

/// Whom a reference names, seen from the person.
enum Who {
    Owner,
    /// Another patient of this portal.
    Another,
    /// A patient who cannot be resolved to one of this portal: contained, elsewhere, or by
    /// identifier only.
    PatientElsewhere,
    /// Not a patient, as far as one can tell.
    Other,
}

fn who(owner: &Owner, record: &Communication, reference: &Reference) -> Who {
    let kind = match reference.target(&owner.base) {
        Target::Here {
            kind: "Patient",
            id,
        } => {
            let is_owner = id == owner.patient || owner.aliases.contains(id);
            return if is_owner { Who::Owner } else { Who::Another };
        }
        Target::Here { kind, .. } => Some(kind),
        Target::Elsewhere { kind } | Target::Logical { kind } => kind,
        Target::Contained(id) => {
            // Should an id be contained twice, a patient among them decides.
            let same = record
                .contained
                .iter()
                .filter(|it| it.id.as_deref() == Some(id));
            let kinds = same
                .map(|it| it.kind.as_str())
                .chain(reference.kind.as_deref());
            kinds.reduce(|one, other| if other == "Patient" { other } else { one })
        }
    };
    // `Reference.type` may also be the address of the type's definition.
    if kind.is_some_and(|kind| kind.rsplit('/').next() == Some("Patient")) {
        Who::PatientElsewhere
    } else {
        Who::Other
    }
}

fn people(record: &Communication) -> impl Iterator<Item = &Reference> {
    record.sender.iter().chain(&record.recipients)
}

fn takes_part(owner: &Owner, record: &Communication) -> bool {
    people(record).any(|reference| matches!(who(owner, record, reference), Who::Owner))
}

fn names_another(owner: &Owner, record: &Communication) -> bool {
    people(record).any(|reference| {
        matches!(
            who(owner, record, reference),
            Who::Another | Who::PatientElsewhere
        )
    })
}

fn parent_keys(owner: &Owner, record: &Communication) -> impl Iterator<Item = String> {
    let parents = record.part_of.iter().chain(&record.in_response_to);
    parents.filter_map(|reference| reference.key(&owner.base))
}

/// The verdict of every record of a page: the smallest set of admissions that the rules allow, so
/// that two records cannot vouch for each other and the order does not matter.
fn judge_page(
    owner: &Owner,
    page: &[Communication],
    parents: &dyn Fn(&str) -> ParentVerdict,
) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(page.len());
    let mut waiting: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    // A server may send one id twice, with different content. As a parent it counts when every copy
    // is admitted.
    let mut copies_left: BTreeMap<String, usize> = BTreeMap::new();
    for record in page {
        *copies_left.entry(record.key()).or_default() += 1;
    }
    let mut newly_admitted = Vec::new();
    for (at, record) in page.iter().enumerate() {
        let verdict = match judge(owner, record) {
            Judgement::Settled(verdict) => verdict,
            Judgement::ByParent => {
                let mut verdict = Verdict::Held(HeldReason::Unmatched);
                for key in parent_keys(owner, record) {
                    // The copy on the page is newer than what is known of it.
                    if copies_left.contains_key(&key) {
                        waiting.entry(key).or_default().push(at);
                    } else if parents(&key) == ParentVerdict::Admitted {
                        verdict = Verdict::Admit;
                    }
                }
                verdict
            }
        };
        if verdict == Verdict::Admit {
            newly_admitted.push(at);
        }
        verdicts.push(verdict);
    }
    while let Some(at) = newly_admitted.pop() {
        let key = page[at].key();
        let Some(left) = copies_left.get_mut(&key) else {
            continue;
        };
        *left -= 1;
        if *left > 0 {
            continue;
        }
        for child in waiting.remove(&key).unwrap_or_default() {
            if verdicts[child] != Verdict::Admit {
                verdicts[child] = Verdict::Admit;
                newly_admitted.push(child);
            }
        }
    }
    verdicts
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Owner(..)")
    }
}

#[cfg(test)]
mod tests;
