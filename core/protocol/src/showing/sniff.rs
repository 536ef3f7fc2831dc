//! What a content is, by its bytes, and whether that is what was claimed.
//!
//! The signatures are those of the formats' own specifications; the order and the white space before HTML follow the
//! WHATWG's MIME sniffing (<https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type>).

/// What a content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniffed {
    /// A PDF.
    Pdf,
    /// A picture that platforms show.
    Image(&'static str),
    /// HTML or XHTML.
    Html,
    /// A clinical document (CDA R2).
    Cda,
    /// Other XML.
    Xml,
    /// Text.
    Text,
    /// Rich text.
    Rtf,
    /// None of these.
    Other,
}

/// Bytes of the beginning that are looked at.
pub const HEAD: usize = 4096;

/// What a content is whose first bytes these are.
pub fn sniff(head: &[u8]) -> Sniffed {
    let head = &head[..head.len().min(HEAD)];
    // Readers take a PDF whose header lies in its first kilobyte (ISO 32000-1, Annex H).
    let near = &head[..head.len().min(1024)];
    if near.windows(5).any(|it| it == b"%PDF-") {
        return Sniffed::Pdf;
    }
    match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => {
            return Sniffed::Image("image/png");
        }
        [0xff, 0xd8, 0xff, ..] => return Sniffed::Image("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => return Sniffed::Image("image/gif"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => {
            return Sniffed::Image("image/webp");
        }
        [b'{', b'\\', b'r', b't', b'f', ..] => return Sniffed::Rtf,
        _ => {}
    }
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    if !wide
        && head
            .iter()
            .any(|byte| matches!(byte, 0..=8 | 0x0e..=0x1a | 0x1c..=0x1f))
    {
        return Sniffed::Other;
    }
    let text = match crate::fhir::charset::decode(head, None) {
        Some(text) => text.trim_start().to_ascii_lowercase(),
        None => return Sniffed::Other,
    };
    markup(&text)
}

fn markup(text: &str) -> Sniffed {
    let is_xml = text.starts_with("<?xml");
    if root_is(text, "clinicaldocument") {
        return Sniffed::Cda;
    }
    const HTML: [&str; 17] = [
        "!doctype html",
        "html",
        "head",
        "body",
        "title",
        "meta",
        "script",
        "style",
        "div",
        "p",
        "h1",
        "table",
        "font",
        "br",
        "a",
        "b",
        "iframe",
    ];
    let mut rest = text;
    // A declaration and comments may come before the first element.
    while let Some(after) = skipped(rest) {
        rest = after.trim_start();
    }
    let element = rest.strip_prefix('<');
    let is_html = element.is_some_and(|rest| {
        HTML.iter().any(|name| {
            let after = rest.strip_prefix(name);
            after.is_some_and(|it| it.starts_with([' ', '>', '/', '\n', '\r', '\t']))
        })
    });
    match (
        is_html,
        is_xml || element.is_some_and(|it| it.starts_with(|c: char| c.is_ascii_alphabetic())),
    ) {
        (true, _) => Sniffed::Html,
        (false, true) => Sniffed::Xml,
        (false, false) => Sniffed::Text,
    }
}

/// What follows a declaration, an instruction or a comment.
fn skipped(text: &str) -> Option<&str> {
    let after = |begin: &str, end: &str| text.strip_prefix(begin)?.split_once(end).map(|it| it.1);
    after("<?", "?>").or_else(|| after("<!--", "-->"))
}

/// Whether the first element has this name, in any namespace.
fn root_is(text: &str, name: &str) -> bool {
    let mut rest = text;
    while let Some(after) = skipped(rest) {
        rest = after.trim_start();
    }
    let Some(element) = rest.strip_prefix('<') else {
        return false;
    };
    let end = element.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
    let full = &element[..end.unwrap_or(element.len())];
    full.rsplit(':').next() == Some(name)
}

/// Whether a content may be shown as what it is, although its record claims `media_type`. Nothing claimed, or a type that
/// says nothing, is no other type; text under another textual type is no harm, since it is shown as text.
pub fn agrees(media_type: &str, found: Sniffed) -> bool {
    let claimed = media_type.split(';').next().unwrap_or_default();
    let claimed = claimed.trim().to_ascii_lowercase();
    match claimed.as_str() {
        "" | "application/octet-stream" | "binary/octet-stream" => true,
        "application/pdf" | "application/x-pdf" => found == Sniffed::Pdf,
        "image/jpg" | "image/pjpeg" => found == Sniffed::Image("image/jpeg"),
        "application/rtf" | "text/rtf" => found == Sniffed::Rtf,
        "text/html" | "application/xhtml+xml" => {
            matches!(found, Sniffed::Html | Sniffed::Xml | Sniffed::Text)
        }
        "application/xml" | "text/xml" | "application/hl7-cda+xml" | "application/cda+xml" => {
            matches!(found, Sniffed::Cda | Sniffed::Xml | Sniffed::Html)
        }
        kind if kind.starts_with("image/") => match found {
            Sniffed::Image(is) => is == kind,
            // A format that is not known here, such as TIFF.
            found => found == Sniffed::Other && !is_known(kind),
        },
        kind if kind.starts_with("text/") || kind.ends_with("+xml") || kind.ends_with("json") => {
            matches!(
                found,
                Sniffed::Text | Sniffed::Html | Sniffed::Xml | Sniffed::Cda
            )
        }
        // Anything else is only saved; it must not be something that is shown.
        _ => matches!(found, Sniffed::Other | Sniffed::Text | Sniffed::Rtf),
    }
}

fn is_known(image: &str) -> bool {
    ["image/png", "image/jpeg", "image/gif", "image/webp"].contains(&image)
}

/// The media type that a content has, as far as it is known.
pub fn media_type(found: Sniffed) -> &'static str {
    match found {
        Sniffed::Pdf => "application/pdf",
        Sniffed::Image(kind) => kind,
        Sniffed::Html => "text/html",
        Sniffed::Cda | Sniffed::Xml => "application/xml",
        Sniffed::Text => "text/plain",
        Sniffed::Rtf => "application/rtf",
        Sniffed::Other => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_known_by_its_bytes() {
        for (bytes, is) in [
            (&b"%PDF-1.7\n"[..], Sniffed::Pdf),
            (b"\n\njunk\n%PDF-1.4", Sniffed::Pdf),
            (b"\x89PNG\r\n\x1a\n....", Sniffed::Image("image/png")),
            (b"\xff\xd8\xff\xe0", Sniffed::Image("image/jpeg")),
            (b"GIF89a..", Sniffed::Image("image/gif")),
            (b"RIFF1234WEBPVP8", Sniffed::Image("image/webp")),
            (b"<!DOCTYPE html><p>", Sniffed::Html),
            (b"  <!-- a --><HTML lang='en'>", Sniffed::Html),
            (b"<?xml version='1.0'?><html xmlns='x'>", Sniffed::Html),
            (
                b"<?xml version='1.0'?><!-- x --><ClinicalDocument xmlns='urn:hl7-org:v3'>",
                Sniffed::Cda,
            ),
            (
                b"<n1:ClinicalDocument xmlns:n1='urn:hl7-org:v3'>",
                Sniffed::Cda,
            ),
            (b"<?xml version='1.0'?><note/>", Sniffed::Xml),
            (b"{\\rtf1\\ansi", Sniffed::Rtf),
            (b"Dear Ana,\r\nall is well.", Sniffed::Text),
            (b"Gr\xfc\xdfe", Sniffed::Text),
            (b"PK\x03\x04", Sniffed::Other),
            (b"MZ\x90\x00", Sniffed::Other),
            (b"", Sniffed::Text),
        ] {
            assert_eq!(sniff(bytes), is, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn another_type_than_it_says_is_noticed() {
        for (claimed, found) in [
            ("application/pdf", Sniffed::Html),
            ("application/pdf", Sniffed::Other),
            ("image/png", Sniffed::Html),
            ("image/png", Sniffed::Image("image/jpeg")),
            ("text/plain", Sniffed::Pdf),
            ("text/html", Sniffed::Pdf),
            ("application/rtf", Sniffed::Html),
            ("application/dicom", Sniffed::Html),
            ("application/zip", Sniffed::Pdf),
        ] {
            assert!(!agrees(claimed, found), "{claimed} {found:?}");
        }
        for (claimed, found) in [
            ("application/pdf", Sniffed::Pdf),
            ("IMAGE/JPG", Sniffed::Image("image/jpeg")),
            ("text/plain; charset=utf-8", Sniffed::Html),
            ("application/hl7-cda+xml", Sniffed::Cda),
            ("", Sniffed::Pdf),
            ("image/tiff", Sniffed::Other),
            ("application/zip", Sniffed::Other),
        ] {
            assert!(agrees(claimed, found), "{claimed} {found:?}");
        }
    }
}
