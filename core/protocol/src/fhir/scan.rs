//! Finds the members and elements of text that is almost JSON, by its quotes and brackets alone.
//!
//! For what a strict reader has given up: to cut a page into its entries, so that the broken one costs itself, and to
//! find the id of the broken one. Strings are passed over with their escapes, whatever is in them; what stands between
//! two commas is a value, whatever it is. Each text is looked at once per level, without recursion.

/// What an object or a list holds, in order: ends early where the text is not even almost JSON.
pub(super) struct Parts<'a> {
    text: &'a str,
    at: usize,
    keyed: bool,
    /// The closing bracket was found.
    closed: bool,
}

/// A member of an object, or an element of a list, whose key is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// As written, without quotes.
    pub(super) key: &'a str,
    /// As written, without blanks around it.
    pub(super) value: &'a str,
    /// Where the value begins in the text.
    pub(super) at: usize,
}

/// The members of the object that `text` begins with.
pub(super) fn members(text: &str) -> Option<Parts<'_>> {
    Parts::new(text, '{')
}

/// The elements of the list that `text` begins with.
pub(super) fn elements(text: &str) -> Option<Parts<'_>> {
    Parts::new(text, '[')
}

/// The value of a member of the object that `text` begins with.
pub(super) fn member<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    members(text)?.find(|it| it.key == key).map(|it| it.value)
}

impl<'a> Parts<'a> {
    fn new(text: &'a str, bracket: char) -> Option<Self> {
        let blanks = text.len() - text.trim_start().len();
        text[blanks..].starts_with(bracket).then_some(Self {
            text,
            at: blanks + 1,
            keyed: bracket == '{',
            closed: false,
        })
    }

    /// Whether the end was reached, and nothing but blanks follows it.
    pub(super) fn is_whole(&self) -> bool {
        self.closed && self.text[self.at..].trim_start().is_empty()
    }

    fn skip(&mut self, also: u8) {
        let is_blank = |b: &u8| matches!(*b, b' ' | b'\n' | b'\r' | b'\t') || *b == also;
        let blanks = self.text.as_bytes()[self.at..]
            .iter()
            .take_while(|b| is_blank(b));
        self.at += blanks.count();
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        if self.closed {
            return None;
        }
        let bytes = self.text.as_bytes();
        self.skip(b',');
        let mut key = "";
        match bytes.get(self.at)? {
            b'}' | b']' => {
                self.at += 1;
                self.closed = true;
                return None;
            }
            b'"' if self.keyed => {
                let end = string_end(bytes, self.at)?;
                key = &self.text[self.at + 1..end - 1];
                self.at = end;
                self.skip(b' ');
                if bytes.get(self.at) != Some(&b':') {
                    return None;
                }
                self.at += 1;
                self.skip(b' ');
            }
            _ if self.keyed => return None,
            _ => {}
        }
        let at = self.at;
        self.at = value_end(bytes, at)?;
        Some(Part {
            key,
            value: self.text[at..self.at].trim_end(),
            at,
        })
    }
}

/// Where the string ends that opens at `at`, its closing quote included.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Where the value ends that begins at `at`: before the comma or the bracket that follows it.
fn value_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string_end(bytes, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b',' if depth == 0 => return Some(at),
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_are_found_in_what_is_almost_json() {
        let text = "{ \"a\" : \"x,}\\\"\" , \"b\": NaN, \"c\":{\"d\":[1,{}],}, } ";
        let mut parts = members(text).unwrap();
        let found: Vec<_> = parts.by_ref().map(|it| (it.key, it.value)).collect();
        assert_eq!(
            found,
            [("a", "\"x,}\\\"\""), ("b", "NaN"), ("c", "{\"d\":[1,{}],}")]
        );
        assert!(parts.is_whole());
        assert_eq!(member(text, "b"), Some("NaN"));
        let list: Vec<_> = elements("[ {\"a\":1} ,2, ]")
            .unwrap()
            .map(|it| it.value)
            .collect();
        assert_eq!(list, ["{\"a\":1}", "2"]);
        for cut in [
            "{\"a\":1",
            "{\"a\":\"",
            "{\"a\"",
            "{\"a\":{}",
            "{a:1}",
            "{} x",
        ] {
            let mut parts = members(cut).unwrap();
            parts.by_ref().for_each(drop);
            assert!(!parts.is_whole(), "{cut}");
        }
        assert!(members("[]").is_none());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail_loudly(text in "[\\[{][\\[\\]{},:\"\\\\aé \n]{0,40}") {
            for parts in [members(&text), elements(&text)].into_iter().flatten() {
                parts.for_each(drop);
            }
        }
    }
}
