//! What a patient may ask for, by the compartment definition of FHIR R4: Communications with the patient as subject,
//! sender or recipient (<https://hl7.org/fhir/R4/compartmentdefinition-patient.html>).

use axum::http::Method;
use serde_json::Value;
use url::form_urlencoded;

/// Parameters that name the patient.
const WHOSE: [&str; 4] = ["subject", "patient", "recipient", "sender"];
/// Parameters that reach no other record.
const HARMLESS: [&str; 8] = [
    "_count",
    "_elements",
    "_id",
    "_lastUpdated",
    "_sort",
    "_total",
    "identifier",
    "status",
];
/// Who works at the clinic is no secret.
const DIRECTORY: [&str; 4] = [
    "CareTeam",
    "Organization",
    "Practitioner",
    "PractitionerRole",
];

/// How a request is passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Passage {
    Refused,
    /// A search, with this query.
    Search(String),
    /// A further page of the search of this name.
    Page(String),
    /// A record, if it is the patient's.
    Record,
    /// The patient's own, or anybody's.
    Own,
    Create,
}

/// What becomes of a request of `patient`. `path` is what follows the base.
pub(super) fn of(method: &Method, path: &str, query: &str, body: &[u8], patient: &str) -> Passage {
    let mut parts = path.trim_matches('/').split('/');
    let place = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    match (method, place) {
        (&Method::GET, ("", None, None)) => {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            let search = pairs.find(|(name, _)| name == "_getpages");
            search.map_or(Passage::Refused, |(_, id)| Passage::Page(id.into_owned()))
        }
        (&Method::GET, ("Communication", None, None)) => search(query, patient),
        (&Method::GET, ("Communication", Some(_), None)) => Passage::Record,
        (&Method::GET, ("Patient", Some(id), None)) if id == patient => Passage::Own,
        (&Method::GET, (kind, Some(_), None)) if DIRECTORY.contains(&kind) => Passage::Own,
        (&Method::POST, ("Communication", None, None)) if may_create(body, patient) => {
            Passage::Create
        }
        _ => Passage::Refused,
    }
}

/// A search that names the patient is passed on as it is, one that names nobody is narrowed.
fn search(query: &str, patient: &str) -> Passage {
    let own = format!("Patient/{patient}");
    let mut names_patient = false;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if WHOSE.contains(&name.as_ref()) {
            if !value.split(',').all(|it| it == own || it == patient) {
                return Passage::Refused;
            }
            names_patient = true;
        } else if !HARMLESS.contains(&name.as_ref()) {
            return Passage::Refused;
        }
    }
    Passage::Search(match names_patient {
        true => query.to_owned(),
        false => format!("{query}&subject={own}"),
    })
}

/// Whether a Communication is in the patient's compartment.
pub(super) fn contains(body: &str, patient: &str) -> bool {
    let record: Value = serde_json::from_str(body).unwrap_or_default();
    let listed = ["recipient", "sender", "subject"].into_iter();
    listed
        .flat_map(|name| match &record[name] {
            Value::Array(many) => many.iter().collect(),
            one => vec![one],
        })
        .any(|it| is(it, patient))
}

fn may_create(body: &[u8], patient: &str) -> bool {
    let record: Value = serde_json::from_slice(body).unwrap_or_default();
    is(&record["subject"], patient) && is(&record["sender"], patient)
}

fn is(reference: &Value, patient: &str) -> bool {
    let text = reference["reference"].as_str().unwrap_or_default();
    text == format!("Patient/{patient}")
}

/// The names of stored searches in an answer.
pub(super) fn searches(body: &str) -> Vec<String> {
    let marked = body.split("_getpages=").skip(1);
    let name = |rest: &str| {
        let end = rest.find(['&', '"', '\\']);
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    marked.map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, query: &str) -> Passage {
        of(&Method::GET, path, query, b"", "ana")
    }

    #[test]
    fn a_patient_searches_for_nobody_else() {
        let own = "recipient=Patient%2Fana&_count=50";
        assert_eq!(get("/Communication", own), Passage::Search(own.into()));
        assert_eq!(
            get("/Communication", "_id=1,2"),
            Passage::Search("_id=1,2&subject=Patient/ana".into())
        );
        for query in [
            "subject=Patient/ben",
            "subject=Patient/ana,Patient/ben",
            "_include=Communication:sender&subject=Patient/ana",
            "subject:missing=true",
        ] {
            assert_eq!(get("/Communication", query), Passage::Refused, "{query}");
        }
        assert_eq!(get("/Patient/ben", ""), Passage::Refused);
        assert_eq!(get("/Observation", ""), Passage::Refused);
    }

    #[test]
    fn a_page_belongs_to_a_search() {
        assert_eq!(
            get("", "_getpages=ab-1&_count=5"),
            Passage::Page("ab-1".into())
        );
        assert_eq!(
            searches(r#"{"url":"http://x/fhir?_getpages=ab-1&_c=5"}"#),
            ["ab-1"]
        );
        assert_eq!(get("", ""), Passage::Refused);
    }

    #[test]
    fn a_record_is_the_patients_by_any_part_in_it() {
        assert!(contains(
            r#"{"recipient":[{"reference":"Patient/ana"}]}"#,
            "ana"
        ));
        assert!(!contains(
            r#"{"subject":{"reference":"Patient/ben"}}"#,
            "ana"
        ));
        assert!(!may_create(
            br#"{"subject":{"reference":"Patient/ana"}}"#,
            "ana"
        ));
    }
}
