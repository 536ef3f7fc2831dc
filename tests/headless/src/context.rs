//! The open directory of a command: client, account, person.

use std::path::Path;
use std::sync::Arc;

use pericard::{
    Account, Client, Config, Documents, Labs, MessageThread, Messages, PericardError, Person,
    PortalConfig,
};
use pericard_desktop::{DesktopKeystore, DesktopKeystoreError};

use crate::browser::Callback;
use crate::cli::Options;
use crate::failure::Failure;
use crate::prompt;
use crate::settings::{self, Folder};
use crate::unlocking;

/// The program's name for portals' logs.
pub(crate) const APP: &str = concat!("pericard/", env!("CARGO_PKG_VERSION"));

/// A client on the person's own directory.
pub(crate) struct Context {
    pub(crate) client: Arc<Client>,
    account: Option<String>,
    person: Option<String>,
    portals: Vec<PortalConfig>,
}

impl Context {
    /// Opens the directory where there is one; an inbox that nobody signed in to makes none.
    pub(crate) async fn existing(options: &Options) -> Result<Self, Failure> {
        if !Folder::of(options)?.is_used() {
            return Err(Failure::Nobody);
        }
        Self::open(options, None).await
    }

    /// The same for a command that may have to send the person to the browser.
    pub(crate) async fn with_browser(options: &Options) -> Result<(Self, Callback), Failure> {
        let folder = Folder::of(options)?;
        if !folder.is_used() {
            return Err(Failure::Nobody);
        }
        Self::for_sign_in(options).await
    }

    /// Opens the directory, or makes it, with a way back from the browser.
    pub(crate) async fn for_sign_in(options: &Options) -> Result<(Self, Callback), Failure> {
        let callback = Callback::listen(Some(&Folder::of(options)?), options.program()).await?;
        let context = Self::open(options, Some(&callback)).await?;
        Ok((context, callback))
    }

    async fn open(options: &Options, callback: Option<&Callback>) -> Result<Self, Failure> {
        let folder = Folder::of(options)?;
        let mut portals = settings::portals(options)?;
        if let Some(callback) = callback {
            for portal in &mut portals {
                portal.redirect = callback.redirect();
            }
        }
        let keystore = keystore(folder.keys()).await?;
        let config = Config {
            directory: folder.data().to_string_lossy().into_owned(),
            portals: portals.clone(),
            allow_loopback_http: options.allow_loopback_http,
            app: APP.into(),
        };
        Ok(Self {
            client: Client::open(config, keystore).await?,
            account: options.account.clone(),
            person: options.person.clone(),
            portals,
        })
    }

    /// Whether a password may be asked for this portal.
    pub(crate) fn is_native(&self, base: &str) -> bool {
        let of_base = |portal: &&PortalConfig| portal.base == base;
        self.portals
            .iter()
            .find(of_base)
            .is_some_and(|portal| portal.native_sign_in)
    }

    /// The account that the command is about, unlocked.
    pub(crate) async fn account(&self) -> Result<Arc<Account>, Failure> {
        let account = self.any_account().await?;
        unlocking::unlocked(&account.lock()).await?;
        Ok(account)
    }

    /// The same, locked or not, for what reads nothing of it.
    pub(crate) async fn any_account(&self) -> Result<Arc<Account>, Failure> {
        let accounts = self.client.accounts().await?;
        if accounts.is_empty() {
            return Err(Failure::Nobody);
        }
        if let Some(wanted) = &self.account {
            let number = wanted.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
            let numbered = number.and_then(|n| accounts.get(n));
            let found = numbered.or_else(|| {
                accounts
                    .iter()
                    .find(|account| account.id().as_str() == wanted)
            });
            return found.cloned().ok_or_else(|| {
                Failure::usage(
                    format!("there is no account {wanted}"),
                    "List accounts: pericard accounts",
                )
            });
        }
        if let [only] = accounts.as_slice() {
            return Ok(only.clone());
        }
        // Several: those of the portals in --config come first.
        let here: Vec<_> = accounts
            .iter()
            .filter(|account| {
                let base = account.portal();
                self.portals.iter().any(|portal| portal.base == base)
            })
            .collect();
        match here.as_slice() {
            [only] => Ok((*only).clone()),
            _ => Err(Failure::usage(
                format!("there are {} accounts on this device", accounts.len()),
                "Say which: --account NUMBER, as in: pericard accounts",
            )),
        }
    }

    /// The messages of the person whom the command is about.
    pub(crate) async fn messages(&self) -> Result<Arc<Messages>, Failure> {
        self.messages_of(&*self.account().await?)
    }

    /// The same in this account.
    pub(crate) fn messages_of(&self, account: &Account) -> Result<Arc<Messages>, Failure> {
        Ok(account.messages(self.person(account)?.id)?)
    }

    /// The documents of the person whom the command is about.
    pub(crate) fn documents_of(&self, account: &Account) -> Result<Arc<Documents>, Failure> {
        Ok(account.documents(self.person(account)?.id)?)
    }

    /// The lab results of the person whom the command is about.
    pub(crate) fn labs_of(&self, account: &Account) -> Result<Arc<Labs>, Failure> {
        Ok(account.labs(self.person(account)?.id)?)
    }

    /// The person whom the command is about: who was named, else who signed in.
    pub(crate) fn person(&self, account: &Account) -> Result<Person, Failure> {
        let people = account.people();
        let Some(wanted) = &self.person else {
            return Ok(first(people).ok_or(PericardError::NotFound)?);
        };
        let number = wanted.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let numbered = number.and_then(|n| people.get(n));
        let named = || {
            let known = |person: &&Person| person.name.eq_ignore_ascii_case(wanted);
            people.iter().find(known)
        };
        numbered.or_else(named).cloned().ok_or_else(|| {
            Failure::usage(
                format!("there is nobody called {wanted} in this account"),
                "List people: pericard people",
            )
        })
    }

    /// Everybody in the account, or who was named.
    pub(crate) fn people(&self, account: &Account) -> Result<Vec<Person>, Failure> {
        match &self.person {
            Some(_) => Ok(vec![self.person(account)?]),
            None => Ok(account.people()),
        }
    }

    /// Ends the client; the directory is free again.
    pub(crate) async fn close(self) -> Result<(), Failure> {
        Ok(self.client.shut_down().await?)
    }
}

/// The messages of the person who signed in.
pub(crate) fn messages(account: &Account) -> Result<Arc<Messages>, Failure> {
    let person = first(account.people()).ok_or(PericardError::NotFound)?;
    Ok(account.messages(person.id)?)
}

/// Who signed in, else the first whom they act for.
fn first(people: Vec<Person>) -> Option<Person> {
    let own = people.iter().position(|person| person.is_self);
    people.into_iter().nth(own.unwrap_or_default())
}

/// The keystore of a folder. With a passphrase in the environment a new one is a file: whoever sets it wants that.
async fn keystore(folder: std::path::PathBuf) -> Result<Arc<DesktopKeystore>, Failure> {
    let open = move || open_keystore(&folder);
    // Deriving a key takes a while, and the Secret Service blocks.
    let opened = tokio::task::spawn_blocking(open).await;
    Ok(opened.map_err(|error| Failure::io("open the keystore", error.into()))??)
}

fn open_keystore(folder: &Path) -> Result<Arc<DesktopKeystore>, DesktopKeystoreError> {
    if std::env::var_os("PERICARD_PASSPHRASE").is_some() {
        DesktopKeystore::open_preferring_file(folder, prompt::passphrase)
    } else {
        DesktopKeystore::open(folder, prompt::passphrase)
    }
}

/// A client that only looks at portals: nothing of it stays.
pub(crate) struct Glance {
    pub(crate) client: Arc<Client>,
    _directory: tempfile::TempDir,
}

impl Glance {
    pub(crate) async fn open(options: &Options, portal: &PortalConfig) -> Result<Self, Failure> {
        let directory =
            tempfile::tempdir().map_err(|error| Failure::io("make a directory", error))?;
        let config = Config {
            directory: directory.path().join("data").to_string_lossy().into_owned(),
            portals: vec![portal.clone()],
            allow_loopback_http: options.allow_loopback_http,
            app: APP.into(),
        };
        let keystore = Arc::new(pericard_world::MemoryKeystore::default());
        Ok(Self {
            client: Client::open(config, keystore).await?,
            _directory: directory,
        })
    }
}

/// All threads, newest first.
pub(crate) async fn all_threads(messages: &Messages) -> Result<Vec<MessageThread>, PericardError> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = messages.threads(after, 500).await?;
        all.extend(page.threads);
        after = page.after;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// The thread that `name` means: its number in the inbox as it is now, newest first, or its id.
pub(crate) async fn thread(messages: &Messages, name: &str) -> Result<MessageThread, Failure> {
    let Some(number) = name.parse::<usize>().ok().and_then(|n| n.checked_sub(1)) else {
        return match messages.thread(name.into()).await {
            Err(PericardError::NotFound) => Err(no_thread(messages, name).await?),
            found => Ok(found?),
        };
    };
    let numbered = all_threads(messages).await?.into_iter().nth(number);
    match numbered {
        Some(thread) => Ok(thread),
        None => Err(no_thread(messages, name).await?),
    }
}

async fn no_thread(messages: &Messages, name: &str) -> Result<Failure, Failure> {
    let advice = match all_threads(messages).await?.len() {
        0 => "The inbox is empty. Download messages first: pericard sync".into(),
        n => format!("The inbox has numbers 1 to {n}: pericard inbox --all"),
    };
    Ok(Failure::usage(
        format!("there is no conversation {name}"),
        advice,
    ))
}
