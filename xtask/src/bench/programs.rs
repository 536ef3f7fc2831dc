//! The programs that measure: built for release, run by turns against one reference portal.

use std::path::Path;
use std::process::Command;

use crate::bindings::{self, Libraries};
use crate::build::{self, Built};
use crate::command;
use crate::kotlin;
use crate::language::Language;
use crate::paths::Paths;
use crate::portal::Stage;
use crate::swift;
use crate::toolchain::Absent;

use super::Extent;
use super::peers::{self, Peer};
use super::series::Series;

/// Messages of the smaller inbox that is compared with one of ten times as many.
pub(super) const FEW: u32 = 1_000;

/// The libraries that other languages call.
pub(super) const FOREIGN: [&str; 3] = ["pericard-ffi", "pericard-world-ffi", "pericard-empty"];

/// What was built.
pub(crate) struct Programs {
    release: Built,
    /// For release too; none where no other language is measured.
    libraries: Option<Libraries>,
}

/// What was measured.
pub(crate) struct Measured {
    pub(crate) ours: Series,
    pub(crate) hand: Series,
    /// What signing in computes, ours and with the crates that others use for it.
    pub(crate) auth: Series,
    pub(crate) auth_peers: Series,
    /// Opening a lock, and Argon2id alone.
    pub(crate) opening: Series,
    pub(crate) unlock: Series,
    pub(crate) argon2: Series,
    pub(crate) news: Series,
    /// How many messages were cached where the most were, when something new came.
    pub(crate) many: u32,
    /// The comparison of an inbox in which nothing changed.
    pub(crate) compared: Series,
    /// The memory of a sync of few.
    pub(crate) small: Series,
    pub(crate) peers: Vec<Peer>,
    /// Ten times the messages, once; none in the short form.
    pub(crate) grown: Option<Series>,
    pub(crate) languages: Vec<(&'static str, Series)>,
    /// Languages that could not be measured here, and why.
    pub(crate) skipped: Vec<String>,
}

impl Programs {
    pub(crate) fn build(paths: &Paths, languages: &[Language]) -> Result<Self, String> {
        let foreign = languages.iter().any(|language| *language != Language::Rust);
        let mut packages = vec!["pericard-benches", "pericard-portal"];
        if foreign {
            packages.extend(FOREIGN);
        }
        let mut release = build::release(paths, &packages)?;
        let mut libraries = None;
        if foreign {
            release = build::with_generators(paths, release)?;
            libraries = Some(bindings::make(paths, &release)?);
        }
        Ok(Self { release, libraries })
    }

    pub(crate) fn measure(
        &self,
        paths: &Paths,
        extent: Extent,
        languages: &[Language],
    ) -> Result<Measured, String> {
        let stage = Stage::set(paths, &self.release, Path::new("tests/scenarios"))?;
        let messages = extent.messages.to_string();
        let mut measured = Measured {
            ours: Series::default(),
            hand: Series::default(),
            auth: Series::default(),
            auth_peers: Series::default(),
            opening: Series::default(),
            unlock: Series::default(),
            argon2: Series::default(),
            news: Series::default(),
            many: extent.growth.unwrap_or(extent.messages),
            compared: Series::default(),
            small: Series::default(),
            peers: Vec::new(),
            grown: None,
            languages: Vec::new(),
            skipped: Vec::new(),
        };
        if extent.peers {
            println!("peers are installed");
            (measured.peers, measured.skipped) = peers::install(paths);
        }
        for round in 1..=extent.rounds {
            println!("round {round} of {}", extent.rounds);
            let ours = self.run(&stage, "bench-ours", &["cached", &messages])?;
            measured.ours.read(&ours)?;
            let hand = self.run(&stage, "bench-hand", &[&messages])?;
            measured.hand.read(&hand)?;
            let auth = self.run(&stage, "bench-ours", &["auth"])?;
            measured.auth.read(&auth)?;
            let peers = self.run(&stage, "bench-hand", &["auth"])?;
            measured.auth_peers.read(&peers)?;
            let opening = self.run(&stage, "bench-ours", &["opening", &FEW.to_string()])?;
            measured.opening.read(&opening)?;
            let unlock = self.run(&stage, "bench-ours", &["unlock"])?;
            measured.unlock.read(&unlock)?;
            let argon2 = self.run(&stage, "bench-hand", &["argon2"])?;
            measured.argon2.read(&argon2)?;
            let compared = self.run(&stage, "bench-ours", &["compared", &messages])?;
            measured.compared.read(&compared)?;
            let mut left = Vec::new();
            for peer in &mut measured.peers {
                let ticket = self.run(&stage, "bench-hand", &["ticket", &messages])?;
                // One that does not run here costs only its own row.
                if let Err(error) = peer.round(paths, &ticket) {
                    left.push((peer.name, error));
                }
            }
            for (name, error) in left {
                measured.peers.retain(|peer| peer.name != name);
                let why = error.lines().next().unwrap_or_default();
                measured.skipped.push(format!("{name}: {why}"));
            }
        }
        println!("what is new, with few and with many");
        let news = ["news", &FEW.to_string(), &measured.many.to_string()];
        measured
            .news
            .read(&self.run(&stage, "bench-ours", &news)?)?;
        let few = self.run(&stage, "bench-ours", &["cached", &FEW.to_string()])?;
        measured.small.read(&few)?;
        if let Some(large) = extent.growth {
            println!("{large} messages");
            let mut grown = Series::default();
            let large = large.to_string();
            grown.read(&self.run(&stage, "bench-ours", &["cached", &large])?)?;
            measured.grown = Some(grown);
        }
        if let Some(libraries) = &self.libraries {
            for language in languages {
                let (name, output) = match language {
                    Language::Rust => continue,
                    Language::Kotlin => ("Kotlin", from_kotlin(paths, libraries, &stage)),
                    Language::Swift => ("Swift", from_swift(paths, libraries, &stage)),
                };
                println!("calls from {name}");
                match output {
                    Ok(output) => {
                        let mut series = Series::default();
                        series.read(&output)?;
                        measured.languages.push((name, series));
                    }
                    Err(absent) if absent.is_failure() => return Err(absent.text().to_owned()),
                    Err(absent) => {
                        let why = absent.text().lines().next().unwrap_or_default();
                        measured.skipped.push(format!("{name}: {why}"));
                    }
                }
            }
        }
        Ok(measured)
    }

    fn run(&self, stage: &Stage, program: &str, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(self.release.program(program)?);
        command::ask(stage.tell(command.args(arguments)))
    }
}

fn from_kotlin(paths: &Paths, libraries: &Libraries, stage: &Stage) -> Result<String, Absent> {
    kotlin::prepare(paths)?;
    Ok(kotlin::bench(paths)?.measure(&libraries.world, stage, "calls")?)
}

fn from_swift(paths: &Paths, libraries: &Libraries, stage: &Stage) -> Result<String, Absent> {
    Ok(swift::make(paths)?.measure(paths, libraries, stage)?)
}
