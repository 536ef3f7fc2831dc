#![allow(clippy::unwrap_used)]

use super::seal::{PIECE, TAG};
use super::*;
use crate::platform::Platform;
use crate::platform::error::PericardError;
use crate::storage::Partition;

struct Person {
    partition: Partition,
    folder: tempfile::TempDir,
    platform: Platform,
    key: crate::keys::PersonKey,
}

impl Person {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let platform = Platform::real("test");
        let root = crate::keys::tests::vault(false)
            .0
            .new_content_root("a")
            .unwrap();
        let wrapped = root.new_person(&platform, "p").unwrap();
        let key = root.person("p", &wrapped).unwrap();
        let path = folder.path().join("p.db");
        let partition = Partition::open(&path, &key, &platform, "ana", std::iter::empty()).unwrap();
        Self {
            partition,
            folder,
            platform,
            key,
        }
    }

    fn store(&self, bytes: &[u8]) -> i64 {
        let mut writer = ContentWriter::new(self.partition.files());
        for piece in bytes.chunks(50_000) {
            writer.write(piece).unwrap();
        }
        let saved = writer.finish().unwrap();
        let id = self
            .partition
            .local(|tx| save(tx.connection(), None, &saved))
            .unwrap();
        writer.kept();
        id
    }

    fn read(&self, id: i64, from: u64, most: usize) -> Result<Option<Vec<u8>>> {
        self.partition
            .read(|c| self.partition.files().read(c, id, from, most))
    }

    /// The sealed files.
    fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path().join("p.files"));
        let mut files: Vec<PathBuf> = entries
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        files.sort();
        files
    }
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|n| (n * 7 + n / 251) as u8).collect()
}

#[test]
fn every_part_of_a_content_reads_back() {
    let person = Person::new();
    for count in [
        0,
        1,
        SMALL,
        SMALL + 1,
        5 * PIECE,
        5 * PIECE + 1,
        6 * PIECE - 1,
    ] {
        let content = bytes(count);
        let id = person.store(&content);
        assert_eq!(person.read(id, 0, count + 9).unwrap().unwrap(), content);
        for (from, most) in [(0, 1), (count / 2, 70_000), (count.saturating_sub(1), 9)] {
            let part = person.read(id, from as u64, most).unwrap().unwrap();
            let wanted = &content[from.min(count)..(from + most).min(count)];
            assert_eq!(part, wanted, "{count} {from} {most}");
        }
        assert_eq!(person.read(id, count as u64, 5).unwrap().unwrap(), b"");
    }
    assert_eq!(person.files().len(), 4);
    assert_eq!(person.read(99, 0, 1).unwrap(), None);
}

#[test]
fn nothing_of_a_large_content_is_on_disk_in_plain() {
    let person = Person::new();
    let content = b"A canary of Ana sits in the cage. ".repeat(20_000);
    person.store(&content);
    let [file] = &person.files()[..] else {
        panic!("one file")
    };
    let sealed = std::fs::read(file).unwrap();
    assert!(!sealed.windows(6).any(|window| window == b"canary"));
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(name.len() == 26 && name.bytes().all(|b| b.is_ascii_alphanumeric()));
}

#[test]
fn what_was_changed_moved_or_cut_is_noticed() {
    let person = Person::new();
    let (content, other) = (bytes(6 * PIECE + 100), bytes(6 * PIECE + 200));
    let id = person.store(&content);
    let file = person.files().remove(0);
    person.store(&other);
    let another = person.files().into_iter().find(|it| *it != file).unwrap();
    let whole = std::fs::read(&file).unwrap();
    let sealed = PIECE + TAG;
    let mut flipped = whole.clone();
    flipped[3 * sealed + 5] ^= 1;
    let mut swapped = whole.clone();
    swapped[..sealed].copy_from_slice(&whole[sealed..2 * sealed]);
    swapped[sealed..2 * sealed].copy_from_slice(&whole[..sealed]);
    let cut = whole[..6 * sealed].to_vec();
    let mut taken = whole.clone();
    taken[..sealed].copy_from_slice(&std::fs::read(another).unwrap()[..sealed]);
    let longer = [&whole[..], b"more"].concat();
    for changed in [flipped, swapped, cut, taken, longer] {
        std::fs::write(&file, changed).unwrap();
        assert_eq!(
            person.read(id, 0, content.len()).err(),
            Some(PericardError::DAMAGED)
        );
    }
    std::fs::write(&file, &whole).unwrap();
    assert_eq!(person.read(id, 0, content.len()).unwrap(), Some(content));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(person.read(id, 0, 1).err(), Some(PericardError::DAMAGED));
    let files = person.partition.files();
    assert!(!person.partition.read(|c| files.is_here(c, id)).unwrap());
}

#[test]
fn a_file_goes_with_its_row_and_what_has_none_is_swept() {
    let person = Person::new();
    let id = person.store(&bytes(SMALL + 1));
    assert_eq!(person.files().len(), 1);
    // A transaction that fails removes nothing.
    let failed = person.partition.local(|tx| {
        delete(tx.connection(), id)?;
        Err::<(), _>(PericardError::NotFound)
    });
    assert!(failed.is_err());
    assert_eq!(person.files().len(), 1);
    person
        .partition
        .local(|tx| delete(tx.connection(), id))
        .unwrap();
    assert_eq!(person.files().len(), 0);
    // A writer that is given up leaves nothing; one that a crash ends leaves a file without a row.
    let mut writer = ContentWriter::new(person.partition.files());
    writer.write(&bytes(2 * SMALL)).unwrap();
    assert_eq!(person.files().len(), 1);
    std::mem::forget(writer);
    let kept = person.store(&bytes(SMALL + 1));
    let Person {
        partition,
        folder,
        platform,
        key,
    } = person;
    drop(partition);
    let path = folder.path().join("p.db");
    let partition = Partition::open(&path, &key, &platform, "ana", std::iter::empty()).unwrap();
    let person = Person {
        partition,
        folder,
        platform,
        key,
    };
    assert_eq!(person.files().len(), 1);
    assert!(person.read(kept, 0, 1).unwrap().is_some());
}

#[test]
fn a_part_goes_on_in_another_process_from_its_last_whole_piece() {
    let person = Person::new();
    let content = bytes(10 * PIECE + 77);
    let files = person.partition.files();
    let mut writer = ContentWriter::new(files);
    assert!(writer.part().unwrap().is_none());
    writer.write(&content[..7 * PIECE + 500]).unwrap();
    let part = writer.part().unwrap().unwrap();
    let id = person
        .partition
        .local(|tx| save(tx.connection(), None, &part))
        .unwrap();
    writer.kept();
    // More is written than was noted, and torn.
    writer
        .write(&content[7 * PIECE + 500..9 * PIECE + 9])
        .unwrap();
    drop(writer);
    assert_eq!(person.read(id, 0, 1).unwrap(), None);
    let mut here = Vec::new();
    person
        .partition
        .read(|c| files.read_part(c, id, |piece| here.extend_from_slice(piece)))
        .unwrap();
    assert_eq!(here, content[..7 * PIECE]);
    let resumed = person
        .partition
        .read(|c| ContentWriter::resume(files, c, id));
    let mut writer = resumed.unwrap().unwrap();
    assert_eq!(writer.size(), 7 * PIECE as u64);
    writer.write(&content[7 * PIECE..]).unwrap();
    let saved = writer.finish().unwrap();
    person
        .partition
        .local(|tx| save(tx.connection(), Some(id), &saved))
        .unwrap();
    assert_eq!(person.read(id, 0, content.len()).unwrap(), Some(content));
}
