//! Writing messages. In which thread each belongs, and which of them is shown, is found out in `placing`.
//!
//! Rows are written at once, summaries at the end: threads that only grew are added to, those in which something changed
//! or went are divided and summed up anew.
//!
//! Uses: `files`

use std::collections::{BTreeMap, BTreeSet};

use pericard_protocol::search_text;
use rusqlite::{Connection, OptionalExtension, params};

use crate::platform::error::Result;

use super::rows::{Content, lines, of_lines, write_parties};
use super::summary::{Part, Place, Summary};
use super::ties::{self, Node};
use super::{former, marks};
use crate::features::files::{FileRow, read_files, write_files};

/// Row numbers of one millisecond.
pub(super) const PER_MILLI: i64 = 1 << 12;
/// 2^50 ms is the year 37,648: what a portal says beyond it must not overflow.
const LATEST: i64 = 1 << 50;

// See `COPIES` in `placing`.
pub(super) const NAME: &str = "UPDATE message SET sender = ?2
     WHERE sender_key = ?1 AND sender_key <> '' AND sender = '' RETURNING id, thread";

/// Writes messages in one transaction; [`Writer::finish`] writes the threads.
pub(in super::super) struct Writer<'a> {
    pub(super) c: &'a Connection,
    pub(super) summaries: BTreeMap<i64, Summary>,
    /// Threads to be summed up anew.
    pub(super) changed: BTreeSet<i64>,
    /// Threads to be divided anew.
    pub(super) loose: BTreeSet<i64>,
    /// Rows of records that were written just now, by the portal's ids.
    pub(super) written: BTreeMap<String, i64>,
    /// Rows of messages that are news.
    pub(super) news: Vec<i64>,
    /// What is to be found of the rows that were written.
    words: BTreeMap<i64, String>,
}

/// A message of before, as far as a new version depends on it.
pub(super) struct Before {
    pub(super) thread: i64,
    pub(super) remote: String,
    pub(super) ties: String,
    pub(super) topic_key: String,
    pub(super) at: i64,
    pub(super) text: String,
    pub(super) subject: String,
    pub(super) sender: String,
    pub(super) unread: bool,
    pub(super) edited: bool,
    pub(super) shown: bool,
    pub(super) hidden: bool,
    pub(super) copy_key: String,
}

impl<'a> Writer<'a> {
    pub(in super::super) fn new(c: &'a Connection) -> Self {
        Self {
            c,
            summaries: BTreeMap::new(),
            changed: BTreeSet::new(),
            loose: BTreeSet::new(),
            written: BTreeMap::new(),
            news: Vec::new(),
            words: BTreeMap::new(),
        }
    }

    /// A message that was not known.
    pub(in super::super) fn insert(&mut self, content: &Content, unread: bool) -> Result<i64> {
        let row = free_row(self.c, content.dated.at)?;
        ties::tie(self.c, row, &content.ties)?;
        if !content.remote.is_empty() {
            self.written.insert(content.remote.clone(), row);
        }
        let thread = self.thread_for(&node(row, content))?;
        let shown = self.is_shown(content)?;
        self.write_row(row, thread, content, unread, shown)?;
        self.index(row, content);
        self.heads_of(content)?;
        let part = part(row, content, unread, shown);
        self.summary(thread)?.add(&part);
        if unread {
            self.news.push(row);
        }
        self.one_of_copies(&content.copy_key)?;
        Ok(row)
    }

    /// A known message with a new version, or a queued one that the portal has now. Its row, so its id, stays. A text that
    /// the portal changed is marked, and is news.
    pub(in super::super) fn update(
        &mut self,
        row: i64,
        content: &Content,
        news: bool,
    ) -> Result<()> {
        let before = self.before(row)?;
        let mut content = content.clone();
        if before.remote.is_empty() && content.ties.is_empty() {
            // Written here: it stays in its thread where the portal says nothing else.
            content.ties = of_lines(&before.ties).map(str::to_owned).collect();
            if !content.ties.is_empty() {
                content.topic_key.clear();
            }
            if content.subject.is_empty() {
                content.subject.clone_from(&before.subject);
            }
        }
        let rewritten = !before.remote.is_empty()
            && !content.silent
            && !content.hidden
            && before.text != content.text
            && !before.text.is_empty();
        // What becomes of a draft is news.
        let unread = match (content.hidden, before.hidden) {
            (true, _) => false,
            (false, true) => news && !content.outgoing,
            (false, false) => before.unread || rewritten && news && !content.outgoing,
        };
        if unread && !before.unread {
            self.news.push(row);
        }
        if content.hidden {
            former::forget(self.c, row)?;
        } else if rewritten {
            former::keep(self.c, row, content.dated.updated, &before.text)?;
        }
        let evidence = before.ties != lines(&content.ties)
            || before.topic_key != content.topic_key
            || before.remote != content.remote
            || !content.topic_key.is_empty() && before.at != content.dated.at;
        let reindexed = before.text != content.text
            || before.subject != content.subject
            || before.sender != content.sender;
        self.c
            .prepare_cached(
                "UPDATE message SET remote = ?2, sender = ?3, sender_key = ?4, outgoing = ?5, unread = ?6, at = ?7,
                     precision = ?8, updated = ?9, subject = ?10, text = ?11, files = ?12, parties = ?13, ties = ?14,
                     topic_key = ?15, category = ?16, urgent = ?17, silent = ?18, edited = ?19, others = ?20, hidden = ?21,
                     copy_key = ?22
                 WHERE id = ?1",
            )?
            .execute(params![
                row,
                content.remote,
                content.sender,
                content.sender_key,
                content.outgoing,
                unread,
                content.dated.at,
                content.dated.precision,
                content.dated.updated,
                content.subject,
                content.text,
                write_files(&content.files)?,
                write_parties(&content.parties),
                lines(&content.ties),
                content.topic_key,
                content.category,
                content.urgent,
                content.silent,
                before.edited || rewritten,
                lines(&content.others),
                content.hidden,
                content.copy_key,
            ])?;
        if reindexed {
            self.unindex(row)?;
            self.index(row, &content);
        }
        self.changed.insert(before.thread);
        let shown = self.is_shown(&content)?;
        if shown != before.shown && content.copy_key.is_empty() {
            self.show(row, shown)?;
        }
        self.written.insert(content.remote.clone(), row);
        if evidence {
            ties::untie(self.c, row, &before.ties)?;
            ties::tie(self.c, row, &content.ties)?;
            self.move_to_its_thread(row, &before, &content)?;
            self.close_up(row, &before)?;
            self.loosened_heads(&before.ties)?;
            self.back_to_topics(&before.ties)?;
            self.heads_of(&content)?;
        }
        self.one_of_copies(&before.copy_key)?;
        self.one_of_copies(&content.copy_key)
    }

    /// The person has written a message anew that is not sent.
    pub(in super::super) fn rewrite(&mut self, row: i64, text: &str, at: i64) -> Result<()> {
        let before = self.before(row)?;
        self.c
            .prepare_cached("UPDATE message SET text = ?2, at = ?3, updated = ?3 WHERE id = ?1")?
            .execute((row, text, at))?;
        self.changed.insert(before.thread);
        self.reindex(row)
    }

    /// A message that lies in the table and in no thread.
    pub(super) fn adopt(&mut self, row: i64) -> Result<()> {
        let before = self.before(row)?;
        let mut tie = self
            .c
            .prepare_cached("INSERT OR IGNORE INTO tie (key, message) VALUES (?1, ?2)")?;
        for key in of_lines(&before.ties) {
            tie.execute((key, row))?;
        }
        let thread = self.thread_for(&Node {
            row,
            remote: before.remote,
            ties: before.ties,
            topic_key: before.topic_key,
            at: before.at,
        })?;
        self.c
            .prepare_cached("UPDATE message SET thread = ?2 WHERE id = ?1")?
            .execute((row, thread))?;
        self.reindex(row)?;
        self.changed.insert(thread);
        Ok(())
    }

    /// A queued message has got its id.
    pub(in super::super) fn sent(&mut self, row: i64, remote: &str) -> Result<()> {
        let before = self.before(row)?;
        self.c
            .prepare_cached("UPDATE message SET remote = ?2 WHERE id = ?1")?
            .execute((row, remote))?;
        self.changed.insert(before.thread);
        Ok(())
    }

    /// Takes a message away. What it hung on is no head any more, unless the message is `gone` from the portal: a head
    /// without messages is none either.
    pub(in super::super) fn remove(&mut self, row: i64, gone: bool) -> Result<()> {
        let before = self.before(row)?;
        former::forget(self.c, row)?;
        self.unindex(row)?;
        ties::untie(self.c, row, &before.ties)?;
        self.c
            .prepare_cached("DELETE FROM message WHERE id = ?1")?
            .execute([row])?;
        self.written.retain(|_, written| *written != row);
        self.changed.insert(before.thread);
        self.loose.insert(before.thread);
        self.one_of_copies(&before.copy_key)?;
        self.back_to_topics(&before.ties)?;
        self.close_up(row, &before)?;
        match gone {
            true => Ok(()),
            false => self.loosened_heads(&before.ties),
        }
    }

    /// Gives everybody who is only referred to by `key` a name.
    pub(in super::super) fn name(&mut self, key: &str, name: &str) -> Result<()> {
        self.c
            .prepare_cached("INSERT OR REPLACE INTO party (key, name) VALUES (?1, ?2)")?
            .execute((key, name))?;
        if name.is_empty() {
            return Ok(());
        }
        let mut statement = self.c.prepare_cached(NAME)?;
        let named = statement.query_map((key, name), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let named: Vec<(i64, i64)> = named.collect::<rusqlite::Result<_>>()?;
        for (row, thread) in named {
            self.changed.insert(thread);
            self.reindex(row)?;
        }
        Ok(())
    }

    /// Sums up what changed and returns the threads that were touched.
    pub(in super::super) fn finish(mut self) -> Result<BTreeSet<i64>> {
        let mut touched = BTreeSet::new();
        while let Some(thread) = self.loose.pop_first() {
            self.divide(thread)?;
        }
        let changed = std::mem::take(&mut self.changed);
        for thread in changed {
            let summary = Summary::of_thread(self.c, thread)?;
            self.summaries.insert(thread, summary);
        }
        for (thread, summary) in &self.summaries {
            summary.save(self.c, *thread)?;
            touched.insert(*thread);
        }
        self.write_words()?;
        for row in self.news {
            marks::revive(self.c, row)?;
        }
        Ok(touched)
    }

    pub(super) fn summary(&mut self, thread: i64) -> Result<&mut Summary> {
        if !self.summaries.contains_key(&thread) {
            let summary = Summary::load(self.c, thread)?;
            self.summaries.insert(thread, summary);
        }
        Ok(self.summaries.entry(thread).or_default())
    }

    fn write_row(
        &self,
        row: i64,
        thread: i64,
        content: &Content,
        unread: bool,
        shown: bool,
    ) -> Result<()> {
        let mut insert = self.c.prepare_cached(
            "INSERT INTO message (id, remote, thread, sender, sender_key, outgoing, unread, at, precision, updated, subject,
                 text, files, others, parties, ties, topic_key, category, urgent, silent, hidden, copy_key, shown)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                 ?23)",
        )?;
        insert.execute(params![
            row,
            content.remote,
            thread,
            content.sender,
            content.sender_key,
            content.outgoing,
            unread,
            content.dated.at,
            content.dated.precision,
            content.dated.updated,
            content.subject,
            content.text,
            write_files(&content.files)?,
            lines(&content.others),
            write_parties(&content.parties),
            lines(&content.ties),
            content.topic_key,
            content.category,
            content.urgent,
            content.silent,
            content.hidden,
            content.copy_key,
            shown,
        ])?;
        Ok(())
    }

    fn index(&mut self, row: i64, content: &Content) {
        let said = [&*content.subject, &content.sender, &content.text];
        self.index_words(row, said, &content.files);
    }

    /// Indexes a message again as it is stored.
    fn reindex(&mut self, row: i64) -> Result<()> {
        let sql = "SELECT subject, sender, text, files FROM message WHERE id = ?1";
        let said = self.c.prepare_cached(sql)?.query_row([row], |r| {
            Ok::<(String, String, String, String), _>((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
        });
        let (subject, sender, text, files) = said?;
        self.unindex(row)?;
        self.index_words(row, [&subject, &sender, &text], &read_files(&files));
        Ok(())
    }

    fn index_words(&mut self, row: i64, said: [&str; 3], files: &[FileRow]) {
        let names = files.iter().map(|file| file.name.as_str());
        let mut words = String::new();
        for text in said
            .into_iter()
            .chain(names)
            .filter(|text| !text.is_empty())
        {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(&search_text::index_text(text));
        }
        self.words.insert(row, words);
    }

    /// The index is written in the order of its rows: FTS5 writes what it has gathered to disk at each row that is smaller
    /// than the one before, and a download brings the newest first.
    fn write_words(&mut self) -> Result<()> {
        let mut insert = self
            .c
            .prepare_cached("INSERT INTO message_text (rowid, words) VALUES (?1, ?2)")?;
        for (row, words) in std::mem::take(&mut self.words) {
            insert.execute((row, words))?;
        }
        Ok(())
    }

    fn unindex(&mut self, row: i64) -> Result<()> {
        self.words.remove(&row);
        self.c
            .prepare_cached("DELETE FROM message_text WHERE rowid = ?1")?
            .execute([row])?;
        Ok(())
    }

    /// The row of the portal's record `id`.
    pub(super) fn row_of(&self, id: &str) -> Result<Option<i64>> {
        if let Some(row) = self.written.get(id) {
            return Ok(Some(*row));
        }
        let sql = "SELECT record.shown FROM track JOIN record ON record.track = track.id
                   WHERE track.feature = 'messages' AND record.id = ?1 AND record.shown IS NOT NULL";
        let found = self
            .c
            .prepare_cached(sql)?
            .query_row([id], |row| row.get(0));
        Ok(found.optional()?)
    }

    fn before(&self, row: i64) -> Result<Before> {
        let sql = "SELECT thread, remote, ties, topic_key, at, text, subject, sender, unread, edited, shown, hidden,
                       copy_key
                   FROM message WHERE id = ?1";
        Ok(self.c.prepare_cached(sql)?.query_row([row], |r| {
            Ok(Before {
                thread: r.get(0)?,
                remote: r.get(1)?,
                ties: r.get(2)?,
                topic_key: r.get(3)?,
                at: r.get(4)?,
                text: r.get(5)?,
                subject: r.get(6)?,
                sender: r.get(7)?,
                unread: r.get(8)?,
                edited: r.get(9)?,
                shown: r.get(10)?,
                hidden: r.get(11)?,
                copy_key: r.get(12)?,
            })
        })?)
    }
}

pub(super) fn node(row: i64, content: &Content) -> Node {
    Node {
        row,
        remote: content.remote.clone(),
        ties: lines(&content.ties),
        topic_key: content.topic_key.clone(),
        at: content.dated.at,
    }
}

fn part(row: i64, content: &Content, unread: bool, shown: bool) -> Part<'_> {
    Part {
        place: Place {
            at: content.dated.at,
            updated: content.dated.updated,
            length: content.remote.len(),
            remote: content.remote.clone(),
            row,
        },
        precision: content.dated.precision,
        from: &content.sender,
        outgoing: content.outgoing,
        unread,
        text: preview_of(content),
        subject: &content.subject,
        others: &content.others,
        shown,
    }
}

/// What the inbox shows of a message: its text, else the name of its first file.
fn preview_of(content: &Content) -> &str {
    match (content.text.is_empty(), content.files.first()) {
        (true, Some(file)) => &file.name,
        _ => &content.text,
    }
}

/// The first free row number from the millisecond `at` on.
pub(super) fn free_row(c: &Connection, at: i64) -> Result<i64> {
    let mut base = at.clamp(0, LATEST) * PER_MILLI;
    loop {
        let sql = "SELECT max(id) FROM message WHERE id BETWEEN ?1 AND ?2";
        let taken: Option<i64> = c
            .prepare_cached(sql)?
            .query_row((base, base + PER_MILLI - 1), |row| row.get(0))?;
        match taken {
            None => return Ok(base),
            Some(last) if last < base + PER_MILLI - 1 => return Ok(last + 1),
            Some(_) => base += PER_MILLI,
        }
    }
}
