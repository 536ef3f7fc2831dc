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

pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) updated: Millis,
    /// Whose searches find it.
    pub(crate) person: usize,
    /// The header that it is part of; none for a header.
    pub(crate) header: Option<u32>,
    pub(crate) identifiers: Vec<(String, String)>,
    /// All payload texts.
    pub(crate) text: String,
    /// The resource.
    pub(crate) body: String,
    pub(crate) version: u32,
    pub(crate) deleted: bool,
    pub(crate) stray: Option<Stray>,
}

pub(crate) struct Attachment {
    pub(crate) person: usize,
    pub(crate) content_type: &'static str,
    pub(crate) data: Vec<u8>,
}

#[derive(Default)]
pub(crate) struct Store {
    pub(crate) started: Millis,
    records: Vec<Record>,
    by_id: HashMap<String, u32>,
    by_identifier: HashMap<String, Vec<u32>>,
    /// By person, in the order of the last change.
    timelines: Vec<Vec<u32>>,
    pub(crate) attachments: BTreeMap<String, Attachment>,
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

    /// Adds without keeping the order: call [`Store::sort`] after the last.
    pub(crate) fn append(&mut self, record: Record) -> u32 {
        let index = self.records.len() as u32;
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
    pub(crate) fn insert(&mut self, record: Record) -> u32 {
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
        record.deleted = true;
        record.updated = now;
        record.version += 1;
        let person = record.person;
        let id = record.id.clone();
        self.timelines[person].retain(|&other| other != index);
        id
    }

    /// Gives one a new version, changed now.
    pub(crate) fn amend(&mut self, index: u32, now: Millis, change: impl FnOnce(&mut Value)) {
        let record = &mut self.records[index as usize];
        let mut body: Value = serde_json::from_str(&record.body).unwrap_or_default();
        change(&mut body);
        record.version += 1;
        record.updated = now;
        body["meta"] = json!({
            "versionId": record.version.to_string(),
            "lastUpdated": clock::instant(now),
        });
        record.body = body.to_string();
        let timeline = &mut self.timelines[record.person];
        timeline.retain(|&other| other != index);
        timeline.push(index);
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

    /// Messages whose text is or contains this.
    pub(crate) fn containing(&self, person: Option<usize>, text: &str) -> Vec<u32> {
        (0..self.records.len() as u32)
            .filter(|&index| {
                let record = self.record(index);
                !record.deleted
                    && record.stray.is_none()
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
