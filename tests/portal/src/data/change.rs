//! What becomes of a message after it was written.

use serde::Deserialize;
use serde_json::json;

use super::Shown;
use crate::PortalError;
use crate::clock::{self, Millis};
use crate::fault::{FaultKind, Threading};
use crate::instance::State;

/// What becomes of a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "as", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// It says something else.
    Edited {
        /// What.
        to: String,
    },
    /// A new version that says the same.
    Touched,
    /// It belongs to the conversation of another message.
    Moved {
        /// The text of one of that conversation.
        beside: String,
    },
    /// It was sent earlier than was said.
    Redated {
        /// By how much.
        seconds: u64,
        /// With a new version, but without a later time of the last change.
        #[serde(default)]
        quietly: bool,
    },
    /// It is an error (`entered-in-error`, without its text).
    Retracted,
    /// It is sent after all: what was kept back or retracted.
    Released,
    /// It is somebody else's, who has an account here; its old owner gets 404.
    Readdressed {
        /// Whose.
        to: String,
    },
    /// It is gone.
    Deleted,
}

/// Changes the record of a person's message.
pub(crate) fn change(
    state: &mut State,
    base: &str,
    index: u32,
    change: Change,
    now: Millis,
) -> Result<(), PortalError> {
    match change {
        Change::Edited { to } => {
            let copies = state.store.copies(index);
            for index in copies {
                let payload = json!([{ "contentString": to }]);
                state
                    .store
                    .amend(index, now, |body| body["payload"] = payload);
                let record = state.store.record_mut(index);
                record.text.clone_from(&to);
                record.meant.quiet = false;
            }
        }
        Change::Touched => state.store.amend(index, now, |_| ()),
        Change::Moved { beside } => {
            let person = state.store.record(index).person;
            let other = only(&state.store.containing(Some(person), &beside), &beside)?;
            let target = state.store.record(other).conversation(other);
            let parent = state.store.record(target).id.clone();
            let threading = state.faults.find(|kind| match kind {
                FaultKind::Threading { how } => Some(how),
                _ => None,
            });
            if threading == Some(Threading::Answers) {
                let text = "there are no threads where messages only answer each other";
                return Err(PortalError::Command(text.to_owned()));
            }
            // What hangs on it goes along.
            let along = state.store.hanging_on(index, |record| match threading {
                Some(Threading::FirstMessage) => record.first.or(record.header),
                _ => record.header,
            });
            if target == index || along.contains(&target) || along.contains(&other) {
                return Ok(());
            }
            for index in along {
                state.store.record_mut(index).header = Some(target);
            }
            for index in state.store.copies(index) {
                state.store.amend(index, now, |body| {
                    body["partOf"] = json!([{ "reference": format!("Communication/{parent}") }]);
                    if let Some(body) = body.as_object_mut() {
                        body.remove("inResponseTo");
                    }
                });
                let (first, follows) = state.store.join(Some(target), index);
                let record = state.store.record_mut(index);
                record.header = Some(target);
                (record.first, record.follows) = (first, follows);
                record.meant.quiet = false;
            }
        }
        Change::Redated { seconds, quietly } => {
            let back = seconds.min(1 << 40) as Millis * 1000;
            let sent = state.store.record(index).meant.sent - back;
            let redate = |body: &mut serde_json::Value| {
                body["sent"] = json!(clock::instant(sent));
                body["received"] = json!(clock::instant(sent + 1_000));
            };
            for index in state.store.copies(index) {
                if quietly {
                    state.store.correct(index, now, redate);
                } else {
                    state.store.amend(index, now, redate);
                    state.store.record_mut(index).meant.quiet = false;
                }
                state.store.record_mut(index).meant.sent = sent;
            }
        }
        Change::Retracted => {
            for index in state.store.copies(index) {
                state.store.amend(index, now, |body| {
                    body["status"] = json!("entered-in-error");
                    if let Some(body) = body.as_object_mut() {
                        body.remove("payload");
                    }
                });
                let record = state.store.record_mut(index);
                record.meant.shown = Shown::No;
                record.meant.quiet = false;
            }
        }
        Change::Released => {
            for index in state.store.copies(index) {
                let payload = json!([{ "contentString": state.store.record(index).text }]);
                state.store.amend(index, now, |body| {
                    body["status"] = json!("completed");
                    body["payload"] = payload;
                });
                let record = state.store.record_mut(index);
                record.meant.shown = Shown::Yes;
                record.meant.quiet = false;
            }
        }
        Change::Readdressed { to } => {
            let person = state.person(&to)?;
            let them = &state.people[person];
            let reference = json!({
                "reference": format!("Patient/{}", them.patient), "display": them.name.full(),
            });
            let _ = base;
            for index in state.store.copies(index) {
                let outgoing = state.store.record(index).meant.outgoing;
                state.store.amend(index, now, |body| {
                    body["subject"] = reference.clone();
                    let whom = if outgoing { "sender" } else { "recipient" };
                    body[whom] = match outgoing {
                        true => reference.clone(),
                        false => json!([reference]),
                    };
                    if let Some(body) = body.as_object_mut() {
                        body.remove("partOf");
                        body.remove("inResponseTo");
                    }
                });
                state.store.give(index, person);
                // Its old owner's searches do not find it any more.
                state.store.record_mut(index).meant.quiet = true;
            }
        }
        Change::Deleted => {
            for index in state.store.copies(index) {
                state.store.delete(index, now);
            }
        }
    }
    Ok(())
}

/// The one record that is meant by a text.
pub(crate) fn only(found: &[u32], text: &str) -> Result<u32, PortalError> {
    match found {
        &[one] => Ok(one),
        [] => Err(PortalError::Command(format!("no message says {text:?}"))),
        _ => Err(PortalError::Command(format!(
            "several messages say {text:?}"
        ))),
    }
}
