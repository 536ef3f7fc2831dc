//! `cargo xtask size`: how large the shipped library is, and where its bytes come from.
//!
//! The linker's map names the archive of every piece it kept, which is exact for C code; Rust code is
//! one piece after link-time optimisation, so its symbols say which crate they come from. Generic code
//! counts for the crate that wrote it, not for the one that used it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use comfy_table::{CellAlignment, Table, presets};

use crate::command;
use crate::paths::Paths;

/// What the stripped library may weigh while SQLCipher brings OpenSSL (docs: budgets).
const BUDGET: u64 = 9_500_000;

/// Builds, measures, prints and writes `docs/size.md`; false when over the budget.
pub(crate) fn run(paths: &Paths) -> Result<bool, String> {
    let target = paths.target.join("size");
    let map = target.join("pericard_ffi.map");
    fs::create_dir_all(&target).map_err(|e| format!("{}: {e}", target.display()))?;
    let mut cargo = paths.cargo();
    cargo.args([
        "rustc",
        "--release",
        "--quiet",
        "--package",
        "pericard-ffi",
        "--",
    ]);
    cargo.arg(format!("-Clink-arg=-Wl,-Map={}", map.display()));
    command::run(cargo.env("CARGO_TARGET_DIR", &target)).text_or_error()?;
    let library = target.join("release/libpericard_ffi.so");
    let stripped = target.join("libpericard_ffi.stripped.so");
    command::ask(Command::new("strip").arg("-o").arg(&stripped).arg(&library))?;
    let whole = fs::metadata(&stripped)
        .map_err(|e| format!("{}: {e}", stripped.display()))?
        .len();

    let text = fs::read(&map).map_err(|e| format!("{}: {e}", map.display()))?;
    let mut ledger = ledger(&String::from_utf8_lossy(&text));
    let named: u64 = ledger.values().sum();
    ledger.insert(
        "tables, relocations, headers".to_owned(),
        whole.saturating_sub(named),
    );
    let page = page(whole, ledger);
    println!("{page}");
    let docs = paths.root.join("docs/size.md");
    fs::write(&docs, &page).map_err(|e| format!("{}: {e}", docs.display()))?;
    Ok(whole <= BUDGET)
}

/// Sums a map of LLVM's linker by origin: the columns are VMA, LMA, size (hexadecimal), alignment, name.
fn ledger(map: &str) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for line in map.lines() {
        let mut columns = line.split_whitespace();
        let size = columns
            .nth(2)
            .and_then(|size| u64::from_str_radix(size, 16).ok());
        let (Some(size), Some(name)) = (size, columns.nth(1)) else {
            continue;
        };
        let rest: Vec<&str> = std::iter::once(name).chain(columns).collect();
        let name = rest.join(" ");
        // An input piece reads `path/to/archive(member.o):(.text.name)`; others are sections and symbols.
        let Some((file, section)) = name.rsplit_once(":(") else {
            continue;
        };
        let section = section.trim_end_matches(')');
        if kept(section) {
            *sums.entry(origin(file, section)).or_default() += size;
        }
    }
    sums
}

/// Whether a section takes room in the stripped file.
fn kept(section: &str) -> bool {
    [
        ".text",
        ".rodata",
        ".data",
        ".eh_frame",
        ".gcc_except_table",
        ".tdata",
        ".init_array",
    ]
    .iter()
    .any(|start| section.starts_with(start))
}

fn origin(file: &str, section: &str) -> String {
    let archive = Path::new(
        file.split_once(".rlib(")
            .map_or(file, |(archive, _)| archive),
    )
    .file_name()
    .unwrap_or_default()
    .to_string_lossy()
    .into_owned();
    let crate_name = archive
        .strip_prefix("lib")
        .and_then(|name| name.rsplit_once('-'))
        .map_or("", |(name, _)| name);
    match crate_name {
        "openssl_sys" => return "OpenSSL (SQLCipher's cipher)".to_owned(),
        "libsqlite3_sys" => return "SQLite with SQLCipher".to_owned(),
        "aws_lc_sys" => return "AWS-LC (C)".to_owned(),
        _ => {}
    }
    let symbol = section.rsplit_once("._").map_or("", |(_, symbol)| symbol);
    let symbol = format!("_{symbol}");
    let from_symbol = rustc_demangle::try_demangle(&symbol)
        .ok()
        .map(|name| crate_of(&format!("{name:#}")));
    match from_symbol {
        Some(name) if !name.is_empty() => name,
        _ if !crate_name.is_empty() => format!("{crate_name} (data)"),
        _ if file.contains("pericard_ffi") => "Rust constants".to_owned(),
        _ if file == "<internal>" => "unwinding tables, strings".to_owned(),
        _ => "C runtime".to_owned(),
    }
}

/// The crate that wrote a function: the first name in `<a::B as c::D>::e`, past references and brackets;
/// for a blanket `<T as c::D>::e` the crate of the trait.
fn crate_of(name: &str) -> String {
    let first = |text: &str| {
        let start = text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
        let start = ["mut ", "dyn ", "const ", "impl "]
            .iter()
            .fold(start, |rest, word| rest.trim_start_matches(word));
        start
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let mut name_of = first(name);
    if name_of.chars().all(|c| c.is_uppercase() || c.is_numeric())
        && let Some((_, of_trait)) = name.split_once(" as ")
    {
        name_of = first(of_trait);
    }
    if ["core", "alloc", "std", "hashbrown", "compiler_builtins"].contains(&name_of.as_str()) {
        "Rust's standard library".to_owned()
    } else {
        name_of
    }
}

fn page(whole: u64, ledger: BTreeMap<String, u64>) -> String {
    let mut rows: Vec<(String, u64)> = ledger.into_iter().collect();
    rows.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let (large, small): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|(_, bytes)| *bytes * 200 >= whole);
    let rest: u64 = small.iter().map(|(_, bytes)| bytes).sum();
    let mut table = Table::new();
    table
        .load_style(presets::ASCII_MARKDOWN)
        .set_header(["from", "bytes", "share"]);
    let others = (format!("{} smaller ones", small.len()), rest);
    for (name, bytes) in large.into_iter().chain([others]) {
        table.add_row([
            name,
            bytes.to_string(),
            format!("{:.1} %", 100.0 * bytes as f64 / whole as f64),
        ]);
    }
    for column in [1, 2] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let verdict = if whole <= BUDGET { "within" } else { "over" };
    format!(
        "# Size of the shipped library\n\n\
         `cargo xtask size` writes this page. The stripped `libpericard_ffi.so` for {} weighs {whole} bytes,\n\
         {verdict} the budget of {BUDGET}. C code is counted by the linker's map, Rust code by the crate that\n\
         wrote it. It does not measure what a phone's store does to it by compression.\n\n{table}\n",
        std::env::consts::ARCH,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "             VMA              LMA     Size Align Out     In      Symbol
          1000             1000      300    16 .text
          1000             1000      100    16         /t/libopenssl_sys-0a1b.rlib(x-bn_lib.o):(.text)
          1000             1000       10     1                 BN_new
          1100             1100       20    16         /t/pericard_ffi.pericard_ffi.1-cgu.0.rcgu.o:(.text._ZN8pericard6client4open17h0123456789abcdefE)
          1120             1120       40    16         /t/pericard_ffi.pericard_ffi.1-cgu.0.rcgu.o:(.text._ZN58_$LT$alloc..string..String$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE)
             0                0      999     1         /t/x.o:(.debug_info)
";

    #[test]
    fn a_map_is_summed_by_origin() {
        let sums = ledger(MAP);
        assert_eq!(sums.get("OpenSSL (SQLCipher's cipher)"), Some(&0x100));
        assert_eq!(sums.get("pericard"), Some(&0x20));
        assert_eq!(sums.get("Rust's standard library"), Some(&0x40));
        assert_eq!(sums.len(), 3);
    }

    #[test]
    fn a_function_belongs_to_the_crate_that_wrote_it() {
        assert_eq!(crate_of("tokio::runtime::Runtime::new"), "tokio");
        assert_eq!(
            crate_of("<&mut h2::codec::Codec as core::fmt::Debug>::fmt"),
            "h2"
        );
        assert_eq!(
            crate_of("<T as serde_json::value::ToOwned>::to"),
            "serde_json"
        );
        assert_eq!(
            crate_of("<[T] as alloc::slice::Concat>::concat"),
            "Rust's standard library"
        );
    }
}
