//! The API as the library's metadata tells it.

use anyhow::{Context, Result, bail};
use camino::Utf8Path;
use uniffi_bindgen::interface::{
    Argument, DefaultValue, Field as MetaField, Literal, Method as MetaMethod,
};
use uniffi_bindgen::{BindgenLoader, BindgenPaths, ComponentInterface, GlobalConfig};
use uniffi_meta::Type as MetaType;

use crate::api::{Api, Default, Enum, Field, Id, Method, Object, Record, Trait, Type, Variant};
use crate::exceptions;

/// Reads what `of` exports from a library as it was built.
pub(crate) fn api(library: &Utf8Path, of: &str) -> Result<Api> {
    let loader = BindgenLoader::new(BindgenPaths::default(), GlobalConfig::default());
    let interfaces = loader.load_cis(loader.load_metadata(library)?)?;
    let interface = interfaces
        .iter()
        .find(|interface| interface.crate_name() == of)
        .with_context(|| format!("{library} exports nothing of {of}"))?;
    read(interface)
}

fn read(interface: &ComponentInterface) -> Result<Api> {
    let mut api = Api::default();
    for record in interface.record_definitions() {
        let mut fields = fields(record.fields())?;
        for field in &mut fields {
            if let Some(variant) = exceptions::default_of(record.name(), &field.name) {
                field.default = Some(Default::Variant(variant.to_owned()));
            }
        }
        let written = fields.iter().map(|field| field.name.clone()).collect();
        fields.sort_by_key(|field| field.default.is_some());
        api.records.push(Record {
            name: record.name().to_owned(),
            docs: docs(record.docstring()),
            fields,
            written,
        });
    }
    for one in interface.enum_definitions() {
        let variants = one.variants().iter().map(|variant| {
            Ok(Variant {
                name: variant.name().to_owned(),
                docs: docs(variant.docstring()),
                fields: fields(variant.fields())?,
            })
        });
        api.enums.push(Enum {
            name: one.name().to_owned(),
            docs: docs(one.docstring()),
            variants: variants.collect::<Result<_>>()?,
            is_error: interface.is_name_used_as_error(one.name()),
        });
    }
    for object in interface.object_definitions() {
        let methods = object.methods().into_iter().map(|it| {
            let mut method = method(it)?;
            for argument in &mut method.arguments {
                if exceptions::is_secret(object.name(), &method.name, &argument.name) {
                    argument.of = secret(&argument.of)?;
                }
            }
            Ok(method)
        });
        let methods = methods.collect::<Result<Vec<_>>>()?;
        if object.has_callback_interface() {
            api.traits.push(Trait {
                name: object.name().to_owned(),
                docs: docs(object.docstring()),
                methods,
            });
            continue;
        }
        let constructors = object.constructors().into_iter().map(|made| {
            Ok(Method {
                name: made.name().to_owned(),
                docs: docs(made.docstring()),
                arguments: arguments(&made.arguments())?,
                returns: Some(Type::Object(object.name().to_owned())),
                fails_with: made.throws_name().map(ToOwned::to_owned),
                is_async: made.is_async(),
            })
        });
        api.objects.push(Object {
            name: object.name().to_owned(),
            docs: docs(object.docstring()),
            constructors: constructors.collect::<Result<_>>()?,
            methods,
        });
    }
    for function in interface.function_definitions() {
        api.functions.push(Method {
            name: function.name().to_owned(),
            docs: docs(function.docstring()),
            arguments: arguments(&function.arguments())?,
            returns: function.return_type().map(of).transpose()?,
            fails_with: function.throws_name().map(ToOwned::to_owned),
            is_async: function.is_async(),
        });
    }
    for local in interface.iter_local_types() {
        if let MetaType::Custom { name, builtin, .. } = local {
            if **builtin != MetaType::String {
                bail!("{name}: of the custom types only those over text are known");
            }
            let docs = interface
                .get_custom_type_definition(name)
                .and_then(|custom| custom.docstring())
                .unwrap_or_default();
            api.ids.push(Id {
                name: name.clone(),
                docs: docs.to_owned(),
            });
        }
    }
    Ok(api)
}

fn method(method: &MetaMethod) -> Result<Method> {
    Ok(Method {
        name: method.name().to_owned(),
        docs: docs(method.docstring()),
        arguments: arguments(&method.arguments())?,
        returns: method.return_type().map(of).transpose()?,
        fails_with: method.throws_name().map(ToOwned::to_owned),
        is_async: method.is_async(),
    })
}

fn secret(of: &Type) -> Result<Type> {
    match of {
        Type::Bytes => Ok(Type::Secret),
        Type::Optional(inner) => Ok(Type::Optional(Box::new(secret(inner)?))),
        other => bail!("a secret crosses as bytes, not as {other:?}"),
    }
}

fn docs(text: Option<&str>) -> String {
    text.unwrap_or_default().trim().to_owned()
}

fn fields(fields: &[MetaField]) -> Result<Vec<Field>> {
    let read = fields.iter().map(|field| {
        let of = of(&uniffi_bindgen::interface::AsType::as_type(field))?;
        Ok(Field {
            name: field.name().to_owned(),
            docs: docs(field.docstring()),
            default: field
                .default_value()
                .map(|it| default(it, &of))
                .transpose()?,
            of,
        })
    });
    read.collect()
}

fn arguments(arguments: &[&Argument]) -> Result<Vec<Field>> {
    let read = arguments.iter().map(|argument| {
        let of = of(&uniffi_bindgen::interface::AsType::as_type(*argument))?;
        Ok(Field {
            name: argument.name().to_owned(),
            docs: String::new(),
            default: argument
                .default_value()
                .map(|it| default(it, &of))
                .transpose()?,
            of,
        })
    });
    read.collect()
}

fn default(value: &DefaultValue, of: &Type) -> Result<Default> {
    Ok(match value {
        DefaultValue::Default => match of {
            Type::Optional(_) => Default::Absent,
            Type::List(_) | Type::Map(..) => Default::Empty,
            Type::Boolean => Default::Boolean(false),
            Type::Integer { .. } => Default::Number("0".to_owned()),
            Type::Text => Default::Text(String::new()),
            other => bail!("a default of {other:?} cannot be shown in a signature"),
        },
        DefaultValue::Literal(literal) => match literal {
            Literal::None => Default::Absent,
            Literal::EmptySequence | Literal::EmptyMap => Default::Empty,
            Literal::Boolean(value) => Default::Boolean(*value),
            Literal::UInt(value, ..) => Default::Number(value.to_string()),
            Literal::Int(value, ..) => Default::Number(value.to_string()),
            Literal::String(text) => Default::Text(text.clone()),
            Literal::Enum(variant, _) => Default::Variant(variant.clone()),
            Literal::Some { inner } => default(inner, of)?,
            other => bail!("the default {other:?} cannot be shown in a signature"),
        },
    })
}

fn of(meta: &MetaType) -> Result<Type> {
    let integer = |bits, signed| Type::Integer { bits, signed };
    let inner = |inner: &MetaType| of(inner).map(Box::new);
    Ok(match meta {
        MetaType::UInt8 => integer(8, false),
        MetaType::Int8 => integer(8, true),
        MetaType::UInt16 => integer(16, false),
        MetaType::Int16 => integer(16, true),
        MetaType::UInt32 => integer(32, false),
        MetaType::Int32 => integer(32, true),
        MetaType::UInt64 => integer(64, false),
        MetaType::Int64 => integer(64, true),
        MetaType::Float32 => Type::Float { bits: 32 },
        MetaType::Float64 => Type::Float { bits: 64 },
        MetaType::Boolean => Type::Boolean,
        MetaType::String => Type::Text,
        MetaType::Bytes => Type::Bytes,
        MetaType::Timestamp => Type::Time,
        MetaType::Duration => Type::Duration,
        MetaType::Object { name, imp, .. } if imp.has_callback_interface() => {
            Type::Trait(name.clone())
        }
        MetaType::Object { name, .. } => Type::Object(name.clone()),
        MetaType::Record { name, .. } => Type::Record(name.clone()),
        MetaType::Enum { name, .. } => Type::Enum(name.clone()),
        MetaType::Custom { name, .. } => Type::Id(name.clone()),
        MetaType::Optional { inner_type } => Type::Optional(inner(inner_type)?),
        MetaType::Sequence { inner_type } => Type::List(inner(inner_type)?),
        MetaType::Map {
            key_type,
            value_type,
        } => Type::Map(inner(key_type)?, inner(value_type)?),
        MetaType::Box { inner_type } => of(inner_type)?,
        other => bail!("{other:?} is not exported so far"),
    })
}
