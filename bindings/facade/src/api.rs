//! The exported API as the façades see it: no FFI, no scaffolding, no names of a language.

/// Everything that is exported.
#[derive(Debug, Default)]
pub(crate) struct Api {
    /// Opaque identifiers: newtypes over text.
    pub(crate) ids: Vec<Id>,
    /// Values with named fields.
    pub(crate) records: Vec<Record>,
    /// Values that are one of several, errors among them.
    pub(crate) enums: Vec<Enum>,
    /// What has methods and lives in the core.
    pub(crate) objects: Vec<Object>,
    /// What an app implements for the core.
    pub(crate) traits: Vec<Trait>,
    /// Functions of no object.
    pub(crate) functions: Vec<Method>,
}

impl Api {
    /// The enum that says more of what this variant tells: its code goes on with that one's.
    pub(crate) fn reason<'a>(&'a self, variant: &'a Variant) -> Option<(&'a Field, &'a Enum)> {
        variant.fields.iter().find_map(|field| match &field.of {
            Type::Enum(of) => Some((field, self.enums.iter().find(|one| one.name == *of)?)),
            _ => None,
        })
    }

    /// A variant by its names.
    pub(crate) fn variant(&self, of: &str, name: &str) -> Option<&Variant> {
        let one = self.enums.iter().find(|one| one.name == of)?;
        one.variants.iter().find(|variant| variant.name == name)
    }

    /// Whether values of a type hold something for which `is` holds, however deep.
    pub(crate) fn holds(&self, of: &Type, is: &impl Fn(&Type) -> bool) -> bool {
        let mut found = false;
        of.each(&mut |it| {
            found |= is(it);
            let records = self
                .records
                .iter()
                .filter(|record| *it == Type::Record(record.name.clone()));
            found |= records
                .flat_map(|record| &record.fields)
                .any(|field| self.holds(&field.of, is));
            let enums = self
                .enums
                .iter()
                .filter(|one| *it == Type::Enum(one.name.clone()));
            found |= (enums
                .flat_map(|one| &one.variants)
                .flat_map(|variant| &variant.fields))
            .any(|field| self.holds(&field.of, is));
        });
        found
    }

    /// Whether a type holds an object, so that values of it are not equal by what they hold.
    pub(crate) fn has_identity(&self, of: &Type) -> bool {
        self.holds(of, &|it| matches!(it, Type::Trait(_) | Type::Object(_)))
    }

    /// Whether values of a type only ever go to the core, since an app's own objects are in them.
    pub(crate) fn is_given(&self, of: &Type) -> bool {
        self.holds(of, &|it| matches!(it, Type::Trait(_)))
    }
}

/// An opaque identifier.
#[derive(Debug)]
pub(crate) struct Id {
    /// In Rust.
    pub(crate) name: String,
    /// What it names.
    pub(crate) docs: Docs,
}

/// A value with named fields.
#[derive(Debug)]
pub(crate) struct Record {
    /// In Rust.
    pub(crate) name: String,
    /// What it is.
    pub(crate) docs: Docs,
    /// Those without a default first, else as they were written.
    pub(crate) fields: Vec<Field>,
    /// Their names as they were written.
    pub(crate) written: Vec<String>,
}

/// A field of a record or of a variant, or an argument.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// In Rust.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) docs: Docs,
    /// Of what type.
    pub(crate) of: Type,
    /// What it is where nothing is given.
    pub(crate) default: Option<Default>,
}

/// A default that a signature can show.
#[derive(Debug, Clone)]
pub(crate) enum Default {
    /// Nothing.
    Absent,
    /// No elements.
    Empty,
    /// A truth value.
    Boolean(bool),
    /// A number.
    Number(String),
    /// A text.
    Text(String),
    /// A variant without fields.
    Variant(String),
}

/// One of several.
#[derive(Debug)]
pub(crate) struct Enum {
    /// In Rust.
    pub(crate) name: String,
    /// What it tells.
    pub(crate) docs: Docs,
    /// What it can be.
    pub(crate) variants: Vec<Variant>,
    /// Whether methods fail with it.
    pub(crate) is_error: bool,
}

impl Enum {
    /// Whether no variant has fields.
    pub(crate) fn is_flat(&self) -> bool {
        self.variants
            .iter()
            .all(|variant| variant.fields.is_empty())
    }
}

/// One of the several.
#[derive(Debug)]
pub(crate) struct Variant {
    /// In Rust.
    pub(crate) name: String,
    /// When it is this one.
    pub(crate) docs: Docs,
    /// What it carries.
    pub(crate) fields: Vec<Field>,
}

/// What has methods and lives in the core.
#[derive(Debug)]
pub(crate) struct Object {
    /// In Rust.
    pub(crate) name: String,
    /// What it is.
    pub(crate) docs: Docs,
    /// How it is made, where an app makes it.
    pub(crate) constructors: Vec<Method>,
    /// What it does.
    pub(crate) methods: Vec<Method>,
}

impl Object {
    /// The identifier that two handles of one thing share.
    pub(crate) fn identity(&self) -> Option<&Method> {
        self.methods
            .iter()
            .find(|method| method.name == "id" && method.is_property())
    }
}

/// What an app implements for the core.
#[derive(Debug)]
pub(crate) struct Trait {
    /// In Rust.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) docs: Docs,
    /// What it must do.
    pub(crate) methods: Vec<Method>,
}

/// A function, of an object or of none.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    /// In Rust.
    pub(crate) name: String,
    /// What it does.
    pub(crate) docs: Docs,
    /// What it takes.
    pub(crate) arguments: Vec<Field>,
    /// What it returns.
    pub(crate) returns: Option<Type>,
    /// The error that it fails with.
    pub(crate) fails_with: Option<String>,
    /// Whether it waits.
    pub(crate) is_async: bool,
}

impl Method {
    /// The arguments as a signature shows them: those without a default first.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &Field> {
        let given = self.arguments.iter().filter(|it| it.default.is_none());
        given.chain(self.arguments.iter().filter(|it| it.default.is_some()))
    }

    /// Whether it reads as a property: it returns something at once, takes nothing and cannot fail.
    pub(crate) fn is_property(&self) -> bool {
        self.arguments.is_empty()
            && self.returns.is_some()
            && self.fails_with.is_none()
            && !self.is_async
    }
}

/// A type of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    /// `bool`
    Boolean,
    /// A whole number of so many bits.
    Integer { bits: u8, signed: bool },
    /// `f32` and `f64`
    Float { bits: u8 },
    /// `String`
    Text,
    /// `Vec<u8>`
    Bytes,
    /// `bytes` of a text that a person types and nobody keeps.
    Secret,
    /// `SystemTime`
    Time,
    /// `Duration`
    Duration,
    /// `Option`
    Optional(Box<Type>),
    /// `Vec`
    List(Box<Type>),
    /// `HashMap`
    Map(Box<Type>, Box<Type>),
    /// One of [`Api::ids`].
    Id(String),
    /// One of [`Api::records`].
    Record(String),
    /// One of [`Api::enums`].
    Enum(String),
    /// One of [`Api::objects`].
    Object(String),
    /// One of [`Api::traits`].
    Trait(String),
}

impl Type {
    /// The type itself and those in it.
    pub(crate) fn each(&self, visit: &mut impl FnMut(&Type)) {
        visit(self);
        match self {
            Self::Optional(inner) | Self::List(inner) => inner.each(visit),
            Self::Map(key, value) => {
                key.each(visit);
                value.each(visit);
            }
            _ => {}
        }
    }
}

/// A comment as it stands in Rust: Markdown, with names in code spans.
pub(crate) type Docs = String;
