//! Identifiers and records.

use crate::api::{Field, Record, Type};
use crate::docs::{self, Place};
use crate::exceptions;

use super::page::Page;
use super::{Kotlin, member};

impl Kotlin<'_> {
    pub(super) fn ids(&self) -> Page {
        let mut page = Page::default();
        for id in &self.api.ids {
            page.docs(&docs::localized(self.api, &id.docs, Place::default(), self));
            page.line("@JvmInline");
            page.block(
                format!("public value class {}(", self.class(&id.name)),
                ") {",
                |page| {
                    page.docs(
                        "As text, to keep it or to pass it on: between screens, in a notification.",
                    );
                    page.line("public val value: String,");
                },
            );
            page.line("    override fun toString(): String = value");
            page.line("}");
            page.line("");
        }
        page
    }

    pub(super) fn record(&self, record: &Record) -> Page {
        let mut page = Page::default();
        let class = self.class(&record.name);
        let place = Place {
            of: Some(&record.name),
            arguments: &[],
        };
        page.docs(&docs::localized(self.api, &record.docs, place, self));
        page.block(format!("public data class {class}("), ") {", |page| {
            for field in &record.fields {
                page.docs(&docs::localized(self.api, &field.docs, place, self));
                let parameter = self.parameter(page, field);
                page.line(format!("public val {parameter},"));
            }
        });
        page.line(format!(
            "    {}",
            self.printed(&record.name, &class, &record.fields)
        ));
        page.line("}");
        page.import_core(&class);
        page.line("");
        self.conversions(&mut page, &record.name, &class, &record.fields);
        page
    }

    /// `toString` without what a patient or a clinic wrote: a value may end in a log.
    pub(super) fn printed(&self, of: &str, class: &str, fields: &[Field]) -> String {
        let shown = fields.iter().filter(|field| {
            let says = holds_text(&field.of) || exceptions::is_clinical(of, &field.name);
            exceptions::is_plain(of) || !says
        });
        let shown: Vec<String> = shown
            .map(|field| {
                let name = member(&field.name);
                match name.strip_prefix('`') {
                    Some(_) => format!("{}=${{{name}}}", name.trim_matches('`')),
                    None => format!("{name}=${name}"),
                }
            })
            .collect();
        format!(
            "override fun toString(): String = \"{class}({})\"",
            shown.join(", ")
        )
    }

    fn conversions(&self, page: &mut Page, name: &str, class: &str, fields: &[Field]) {
        if !self.api.is_given(&Type::Record(name.to_owned())) {
            page.block(
                format!("internal fun Core{class}.fromCore(): {class} = {class}("),
                ")",
                |page| {
                    for field in fields {
                        let name = member(&field.name);
                        page.line(format!("{name} = {},", self.lifted(&field.of, &name)));
                    }
                },
            );
            page.line("");
        }
        page.block(
            format!("internal fun {class}.toCore(): Core{class} = Core{class}("),
            ")",
            |page| {
                for field in fields {
                    let name = member(&field.name);
                    page.line(format!(
                        "{name} = {},",
                        self.lowered(&field.of, &name, &field.name)
                    ));
                }
            },
        );
    }
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
