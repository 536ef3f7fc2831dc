//! Objects, functions, and what an app implements.

use crate::api::{Field, Method, Object, Trait, Type};
use crate::docs::{self, Place};
use crate::exceptions;

use super::page::Page;
use super::{Kotlin, member};

/// Where the core's functions are.
const INTERNAL: &str = "dev.pericard.internal.";

impl Kotlin<'_> {
    pub(super) fn object(&self, object: &Object) -> Page {
        let mut page = Page::default();
        let class = self.class(&object.name);
        page.import_core(&class);
        let place = Place {
            of: Some(&object.name),
            arguments: &[],
        };
        page.docs(&docs::localized(self.api, &object.docs, place, self));
        let closes = exceptions::closed_by(&object.name);
        let parents = if closes.is_some() {
            " : AutoCloseable"
        } else {
            ""
        };
        page.line(format!(
            "public class {class} internal constructor(internal val core: Core{class}){parents} {{"
        ));
        page.indented(|page| {
            for made in object.constructors.iter().filter(|it| it.name == "new") {
                self.constructor(page, object, made);
                page.line("");
            }
            let shown = object.methods.iter();
            let shown = shown.filter(|it| exceptions::by_hand(&object.name, &it.name).is_none());
            for (at, method) in shown.enumerate() {
                if at > 0 {
                    page.line("");
                }
                self.method(page, Some(&object.name), method, "core.");
            }
            if let Some(by) = closes {
                page.line("");
                self.close(page, by);
            }
            if let Some(identity) = object.identity() {
                page.line("");
                self.equality(page, &class, &member(&identity.name));
            }
            if object.constructors.iter().any(|it| it.name != "new") {
                page.line("");
                page.block("public companion object {", "}", |page| {
                    for made in object.constructors.iter().filter(|it| it.name != "new") {
                        self.method(page, Some(&object.name), made, &format!("Core{class}."));
                    }
                    for function in exceptions::functions_of(self.api, &object.name) {
                        page.line("");
                        self.method(page, Some(&object.name), function, INTERNAL);
                    }
                });
            }
        });
        page.line("}");
        page
    }

    /// How an app makes one by itself.
    fn constructor(&self, page: &mut Page, object: &Object, made: &Method) {
        let place = Place {
            of: Some(&object.name),
            arguments: &made.arguments,
        };
        page.docs(&docs::localized(self.api, &made.docs, place, self));
        let parameters = made.parameters().map(|it| self.parameter(page, it));
        let parameters = parameters.collect::<Vec<_>>().join(", ");
        let passed = made.arguments.iter();
        let passed = passed.map(|it| self.lowered(&it.of, &member(&it.name), &it.name));
        let passed = passed.collect::<Vec<_>>().join(", ");
        let core = self.core_class(&object.name);
        if let Some(error) = &made.fails_with {
            page.line(format!("@Throws({}::class)", self.class(error)));
        }
        page.line(format!(
            "public constructor({parameters}) : this(calling {{ {core}({passed}) }})"
        ));
    }

    fn close(&self, page: &mut Page, by: Option<&str>) {
        match by {
            None => {
                page.docs("Closes what it has open. Closing twice is as good as once.");
                page.line("override fun close(): Unit = core.close()");
            }
            Some(method) => {
                let name = member(method);
                page.docs(&format!(
                    "As [{name}], for `use {{}}`: it blocks the thread until all is closed, two seconds at most."
                ));
                page.import("kotlinx.coroutines.runBlocking");
                page.line(format!(
                    "override fun close(): Unit = runBlocking {{ {name}() }}"
                ));
            }
        }
    }

    fn equality(&self, page: &mut Page, class: &str, id: &str) {
        page.docs("Two handles of one thing are equal.");
        page.line(format!(
            "override fun equals(other: Any?): Boolean = other is {class} && other.{id} == {id}"
        ));
        page.line("");
        page.line(format!("override fun hashCode(): Int = {id}.hashCode()"));
        page.line("");
        page.line(format!(
            "override fun toString(): String = \"{class}(${id})\""
        ));
    }

    /// A method, a property or a function. `on` is what it is called on in the core.
    fn method(&self, page: &mut Page, of: Option<&str>, method: &Method, on: &str) {
        let place = Place {
            of,
            arguments: &method.arguments,
        };
        page.docs(&docs::localized(self.api, &method.docs, place, self));
        let name = member(&method.name);
        let returned = method.returns.as_ref().map(|it| self.written(page, it));
        let arguments = method.arguments.iter();
        let passed = arguments.map(|it| self.lowered(&it.of, &member(&it.name), &it.name));
        let passed = passed.collect::<Vec<_>>().join(", ");
        let call = format!("{on}{name}({passed})");
        let call = match &method.returns {
            Some(of) => self.lifted(of, &call),
            None => call,
        };
        let call = method.arguments.iter().rev().fold(call, with_secret);
        let returns = returned.unwrap_or_else(|| "Unit".to_owned());
        if method.is_property() {
            page.line(format!("public val {name}: {returns}"));
            page.line(format!("    get() = calling {{ {call} }}"));
            return;
        }
        let suspends = if method.is_async { "suspend " } else { "" };
        let parameters = method.parameters().map(|it| self.parameter(page, it));
        let parameters: Vec<String> = parameters.collect();
        if let Some(error) = &method.fails_with {
            page.line(format!(
                "@Throws({}::class{})",
                self.class(error),
                if method.is_async {
                    ", CancellationException::class"
                } else {
                    ""
                }
            ));
            if method.is_async {
                page.import("kotlin.coroutines.cancellation.CancellationException");
            }
        }
        let line = format!(
            "public {suspends}fun {name}({}): {returns} =",
            parameters.join(", ")
        );
        if line.len() > 110 {
            page.block(
                format!("public {suspends}fun {name}("),
                &format!("): {returns} ="),
                |page| {
                    for parameter in &parameters {
                        page.line(format!("{parameter},"));
                    }
                },
            );
        } else {
            page.line(line);
        }
        let calling = if method.is_async {
            "suspending"
        } else {
            "calling"
        };
        page.line(format!("    {calling} {{ {call} }}"));
    }

    pub(super) fn functions(&self) -> Page {
        let mut page = Page::default();
        for function in exceptions::free_functions(self.api) {
            self.method(&mut page, None, function, INTERNAL);
            page.line("");
        }
        page
    }

    /// An interface that an app implements, and the core's side of it.
    pub(super) fn foreign(&self, foreign: &Trait) -> Page {
        let mut page = Page::default();
        let class = self.class(&foreign.name);
        page.import_core(&class);
        let place = Place {
            of: Some(&foreign.name),
            arguments: &[],
        };
        page.docs(&docs::localized(self.api, &foreign.docs, place, self));
        page.block(format!("public interface {class} {{"), "}", |page| {
            for (at, method) in foreign.methods.iter().enumerate() {
                if at > 0 {
                    page.line("");
                }
                let place = Place {
                    of: Some(&foreign.name),
                    arguments: &method.arguments,
                };
                page.docs(&docs::localized(self.api, &method.docs, place, self));
                if let Some(error) = &method.fails_with {
                    page.line(format!("@Throws({}::class)", self.class(error)));
                }
                let (_, signature) = self.signature(page, method, false);
                page.line(format!("public {signature}"));
            }
        });
        page.line("");
        page.line(format!(
            "internal fun {class}.toCore(): Core{class} = {class}Adapter(this)"
        ));
        page.line("");
        page.docs("The core's side: whatever is thrown reaches it as an answer.");
        page.block(
            format!("private class {class}Adapter(private val app: {class}) : Core{class} {{"),
            "}",
            |page| {
                for (at, method) in foreign.methods.iter().enumerate() {
                    if at > 0 {
                        page.line("");
                    }
                    let (names, signature) = self.signature(page, method, true);
                    let call = format!("app.{}({names})", member(&method.name));
                    let call = match &method.returns {
                        Some(of) => self.lowered(of, &call, &method.name),
                        None => call,
                    };
                    let error = method.fails_with.as_deref().unwrap_or("PericardError");
                    let unexpected = exceptions::unexpected(error);
                    // Where the answer has room for it, the developer's own words go along.
                    let says = self.api.variant(error, unexpected).is_some_and(|it| !it.fields.is_empty());
                    let words = if says { "it" } else { "" };
                    let error = self.class(error);
                    page.import_core(&error);
                    page.line(format!("override {signature} ="));
                    page.line(format!(
                        "    answering(\"{class}.{}\", {{ Core{error}.{unexpected}({words}) }}) {{ {call} }}",
                        member(&method.name)
                    ));
                }
            },
        );
        page
    }

    /// How a method of an app's own object is declared, and its arguments as the façade passes them on.
    fn signature(&self, page: &mut Page, method: &Method, in_core: bool) -> (String, String) {
        let mut names = Vec::new();
        let mut parameters = Vec::new();
        for argument in &method.arguments {
            let name = member(&argument.name);
            let written = if in_core {
                self.written_in_core(&argument.of)
            } else {
                self.written(page, &argument.of)
            };
            names.push(self.lifted(&argument.of, &name));
            parameters.push(format!("{name}: {written}"));
        }
        let returned = match &method.returns {
            Some(of) if in_core => format!(": {}", self.written_in_core(of)),
            Some(of) => format!(": {}", self.written(page, of)),
            None => {
                if in_core {
                    ": Unit".to_owned()
                } else {
                    String::new()
                }
            }
        };
        let signature = format!(
            "fun {}({}){returned}",
            member(&method.name),
            parameters.join(", ")
        );
        (names.join(", "), signature)
    }
}

/// `call` with the bytes of a secret argument, wiped after it.
fn with_secret(call: String, argument: &Field) -> String {
    let name = member(&argument.name);
    let taken = match &argument.of {
        Type::Secret => "secret",
        Type::Optional(inner) if **inner == Type::Secret => "secretOrNull",
        _ => return call,
    };
    format!(
        "{taken}(\"{}\", {name}) {{ {name} -> {call} }}",
        argument.name
    )
}
