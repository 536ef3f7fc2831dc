//! The faults that a portal can be told to have, and which of them apply right now.
//!
//! A fault is a flat JSON object: `{"fault": "status", "code": 503, "times": 2}`. An unknown name or
//! key is an error, so that a story cannot ask for a fault that never happens.

mod odd;
mod parse;
mod records;

pub use odd::{
    Contradicted, Denial, EmptyText, FirstAddress, OddLabel, OddMembers, OddTeam, ParRefusal,
    RefreshError, Unauthorized,
};

pub use records::{
    DateForm, DeletedAs, FileFault, Incomplete, Lacking, OddCreate, OddNext, OddRecord, Parameter,
    Poison, SenderForm, TextForm, Threading, Unsupported,
};

use serde::Deserialize;
use serde_json::{Map, Value};

/// Which answers get the status of [`FaultKind::Status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusOn {
    /// Everything.
    Any,
    /// Below the FHIR base.
    Fhir,
    /// The authorization server.
    Auth,
    /// The token endpoint.
    Token,
}

/// What those answers hold in place of an OperationOutcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusBody {
    /// A page, as a firewall in front of the portal shows it.
    Html,
}

/// Which answer [`FaultKind::DropAnswerAfterCommit`] loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropOn {
    /// That of a FHIR create.
    Create,
    /// That of the token endpoint.
    Token,
    /// That of the native challenge, whatever it says.
    Challenge,
    /// That of a pushed authorization request.
    Par,
    /// That of a file's create.
    File,
}

/// What is wrong with an id token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum Flaw {
    NoneAlg,
    Hs256Confusion,
    ForeignAudience,
    ForeignIssuer,
    Expired,
    FromTheFuture,
    WrongNonce,
    WrongSignature,
    UnknownKey,
    NoAuthTime,
    StaleAuthTime,
    LowAcr,
    AcrObject,
    AcrList,
    AuthTimeText,
    NoAudience,
}

/// What is wrong with the published keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum JwksFlaw {
    Missing,
    Empty,
    Huge,
    Stale,
    Forbidden,
    Unavailable,
}

/// What is wrong with the discovery documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum DiscoveryFlaw {
    Redirect,
    Huge,
    Html,
    ElsewhereEndpoints,
    AnotherIssuer,
    TotpElsewhere,
}

/// Whom `fhirUser` names instead of the person's own Patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum WhichUser {
    RelatedPerson,
    Person,
    OtherPatient,
    None,
    Elsewhere,
}

/// What became of a message that was shown before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Amendment {
    Readdressed,
    ReaddressedAway,
    Emptied,
}

/// What a small answer repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Repeated {
    Entries,
    Parts,
    Recipients,
    Contained,
}

/// What goes wrong; README.md says what each does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum FaultKind {
    LeakOtherPatient,
    Misfiled,
    NoSubject,
    NamesAnother,
    Amended {
        how: Amendment,
    },
    IgnoreFilters,
    IgnoreIdentifier,
    NoIdentifierSearch,
    NoIfNoneExist,
    Lacks {
        what: Lacking,
    },
    LaggingIndex {
        seconds: u64,
    },
    EmptyList,
    WrongSelfLink,
    ForeignNext,
    MissingNext,
    ExpiredNext,
    DuplicatePage,
    TruncateBody,
    DropAnswerAfterCommit {
        on: DropOn,
    },
    Status {
        code: u16,
        on: StatusOn,
        body: Option<StatusBody>,
    },
    RateLimit {
        seconds: u64,
    },
    NoRotation,
    InvalidGrant,
    WrongSubject,
    WrongIssuer,
    CaptivePortal,
    ClockSkew {
        seconds: i64,
    },
    HugeBundle,
    DeepJson,
    BadUtf8,
    GzipBomb,
    Amplified {
        what: Repeated,
    },
    LargeHeaders {
        bytes: usize,
    },
    IdToken {
        flaw: Flaw,
    },
    Jwks {
        flaw: JwksFlaw,
    },
    Discovery {
        flaw: DiscoveryFlaw,
    },
    MixUp,
    NoIss,
    /// Concerns the families before this one; set when the fault is.
    InsufficientAuthorization {
        before: usize,
    },
    RefuseDpop,
    FhirUser {
        which: WhichUser,
    },
    NoPatient,
    IgnorePatientHint,
    FirstMetadata {
        answer: FirstAddress,
    },
    NoMetadata,
    OddMetadata {
        members: OddMembers,
    },
    Contradiction {
        which: Contradicted,
    },
    RefusePar {
        refusal: ParRefusal,
    },
    FewerProtections,
    BearerRecords,
    NoExpiresIn,
    NoRefreshToken,
    Unauthorized {
        answer: Unauthorized,
    },
    RefreshError {
        error: RefreshError,
    },
    Denied {
        denial: Denial,
    },
    ByteOrderMark,
    EmptyText {
        which: EmptyText,
    },
    OtpauthLabel {
        label: OddLabel,
    },
    Parameter {
        name: Parameter,
        how: Unsupported,
    },
    Next {
        how: OddNext,
    },
    PageCap {
        most: usize,
    },
    IncompletePage {
        how: Incomplete,
    },
    Poison {
        how: Poison,
    },
    StampAhead {
        seconds: u32,
    },
    Late {
        seconds: u32,
        every: u32,
    },
    StaleReplica {
        seconds: u32,
        every: u32,
    },
    TextForm {
        form: TextForm,
    },
    OddRecords {
        how: OddRecord,
    },
    Subjectless,
    Threading {
        how: Threading,
    },
    SenderForm {
        form: SenderForm,
    },
    Dates {
        form: DateForm,
    },
    Created {
        how: OddCreate,
    },
    /// What contains `(refused)`.
    RefusedText {
        code: u16,
    },
    Deleted {
        how: DeletedAs,
    },
    SameName,
    Copies,
    CareTeam {
        how: OddTeam,
    },
    File {
        how: FileFault,
    },
}

impl FaultKind {
    /// Whether only one of the two can be on. Of the parameters, each has its own.
    fn replaces(self, other: Self) -> bool {
        match (self, other) {
            (Self::Parameter { name, .. }, Self::Parameter { name: other, .. }) => name == other,
            (Self::File { how }, Self::File { how: other }) => how == other,
            _ => std::mem::discriminant(&self) == std::mem::discriminant(&other),
        }
    }
}

/// A fault, and how often it still applies (`None`: always).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// How often.
    pub times: Option<u32>,
}

/// The faults that are on.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    /// Turns a fault on; one of the same name is replaced.
    pub(crate) fn set(&mut self, fault: Fault) {
        self.0.retain(|other| !fault.kind.replaces(other.kind));
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether such a fault is on, without using it up.
    pub(crate) fn on(&self, wanted: impl Fn(FaultKind) -> bool) -> bool {
        self.0
            .iter()
            .any(|fault| fault.times != Some(0) && wanted(fault.kind))
    }

    /// What `wanted` makes of the first fault of which it makes anything, without using it up.
    pub(crate) fn find<T>(&self, wanted: impl Fn(FaultKind) -> Option<T>) -> Option<T> {
        let on = self.0.iter().filter(|fault| fault.times != Some(0));
        on.filter_map(|fault| wanted(fault.kind)).next()
    }

    /// The first such fault that is on; uses up one of its times.
    pub(crate) fn take(&mut self, wanted: impl Fn(FaultKind) -> bool) -> Option<FaultKind> {
        let fault = self
            .0
            .iter_mut()
            .find(|fault| fault.times != Some(0) && wanted(fault.kind))?;
        if let Some(times) = &mut fault.times {
            *times -= 1;
        }
        Some(fault.kind)
    }

    /// The same for a fault without keys.
    pub(crate) fn hit(&mut self, kind: FaultKind) -> bool {
        self.take(|on| on == kind).is_some()
    }
}
