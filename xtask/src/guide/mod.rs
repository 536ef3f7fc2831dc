//! `cargo xtask guide`: the guide's samples compile, its commands exist, and its tutorial reads an inbox.
//!
//! Each language's samples are compiled beside its tests, so a broken one ends those too: Rust's in
//! `tests/guide`, Kotlin's and Swift's from `bindings/*/generated/guide`. A test of each language runs
//! the tutorial against the reference portal.

mod shell;

use std::process::Command;
use std::time::{Duration, Instant};

use crate::bindings;
use crate::build::{self, Built};
use crate::command::{self, Ran};
use crate::counts::{self, Counts};
use crate::kotlin;
use crate::language::Language;
use crate::paths::Paths;
use crate::portal::Stage;
use crate::samples::{self, in_pages};
use crate::swift;
use crate::table::{self, Row};

/// The Rust test that runs the tutorial.
pub(crate) const RUST: &str = "first_inbox";
/// What the names of the Swift tests that run the tutorial begin with.
pub(crate) const SWIFT: &str = "guide";

/// The pages themselves: every block has a language that somebody looks after, every command exists.
pub(crate) fn pages(paths: &Paths, built: &Built) -> Row {
    let started = Instant::now();
    let mut sum = Counts::default();
    let mut problems = Vec::new();
    match samples::read(&paths.root) {
        Err(text) => return Row::check("guide", Err(text), started.elapsed()),
        Ok(pages) => {
            let mut helps = shell::Helps::new(built);
            for page in pages {
                sum.passed += page.plain;
                for line in &page.commands {
                    match helps.check(line) {
                        Ok(()) => sum.passed += 1,
                        Err(problem) => {
                            let place = format!("{}:{}", page.path.display(), line.line);
                            problems.push(format!("{place}: {problem}"));
                        }
                    }
                }
                problems.extend(page.problems);
            }
        }
    }
    sum.failed = u32::try_from(problems.len()).unwrap_or(u32::MAX);
    Row::tests("guide", true, sum, problems.join("\n"), started.elapsed())
}

/// One language's samples and its run of the tutorial, after `ran` compiled them and counted the `runs`.
pub(crate) fn row(paths: &Paths, language: Language, runs: Counts, ran: &Ran) -> Row {
    let step = format!("guide in {language:?}");
    let samples = match samples::read(&paths.root) {
        Err(text) => return Row::check(&step, Err(text), ran.took),
        Ok(pages) => pages
            .iter()
            .flat_map(|page| &page.samples)
            .filter(|sample| sample.language == language.into())
            .count(),
    };
    let counts = counted(samples, runs);
    let text = in_pages(&ran.text);
    Row::tests(&step, counts.passed > 0, counts, text, ran.took)
}

/// The samples and the runs of the tutorial together. Where nothing ran, the samples did not compile.
fn counted(samples: usize, runs: Counts) -> Counts {
    if runs == Counts::default() {
        return runs;
    }
    let samples = Counts {
        passed: u32::try_from(samples).unwrap_or(u32::MAX),
        ..Counts::default()
    };
    samples + runs
}

/// Checks the pages, and the samples in `languages`; true when all holds.
pub(crate) fn run(paths: &Paths, languages: &[Language]) -> Result<bool, String> {
    let started = Instant::now();
    let built = build::workspace(paths).map_err(|text| in_pages(&text))?;
    let libraries = bindings::make(paths, &built)?;
    let stage = Stage::set(paths, &built, &paths.root.join("tests/scenarios"))?;
    let mut rows = vec![pages(paths, &built)];
    rows[0].announce();
    for &language in languages {
        let row = match language {
            Language::Rust => {
                let mut test = Command::new(built.test(RUST)?);
                test.current_dir(paths.root.join("tests/guide"));
                let ran = command::run(stage.tell(&mut test));
                row(paths, language, counts::cargo(&ran.text, |_| true), &ran)
            }
            Language::Kotlin => match kotlin::prepare(paths) {
                Err(absent) => Row::absent("guide in Kotlin", &absent, Duration::ZERO),
                Ok(()) => {
                    let tested = kotlin::test(paths, &libraries, &stage, Some(kotlin::TUTORIAL))?;
                    row(paths, language, tested.guide, &tested.ran)
                }
            },
            Language::Swift => match swift::make(paths) {
                Err(absent) => Row::absent("guide in Swift", &absent, Duration::ZERO),
                Ok(swift) => {
                    let ran = swift.test(paths, &libraries, &stage, Some(SWIFT))?;
                    let runs = counts::swift(&ran.text, |name| name.starts_with(SWIFT));
                    row(paths, language, runs, &ran)
                }
            },
        };
        row.announce();
        rows.push(row);
    }
    let sum = table::print(&rows, started.elapsed());
    println!("{} passed, {} failed", sum.passed, sum.failed);
    Ok(sum.failed == 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::samples::{Language, Page, write};

    const PAGE: &str = "# A page\n\nText.\n\n```swift\nlet a = 1\n```\n\n```rust\npub fn one() -> u32 {\n    1\n}\n```\n\n\
        - In a list:\n\n  ```rust\n  pub fn two() -> u32 {\n      one() + 1\n  }\n  ```\n";

    fn page(text: &str) -> Page {
        Page::parse("docs/src/a-page.md".into(), text)
    }

    #[test]
    fn a_line_of_a_sample_keeps_its_number() {
        let source = page(PAGE).source(Language::Rust).unwrap();
        let lines: Vec<&str> = source.lines().collect();
        for (number, line) in PAGE.lines().enumerate() {
            if line.contains("pub fn") || line.contains("one()") {
                assert_eq!(lines[number].trim(), line.trim());
            }
        }
        assert_eq!(lines.concat().matches("let a").count(), 0);
        assert_eq!(page(PAGE).source(Language::Kotlin), None);
    }

    #[test]
    fn a_block_that_nobody_looks_after_is_a_problem() {
        let text = "# A\n\n```\nx\n```\n\n```rust,ignore\nx\n```\n\n```text\nx\n```\n\nB\n\n    indented\n\n```bash\nx\n```\n";
        let problems = page(text).problems;
        let places: Vec<&str> = problems
            .iter()
            .map(|problem| problem.split_once(": ").unwrap().0)
            .collect();
        assert_eq!(
            places,
            [3, 7, 17, 19].map(|line| format!("docs/src/a-page.md:{line}")),
            "{problems:?}"
        );
    }

    #[test]
    fn commands_are_found_in_shell_blocks_and_in_text() {
        let page =
            page("# A\n\nRun `cargo xtask test` or `signin`.\n\n```sh\ncargo run\n  # no\n```\n");
        let found: Vec<_> = page
            .commands
            .iter()
            .map(|c| (c.line, c.text.trim()))
            .collect();
        assert_eq!(
            found,
            [(3, "cargo xtask test"), (6, "cargo run"), (7, "# no")]
        );
    }

    /// The check itself can fail, and says where.
    #[test]
    fn a_broken_sample_is_refused_with_its_line_in_the_page() {
        let folder = tempfile::tempdir().unwrap();
        let sources = folder.path().join(samples::FOLDER);
        let compile = |text: &str| {
            write(&[page(text)], Language::Rust, &sources).unwrap();
            let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
            rustc
                .args(["--crate-name", "page", "--crate-type", "lib"])
                .args(["--emit", "metadata", "--out-dir"])
                .arg(folder.path())
                .arg(sources.join("docs/src/a-page.md.rs"));
            command::run(&mut rustc)
        };
        let good = compile(PAGE);
        assert!(good.ok, "{}", good.text);
        let broken = compile(&PAGE.replace("one() + 1", "one() + ones()"));
        assert!(!broken.ok);
        let told = in_pages(&broken.text);
        assert!(told.contains("docs/src/a-page.md:19:"), "{told}");
        assert!(!told.contains(".md.rs"), "{told}");
    }

    #[test]
    fn every_compiler_s_place_is_turned_into_the_page_s() {
        for (said, told) in [
            (
                "  --> /t/build/x/out/guide/docs/src/a.md.rs:3:5\n",
                "  --> docs/src/a.md:3:5\n",
            ),
            (
                "[ERROR] file:///r/bindings/kotlin/generated/guide/README.md.kt:[3,5] Unresolved",
                "[ERROR] README.md:3:5 Unresolved",
            ),
            (
                "/pericard/bindings/swift/generated/guide/docs/src/a.md.swift:3:5: error: no",
                "docs/src/a.md:3:5: error: no",
            ),
            (
                "see docs/src/a.md:3 and a.rs:4",
                "see docs/src/a.md:3 and a.rs:4",
            ),
        ] {
            assert_eq!(in_pages(said), told);
        }
    }

    #[test]
    fn what_did_not_compile_did_not_pass() {
        let counts = |passed, failed| Counts {
            passed,
            failed,
            skipped: 0,
        };
        assert_eq!(counted(6, counts(0, 0)), counts(0, 0));
        assert_eq!(counted(6, counts(1, 1)), counts(7, 1));
    }
}
