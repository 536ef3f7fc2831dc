//! The façade in Kotlin: package `dev.pericard` over `dev.pericard.internal`.
//!
//! One file for each type: what an app sees, then how it comes from the core and goes there.

mod enums;
mod objects;
mod page;
mod records;
mod types;

use heck::{ToLowerCamelCase, ToShoutySnakeCase, ToUpperCamelCase};

use crate::api::Api;
use crate::docs::{Links, Target};
use crate::exceptions;

use page::Page;

/// The package of the façade.
const PACKAGE: &str = "dev.pericard";

/// The façade's files.
pub(crate) fn files(api: &Api) -> Vec<crate::File> {
    let kotlin = Kotlin { api };
    let mut files = Vec::new();
    let mut add = |name: &str, page: Page| files.push((format!("{name}.kt"), page.finish()));
    add("Ids", kotlin.ids());
    for record in &api.records {
        if !exceptions::is_hidden(&record.name) {
            add(&record.name, kotlin.record(record));
        }
    }
    for one in &api.enums {
        let page = match (one.is_error, one.is_flat()) {
            (true, _) => kotlin.error(one),
            (false, true) => kotlin.flat(one),
            (false, false) => kotlin.sealed(one),
        };
        add(&kotlin.class(&one.name), page);
    }
    for object in &api.objects {
        if !exceptions::is_hidden(&object.name) {
            add(&object.name, kotlin.object(object));
        }
    }
    for foreign in &api.traits {
        add(&foreign.name, kotlin.foreign(foreign));
    }
    if !api.functions.is_empty() {
        add("Functions", kotlin.functions());
    }
    files
}

struct Kotlin<'a> {
    api: &'a Api,
}

impl Kotlin<'_> {
    /// The class of a type: uniffi and Kotlin call an error an exception.
    fn class(&self, name: &str) -> String {
        let is_error = self
            .api
            .enums
            .iter()
            .any(|it| it.is_error && it.name == name);
        match name.strip_suffix("Error") {
            Some(stem) if is_error => format!("{stem}Exception"),
            _ => name.to_upper_camel_case(),
        }
    }

    /// The same in the core's package, under the name that the façade imports it by.
    fn core_class(&self, name: &str) -> String {
        format!("Core{}", self.class(name))
    }

    fn variant_name(&self, of: &str, variant: &str) -> String {
        let one = self.api.enums.iter().find(|it| it.name == of);
        if one.is_some_and(|one| one.is_flat() && !one.is_error) {
            variant.to_shouty_snake_case()
        } else {
            variant.to_upper_camel_case()
        }
    }
}

/// A member or an argument.
fn member(name: &str) -> String {
    let name = name.to_lower_camel_case();
    const WORDS: &[&str] = &[
        "as",
        "break",
        "class",
        "continue",
        "do",
        "else",
        "false",
        "for",
        "fun",
        "if",
        "in",
        "interface",
        "is",
        "null",
        "object",
        "package",
        "return",
        "super",
        "this",
        "throw",
        "true",
        "try",
        "typealias",
        "typeof",
        "val",
        "var",
        "when",
        "while",
    ];
    if WORDS.contains(&name.as_str()) {
        format!("`{name}`")
    } else {
        name
    }
}

impl Links for Kotlin<'_> {
    fn link(&self, target: &Target<'_>) -> String {
        match target {
            Target::Type(name) => format!("[{}]", self.class(name)),
            Target::Method(of, method) => {
                format!("[{}.{}]", self.class(of), member(&method.name))
            }
            Target::ByHand(of, name) | Target::Field(of, name) => {
                format!("[{}.{}]", self.class(of), member(name))
            }
            Target::Variant(of, variant) => {
                format!(
                    "[{}.{}]",
                    self.class(of),
                    self.variant_name(of, &variant.name)
                )
            }
            Target::Argument(name) => format!("[{}]", member(name)),
        }
    }
    fn spell(&self, name: &str) -> String {
        member(name)
    }
}
