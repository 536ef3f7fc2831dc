//! A copy of what is on this device of one person, for them to keep: to read, or for another program.
//!
//! Uses: `choosing`, `core`, `lock`, `log`
//!
//! It is made conversation by conversation while it is read, so that it is never whole in memory, and nothing of it is written
//! here. Whoever asks for it has to prove that they are there: with the PIN where there is a lock, else by a fresh sign-in.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use html_escape::encode_text;
use jiff::Timestamp;
use pericard_protocol::lock::pin::Pin;
use pericard_protocol::oauth::step_up::StepUp;

use crate::features::{Access, ExportPosition, Exported, Subject};
use crate::platform::error::Result;
use crate::storage::{AccessAction, PersonRow};

use super::core::AccountCore;
use super::lock::Turn;

/// How fresh a sign-in has to be where there is no PIN.
const FRESH: Duration = Duration::from_secs(5 * 60);

/// The form of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ExportFormat {
    /// A page for a browser: one file without scripts, which loads nothing.
    Html,
    /// A FHIR R4 Bundle of the type `collection`, in JSON.
    Fhir,
}

/// A copy in the making.
pub(crate) struct Export {
    core: Arc<AccountCore>,
    person: PersonRow,
    format: ExportFormat,
    stage: Stage,
    /// Resources of parts that share some, by type and id.
    written: BTreeSet<String>,
}

#[derive(Clone, Copy)]
enum Stage {
    Head,
    /// At a place of a feature, by its number.
    Body {
        feature: usize,
        place: ExportPosition,
        first: bool,
    },
    Done,
}

impl AccountCore {
    /// Begins a copy of what is here of a person. Blocks.
    pub(crate) fn export(
        self: &Arc<Self>,
        person: &str,
        format: ExportFormat,
        turn: &Turn,
        pin: Option<&Pin>,
    ) -> Result<Export> {
        let person = self.person(person)?;
        self.presence(&person.id, turn, pin)?;
        self.note_now(AccessAction::Exported, Some(&person.id), None);
        Ok(Export {
            core: self.clone(),
            person,
            format,
            stage: Stage::Head,
            written: BTreeSet::new(),
        })
    }

    /// Fails unless somebody proves to be there. Blocks.
    fn presence(&self, person: &str, turn: &Turn, pin: Option<&Pin>) -> Result<()> {
        self.proved(turn, pin)?;
        match pin {
            Some(_) => Ok(()),
            None => self.sessions.of(person)?.proved(&StepUp {
                max_age: Some(FRESH),
                ..StepUp::default()
            }),
        }
    }
}

impl Export {
    /// The next piece; nothing once it is whole. Blocks.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let (text, next) = match self.stage {
            Stage::Head => {
                let first = Stage::Body {
                    feature: 0,
                    place: ExportPosition::first(),
                    first: true,
                };
                (self.head(), first)
            }
            Stage::Body {
                feature,
                place,
                first,
            } => match self.core.host.features.get(feature) {
                None => (self.tail(), Stage::Done),
                Some(definition) => {
                    let whose = &self.person.id;
                    self.core.may(whose, definition.feature(), Access::Read)?;
                    let partition = self.core.partition(&self.person.id)?;
                    let subject = Subject {
                        patient: &self.person.patient,
                    };
                    match definition.export(&partition, &subject, place)? {
                        None => {
                            let place = ExportPosition::first();
                            let feature = feature + 1;
                            (
                                String::new(),
                                Stage::Body {
                                    feature,
                                    place,
                                    first,
                                },
                            )
                        }
                        Some((mut exported, place)) => {
                            self.leave_out_written(&mut exported);
                            let text = self.body(&exported, first);
                            let first = first && exported.resources.is_empty();
                            (
                                text,
                                Stage::Body {
                                    feature,
                                    place,
                                    first,
                                },
                            )
                        }
                    }
                }
            },
            Stage::Done => return Ok(None),
        };
        self.stage = next;
        if text.is_empty() {
            return self.next();
        }
        Ok(Some(text.into_bytes()))
    }

    fn head(&self) -> String {
        let now = Timestamp::try_from(self.core.host.platform.clock.now()).unwrap_or_default();
        match self.format {
            ExportFormat::Fhir => format!(
                r#"{{"resourceType":"Bundle","type":"collection","timestamp":"{now:.0}","entry":["#
            ),
            ExportFormat::Html => {
                let name = encode_text(&self.person.name);
                let portal = encode_text(&self.core.row.base);
                format!(
                    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
                     <meta name=\"viewport\" content=\"width=device-width\">\n\
                     <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
                     <title>{name}</title>\n<style>{STYLE}</style></head>\n<body>\n\
                     <header><h1 dir=\"auto\">{name}</h1><p>A copy of {now:.0} of what was on this device, from {portal}.</p></header>\n"
                )
            }
        }
    }

    /// A result that two reports name is in a copy once.
    fn leave_out_written(&mut self, exported: &mut Exported) {
        if !exported.shares_resources {
            return;
        }
        exported.resources.retain(|resource| {
            let (kind, id) = (resource["resourceType"].as_str(), resource["id"].as_str());
            let key = kind.zip(id).map(|(kind, id)| format!("{kind}/{id}"));
            key.is_none_or(|key| self.written.insert(key))
        });
    }

    fn body(&self, exported: &Exported, first: bool) -> String {
        match self.format {
            ExportFormat::Html => exported.html.clone(),
            ExportFormat::Fhir => {
                let mut text = String::new();
                for (n, resource) in exported.resources.iter().enumerate() {
                    if !(first && n == 0) {
                        text.push(',');
                    }
                    let kind = resource["resourceType"].as_str().unwrap_or_default();
                    let url = resource["id"].as_str().map(|id| {
                        let base = self.core.row.base.trim_end_matches('/');
                        format!("{base}/{kind}/{id}")
                    });
                    let entry = match url {
                        Some(url) => serde_json::json!({ "fullUrl": url, "resource": resource }),
                        None => serde_json::json!({ "resource": resource }),
                    };
                    text.push_str(&entry.to_string());
                }
                text
            }
        }
    }

    fn tail(&self) -> String {
        match self.format {
            ExportFormat::Fhir => "]}\n".into(),
            ExportFormat::Html => "</body></html>\n".into(),
        }
    }
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:44em;margin:2em auto;padding:0 1em}\
section{margin:2em 0;border-top:1px solid #999}article{margin:1em 0}.own{margin-inline-start:2em}\
.head{margin:0;color:#444}.text{margin:0;white-space:pre-wrap}.file{margin:0;font-style:italic}\
@media(prefers-color-scheme:dark){body{background:#111;color:#eee}.head{color:#bbb}}";
