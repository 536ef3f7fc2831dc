//! The text of HTML: what a reader would see of a narrative or an HTML attachment, line by line.
//!
//! Nothing is laid out. Tags go; blocks, `<br>` and rows end lines, cells are set apart by a tab, blanks run together
//! except in `<pre>`, character references are decoded (the names are those of HTML 5, from `html-escape`), and
//! what no reader sees (`title`, `style`, `script`, comments) is left out. Everything is read in one pass, and no
//! markup is refused: what is no tag is text.

use std::borrow::Cow;

use html_escape::NAMED_ENTITIES;

use super::charset::western;

/// The longest name of a character reference is `CounterClockwiseContourIntegral`.
const LONGEST_NAME: usize = 31;

/// The text of a piece of HTML or XHTML. Lines end with `\n`; there are none at the ends, and no more than one empty
/// line in a row.
pub(crate) fn text(html: &str) -> String {
    let mut page = Page::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        page.write(&rest[..at]);
        rest = &rest[at..];
        let (tag, after) = read_tag(rest);
        match tag {
            Tag::None => {
                page.write("<");
                rest = &rest[1..];
                continue;
            }
            Tag::Skip => {}
            Tag::Raw(text) => page.write_raw(text),
            Tag::Is { name, closes } => {
                page.tag(&name, closes);
                if name == "img"
                    && let Some(alt) = attribute(&rest[..rest.len() - after.len()], "alt")
                {
                    page.write(alt);
                }
                let is_hidden = matches!(name.as_str(), "script" | "style" | "template" | "title");
                if is_hidden && !closes {
                    rest = after_element(after, &name);
                    continue;
                }
            }
        }
        rest = after;
    }
    page.write(rest);
    page.finish()
}

enum Tag<'a> {
    /// No tag: the sign stands for itself.
    None,
    /// A comment, a declaration, an instruction.
    Skip,
    /// `CDATA`.
    Raw(&'a str),
    Is {
        name: String,
        closes: bool,
    },
}

/// Reads what `html` begins with, a `<`, and what follows it.
fn read_tag(html: &str) -> (Tag<'_>, &str) {
    let up_to =
        |end: &str, from: usize| match html.get(from..).and_then(|rest| rest.split_once(end)) {
            Some((inner, after)) => (inner, after),
            None => ("", ""),
        };
    if html.starts_with("<!--") {
        return (Tag::Skip, up_to("-->", 4).1);
    }
    if html.starts_with("<![CDATA[") {
        let (inner, after) = up_to("]]>", 9);
        return (Tag::Raw(inner), after);
    }
    if html.starts_with("<!") || html.starts_with("<?") {
        return (Tag::Skip, up_to(">", 2).1);
    }
    let closes = html.starts_with("</");
    let name_at = if closes { 2 } else { 1 };
    let named = &html[name_at..];
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_');
    let length = named.find(|c| !is_name(c)).unwrap_or(named.len());
    if !named.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return (Tag::None, html);
    }
    let Some(end) = tag_end(&named[length..]) else {
        return (Tag::None, html);
    };
    let name = named[..length].rsplit(':').next().unwrap_or_default();
    let tag = Tag::Is {
        name: name.to_ascii_lowercase(),
        closes,
    };
    (tag, &named[length + end..])
}

/// How long the rest of a tag is: up to a `>` outside of quotes. A tag that another one begins in is none.
fn tag_end(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return Some(at + 1),
            (None, b'<') => return None,
            (None, _) => {}
        }
    }
    None
}

/// What follows the end of the element that was just opened. One that is never closed ends with its page.
fn after_element<'a>(html: &'a str, name: &str) -> &'a str {
    let mut rest = html;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        let found = rest
            .get(..name.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(name));
        if found {
            return rest.split_once('>').map_or("", |(_, after)| after);
        }
    }
    ""
}

/// The value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let at = tag.find(&format!(" {name}="))? + name.len() + 2;
    let value = &tag[at..];
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split_once(quote).map(|(value, _)| value)
}

/// What was written so far.
#[derive(Default)]
struct Page {
    text: String,
    /// A blank that is written before the next word of the line.
    blank: bool,
    /// How many line ends are written before the next word.
    ends: usize,
    /// How many `<pre>` are open.
    kept: usize,
}

impl Page {
    fn tag(&mut self, name: &str, closes: bool) {
        match name {
            "br" => self.end_line(),
            "td" | "th" if !closes => self.cell(),
            "pre" | "textarea" => {
                self.kept = if closes {
                    self.kept.saturating_sub(1)
                } else {
                    self.kept + 1
                };
                self.block(1);
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "ul" | "ol" | "dl"
            | "table" | "hr" | "figure" => self.block(2),
            "address" | "article" | "aside" | "body" | "caption" | "center" | "dd" | "details"
            | "div" | "dt" | "fieldset" | "figcaption" | "footer" | "form" | "header" | "html"
            | "legend" | "main" | "nav" | "option" | "section" | "summary" | "tbody" | "tfoot"
            | "thead" | "tr" => self.block(1),
            "li" => {
                self.block(1);
                if !closes {
                    self.write("- ");
                }
            }
            _ => {}
        }
    }

    /// A line of its own; `ends` is 2 where an empty line sets it apart.
    fn block(&mut self, ends: usize) {
        if !self.text.is_empty() {
            self.ends = self.ends.max(ends);
        }
        self.blank = false;
    }

    fn end_line(&mut self) {
        if !self.text.is_empty() {
            self.ends = (self.ends + 1).min(2);
        }
        self.blank = false;
    }

    fn cell(&mut self) {
        if !self.text.is_empty() && self.ends == 0 {
            self.text.push('\t');
        }
        self.blank = false;
    }

    fn write(&mut self, html: &str) {
        self.write_raw(&decoded(html));
    }

    fn write_raw(&mut self, text: &str) {
        if self.kept > 0 {
            for line in text.split_inclusive('\n') {
                let (line, ends) = match line.strip_suffix('\n') {
                    Some(line) => (line, true),
                    None => (line, false),
                };
                if !line.is_empty() {
                    self.begin();
                    self.text.push_str(line);
                }
                if ends {
                    self.end_line();
                }
            }
            return;
        }
        // No-break spaces are no blanks of HTML, and stay.
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
        for piece in text.split_inclusive(is_blank) {
            let word = piece.trim_end_matches(is_blank);
            if !word.is_empty() {
                self.begin();
                self.text.push_str(word);
            }
            self.blank |= word.len() < piece.len();
        }
    }

    /// Writes what is due before a word.
    fn begin(&mut self) {
        if self.ends > 0 {
            let length = self.text.trim_end_matches([' ', '\t']).len();
            self.text.truncate(length);
            for _ in 0..self.ends {
                self.text.push('\n');
            }
        } else if self.blank && !self.text.is_empty() && !self.text.ends_with(['\t', ' ']) {
            self.text.push(' ');
        }
        (self.ends, self.blank) = (0, false);
    }

    fn finish(mut self) -> String {
        self.text.truncate(self.text.trim_end().len());
        self.text
    }
}

/// Text with its character references decoded.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match numeric(rest).or_else(|| named(rest)) {
            Some((meant, length)) => {
                decoded.push_str(&meant);
                length
            }
            None => {
                decoded.push('&');
                1
            }
        };
        rest = &rest[length..];
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// `&#8364;`, `&#x20ac;`, and how long it is.
fn numeric(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let digits = text.strip_prefix("&#")?;
    let (digits, radix) = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    let length = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    let value = u32::from_str_radix(digits[..length].trim_start_matches('0'), radix);
    if length == 0 {
        return None;
    }
    let meant = match value {
        Ok(value @ 0x80..=0x9f) => western(u8::try_from(value).unwrap_or(0x80)),
        Ok(value) => char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER),
        Err(_) => char::REPLACEMENT_CHARACTER,
    };
    let end = usize::from(digits[length..].starts_with(';'));
    let read = text.len() - digits.len() + length + end;
    Some((meant.to_string().into(), read))
}

/// `&nbsp;`, and how long it is. The semicolon is needed, since `&copy=1` in an address is none.
fn named(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let name = text.as_bytes().get(1..)?;
    let length = name
        .iter()
        .take(LONGEST_NAME + 1)
        .position(|b| *b == b';')?;
    let at = NAMED_ENTITIES
        .binary_search_by(|(known, _)| (*known).cmp(&name[..length]))
        .ok()?;
    Some((NAMED_ENTITIES[at].1.into(), length + 2))
}

#[cfg(test)]
mod tests;
