//! The pages of requirements and threats name tests that assert what their rows say.
//!
//! A row has the tests that hold it and the words that they compare: a member, an error, a header field. The check fails
//! for a test that is not there, for one that asserts none of its row's words, and for a word that no test of the row
//! asserts. What an assertion prints when it fails does not count.

mod faults;
mod source;

use std::path::Path;

use source::{Source, sources};

/// One requirement.
#[derive(Debug, PartialEq, Eq)]
struct Row<'a> {
    client: &'a str,
    tests: Vec<&'a str>,
    words: Vec<&'a str>,
}

/// The rows of the page's tables that name tests: what for, what the client does, the tests, what they compare.
fn rows(page: &str) -> Vec<Row<'_>> {
    let (mut rows, mut names_tests) = (Vec::new(), false);
    for line in page.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let cell = |n: usize| cells.get(n).copied().unwrap_or_default();
        let words = |n: usize| cell(n).split('`').skip(1).step_by(2).collect();
        match line.starts_with('|') {
            // Another table begins with another head.
            false => names_tests = false,
            true if cell(2) == "test" => names_tests = true,
            true if names_tests && !cell(0).starts_with("---") => rows.push(Row {
                client: cell(1),
                tests: words(2),
                words: words(3),
            }),
            true => {}
        }
    }
    rows
}

/// What a test asserts, the snapshot that it is compared with included.
type Asserted<'a> = dyn Fn(&str) -> Option<Vec<String>> + 'a;

/// What is wrong with a row.
fn wrong(row: &Row<'_>, asserted: &Asserted<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    if row.tests.is_empty() || row.words.is_empty() {
        wrong.push(format!("no test or nothing to compare: {}", row.client));
    }
    let mut compared = Vec::new();
    for test in &row.tests {
        let Some(assertions) = asserted(test) else {
            wrong.push(format!("there is no test {test}"));
            continue;
        };
        let has = |word: &&&str| {
            assertions
                .iter()
                .any(|assertion| assertion.contains(**word))
        };
        let found: Vec<&str> = row.words.iter().filter(has).copied().collect();
        if found.is_empty() {
            wrong.push(format!("{test} asserts none of {:?}", row.words));
        }
        compared.extend(found);
    }
    for word in row.words.iter().filter(|word| !compared.contains(word)) {
        wrong.push(format!("no test asserts {word}: {}", row.client));
    }
    wrong
}

/// The texts of the snapshots that are named after a test.
fn snapshots(folder: &Path, test: &str) -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            all.extend(snapshots(&path, test));
        } else if name.ends_with(&format!("__{test}.snap")) {
            all.push(std::fs::read_to_string(&path).unwrap());
        }
    }
    all
}

#[test]
fn each_requirement_has_a_test_that_asserts_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["core", "bindings/zeroalloc", "tests/guarantees/tests"];
    let code: Vec<_> = folders
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
        .collect();
    let asserted = |test: &str| {
        let found = code
            .iter()
            .filter_map(|(_, source)| source.assertions(test));
        // Tests of one name in two files hold the row together.
        let mut found = found.reduce(|one, other| [one, other].concat())?;
        found.extend(snapshots(&root.join("core"), test));
        Some(found)
    };
    for (page, least) in [("client-requirements.md", 40), ("threat-model.md", 15)] {
        let text = std::fs::read_to_string(root.join("docs/src").join(page)).unwrap();
        let rows = rows(&text);
        assert!(rows.len() >= least, "{page}: {}", rows.len());
        let wrong: Vec<String> = rows.iter().flat_map(|row| wrong(row, &asserted)).collect();
        assert!(wrong.is_empty(), "{page}: {wrong:#?}");
    }
}

#[test]
fn a_row_whose_test_does_not_assert_it_is_found() {
    let source = Source::new(
        r#"
        fn it_asserts() { assert_eq!(request.header("state"), None); }
        fn it_asserts_something_else() { assert!(request.is_ok(), "state"); }
        fn it_asserts_nothing() { let state = request.header("state"); }
    "#,
    );
    let asserted = |test: &str| source.assertions(test);
    let row = |tests: &str, words: &str| {
        let page = format!(
            "| section | the client | test | asserts |\n|---|---|---|---|\n| 1 | checks | {tests} | {words} |\n"
        );
        let found = rows(&page);
        assert_eq!(found.len(), 1);
        wrong(&found[0], &asserted)
    };
    assert!(row("`it_asserts`", "`state`").is_empty());
    assert_eq!(
        row("`it_asserts`", "`state`, `nonce`"),
        ["no test asserts nonce: checks"]
    );
    assert_eq!(row("`it_is_not`", "`state`").len(), 2);
    assert_eq!(row("it is obvious", "`state`").len(), 2);
    for test in ["it_asserts_something_else", "it_asserts_nothing"] {
        let found = row(&format!("`it_asserts`, `{test}`"), "`state`");
        assert_eq!(found, [format!("{test} asserts none of [\"state\"]")]);
    }
}
