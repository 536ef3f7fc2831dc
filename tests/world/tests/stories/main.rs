//! Runs the stories of `PERICARD_SCENARIOS` (default: tests/scenarios) through the public API, a line each.

#![allow(clippy::disallowed_methods, clippy::print_stdout)]

mod actions;
mod context;
mod correspondence;
mod documents;
mod expectations;
mod failure;
mod files;
mod keys;
mod labs;
mod locking;
mod people;
mod signing_in;
mod switching;
mod writing;

use std::path::{Path, PathBuf};

use serde_json::Value;

use context::Context;
use keys::{Keys, Problem};
use pericard_portal::ControlServer;

fn main() {
    let folder = std::env::var_os("PERICARD_SCENARIOS").map_or_else(default_folder, PathBuf::from);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let portals = runtime
        .block_on(ControlServer::start(0, false))
        .expect("portals");
    pericard_world::use_portals(portals.url());
    let mut failed = 0;
    for file in files(&folder) {
        let (name, result) = runtime.block_on(run(&file));
        match result {
            Ok(()) => println!("story ok {name}"),
            Err(problem) => {
                failed += 1;
                println!(
                    "story FAILED {name}\t{}",
                    problem.0.split_whitespace().collect::<Vec<_>>().join(" ")
                );
            }
        }
    }
    std::process::exit(i32::from(failed > 0));
}

fn default_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

/// The stories of a folder in the order of the alphabet.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of stories");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".json") && !name.ends_with(".schema.json")
    });
    files.sort();
    files
}

async fn run(file: &Path) -> (String, Result<(), Problem>) {
    let shown = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let read = || -> Result<Value, Problem> {
        let text =
            std::fs::read_to_string(file).map_err(|error| Problem::new(error.to_string()))?;
        serde_json::from_str(&text).map_err(|_| Problem::new("no JSON"))
    };
    let story = match read() {
        Ok(story) => story,
        Err(problem) => return (shown, Err(problem)),
    };
    let name = story["name"].as_str().unwrap_or(&shown).to_owned();
    (name, play(&story).await)
}

/// Plays a story to its end, or says which step did not hold.
async fn play(story: &Value) -> Result<(), Problem> {
    let mut keys = Keys::new(story)?;
    keys.text("name")?;
    keys.text_or_none("$schema")?;
    let portal = keys
        .part("portal")?
        .ok_or_else(|| Problem::new("`portal` is missing"))?;
    let steps = keys.list("steps")?;
    keys.done()?;
    if steps.is_empty() {
        return Err(Problem::new("no steps"));
    }
    let mut context = Context::set(&portal.to_string()).await?;
    for (n, step) in steps.iter().enumerate() {
        let limit = std::time::Duration::from_secs(120);
        let done = tokio::time::timeout(limit, act(&mut context, step)).await;
        let done = done.unwrap_or_else(|_| Err(Problem::new("took longer than two minutes")));
        done.map_err(|problem| Problem(format!("step {} {step}: {}", n + 1, problem.0)))?;
    }
    context
        .client
        .shut_down()
        .await
        .map_err(|error| Problem::new(error.to_string()))
}

async fn act(context: &mut Context, step: &Value) -> Result<(), Problem> {
    let mut keys = Keys::new(step)?;
    let announced = keys.part("fails")?;
    let outcome = match (keys.text_or_none("do")?, keys.text_or_none("expect")?) {
        (Some(verb), None) => actions::carry_out(context, &verb, &mut keys).await,
        (None, Some(_)) if announced.is_some() => {
            return Err(Problem::new("`fails` belongs to `do`"));
        }
        (None, Some(thing)) => expectations::expect(context, &thing, &mut keys).await,
        _ => return Err(Problem::new("a step has either `do` or `expect`")),
    };
    match (outcome, announced) {
        (Ok(()), None) => keys.done(),
        (Ok(()), Some(_)) => Err(Problem::new("did not fail")),
        (Err(context::Halt::Story(problem)), _) => Err(problem),
        (Err(context::Halt::Core(error)), Some(announced)) => failure::check(&announced, &error),
        (Err(context::Halt::Core(error)), None) => Err(Problem(format!("failed with {error:?}"))),
    }
}
