//! `pericard-portal policy` and `policy-keys`: what a clinic signs, without a running portal.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::{DAYS, KIND, seq_of};
use crate::entropy::Entropy;
use crate::oauth::Es256;
use crate::{ConfigFile, PortalError};

/// Sign a policy: what the clinic lets its patients' apps do.
///
/// Without --base, --keys and --out it is for the reference portal that runs beside the same --config file, which shows it at
/// once. For a portal of your own, make keys with `policy-keys`, give the public ones to the app's maker, and put the result at
/// {base}/.well-known/pericard-policy.
#[derive(Args)]
pub struct PolicyArguments {
    /// What messages may do
    #[arg(long, value_enum, default_value_t = State::On)]
    messages: State,
    /// What to tell patients, as TEXT or fr=TEXT; once for each language
    #[arg(long, value_name = "[LANGUAGE=]TEXT")]
    notice: Vec<String>,
    /// While they are off, let nobody read what is on their device either
    #[arg(long)]
    hide: bool,
    /// Ask for a sign-in of the last so many seconds before messages are read
    #[arg(long, value_name = "SECONDS")]
    fresh_sign_in: Option<u64>,
    /// How long a device may stay out of touch before it is sealed; at least 1
    #[arg(long, value_name = "HOURS")]
    lease: Option<u32>,
    /// The oldest version of the app that may fetch and send
    #[arg(long, value_name = "VERSION")]
    min_app_version: Option<String>,
    /// The number of the policy, which has to grow; one more than that of --out if not given, else 1
    #[arg(long)]
    seq: Option<u64>,
    /// For how many days it may be accepted; what was accepted stays in force
    #[arg(long, default_value_t = DAYS, value_parser = clap::value_parser!(i64).range(1..=3650))]
    valid: i64,
    /// Sign with the second key, for when the first was stolen
    #[arg(long)]
    second_key: bool,
    /// The portal's FHIR base; that in --config if not given
    #[arg(long)]
    base: Option<String>,
    /// The configuration that the reference portal has written
    #[arg(long, value_name = "FILE", default_value = "pericard-portal.json")]
    config: PathBuf,
    /// The secret keys; beside --config if not given
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Where to write it; beside --config if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Make two keys that sign policies. Keep the file secret; the app's configuration gets the public ones, which are printed.
#[derive(Args)]
pub struct KeysArguments {
    /// Where to write the secret keys; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum State {
    On,
    ReadOnly,
    Off,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::ReadOnly => "read_only",
            Self::Off => "off",
        }
    }
}

/// The file of the secret keys that belongs to a configuration.
pub fn keys_beside(config: &Path) -> PathBuf {
    config.with_extension("policy-keys.json")
}

/// The file of the policy that belongs to a configuration.
pub fn policy_beside(config: &Path) -> PathBuf {
    config.with_extension("policy")
}

impl PolicyArguments {
    /// Signs it and writes it. Returns what to tell.
    pub fn run(&self) -> Result<String, PortalError> {
        let base = match &self.base {
            Some(base) => base.clone(),
            None => base_of(&self.config)?,
        };
        let keys = self
            .keys
            .clone()
            .unwrap_or_else(|| keys_beside(&self.config));
        let out = self
            .out
            .clone()
            .unwrap_or_else(|| policy_beside(&self.config));
        let key = secret_key(&keys, usize::from(self.second_key))?;
        let before = std::fs::read_to_string(&out).ok();
        let before = before.as_deref().and_then(seq_of).unwrap_or_default();
        let seq = self.seq.unwrap_or(before + 1);
        let signed = key.sign(KIND, &self.claims(&base, seq)?);
        write(&out, &format!("{signed}\n"), false)?;
        let mut told = format!(
            "policy {seq} for {base}\n  messages        {}\n",
            self.messages.name()
        );
        for notice in &self.notice {
            let _ = writeln!(told, "  notice          {notice}");
        }
        let _ = write!(
            told,
            "  signed by       {}\n  written to      {}\n\nDevices follow it with their next sync, or within an hour where the portal does not name its number.",
            key.name,
            out.display()
        );
        Ok(told)
    }

    fn claims(&self, base: &str, seq: u64) -> Result<Value, PortalError> {
        let mut messages = json!({ "state": self.messages.name() });
        let mut notices = Map::new();
        for notice in &self.notice {
            let (language, text) = match notice.split_once('=') {
                Some((tag, text)) if is_language(tag) => (tag, text),
                _ => ("", notice.as_str()),
            };
            if notices.insert(language.to_owned(), json!(text)).is_some() {
                let twice = format!("two notices for the same language: {language:?}");
                return Err(PortalError::Command(twice));
            }
        }
        if !notices.is_empty() {
            messages["notice"] = notices.into();
        }
        if self.hide {
            messages["cached"] = json!(false);
        }
        if let Some(max_age) = self.fresh_sign_in {
            messages["step_up"] = json!({ "max_age": max_age });
        }
        let issued = jiff::Timestamp::try_from(SystemTime::now())
            .unwrap_or_default()
            .as_second();
        let mut claims = json!({
            "aud": base, "iat": issued, "exp": issued + self.valid * 86_400, "seq": seq,
            "features": { "messages": messages },
        });
        if let Some(hours) = self.lease {
            claims["lease_hours"] = json!(hours);
        }
        if let Some(version) = &self.min_app_version {
            claims["min_app_version"] = json!(version);
        }
        Ok(claims)
    }
}

impl KeysArguments {
    /// Makes the keys. Returns what to tell: the public ones.
    pub fn run(&self) -> Result<String, PortalError> {
        if self.out.exists() {
            let there = format!("{} is there; choose another file", self.out.display());
            return Err(PortalError::Command(there));
        }
        let mut entropy = Entropy::from_system()?;
        let mut key = |_| {
            // Names that no earlier pair had.
            let name = format!("policy-{}", entropy.id());
            Es256::drawn(&mut entropy, name)
        };
        let keys = [(), ()].map(&mut key);
        let private = json!({ "keys": keys.clone().map(|key| key.private_jwk()) });
        write(&self.out, &format!("{private:#}\n"), true)?;
        let public = json!({ "keys": keys.map(|key| key.jwk()) });
        Ok(format!("{public:#}"))
    }
}

/// Writes the secret keys of a running portal beside its configuration.
pub fn save_keys(config: &Path, keys: &Value) -> Result<(), PortalError> {
    write(&keys_beside(config), &format!("{keys:#}\n"), true)
}

fn is_language(tag: &str) -> bool {
    (2..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn base_of(config: &Path) -> Result<String, PortalError> {
    let file: ConfigFile = serde_json::from_str(&read(config)?)?;
    let first = file.portals.into_iter().next();
    first.map(|portal| portal.base).ok_or_else(|| {
        PortalError::Command(format!("{} names no portal; give --base", config.display()))
    })
}

fn secret_key(file: &Path, which: usize) -> Result<Es256, PortalError> {
    let keys: Value = serde_json::from_str(&read(file)?)?;
    let key = keys.get("keys").and_then(|keys| keys.get(which));
    key.and_then(Es256::from_private)
        .ok_or_else(|| PortalError::Command(format!("{} has no such secret key", file.display())))
}

fn read(file: &Path) -> Result<String, PortalError> {
    std::fs::read_to_string(file)
        .map_err(|error| PortalError::Command(format!("cannot read {}: {error}", file.display())))
}

fn write(file: &Path, text: &str, secret: bool) -> Result<(), PortalError> {
    let wrong = |error| PortalError::Command(format!("cannot write {}: {error}", file.display()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    let mut opened = options.open(file).map_err(wrong)?;
    std::io::Write::write_all(&mut opened, text.as_bytes()).map_err(wrong)
}
