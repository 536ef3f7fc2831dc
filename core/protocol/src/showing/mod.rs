//! What of a document can be shown, and made safe to be shown.
//!
//! Nothing is shown as what its record claims before it was looked at: [`sniff`] says what the bytes are. Marked-up text
//! becomes one page without anything active and without an address that anything is loaded from; PDF and pictures are for
//! the platform's viewers, and what a PDF would do when it is opened is told.
//!
//! | it is | it is shown as |
//! |---|---|
//! | PDF, PNG, JPEG, GIF, WebP | itself, by the platform |
//! | HTML, XHTML | a cleaned page: [`html`] |
//! | CDA R2 | its narrative, the same way: [`cda`] |
//! | plain text, other XML | text |
//! | anything else, RTF and a CDA around a file included | only to be saved |

pub mod cda;
pub mod html;
pub mod pdf;
pub mod sniff;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod vectors;

use std::borrow::Cow;

use crate::display_text;
use crate::fhir::{charset, markup};

/// Marked-up text, made safe.
#[derive(Clone, PartialEq, Eq)]
pub struct Page {
    /// A whole page: nothing in it is active, and nothing is loaded.
    pub html: String,
    /// The same as text.
    pub text: String,
}

impl Page {
    fn new(clean: String) -> Self {
        Self {
            text: markup::text(&clean),
            html: html::page(&clean),
        }
    }
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Page(..)")
    }
}

/// The text of bytes whose media type may name a character set. `None` if that is not known.
pub fn decode<'a>(bytes: &'a [u8], media_type: &str) -> Option<Cow<'a, str>> {
    let mut parameters = media_type.split(';').skip(1);
    let set = parameters.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let is_set = name.trim().eq_ignore_ascii_case("charset");
        is_set.then(|| value.trim().trim_matches(['"', '\'']))
    });
    charset::decode(bytes, set)
}

/// Plain text, fit to be shown.
pub fn plain(text: &str) -> String {
    display_text::body(text).into_owned()
}
