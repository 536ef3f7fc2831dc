//! Makes text from a portal safe to display on a screen or a terminal.
//!
//! A portal's text must not move a cursor, change the writing direction of its surroundings, or imitate a line of the
//! app. There are two kinds of text:
//!
//! - a [`line()`]: names, subjects, software, versions. One line of at most [`LONGEST_LINE`] characters.
//! - a [`body`]: what a message says. Its line breaks stay, all written as `\n`.
//!
//! Nothing is ever glued. What ends a line (UAX #14: CR, LF, NEL, VT, FF, LS, PS; and FS, GS, RS, which systems before
//! Unicode used so) ends it, or is a space in a [`line()`]. Every other control character (C0, DEL, C1) is a space, unless
//! a blank is beside it already: what it once controlled, it stood between two words. The overrides and embeddings of
//! Unicode's bidirectional algorithm, with which a text reads other than it is (CVE-2021-42574), have no width, separate
//! nothing, and vanish. Isolates stay where they are balanced within their line, since names in two scripts need them;
//! an isolate that is never closed, or closed without being opened, goes.

use std::borrow::Cow;

/// Maximum characters of a line.
pub const LONGEST_LINE: usize = 1000;

/// Returns the text on one line: every line break and run of blanks becomes one space, and the ends are trimmed.
pub fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(4 * LONGEST_LINE));
    let mut left = LONGEST_LINE;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let start = line.len();
        if start > 0 {
            line.push(' ');
        }
        let blank = line.len();
        for c in word.chars().filter(|c| !is_forbidden(*c)) {
            if left == 0 {
                break;
            }
            left -= 1;
            line.push(c);
        }
        if line.len() == blank {
            line.truncate(start);
        } else {
            left = left.saturating_sub(1);
        }
        if left == 0 {
            break;
        }
    }
    match balanced(&line) {
        Cow::Borrowed(_) => line,
        Cow::Owned(balanced) => balanced,
    }
}

/// Returns the text with its line breaks, each as `\n`; tabs stay.
pub fn body(text: &str) -> Cow<'_, str> {
    // Most texts have none of these bytes and are returned unchanged: controls, and the first bytes of C1 and of U+2028
    // to U+2069.
    let may_go = |b: u8| matches!(b, 0..=8 | 11..=31 | 0x7f | 0xc2 | 0xd8 | 0xe2);
    if !text.bytes().any(may_go) {
        return Cow::Borrowed(text);
    }
    let mut body = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    // Controls stand where a space is to be, unless a blank is there.
    let mut apart = false;
    while let Some(c) = chars.next() {
        let shown = match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                '\n'
            }
            '\t' => c,
            c if is_break(c) => '\n',
            c if c.is_control() => {
                apart = true;
                continue;
            }
            c if is_forbidden(c) => continue,
            c => c,
        };
        let between = !shown.is_whitespace() && !body.is_empty();
        if std::mem::take(&mut apart) && between && !body.ends_with(char::is_whitespace) {
            body.push(' ');
        }
        body.push(shown);
    }
    let lines = body.split('\n').map(balanced);
    let fine = lines.clone().all(|line| matches!(line, Cow::Borrowed(_)));
    if fine {
        return Cow::Owned(body);
    }
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// Whether a character ends a line: LF, VT, FF, CR, FS to RS, NEL, and the line and paragraph separators.
fn is_break(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What turns the direction of writing, and is never part of a text to show.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}')
}

/// Removes the isolates of a line that are not closed or not opened in it.
fn balanced(line: &str) -> Cow<'_, str> {
    const CLOSE: char = '\u{2069}';
    let is_open = |c: char| matches!(c, '\u{2066}'..='\u{2068}');
    // All isolates begin with this byte.
    if !line.bytes().any(|b| b == 0xe2) {
        return Cow::Borrowed(line);
    }
    let mut open = Vec::new();
    let mut unmatched = Vec::new();
    for (at, c) in line.char_indices() {
        if is_open(c) {
            open.push(at);
        } else if c == CLOSE && open.pop().is_none() {
            unmatched.push(at);
        }
    }
    unmatched.extend(open);
    if unmatched.is_empty() {
        return Cow::Borrowed(line);
    }
    unmatched.sort_unstable();
    let kept = line
        .char_indices()
        .filter(|(at, _)| unmatched.binary_search(at).is_err());
    Cow::Owned(kept.map(|(_, c)| c).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(
            line(" Dr. A\n│ I paid you\r\n\nYou "),
            "Dr. A │ I paid you You"
        );
        assert_eq!(line("a\u{2028}b\u{2029}c\u{85}d\u{b}e"), "a b c d e");
        assert_eq!(
            line("Ana\u{1b}[2J\u{9b}31m\u{7f}\u{202e}B"),
            "Ana [2J 31m B"
        );
        assert_eq!(line("\u{202e}\n"), "");
        assert_eq!(
            line(&"ab ".repeat(LONGEST_LINE)).chars().count(),
            LONGEST_LINE
        );
    }

    #[test]
    fn a_body_keeps_its_lines_and_nothing_else() {
        assert_eq!(body("a\u{0}b\u{1b}[2J\nc\td"), "a b [2J\nc\td");
        assert_eq!(body("a \u{0}\u{1f}b\u{7f}\nc\u{0}"), "a b\nc");
        assert_eq!(
            body("one\u{b}two\u{c}three\u{1e}four\u{85}\u{2029}five"),
            "one\ntwo\nthree\nfour\n\nfive"
        );
        assert_eq!(body("\u{0}a\u{200b}b"), "a\u{200b}b");
        assert_eq!(body("a\r\nb\rc\u{2028}d\u{85}e"), "a\nb\nc\nd\ne");
        assert_eq!(body("a\u{202e}b\u{e000}"), "ab\u{e000}");
        assert!(matches!(body("nothing to do\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn isolates_stay_where_they_are_balanced() {
        let isolated = "from \u{2068}דנה\u{2069} to \u{2067}\u{2066}a\u{2069}\u{2069}";
        assert_eq!(line(isolated), isolated);
        assert_eq!(body(isolated), isolated);
        assert_eq!(line("a\u{2067}b"), "ab");
        assert_eq!(line("a\u{2069}b"), "ab");
        assert_eq!(body("a\u{2067}\nb\u{2069}"), "a\nb");
    }

    proptest! {
        #[test]
        fn whatever_comes_in_cannot_steer(text in "(.|\\PC|[\u{0}-\u{9f}\u{2028}-\u{202e}\u{2066}-\u{2069}]){0,40}") {
            let steers = |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}');
            let line = line(&text);
            prop_assert!(!line.contains(steers));
            prop_assert_eq!(super::line(&line), line.clone());
            let is_word = |c: &char| c.is_alphanumeric();
            let words = |text: &str| text.split(|c: char| c.is_whitespace() || c.is_control()).map(|word| word.chars().filter(is_word).collect::<String>()).filter(|word| !word.is_empty()).collect::<Vec<_>>();
            prop_assert_eq!(words(&line), words(&text));
            let body = body(&text);
            prop_assert_eq!(words(&body), words(&text));
            prop_assert!(!body.contains(|c| steers(c) && !matches!(c, '\n' | '\t')));
        }
    }
}
