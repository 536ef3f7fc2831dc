//! Pages and ids, as every feature takes and gives them.

use crate::platform::error::{InputProblem, PericardError, Result};
use crate::platform::id::PagePosition;
use crate::storage::{IdKind, Partition};

/// Rows of one page at most, whatever is asked for.
pub(super) const MOST: u32 = 500;

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
