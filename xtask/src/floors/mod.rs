//! The floors of the house, checked: who may use whom inside `core/`.
//!
//! In `core/pericard/src` the folders are floors, lowest first: `platform`, `http`, `keys`, `storage`, `session`,
//! `sync`, `features`, `client`, `api`. A file uses its own floor and those below. Of its own floor it uses its own
//! module, and a neighbour only where a module doc says so in a line ``//! Uses: `vault`, `net` `` (the file's own
//! doc, or that of its module). `lib.rs` and the files beside it put the house together and may name everything.
//! Modules that need each other in a circle are reported, see [`circles`]. The lint on time, randomness and tasks may
//! be silenced in the files of [`DOOR`] alone, and `tracing` is named in `platform/log` alone. `core/protocol` names no
//! clock, socket, file, runtime or log at all.
//!
//! A floor's mod.rs may define what all its modules share, and pass on names from its modules to those above; on the
//! floor itself such a name must be asked of the module it comes from.

mod circles;
mod paths;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use paths::Named;

const FLOORS: [&str; 9] = [
    "platform", "http", "keys", "storage", "session", "sync", "features", "client", "api",
];

/// Where time, randomness and tasks enter.
const DOOR: [&str; 3] = [
    "platform/clock.rs",
    "platform/random.rs",
    "platform/spawner.rs",
];

/// What writes log lines, and where it is named: what a line may hold is decided there, by type.
const LOGGING: [&str; 4] = [
    "tracing",
    "tracing_subscriber",
    "tracing_oslog",
    "paranoid_android",
];
const LOG: [&str; 2] = ["platform", "log"];

/// What `core/protocol` must not name; it has no IO and no clock, and writes no log.
const IMPURE: [&[&str]; 10] = [
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["std", "time", "*"],
    &["std", "net"],
    &["std", "fs"],
    &["std", "env"],
    &["std", "thread"],
    &["tokio"],
    &["tracing"],
    &["jiff", "Timestamp", "now"],
];

/// Of the names above, those that are plain values.
const PURE: [&[&str]; 3] = [
    &["std", "net", "IpAddr"],
    &["std", "net", "Ipv4Addr"],
    &["std", "net", "Ipv6Addr"],
];

/// One rule broken in one file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    file: PathBuf,
    what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.what)
    }
}

/// What the check saw: how many files it read and every breach in them.
pub(crate) struct Report {
    pub(crate) files: usize,
    pub(crate) breaches: Vec<Breach>,
    /// Modules that need each other, each circle in one line.
    pub(crate) circles: Vec<String>,
}

/// Reads both crates below `core`.
pub(crate) fn check(core: &Path) -> Result<Report, String> {
    let mut breaches = Vec::new();
    let house = sources(&core.join("pericard/src"))?;
    let modules = Modules::of(&house);
    for file in &house {
        breaches.extend(in_house(file, &modules, &house));
    }
    let found = circles::circles(&house);
    for circle in found.iter().filter(|circle| {
        !circles::INHERENT
            .iter()
            .any(|inherent| inherent == &circle.as_slice())
    }) {
        breaches.push(Breach {
            file: PathBuf::from(&circle[0]),
            what: format!("imports in a circle: {}", circle.join(" ↔ ")),
        });
    }
    let pure = sources(&core.join("protocol/src"))?;
    for file in &pure {
        breaches.extend(in_protocol(file));
    }
    Ok(Report {
        files: house.len() + pure.len(),
        breaches,
        circles: found.iter().map(|circle| circle.join(" ↔ ")).collect(),
    })
}

struct Source {
    path: PathBuf,
    /// Below the crate root: `client/site/discovery.rs` is `["client", "site", "discovery"]`.
    module: Vec<String>,
    is_mod_file: bool,
    uses: Vec<String>,
    passed_on: Vec<String>,
    silences_lint: bool,
    named: Vec<Named>,
}

impl Source {
    fn read(root: &Path, path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let inside = path.strip_prefix(root).unwrap_or(path);
        Self::parse(inside, &text)
    }

    fn parse(inside: &Path, text: &str) -> Result<Self, String> {
        let file = syn::parse_file(text).map_err(|e| format!("{}: {e}", inside.display()))?;
        let mut module: Vec<String> = inside
            .with_extension("")
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        let is_mod_file = matches!(module.last().map(String::as_str), Some("mod" | "lib"));
        if is_mod_file {
            module.pop();
        }
        Ok(Self {
            path: inside.to_owned(),
            uses: listed(&file),
            passed_on: paths::passed_on(&file),
            silences_lint: text.contains("clippy::disallowed_methods"),
            named: paths::named(&file, &module),
            module,
            is_mod_file,
        })
    }

    fn is_lib(&self) -> bool {
        self.module.is_empty()
    }

    fn is_test(&self) -> bool {
        self.module.iter().any(|part| part == "tests")
    }

    fn breach(&self, what: String) -> Breach {
        Breach {
            file: self.path.clone(),
            what,
        }
    }
}

/// The neighbours that a module doc lists after `Uses:`.
fn listed(file: &syn::File) -> Vec<String> {
    let doc = file
        .attrs
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(line),
                    ..
                }) => Some(line.value()),
                _ => None,
            },
            _ => None,
        });
    doc.filter_map(|line| line.trim().strip_prefix("Uses:").map(str::to_owned))
        .flat_map(|line| {
            line.split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// What exists: the modules of each floor and beside `lib.rs`, and the names that a floor's mod.rs
/// passes on from its modules to the floors above.
struct Modules {
    floors: Vec<BTreeSet<String>>,
    passed_on: Vec<BTreeSet<String>>,
    top: BTreeSet<String>,
}

impl Modules {
    fn of(house: &[Source]) -> Self {
        let none = || vec![BTreeSet::new(); FLOORS.len()];
        let mut modules = Self {
            floors: none(),
            passed_on: none(),
            top: BTreeSet::new(),
        };
        for source in house {
            match (
                source.module.as_slice(),
                source.module.first().and_then(|first| floor_of(first)),
            ) {
                ([_], Some(floor)) => {
                    modules.passed_on[floor].extend(source.passed_on.iter().cloned())
                }
                ([_, module, ..], Some(floor)) => {
                    let _ = modules.floors[floor].insert(module.clone());
                }
                ([top, ..], None) => drop(modules.top.insert(top.clone())),
                _ => {}
            }
        }
        modules
    }

    fn of_floor(&self, floor: Option<usize>) -> &BTreeSet<String> {
        floor.map_or(&self.top, |floor| &self.floors[floor])
    }
}

fn floor_of(folder: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| *floor == folder)
}

fn in_house(source: &Source, modules: &Modules, house: &[Source]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if source.silences_lint
        && !source.is_test()
        && !DOOR.iter().any(|door| source.path == Path::new(door))
    {
        breaches.push(
            source.breach(
                "silences the lint on time, randomness and tasks; only the platform's door may"
                    .to_owned(),
            ),
        );
    }
    if source.is_lib() || source.is_test() {
        return breaches;
    }
    if !source.module.starts_with(&LOG.map(str::to_owned)) {
        let logging = |named: &&Named| LOGGING.contains(&named.0[0].as_str());
        breaches.extend(source.named.iter().filter(logging).map(|named| {
            source.breach(format!(
                "names `{named}`: log lines are written with `platform::log` alone"
            ))
        }));
    }
    let own = floor_of(&source.module[0]);
    let own_module = if own.is_some() {
        source.module.get(1)
    } else {
        source.module.first()
    };
    let allowed: BTreeSet<&String> = house
        .iter()
        .filter(|other| {
            other.is_mod_file && !other.is_lib() && source.module.starts_with(&other.module)
        })
        .flat_map(|other| &other.uses)
        .chain(&source.uses)
        .collect();

    for named in source.named.iter().filter(|named| named.0[0] == "crate") {
        let target = floor_of(&named.0[1]);
        let name = named.0.get(if target.is_some() { 2 } else { 1 });
        let is_module = name.is_some_and(|name| modules.of_floor(target).contains(name));
        let height = |floor: Option<usize>| floor.unwrap_or(FLOORS.len());
        if height(target) > height(own) {
            breaches.push(source.breach(format!("uses `{named}`, which is above it")));
            continue;
        }
        let Some(name) = name else { continue };
        if target.is_some() && name == "*" {
            breaches.push(source.breach(format!("uses `{named}`: name what it needs")));
        } else if target != own || own_module.is_none() || own_module == Some(name) {
            // The floors below are free to use, a floor's mod.rs arranges its modules, and a module its own files.
        } else if is_module && !allowed.contains(name) {
            breaches.push(source.breach(format!(
                "uses its neighbour `{name}` (`{named}`) but its module doc has no line \"Uses: `{name}`\""
            )));
        } else if own.is_some_and(|floor| modules.passed_on[floor].contains(name)) {
            breaches.push(source.breach(format!(
                "uses its neighbour by `{named}`: name the module it comes from"
            )));
        }
    }
    breaches
}

fn in_protocol(source: &Source) -> Vec<Breach> {
    let begins = |named: &Named, path: &[&str]| {
        named.0.len() >= path.len() && named.0.iter().zip(path).all(|(a, b)| a == b)
    };
    let impure = |named: &&Named| {
        IMPURE.iter().any(|path| begins(named, path))
            && !PURE.iter().any(|path| begins(named, path))
    };
    let mut breaches: Vec<Breach> = source
        .named
        .iter()
        .filter(impure)
        .map(|named| {
            source.breach(format!(
                "names `{named}`; the protocol has no IO and no clock"
            ))
        })
        .collect();
    if source.silences_lint && !source.is_test() {
        breaches.push(source.breach("silences the lint on time and randomness".to_owned()));
    }
    breaches
}

fn sources(root: &Path) -> Result<Vec<Source>, String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        for entry in entries {
            let path = entry
                .map_err(|e| format!("{}: {e}", folder.display()))?
                .path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(Source::read(root, &path)?);
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}
