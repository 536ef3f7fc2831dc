//! A Kotlin file as it is written.

use std::collections::BTreeSet;

use super::PACKAGE;

/// A file in the making: its imports and its lines.
#[derive(Debug, Default)]
pub(crate) struct Page {
    imports: BTreeSet<String>,
    body: String,
    depth: usize,
}

impl Page {
    /// Imports a name.
    pub(crate) fn import(&mut self, name: impl Into<String>) {
        self.imports.insert(name.into());
    }

    /// Imports a class of the core under the name that the façade knows it by.
    pub(crate) fn import_core(&mut self, class: &str) {
        self.import(format!("{PACKAGE}.internal.{class} as Core{class}"));
    }

    /// Writes a line at the depth that was reached.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        let text = text.as_ref();
        if !text.is_empty() {
            for _ in 0..self.depth {
                self.body.push_str("    ");
            }
            self.body.push_str(text);
        }
        self.body.push('\n');
    }

    /// Writes a line that opens a block, what stands in it, and the line that closes it.
    pub(crate) fn block(
        &mut self,
        open: impl AsRef<str>,
        close: &str,
        inside: impl FnOnce(&mut Self),
    ) {
        self.line(open);
        self.indented(inside);
        self.line(close);
    }

    /// Writes what stands one level deeper.
    pub(crate) fn indented(&mut self, inside: impl FnOnce(&mut Self)) {
        self.depth += 1;
        inside(self);
        self.depth -= 1;
    }

    /// Writes a comment.
    pub(crate) fn docs(&mut self, text: &str) {
        let text = text.replace("*/", "*&#47;");
        let lines: Vec<&str> = text.lines().collect();
        match lines.as_slice() {
            [] => {}
            [one] => self.line(format!("/** {one} */")),
            many => {
                self.line("/**");
                for line in many {
                    self.line(format!(" * {line}").trim_end());
                }
                self.line(" */");
            }
        }
    }

    /// The whole file.
    pub(crate) fn finish(self) -> String {
        let mut text = format!(
            "// Made from the core's metadata: `cargo xtask bindings`.\npackage {PACKAGE}\n\n"
        );
        for name in &self.imports {
            text.push_str(&format!("import {name}\n"));
        }
        if !self.imports.is_empty() {
            text.push('\n');
        }
        text.push_str(self.body.trim_end());
        text.push('\n');
        text
    }
}
