//! What one character is in normal form. Characters do not depend on each other there, since accents go: no text has to
//! be put in canonical order.

use std::sync::LazyLock;

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::{
    CanonicalCombiningClassMapBorrowed, CanonicalCompositionBorrowed,
};
use icu_properties::CodePointMapDataBorrowed;
use icu_properties::props::GeneralCategory;

/// What a character in normal form is to the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Part of a word.
    Letter,
    /// Part of a number.
    Digit,
    /// A character of a script without spaces.
    Unit,
    /// Goes on with the unit before it.
    More,
    /// A mark of voiced Kana: changes the unit before it.
    Voice,
    /// A vowel sign or the like: goes on with the word.
    Mark,
    /// A word by itself.
    Symbol,
    /// Half of a flag.
    Flag,
    /// Goes within a word, separates elsewhere.
    Apostrophe,
    /// The same within a Hebrew word.
    Quote,
    /// Separates words, which still stand in a row.
    Hyphen,
    /// Separates words.
    Space,
    /// Is not there.
    Nothing,
}

/// The last character that is looked up in a table: Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic.
const LAST_OF_TABLE: u32 = 0x6ff;

/// What ASCII characters are.
pub(super) static ASCII: [Class; 128] = {
    let mut classes = [Class::Space; 128];
    let mut at = 0;
    while at < 128 {
        #[allow(clippy::cast_possible_truncation)]
        let byte = at as u8;
        classes[at] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'\'' | b'`' => Class::Apostrophe,
            b'"' => Class::Quote,
            b'-' | b'.' | b'/' | b':' | b'_' | b',' | b'^' => Class::Hyphen,
            b'+' | b'<' | b'=' | b'>' | b'|' | b'~' | b'$' | b'%' | b'#' | b'&' | b'@' | b'*' => {
                Class::Symbol
            }
            _ => Class::Space,
        };
        at += 1;
    }
    classes
};

/// Calls `take` with what `c` is in normal form.
#[inline]
pub(super) fn fold(c: char, mut take: impl FnMut(char, Class)) {
    match u32::from(c) {
        0x80..=LAST_OF_TABLE => TABLE.of(c).iter().for_each(|&(c, class)| take(c, class)),
        0x4e00..=0x9fff => take(c, Class::Unit),
        _ => expand(c, &mut take),
    }
}

/// The symbols of ASCII as they stand in the index.
pub(super) fn indexed(symbol: char) -> char {
    match symbol {
        '!'..='~' => char::from_u32(u32::from(symbol) + 0xfee0).unwrap_or(symbol),
        _ => symbol,
    }
}

/// A Kana with its voiced mark.
pub(super) fn voiced(kana: char, mark: char) -> Option<char> {
    let whole = |kana| CanonicalCompositionBorrowed::new().compose(kana, mark);
    // Some are there in Katakana alone.
    whole(kana).or_else(|| whole(char::from_u32(u32::from(kana) + 0x60)?))
}

/// Whether it is seen as part of the character before it.
pub(super) fn extends(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    is_mark(category(c))
        || matches!(c, '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
        || matches!(c, '\u{1160}'..='\u{11ff}' | '\u{ff9e}' | '\u{ff9f}')
}

struct Table {
    folded: Vec<(char, Class)>,
    /// Where each character's end; they begin where those of the one before it end.
    ends: Vec<u16>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table {
        folded: Vec::new(),
        ends: Vec::new(),
    };
    for c in (0x80..=LAST_OF_TABLE).filter_map(char::from_u32) {
        expand(c, &mut |c, class| table.folded.push((c, class)));
        table
            .ends
            .push(u16::try_from(table.folded.len()).unwrap_or(u16::MAX));
    }
    table
});

impl Table {
    fn of(&self, c: char) -> &[(char, Class)] {
        let at = (u32::from(c) - 0x80) as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.folded[usize::from(start)..usize::from(self.ends[at])]
    }
}

fn category(c: char) -> GeneralCategory {
    CodePointMapDataBorrowed::<GeneralCategory>::new().get(c)
}

fn is_mark(category: GeneralCategory) -> bool {
    matches!(
        category,
        GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
            | GeneralCategory::EnclosingMark
    )
}

fn expand(c: char, take: &mut impl FnMut(char, Class)) {
    if let Some(class) = special(c) {
        take(c, class);
        return;
    }
    // Voiced Kana would fall apart.
    if matches!(c, '\u{3041}'..='\u{30fa}' | '\u{30fc}'..='\u{30fe}') {
        single(c, take);
        return;
    }
    // What a symbol or an exponent stands for is no part of the word beside it: "Aspirin™", "10²".
    let apart = matches!(
        category(c),
        GeneralCategory::OtherNumber | GeneralCategory::OtherSymbol | GeneralCategory::MathSymbol
    ) || matches!(c, '\u{fdfa}' | '\u{fdfb}');
    if apart {
        take(c, Class::Hyphen);
    }
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd();
    for part in decomposed.normalize_iter(std::iter::once(c)) {
        match special(part) {
            Some(class) => take(part, class),
            None => single(part, take),
        }
    }
    if apart {
        take(c, Class::Hyphen);
    }
}

/// Characters that are not to be taken for what their category says.
fn special(c: char) -> Option<Class> {
    Some(match c {
        '\u{2019}' | '\u{2018}' | '\u{201b}' | '\u{2bc}' | '\u{2b9}' | '\u{2bb}' | '\u{2bd}'
        | '\u{2032}' | '\u{b4}' | '\u{b7}' | '\u{5f3}' | '\u{a78c}' | '\u{a78b}' | '\u{387}' => {
            Class::Apostrophe
        }
        '\u{5f4}' | '\u{201d}' | '\u{201c}' | '\u{2033}' => Class::Quote,
        // A minus and the strokes of fractions.
        '\u{2212}' | '\u{2044}' | '\u{2215}' => Class::Hyphen,
        // Replaced characters and objects.
        '\u{fffc}' | '\u{fffd}' => Class::Space,
        // Tatweel, the fillers of Hangul, the modifiers of emoji.
        '\u{640}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{1f3fb}'..='\u{1f3ff}' => Class::Nothing,
        '\u{1f1e6}'..='\u{1f1ff}' => Class::Flag,
        '\u{3099}' | '\u{309a}' => Class::Voice,
        '\u{1100}'..='\u{115e}' | '\u{a960}'..='\u{a97c}' => Class::Unit,
        '\u{1161}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7fb}' => Class::More,
        _ if c.is_ascii() => match ASCII[c as usize] {
            Class::Letter | Class::Digit => return None,
            class => class,
        },
        _ => return None,
    })
}

/// A character that does not decompose.
fn single(c: char, take: &mut impl FnMut(char, Class)) {
    use GeneralCategory as Is;
    match category(c) {
        Is::DecimalNumber => take(digit(c), Class::Digit),
        Is::NonspacingMark | Is::SpacingMark | Is::EnclosingMark => match c {
            _ if is_dropped(c) => take(c, Class::Nothing),
            _ if is_spaceless(c) => take(c, Class::Unit),
            _ => take(c, Class::Mark),
        },
        Is::Format => take(c, Class::Nothing),
        Is::MathSymbol | Is::CurrencySymbol | Is::OtherSymbol | Is::Unassigned => match c {
            // 3×1 is typed 3x1.
            '×' => take('x', Class::Letter),
            _ => take(c, Class::Symbol),
        },
        Is::OtherPunctuation if matches!(c, '‰' | '‱' | '§' | '¶' | '†' | '‡' | '※' | '٪') =>
        {
            take(if c == '٪' { '%' } else { c }, Class::Symbol);
        }
        Is::DashPunctuation => take(c, Class::Hyphen),
        Is::UppercaseLetter | Is::LowercaseLetter | Is::TitlecaseLetter => {
            let lower = c.to_lowercase().flat_map(char::to_uppercase);
            lower
                .flat_map(char::to_lowercase)
                .for_each(|c| letter(c, take));
        }
        Is::ModifierLetter | Is::OtherLetter | Is::LetterNumber | Is::OtherNumber => {
            letter(c, take);
        }
        _ => take(c, Class::Space),
    }
}

/// A letter whose case is folded: without strokes, its variants alike.
fn letter(c: char, take: &mut impl FnMut(char, Class)) {
    let plain = match c {
        'ł' => "l",
        'ø' => "o",
        'đ' | 'ð' | 'ɖ' | 'ɗ' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'ɨ' | 'ı' => "i",
        'ƶ' => "z",
        'ƀ' | 'ɓ' => "b",
        'ǥ' => "g",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ŋ' => "ng",
        'ĸ' => "k",
        '\u{671}' => "\u{627}",
        '\u{649}' | '\u{6cc}' | '\u{6d2}' => "\u{64a}",
        '\u{6a9}' => "\u{643}",
        '\u{629}' | '\u{6be}' | '\u{6c1}' | '\u{6c3}' | '\u{6d5}' => "\u{647}",
        _ => {
            match c {
                // Katakana as Hiragana.
                '\u{30a1}'..='\u{30f6}' | '\u{30fd}' | '\u{30fe}' => {
                    take(
                        char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
                        Class::Unit,
                    );
                }
                _ if is_mark(category(c)) => take(c, Class::Nothing),
                _ if is_spaceless(c) => take(c, Class::Unit),
                _ => take(c, Class::Letter),
            }
            return;
        }
    };
    plain.chars().for_each(|c| take(c, Class::Letter));
}

/// Scripts whose words are not separated: Thai, Lao, Myanmar, Khmer and the Tai scripts, Kana, Bopomofo, Han.
fn is_spaceless(c: char) -> bool {
    matches!(u32::from(c),
        0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x1950..=0x19df | 0x1a20..=0x1aaf
        | 0x3005..=0x3007 | 0x3021..=0x3035 | 0x303b..=0x303c | 0x3040..=0x312f | 0x31a0..=0x31bf
        | 0x31f0..=0x31ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xa9e0..=0xa9ff | 0xaa60..=0xaadf
        | 0xf900..=0xfaff | 0x1aff0..=0x1b16f | 0x20000..=0x3ffff)
}

/// Whether a mark makes no difference: accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic, nukta,
/// readings beside Han, and
/// what chooses a variant of a glyph. Vowel signs of other scripts are as good as letters.
fn is_dropped(c: char) -> bool {
    let class = CanonicalCombiningClassMapBorrowed::new().get_u8(c);
    matches!(class, 1 | 6 | 7 | 10..=36 | 200..)
        || category(c) == GeneralCategory::EnclosingMark
        || matches!(c, '\u{34f}' | '\u{fe00}'..='\u{fe0f}' | '\u{180b}'..='\u{180f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Decimal digits of a script stand in a row, from zero to nine (Unicode §4.6).
fn digit(c: char) -> char {
    if c.is_ascii_digit() {
        return c;
    }
    let before = (1..10).take_while(|back| {
        let c = char::from_u32(u32::from(c) - back);
        c.is_some_and(|c| category(c) == GeneralCategory::DecimalNumber)
    });
    char::from_digit(u32::try_from(before.count()).unwrap_or(0), 10).unwrap_or('0')
}
