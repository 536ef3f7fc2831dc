//! Types: how they are written, and how values come from the core and go there.

use crate::api::{Default, Field, Type};

use super::{Swift, class, core_class, member};

impl Swift<'_> {
    /// A type as an app writes it.
    pub(super) fn written(&self, of: &Type) -> String {
        match of {
            Type::Boolean => "Bool".to_owned(),
            Type::Integer { .. } => "Int".to_owned(),
            Type::Float { bits: 32 } => "Float".to_owned(),
            Type::Float { .. } => "Double".to_owned(),
            Type::Text => "String".to_owned(),
            Type::Bytes => "Data".to_owned(),
            Type::Secret => "String".to_owned(),
            Type::Time => "Date".to_owned(),
            Type::Duration => "Duration".to_owned(),
            Type::Optional(inner) => match **inner {
                Type::Trait(_) => format!("({})?", self.written(inner)),
                _ => format!("{}?", self.written(inner)),
            },
            Type::List(inner) => format!("[{}]", self.written(inner)),
            Type::Map(key, value) => format!("[{}: {}]", self.written(key), self.written(value)),
            Type::Id(name) | Type::Record(name) | Type::Enum(name) | Type::Object(name) => {
                class(name)
            }
            Type::Trait(name) => format!("any {}", class(name)),
        }
    }

    /// A type as the generated code writes it, in the signatures of what an app implements.
    pub(super) fn written_in_core(&self, of: &Type) -> String {
        match of {
            Type::Integer { bits, signed } => {
                format!("{}Int{bits}", if *signed { "" } else { "U" })
            }
            Type::Duration => "TimeInterval".to_owned(),
            Type::Id(_) => "String".to_owned(),
            Type::Optional(inner) => format!("{}?", self.written_in_core(inner)),
            Type::List(inner) => format!("[{}]", self.written_in_core(inner)),
            Type::Record(name) | Type::Enum(name) | Type::Object(name) => core_class(name),
            Type::Trait(name) => format!("any {}", core_class(name)),
            other => self.written(other),
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
            Type::Integer { .. } => format!("Int(clamping: {value})"),
            Type::Duration => format!("Duration.fromCore({value})"),
            Type::Optional(inner) | Type::List(inner) => {
                mapped(value, ".map", |it| self.lifted(inner, it))
            }
            Type::Map(_, inner) => mapped(value, ".mapValues", |it| self.lifted(inner, it)),
            Type::Id(name) => format!("{}(rawValue: {value})", class(name)),
            Type::Object(name) => format!("{}({value})", class(name)),
            Type::Record(_) | Type::Enum(_) | Type::Trait(_) => format!("{value}.fromCore()"),
        }
    }

    /// What an app passes, as the core takes it.
    pub(super) fn lowered(&self, of: &Type, value: &str) -> String {
        match of {
            Type::Boolean | Type::Float { .. } | Type::Text | Type::Bytes | Type::Time => {
                value.to_owned()
            }
            Type::Secret => format!("wiped({value})"),
            Type::Integer { bits, signed } => {
                format!(
                    "{}Int{bits}(clamping: {value})",
                    if *signed { "" } else { "U" }
                )
            }
            Type::Optional(inner) | Type::List(inner) => {
                mapped(value, ".map", |it| self.lowered(inner, it))
            }
            Type::Map(_, inner) => mapped(value, ".mapValues", |it| self.lowered(inner, it)),
            Type::Id(_) => format!("{value}.rawValue"),
            Type::Object(_) => format!("{value}.core"),
            Type::Trait(name) => format!("{}Adapter({value})", class(name)),
            Type::Duration | Type::Record(_) | Type::Enum(_) => format!("{value}.toCore()"),
        }
    }

    /// A parameter with its default.
    pub(super) fn parameter(&self, field: &Field) -> String {
        let default = match (&field.default, &field.of) {
            (None, _) => String::new(),
            (Some(Default::Absent), _) => " = nil".to_owned(),
            (Some(Default::Empty), Type::Map(..)) => " = [:]".to_owned(),
            (Some(Default::Empty), _) => " = []".to_owned(),
            (Some(Default::Boolean(value)), _) => format!(" = {value}"),
            (Some(Default::Number(value)), _) => format!(" = {value}"),
            (Some(Default::Text(value)), _) => format!(" = {value:?}"),
            (Some(Default::Variant(value)), _) => format!(" = .{}", member(value)),
        };
        format!(
            "{}: {}{default}",
            member(&field.name),
            self.written(&field.of)
        )
    }
}

/// `how` applied to what is inside, or nothing where it stays as it is.
fn mapped(value: &str, how: &str, convert: impl Fn(&str) -> String) -> String {
    let converted = convert("$0");
    if converted == "$0" {
        return value.to_owned();
    }
    format!("{value}{how} {{ {converted} }}")
}
