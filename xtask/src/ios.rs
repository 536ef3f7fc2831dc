//! The iOS app as far as a machine without Xcode can test it: its models run, with the real core and the reference portal;
//! its screens are parsed.

use std::time::{Duration, Instant};

use crate::bindings::{self, Libraries};
use crate::build;
use crate::command::Ran;
use crate::counts;
use crate::paths::Paths;
use crate::portal::Stage;
use crate::swift::{self, Swift};
use crate::table::{self, Row};

/// `cargo xtask ios`.
pub(crate) fn run(paths: &Paths) -> Result<bool, String> {
    let started = Instant::now();
    let built = build::workspace(paths)?;
    let libraries = bindings::make(paths, &built)?;
    let stage = Stage::set(paths, &built, &paths.root.join("tests/scenarios"))?;
    let rows = match swift::make(paths) {
        Ok(swift) => rows(paths, &libraries, &stage, &swift),
        Err(absent) => vec![Row::absent(MODELS, &absent, started.elapsed())],
    };
    rows.iter().for_each(Row::announce);
    Ok(table::print(&rows, started.elapsed()).failed == 0)
}

pub(crate) const MODELS: &str = "models of the iOS app";

pub(crate) fn rows(paths: &Paths, libraries: &Libraries, stage: &Stage, swift: &Swift) -> Vec<Row> {
    let screens = swift.parse_screens(paths, libraries, stage);
    let models = swift.test_app(paths, libraries, stage, None);
    vec![
        check("screens of the iOS app parse", screens),
        tests(MODELS, models),
    ]
}

fn check(step: &str, ran: Result<Ran, String>) -> Row {
    match ran {
        Ok(ran) => {
            let took = ran.took;
            Row::check(step, ran.text_or_error(), took)
        }
        Err(text) => Row::check(step, Err(text), Duration::ZERO),
    }
}

fn tests(step: &str, ran: Result<Ran, String>) -> Row {
    match ran {
        Ok(ran) => {
            let counts = counts::swift(&ran.text, |_| true);
            Row::tests(step, ran.ok, counts, ran.text, ran.took)
        }
        Err(text) => Row::check(step, Err(text), Duration::ZERO),
    }
}
