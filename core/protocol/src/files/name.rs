//! A name under which a file can be saved, whatever its sender calls it.
//!
//! A name from a record is text of a stranger. Used as a path it climbs (`../../x`), hides (`.profile`), names a device
//! (`CON`), writes a stream of another file (`a:b`, NTFS) or reads other than it is (`fdp.exe` written from right to left:
//! U+202E, CVE-2021-42574). What [`safe`] returns is one path component that does none of this on any file system in use:
//!
//! - letters, digits, marks and punctuation of any script; no controls, no characters without width, nothing that turns
//!   the direction of writing; none of `/ \ : * ? " < > |`, each of which becomes `_`;
//! - no dot or blank at either end, since Windows drops those at the end and a dot at the beginning hides a file;
//! - at most [`LONGEST`] characters and [`LONGEST_BYTES`] bytes, the extension kept;
//! - no name of a device of Windows (`CON`, `NUL`, `COM1`, …), with or without an extension;
//! - never empty: [`UNNAMED`], with the usual extension of the type, where nothing is left.
//!
//! The extension is not changed to fit the type, nor is one appended: `invoice.pdf.exe` stays what it is, for the eye to
//! see, and the type is told beside it. Which program opens a file is the app's decision, by the type and not by the name.

/// The longest name, in characters.
pub const LONGEST: usize = 120;
/// The longest name in UTF-8: file systems take 255, and copies append to a name.
pub const LONGEST_BYTES: usize = 200;
/// The name of what has none.
pub const UNNAMED: &str = "file";
/// What counts as an extension is at most so long; anything longer is part of the name.
const LONGEST_EXTENSION: usize = 16;

/// Returns a name that can be used as one path component anywhere. `media_type` is only asked where `name` says nothing.
pub fn safe(name: &str, media_type: &str) -> String {
    let mut plain = String::new();
    // A claimed path is cut down to its last part: `C:\scans\knee.pdf` is `knee.pdf`.
    let last = name.rsplit(['/', '\\']).find(|part| !is_blank(part));
    for c in last.unwrap_or_default().chars() {
        match c {
            c if is_invisible(c) => {}
            c if c.is_whitespace() || c.is_control() => {
                if !plain.ends_with(' ') {
                    plain.push(' ');
                }
            }
            ':' | '*' | '?' | '"' | '<' | '>' | '|' => plain.push('_'),
            c => plain.push(c),
        }
    }
    let plain = shortened(trimmed(&plain));
    if plain.is_empty() {
        return match extension_of(media_type) {
            Some(extension) => format!("{UNNAMED}.{extension}"),
            None => UNNAMED.to_owned(),
        };
    }
    match is_device(&plain) {
        true => format!("_{plain}"),
        false => plain,
    }
}

fn is_blank(part: &str) -> bool {
    part.chars()
        .all(|c| c == '.' || c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// Neither dot nor blank at an end.
fn trimmed(name: &str) -> &str {
    name.trim_matches(|c: char| c == '.' || c.is_whitespace())
}

/// What has no width, turns the direction of writing, or is no character (Unicode categories Cf, Co, Cn, as far as names
/// are affected). The joiners that scripts need between letters stay: without them Persian words change.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{fdd0}'..='\u{fdef}'
        | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

/// At most [`LONGEST`] characters and [`LONGEST_BYTES`] bytes, with the extension.
fn shortened(name: &str) -> String {
    let fits = |name: &str| name.chars().count() <= LONGEST && name.len() <= LONGEST_BYTES;
    if fits(name) {
        return name.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.chars().count() <= LONGEST_EXTENSION => {
            (stem, format!(".{extension}"))
        }
        _ => (name, String::new()),
    };
    let mut short = String::new();
    let most = LONGEST - extension.chars().count();
    for c in stem.chars().take(most) {
        if short.len() + c.len_utf8() + extension.len() > LONGEST_BYTES {
            break;
        }
        short.push(c);
    }
    format!("{}{extension}", trimmed(&short))
}

/// Devices of Windows, which are files in every folder
/// (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>).
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim();
    let upper = stem.to_uppercase();
    let numbered = |prefix: &str| {
        upper.strip_prefix(prefix).is_some_and(|rest| {
            let mut rest = rest.chars();
            matches!(
                (rest.next(), rest.next()),
                (Some('0'..='9' | '¹' | '²' | '³'), None)
            )
        })
    };
    matches!(
        upper.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    ) || numbered("COM")
        || numbered("LPT")
}

/// The usual extension of a type that messages bring.
fn extension_of(media_type: &str) -> Option<&'static str> {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    Some(match essence.to_ascii_lowercase().as_str() {
        "application/pdf" => "pdf",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/png" => "png",
        "image/heic" => "heic",
        "image/gif" => "gif",
        "image/tiff" => "tiff",
        "text/plain" => "txt",
        "text/csv" => "csv",
        "application/dicom" => "dcm",
        "application/rtf" | "text/rtf" => "rtf",
        "video/mp4" => "mp4",
        "audio/mpeg" => "mp3",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_becomes_one_harmless_component() {
        for (said, safe_name) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ana\\knee.pdf", "knee.pdf"),
            ("..", "file.pdf"),
            ("", "file.pdf"),
            (" . ", "file.pdf"),
            ("a/", "a"),
            (".profile", "profile"),
            ("...hidden", "hidden"),
            ("name. ", "name"),
            ("con", "_con"),
            ("NUL.pdf", "_NUL.pdf"),
            ("com1.txt", "_com1.txt"),
            ("COM¹", "_COM¹"),
            ("company.pdf", "company.pdf"),
            ("a:b.pdf", "a_b.pdf"),
            ("a\u{0}b\nc.pdf", "a b c.pdf"),
            ("scan\u{202e}fdp.exe", "scanfdp.exe"),
            ("invoice.pdf.exe", "invoice.pdf.exe"),
            ("Befund Müller – Knie.pdf", "Befund Müller – Knie.pdf"),
            ("نتيجة.pdf", "نتيجة.pdf"),
            ("検査結果.pdf", "検査結果.pdf"),
            ("zero\u{200b}width.pdf", "zerowidth.pdf"),
        ] {
            assert_eq!(safe(said, "application/pdf; x=1"), safe_name, "{said:?}");
        }
        assert_eq!(safe("", "application/x-unknown"), "file");
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let long = safe(&format!("{}.pdf", "a".repeat(400)), "");
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with("a.pdf"));
        let wide = safe(&format!("{}.pdf", "検".repeat(400)), "");
        assert!(wide.len() <= LONGEST_BYTES && wide.ends_with("検.pdf"));
        let no_extension = safe(&format!("a.{}", "b".repeat(400)), "");
        assert_eq!(no_extension.chars().count(), LONGEST);
    }

    proptest! {
        #[test]
        fn no_name_is_more_than_one_component(name in ".*|[./\\\\: a-c\u{202e}\u{200b}]{0,40}", kind in ".{0,30}") {
            let safe_name = safe(&name, &kind);
            prop_assert!(!safe_name.is_empty() && safe_name.len() <= LONGEST_BYTES + 1);
            prop_assert!(safe_name.chars().count() <= LONGEST + 1);
            prop_assert!(!safe_name.starts_with(['.', ' ']) && !safe_name.ends_with(['.', ' ']));
            prop_assert!(!safe_name.chars().any(|c| "/\\:*?\"<>|".contains(c) || c.is_control() || is_invisible(c)));
            prop_assert!(!is_device(&safe_name));
            // Saving what was saved changes nothing more.
            prop_assert_eq!(safe(&safe_name, &kind), safe_name);
        }
    }
}
