//! Who acts for whom: `RelatedPerson`, one for each patient for whom somebody acts, and `Person`, which ties them
//! together. Both are of the login, not of a patient's record: any token of the login reads them, also one whose access
//! to the record was withdrawn, so that it can be seen that it was.

use std::sync::Arc;

use axum::extract::{self, Path, RawQuery};
use axum::http::header;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::access;
use super::criteria::{reference, strict};
use crate::asked::Asked;
use crate::instance::{Instance, State};
use crate::reply::{FHIR_JSON, Reply, empty, none_match, outcome, set, with_body};

/// `GET {base}/RelatedPerson/{id}`
pub(crate) async fn read_related_person(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    Path(id): Path<String>,
) -> Reply {
    read(&instance, &asked, "RelatedPerson", &id, related)
}

/// `GET {base}/RelatedPerson?` `_id`, `patient`
pub(crate) async fn search_related_person(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    RawQuery(query): RawQuery,
) -> Reply {
    let fits = |resource: &Value, name: &str, value: &str, base: &str| match name {
        "patient" => {
            let id = reference(value, "Patient", base);
            Some(resource["patient"]["reference"] == json!(format!("Patient/{id}")))
        }
        _ => None,
    };
    search(&instance, &asked, "RelatedPerson", query, related, fits)
}

/// `GET {base}/Person/{id}`
pub(crate) async fn read_person(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    Path(id): Path<String>,
) -> Reply {
    read(&instance, &asked, "Person", &id, person)
}

/// `GET {base}/Person?` `_id`, `patient` (what is linked as a Patient), `link`
pub(crate) async fn search_person(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    RawQuery(query): RawQuery,
) -> Reply {
    let fits = |resource: &Value, name: &str, value: &str, base: &str| {
        let links = resource["link"].as_array().into_iter().flatten();
        let mut targets = links.filter_map(|link| link["target"]["reference"].as_str());
        match name {
            "patient" => {
                let wanted = format!("Patient/{}", reference(value, "Patient", base));
                Some(targets.any(|target| target == wanted))
            }
            // Of any type: a bare id is enough.
            "link" => {
                let wanted = reference(value, "", base);
                let is = |target: &str| {
                    target == wanted || target.split_once('/').is_some_and(|(_, id)| id == wanted)
                };
                Some(targets.any(is))
            }
            _ => None,
        }
    };
    search(&instance, &asked, "Person", query, person, fits)
}

/// Those by whom a login acts for others.
fn related(state: &State, person: usize) -> Vec<Value> {
    let proxies = state.proxies.of_person(person);
    proxies.map(|proxy| proxy.resource(&state.people)).collect()
}

/// The one of a login.
fn person(state: &State, person: usize) -> Vec<Value> {
    let proxies = state.proxies.of_person(person);
    vec![state.people[person].as_person(proxies, state.store.started)]
}

/// What a login may see of a type.
type Theirs = fn(&State, usize) -> Vec<Value>;

fn read(instance: &Instance, asked: &Asked, kind: &str, id: &str, theirs: Theirs) -> Reply {
    let state = &mut *instance.state();
    let login = match access::allowed(state, asked, kind, 'r') {
        Ok(caller) => caller.held.person,
        Err(reply) => return reply,
    };
    let all = theirs(state, login);
    let Some(resource) = all.into_iter().find(|one| one["id"] == json!(id)) else {
        // The same for one that is not there, so that ids cannot be tried out.
        return outcome(403, "forbidden", &format!("another login's {kind}"));
    };
    let version = resource["meta"]["versionId"].as_str().unwrap_or_default();
    let etag = format!("W/\"{version}\"");
    let mut reply = match none_match(&asked.headers, &etag) {
        true => empty(304),
        false => with_body(200, FHIR_JSON, resource.to_string()),
    };
    set(&mut reply, header::ETAG, &etag);
    reply
}

/// `fits`: whether a resource has a value of a parameter; nothing for a parameter that is not known.
fn search(
    instance: &Instance,
    asked: &Asked,
    kind: &str,
    query: Option<String>,
    theirs: Theirs,
    fits: impl Fn(&Value, &str, &str, &str) -> Option<bool>,
) -> Reply {
    let base = instance.base();
    let state = &mut *instance.state();
    let login = match access::allowed(state, asked, kind, 's') {
        Ok(caller) => caller.held.person,
        Err(reply) => return reply,
    };
    let mut found = theirs(state, login);
    let mut understood = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let any = |one: &Value| {
            let mut alternatives = value.split(',');
            match name.as_ref() {
                "_id" => Some(alternatives.any(|id| one["id"] == json!(id))),
                "_format" | "_count" => Some(true),
                name => alternatives.try_fold(false, |any, value| {
                    Some(any | fits(one, name, value, &base)?)
                }),
            }
        };
        // What is known does not depend on what is there.
        if any(&json!({})).is_some() {
            found.retain(|one| any(one) == Some(true));
            understood.append_pair(&name, &value);
        } else if strict(&asked.headers) {
            let text = format!("the parameter {name} is not supported");
            return outcome(400, "not-supported", &text);
        }
    }
    let entry = |resource: &Value| {
        let id = resource["id"].as_str().unwrap_or_default();
        json!({
            "fullUrl": format!("{base}/{kind}/{id}"),
            "resource": resource,
            "search": { "mode": "match" },
        })
    };
    let self_link = format!("{base}/{kind}?{}", understood.finish());
    let mut bundle = json!({
        "resourceType": "Bundle",
        "type": "searchset",
        "total": found.len(),
        "link": [{ "relation": "self", "url": self_link }],
    });
    if !found.is_empty() {
        bundle["entry"] = found.iter().map(entry).collect();
    }
    with_body(200, FHIR_JSON, bundle.to_string())
}
