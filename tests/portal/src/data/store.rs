//! What the portal keeps: Communications in the order of their last change, and attachments.
//!
//! A resource is kept as the JSON text that is served, beside the few fields that are searched, so that
//! a hundred thousand of them fit and a page is put together by copying.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::clock::{self, Millis};

/// A record that a fault puts among a person's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stray {
    Misfiled,
    NoSubject,
    NamesAnother,
}

#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) updated: Millis,
    /// Whose searches find it.
    pub(crate) person: usize,
    /// The header that it is part of; none for a header.
    pub(crate) header: Option<u32>,
    pub(crate) identifiers: Vec<(String, String)>,
    /// The message of that conversation that was the last one when this one came to it.
    pub(crate) follows: Option<u32>,
    /// The first message that was there then.
    pub(crate) first: Option<u32>,
    /// All payload texts.
    pub(crate) text: String,
    /// The resource.
    pub(crate) body: String,
    pub(crate) version: u32,
    pub(crate) deleted: bool,
    pub(crate) stray: Option<Stray>,
    /// What the person is meant to see, whatever form it is served in.
    pub(crate) meant: Meant,
    /// Searches find it from then on; reads do at once.
    pub(crate) found_from: Millis,
    /// It hangs on the chart that was merged into the person's own.
    pub(crate) old_chart: bool,
    /// The same message for another recipient, under the same identifier.
    pub(crate) copy_of: Option<u32>,
    /// Searches by subject do not find it.
    pub(crate) subjectless: bool,
    /// It breaks the pages that it is on.
    pub(crate) poisoned: bool,
    /// Who had it before it was readdressed.
    pub(crate) taken_from: Option<usize>,
    /// What it was, oldest first.
    pub(crate) before: Vec<Version>,
}

/// A message as it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meant {
    pub(crate) from: String,
    pub(crate) outgoing: bool,
    pub(crate) topic: String,
    pub(crate) sent: Millis,
    pub(crate) shown: Shown,
    /// When it came to be as it is.
    pub(crate) since: Millis,
    /// No search by the time of the last change finds what became of it.
    pub(crate) quiet: bool,
}

/// Whether a message is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Yes,
    No,
    /// Either is right.
    Either,
}

/// What a record was until it was changed.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) until: Millis,
    pub(crate) body: String,
}

pub(crate) struct Attachment {
    pub(crate) person: usize,
    pub(crate) content_type: String,
    pub(crate) data: Vec<u8>,
    /// How often it was read from its beginning.
    pub(crate) reads: u32,
}

impl Record {
    fn remember(&mut self, now: Millis) {
        self.before.push(Version {
            until: now,
            body: self.body.clone(),
        });
    }

    /// What it was at `then`, if it was something else.
    pub(crate) fn at(&self, then: Millis) -> Option<&Version> {
        self.before.iter().find(|version| version.until > then)
    }

    /// The conversation that it belongs to: its header, else itself.
    pub(crate) fn conversation(&self, index: u32) -> u32 {
        self.header.unwrap_or(index)
    }
}

#[derive(Default)]
pub(crate) struct Store {
    pub(crate) started: Millis,
    /// How far the times of changes lie in the future.
    pub(crate) ahead: Millis,
    records: Vec<Record>,
    by_id: HashMap<String, u32>,
    by_identifier: HashMap<String, Vec<u32>>,
    /// By header, the message that came to it first, and the one that came last.
    ends: HashMap<u32, (u32, u32)>,
    /// By person, in the order of the last change.
    timelines: Vec<Vec<u32>>,
    pub(crate) attachments: BTreeMap<String, Attachment>,
    /// Of each person the newest first.
    pub(crate) documents: Vec<super::Document>,
}

impl Store {
    pub(crate) fn new(people: usize, started: Millis) -> Self {
        Self {
            started,
            timelines: vec![Vec::new(); people],
            ..Self::default()
        }
    }

    pub(crate) fn record(&self, index: u32) -> &Record {
        &self.records[index as usize]
    }

    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// Oldest change first.
    pub(crate) fn timeline(&self, person: usize) -> &[u32] {
        &self.timelines[person]
    }

    /// Makes a record the last one of a conversation; returns the first one and the one before.
    pub(crate) fn join(&mut self, header: Option<u32>, index: u32) -> (Option<u32>, Option<u32>) {
        let Some(header) = header else {
            return (None, None);
        };
        match self.ends.get_mut(&header) {
            Some((first, last)) => (Some(*first), Some(std::mem::replace(last, index))),
            None => {
                self.ends.insert(header, (index, index));
                (None, None)
            }
        }
    }

    /// The records that hang on this one by what they are served with, and on those.
    pub(crate) fn hanging_on(&self, index: u32, on: impl Fn(&Record) -> Option<u32>) -> Vec<u32> {
        let mut found = vec![index];
        let mut at = 0;
        while let Some(parent) = found.get(at).copied() {
            let children = (0..self.len()).filter(|&other| on(self.record(other)) == Some(parent));
            let children: Vec<u32> = children.filter(|other| !found.contains(other)).collect();
            found.extend(children);
            at += 1;
        }
        found.split_off(1)
    }

    /// Adds without keeping the order: call [`Store::sort`] after the last.
    pub(crate) fn append(&mut self, mut record: Record) -> u32 {
        let index = self.records.len() as u32;
        (record.first, record.follows) = self.join(record.header, index);
        self.timelines[record.person].push(index);
        self.by_id.insert(record.id.clone(), index);
        for (_, value) in &record.identifiers {
            let same = self.by_identifier.entry(value.clone()).or_default();
            same.push(index);
        }
        self.records.push(record);
        index
    }

    pub(crate) fn sort(&mut self) {
        let records = &self.records;
        for timeline in &mut self.timelines {
            timeline.sort_by_key(|&index| (records[index as usize].updated, index));
        }
    }

    /// Adds at its place in time.
    pub(crate) fn insert(&mut self, mut record: Record) -> u32 {
        if self.ahead != 0 {
            record.updated += self.ahead;
            let updated = json!(clock::instant(record.updated));
            record.rewrite(|body| body["meta"]["lastUpdated"] = updated);
        }
        let person = record.person;
        let key = (record.updated, self.records.len() as u32);
        let index = self.append(record);
        let timeline = &mut self.timelines[person];
        timeline.pop();
        let records = &self.records;
        let place =
            timeline.partition_point(|&other| (records[other as usize].updated, other) < key);
        timeline.insert(place, index);
        index
    }

    /// Deletes one; it is 410 from now on. Gives its id.
    pub(crate) fn delete(&mut self, index: u32, now: Millis) -> String {
        let record = &mut self.records[index as usize];
        record.remember(now);
        record.deleted = true;
        record.updated = now;
        record.version += 1;
        record.meant.since = now;
        record.meant.quiet = true;
        let person = record.person;
        let id = record.id.clone();
        self.timelines[person].retain(|&other| other != index);
        id
    }

    /// Gives one a new version, changed now.
    pub(crate) fn amend(&mut self, index: u32, now: Millis, change: impl FnOnce(&mut Value)) {
        let record = &mut self.records[index as usize];
        record.remember(now);
        let mut body: Value = serde_json::from_str(&record.body).unwrap_or_default();
        change(&mut body);
        record.version += 1;
        record.updated = now + self.ahead;
        record.meant.since = now;
        body["meta"] = json!({
            "versionId": record.version.to_string(),
            "lastUpdated": clock::instant(record.updated),
        });
        record.body = body.to_string();
        let (person, key) = (record.person, (record.updated, index));
        let records = &self.records;
        let timeline = &mut self.timelines[person];
        timeline.retain(|&other| other != index);
        let place =
            timeline.partition_point(|&other| (records[other as usize].updated, other) < key);
        timeline.insert(place, index);
    }

    pub(crate) fn record_mut(&mut self, index: u32) -> &mut Record {
        &mut self.records[index as usize]
    }

    /// Gives one a new version that keeps the time of the last change.
    pub(crate) fn correct(&mut self, index: u32, now: Millis, change: impl FnOnce(&mut Value)) {
        let record = &mut self.records[index as usize];
        record.remember(now);
        let mut body: Value = serde_json::from_str(&record.body).unwrap_or_default();
        change(&mut body);
        record.version += 1;
        body["meta"]["versionId"] = json!(record.version.to_string());
        record.body = body.to_string();
        record.meant.since = now;
        record.meant.quiet = true;
    }

    /// Gives one to another person, at its place in time.
    pub(crate) fn give(&mut self, index: u32, person: usize) {
        let record = &mut self.records[index as usize];
        let before = std::mem::replace(&mut record.person, person);
        record.taken_from = Some(before);
        record.header = None;
        (record.old_chart, record.subjectless) = (false, false);
        let key = (record.updated, index);
        self.timelines[before].retain(|&other| other != index);
        let records = &self.records;
        let timeline = &mut self.timelines[person];
        let place =
            timeline.partition_point(|&other| (records[other as usize].updated, other) < key);
        timeline.insert(place, index);
    }

    /// How many records there are, deleted ones included.
    pub(crate) fn len(&self) -> u32 {
        self.records.len() as u32
    }

    /// Takes strays away as if they had never been.
    pub(crate) fn remove_strays(&mut self) {
        for index in 0..self.records.len() {
            if self.records[index].stray.is_some() {
                self.by_id.remove(&self.records[index].id);
                self.records[index].deleted = true;
                let person = self.records[index].person;
                self.timelines[person].retain(|&other| other as usize != index);
            }
        }
    }

    /// A person's records with this identifier (`system` may be left open).
    pub(crate) fn identified(&self, person: usize, system: Option<&str>, value: &str) -> Vec<u32> {
        let same = self.by_identifier.get(value).map_or(&[][..], Vec::as_slice);
        same.iter()
            .copied()
            .filter(|&index| {
                let record = self.record(index);
                let matches = |(s, v): &(String, String)| {
                    v == value && system.is_none_or(|system| system == s)
                };
                !record.deleted && record.person == person && record.identifiers.iter().any(matches)
            })
            .collect()
    }

    /// A record and its copies for other recipients.
    pub(crate) fn copies(&self, index: u32) -> Vec<u32> {
        let copies = (index..self.len()).filter(|&other| self.record(other).copy_of == Some(index));
        std::iter::once(index).chain(copies).collect()
    }

    /// Messages whose text is or contains this; only those that are it, if there are any.
    pub(crate) fn containing(&self, person: Option<usize>, text: &str) -> Vec<u32> {
        let all = self.mentioning(person, text);
        let exact: Vec<u32> = all
            .iter()
            .copied()
            .filter(|&record| self.record(record).text == text)
            .collect();
        if exact.is_empty() { all } else { exact }
    }

    /// Messages whose text is or contains this.
    pub(crate) fn mentioning(&self, person: Option<usize>, text: &str) -> Vec<u32> {
        (0..self.records.len() as u32)
            .filter(|&index| {
                let record = self.record(index);
                !record.deleted
                    && record.stray.is_none()
                    && record.copy_of.is_none()
                    && person.is_none_or(|person| person == record.person)
                    && !record.text.is_empty()
                    && record.text.contains(text)
            })
            .collect()
    }

    /// A message of somebody else.
    pub(crate) fn of_somebody_else(&self, person: usize) -> Option<u32> {
        let others = (0..self.timelines.len()).filter(|&other| other != person);
        others
            .flat_map(|other| self.timelines[other].iter().copied())
            .find(|&index| {
                let record = self.record(index);
                record.stray.is_none() && !record.text.is_empty()
            })
    }
}
