//! A finished sign-in becomes an account, or reopens the one of the same person.

use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::secret::Secret;
use pericard_protocol::session::lease::LastContact;

use crate::client::site::Site;
use crate::platform::error::{PericardError, Result, SignInReason};
use crate::storage::{AccountRow, Device, GrantRow, PersonRow, random_id};

use super::{AccountCore, Accounts};

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
    pub(crate) fn adopt(&self, site: &Site, signed_in: &SignedIn) -> Result<Arc<AccountCore>> {
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
        let fresh = found.is_none();
        let row = AccountRow {
            id: found
                .clone()
                .map_or_else(|| random_id(&self.host.platform), |row| row.id),
            base: base.clone(),
            issuer: issuer.clone(),
            subject: signed_in.subject.clone(),
            config: serde_json::to_string(&site.config)?,
            sealed: None,
            heard: Some(LastContact {
                at: signed_in.at,
                uptime: self.host.platform.clock.uptime(),
            }),
            wanted: None,
        };
        let known = self.host.device.people(&row.id)?.into_iter().next();
        // A grant has one fixed patient; the same login with another one is not the same person here.
        if known
            .as_ref()
            .is_some_and(|person| person.patient != signed_in.patient)
        {
            return Err(another);
        }
        let unlocked = self.host.vault.content_root(&row.id, fresh)?;
        let person = match known {
            Some(person) if signed_in.name.is_empty() => person,
            Some(person) => PersonRow {
                name: signed_in.name.clone(),
                is_self: signed_in.is_self,
                ..person
            },
            None => {
                let id = random_id(&self.host.platform);
                let wrapped = unlocked.new_person(&self.host.platform, &row.id, &id)?.0;
                let (patient, name) = (signed_in.patient.clone(), signed_in.name.clone());
                PersonRow {
                    id,
                    patient,
                    name,
                    is_self: signed_in.is_self,
                    wrapped,
                }
            }
        };
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
            let _ = self.host.device.keep_bearer(base, true);
        }
        let (expires, heard) = (signed_in.expires, row.heard);
        let store = |device: &Device| device.signed_in(&row, &grant, &person, &signed_in.sign_in);
        let account = match found {
            Some(found) => {
                let account = self.get(found)?;
                account.signed_in(unlocked, expires, heard, store)?;
                account
            }
            None => {
                store(&self.host.device)?;
                let account = self.get(row.clone())?;
                account.signed_in(unlocked, expires, heard, |_| Ok(()))?;
                account
            }
        };
        Ok(account)
    }
}
