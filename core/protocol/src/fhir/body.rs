//! The body of a FHIR answer as sound text: the one place where bytes become text.
//!
//! Portals send bytes that are no UTF-8, emoji cut in half and JSON that is none by one token. None of that may cost
//! more than the member it is in. So a body is read in two steps:
//!
//! 1. [`Body::new`] makes text of the bytes. A byte order mark is dropped, bytes that are no UTF-8 become U+FFFD,
//!    and so does half a surrogate pair (`\ud83d` alone, RFC 8259 §8.2). Text in UTF-16 is decoded where its byte
//!    order mark says so.
//! 2. If that text is no JSON, it is *mended* once (`Body::mended`): what writers of JSON by hand are known for
//!    becomes what they meant, or costs its member. What is still no JSON is the caller's to judge.
//!
//! A body without any of this is borrowed and scanned for backslashes, nothing more.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::charset;

/// The body of an answer as text. Prints nothing.
pub struct Body<'a> {
    text: Cow<'a, str>,
    /// Bytes as they came.
    size: usize,
    mended: OnceLock<Option<String>>,
}

impl<'a> Body<'a> {
    /// Makes text of bytes. Copies only what is not sound.
    pub fn new(bytes: &'a [u8]) -> Self {
        let text = match charset::by_byte_order_mark(bytes) {
            Some(text) => text,
            None => utf8(bytes),
        };
        Self {
            size: bytes.len(),
            text: match whole_surrogates(&text) {
                Some(whole) => Cow::Owned(whole),
                None => text,
            },
            mended: OnceLock::new(),
        }
    }

    /// The text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many bytes of memory may be built from it if each of its own may become `times` as many: what making text
    /// of it took is taken off.
    pub(super) fn memory(&self, times: usize) -> usize {
        let copied = match &self.text {
            Cow::Borrowed(_) => 0,
            Cow::Owned(text) => text.len(),
        };
        let mended = self.mended.get().and_then(Option::as_ref);
        let taken = copied + mended.map_or(0, String::len);
        self.size.saturating_mul(times).saturating_sub(taken)
    }

    /// The text without the slips of JSON written by hand, if there is one: control characters and unknown escapes
    /// in strings, commas with nothing after or between them, and words outside of strings. `undefined` and other
    /// languages' words become JSON's; what has no meaning (`NaN`, `007`) becomes `false`, which is a wrong type
    /// wherever it matters. It never becomes `null`, which would be absence. Strings keep what they say.
    pub(super) fn mended(&self) -> Option<&str> {
        self.mended.get_or_init(|| mend(&self.text)).as_deref()
    }
}

impl std::fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body({} bytes)", self.text.len())
    }
}

/// UTF-8, in which each row of bytes that are none becomes one U+FFFD.
fn utf8(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let odd = char::REPLACEMENT_CHARACTER.len_utf8();
    let begins_odd = |chunk: &std::str::Utf8Chunk<'_>| !chunk.valid().is_empty();
    // Counted first, so that it takes no more than it has to.
    let length = bytes
        .utf8_chunks()
        .map(|it| it.valid().len() + odd * usize::from(begins_odd(&it)));
    let mut text = String::with_capacity(length.sum::<usize>() + odd);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() && !text.ends_with(char::REPLACEMENT_CHARACTER) {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    Cow::Owned(text)
}

/// The text with each `\u` escape of half a pair replaced, if there is one.
fn whole_surrogates(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut whole = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        at += found;
        let Some(unit) = unicode_escape(&bytes[at..]) else {
            at = (at + 2).min(bytes.len());
            continue;
        };
        match unit {
            0xd800..=0xdbff => {
                let next = bytes.get(at + 6..).and_then(unicode_escape);
                if next.is_some_and(|next| matches!(next, 0xdc00..=0xdfff)) {
                    at += 12;
                    continue;
                }
            }
            0xdc00..=0xdfff => {}
            _ => {
                at += 6;
                continue;
            }
        }
        if copied == 0 {
            whole.reserve_exact(text.len());
        }
        whole.push_str(&text[copied..at]);
        whole.push_str("\\ufffd");
        at += 6;
        copied = at;
    }
    if copied == 0 {
        return None;
    }
    whole.push_str(&text[copied..]);
    Some(whole)
}

/// The code unit of the escape `\uXXXX` that `bytes` begins with.
fn unicode_escape(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    let mut unit = 0;
    for digit in digits {
        unit = unit * 16 + char::from(*digit).to_digit(16)?;
    }
    Some(unit)
}

/// Mends what [`Body::mended`] says; `None` if there is nothing of it, or so much that it is no JSON with slips.
fn mend(text: &str) -> Option<String> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let bytes = text.as_bytes();
    let mut mended = Mended {
        text,
        copied: 0,
        out: String::new(),
    };
    let mut at = 0;
    // Where the last comma stands while nothing but blanks follows it, and whether a value may begin here.
    let mut comma = None;
    let mut empty = true;
    while let Some(byte) = bytes.get(at) {
        if mended.is_full() {
            return None;
        }
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' => at += 1,
            b'"' => {
                at = mended.string(at + 1);
                (comma, empty) = (None, false);
            }
            b',' => {
                if empty {
                    mended.replace(at, at + 1, "");
                } else {
                    comma = Some(at);
                    empty = true;
                }
                at += 1;
            }
            b'{' | b'[' => {
                (comma, empty) = (None, true);
                at += 1;
            }
            b'}' | b']' => {
                if let Some(comma) = comma.take() {
                    mended.remove_comma(comma);
                }
                empty = false;
                at += 1;
            }
            b':' => {
                (comma, empty) = (None, false);
                at += 1;
            }
            _ => {
                let end = token_end(bytes, at);
                if let Some(meant) = meant(&text[at..end]) {
                    mended.replace(at, end, meant);
                }
                (comma, empty) = (None, false);
                at = end;
            }
        }
    }
    mended.finish()
}

/// The end of what stands outside of strings up to the next sign of JSON.
fn token_end(bytes: &[u8], at: usize) -> usize {
    let is_sign = |b: &u8| {
        matches!(
            b,
            b' ' | b'\n' | b'\r' | b'\t' | b'"' | b',' | b':' | b'{' | b'}' | b'[' | b']'
        )
    };
    let length = bytes[at..].iter().position(is_sign);
    length.map_or(bytes.len(), |length| at + length)
}

/// What to write for a token that is none of JSON's.
fn meant(token: &str) -> Option<&'static str> {
    match token {
        "undefined" | "None" | "NULL" | "Null" => Some("null"),
        "True" | "TRUE" => Some("true"),
        _ if serde_json::from_str::<serde::de::IgnoredAny>(token).is_ok() => None,
        _ => Some("false"),
    }
}

struct Mended<'a> {
    text: &'a str,
    copied: usize,
    out: String,
}

impl Mended<'_> {
    /// How much longer the text may become.
    fn room(&self) -> usize {
        self.text.len() / 4 + 1024
    }

    fn is_full(&self) -> bool {
        self.out.len() > self.copied + self.room()
    }

    fn replace(&mut self, from: usize, to: usize, with: &str) {
        if self.copied == 0 {
            self.out.reserve_exact(self.text.len() + self.room() + 16);
        }
        self.out.push_str(&self.text[self.copied..from]);
        self.out.push_str(with);
        self.copied = to;
    }

    /// Takes back a comma with nothing but blanks after it, be it copied already or not.
    fn remove_comma(&mut self, at: usize) {
        if at >= self.copied {
            self.replace(at, at + 1, "");
        } else if self.out.trim_end().ends_with(',') {
            let length = self.out.trim_end().len() - 1;
            self.out.truncate(length);
        }
    }

    /// Mends a string whose content begins at `at`; returns what follows its closing quote.
    fn string(&mut self, mut at: usize) -> usize {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(at) {
            if self.is_full() {
                break;
            }
            match byte {
                b'"' => return at + 1,
                b'\\' => match bytes.get(at + 1) {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
                    Some(b'u') if unicode_escape(&bytes[at..]).is_some() => at += 6,
                    // An escape of another language: what is escaped is kept.
                    _ => {
                        self.replace(at, at + 1, "\\\\");
                        at += 1;
                    }
                },
                0..=0x1f => {
                    self.replace(at, at + 1, &format!("\\u{byte:04x}"));
                    at += 1;
                }
                _ => at += 1,
            }
        }
        at
    }

    fn finish(mut self) -> Option<String> {
        if self.copied == 0 {
            return None;
        }
        self.out.push_str(&self.text[self.copied..]);
        Some(self.out)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_sound_is_borrowed() {
        for text in [
            "",
            "{}",
            r#"{"a":"\ud83d\ude00 \\ud83d \u00e9 \" \n"}"#,
            "{\"a\":\"ü😀\"}",
        ] {
            let body = Body::new(text.as_bytes());
            assert!(matches!(body.text, Cow::Borrowed(_)), "{text}");
            assert_eq!(body.text(), text);
        }
    }

    #[test]
    fn bytes_become_text() {
        let text = |bytes: &[u8]| Body::new(bytes).text().to_owned();
        assert_eq!(text(b"\xef\xbb\xbf{}"), "{}");
        assert_eq!(text(b"{\"a\":\"caf\xe9\"}"), "{\"a\":\"caf\u{fffd}\"}");
        assert_eq!(text(b"{\"a\":\"\xf0\x9f\x98\"}"), "{\"a\":\"\u{fffd}\"}");
        assert_eq!(
            text(b"{\"a\":\"\xff\xff\xfe-\xff\"}"),
            "{\"a\":\"\u{fffd}-\u{fffd}\"}"
        );
        assert_eq!(text(b"\xff\xfe{\0}\0"), "{}");
        assert_eq!(text(b"\xfe\xff\0{\0}"), "{}");
        assert_eq!(text(br#""\ud83d""#), r#""\ufffd""#);
        assert_eq!(text(br#""\ude00a\uD83Db""#), r#""\ufffda\ufffdb""#);
        assert_eq!(text(br#""\ud83d\ud83d\ude00""#), r#""\ufffd\ud83d\ude00""#);
        assert_eq!(text(br#""\ud83d\n""#), r#""\ufffd\n""#);
        assert_eq!(text(br#""\\\ud83d""#), r#""\\\ufffd""#);
        assert_eq!(text(br#""\ud8"#), r#""\ud8"#);
    }

    #[test]
    fn known_slips_are_mended() {
        let mended = |text: &str| Body::new(text.as_bytes()).mended().map(str::to_owned);
        for (slip, meant) in [
            ("[NaN, -Infinity,undefined]", "[false, false,null]"),
            ("[007,1.5e3,-0,+1]", "[false,1.5e3,-0,false]"),
            ("{\"a\":True}", "{\"a\":true}"),
            ("[1,]", "[1]"),
            ("{\"a\":1 , \n}", "{\"a\":1  \n}"),
            ("[,1,,2]", "[1,2]"),
            ("[NaN,]", "[false]"),
            ("[1,,]", "[1]"),
            ("[\"a\tb\nc\",]", "[\"a\\u0009b\\u000ac\"]"),
            (r#"["it\'s \x41"]"#, r#"["it\\'s \\x41"]"#),
            (r#"["\u12"]"#, r#"["\\u12"]"#),
        ] {
            let mended = mended(slip);
            assert_eq!(mended.as_deref(), Some(meant), "{slip}");
            assert!(serde_json::from_str::<serde_json::Value>(&mended.unwrap()).is_ok());
        }
        assert_eq!(mended(&format!("[\"{}\"]", "\u{1}".repeat(10_000))), None);
        assert_eq!(mended("<html>NaN</html>"), None);
        assert_eq!(mended("{\"a\":\"NaN,]\",\"b\":[1, 2]}"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fail_loudly(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = Body::new(&bytes).mended();
        }

        #[test]
        fn what_is_mended_needs_no_mending(text in r#"[\[\]{},: "\\udfNa1\n]{0,30}"#) {
            if let Some(once) = mend(&text) {
                prop_assert_eq!(mend(&once), None, "{}", once);
            }
        }

        #[test]
        fn json_is_never_changed(text in "\\PC{0,20}", n in any::<i32>()) {
            let json = serde_json::json!({"a": [text, n, null, true, {"b": {}}], "c": []}).to_string();
            prop_assert_eq!(mend(&json), None);
            prop_assert_eq!(whole_surrogates(&json), None);
        }
    }
}
