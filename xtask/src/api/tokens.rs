//! The words of a Swift or Kotlin source, as far as its declarations need them.
//!
//! Comments are left out; a text is one token with all that is interpolated in it, and so is a line of Swift's
//! conditional compilation.

use std::iter::Peekable;
use std::str::Chars;

/// How a language writes what stands inside a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interpolation {
    /// `\( … )`, and texts between `#"` and `"#`.
    Swift,
    /// `${ … }`, and characters between `'`.
    Kotlin,
}

/// One token.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) text: String,
    /// From 1 on.
    pub(super) line: usize,
    /// Whether it is the first of its line.
    pub(super) begins_line: bool,
    /// Whether white space stands before it.
    pub(super) is_apart: bool,
}

impl Token {
    /// Whether it is a name or a keyword.
    pub(super) fn is_word(&self) -> bool {
        self.text
            .starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '`')
    }

    /// Whether it is a line such as `#if os(iOS)`.
    pub(super) fn is_directive(&self) -> bool {
        self.text.starts_with('#') && self.text.len() > 1
    }
}

/// What is written as one sign.
const SIGNS: &[&str] = &[
    "...", "..<", "===", "!==", "->", "::", "?.", "?:", "!!", "==", "!=", "<=", ">=", "&&", "||",
    "??", "+=", "-=",
];

/// How a line of Swift's conditional compilation begins.
const DIRECTIVES: &[&str] = &["#if ", "#elseif ", "#else", "#endif"];

struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    interpolation: Interpolation,
    line: usize,
    tokens: Vec<Token>,
    begins_line: bool,
    is_apart: bool,
}

/// All tokens of `source`; fails with the line of a comment or a text that does not end.
pub(super) fn read(source: &str, interpolation: Interpolation) -> Result<Vec<Token>, String> {
    let mut lexer = Lexer {
        rest: source.chars().peekable(),
        interpolation,
        line: 1,
        tokens: Vec::new(),
        begins_line: true,
        is_apart: false,
    };
    while let Some(&next) = lexer.rest.peek() {
        lexer.token(next)?;
    }
    Ok(lexer.tokens)
}

impl Lexer<'_> {
    fn take(&mut self) -> Option<char> {
        let taken = self.rest.next();
        if taken == Some('\n') {
            self.line += 1;
        }
        taken
    }

    fn follows(&self, text: &str) -> bool {
        let mut rest = self.rest.clone();
        text.chars().all(|c| rest.next() == Some(c))
    }

    fn push(&mut self, text: String, line: usize) {
        self.tokens.push(Token {
            text,
            line,
            begins_line: self.begins_line,
            is_apart: self.is_apart,
        });
        self.begins_line = false;
        self.is_apart = false;
    }

    fn token(&mut self, next: char) -> Result<(), String> {
        let line = self.line;
        if next == '\n' {
            self.begins_line = true;
        }
        if next.is_whitespace() {
            self.is_apart = true;
            self.take();
        } else if self.follows("//") {
            while self.rest.peek().is_some_and(|c| *c != '\n') {
                self.take();
            }
        } else if self.follows("/*") {
            self.comment()?;
        } else if self.begins_line && DIRECTIVES.iter().any(|one| self.follows(one)) {
            let mut text = String::new();
            while let Some(c) = self.rest.next_if(|c| *c != '\n') {
                text.push(c);
            }
            self.push(text.trim_end().to_owned(), line);
        } else if next == '"' || (next == '#' && (self.follows("#\"") || self.follows("##\""))) {
            let text = self.text()?;
            self.push(text, line);
        } else if next == '\'' && self.interpolation == Interpolation::Kotlin {
            let text = self.character()?;
            self.push(text, line);
        } else if next == '`' {
            let mut text = String::new();
            text.extend(self.take());
            while let Some(c) = self.take() {
                text.push(c);
                if c == '`' {
                    break;
                }
            }
            self.push(text, line);
        } else if next.is_alphanumeric() || next == '_' {
            let mut text = String::new();
            while let Some(c) = self.rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
                text.push(c);
            }
            self.push(text, line);
        } else {
            let sign = SIGNS.iter().find(|sign| self.follows(sign));
            let sign = sign.map_or_else(|| next.to_string(), |sign| (*sign).to_owned());
            for _ in sign.chars() {
                self.take();
            }
            self.push(sign, line);
        }
        Ok(())
    }

    /// A comment may hold comments in both languages.
    fn comment(&mut self) -> Result<(), String> {
        let (begun, mut depth) = (self.line, 0_usize);
        loop {
            let step = if self.follows("/*") {
                depth += 1;
                2
            } else if self.follows("*/") {
                depth -= 1;
                2
            } else {
                1
            };
            for _ in 0..step {
                self.take()
                    .ok_or_else(|| format!("line {begun}: the comment does not end"))?;
            }
            if depth == 0 {
                self.is_apart = true;
                return Ok(());
            }
        }
    }

    fn character(&mut self) -> Result<String, String> {
        let mut text = String::new();
        text.extend(self.take());
        while let Some(c) = self.take() {
            text.push(c);
            match c {
                '\'' => return Ok(text),
                '\\' => text.extend(self.take()),
                '\n' => break,
                _ => {}
            }
        }
        Err(format!("line {}: the character does not end", self.line))
    }

    fn text(&mut self) -> Result<String, String> {
        let begun = self.line;
        let mut text = String::new();
        let mut hashes = String::new();
        while let Some(c) = self.rest.next_if(|c| *c == '#') {
            hashes.push(c);
        }
        let quotes = if self.follows("\"\"\"") {
            "\"\"\""
        } else {
            "\""
        };
        text.push_str(&hashes);
        quotes.chars().for_each(|_| text.extend(self.take()));
        let end = format!("{quotes}{hashes}");
        let (opens, escape) = match self.interpolation {
            Interpolation::Swift => (format!("\\{hashes}("), format!("\\{hashes}")),
            Interpolation::Kotlin => ("${".to_owned(), "\\".to_owned()),
        };
        // Kotlin's raw texts know no escapes.
        let escapes = self.interpolation == Interpolation::Swift || quotes.len() == 1;
        loop {
            if self.follows(&end) {
                end.chars().for_each(|_| text.extend(self.take()));
                return Ok(text);
            }
            if self.follows(&opens) {
                opens.chars().for_each(|_| text.extend(self.take()));
                self.interpolated(&mut text)?;
            } else if escapes && self.follows(&escape) {
                escape.chars().for_each(|_| text.extend(self.take()));
                text.extend(self.take());
            } else {
                let c = self
                    .take()
                    .ok_or_else(|| format!("line {begun}: the text does not end"))?;
                text.push(c);
            }
        }
    }

    /// What is interpolated, behind its opening bracket, to its closing one.
    fn interpolated(&mut self, text: &mut String) -> Result<(), String> {
        let begun = self.line;
        let mut depth = 1_usize;
        loop {
            if self.follows("\"") {
                text.push_str(&self.text()?);
                continue;
            }
            let c = self
                .take()
                .ok_or_else(|| format!("line {begun}: what is interpolated does not end"))?;
            text.push(c);
            match c {
                '(' | '{' => depth += 1,
                ')' | '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

/// Tokens as one line, spaced as they were written but for line breaks.
pub(super) fn line(tokens: &[Token]) -> String {
    let mut out = String::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let next = tokens.get(at + 1);
        // A list that was broken into lines may end with a comma.
        if token.text == "," && next.is_some_and(|next| next.text == ")") {
            continue;
        }
        let opened = before.is_none_or(|before| matches!(before.text.as_str(), "(" | "[" | "<"));
        let closes = matches!(token.text.as_str(), ")" | "]" | ",") && token.begins_line;
        if token.is_apart && !opened && !closes && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&token.text);
    }
    out.replace(",)", ")")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn texts(source: &str, interpolation: Interpolation) -> Vec<String> {
        read(source, interpolation)
            .unwrap()
            .into_iter()
            .map(|token| token.text)
            .collect()
    }

    #[test]
    fn comments_are_left_out_and_texts_are_whole() {
        let swift = "a /* b /* c */ d */ \"x \\(f(\"}\")) // y\" // z\n#if os(iOS)\n  #\"raw \\(no) \"q\"\"# `in`";
        assert_eq!(
            texts(swift, Interpolation::Swift),
            [
                "a",
                "\"x \\(f(\"}\")) // y\"",
                "#if os(iOS)",
                "#\"raw \\(no) \"q\"\"#",
                "`in`"
            ]
        );
        let kotlin = "val a = \"${if (b) \"{\" else \"\"}\" + '\"' + '\\'' + \"\"\"c\\\"\"\"";
        assert_eq!(
            texts(kotlin, Interpolation::Kotlin),
            [
                "val",
                "a",
                "=",
                "\"${if (b) \"{\" else \"\"}\"",
                "+",
                "'\"'",
                "+",
                "'\\''",
                "+",
                "\"\"\"c\\\"\"\""
            ]
        );
    }

    #[test]
    fn what_does_not_end_is_told() {
        for open in ["/* a", "\"a", "\"\"\"a\"", "\"\\(a\""] {
            assert!(read(open, Interpolation::Swift).is_err(), "{open}");
        }
    }

    #[test]
    fn a_list_in_lines_becomes_one_line() {
        let tokens = read(
            "f(\n  a: A<B, C>,\n  b: B = 1,\n): D",
            Interpolation::Kotlin,
        )
        .unwrap();
        assert_eq!(line(&tokens), "f(a: A<B, C>, b: B = 1): D");
    }
}
