//! Which messages belong together.
//!
//! The evidence is a graph: a message is tied to what it belongs to or answers, and everything that is tied to one thing
//! is one thread. A message that nothing ties, neither to something nor something to it, follows the last one before it that
//! has the same topic among the same people, if that is not more than 90 days older. So two conversations of one topic stay
//! two where messages hang on the first of each. Evidence may come late and may be taken back; a thread is then divided anew.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, Row};

use crate::platform::error::Result;

use super::rows::of_lines;

/// Messages of one topic that are further apart are not one conversation.
pub(super) const SAME_TOPIC_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// The key of the portal's record `id`.
pub(super) fn record_key(id: &str) -> String {
    format!("Communication/{id}")
}

/// The key of a message that has no id of the portal's yet.
pub(super) fn local_key(row: i64) -> String {
    format!("local/{row}")
}

/// The id in [`record_key`].
pub(super) fn record_id(key: &str) -> Option<&str> {
    key.strip_prefix("Communication/")
}

/// The row in [`local_key`].
pub(super) fn local_row(key: &str) -> Option<i64> {
    key.strip_prefix("local/")?.parse().ok()
}

/// A message as a node of the graph.
pub(super) struct Node {
    pub(super) row: i64,
    pub(super) remote: String,
    pub(super) ties: String,
    pub(super) topic_key: String,
    pub(super) at: i64,
}

/// Where a message stands among those of its topic: by time, and then by the portal's ids.
type Place<'a> = (i64, usize, &'a str, i64);

impl Node {
    fn place(&self) -> Place<'_> {
        (self.at, self.remote.len(), &self.remote, self.row)
    }
}

/// A message of the table.
pub(super) fn node(c: &Connection, row: i64) -> Result<Option<Node>> {
    let sql = "SELECT id, remote, ties, topic_key, at FROM message WHERE id = ?1";
    let mut statement = c.prepare_cached(sql)?;
    Ok(statement.query_row([row], read).optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Node> {
    Ok(Node {
        row: row.get(0)?,
        remote: row.get(1)?,
        ties: row.get(2)?,
        topic_key: row.get(3)?,
        at: row.get(4)?,
    })
}

/// The messages of a thread.
pub(super) fn nodes(c: &Connection, thread: i64) -> Result<Vec<Node>> {
    let sql = "SELECT id, remote, ties, topic_key, at FROM message WHERE thread = ?1";
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map([thread], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What others are tied to where they hang on this message.
fn own_keys(node: &Node) -> Vec<String> {
    let remote = Some(&node.remote).filter(|remote| !remote.is_empty());
    let mut keys = vec![local_key(node.row)];
    keys.extend(remote.map(|remote| record_key(remote)));
    keys
}

/// Notes what the message in this row is tied to.
pub(super) fn tie(c: &Connection, row: i64, ties: &[String]) -> Result<()> {
    let mut insert =
        c.prepare_cached("INSERT OR IGNORE INTO tie (key, message) VALUES (?1, ?2)")?;
    for key in ties {
        insert.execute((key, row))?;
    }
    Ok(())
}

/// Takes that back.
pub(super) fn untie(c: &Connection, row: i64, ties: &str) -> Result<()> {
    let mut delete = c.prepare_cached("DELETE FROM tie WHERE key = ?1 AND message = ?2")?;
    for key in of_lines(ties) {
        delete.execute((key, row))?;
    }
    Ok(())
}

/// Divides messages into those that belong together: rows, the largest group first.
pub(super) fn components(nodes: &[Node]) -> Vec<Vec<i64>> {
    let mut groups = Groups::new(nodes.len());
    let mut by_key: BTreeMap<String, usize> = BTreeMap::new();
    let mut by_topic: BTreeMap<&str, Vec<(Place<'_>, bool, usize)>> = BTreeMap::new();
    // What hangs on a message is in its thread.
    let hung_on: BTreeSet<&str> = nodes.iter().flat_map(|node| of_lines(&node.ties)).collect();
    for (at, node) in nodes.iter().enumerate() {
        let own = own_keys(node);
        let follows = !own.iter().any(|key| hung_on.contains(key.as_str()));
        for key in own
            .into_iter()
            .chain(of_lines(&node.ties).map(str::to_owned))
        {
            match by_key.get(&key) {
                Some(other) => groups.join(at, *other),
                None => {
                    by_key.insert(key, at);
                }
            }
        }
        if !node.topic_key.is_empty() {
            let same = by_topic.entry(&node.topic_key).or_default();
            same.push((node.place(), follows, at));
        }
    }
    for mut same in by_topic.into_values() {
        same.sort_unstable();
        for pair in same.windows(2) {
            let (before, (place, follows, at)) = (&pair[0], &pair[1]);
            if *follows && place.0 - before.0.0 <= SAME_TOPIC_MS {
                groups.join(before.2, *at);
            }
        }
    }
    let mut found: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate() {
        found.entry(groups.root(at)).or_default().push(node.row);
    }
    let mut found: Vec<Vec<i64>> = found.into_values().collect();
    for group in &mut found {
        group.sort_unstable();
    }
    found.sort_by_key(|group| (std::cmp::Reverse(group.len()), group.first().copied()));
    found
}

/// Disjoint sets.
struct Groups(Vec<usize>);

impl Groups {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other)] = one.min(other);
    }
}

// The index of topics leaves those out that are empty: a query has to say that it does not ask for them. The order is that
// of `place`.
pub(super) const TOPIC_BEFORE: &str = "SELECT id, remote, ties, topic_key, at FROM message
     WHERE topic_key = ?1 AND topic_key <> '' AND at <= ?2 AND id <> ?5
         AND (at < ?2 OR (length(remote), remote, id) < (?3, ?4, ?5))
     ORDER BY at DESC, length(remote) DESC, remote DESC, id DESC LIMIT 1";
pub(super) const TOPIC_AFTER: &str = "SELECT id, remote, ties, topic_key, at FROM message
     WHERE topic_key = ?1 AND topic_key <> '' AND at >= ?2 AND id <> ?5
         AND (at > ?2 OR (length(remote), remote, id) > (?3, ?4, ?5))
     ORDER BY at, length(remote), remote, id LIMIT 1";

/// The next message of this one's topic, before or after it, if it is near enough.
fn neighbour(c: &Connection, node: &Node, sql: &str) -> Result<Option<Node>> {
    if node.topic_key.is_empty() {
        return Ok(None);
    }
    let (at, length, remote, row) = node.place();
    let found = c
        .prepare_cached(sql)?
        .query_row((&node.topic_key, at, length as i64, remote, row), read)
        .optional()?;
    Ok(found.filter(|other| (other.at - node.at).abs() <= SAME_TOPIC_MS))
}

/// The message that follows this one by its topic alone.
pub(super) fn follower(c: &Connection, node: &Node) -> Result<Option<Node>> {
    let after = neighbour(c, node, TOPIC_AFTER)?;
    Ok(match after {
        Some(after) if !is_hung_on(c, &after)? => Some(after),
        _ => None,
    })
}

/// Whether what followed another message by its topic follows this one now, which itself follows nobody.
pub(super) fn parts_its_topic(c: &Connection, node: &Node) -> Result<bool> {
    Ok(!node.topic_key.is_empty() && is_hung_on(c, node)? && follower(c, node)?.is_some())
}

/// The threads that a message with this evidence belongs to. `row_of` knows the row of a record of the portal.
pub(super) fn threads_of(
    c: &Connection,
    node: &Node,
    row_of: impl Fn(&str) -> Result<Option<i64>>,
) -> Result<Vec<i64>> {
    let mut threads = Vec::new();
    let mut hanging_on = |key: &str| -> Result<()> {
        let sql = "SELECT message.thread FROM tie JOIN message ON message.id = tie.message
                   WHERE tie.key = ?1 AND tie.message <> ?2 LIMIT 1";
        let found = c
            .prepare_cached(sql)?
            .query_row((key, node.row), |row| row.get::<_, i64>(0));
        threads.extend(found.optional()?);
        Ok(())
    };
    if !node.remote.is_empty() {
        hanging_on(&record_key(&node.remote))?;
    }
    hanging_on(&local_key(node.row))?;
    for key in of_lines(&node.ties) {
        hanging_on(key)?;
    }
    for key in of_lines(&node.ties) {
        let row = match (record_id(key), local_row(key)) {
            (Some(id), _) => row_of(id)?,
            (None, row) => row,
        };
        if let Some(row) = row {
            let sql = "SELECT thread FROM message WHERE id = ?1";
            let found = c
                .prepare_cached(sql)?
                .query_row([row], |row| row.get::<_, i64>(0));
            threads.extend(found.optional()?);
        }
    }
    let before = neighbour(c, node, TOPIC_BEFORE)?;
    let before = match before {
        Some(_) if is_hung_on(c, node)? => None,
        before => before,
    };
    for other in before.into_iter().chain(follower(c, node)?) {
        threads.push(thread_of(c, other.row)?);
    }
    threads.sort_unstable();
    threads.dedup();
    Ok(threads)
}

/// The thread that a message is in now.
pub(super) fn thread_of(c: &Connection, row: i64) -> Result<i64> {
    let sql = "SELECT thread FROM message WHERE id = ?1";
    Ok(c.prepare_cached(sql)?.query_row([row], |row| row.get(0))?)
}

/// Whether anything hangs on this message.
fn is_hung_on(c: &Connection, node: &Node) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM tie WHERE key = ?1)";
    let mut statement = c.prepare_cached(sql)?;
    for key in own_keys(node) {
        if statement.query_row([key], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether one message hangs on `key`, and no other.
pub(super) fn is_the_first(c: &Connection, key: &str) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM tie WHERE key = ?1 LIMIT 2)";
    let count: i64 = c.prepare_cached(sql)?.query_row([key], |row| row.get(0))?;
    Ok(count == 1)
}

/// Whether anything hangs on the portal's record `id`.
pub(super) fn has_children(c: &Connection, id: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM tie WHERE key = ?1)";
    Ok(c.prepare_cached(sql)?
        .query_row([record_key(id)], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(row: i64, ties: &str, topic_key: &str, days: i64) -> Node {
        Node {
            row,
            remote: format!("m{row}"),
            ties: ties.to_owned(),
            topic_key: topic_key.to_owned(),
            at: days * 24 * 60 * 60 * 1000,
        }
    }

    #[test]
    fn everything_that_is_tied_to_one_thing_is_one_thread() {
        let nodes = [
            node(1, "CarePlan/7", "", 0),
            node(2, "CarePlan/7\nCommunication/m4", "", 900),
            node(3, "Communication/m3", "", 0),
            node(4, "", "", 0),
            node(5, "Communication/elsewhere", "", 0),
        ];
        assert_eq!(components(&nodes), [vec![1, 2, 4], vec![3], vec![5]]);
    }

    #[test]
    fn two_conversations_of_one_topic_stay_two() {
        let nodes = [
            node(1, "", "refill", 0),
            node(2, "Communication/m1", "", 1),
            node(3, "", "refill", 2),
            node(4, "Communication/m3", "", 3),
        ];
        assert_eq!(components(&nodes), [vec![1, 2], vec![3, 4]]);
    }

    #[test]
    fn what_nothing_ties_follows_the_last_of_its_topic() {
        let nodes = [
            node(1, "", "refill", 0),
            node(2, "Communication/m1", "", 1),
            node(3, "", "refill", 2),
            node(4, "", "refill", 3),
            node(5, "Communication/m4", "", 4),
            node(6, "", "refill", 5),
        ];
        assert_eq!(components(&nodes), [vec![1, 2, 3], vec![4, 5, 6]]);
    }

    #[test]
    fn one_topic_is_one_thread_while_it_goes_on() {
        let nodes = [
            node(1, "", "refill", 0),
            node(2, "", "refill", 180),
            node(3, "", "refill", 90),
            node(4, "", "refill", 271),
            node(5, "", "other", 0),
        ];
        assert_eq!(components(&nodes), [vec![1, 2, 3], vec![4], vec![5]]);
    }
}
