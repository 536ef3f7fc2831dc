//! Looking for what must not be on disk, in the ways in which it could be there.
//!
//! Each canary is looked for as UTF-8, UTF-16, hexadecimal and base64. Base64 depends on where in its surroundings a
//! text begins, so all three alignments are tried, without the ends that the neighbours decide.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::Path;

use data_encoding::{BASE64, BASE64URL, HEXLOWER};

/// Shorter ones would be found by accident in random bytes.
const SHORTEST: usize = 8;
const KEY: usize = 4;

/// What is looked for.
#[derive(Default)]
pub(crate) struct Canaries {
    words: BTreeSet<Vec<u8>>,
}

/// Where a canary was.
pub(crate) struct Found {
    /// How often anything was found.
    pub(crate) times: u64,
    /// How many bytes were looked through.
    pub(crate) bytes: u64,
    /// In how many files.
    pub(crate) files: u64,
}

impl Canaries {
    /// Looks for `text` from now on, if it is long enough.
    pub(crate) fn add(&mut self, text: impl AsRef<[u8]>) {
        let text = text.as_ref();
        if text.len() >= SHORTEST {
            self.words.insert(text.to_vec());
        }
    }

    /// Looks for the words and for the beginning of a letter.
    pub(crate) fn add_letter(&mut self, text: &str) {
        let whole = |line: &&str| line.len() >= 2 * SHORTEST;
        self.add(text.lines().find(whole).unwrap_or_default());
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            self.add(word);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// All of them in plain text, for the control.
    pub(crate) fn in_plain(&self) -> Vec<u8> {
        self.words
            .iter()
            .flat_map(|word| [word.as_slice(), b"\n"].concat())
            .collect()
    }

    /// How often any of them is in the files below `folder`.
    pub(crate) fn search(&self, folder: &Path) -> io::Result<Found> {
        let needles = Needles::of(self);
        let mut found = Found {
            times: 0,
            bytes: 0,
            files: 0,
        };
        below(folder, &mut |bytes| {
            found.times += needles.count(bytes);
            found.bytes += bytes.len() as u64;
            found.files += 1;
        })?;
        Ok(found)
    }
}

/// Calls `look` with the content of each file below `folder`.
fn below(folder: &Path, look: &mut impl FnMut(&[u8])) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            below(&entry.path(), look)?;
        } else {
            look(&std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// Every canary in every way of writing it, by its first bytes.
struct Needles {
    /// Whether anything begins with these two bytes: answers for almost every place.
    likely: Vec<bool>,
    by_key: HashMap<[u8; KEY], Vec<Vec<u8>>>,
}

impl Needles {
    fn of(canaries: &Canaries) -> Self {
        let mut needles = Self {
            likely: vec![false; 1 << 16],
            by_key: HashMap::new(),
        };
        let written: BTreeSet<Vec<u8>> =
            canaries.words.iter().flat_map(|word| ways(word)).collect();
        for needle in written {
            let Some(key) = needle.first_chunk::<KEY>().copied() else {
                continue;
            };
            needles.likely[usize::from(u16::from_le_bytes([key[0], key[1]]))] = true;
            needles.by_key.entry(key).or_default().push(needle);
        }
        needles
    }

    fn count(&self, bytes: &[u8]) -> u64 {
        let mut count = 0;
        for (at, pair) in bytes.windows(2).enumerate() {
            if !self.likely[usize::from(u16::from_le_bytes([pair[0], pair[1]]))] {
                continue;
            }
            let rest = &bytes[at..];
            let needles = rest
                .first_chunk::<KEY>()
                .and_then(|key| self.by_key.get(key));
            let hits = needles
                .into_iter()
                .flatten()
                .filter(|needle| rest.starts_with(needle));
            count += hits.count() as u64;
        }
        count
    }
}

/// `word` as it could lie in a file.
fn ways(word: &[u8]) -> Vec<Vec<u8>> {
    let mut ways = vec![word.to_vec(), HEXLOWER.encode(word).into_bytes()];
    if let Ok(text) = std::str::from_utf8(word) {
        ways.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        ways.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    for skipped in 0..3 {
        let body = word.get(skipped..).unwrap_or_default();
        let body = &body[..body.len() / 3 * 3];
        // Six bytes give eight characters: anything shorter would be found by accident.
        if body.len() >= 6 {
            ways.push(BASE64.encode(body).into_bytes());
            ways.push(BASE64URL.encode(body).into_bytes());
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn canaries() -> Canaries {
        let mut canaries = Canaries::default();
        canaries.add("marmalade sandwich");
        canaries
    }

    fn found_in(bytes: &[u8]) -> u64 {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("inner")).unwrap();
        std::fs::write(folder.path().join("inner/file"), bytes).unwrap();
        canaries().search(folder.path()).unwrap().times
    }

    #[test]
    fn a_canary_is_found_however_it_is_written() {
        let text = "bear likes a marmalade sandwich.";
        let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
        let mut written: Vec<Vec<u8>> = vec![
            text.into(),
            HEXLOWER.encode(text.as_bytes()).into(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
        ];
        let base64 = |before: &str| {
            BASE64
                .encode(format!("{before}{text}").as_bytes())
                .into_bytes()
        };
        written.extend(["", "a", "ab"].map(base64));
        for bytes in written {
            assert!(found_in(&bytes) >= 1, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(found_in(b"bear likes a marmalade sandwic"), 0);
        assert_eq!(found_in(b""), 0);
    }

    #[test]
    fn short_words_are_left_out_because_random_bytes_hold_them() {
        let mut canaries = Canaries::default();
        canaries.add_letter("a tiny bit of everything");
        assert_eq!(canaries.len(), 2);
    }
}
