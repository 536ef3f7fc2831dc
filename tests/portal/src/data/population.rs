//! From a specification to people with correspondence.

use serde_json::json;

use super::attachment::{self, PDF};
use super::letters::{self, Language};
use super::resource::NotSent;
use super::store::Attachment;
use super::{Draft, Party, Person, Proxies, Store, Stray, document, load};
use crate::clock::Millis;
use crate::entropy::Entropy;
use crate::fault::{Amendment, FaultKind, FileFault};
use crate::instance::State;
use crate::{PersonSpec, Spec};

pub(super) const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
pub(super) const DAY: Millis = 24 * HOUR;
/// How far back correspondence goes.
pub(super) const YEARS: Millis = 2 * 365 * DAY;
/// Nothing is younger than this at the start: what stories add is the newest.
const QUIET: Millis = 3 * HOUR;

/// Patients without an account, who are there so that their records can leak.
const OTHERS: &[(&str, Language)] = &[("wilma", Language::German), ("george", Language::English)];

/// Everybody and everything, as of `now`.
pub(crate) fn populate(spec: &Spec, base: &str, now: Millis) -> (Vec<Person>, Store, Proxies) {
    let mut people = Vec::new();
    let mut sizes = Vec::new();
    for (index, (user, person)) in spec.people.iter().enumerate() {
        let language = Language::ALL[index % Language::ALL.len()];
        people.push(Person::new(user, person, spec.seed, language, now));
        sizes.push(person.clone());
    }
    for &(user, language) in OTHERS {
        let size = PersonSpec {
            threads: 2,
            messages: 6,
            ..PersonSpec::default()
        };
        let mut person = Person::new(user, &size, spec.seed, language, now);
        // Nobody can sign in as them, whatever they type.
        person.password.clear();
        people.push(person);
        sizes.push(size);
    }
    let proxies = Proxies::of(spec, now);
    for who in spec.people.values() {
        for proxy in &who.proxy_for {
            let patient = people.iter_mut().find(|person| person.user == proxy.name);
            patient
                .into_iter()
                .for_each(|patient| patient.grow_young(now));
        }
    }
    let mut store = Store::new(people.len(), now);
    for (index, (person, size)) in people.iter_mut().zip(&sizes).enumerate() {
        let seed = spec.seed;
        let entropy = &mut Entropy::seeded(seed, &format!("letters {}", person.user));
        let write = if spec.load { load::fill } else { correspond };
        write(&mut store, entropy, base, index, person, size, now);
        document::fill(&mut store, seed, index, person, size.documents, now);
    }
    store.sort();
    (people, store, proxies)
}

/// How many messages each thread has: all at least one, few of them long.
pub(super) fn lengths(entropy: &mut Entropy, threads: usize, messages: usize) -> Vec<usize> {
    let mut lengths = vec![1; threads];
    for _ in threads..messages {
        // The better of two draws leans towards the front, which makes lengths uneven.
        let at = entropy.below(threads).min(entropy.below(threads));
        lengths[at] += 1;
    }
    lengths
}

/// The same time, or the next morning if nobody would be at a desk then and there is time until then.
fn office_hours(entropy: &mut Entropy, at: Millis, latest: Millis) -> Millis {
    // Drawn in any case: what follows must not depend on the hour at which the portal was started.
    let minutes = entropy.between(0, 150);
    let hour = at.rem_euclid(DAY) / HOUR;
    if (8..18).contains(&hour) {
        return at;
    }
    let midnight = at - at.rem_euclid(DAY) + if hour < 8 { 0 } else { DAY };
    let morning = midnight + 8 * HOUR + minutes * MINUTE;
    if morning < latest { morning } else { at }
}

fn correspond(
    store: &mut Store,
    entropy: &mut Entropy,
    base: &str,
    index: usize,
    person: &mut Person,
    size: &PersonSpec,
    now: Millis,
) {
    let mut newest = Vec::new();
    for messages in lengths(entropy, size.threads, size.messages) {
        let begin = now - entropy.between(QUIET + DAY, YEARS);
        let mut at = begin;
        let mut pace = |entropy: &mut Entropy, n: usize, by_patient: bool| {
            let left = (messages + 1).saturating_sub(n).max(1);
            let room = (now - QUIET - at) / left as Millis;
            at += entropy.between(1, room.clamp(2, 3 * DAY));
            if !by_patient {
                at = office_hours(entropy, at, now - QUIET);
            }
            at
        };
        let talk = letters::conversation(entropy, person, messages, begin, &mut pace);
        let patient = Party::of(person);
        let clinic = Party::Staff(&talk.correspondent);
        let (from, to) = match talk.letters.first().is_some_and(|first| first.by_patient) {
            true => (patient, clinic),
            false => (clinic, patient),
        };
        let id = entropy.id();
        let header = Draft {
            id: id.clone(),
            subject: Some(person),
            header: None,
            from,
            to,
            category: talk.category,
            topic: &talk.topic,
            text: String::new(),
            attachment: None,
            sent: begin,
        };
        let header = store.append(header.record(base, index, None, None));
        let mut latest = begin;
        for letter in talk.letters {
            latest = letter.sent;
            let (from, to) = match letter.by_patient {
                true => (patient, clinic),
                false => (clinic, patient),
            };
            let attachment = (!letter.by_patient && entropy.chance(6)).then(|| {
                let lines = [
                    format!("Linden Clinic, {}", talk.category),
                    format!("For {}", person.name.full()),
                    format!("Document {}", entropy.id()),
                ];
                let file = Attachment {
                    person: index,
                    content_type: PDF.to_owned(),
                    data: attachment::pdf(&lines),
                    reads: 0,
                };
                let binary = entropy.id();
                let title = format!("{}.pdf", talk.category);
                let reference = attachment::reference(&binary, &title, &file, letter.sent);
                store.attachments.insert(binary, file);
                reference
            });
            let draft = Draft {
                id: entropy.id(),
                subject: Some(person),
                header: Some(&id),
                from,
                to,
                category: talk.category,
                topic: &talk.topic,
                text: letter.text,
                attachment,
                sent: letter.sent,
            };
            store.append(draft.record(base, index, Some(header), None));
        }
        newest.push((latest, header));
    }
    newest.sort_by_key(|&(at, header)| (std::cmp::Reverse(at), header));
    person.threads_at_start = newest.into_iter().map(|(_, header)| header).collect();
}

/// A message that somebody at the clinic writes.
#[derive(Default)]
pub(crate) struct NewLetter {
    /// The header of the conversation; a new one if not given.
    pub(crate) header: Option<u32>,
    pub(crate) text: String,
    /// What a new conversation is about.
    pub(crate) topic: Option<String>,
    /// How long ago it was sent.
    pub(crate) ago: Millis,
    pub(crate) draft: Option<NotSent>,
    /// A file that comes with it.
    pub(crate) file: Option<NewFile>,
}

/// A file that comes with a message.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFile {
    /// Its size.
    pub bytes: usize,
    /// What it is called; `report.pdf` if not given.
    pub name: Option<String>,
}

/// A message from the clinic, now. Gives its record.
pub(crate) fn new_message(
    state: &mut State,
    base: &str,
    person: usize,
    letter: NewLetter,
    now: Millis,
) -> u32 {
    let staff = "Linden Clinic";
    let subject = &state.people[person];
    let parent_topic = letter
        .header
        .map(|header| &state.store.record(header).meant.topic);
    let topic = letter.topic.clone().or(parent_topic.cloned());
    let topic = topic.unwrap_or_else(|| "A message from your clinic".to_owned());
    // The record's own change comes shortly after `sent`, and must not lie in the future.
    let sent = now - 1_200;
    let draft = |id: String, text: &str| Draft {
        id,
        subject: Some(subject),
        header: None,
        from: Party::Staff(staff),
        to: Party::of(subject),
        category: "notification",
        topic: &topic,
        text: text.to_owned(),
        attachment: None,
        sent,
    };
    let header = letter.header.unwrap_or_else(|| {
        let header = draft(state.entropy.id(), "");
        state.store.insert(header.record(base, person, None, None))
    });
    let parent = state.store.record(header).id.clone();
    let id = state.entropy.id();
    let mut message = draft(id, &letter.text);
    let file = letter.file.map(|file| {
        let title = file.name.unwrap_or_else(|| "report.pdf".to_owned());
        let binary = state.entropy.id();
        let file = Attachment {
            person,
            content_type: PDF.to_owned(),
            data: attachment::filler(file.bytes, state.store.attachments.len() as u8),
            reads: 0,
        };
        let reference = attachment::reference(&binary, &title, &file, sent);
        (binary, file, reference)
    });
    let as_document = state.faults.on(|kind| {
        kind == FaultKind::File {
            how: FileFault::Document,
        }
    });
    if let Some((binary, file, reference)) = &file {
        let mut reference = reference.clone();
        let on = |how| state.faults.on(|kind| kind == FaultKind::File { how });
        if on(FileFault::Inline) {
            reference["data"] = json!(data_encoding::BASE64.encode(&file.data));
            if let Some(reference) = reference.as_object_mut() {
                reference.remove("url");
            }
        }
        if on(FileFault::Presigned) {
            let origin = base.trim_end_matches("/fhir");
            reference["url"] = json!(format!("{origin}/storage/{binary}?signature=valid"));
        }
        if !as_document {
            message.attachment = Some(reference);
        }
    }
    message.header = Some(&parent);
    let mut record = message.record(base, person, Some(header), None);
    if let Some((binary, file, _)) = file {
        if as_document {
            record.rewrite(|body| {
                let document = json!({ "reference": format!("DocumentReference/{binary}"), "display": "report.pdf" });
                if let Some(payload) = body["payload"].as_array_mut() {
                    payload.push(json!({ "contentReference": document }));
                }
            });
        }
        state.store.attachments.insert(binary, file);
    }
    if letter.ago > 0 {
        record.send_at(sent - letter.ago);
    }
    if let Some(draft) = letter.draft {
        record.keep_back(draft);
    }
    if state.faults.on(|kind| kind == FaultKind::Subjectless) {
        record.subjectless = true;
        record.rewrite(|body| {
            if let Some(body) = body.as_object_mut() {
                body.remove("subject");
            }
        });
    }
    let late = state.faults.find(|kind| match kind {
        FaultKind::Late { seconds, every } => Some((seconds, every)),
        _ => None,
    });
    if let Some((seconds, every)) = late
        && state.store.len().is_multiple_of(every.max(1))
    {
        record.found_from = now + Millis::from(seconds) * 1000;
    }
    let copies = state.faults.on(|kind| kind == FaultKind::Copies);
    let copy = copies.then(|| record.clone());
    let new = state.store.insert(record);
    if let Some(mut copy) = copy {
        // For the care team, which has no record here.
        copy.copy_of = Some(new);
        copy.id = state.entropy.id();
        let id = json!(copy.id);
        copy.rewrite(|body| {
            body["id"] = id;
            body["recipient"] = json!([{ "type": "CareTeam", "display": "Care team" }]);
        });
        state.store.insert(copy);
    }
    new
}

/// One message of each person breaks the pages that it is on: the one in the middle of the last twenty.
pub(crate) fn poison(state: &mut State) {
    for person in 0..state.people.len() {
        let timeline = state.store.timeline(person).iter().rev().take(20);
        let messages = timeline.filter(|&&index| !state.store.record(index).text.is_empty());
        let messages: Vec<u32> = messages.copied().collect();
        if let Some(&index) = messages.get(messages.len() / 2) {
            state.store.record_mut(index).poisoned = true;
        }
    }
}

/// An older chart comes to light: its messages keep their subject and the time of their last change.
pub(crate) fn merge(state: &mut State, person: usize, now: Millis) {
    let old = format!("pt-{}", state.entropy.id());
    let them = &mut state.people[person];
    if them.old_patient.is_some() {
        return;
    }
    them.old_patient = Some(old.clone());
    let (own, user) = (them.patient.clone(), them.user.clone());
    let mut header = None;
    for n in 0..4 {
        let letter = NewLetter {
            header,
            text: format!("A letter {n} to {user} that was filed in the older chart"),
            topic: Some(format!("The older chart of {user}")),
            ago: 0,
            draft: None,
            file: None,
        };
        let new = new_message(state, "", person, letter, now - YEARS + n * DAY);
        header = state.store.record(new).header;
        for index in header.into_iter().chain([new]) {
            let record = state.store.record_mut(index);
            record.body = record.body.replace(&own, &old);
            record.old_chart = true;
            record.found_from = now;
            record.meant.since = now;
            record.meant.quiet = true;
        }
    }
}

/// So many messages at once, all changed in the same millisecond and sent over the last year, as after an import.
pub(crate) fn import(
    state: &mut State,
    base: &str,
    person: usize,
    messages: usize,
    text: &str,
    now: Millis,
) {
    let mut header = None;
    for n in 0..messages {
        if n % 10 == 0 {
            header = None;
        }
        let letter = NewLetter {
            header,
            text: format!("{text} {n}"),
            topic: Some(format!("{text}, {}", n / 10)),
            ago: (messages - n) as Millis * YEARS / 2 / messages as Millis,
            draft: None,
            file: None,
        };
        let new = new_message(state, base, person, letter, now);
        header = state.store.record(new).header;
    }
}

/// Gives each person one record that is not clearly theirs, changed just now.
pub(crate) fn add_strays(state: &mut State, stray: Stray, now: Millis) {
    let last = state.people.len() - 1;
    for person in 0..state.people.len() {
        if !state.people[person].signs_in() {
            continue;
        }
        let (subject, text) = match stray {
            // Written to this person about another patient.
            Stray::Misfiled => (
                Some(&state.people[last]),
                "The results of your examination are ready: please call us about the next steps.",
            ),
            Stray::NoSubject => (
                None,
                "Our opening hours change next month: we are there from eight to six on weekdays.",
            ),
            Stray::NamesAnother => (
                None,
                "The two of you can come together: your appointments follow each other.",
            ),
        };
        let draft = Draft {
            id: state.entropy.id(),
            subject,
            header: None,
            from: Party::Staff("Linden Clinic, reception"),
            to: Party::of(&state.people[person]),
            category: "notification",
            topic: "A message from your clinic",
            text: text.to_owned(),
            attachment: None,
            sent: now - 1_200,
        };
        let mut record = draft.record("", person, None, Some(stray));
        if stray == Stray::NamesAnother {
            let about = format!(
                ",\"about\":[{{\"reference\":\"Patient/{}\"}}]}}",
                state.people[last].patient
            );
            record.body.pop();
            record.body.push_str(&about);
        }
        state.store.insert(record);
    }
}

/// Gives each person's newest message a new version that must not be shown as before.
pub(crate) fn amend(state: &mut State, how: Amendment, now: Millis) {
    let another = state.people[state.people.len() - 1].patient.clone();
    for person in 0..state.people.len() {
        let timeline = state.store.timeline(person).iter().rev().copied();
        let newest = timeline.into_iter().find(|&index| {
            let record = state.store.record(index);
            record.stray.is_none() && !record.text.is_empty()
        });
        let Some(newest) = newest.filter(|_| state.people[person].patient != another) else {
            continue;
        };
        let them = json!({ "reference": format!("Patient/{another}") });
        state.store.amend(newest, now, |body| match how {
            Amendment::Readdressed => {
                body["subject"] = them;
                body["recipient"] =
                    json!([{ "reference": format!("Patient/{}", state.people[person].patient) }]);
            }
            Amendment::ReaddressedAway => {
                body["subject"] = them.clone();
                body["recipient"] = json!([them]);
                body["sender"] = json!({ "type": "Practitioner", "display": "Reception" });
            }
            Amendment::Emptied => {
                body["status"] = json!("entered-in-error");
                if let Some(body) = body.as_object_mut() {
                    body.remove("payload");
                    body.remove("partOf");
                }
            }
        });
    }
}
