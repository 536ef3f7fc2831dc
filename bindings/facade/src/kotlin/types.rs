//! Types: how they are written, and how values come from the core and go there.

use crate::api::{Default, Field, Type};

use super::page::Page;
use super::{Kotlin, member};

impl Kotlin<'_> {
    /// A type as an app writes it.
    pub(super) fn written(&self, page: &mut Page, of: &Type) -> String {
        match of {
            Type::Boolean => "Boolean".to_owned(),
            Type::Integer { bits: 64, .. } => "Long".to_owned(),
            Type::Integer { .. } => "Int".to_owned(),
            Type::Float { bits: 32 } => "Float".to_owned(),
            Type::Float { .. } => "Double".to_owned(),
            Type::Text => "String".to_owned(),
            Type::Bytes => "ByteArray".to_owned(),
            Type::Secret => "CharSequence".to_owned(),
            Type::Time => {
                page.import("java.time.Instant");
                "Instant".to_owned()
            }
            Type::Duration => {
                page.import("kotlin.time.Duration");
                "Duration".to_owned()
            }
            Type::Optional(inner) => format!("{}?", self.written(page, inner)),
            Type::List(inner) => format!("List<{}>", self.written(page, inner)),
            Type::Map(key, value) => format!(
                "Map<{}, {}>",
                self.written(page, key),
                self.written(page, value)
            ),
            Type::Id(name)
            | Type::Record(name)
            | Type::Enum(name)
            | Type::Object(name)
            | Type::Trait(name) => self.class(name),
        }
    }

    /// A type as the generated code writes it, in the signatures of what an app implements.
    pub(super) fn written_in_core(&self, of: &Type) -> String {
        match of {
            Type::Integer { bits, signed } => {
                let sign = if *signed { "" } else { "U" };
                match bits {
                    8 => format!("{sign}Byte"),
                    16 => format!("{sign}Short"),
                    32 => format!("{sign}Int"),
                    _ => format!("{sign}Long"),
                }
            }
            Type::Duration => "java.time.Duration".to_owned(),
            Type::Id(_) => "String".to_owned(),
            Type::Optional(inner) => format!("{}?", self.written_in_core(inner)),
            Type::List(inner) => format!("List<{}>", self.written_in_core(inner)),
            Type::Record(name) | Type::Enum(name) | Type::Object(name) | Type::Trait(name) => {
                self.core_class(name)
            }
            other => self.written(&mut Page::default(), other),
        }
    }

    /// What the core returned, as an app sees it.
    pub(super) fn lifted(&self, of: &Type, value: &str) -> String {
        match of {
            Type::Boolean
            | Type::Float { .. }
            | Type::Text
            | Type::Bytes
            | Type::Secret
            | Type::Time => value.to_owned(),
            Type::Integer {
                bits: 32 | 64,
                signed: true,
            } => value.to_owned(),
            Type::Integer { signed: true, .. } => format!("{value}.toInt()"),
            Type::Integer { .. } | Type::Duration => format!("{value}.fromCore()"),
            Type::Optional(inner) => each(value, "?.let", inner, |it| self.lifted(inner, it)),
            Type::List(inner) => each(value, ".map", inner, |it| self.lifted(inner, it)),
            Type::Map(key, of) => format!(
                "{value}.map {{ {} to {} }}.toMap()",
                self.lifted(key, "it.key"),
                self.lifted(of, "it.value")
            ),
            Type::Id(name) | Type::Object(name) => format!("{}({value})", self.class(name)),
            Type::Record(_) | Type::Enum(_) | Type::Trait(_) => format!("{value}.fromCore()"),
        }
    }

    /// What an app passes, as the core takes it. `field` is the name of what it is passed as.
    pub(super) fn lowered(&self, of: &Type, value: &str, field: &str) -> String {
        match of {
            // A secret was taken as bytes around the call.
            Type::Boolean | Type::Float { .. } | Type::Bytes | Type::Secret | Type::Time => {
                value.to_owned()
            }
            Type::Text => format!("wellFormed(\"{field}\", {value})"),
            Type::Integer {
                bits: 32 | 64,
                signed: true,
            } => value.to_owned(),
            Type::Integer { bits, signed } => {
                let sign = if *signed { "" } else { "U" };
                let name = match bits {
                    8 => "Byte",
                    16 => "Short",
                    32 => "Int",
                    _ => "Long",
                };
                format!("{value}.toCore{sign}{name}()")
            }
            Type::Optional(inner) => {
                each(value, "?.let", inner, |it| self.lowered(inner, it, field))
            }
            Type::List(inner) => each(value, ".map", inner, |it| self.lowered(inner, it, field)),
            Type::Map(key, of) => format!(
                "{value}.map {{ {} to {} }}.toMap()",
                self.lowered(key, "it.key", field),
                self.lowered(of, "it.value", field)
            ),
            Type::Id(_) => format!("wellFormed(\"{field}\", {value}.value)"),
            Type::Object(_) => format!("{value}.core"),
            Type::Duration | Type::Record(_) | Type::Enum(_) | Type::Trait(_) => {
                format!("{value}.toCore()")
            }
        }
    }

    /// A parameter with its default.
    pub(super) fn parameter(&self, page: &mut Page, field: &Field) -> String {
        let written = self.written(page, &field.of);
        let default = match (&field.default, &field.of) {
            (None, _) => String::new(),
            (Some(Default::Absent), _) => " = null".to_owned(),
            (Some(Default::Empty), Type::Map(..)) => " = emptyMap()".to_owned(),
            (Some(Default::Empty), _) => " = emptyList()".to_owned(),
            (Some(Default::Boolean(value)), _) => format!(" = {value}"),
            (Some(Default::Number(value)), _) => format!(" = {value}"),
            (Some(Default::Text(value)), _) => format!(" = {value:?}"),
            (Some(Default::Variant(value)), Type::Enum(of)) => {
                format!(" = {written}.{}", self.variant_name(of, value))
            }
            (Some(Default::Variant(value)), _) => format!(" = {value}"),
        };
        format!("{}: {written}{default}", member(&field.name))
    }
}

/// `how` applied to what is inside, or nothing where it stays as it is.
fn each(value: &str, how: &str, _inner: &Type, convert: impl Fn(&str) -> String) -> String {
    let converted = convert("it");
    if converted == "it" {
        value.to_owned()
    } else {
        format!("{value}{how} {{ {converted} }}")
    }
}
