//! Communications as FHIR resources.

use serde_json::{Value, json};

use super::store::{Meant, Record, Shown, Stray};
use super::{Name, Person};
use crate::clock::{self, Millis};

/// What the portal's own identifiers of Communications hang below: `{base}/ids/communication`.
const IDENTIFIERS: &str = "ids/communication";

/// Who writes or reads.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Party<'a> {
    Patient {
        id: &'a str,
        name: &'a Name,
    },
    /// Somebody who acts for a patient.
    Related {
        id: &'a str,
        name: &'a Name,
    },
    /// Somebody at the clinic, who has no resource of their own here.
    Staff(&'a str),
}

impl<'a> Party<'a> {
    pub(crate) fn of(person: &'a Person) -> Self {
        Self::Patient {
            id: &person.patient,
            name: &person.name,
        }
    }

    /// What they are called.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Patient { name, .. } | Self::Related { name, .. } => name.full(),
            Self::Staff(display) => display.to_owned(),
        }
    }

    pub(crate) fn reference(self) -> Value {
        match self {
            Self::Patient { id, name } => {
                json!({ "reference": format!("Patient/{id}"), "display": name.full() })
            }
            Self::Related { id, name } => {
                json!({ "reference": format!("RelatedPerson/{id}"), "display": name.full() })
            }
            Self::Staff(display) => json!({ "type": "Practitioner", "display": display }),
        }
    }
}

/// Why a message is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotSent {
    /// It is being written.
    Preparation,
    /// It will not be.
    NotDone,
}

impl Record {
    /// Changes the body, not when it was changed.
    pub(crate) fn rewrite(&mut self, change: impl FnOnce(&mut Value)) {
        let mut body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        change(&mut body);
        self.body = body.to_string();
    }

    /// Sent at another time than it was changed.
    pub(crate) fn send_at(&mut self, sent: Millis) {
        self.meant.sent = sent;
        self.rewrite(|body| {
            body["sent"] = json!(clock::instant(sent));
            body["received"] = json!(clock::instant(sent + 1_000));
        });
    }

    /// Not sent (yet).
    pub(crate) fn keep_back(&mut self, why: NotSent) {
        let status = match why {
            NotSent::Preparation => "preparation",
            NotSent::NotDone => "not-done",
        };
        self.meant.shown = match why {
            NotSent::Preparation => Shown::No,
            // FHIR leaves open whether what did not happen is shown.
            NotSent::NotDone => Shown::Either,
        };
        self.rewrite(|body| body["status"] = json!(status));
    }
}

/// A Communication before it has a place in the store.
pub(crate) struct Draft<'a> {
    pub(crate) id: String,
    pub(crate) subject: Option<&'a Person>,
    pub(crate) header: Option<&'a str>,
    pub(crate) from: Party<'a>,
    pub(crate) to: Party<'a>,
    pub(crate) category: &'a str,
    pub(crate) topic: &'a str,
    /// Empty for a header.
    pub(crate) text: String,
    pub(crate) attachment: Option<Value>,
    pub(crate) sent: Millis,
}

impl Draft<'_> {
    /// The record, found by `person`; its change is as long after sending as real servers take.
    pub(crate) fn record(
        self,
        base: &str,
        person: usize,
        header: Option<u32>,
        stray: Option<Stray>,
    ) -> Record {
        let received = self.sent + 1_000;
        let updated = self.sent + 1_200;
        let system = format!("{base}/{IDENTIFIERS}");
        let mut body = json!({
            "resourceType": "Communication",
            "id": self.id,
            "meta": { "versionId": "1", "lastUpdated": clock::instant(updated) },
            "identifier": [{ "system": system, "value": self.id }],
            "status": "completed",
            "category": [{ "text": self.category }],
            "topic": { "text": self.topic },
            "sent": clock::instant(self.sent),
            "received": clock::instant(received),
            "recipient": [self.to.reference()],
            "sender": self.from.reference(),
        });
        if let Some(subject) = self.subject {
            body["subject"] = Party::of(subject).reference();
        }
        if let Some(header) = self.header {
            body["partOf"] = json!([{ "reference": format!("Communication/{header}") }]);
        }
        if !self.text.is_empty() {
            let mut payload = vec![json!({ "contentString": self.text })];
            if let Some(attachment) = self.attachment {
                payload.push(json!({ "contentAttachment": attachment }));
            }
            body["payload"] = Value::Array(payload);
        }
        Record {
            identifiers: vec![(system, self.id.clone())],
            id: self.id,
            updated,
            person,
            header,
            follows: None,
            first: None,
            text: self.text,
            body: body.to_string(),
            version: 1,
            deleted: false,
            stray,
            meant: Meant {
                from: self.from.name(),
                outgoing: !matches!(self.from, Party::Staff(_)),
                topic: self.topic.to_owned(),
                sent: self.sent,
                shown: Shown::Yes,
                since: updated,
                quiet: false,
            },
            found_from: 0,
            old_chart: false,
            copy_of: None,
            subjectless: false,
            poisoned: false,
            taken_from: None,
            before: Vec::new(),
        }
    }
}
