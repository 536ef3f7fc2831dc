//! The law of order: what is here is a function of the newest versions that the portal has shown, never of their order.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use pericard_protocol::base_url::Base;
use pericard_protocol::fhir::body::Body;
use pericard_protocol::fhir::bundle::Bundle;
use proptest::prelude::*;

use super::judge::{Evaluation, Evidence, Storing};
use super::*;
use crate::features::FEATURES;
use crate::storage::Feature;

const BASE: &str = "https://portal.example/fhir";

/// A version of a record, as a portal may show it.
#[derive(Debug, Clone)]
struct Shown {
    id: u8,
    version: u8,
    /// What it says, as small numbers: text, thread, answer, topic, when it was sent, status, whose it is.
    text: u8,
    parent: Option<u8>,
    answers: Option<u8>,
    topic: u8,
    sent: u8,
    status: u8,
    subject: u8,
}

fn shown() -> impl Strategy<Value = Shown> {
    let parts = (
        0_u8..6,
        1_u8..4,
        0_u8..4,
        prop::option::of(0_u8..6),
        prop::option::of(0_u8..6),
        (0_u8..3, 0_u8..5, 0_u8..8, 0_u8..6),
    );
    parts.prop_map(
        |(id, version, text, parent, answers, (topic, sent, status, subject))| Shown {
            id,
            version,
            text,
            parent,
            answers,
            topic,
            sent,
            status,
            subject,
        },
    )
}

/// Records of one topic, to few of which others hang.
fn of_one_topic() -> impl Strategy<Value = Shown> {
    let parent = prop::option::weighted(0.3, 0_u8..6);
    (0_u8..6, 1_u8..4, parent, 0_u8..6, 0_u8..20).prop_map(|(id, version, parent, sent, status)| {
        Shown {
            id,
            version,
            text: 1,
            parent,
            answers: None,
            topic: 1,
            sent,
            status,
            subject: 1,
        }
    })
}

impl Shown {
    fn json(&self) -> String {
        let reference = |id: &u8| format!(r#"[{{"reference":"Communication/m{id}"}}]"#);
        let mut members = vec![
            r#""resourceType":"Communication""#.to_owned(),
            format!(r#""id":"m{}""#, self.id),
            format!(
                r#""meta":{{"versionId":"{v}","lastUpdated":"2026-01-0{v}T00:00:00Z"}}"#,
                v = self.version
            ),
            format!(
                r#""status":"{}""#,
                match self.status {
                    0 => "entered-in-error",
                    1 => "preparation",
                    _ => "completed",
                }
            ),
            // One in six cannot be matched: its subject is nobody of this portal.
            format!(
                r#""subject":{{"reference":"{}"}}"#,
                if self.subject == 0 {
                    "urn:uuid:1"
                } else {
                    "Patient/ana"
                }
            ),
            format!(r#""sent":"2025-0{}-01T10:00:00Z""#, 1 + self.sent),
            r#""sender":{"reference":"Practitioner/7","display":"Dr. Kos"}"#.to_owned(),
        ];
        if self.text > 0 {
            members.push(format!(
                r#""payload":[{{"contentString":"text {}"}}]"#,
                self.text
            ));
        }
        if self.topic > 0 {
            members.push(format!(r#""topic":{{"text":"topic {}"}}"#, self.topic));
        }
        if let Some(parent) = &self.parent {
            members.push(format!(r#""partOf":{}"#, reference(parent)));
        }
        if let Some(answers) = &self.answers {
            members.push(format!(r#""inResponseTo":{}"#, reference(answers)));
        }
        format!(r#"{{"resource":{{{}}}}}"#, members.join(","))
    }
}

struct Copy {
    replica: Replica,
    mirror: &'static dyn AnyMirror,
    _folder: tempfile::TempDir,
}

impl Copy {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let vault = crate::keys::tests::vault(false).0;
        let root = vault.new_content_root("a").unwrap();
        let platform = Platform::real("test");
        let wrapped = root.new_person(&platform, "p").unwrap();
        let key = root.person("p", &wrapped).unwrap();
        let messages = FEATURES[0];
        let schemas = std::iter::once(&outbox::SCHEMA).chain(messages.schemas().iter().copied());
        let path = folder.path().join("person.db");
        let partition = Partition::open(&path, &key, &platform, "ana", schemas).unwrap();
        Self {
            replica: Replica {
                platform,
                partition: Arc::new(partition),
                owner: Arc::new(Owner {
                    base: Base::parse(BASE, false).unwrap(),
                    patient: "ana".into(),
                    aliases: Default::default(),
                }),
                user: None,
                track: Track {
                    feature: Feature::Messages,
                    resource_type: "Communication",
                },
                notifier: Arc::default(),
            },
            mirror: messages.mirrors()[0],
            _folder: folder,
        }
    }

    fn page(&self, records: &[Shown]) {
        let entries: Vec<String> = records.iter().map(Shown::json).collect();
        let page = format!(
            r#"{{"resourceType":"Bundle","type":"searchset","entry":[{}]}}"#,
            entries.join(",")
        );
        let body = Body::new(page.as_bytes());
        let bundle = Bundle::parse(&body).unwrap();
        let Evaluation::Clean(page) = self.mirror.evaluate(&self.replica, &bundle, None).unwrap()
        else {
            panic!("nobody else is named");
        };
        let storing = Storing {
            news: true,
            evidence: Evidence::Search,
            queued: None,
        };
        page.store(&self.replica, storing, |_| Ok(())).unwrap();
    }

    /// Everything that a person sees, and what is known beside it.
    fn seen(&self) -> String {
        let all = self.replica.partition.read(|c| {
            let mut seen = String::new();
            for sql in [
                "SELECT thread.subject || '|' || thread.participants || '|' || thread.messages || '|' || thread.unread
                     || '|' || thread.last_text || '|' || thread.last_at || '|' || thread.last_from || '|' ||
                     (SELECT group_concat(entry, ';') FROM (SELECT remote || ' ' || text || ' ' || at || ' ' || shown AS entry
                      FROM message WHERE message.thread = thread.id AND shown = 1
                      ORDER BY at, updated, length(remote), remote))
                 FROM thread WHERE messages > 0 ORDER BY last_at, last_updated, length(last_remote), last_remote",
                "SELECT id || ' ' || version || ' ' || last_updated || ' ' || (shown IS NULL) FROM record ORDER BY id",
                "SELECT why || ' ' || version FROM absent ORDER BY why, version",
            ] {
                let mut statement = c.prepare(sql)?;
                let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
                for row in rows {
                    seen.push_str(&row?);
                    seen.push('\n');
                }
                seen.push_str("--\n");
            }
            Ok(seen)
        });
        all.unwrap()
    }
}

/// What is here is the same however the records come, in pages of `split`, and again where `repeat` says so.
fn is_the_same(
    shown: Vec<Shown>,
    shuffle: u64,
    split: usize,
    repeat: bool,
) -> Result<(), TestCaseError> {
    // One text for each version: a portal does not change a version.
    let mut versions: BTreeMap<(u8, u8), Shown> = BTreeMap::new();
    for record in shown {
        versions
            .entry((record.id, record.version))
            .or_insert(record);
    }
    let records: Vec<Shown> = versions.into_values().collect();
    let one = Copy::new();
    one.page(&records);

    let mut shuffled = records.clone();
    let mut seed = shuffle;
    for at in (1..shuffled.len()).rev() {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        shuffled.swap(at, (seed >> 33) as usize % (at + 1));
    }
    let other = Copy::new();
    for page in shuffled.chunks(split) {
        other.page(page);
        if repeat {
            other.page(page);
        }
    }
    prop_assert_eq!(one.seen(), other.seen());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_is_here_does_not_depend_on_the_order(
        shown in prop::collection::vec(shown(), 1..14), shuffle in any::<u64>(), split in 1_usize..5, repeat: bool,
    ) {
        is_the_same(shown, shuffle, split, repeat)?;
    }

    #[test]
    fn what_follows_by_its_topic_does_not_depend_on_the_order(
        shown in prop::collection::vec(of_one_topic(), 2..14), shuffle in any::<u64>(), split in 1_usize..5, repeat: bool,
    ) {
        is_the_same(shown, shuffle, split, repeat)?;
    }
}
