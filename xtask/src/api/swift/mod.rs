//! What a Swift source declares for apps.
//!
//! It reads what declarations look like and skips what they do. What it does not know is an error, and so is a `public`
//! that it has not met: nothing can be missing without being told.

mod members;

use std::collections::BTreeSet;

use super::reader::{Cursor, Declaration, cut, line, phrase};
use super::tokens::{self, Interpolation};

const MODIFIERS: &[&str] = &[
    "public",
    "open",
    "package",
    "internal",
    "fileprivate",
    "private",
    "final",
    "static",
    "class",
    "override",
    "required",
    "convenience",
    "mutating",
    "nonmutating",
    "nonisolated",
    "indirect",
    "lazy",
    "weak",
    "unowned",
    "dynamic",
    "optional",
    "prefix",
    "postfix",
    "infix",
];

/// Those that say who sees a declaration.
const VISIBILITY: &[&str] = &[
    "public",
    "open",
    "package",
    "internal",
    "fileprivate",
    "private",
];

const TYPES: &[&str] = &["struct", "class", "enum", "protocol", "actor"];

/// What the sources of one module declare, with `note` behind each line that has one.
pub(super) fn declarations(
    sources: &[(String, String)],
    note: &str,
) -> Result<Vec<Declaration>, String> {
    let mut reader = Reader::default();
    reader
        .conditions
        .extend((!note.is_empty()).then(|| note.to_owned()));
    for (name, text) in sources {
        reader
            .file(text)
            .map_err(|error| format!("{name}: {error}"))?;
    }
    // An extension of what is hidden is hidden, too.
    let (hidden, found) = (reader.hidden, reader.found);
    Ok(found
        .into_iter()
        .filter(|one| !is_in(&hidden, &one.path))
        .collect())
}

/// Whether a path begins with one of those that are hidden.
fn is_in(hidden: &BTreeSet<Vec<String>>, path: &[String]) -> bool {
    (1..=path.len()).any(|many| hidden.contains(&path[..many]))
}

#[derive(Default)]
struct Reader {
    found: Vec<Declaration>,
    hidden: BTreeSet<Vec<String>>,
    /// The conditions under which what is read is there, outermost first.
    conditions: Vec<String>,
    /// How many times the file that is read has said `public` in a declaration.
    met: usize,
}

/// What a declaration stands in.
#[derive(Clone, Copy, PartialEq)]
enum Scope {
    /// Members say themselves who sees them.
    Plain,
    /// Members are seen where it is.
    Protocol,
    /// Its cases are seen where it is.
    Enum,
    /// A `public extension`.
    PublicExtension,
}

impl Reader {
    fn file(&mut self, text: &str) -> Result<(), String> {
        let mut cursor = Cursor::over(tokens::read(text, Interpolation::Swift)?);
        self.met = 0;
        self.members(&mut cursor, &[], Scope::Plain)?;
        if cursor.peek().is_some() {
            return Err(cursor.wrong("a bracket too many"));
        }
        let said = cursor.count("public");
        if self.met != said {
            return Err(format!(
                "{} of {said} `public` belong to a declaration that was read",
                self.met
            ));
        }
        Ok(())
    }

    fn members(
        &mut self,
        cursor: &mut Cursor,
        path: &[String],
        scope: Scope,
    ) -> Result<(), String> {
        while let Some(token) = cursor.peek() {
            if token.text == "}" {
                return Ok(());
            }
            if token.is_directive() {
                let directive = token.text.clone();
                cursor.take();
                self.condition(&directive)?;
            } else if !cursor.take_if(";") {
                self.declaration(cursor, path, scope)?;
            }
        }
        Ok(())
    }

    fn condition(&mut self, directive: &str) -> Result<(), String> {
        let (word, rest) = directive.split_once(' ').unwrap_or((directive, ""));
        match word {
            "#if" => self.conditions.push(rest.to_owned()),
            "#elseif" | "#else" => {
                let before = self.conditions.pop().ok_or("an `#else` without an `#if`")?;
                self.conditions
                    .push(phrase(&["not", &format!("({before})"), rest]));
            }
            "#endif" => drop(self.conditions.pop()),
            other => return Err(format!("`{other}` is not known")),
        }
        Ok(())
    }

    fn declaration(
        &mut self,
        cursor: &mut Cursor,
        path: &[String],
        scope: Scope,
    ) -> Result<(), String> {
        let attributes = attributes(cursor)?;
        let (mut shown, mut visibility, mut is_read_only) = (Vec::new(), None, false);
        while MODIFIERS.contains(&cursor.next_text()) {
            // `class` is a modifier where a member follows it.
            if cursor.next_text() == "class" && !matches!(cursor.text_at(1), "func" | "var" | "let")
            {
                break;
            }
            let word = cursor.take().map(|token| token.text).unwrap_or_default();
            if cursor.next_text() == "(" {
                is_read_only |= cursor.text_at(1) == "set";
                cursor.balanced()?;
            } else if VISIBILITY.contains(&word.as_str()) {
                self.met += usize::from(word == "public");
                if word == "open" {
                    shown.push(word.clone());
                }
                visibility = Some(word);
            } else {
                shown.push(word);
            }
        }
        let keyword = cursor.take().map(|token| token.text).unwrap_or_default();
        let is_visible = match visibility.as_deref() {
            Some("public" | "open") => true,
            Some(_) => false,
            None => {
                matches!(scope, Scope::Protocol | Scope::PublicExtension)
                    || (scope == Scope::Enum && keyword == "case")
            }
        };
        let before = phrase(&[&attributes, &shown.join(" ")]);
        let one = One {
            before: &before,
            path,
            is_visible,
        };
        match keyword.as_str() {
            "import" => cursor.until(&[], |_, _| false).map(drop),
            "extension" => self.extension(cursor, &before, visibility.as_deref()),
            "func" | "init" => self.function(cursor, &one, &keyword),
            "deinit" => cursor.balanced(),
            "var" | "let" => self.property(cursor, &one, &keyword, is_read_only),
            "case" => self.cases(cursor, &one),
            "typealias" | "associatedtype" => {
                let rest = cursor.until(&[], header_goes_on)?;
                self.add(&one, &keyword, &rest);
                Ok(())
            }
            kind if TYPES.contains(&kind) => self.of_type(cursor, &one, kind),
            _ => {
                cursor.go_to(cursor.place() - 1);
                Err(cursor.wrong("no declaration that is known"))
            }
        }
    }

    fn of_type(&mut self, cursor: &mut Cursor, one: &One<'_>, kind: &str) -> Result<(), String> {
        let header = cursor.until(&["{"], header_goes_on)?;
        let name = header
            .first()
            .map(|token| token.text.clone())
            .unwrap_or_default();
        let inside = [one.path, &[name]].concat();
        if one.is_visible {
            self.add(one, kind, &header);
        } else {
            self.hidden.insert(inside.clone());
        }
        let scope = match kind {
            "protocol" => Scope::Protocol,
            "enum" => Scope::Enum,
            _ => Scope::Plain,
        };
        self.body(cursor, &inside, scope)
    }

    fn extension(
        &mut self,
        cursor: &mut Cursor,
        before: &str,
        visibility: Option<&str>,
    ) -> Result<(), String> {
        let header = cursor.until(&["{"], header_goes_on)?;
        let (of, conformances) = cut(&header, ":");
        let (of, _) = cut(of, "where");
        let inside: Vec<String> = line(of).split('.').map(ToOwned::to_owned).collect();
        // The generated core is hidden whole.
        if inside
            .first()
            .is_some_and(|module| module == "PericardCore")
        {
            self.hidden.insert(inside.clone());
        }
        if conformances.is_some() {
            let text = self.noted(phrase(&[before, "extension", &line(&header)]));
            self.found.push(Declaration {
                path: inside.clone(),
                text,
            });
        }
        let scope = if visibility == Some("public") {
            Scope::PublicExtension
        } else {
            Scope::Plain
        };
        self.body(cursor, &inside, scope)
    }

    fn body(&mut self, cursor: &mut Cursor, inside: &[String], scope: Scope) -> Result<(), String> {
        if !cursor.take_if("{") {
            return Err(cursor.wrong("no body"));
        }
        self.members(cursor, inside, scope)?;
        if cursor.take_if("}") {
            Ok(())
        } else {
            Err(cursor.wrong("a body that does not end"))
        }
    }
}

/// What is told of a declaration before its keyword.
struct One<'a> {
    before: &'a str,
    path: &'a [String],
    is_visible: bool,
}

fn attributes(cursor: &mut Cursor) -> Result<String, String> {
    let begun = cursor.place();
    while cursor.take_if("@") {
        cursor.take();
        if cursor.next_text() == "(" && cursor.peek().is_some_and(|token| !token.is_apart) {
            cursor.balanced()?;
        }
    }
    Ok(line(cursor.since(begun)))
}

fn header_goes_on(before: &str, next: &str) -> bool {
    matches!(before, "->" | ":" | "," | "&" | "=" | "where")
        || matches!(next, "->" | "where" | "throws" | "async" | "{" | "&")
}

#[cfg(test)]
mod tests;
