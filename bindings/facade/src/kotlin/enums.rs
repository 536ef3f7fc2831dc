//! Enums: flat ones, sealed ones and errors.

use heck::{ToShoutySnakeCase, ToSnakeCase};

use crate::api::{Enum, Type, Variant};
use crate::docs::{self, Place};
use crate::exceptions;

use super::page::Page;
use super::{Kotlin, member};

impl Kotlin<'_> {
    /// An enum none of whose variants has fields.
    pub(super) fn flat(&self, one: &Enum) -> Page {
        let mut page = Page::default();
        let class = self.class(&one.name);
        let place = Place {
            of: Some(&one.name),
            arguments: &[],
        };
        page.docs(&docs::localized(self.api, &one.docs, place, self));
        page.block(format!("public enum class {class} {{"), "}", |page| {
            for variant in &one.variants {
                page.docs(&docs::localized(self.api, &variant.docs, place, self));
                page.line(format!("{},", variant.name.to_shouty_snake_case()));
            }
        });
        page.import_core(&class);
        page.line("");
        let names = || one.variants.iter().map(|it| it.name.to_shouty_snake_case());
        page.block(
            format!("internal fun Core{class}.fromCore(): {class} = when (this) {{"),
            "}",
            |page| {
                for name in names() {
                    page.line(format!("Core{class}.{name} -> {class}.{name}"));
                }
            },
        );
        page.line("");
        page.block(
            format!("internal fun {class}.toCore(): Core{class} = when (this) {{"),
            "}",
            |page| {
                for name in names() {
                    page.line(format!("{class}.{name} -> Core{class}.{name}"));
                }
            },
        );
        page
    }

    /// An enum some of whose variants have fields.
    pub(super) fn sealed(&self, one: &Enum) -> Page {
        let mut page = Page::default();
        let class = self.class(&one.name);
        let place = Place {
            of: Some(&one.name),
            arguments: &[],
        };
        page.docs(&docs::localized(self.api, &one.docs, place, self));
        page.block(format!("public sealed interface {class} {{"), "}", |page| {
            for (at, variant) in one.variants.iter().enumerate() {
                if at > 0 {
                    page.line("");
                }
                page.docs(&docs::localized(self.api, &variant.docs, place, self));
                if variant.fields.is_empty() {
                    page.line(format!("public data object {} : {class}", variant.name));
                    continue;
                }
                page.block(
                    format!("public data class {}(", variant.name),
                    &format!(") : {class} {{"),
                    |page| {
                        self.fields(page, one, variant, place);
                    },
                );
                page.line(format!(
                    "    {}",
                    self.printed(&one.name, &variant.name, &variant.fields)
                ));
                page.line("}");
            }
        });
        page.import_core(&class);
        page.line("");
        self.cases(&mut page, one, &class);
        page
    }

    fn fields(&self, page: &mut Page, one: &Enum, variant: &Variant, place: Place<'_>) {
        for field in &variant.fields {
            page.docs(&docs::localized(self.api, &field.docs, place, self));
            let mut parameter = self.parameter(page, field);
            // Inside, the name of a variant hides Kotlin's own type of that name.
            if field.of == Type::Boolean && one.variants.iter().any(|it| it.name == "Boolean") {
                parameter = parameter.replace(": Boolean", ": kotlin.Boolean");
            }
            page.line(format!("public val {parameter},"));
        }
    }

    /// An error: an exception with a code that stays.
    pub(super) fn error(&self, one: &Enum) -> Page {
        let mut page = Page::default();
        let class = self.class(&one.name);
        let place = Place {
            of: Some(&one.name),
            arguments: &[],
        };
        page.docs(&docs::localized(self.api, &one.docs, place, self));
        page.block(format!("public sealed class {class}("), ") : Exception(message) {", |page| {
            page.docs("What went wrong, in a word that stays the same in every version and language: for logs and statistics.");
            page.line("public val code: String,");
            page.line("message: String,");
        });
        for (at, variant) in one.variants.iter().enumerate() {
            if at > 0 {
                page.line("");
            }
            page.indented(|page| self.error_variant(page, one, variant, place));
        }
        page.line("}");
        page.import_core(&class);
        page.line("");
        self.cases(&mut page, one, &class);
        page
    }

    fn error_variant(&self, page: &mut Page, one: &Enum, variant: &Variant, place: Place<'_>) {
        let class = self.class(&one.name);
        page.docs(&docs::localized(self.api, &variant.docs, place, self));
        let name = &variant.name;
        let said = variant.fields.iter().map(|field| {
            let name = member(&field.name);
            format!("{name}=${name}")
        });
        let said = said.collect::<Vec<_>>().join(", ");
        let sentence = docs::first_sentence(&variant.docs);
        let message = if said.is_empty() {
            sentence
        } else {
            format!("{sentence} ({said})")
        };
        let code = self.code(one, variant);
        let parent = format!("{class}({code}, \"{message}\")");
        if variant.fields.is_empty() {
            page.line(format!("public class {name} : {parent}"));
        } else {
            page.block(
                format!("public class {name}("),
                &format!(") : {parent}"),
                |page| {
                    self.fields(page, one, variant, place);
                },
            );
        }
    }

    /// The expression of a code: the variant's word, or the reason's where the variant carries one.
    fn code(&self, one: &Enum, variant: &Variant) -> String {
        let word = variant.name.to_snake_case();
        match self.api.reason(variant) {
            Some((field, reason)) if reason.is_error => format!("{}.code", member(&field.name)),
            Some((field, _)) => {
                let prefix = exceptions::code_prefix(&variant.name).unwrap_or(&word);
                format!("\"{prefix}_${{{}.name.lowercase()}}\"", member(&field.name))
            }
            None if one.name == "PericardError" => format!("\"{word}\""),
            None => {
                let stem = one.name.trim_end_matches("Error").to_snake_case();
                format!("\"{stem}_{word}\"")
            }
        }
    }

    /// How the variants of a sealed type come from the core and go there.
    fn cases(&self, page: &mut Page, one: &Enum, class: &str) {
        let made = |variant: &Variant| variant.fields.is_empty() && !one.is_error;
        if !self.api.is_given(&Type::Enum(one.name.clone())) {
            page.block(
                format!("internal fun Core{class}.fromCore(): {class} = when (this) {{"),
                "}",
                |page| {
                    for variant in &one.variants {
                        let values = variant
                            .fields
                            .iter()
                            .map(|field| self.lifted(&field.of, &member(&field.name)));
                        let values = values.collect::<Vec<_>>().join(", ");
                        let name = &variant.name;
                        let call = if made(variant) {
                            String::new()
                        } else {
                            format!("({values})")
                        };
                        page.line(format!("is Core{class}.{name} -> {class}.{name}{call}"));
                    }
                },
            );
        }
        page.line("");
        page.block(
            format!("internal fun {class}.toCore(): Core{class} = when (this) {{"),
            "}",
            |page| {
                for variant in &one.variants {
                    let values = variant
                        .fields
                        .iter()
                        .map(|field| self.lowered(&field.of, &member(&field.name), &field.name));
                    let values = values.collect::<Vec<_>>().join(", ");
                    let name = &variant.name;
                    let call = if made(variant) {
                        String::new()
                    } else {
                        format!("({values})")
                    };
                    page.line(format!("is {class}.{name} -> Core{class}.{name}{call}"));
                }
            },
        );
    }
}
