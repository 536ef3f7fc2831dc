//! Creating a Communication, once: `If-None-Exist` (FHIR R4 §3.1.0.8.1).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract;
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value, json};

use super::access::{self, Refusal};
use super::criteria::{Criteria, prefers};
use super::dress::{self, Forms};
use super::read::validators;
use super::search;
use crate::asked::Asked;
use crate::clock;
use crate::data::{Draft, Meant, Party, Record, Shown};
use crate::fault::{DropOn, FaultKind, OddCreate, Threading};
use crate::instance::{Instance, State};
use crate::reply::{FHIR_JSON, Reply, outcome, set, with_body};
use crate::server::Hangup;

/// `POST {base}/Communication`
pub(crate) async fn create(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    body: Bytes,
) -> Reply {
    let headers = &asked.headers;
    let base = instance.base();
    let state = &mut *instance.state();
    let done = allowed(state, &asked)
        .and_then(|writer| conditionally(state, &base, writer, headers, &body));
    match done {
        Ok((code, index)) => {
            let mut reply = answer(state, &base, headers, code, index);
            let drop = FaultKind::DropAnswerAfterCommit { on: DropOn::Create };
            if state.faults.hit(drop) {
                reply.extensions_mut().insert(Hangup);
            }
            reply
        }
        Err(reply) => reply,
    }
}

/// Who writes, and in whose record.
#[derive(Clone, Copy)]
struct Writer {
    person: usize,
    patient: usize,
}

impl Writer {
    /// The patient, or the RelatedPerson who acts for them.
    fn party(self, state: &State) -> Party<'_> {
        match state.proxies.find(self.person, self.patient) {
            Some(proxy) => Party::Related {
                id: &proxy.id,
                name: &state.people[self.person].name,
            },
            None => Party::of(&state.people[self.patient]),
        }
    }
}

/// Who sends, if the token allows it and the sign-in is recent and strong enough.
fn allowed(state: &mut State, asked: &Asked) -> Result<Writer, Reply> {
    let caller = access::allowed(state, asked, "Communication", 'c')?;
    if let Some(wanted) = state.step_up {
        access::step_up(state, &caller, wanted).map_err(Refusal::outcome)?;
    }
    Ok(Writer {
        person: caller.held.person,
        patient: caller.held.patient,
    })
}

/// 201 with the new record, or 200 with the one that is there.
fn conditionally(
    state: &mut State,
    base: &str,
    writer: Writer,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(u16, u32), Reply> {
    let resource = parse(state, base, writer, headers, body)?;
    let refused = state.faults.find(|kind| match kind {
        FaultKind::RefusedText { code } => Some(code),
        _ => None,
    });
    if let Some(code) = refused.filter(|_| text_of(&resource).contains("(refused)")) {
        return Err(outcome(code, "business-rule", "this text is not taken"));
    }
    if let Some(condition) = headers.get("if-none-exist")
        && !state.faults.hit(FaultKind::NoIfNoneExist)
    {
        let found = existing(state, base, writer.patient, condition.as_bytes())?;
        match found.as_slice() {
            [] => {}
            [one] => return Ok((200, *one)),
            _ => return Err(outcome(412, "multiple-matches", "several match already")),
        }
    }
    Ok((201, insert(state, base, writer, resource)))
}

fn existing(
    state: &mut State,
    base: &str,
    person: usize,
    condition: &[u8],
) -> Result<Vec<u32>, Reply> {
    // Some clients send the type and the question mark along.
    let query = condition
        .strip_prefix(b"Communication?")
        .unwrap_or(condition);
    let unclear = |(issue, text): (&str, String)| outcome(412, issue, &text);
    let criteria = Criteria::parse(query, true, base).map_err(unclear)?;
    if criteria.identifiers.is_none() {
        let text = "If-None-Exist needs an identifier";
        return Err(outcome(412, "required", text));
    }
    if state.faults.hit(FaultKind::IgnoreIdentifier) {
        // Without its only criterion there is no condition left.
        return Ok(Vec::new());
    }
    Ok(search::find(state, person, &criteria))
}

/// The resource, if it is one that this writer may create.
fn parse(
    state: &State,
    base: &str,
    writer: Writer,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Map<String, Value>, Reply> {
    let json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|media| media.contains("json"));
    if !json {
        let text = "application/fhir+json is wanted";
        return Err(outcome(415, "not-supported", text));
    }
    let parsed: Result<Map<String, Value>, _> = serde_json::from_slice(body);
    let mut resource =
        parsed.map_err(|_| outcome(400, "structure", "the body is not a JSON object"))?;
    if resource.get("resourceType") != Some(&json!("Communication")) {
        return Err(outcome(
            400,
            "invalid",
            "resourceType must be Communication",
        ));
    }
    let person = writer.patient;
    let own = Party::of(&state.people[person]).reference();
    let sender = writer.party(state).reference();
    let is = |reference: Option<&Value>, wanted: &Value| {
        let text = reference.and_then(|value| value.get("reference")?.as_str());
        text.is_some_and(|text| {
            let relative = text
                .strip_prefix(base)
                .map_or(text, |t| t.trim_start_matches('/'));
            wanted["reference"] == relative
        })
    };
    if !is(resource.get("subject"), &own) {
        let text = "subject must be the patient of the token";
        return Err(outcome(422, "business-rule", text));
    }
    if resource.contains_key("sender") && !is(resource.get("sender"), &sender) {
        let text = "sender must be the patient, or the RelatedPerson who acts for them";
        return Err(outcome(422, "business-rule", text));
    }
    if !resource.get("status").is_some_and(Value::is_string) {
        return Err(outcome(422, "required", "status is missing"));
    }
    if header_of(state, base, person, &resource) == Some(None) {
        let text = "partOf must be a thread of the patient";
        return Err(outcome(422, "business-rule", text));
    }
    resource.entry("sender").or_insert(sender);
    Ok(resource)
}

/// `None`: no partOf. `Some(None)`: one that is no thread of this person.
fn header_of(
    state: &State,
    base: &str,
    person: usize,
    resource: &Map<String, Value>,
) -> Option<Option<u32>> {
    let part_of = resource.get("partOf")?;
    let reference = part_of
        .get(0)
        .and_then(|one| one.get("reference")?.as_str());
    let relative = reference.map(|text| {
        text.strip_prefix(base)
            .map_or(text, |t| t.trim_start_matches('/'))
    });
    let threading = state.faults.find(|kind| match kind {
        FaultKind::Threading { how } => Some(how),
        _ => None,
    });
    let id = relative.and_then(|text| match threading {
        Some(Threading::CarePlan) => text.strip_prefix("CarePlan/cp-"),
        Some(Threading::Task) => text.strip_prefix("Task/task-"),
        _ => text.strip_prefix("Communication/"),
    });
    let found = id.and_then(|id| state.store.find(id)).filter(|&index| {
        let record = state.store.record(index);
        let is_head = record.header.is_none() || threading == Some(Threading::FirstMessage);
        record.person == person && !record.deleted && is_head
    });
    Some(found.map(|index| state.store.record(index).conversation(index)))
}

/// The conversation of the message that this one answers.
fn answered(
    state: &State,
    base: &str,
    person: usize,
    resource: &Map<String, Value>,
) -> Option<u32> {
    let answers = resource.get("inResponseTo")?.get(0)?;
    let relative = answers.get("reference")?.as_str()?;
    let relative = relative
        .strip_prefix(base)
        .map_or(relative, |rest| rest.trim_start_matches('/'));
    let index = state.store.find(relative.strip_prefix("Communication/")?)?;
    let record = state.store.record(index);
    (record.person == person).then(|| record.conversation(index))
}

/// All texts of a message.
fn text_of(resource: &Map<String, Value>) -> String {
    let texts = resource.get("payload").and_then(Value::as_array);
    let texts = texts
        .into_iter()
        .flatten()
        .filter_map(|payload| payload.get("contentString")?.as_str());
    texts.collect::<Vec<_>>().join("\n")
}

/// Opens a thread for a message that came without one.
fn assign(state: &mut State, base: &str, writer: Writer, topic: &str) -> u32 {
    let id = state.entropy.id();
    let head = Draft {
        id,
        subject: Some(&state.people[writer.patient]),
        header: None,
        from: writer.party(state),
        to: Party::Staff("Linden Clinic"),
        category: "question",
        topic,
        text: String::new(),
        attachment: None,
        sent: state.clock.millis() - 1_200,
    };
    let head = head.record(base, writer.patient, None, None);
    state.store.insert(head)
}

fn insert(state: &mut State, base: &str, writer: Writer, mut resource: Map<String, Value>) -> u32 {
    let person = writer.patient;
    let header = header_of(state, base, person, &resource)
        .flatten()
        .or_else(|| answered(state, base, person, &resource));
    let now = state.clock.millis();
    let assigns = |kind| {
        matches!(
            kind,
            FaultKind::Threading {
                how: Threading::Assigned
            }
        )
    };
    let header = match header {
        None if state.faults.on(assigns) => {
            let topic = resource
                .get("topic")
                .and_then(|topic| topic["text"].as_str());
            let topic = topic.unwrap_or_default().to_owned();
            let head = assign(state, base, writer, &topic);
            let reference = format!("Communication/{}", state.store.record(head).id);
            resource.insert("partOf".into(), json!([{ "reference": reference }]));
            Some(head)
        }
        header => header,
    };
    let drops = |how| matches!(how, OddCreate::NoIdentifier | OddCreate::Traceless);
    if created(state).is_some_and(drops) {
        resource.remove("identifier");
    }
    let id = state.entropy.id();
    let updated = clock::instant(now);
    resource.insert("id".into(), json!(id));
    resource.insert(
        "meta".into(),
        json!({ "versionId": "1", "lastUpdated": updated }),
    );
    resource.insert("received".into(), json!(updated));
    let text = text_of(&resource);
    let topic = resource
        .get("topic")
        .and_then(|topic| topic["text"].as_str())
        .unwrap_or_default()
        .to_owned();
    let sent = resource.get("sent").and_then(Value::as_str);
    let sent = sent.and_then(clock::parse_range).map(|(first, _)| first);
    let identifiers = resource.get("identifier").and_then(Value::as_array);
    let text_of =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let identifiers = identifiers
        .into_iter()
        .flatten()
        .filter_map(|one| {
            let system = text_of(one, "system").unwrap_or_default();
            Some((system, text_of(one, "value")?))
        })
        .collect();
    let record = Record {
        id,
        updated: now,
        person,
        header,
        follows: None,
        first: None,
        identifiers,
        text,
        body: Value::Object(resource).to_string(),
        version: 1,
        deleted: false,
        stray: None,
        meant: Meant {
            from: writer.party(state).name(),
            outgoing: true,
            topic,
            sent: sent.unwrap_or(now),
            shown: Shown::Yes,
            since: now,
            quiet: false,
        },
        found_from: 0,
        old_chart: false,
        copy_of: None,
        subjectless: false,
        poisoned: false,
        taken_from: None,
        before: Vec::new(),
    };
    state.store.insert(record)
}

fn created(state: &State) -> Option<OddCreate> {
    state.faults.find(|kind| match kind {
        FaultKind::Created { how } => Some(how),
        _ => None,
    })
}

fn answer(state: &mut State, base: &str, headers: &HeaderMap, code: u16, index: u32) -> Reply {
    let forms = Forms::of(state);
    let record = state.store.record(index);
    let body = dress::dressed(state, &forms, record.person, index);
    let body = body.map_or_else(|| record.body.clone(), std::borrow::Cow::into_owned);
    let odd = created(state);
    if matches!(odd, Some(OddCreate::Bare | OddCreate::Traceless)) {
        return crate::reply::empty(code);
    }
    let no_body = matches!(odd, Some(OddCreate::Empty | OddCreate::InnerHost));
    let mut reply = if no_body || prefers(headers, "return=minimal") {
        crate::reply::empty(code)
    } else if prefers(headers, "return=OperationOutcome") {
        let issue = json!([{ "severity": "information", "code": "informational" }]);
        let body = json!({ "resourceType": "OperationOutcome", "issue": issue });
        with_body(code, FHIR_JSON, body.to_string())
    } else {
        with_body(code, FHIR_JSON, body)
    };
    let base = match odd {
        Some(OddCreate::InnerHost) => "http://10.20.0.7:8080/fhir",
        _ => base,
    };
    let location = format!(
        "{base}/Communication/{}/_history/{}",
        record.id, record.version
    );
    set(&mut reply, header::LOCATION, &location);
    validators(&mut reply, record);
    reply
}
