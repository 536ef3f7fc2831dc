//! A correspondence of any size within a second, for whoever measures: a few hundred letters, over and over, each with its
//! number. Texts, threads, dates and ids come from the seed as always.

use super::letters;
use super::population::{DAY, MINUTE, YEARS, lengths};
use super::{Draft, Party, Person, Record, Store};
use crate::PersonSpec;
use crate::clock::{self, Millis};
use crate::entropy::Entropy;

/// Letters that are written out.
const POOL: usize = 300;

/// Fills the store with a person's messages.
pub(crate) fn fill(
    store: &mut Store,
    entropy: &mut Entropy,
    base: &str,
    index: usize,
    person: &mut Person,
    size: &PersonSpec,
    now: Millis,
) {
    let begin = now - YEARS;
    let mut at = begin;
    let mut pace = |_: &mut Entropy, _: usize, _: bool| {
        at += MINUTE;
        at
    };
    let pool = letters::conversation(
        entropy,
        person,
        POOL.min(size.messages.max(1)),
        begin,
        &mut pace,
    );
    let mut newest = Vec::new();
    let mut number = 0_usize;
    for messages in lengths(entropy, size.threads, size.messages) {
        let begin = now - entropy.between(2 * DAY, YEARS);
        let step = (now - DAY - begin) / (messages as Millis + 1);
        let topic = format!("{} {}", pool.topic, newest.len());
        let draft = |id: String, header: Option<&str>, by_patient: bool, text: String, sent| {
            let (patient, clinic) = (Party::of(person), Party::Staff(&pool.correspondent));
            let (from, to) = if by_patient {
                (patient, clinic)
            } else {
                (clinic, patient)
            };
            let draft = Draft {
                id,
                subject: Some(person),
                header,
                from,
                to,
                category: pool.category,
                topic: &topic,
                text,
                attachment: None,
                sent,
            };
            draft.record(base, index, None, None)
        };
        let id = entropy.id();
        let header = store.append(draft(id.clone(), None, false, String::new(), begin));
        // Putting a resource together costs far more than filling in what differs.
        let model = |by_patient| draft("@id@".into(), Some(&id), by_patient, "@text@".into(), 0);
        let models = [model(false), model(true)];
        let mut sent = begin;
        for _ in 0..messages {
            let letter = &pool.letters[number % pool.letters.len()];
            sent += step.max(1);
            number += 1;
            let model = &models[usize::from(letter.by_patient)];
            let text = format!("{} ({number})", letter.text);
            store.append(copy(model, header, entropy.id(), text, sent));
        }
        newest.push((sent, header));
    }
    newest.sort_by_key(|&(at, header)| (std::cmp::Reverse(at), header));
    person.threads_at_start = newest.into_iter().map(|(_, header)| header).collect();
}

/// Another message like this one.
fn copy(model: &Record, header: u32, id: String, text: String, sent: Millis) -> Record {
    let quoted = serde_json::Value::from(text.as_str()).to_string();
    let stamps =
        [0, 1_000, 1_200].map(|later| (clock::instant(later), clock::instant(sent + later)));
    let mut body = model
        .body
        .replace("\"@text@\"", &quoted)
        .replace("@id@", &id);
    for (before, now) in stamps {
        body = body.replace(&before, &now);
    }
    let mut record = Record {
        identifiers: model
            .identifiers
            .iter()
            .map(|(system, _)| (system.clone(), id.clone()))
            .collect(),
        id,
        updated: sent + 1_200,
        header: Some(header),
        text,
        body,
        ..model.clone()
    };
    record.meant.sent = sent;
    record.meant.since = sent + 1_200;
    record
}
