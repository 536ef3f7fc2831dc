//! A document of the record: `DocumentReference` (<https://hl7.org/fhir/R4/documentreference.html>, US Core 6 and 7, IPA).
//!
//! Read tolerantly: a member of a wrong type costs that member. Who is meant decides whose record this is, so a subject,
//! an author or a target that cannot be read is a reference that says so, and never looks like nobody. A record is
//! unreadable if it has no id, if a member is given twice, or if a list that decides something is longer than its cap.
//!
//! The date of a document is `date`, else that of what it is about (`context.period`, its end before its beginning), else
//! that of its first file that has one (`attachment.creation`).

use jiff::Timestamp;
use serde::Deserialize;

use super::communication::Attachment;
use super::contained::Contained;
use super::datatypes::{self, CodeableConcept, Coding, Meta, Period, Reference, references};
use super::instant::PartialDate;
use super::mentions::mentions;
use super::page::{Entry, Parse};
use super::{FhirError, is_id};
use crate::bounded;
use crate::limits::{CODINGS, REFERENCES};

/// Files of one document that are read.
const CONTENTS: usize = 16;
const LOINC: &str = "http://loinc.org";
/// R and V of v3-Confidentiality: restricted and very restricted.
const RESTRICTED: [&str; 2] = ["R", "V"];

/// A `DocumentReference`, reduced to what documents need.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentReference {
    /// The logical id on this portal.
    pub id: String,
    /// `meta.versionId`.
    pub version_id: Option<String>,
    /// `meta.lastUpdated`, whole milliseconds.
    pub last_updated: Option<Timestamp>,
    /// `status` and `docStatus`.
    pub status: Status,
    /// It is not final: `docStatus` is `preliminary`.
    pub preliminary: bool,
    /// Whom it is about.
    pub subject: Option<Reference>,
    /// LOINC codes of `type`, then of `category`.
    pub codes: Vec<String>,
    /// What it is, to show: `type`.
    pub type_name: Option<String>,
    /// What kind of document it is, to show: `category`.
    pub category: Option<String>,
    /// Of when it is.
    pub date: Option<PartialDate>,
    /// Who wrote it.
    pub authors: Vec<Reference>,
    /// Who keeps it.
    pub custodian: Option<Reference>,
    /// What it is about, in words.
    pub description: Option<String>,
    /// Its label says that it is restricted.
    pub restricted: bool,
    /// What it replaces: `relatesTo` with the code `replaces`.
    pub replaces: Vec<Reference>,
    /// Its files, the first [`CONTENTS`] of them.
    pub contents: Vec<Content>,
    /// Types and names of contained resources.
    pub contained: Contained,
    /// Everything that is named anywhere in the record. Only collected where there is no subject.
    pub mentions: Vec<Reference>,
}

/// Where a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It counts, or nothing is said.
    Current,
    /// Another one counts in its place.
    Superseded,
    /// Never should have been; not to be shown.
    EnteredInError,
}

/// One file of a document.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// The file.
    pub attachment: Attachment,
    /// What it follows, to show, such as a profile of CDA.
    pub format: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default, deserialize_with = "bounded::text")]
    resource_type: Option<String>,
    #[serde(default, deserialize_with = "bounded::token")]
    id: Option<String>,
    #[serde(default, deserialize_with = "bounded::object")]
    meta: Option<Meta>,
    #[serde(default, deserialize_with = "bounded::text")]
    status: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    doc_status: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "bounded::object")]
    kind: Option<CodeableConcept>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    category: Vec<CodeableConcept>,
    #[serde(default, deserialize_with = "datatypes::reference")]
    subject: Option<Reference>,
    #[serde(default, deserialize_with = "datatypes::date")]
    date: Option<PartialDate>,
    #[serde(default, deserialize_with = "references")]
    author: Vec<Reference>,
    #[serde(default, deserialize_with = "datatypes::reference")]
    custodian: Option<Reference>,
    #[serde(
        default,
        deserialize_with = "bounded::first_objects::<_, _, REFERENCES>"
    )]
    relates_to: Vec<RawRelation>,
    #[serde(default, deserialize_with = "bounded::text")]
    description: Option<String>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    security_label: Vec<CodeableConcept>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CONTENTS>")]
    content: Vec<RawContent>,
    #[serde(default, deserialize_with = "bounded::object")]
    context: Option<RawContext>,
    #[serde(default)]
    contained: Contained,
}

#[derive(Deserialize)]
struct RawRelation {
    #[serde(default, deserialize_with = "bounded::text")]
    code: Option<String>,
    #[serde(default, deserialize_with = "datatypes::reference")]
    target: Option<Reference>,
}

#[derive(Deserialize)]
struct RawContent {
    #[serde(default, deserialize_with = "bounded::object")]
    attachment: Option<Attachment>,
    #[serde(default, deserialize_with = "bounded::object")]
    format: Option<Coding>,
}

#[derive(Deserialize)]
struct RawContext {
    #[serde(default, deserialize_with = "bounded::object")]
    period: Option<Period>,
}

impl DocumentReference {
    fn of(raw: Raw, json: &str) -> Result<Self, FhirError> {
        if raw.resource_type.as_deref() != Some(Self::RESOURCE_TYPE) {
            return Err(FhirError::WrongResource);
        }
        let id = raw.id.filter(|id| is_id(id));
        let meta = raw.meta.unwrap_or_default();
        let mentions = match raw.subject {
            Some(_) => Vec::new(),
            None => mentions(json).ok_or(FhirError::Unreadable)?,
        };
        let contents: Vec<Content> = raw.content.into_iter().filter_map(content).collect();
        let of_what = raw.context.and_then(|context| context.period);
        let of_what = of_what.and_then(|period| period.end.or(period.start));
        let created = || {
            let mut files = contents.iter();
            files.find_map(|it| it.attachment.creation.clone())
        };
        let date = raw.date.or(of_what).or_else(created);
        let doc_status = raw.doc_status.as_deref().map(code).unwrap_or_default();
        let concepts = raw.kind.iter().chain(&raw.category);
        let codes = concepts.flat_map(loinc).map(str::to_owned).collect();
        let restricted = raw.security_label.iter().flat_map(|label| &label.coding);
        let mut restricted = restricted.filter_map(|it| it.code.as_deref());
        let replaces = raw.relates_to.into_iter();
        let replaces =
            replaces.filter(|it| it.code.as_deref().map(code).as_deref() == Some("replaces"));
        Ok(Self {
            id: id.ok_or(FhirError::Invalid { field: "id" })?,
            version_id: meta.version_id,
            last_updated: meta.last_updated,
            status: status(
                &raw.status.as_deref().map(code).unwrap_or_default(),
                &doc_status,
            ),
            preliminary: doc_status == "preliminary",
            subject: raw.subject,
            codes,
            type_name: raw.kind.and_then(CodeableConcept::shown),
            category: raw.category.into_iter().find_map(CodeableConcept::shown),
            date,
            authors: raw.author,
            custodian: raw.custodian,
            description: raw.description,
            restricted: restricted.any(|code| RESTRICTED.contains(&code.trim())),
            replaces: replaces.filter_map(|it| it.target).collect(),
            contents,
            contained: raw.contained,
            mentions,
        })
    }

    /// The name of somebody whom this record refers to: the display, else the name of the contained resource. As sent.
    pub fn name_of<'a>(&'a self, whom: &'a Reference) -> Option<&'a str> {
        self.contained.name_of(whom)
    }
}

fn content(raw: RawContent) -> Option<Content> {
    Some(Content {
        attachment: raw.attachment?,
        format: raw.format.and_then(|it| it.display.or(it.code)),
    })
}

fn loinc(concept: &CodeableConcept) -> impl Iterator<Item = &str> {
    let codings = concept.coding.iter();
    let loinc = codings.filter(|it| it.system.as_deref().is_none_or(|system| system == LOINC));
    loinc.filter_map(|it| it.code.as_deref().map(str::trim))
}

/// What was entered in error must not be shown for a capital letter.
fn code(said: &str) -> String {
    said.trim().to_ascii_lowercase().replace([' ', '_'], "-")
}

fn status(said: &str, of_document: &str) -> Status {
    match (said, of_document) {
        ("entered-in-error", _) | (_, "entered-in-error") => Status::EnteredInError,
        ("superseded", _) => Status::Superseded,
        _ => Status::Current,
    }
}

impl Parse for DocumentReference {
    const RESOURCE_TYPE: &'static str = "DocumentReference";

    fn of_entry(entry: &Entry<'_>) -> Result<Self, FhirError> {
        let text = entry.resource.get();
        Self::of(super::read_sound(text)?, text)
    }

    fn of_body(body: &[u8]) -> Result<Self, FhirError> {
        super::read_body(body, |text| Self::of(super::read(text)?, text))
    }

    fn last_updated(&self) -> Option<Timestamp> {
        self.last_updated
    }

    fn version_id(&self) -> Option<&str> {
        self.version_id.as_deref()
    }

    fn lists(&self) -> usize {
        self.authors.len()
            + self.replaces.len()
            + self.contents.len()
            + self.codes.len()
            + self.mentions.len()
            + self.contained.len()
    }
}

impl std::fmt::Debug for DocumentReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DocumentReference(..)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(members: &str) -> DocumentReference {
        let json = format!(r#"{{"resourceType":"DocumentReference","id":"d1",{members}}}"#);
        DocumentReference::of_body(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_document_of_us_core_is_read() {
        let document = read(
            r##""status":"current","docStatus":"preliminary","subject":{"reference":"Patient/ana"},
                "type":{"coding":[{"system":"http://loinc.org","code":"18842-5","display":"Discharge summary"}]},
                "category":[{"coding":[{"code":"clinical-note","display":"Clinical Note"}]}],
                "date":"2026-03-05T10:20:30Z","author":[{"reference":"#p"}],
                "contained":[{"resourceType":"Practitioner","id":"p","name":[{"text":"Dr Kos"}]}],
                "custodian":{"reference":"Organization/1","display":"Linden Clinic"},
                "securityLabel":[{"coding":[{"code":"R"}]}],
                "relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/d0"}},
                             {"code":"appends","target":{"reference":"DocumentReference/x"}}],
                "content":[{"attachment":{"contentType":"application/pdf","url":"Binary/1"},"format":{"code":"urn:x"}},
                           {"attachment":{"contentType":"text/html","url":"Binary/2"}}]"##,
        );
        assert_eq!(document.status, Status::Current);
        assert!(document.preliminary && document.restricted);
        assert_eq!(document.codes, ["18842-5", "clinical-note"]);
        assert_eq!(document.type_name.as_deref(), Some("Discharge summary"));
        assert_eq!(document.name_of(&document.authors[0]), Some("Dr Kos"));
        assert_eq!(
            document.replaces,
            [Reference::literal("DocumentReference/d0")]
        );
        assert_eq!(document.contents.len(), 2);
        assert_eq!(document.contents[0].format.as_deref(), Some("urn:x"));
    }

    #[test]
    fn an_odd_member_costs_itself() {
        let document = read(
            r#""status":7,"type":"x","category":{"text":"Letters"},"date":"someday","author":null,"content":[7,{},
                {"attachment":{"url":"Binary/1","size":"many","creation":"2026-02"},"format":[]}],
               "context":[{"period":7}],"description":["a"],"securityLabel":"R","relatesTo":[{"code":7}]"#,
        );
        assert_eq!(document.status, Status::Current);
        assert_eq!(document.contents.len(), 1);
        assert_eq!(document.date.unwrap().text, "2026-02");
        assert!(!document.restricted && document.replaces.is_empty());
        assert!(DocumentReference::of_body(br#"{"resourceType":"DocumentReference"}"#).is_err());
        assert!(DocumentReference::of_body(br#"{"resourceType":"Patient","id":"a"}"#).is_err());
    }

    #[test]
    fn what_was_entered_in_error_is_noticed_however_it_is_written() {
        for members in [
            r#""status":"entered-in-error""#,
            r#""status":"Entered_In_Error""#,
            r#""status":"current","docStatus":"entered-in-error""#,
        ] {
            assert_eq!(read(members).status, Status::EnteredInError, "{members}");
        }
        assert_eq!(read(r#""status":"superseded""#).status, Status::Superseded);
    }

    #[test]
    fn a_subject_that_cannot_be_read_is_not_nobody() {
        let odd = read(r#""subject":"Patient/ana""#);
        assert!(odd.subject.unwrap().unreadable);
        let none = read(r#""author":[{"reference":"Patient/ben"}]"#);
        assert!(none.subject.is_none() && !none.mentions.is_empty());
    }
}
