//! Care teams, mirrored for whom they let the person write to.

use pericard_protocol::admission::Owner;
use pericard_protocol::display_text;
use pericard_protocol::fhir::care_team::CareTeam;
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::page::Parse;
use pericard_protocol::fhir::search::Search;
use rusqlite::Connection;

use crate::platform::error::Result;
use crate::storage::{IdKind, PageTx};
use crate::sync::{Applied, Incoming, Mirror, Pace, Reader, RowChanges};

use super::{FEATURE, mapping, table};

pub(super) struct CareTeamMirror;

impl Mirror for CareTeamMirror {
    type Record = CareTeam;

    fn pace(&self) -> Pace {
        Pace::Daily
    }

    /// `patient` is what US Core asks of servers; `subject` is FHIR's own.
    fn searches(&self, owner: &Owner, offers: &dyn Fn(&str) -> bool) -> Vec<Search> {
        let parameter = match offers("subject") && !offers("patient") {
            true => "subject",
            false => "patient",
        };
        vec![Search::by_patient(parameter, owner)]
    }

    fn apply(
        &self,
        tx: &PageTx<'_>,
        reader: Reader<'_>,
        records: &[Incoming<'_, CareTeam>],
        names: &Names,
        _: bool,
    ) -> Result<Applied> {
        let c = tx.connection();
        let mut shown = Vec::with_capacity(records.len());
        for incoming in records {
            let row = match (incoming.record.active, incoming.shown) {
                (false, Some(row)) => {
                    table::remove_team(c, row)?;
                    None
                }
                (false, None) => None,
                (true, row) => {
                    let members = members(c, reader, incoming.record, names)?;
                    Some(table::save_team(c, row, &members)?)
                }
            };
            shown.push(row);
        }
        Ok(Applied {
            shown,
            changes: changed(),
        })
    }

    fn remove(&self, connection: &Connection, rows: &[i64], _: bool) -> Result<RowChanges> {
        for row in rows {
            table::remove_team(connection, *row)?;
        }
        Ok(changed())
    }

    fn no_changes(&self) -> RowChanges {
        RowChanges::new(FEATURE, IdKind::Thread)
    }

    fn unnamed(&self, connection: &Connection) -> Result<Vec<String>> {
        table::unnamed_members(connection)
    }

    fn name(&self, connection: &Connection, key: &str, name: &str) -> Result<RowChanges> {
        let name = display_text::line(name);
        table::noted(connection, key, &name, "")?;
        let mut writer = table::Writer::new(connection);
        writer.name(key, &name)?;
        writer.finish()?;
        Ok(changed())
    }
}

fn changed() -> RowChanges {
    RowChanges {
        records: true,
        ..RowChanges::new(FEATURE, IdKind::Thread)
    }
}

/// Rows of whom the team lets one write to: the team itself where it has a name, and its members.
fn members(c: &Connection, reader: Reader<'_>, team: &CareTeam, names: &Names) -> Result<Vec<i64>> {
    let mut rows = Vec::new();
    if let Some(name) = team.name.as_deref().map(display_text::line)
        && !name.is_empty()
    {
        let key = format!("{}/{}", CareTeam::RESOURCE_TYPE, team.id);
        rows.push(table::noted(c, &key, &name, "")?);
    }
    for member in &team.members {
        let key = member.who.key(&reader.owner.base);
        let Some(key) = key.filter(|key| mapping::is_addressable(key)) else {
            continue;
        };
        let said = team.name_of(&member.who).or(names.get(&key));
        let name = said.map(display_text::line).unwrap_or_default();
        let role = member.role.as_deref().map(display_text::line);
        rows.push(table::noted(c, &key, &name, &role.unwrap_or_default())?);
    }
    Ok(rows)
}
