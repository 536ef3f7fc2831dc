//! Sending: what is queued, and what can be done about it until the portal has it.

use pericard_protocol::display_text;

use crate::features::PersonContext;
use crate::platform::error::{InputProblem, PericardError, Result};
use crate::platform::id::MessageId;
use crate::storage::{AccessAction, IdKind, Partition, millis};
use crate::sync::outbox;

use super::model::{Message, NewMessage};
use super::{FEATURE, Messages, files, mapping, notify, recipients, row, table};

const LONGEST_TEXT: usize = 20_000;
const LONGEST_SUBJECT: usize = 200;

#[uniffi::export]
impl Messages {
    /// Queues a message; it is stored, searchable and in its thread when this returns, and survives anything that
    /// happens to the app. The next sync sends it: `Account.start_sync` to send it now. Works offline.
    ///
    /// Its files are read and encrypted before this returns; the sync brings them to the portal before the message. If the
    /// answer to a file is lost, the portal may keep a file that no message refers to; the message itself never goes twice.
    ///
    /// Fails with `InvalidInput` (`text`: `Empty`, `TooLong`; `files`: `TooMany`, `TooLarge` for more than the portal takes,
    /// `Unreadable`; `content_type`: `Unreadable`; `subject`, `recipients`: `TooLong`) and `NotFound`
    /// (`thread`, a recipient).
    pub async fn send(&self, message: NewMessage) -> Result<Message, PericardError> {
        let person = self.person.clone();
        self.at(move |partition| {
            let queued = queue(&*person, partition, &message, None)?;
            let thread = queued.thread.as_str().to_owned();
            person.note(AccessAction::Written, Some(thread));
            Ok(queued)
        })
        .await
    }

    /// What is queued, under way, failed or in doubt, oldest first.
    pub async fn outbox(&self) -> Result<Vec<Message>, PericardError> {
        self.reading(|partition| partition.read(|c| table::queued(c, partition.ids())))
            .await
    }

    /// Takes a message back that has not been sent: queued, failed or in doubt. One in doubt may have arrived.
    /// `InvalidInput` with `WrongState` when it is under way or was sent.
    pub async fn withdraw(&self, message: MessageId) -> Result<(), PericardError> {
        let person = self.person.clone();
        self.at(move |partition| {
            let row = row(partition, IdKind::Message, &message)?;
            let changes = partition.local(|tx| {
                outbox::withdraw(tx, FEATURE, row)?;
                let mut writer = table::Writer::new(tx.connection());
                writer.remove(row, false)?;
                writer.finish()
            })?;
            notify(&*person, partition, changes, true);
            Ok(())
        })
        .await
    }

    /// Queues a failed message, or one in doubt, once more. It keeps its identifier, so a portal that heeds
    /// identifiers does not take it twice. `InvalidInput` with `WrongState` for any other.
    pub async fn retry(&self, message: MessageId) -> Result<Message, PericardError> {
        let person = self.person.clone();
        self.at(move |partition| {
            let row = row(partition, IdKind::Message, &message)?;
            let thread = partition.local(|tx| {
                outbox::retry(tx, FEATURE, row)?;
                table::thread_of(tx.connection(), row)
            })?;
            notify(&*person, partition, [thread], true);
            partition
                .read(|c| table::one(c, partition.ids(), row))?
                .ok_or(PericardError::NotFound)
        })
        .await
    }

    /// Writes a message anew that is queued or that the portal has refused, and queues it again: a message of its own, with
    /// a new identifier and the time of now, in the same place.
    ///
    /// Fails with `InvalidInput` (`text`: `Empty`, `TooLong`; `message`: `WrongState` for one that is under way, in doubt or
    /// sent) and `NotFound`.
    pub async fn edit(&self, message: MessageId, text: String) -> Result<Message, PericardError> {
        let person = self.person.clone();
        self.at(move |partition| {
            let row = row(partition, IdKind::Message, &message)?;
            let text = text_to_send(&text)?;
            let now = millis(person.platform().clock.now());
            let changes = partition.local(|tx| {
                outbox::renew(tx, person.platform(), FEATURE, row)?;
                let mut writer = table::Writer::new(tx.connection());
                writer.rewrite(row, &text, now)?;
                writer.finish()
            })?;
            notify(&*person, partition, changes, true);
            partition
                .read(|c| table::one(c, partition.ids(), row))?
                .ok_or(PericardError::NotFound)
        })
        .await
    }
}

/// A text as it is sent.
fn text_to_send(text: &str) -> Result<String> {
    let text = draft_text(text.trim())?;
    match text.is_empty() {
        true => Err(PericardError::input("text", InputProblem::Empty)),
        false => Ok(text),
    }
}

/// A text as it is kept until it is sent.
pub(super) fn draft_text(text: &str) -> Result<String> {
    let text = mapping::clean(text);
    match text.chars().count() > LONGEST_TEXT {
        true => Err(PericardError::input("text", InputProblem::TooLong)),
        false => Ok(text.into_owned()),
    }
}

pub(super) fn subject(subject: Option<&str>) -> Result<String> {
    let subject = display_text::line(subject.unwrap_or_default());
    match subject.chars().count() > LONGEST_SUBJECT {
        true => Err(PericardError::input("subject", InputProblem::TooLong)),
        false => Ok(subject),
    }
}

/// Queues a message, which takes the place of the draft `draft` if there is one.
pub(super) fn queue(
    person: &dyn PersonContext,
    partition: &Partition,
    message: &NewMessage,
    draft: Option<i64>,
) -> Result<Message> {
    let text = match message.files.is_empty() {
        true => text_to_send(&message.text)?,
        false => draft_text(message.text.trim())?,
    };
    let subject = subject(message.subject.as_deref())?;
    let recipients = recipients::chosen(partition, &message.recipients)?;
    let thread = message
        .thread
        .as_ref()
        .map(|id| row(partition, IdKind::Thread, id))
        .transpose()?;
    let (name, at) = (person.name(), millis(person.platform().clock.now()));
    let mut taken = match message.files.is_empty() {
        true => Vec::new(),
        false => files::take_in(partition, &message.files, person.portal()?.takes_files)?,
    };
    let (thread, id) = partition.local(|tx| {
        let c = tx.connection();
        let files = files::store(c, &mut taken)?;
        let thread = match thread {
            Some(thread) => Some(table::has_thread(c, thread)?.ok_or(PericardError::NotFound)?),
            None => None,
        };
        let content = table::Content {
            remote: String::new(),
            sender: name,
            sender_key: String::new(),
            outgoing: true,
            dated: table::Dated {
                at,
                precision: 4,
                updated: at,
            },
            subject: thread.map_or(subject, |_| String::new()),
            text,
            files,
            others: recipients.iter().map(|one| one.name.clone()).collect(),
            parties: Vec::new(),
            ties: match thread {
                Some(thread) => table::tie_to(c, thread)?.into_iter().collect(),
                None => Vec::new(),
            },
            topic_key: String::new(),
            category: String::new(),
            urgent: false,
            silent: false,
            hidden: false,
            copy_key: String::new(),
        };
        let mut writer = table::Writer::new(c);
        let id = writer.insert(&content, false)?;
        files::table::belong(c, id, &content.files)?;
        let keys: Vec<String> = recipients.iter().map(|one| one.key.clone()).collect();
        table::address(c, id, &keys)?;
        outbox::queue(tx, person.platform(), FEATURE, id)?;
        writer.finish()?;
        if let Some(draft) = draft
            && !table::discard_draft(c, draft)?
        {
            // It was sent or thrown away meanwhile: nothing goes out twice.
            return Err(PericardError::NotFound);
        }
        Ok((table::thread_of(c, id)?, id))
    })?;
    notify(person, partition, [thread], true);
    partition
        .read(|c| table::one(c, partition.ids(), id))?
        .ok_or(PericardError::internal("queued"))
}
