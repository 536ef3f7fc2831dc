//! `cargo xtask interop`: Pericard against servers that nobody here wrote.
//!
//! This part fetches Keycloak and HAPI FHIR from Maven's repository and oidc-provider from npm's, finds a browser, and runs
//! `pericard-interop` of tests/interop for one server after the other, since each of them wants the machine to itself.
//! What is missing on the machine is installed where that is allowed, else it is told; in CI it is a failure.

mod downloads;

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::ValueEnum;

use crate::build;
use crate::counts::Counts;
use crate::paths::Paths;
use crate::table::{self, Row};
use crate::toolchain::Absent;

/// A server to run against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Server {
    Keycloak,
    OidcProvider,
    Hapi,
}

impl Server {
    pub(crate) const ALL: [Self; 3] = [Self::Keycloak, Self::OidcProvider, Self::Hapi];

    /// Whether people sign in on its pages, for which a browser is needed.
    fn has_pages(self) -> bool {
        self != Self::Hapi
    }

    fn name(self) -> &'static str {
        match self {
            Self::Keycloak => "keycloak",
            Self::OidcProvider => "oidc-provider",
            Self::Hapi => "hapi",
        }
    }
}

/// Runs the checks at one server or at all, a line each, and closes with their count.
pub(crate) fn run(paths: &Paths, only: Option<Server>) -> Result<bool, String> {
    let started = Instant::now();
    let servers = only.map_or(Server::ALL.to_vec(), |server| vec![server]);
    let built = build::workspace(paths)?;
    let program = built.program("pericard-interop")?;
    let tell = |line: &str| println!("{line}");
    let rows: Vec<Row> = servers
        .into_iter()
        .map(|server| row(paths, program, server, &tell))
        .collect();
    let sum = table::print(&rows, started.elapsed());
    println!("{} passed, {} failed", sum.passed, sum.failed);
    Ok(sum.failed == 0)
}

/// The checks at one server as a row of a table. `tell` hears of each line as it comes.
pub(crate) fn row(paths: &Paths, program: &Path, server: Server, tell: &dyn Fn(&str)) -> Row {
    let started = Instant::now();
    let step = format!("interop: {}", server.name());
    let mut command = match command(paths, program, server) {
        Ok(command) => command,
        Err(absent) => {
            tell(&format!(
                "- {:<14} {}",
                server.name(),
                absent.text().trim_end()
            ));
            return Row::absent(&step, &absent, started.elapsed());
        }
    };
    match play(&mut command, tell) {
        Ok((ok, counts, text)) => Row::tests(&step, ok, counts, text, started.elapsed()),
        Err(text) => Row::check(&step, Err(text), started.elapsed()),
    }
}

/// Starts a server and tells how to sign in there, until Ctrl-C. This process becomes that one.
pub(crate) fn keep(paths: &Paths, server: Server) -> Result<bool, String> {
    let built = build::workspace(paths)?;
    let program = built.program("pericard-interop")?;
    let mut command = command(paths, program, server).map_err(|absent| absent.text().to_owned())?;
    let error = command.arg("--keep").exec();
    Err(format!("{}: {error}", program.display()))
}

fn command(paths: &Paths, program: &Path, server: Server) -> Result<Command, Absent> {
    let mut command = Command::new(program);
    command.arg(server.name());
    if server.has_pages() {
        let browser = downloads::browser()?;
        command
            .arg("--chromium")
            .arg(browser.chromium)
            .arg("--chromedriver")
            .arg(browser.driver);
    }
    let home: PathBuf = match server {
        Server::Keycloak => downloads::keycloak(paths)?,
        Server::OidcProvider => downloads::oidc_provider(paths)?,
        Server::Hapi => downloads::hapi(paths)?,
    };
    command.arg("--home").arg(home);
    Ok(command)
}

/// Runs to the end: whether it ended well, how many checks held, and all it said.
fn play(command: &mut Command, tell: &dyn Fn(&str)) -> Result<(bool, Counts, String), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |error: std::io::Error| format!("{name}: {error}");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let said = child.stdout.take().ok_or("it has no output")?;
    let (mut counts, mut text) = (Counts::default(), String::new());
    for line in BufReader::new(said).lines() {
        let line = line.map_err(failed)?;
        counts = counts + count(&line);
        // The sum is told once for all servers.
        if !line.ends_with(" failed") {
            tell(&line);
        }
        text.push_str(&line);
        text.push('\n');
    }
    let status = child.wait().map_err(failed)?;
    Ok((status.success(), counts, text))
}

fn count(line: &str) -> Counts {
    Counts {
        passed: u32::from(line.starts_with("✓ ")),
        failed: u32::from(line.starts_with("✗ ")),
        skipped: 0,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn lines_are_counted_and_told_but_for_the_sum() {
        let mut shell = Command::new("sh");
        shell.args([
            "-c",
            "printf '✓ a  b\\n✗ a  c\\n    why\\n1 passed, 1 failed\\n'; exit 1",
        ]);
        let told = RefCell::new(Vec::new());
        let tell = |line: &str| told.borrow_mut().push(line.to_owned());
        let (ok, counts, text) = play(&mut shell, &tell).unwrap();
        assert!(!ok);
        assert_eq!((counts.passed, counts.failed), (1, 1));
        assert_eq!(told.into_inner(), ["✓ a  b", "✗ a  c", "    why"]);
        assert!(text.ends_with("1 passed, 1 failed\n"));
    }
}
