//! device.db: accounts, their tokens, and work that is still to be done.
//!
//! Uses: `database`
//!
//! - `accounts` has the accounts, and those that are being removed.
//! - `people` has whose records they show, and where each one's session stands.
//! - `grants` has the tokens of each person.
//! - `policies` has the portals' policies.
//! - `roots` has the content root of each account, of which the keystore has one half.
//! - `pending` has sign-ins in progress, portals' documents, registrations and revocations.
//!
//! Every commit survives a loss of power, because a lost refresh token locks the person out.

mod accounts;
mod grants;
mod pending;
mod people;
mod policies;
mod roots;
mod rows;
mod schema;

use std::path::Path;
use std::sync::Arc;

use crate::keys::Vault;
use crate::platform::error::{PericardError, Result};
use crate::platform::secret::Key;

use super::database::{Database, Durability};

pub(crate) use policies::SavedPolicy;
pub use rows::SealReason;
pub(crate) use rows::{AccountRow, GrantRow, PendingRevocation, PersonRow, instant, millis};
use schema::SCHEMA;

/// The device's database. Its methods block.
pub(crate) struct Device {
    database: Database,
    /// Also counts how often each account was sealed.
    vault: Arc<Vault>,
}

impl Device {
    pub(crate) fn open(path: &Path, key: Key, vault: Arc<Vault>) -> Result<Self> {
        Ok(Self {
            database: Database::open(path, key, Durability::Power, vec![&SCHEMA])?,
            vault,
        })
    }

    /// The version of its tables.
    pub(crate) fn version() -> usize {
        SCHEMA.steps.len()
    }

    pub(crate) fn pause(&self) {
        self.database.pause();
    }

    pub(crate) fn resume(&self) {
        self.database.resume();
    }
}

impl From<serde_json::Error> for PericardError {
    /// Used only for documents that this installation wrote itself.
    fn from(_: serde_json::Error) -> Self {
        Self::internal("document")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::{Duration, SystemTime};

    use pericard_protocol::secret::Secret;

    use super::super::database::Schema;
    use super::*;

    /// The first version.
    static FIRST: Schema = Schema {
        part: "device",
        steps: &[SCHEMA.steps[0]],
    };

    /// The version before a grant knew how its patient was named.
    static SECOND: Schema = Schema {
        part: "device",
        steps: &[SCHEMA.steps[0], SCHEMA.steps[1]],
    };

    /// The version before columns had the names of their types.
    static THIRD: Schema = Schema {
        part: "device",
        steps: &[SCHEMA.steps[0], SCHEMA.steps[1], SCHEMA.steps[2]],
    };

    #[test]
    fn a_directory_of_the_third_version_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.db");
        let key = || Key::new([7; 32]);
        let old = Database::open(&path, key(), Durability::Power, vec![&THIRD]).unwrap();
        old.write(|tx| {
            Ok(tx.execute_batch(
                r#"INSERT INTO account (id, base, issuer, subject, config, heard, heard_uptime, wanted)
                    VALUES ('a', 'https://p/fhir', 'https://p', 's', '{}', 2000, 30, '{"max_age":60}');
                    INSERT INTO person (id, account, patient, name, is_self, wrapped) VALUES ('p', 'a', 'p1', 'Ana', 1, x'00');"#,
            )?)
        })
        .unwrap();
        drop(old);
        let device =
            Device::open(&path, key(), Arc::new(crate::keys::tests::vault(false).0)).unwrap();
        let row = device.people("a").unwrap().remove(0);
        let contact = row.last_contact.unwrap();
        assert_eq!(contact.at.as_millisecond(), 2000);
        assert_eq!(contact.uptime, Duration::from_millis(30));
        assert_eq!(row.step_up.as_deref(), Some(r#"{"max_age":60}"#));
    }

    #[test]
    fn a_directory_of_the_second_version_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.db");
        let key = || Key::new([7; 32]);
        let old = Database::open(&path, key(), Durability::Power, vec![&SECOND]).unwrap();
        old.write(|tx| {
            Ok(tx.execute_batch(
                r#"INSERT INTO account (id, base, issuer, subject, config) VALUES ('a', 'https://p/fhir', 'https://p', 's', '{}');
                INSERT INTO token_grant (account, patient, access_token, expires, refresh_token, scope, client_id, bound)
                    VALUES ('a', 'p1', 'access', 1000, 'refresh', 'openid', 'app', 1);
                INSERT INTO person (id, account, patient, name, is_self, wrapped) VALUES ('p', 'a', 'p1', 'Ana', 1, x'00');
                INSERT INTO portal VALUES ('https://p/fhir', '{}');"#,
            )?)
        })
        .unwrap();
        drop(old);
        let device =
            Device::open(&path, key(), Arc::new(crate::keys::tests::vault(false).0)).unwrap();
        let grant = device.grant("p").unwrap().unwrap();
        assert!(grant.bound && !grant.patient_is_user);
        assert!(!device.takes_bearer("https://p/fhir").unwrap());
        device.save_bearer("https://p/fhir", true).unwrap();
        // Saving new documents does not change it.
        device.save_portal("https://p/fhir", "{}").unwrap();
        assert!(device.takes_bearer("https://p/fhir").unwrap());
    }

    #[test]
    fn a_directory_of_the_first_version_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.db");
        let key = || Key::new([7; 32]);
        let old = Database::open(&path, key(), Durability::Power, vec![&FIRST]).unwrap();
        old.write(|tx| {
            Ok(tx.execute_batch(
                r#"INSERT INTO account VALUES ('a', 'https://p/fhir', 'https://p', 's', '{}', NULL);
                INSERT INTO token_grant VALUES ('a', 'p1', 'access', 1000, 'refresh', 'openid', 0);
                INSERT INTO person (id, account, patient, name, is_self, wrapped) VALUES ('p', 'a', 'p1', 'Ana', 1, x'00');
                INSERT INTO portal VALUES ('https://p/fhir', '{"smart":"{\"a\":\"\u00e9\"}","server":null,"capability":"{}"}');
                INSERT INTO sign_in VALUES ('old', '{}', 9000000000000);"#,
            )?)
        })
        .unwrap();
        drop(old);
        let vault = Arc::new(crate::keys::tests::vault(false).0);
        let device = Device::open(&path, key(), vault).unwrap();
        let row = device.people("a").unwrap().remove(0);
        assert_eq!(
            (row.sealed, row.last_contact, row.step_up),
            (None, None, None)
        );
        let grant = device.grant("p").unwrap().unwrap();
        assert!(grant.refresh_token.unwrap().matches("refresh"));
        assert!(grant.key.is_none() && !grant.bound && grant.client_id.is_empty());
        assert!(!grant.patient_is_user);
        let document: serde_json::Value =
            serde_json::from_str(&device.portal("https://p/fhir").unwrap().unwrap()).unwrap();
        assert_eq!(
            document["smart"]["text"],
            r#"{"a":"\u00e9"}"#.replace("\\u00e9", "é")
        );
        assert_eq!(document["server"], serde_json::Value::Null);
        assert_eq!(document["capability"]["text"], "{}");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        assert!(device.sign_in(now).unwrap().is_none());
    }

    /// Returns every row of every table that could name a portal or a person.
    fn rows(device: &Device) -> Vec<String> {
        let read = |c: &rusqlite::Connection| {
            let mut all = Vec::new();
            for (table, columns) in [
                ("account", "id || base || issuer || subject"),
                ("token_grant", "person"),
                ("superseded", "account"),
                ("person", "account || patient || name"),
                ("sign_in", "id"),
                ("portal", "base"),
                ("registration", "base"),
            ] {
                let mut statement = c.prepare(&format!("SELECT {columns} FROM {table}"))?;
                let found = statement.query_map([], |row| row.get::<_, String>(0))?;
                for row in found {
                    all.push(format!("{table} {}", row?));
                }
            }
            Ok(all)
        };
        device.database.read(read).unwrap()
    }

    #[test]
    fn what_is_destroyed_takes_the_persons_own_finished_sign_ins_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Arc::new(crate::keys::tests::vault(false).0);
        let path = folder.path().join("device.db");
        let device = Device::open(&path, Key::new([7; 32]), vault).unwrap();
        let sign_in = |id: &str, issuer: &str, stage: &str| {
            format!(
                r#"INSERT INTO sign_in VALUES ('{id}', '{{"config":{{"base":"https://one"}},"client_id":"c",
                    "issuer":"{issuer}","expected":null,"stage":{stage}}}', 1);"#
            )
        };
        let ready = |subject: &str| {
            format!(r#"{{"Ready":{{"subject":"{subject}","refresh_token":"of {subject}"}}}}"#)
        };
        let rows = [
            "INSERT INTO account (id, base, issuer, subject, config) VALUES ('a', 'https://one', 'i', 'ana', '{}');
             INSERT INTO person (id, account, patient, name, is_self, wrapped) VALUES ('p', 'a', 'p1', 'Ana', 1, x'00');
             INSERT INTO token_grant (person, access_token, expires, refresh_token, scope)
                VALUES ('p', 'a', 1, 'r', 's');
             INSERT INTO superseded VALUES ('a', 'c', 'old');
             INSERT INTO sign_in VALUES ('odd', 'no json', 1);",
            &sign_in("own", "i", &ready("ana")),
            &sign_in("begun", "i", r#""Browser""#),
            &sign_in("other", "i", &ready("ben")),
            &sign_in("elsewhere", "j", &ready("ana")),
        ];
        let write = |tx: &rusqlite::Transaction<'_>| Ok(tx.execute_batch(&rows.concat())?);
        device.database.write(write).unwrap();
        let finished = device.finished_sign_ins("a").unwrap();
        assert_eq!(finished.len(), 1);
        assert!(finished[0].0 == "c" && finished[0].1.matches("of ana"));
        let now = SystemTime::UNIX_EPOCH;
        let pending = [Secret::new("document".into())];
        let until = now + Duration::from_secs(60);
        device.destroyed("a", &pending, until).unwrap();
        assert!(device.grant("p").unwrap().is_none());
        assert!(device.superseded("a").unwrap().is_empty());
        let sealed = device.people("a").unwrap().remove(0).sealed;
        assert_eq!(sealed, Some(SealReason::Destroyed));
        let kept = device.revocations(now).unwrap();
        assert!(kept.len() == 1 && kept[0].document.matches("document"));
        let mut left = self::rows(&device);
        left.retain(|row| row.starts_with("sign_in"));
        left.sort();
        let others = ["begun", "elsewhere", "odd", "other"];
        assert_eq!(left, others.map(|id| format!("sign_in {id}")));
    }

    #[test]
    fn after_leaving_no_row_about_the_portal_or_the_person_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Arc::new(crate::keys::tests::vault(false).0);
        let path = folder.path().join("device.db");
        let device = Device::open(&path, Key::new([7; 32]), vault).unwrap();
        let rows_of = |account: &str, base: &str| {
            let sign_in = |id: &str, expected: &str, token: &str| {
                format!(
                    r#"INSERT INTO sign_in VALUES ('{id}', '{{"config":{{"base":"{base}"}},"client_id":"c",
                        "expected":{expected},"stage":{{"Ready":{{"refresh_token":{token}}}}}}}', 1);"#
                )
            };
            format!(
                r#"INSERT INTO account (id, base, issuer, subject, config) VALUES ('{account}', '{base}', 'i', '{account}', '{{}}');
                INSERT INTO superseded VALUES ('{account}', 'c', 'old');
                INSERT INTO person (id, account, patient, name, is_self, wrapped)
                    VALUES ('{account}p', '{account}', 'p', 'Name', 1, x'00');
                INSERT INTO token_grant (person, access_token, expires, refresh_token, scope)
                    VALUES ('{account}p', 'a', 1, 'r', 's');
                INSERT OR REPLACE INTO portal (base, document) VALUES ('{base}', '{{}}');
                INSERT OR REPLACE INTO registration VALUES ('{base}', 'i', 'r', 'c');
                {} {}"#,
                sign_in(
                    &format!("{account}-own"),
                    &format!("\"{account}\""),
                    "\"mine\""
                ),
                sign_in(&format!("{account}-new"), "null", "null"),
            )
        };
        device
            .database
            .write(|tx| {
                tx.execute_batch(&rows_of("a", "https://one"))?;
                tx.execute_batch(&rows_of("b", "https://one"))?;
                tx.execute_batch(&rows_of("c", "https://two"))?;
                Ok(tx.execute("INSERT INTO sign_in VALUES ('odd', 'no json', 1)", [])?)
            })
            .unwrap();
        let leave = |id: &str| {
            device.leave(id, &[], SystemTime::UNIX_EPOCH).unwrap();
            device.remove_account(id).unwrap();
            device.keys_deleted(id).unwrap();
        };
        let tokens = device.sign_in_tokens("a").unwrap();
        assert_eq!(tokens.len(), 1);
        assert!(tokens[0].0 == "c" && tokens[0].1.matches("mine"));
        leave("a");
        let left = rows(&device);
        // Rows that it shares with another account stay until that account is removed.
        assert!(left.contains(&"portal https://one".into()), "{left:?}");
        assert!(left.contains(&"sign_in a-new".into()), "{left:?}");
        let own = |row: &&String| row.contains(" a") && **row != "sign_in a-new";
        assert_eq!(left.iter().find(own), None);
        leave("b");
        let left = rows(&device);
        assert!(left.iter().all(|row| !row.contains("one")), "{left:?}");
        assert!(left.contains(&"portal https://two".into()), "{left:?}");
        leave("c");
        assert_eq!(rows(&device), ["sign_in odd"]);
        assert!(device.doomed_keys().unwrap().is_empty());
    }
}
