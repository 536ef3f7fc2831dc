//! Cleaning HTML: what is left is text, its structure, and nothing else.
//!
//! `ammonia` parses as browsers do and writes anew what an allow list names. The list has no attribute that can hold an
//! address, a style or a script: no `href`, no `src`, no `style`, no `on…`, no `id` or `class`. So there is no link and no
//! picture; their texts stay.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;

use super::Page;

pub(super) const TAGS: [&str; 52] = [
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
];
pub(super) const MORE_TAGS: [&str; 7] = ["tfoot", "thead", "u", "ul", "var", "wbr", "samp"];
/// Elements that go with what is in them.
const GONE: [&str; 15] = [
    "script", "style", "template", "title", "noscript", "iframe", "object", "embed", "svg", "math",
    "head", "textarea", "select", "button", "noembed",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let spans: HashSet<&str> = ["colspan", "rowspan"].into();
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.into_iter().chain(MORE_TAGS).collect())
        .clean_content_tags(GONE.into())
        .generic_attributes(["dir", "lang"].into())
        .tag_attributes(HashMap::from([
            ("td", spans.clone()),
            ("th", spans),
            ("ol", ["start"].into()),
        ]))
        .url_schemes(HashSet::new())
        .link_rel(None)
        .strip_comments(true);
    builder
});

/// The parts of HTML that can do no harm.
pub fn clean(html: &str) -> Page {
    Page::new(CLEANER.clean(html).to_string())
}

/// A whole page around cleaned parts. Should anything have slipped through, its own policy forbids it: nothing is loaded,
/// nothing runs, nothing is sent (Content Security Policy Level 3, `default-src 'none'`).
pub(super) fn page(clean: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; form-action 'none'; base-uri 'none'\">\
         <meta name=\"viewport\" content=\"width=device-width\"></head><body>{clean}</body></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_stays_and_addresses_go() {
        let page = clean(
            "<h1 onclick='x()'>Letter</h1><p style='background:url(https://evil.example/a)'>Dear <b>Ana</b>,</p>\
             <table><tr><td colspan=2>HbA1c</td></tr></table><a href='https://evil.example/'>our site</a>\
             <img src='https://evil.example/pixel.png' alt='logo'>",
        );
        assert!(page.html.contains("<h1>Letter</h1><p>Dear <b>Ana</b>,</p>"));
        assert!(page.html.contains("<td colspan=\"2\">HbA1c</td>"));
        assert!(page.html.contains("our site"));
        assert!(!page.html.contains("evil.example"));
        assert_eq!(page.text, "Letter\n\nDear Ana,\n\nHbA1c\n\nour site");
    }
}
