//! Text in the character sets that attachments come in.
//!
//! UTF-8, UTF-16 and the sets of one byte per character that portals in Europe and the Near East have written. The
//! tables are those of the WHATWG (<https://encoding.spec.whatwg.org/#legacy-single-byte-encodings>), five kilobytes
//! in all; a library for every set ever used would weigh fifty times that. A set that is not here is not guessed:
//! what is in it stays a file.

use std::borrow::Cow;

/// Text of bytes in the named set; without a name, by a byte order mark, else UTF-8. Bytes without a meaning there
/// become U+FFFD. `None` if the set is not known.
pub(crate) fn decode<'a>(bytes: &'a [u8], label: Option<&str>) -> Option<Cow<'a, str>> {
    if let Some(text) = by_byte_order_mark(bytes) {
        return Some(text);
    }
    let label = label.unwrap_or("utf-8").trim().to_ascii_lowercase();
    let high = match label.as_str() {
        "" | "utf-8" | "utf8" | "us-ascii" | "ascii" => {
            return Some(utf8_or_western(bytes));
        }
        "utf-16" | "utf-16le" | "utf16" => return Some(utf16(bytes, u16::from_le_bytes).into()),
        "utf-16be" => return Some(utf16(bytes, u16::from_be_bytes).into()),
        // Whoever says Latin 1 means this (WHATWG).
        "iso-8859-1" | "iso8859-1" | "iso_8859-1" | "latin1" | "latin-1" | "windows-1252"
        | "cp1252" | "x-cp1252" => WINDOWS_1252,
        "windows-1250" | "cp1250" | "x-cp1250" => WINDOWS_1250,
        "windows-1251" | "cp1251" | "x-cp1251" => WINDOWS_1251,
        "windows-1253" | "cp1253" | "x-cp1253" => WINDOWS_1253,
        "windows-1254" | "cp1254" | "x-cp1254" | "iso-8859-9" | "iso8859-9" | "latin5" => {
            WINDOWS_1254
        }
        "windows-1255" | "cp1255" | "x-cp1255" => WINDOWS_1255,
        "windows-1256" | "cp1256" | "x-cp1256" => WINDOWS_1256,
        "windows-1257" | "cp1257" | "x-cp1257" => WINDOWS_1257,
        "iso-8859-2" | "iso8859-2" | "latin2" => ISO_8859_2,
        "iso-8859-5" | "iso8859-5" => ISO_8859_5,
        "iso-8859-7" | "iso8859-7" => ISO_8859_7,
        "iso-8859-15" | "iso8859-15" | "latin9" => ISO_8859_15,
        _ => return None,
    };
    Some(single_byte(bytes, high).into())
}

/// Text whose byte order mark says that it is UTF-8 or UTF-16, without the mark.
pub(super) fn by_byte_order_mark(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return Some(String::from_utf8_lossy(rest));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return Some(utf16(rest, u16::from_le_bytes).into());
    }
    let rest = bytes.strip_prefix(b"\xfe\xff")?;
    Some(utf16(rest, u16::from_be_bytes).into())
}

/// The character that HTML means by a reference to a C1 control: that of windows-1252.
pub(super) fn western(byte: u8) -> char {
    high(WINDOWS_1252)
        .nth(usize::from(byte.saturating_sub(0x80)))
        .unwrap_or('\u{fffd}')
}

/// UTF-8; bytes that cannot be it, and so cannot be what they are said to be, are read as windows-1252.
fn utf8_or_western(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) if has_utf8(bytes) => String::from_utf8_lossy(bytes),
        Err(_) => single_byte(bytes, WINDOWS_1252).into(),
    }
}

/// Whether some character of more than one byte is sound UTF-8.
fn has_utf8(bytes: &[u8]) -> bool {
    bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii())
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (units, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 2);
    let chars = char::decode_utf16(units.iter().map(|pair| unit(*pair)));
    text.extend(chars.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    if !odd.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}

fn high(table: &'static str) -> impl Iterator<Item = char> {
    table.chars()
}

fn single_byte(bytes: &[u8], table: &'static str) -> String {
    let high: Vec<char> = high(table).collect();
    let char_of = |byte: &u8| match byte {
        0..=0x7f => char::from(*byte),
        _ => high
            .get(usize::from(byte - 0x80))
            .copied()
            .unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    // Counted first, so that it takes no more than it has to.
    let length = bytes.iter().map(|byte| char_of(byte).len_utf8()).sum();
    let mut text = String::with_capacity(length);
    text.extend(bytes.iter().map(char_of));
    text
}

const WINDOWS_1250: &str = "€\u{81}‚\u{83}„…†‡\u{88}‰Š‹ŚŤŽŹ\u{90}‘’“”•–—\u{98}™š›śťžź\u{a0}ˇ˘Ł¤Ą¦§¨©Ş«¬\u{ad}®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙";
const WINDOWS_1251: &str = "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{98}™љ›њќћџ\u{a0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{ad}®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя";
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ\u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ";
const WINDOWS_1253: &str = "€\u{81}‚ƒ„…†‡\u{88}‰\u{8a}‹\u{8c}\u{8d}\u{8e}\u{8f}\u{90}‘’“”•–—\u{98}™\u{9a}›\u{9c}\u{9d}\u{9e}\u{9f}\u{a0}΅Ά£¤¥¦§¨©\u{fffd}«¬\u{ad}®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ\u{fffd}ΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ\u{fffd}";
const WINDOWS_1254: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}\u{8e}\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}\u{9e}Ÿ\u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛÜİŞßàáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ";
const WINDOWS_1255: &str = "€\u{81}‚ƒ„…†‡ˆ‰\u{8a}‹\u{8c}\u{8d}\u{8e}\u{8f}\u{90}‘’“”•–—˜™\u{9a}›\u{9c}\u{9d}\u{9e}\u{9f}\u{a0}¡¢£₪¥¦§¨©×«¬\u{ad}®¯°±²³´µ¶·¸¹÷»¼½¾¿\u{5b0}\u{5b1}\u{5b2}\u{5b3}\u{5b4}\u{5b5}\u{5b6}\u{5b7}\u{5b8}\u{5b9}\u{fffd}\u{5bb}\u{5bc}\u{5bd}\u{5be}\u{5bf}\u{5c0}\u{5c1}\u{5c2}\u{5c3}\u{5f0}\u{5f1}\u{5f2}\u{5f3}\u{5f4}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{5d0}\u{5d1}\u{5d2}\u{5d3}\u{5d4}\u{5d5}\u{5d6}\u{5d7}\u{5d8}\u{5d9}\u{5da}\u{5db}\u{5dc}\u{5dd}\u{5de}\u{5df}\u{5e0}\u{5e1}\u{5e2}\u{5e3}\u{5e4}\u{5e5}\u{5e6}\u{5e7}\u{5e8}\u{5e9}\u{5ea}\u{fffd}\u{fffd}\u{200e}\u{200f}\u{fffd}";
const WINDOWS_1256: &str = "€\u{67e}‚ƒ„…†‡ˆ‰\u{679}‹Œ\u{686}\u{698}\u{688}\u{6af}‘’“”•–—\u{6a9}™\u{691}›œ\u{200c}\u{200d}\u{6ba}\u{a0}\u{60c}¢£¤¥¦§¨©\u{6be}«¬\u{ad}®¯°±²³´µ¶·¸¹\u{61b}»¼½¾\u{61f}\u{6c1}\u{621}\u{622}\u{623}\u{624}\u{625}\u{626}\u{627}\u{628}\u{629}\u{62a}\u{62b}\u{62c}\u{62d}\u{62e}\u{62f}\u{630}\u{631}\u{632}\u{633}\u{634}\u{635}\u{636}×\u{637}\u{638}\u{639}\u{63a}\u{640}\u{641}\u{642}\u{643}à\u{644}â\u{645}\u{646}\u{647}\u{648}çèéêë\u{649}\u{64a}îï\u{64b}\u{64c}\u{64d}\u{64e}ô\u{64f}\u{650}÷\u{651}ù\u{652}ûü\u{200e}\u{200f}\u{6d2}";
const WINDOWS_1257: &str = "€\u{81}‚\u{83}„…†‡\u{88}‰\u{8a}‹\u{8c}¨ˇ¸\u{90}‘’“”•–—\u{98}™\u{9a}›\u{9c}¯˛\u{9f}\u{a0}\u{fffd}¢£¤\u{fffd}¦§Ø©Ŗ«¬\u{ad}®Æ°±²³´µ¶·ø¹ŗ»¼½¾æĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅÓŌÕÖ×ŲŁŚŪÜŻŽßąįāćäåęēčéźėģķīļšńņóōõö÷ųłśūüżž˙";
const ISO_8859_2: &str = "\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8a}\u{8b}\u{8c}\u{8d}\u{8e}\u{8f}\u{90}\u{91}\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9a}\u{9b}\u{9c}\u{9d}\u{9e}\u{9f}\u{a0}Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u{ad}ŽŻ°ą˛ł´ľśˇ¸šşťź˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙";
const ISO_8859_5: &str = "\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8a}\u{8b}\u{8c}\u{8d}\u{8e}\u{8f}\u{90}\u{91}\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9a}\u{9b}\u{9c}\u{9d}\u{9e}\u{9f}\u{a0}ЁЂЃЄЅІЇЈЉЊЋЌ\u{ad}ЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя№ёђѓєѕіїјљњћќ§ўџ";
const ISO_8859_7: &str = "\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8a}\u{8b}\u{8c}\u{8d}\u{8e}\u{8f}\u{90}\u{91}\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9a}\u{9b}\u{9c}\u{9d}\u{9e}\u{9f}\u{a0}‘’£€₯¦§¨©ͺ«¬\u{ad}\u{fffd}―°±²³΄΅Ά·ΈΉΊ»Ό½ΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ\u{fffd}ΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ\u{fffd}";
const ISO_8859_15: &str = "\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8a}\u{8b}\u{8c}\u{8d}\u{8e}\u{8f}\u{90}\u{91}\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9a}\u{9b}\u{9c}\u{9d}\u{9e}\u{9f}\u{a0}¡¢£€¥Š§š©ª«¬\u{ad}®¯°±²³Žµ¶·ž¹º»ŒœŸ¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn text_is_read_in_the_set_that_it_is_in() {
        for (bytes, label, text) in [
            (&b"caf\xc3\xa9"[..], None, "café"),
            (b"caf\xc3\xa9", Some("UTF-8"), "café"),
            (b"\xef\xbb\xbfcaf\xc3\xa9", Some("iso-8859-1"), "café"),
            (b"caf\xe9 \x80", Some("ISO-8859-1"), "café €"),
            (b"caf\xe9", Some("utf-8"), "café"),
            (b"\xc3\xa9 \xe9", None, "é \u{fffd}"),
            (b"\xa4 \xbd", Some("iso-8859-15"), "€ œ"),
            (b"\xe8\x9e\xb9", Some("windows-1250"), "čžą"),
            (b"\xe8\xbe\xb9", Some("iso-8859-2"), "čžš"),
            (b"\xcf\xf0\xe8", Some("windows-1251"), "При"),
            (b"\xe3\xe9\xe1", Some("iso-8859-7"), "για"),
            (b"\xff\xfeH\0i\0", None, "Hi"),
            (b"H\0i\0", Some("utf-16"), "Hi"),
            (b"\0H\0i", Some("utf-16be"), "Hi"),
            (b"\x3d\xd8H\0", Some("utf-16le"), "\u{fffd}H"),
            (b"H\0i", Some("utf-16le"), "H\u{fffd}"),
        ] {
            assert_eq!(decode(bytes, label).unwrap(), text, "{label:?}");
        }
        assert_eq!(decode(b"a", Some("shift_jis")), None);
        assert_eq!((western(0x96), western(0x80)), ('–', '€'));
    }

    #[test]
    fn every_table_is_whole() {
        for table in [
            WINDOWS_1250,
            WINDOWS_1251,
            WINDOWS_1252,
            WINDOWS_1253,
            WINDOWS_1254,
            WINDOWS_1255,
            WINDOWS_1256,
            WINDOWS_1257,
            ISO_8859_2,
            ISO_8859_5,
            ISO_8859_7,
            ISO_8859_15,
        ] {
            assert_eq!(table.chars().count(), 128);
        }
    }
}
