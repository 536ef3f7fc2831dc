//! The table, on the terminal and as `docs/bench.md`.

use std::fs;
use std::process::Command;

use comfy_table::{Cell, CellAlignment, Color, ContentArrangement, Table, presets};

use crate::command;

use super::rows::{Budget, Row};

/// What the numbers leave out; below the table.
pub(super) const NOT_MEASURED: &str = "\
The peer of the first rows is `tests/benches/src/bin/hand`: the same transport settings, the members that Pericard
reads parsed in one go, rows and indexes for the same screens in SQLite, by one who trusts the portal, keeps every thread in memory and never has to resume. The peer's own code is compiled
for speed, Pericard's for size but where the time goes, as it ships; their dependencies are the same. Both sides fetch the
same messages from a portal in a process of its own on the same machine, by turns, each round in a fresh process;
CPU is the client's process alone, in user and kernel mode. Noise is half the distance between the quartiles of the
rounds' ratios; a row is over its budget when the ratio exceeds it by more than that.

The peer of a cold open is one connection and one query; Pericard opens the device's database and the person's, each
after it has proved that it encrypts, reads the account and its keys, and takes the directory's lock. The peer of a
call from another language is a call through the same generator that answers from memory with the same values.

The peers of what signing in computes are the crates that are named, with the same primitives (AWS-LC) where they can
have them; CPU, the mean of 2,000 calls in a process of its own per round, Pericard's with memory wiped as it ships.
Pericard keeps its key parsed, and checks more of an id_token and of an otpauth address.

The peer of opening a conversation is opening the same one once more, which is noted only once within a minute; both are
the median of 500. The keystore vouches for many entries at once, seconds later, which is not in it.

The peer of an unlock is Argon2id with the parameters that the keystore has, in a process that does not wipe what it frees;
both are the median of nine. Pericard counts the try as well, and decrypts; opening what is read then is not in it.

The peers in other languages (`tests/benches/peers`) fetch and write the same messages into one SQLite with an index of
the words; they check nothing, resume nothing and merge no threads. Each runs by turns with Pericard; a JVM is warm. They
are part of the whole run, not of the short one. Memory is the largest resident set during a sync, less that before it.

Not measured: a real network and its latency, the portal's work (but for the wall-clock row, which includes it), a
cold file cache, the requests of a sign-in, a phone's processor and flash, the first call of a process, which loads the library.
The wall-clock rows share two cores with the portal where there are only two.
";

/// Draws the table for people.
pub(crate) fn print(rows: &[Row]) {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    fill(&mut table, rows, true);
    println!("\n{table}");
}

/// The page that is kept.
pub(crate) fn markdown(
    title: &str,
    rows: &[Row],
    skipped: &[String],
    command: &str,
    meaning: &str,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    fill(&mut table, rows, false);
    let mut page = format!(
        "# {title}\n\n`{command}` writes this page. {}\n\n{table}\n\n{meaning}",
        machine()
    );
    for reason in skipped {
        page.push_str(&format!("\nSkipped: {reason}\n"));
    }
    page
}

fn fill(table: &mut Table, rows: &[Row], coloured: bool) {
    table.set_header(["what", "ours", "peer", "ratio", "budget", "verdict"]);
    for row in rows {
        let ratio = row.ratio.map_or(String::new(), |ratio| {
            format!("{:.2} ± {:.2}", ratio.value, ratio.noise)
        });
        let budget = match row.budget {
            Budget::Ratio(most) => format!("≤ {most}"),
            Budget::Exactly(count) => format!("= {count}"),
            Budget::AtMost(most) if most > 1e6 => format!("≤ {} MiB", most / 1024.0 / 1024.0),
            Budget::AtMost(most) => format!("≤ {most}"),
            Budget::Here(most) => format!("≤ {} ms", most / 1e3),
            Budget::None => String::new(),
        };
        let mut verdict = Cell::new(row.verdict());
        if coloured {
            verdict = verdict.fg(match row.verdict() {
                "OVER" => Color::Red,
                "ok" => Color::Green,
                _ => Color::Reset,
            });
        }
        let right = |text: &str| Cell::new(text).set_alignment(CellAlignment::Right);
        table.add_row([
            Cell::new(&row.what),
            right(&row.ours),
            right(&row.peer),
            right(&ratio),
            right(&budget),
            verdict,
        ]);
    }
}

/// The processor and the compilers, as far as they say what they are.
fn machine() -> String {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("a processor without a name", |name| {
            name.trim_start_matches([' ', '\t', ':'])
        });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = command::ask(Command::new("rustc").arg("--version")).unwrap_or_default();
    format!(
        "Measured on {processor}, {cores} cores, {} {}, {}.",
        std::env::consts::OS,
        std::env::consts::ARCH,
        rustc.trim(),
    )
}
