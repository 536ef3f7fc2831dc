//! What is on this device, person by person.

use pericard::{Account, MessagesState, PericardError, Person};
use serde_json::{Value, json};

use super::sync::count;
use crate::context::{self, Context};
use crate::failure::Failure;
use crate::output::one_line;
use crate::render::shapes;

/// What is here of one person's messages.
pub(super) struct Here {
    pub(super) person: Person,
    /// Nothing while this person's messages are closed.
    pub(super) counts: Option<Counts>,
}

#[derive(Clone)]
pub(super) struct Counts {
    pub(super) messages: u64,
    pub(super) threads: usize,
    pub(super) unread: u64,
    /// Not sent yet, or in doubt.
    pub(super) waiting: usize,
    pub(super) state: MessagesState,
}

impl Here {
    /// Of the person that the command is about; of everybody in the account if it names nobody.
    pub(super) async fn of(context: &Context, account: &Account) -> Result<Vec<Self>, Failure> {
        let mut all = Vec::new();
        for person in context.people(account)? {
            let counts = match counts(account, &person).await {
                Ok(counts) => Some(counts),
                // One person's session says nothing of the others'.
                Err(PericardError::SignInRequired { .. } | PericardError::StepUpRequired) => None,
                Err(error) => return Err(error.into()),
            };
            all.push(Self { person, counts });
        }
        // Where nobody's can be read, that is what the command ends with.
        if let ([one, ..], true) = (all.as_slice(), all.iter().all(|it| it.counts.is_none())) {
            counts(account, &one.person).await?;
        }
        Ok(all)
    }

    /// What it is in words, with the name where there are several people.
    pub(super) fn line(&self, several: bool) -> String {
        let what = match &self.counts {
            Some(counts) => format!(
                "{} in {}, {} unread",
                count(counts.messages, "message"),
                count(counts.threads as u64, "conversation"),
                counts.unread
            ),
            None => "sign in anew to read: pericard people".to_owned(),
        };
        match several {
            true => format!("{}: {what}", one_line(&self.person.name)),
            false => what,
        }
    }

    /// The same as JSON.
    pub(super) fn shape(&self) -> Value {
        let counts = self.counts.as_ref();
        json!({ "person": self.person.id, "messages": counts.map(|it| it.messages), "threads": counts.map(|it| it.threads),
            "unread": counts.map(|it| it.unread), "outbox": counts.map(|it| it.waiting),
            "state": counts.map(|it| shapes::messages_state(&it.state)) })
    }
}

/// The sum over several people.
pub(super) fn sum(all: &[Here], of: impl Fn(&Counts) -> u64) -> u64 {
    let counts = all.iter().filter_map(|it| it.counts.as_ref());
    counts.map(of).sum()
}

async fn counts(account: &Account, person: &Person) -> Result<Counts, PericardError> {
    let messages = account.messages(person.id.clone())?;
    let threads = context::all_threads(&messages).await?;
    Ok(Counts {
        messages: threads.iter().map(|it| u64::from(it.messages)).sum(),
        unread: threads.iter().map(|it| u64::from(it.unread)).sum(),
        threads: threads.len(),
        waiting: messages.outbox().await?.len(),
        state: messages.state().await?,
    })
}
