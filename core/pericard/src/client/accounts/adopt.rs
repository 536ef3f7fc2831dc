//! Turns a finished sign-in into an account, or into a person of the account of the same login.
//!
//! A grant is for one patient. Another patient of the same login is another person of the account, with a session, a key and a
//! database of their own.
//!
//! If the saved content can never be read again, because its key is lost or its file damaged, the old files are removed
//! and the content starts empty under a new key. If the keystore cannot be read, adopting fails and can be tried again.

use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::oauth::step_up::SignInProof;
use pericard_protocol::secret::Secret;
use pericard_protocol::session::lease::LastContact;

use crate::client::site::Site;
use crate::keys::Unlocked;
use crate::platform::error::{KeystoreError, PericardError, Result, SignInReason, StorageKind};
use crate::session::AccountProblem;
use crate::storage::{AccountRow, Device, GrantRow, PersonRow, random_id};

use super::content::open_partition;
use super::{AccountEntry, Accounts, LockState};

/// The key of the content of an account that somebody signed in to.
pub(crate) enum Adopted {
    /// It is under a lock, which a sign-in does not open.
    Locked,
    /// It is the one of before.
    Known(Unlocked),
    /// It is the one of before, and opens what is here of others; what is here of this person can never be read again.
    PersonAnew(Unlocked),
    /// It is new: there was none, or what it opened can never be read again.
    Anew(Unlocked),
}

/// The result of a finished sign-in.
pub(crate) struct SignedIn {
    /// The id of the sign-in's row, which is deleted in the same transaction.
    pub(crate) sign_in: String,
    /// The account that the sign-in has to reopen.
    pub(crate) expected: Option<String>,
    pub(crate) client_id: String,
    pub(crate) key: Option<Arc<DpopKey>>,
    pub(crate) subject: String,
    pub(crate) patient: String,
    pub(crate) name: String,
    /// Whether the patient is the person who signed in.
    pub(crate) is_self: bool,
    /// Who signed in for the patient, as `Type/id`, where that is somebody else.
    pub(crate) user: Option<String>,
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
    /// When and how the person proved who they are.
    pub(crate) proof: SignInProof,
}

impl Accounts {
    /// Creates the account, or renews a person's session in the account of the same login, or adds them to it. Blocks.
    pub(crate) fn adopt(&self, site: &Site, signed_in: &SignedIn) -> Result<Arc<AccountEntry>> {
        let another = PericardError::SignInRequired {
            reason: SignInReason::AnotherPerson,
        };
        let (base, issuer) = (&site.config.base, &site.issuer());
        // An interrupted removal must not remove the new account later.
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
        // Signing out of the portal's last account may have deleted its documents meanwhile, and an account whose saved
        // documents are unreadable opens with these.
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
            auto_lock: found.as_ref().map(|row| row.auto_lock).unwrap_or_default(),
        };
        // What is found of keys below is so until it is taken over.
        let core = entry.as_ref().and_then(|entry| entry.core().ok());
        let turn = core.map(|core| core.lock.turn_blocking());
        let mut others = self.host.device.people(&row.id)?;
        let theirs = others.iter().position(|it| it.patient == signed_in.patient);
        let known = theirs.map(|theirs| others.remove(theirs));
        let unlocked = match &entry {
            None => Adopted::Anew(self.host.vault.new_content_root(&row.id)?),
            Some(entry) => self.reopen(entry, known.as_ref(), &others)?,
        };
        // Nobody waits at a lock for what the portal is asked.
        let turn = turn.filter(|_| !matches!(unlocked, Adopted::Locked));
        let unlocked = (unlocked, turn);
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
            user: signed_in.user.clone(),
            wrapped: Vec::new(),
            sealed: None,
            last_contact: Some(LastContact {
                at: signed_in.at,
                uptime: self.host.platform.clock.uptime(),
            }),
            step_up: None,
        };
        let wrapped = match (&unlocked.0, known) {
            // The one on disk may be newer than the one that was read here.
            (Adopted::Locked | Adopted::Known(_), Some(_)) => Vec::new(),
            (Adopted::Locked, None) => return Err(PericardError::Locked),
            (Adopted::Known(root) | Adopted::PersonAnew(root) | Adopted::Anew(root), _) => {
                root.new_person(&self.host.platform, &person.id)?.0
            }
        };
        let person = PersonRow { wrapped, ..person };
        let anew = match &unlocked.0 {
            // What the others had under the root of before is gone, too.
            Adopted::Anew(root) => others
                .into_iter()
                .map(|other| {
                    let wrapped = root.new_person(&self.host.platform, &other.id)?;
                    Ok((other.id, wrapped))
                })
                .collect::<Result<_>>()?,
            Adopted::Known(_) | Adopted::PersonAnew(_) | Adopted::Locked => Vec::new(),
        };
        let grant = GrantRow {
            access_token: signed_in.access_token.clone(),
            expires: signed_in.expires,
            refresh_token: signed_in.refresh_token.clone(),
            scope: signed_in.scope.clone(),
            intent: false,
            client_id: signed_in.client_id.clone(),
            key: signed_in.key.clone(),
            bound: signed_in.bound,
            patient_is_user: signed_in.patient_is_user,
            proof: signed_in.proof.clone(),
        };
        if site.http.takes_bearer() {
            // If it cannot be saved, it is detected again.
            let _ = self.host.device.save_bearer(base, true);
        }
        let (expires, last_contact, id) = (signed_in.expires, person.last_contact, &person.id);
        let store =
            |device: &Device| device.signed_in(&row, &grant, &person, &anew, &signed_in.sign_in);
        let entry = match entry {
            Some(entry) if let Ok(core) = entry.core() => {
                core.signed_in(id, unlocked, expires, last_contact, store)?;
                entry
            }
            // A new account, or one that could not be opened before.
            _ => {
                store(&self.host.device)?;
                let entry = self.get(row.clone());
                entry
                    .core()?
                    .signed_in(id, unlocked, expires, last_contact, |_| Ok(()))?;
                entry
            }
        };
        Ok(entry)
    }

    /// Returns the key of an account's content; a new one where the old content can never be read again.
    fn reopen(
        &self,
        entry: &AccountEntry,
        known: Option<&PersonRow>,
        others: &[PersonRow],
    ) -> Result<Adopted> {
        let (host, id) = (&self.host, entry.id());
        let found = host.device.content_root(id);
        let is_open = |person: &str| entry.core().is_ok_and(|core| core.has_open(person));
        let readable = match (&found, known) {
            (Ok(root), Some(known)) if !is_open(&known.id) => {
                open_partition(host, id, root, known).map(drop)
            }
            // There is nothing to read, or no key to read it with: the result of `content_root` decides.
            _ => Ok(()),
        };
        let opens = |root: &Unlocked, other: &PersonRow| {
            is_open(&other.id) || open_partition(host, id, root, other).is_ok()
        };
        // Somebody has unlocked what is there, and it opens nothing: an older device.db was put back.
        let opens_nothing = entry.core().is_ok_and(|core| {
            let is_open = core.lock_state() == LockState::Unlocked;
            is_open && core.content.problem() == Some(AccountProblem::KeyLost)
        });
        match (found, readable) {
            (Ok(root), Ok(())) => Ok(Adopted::Known(root)),
            (
                Ok(root),
                Err(PericardError::Storage {
                    kind: StorageKind::WrongKey | StorageKind::Damaged,
                }),
            ) if others.iter().any(|other| opens(&root, other)) => {
                if let (Ok(core), Some(known)) = (entry.core(), known) {
                    core.content.seal_person(&known.id);
                    host.directory()?.remove_person(id, &known.id)?;
                }
                Ok(Adopted::PersonAnew(root))
            }
            // The person proves later who they are.
            (Err(PericardError::Locked), _) if !opens_nothing => Ok(Adopted::Locked),
            (
                Err(
                    PericardError::Locked
                    | PericardError::Keystore {
                        kind: KeystoreError::Lost,
                    },
                ),
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
                Ok(Adopted::Anew(host.vault.new_content_root(id)?))
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }
}
