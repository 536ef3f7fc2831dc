//! The reference portal as a process of its own, for as long as stories run.
//!
//! It ends when its standard input closes, so that it cannot outlive this program however that ends.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::build::Built;
use crate::paths::Paths;

/// What a runner needs: the portal's control address and the folder of stories.
#[derive(Debug)]
pub(crate) struct Stage {
    child: Child,
    control: String,
    stories: PathBuf,
}

impl Stage {
    /// Starts the portal and waits for its one line, `control http://…`.
    pub(crate) fn set(paths: &Paths, built: &Built, stories: &Path) -> Result<Self, String> {
        let stories = stories
            .canonicalize()
            .map_err(|e| format!("{}: {e}", stories.display()))?;
        let log = paths.target.join("portal.log");
        let errors = File::create(&log).map_err(|e| format!("{}: {e}", log.display()))?;
        let mut child = Command::new(built.program("pericard-portal")?)
            .args(["--control", "--exit-with-stdin"])
            .current_dir(&paths.target)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(|e| format!("pericard-portal: {e}"))?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("pericard-portal: no output")?);
        let mut said = String::new();
        let control = loop {
            let mut line = String::new();
            if lines
                .read_line(&mut line)
                .map_err(|e| format!("pericard-portal: {e}"))?
                == 0
            {
                drop(child.kill());
                drop(child.wait());
                let errors = std::fs::read_to_string(&log).unwrap_or_default();
                return Err(format!(
                    "pericard-portal ended before it named its control address\n{said}{errors}"
                ));
            }
            if let Some(address) = line.trim().strip_prefix("control ") {
                break address.to_owned();
            }
            said.push_str(&line);
        };
        // What it says later is of no use here, but its pipe must not fill.
        thread::spawn(move || drop(lines.read_to_end(&mut Vec::new())));
        Ok(Self {
            child,
            control,
            stories,
        })
    }

    pub(crate) fn control(&self) -> &str {
        &self.control
    }

    pub(crate) fn stories(&self) -> &Path {
        &self.stories
    }

    /// The two variables that every runner reads.
    pub(crate) fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("PERICARD_PORTAL_CONTROL", &self.control)
            .env("PERICARD_SCENARIOS", &self.stories)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Closes a portal's standard input, by which it ends, and sees that it does.
fn end(child: &mut Child) {
    drop(child.stdin.take());
    let patience = Instant::now() + Duration::from_secs(5);
    while Instant::now() < patience {
        if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    drop(child.kill());
    drop(child.wait());
}

/// The reference portal as somebody starts it who tries Pericard, with what it prints.
#[derive(Debug)]
pub(crate) struct Demo {
    child: Child,
    pub(crate) base: String,
    pub(crate) certificate: PathBuf,
    people: Vec<DemoPerson>,
}

/// A row of what it prints: who can sign in.
#[derive(Debug)]
pub(crate) struct DemoPerson {
    name: String,
    pub(crate) password: String,
    pub(crate) threads: usize,
    /// What an authenticator makes codes of; `none` where no second factor is asked for.
    pub(crate) secret: String,
}

impl Demo {
    /// Starts it and reads what it says; `tell` passes that on to people.
    pub(crate) fn start(paths: &Paths, built: &Built, tell: bool) -> Result<Self, String> {
        let config = paths.target.join("demo-portal.json");
        let mut child = Command::new(built.program("pericard-portal")?)
            .arg("--exit-with-stdin")
            .arg("--config")
            .arg(&config)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("pericard-portal: {e}"))?;
        let (mut base, mut people) = (None, Vec::new());
        let mut lines = BufReader::new(child.stdout.take().ok_or("pericard-portal: no output")?);
        loop {
            let mut line = String::new();
            if !matches!(lines.read_line(&mut line), Ok(1..)) {
                end(&mut child);
                return Err(
                    "pericard-portal did not say where it is and who may sign in".to_owned(),
                );
            }
            // The rows of people end with an empty line.
            if line.trim().is_empty() && !people.is_empty() {
                break;
            }
            if tell {
                print!("{line}");
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["FHIR", "base", address] => base = Some((*address).to_owned()),
                [name, password, threads, _, secret, ..] => {
                    people.extend(threads.parse().ok().map(|threads| DemoPerson {
                        name: (*name).to_owned(),
                        password: (*password).to_owned(),
                        threads,
                        secret: (*secret).to_owned(),
                    }))
                }
                _ => {}
            }
        }
        thread::spawn(move || pass_on(lines, tell));
        Ok(Self {
            child,
            base: base.unwrap_or_default(),
            certificate: config.with_extension("pem"),
            people,
        })
    }

    /// Who can sign in under this name.
    pub(crate) fn person(&self, name: &str) -> Result<&DemoPerson, String> {
        self.people
            .iter()
            .find(|person| person.name == name)
            .ok_or_else(|| format!("the portal has nobody of the name {name}"))
    }
}

/// What it says later: its pipe must not fill.
fn pass_on(lines: impl BufRead, tell: bool) {
    for line in lines.lines().map_while(Result::ok) {
        if tell {
            println!("{line}");
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}
