//! The words of a text as they are searched: one normal form of index and query.
//!
//! What is shown is stored once, as it is; the index holds words in normal form, so that a person finds a text by what
//! it says and not by how it is encoded. Case, accents, vowel points, width, ligatures, invisible characters and the
//! script of digits make no difference:
//!
//! | of | in normal form |
//! |---|---|
//! | any character | NFKD, then full case folding; Turkish `ı` and `İ` are `i` |
//! | accents, tonos, Hebrew and Arabic points, tatweel, nukta; soft hyphen, joiners, bidi controls | nothing |
//! | `ł ø đ ħ ŧ ð`, `æ œ þ ß ŋ` | `l o d h t d`, `ae oe th ss ng` |
//! | Arabic and Persian variants: `أ إ آ ٱ`, `ى ی`, `ک`, `ة ہ ە` | `ا ي ك ه` |
//! | Katakana | Hiragana, voiced as it is |
//! | decimal digits of any script | `0` to `9` |
//!
//! # Words
//! Letters and digits are words of their own, so that `5mg`, `5 mg` and `5-mg` are the same (boundaries otherwise follow
//! UAX #29). An apostrophe within a word goes: `don't` is `dont`. Its parts of three letters and more are words
//! as well, behind all others, so that `hôpital` finds `l'hôpital`; and so are words with hyphens taken together, so
//! that `xray` and `x-ray` find each other. Symbols and emoji are words; punctuation is none.
//!
//! Scripts without spaces (Han, Kana, Thai, Lao, Khmer, Myanmar), and Korean, whose words come with endings, are taken in
//! overlapping pairs, and the last character of a run by itself: `我头痛` is `我头 头痛 痛`. So each part of a sentence
//! is found, single characters included. Hangul is decomposed, so that half-typed syllables find whole ones.
//!
//! # The index
//! [`index_text`] gives the words, separated by spaces. Declare the FTS5 table with
//!
//! ```sql
//! tokenize = 'ascii'
//! ```
//!
//! which takes every character beyond ASCII, and ASCII letters and digits, as part of a word (SQLite, FTS5 §4.3.2). The
//! words hold nothing else: an ASCII symbol stands in the index in its fullwidth form (`%` as U+FF05), which no text
//! has in normal form. [`Query::expression`] writes the same words into strings, so that nothing that is typed is
//! syntax.
//!
//! # Promises
//! - Index, query and [`hits`] agree: each word of a text finds it, and what is found is marked.
//! - Time and memory are linear in the text; text in ASCII costs a look at each byte.

use std::ops::Range;

use self::scan::{Sink, Units, scan};

mod fold;
mod scan;

#[cfg(test)]
mod tests;

/// Characters of a query that are looked at.
pub const LONGEST_QUERY: usize = 200;

/// A word of a text. Prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// In normal form.
    pub word: String,
    /// The bytes of the text that it stands for.
    pub range: Range<usize>,
    /// Bytes of `word`, and where they end in the text, that stand for the first character of a pair.
    first: Option<(usize, usize)>,
}

/// The words of a text in the order of the index.
pub fn normalize(text: &str) -> Vec<Token> {
    struct Tokens(Vec<Token>);

    impl Sink for Tokens {
        fn word(&mut self, word: &str, range: Range<usize>, _: bool) {
            self.0.push(Token {
                word: word.to_owned(),
                range,
                first: None,
            });
        }

        fn run(&mut self, units: Units<'_>, _: bool) {
            for pair in units.pairs() {
                self.0.push(Token {
                    word: pair.word.to_owned(),
                    range: pair.range,
                    first: Some(pair.first),
                });
            }
        }
    }

    let mut tokens = Tokens(Vec::new());
    scan(text, &mut tokens);
    tokens.0
}

/// What the index holds of a text: its words, separated by single spaces.
pub fn index_text(text: &str) -> String {
    struct Index(String);

    impl Index {
        fn push(&mut self, word: &str) {
            if !self.0.is_empty() {
                self.0.push(' ');
            }
            self.0.push_str(word);
        }
    }

    impl Sink for Index {
        fn word(&mut self, word: &str, _: Range<usize>, _: bool) {
            self.push(word);
        }

        fn run(&mut self, units: Units<'_>, _: bool) {
            for pair in units.pairs() {
                self.push(pair.word);
            }
        }
    }

    let mut index = Index(String::with_capacity(text.len() + text.len() / 8));
    scan(text, &mut index);
    index.0
}

/// What somebody searches for: words and phrases, all of which a text must have. Prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Query {
    phrases: Vec<Phrase>,
}

/// Words in a row.
#[derive(Clone, PartialEq, Eq)]
struct Phrase {
    words: Vec<String>,
    /// The last of them may go on.
    prefix: bool,
    /// It is a run of pairs.
    pairs: bool,
    /// Its words were typed as one with hyphens: that one without them.
    compound: Option<String>,
}

/// Reads a query; `None` if there is nothing in it to search for. Words that are separated by blanks may stand
/// anywhere in the text; what is typed without one, such as `C++`, stands in a row. The last word may go on.
pub fn query(text: &str) -> Option<Query> {
    struct Phrases(Vec<Phrase>);

    impl Sink for Phrases {
        const PARTS: bool = false;

        fn word(&mut self, word: &str, _: Range<usize>, glued: bool) {
            match self.0.last_mut() {
                Some(phrase) if glued && !phrase.pairs => {
                    phrase.words.push(word.to_owned());
                    phrase.compound = None;
                }
                _ => self.0.push(Phrase {
                    words: vec![word.to_owned()],
                    prefix: false,
                    pairs: false,
                    compound: None,
                }),
            }
        }

        fn run(&mut self, units: Units<'_>, _: bool) {
            let one = units.len() == 1;
            let pairs = units.pairs().take(if one { 1 } else { units.len() - 1 });
            self.0.push(Phrase {
                words: pairs.map(|pair| pair.word.to_owned()).collect(),
                // By itself, a character begins pairs.
                prefix: one,
                pairs: true,
                compound: None,
            });
        }

        fn compound(&mut self, word: &str, words: usize) {
            if let Some(phrase) = self.0.last_mut()
                && phrase.words.len() == words
            {
                phrase.compound = Some(word.to_owned());
            }
        }
    }

    let end = text.char_indices().nth(LONGEST_QUERY);
    let text = end.map_or(text, |(end, _)| &text[..end]);
    let mut phrases = Phrases(Vec::new());
    scan(text, &mut phrases);
    phrases.0.last_mut()?.prefix = true;
    Some(Query { phrases: phrases.0 })
}

impl Query {
    /// The FTS5 expression (<https://sqlite.org/fts5.html#full_text_query_syntax>): strings of words in normal form, all
    /// of which have to match.
    pub fn expression(&self) -> String {
        let all = self.phrases.iter().map(Phrase::expression);
        all.collect::<Vec<_>>().join(" AND ")
    }
}

impl Phrase {
    fn expression(&self) -> String {
        let prefix = if self.prefix { "*" } else { "" };
        let words = self.words.join(" ");
        match &self.compound {
            Some(compound) => format!("(\"{words}\"{prefix} OR \"{compound}\"{prefix})"),
            None => format!("\"{words}\"{prefix}"),
        }
    }

    /// Where the phrase stands in the text if it does so at the first of `tokens`.
    fn at(&self, tokens: &[Token]) -> Option<Range<usize>> {
        let compound = self.compound.as_ref().map(std::slice::from_ref);
        self.words_at(&self.words, tokens)
            .or_else(|| self.words_at(compound?, tokens))
    }

    fn words_at(&self, words: &[String], tokens: &[Token]) -> Option<Range<usize>> {
        let tokens = tokens.get(..words.len())?;
        let last = words.len() - 1;
        let mut range = tokens.first()?.range.clone();
        for (at, (word, token)) in words.iter().zip(tokens).enumerate() {
            let mut end = token.range.end;
            if *word != token.word {
                if at != last || !self.prefix || !token.word.starts_with(word.as_str()) {
                    return None;
                }
                end = match token.first {
                    Some((length, first_end)) if word.len() <= length => first_end,
                    _ => end,
                };
            }
            range = range.start.min(token.range.start)..range.end.max(end);
            if at == 0 && at == last {
                range.end = end;
            }
        }
        Some(range)
    }
}

/// The parts of `text` that a query found, as byte ranges to be marked: in order, disjoint, and never within what is
/// seen as one character. Empty if the text was found by something else, such as its subject.
pub fn hits(text: &str, query: &Query) -> Vec<Range<usize>> {
    let tokens = normalize(text);
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in 0..tokens.len() {
        let phrases = query.phrases.iter();
        found.extend(phrases.filter_map(|phrase| phrase.at(&tokens[at..])));
    }
    for range in &mut found {
        *range = whole(text, range.clone());
    }
    found.sort_unstable_by_key(|range| range.start);
    let mut marked: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match marked.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => marked.push(range),
        }
    }
    marked
}

/// A range that does not cut off marks, or parts of an emoji, from the character that they belong to.
fn whole(text: &str, mut range: Range<usize>) -> Range<usize> {
    const JOINER: char = '\u{200d}';
    // A sequence of more characters than that is not seen as one anyway.
    for _ in 0..16 {
        let mut before = text[..range.start].chars();
        let begins = text[range.start..].chars().next();
        let Some(previous) = before.next_back() else {
            break;
        };
        if previous != JOINER && !begins.is_some_and(|c| fold::extends(c) || c == JOINER) {
            break;
        }
        range.start -= previous.len_utf8();
    }
    let mut joined = false;
    for c in text[range.end..].chars().take(16) {
        if !joined && !fold::extends(c) && c != JOINER {
            break;
        }
        joined = c == JOINER;
        range.end += c.len_utf8();
    }
    range
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Query(..)")
    }
}
