//! What the server is filled with: some hundreds of messages, written as different systems write them.

use serde_json::{Value, json};

use super::Hapi;
use crate::people::{ANA, BEN, Person};
use crate::trouble::Result;

/// Messages of one transaction: all of them were last changed at the same moment.
const IMPORTED: usize = 300;
/// Messages that were written one by one.
const WRITTEN: usize = 40;
/// Conversations with a head; the others are answers to answers, or stand alone.
const HEADS: usize = 12;
const CHAINS: usize = 10;
/// Heads that say nothing themselves, and so are no messages.
const QUIET: usize = 4;
/// How many of all these the person sees, besides the odd ones below.
pub(crate) const FIRST_LOAD: usize = IMPORTED + WRITTEN;

/// A message as a system writes it.
#[derive(Debug, Clone)]
pub(crate) struct Letter(Value);

impl Letter {
    /// To `person`, from the clinic.
    pub(crate) fn to(person: &Person, words: &str) -> Self {
        let patient = format!("Patient/{}", person.patient);
        Self(json!({
            "resourceType": "Communication",
            "status": "completed",
            "subject": { "reference": patient },
            "recipient": [{ "reference": patient }],
            "sender": { "display": "Linden Clinic" },
            "sent": "2026-03-01T09:00:00Z",
            "payload": [{ "contentString": words }],
        }))
    }

    pub(crate) fn id(self, id: &str) -> Self {
        self.with("id", id.into())
    }

    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.0[name] = value;
        self
    }

    fn without(mut self, name: &str) -> Self {
        if let Some(members) = self.0.as_object_mut() {
            members.remove(name);
        }
        self
    }

    pub(crate) fn part_of(self, id: &str) -> Self {
        self.with(
            "partOf",
            json!([{ "reference": format!("Communication/{id}") }]),
        )
    }

    pub(crate) fn answers(self, id: &str) -> Self {
        let reference = format!("Communication/{id}");
        self.with("inResponseTo", json!([{ "reference": reference }]))
    }

    pub(crate) fn sent(self, n: usize) -> Self {
        let sent = format!(
            "2026-02-{:02}T{:02}:{:02}:00+01:00",
            1 + n / 60 % 28,
            8 + n % 10,
            n % 60
        );
        self.with("sent", sent.into())
    }

    pub(crate) fn json(&self) -> &Value {
        &self.0
    }

    /// As an entry of a transaction, under its id.
    pub(crate) fn entry(&self) -> Value {
        let id = self.0["id"].as_str().unwrap_or_default();
        let kind = self.0["resourceType"].as_str().unwrap_or_default();
        json!({ "resource": self.0, "request": { "method": "PUT", "url": format!("{kind}/{id}") } })
    }
}

/// Fills the server. `gateway` is the base that the app knows, which some systems write into references.
pub(crate) async fn fill(hapi: &Hapi, gateway: &str) -> Result {
    let mut people: Vec<Value> = [ANA, BEN].iter().map(patient).collect();
    people.push(json!({
        "resource": {
            "resourceType": "Practitioner", "id": "dr-voss",
            "name": [{ "family": "Voss", "given": ["Mara"], "prefix": ["Dr"] }],
        },
        "request": { "method": "PUT", "url": "Practitioner/dr-voss" },
    }));
    hapi.transaction(people).await?;
    hapi.transaction((0..IMPORTED).map(|n| imported(n).entry()).collect())
        .await?;
    hapi.transaction((0..QUIET).map(head).collect()).await?;
    for n in 0..WRITTEN {
        let letter = Letter::to(&ANA, &format!("Written note {n} about the next visit."))
            .sent(1000 + n)
            .part_of(&format!("quiet-{}", n % QUIET));
        hapi.create(letter.json()).await?;
    }
    for letter in odd(gateway) {
        hapi.put(letter.json()).await?;
    }
    Ok(())
}

fn patient(person: &Person) -> Value {
    let (given, family) = person.name.split_once(' ').unwrap_or((person.name, ""));
    json!({
        "resource": {
            "resourceType": "Patient", "id": person.patient,
            "name": [{ "use": "official", "family": family, "given": [given] }],
        },
        "request": { "method": "PUT", "url": format!("Patient/{}", person.patient) },
    })
}

fn head(n: usize) -> Value {
    let letter = Letter::to(&ANA, "").without("payload");
    letter.id(&format!("quiet-{n}")).entry()
}

/// Message `n` of the import: a head, a part, an answer, or one that stands alone.
fn imported(n: usize) -> Letter {
    let letter = Letter::to(
        &ANA,
        &format!("Imported letter {n}: your values are as they should be."),
    )
    .id(&format!("in-{n}"))
    .sent(n);
    match n {
        _ if n < HEADS => letter.with("topic", json!({ "text": format!("Matter {n}") })),
        _ if n < HEADS + CHAINS => letter,
        _ if n.is_multiple_of(3) => letter.part_of(&format!("in-{}", n % HEADS)),
        _ if n % 3 == 1 && n > HEADS + 2 * CHAINS => {
            letter.answers(&format!("in-{}", n - CHAINS * 3))
        }
        _ if n % 3 == 1 => letter.answers(&format!("in-{}", HEADS + n % CHAINS)),
        _ => letter,
    }
}

/// Subjects, senders and dates as they are met.
fn odd(gateway: &str) -> Vec<Letter> {
    let ana = format!("Patient/{}", ANA.patient);
    let ben = format!("Patient/{}", BEN.patient);
    let practitioner = json!({ "reference": "Practitioner/dr-voss" });
    let letter = |id: &str, words: &str| Letter::to(&ANA, words).id(id);
    let named = json!({ "reference": ana, "type": "Patient", "display": "Ana Ruiz" });
    let logical = json!({ "identifier": { "system": "urn:clinic:mrn", "value": "4711" } });
    vec![
        letter("odd-typed", "A subject with type and name.").with("subject", named),
        letter("odd-absolute", "A subject with the whole address.").with(
            "subject",
            json!({ "reference": format!("{gateway}/{ana}") }),
        ),
        letter("odd-version", "A subject in one version of it.").with(
            "subject",
            json!({ "reference": format!("{ana}/_history/1") }),
        ),
        letter("odd-nobody", "No subject; the person is the recipient.")
            .without("subject")
            .with("sender", practitioner.clone()),
        letter("odd-sender", "A sender without a name beside it.").with("sender", practitioner),
        letter("odd-own", "Written by the person elsewhere.")
            .with("sender", json!({ "reference": ana }))
            .with("recipient", json!([{ "display": "Linden Clinic" }])),
        letter("odd-day", "Sent on a day without a time.").with("sent", "2026-01-17".into()),
        letter("odd-month", "Sent in a month without a day.").with("sent", "2025-11".into()),
        letter("odd-undated", "Not dated at all.").without("sent"),
        letter("odd-error", "Entered in error.").with("status", "entered-in-error".into()),
        letter("odd-draft", "In preparation.").with("status", "preparation".into()),
        // Not the person's, or not known to be: none of these may be shown.
        letter("odd-logical", "A subject known by a number only.").with("subject", logical),
        letter("odd-ben", "About Ben, with a copy to Ana.")
            .with("subject", json!({ "reference": ben })),
        Letter::to(&BEN, "For Ben alone.").id("odd-ben-alone"),
    ]
}
