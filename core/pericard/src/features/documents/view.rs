//! What of a file can be shown: its bytes are looked at, and made safe (`pericard_protocol::showing`).
//!
//! Uses: `model`

use pericard_protocol::showing::pdf::{Scanner, Seen};
use pericard_protocol::showing::sniff::{self, HEAD, Sniffed};
use pericard_protocol::showing::{self, Page, cda, html};

use crate::platform::error::{PericardError, Result};
use crate::storage::Partition;

use super::model::{ActiveContent, DocumentView};

/// The largest content that is turned into a page or a text.
const MOST_TEXT: u64 = 4 * 1024 * 1024;
/// Bytes that are looked at at once.
const PIECE: usize = 1024 * 1024;

/// What can be shown of a content that the portal says is of type `claimed`.
pub(super) fn view(partition: &Partition, content: i64, claimed: &str) -> Result<DocumentView> {
    let size = partition.read(|c| partition.files().size(c, content))?;
    let size = size.ok_or(PericardError::NotFound)?;
    let head = read(partition, content, 0, HEAD)?;
    let found = sniff::sniff(&head);
    let content_type = sniff::media_type(found).to_owned();
    if !sniff::agrees(claimed, found) {
        return Ok(DocumentView::AnotherType {
            claimed: claimed.to_owned(),
            found: content_type,
        });
    }
    let save_only = DocumentView::SaveOnly {
        content_type: content_type.clone(),
    };
    match found {
        Sniffed::Pdf => pdf(partition, content, size),
        Sniffed::Image(_) => Ok(DocumentView::Image { content_type }),
        Sniffed::Rtf | Sniffed::Other => Ok(save_only),
        _ if size > MOST_TEXT => Ok(save_only),
        marked => {
            let whole = whole(partition, content, size)?;
            let Some(text) = showing::decode(&whole, claimed) else {
                return Ok(save_only);
            };
            Ok(text_or_page(&text, marked, claimed).unwrap_or(save_only))
        }
    }
}

fn text_or_page(text: &str, found: Sniffed, claimed: &str) -> Option<DocumentView> {
    let claimed = claimed.trim().to_ascii_lowercase();
    let is_page = claimed.starts_with("text/html") || claimed.starts_with("application/xhtml");
    match found {
        Sniffed::Cda => cda::narrative(text).ok().map(page),
        // What is only text is shown as it is, whatever is written in it.
        Sniffed::Html if !claimed.starts_with("text/plain") => Some(page(html::clean(text))),
        _ if is_page => Some(page(html::clean(text))),
        _ => Some(DocumentView::Text {
            text: showing::plain(text),
        }),
    }
}

fn page(page: Page) -> DocumentView {
    DocumentView::Page {
        html: page.html,
        text: page.text,
    }
}

fn pdf(partition: &Partition, content: i64, size: u64) -> Result<DocumentView> {
    let mut scanner = Scanner::default();
    let mut at = 0;
    while at < size {
        let piece = read(partition, content, at, PIECE)?;
        if piece.is_empty() {
            break;
        }
        at += piece.len() as u64;
        scanner.add(&piece);
    }
    let seen = scanner.end();
    Ok(DocumentView::Pdf {
        active_content: active(seen),
        hidden_parts: seen.hidden_parts,
    })
}

fn active(seen: Seen) -> Vec<ActiveContent> {
    let all = [
        (seen.script, ActiveContent::Script),
        (seen.action, ActiveContent::Action),
        (seen.launch, ActiveContent::Launch),
        (seen.files, ActiveContent::Files),
        (seen.form, ActiveContent::Form),
    ];
    let seen = all.into_iter().filter(|(is_there, _)| *is_there);
    seen.map(|(_, what)| what).collect()
}

fn whole(partition: &Partition, content: i64, size: u64) -> Result<Vec<u8>> {
    let mut whole = Vec::new();
    while (whole.len() as u64) < size {
        let piece = read(partition, content, whole.len() as u64, PIECE)?;
        if piece.is_empty() {
            break;
        }
        whole.extend(piece);
    }
    Ok(whole)
}

fn read(partition: &Partition, content: i64, from: u64, most: usize) -> Result<Vec<u8>> {
    let read = partition.read(|c| partition.files().read(c, content, from, most))?;
    read.ok_or(PericardError::NotFound)
}
