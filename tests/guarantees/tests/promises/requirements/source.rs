//! What a test asserts, by its source: enough of Rust's grammar to find functions, calls and the arguments of macros.
//!
//! Comments say nothing, and braces in texts open nothing. An assertion counts for what it compares, not for the message
//! that it fails with.

use std::path::Path;

/// A file of Rust.
pub(crate) struct Source {
    /// As written, with blanks for comments.
    text: String,
    /// The same, with blanks for texts too: what its braces and names are.
    shape: String,
}

/// A function of a file.
#[derive(Clone)]
pub(crate) struct Function<'a> {
    pub(crate) name: &'a str,
    text: &'a str,
    shape: &'a str,
}

const ASSERTIONS: [(&str, usize); 9] = [
    ("assert!", 1),
    ("assert_eq!", 2),
    ("assert_ne!", 2),
    ("prop_assert!", 1),
    ("prop_assert_eq!", 2),
    ("prop_assert_ne!", 2),
    ("assert_snapshot!", usize::MAX),
    ("assert_json_snapshot!", usize::MAX),
    ("assert_debug_snapshot!", usize::MAX),
];

impl Source {
    pub(crate) fn new(code: &str) -> Self {
        let (mut text, mut shape) = (String::new(), String::new());
        let mut rest = code;
        while let Some(first) = rest.chars().next() {
            let (length, said, seen) = match first {
                '/' if rest.starts_with("//") => (line(rest), false, false),
                '/' if rest.starts_with("/*") => (
                    rest.find("*/").map_or(rest.len(), |end| end + 2),
                    false,
                    false,
                ),
                '"' => (quoted(rest), true, false),
                'r' if raw(rest).is_some() && !ends_in_a_name(&shape) => {
                    (raw(rest).unwrap_or(1), true, false)
                }
                '\'' => (character(rest), true, false),
                other => (other.len_utf8(), true, true),
            };
            let (piece, after) = rest.split_at(length);
            text.extend(piece.chars().map(|c| if said { c } else { blank(c) }));
            shape.extend(piece.chars().map(|c| if seen { c } else { blank(c) }));
            rest = after;
        }
        Self { text, shape }
    }

    pub(crate) fn functions(&self) -> Vec<Function<'_>> {
        let mut all = Vec::new();
        for (at, _) in self.shape.match_indices("fn ") {
            if ends_in_a_name(&self.shape[..at]) {
                continue;
            }
            let name = identifier(&self.shape[at + 3..]);
            let Some(opens) = self.shape[at..].find('{').map(|found| at + found) else {
                continue;
            };
            let end = opens + closed(&self.shape[opens..]);
            all.push(Function {
                name,
                text: &self.text[opens..end],
                shape: &self.shape[opens..end],
            });
        }
        all
    }

    /// What the test `name` asserts, itself or by a function of this file that it calls. Nothing if it is not here.
    pub(crate) fn assertions(&self, name: &str) -> Option<Vec<String>> {
        let functions = self.functions();
        let test = functions.iter().find(|function| function.name == name)?;
        let mut all = test.assertions();
        for helper in functions.iter().filter(|function| function.name != name) {
            let asserted = helper.assertions();
            if asserted.is_empty() {
                continue;
            }
            // What a helper is called with is what it asserts of.
            let calls = test.calls(helper.name);
            if !calls.is_empty() {
                all.extend(calls.into_iter().chain(asserted));
            }
        }
        Some(all)
    }
}

impl Function<'_> {
    /// Whether a text of it is exactly this.
    pub(crate) fn says(&self, word: &str) -> bool {
        self.text.contains(&format!("\"{word}\""))
    }

    fn assertions(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (name, compared) in ASSERTIONS {
            for parts in self.arguments(name) {
                if parts.first().is_none_or(|first| first == "true") {
                    continue;
                }
                all.push(
                    parts
                        .into_iter()
                        .take(compared)
                        .collect::<Vec<_>>()
                        .join(", "),
                );
            }
        }
        all
    }

    fn calls(&self, name: &str) -> Vec<String> {
        let calls = self.arguments(name).into_iter();
        calls.map(|parts| parts.join(", ")).collect()
    }

    /// The arguments of each call of `name`.
    fn arguments(&self, name: &str) -> Vec<Vec<String>> {
        let mut all = Vec::new();
        for (at, _) in self.shape.match_indices(name) {
            let opens = at + name.len();
            if ends_in_a_name(&self.shape[..at]) || !self.shape[opens..].starts_with('(') {
                continue;
            }
            let end = opens + closed(&self.shape[opens..]) - 1;
            let (text, shape) = (&self.text[opens + 1..end], &self.shape[opens + 1..end]);
            all.push(parted(text, shape));
        }
        all
    }
}

fn line(rest: &str) -> usize {
    rest.find('\n').unwrap_or(rest.len())
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a raw text at the beginning.
fn raw(rest: &str) -> Option<usize> {
    let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
    let opens = 1 + hashes;
    rest[opens..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let closes = rest[opens + 1..].find(&end)?;
    Some(opens + 1 + closes + end.len())
}

/// A character, or the sign of a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest[2..].find('\'').map_or(1, |end| {
            // The quote itself may be what is escaped.
            if rest[2..].starts_with('\'') {
                4
            } else {
                end + 3
            }
        }),
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

fn blank(c: char) -> char {
    // As long as it was, so that both texts are numbered alike.
    match c.len_utf8() {
        1 if c == '\n' => '\n',
        1 => ' ',
        2 => '\u{a0}',
        3 => '\u{2003}',
        _ => '\u{1f300}',
    }
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

fn ends_in_a_name(text: &str) -> bool {
    let last = text.chars().next_back();
    last.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// The length of what the bracket at the beginning encloses, with both brackets.
fn closed(shape: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in shape.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + c.len_utf8();
        }
    }
    shape.len()
}

/// The parts between commas.
fn parted(text: &str, shape: &str) -> Vec<String> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0_usize, 0);
    for (at, c) in shape.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[from..at].trim().to_owned());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[from..].trim().to_owned());
    parts.retain(|part| !part.is_empty());
    parts
}

/// Every file of Rust in a folder and those below, with its path.
pub(crate) fn sources(folder: &Path) -> Vec<(std::path::PathBuf, Source)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let code = std::fs::read_to_string(&path).unwrap();
            all.push((path, Source::new(&code)));
        }
    }
    all
}

#[test]
fn an_assertion_is_what_is_compared() {
    let source = Source::new(
        r##"
        // fn commented() { assert!(comment); }
        fn of_nothing() { run(|| { let it = '{'; println!("assert!(it)"); }); }
        fn of_true() { assert!(true, "it"); }
        fn of_it<'a>(text: &'a str) { /* } */ assert_eq!(it(text, r#"}""#), [1, 2], "message"); }
        fn by_another() { of_it("its argument"); }
        fn by_nobody() { of_nothing("its argument"); }
    "##,
    );
    let of = |name: &str| source.assertions(name).map(|all| all.join(" & "));
    assert_eq!(of("commented"), None);
    assert_eq!(of("of_nothing").as_deref(), Some(""));
    assert_eq!(of("of_true").as_deref(), Some(""));
    let it = r##"it(text, r#"}""#), [1, 2]"##;
    assert_eq!(of("of_it").as_deref(), Some(it));
    assert_eq!(of("by_another"), Some(format!("\"its argument\" & {it}")));
    assert_eq!(of("by_nobody").as_deref(), Some(""));
}
