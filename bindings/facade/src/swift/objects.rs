//! Objects, functions, and what an app implements.

use crate::api::{Method, Object, Trait, Type};
use crate::docs::{self, Place};
use crate::exceptions;

use super::page::Page;
use super::{Swift, class, core_class, core_member, member, names_its_argument};

impl Swift<'_> {
    pub(super) fn object(&self, object: &Object) -> Page {
        let mut page = Page::default();
        let name = class(&object.name);
        let core = core_class(&object.name);
        let place = Place {
            of: Some(&object.name),
            arguments: &[],
        };
        page.docs(&docs::localized(self.api, &object.docs, place, self));
        page.block(
            format!("public final class {name}: Sendable {{"),
            "}",
            |page| {
                page.line(format!("package let core: {core}"));
                if let Some(step) = self.step(object) {
                    page.line(format!("let course = Course<{step}>()"));
                }
                page.line("");
                page.line(format!("package init(_ core: {core}) {{"));
                page.line("  self.core = core");
                page.line("}");
                for made in &object.constructors {
                    page.line("");
                    if made.name == "new" {
                        self.primary(page, object, made);
                    } else {
                        let on = format!("{core}.");
                        self.method(page, Some(&object.name), made, &on, "static ");
                    }
                }
                for function in exceptions::functions_of(self.api, &object.name) {
                    page.line("");
                    self.method(
                        page,
                        Some(&object.name),
                        function,
                        "PericardCore.",
                        "static ",
                    );
                }
                for method in &object.methods {
                    if exceptions::by_hand(&object.name, &method.name).is_none()
                        && !exceptions::by_hand_in_swift(&object.name, &method.name)
                    {
                        page.line("");
                        self.method(page, Some(&object.name), method, "core.", "");
                    }
                }
            },
        );
        if let Some(identity) = object.identity() {
            let id = member(&identity.name);
            page.line("");
            page.docs("Two handles of one thing are equal.");
            page.block(format!("extension {name}: Identifiable, Hashable {{"), "}", |page| {
                page.line(format!("public static func == (one: {name}, other: {name}) -> Bool {{ one.{id} == other.{id} }}"));
                page.line("");
                page.line(format!("public func hash(into hasher: inout Hasher) {{ hasher.combine({id}) }}"));
            });
        }
        page
    }

    /// The constructor that has no name in Swift.
    fn primary(&self, page: &mut Page, object: &Object, made: &Method) {
        let place = Place {
            of: Some(&object.name),
            arguments: &made.arguments,
        };
        page.docs(&docs::localized(self.api, &made.docs, place, self));
        let parameters = made.parameters().map(|it| self.parameter(it));
        let parameters = parameters.collect::<Vec<_>>().join(", ");
        let passed = self.passed(made);
        let (throws, calling) = match made.fails_with {
            Some(_) => (" throws", "try calling { try "),
            None => ("", "{ "),
        };
        let core = core_class(&object.name);
        page.block(
            format!("public convenience init({parameters}){throws} {{"),
            "}",
            |page| page.line(format!("self.init({calling}{core}({passed}) }})")),
        );
    }

    /// The arguments as the core takes them.
    fn passed(&self, method: &Method) -> String {
        let passed = method.arguments.iter().map(|it| {
            let value = self.lowered(&it.of, &member(&it.name));
            format!("{}: {value}", core_member(&it.name))
        });
        passed.collect::<Vec<_>>().join(", ")
    }

    /// What `next` tells of something that goes on: all loops over it share one handle of the core.
    fn step(&self, object: &Object) -> Option<String> {
        let next = object.methods.iter().find(|it| {
            it.name == "next" && exceptions::by_hand(&object.name, "next") == Some("progress")
        })?;
        match &next.returns {
            Some(Type::Optional(step)) => Some(self.written(step)),
            _ => None,
        }
    }

    fn method(&self, page: &mut Page, of: Option<&str>, method: &Method, on: &str, kind: &str) {
        let place = Place {
            of,
            arguments: &method.arguments,
        };
        page.docs(&docs::localized(self.api, &method.docs, place, self));
        let name = member(&method.name);
        let passed = self.passed(method);
        let call = format!("{on}{}({passed})", core_member(&method.name));
        let returns = method.returns.as_ref().map(|it| self.written(it));
        if method.is_property() {
            let of = method.returns.as_ref().unwrap_or(&Type::Boolean);
            let value = self.lifted(of, &call);
            page.line(format!(
                "public {kind}var {name}: {} {{ {value} }}",
                returns.unwrap_or_default()
            ));
            return;
        }
        let throws = method.fails_with.is_some() || method.is_async;
        let effects = match (method.is_async, throws) {
            (true, _) => " async throws",
            (false, true) => " throws",
            (false, false) => "",
        };
        let parameters = method.parameters().map(|it| {
            let silent = if names_its_argument(method) { "_ " } else { "" };
            format!("{silent}{}", self.parameter(it))
        });
        let parameters = parameters.collect::<Vec<_>>();
        let arrow = returns.map_or_else(String::new, |it| format!(" -> {it}"));
        // Nobody is warned who does not wait for what a call returns, but for what it is called for.
        let line = format!(
            "public {kind}func {name}({}){effects}{arrow} {{",
            parameters.join(", ")
        );
        if line.len() > 108 {
            page.block(
                format!("public {kind}func {name}("),
                &format!("){effects}{arrow} {{"),
                |page| {
                    let count = parameters.len();
                    for (at, parameter) in parameters.iter().enumerate() {
                        page.line(format!(
                            "{parameter}{}",
                            if at + 1 == count { "" } else { "," }
                        ));
                    }
                },
            );
        } else {
            page.line(line);
        }
        let calls = match (method.is_async, method.fails_with.is_some()) {
            (true, true) => format!("try await {call}"),
            (true, false) => format!("await {call}"),
            (false, true) => format!("try {call}"),
            (false, false) => call,
        };
        let value = match &method.returns {
            Some(of) => {
                let converted = self.lifted(of, "value");
                (converted != "value").then_some(converted)
            }
            None => None,
        };
        let prefix = match (method.is_async, throws) {
            (true, _) => "try await calling",
            (false, true) => "try calling",
            (false, false) => "",
        };
        match (prefix, value) {
            ("", Some(_)) => {
                let of = method.returns.as_ref().unwrap_or(&Type::Boolean);
                page.line(format!("  {}", self.lifted(of, &calls)));
            }
            ("", None) => page.line(format!("  {calls}")),
            (prefix, None) => page.line(format!(
                "  {prefix} {{ {} }}",
                capturing(on, &calls, method.is_async)
            )),
            (prefix, Some(converted)) => {
                page.line(format!(
                    "  {prefix} {{{}",
                    if on == "core." && method.is_async {
                        " [core] in"
                    } else {
                        ""
                    }
                ));
                page.line(format!("    let value = {calls}"));
                page.line(format!("    return {converted}"));
                page.line("  }");
            }
        }
        page.line("}");
    }

    pub(super) fn functions(&self) -> Page {
        let mut page = Page::default();
        for function in exceptions::free_functions(self.api) {
            self.method(&mut page, None, function, "PericardCore.", "");
            page.line("");
        }
        page
    }

    /// A protocol that an app implements, and the core's side of it.
    pub(super) fn foreign(&self, foreign: &Trait) -> Page {
        let mut page = Page::default();
        let name = class(&foreign.name);
        let place = Place {
            of: Some(&foreign.name),
            arguments: &[],
        };
        page.docs(&docs::localized(self.api, &foreign.docs, place, self));
        page.block(
            format!("public protocol {name}: AnyObject, Sendable {{"),
            "}",
            |page| {
                for (at, method) in foreign.methods.iter().enumerate() {
                    if at > 0 {
                        page.line("");
                    }
                    let place = Place {
                        of: Some(&foreign.name),
                        arguments: &method.arguments,
                    };
                    page.docs(&docs::localized(self.api, &method.docs, place, self));
                    let parameters = method.parameters().map(|it| self.parameter(it));
                    let parameters = parameters.collect::<Vec<_>>().join(", ");
                    let arrow = method
                        .returns
                        .as_ref()
                        .map_or_else(String::new, |it| format!(" -> {}", self.written(it)));
                    page.line(format!(
                        "func {}({parameters}) throws{arrow}",
                        member(&method.name)
                    ));
                }
            },
        );
        page.line("");
        page.docs("The core's side: whatever is thrown reaches it as an answer.");
        page.block(
            format!(
                "package final class {name}Adapter: {} {{",
                core_class(&foreign.name)
            ),
            "}",
            |page| {
                page.line(format!("private let app: any {name}"));
                page.line("");
                page.line(format!("package init(_ app: any {name}) {{"));
                page.line("  self.app = app");
                page.line("}");
                for method in &foreign.methods {
                    page.line("");
                    self.answer(page, &name, method);
                }
            },
        );
        page
    }

    fn answer(&self, page: &mut Page, of: &str, method: &Method) {
        let parameters = method.arguments.iter().map(|it| {
            format!(
                "{}: {}",
                core_member(&it.name),
                self.written_in_core(&it.of)
            )
        });
        let parameters = parameters.collect::<Vec<_>>().join(", ");
        let passed = method.arguments.iter().map(|it| {
            format!(
                "{}: {}",
                member(&it.name),
                self.lifted(&it.of, &core_member(&it.name))
            )
        });
        let passed = passed.collect::<Vec<_>>().join(", ");
        let arrow = method.returns.as_ref().map_or_else(String::new, |it| {
            format!(" -> {}", self.written_in_core(it))
        });
        let call = format!("try app.{}({passed})", member(&method.name));
        let call = match &method.returns {
            Some(returned) => {
                let value = self.lowered(returned, "value");
                if value == "value" {
                    call
                } else {
                    format!("let value = {call}; return {value}")
                }
            }
            None => call,
        };
        let error = method.fails_with.as_deref().unwrap_or("PericardError");
        let unexpected = exceptions::unexpected(error);
        // Where the answer has room for it, the developer's own words go along.
        let said = self
            .api
            .variant(error, unexpected)
            .and_then(|it| it.fields.first());
        let said = said.map_or_else(String::new, |field| {
            format!("({}: String(describing: error))", core_member(&field.name))
        });
        page.block(
            format!(
                "package func {}({parameters}) throws{arrow} {{",
                core_member(&method.name)
            ),
            "}",
            |page| {
                page.line("do {");
                page.line(format!(
                    "  {}{call}",
                    if call.starts_with("let ") || method.returns.is_none() {
                        ""
                    } else {
                        "return "
                    }
                ));
                page.line(format!("}} catch let answer as {} {{", class(error)));
                page.line("  throw answer.toCore()");
                page.line("} catch {");
                page.line(format!(
                    "  logUnexpected(error, from: \"{of}.{}\")",
                    member(&method.name)
                ));
                page.line(format!("  throw {}.{unexpected}{said}", core_class(error)));
                page.line("}");
            },
        );
    }
}

/// The body of a closure that may outlive its call: it holds the core, not the façade.
fn capturing(on: &str, calls: &str, is_async: bool) -> String {
    if on == "core." && is_async {
        format!("[core] in {calls}")
    } else {
        calls.to_owned()
    }
}
