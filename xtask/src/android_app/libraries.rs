//! The libraries of the app and the tools that stand in for the SDK, fetched by Maven and unpacked into the cache.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::command;
use crate::fetching;
use crate::maven;
use crate::paths::Paths;
use crate::toolchain::{self, Absent};

/// What `libraries.txt` names, on disk.
pub(super) struct Libraries {
    folder: PathBuf,
}

/// A library of Android: classes and resources in one archive, unpacked.
pub(super) struct Unpacked(pub(super) PathBuf);

impl Libraries {
    pub(super) fn fetch(paths: &Paths) -> Result<Self, Absent> {
        if !toolchain::has("mvn") {
            return Err(fetching::missing(
                "no Maven here: install maven and a JDK of 17 or newer",
            ));
        }
        let list = paths.root.join("android/app/libraries.txt");
        let folder = fetching::named_by(paths, "android", &list)?;
        if !folder.exists() {
            let parts = fetching::fresh(&folder)?;
            let text = fs::read_to_string(&list).map_err(|e| format!("{}: {e}", list.display()))?;
            for section in sections(&text) {
                section.fetch(paths, &parts)?;
            }
            fetching::settle(&parts, &folder)?;
        }
        Ok(Self { folder })
    }

    /// The jars of a section, and those of its unpacked archives.
    pub(super) fn jars(&self, section: &str) -> Result<Vec<PathBuf>, String> {
        let mut jars = jars_in(&self.folder.join(section))?;
        for library in self.unpacked(section)? {
            jars.push(library.0.join("classes.jar"));
            // What an archive carries of others' libraries.
            let inner = library.0.join("libs");
            if inner.exists() {
                jars.extend(jars_in(&inner)?);
            }
        }
        Ok(jars)
    }

    /// The archives of a section.
    pub(super) fn unpacked(&self, section: &str) -> Result<Vec<Unpacked>, String> {
        let mut folders = listed(&self.folder.join(section))?;
        folders.retain(|path| path.is_dir());
        Ok(folders.into_iter().map(Unpacked).collect())
    }

    /// The one jar of a section that begins with `name`.
    pub(super) fn jar(&self, section: &str, name: &str) -> Result<PathBuf, String> {
        let jars = self.jars(section)?.into_iter();
        let begins = |path: &PathBuf| {
            path.file_name()
                .is_some_and(|file| file.to_string_lossy().starts_with(name))
        };
        jars.into_iter()
            .find(begins)
            .ok_or_else(|| format!("libraries.txt has no {name}"))
    }

    pub(super) fn folder(&self, section: &str) -> PathBuf {
        self.folder.join(section)
    }

    /// The linker of resources, for this machine.
    pub(super) fn aapt2(&self) -> Result<PathBuf, String> {
        let (name, tool) = match std::env::consts::OS {
            "macos" => ("prebuilt/macosx/aapt2", "aapt2"),
            "windows" => ("prebuilt/windows/aapt2.exe", "aapt2.exe"),
            _ => ("prebuilt/linux/aapt2", "aapt2"),
        };
        let to = self.folder.join(tool);
        if !to.exists() {
            let archive = self.jar("tools", "apktool-lib")?;
            let parts = to.with_extension(std::process::id().to_string());
            extract(&archive, name, &parts)?;
            fs::rename(&parts, &to).map_err(|e| format!("{}: {e}", to.display()))?;
        }
        Ok(to)
    }
}

/// Sorted, so that the order in which classes are looked for is always the same.
fn listed(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn jars_in(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut jars = listed(folder)?;
    jars.retain(|path| path.extension().is_some_and(|end| end == "jar"));
    Ok(jars)
}

/// A section of the list: `[name]`, or `[name+]` where what a library needs comes with it.
#[derive(Debug, PartialEq, Eq)]
struct Section<'a> {
    name: &'a str,
    with_all: bool,
    libraries: Vec<&'a str>,
}

fn sections(text: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            sections.push(Section {
                name: name.trim_end_matches('+'),
                with_all: name.ends_with('+'),
                libraries: Vec::new(),
            });
        } else if let Some(section) = sections.last_mut() {
            section.libraries.push(line);
        }
    }
    sections
}

impl Section<'_> {
    /// Has Maven put them into a folder, and unpacks what is an archive of Android.
    fn fetch(&self, paths: &Paths, into: &Path) -> Result<(), String> {
        let pom = into.join(format!("{}.pom.xml", self.name));
        let folder = into.join(self.name);
        fs::write(&pom, self.pom()?).map_err(|e| format!("{}: {e}", pom.display()))?;
        let mut copy = maven::of(paths, &pom);
        copy.arg("dependency:copy-dependencies")
            .arg(format!("-DoutputDirectory={}", folder.display()));
        command::run(&mut copy).text_or_error()?;
        for archive in listed(&folder)? {
            if archive.extension().is_some_and(|end| end == "aar") {
                unpack(&archive, &archive.with_extension(""))?;
                fs::remove_file(&archive).map_err(|e| format!("{}: {e}", archive.display()))?;
            }
        }
        Ok(())
    }

    /// A project that depends on them. What an archive of Android needs is named in the list: Maven takes it for a jar.
    fn pom(&self) -> Result<String, String> {
        let mut pom = format!(
            "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n<modelVersion>4.0.0</modelVersion>\n\
             <groupId>dev.pericard</groupId><artifactId>{}</artifactId><version>1</version><packaging>pom</packaging>\n\
             <repositories><repository><id>google</id><url>https://maven.google.com</url></repository></repositories>\n\
             <dependencies>\n",
            self.name
        );
        for library in &self.libraries {
            let parts: Vec<&str> = library.split([':', '@']).collect();
            let [group, artifact, version, kind] = parts.as_slice() else {
                return Err(format!(
                    "libraries.txt: {library} is not group:name:version@type"
                ));
            };
            let alone = if self.with_all {
                ""
            } else {
                "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
            };
            pom.push_str(&format!(
                "<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>\
                 <type>{kind}</type>{alone}</dependency>\n"
            ));
        }
        pom.push_str("</dependencies>\n</project>\n");
        Ok(pom)
    }
}

fn unpack(archive: &Path, into: &Path) -> Result<(), String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", archive.display());
    let file = File::open(archive).map_err(|e| at(&e))?;
    let mut zip = ZipArchive::new(file).map_err(|e| at(&e))?;
    zip.extract(into).map_err(|e| at(&e))
}

/// One file of an archive.
pub(super) fn extract(archive: &Path, name: &str, to: &Path) -> Result<(), String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", archive.display());
    let file = File::open(archive).map_err(|e| at(&e))?;
    let mut zip = ZipArchive::new(file).map_err(|e| at(&e))?;
    let mut entry = zip.by_name(name).map_err(|e| at(&e))?;
    let mut out = File::create(to).map_err(|e| format!("{}: {e}", to.display()))?;
    io::copy(&mut entry, &mut out).map_err(|e| at(&e))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        out.set_permissions(fs::Permissions::from_mode(0o755))
            .map_err(|e| format!("{}: {e}", to.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Section, sections};

    #[test]
    fn a_section_is_read_with_its_libraries() {
        let text = "# all\n[app]\n# why\ng:a:1@aar\ng:b:2@jar\n\n[tool+]\ng:c:3@jar\n";
        let read = sections(text);
        assert_eq!(
            read,
            [
                Section {
                    name: "app",
                    with_all: false,
                    libraries: vec!["g:a:1@aar", "g:b:2@jar"]
                },
                Section {
                    name: "tool",
                    with_all: true,
                    libraries: vec!["g:c:3@jar"]
                },
            ]
        );
        let alone = read[0].pom().expect("a pom");
        assert!(alone.contains(
            "<artifactId>a</artifactId><version>1</version><type>aar</type><exclusions>"
        ));
        assert!(!read[1].pom().expect("a pom").contains("<exclusions>"));
    }

    #[test]
    fn a_line_that_names_no_type_is_told() {
        let error = sections("[app]\ng:a:1\n")[0].pom().expect_err("no type");
        assert!(error.contains("g:a:1 is not"), "{error}");
    }
}
