//! The façade in Swift: module `Pericard` over `PericardCore`.
//!
//! One file for each type: what an app sees, then how it comes from the core and goes there.

mod enums;
mod objects;
mod page;
mod records;
mod types;

use heck::{ToLowerCamelCase, ToUpperCamelCase};

use crate::api::{Api, Method};
use crate::docs::{Links, Target};
use crate::exceptions;

use page::Page;

/// The façade's files.
pub(crate) fn files(api: &Api) -> Vec<crate::File> {
    let swift = Swift { api };
    let mut files = Vec::new();
    let mut add = |name: &str, page: Page| files.push((format!("{name}.swift"), page.finish()));
    add("IDs", swift.ids());
    for record in &api.records {
        if !exceptions::is_hidden(&record.name) {
            add(&class(&record.name), swift.record(record));
        }
    }
    for one in &api.enums {
        add(&class(&one.name), swift.enumeration(one));
    }
    for object in &api.objects {
        if !exceptions::is_hidden(&object.name) {
            add(&class(&object.name), swift.object(object));
        }
    }
    for foreign in &api.traits {
        add(&class(&foreign.name), swift.foreign(foreign));
    }
    if !api.functions.is_empty() {
        add("Functions", swift.functions());
    }
    files
}

struct Swift<'a> {
    api: &'a Api,
}

/// The labels of what a hand writes.
const BY_HAND_LABELS: &[(&str, &str)] = &[("search", "(text:after:limit:)")];

/// The short words that Swift writes in capitals, but at the beginning of a member.
const CAPITALS: &[&str] = &["Http", "Https", "Id", "Ids", "Qr", "Totp", "Url"];

fn capitalized(name: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    let mut flush = |word: &mut String| {
        let shout = !out.is_empty() || word.starts_with(char::is_uppercase);
        match word.as_str() {
            "Ids" if shout => out.push_str("IDs"),
            short if shout && CAPITALS.contains(&short) => out.push_str(&short.to_uppercase()),
            other => out.push_str(other),
        }
        word.clear();
    };
    for letter in name.chars() {
        if letter.is_uppercase() {
            flush(&mut word);
        }
        word.push(letter);
    }
    flush(&mut word);
    out
}

/// A type.
fn class(name: &str) -> String {
    capitalized(&name.to_upper_camel_case())
}

/// The same in the core's module, as uniffi writes it.
fn core_class(name: &str) -> String {
    format!("PericardCore.{}", name.to_upper_camel_case())
}

/// A member or an argument of the façade.
fn member(name: &str) -> String {
    quoted(capitalized(&name.to_lower_camel_case()))
}

/// The same as uniffi writes it.
fn core_member(name: &str) -> String {
    quoted(name.to_lower_camel_case())
}

fn quoted(name: String) -> String {
    const WORDS: &[&str] = &[
        "as",
        "break",
        "case",
        "catch",
        "class",
        "continue",
        "default",
        "defer",
        "do",
        "else",
        "enum",
        "extension",
        "fallthrough",
        "false",
        "for",
        "func",
        "guard",
        "if",
        "import",
        "in",
        "init",
        "internal",
        "is",
        "let",
        "nil",
        "operator",
        "private",
        "protocol",
        "public",
        "repeat",
        "return",
        "self",
        "static",
        "struct",
        "subscript",
        "super",
        "switch",
        "throw",
        "throws",
        "true",
        "try",
        "typealias",
        "var",
        "where",
        "while",
    ];
    if WORDS.contains(&name.as_str()) {
        format!("`{name}`")
    } else {
        name
    }
}

/// Whether a method's name ends with that of its only argument, so that a label would say it twice: `code(_:)`,
/// `sendDraft(_:)`.
fn names_its_argument(method: &Method) -> bool {
    match method.arguments.as_slice() {
        [only] => method.name == only.name || method.name.ends_with(&format!("_{}", only.name)),
        _ => false,
    }
}

/// A method by its labels, as Swift's comments name it.
fn labelled(method: &Method) -> String {
    let name = member(&method.name);
    if method.is_property() {
        return name;
    }
    let labels = method.parameters().map(|it| {
        if names_its_argument(method) {
            "_:".to_owned()
        } else {
            format!("{}:", member(&it.name))
        }
    });
    format!("{name}({})", labels.collect::<String>())
}

impl Links for Swift<'_> {
    fn link(&self, target: &Target<'_>) -> String {
        match target {
            Target::Type(name) => format!("``{}``", class(name)),
            Target::Method(of, method) => format!("``{}/{}``", class(of), labelled(method)),
            Target::ByHand(of, name) => {
                let labels = BY_HAND_LABELS.iter().find(|(it, _)| it == name);
                format!(
                    "``{}/{name}{}``",
                    class(of),
                    labels.map_or("", |(_, labels)| labels)
                )
            }
            Target::Field(of, name) => format!("``{}/{}``", class(of), member(name)),
            Target::Variant(of, variant) => {
                let labels = variant
                    .fields
                    .iter()
                    .map(|it| format!("{}:", member(&it.name)));
                let labels = labels.collect::<String>();
                let labels = if labels.is_empty() {
                    labels
                } else {
                    format!("({labels})")
                };
                format!("``{}/{}{labels}``", class(of), member(&variant.name))
            }
            Target::Argument(name) => format!("`{}`", member(name)),
        }
    }
    fn spell(&self, name: &str) -> String {
        member(name)
    }
}
