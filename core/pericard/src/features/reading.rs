//! How the object of a feature reads a person's partition: opened when it is needed, off the caller's thread, page by page.

use std::sync::Arc;

use crate::platform::error::{InputProblem, PericardError, Result};
use crate::platform::id::PagePosition;
use crate::storage::{Feature, IdKind, Partition};

use super::{Access, PersonContext};

/// Rows of one page at most, whatever is asked for.
pub(super) const MOST: u32 = 500;

/// Reads from the person's partition where it may block, whatever becomes of the caller.
pub(super) async fn reading<T: Send + 'static>(
    person: &Arc<dyn PersonContext>,
    feature: Feature,
    work: impl FnOnce(&Partition) -> Result<T> + Send + 'static,
) -> Result<T> {
    let work = within(person, feature, work).await?;
    person.platform().reading(work).await
}

/// Opens the person's partition and returns `work` on it, to be run where it may block.
pub(super) async fn within<T: Send + 'static>(
    person: &Arc<dyn PersonContext>,
    feature: Feature,
    work: impl FnOnce(&Partition) -> Result<T> + Send + 'static,
) -> Result<impl FnOnce() -> Result<T> + Send + 'static> {
    let guard = person.enter()?;
    open(person).await?;
    person.may(feature, Access::Read)?;
    let person = person.clone();
    Ok(move || {
        let _guard = guard;
        work(&*person.partition()?)
    })
}

/// Opens the person's partition, if it is not open. One caller of an account asks the keystore, which may take its time;
/// the others wait for it without a thread.
pub(super) async fn open(person: &Arc<dyn PersonContext>) -> Result<()> {
    if person.is_open() {
        return Ok(());
    }
    let guard = person.enter()?;
    let turn = person.opening().lock_owned().await;
    if person.is_open() {
        return Ok(());
    }
    let opening = person.clone();
    person
        .platform()
        .blocking(move || {
            let _both = (guard, turn);
            opening.partition().map(drop)
        })
        .await
}

pub(super) fn clamp(limit: u32) -> u32 {
    limit.clamp(1, MOST)
}

pub(super) fn row(partition: &Partition, kind: IdKind, id: impl AsRef<str>) -> Result<i64> {
    partition
        .ids()
        .decode(kind, id.as_ref())
        .ok_or(PericardError::NotFound)
}

pub(super) fn position(partition: &Partition, after: Option<PagePosition>) -> Result<i64> {
    after.map_or(Ok(i64::MAX), |after| {
        position_of("after", partition, &after)
    })
}

pub(super) fn position_of(
    field: &'static str,
    partition: &Partition,
    position: &PagePosition,
) -> Result<i64> {
    let row = partition.ids().decode(IdKind::Position, position.as_str());
    row.ok_or(PericardError::input(field, InputProblem::Unreadable))
}

pub(super) fn next(partition: &Partition, last: Option<i64>) -> Option<PagePosition> {
    last.map(|row| partition.ids().encode(IdKind::Position, row).into())
}
