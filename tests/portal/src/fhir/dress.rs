//! The form in which a record is served. What a record means is kept once; the faults decide how it looks.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use data_encoding::BASE64;
use futures_util::stream;
use serde_json::{Value, json};

use crate::clock::{self, Millis};
use crate::data::Record;
use crate::fault::{DateForm, FaultKind, OddRecord, Poison, SenderForm, TextForm, Threading};
use crate::instance::State;

/// What stands in a body for bytes that are not UTF-8, until the body is bytes.
const BAD_BYTES: &[u8] = b"@@bytes@@";
/// Stands for 70 MB of text.
const HUGE: &[u8] = b"@@huge@@";

/// How everything is served now.
#[derive(Clone, Copy, Default)]
pub(super) struct Forms {
    text: Option<TextForm>,
    odd: Option<OddRecord>,
    threading: Option<Threading>,
    sender: Option<SenderForm>,
    dates: Option<DateForm>,
    same_name: bool,
    poison: Option<Poison>,
    /// Records are as they were then.
    then: Option<Millis>,
}

impl Forms {
    /// Of the faults that are on. Counts as one question to a replica.
    pub(super) fn of(state: &mut State) -> Self {
        let mut forms = Self::default();
        let now = state.clock.millis();
        let replica = state.faults.find(|kind| match kind {
            FaultKind::StaleReplica { seconds, every } => Some((seconds, every)),
            _ => None,
        });
        if let Some((seconds, every)) = replica {
            state.requests.replica += 1;
            let behind = state.requests.replica.is_multiple_of(every.max(1));
            forms.then = behind.then_some(now - Millis::from(seconds) * 1000);
        }
        let faults = &state.faults;
        forms.text = faults.find(|kind| match kind {
            FaultKind::TextForm { form } => Some(form),
            _ => None,
        });
        forms.odd = faults.find(|kind| match kind {
            FaultKind::OddRecords { how } => Some(how),
            _ => None,
        });
        forms.threading = threading(state);
        forms.sender = sender_form(state);
        forms.dates = faults.find(|kind| match kind {
            FaultKind::Dates { form } => Some(form),
            _ => None,
        });
        forms.same_name = faults.on(|kind| kind == FaultKind::SameName);
        forms.poison = faults.find(|kind| match kind {
            FaultKind::Poison { how } => Some(how),
            _ => None,
        });
        forms
    }

    /// Whether a page with this record cannot be answered.
    pub(super) fn fails(&self, record: &Record) -> bool {
        record.poisoned && self.poison == Some(Poison::ServerError)
    }

    fn is_plain(&self) -> bool {
        self.text.is_none()
            && self.odd.is_none()
            && self.threading.is_none()
            && self.sender.is_none()
            && self.dates.is_none()
            && self.poison.is_none()
            && !self.same_name
    }
}

fn threading(state: &State) -> Option<Threading> {
    state.faults.find(|kind| match kind {
        FaultKind::Threading { how } => Some(how),
        _ => None,
    })
}

/// How senders are named.
pub(super) fn sender_form(state: &State) -> Option<SenderForm> {
    state.faults.find(|kind| match kind {
        FaultKind::SenderForm { form } => Some(form),
        _ => None,
    })
}

/// Whether heads of threads are no records here.
fn hides_heads(threading: Threading) -> bool {
    !matches!(threading, Threading::Assigned)
}

/// A record as its person gets it; nothing where it is no record here.
pub(super) fn dressed<'s>(
    state: &'s State,
    forms: &Forms,
    viewer: usize,
    index: u32,
) -> Option<Cow<'s, str>> {
    let record = state.store.record(index);
    let version = forms.then.and_then(|then| record.at(then));
    let body = version.map_or(record.body.as_str(), |version| &version.body);
    if forms.is_plain() {
        return Some(Cow::Borrowed(body));
    }
    if record.text.is_empty() && forms.threading.is_some_and(hides_heads) {
        return None;
    }
    let mut body: Value = serde_json::from_str(body).unwrap_or_default();
    if let Some(how) = forms.threading {
        tie(state, how, record, &mut body);
    }
    if let Some(form) = forms.text {
        write(form, record, &mut body);
    }
    if let Some(form) = forms.sender {
        name(form, &mut body);
    }
    if let Some(form) = forms.dates {
        date(form, record.meant.sent, &mut body);
    }
    if forms.same_name && record.person != viewer {
        let theirs = state.people[record.person].name.full();
        let own = state.people[viewer].name.full();
        let text = body.to_string().replace(&theirs, &own);
        body = serde_json::from_str(&text).unwrap_or_default();
    }
    match forms.odd {
        Some(OddRecord::Nulls) => {
            for member in ["language", "implicitRules", "category", "priority", "note"] {
                body[member] = Value::Null;
            }
            body["reasonCode"] = json!([null]);
            body["meta"]["tag"] = Value::Null;
        }
        Some(OddRecord::WrongTypes) => {
            body["language"] = json!({ "code": "en" });
            body["category"] = json!("notification");
            body["priority"] = json!(5);
            body["medium"] = json!(true);
            body["reasonCode"] = json!(["text"]);
            body["meta"]["tag"] = json!("tag");
        }
        None => {}
    }
    let mut text = body.to_string();
    if let Some(poison) = forms.poison.filter(|_| record.poisoned) {
        let member = match poison {
            Poison::BadBytes => "\"language\":\"@@bytes@@\",".to_owned(),
            Poison::Nan => "\"timingValue\":NaN,".to_owned(),
            Poison::LoneSurrogate => "\"language\":\"\\ud83d\",".to_owned(),
            Poison::TooLarge => "\"language\":\"@@huge@@\",".to_owned(),
            Poison::ServerError => String::new(),
        };
        text.insert_str(1, &member);
    }
    Some(Cow::Owned(text))
}

/// A body as it is sent: with bytes that no text can have, and with what is too large to be held, made as it is read.
pub(super) fn body(text: String) -> Body {
    let mut bytes = text.into_bytes();
    let place = |bytes: &[u8], mark: &[u8]| bytes.windows(mark.len()).position(|it| it == mark);
    if let Some(at) = place(&bytes, BAD_BYTES) {
        bytes.splice(at..at + BAD_BYTES.len(), *b"caf\xE9 \x80");
    }
    let Some(at) = place(&bytes, HUGE) else {
        return Body::from(bytes);
    };
    let bytes = Bytes::from(bytes);
    let filler = Bytes::from_static(&[b'a'; 64 << 10]);
    let chunks = std::iter::once(bytes.slice(..at))
        .chain(std::iter::repeat_n(filler, (70 << 20) / (64 << 10)))
        .chain(std::iter::once(bytes.slice(at + HUGE.len()..)))
        .map(Ok::<_, std::io::Error>);
    Body::from_stream(stream::iter(chunks))
}

/// What ties a message to its conversation.
fn tie(state: &State, how: Threading, record: &Record, body: &mut Value) {
    let Some(header) = record.header else { return };
    let head = state.store.record(header);
    if !head.text.is_empty() || !hides_heads(how) {
        return;
    }
    let before = match how {
        Threading::FirstMessage => record.first,
        Threading::Answers => record.follows,
        _ => None,
    };
    let before = before.map(|other| format!("Communication/{}", state.store.record(other).id));
    let Some(members) = body.as_object_mut() else {
        return;
    };
    members.remove("partOf");
    match (how, before) {
        (Threading::FirstMessage, Some(first)) => {
            members.insert("partOf".into(), json!([{ "reference": first }]));
        }
        (Threading::Answers, Some(before)) => {
            members.insert("inResponseTo".into(), json!([{ "reference": before }]));
        }
        (Threading::CarePlan, _) => {
            let plan = format!("CarePlan/cp-{}", head.id);
            members.insert("partOf".into(), json!([{ "reference": plan }]));
        }
        (Threading::Task, _) => {
            let task = format!("Task/task-{}", head.id);
            members.insert("partOf".into(), json!([{ "reference": task }]));
        }
        _ => {}
    }
}

/// The records that a message answers, where that is all that ties it to its conversation.
pub(crate) fn only_answers(state: &State, index: u32) -> Vec<String> {
    let record = state.store.record(index);
    let how = threading(state);
    if how != Some(Threading::Answers) && !record.body.contains("inResponseTo") {
        return Vec::new();
    }
    let mut body: Value = serde_json::from_str(&record.body).unwrap_or_default();
    if let Some(how) = how {
        tie(state, how, record, &mut body);
    }
    if body.get("partOf").is_some() {
        return Vec::new();
    }
    let answered = body["inResponseTo"].as_array().into_iter().flatten();
    answered
        .filter_map(|one| one["reference"].as_str()?.strip_prefix("Communication/"))
        .map(str::to_owned)
        .collect()
}

/// Puts the text somewhere else.
fn write(form: TextForm, record: &Record, body: &mut Value) {
    let payload = body.get("payload").and_then(Value::as_array);
    if record.text.is_empty() || payload.is_none_or(Vec::is_empty) {
        return;
    }
    let all = [
        TextForm::CodeableConcept,
        TextForm::Plain,
        TextForm::Xhtml,
        TextForm::Note,
        TextForm::Narrative,
    ];
    let form = match form {
        TextForm::Mixed => all[record.id.bytes().map(usize::from).sum::<usize>() % all.len()],
        form => form,
    };
    let text = &record.text;
    let inline = |media: &str, data: &str| {
        let data = BASE64.encode(data.as_bytes());
        json!({ "contentAttachment": { "contentType": media, "data": data } })
    };
    let part = match form {
        TextForm::CodeableConcept => Some(json!({ "contentCodeableConcept": { "text": text } })),
        TextForm::Plain => Some(inline("text/plain; charset=utf-8", text)),
        TextForm::Xhtml => Some(inline("application/xhtml+xml", &xhtml(text))),
        TextForm::Note => {
            body["note"] = json!([{ "text": text }]);
            None
        }
        _ => {
            body["text"] = json!({ "status": "generated", "div": xhtml(text) });
            None
        }
    };
    let mut parts: Vec<Value> = body["payload"].as_array().cloned().unwrap_or_default();
    parts.retain(|part| part.get("contentString").is_none());
    parts.splice(0..0, part);
    match (parts.is_empty(), body.as_object_mut()) {
        (true, Some(members)) => {
            members.remove("payload");
        }
        _ => body["payload"] = Value::Array(parts),
    }
}

fn xhtml(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let lines: Vec<String> = escaped
        .lines()
        .map(|line| format!("<p>{line}</p>"))
        .collect();
    format!(
        "<div xmlns=\"http://www.w3.org/1999/xhtml\">{}</div>",
        lines.concat()
    )
}

/// The id of somebody at the clinic who has a resource.
pub(super) fn practitioner_id(name: &str) -> String {
    let sum = name.bytes().fold(7_u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    format!("pr-{sum:016x}")
}

/// Somebody at the clinic.
pub(super) fn practitioner(id: &str, name: &str) -> Value {
    json!({ "resourceType": "Practitioner", "id": id, "name": [{ "text": name }] })
}

fn name(form: SenderForm, body: &mut Value) {
    let sender = &body["sender"];
    let (Some(display), None) = (sender["display"].as_str(), sender["reference"].as_str()) else {
        return;
    };
    let display = display.to_owned();
    match form {
        SenderForm::Contained => {
            body["contained"] = json!([practitioner("s", &display)]);
            body["sender"] = json!({ "reference": "#s" });
        }
        SenderForm::Included | SenderForm::Readable => {
            let reference = format!("Practitioner/{}", practitioner_id(&display));
            body["sender"] = json!({ "reference": reference });
        }
    }
}

fn date(form: DateForm, sent: Millis, body: &mut Value) {
    let instant = clock::instant(sent);
    let (day, time) = (&instant[..10], &instant[11..19]);
    let written = match form {
        DateForm::Day => day.to_owned(),
        DateForm::Month => day[..7].to_owned(),
        DateForm::Year => day[..4].to_owned(),
        DateForm::NoZone => format!("{day}T{time}"),
        DateForm::Hl7 => format!("{}{}+0000", day.replace('-', ""), time.replace(':', "")),
        DateForm::Space => format!("{day} {time}Z"),
    };
    body["sent"] = json!(written);
    if let Some(body) = body.as_object_mut() {
        body.remove("received");
    }
}
