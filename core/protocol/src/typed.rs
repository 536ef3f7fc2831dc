//! Normalises codes that people type or paste, in any script and grouping.
//!
//! Keyboards write digits of their own script, phones join groups with non-breaking spaces, and pasted text has line
//! ends, directional marks and typographic dashes. None of these is part of a code. Other characters that are neither
//! digit nor letter are passed to the caller, who refuses them.

/// The first of the ten digits of every script: general category Nd of Unicode 16. Unicode keeps
/// each set together and in ascending order.
const ZEROS: [u32; 74] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66,
    0xde6, 0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
    0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0,
    0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50,
    0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x1ccf0, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec,
    0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
];

/// The same digit in ASCII.
pub(crate) fn digit(c: char) -> Option<char> {
    let c = u32::from(c);
    let after = ZEROS.partition_point(|zero| *zero <= c);
    let value = c - ZEROS.get(after.checked_sub(1)?)?;
    char::from_digit(value, 10)
}

/// The same letter in ASCII, which an input method may have written in full width.
pub(crate) fn letter(c: char) -> Option<char> {
    let narrow = match c {
        'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(u32::from(c) - 0xfee0)?,
        c => c,
    };
    narrow.is_ascii_alphabetic().then_some(narrow)
}

/// Whether a character separates or surrounds groups: any kind of space, line end or dash, and characters without
/// width.
pub(crate) fn is_between(c: char) -> bool {
    c.is_whitespace() || is_dash(c) || is_invisible(c)
}

/// General category Pd, and the signs that are used like it.
fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{58a}' | '\u{5be}' | '\u{1400}' | '\u{1806}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{207b}'
                | '\u{208b}'
                | '\u{2212}'
                | '\u{2e17}'
                | '\u{2e1a}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{2e40}'
                | '\u{2e5d}'
                | '\u{301c}'
                | '\u{3030}'
                | '\u{30a0}'
                | '\u{30fc}'
                | '\u{fe31}'
                | '\u{fe32}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '\u{ff0d}'
                | '\u{ff70}'
                | '\u{10d6e}'
                | '\u{10ead}'
    )
}

/// Joiners, directional marks, byte order marks, variation selectors, the soft hyphen.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_read() {
        for text in [
            "0123456789",
            "٠١٢٣٤٥٦٧٨٩",
            "۰۱۲۳۴۵۶۷۸۹",
            "०१२३४५६७८९",
            "０１２３４５６７８９",
            "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
        ] {
            let read: Option<String> = text.chars().map(digit).collect();
            assert_eq!(read.as_deref(), Some("0123456789"), "{text}");
        }
        // Numbers that are no decimal digits.
        for other in "/:a²½Ⅷ①一٪".chars() {
            assert_eq!(digit(other), None, "{other}");
        }
        assert!(ZEROS.is_sorted());
        // std has no word for Nd alone; it must at least count all of them as numeric.
        let all = ZEROS
            .iter()
            .flat_map(|zero| (0..10).map(move |value| zero + value));
        let newer = [0x10d40, 0x116d0, 0x116da, 0x11bf0, 0x1ccf0, 0x1e5f1];
        for c in all.filter_map(char::from_u32) {
            let is_newer = newer
                .iter()
                .any(|zero| (*zero..zero + 10).contains(&u32::from(c)));
            assert!(c.is_numeric() || is_newer, "{:x}", u32::from(c));
        }
    }

    #[test]
    fn what_is_between_groups_is_no_part_of_a_code() {
        for c in " \t\r\n\u{a0}\u{202f}\u{2009}\u{3000}\u{2028}-‐‑–—−－\u{200b}\u{2060}\u{feff}\u{ad}\u{200e}\u{2066}\u{2069}".chars() {
            assert!(is_between(c), "{:x}", u32::from(c));
        }
        for c in "0a_.,:;+/*'\"é²".chars() {
            assert!(!is_between(c), "{c}");
        }
    }

    #[test]
    fn letters_in_full_width_are_letters() {
        assert_eq!(letter('Ａ'), Some('A'));
        assert_eq!(letter('ｚ'), Some('z'));
        assert_eq!(letter('q'), Some('q'));
        for other in "1éяａ\u{301}".chars().filter(|c| *c != 'ａ') {
            assert_eq!(letter(other), None, "{other}");
        }
    }
}
