//! Writes the Rust samples of the guide into the build folder, a module for each page.

#[allow(dead_code, reason = "the other languages' samples are laid by xtask")]
#[path = "../../xtask/src/samples.rs"]
mod samples;

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use samples::Language;

fn main() -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let pages = samples::read(&root)?;
    let folder = out.join(samples::FOLDER);
    samples::write(&pages, Language::Rust, &folder)?;

    let mut modules = String::new();
    for page in &pages {
        println!(
            "cargo::rerun-if-changed={}",
            root.join(&page.path).display()
        );
        if page.source(Language::Rust).is_some() {
            let (name, file) = (page.name(), folder.join(page.file(Language::Rust)));
            let _ = write!(modules, "#[path = {file:?}]\npub mod {name};\n");
        }
    }
    println!(
        "cargo::rerun-if-changed={}",
        root.join("docs/src").display()
    );
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../xtask/src/samples.rs");
    fs::write(out.join("pages.rs"), modules).map_err(|e| format!("pages.rs: {e}"))
}
