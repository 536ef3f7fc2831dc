//! A Swift file as it is written.

/// The types of Foundation that the façade shows.
const FOUNDATION: &[&str] = &["Data", "Date", "URL"];

/// A file in the making.
#[derive(Debug, Default)]
pub(crate) struct Page {
    body: String,
    depth: usize,
}

impl Page {
    /// Writes a line at the depth that was reached.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        let text = text.as_ref();
        if !text.is_empty() {
            for _ in 0..self.depth {
                self.body.push_str("  ");
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
        self.depth += 1;
        inside(self);
        self.depth -= 1;
        self.line(close);
    }

    /// Writes a comment.
    pub(crate) fn docs(&mut self, text: &str) {
        for line in text.lines() {
            self.line(format!("/// {line}").trim_end());
        }
    }

    /// The whole file.
    pub(crate) fn finish(self) -> String {
        let mut text = "// Made from the core's metadata: `cargo xtask bindings`.\n".to_owned();
        let code = self
            .body
            .lines()
            .filter(|line| !line.trim_start().starts_with("///"));
        let code = code.collect::<Vec<_>>().join("\n");
        let mut words = code.split(|letter: char| !letter.is_alphanumeric());
        if words.any(|word| FOUNDATION.contains(&word)) {
            text.push_str("public import Foundation\n");
        }
        let shows_core = [
            "package let core",
            "package func fromCore",
            "package func toCore",
        ];
        if shows_core.iter().any(|it| code.contains(it)) {
            text.push_str("package import PericardCore\n");
        } else if code.contains("PericardCore.") {
            text.push_str("internal import PericardCore\n");
        }
        text.push('\n');
        text.push_str(self.body.trim_end());
        text.push('\n');
        text
    }
}
