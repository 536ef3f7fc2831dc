//! A finished sign-in becomes an account, or reopens the one of the same person.
//!
//! Where what is here can never be read again, because its key is lost or its file damaged, the sign-in begins anew: a
//! new key, and the old files are removed. A keystore that cannot say is asked to be tried again later.

use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::secret::Secret;
use pericard_protocol::session::lease::LastContact;

use crate::client::site::Site;
use crate::keys::Unlocked;
use crate::platform::error::{KeystoreError, PericardError, Result, SignInReason, StorageKind};
use crate::storage::{AccountRow, Device, GrantRow, PersonRow, random_id};

use super::content::open_partition;
use super::{AccountEntry, Accounts};

/// What a finished sign-in brings.
pub(crate) struct SignedIn {
    /// The sign-in's own row, which goes with the commit.
    pub(crate) sign_in: String,
    /// The account that has to be reopened.
    pub(crate) expected: Option<String>,
    pub(crate) client_id: String,
    pub(crate) key: Option<Arc<DpopKey>>,
    pub(crate) subject: String,
    pub(crate) patient: String,
    pub(crate) name: String,
    /// Whether the patient is who signed in.
    pub(crate) is_self: bool,
    pub(crate) access_token: Secret,
    pub(crate) expires: SystemTime,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) scope: String,
    /// Whether the tokens are bound to `key`.
    pub(crate) bound: bool,
    /// The portal's time at sign-in.
    pub(crate) at: Timestamp,
    /// Whether `fhirUser` named the patient.
    pub(crate) patient_is_user: bool,
}

impl Accounts {
    /// Makes the account, or reopens the one of the same person. Blocks.
    pub(crate) fn adopt(&self, site: &Site, signed_in: &SignedIn) -> Result<Arc<AccountEntry>> {
        let another = PericardError::SignInRequired {
            reason: SignInReason::AnotherPerson,
        };
        let (base, issuer) = (&site.config.base, &site.issuer());
        // One that is half destroyed must not take the new one with it.
        self.finish_removals()?;
        let found = self
            .host
            .device
            .account_of(base, issuer, &signed_in.subject)?;
        if signed_in.expected.is_some()
            && signed_in.expected != found.as_ref().map(|row| row.id.clone())
        {
            return Err(another);
        }
        // Signing out of the portal's last account may have removed its documents since they were read; an account whose
        // documents could not be read opens with these.
        site.save(&self.host)?;
        let entry = found.clone().map(|row| self.get(row));
        let row = AccountRow {
            id: found
                .clone()
                .map_or_else(|| random_id(&self.host.platform), |row| row.id),
            base: base.clone(),
            issuer: issuer.clone(),
            subject: signed_in.subject.clone(),
            config: serde_json::to_string(&site.config)?,
            sealed: None,
            last_contact: Some(LastContact {
                at: signed_in.at,
                uptime: self.host.platform.clock.uptime(),
            }),
            step_up: None,
        };
        let known = self.host.device.people(&row.id)?.into_iter().next();
        // A grant has one fixed patient; the same login with another one is not the same person here.
        if known
            .as_ref()
            .is_some_and(|person| person.patient != signed_in.patient)
        {
            return Err(another);
        }
        let (unlocked, anew) = match &entry {
            None => (self.host.vault.new_content_root(&row.id)?, true),
            Some(entry) => self.reopen(entry, known.as_ref())?,
        };
        let person = PersonRow {
            id: known
                .as_ref()
                .map_or_else(|| random_id(&self.host.platform), |known| known.id.clone()),
            patient: signed_in.patient.clone(),
            name: known
                .as_ref()
                .filter(|_| signed_in.name.is_empty())
                .map_or_else(|| signed_in.name.clone(), |known| known.name.clone()),
            is_self: match &known {
                Some(known) if signed_in.name.is_empty() => known.is_self,
                _ => signed_in.is_self,
            },
            wrapped: Vec::new(),
        };
        let wrapped = match known {
            Some(known) if !anew => known.wrapped,
            _ => {
                unlocked
                    .new_person(&self.host.platform, &row.id, &person.id)?
                    .0
            }
        };
        let person = PersonRow { wrapped, ..person };
        let grant = GrantRow {
            patient: signed_in.patient.clone(),
            access_token: signed_in.access_token.clone(),
            expires: signed_in.expires,
            refresh_token: signed_in.refresh_token.clone(),
            scope: signed_in.scope.clone(),
            intent: false,
            client_id: signed_in.client_id.clone(),
            key: signed_in.key.clone(),
            bound: signed_in.bound,
            patient_is_user: signed_in.patient_is_user,
        };
        if site.http.takes_bearer() {
            // What could not be kept is found out anew.
            let _ = self.host.device.save_bearer(base, true);
        }
        let (expires, last_contact) = (signed_in.expires, row.last_contact);
        let store = |device: &Device| device.signed_in(&row, &grant, &person, &signed_in.sign_in);
        let entry = match entry {
            Some(entry) if let Ok(core) = entry.core() => {
                core.signed_in(unlocked, expires, last_contact, store)?;
                entry
            }
            // A new one, or one that could not be opened with what was saved of it.
            _ => {
                store(&self.host.device)?;
                let entry = self.get(row);
                entry
                    .core()?
                    .signed_in(unlocked, expires, last_contact, |_| Ok(()))?;
                entry
            }
        };
        Ok(entry)
    }

    /// The key of an account's content, and whether it is a new one because what is here can never be read again.
    fn reopen(&self, entry: &AccountEntry, known: Option<&PersonRow>) -> Result<(Unlocked, bool)> {
        let (host, id) = (&self.host, entry.id());
        let found = host.vault.content_root(id);
        let is_open = |person| entry.core().is_ok_and(|core| core.has_open(person));
        let readable = match (&found, known) {
            (Ok(root), Some(known)) if !is_open(&known.id) => {
                open_partition(host, id, root, known).map(drop)
            }
            // Nothing to read, or nothing to read it with: the root says enough.
            _ => Ok(()),
        };
        match (found, readable) {
            (Ok(root), Ok(())) => Ok((root, known.is_none())),
            (
                Err(PericardError::Keystore {
                    kind: KeystoreError::Lost,
                }),
                _,
            )
            | (
                _,
                Err(PericardError::Storage {
                    kind: StorageKind::WrongKey | StorageKind::Damaged,
                }),
            ) => {
                if let Ok(core) = entry.core() {
                    core.close();
                }
                host.directory()?.remove_account(id)?;
                Ok((host.vault.new_content_root(id)?, true))
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }
}
