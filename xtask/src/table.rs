//! The table that `cargo xtask test` ends with, and the line under it.

use std::time::Duration;

use comfy_table::{Cell, CellAlignment, Color, ContentArrangement, Table, presets};

use crate::counts::Counts;
use crate::toolchain::Absent;

/// One step and how it went.
#[derive(Debug)]
pub(crate) struct Row {
    step: String,
    counts: Counts,
    took: Duration,
    /// Why something was left out, or what a check found.
    note: String,
    /// What the step said; shown where it failed.
    output: String,
}

impl Row {
    /// A step that is one check: it held or it did not.
    pub(crate) fn check(step: &str, result: Result<String, String>, took: Duration) -> Self {
        let counts = Counts {
            passed: u32::from(result.is_ok()),
            failed: u32::from(result.is_err()),
            skipped: 0,
        };
        Self {
            step: step.to_owned(),
            counts,
            took,
            note: String::new(),
            output: result.unwrap_or_else(|text| text),
        }
    }

    /// A check that says what it found.
    pub(crate) fn told(step: &str, result: Result<String, String>, took: Duration) -> Self {
        let note = result.clone().unwrap_or_default();
        Self {
            note,
            ..Self::check(step, result, took)
        }
    }

    /// A step that ran tests. Ending badly without a failed test is a failure, and so is running none.
    pub(crate) fn tests(
        step: &str,
        ok: bool,
        counts: Counts,
        output: String,
        took: Duration,
    ) -> Self {
        let mut row = Self {
            step: step.to_owned(),
            counts,
            took,
            note: String::new(),
            output,
        };
        if row.counts.failed == 0 && !ok {
            row.counts.failed = 1;
        } else if row.counts == Counts::default() {
            row.counts.failed = 1;
            row.note = "ran no test".to_owned();
        }
        row
    }

    /// A step whose toolchain is absent.
    pub(crate) fn absent(step: &str, absent: &Absent, took: Duration) -> Self {
        let failed = absent.is_failure();
        let note = absent.text().lines().next().unwrap_or_default().to_owned();
        Self {
            step: step.to_owned(),
            counts: Counts {
                failed: u32::from(failed),
                skipped: u32::from(!failed),
                passed: 0,
            },
            took,
            note,
            output: absent.text().to_owned(),
        }
    }

    fn word(&self) -> (&'static str, Color) {
        match self.counts {
            Counts { failed: 1.., .. } => ("FAILED", Color::Red),
            Counts { passed: 0, .. } => ("skipped", Color::Yellow),
            _ => ("ok", Color::Green),
        }
    }

    /// Says at once how the step went; with all it said where it failed.
    pub(crate) fn announce(&self) {
        if self.counts.failed > 0 {
            println!("\n{}\n", essential(&self.output));
        }
        println!(
            "  {:<24} {:<8} {:>7.1} s",
            self.step,
            self.word().0,
            self.took.as_secs_f64()
        );
    }
}

/// What a runner said, without its lines about what went well.
fn essential(text: &str) -> String {
    let went_well = |line: &str| {
        let line = line.trim_start();
        line.starts_with("story ok ")
            || line.starts_with("◇ ")
            || line.starts_with("✔ ")
            || (line.starts_with("test ") && line.ends_with(" ok"))
    };
    let kept: Vec<&str> = text.lines().filter(|line| !went_well(line)).collect();
    kept.join("\n").trim_end().to_owned()
}

/// Draws the rows; the sum of their counts is returned.
pub(crate) fn print(rows: &[Row], whole: Duration) -> Counts {
    let sum = rows
        .iter()
        .fold(Counts::default(), |sum, row| sum + row.counts);
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header([
        "step", "result", "passed", "failed", "skipped", "seconds", "",
    ]);
    for row in rows {
        let (word, colour) = row.word();
        let number = |n: u32| Cell::new(n).set_alignment(CellAlignment::Right);
        table.add_row([
            Cell::new(&row.step),
            Cell::new(word).fg(colour),
            number(row.counts.passed),
            number(row.counts.failed),
            number(row.counts.skipped),
            Cell::new(format!("{:.1}", row.took.as_secs_f64())).set_alignment(CellAlignment::Right),
            Cell::new(&row.note),
        ]);
    }
    println!("\n{table}\n{:.0} s in all", whole.as_secs_f64());
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_ran_nothing_or_died_has_failed() {
        let none = Row::tests("x", true, Counts::default(), String::new(), Duration::ZERO);
        assert_eq!(none.counts.failed, 1);
        let died = Row::tests(
            "x",
            false,
            Counts {
                passed: 3,
                ..Counts::default()
            },
            String::new(),
            Duration::ZERO,
        );
        assert_eq!(
            died.counts,
            Counts {
                passed: 3,
                failed: 1,
                skipped: 0
            }
        );
        assert_eq!(died.word().0, "FAILED");
    }

    #[test]
    fn a_failure_is_shown_without_what_went_well() {
        let text =
            "test a ... ok\ntest b ... FAILED\n✔ Test c() passed\nstory ok d\nstory FAILED e\n";
        assert_eq!(essential(text), "test b ... FAILED\nstory FAILED e");
    }

    #[test]
    fn a_broken_toolchain_is_never_a_skip() {
        let row = Row::absent(
            "Swift",
            &Absent::Broken("disk full".to_owned()),
            Duration::ZERO,
        );
        assert_eq!(row.word().0, "FAILED");
    }
}
