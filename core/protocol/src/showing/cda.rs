//! The narrative of a clinical document (HL7 CDA R2 §4.3.5): what its author wants to be read.
//!
//! A CDA document is for people by its `section/title` and `section/text`; entries are for machines and are not shown.
//! The narrative's own elements become HTML, which is then cleaned like any other. A document type declaration is
//! refused: with it would come entities that grow, or name files and addresses.

use std::fmt::Write;

use html_escape::encode_text;
use roxmltree::{Document, Node, ParsingOptions};

use super::{Page, html};

/// Nodes of a document that are read.
const NODES: u32 = 500_000;
/// Sections within sections, and elements within elements.
const DEPTH: usize = 64;

/// Why there is nothing to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// It is not well-formed, declares a document type, or is too large.
    Unreadable,
    /// It has no narrative, such as one around a file (`nonXMLBody`).
    NoNarrative,
}

/// The narrative of a document.
pub fn narrative(xml: &str) -> Result<Page, Problem> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    if !depth_is_fine(xml) {
        return Err(Problem::Unreadable);
    }
    let document = Document::parse_with_options(xml, options).map_err(|_| Problem::Unreadable)?;
    let root = document.root_element();
    let mut body = String::new();
    if let Some(title) = child(root, "title") {
        let _ = write!(body, "<h1>{}</h1>", encode_text(&text_of(title)));
    }
    let before = body.len();
    for component in children(root, "component") {
        for structured in children(component, "structuredBody") {
            for component in children(structured, "component") {
                sections(component, 2, &mut body);
            }
        }
    }
    match body.len() > before {
        true => Ok(html::clean(&body)),
        false => Err(Problem::NoNarrative),
    }
}

/// Whether elements are nested no deeper than can be walked: the parser goes down with them.
fn depth_is_fine(xml: &str) -> bool {
    let (mut depth, mut rest) = (0_usize, xml);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let Some(end) = rest.find('>') else {
            return true;
        };
        match rest.as_bytes().first() {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'!' | b'?') | None => {}
            _ if rest[..end].ends_with('/') => {}
            _ => depth += 1,
        }
        if depth > 4 * DEPTH {
            return false;
        }
    }
    true
}

fn sections(component: Node<'_, '_>, level: usize, out: &mut String) {
    for section in children(component, "section") {
        if let Some(title) = child(section, "title") {
            let level = level.min(6);
            let title = text_of(title);
            let _ = write!(out, "<h{level}>{}</h{level}>", encode_text(&title));
        }
        if let Some(text) = child(section, "text") {
            out.push_str("<div>");
            blocks(text, 0, out);
            out.push_str("</div>");
        }
        if level < DEPTH {
            for component in children(section, "component") {
                sections(component, level + 1, out);
            }
        }
    }
}

/// What is in an element of the narrative.
fn blocks(element: Node<'_, '_>, depth: usize, out: &mut String) {
    if depth > DEPTH {
        out.push_str(&encode_text(&text_of(element)));
        return;
    }
    for node in element.children() {
        if let Some(text) = node.text().filter(|_| node.is_text()) {
            out.push_str(&encode_text(text));
        }
        if !node.is_element() {
            continue;
        }
        let name = node.tag_name().name();
        let ordered = node.attribute("listType") == Some("ordered");
        let tag = match name {
            "br" => {
                out.push_str("<br>");
                continue;
            }
            // A picture is an entry of the document, and is not shown.
            "renderMultiMedia" => "",
            "paragraph" => "p",
            "list" if ordered => "ol",
            "list" => "ul",
            "item" => "li",
            "content" => styled(node.attribute("styleCode").unwrap_or_default()),
            "table" | "thead" | "tbody" | "tfoot" | "tr" | "th" | "td" | "caption" | "sub"
            | "sup" => name,
            "footnote" => "small",
            _ => "span",
        };
        if tag.is_empty() {
            continue;
        }
        let _ = write!(out, "<{tag}");
        for attribute in ["colspan", "rowspan"] {
            let span = node.attribute(attribute);
            if let Some(span) = span.and_then(|it| it.trim().parse::<u16>().ok()) {
                let _ = write!(out, " {attribute}=\"{span}\"");
            }
        }
        out.push('>');
        blocks(node, depth + 1, out);
        let _ = write!(out, "</{tag}>");
    }
}

fn styled(code: &str) -> &'static str {
    let has = |style: &str| {
        code.split_whitespace()
            .any(|it| it.eq_ignore_ascii_case(style))
    };
    match () {
        () if has("Bold") => "b",
        () if has("Italics") => "i",
        () if has("Underline") => "u",
        () => "span",
    }
}

fn children<'a, 'b>(of: Node<'a, 'b>, name: &'static str) -> impl Iterator<Item = Node<'a, 'b>> {
    let is = move |node: &Node<'a, 'b>| node.is_element() && node.tag_name().name() == name;
    of.children().filter(is)
}

fn child<'a, 'b>(of: Node<'a, 'b>, name: &'static str) -> Option<Node<'a, 'b>> {
    children(of, name).next()
}

fn text_of(node: Node<'_, '_>) -> String {
    let texts = node.descendants().filter(Node::is_text);
    let text: String = texts.filter_map(|it| it.text()).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn document(body: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>Summary</title>{body}</ClinicalDocument>"
        )
    }

    #[test]
    fn the_narrative_becomes_a_page() {
        let page = narrative(&document(
            "<component><structuredBody><component><section><title>Allergies</title><text>
             <list listType=\"ordered\"><item><content styleCode=\"Bold\">Penicillin</content> &lt;b&gt;</item></list>
             <table onclick=\"x\"><tbody><tr><td colspan=\"2\">Rash</td></tr></tbody></table>
             <linkHtml href=\"https://evil.example\">more</linkHtml><renderMultiMedia referencedObject=\"m1\"/></text>
             <entry><observation><text>for machines</text></observation></entry>
             <component><section><title>Food</title><text>none</text></section></component>
             </section></component></structuredBody></component>",
        ))
        .unwrap();
        assert!(page.html.contains("<h1>Summary</h1><h2>Allergies</h2>"));
        assert!(
            page.html
                .contains("<ol><li><b>Penicillin</b> &lt;b&gt;</li></ol>")
        );
        assert!(page.html.contains("<td colspan=\"2\">Rash</td>"));
        assert!(page.html.contains("<h3>Food</h3>"));
        for gone in ["evil.example", "onclick", "for machines", "m1"] {
            assert!(!page.html.contains(gone), "{gone}");
        }
    }

    #[test]
    fn entities_and_depth_are_refused() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><ClinicalDocument><title>&b;</title></ClinicalDocument>";
        assert_eq!(narrative(bomb), Err(Problem::Unreadable));
        let file = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><ClinicalDocument/>";
        assert_eq!(narrative(file), Err(Problem::Unreadable));
        let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        assert_eq!(narrative(&deep), Err(Problem::Unreadable));
        assert_eq!(narrative("<a"), Err(Problem::Unreadable));
        let around = document(
            "<component><nonXMLBody><text mediaType=\"application/pdf\">JVBE</text></nonXMLBody></component>",
        );
        assert_eq!(narrative(&around), Err(Problem::NoNarrative));
    }
}
