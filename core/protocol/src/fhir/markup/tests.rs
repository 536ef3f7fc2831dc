use super::*;
use proptest::prelude::*;

#[test]
fn a_narrative_is_read_as_it_is_seen() {
    for (html, seen) in [
        ("Hello", "Hello"),
        (
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>One</p><p>Two</p></div>",
            "One\n\nTwo",
        ),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        (
            "One<br/>Two<BR>Three<br>\n<br>Four",
            "One\nTwo\nThree\n\nFour",
        ),
        ("<p>Take <b>two</b>\n  pills</p>\n", "Take two pills"),
        ("un<b>break</b>able", "unbreakable"),
        (
            "<ul><li>Milk</li>\n<li>Eggs</li></ul>Bread",
            "- Milk\n- Eggs\n\nBread",
        ),
        (
            "<table><tr><td>Na</td><td>140</td></tr><tr><th>K</th><td>4</td></tr></table>",
            "Na\t140\nK\t4",
        ),
        (
            "a &lt; b &amp;&amp; c&nbsp;&gt; d &#8364;&#x1F600;&#150; &copy=1 &x; &",
            "a < b && c\u{a0}> d €😀– &copy=1 &x; &",
        ),
        (
            "&eacute;t&eacute; &CounterClockwiseContourIntegral;",
            "été ∳",
        ),
        ("1 < 2 and 3 > 2, a<b", "1 < 2 and 3 > 2, a<b"),
        (
            "<style>p { a: b }</style><script>if (a < b) {}</SCRIPT >x",
            "x",
        ),
        (
            "<html><head><title>No</title></head><body>Yes</body></html>",
            "Yes",
        ),
        (
            "a<!-- <b>no</b> -->b<?xml version=\"1.0\"?><!DOCTYPE html>c",
            "abc",
        ),
        ("<![CDATA[a < b &amp; c]]>", "a < b &amp; c"),
        ("<a title=\"a > b\" href='x'>link</a>", "link"),
        ("<pre>a  b\n  c</pre>d", "a  b\n  c\nd"),
        ("<xhtml:p>One</xhtml:p><xhtml:p>Two</xhtml:p>", "One\n\nTwo"),
        ("<img src=\"a.png\" alt=\"A &amp; B\"/>", "A & B"),
        ("cut <b", "cut <b"),
        ("", ""),
    ] {
        assert_eq!(text(html), seen, "{html}");
    }
}

#[test]
fn what_never_ends_costs_no_time() {
    for piece in [
        "<",
        "<a ",
        "<a \"",
        "<!--",
        "<script>",
        "</script",
        "&",
        "&#",
        "&amp",
        "<![CDATA[",
    ] {
        let _ = text(&piece.repeat(100_000 / piece.len()));
    }
}

proptest! {
    #[test]
    fn no_markup_makes_it_fail_loudly(html in "(<|>|/|!|-|&|;|#|a|td|p|pre|br|li|\"|é| |\n){0,40}") {
        let seen = text(&html);
        prop_assert_eq!(seen.trim_end(), &seen);
    }
}
