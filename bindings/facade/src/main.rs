//! `pericard-facade`: writes the façade of one language.

use std::fs;

use anyhow::{Context, Result};
use camino::Utf8PathBuf;
use clap::{Parser, ValueEnum};

/// Writes the façade of one language
#[derive(Parser)]
struct Arguments {
    /// The library as it was built, with its metadata
    library: Utf8PathBuf,
    /// The crate whose API it is
    #[arg(long = "crate", default_value = "pericard")]
    of: String,
    /// The language
    #[arg(long)]
    language: Language,
    /// The folder that the files go to
    #[arg(long)]
    out_dir: Utf8PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Kotlin,
    Swift,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let language = match arguments.language {
        Language::Kotlin => pericard_facade::Language::Kotlin,
        Language::Swift => pericard_facade::Language::Swift,
    };
    let files = pericard_facade::files(&arguments.library, &arguments.of, language)?;
    fs::create_dir_all(&arguments.out_dir)?;
    for (name, text) in files {
        let path = arguments.out_dir.join(name);
        fs::write(&path, text).with_context(|| path.to_string())?;
    }
    Ok(())
}
