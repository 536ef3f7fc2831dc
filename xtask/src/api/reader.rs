//! Walking over the tokens of a source: what both languages' readers share.

use super::tokens::{self, Token};

/// One declaration that an app sees.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Declaration {
    /// Its name with those of what it stands in; by these the snapshot is sorted.
    pub(super) path: Vec<String>,
    /// The line.
    pub(super) text: String,
}

/// A place among the tokens of a file.
pub(super) struct Cursor {
    tokens: Vec<Token>,
    at: usize,
}

impl Cursor {
    pub(super) fn over(tokens: Vec<Token>) -> Self {
        Self { tokens, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    /// The text of the next token; nothing at the end.
    pub(super) fn next_text(&self) -> &str {
        self.text_at(0)
    }

    /// The text of the token `ahead` of the next one.
    pub(super) fn text_at(&self, ahead: usize) -> &str {
        self.tokens
            .get(self.at + ahead)
            .map_or("", |token| &token.text)
    }

    pub(super) fn place(&self) -> usize {
        self.at
    }

    pub(super) fn go_to(&mut self, place: usize) {
        self.at = place;
    }

    pub(super) fn since(&self, place: usize) -> &[Token] {
        &self.tokens[place..self.at]
    }

    pub(super) fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    /// Takes the next token if it is this one.
    pub(super) fn take_if(&mut self, text: &str) -> bool {
        let is = self.next_text() == text;
        self.at += usize::from(is);
        is
    }

    /// The token before the next one.
    pub(super) fn before(&self) -> &str {
        self.at
            .checked_sub(1)
            .and_then(|at| self.tokens.get(at))
            .map_or("", |token| &token.text)
    }

    /// An error at the next token.
    pub(super) fn wrong(&self, what: &str) -> String {
        let last = || self.tokens.last().map_or(0, |token| token.line);
        let line = self.peek().map_or_else(last, |token| token.line);
        format!("line {line}: {what} at `{}`", self.next_text())
    }

    /// Takes a bracket with all that is in it.
    pub(super) fn balanced(&mut self) -> Result<(), String> {
        let begun = self.wrong("a bracket that does not end");
        let mut depth = 0_usize;
        while let Some(token) = self.take() {
            match token.text.as_str() {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.checked_sub(1).ok_or_else(|| begun.clone())?,
                _ => {}
            }
            if depth == 0 {
                return Ok(());
            }
        }
        Err(begun)
    }

    /// Takes to the end of what stands at this level: before one of `ends`, before what closes the level, or before a new
    /// line that does not go on. Whether it goes on is asked with the tokens before and behind the line's end.
    pub(super) fn until(
        &mut self,
        ends: &[&str],
        goes_on: impl Fn(&str, &str) -> bool,
    ) -> Result<Vec<Token>, String> {
        let begun = self.at;
        while let Some(token) = self.peek() {
            let text = token.text.as_str();
            let is_end = ends.contains(&text) || matches!(text, ")" | "]" | "}" | ";");
            let is_over = self.at > begun && token.begins_line && !goes_on(self.before(), text);
            if is_end || is_over {
                break;
            }
            if matches!(text, "(" | "[" | "{") {
                self.balanced()?;
            } else {
                self.at += 1;
            }
        }
        Ok(self.tokens[begun..self.at].to_vec())
    }

    /// How often a word stands in the whole file.
    pub(super) fn count(&self, word: &str) -> usize {
        self.tokens
            .iter()
            .filter(|token| token.text == word)
            .count()
    }
}

/// `tokens` cut at the commas that stand in no bracket.
pub(super) fn split(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_i32;
    let parts = tokens.split(|token| {
        match token.text.as_str() {
            "(" | "[" | "{" | "<" => depth += 1,
            ")" | "]" | "}" | ">" => depth -= 1,
            _ => {}
        }
        depth == 0 && token.text == ","
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// `tokens` up to the first `sign` that stands in no bracket, and what follows it.
pub(super) fn cut<'a>(tokens: &'a [Token], sign: &str) -> (&'a [Token], Option<&'a [Token]>) {
    let mut depth = 0_i32;
    let place = tokens.iter().position(|token| {
        let is = depth == 0 && token.text == sign;
        match token.text.as_str() {
            "(" | "[" | "{" | "<" => depth += 1,
            ")" | "]" | "}" | ">" => depth -= 1,
            _ => {}
        }
        is
    });
    match place {
        Some(place) => (&tokens[..place], Some(&tokens[place + 1..])),
        None => (tokens, None),
    }
}

/// The words that are there, with one space between.
pub(super) fn phrase(parts: &[&str]) -> String {
    let there = parts.iter().filter(|part| !part.is_empty());
    there.copied().collect::<Vec<_>>().join(" ")
}

/// Some tokens as one line.
pub(super) fn line(tokens: &[Token]) -> String {
    tokens::line(tokens)
}
