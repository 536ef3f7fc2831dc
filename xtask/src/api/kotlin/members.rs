//! Functions, properties and constructors, and how each declaration becomes a line.

use super::super::reader::{Cursor, Declaration, cut, line, phrase};
use super::super::tokens::Token;
use super::{One, Reader, annotations, header_goes_on};

impl Reader<'_> {
    pub(super) fn function(&mut self, cursor: &mut Cursor, one: &One<'_>) -> Result<(), String> {
        let header = cursor.until(&["=", "{"], header_goes_on)?;
        let mut begun = 0;
        if header.first().is_some_and(|token| token.text == "<") {
            let end = header
                .iter()
                .position(|token| token.text == ">")
                .unwrap_or_default();
            begun = end + 1;
        }
        // The name is the word before the brackets; before it there may be what the function extends.
        let name = cut(&header, "(").0.len().saturating_sub(1).max(begun);
        let generics = line(&header[..begun]);
        let receiver = header
            .get(begun..name.saturating_sub(1))
            .unwrap_or_default();
        self.add(one, &phrase(&["fun", &generics]), receiver, &header[name..]);
        body(cursor)
    }

    pub(super) fn property(
        &mut self,
        cursor: &mut Cursor,
        one: &One<'_>,
        keyword: &str,
    ) -> Result<(), String> {
        let header = cursor.until(&["=", "by", "get", "set"], header_goes_on)?;
        let (named, of) = cut(&header, ":");
        if one.is_visible && of.is_none() {
            return Err(cursor.wrong("what is public needs a type of its own"));
        }
        let name = named.len().saturating_sub(1);
        let receiver = named.get(..name.saturating_sub(1)).unwrap_or_default();
        if matches!(cursor.next_text(), "=" | "by") {
            cursor.take();
            cursor.until(&[], expression_goes_on)?;
        }
        let mut keyword = keyword;
        loop {
            let begun = cursor.place();
            let _ = annotations(cursor)?;
            let met = self.met;
            let modifiers = self.modifiers(cursor);
            let accessor = cursor.next_text().to_owned();
            if !matches!(accessor.as_str(), "get" | "set") {
                cursor.go_to(begun);
                self.met = met;
                break;
            }
            cursor.take();
            if accessor == "set"
                && modifiers
                    .iter()
                    .any(|word| word == "private" || word == "internal")
            {
                keyword = "val";
            }
            if cursor.next_text() == "(" {
                cursor.balanced()?;
                cursor.until(&["=", "{"], header_goes_on)?;
                body(cursor)?;
            }
        }
        self.add(one, keyword, receiver, &header[name..]);
        Ok(())
    }

    pub(super) fn constructor(&mut self, cursor: &mut Cursor, one: &One<'_>) -> Result<(), String> {
        let header = cursor.until(&["{"], header_goes_on)?;
        self.constructed.insert(one.scope.path.clone());
        if one.is_visible {
            let parameters = line(cut(&header, ":").0);
            self.push_constructor(&one.scope.path, &one.before, &parameters)?;
        }
        body(cursor)
    }

    /// Adds a constructor, which is sorted right behind its type.
    pub(super) fn push_constructor(
        &mut self,
        of: &[String],
        before: &str,
        parameters: &str,
    ) -> Result<(), String> {
        let (name, outside) = of.split_last().ok_or("a constructor of nothing")?;
        let qualified = self.qualified(outside, name);
        let before = phrase(&[before, "constructor"]);
        self.push(
            [of, &[String::new()]].concat(),
            format!("{before} {qualified}{parameters}"),
        );
        Ok(())
    }

    /// Adds what begins with its name. What extends another type is sorted with that type.
    pub(super) fn add(
        &mut self,
        one: &One<'_>,
        keyword: &str,
        receiver: &[Token],
        named: &[Token],
    ) {
        let Some(name) = named.first().filter(|_| one.is_visible) else {
            return;
        };
        let mut path = one.scope.path.clone();
        let mut keyword = keyword.to_owned();
        if !receiver.is_empty() {
            path.push(line(receiver));
            keyword = format!("extension {keyword}");
        }
        let text = phrase(&[&one.before, &keyword, &self.qualified(&path, &line(named))]);
        path.push(name.text.clone());
        self.push(path, text);
    }

    pub(super) fn qualified(&self, path: &[String], rest: &str) -> String {
        let parts = self.package.iter().chain(path).map(String::as_str);
        parts.chain([rest]).collect::<Vec<_>>().join(".")
    }

    pub(super) fn push(&mut self, path: Vec<String>, text: String) {
        let path = [self.package.clone(), path].concat();
        let text = if self.note.is_empty() {
            text
        } else {
            format!("{text}  // {}", self.note)
        };
        self.found.push(Declaration { path, text });
    }
}

/// What a function or an accessor does.
fn body(cursor: &mut Cursor) -> Result<(), String> {
    if cursor.take_if("=") {
        cursor.until(&[], expression_goes_on).map(drop)
    } else if cursor.next_text() == "{" {
        cursor.balanced()
    } else {
        Ok(())
    }
}

fn expression_goes_on(before: &str, next: &str) -> bool {
    matches!(
        before,
        "=" | "+"
            | "-"
            | "*"
            | "/"
            | "&&"
            | "||"
            | "?:"
            | ","
            | "."
            | "->"
            | "else"
            | "=="
            | "!="
            | "<"
            | "throw"
            | "return"
            | "by"
            | "in"
            | "is"
    ) || matches!(
        next,
        "." | "?." | "?:" | "&&" | "||" | "else" | "as" | "catch" | "finally" | "->" | "{"
    )
}
