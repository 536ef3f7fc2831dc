//! The Kotlin and Swift API over what uniffi generates.
//!
//! uniffi's code carries values across; nobody is meant to read it. What an app sees is written here from the same
//! metadata, by rules that hold for every feature to come: what returns something at once is a property, numbers are
//! `Int`, identifiers have types, errors have codes, values print nothing of a patient, comments speak the language's own
//! names. What no rule can tell stands in `exceptions`; streams, secrets and dates are written by hand beside it.

mod api;
mod docs;
mod exceptions;
mod kotlin;
mod read;
mod swift;

use anyhow::Result;
use camino::Utf8Path;

/// A language with a façade.
#[derive(Debug, Clone, Copy)]
pub enum Language {
    /// Package `dev.pericard` over `dev.pericard.internal`.
    Kotlin,
    /// Module `Pericard` over `PericardCore`.
    Swift,
}

/// A source file: its name and its text.
pub type File = (String, String);

/// The façade of what the crate `of` exports, as the built `library` tells it.
pub fn files(library: &Utf8Path, of: &str, language: Language) -> Result<Vec<File>> {
    let api = read::api(library, of)?;
    Ok(match language {
        Language::Kotlin => kotlin::files(&api),
        Language::Swift => swift::files(&api),
    })
}
