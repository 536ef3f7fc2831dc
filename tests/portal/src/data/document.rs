//! Documents: a discharge letter, a summary, a letter in HTML, a picture, a note, and one that was replaced, each with its
//! file.

use serde::Deserialize;
use serde_json::{Value, json};

use super::attachment::{self, PDF};
use super::store::{Attachment, Store};
use super::{Person, doctors};
use crate::PortalError;
use crate::clock::{self, Millis};
use crate::entropy::Entropy;
use crate::instance::State;

/// How far apart documents are.
const APART: Millis = 20 * 24 * 60 * 60 * 1000;
/// The newest is so old at the start.
const NEWEST: Millis = 2 * 24 * 60 * 60 * 1000;
/// A picture of one point (PNG).
const PICTURE: [u8; 66] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0,
    1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0a, 0x49, 0x44, 0x41, 0x54,
    0x78, 0x9c, 0x63, 0, 1, 0, 0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, 0x49, 0x45, 0x4e,
    0x44, 0xae, 0x42, 0x60,
];

/// A document of a person.
pub(crate) struct Document {
    pub(crate) person: usize,
    pub(crate) id: String,
    pub(crate) version: u32,
    pub(crate) updated: Millis,
    pub(crate) deleted: bool,
    pub(crate) body: Value,
}

/// What becomes of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentChange {
    /// Another one counts in its place.
    Superseded,
    /// It never should have been.
    EnteredInError,
    /// Its file is another one.
    Replaced,
    /// It is about somebody else from now on.
    Readdressed,
    /// It is 404 from now on.
    Deleted,
}

/// What is written: LOINC code, its name, description, type of the file, its name.
struct Kind {
    code: &'static str,
    name: &'static str,
    description: &'static str,
    content_type: &'static str,
    file: &'static str,
}

/// Newest first; a person with more than these has them over and over.
const KINDS: [Kind; 8] = [
    Kind {
        code: "18842-5",
        name: "Discharge summary",
        description: "Discharge letter, cardiology",
        content_type: PDF,
        file: "discharge.pdf",
    },
    Kind {
        code: "34133-9",
        name: "Summarization of episode note",
        description: "Summary of care",
        content_type: "application/hl7-cda+xml",
        file: "summary.xml",
    },
    Kind {
        code: "11488-4",
        name: "Consultation note",
        description: "Letter from your visit",
        content_type: "text/html; charset=utf-8",
        file: "letter.html",
    },
    Kind {
        code: "18748-4",
        name: "Diagnostic imaging study",
        description: "X-ray of the left hand",
        content_type: "image/png",
        file: "hand.png",
    },
    Kind {
        code: "11506-3",
        name: "Progress note",
        description: "Note of the nurse",
        content_type: "text/plain; charset=utf-8",
        file: "note.txt",
    },
    Kind {
        code: "18842-5",
        name: "Discharge summary",
        description: "Discharge letter, first version",
        content_type: PDF,
        file: "discharge-1.pdf",
    },
    Kind {
        code: "11502-2",
        name: "Laboratory report",
        description: "Laboratory report with a form",
        content_type: PDF,
        file: "laboratory.pdf",
    },
    Kind {
        code: "59284-0",
        name: "Consent",
        description: "Consent to the operation",
        content_type: "application/rtf",
        file: "consent.rtf",
    },
];

fn data(place: usize, person: &Person) -> Vec<u8> {
    let name = person.name.full();
    match place % KINDS.len() {
        1 => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>Summary of care \
             for {name}</title><component><structuredBody><component><section><title>Allergies</title><text>\
             <list><item><content styleCode=\"Bold\">Penicillin</content>: rash</item></list></text></section></component>\
             <component><section><title>Medication</title><text><table><thead><tr><th>Medicine</th><th>Dose</th></tr>\
             </thead><tbody><tr><td>Lisinopril</td><td>10 mg daily</td></tr></tbody></table>\
             <linkHtml href=\"https://tracker.example/\">leaflet</linkHtml></text></section></component>\
             </structuredBody></component></ClinicalDocument>"
        )
        .into_bytes(),
        2 => format!(
            "<!DOCTYPE html><html><head><title>Letter</title><style>body{{background:url(https://tracker.example/b)}}\
             </style></head><body onload=\"alert(1)\"><h1>Dear {name}</h1><p>Your visit went <b>well</b>.</p>\
             <script>fetch('https://tracker.example/')</script><img src=\"https://tracker.example/pixel.png\">\
             <a href=\"javascript:alert(1)\">Answer</a></body></html>"
        )
        .into_bytes(),
        3 => PICTURE.to_vec(),
        4 => format!("Note of the nurse\n\n{name} is well. <b>Blood pressure</b> 120/80.\n").into_bytes(),
        6 => {
            let mut pdf = attachment::pdf(&["Laboratory report".to_owned(), name]);
            pdf.extend_from_slice(b"9 0 obj\n<< /S /J#61vaScript /JS (app.alert\\(1\\)) >>\nendobj\n");
            pdf
        }
        7 => format!("{{\\rtf1\\ansi Consent of {name}\\par}}").into_bytes(),
        _ => attachment::pdf(&[
            "Linden Clinic".to_owned(),
            KINDS[place % KINDS.len()].description.to_owned(),
            format!("For {name}"),
        ]),
    }
}

/// Gives a person so many documents.
pub(super) fn fill(
    store: &mut Store,
    seed: u64,
    index: usize,
    person: &Person,
    many: usize,
    now: Millis,
) {
    let entropy = &mut Entropy::seeded(seed, &format!("documents {}", person.user));
    let ids: Vec<String> = (0..many).map(|_| entropy.id()).collect();
    for (place, id) in ids.iter().enumerate() {
        let kind = &KINDS[place % KINDS.len()];
        let at = now - NEWEST - APART * place as Millis;
        let file = Attachment {
            person: index,
            content_type: kind.content_type.to_owned(),
            data: data(place, person),
            reads: 0,
        };
        let binary = entropy.id();
        let described = attachment::reference(&binary, kind.file, &file, at);
        store.attachments.insert(binary, file);
        let author = &doctors()[place % doctors().len()];
        let mut body = json!({
            "resourceType": "DocumentReference",
            "id": id,
            "status": if place == 5 { "superseded" } else { "current" },
            "docStatus": "final",
            "type": { "coding": [{ "system": "http://loinc.org", "code": kind.code, "display": kind.name }] },
            "category": [{ "coding": [{
                "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
                "code": "clinical-note", "display": "Clinical Note",
            }] }],
            "subject": { "reference": format!("Patient/{}", person.patient), "display": person.name.full() },
            "date": clock::instant(at),
            "author": [{ "reference": "Practitioner/author", "display": author }],
            "custodian": { "reference": "Organization/linden", "display": "Linden Clinic" },
            "description": kind.description,
            "content": [{ "attachment": described }],
        });
        if place == 0
            && let Some(older) = ids.get(5)
        {
            body["relatesTo"] = json!([{
                "code": "replaces", "target": { "reference": format!("DocumentReference/{older}") },
            }]);
        }
        store.documents.push(Document {
            person: index,
            id: id.clone(),
            version: 1,
            updated: at,
            deleted: false,
            body,
        });
    }
}

/// Changes the n-th of a person's documents, newest first as of the start.
pub(crate) fn change_document(
    state: &mut State,
    who: &str,
    place: usize,
    change: DocumentChange,
    bytes: usize,
) -> Result<String, PortalError> {
    let person = state.person(who)?;
    let now = state.clock.millis();
    let last = state.people.len() - 1;
    let another = format!("Patient/{}", state.people[last].patient);
    let mut theirs = state
        .store
        .documents
        .iter_mut()
        .filter(|it| it.person == person);
    let missing = || PortalError::Command(format!("{who} has no document {place}"));
    let document = theirs.nth(place).ok_or_else(missing)?;
    document.version += 1;
    document.updated = now;
    match change {
        DocumentChange::Superseded => document.body["status"] = json!("superseded"),
        DocumentChange::EnteredInError => document.body["status"] = json!("entered-in-error"),
        DocumentChange::Readdressed => document.body["subject"] = json!({ "reference": another }),
        DocumentChange::Deleted => document.deleted = true,
        DocumentChange::Replaced => {
            let binary = state.entropy.id();
            let file = Attachment {
                person,
                content_type: PDF.to_owned(),
                data: attachment::filler(bytes, 7),
                reads: 0,
            };
            let described = attachment::reference(&binary, "replaced.pdf", &file, now);
            document.body["content"] = json!([{ "attachment": described }]);
            state.store.attachments.insert(binary, file);
        }
    }
    Ok(document.id.clone())
}
