//! Identifiers and records.

use crate::api::{Field, Record, Type};
use crate::docs::{self, Place};
use crate::exceptions;

use super::page::Page;
use super::{Swift, class, core_class, core_member, member};

impl Swift<'_> {
    pub(super) fn ids(&self) -> Page {
        let mut page = Page::default();
        for id in &self.api.ids {
            page.docs(&docs::localized(self.api, &id.docs, Place::default(), self));
            let name = class(&id.name);
            page.block(
                format!("public struct {name}: RawRepresentable, Hashable, Sendable, Codable {{"),
                "}",
                |page| {
                    page.docs(
                        "As text, to keep it or to pass it on: between screens, in a notification.",
                    );
                    page.line("public let rawValue: String");
                    page.line("");
                    page.line("public init(rawValue: String) {");
                    page.line("  self.rawValue = rawValue");
                    page.line("}");
                },
            );
            page.line("");
            page.block(
                format!("extension {name}: CustomStringConvertible {{"),
                "}",
                |page| {
                    page.line("public var description: String { rawValue }");
                },
            );
            page.line("");
        }
        page
    }

    pub(super) fn record(&self, record: &Record) -> Page {
        let mut page = Page::default();
        let name = class(&record.name);
        let place = Place {
            of: Some(&record.name),
            arguments: &[],
        };
        let mut parents = vec!["Sendable"];
        if !record.fields.iter().any(|it| self.api.has_identity(&it.of)) {
            parents.insert(0, "Hashable");
        }
        if record.fields.iter().any(|it| it.name == "id") {
            parents.insert(0, "Identifiable");
        }
        page.docs(&docs::localized(self.api, &record.docs, place, self));
        page.block(
            format!("public struct {name}: {} {{", parents.join(", ")),
            "}",
            |page| {
                for field in &record.fields {
                    page.docs(&docs::localized(self.api, &field.docs, place, self));
                    page.line(format!(
                        "public var {}: {}",
                        member(&field.name),
                        self.written(&field.of)
                    ));
                    page.line("");
                }
                page.docs("Made by hand, for previews and tests, or to be passed to the core.");
                page.block("public init(", ") {", |page| {
                    let count = record.fields.len();
                    for (at, field) in record.fields.iter().enumerate() {
                        let comma = if at + 1 == count { "" } else { "," };
                        page.line(format!("{}{comma}", self.parameter(field)));
                    }
                });
                for field in &record.fields {
                    let name = member(&field.name);
                    page.line(format!("  self.{} = {name}", name.trim_matches('`')));
                }
                page.line("}");
            },
        );
        page.line("");
        self.printed(&mut page, &record.name, &name, &record.fields);
        let core = core_class(&record.name);
        if !self.api.is_given(&Type::Record(record.name.clone())) {
            page.line("");
            page.block(format!("extension {core} {{"), "}", |page| {
                let values = record.fields.iter().map(|field| {
                    let value = self.lifted(&field.of, &core_member(&field.name));
                    format!("{}: {value}", member(&field.name))
                });
                values_call(
                    page,
                    &format!("package func fromCore() -> {name} {{"),
                    &name,
                    values,
                );
            });
        }
        page.line("");
        page.block(format!("extension {name} {{"), "}", |page| {
            // uniffi keeps the order in which they are written in Rust.
            let values = record
                .written
                .iter()
                .filter_map(|at| record.fields.iter().find(|it| it.name == *at))
                .map(|field| {
                    let value = self.lowered(&field.of, &member(&field.name));
                    format!("{}: {value}", core_member(&field.name))
                });
            values_call(
                page,
                &format!("package func toCore() -> {core} {{"),
                &core,
                values,
            );
        });
        page
    }

    /// A description without what a patient or a clinic wrote: a value may end in a log.
    pub(super) fn printed(&self, page: &mut Page, of: &str, name: &str, fields: &[Field]) {
        let shown = fields.iter().filter(|field| {
            let says = holds_text(&field.of) || exceptions::is_clinical(of, &field.name);
            exceptions::is_plain(of) || !says
        });
        let shown = shown.map(|field| {
            let name = member(&field.name);
            match field.of {
                Type::Optional(_) => {
                    format!("{}: \\(String(describing: {name}))", name.trim_matches('`'))
                }
                _ => format!("{}: \\({name})", name.trim_matches('`')),
            }
        });
        let shown = shown.collect::<Vec<_>>().join(", ");
        page.block(format!("extension {name}: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {{"), "}", |page| {
            page.docs("Without texts, which may be a patient's: a value may end in a log.");
            page.line(format!("public var description: String {{ \"{name}({shown})\" }}"));
            page.line("");
            page.docs("As ``description``.");
            page.line("public var debugDescription: String { description }");
            page.line("");
            page.docs("Nothing inside, for the same reason.");
            page.line("public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }");
        });
    }
}

/// A function that makes one value of several.
pub(super) fn values_call(
    page: &mut Page,
    open: &str,
    made: &str,
    values: impl Iterator<Item = String>,
) {
    page.block(open, "}", |page| {
        let values: Vec<String> = values.collect();
        page.block(format!("{made}("), ")", |page| {
            let count = values.len();
            for (at, value) in values.iter().enumerate() {
                page.line(format!("{value}{}", if at + 1 == count { "" } else { "," }));
            }
        });
    });
}

/// Whether a field shows text or bytes, itself or in what it holds many of.
fn holds_text(of: &Type) -> bool {
    match of {
        Type::Text | Type::Bytes | Type::Secret => true,
        Type::Optional(inner) | Type::List(inner) => holds_text(inner),
        Type::Map(key, value) => holds_text(key) || holds_text(value),
        _ => false,
    }
}
