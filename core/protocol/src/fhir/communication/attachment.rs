//! A file as FHIR describes it (<https://hl7.org/fhir/R4/datatypes.html#Attachment>), and the text in it where it
//! came along and is one.

use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use serde::Deserialize;

use crate::bounded;
use crate::fhir::instant::PartialDate;
use crate::fhir::{charset, datatypes, markup};

/// A file. Every member comes from the sender: the type and the title are claims.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// MIME type.
    #[serde(default, deserialize_with = "bounded::text")]
    pub content_type: Option<String>,
    /// Where it can be fetched.
    #[serde(default, deserialize_with = "bounded::text")]
    pub url: Option<String>,
    /// The content itself, base64, if it came along.
    #[serde(default, deserialize_with = "bounded::text")]
    pub data: Option<String>,
    /// Bytes.
    #[serde(default, deserialize_with = "bounded::size")]
    pub size: Option<u64>,
    /// SHA-1 of the content, base64.
    #[serde(default, deserialize_with = "bounded::text")]
    pub hash: Option<String>,
    /// A name to show.
    #[serde(default, deserialize_with = "bounded::text")]
    pub title: Option<String>,
    /// When it was made.
    #[serde(default, deserialize_with = "datatypes::date")]
    #[cfg_attr(test, serde(skip_serializing))]
    pub creation: Option<PartialDate>,
}

/// Base64 as it is written by servers: with either alphabet, broken into lines, with padding or without.
static BASE64: LazyLock<Option<Encoding>> = LazyLock::new(|| {
    let mut form = Specification::new();
    form.symbols
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    form.translate.from.push_str("-_");
    form.translate.to.push_str("+/");
    form.ignore.push_str(" \t\r\n=");
    form.check_trailing_bits = false;
    form.encoding().ok()
});

impl Attachment {
    /// The content, if it came along and is base64.
    pub fn content(&self) -> Option<Vec<u8>> {
        let data = self.data.as_deref().filter(|data| !data.is_empty())?;
        BASE64.as_ref()?.decode(data.as_bytes()).ok()
    }

    /// Whether the content came along.
    pub fn is_inline(&self) -> bool {
        self.data.as_deref().is_some_and(|data| !data.is_empty())
    }

    /// The text of the content, if that came along and is plain text, HTML or XHTML. `None` for anything else: a file.
    pub(super) fn text(&self) -> Option<String> {
        let said = self.content_type.as_deref().unwrap_or_default();
        let mut parts = said.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_markup = match kind.as_str() {
            "text/plain" | "text/markdown" | "text" | "" => false,
            "text/html" | "application/xhtml+xml" | "text/xhtml" | "application/xhtml" => true,
            _ => return None,
        };
        let content = self.content()?;
        if kind.is_empty() && !is_plain(&content) {
            return None;
        }
        let charset = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            let is_charset = name.trim().eq_ignore_ascii_case("charset");
            is_charset.then(|| value.trim().trim_matches(['"', '\'']))
        });
        let text = charset::decode(&content, charset)?;
        Some(match is_markup {
            true => markup::text(&text),
            false => text.into_owned(),
        })
    }

    /// Whether nothing is known of it.
    pub(super) fn is_empty(&self) -> bool {
        let said = [
            &self.url,
            &self.data,
            &self.hash,
            &self.title,
            &self.content_type,
        ];
        let says = |it: &&Option<String>| it.as_deref().is_some_and(|it| !it.trim().is_empty());
        said.iter().all(|it| !says(it)) && self.size.is_none()
    }
}

/// Whether bytes of an unknown type can only be meant as text.
fn is_plain(content: &[u8]) -> bool {
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    let known = [
        &b"%PDF"[..],
        b"{\\rtf",
        b"<?xml",
        b"<svg",
        b"MSH|",
        b"BEGIN:",
    ];
    !known.iter().any(|mark| content.starts_with(mark))
        && std::str::from_utf8(content).is_ok_and(|text| text.chars().all(is_text))
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attachment(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn inline(kind: &str, content: &[u8]) -> Attachment {
        Attachment {
            content_type: Some(kind.into()),
            data: Some(data_encoding::BASE64.encode(content)),
            ..Attachment::default()
        }
    }

    #[test]
    fn inline_text_is_read_in_its_character_set() {
        for (kind, content, text) in [
            ("text/plain", &b"caf\xc3\xa9"[..], "café"),
            ("Text/Plain;charset=UTF-8", b"caf\xc3\xa9", "café"),
            (
                "text/plain; format=flowed; Charset=\"ISO-8859-1\"",
                b"caf\xe9",
                "café",
            ),
            ("text/plain; charset=windows-1252", b"\x80 5", "€ 5"),
            ("text/plain; charset=utf-16", b"\xfe\xff\0H\0i", "Hi"),
            ("text/plain; charset=utf-16le", b"H\0i\0", "Hi"),
            (
                "text/html",
                b"<p>One</p><p>Two<br>Three</p>",
                "One\n\nTwo\nThree",
            ),
            (
                "application/xhtml+xml; charset=iso-8859-1",
                b"<p>caf\xe9 &amp; t&eacute;</p>",
                "café & té",
            ),
        ] {
            assert_eq!(
                inline(kind, content).text().as_deref(),
                Some(text),
                "{kind}"
            );
        }
        for kind in [
            "application/pdf",
            "image/png",
            "text/csv",
            "text/plain; charset=big5",
        ] {
            assert_eq!(inline(kind, b"abc").text(), None, "{kind}");
        }
        let untyped = |content: &[u8]| Attachment {
            content_type: None,
            ..inline("", content)
        };
        assert_eq!(untyped(b"Hello\nAna").text().as_deref(), Some("Hello\nAna"));
        assert_eq!(untyped(b"%PDF-1.7").text(), None);
        assert_eq!(untyped(b"\x89PNG").text(), None);
    }

    #[test]
    fn base64_is_read_as_it_is_written() {
        let text = |data: &str| {
            let attachment = Attachment {
                content_type: Some("text/plain".into()),
                data: Some(data.into()),
                ..Attachment::default()
            };
            attachment.text()
        };
        for data in [
            "SGk/Pw==",
            "SGk/Pw",
            "SGk_Pw",
            "SG\r\nk/\n Pw==\n",
            "SGk/Px==",
        ] {
            assert_eq!(text(data).as_deref(), Some("Hi??"), "{data}");
        }
        assert_eq!(text("SGk*"), None);
        assert_eq!(text(""), None);
    }
}
