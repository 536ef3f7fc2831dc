//! Drafts: what is being written. They are on this device only, encrypted as messages are, and survive what those survive.

use crate::platform::error::{InputProblem, PericardError, Result};
use crate::platform::id::{DraftId, RecipientId, ThreadId};
use crate::storage::{IdKind, Partition, instant, millis};

use super::model::{Draft, Message, NewMessage};
use super::{Messages, notify, recipients, row, sending, table};

#[uniffi::export]
impl Messages {
    /// Keeps what is being written; call it as the person types. With `draft`, that draft is written anew; without it, an
    /// answer takes the place of the draft of its thread, and anything else is a new draft. Nothing is returned, and
    /// nothing kept, where text and subject are empty. Files are given with the message when it is sent; a draft has none.
    ///
    /// Fails with `InvalidInput` (`text`, `subject`, `recipients`: `TooLong`; `files`: `TooMany`) and `NotFound` (`thread`, a recipient;
    /// `draft`, which was sent or discarded).
    #[uniffi::method(default(draft = None))]
    pub async fn save_draft(
        &self,
        draft: Option<DraftId>,
        message: NewMessage,
    ) -> Result<Option<Draft>, PericardError> {
        let person = self.person.clone();
        self.at(move |partition| {
            if !message.files.is_empty() {
                return Err(PericardError::input("files", InputProblem::TooMany));
            }
            let id = optional(partition, IdKind::Draft, draft)?;
            let thread = optional(partition, IdKind::Thread, message.thread)?;
            let text = sending::draft_text(&message.text)?;
            let subject = sending::subject(message.subject.as_deref())?;
            let recipients = recipients::chosen(partition, &message.recipients)?;
            let changed = millis(person.platform().clock.now());
            let saved = partition.local(|tx| {
                let c = tx.connection();
                let thread = match thread {
                    Some(thread) => {
                        Some(table::has_thread(c, thread)?.ok_or(PericardError::NotFound)?)
                    }
                    None => None,
                };
                let before = match (id, thread) {
                    (Some(id), _) => Some(table::draft(c, id)?.ok_or(PericardError::NotFound)?),
                    (None, Some(thread)) => table::draft_of(c, thread)?,
                    (None, None) => None,
                };
                if text.trim().is_empty() && subject.is_empty() {
                    if let Some(before) = &before {
                        table::discard_draft(c, before.id)?;
                    }
                    return Ok((thread, None));
                }
                let row = table::DraftRow {
                    id: before.map_or(0, |before| before.id),
                    thread,
                    subject,
                    text,
                    recipients: recipients.iter().map(|one| one.id).collect(),
                    changed,
                };
                let id = table::save_draft(c, &row)?;
                Ok((thread, Some(table::DraftRow { id, ..row })))
            })?;
            let (thread, draft) = saved;
            notify(&*person, partition, thread, false);
            Ok(draft.map(|row| to_view(partition, row)))
        })
        .await
    }

    /// Every draft, last changed first.
    pub async fn drafts(&self) -> Result<Vec<Draft>, PericardError> {
        self.reading(|partition| {
            let rows = partition.read(table::drafts)?;
            Ok(rows
                .into_iter()
                .map(|row| to_view(partition, row))
                .collect())
        })
        .await
    }

    /// The draft of a thread, if there is one. `NotFound` when there is no such thread.
    pub async fn draft(&self, thread: ThreadId) -> Result<Option<Draft>, PericardError> {
        self.reading(move |partition| {
            let thread = row(partition, IdKind::Thread, &thread)?;
            let found = partition.read(|c| {
                let thread = table::has_thread(c, thread)?.ok_or(PericardError::NotFound)?;
                table::draft_of(c, thread)
            })?;
            Ok(found.map(|row| to_view(partition, row)))
        })
        .await
    }

    /// Throws a draft away. `NotFound` when it was sent or discarded before.
    pub async fn discard_draft(&self, draft: DraftId) -> Result<(), PericardError> {
        let person = self.person.clone();
        self.at(move |partition| {
            let id = row(partition, IdKind::Draft, &draft)?;
            let thread = partition.local(|tx| {
                let c = tx.connection();
                let draft = table::draft(c, id)?.ok_or(PericardError::NotFound)?;
                table::discard_draft(c, id)?;
                Ok(draft.thread)
            })?;
            notify(&*person, partition, thread, false);
            Ok(())
        })
        .await
    }

    /// Queues a draft as `send` does, and discards it, both or neither.
    ///
    /// Fails as `send` does, and with `NotFound` when the draft was sent or discarded before: it is never sent twice.
    pub async fn send_draft(&self, draft: DraftId) -> Result<Message, PericardError> {
        let person = self.person.clone();
        self.at(move |partition| {
            let id = row(partition, IdKind::Draft, &draft)?;
            let draft = partition.read(|c| table::draft(c, id))?;
            let draft = draft.ok_or(PericardError::NotFound)?;
            let message = NewMessage {
                thread: draft
                    .thread
                    .map(|row| partition.ids().encode(IdKind::Thread, row).into()),
                subject: Some(draft.subject),
                text: draft.text,
                recipients: recipient_ids(partition, &draft.recipients),
                ..NewMessage::default()
            };
            sending::queue(&*person, partition, &message, Some(id))
        })
        .await
    }
}

fn optional(
    partition: &Partition,
    kind: IdKind,
    id: Option<impl AsRef<str>>,
) -> Result<Option<i64>> {
    id.map(|id| row(partition, kind, &id)).transpose()
}

fn recipient_ids(partition: &Partition, rows: &[i64]) -> Vec<RecipientId> {
    let ids = partition.ids();
    let id = |row: &i64| ids.encode(IdKind::Recipient, *row).into();
    rows.iter().map(id).collect()
}

fn to_view(partition: &Partition, row: table::DraftRow) -> Draft {
    let ids = partition.ids();
    Draft {
        id: ids.encode(IdKind::Draft, row.id).into(),
        thread: row
            .thread
            .map(|thread| ids.encode(IdKind::Thread, thread).into()),
        subject: row.subject,
        text: row.text,
        recipients: recipient_ids(partition, &row.recipients),
        changed_at: instant(row.changed),
    }
}
