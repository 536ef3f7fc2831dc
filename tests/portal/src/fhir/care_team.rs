//! Who looks after a patient: one CareTeam each, of three people of the clinic and the clinic itself.

use std::sync::Arc;

use axum::extract::{self, Path, RawQuery};
use serde_json::{Value, json};

use super::access;
use crate::asked::Asked;
use crate::clock;
use crate::data::doctors;
use crate::entropy::Entropy;
use crate::fault::{FaultKind, OddTeam};
use crate::instance::{Instance, State};
use crate::reply::{FHIR_JSON, Reply, outcome, with_body};

const ROLES: [&str; 3] = ["General practitioner", "Specialist", "Nurse"];

/// `GET {base}/CareTeam?patient=…`. Whatever else is asked for is ignored, and `self` says so.
pub(crate) async fn search_care_team(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    RawQuery(_): RawQuery,
) -> Reply {
    let base = instance.base();
    let state = &mut *instance.state();
    let person = match allowed(state, &asked, 's') {
        Ok(person) => person,
        Err(reply) => return reply,
    };
    let patient = state.people[person].patient.clone();
    let team = team(state, person);
    let bundle = json!({
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 1,
        "link": [{ "relation": "self", "url": format!("{base}/CareTeam?patient=Patient/{patient}") }],
        "entry": [{
            "fullUrl": format!("{base}/CareTeam/{}", team["id"].as_str().unwrap_or_default()),
            "resource": team,
            "search": { "mode": "match" },
        }],
    });
    with_body(200, FHIR_JSON, bundle.to_string())
}

/// `GET {base}/CareTeam/{id}`
pub(crate) async fn read_care_team(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    Path(id): Path<String>,
) -> Reply {
    let state = &mut *instance.state();
    let person = match allowed(state, &asked, 'r') {
        Ok(person) => person,
        Err(reply) => return reply,
    };
    let team = team(state, person);
    match team["id"] == json!(id) {
        true => with_body(200, FHIR_JSON, team.to_string()),
        false => outcome(404, "not-found", "no such CareTeam"),
    }
}

fn allowed(state: &mut State, asked: &Asked, action: char) -> Result<usize, Reply> {
    let person = access::person(state, asked, "CareTeam", action)?;
    match odd(state) {
        Some(OddTeam::Refused) => Err(outcome(403, "forbidden", "care teams are not shown")),
        _ => Ok(person),
    }
}

fn odd(state: &State) -> Option<OddTeam> {
    state.faults.find(|kind| match kind {
        FaultKind::CareTeam { how } => Some(how),
        _ => None,
    })
}

fn team(state: &State, person: usize) -> Value {
    let them = &state.people[person];
    let odd = odd(state);
    let version = if odd.is_some() { "2" } else { "1" };
    let subject = match odd {
        Some(OddTeam::OfAnother) => &state.people[state.people.len() - 1].patient,
        _ => &them.patient,
    };
    let mut entropy = Entropy::seeded(0, &format!("care team {}", them.patient));
    let mut names = doctors().to_vec();
    let mut participants = Vec::new();
    for role in ROLES {
        let name = names.remove(entropy.below(names.len()));
        participants.push(json!({
            "role": [{ "text": role }],
            "member": { "reference": format!("Practitioner/pr-{}", entropy.id()), "display": name },
        }));
    }
    json!({
        "resourceType": "CareTeam",
        "id": format!("ct-{}", them.patient),
        "meta": { "versionId": version, "lastUpdated": clock::instant(state.store.started) },
        "status": if odd == Some(OddTeam::Inactive) { "inactive" } else { "active" },
        "name": format!("Care team of {}", them.name.full()),
        "subject": { "reference": format!("Patient/{subject}") },
        "participant": participants,
        "managingOrganization": [{ "reference": "Organization/linden", "display": "Linden Clinic" }],
    })
}
