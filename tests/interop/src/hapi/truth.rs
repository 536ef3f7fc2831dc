//! What the server holds, compared with what the app shows: message for message.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use jiff::Timestamp;
use pericard::{Account, DatePrecision, MessageState};
use serde_json::Value;

use super::Hapi;
use crate::app::inbox;
use crate::people::Person;
use crate::trouble::{Result, expect};

/// What is compared of a message. Each has words of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    words: String,
    from: String,
    outgoing: bool,
    /// As the server writes it, for moments.
    sent: Option<SystemTime>,
}

/// Messages by the conversation that they are in.
type Threads = BTreeSet<BTreeSet<Seen>>;

/// Fails unless the account shows the person's messages as the server holds them; how many there are.
pub(crate) async fn compare(account: &Account, hapi: &Hapi, person: &Person) -> Result<usize> {
    let held = hapi.messages(person.patient).await?;
    let wanted = at_the_server(&held, person);
    let shown = on_the_device(account).await?;
    let flat =
        |threads: &Threads| -> BTreeSet<Seen> { threads.iter().flatten().cloned().collect() };
    let (all_wanted, all_shown) = (flat(&wanted), flat(&shown));
    let missing: Vec<_> = all_wanted.difference(&all_shown).collect();
    let surplus: Vec<_> = all_shown.difference(&all_wanted).collect();
    expect(missing.is_empty() && surplus.is_empty(), || {
        format!(
            "{} missing: {:?}; {} that the server does not hold so: {:?}",
            missing.len(),
            missing.iter().take(3).collect::<Vec<_>>(),
            surplus.len(),
            surplus.iter().take(3).collect::<Vec<_>>(),
        )
    })?;
    let doubled = shown.iter().map(BTreeSet::len).sum::<usize>() - all_shown.len();
    expect(doubled == 0, || format!("{doubled} are shown twice"))?;
    let apart = wanted.difference(&shown).next();
    expect(wanted == shown, || {
        let words: Vec<_> = apart.into_iter().flatten().map(|it| &it.words).collect();
        format!("a conversation that is shown otherwise: {words:?}")
    })?;
    Ok(all_shown.len())
}

async fn on_the_device(account: &Account) -> Result<Threads> {
    let mut threads = Threads::new();
    let mut whole = inbox(account).await?;
    whole.retain(|messages| !messages.is_empty());
    for messages in whole {
        let seen = messages.into_iter().map(|it| {
            let known = it.precision == DatePrecision::Instant;
            let settled = matches!(it.state, MessageState::Received | MessageState::Sent);
            Seen {
                words: if settled {
                    it.text
                } else {
                    format!("{} [{:?}]", it.text, it.state)
                },
                from: if it.outgoing { String::new() } else { it.from },
                outgoing: it.outgoing,
                sent: known.then_some(it.at),
            }
        });
        threads.insert(seen.collect());
    }
    Ok(threads)
}

fn at_the_server(records: &[Value], person: &Person) -> Threads {
    let mut groups = Groups::default();
    for record in records {
        let id = record["id"].as_str().unwrap_or_default();
        for name in ["partOf", "inResponseTo"] {
            for other in record[name].as_array().into_iter().flatten() {
                let other = other["reference"].as_str().unwrap_or_default();
                let other = other.strip_prefix("Communication/").unwrap_or(other);
                groups.tie(id, other);
            }
        }
    }
    let mut threads: BTreeMap<String, BTreeSet<Seen>> = BTreeMap::new();
    for record in records.iter().filter(|it| shows(it, person)) {
        let group = groups.of(record["id"].as_str().unwrap_or_default());
        threads
            .entry(group)
            .or_default()
            .insert(seen(record, person));
    }
    threads.into_values().collect()
}

/// Whether the person is to see it: about them, or about nobody and concerning no other patient.
fn shows(record: &Value, person: &Person) -> bool {
    let own = format!("Patient/{}", person.patient);
    let patient = |it: &Value| it["reference"].as_str().map(str::to_owned);
    let others = [&record["sender"]].into_iter();
    let others = others.chain(record["recipient"].as_array().into_iter().flatten());
    let only_own = others
        .filter_map(patient)
        .all(|it| it == own || !it.starts_with("Patient/"));
    let about = match &record["subject"] {
        Value::Null => only_own,
        subject => patient(subject) == Some(own),
    };
    let status = record["status"].as_str().unwrap_or_default();
    about && !["preparation", "entered-in-error"].contains(&status) && record["payload"].is_array()
}

fn seen(record: &Value, person: &Person) -> Seen {
    let sender = &record["sender"];
    let reference = sender["reference"].as_str().unwrap_or_default();
    let outgoing = reference == format!("Patient/{}", person.patient);
    let from = match (sender["display"].as_str(), reference) {
        // "You", whatever the portal writes.
        _ if outgoing => "",
        (Some(name), _) => name,
        (None, "Practitioner/dr-voss") => "Dr Mara Voss",
        (None, _) => "",
    };
    // Undated: when it came.
    let sent = record["sent"]
        .as_str()
        .or(record["meta"]["lastUpdated"].as_str());
    let sent = sent.filter(|it| it.contains('T'));
    let sent = sent.and_then(|it| it.parse::<Timestamp>().ok());
    Seen {
        words: record["payload"][0]["contentString"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        from: from.to_owned(),
        outgoing,
        sent: sent.map(SystemTime::from),
    }
}

/// Who belongs together.
#[derive(Default)]
struct Groups(BTreeMap<String, String>);

impl Groups {
    fn of(&self, id: &str) -> String {
        match self.0.get(id) {
            Some(other) if other != id => self.of(other),
            _ => id.to_owned(),
        }
    }

    fn tie(&mut self, one: &str, other: &str) {
        let (one, other) = (self.of(one), self.of(other));
        self.0.insert(one, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::ANA;
    use serde_json::json;

    #[test]
    fn ties_reach_through_others() {
        let mut groups = Groups::default();
        groups.tie("a", "b");
        groups.tie("c", "d");
        assert_ne!(groups.of("a"), groups.of("c"));
        groups.tie("d", "a");
        assert_eq!(groups.of("b"), groups.of("c"));
    }

    #[test]
    fn what_concerns_another_patient_is_not_to_be_shown() {
        let to = |subject: Value, recipient: &str| {
            json!({
                "status": "completed", "subject": subject, "payload": [],
                "recipient": [{ "reference": recipient }],
            })
        };
        let ana = json!({ "reference": "Patient/p-ana" });
        assert!(shows(&to(ana, "Patient/p-ben"), &ANA));
        assert!(shows(&to(Value::Null, "Patient/p-ana"), &ANA));
        assert!(!shows(&to(Value::Null, "Patient/p-ben"), &ANA));
        let ben = json!({ "reference": "Patient/p-ben" });
        assert!(!shows(&to(ben, "Patient/p-ana"), &ANA));
    }
}
