//! The configuration file and the directory.
//!
//! The file is what `pericard-portal` writes: the portals that may be used, with the authorities that they need.

use std::path::PathBuf;
use std::time::Duration;

use data_encoding::BASE64;
use pericard::{ClientId, PortalConfig};
use serde::Deserialize;

use crate::cli::Options;
use crate::failure::Failure;

/// Where a browser comes back to before a listener has a port of its own.
pub(crate) const REDIRECT: &str = "http://127.0.0.1/callback";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    portals: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    base: String,
    /// Left out for a portal that lets apps register themselves.
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default = "redirect")]
    redirect: String,
    #[serde(default)]
    native_sign_in: bool,
    /// After so many hours without the portal everything is sealed until it is reached.
    #[serde(default)]
    lease_hours: Option<u32>,
    /// The keys that sign the clinic's policies, as a JWK Set.
    #[serde(default)]
    policy_keys: Option<serde_json::Value>,
    #[serde(default)]
    extra_roots: Vec<String>,
}

fn redirect() -> String {
    REDIRECT.into()
}

/// The portals of `--config`; none without it.
pub(crate) fn portals(options: &Options) -> Result<Vec<PortalConfig>, Failure> {
    let Some(path) = &options.config else {
        return Ok(Vec::new());
    };
    let shown = path.display();
    let wrong = |problem: String| {
        Failure::usage(
            format!("{shown} is not a configuration: {problem}"),
            "It looks like {\"portals\": [{\"base\": \"https://…\", \"client_id\": \"…\"}]}; pericard-portal writes one.",
        )
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(
            format!("cannot read {shown}: {error}"),
            "Give the file's path with --config.",
        )
    })?;
    let file: File = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let portals = file.portals.into_iter().map(|entry| {
        let roots = entry.extra_roots.iter().map(|pem| certificates(pem));
        let roots: Option<Vec<Vec<_>>> = roots.collect();
        Ok(PortalConfig {
            base: entry.base,
            client: ClientId::from(entry.client_id),
            redirect: entry.redirect,
            native_sign_in: entry.native_sign_in,
            lease: entry
                .lease_hours
                .map(|hours| Duration::from_secs(u64::from(hours) * 3600)),
            policy_keys: entry.policy_keys.map(|keys| keys.to_string()),
            extra_roots: roots
                .ok_or_else(|| wrong("a root is not PEM".into()))?
                .concat(),
        })
    });
    portals.collect()
}

/// The certificates of a PEM text (RFC 7468) in DER.
fn certificates(pem: &str) -> Option<Vec<Vec<u8>>> {
    let blocks = pem.split("-----BEGIN CERTIFICATE-----").skip(1);
    let decoded = blocks.map(|block| {
        let (body, _) = block.split_once("-----END CERTIFICATE-----")?;
        let body: String = body.split_whitespace().collect();
        BASE64.decode(body.as_bytes()).ok()
    });
    decoded
        .collect::<Option<Vec<_>>>()
        .filter(|found| !found.is_empty())
}

/// The portal that a command means: `base`, or the only one there is.
pub(crate) fn portal(options: &Options, base: Option<&str>) -> Result<PortalConfig, Failure> {
    let portals = portals(options)?;
    let advice =
        "Give its FHIR base, for example https://portal.example/fhir/r4, or --config FILE.";
    match base {
        Some(base) => Ok(portals
            .into_iter()
            .find(|portal| portal.base == base)
            .unwrap_or_else(|| PortalConfig {
                base: base.to_owned(),
                client: ClientId::from(options.client_id.clone()),
                redirect: REDIRECT.into(),
                native_sign_in: false,
                lease: None,
                policy_keys: None,
                extra_roots: Vec::new(),
            })),
        None => match <[PortalConfig; 1]>::try_from(portals) {
            Ok([portal]) => Ok(portal),
            Err(portals) if portals.is_empty() => {
                Err(Failure::usage("no portal was given", advice))
            }
            Err(portals) => {
                let known: Vec<_> = portals.into_iter().map(|portal| portal.base).collect();
                Err(Failure::usage(
                    format!("--config has {} portals", known.len()),
                    format!("Name one: {}", known.join(", ")),
                ))
            }
        },
    }
}

/// Where everything is kept.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn of(options: &Options) -> Result<Self, Failure> {
        let chosen = options
            .dir
            .clone()
            .or_else(|| Some(dirs::data_dir()?.join("pericard")));
        let chosen = chosen.ok_or_else(|| {
            Failure::usage("this system has no data directory", "Choose one: --dir DIR")
        })?;
        std::path::absolute(chosen)
            .map(Self)
            .map_err(|error| Failure::io("find the current directory", error))
    }

    /// The core's own directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// The keystore's, beside the data and not in it.
    pub(crate) fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// Which port of loopback the browser was last told to come back to.
    pub(crate) fn port(&self) -> PathBuf {
        self.0.join("port")
    }

    /// Whether anything was ever kept here.
    pub(crate) fn is_used(&self) -> bool {
        self.data().exists()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::certificates;

    #[test]
    fn a_pem_text_may_hold_several_certificates_and_nothing_else() {
        let one = "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n";
        assert_eq!(certificates(one).unwrap(), [[1, 2, 3]]);
        assert_eq!(certificates(&one.repeat(2)).unwrap().len(), 2);
        assert_eq!(certificates("AQID"), None);
        assert_eq!(certificates("-----BEGIN CERTIFICATE-----\nAQID"), None);
    }
}
