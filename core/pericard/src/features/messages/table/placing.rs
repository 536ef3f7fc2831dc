//! In which thread a message belongs, and whether it is shown: heads are not, and of copies only one is.
//!
//! Uses: `marks`, `rows`, `summary`, `ties`, `writer`

use rusqlite::OptionalExtension;

use crate::platform::error::Result;

use super::marks;
use super::rows::{Content, of_lines};
use super::summary::Summary;
use super::ties::{self, Node};
use super::writer::{Before, Writer, node};

// An index `WHERE key <> ''` is used only by a query that says so itself: a parameter could be empty.
pub(super) const COPIES: &str = "SELECT id, thread, shown FROM message
     WHERE copy_key = ?1 AND copy_key <> '' AND hidden = 0 ORDER BY remote = '', length(remote), remote";

impl Writer<'_> {
    /// Of several copies of one message the first by id is shown.
    pub(super) fn one_of_copies(&mut self, copy_key: &str) -> Result<()> {
        if copy_key.is_empty() {
            return Ok(());
        }
        let mut statement = self.c.prepare_cached(COPIES)?;
        let rows = statement.query_map([copy_key], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, bool>(2)?,
            ))
        })?;
        let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        for (n, (row, thread, shown)) in rows.into_iter().enumerate() {
            if shown != (n == 0) {
                self.show(row, n == 0)?;
                self.changed.insert(thread);
            }
        }
        Ok(())
    }

    /// Whether a record is a message: one that says nothing and that others hang on is the head of their thread.
    pub(super) fn is_shown(&self, content: &Content) -> Result<bool> {
        let may_be_head = content.silent && !content.remote.is_empty();
        let is_head = may_be_head && ties::has_children(self.c, &content.remote)?;
        Ok(!content.hidden && !is_head)
    }

    pub(super) fn show(&self, row: i64, shown: bool) -> Result<()> {
        self.c
            .prepare_cached("UPDATE message SET shown = ?2 WHERE id = ?1")?
            .execute((row, shown))?;
        Ok(())
    }

    /// What this message hangs on is no message itself if it says nothing, and follows no other of its topic any more.
    pub(super) fn heads_of(&mut self, content: &Content) -> Result<()> {
        for key in &content.ties {
            // What others hang on already is a head already.
            if !ties::is_the_first(self.c, key)? {
                continue;
            }
            if let Some(node) = self.with_topic(key)? {
                self.loose.insert(ties::thread_of(self.c, node.row)?);
            }
            if let Some(id) = ties::record_id(key)
                && let Some((row, thread)) = self.silent(id, true)?
            {
                self.show(row, false)?;
                self.changed.insert(thread);
            }
        }
        Ok(())
    }

    /// What nothing hangs on any more follows others of its topic again.
    pub(super) fn back_to_topics(&mut self, before: &str) -> Result<()> {
        for key in of_lines(before) {
            if let Some(node) = self.with_topic(key)? {
                self.join_its_topic(&node)?;
            }
        }
        Ok(())
    }

    /// What followed a message that stood here before follows the one before that now.
    pub(super) fn close_up(&mut self, row: i64, before: &Before) -> Result<()> {
        let stood = Node {
            row,
            remote: before.remote.clone(),
            ties: String::new(),
            topic_key: before.topic_key.clone(),
            at: before.at,
        };
        match ties::follower(self.c, &stood)? {
            Some(node) => self.join_its_topic(&node),
            None => Ok(()),
        }
    }

    fn join_its_topic(&mut self, node: &Node) -> Result<()> {
        let own = ties::thread_of(self.c, node.row)?;
        let threads = ties::threads_of(self.c, node, |id| self.row_of(id))?;
        for other in threads.into_iter().filter(|thread| *thread != own) {
            self.merge(own, other)?;
        }
        Ok(())
    }

    /// The message that `key` names, if it has a topic to go by.
    fn with_topic(&self, key: &str) -> Result<Option<Node>> {
        let row = match (ties::record_id(key), ties::local_row(key)) {
            (Some(id), _) => self.row_of(id)?,
            (None, row) => row,
        };
        let Some(row) = row else { return Ok(None) };
        Ok(ties::node(self.c, row)?.filter(|node| !node.topic_key.is_empty()))
    }

    /// What a message no longer hangs on is one itself again if nothing else hangs on it.
    pub(super) fn loosened_heads(&mut self, before: &str) -> Result<()> {
        for id in of_lines(before).filter_map(ties::record_id) {
            if let Some((row, thread)) = self.silent(id, false)?
                && !ties::has_children(self.c, id)?
            {
                self.show(row, true)?;
                self.changed.insert(thread);
            }
        }
        Ok(())
    }

    /// Row and thread of the record `id` if it says nothing itself and is shown, or is not.
    pub(super) fn silent(&self, id: &str, shown: bool) -> Result<Option<(i64, i64)>> {
        let Some(row) = self.row_of(id)? else {
            return Ok(None);
        };
        let sql = "SELECT id, thread FROM message WHERE id = ?1 AND silent = 1 AND shown = ?2";
        let found = self
            .c
            .prepare_cached(sql)?
            .query_row((row, shown), |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(found.optional()?)
    }

    /// The thread of a message by its evidence, made when there is none; several become one.
    pub(super) fn thread_for(&mut self, node: &Node) -> Result<i64> {
        let threads = ties::threads_of(self.c, node, |id| self.row_of(id))?;
        let Some((first, others)) = threads.split_first() else {
            return self.new_thread();
        };
        for other in others {
            self.merge(*first, *other)?;
        }
        if ties::parts_its_topic(self.c, node)? {
            self.loose.insert(*first);
        }
        Ok(*first)
    }

    pub(super) fn new_thread(&self) -> Result<i64> {
        self.c
            .prepare_cached("INSERT INTO thread DEFAULT VALUES")?
            .execute([])?;
        Ok(self.c.last_insert_rowid())
    }

    /// `other` becomes part of `thread`; its id goes on to lead there.
    pub(super) fn merge(&mut self, thread: i64, other: i64) -> Result<()> {
        let summary = self.summary(other)?.clone();
        self.summary(thread)?.merge(summary);
        self.summaries.remove(&other);
        marks::merge(self.c, thread, other)?;
        self.c
            .prepare_cached("UPDATE message SET thread = ?1 WHERE thread = ?2")?
            .execute((thread, other))?;
        Summary::default().save(self.c, other)?;
        self.c
            .prepare_cached("UPDATE thread SET merged = ?1 WHERE id = ?2 OR merged = ?2")?
            .execute((thread, other))?;
        for set in [&mut self.changed, &mut self.loose] {
            if set.remove(&other) {
                set.insert(thread);
            }
        }
        // Whoever looks at the other one is told, too.
        self.changed.insert(thread);
        Ok(())
    }

    /// A message whose evidence has changed leaves its thread, unless it is alone there, and goes where it belongs now.
    pub(super) fn move_to_its_thread(
        &mut self,
        row: i64,
        before: &Before,
        content: &Content,
    ) -> Result<()> {
        let sql = "SELECT EXISTS (SELECT 1 FROM message WHERE thread = ?1 AND id <> ?2)";
        let others: bool = self
            .c
            .prepare_cached(sql)?
            .query_row((before.thread, row), |r| r.get(0))?;
        let own = match others {
            true => self.new_thread()?,
            false => before.thread,
        };
        let set = "UPDATE message SET thread = ?2 WHERE id = ?1";
        self.c.prepare_cached(set)?.execute((row, own))?;
        if others {
            self.loose.insert(before.thread);
        }
        let node = node(row, content);
        let mut threads = ties::threads_of(self.c, &node, |id| self.row_of(id))?;
        threads.retain(|thread| *thread != own);
        let target = match threads.first() {
            None => own,
            // Alone in a thread that is known to the app: that id stays where it can.
            Some(first) if !others => {
                self.merge(*first, own)?;
                *first
            }
            Some(first) => {
                self.c.prepare_cached(set)?.execute((row, *first))?;
                self.c
                    .prepare_cached("DELETE FROM thread WHERE id = ?1")?
                    .execute([own])?;
                *first
            }
        };
        for other in threads.iter().skip(1) {
            self.merge(target, *other)?;
        }
        if ties::parts_its_topic(self.c, &node)? {
            self.loose.insert(target);
        }
        self.changed.insert(target);
        Ok(())
    }

    /// Divides a thread into what belongs together; the largest part keeps the id.
    pub(super) fn divide(&mut self, thread: i64) -> Result<()> {
        self.changed.insert(thread);
        let nodes = ties::nodes(self.c, thread)?;
        for rows in ties::components(&nodes).into_iter().skip(1) {
            let part = self.new_thread()?;
            marks::divide(self.c, thread, part)?;
            self.changed.insert(part);
            let mut update = self
                .c
                .prepare_cached("UPDATE message SET thread = ?2 WHERE id = ?1")?;
            for row in rows {
                update.execute((row, part))?;
            }
        }
        Ok(())
    }
}
