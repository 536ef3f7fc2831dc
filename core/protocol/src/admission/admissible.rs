//! What admission asks of a record, whatever its type.
//!
//! A resource type becomes a mirrored one by saying which of its members name whom. Everything else, above all
//! the verdict, is the same for all of them.

use crate::fhir::care_team::CareTeam;
use crate::fhir::communication::Communication;
use crate::fhir::contained::Contained;
use crate::fhir::diagnostic_report::DiagnosticReport;
use crate::fhir::document_reference::DocumentReference;
use crate::fhir::observation::Observation;
use crate::fhir::page::Parse;
use crate::fhir::reference::Reference;

/// A record that can be judged.
pub trait Admissible {
    /// `Type/id`, as other records refer to it.
    fn key(&self) -> String;

    /// Whom it is about. All of them must be the person.
    fn subjects(&self) -> impl Iterator<Item = &Reference>;

    /// Who takes part: sender, recipients, performers. One of them can tie a record without a subject to the
    /// person.
    fn parties(&self) -> impl Iterator<Item = &Reference>;

    /// What it belongs to or answers. If all of them are admitted, that ties a record without a subject to
    /// the person.
    fn parents(&self) -> impl Iterator<Item = &Reference>;

    /// Everything that is named anywhere in the record. Needed only of a record without a subject; may
    /// repeat parties and parents.
    fn mentions(&self) -> impl Iterator<Item = &Reference>;

    /// The contained resources.
    fn contained(&self) -> &Contained;
}

impl Admissible for Communication {
    fn key(&self) -> String {
        self.key()
    }

    fn subjects(&self) -> impl Iterator<Item = &Reference> {
        self.subject.iter()
    }

    fn parties(&self) -> impl Iterator<Item = &Reference> {
        self.sender.iter().chain(&self.recipients)
    }

    fn parents(&self) -> impl Iterator<Item = &Reference> {
        self.part_of.iter().chain(&self.in_response_to)
    }

    fn mentions(&self) -> impl Iterator<Item = &Reference> {
        self.mentions.iter()
    }

    fn contained(&self) -> &Contained {
        &self.contained
    }
}

impl Admissible for CareTeam {
    fn key(&self) -> String {
        format!("{}/{}", Self::RESOURCE_TYPE, self.id)
    }

    fn subjects(&self) -> impl Iterator<Item = &Reference> {
        self.subject.iter()
    }

    fn parties(&self) -> impl Iterator<Item = &Reference> {
        self.members.iter().map(|member| &member.who)
    }

    fn parents(&self) -> impl Iterator<Item = &Reference> {
        std::iter::empty()
    }

    fn mentions(&self) -> impl Iterator<Item = &Reference> {
        self.mentions.iter()
    }

    fn contained(&self) -> &Contained {
        &self.contained
    }
}

impl Admissible for DocumentReference {
    fn key(&self) -> String {
        format!("{}/{}", Self::RESOURCE_TYPE, self.id)
    }

    fn subjects(&self) -> impl Iterator<Item = &Reference> {
        self.subject.iter()
    }

    fn parties(&self) -> impl Iterator<Item = &Reference> {
        self.authors.iter()
    }

    fn parents(&self) -> impl Iterator<Item = &Reference> {
        self.replaces.iter()
    }

    fn mentions(&self) -> impl Iterator<Item = &Reference> {
        self.mentions.iter()
    }

    fn contained(&self) -> &Contained {
        &self.contained
    }
}

impl Admissible for Observation {
    fn key(&self) -> String {
        format!("{}/{}", Self::RESOURCE_TYPE, self.id)
    }

    fn subjects(&self) -> impl Iterator<Item = &Reference> {
        self.subject.iter()
    }

    fn parties(&self) -> impl Iterator<Item = &Reference> {
        self.performers.iter()
    }

    fn parents(&self) -> impl Iterator<Item = &Reference> {
        std::iter::empty()
    }

    fn mentions(&self) -> impl Iterator<Item = &Reference> {
        self.mentions.iter()
    }

    fn contained(&self) -> &Contained {
        &self.contained
    }
}

impl Admissible for DiagnosticReport {
    fn key(&self) -> String {
        format!("{}/{}", Self::RESOURCE_TYPE, self.id)
    }

    /// A result that is contained says itself whom it is about.
    fn subjects(&self) -> impl Iterator<Item = &Reference> {
        let results = self.contained_results.iter();
        let subjects = results.filter_map(|result| result.subject.as_ref());
        self.subject.iter().chain(subjects)
    }

    fn parties(&self) -> impl Iterator<Item = &Reference> {
        self.performers.iter()
    }

    fn parents(&self) -> impl Iterator<Item = &Reference> {
        std::iter::empty()
    }

    fn mentions(&self) -> impl Iterator<Item = &Reference> {
        self.mentions.iter()
    }

    fn contained(&self) -> &Contained {
        &self.contained
    }
}
