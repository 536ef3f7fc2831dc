//! What laboratories say: Observations and DiagnosticReports, as they are served.

use serde_json::{Value, json};

use super::Person;
use crate::Spec;
use crate::clock::{self, Millis};

const DAY: Millis = 24 * 60 * 60 * 1000;

/// One record.
pub(crate) struct LabRecord {
    /// Whose searches find it.
    pub(crate) person: usize,
    pub(crate) updated: Millis,
    pub(crate) version: u32,
    pub(crate) deleted: bool,
    pub(crate) body: Value,
}

impl LabRecord {
    pub(crate) fn is(&self, kind: &str, id: &str) -> bool {
        self.body["resourceType"] == kind && self.body["id"] == id
    }
}

/// The records of all people.
#[derive(Default)]
pub(crate) struct Labs {
    /// Whether the portal has such records at all.
    pub(crate) offered: bool,
    pub(crate) records: Vec<LabRecord>,
}

impl Labs {
    /// What the people of a specification have.
    pub(crate) fn seeded(spec: &Spec, people: &[Person], now: Millis) -> Self {
        let mut labs = Self::default();
        for (index, person) in people.iter().enumerate() {
            if spec.people.get(&person.user).is_some_and(|size| size.labs) {
                labs.offered = true;
                for (resource, at) in records(&person.patient, now) {
                    labs.put(index, &person.patient, resource, at);
                }
            }
        }
        labs
    }

    /// Takes a record in, or another version of it.
    pub(crate) fn put(&mut self, person: usize, patient: &str, mut body: Value, at: Millis) {
        let deleted = body["deleted"] == true;
        if body.get("subject").is_none() {
            body["subject"] = json!({ "reference": format!("Patient/{patient}") });
        } else if body["subject"].is_null()
            && let Some(members) = body.as_object_mut()
        {
            members.remove("subject");
        }
        let kind = body["resourceType"].as_str().unwrap_or_default().to_owned();
        let id = body["id"].as_str().unwrap_or_default().to_owned();
        let before = self.records.iter().position(|record| record.is(&kind, &id));
        let version = before.map_or(0, |at| self.records[at].version) + 1;
        body["meta"] =
            json!({ "versionId": version.to_string(), "lastUpdated": clock::instant(at) });
        let record = LabRecord {
            person,
            updated: at,
            version,
            deleted,
            body,
        };
        match before {
            Some(at) => self.records[at] = record,
            None => self.records.push(record),
        }
    }
}

fn amount(value: f64, unit: &str) -> Value {
    json!({ "value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit })
}

/// One value with its usual range.
fn observation(
    id: &str,
    (loinc, name): (&str, &str),
    value: f64,
    unit: &str,
    [low, high]: [f64; 2],
    at: Millis,
) -> Value {
    let code = match value {
        value if value < low => "L",
        value if value > high => "H",
        _ => "N",
    };
    json!({
        "resourceType": "Observation", "id": id, "status": "final", "category": category("laboratory"),
        "code": { "coding": [{ "system": "http://loinc.org", "code": loinc, "display": name }], "text": name },
        "effectiveDateTime": clock::instant(at), "issued": clock::instant(at + DAY / 4),
        "valueQuantity": amount(value, unit),
        "interpretation": [{ "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": code }] }],
        "referenceRange": [{ "low": amount(low, unit), "high": amount(high, unit) }],
    })
}

fn category(code: &str) -> Value {
    let system = match code {
        "laboratory" => "http://terminology.hl7.org/CodeSystem/observation-category",
        _ => "http://terminology.hl7.org/CodeSystem/v2-0074",
    };
    json!([{ "coding": [{ "system": system, "code": code }] }])
}

fn report(id: &str, name: &str, status: &str, results: &[String], at: Millis) -> Value {
    let results = results
        .iter()
        .map(|id| json!({ "reference": format!("Observation/{id}") }));
    json!({
        "resourceType": "DiagnosticReport", "id": id, "status": status, "category": category("LAB"),
        "code": { "text": name }, "effectiveDateTime": clock::instant(at), "issued": clock::instant(at + DAY / 4),
        "performer": [{ "display": "Linden Laboratory" }], "result": results.collect::<Value>(),
    })
}

/// Two years of one patient: eight metabolic panels, a blood count, a culture, a preliminary and a corrected result.
fn records(patient: &str, now: Millis) -> Vec<(Value, Millis)> {
    let mut all = Vec::new();
    let panel = [
        (("2160-0", "Creatinine"), 0.9, "mg/dL", [0.6, 1.1], 0.05),
        (("2345-7", "Glucose"), 92.0, "mg/dL", [70.0, 99.0], 2.5),
        (("2951-2", "Sodium"), 140.0, "mmol/L", [135.0, 145.0], -0.5),
        (("2823-3", "Potassium"), 4.2, "mmol/L", [3.5, 5.1], 0.1),
    ];
    for n in 0..8 {
        let at = now - (8 - n) * 90 * DAY;
        let mut ids = Vec::new();
        for (code, start, unit, range, step) in panel {
            let id = format!("lab-{patient}-{}-{n}", code.0);
            let value = ((start + step * n as f64) * 100.0).round() / 100.0;
            all.push((observation(&id, code, value, unit, range, at), at + DAY / 2));
            ids.push(id);
        }
        let id = format!("panel-{patient}-{n}");
        all.push((
            report(&id, "Basic metabolic panel", "final", &ids, at),
            at + DAY / 2,
        ));
    }
    let at = now - 30 * DAY;
    let counts = [
        (("718-7", "Hemoglobin"), 11.2, "g/dL", [12.0, 15.5]),
        (("6690-2", "Leukocytes"), 6.4, "10*3/uL", [4.0, 11.0]),
        (("777-3", "Platelets"), 251.0, "10*3/uL", [150.0, 400.0]),
    ];
    let mut ids = Vec::new();
    for (code, value, unit, range) in counts {
        let id = format!("lab-{patient}-{}", code.0);
        all.push((observation(&id, code, value, unit, range, at), at + DAY / 2));
        ids.push(id);
    }
    let mut count = report(
        &format!("cbc-{patient}"),
        "Complete blood count",
        "corrected",
        &ids,
        at,
    );
    count["conclusion"] = json!("Mild anemia. Hemoglobin corrected after a second measurement.");
    all.push((count, at + DAY));
    let at = now - 10 * DAY;
    let mut culture = report(
        &format!("culture-{patient}"),
        "Urine culture",
        "final",
        &[],
        at,
    );
    culture["category"] = category("MB");
    culture["category"][0]["coding"]
        .as_array_mut()
        .into_iter()
        .for_each(|codes| {
            codes.push(
                json!({ "system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "LAB" }),
            );
        });
    culture["text"] = json!({ "status": "generated", "div":
        "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Escherichia coli, 10^5 CFU/mL.</p><p>Susceptible to nitrofurantoin.</p></div>" });
    all.push((culture, at + DAY));
    let at = now - 2 * DAY;
    let id = format!("tsh-{patient}");
    let mut tsh = observation(
        &id,
        ("3016-3", "Thyrotropin"),
        2.1,
        "m[IU]/L",
        [0.4, 4.0],
        at,
    );
    tsh["status"] = json!("preliminary");
    all.push((tsh, at + DAY / 2));
    all.push((
        report(
            &format!("thyroid-{patient}"),
            "Thyroid",
            "preliminary",
            &[id],
            at,
        ),
        at + DAY / 2,
    ));
    all
}
