//! How many tests passed, failed and were left out, read from what the runners of three languages say.

use std::ops::Add;

/// The counts of one run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

/// Sums the lines `test result: ok. 3 passed; 0 failed; 1 ignored; …` of `cargo test`, for the test files that
/// `which` accepts: it is asked with the line `Running tests/stories.rs (target/…)` before them.
pub(crate) fn cargo(text: &str, which: impl Fn(&str) -> bool) -> Counts {
    let (mut sum, mut counted) = (Counts::default(), which(""));
    for line in text.lines().map(str::trim) {
        if line.starts_with("Running ") || line.starts_with("Doc-tests ") {
            counted = which(line);
        }
        if let Some(line) = line.strip_prefix("test result: ").filter(|_| counted) {
            let before = |word: &str| {
                line.split(';')
                    .find_map(|part| part.trim().strip_suffix(word))
                    .map_or(0, last_number)
            };
            sum = sum
                + Counts {
                    passed: before(" passed"),
                    failed: before(" failed"),
                    skipped: before(" ignored"),
                };
        }
    }
    sum
}

fn last_number(text: &str) -> u32 {
    text.rsplit(' ')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

/// Reads the head of one report of Maven's test runner.
pub(crate) fn surefire(xml: &str) -> Counts {
    let head = xml
        .split_once("<testsuite ")
        .and_then(|(_, rest)| rest.split_once('>'))
        .map_or("", |(head, _)| head);
    let number = |name: &str| {
        head.split_once(&format!(" {name}=\""))
            .and_then(|(_, rest)| rest.split_once('"'))
            .and_then(|(value, _)| value.parse::<u32>().ok())
            .unwrap_or(0)
    };
    let failed = number("failures") + number("errors");
    let skipped = number("skipped");
    Counts {
        passed: number("tests").saturating_sub(failed + skipped),
        failed,
        skipped,
    }
}

/// Counts the lines `✔ Test name() passed after …` of Swift Testing, leaving out the suite of stories, for the
/// tests whose names `which` accepts.
pub(crate) fn swift(text: &str, which: impl Fn(&str) -> bool) -> Counts {
    text.lines().fold(Counts::default(), |sum, line| {
        let Some((_, test)) = line.split_once(" Test ") else {
            return sum;
        };
        if test.starts_with("case ") || test.starts_with("run ") || test.starts_with("stories(") {
            return sum;
        }
        if !which(test) {
            return sum;
        }
        sum + Counts {
            passed: u32::from(test.contains(" passed after ")),
            failed: u32::from(test.contains(" failed after ")),
            skipped: u32::from(test.contains(" skipped")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_lines_are_summed() {
        let text = "running 2 tests\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
                    test result: FAILED. 3 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n";
        assert_eq!(
            cargo(text, |_| true),
            Counts {
                passed: 5,
                failed: 4,
                skipped: 1
            }
        );
    }

    #[test]
    fn one_test_file_is_counted_by_itself() {
        let text = "     Running unittests src/lib.rs (target/debug/deps/a-1)\ntest result: ok. 2 passed; 0 failed\n     \
                    Running tests/guide.rs (target/debug/deps/guide-1)\ntest result: ok. 1 passed; 0 failed\n   \
                    Doc-tests pericard\ntest result: ok. 4 passed; 0 failed\n";
        let is_guide = |line: &str| line.contains("tests/guide.rs ");
        assert_eq!(cargo(text, is_guide).passed, 1);
        assert_eq!(cargo(text, |line| !is_guide(line)).passed, 6);
    }

    #[test]
    fn a_report_of_maven_is_read() {
        let xml = r#"<?xml version="1.0"?><testsuite xmlns:x="y" name="dev.A" time="1" tests="9" errors="1" skipped="2" failures="3"><testcase name="a"/></testsuite>"#;
        assert_eq!(
            surefire(xml),
            Counts {
                passed: 3,
                failed: 4,
                skipped: 2
            }
        );
    }

    #[test]
    fn swift_lines_are_counted() {
        let text = "◇ Test run started.\n✔ Test \"a b\" passed after 0.01 seconds.\n✘ Test c() failed after 0.1 seconds with 1 issue.\n\
                    ➜ Test d() skipped: \"no\"\n✔ Test stories(file:) with 12 test cases passed after 9 seconds.\n✘ Test run with 3 tests failed after 1 seconds with 1 issue.\n";
        assert_eq!(
            swift(text, |_| true),
            Counts {
                passed: 1,
                failed: 1,
                skipped: 1
            }
        );
        assert_eq!(swift(text, |name| name.starts_with("c(")).failed, 1);
        assert_eq!(swift(text, |name| name.starts_with("c(")).passed, 0);
    }
}
