//! Messages as a feature: what a sync mirrors and sends.

use pericard_protocol::admission::Owner;
use pericard_protocol::fhir::capability::ResourceCapability;
use pericard_protocol::fhir::care_team::CareTeam;
use pericard_protocol::fhir::communication::Communication;
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::page::Parse;
use pericard_protocol::fhir::search::Search;
use pericard_protocol::oauth::scope::ResourceNeed;
use rusqlite::Connection;

use crate::features::{
    ExportPosition, Exported, FeatureCapability, FeatureDefinition, FeatureFinding, Subject,
};
use crate::platform::error::Result;
use crate::storage::{Feature, IdKind, PageTx, Partition, Salvage, Schema};
use crate::sync::{AnyMirror, Applied, Incoming, Mirror, Reader, RowChanges, Upload};

use super::care_team::CareTeamMirror;
use super::{FEATURE, export, files, mapping, table};

/// The feature's line in the table.
pub(crate) struct MessagesFeature;

impl FeatureDefinition for MessagesFeature {
    fn feature(&self) -> Feature {
        FEATURE
    }

    fn needs(&self, resource: &dyn Fn(&str) -> Option<ResourceCapability>) -> Vec<ResourceNeed> {
        let (messages, teams) = (Communication::RESOURCE_TYPE, CareTeam::RESOURCE_TYPE);
        let creates = |kind| resource(kind).is_none_or(|it| it.creates());
        // Files of messages: where a portal does not list Binary, it is read all the same.
        let files = ResourceNeed {
            search: false,
            ..ResourceNeed::reads("Binary").and_creates(creates("Binary"))
        };
        let mut needs = vec![
            ResourceNeed::reads(messages).and_creates(creates(messages)),
            files,
        ];
        if resource(teams).is_some_and(|it| it.searches()) {
            needs.push(ResourceNeed::reads(teams).if_listed());
        }
        needs
    }

    fn capability(
        &self,
        resource: &dyn Fn(&str) -> Option<ResourceCapability>,
    ) -> FeatureCapability {
        FeatureCapability::new(FEATURE, resource(Communication::RESOURCE_TYPE).as_ref())
    }

    fn findings(&self, capability: &FeatureCapability) -> Vec<FeatureFinding> {
        vec![
            FeatureFinding {
                subject: "Messages",
                offered: capability.readable,
                works: "the inbox works",
                otherwise: "there is no inbox at this portal",
            },
            FeatureFinding {
                subject: "Sending messages",
                offered: capability.sendable,
                works: "answers can be sent",
                otherwise: "messages can be read, not sent",
            },
            FeatureFinding {
                subject: "Messages sent exactly once",
                offered: capability.sends_exactly_once,
                works: "a message arrives once, even if the portal's response is lost",
                otherwise: "if the portal's response is lost, the person may have to check whether the message arrived",
            },
        ]
    }

    fn schemas(&self) -> &'static [&'static Schema] {
        const SCHEMAS: &[&Schema] = &[&table::SCHEMA];
        SCHEMAS
    }

    fn mirrors(&self) -> &'static [&'static dyn AnyMirror] {
        &[&MessageMirror, &CareTeamMirror]
    }

    fn salvages(&self) -> &'static [Salvage] {
        &[
            Salvage {
                table: "message",
                rows: ("outbox", "item"),
            },
            Salvage {
                table: "draft",
                rows: ("draft", "id"),
            },
        ]
    }

    fn export(
        &self,
        partition: &Partition,
        subject: &Subject<'_>,
        after: ExportPosition,
    ) -> Result<Option<(Exported, ExportPosition)>> {
        export::conversation(partition, subject, after)
    }

    fn salvaged(&self, connection: &Connection) -> Result<()> {
        table::salvaged(connection)
    }
}

struct MessageMirror;

impl Mirror for MessageMirror {
    type Record = Communication;

    /// What is about the person; and where the portal can search so, what the person takes part in: the subject may be
    /// missing (R4 has it 0..1).
    fn searches(&self, owner: &Owner, offers: &dyn Fn(&str) -> bool) -> Vec<Search> {
        let subject = match offers("patient") && !offers("subject") {
            true => Search::by_patient("patient", owner),
            false => Search::by_subject(owner),
        };
        let taking_part = ["recipient", "sender"].into_iter();
        let taking_part = taking_part.filter(|parameter| offers(parameter));
        let taking_part = taking_part.map(|parameter| Search::by_patient(parameter, owner));
        std::iter::once(subject).chain(taking_part).collect()
    }

    fn apply(
        &self,
        tx: &PageTx<'_>,
        reader: Reader<'_>,
        records: &[Incoming<'_, Communication>],
        names: &Names,
        news: bool,
    ) -> Result<Applied> {
        mapping::apply(tx, reader, records, names, news)
    }

    fn remove(&self, connection: &Connection, rows: &[i64], gone: bool) -> Result<RowChanges> {
        mapping::remove(connection, rows, gone)
    }

    fn no_changes(&self) -> RowChanges {
        RowChanges::new(FEATURE, IdKind::Thread)
    }

    fn unnamed(&self, connection: &Connection) -> Result<Vec<String>> {
        table::unnamed(connection)
    }

    fn name(&self, connection: &Connection, key: &str, name: &str) -> Result<RowChanges> {
        let mut changes = self.no_changes();
        let mut writer = table::Writer::new(connection);
        writer.name(key, name)?;
        changes.groups = writer.finish()?;
        changes.records = !changes.groups.is_empty();
        Ok(changes)
    }

    fn bulk(&self, partition: &Partition, begin: bool) -> Result<()> {
        if !begin && !partition.read(table::in_bulk)? {
            return Ok(());
        }
        partition.local(|tx| table::bulk(tx.connection(), begin))
    }

    fn group(&self, connection: &Connection, row: i64) -> Result<i64> {
        table::thread_of(connection, row)
    }

    fn says(&self, connection: &Connection, row: i64, record: &Communication) -> Result<bool> {
        mapping::says(connection, row, record)
    }

    fn sent(&self, connection: &Connection, row: i64, id: &str) -> Result<RowChanges> {
        let mut changes = self.no_changes();
        let mut writer = table::Writer::new(connection);
        writer.sent(row, id)?;
        changes.groups = writer.finish()?;
        changes.records = true;
        Ok(changes)
    }

    fn outgoing(
        &self,
        connection: &Connection,
        reader: Reader<'_>,
        row: i64,
        identifier: &str,
    ) -> Result<Option<String>> {
        let message = table::outgoing(connection, row)?;
        let files = message.files.iter();
        let files = files.map(|file| mapping::outgoing_file(connection, file));
        let files = files.collect::<Result<Vec<_>>>()?;
        Ok(mapping::resource(&message, &files, reader, identifier))
    }

    fn upload(&self, connection: &Connection, row: i64) -> Result<Option<Upload>> {
        let next = files::table::next_upload(connection, row)?;
        Ok(next.map(|(file, content, content_type, size)| Upload {
            file,
            content,
            content_type,
            size,
        }))
    }

    fn uploaded(
        &self,
        connection: &Connection,
        row: i64,
        file: i64,
        reference: &str,
    ) -> Result<()> {
        files::table::uploaded(connection, row, file, reference)
    }
}
