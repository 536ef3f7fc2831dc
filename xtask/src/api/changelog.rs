//! Whoever changes an interface says so under *Unreleased* in CHANGELOG.md.
//!
//! The snapshots here are compared with those of the commit that this work began at: on a branch, where it left the
//! trunk; on the trunk, the last commit, or the one before where nothing is uncommitted. Without git, or without that
//! commit, as in a shallow clone, the check is skipped, but for CI.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::command;
use crate::paths::Paths;
use crate::table::Row;
use crate::toolchain::{self, Absent};

const CHANGELOG: &str = "CHANGELOG.md";
const STEP: &str = "changelog of the interfaces";

/// Names of the trunk, the first that exists counts.
const TRUNKS: &[&str] = &["origin/main", "main"];

pub(super) fn row(paths: &Paths, snapshots: &[&str]) -> Row {
    let started = Instant::now();
    match check(&paths.root, snapshots) {
        Ok(told) => Row::check(STEP, Ok(told), started.elapsed()),
        Err(Absent::Missing(why)) => Row::absent(STEP, &Absent::Missing(why), started.elapsed()),
        Err(Absent::Broken(text)) => Row::check(STEP, Err(text), started.elapsed()),
    }
}

fn check(root: &Path, snapshots: &[&str]) -> Result<String, Absent> {
    let base = base(root, snapshots)?;
    let now = |file: &str| std::fs::read_to_string(root.join(file)).unwrap_or_default();
    let changed = snapshots.iter().copied().filter(|file| {
        let then = at(root, &base, file);
        then.is_some_and(|then| then != now(file))
    });
    let changed: Vec<&str> = changed.collect();
    let then = at(root, &base, CHANGELOG).unwrap_or_default();
    if changed.is_empty() || adds_a_line(&then, &now(CHANGELOG)) {
        return Ok(String::new());
    }
    Err(Absent::Broken(format!(
        "{} changed since {}, and {CHANGELOG} has no new line under Unreleased that says what",
        changed.join(" and "),
        base.get(..10).unwrap_or(&base)
    )))
}

/// The commit that the work here began at.
fn base(root: &Path, snapshots: &[&str]) -> Result<String, Absent> {
    if !toolchain::has("git") {
        return Err(Absent::Missing("no git here".to_owned()));
    }
    let head = git(root, &["rev-parse", "--verify", "--quiet", "HEAD"])
        .ok_or_else(|| Absent::Missing("this is no clone with a commit".to_owned()))?;
    let trunk = TRUNKS
        .iter()
        .find_map(|trunk| git(root, &["merge-base", "HEAD", trunk]));
    if let Some(began) = trunk.filter(|began| *began != head) {
        return Ok(began);
    }
    let mut is_clean = vec!["diff", "--quiet", "HEAD", "--"];
    is_clean.extend(snapshots);
    if git(root, &is_clean).is_none() {
        return Ok(head);
    }
    git(root, &["rev-parse", "--verify", "--quiet", "HEAD^"])
        .ok_or_else(|| Absent::Missing("the commit before this one is not in the clone".to_owned()))
}

/// A file as a commit has it, if it has it.
fn at(root: &Path, commit: &str, file: &str) -> Option<String> {
    command::ask(git_in(root).args(["show", &format!("{commit}:{file}")])).ok()
}

/// What git answers, without the line's end; nothing where it fails.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    command::ask(git_in(root).args(arguments))
        .ok()
        .map(|answer| answer.trim().to_owned())
}

fn git_in(root: &Path) -> Command {
    let mut git = Command::new("git");
    // A hook or an outer git must not tell this one another repository.
    git.current_dir(root)
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE");
    git
}

/// Whether `now` says something under *Unreleased* that `then` did not say there.
fn adds_a_line(then: &str, now: &str) -> bool {
    let before = unreleased(then);
    unreleased(now).iter().any(|line| !before.contains(line))
}

fn unreleased(changelog: &str) -> Vec<&str> {
    let after = changelog
        .lines()
        .skip_while(|line| !line.starts_with("## Unreleased"))
        .skip(1);
    let section = after.take_while(|line| !line.starts_with("## "));
    section
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::*;

    const SNAPSHOT: &str = "api.txt";

    /// A clone whose trunk has a snapshot and a changelog.
    struct Clone(tempfile::TempDir);

    impl Clone {
        fn new() -> Self {
            let clone = Self(tempfile::tempdir().unwrap());
            clone.git(&["init", "--quiet", "--initial-branch=main"]);
            clone.write(SNAPSHOT, "fun a()\n");
            clone.write(
                CHANGELOG,
                "# C\n\n## Unreleased\n\n### Added\n- a\n\n## 1.0\n- old\n",
            );
            clone.commit();
            clone
        }

        fn git(&self, arguments: &[&str]) {
            let mut git = git_in(self.0.path());
            git.args([
                "-c",
                "user.name=t",
                "-c",
                "user.email=t@example.org",
                "-c",
                "commit.gpgsign=false",
            ]);
            command::ask(git.args(["-c", "core.hooksPath=/dev/null"]).args(arguments)).unwrap();
        }

        fn write(&self, file: &str, text: &str) {
            fs::write(self.0.path().join(file), text).unwrap();
        }

        fn commit(&self) {
            self.git(&["add", "--all"]);
            self.git(&["commit", "--quiet", "--allow-empty", "--message", "x"]);
        }

        fn tell(&self) {
            self.write(
                CHANGELOG,
                "# C\n\n## Unreleased\n\n### Added\n- a\n- b\n\n## 1.0\n- old\n",
            );
        }

        fn is_told(&self) -> bool {
            match check(self.0.path(), &[SNAPSHOT]) {
                Ok(_) => true,
                Err(Absent::Broken(text)) => {
                    assert!(text.contains(SNAPSHOT), "{text}");
                    false
                }
                Err(Absent::Missing(why)) => panic!("{why}"),
            }
        }
    }

    #[test]
    fn a_change_that_is_not_committed_has_to_be_told() {
        let clone = Clone::new();
        clone.write(SNAPSHOT, "fun b()\n");
        assert!(!clone.is_told());
        clone.tell();
        assert!(clone.is_told());
    }

    #[test]
    fn a_commit_on_the_trunk_has_to_tell() {
        let clone = Clone::new();
        clone.commit();
        assert!(clone.is_told());
        clone.write(SNAPSHOT, "fun b()\n");
        clone.commit();
        assert!(!clone.is_told());
    }

    #[test]
    fn a_branch_tells_once_for_all_its_commits() {
        let clone = Clone::new();
        clone.git(&["switch", "--quiet", "--create", "work"]);
        clone.write(SNAPSHOT, "fun b()\n");
        clone.commit();
        assert!(!clone.is_told());
        clone.tell();
        clone.commit();
        assert!(clone.is_told());
        clone.write(SNAPSHOT, "fun c()\n");
        clone.commit();
        assert!(clone.is_told());
    }

    #[test]
    fn the_first_snapshot_tells_itself() {
        let clone = Clone::new();
        clone.commit();
        clone.write("other.txt", "fun a()\n");
        assert!(check(clone.0.path(), &["other.txt"]).is_ok());
    }

    #[test]
    fn without_a_commit_to_compare_with_it_is_skipped() {
        let clone = Clone::new();
        assert!(matches!(
            check(clone.0.path(), &[SNAPSHOT]),
            Err(Absent::Missing(_))
        ));
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            check(folder.path(), &[SNAPSHOT]),
            Err(Absent::Missing(_))
        ));
    }

    #[test]
    fn only_lines_under_unreleased_count() {
        let then = "## Unreleased\n- a\n## 1.0\n- old\n";
        assert!(!adds_a_line(
            then,
            "## Unreleased\n### Added\n- a\n## 1.0\n- old\n- new\n"
        ));
        assert!(!adds_a_line(then, "## Unreleased\n## 1.1\n- a\n"));
        assert!(adds_a_line(then, "## Unreleased\n- a\n- b\n## 1.0\n"));
    }
}
