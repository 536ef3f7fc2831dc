//! Enums, errors among them.

use heck::{ToLowerCamelCase, ToSnakeCase};

use crate::api::{Enum, Type, Variant};
use crate::docs::{self, Place};

use super::page::Page;
use super::{Swift, class, core_class, core_member, member, quoted};

impl Swift<'_> {
    pub(super) fn enumeration(&self, one: &Enum) -> Page {
        let mut page = Page::default();
        let name = class(&one.name);
        let place = Place {
            of: Some(&one.name),
            arguments: &[],
        };
        let mut fields = one.variants.iter().flat_map(|it| &it.fields);
        let mut parents = Vec::new();
        if one.is_error {
            parents.push("Error");
        }
        if !fields.any(|it| self.api.has_identity(&it.of)) {
            parents.push("Hashable");
        }
        if one.is_flat() && !one.is_error {
            parents.push("CaseIterable");
        }
        parents.push("Sendable");
        page.docs(&docs::localized(self.api, &one.docs, place, self));
        page.block(
            format!("public enum {name}: {} {{", parents.join(", ")),
            "}",
            |page| {
                for variant in &one.variants {
                    page.docs(&docs::localized(self.api, &variant.docs, place, self));
                    let fields = variant.fields.iter().map(|it| self.parameter(it));
                    let fields = fields.collect::<Vec<_>>().join(", ");
                    let fields = if fields.is_empty() {
                        fields
                    } else {
                        format!("({fields})")
                    };
                    page.line(format!("case {}{fields}", member(&variant.name)));
                }
            },
        );
        page.line("");
        if one.is_error {
            self.codes(&mut page, one, &name);
        } else if !one.is_flat() {
            self.printed_enum(&mut page, one, &name);
        }
        self.cases(&mut page, one, &name);
        page
    }

    /// A code for each, which stays.
    fn codes(&self, page: &mut Page, one: &Enum, name: &str) {
        page.block(format!("extension {name} {{"), "}", |page| {
            page.docs("What went wrong, in a word that stays the same in every version and language: for logs and statistics.");
            if one.name == "PericardError" {
                page.line("public var code: String { toCore().code() }");
                return;
            }
            let stem = one.name.trim_end_matches("Error").to_snake_case();
            page.block("public var code: String {", "}", |page| {
                page.line("switch self {");
                for variant in &one.variants {
                    page.line(format!("case .{}: \"{stem}_{}\"", member(&variant.name), variant.name.to_snake_case()));
                }
                page.line("}");
            });
        });
        page.line("");
    }

    /// A description without the texts that variants carry.
    fn printed_enum(&self, page: &mut Page, one: &Enum, name: &str) {
        page.block(format!("extension {name}: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {{"), "}", |page| {
            page.docs("The case alone, without what it carries: a value may end in a log.");
            page.block("public var description: String {", "}", |page| {
                page.line("switch self {");
                for variant in &one.variants {
                    let case = member(&variant.name);
                    page.line(format!("case .{case}: \"{}\"", case.trim_matches('`')));
                }
                page.line("}");
            });
            page.line("");
            page.docs("As ``description``.");
            page.line("public var debugDescription: String { description }");
            page.line("");
            page.docs("Nothing inside, for the same reason.");
            page.line("public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }");
        });
        page.line("");
    }

    fn cases(&self, page: &mut Page, one: &Enum, name: &str) {
        let core = core_class(&one.name);
        // uniffi writes the cases of an error as Rust does.
        let core_case = |variant: &Variant| {
            if one.is_error {
                variant.name.clone()
            } else {
                quoted(variant.name.to_lower_camel_case())
            }
        };
        if !self.api.is_given(&Type::Enum(one.name.clone())) {
            page.block(format!("extension {core} {{"), "}", |page| {
                page.block(
                    format!("package func fromCore() -> {name} {{"),
                    "}",
                    |page| {
                        page.line("switch self {");
                        for variant in &one.variants {
                            let (bound, values) = self.carried(variant, |field| {
                                let label = core_member(&field.name);
                                (
                                    label.clone(),
                                    format!(
                                        "{}: {}",
                                        member(&field.name),
                                        self.lifted(&field.of, &label)
                                    ),
                                )
                            });
                            page.line(format!(
                                "case .{}{bound}: .{}{values}",
                                core_case(variant),
                                member(&variant.name)
                            ));
                        }
                        page.line("}");
                    },
                );
            });
            page.line("");
        }
        page.block(format!("extension {name} {{"), "}", |page| {
            page.block(format!("package func toCore() -> {core} {{"), "}", |page| {
                page.line("switch self {");
                for variant in &one.variants {
                    let (bound, values) = self.carried(variant, |field| {
                        let name = member(&field.name);
                        (
                            name.clone(),
                            format!(
                                "{}: {}",
                                core_member(&field.name),
                                self.lowered(&field.of, &name)
                            ),
                        )
                    });
                    page.line(format!(
                        "case .{}{bound}: .{}{values}",
                        member(&variant.name),
                        core_case(variant)
                    ));
                }
                page.line("}");
            });
        });
    }

    /// How what a variant carries is bound, and how it is passed on.
    fn carried(
        &self,
        variant: &Variant,
        each: impl Fn(&crate::api::Field) -> (String, String),
    ) -> (String, String) {
        if variant.fields.is_empty() {
            return (String::new(), String::new());
        }
        let (names, values): (Vec<_>, Vec<_>) = variant.fields.iter().map(each).unzip();
        let bound = names.iter().map(|it| format!("let {it}"));
        (
            format!("({})", bound.collect::<Vec<_>>().join(", ")),
            format!("({})", values.join(", ")),
        )
    }
}
