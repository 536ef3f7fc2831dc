//! Functions, properties and cases, and how each declaration becomes a line.

use super::super::reader::{Cursor, Declaration, cut, line, phrase, split};
use super::super::tokens::Token;
use super::{One, Reader, header_goes_on};

impl Reader {
    pub(super) fn function(
        &mut self,
        cursor: &mut Cursor,
        one: &One<'_>,
        keyword: &str,
    ) -> Result<(), String> {
        let mut header = cursor.until(&["{"], header_goes_on)?;
        let mut shown = keyword;
        if keyword != "func" {
            // `init` is its own name.
            shown = "";
            let apart = header.first().cloned();
            header.splice(
                0..0,
                apart.map(|first| Token {
                    text: keyword.to_owned(),
                    is_apart: true,
                    ..first
                }),
            );
        }
        self.add(one, shown, &header);
        if cursor.next_text() == "{" {
            cursor.balanced()
        } else {
            Ok(())
        }
    }

    pub(super) fn property(
        &mut self,
        cursor: &mut Cursor,
        one: &One<'_>,
        keyword: &str,
        is_read_only: bool,
    ) -> Result<(), String> {
        let header = cursor.until(&["{", "="], header_goes_on)?;
        let is_typed = cut(&header, ":").1.is_some() && split(&header).len() == 1;
        if one.is_visible && !is_typed {
            return Err(cursor.wrong("what is public needs a type of its own"));
        }
        let mut accessors = if keyword == "let" { "" } else { "{ get set }" };
        let mut effects = String::new();
        if cursor.take_if("=") {
            cursor.until(&[], expression_goes_on)?;
        } else if cursor.next_text() == "{" {
            let begun = cursor.place();
            cursor.balanced()?;
            let body = cursor.since(begun);
            let words = top_words(body);
            let observes = words
                .iter()
                .any(|word| matches!(*word, "willSet" | "didSet"));
            let is_set = matches!(words.first(), Some(&("get" | "set"))) && words.contains(&"set");
            if !observes && !is_set {
                accessors = "{ get }";
                if words.first() == Some(&"get") {
                    let effect = |word: &&&str| matches!(**word, "async" | "throws");
                    effects = words
                        .iter()
                        .skip(1)
                        .take_while(effect)
                        .copied()
                        .collect::<Vec<_>>()
                        .join(" ");
                }
            }
        }
        if is_read_only {
            accessors = "{ get }";
        }
        let accessors = if effects.is_empty() {
            accessors.to_owned()
        } else {
            format!("{{ get {effects} }}")
        };
        self.add_with(one, keyword, &header, &accessors);
        Ok(())
    }

    pub(super) fn cases(&mut self, cursor: &mut Cursor, one: &One<'_>) -> Result<(), String> {
        let cases = cursor.until(&[], header_goes_on)?;
        for case in split(&cases) {
            self.add(one, "case", case);
        }
        Ok(())
    }

    pub(super) fn add(&mut self, one: &One<'_>, keyword: &str, header: &[Token]) {
        self.add_with(one, keyword, header, "");
    }

    pub(super) fn add_with(&mut self, one: &One<'_>, keyword: &str, header: &[Token], after: &str) {
        let Some(name) = header.first().filter(|_| one.is_visible) else {
            return;
        };
        let path = [one.path, std::slice::from_ref(&name.text)].concat();
        let rest = line(header);
        let qualified = [one.path, &[rest]].concat().join(".");
        let text = self.noted(phrase(&[one.before, keyword, &qualified, after]));
        self.found.push(Declaration { path, text });
    }

    /// The line, with the conditions under which it is there.
    pub(super) fn noted(&self, text: String) -> String {
        if self.conditions.is_empty() {
            text
        } else {
            format!("{text}  // {}", self.conditions.join(", "))
        }
    }
}

/// The words of a body that stand in no bracket within it.
fn top_words(body: &[Token]) -> Vec<&str> {
    let mut depth = 0_i32;
    let mut words = Vec::new();
    for token in body {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            text if depth == 1 && token.is_word() => words.push(text),
            _ => {}
        }
    }
    words
}

fn expression_goes_on(before: &str, next: &str) -> bool {
    matches!(
        before,
        "=" | "+" | "-" | "*" | "/" | "&&" | "||" | "??" | "," | "?" | ":" | "->"
    ) || matches!(
        next,
        "." | "?." | "+" | "*" | "/" | "&&" | "||" | "??" | "?" | ":"
    )
}
