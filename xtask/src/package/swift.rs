//! The Swift package as a release has it: a repository that a URL and a version name.
//!
//! It holds generated and hand-written sources, the C header, the documentation and the privacy manifest, and nothing of
//! the tests. On Apple's systems the library is a binary target that the release's workflow names by address and
//! checksum; without these it is looked for beside the manifest.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::command;
use crate::paths::Paths;

/// Where Apple's systems find the library.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Binary {
    /// The address of PericardCoreFFI.xcframework.zip
    #[arg(long, requires = "checksum")]
    url: Option<String>,
    /// Its checksum, by `swift package compute-checksum`
    #[arg(long, requires = "url")]
    checksum: Option<String>,
}

/// The tag of what is made.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

const MANIFEST: &str = include_str!("Package.swift.in");

/// The guide's pages that become articles.
const ARTICLES: &[&str] = &[
    "adding-swift",
    "first-inbox",
    "signing-in",
    "sync",
    "files",
    "errors",
    "testing",
    "keystores",
];

/// Makes the repository and returns its folder; the sources have to be generated.
pub(crate) fn make(paths: &Paths, binary: &Binary) -> Result<PathBuf, String> {
    let out = paths.target.join("package/swift");
    if out.exists() {
        fs::remove_dir_all(&out).map_err(|e| format!("{}: {e}", out.display()))?;
    }
    let swift = paths.root.join("bindings/swift");
    let sources = out.join("Sources");
    copy(
        &swift.join("generated/core/PericardCoreFFI"),
        &sources.join("PericardCoreFFI"),
    )?;
    copy(
        &swift.join("generated/core/PericardCore"),
        &sources.join("PericardCore"),
    )?;
    copy(&swift.join("Sources/Pericard"), &sources.join("Pericard"))?;
    copy(
        &swift.join("generated/facade"),
        &sources.join("Pericard/Generated"),
    )?;
    copy(
        &swift.join("Sources/PericardTesting"),
        &sources.join("PericardTesting"),
    )?;
    for file in ["LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md", ".spi.yml"] {
        let (from, to) = (paths.root.join(file), out.join(file));
        fs::copy(&from, &to).map_err(|e| format!("{}: {e}", from.display()))?;
    }
    for name in ARTICLES {
        let page = paths.root.join(format!("docs/src/{name}.md"));
        let text = fs::read_to_string(&page).map_err(|e| format!("{}: {e}", page.display()))?;
        let article = sources.join(format!("Pericard/Pericard.docc/{name}.md"));
        write(&article, &article_of(&text))?;
    }
    write(&out.join("Package.swift"), &manifest(binary))?;
    write(&out.join("README.md"), README)?;
    commit(&out)?;
    Ok(out)
}

const README: &str = "# Pericard for Swift\n\nThe core of patient apps. Made from its repository by `cargo xtask package swift`; changes belong there.\n";

fn manifest(binary: &Binary) -> String {
    let target = match (&binary.url, &binary.checksum) {
        (Some(url), Some(checksum)) => format!(
            ".binaryTarget(\n    name: \"PericardCoreFFI\",\n    url: \"{url}\",\n    checksum: \"{checksum}\")"
        ),
        _ => ".binaryTarget(name: \"PericardCoreFFI\", path: \"PericardCoreFFI.xcframework\")"
            .to_owned(),
    };
    MANIFEST.replace("@BINARY@", &target)
}

/// A page with the samples of Swift and of the shell alone, and without links to pages that are not there.
fn article_of(page: &str) -> String {
    let mut out = String::new();
    let mut skipped = false;
    // A heading waits for something under it.
    let mut heading: Option<&str> = None;
    for line in page.lines() {
        if let Some(fence) = line.strip_prefix("```") {
            if skipped {
                skipped = false;
                continue;
            }
            skipped = matches!(fence, "kotlin" | "rust");
        }
        if skipped {
            continue;
        }
        if line == "## Kotlin" || line == "## Rust" {
            heading = Some(line);
            continue;
        }
        if line.starts_with("## ") {
            heading = None;
        }
        if heading.is_none() {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// A repository with one commit and the tag of the version.
fn commit(folder: &Path) -> Result<(), String> {
    let git = |arguments: &[&str]| {
        command::ask(
            Command::new("git")
                .current_dir(folder)
                .args([
                    "-c",
                    "user.name=Pericard",
                    "-c",
                    "user.email=release@pericard.invalid",
                ])
                .args([
                    "-c",
                    "commit.gpgsign=false",
                    "-c",
                    "core.hooksPath=/dev/null",
                ])
                .args(arguments),
        )
    };
    git(&["init", "--quiet", "--initial-branch=main"])?;
    git(&["add", "--all"])?;
    git(&[
        "commit",
        "--quiet",
        "--message",
        &format!("Pericard {VERSION}"),
    ])?;
    git(&["tag", VERSION]).map(drop)
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("{}: {e}; run `cargo xtask bindings`", from.display());
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, beside) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &beside)?;
        } else {
            fs::copy(&path, &beside).map_err(failed)?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|e| format!("{}: {e}", path.display()))
}

/// A new app outside the repository that depends on the package by URL and version, as the guide's page tells it.
pub(crate) fn consumer(paths: &Paths, folder: &Path, package: &str) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    let page = paths.root.join("docs/src/adding-swift.md");
    let text = fs::read_to_string(&page).map_err(|e| format!("{}: {e}", page.display()))?;
    let manifest = block(&text, "Package.swift")?
        .replace("https://github.com/pericard/pericard-swift", package);
    write(&folder.join("Package.swift"), &manifest)?;
    write(
        &folder.join("Sources/Clinic/main.swift"),
        &block(&text, "Sources/Clinic/main.swift")?,
    )
}

/// The text block of a page that begins with the line `// name`.
fn block(page: &str, name: &str) -> Result<String, String> {
    let mark = format!("// {name}\n");
    let (_, after) = page
        .split_once(&mark)
        .ok_or_else(|| format!("adding-swift.md has no block `{name}`"))?;
    let (text, _) = after.split_once("\n```").unwrap_or((after, ""));
    // A manifest has to begin with the line of its tools.
    Ok(format!("{text}\n"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_article_speaks_swift_alone() {
        let page = "# A\n\nText.\n\n## Swift\n```swift\nlet a = 1\n```\n\n## Kotlin\nHere:\n```kotlin\nval a = 1\n```\n\n## More\n```rust\nlet a = 1;\n```\nend\n";
        let article = article_of(page);
        assert!(article.contains("let a = 1\n"));
        assert!(!article.contains("val a") && !article.contains("let a = 1;"));
        assert!(article.ends_with("## More\nend\n"));
    }

    #[test]
    fn a_release_names_its_library() {
        let made = manifest(&Binary {
            url: Some("https://example.org/x.zip".into()),
            checksum: Some("abc".into()),
        });
        assert!(
            made.contains("url: \"https://example.org/x.zip\"")
                && made.contains("checksum: \"abc\"")
        );
        assert!(manifest(&Binary::default()).contains("path: \"PericardCoreFFI.xcframework\""));
        assert!(!made.contains("unsafeFlags"));
    }
}
