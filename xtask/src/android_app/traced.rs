//! What the app's tests use of the app, as rules that keep it for them alone: in a shrunk app they find it under its own name.
//! Nothing of it keeps what is found by its name while the app runs, unless a test names that too.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Workshop;
use super::classes::files;
use super::resources::emptied;
use crate::command;
use crate::fetching;

/// What a trace does not see: the tests' libraries bring a class that the app has too. And Robolectric loads Kotlin's own classes
/// apart from the app's, so that they have to stay in their packages, and nothing of the one may be merged with the other.
const MORE: &str = "-keep class com.google.common.util.concurrent.ListenableFuture { *; }
-keeppackagenames kotlin.**,kotlinx.**
-dontoptimize
";

impl Workshop<'_> {
    pub(super) fn rules_of_tests(&self) -> Result<PathBuf, String> {
        let traced = self.out.join("traced");
        emptied(&traced)?;
        let rules = traced.join("tests.pro");
        let mut sources = self.libraries.jars("test")?;
        for (number, file) in files(&self.classes("test"), "class")?.iter().enumerate() {
            let plain = traced.join(format!("{number}.class"));
            plainly_named(file, &plain).map_err(|e| format!("{}: {e}", file.display()))?;
            sources.push(plain);
        }
        let mut libraries = self.libraries.jars("framework")?;
        libraries.push(fetching::java_home()?);

        let mut trace = Command::new("java");
        trace
            .args(["-Xmx2g", "-cp"])
            .arg(self.libraries.jar("tools", "r8-")?)
            .arg("com.android.tools.r8.tracereferences.TraceReferences")
            .args(["--keep-rules", "--resolve-trivial-conflicts"])
            // What the tests' libraries can do without is missing here too.
            .args([
                "--map-diagnostics:MissingDefinitionsDiagnostic",
                "error",
                "info",
            ])
            .arg("--output")
            .arg(&rules);
        for (option, files) in [
            ("--source", sources),
            ("--target", self.shipped()?),
            ("--lib", libraries),
        ] {
            for file in files {
                trace.arg(option).arg(file);
            }
        }
        command::run(&mut trace).text_or_error()?;
        let at = |e: io::Error| format!("{}: {e}", rules.display());
        let mut more = OpenOptions::new().append(true).open(&rules).map_err(at)?;
        more.write_all(MORE.as_bytes()).map_err(at)?;
        Ok(rules)
    }
}

fn plainly_named(file: &Path, to: &Path) -> io::Result<()> {
    let class = with_plain_names(fs::read(file)?).ok_or(io::ErrorKind::InvalidData)?;
    fs::write(to, class)
}

/// A class whose constants have no blank, comma or apostrophe: Kotlin's tests are named by sentences, which a phone's format
/// does not have. Structure: The Java Virtual Machine Specification, 4.4.
fn with_plain_names(mut class: Vec<u8>) -> Option<Vec<u8>> {
    let number = |class: &[u8], at: usize| {
        Some(usize::from(u16::from_be_bytes([
            *class.get(at)?,
            *class.get(at + 1)?,
        ])))
    };
    let count = number(&class, 8)?;
    let (mut at, mut index) = (10, 1);
    while index < count {
        let kind = *class.get(at)?;
        at += match kind {
            1 => {
                let length = number(&class, at + 1)?;
                let text = class.get_mut(at + 3..at + 3 + length)?;
                text.iter_mut()
                    .filter(|byte| b" ,'".contains(byte))
                    .for_each(|byte| *byte = b'_');
                3 + length
            }
            7 | 8 | 16 | 19 | 20 => 3,
            3 | 4 | 9..=12 | 17 | 18 => 5,
            15 => 4,
            // Long numbers take the place of two.
            5 | 6 => {
                index += 1;
                9
            }
            _ => return None,
        };
        index += 1;
    }
    Some(class)
}

#[cfg(test)]
mod tests {
    use super::with_plain_names;

    #[test]
    fn only_texts_among_the_constants_are_changed() {
        let class = [
            b"\xca\xfe\xba\xbe\0\0\0\x3d\0\x05".as_slice(),
            b"\x05        ",
            b"\x01\0\x05it's ",
            b"\x07\0\x03",
            b"  ",
        ]
        .concat();
        let plain = with_plain_names(class.clone()).expect("a class");
        assert_eq!(plain[19..27], *b"\x01\0\x05it_s_");
        assert_eq!((&plain[..19], &plain[27..]), (&class[..19], &class[27..]));
        assert_eq!(with_plain_names(b"text".to_vec()), None);
    }
}
