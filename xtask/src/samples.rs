//! Takes the samples out of the guide's Markdown.
//!
//! The blocks of one page and one language become one source file, in which every line of a sample has the
//! number that it has in the page; all other lines are empty. What a compiler says about
//! `first-inbox.md.kt:37` is therefore about line 37 of `first-inbox.md`, and [`in_pages`] says so.
//!
//! What a fence may begin with:
//!
//! | fence | what happens to the block |
//! |---|---|
//! | `rust`, `swift`, `kotlin` | it is compiled, as declarations of a file; a later block sees an earlier one's |
//! | `sh` | each command of this repository in it must exist, with its options |
//! | `text`, `json`, `toml`, `xml`, `mermaid` | nothing |
//!
//! Any other fence is a problem, and so is a word after the language: a sample cannot leave the check unseen.
//! `tests/guide/build.rs` includes this file, so it uses nothing else of this crate.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// Where samples are written: the folder's name, by which [`in_pages`] knows a source file.
pub(crate) const FOLDER: &str = "guide";

/// What is read, from the root of the repository: files, and folders with all that is in them.
const PAGES: [&str; 7] = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/src",
    "ios/README.md",
    "android/README.md",
    "tests/headless/README.md",
    "tests/interop/README.md",
];

/// A language whose samples are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    Swift,
    Kotlin,
}

impl Language {
    pub(crate) const ALL: [Self; 3] = [Self::Rust, Self::Swift, Self::Kotlin];

    fn named(word: &str) -> Option<Self> {
        match word {
            "rust" => Some(Self::Rust),
            "swift" => Some(Self::Swift),
            "kotlin" => Some(Self::Kotlin),
            _ => None,
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Rust => "rs",
            Self::Swift => "swift",
            Self::Kotlin => "kt",
        }
    }
}

/// One page of the guide.
#[derive(Debug)]
pub(crate) struct Page {
    /// Its path from the root of the repository.
    pub(crate) path: PathBuf,
    /// The blocks that are compiled.
    pub(crate) samples: Vec<Sample>,
    /// The command lines: each line of a shell block, and each code span that begins as one.
    pub(crate) commands: Vec<Command>,
    /// How many blocks are neither, on purpose.
    pub(crate) plain: u32,
    /// What is wrong with its fences, each with the place.
    pub(crate) problems: Vec<String>,
}

/// One block that is compiled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) language: Language,
    /// The number of its first line, from 1.
    line: usize,
    text: String,
}

/// One command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Reads all pages of the repository at `root`, in the order of their paths.
pub(crate) fn read(root: &Path) -> Result<Vec<Page>, String> {
    let mut paths = Vec::new();
    for page in PAGES {
        collect(root, Path::new(page), &mut paths)?;
    }
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(root.join(&path))
                .map_err(|e| format!("{}: {e}", path.display()))?;
            Ok(Page::parse(path, &text))
        })
        .collect()
}

fn collect(root: &Path, path: &Path, paths: &mut Vec<PathBuf>) -> Result<(), String> {
    let full = root.join(path);
    if full.is_dir() {
        let failed = |e: std::io::Error| format!("{}: {e}", path.display());
        for entry in fs::read_dir(&full).map_err(failed)? {
            collect(root, &path.join(entry.map_err(failed)?.file_name()), paths)?;
        }
    } else if path.extension().is_some_and(|kind| kind == "md") {
        paths.push(path.to_owned());
    }
    Ok(())
}

impl Page {
    /// Finds the blocks and commands of a page.
    pub(crate) fn parse(path: PathBuf, text: &str) -> Self {
        let mut page = Self {
            path,
            samples: Vec::new(),
            commands: Vec::new(),
            plain: 0,
            problems: Vec::new(),
        };
        let line = |range: &Range<usize>| 1 + text[..range.start].matches('\n').count();
        let mut block: Option<(String, usize, String)> = None;
        for (event, range) in Parser::new(text).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    block = Some((info.into_string(), line(&range), String::new()));
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                    let problem = "an indented block has no language: fence it";
                    page.problem(line(&range), problem);
                }
                Event::Text(part) => {
                    if let Some((_, _, text)) = &mut block {
                        text.push_str(&part);
                    }
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some((info, fence, text)) = block.take() {
                        page.block(&info, fence, text);
                    }
                }
                Event::Code(code)
                    if code.starts_with("cargo ") || code.starts_with("pericard ") =>
                {
                    page.commands.push(Command {
                        line: line(&range),
                        text: code.into_string(),
                    });
                }
                _ => {}
            }
        }
        page
    }

    fn block(&mut self, info: &str, fence: usize, text: String) {
        if let Some(language) = Language::named(info) {
            let line = fence + 1;
            self.samples.push(Sample {
                language,
                line,
                text,
            });
            return;
        }
        match info {
            "sh" => {
                let lines = text.lines().enumerate();
                self.commands.extend(lines.map(|(n, text)| Command {
                    line: fence + 1 + n,
                    text: text.to_owned(),
                }));
            }
            "text" | "json" | "toml" | "xml" | "mermaid" => self.plain += 1,
            "" => self.problem(fence, "a block without a language: `text` if it is none"),
            other => {
                let problem = format!("`{other}` is neither compiled nor marked as plain");
                self.problem(fence, &problem);
            }
        }
    }

    fn problem(&mut self, line: usize, problem: &str) {
        let place = format!("{}:{line}", self.path.display());
        self.problems.push(format!("{place}: {problem}"));
    }

    /// The samples of one language as a source file; none where the page has none.
    pub(crate) fn source(&self, language: Language) -> Option<String> {
        let samples = self.samples.iter().filter(|s| s.language == language);
        let mut source = String::new();
        let mut line = 1;
        for sample in samples {
            if line == 1 {
                // A page begins with its title, so the first line is never a sample's.
                source.push_str(&self.head(language));
            }
            while line < sample.line {
                source.push('\n');
                line += 1;
            }
            source.push_str(&sample.text);
            line += sample.text.matches('\n').count();
        }
        (line > 1).then_some(source)
    }

    /// Keeps the names of one page apart from another's. Swift has no such means within a module.
    fn head(&self, language: Language) -> String {
        match language {
            Language::Kotlin => format!("package dev.pericard.guide.{}", self.name()),
            Language::Rust | Language::Swift => String::new(),
        }
    }

    /// The page's name as a module of Rust and a package of Kotlin: `docs/src/first-inbox.md` is `first_inbox`.
    pub(crate) fn name(&self) -> String {
        let path = self.path.with_extension("");
        let path = path.strip_prefix("docs/src").unwrap_or(&path);
        path.to_string_lossy()
            .to_lowercase()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "_")
    }

    /// Where its source file lies inside of [`FOLDER`].
    pub(crate) fn file(&self, language: Language) -> PathBuf {
        PathBuf::from(format!("{}.{}", self.path.display(), language.extension()))
    }
}

/// Writes the source files of one language into `folder`.
pub(crate) fn write(pages: &[Page], language: Language, folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for page in pages {
        if let Some(source) = page.source(language) {
            let file = folder.join(page.file(language));
            fs::create_dir_all(file.parent().unwrap_or(folder))
                .and_then(|()| fs::write(&file, source))
                .map_err(|e| format!("{}: {e}", file.display()))?;
        }
    }
    Ok(())
}

/// Names the page instead of the source file wherever a compiler or a panic names one.
///
/// Both `…/guide/docs/src/sync.md.rs:3:5` and Maven's `…/guide/docs/src/sync.md.kt:[3,5]` become
/// `docs/src/sync.md:3:5`.
pub(crate) fn in_pages(text: &str) -> String {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    for line in &mut lines {
        for extension in Language::ALL.map(Language::extension) {
            let suffix = format!(".md.{extension}:");
            while let Some(at) = line.find(&suffix) {
                let start = line[..at]
                    .rfind(|c: char| c.is_whitespace() || "\"'(<".contains(c))
                    .map_or(0, |before| before + 1);
                let folder = format!("/{FOLDER}/");
                let page = line[start..at]
                    .rfind(&folder)
                    .map_or(start, |inside| start + inside + folder.len());
                let rest = &line[at + suffix.len()..];
                *line = format!("{}{}.md:{}", &line[..start], &line[page..at], plain(rest));
            }
        }
    }
    lines.join("\n")
}

/// `[3,5] text` as `3:5 text`.
fn plain(place: &str) -> String {
    let bracketed = place.strip_prefix('[').and_then(|p| p.split_once(']'));
    bracketed.map_or_else(
        || place.to_owned(),
        |(place, rest)| format!("{}{rest}", place.replace(',', ":")),
    )
}
