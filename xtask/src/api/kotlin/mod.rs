//! What a Kotlin source declares for apps.
//!
//! The sources are written in explicit API mode, so whatever is seen says `public`, but for overrides, constructors and
//! entries of enums. What the reader does not know is an error, and so is a `public` that it has not met.

mod members;

use std::collections::BTreeSet;

use super::reader::{Cursor, Declaration, cut, line, phrase, split};
use super::tokens::{self, Interpolation, Token};

const MODIFIERS: &[&str] = &[
    "public",
    "private",
    "protected",
    "internal",
    "expect",
    "actual",
    "final",
    "open",
    "abstract",
    "sealed",
    "const",
    "external",
    "override",
    "lateinit",
    "tailrec",
    "suspend",
    "inner",
    "enum",
    "annotation",
    "companion",
    "inline",
    "value",
    "infix",
    "operator",
    "data",
];

/// What the package of all is called; it is left out of names.
const PACKAGE: &str = "dev.pericard";

/// Annotations that say nothing to who calls.
const SILENT: &[&str] = &["@Suppress", "@Volatile"];

/// What a source declares, with `note` behind each line that has one.
pub(super) fn declarations(text: &str, note: &str) -> Result<Vec<Declaration>, String> {
    let mut cursor = Cursor::over(tokens::read(text, Interpolation::Kotlin)?);
    let mut reader = Reader {
        found: Vec::new(),
        package: Vec::new(),
        note,
        constructed: BTreeSet::new(),
        met: 0,
    };
    reader.members(
        &mut cursor,
        &Scope {
            path: Vec::new(),
            is_visible: true,
        },
    )?;
    if cursor.peek().is_some() {
        return Err(cursor.wrong("a bracket too many"));
    }
    let said = cursor.count("public");
    if reader.met != said {
        return Err(format!(
            "{} of {said} `public` belong to a declaration that was read",
            reader.met
        ));
    }
    Ok(reader.found)
}

struct Reader<'a> {
    found: Vec<Declaration>,
    package: Vec<String>,
    note: &'a str,
    /// The classes with a constructor in their body.
    constructed: BTreeSet<Vec<String>>,
    /// How many times the file has said `public` in a declaration.
    met: usize,
}

/// What a declaration stands in.
struct Scope {
    path: Vec<String>,
    is_visible: bool,
}

/// What is told of a declaration before its keyword.
struct One<'a> {
    before: String,
    scope: &'a Scope,
    is_visible: bool,
    modifiers: Vec<String>,
}

impl One<'_> {
    fn is(&self, modifier: &str) -> bool {
        self.modifiers.iter().any(|one| one == modifier)
    }
}

impl Reader<'_> {
    fn members(&mut self, cursor: &mut Cursor, scope: &Scope) -> Result<(), String> {
        while cursor.peek().is_some() && cursor.next_text() != "}" {
            if !cursor.take_if(";") {
                self.declaration(cursor, scope)?;
            }
        }
        Ok(())
    }

    fn declaration(&mut self, cursor: &mut Cursor, scope: &Scope) -> Result<(), String> {
        let annotations = annotations(cursor)?;
        let modifiers = self.modifiers(cursor);
        let said = |word: &str| modifiers.iter().any(|one| one == word);
        let is_visible = scope.is_visible && !said("private") && !said("internal");
        let shown = modifiers
            .iter()
            .filter(|word| !matches!(word.as_str(), "public" | "final"));
        let shown = shown.map(String::as_str).collect::<Vec<_>>().join(" ");
        let before = phrase(&[&annotations, &shown]);
        let one = One {
            before,
            scope,
            is_visible,
            modifiers,
        };
        let keyword = cursor.take().map(|token| token.text).unwrap_or_default();
        match keyword.as_str() {
            "package" => {
                let name = line(&cursor.until(&[], |_, _| false)?);
                let inside = name
                    .strip_prefix(PACKAGE)
                    .ok_or_else(|| format!("package {name}"))?;
                self.package = inside
                    .split('.')
                    .filter(|part| !part.is_empty())
                    .map(ToOwned::to_owned)
                    .collect();
                Ok(())
            }
            "import" => cursor.until(&[], |_, _| false).map(drop),
            "init" => cursor.balanced(),
            "fun" if cursor.next_text() == "interface" => {
                cursor.take();
                self.of_type(cursor, &one, "fun interface")
            }
            "class" | "interface" | "object" => self.of_type(cursor, &one, &keyword),
            "fun" => self.function(cursor, &one),
            "val" | "var" => self.property(cursor, &one, &keyword),
            "constructor" => self.constructor(cursor, &one),
            "typealias" => {
                let rest = cursor.until(&[], header_goes_on)?;
                self.add(&one, "typealias", &[], &rest);
                Ok(())
            }
            _ => {
                cursor.go_to(cursor.place() - 1);
                Err(cursor.wrong("no declaration that is known"))
            }
        }
    }

    fn modifiers(&mut self, cursor: &mut Cursor) -> Vec<String> {
        let mut modifiers = Vec::new();
        while MODIFIERS.contains(&cursor.next_text()) {
            let word = cursor.take().map(|token| token.text).unwrap_or_default();
            self.met += usize::from(word == "public");
            modifiers.push(word);
        }
        modifiers
    }

    fn of_type(&mut self, cursor: &mut Cursor, one: &One<'_>, keyword: &str) -> Result<(), String> {
        let is_named = cursor
            .peek()
            .is_some_and(|token| token.is_word() && !token.begins_line);
        let name = if is_named {
            cursor.take().map(|token| token.text).unwrap_or_default()
        } else {
            "Companion".to_owned()
        };
        let mut inside = Scope {
            path: one.scope.path.clone(),
            is_visible: one.is_visible,
        };
        inside.path.push(name.clone());
        let mut shown = name;
        if cursor.next_text() == "<" {
            let generics = cursor.until(&["(", ":", "{"], header_goes_on)?;
            shown.push_str(&line(&generics));
        }
        // The primary constructor: nobody calls that of an enum or of a sealed class.
        let begun = cursor.place();
        let _ = annotations(cursor)?;
        let of_constructor = self.modifiers(cursor);
        if !cursor.take_if("constructor") && cursor.next_text() != "(" {
            cursor.go_to(begun);
        }
        let has_parameters = cursor.next_text() == "(";
        if has_parameters {
            let begun = cursor.place() + 1;
            cursor.balanced()?;
            let parameters = cursor.since(begun);
            let parameters = parameters[..parameters.len() - 1].to_vec();
            let is_called = of_constructor.iter().all(|word| word == "public")
                && !one.is("enum")
                && !one.is("sealed");
            self.primary(&inside, &parameters, is_called)?;
        }
        let mut supertypes = String::new();
        if cursor.take_if(":") {
            let header = cursor.until(&["{"], header_goes_on)?;
            let plain = split(&header)
                .into_iter()
                .map(|one| line(cut(cut(one, "by").0, "(").0));
            supertypes = format!(": {}", plain.collect::<Vec<_>>().join(", "));
        }
        if one.is_visible {
            let qualified = self.qualified(&one.scope.path, &shown);
            let text = format!(
                "{} {qualified}{supertypes}",
                phrase(&[&one.before, keyword])
            );
            self.push(inside.path.clone(), text);
        }
        if cursor.take_if("{") {
            if one.is("enum") {
                self.entries(cursor, &inside)?;
            }
            self.members(cursor, &inside)?;
            if !cursor.take_if("}") {
                return Err(cursor.wrong("a body that does not end"));
            }
        }
        // A class without any constructor has one that takes nothing.
        let is_made = keyword == "class" && !one.is("enum") && !one.is("sealed");
        if is_made
            && !has_parameters
            && !self.constructed.contains(&inside.path)
            && inside.is_visible
        {
            self.push_constructor(&inside.path, "", "()")?;
        }
        Ok(())
    }

    /// The parameters of a primary constructor, some of which are properties.
    fn primary(&mut self, of: &Scope, parameters: &[Token], is_called: bool) -> Result<(), String> {
        let mut plain = Vec::new();
        for parameter in split(parameters) {
            let mut cursor = Cursor::over(parameter.to_vec());
            let annotations = annotations(&mut cursor)?;
            let modifiers = self.modifiers(&mut cursor);
            let keyword = ["val", "var"].into_iter().find(|word| cursor.take_if(word));
            let rest = &parameter[cursor.place()..];
            plain.push(line(rest));
            if let Some(keyword) = keyword {
                let is_seen = |word: &String| !matches!(word.as_str(), "private" | "internal");
                let is_visible = of.is_visible && modifiers.iter().all(is_seen);
                let shown = modifiers
                    .iter()
                    .filter(|word| *word != "public")
                    .map(String::as_str);
                let before = phrase(&[&annotations, &shown.collect::<Vec<_>>().join(" ")]);
                let one = One {
                    before,
                    scope: of,
                    is_visible,
                    modifiers: Vec::new(),
                };
                self.add(&one, keyword, &[], cut(rest, "=").0);
            }
        }
        if is_called && of.is_visible {
            self.push_constructor(&of.path, "", &format!("({})", plain.join(", ")))?;
        }
        Ok(())
    }

    /// The entries of an enum, to the `;` or the end.
    fn entries(&mut self, cursor: &mut Cursor, inside: &Scope) -> Result<(), String> {
        loop {
            let annotations = annotations(cursor)?;
            if !cursor.peek().is_some_and(Token::is_word) {
                cursor.take_if(";");
                return Ok(());
            }
            let name: Vec<Token> = cursor.take().into_iter().collect();
            let one = One {
                before: annotations,
                scope: inside,
                is_visible: inside.is_visible,
                modifiers: Vec::new(),
            };
            self.add(&one, "entry", &[], &name);
            while matches!(cursor.next_text(), "(" | "{") {
                cursor.balanced()?;
            }
            if !cursor.take_if(",") {
                cursor.take_if(";");
                return Ok(());
            }
        }
    }
}

fn annotations(cursor: &mut Cursor) -> Result<String, String> {
    let mut shown = Vec::new();
    while cursor.next_text() == "@" {
        let begun = cursor.place();
        cursor.take();
        cursor.take();
        while matches!(cursor.next_text(), "." | ":") {
            cursor.take();
            cursor.take();
        }
        if cursor.next_text() == "(" {
            cursor.balanced()?;
        }
        let text = line(cursor.since(begun));
        if !SILENT.iter().any(|silent| text.starts_with(silent)) {
            shown.push(text);
        }
    }
    Ok(shown.join(" "))
}

fn header_goes_on(before: &str, next: &str) -> bool {
    matches!(before, "->" | ":" | "," | "." | "=")
        || matches!(next, "->" | ":" | "where" | "{" | "=")
}

#[cfg(test)]
mod tests;
