//! What has come of a file, on its way to the disk.
//!
//! Uses: `model`, `table`

use std::sync::Arc;

use pericard_protocol::files::hash;

use crate::features::PersonContext;
use crate::platform::error::Result;
use crate::storage::{ContentWriter, Partition, files};

use super::model::FileProblem;
use super::table::{self, StoredFile, Table};

/// Bytes after which what has come is made durable, so that a crash costs no more.
const SAVE_EVERY: u64 = 4 * 1024 * 1024;

/// What is written, and how far it lasts.
#[derive(Default)]
struct Disk {
    writer: Option<ContentWriter>,
    hasher: hash::Hasher,
    /// The row of what has come, once it has one.
    content: Option<i64>,
    saved: u64,
}

/// What is here of one file.
pub(super) struct Partial<'a> {
    person: &'a Arc<dyn PersonContext>,
    table: Table,
    file: i64,
    disk: Disk,
}

impl<'a> Partial<'a> {
    /// Of the file in this row; nothing of it is taken up yet.
    pub(super) fn of(person: &'a Arc<dyn PersonContext>, table: Table, file: i64) -> Self {
        Self {
            person,
            table,
            file,
            disk: Disk::default(),
        }
    }

    /// Goes on with what is here from before. Returns how much that is.
    pub(super) async fn take_up(&mut self, stored: &StoredFile) -> Result<u64> {
        let (Some(content), Some(_)) = (stored.content, &stored.validator) else {
            return Ok(0);
        };
        let resumed = on_disk(self.person, move |partition| {
            partition.read(|c| {
                let files = partition.files();
                let mut hasher = hash::Hasher::default();
                let Some(writer) = ContentWriter::resume(files, c, content)? else {
                    return Ok(None);
                };
                // What does not decrypt is fetched again.
                let sound = files.read_part(c, content, |piece| hasher.add(piece));
                Ok(sound.ok().map(|()| (writer, hasher)))
            })
        })
        .await?;
        let Some((writer, hasher)) = resumed else {
            self.disk.content = Some(content);
            self.discard().await?;
            return Ok(0);
        };
        let here = writer.size();
        self.disk = Disk {
            writer: Some(writer),
            hasher,
            content: Some(content),
            saved: here,
        };
        Ok(here)
    }

    /// The hash of what is here.
    pub(super) fn hash(&mut self) -> hash::Sha1 {
        std::mem::take(&mut self.disk.hasher).end()
    }

    /// Whether so much has come since it was last made durable that a crash would cost too much.
    pub(super) fn is_to_be_saved(&self) -> bool {
        let in_file = self.disk.writer.as_ref().map_or(0, ContentWriter::in_file);
        in_file >= self.disk.saved + SAVE_EVERY
    }

    /// Writes bytes behind what is here.
    pub(super) async fn write(&mut self, bytes: Vec<u8>) -> Result<()> {
        let mut disk = std::mem::take(&mut self.disk);
        self.disk = on_disk(self.person, move |partition| {
            let writer = disk
                .writer
                .get_or_insert_with(|| ContentWriter::new(partition.files()));
            writer.write(&bytes)?;
            disk.hasher.add(&bytes);
            Ok(disk)
        })
        .await?;
        Ok(())
    }

    /// Makes durable what has come, so that another try goes on from there.
    pub(super) async fn save(&mut self, validator: Option<String>) -> Result<()> {
        let mut disk = std::mem::take(&mut self.disk);
        let (table, file) = (self.table, self.file);
        self.disk = on_disk(self.person, move |partition| {
            let (Some(writer), Some(validator)) = (&mut disk.writer, validator) else {
                return Ok(disk);
            };
            let Some(part) = writer.part()? else {
                return Ok(disk);
            };
            disk.content = Some(partition.local(|tx| {
                let c = tx.connection();
                let content = files::save(c, disk.content, &part)?;
                table::set_content(c, table, file, Some(content), Some(&validator))?;
                Ok(content)
            })?);
            writer.kept();
            disk.saved = writer.in_file();
            Ok(disk)
        })
        .await?;
        Ok(())
    }

    /// What can be gone on with is made durable; the rest is thrown away.
    pub(super) async fn pause(&mut self, validator: Option<String>) -> Result<()> {
        match validator {
            Some(_) => self.save(validator).await,
            // It could not be continued.
            None => self.discard().await,
        }
    }

    /// Throws away what has come.
    pub(super) async fn discard(&mut self) -> Result<()> {
        let disk = std::mem::take(&mut self.disk);
        let (table, file) = (self.table, self.file);
        on_disk(self.person, move |partition| {
            if disk.content.is_some() {
                partition.local(|tx| table::discard(tx.connection(), table, file, None))?;
            }
            drop(disk.writer);
            Ok(())
        })
        .await
    }

    /// The file is what was described: it is here from now on.
    pub(super) async fn keep(&mut self) -> Result<()> {
        let mut disk = std::mem::take(&mut self.disk);
        let (table, file) = (self.table, self.file);
        on_disk(self.person, move |partition| {
            let mut writer = disk
                .writer
                .take()
                .unwrap_or_else(|| ContentWriter::new(partition.files()));
            let saved = writer.finish()?;
            partition.local(|tx| {
                let c = tx.connection();
                let content = files::save(c, disk.content, &saved)?;
                table::set_content(c, table, file, Some(content), None)
            })?;
            writer.kept();
            Ok(())
        })
        .await
    }

    /// Notes why it cannot be had, in place of what has come.
    pub(super) async fn note(&mut self, problem: FileProblem) -> Result<()> {
        let (table, file) = (self.table, self.file);
        on_disk(self.person, move |partition| {
            partition.local(|tx| table::discard(tx.connection(), table, file, Some(problem)))
        })
        .await
    }
}

/// Runs `work` where blocking is allowed, on the person's database.
pub(super) async fn on_disk<T: Send + 'static>(
    person: &Arc<dyn PersonContext>,
    work: impl FnOnce(&Partition) -> Result<T> + Send + 'static,
) -> Result<T> {
    let inside = person.clone();
    person
        .platform()
        .blocking(move || work(&*inside.partition()?))
        .await
}
