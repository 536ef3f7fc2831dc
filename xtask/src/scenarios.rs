//! `cargo xtask scenarios`: a folder's stories in each language, a line each.

use std::path::Path;
use std::process::Command;

use crate::bindings;
use crate::build::{self, Built};
use crate::command::{self, Ran};
use crate::counts::Counts;
use crate::kotlin;
use crate::language::Language;
use crate::paths::Paths;
use crate::portal::Stage;
use crate::stories::{self, Ending, Story};
use crate::swift;

/// Runs the Rust runner's program by itself.
pub(crate) fn rust(paths: &Paths, built: &Built, stage: &Stage) -> Result<Ran, String> {
    let mut runner = Command::new(built.test("stories")?);
    runner.current_dir(paths.root.join("tests/world"));
    Ok(command::run(stage.tell(&mut runner)))
}

/// Runs the stories of `folder`; true when every one passed in every language.
pub(crate) fn run(paths: &Paths, languages: &[Language], folder: &Path) -> Result<bool, String> {
    let built = build::workspace(paths)?;
    let foreign = languages.iter().any(|language| *language != Language::Rust);
    let libraries = if foreign {
        Some(bindings::make(paths, &built)?)
    } else {
        None
    };
    let stage = Stage::set(paths, &built, folder)?;
    let mut sum = Counts::default();
    for language in languages {
        let ran = match (language, &libraries) {
            (Language::Kotlin, Some(libraries)) => match kotlin::prepare(paths) {
                Ok(()) => kotlin::test(paths, libraries, &stage, Some(kotlin::STORIES))?.ran,
                Err(absent) => failed(absent.text()),
            },
            (Language::Swift, Some(libraries)) => match swift::make(paths) {
                Ok(swift) => swift.test(paths, libraries, &stage, Some("stories"))?,
                Err(absent) => failed(absent.text()),
            },
            _ => rust(paths, &built, &stage)?,
        };
        let told = stories::read(&ran.text);
        let mut counts = stories::count(&told);
        if counts.failed == 0 && (!ran.ok || told.is_empty()) {
            counts.failed = 1;
            println!("{}", ran.text.trim_end());
            println!(
                "✗ {:<7} the runner ended without telling of every story",
                language.name()
            );
        }
        told.iter().for_each(|story| show(*language, story));
        sum = sum + counts;
    }
    println!("{} passed, {} failed", sum.passed, sum.failed);
    Ok(sum.failed == 0)
}

fn failed(text: &str) -> Ran {
    Ran {
        ok: false,
        text: text.to_owned(),
        took: std::time::Duration::ZERO,
    }
}

fn show(language: Language, story: &Story) {
    let name = language.name();
    match &story.ending {
        Ending::Ok => println!("✓ {name:<7} {}", story.name),
        Ending::Failed(why) => println!("✗ {name:<7} {}\n          {why}", story.name),
        Ending::Skipped(why) => println!("- {name:<7} {} ({why})", story.name),
    }
}
