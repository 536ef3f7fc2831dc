//! Type-checking the shipped library for phones on a machine that has no phone's SDK.
//!
//! The standard library is checked from its sources; C code is "compiled" by stand-ins that leave
//! empty files. This proves that everything of ours and of our dependencies type-checks under the
//! phones' `cfg`s. It proves nothing about linking: that needs the SDKs.

use std::path::PathBuf;

use crate::command::{self, Ran};
use crate::paths::Paths;
use crate::toolchain::{self, Absent};

/// A kind of phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phone {
    Android,
    Ios,
}

impl Phone {
    pub(crate) const ALL: [Self; 2] = [Self::Android, Self::Ios];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Android => "phone types: Android",
            Self::Ios => "phone types: iOS",
        }
    }

    fn triple(self) -> &'static str {
        match self {
            Self::Android => "aarch64-linux-android",
            Self::Ios => "aarch64-apple-ios",
        }
    }
}

/// The folder `library` of the standard library's sources: the toolchain's own, else Debian's package.
pub(crate) fn sources(paths: &Paths) -> Result<PathBuf, Absent> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let ask = |argument: &[&str]| command::ask(std::process::Command::new(&rustc).args(argument));
    let sysroot = ask(&["--print", "sysroot"])?;
    let own = PathBuf::from(sysroot.trim()).join("lib/rustlib/src/rust/library");
    if own.join("Cargo.lock").exists() {
        return Ok(own);
    }
    let version = ask(&["--version"])?;
    let version = version.split(' ').nth(1).unwrap_or_default().to_owned();
    let folder = paths.cache.join("rust-src");
    if !folder.join(format!(".ready-{version}")).exists()
        && (!toolchain::is_root() || !toolchain::has("apt-get"))
    {
        return Err(Absent::Missing(
            "no sources of the standard library: add the component rust-src, or run as root where apt is".to_owned(),
        ));
    }
    command::run(
        paths
            .script("xtask/mobile/rust-src.sh")
            .arg(&folder)
            .arg(&version),
    )
    .text_or_error()?;
    Ok(folder.join(format!("unpacked/usr/src/rustc-{version}/library")))
}

/// Type-checks `pericard-ffi` for a phone.
pub(crate) fn check(paths: &Paths, sources: &std::path::Path, phone: Phone) -> Ran {
    let kept = paths.root.join("xtask/mobile");
    let target = paths.target.join("phones");
    let sdk = target.join("iPhoneOS.sdk");
    if let Err(error) = std::fs::create_dir_all(&sdk) {
        return Ran {
            ok: false,
            text: format!("{}: {error}", sdk.display()),
            took: std::time::Duration::ZERO,
        };
    }
    let triple = phone.triple();
    let suffix = triple.replace('-', "_");
    let mut cargo = paths.cargo();
    cargo
        .args([
            "check",
            "--quiet",
            "--package",
            "pericard-ffi",
            "-Zbuild-std=std,panic_abort",
            "--target",
            triple,
        ])
        // -Zbuild-std on the stable compiler, with sources from where they are.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("__CARGO_TESTS_ONLY_SRC_ROOT", sources)
        .env("CARGO_TARGET_DIR", target)
        .env(format!("CC_{suffix}"), kept.join("nocc"))
        .env(format!("CXX_{suffix}"), kept.join("nocc"))
        .env(format!("AR_{suffix}"), kept.join("noar"))
        .env(format!("RANLIB_{suffix}"), "true")
        // An empty folder is SDK enough; without one the build scripts ask Apple's tools for it.
        .env("SDKROOT", &sdk)
        .env("LIBSQLITE3_SYS_USE_PKG_CONFIG", "1")
        .env("SQLCIPHER_LIB_DIR", "/nonexistent")
        .env("SQLCIPHER_INCLUDE_DIR", "/nonexistent")
        .env("OPENSSL_NO_VENDOR", "1")
        .env("OPENSSL_DIR", kept.join("ossl"))
        .env("OPENSSL_STATIC", "1");
    command::run(&mut cargo)
}
