//! How the tour tells its steps: what is done, then how long it took.

use std::time::Instant;

use crate::output::{GOOD, OWN, Output, QUIET, STRONG, wrap};

/// The running report.
pub(crate) struct Report<'a> {
    output: &'a Output,
    begun: Instant,
    step: Instant,
    number: usize,
}

impl<'a> Report<'a> {
    pub(crate) fn begin(output: &'a Output) -> Self {
        output.say("");
        let about = "one patient, one portal, and a network that fails";
        output.say(format!(
            "    {}  {}",
            output.paint(STRONG, "Pericard"),
            output.paint(QUIET, about)
        ));
        let now = Instant::now();
        Self {
            output,
            begun: now,
            step: now,
            number: 0,
        }
    }

    /// What comes next.
    pub(crate) fn step(&mut self, title: &str) {
        self.number += 1;
        self.step = Instant::now();
        let number = self.output.paint(OWN, format!("{:>2}", self.number));
        self.output
            .say(format!("\n{number}  {}", self.output.paint(STRONG, title)));
    }

    /// A line of what is seen.
    pub(crate) fn show(&self, line: impl AsRef<str>) {
        self.output.say(format!("    {}", line.as_ref()).trim_end());
    }

    /// What was done, and how long it took.
    pub(crate) fn done(&self, what: impl AsRef<str>) {
        let took = took(self.step.elapsed().as_secs_f64());
        let room = self.output.width.saturating_sub(6 + 2 + took.len());
        let lines = wrap(what.as_ref(), room);
        for (n, line) in lines.iter().enumerate() {
            let mark = if n == 0 {
                self.output.paint(GOOD, "✓")
            } else {
                " ".into()
            };
            let last = n + 1 == lines.len();
            let gap = if last {
                room.saturating_sub(textwrap::core::display_width(line)) + 2
            } else {
                0
            };
            let took = if last {
                self.output.paint(QUIET, &took)
            } else {
                String::new()
            };
            self.output
                .say(format!("    {mark} {line}{}{took}", " ".repeat(gap)));
        }
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }
}

/// A span as people read it.
fn took(seconds: f64) -> String {
    match seconds * 1000.0 {
        millis @ ..1.0 => format!("{millis:.1} ms"),
        millis @ ..100.0 => format!("{millis:.0} ms"),
        _ => format!("{seconds:.1} s"),
    }
}
