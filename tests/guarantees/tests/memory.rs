//! What is left in memory once the content is locked, in a process that wipes what it frees, as the shipped library does.
//!
//! The portal is in another process: this one has nothing to hold but what the core holds. What is looked for is kept
//! masked, so that the search does not find itself.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::Command;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use pericard::{Account, Keystore, SessionState};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use pericard_portal::ControlServer;
use serde_json::json;

#[global_allocator]
static ALLOCATOR: pericard_zeroalloc::Zeroing = pericard_zeroalloc::Zeroing;

const MASK: u8 = 0xa5;
/// Says to this program that it is the process with the client in it, and which file to make when all was searched.
const ROLE: &str = "PERICARD_MEMORY_SEARCHED";
/// A word of a message, masked.
const CANARY: [u8; 16] = masked(*b"zebrafinch-77313");
/// The PIN, masked.
const PIN: [u8; 12] = masked(*b"270419385164");

const fn masked<const N: usize>(mut bytes: [u8; N]) -> [u8; N] {
    let mut at = 0;
    while at < N {
        bytes[at] ^= MASK;
        at += 1;
    }
    bytes
}

fn bare(masked: &[u8]) -> Vec<u8> {
    masked.iter().map(|byte| byte ^ MASK).collect()
}

/// How often what is masked stands in the writable memory of this process.
fn copies(wanted: &[u8]) -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let memory = File::open("/proc/self/mem").unwrap();
    let mut piece = vec![0_u8; 1 << 16];
    let mut found = 0;
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        if !rights.starts_with("rw") || line.contains("[vvar") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let number = |text| u64::from_str_radix(text, 16).unwrap();
        let (mut at, end) = (number(from), number(to));
        while at < end {
            let size = piece.len().min((end - at) as usize);
            let Ok(read) = memory.read_at(&mut piece[..size], at) else {
                break;
            };
            let found_here = piece[..read].windows(wanted.len()).filter(|window| {
                window
                    .iter()
                    .zip(wanted)
                    .all(|(byte, masked)| byte ^ MASK == *masked)
            });
            found += found_here.count();
            piece.fill(0);
            if read < size || size <= wanted.len() {
                break;
            }
            // What lies across the border of two pieces is in the next one whole.
            at += (size - (wanted.len() - 1)) as u64;
            if end - at < wanted.len() as u64 {
                break;
            }
        }
    }
    found
}

#[test]
fn after_locking_neither_content_nor_key_nor_pin_is_in_memory() {
    if std::env::var_os(ROLE).is_some() {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let portals = runtime.block_on(ControlServer::start(0, false)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let searched = folder.path().join("searched");
    let client = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_with_the_client", "--nocapture"])
        .env(ROLE, &searched)
        .env("PERICARD_PORTAL_CONTROL", portals.url())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&client.stdout);
    let failed = String::from_utf8_lossy(&client.stderr);
    assert!(client.status.success(), "{said}\n{failed}");
    assert!(searched.exists(), "{said}\n{failed}");
}

#[test]
fn the_process_with_the_client() {
    let Some(searched) = std::env::var_os(ROLE) else {
        return;
    };
    run(async move {
        let harness = Harness::with(json!({ "ana": { "threads": 1, "messages": 4 } })).await;
        let ana = harness.sign_in("ana").await.unwrap();
        // At the portal it is a text among others; here nobody but the core writes it.
        let text = String::from_utf8(bare(&CANARY)).unwrap();
        harness
            .portal(json!({ "new_message": { "who": "ana", "text": format!("I saw a {text} today."), "subject": "A bird" } }))
            .await;
        drop(text);
        sync(&ana).await.unwrap();
        let mut root_before = kept(&harness, &ana);
        root_before.iter_mut().for_each(|byte| *byte ^= MASK);
        ana.lock().set_pin(None, bare(&PIN)).await.unwrap();
        let key = ana.lock().add_key(bare(&PIN)).await.unwrap();
        let root = masked_root(&harness, &ana, &key);
        assert_ne!(root_before, root);
        let thread = threads(&ana).await.unwrap().remove(0);
        let page = inbox(&ana)
            .messages(thread.id.clone(), None, 50)
            .await
            .unwrap();
        // The counter-test: while it is open, the same search finds it.
        assert!(
            copies(&CANARY) > 0,
            "the content is not in memory while it is shown"
        );
        assert!(
            copies(&root) > 0,
            "the key is not in memory while it is in use"
        );
        drop((page, thread));
        ana.lock().lock().await.unwrap();
        assert_eq!(ana.session(), SessionState::Locked);
        // What ends in the background has ended.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(copies(&CANARY), 0, "of the content");
        assert_eq!(copies(&root), 0, "of the key");
        assert_eq!(copies(&root_before), 0, "of the key of before");
        assert_eq!(copies(&PIN), 0, "of the PIN");
        std::fs::write(searched, "").unwrap();
    });
}

/// What the keystore has of the content.
fn kept(harness: &Harness, account: &Account) -> Vec<u8> {
    let name = format!("{}.content.{}", directory_id(harness), account.id());
    let keystore: std::sync::Arc<dyn Keystore> = harness.world.keystore();
    keystore.load(name).unwrap().unwrap()
}

fn directory_id(harness: &Harness) -> String {
    let directory = harness.world.config().directory;
    let id = std::fs::read_to_string(std::path::Path::new(&directory).join("id"));
    id.unwrap().trim().to_owned()
}

/// The content's key under a PIN, opened with the shell's `key`; masked.
fn masked_root(harness: &Harness, account: &Account, key: &[u8]) -> Vec<u8> {
    const PURPOSE: &[u8] = b"pericard content root, unlock key";
    let kept = kept(harness, account);
    // Version, cost and salt, the wrap of the PIN, that of the shell's key.
    let (nonce, sealed) = kept[1 + 24 + 60..].split_at(12);
    let whose = format!("{}|{}", directory_id(harness), account.id());
    let info = [PURPOSE, b"\0", whose.as_bytes()];
    let mut under = [0; 32];
    let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(key);
    let expanded = extracted.expand(&info, hkdf::HKDF_SHA256).unwrap();
    expanded.fill(&mut under).unwrap();
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &under).unwrap());
    let nonce = Nonce::try_assume_unique_for_key(nonce).unwrap();
    let bound = Aad::from([&[1], PURPOSE, b"\0", whose.as_bytes()].concat());
    let mut root = sealed.to_vec();
    cipher.open_in_place(nonce, bound, &mut root).unwrap();
    root.truncate(32);
    root.iter_mut().for_each(|byte| *byte ^= MASK);
    root
}
