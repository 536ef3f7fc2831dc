//! What the parts of a message say, sorted into texts, files and references; and what is remarked about a message
//! whose parts say nothing.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Attachment;
use crate::fhir::datatypes::{self, CodeableConcept, Reference};
use crate::fhir::{self, markup};
use crate::limits::NOTES;
use crate::{bounded, display_text};

/// A part of a message. It should have one content; what has several says all of them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part {
    #[serde(default, deserialize_with = "bounded::text")]
    content_string: Option<String>,
    #[serde(default, deserialize_with = "bounded::boxed")]
    content_codeable_concept: Option<Box<CodeableConcept>>,
    #[serde(default, deserialize_with = "bounded::boxed")]
    content_attachment: Option<Box<Attachment>>,
    #[serde(default, deserialize_with = "datatypes::boxed_reference")]
    content_reference: Option<Box<Reference>>,
}

/// What the parts of a message say.
#[derive(Default)]
pub(super) struct Said {
    pub(super) texts: Vec<String>,
    pub(super) attachments: Vec<Attachment>,
    pub(super) references: Vec<Reference>,
}

impl Said {
    pub(super) fn part(&mut self, part: Part) {
        let concept = part.content_codeable_concept.and_then(|it| it.named());
        for text in [part.content_string, concept].into_iter().flatten() {
            self.texts.extend(shown(text));
        }
        if let Some(attachment) = part.content_attachment {
            match attachment.text().map(shown) {
                Some(Some(text)) => self.texts.push(text),
                // A blank text is nothing, unless it is called something or more of it can be fetched.
                Some(None) if attachment.title.is_none() && attachment.url.is_none() => {}
                _ if attachment.is_empty() => {}
                _ => self.attachments.push(*attachment),
            }
        }
        if let Some(reference) = part.content_reference {
            // `{}` refers to nothing.
            if *reference != Reference::default() {
                self.references.push(*reference);
            }
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.texts.is_empty() && self.attachments.is_empty() && self.references.is_empty()
    }
}

/// A text fit to be shown, unless it is blank.
fn shown(text: String) -> Option<String> {
    let text = match display_text::body(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(changed) => changed,
    };
    (!text.trim().is_empty()).then_some(text)
}

/// What is remarked about a message that says nothing itself.
pub(in crate::fhir) fn remarks(
    note: Option<&RawValue>,
    narrative: Option<&RawValue>,
) -> Vec<String> {
    #[derive(Deserialize)]
    struct Note {
        #[serde(default, deserialize_with = "bounded::text")]
        text: Option<String>,
    }
    #[derive(Deserialize)]
    struct Narrative {
        #[serde(default, deserialize_with = "bounded::text")]
        div: Option<String>,
    }
    let notes: Vec<Note> = note
        .and_then(|note| {
            let mut json = serde_json::Deserializer::from_str(note.get());
            bounded::first_objects::<_, _, NOTES>(&mut json).ok()
        })
        .unwrap_or_default();
    let notes = notes.into_iter().filter_map(|note| shown(note.text?));
    let notes: Vec<String> = notes.collect();
    if !notes.is_empty() {
        return notes;
    }
    let narrative = narrative.and_then(|text| fhir::read_sound::<Narrative>(text.get()).ok());
    let div = narrative.and_then(|narrative| narrative.div);
    div.and_then(|div| shown(markup::text(&div)))
        .into_iter()
        .collect()
}
