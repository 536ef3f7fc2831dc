//! How much room an account takes on disk.

use std::path::Path;

/// Bytes of one account's files.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// The people's databases, with what lies beside them.
    pub(crate) databases: u64,
    /// The access log, with what lies beside it.
    pub(crate) log: u64,
    /// Files of messages.
    pub(crate) files: u64,
    /// How many those are.
    pub(crate) file_count: u64,
}

impl Sizes {
    /// Looks at what is in an account's folder. What cannot be looked at counts as nothing. Blocks.
    pub(super) fn of(folder: &Path) -> Self {
        let mut sizes = Self::default();
        for entry in entries(folder) {
            let (path, name) = (entry.path(), entry.file_name());
            match name.to_string_lossy() {
                _ if path.is_dir() => {
                    for file in entries(&path) {
                        sizes.files += bytes(&file.path());
                        sizes.file_count += 1;
                    }
                }
                name if name.starts_with("access_log") => sizes.log += bytes(&path),
                _ => sizes.databases += bytes(&path),
            }
        }
        sizes
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = std::fs::DirEntry> {
    std::fs::read_dir(folder).into_iter().flatten().flatten()
}

/// Bytes of a file; nothing for one that is not there.
pub(super) fn bytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn databases_log_and_files_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("p.files")).unwrap();
        for (name, bytes) in [
            ("p.db", 10),
            ("p.db-wal", 5),
            ("access_log", 3),
            ("p.files/a", 2),
            ("p.files/b", 2),
        ] {
            std::fs::write(path(name), vec![0; bytes]).unwrap();
        }
        let sizes = Sizes {
            databases: 15,
            log: 3,
            files: 4,
            file_count: 2,
        };
        assert_eq!(Sizes::of(folder.path()), sizes);
        assert_eq!(Sizes::of(&path("nothing")), Sizes::default());
    }
}
