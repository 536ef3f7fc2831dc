//! Messages as a feature: what a sync mirrors and sends.

use pericard_protocol::admission::{AdmittedPage, Owner, RecordKey};
use pericard_protocol::fhir::capability::ResourceCapability;
use pericard_protocol::fhir::communication::Communication;
use pericard_protocol::fhir::page::Parse;
use pericard_protocol::oauth::scope::ResourceNeed;
use rusqlite::Connection;

use crate::features::{FeatureCapability, FeatureDefinition, FeatureFinding};
use crate::platform::error::Result;
use crate::storage::{Feature, PageTx, Partition, Schema};
use crate::sync::{AnyMirror, Mirror, RowChanges};

use super::{FEATURE, mapping, table};

/// The feature's line in the table.
pub(crate) struct MessagesFeature;

impl FeatureDefinition for MessagesFeature {
    fn feature(&self) -> Feature {
        FEATURE
    }

    fn needs(&self, creates: &dyn Fn(&str) -> bool) -> Vec<ResourceNeed> {
        let messages = Communication::RESOURCE_TYPE;
        vec![ResourceNeed::reads(messages).and_creates(creates(messages))]
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
        &[&MessageMirror]
    }
}

struct MessageMirror;

impl Mirror for MessageMirror {
    type Record = Communication;

    fn apply(
        &self,
        tx: &PageTx<'_>,
        owner: &Owner,
        page: &AdmittedPage<Communication>,
        news: bool,
    ) -> Result<RowChanges> {
        mapping::apply(tx, owner, page, news)
    }

    fn hide(&self, connection: &Connection, keys: &[RecordKey]) -> Result<RowChanges> {
        mapping::hide(connection, keys)
    }

    fn holds(&self, connection: &Connection, id: &str) -> Result<bool> {
        table::holds(connection, id, &mapping::header_key(id))
    }

    fn bulk(&self, partition: &Partition, begin: bool) -> Result<()> {
        partition.local(|tx| table::bulk(tx.connection(), begin))
    }

    fn outgoing(
        &self,
        connection: &Connection,
        owner: &Owner,
        row: i64,
        identifier: &str,
    ) -> Result<Option<String>> {
        Ok(mapping::resource(
            &table::outgoing(connection, row)?,
            owner,
            identifier,
        ))
    }
}
