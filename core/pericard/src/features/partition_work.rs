//! How a feature's object works on a person's partition: opened first, where it may block, whatever becomes of the caller.

use std::sync::Arc;

use crate::platform::error::Result;
use crate::storage::{Feature, Partition};

use super::{Access, PersonContext};

/// Runs `work` on the person's partition.
pub(super) async fn at<T: Send + 'static>(
    person: &Arc<dyn PersonContext>,
    feature: Feature,
    work: impl FnOnce(&Partition) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (inside, is_open) = (person.clone(), person.is_open());
    let job = async move {
        let work = within(&inside, feature, work).await?;
        inside.platform().blocking(work).await
    };
    if is_open {
        return job.await;
    }
    // Opening waits: somebody who goes away meanwhile must not take what they wrote along.
    person.platform().spawn(job).await
}

/// The same for what only reads: thousands at once take turns.
pub(super) async fn reading<T: Send + 'static>(
    person: &Arc<dyn PersonContext>,
    feature: Feature,
    work: impl FnOnce(&Partition) -> Result<T> + Send + 'static,
) -> Result<T> {
    let work = within(person, feature, work).await?;
    person.platform().reading(work).await
}

/// Opens the person's partition and returns `work` on it, to be run where it may block.
async fn within<T: Send + 'static>(
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
async fn open(person: &Arc<dyn PersonContext>) -> Result<()> {
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
