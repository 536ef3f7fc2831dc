//! Finds the words of a text in one pass: each character in normal form either goes on with the word before it, begins
//! one, or ends it.

use std::ops::Range;

use super::fold::{ASCII, Class, fold, indexed, voiced};

/// A word that is longer is cut: no query reaches so far, and no index likes it.
const LONGEST_WORD: usize = 512;
/// A run of characters without spaces, marks or punctuation that is longer is cut.
const LONGEST_RUN: usize = 4096;
/// Letters of a part of a word with an apostrophe that is a word as well.
const SHORTEST_PART: usize = 3;

/// Takes words as they are found. `glued` says that no blank separates it from what came before.
pub(super) trait Sink {
    /// The parts of a word with an apostrophe are asked for.
    const PARTS: bool = true;

    fn word(&mut self, word: &str, range: Range<usize>, glued: bool);

    fn run(&mut self, units: Units<'_>, glued: bool);

    /// The last `words` words are one with hyphens in it, which is this one without. Asked for without
    /// [`PARTS`](Self::PARTS).
    fn compound(&mut self, _word: &str, _words: usize) {}
}

/// A run of characters without spaces.
#[derive(Clone, Copy)]
pub(super) struct Units<'a> {
    text: &'a str,
    units: &'a [Unit],
}

/// Where a character of a run ends in the normal form, and where it stands in the text.
struct Unit {
    end: usize,
    range: Range<usize>,
}

/// Two characters of a run, or the last one.
pub(super) struct Pair<'a> {
    pub(super) word: &'a str,
    pub(super) range: Range<usize>,
    /// Bytes of the first character, and where it ends in the text.
    pub(super) first: (usize, usize),
}

impl<'a> Units<'a> {
    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    /// One for each character, in order.
    pub(super) fn pairs(&self) -> impl Iterator<Item = Pair<'a>> + use<'a> {
        let Self { text, units } = *self;
        (0..units.len()).map(move |at| {
            let start = if at == 0 { 0 } else { units[at - 1].end };
            let (one, last) = (&units[at], &units[(at + 1).min(units.len() - 1)]);
            Pair {
                word: &text[start..last.end],
                range: one.range.start..last.range.end.max(one.range.end),
                first: (one.end - start, one.range.end),
            }
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    None,
    Letters,
    Digits,
    Units,
}

struct Scan<'s, S> {
    sink: &'s mut S,
    kind: Kind,
    /// What goes on at the moment, in normal form, and where it stands.
    word: String,
    range: Range<usize>,
    /// Where parts of it end in the normal form and in the text, and where the next begins.
    parts: Vec<(usize, usize, usize)>,
    units: Vec<Unit>,
    /// A word with hyphens in it up to here, without them; where it begins, and of how many words it is.
    compound: String,
    compound_start: usize,
    compound_words: usize,
    /// The hyphen of a compound came, and nothing since.
    awaits: bool,
    /// The word that goes on is the next of the compound.
    continues: bool,
    /// Parts of words with an apostrophe, and compounds without hyphens; they come last, since phrases go from word to word.
    later: Vec<(String, Range<usize>)>,
    /// An apostrophe or a quote came after a letter, and nothing since.
    apostrophe: Option<Class>,
    /// Half a flag.
    flag: Option<(char, Range<usize>)>,
    /// Nothing that separates came since the last word.
    glued: bool,
}

/// Gives the words of `text` to `sink`.
pub(super) fn scan<S: Sink>(text: &str, sink: &mut S) {
    let mut scan = Scan {
        sink,
        kind: Kind::None,
        word: String::new(),
        range: 0..0,
        parts: Vec::new(),
        units: Vec::new(),
        compound: String::new(),
        compound_start: 0,
        compound_words: 0,
        awaits: false,
        continues: false,
        later: Vec::new(),
        apostrophe: None,
        flag: None,
        glued: false,
    };
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphabetic() {
            let length = bytes[at..].iter().take_while(|b| b.is_ascii_alphabetic());
            let end = at + length.count();
            scan.letters(&text[at..end], at);
            at = end;
        } else if byte.is_ascii() {
            scan.take(char::from(byte), ASCII[usize::from(byte)], at..at + 1);
            at += 1;
        } else if let Some(c) = text[at..].chars().next() {
            let end = at + c.len_utf8();
            fold(c, |c, class| scan.take(c, class, at..end));
            at = end;
        }
    }
    scan.end_flag();
    scan.end();
    for (part, range) in std::mem::take(&mut scan.later) {
        scan.sink.word(&part, range, false);
    }
}

impl<S: Sink> Scan<'_, S> {
    /// Letters of ASCII.
    fn letters(&mut self, letters: &str, at: usize) {
        let mut at = at;
        let mut rest = letters;
        while !rest.is_empty() {
            self.begin_letters(at);
            let room = LONGEST_WORD.saturating_sub(self.word.len()).max(1);
            let (now, later) = rest.split_at(room.min(rest.len()));
            let start = self.word.len();
            self.word.push_str(now);
            self.word[start..].make_ascii_lowercase();
            at += now.len();
            self.range.end = at;
            rest = later;
            if self.word.len() >= LONGEST_WORD {
                self.end();
            }
        }
    }

    fn begin_letters(&mut self, at: usize) {
        self.end_flag();
        if self.kind != Kind::Letters {
            self.end();
            self.continues = std::mem::take(&mut self.awaits);
            self.kind = Kind::Letters;
            self.range = at..at;
        }
        match self.apostrophe.take() {
            None => {}
            // Only Hebrew has words with quotes in them.
            Some(Class::Quote) if !self.word.ends_with(is_hebrew) => {
                self.end();
                self.glued = false;
                self.kind = Kind::Letters;
                self.range = at..at;
            }
            Some(_) => self.parts.push((self.word.len(), self.range.end, at)),
        }
    }

    fn take(&mut self, c: char, class: Class, range: Range<usize>) {
        if class != Class::Flag && class != Class::Nothing {
            self.end_flag();
        }
        if !matches!(class, Class::Letter | Class::Mark | Class::Nothing) {
            self.awaits = false;
        }
        match class {
            Class::Letter => {
                self.begin_letters(range.start);
                self.push(c, range.end);
            }
            Class::Digit => {
                if self.kind != Kind::Digits {
                    self.end();
                    self.kind = Kind::Digits;
                    self.range = range.clone();
                }
                self.push(c, range.end);
            }
            Class::Unit => self.unit(c, range),
            Class::More if self.kind == Kind::Units => self.go_on(c, range.end),
            Class::More => self.unit(c, range),
            Class::Voice => {
                if self.kind == Kind::Units
                    && let Some(kana) = self.word.pop()
                {
                    let whole = voiced(kana, c);
                    self.word.push(whole.unwrap_or(kana));
                    self.go_on_nothing(range.end);
                }
            }
            Class::Mark => {
                self.begin_letters(range.start);
                self.push(c, range.end);
            }
            Class::Symbol => {
                self.end();
                let mut buffer = [0; 4];
                let word = indexed(c).encode_utf8(&mut buffer);
                self.sink.word(word, range, self.glued);
                self.glued = true;
            }
            Class::Flag => {
                self.end();
                match self.flag.take() {
                    Some((first, begins)) => {
                        let flag = String::from_iter([first, c]);
                        self.sink.word(&flag, begins.start..range.end, self.glued);
                        self.glued = true;
                    }
                    None => self.flag = Some((c, range)),
                }
            }
            Class::Apostrophe | Class::Quote => {
                if self.kind == Kind::Letters && self.apostrophe.is_none() {
                    self.apostrophe = Some(class);
                } else {
                    self.end();
                    self.glued &= class == Class::Apostrophe;
                }
            }
            Class::Hyphen => self.hyphen(c),
            Class::Space => {
                self.end();
                self.glued = false;
            }
            Class::Nothing => {
                if self.kind != Kind::None && self.apostrophe.is_none() {
                    self.go_on_nothing(range.end);
                }
            }
        }
    }

    /// Words stand in a row; with a hyphen between them they are one word as well.
    fn hyphen(&mut self, c: char) {
        let joins = self.kind == Kind::Letters
            && self.apostrophe.is_none()
            && matches!(c, '-' | '\u{2010}');
        if joins {
            if !std::mem::take(&mut self.continues) {
                self.compound.clear();
                self.compound_start = self.range.start;
                self.compound_words = 0;
            }
            self.compound.push_str(&self.word);
            self.compound_words += 1;
        }
        self.end();
        self.awaits = joins;
    }

    /// The last word of a compound has come.
    fn end_compound(&mut self) {
        self.compound.push_str(&self.word);
        if self.compound.len() > LONGEST_WORD {
            return;
        }
        if S::PARTS {
            let range = self.compound_start..self.range.end;
            self.later.push((self.compound.clone(), range));
        } else {
            self.sink.compound(&self.compound, self.compound_words + 1);
        }
    }

    fn push(&mut self, c: char, end: usize) {
        self.word.push(c);
        self.range.end = end;
        if self.word.len() >= LONGEST_WORD {
            self.end();
        }
    }

    fn unit(&mut self, c: char, range: Range<usize>) {
        if self.kind != Kind::Units || self.units.len() >= LONGEST_RUN {
            self.end();
            self.kind = Kind::Units;
        }
        self.word.push(c);
        let end = self.word.len();
        self.units.push(Unit { end, range });
    }

    /// Adds to the unit before.
    fn go_on(&mut self, c: char, end: usize) {
        self.word.push(c);
        self.go_on_nothing(end);
    }

    /// What came stands for nothing more, but is seen with what is before it.
    fn go_on_nothing(&mut self, end: usize) {
        let length = self.word.len();
        match self.units.last_mut() {
            Some(unit) if self.kind == Kind::Units => {
                unit.end = length;
                unit.range.end = end;
            }
            _ => self.range.end = end,
        }
    }

    /// Half a flag is a symbol.
    fn end_flag(&mut self) {
        if let Some((c, range)) = self.flag.take() {
            self.sink
                .word(c.encode_utf8(&mut [0; 4]), range, self.glued);
            self.glued = true;
        }
    }

    /// Ends the word or run that goes on.
    fn end(&mut self) {
        let kind = std::mem::replace(&mut self.kind, Kind::None);
        let quote = self.apostrophe.take() == Some(Class::Quote);
        match kind {
            Kind::None => return,
            Kind::Letters | Kind::Digits => {
                if S::PARTS && !self.parts.is_empty() {
                    self.parts();
                }
                self.parts.clear();
                self.sink.word(&self.word, self.range.clone(), self.glued);
                if std::mem::take(&mut self.continues) {
                    self.end_compound();
                }
            }
            Kind::Units => {
                let run = Units {
                    text: &self.word,
                    units: &self.units,
                };
                self.sink.run(run, self.glued);
                self.units.clear();
            }
        }
        self.word.clear();
        self.glued = !quote;
    }

    fn parts(&mut self) {
        let last = (self.word.len(), self.range.end, 0);
        let (mut start, mut begins) = (0, self.range.start);
        for &(end, ends, next) in self.parts.iter().chain([&last]) {
            let part = &self.word[start..end];
            if part.chars().count() >= SHORTEST_PART {
                self.later.push((part.to_owned(), begins..ends));
            }
            (start, begins) = (end, next);
        }
    }
}

fn is_hebrew(c: char) -> bool {
    matches!(c, '\u{5d0}'..='\u{5ea}')
}
