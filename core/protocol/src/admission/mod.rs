//! Whose record is it?
//!
//! The heart of Pericard: nothing is stored or shown before this module has said that it belongs to
//! the person. It judges by owner, not by R4's compartment of a patient: that compartment includes
//! sender and recipient, so a message misaddressed to Ana about Ben would be "hers".
//!
//! | subject | verdict |
//! |---|---|
//! | the person, or a confirmed alias | [`Verdict::Admit`] |
//! | another patient, the person takes no part | [`Verdict::Foreign`] |
//! | another patient, the person takes part | held: [`HeldReason::AboutAnother`] |
//! | something that cannot be resolved to a patient of this portal | held: [`HeldReason::UnresolvedSubject`] |
//! | none, and somebody is named who is, or may be, another patient | held: [`HeldReason::NamesAnother`] |
//! | none, and a parent is held | held: [`HeldReason::NamesAnother`] |
//! | none, and the person takes part, or all parents are admitted | [`Verdict::Admit`] |
//! | none, and nothing of that | held: [`HeldReason::Unmatched`] |
//!
//! **Named** is whoever is referred to anywhere in a record ([`Admissible::mentions`]). A reference is known
//! to be no patient if it says another type: by its literal, by `type`, by the contained resource that it
//! points to. A group, or a person who may be a patient as well, is not known to be none. Neither is a
//! spelling that cannot be resolved: a URN, a search, a foreign address without a type, an identifier alone, `patient/ben`. A text to
//! show, alone, names nobody.
//!
//! A **parent** is what a record belongs to or answers. It counts as what it was judged before, or on the
//! same page, which is newer; the order of the page never matters, and two records cannot vouch for each
//! other.
//!
//! One foreign record makes the whole page foreign: something on the portal is broken, and what else is on
//! such a page cannot be trusted. Held records cost only themselves.
//!
//! An [`AdmittedPage`] can be made nowhere else, and only an `AdmittedPage` can be written to the store. Any
//! [`Admissible`] is judged the same way. Every step takes time in proportion to what is on the page.

use std::collections::BTreeSet;
use std::fmt;

use crate::base_url::Base;
use crate::fhir::reference::{Reference, Target};

mod admissible;
mod verdicts;

pub use admissible::Admissible;
use verdicts::judge_page;

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
    /// It was held, or was somebody else's.
    Held,
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
    /// It has no subject and names somebody who is, or may be, another patient, or belongs to what is held.
    NamesAnother,
    /// It has no subject and nothing ties it to the person.
    Unmatched,
}

/// Which record something was, as bytes for a keyed hash. Prints nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey(String);

impl RecordKey {
    /// The id, if it is the key of a record of this type.
    pub fn id(&self, resource_type: &str) -> Option<&str> {
        self.0.strip_prefix(resource_type)?.strip_prefix('/')
    }

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
pub struct AdmittedPage<R> {
    owner: Owner,
    admitted: Vec<R>,
    held: Vec<(RecordKey, HeldReason)>,
}

impl<R> AdmittedPage<R> {
    /// The person for whom it was judged; the store compares it with the partition it is about to
    /// write to.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// What may be stored, in the order of the page.
    pub fn admitted(&self) -> &[R] {
        &self.admitted
    }

    /// What could not be matched. None of it may be shown any longer, should it have been the person's before.
    pub fn held(&self) -> &[(RecordKey, HeldReason)] {
        &self.held
    }

    /// Takes the page apart: what may be stored, and what could not be matched.
    pub fn into_parts(self) -> (Vec<R>, Vec<(RecordKey, HeldReason)>) {
        (self.admitted, self.held)
    }
}

impl<R> fmt::Debug for AdmittedPage<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdmittedPage")
            .field("admitted", &self.admitted.len())
            .field("held", &self.held.len())
            .finish_non_exhaustive()
    }
}

/// What becomes of a page.
#[derive(Debug)]
pub enum PageVerdict<R> {
    /// It may be stored.
    Admitted(AdmittedPage<R>),
    /// It holds somebody else's records; nothing of it may be stored.
    Foreign {
        /// How many.
        foreign: usize,
        /// Which. None of them may be shown any longer, should it have been the person's before.
        keys: Vec<RecordKey>,
    },
}

/// Judges a page. `parents` answers for `Type/id` of records that are not on the page.
pub fn admit_page<R: Admissible>(
    owner: &Owner,
    page: Vec<R>,
    parents: &dyn Fn(&str) -> ParentVerdict,
) -> PageVerdict<R> {
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
    /// The person takes part: theirs, unless a parent is held.
    Participant,
    /// Only admitted parents can tie it to the person.
    ByParents,
}

fn judge<R: Admissible>(owner: &Owner, record: &R) -> Judgement {
    let (mut about_owner, mut about_another, mut unresolved) = (false, false, false);
    for subject in record.subjects() {
        match who(owner, record, subject) {
            Who::Owner => about_owner = true,
            Who::Another => about_another = true,
            Who::Nobody | Who::MayBeAPatient => unresolved = true,
        }
    }
    let takes_part = || {
        let mut parties = record.parties();
        parties.any(|party| matches!(who(owner, record, party), Who::Owner))
    };
    let verdict = match (about_owner, about_another, unresolved) {
        (false, true, _) if !takes_part() => Verdict::Foreign,
        (_, true, _) => Verdict::Held(HeldReason::AboutAnother),
        (_, _, true) => Verdict::Held(HeldReason::UnresolvedSubject),
        (true, false, false) => Verdict::Admit,
        (false, false, false) if names_another(owner, record) => {
            Verdict::Held(HeldReason::NamesAnother)
        }
        (false, false, false) if takes_part() => return Judgement::Participant,
        (false, false, false) => return Judgement::ByParents,
    };
    Judgement::Settled(verdict)
}

/// Whom a reference names, seen from the person.
enum Who {
    Owner,
    /// Another patient of this portal.
    Another,
    /// Somebody who is, or may be, a patient, and cannot be resolved to one of this portal.
    MayBeAPatient,
    /// Known to be no patient, or nobody at all.
    Nobody,
}

fn who<R: Admissible>(owner: &Owner, record: &R, reference: &Reference) -> Who {
    let kind = match reference.target(&owner.base) {
        Target::Here {
            kind: "Patient",
            id,
        } => {
            let is_owner = id == owner.patient || owner.aliases.contains(id);
            return if is_owner { Who::Owner } else { Who::Another };
        }
        Target::Here { kind, .. } => Some(kind),
        // The record itself (<https://hl7.org/fhir/R4/references.html#contained>).
        Target::Contained("") => return Who::Nobody,
        Target::Contained(id) => match (record.contained().kind(id), reference.kind.as_deref()) {
            (Some(kind), Some(said)) if type_name(said) != kind => Some("Patient"),
            (kind, said) => kind.or(said),
        },
        Target::Elsewhere { kind } => kind,
        Target::Logical { .. } if reference.is_only_text() => return Who::Nobody,
        Target::Logical { kind } => kind,
    };
    let may_be = |kind: &str| {
        let mut types = ["Patient", "Person", "Group"].iter();
        types.any(|it| kind.eq_ignore_ascii_case(it))
    };
    if kind.is_none_or(|kind| may_be(type_name(kind))) {
        Who::MayBeAPatient
    } else {
        Who::Nobody
    }
}

/// `Reference.type` may also be the address of the type's definition.
fn type_name(kind: &str) -> &str {
    kind.rsplit('/').next().unwrap_or(kind)
}

fn names_another<R: Admissible>(owner: &Owner, record: &R) -> bool {
    let mut named = record
        .parties()
        .chain(record.mentions())
        .chain(record.parents());
    named.any(|reference| {
        matches!(
            who(owner, record, reference),
            Who::Another | Who::MayBeAPatient
        )
    })
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Owner(..)")
    }
}

#[cfg(test)]
mod tests;
