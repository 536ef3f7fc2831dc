//! Whom the person can write to.

use crate::platform::error::{InputProblem, PericardError, Result};
use crate::platform::id::RecipientId;
use crate::storage::{IdKind, Partition};

use super::model::{Recipient, RecipientKind};
use super::{Messages, row, table};

/// More are no message but a circular.
const MOST: usize = 64;

#[uniffi::export]
impl Messages {
    /// Whom a message can be written to: the person's care teams and their members, where the portal has them, then
    /// those in the newest conversations. Each once, as far as their names are known. Empty at a portal that says
    /// nothing of either; it then decides itself who reads a message. Whether somebody takes messages is for the portal
    /// to say when one is sent.
    pub async fn recipients(&self) -> Result<Vec<Recipient>, PericardError> {
        self.at(|partition| {
            // Who is listed for the first time gets an id, which whatever refers to it makes durable.
            let rows = partition.note(table::recipients)?;
            Ok(rows
                .into_iter()
                .map(|row| Recipient {
                    id: partition.ids().encode(IdKind::Recipient, row.id).into(),
                    kind: kind(&row.key),
                    name: row.name,
                    role: row.role,
                })
                .collect())
        })
        .await
    }
}

/// Rows of the recipients with these ids. `InvalidInput` where there are too many, `NotFound` for one that is nobody.
pub(super) fn chosen(
    partition: &Partition,
    ids: &[RecipientId],
) -> Result<Vec<table::RecipientRow>> {
    if ids.len() > MOST {
        return Err(PericardError::input("recipients", InputProblem::TooLong));
    }
    partition.read(|c| {
        ids.iter()
            .map(|id| {
                let id = row(partition, IdKind::Recipient, id)?;
                table::recipient(c, id)?.ok_or(PericardError::NotFound)
            })
            .collect()
    })
}

/// What somebody with the reference `Type/id` is.
fn kind(key: &str) -> RecipientKind {
    match key.split('/').next().unwrap_or_default() {
        "CareTeam" | "Group" => RecipientKind::Team,
        "Organization" | "HealthcareService" => RecipientKind::Organization,
        _ => RecipientKind::Person,
    }
}
