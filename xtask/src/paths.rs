//! The paths of the repository, Cargo's target folder and the cache of downloads.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The three folders that every task needs.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    /// The repository.
    pub(crate) root: PathBuf,
    /// Build output, kept outside the clone where `CARGO_TARGET_DIR` or `PERICARD_TARGET` says so.
    pub(crate) target: PathBuf,
    /// Downloads that outlive a clone: `PERICARD_CACHE`, else the user's cache folder.
    pub(crate) cache: PathBuf,
}

impl Paths {
    pub(crate) fn find() -> Self {
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .parent()
            .map_or_else(|| manifest.clone(), Path::to_owned);
        let folder = |name: &str| {
            env::var_os(name)
                .filter(|v| !v.is_empty())
                .map(PathBuf::from)
        };
        let target = folder("CARGO_TARGET_DIR")
            .or_else(|| folder("PERICARD_TARGET"))
            .map_or_else(|| root.join("target"), |path| root.join(path));
        let cache = folder("PERICARD_CACHE")
            .map(|path| root.join(path))
            .unwrap_or_else(|| {
                folder("XDG_CACHE_HOME")
                    .or_else(|| folder("HOME").map(|home| home.join(".cache")))
                    .map_or_else(|| root.join(".cache"), |user| user.join("pericard"))
            });
        Self {
            root,
            target,
            cache,
        }
    }

    /// `cargo` with this target folder, run in the repository.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target);
        // What `cargo xtask` itself was told must not leak into the builds it starts.
        for name in [
            "CARGO_MANIFEST_DIR",
            "CARGO_MANIFEST_PATH",
            "CARGO_PKG_NAME",
            "CARGO_PKG_VERSION",
        ] {
            cargo.env_remove(name);
        }
        cargo
    }

    /// Names a file of this repository for `Command::new`.
    pub(crate) fn script(&self, inside: &str) -> Command {
        let mut script = Command::new(self.root.join(inside));
        script.current_dir(&self.root);
        script
    }
}
