//! What a test may change in a running portal, and what it may ask.
//!
//! A command is a JSON object with one key; a fault is flat. What is not understood is an error with a
//! sentence, and changes nothing.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::clock;
use crate::data::{Change, DocumentChange, NewFile, NotSent, Stray};
use crate::fault::{Fault, FaultKind};
use crate::instance::{Instance, State};
use crate::policy::Decision;
use crate::{PortalError, ProxyAccess, Withdrawal, data};

/// One command.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
#[non_exhaustive]
pub enum Command {
    /// Turns a fault on.
    Fault(Fault),
    /// Turns all faults off.
    NoFault,
    /// Kills every token of a person.
    Revoke(String),
    /// Somebody at the clinic writes to a person.
    NewMessage {
        /// To whom.
        who: String,
        /// In the n-th newest thread as of the start; a new one if not given.
        thread: Option<usize>,
        /// What.
        text: String,
        /// What a new thread is about.
        subject: Option<String>,
        /// In the thread of the message with this text, in place of `thread`.
        beside: Option<String>,
        /// How many seconds ago it was sent; it is changed now in any case.
        ago: u64,
        /// Why it is not sent.
        status: Option<NotSent>,
        /// A file that comes with it.
        file: Option<NewFile>,
    },
    /// A laboratory gives out a record, or another version of it. An attachment of its `presentedForm` with the member `text` is
    /// a file with that content. As it is otherwise, but for its version and, where it has no
    /// `subject`, the person. With `null` for a subject it has none.
    Lab {
        /// Whose searches find it.
        who: String,
        /// The resource; of one that is there, only `id` and `resourceType` with `deleted` take it away.
        resource: Value,
    },
    /// Many messages at once, changed in the same millisecond and sent over the last year.
    Import {
        /// To whom.
        who: String,
        /// How many.
        messages: usize,
        /// What; each with its number.
        text: String,
    },
    /// Something becomes of the one message of a person that is or contains the text.
    Change {
        /// Whose.
        who: String,
        /// Which.
        text: String,
        /// What.
        change: Change,
    },
    /// An older chart of a person's, with a conversation of two years ago, is merged into the one of today: each names the
    /// other, and the messages stay where they are.
    MergeChart(String),
    /// Deletes the one message of a person that is or contains the text.
    DeleteMessage {
        /// Whose.
        who: String,
        /// Which.
        text: String,
    },
    /// The clinic decides what apps may do; nothing takes the policy away.
    Policy(Option<Box<Decision>>),
    /// Takes somebody's access to a patient's record away.
    WithdrawProxy {
        /// Who acted.
        of: String,
        /// For whom.
        patient: String,
        /// What becomes of it.
        how: Withdrawal,
    },
    /// Lets somebody act for a patient from now on.
    GrantProxy {
        /// Who acts.
        of: String,
        /// For whom.
        patient: String,
        /// What they may do.
        access: ProxyAccess,
    },
    /// Signs id tokens with a new key from now on, and publishes only that.
    RotateKeys,
    /// Moves this portal's clock.
    AdvanceSeconds(u64),
    /// Something becomes of a document of a person.
    ChangeDocument {
        /// Whose.
        who: String,
        /// The n-th, the newest first as of the start.
        document: usize,
        /// What.
        change: DocumentChange,
        /// Of how many bytes the file is that replaces its own.
        bytes: usize,
    },
    /// How many messages are or contain a text, over all people.
    CountMessages(String),
    /// How many files of so many bytes there are.
    CountFiles(usize),
    /// How many requests came since the last such question, if given only those whose path contains it.
    Requests(Option<String>),
    /// How many revocation requests were accepted.
    Revocations,
    /// What second factor a person has enrolled now.
    Totp(String),
    /// How many families of tokens of a person could still be used.
    Sessions(String),
    /// Forgets every client that registered itself.
    EndRegistrations,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// It is done.
    Done,
    /// The resource concerned.
    Id(String),
    /// So many.
    Count(u64),
    /// The portal's time, as a FHIR instant.
    Now(String),
    /// A second factor; neither secret nor URI if there is none.
    Totp {
        /// In base32.
        secret: Option<String>,
        /// The same as an `otpauth://` URI.
        otpauth: Option<String>,
        /// Not used yet.
        recovery_codes_left: usize,
    },
}

impl Answer {
    /// As over HTTP.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Done => json!({}),
            Self::Id(id) => json!({ "id": id }),
            Self::Count(count) => json!({ "count": count }),
            Self::Now(now) => json!({ "now": now }),
            Self::Totp {
                secret,
                otpauth,
                recovery_codes_left,
            } => json!({
                "secret": secret,
                "otpauth": otpauth,
                "recovery_codes_left": recovery_codes_left,
            }),
        }
    }

    /// The number, if it is one.
    pub fn count(&self) -> Option<u64> {
        match self {
            Self::Count(count) => Some(*count),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMessage {
    who: String,
    thread: Option<usize>,
    text: String,
    subject: Option<String>,
    beside: Option<String>,
    #[serde(default)]
    ago: u64,
    status: Option<NotSent>,
    file: Option<NewFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lab {
    who: String,
    resource: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Import {
    who: String,
    messages: usize,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhoseText {
    who: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithdrawProxy {
    of: String,
    #[serde(rename = "for")]
    patient: String,
    #[serde(default)]
    how: Withdrawal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantProxy {
    of: String,
    #[serde(rename = "for")]
    patient: String,
    #[serde(default)]
    access: ProxyAccess,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeDocument {
    who: String,
    document: usize,
    #[serde(rename = "as")]
    change: DocumentChange,
    #[serde(default = "some_bytes")]
    bytes: usize,
}

fn some_bytes() -> usize {
    4000
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bytes {
    bytes: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Path {
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl TryFrom<Map<String, Value>> for Command {
    type Error = String;

    fn try_from(map: Map<String, Value>) -> Result<Self, String> {
        if let Some(name) = map.get("fault") {
            if name == "none" {
                return match map.len() {
                    1 => Ok(Self::NoFault),
                    _ => Err("fault \"none\" has no other keys".into()),
                };
            }
            return Fault::try_from(map).map(Self::Fault);
        }
        let mut entries = map.into_iter();
        let (Some((key, value)), None) = (entries.next(), entries.next()) else {
            return Err("a command is an object with exactly one key (a fault is flat)".into());
        };
        fn read<T: serde::de::DeserializeOwned>(key: &str, value: Value) -> Result<T, String> {
            serde_json::from_value(value).map_err(|error| format!("{key}: {error}"))
        }
        Ok(match key.as_str() {
            "revoke" => Self::Revoke(read(&key, value)?),
            "new_message" => {
                let new: NewMessage = read(&key, value)?;
                Self::NewMessage {
                    who: new.who,
                    thread: new.thread,
                    text: new.text,
                    subject: new.subject,
                    beside: new.beside,
                    ago: new.ago,
                    status: new.status,
                    file: new.file,
                }
            }
            "lab" => {
                let Lab { who, resource } = read(&key, value)?;
                Self::Lab { who, resource }
            }
            "import" => {
                let Import {
                    who,
                    messages,
                    text,
                } = read(&key, value)?;
                Self::Import {
                    who,
                    messages,
                    text,
                }
            }
            "change" => {
                let mut keys: Map<String, Value> = read(&key, value)?;
                let mut take = |name: &str| match keys.remove(name) {
                    Some(Value::String(text)) => Ok(text),
                    _ => Err(format!("change needs {name:?}")),
                };
                let (who, text) = (take("who")?, take("text")?);
                let change = read(&key, Value::Object(keys))?;
                Self::Change { who, text, change }
            }
            "merge_chart" => Self::MergeChart(read(&key, value)?),
            "delete_message" => {
                let WhoseText { who, text } = read(&key, value)?;
                Self::DeleteMessage { who, text }
            }
            "rotate_keys" => match read(&key, value)? {
                true => Self::RotateKeys,
                false => return Err("rotate_keys can only be true".into()),
            },
            "advance_seconds" => Self::AdvanceSeconds(read(&key, value)?),
            "change_document" => {
                let ChangeDocument {
                    who,
                    document,
                    change,
                    bytes,
                } = read(&key, value)?;
                Self::ChangeDocument {
                    who,
                    document,
                    change,
                    bytes,
                }
            }
            "count_messages" => Self::CountMessages(read::<Text>(&key, value)?.text),
            "count_files" => Self::CountFiles(read::<Bytes>(&key, value)?.bytes),
            "requests" => Self::Requests(read::<Path>(&key, value)?.path),
            "revocations" => {
                let Nothing {} = read(&key, value)?;
                Self::Revocations
            }
            "totp" => Self::Totp(read(&key, value)?),
            "sessions" => Self::Sessions(read(&key, value)?),
            "end_registrations" => match read(&key, value)? {
                true => Self::EndRegistrations,
                false => return Err("end_registrations can only be true".into()),
            },
            "policy" if value == "none" => Self::Policy(None),
            "policy" => Self::Policy(Some(Box::new(read(&key, value)?))),
            "withdraw_proxy" => {
                let WithdrawProxy { of, patient, how } = read(&key, value)?;
                Self::WithdrawProxy { of, patient, how }
            }
            "grant_proxy" => {
                let GrantProxy {
                    of,
                    patient,
                    access,
                } = read(&key, value)?;
                Self::GrantProxy {
                    of,
                    patient,
                    access,
                }
            }
            _ => return Err(format!("{key:?} is no command of this portal")),
        })
    }
}

impl Command {
    pub(crate) fn carry_out(self, instance: &Instance) -> Result<Answer, PortalError> {
        let base = instance.base();
        let state = &mut *instance.state();
        let refuse = |text: String| Err(PortalError::Command(text));
        Ok(match self {
            Self::Fault(fault) => {
                state.set_fault(fault);
                Answer::Done
            }
            Self::NoFault => {
                state.faults.clear();
                state.store.remove_strays();
                state.store.ahead = 0;
                Answer::Done
            }
            Self::Revoke(who) => {
                let person = state.person(&who)?;
                state.grants.revoke_person(person);
                Answer::Done
            }
            Self::NewMessage {
                who,
                thread,
                text,
                subject,
                beside,
                ago,
                status,
                file,
            } => {
                let person = state.person(&who)?;
                let now = state.clock.millis();
                let header = match (thread, beside) {
                    (_, Some(beside)) => {
                        let found = state.store.containing(Some(person), &beside);
                        let other = data::only(&found, &beside)?;
                        Some(state.store.record(other).conversation(other))
                    }
                    (None, None) => None,
                    (Some(n), None) => match state.people[person].threads_at_start.get(n) {
                        Some(&header) => Some(header),
                        None => return refuse(format!("{who} had no thread {n} at the start")),
                    },
                };
                let letter = data::NewLetter {
                    header,
                    text,
                    topic: subject,
                    ago: ago.min(1 << 40) as clock::Millis * 1000,
                    draft: status,
                    file,
                };
                let new = data::new_message(state, &base, person, letter, now);
                Answer::Id(state.store.record(new).id.clone())
            }
            Self::Lab { who, resource } => {
                let person = state.person(&who)?;
                let (patient, now) = (state.people[person].patient.clone(), state.clock.millis());
                state.labs.offered = true;
                let resource = data::with_files(state, person, resource, now);
                state.labs.put(person, &patient, resource, now);
                Answer::Done
            }
            Self::Import {
                who,
                messages,
                text,
            } => {
                let person = state.person(&who)?;
                let now = state.clock.millis();
                data::import(state, &base, person, messages, &text, now);
                Answer::Done
            }
            Self::Change { who, text, change } => {
                let person = state.person(&who)?;
                let now = state.clock.millis();
                let record = data::only(&state.store.containing(Some(person), &text), &text)?;
                data::change(state, &base, record, change, now)?;
                Answer::Done
            }
            Self::MergeChart(who) => {
                let person = state.person(&who)?;
                let now = state.clock.millis();
                data::merge(state, person, now);
                Answer::Done
            }
            Self::DeleteMessage { who, text } => {
                let person = state.person(&who)?;
                let now = state.clock.millis();
                let record = data::only(&state.store.containing(Some(person), &text), &text)?;
                Answer::Id(state.store.delete(record, now))
            }
            Self::Policy(None) => {
                state.policy.withdraw();
                Answer::Done
            }
            Self::Policy(Some(decision)) => {
                let now = state.clock.millis();
                state.policy.decide(&base, *decision, now);
                Answer::Done
            }
            Self::WithdrawProxy { of, patient, how } => {
                let (person, whose) = (state.person(&of)?, state.person(&patient)?);
                let now = state.clock.millis();
                if !state.proxies.withdraw(person, whose, how, now) {
                    return refuse(format!("{of} does not act for {patient}"));
                }
                if how == Withdrawal::Revoked {
                    state.grants.revoke_proxy(person, whose);
                }
                Answer::Done
            }
            Self::GrantProxy {
                of,
                patient,
                access,
            } => {
                let (person, whose) = (state.person(&of)?, state.person(&patient)?);
                let (now, entropy) = (state.clock.millis(), &mut state.entropy);
                let proxy = state.proxies.grant(person, whose, access, now, entropy)?;
                Answer::Id(proxy.id.clone())
            }
            Self::RotateKeys => {
                state.key = state.key.successor(state.key.generation + 1);
                Answer::Done
            }
            Self::AdvanceSeconds(seconds) => {
                state.clock.advance(Duration::from_secs(seconds));
                Answer::Now(clock::instant(state.clock.millis()))
            }
            Self::ChangeDocument {
                who,
                document,
                change,
                bytes,
            } => Answer::Id(data::change_document(state, &who, document, change, bytes)?),
            Self::CountMessages(text) => {
                Answer::Count(state.store.mentioning(None, &text).len() as u64)
            }
            Self::CountFiles(bytes) => {
                let files = state.store.attachments.values();
                Answer::Count(files.filter(|file| file.data.len() == bytes).count() as u64)
            }
            Self::Requests(path) => {
                let paths = std::mem::take(&mut state.requests.paths);
                let wanted = path.unwrap_or_default();
                Answer::Count(paths.iter().filter(|path| path.contains(&wanted)).count() as u64)
            }
            Self::Revocations => Answer::Count(state.requests.revocations),
            Self::Totp(who) => {
                let person = &state.people[state.person(&who)?];
                Answer::Totp {
                    secret: person.totp_secret(),
                    otpauth: person.otpauth(),
                    recovery_codes_left: person.recovery_codes_left(),
                }
            }
            Self::Sessions(who) => {
                let person = state.person(&who)?;
                Answer::Count(state.grants.live(person, state.clock.millis()).len() as u64)
            }
            Self::EndRegistrations => {
                state.clients.forget_registered();
                Answer::Done
            }
        })
    }
}

impl State {
    pub(crate) fn person(&self, who: &str) -> Result<usize, PortalError> {
        self.people
            .iter()
            .position(|person| person.signs_in() && person.user == who)
            .ok_or_else(|| PortalError::Command(format!("nobody here is called {who:?}")))
    }

    /// Turns a fault on. The records it needs come to be now, so that the next search by
    /// `_lastUpdated` meets them.
    pub(crate) fn set_fault(&mut self, fault: Fault) {
        let mut fault = fault;
        if let FaultKind::InsufficientAuthorization { before } = &mut fault.kind {
            *before = self.grants.families();
        }
        let stray = match fault.kind {
            FaultKind::Misfiled => Some(Stray::Misfiled),
            FaultKind::NoSubject => Some(Stray::NoSubject),
            FaultKind::NamesAnother => Some(Stray::NamesAnother),
            _ => None,
        };
        if let Some(stray) = stray {
            let now = self.clock.millis();
            data::add_strays(self, stray, now);
        }
        if let FaultKind::Amended { how } = fault.kind {
            let now = self.clock.millis();
            data::amend(self, how, now);
        }
        if let FaultKind::StampAhead { seconds } = fault.kind {
            self.store.ahead = clock::Millis::from(seconds) * 1000;
        }
        if let FaultKind::Poison { .. } = fault.kind {
            data::poison(self);
        }
        self.faults.set(fault);
    }
}
