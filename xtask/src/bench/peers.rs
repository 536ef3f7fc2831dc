//! Those who would write it by hand in another language: tests/benches/peers, run by turns with Pericard.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::fetching::{copy, fresh, java, libraries, missing, named_by, node, settle};
use crate::paths::Paths;
use crate::toolchain::{self, Absent};

use super::series::Series;

/// A program in another language, and what it measured.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    /// How much less Pericard is to compute: its share of what the peer computes, at most.
    pub(crate) share: f64,
    pub(crate) series: Series,
    program: Program,
}

enum Program {
    Python(PathBuf, &'static str),
    Node(PathBuf),
    Java(PathBuf, &'static str),
}

/// Installs what the peers need; those that cannot be had here are named with the reason.
pub(crate) fn install(paths: &Paths) -> (Vec<Peer>, Vec<String>) {
    let (mut peers, mut skipped) = (Vec::new(), Vec::new());
    let mut offer = |names: &[(&'static str, f64)], made: Result<Vec<Program>, Absent>| match made {
        Ok(programs) => {
            for ((name, share), program) in names.iter().zip(programs) {
                peers.push(Peer {
                    name,
                    share: *share,
                    series: Series::default(),
                    program,
                });
            }
        }
        Err(absent) => {
            let why = absent.text().trim().lines().next().unwrap_or_default();
            let names: Vec<_> = names.iter().map(|(name, _)| *name).collect();
            skipped.push(format!("{}: {why}", names.join(", ")));
        }
    };
    let both =
        |home: PathBuf, make: fn(PathBuf, &'static str) -> Program, ways: [&'static str; 2]| {
            ways.map(|way| make(home.clone(), way)).into()
        };
    offer(
        &[
            ("Python json, sqlcipher3", 0.5),
            ("fhirclient, sqlcipher3", 0.2),
        ],
        python(paths).map(|home| both(home, Program::Python, ["json", "fhirclient"])),
    );
    offer(
        &[("Node.js, better-sqlite3-multiple-ciphers", 0.5)],
        of_node(paths).map(|home| vec![Program::Node(home)]),
    );
    offer(
        &[
            ("Jackson, JDBC, not encrypted, warm", 0.5),
            ("HAPI FHIR parser, JDBC, not encrypted, warm", 0.2),
        ],
        jvm(paths).map(|home| both(home, Program::Java, ["jackson", "hapi"])),
    );
    (peers, skipped)
}

impl Peer {
    /// One round. `ticket` is what `bench-hand ticket` said.
    pub(crate) fn round(&mut self, paths: &Paths, ticket: &str) -> Result<(), String> {
        let ticket: serde_json::Value = serde_json::from_str(ticket).map_err(|e| e.to_string())?;
        let text = |name: &str| ticket[name].as_str().unwrap_or_default().to_owned();
        let folder = paths.target.join("peers");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let root = folder.join("root.pem");
        fs::write(&root, text("root")).map_err(|e| format!("{}: {e}", root.display()))?;
        let mut command = self.command(paths, &folder.join("peer.db"));
        command
            .env("PEER_FIRST", text("first"))
            .env("PEER_TOKEN", text("token"))
            .env("PEER_ROOT", &root);
        let said = command::ask(&mut command);
        let _ = fs::remove_dir_all(&folder);
        self.series.read(&said?)
    }

    fn command(&self, paths: &Paths, database: &Path) -> Command {
        let ours = paths.root.join("tests/benches/peers");
        let mut command = match &self.program {
            Program::Python(home, way) => {
                let mut python = Command::new(home.join("bin/python"));
                python.arg(ours.join("python/peer.py")).arg(way);
                python
            }
            Program::Node(home) => {
                let mut node = Command::new("node");
                node.arg(home.join("node/peer.mjs"));
                node
            }
            Program::Java(home, way) => {
                let mut java = Command::new("java");
                java.arg("-Xmx512m")
                    .arg("-cp")
                    .arg(home.join("lib").join("*"))
                    .arg(ours.join("jvm/Peer.java"))
                    .arg(way)
                    .arg(ours.join("tables.sql"));
                java
            }
        };
        command.arg(database);
        command
    }
}

/// A virtual environment with what requirements.txt names.
fn python(paths: &Paths) -> Result<PathBuf, Absent> {
    if !toolchain::has("python3") {
        return Err(missing("no python3 here"));
    }
    let list = paths
        .root
        .join("tests/benches/peers/python/requirements.txt");
    let whole = named_by(paths, "peers-python", &list)?;
    if !whole.join("whole").exists() {
        // It knows its own place, so that it cannot be made elsewhere and moved.
        command::run(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&whole),
        )
        .text_or_error()?;
        let mut pip = Command::new(whole.join("bin/pip"));
        pip.args(["install", "--quiet", "--requirement"]).arg(&list);
        command::run(&mut pip).text_or_error()?;
        let mark = whole.join("whole");
        fs::write(&mark, "").map_err(|e| Absent::Broken(format!("{}: {e}", mark.display())))?;
    }
    Ok(whole)
}

fn of_node(paths: &Paths) -> Result<PathBuf, Absent> {
    node("better-sqlite3-multiple-ciphers")?;
    let peers = paths.root.join("tests/benches/peers");
    let ours = peers.join("node");
    let whole = named_by(paths, "peers-node", &ours.join("package.json"))?;
    if !whole.exists() {
        let parts = fresh(&whole)?;
        copy(&ours, &subfolder(&parts)?)?;
        // Compiles SQLite where no built one is to be had.
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--quiet"])
            .current_dir(parts.join("node"));
        command::run(&mut npm).text_or_error()?;
        settle(&parts, &whole)?;
    }
    // Node looks for dependencies beside the file that asks for them, and that for the tables one folder above.
    copy(&ours, &whole.join("node"))?;
    copy(&peers, &whole)?;
    Ok(whole)
}

fn subfolder(parts: &Path) -> Result<PathBuf, Absent> {
    let folder = parts.join("node");
    fs::create_dir_all(&folder)
        .map_err(|e| Absent::Broken(format!("{}: {e}", folder.display())))?;
    Ok(folder)
}

fn jvm(paths: &Paths) -> Result<PathBuf, Absent> {
    java("a peer on the JVM")?;
    libraries(
        paths,
        "peers-jvm",
        &paths.root.join("tests/benches/peers/jvm"),
    )
}
