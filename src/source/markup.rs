//! Titles and content as feeds write them: markup, entities, plain text, or a mixture.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::extract::title_text;
use crate::source::xml::entity_name;

pub(super) use crate::extract::{decode, visible_line as one_line};

/// Elements that have no place in a title, with their content.
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)<script\b.*?(?:</script\s*>|$)|<style\b.*?(?:</style\s*>|$)")
        .expect("the pattern is a constant, and a test runs it")
});

/// Longest title that is looked at, in bytes.
const LONGEST: usize = 64 * 1024;

/// `text` without comments; one without an end ends with its first `>`, as browsers have it.
fn without_comments(text: &str) -> Cow<'_, str> {
    if !text.contains("<!--") {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let last_end = text.rfind("-->").unwrap_or(0);
    let mut rest = text;
    while let Some(at) = rest.find("<!--") {
        kept.push_str(&rest[..at]);
        let inside = &rest[at + 4..];
        let place = text.len() - inside.len();
        // Looked for only where there is one: text without it must not be searched again and again.
        let end = if last_end >= place { inside.find("-->").map(|end| end + 3) } else { None };
        rest = &inside[end.or_else(|| inside.find('>').map(|end| end + 1)).unwrap_or(inside.len())..];
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// A title or a name, with entities and markup, as plain text on one line; scripts, styles and comments are dropped.
pub(super) fn plain(raw: &str) -> String {
    let raw = &raw[..raw.floor_char_boundary(LONGEST)];
    if raw.contains(['<', '&']) { title_text(&CODE.replace_all(&without_comments(raw), "")) } else { title_text(raw) }
}

/// Whether `text` is written as HTML: a tag or an entity in it.
pub(super) fn looks_like_html(text: &str) -> bool {
    let last = text.rfind('>').unwrap_or(0);
    let opens = |c: char| c.is_ascii_alphabetic() || c == '/' || c == '!';
    let tag = |at: usize| at < last && text[at + 1..].starts_with(opens);
    text.match_indices('<').any(|(at, _)| tag(at))
        || text.match_indices('&').any(|(at, _)| entity_name(&text[at + 1..]).is_some())
}

/// Whether `text` is a document of markup rather than a text about tags: a block or a link opens it and is closed.
pub(super) fn is_markup(text: &str) -> bool {
    static OPENS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^<(p|div|a|ul|ol|table|blockquote|figure|h[1-6]|span|strong|em|b|i)(?:\s[^<>]*)?>")
            .expect("the pattern is a constant, and a test runs it")
    });
    let Some(name) = OPENS.captures(text).and_then(|found| found.get(1)) else { return false };
    let close = format!("</{}>", name.as_str());
    (text.ends_with('>') || name.as_str().len() == 1) && text.contains(&close)
}

/// Whether `text` is markup that was escaped once too often: nothing but a tag begins and ends it, and none is open.
pub(super) fn is_escaped_twice(text: &str) -> bool {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?is)^&lt;(?:p|div|table|a|img|ul|ol|h[1-6]|span|strong|b|em|i|br|blockquote|figure)\b[^<]*&gt;$")
            .expect("the pattern is a constant, and a test runs it")
    });
    TAG.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_lose_markup_and_entities() {
        for (raw, expected) in [
            ("AT&amp;T &lt;3", "AT&T <3"),
            ("<b>Bold</b>\n  and caf&eacute;", "Bold and café"),
            ("safe<script>alert(1)</script> title", "safe title"),
            ("sa<!-- a > b -->fe", "safe"),
            ("sa<!-- -- x >fe", "safe"),
            ("sa<!-- x", "sa"),
            ("a & b", "a & b"),
            ("1 < 2", "1 < 2"),
        ] {
            assert_eq!(plain(raw), expected, "{raw}");
        }
    }

    #[test]
    fn markup_escaped_twice_is_known_from_a_text_about_tags() {
        for text in ["&lt;p class=\"a\"&gt;One &amp;amp; two.&lt;/p&gt;", "&lt;br/&gt;", "&lt;P&gt;\n&lt;/P&gt;"] {
            assert!(is_escaped_twice(text), "{text}");
        }
        for text in [
            "&lt;p&gt; begins a paragraph",
            "<p>&lt;p&gt;</p>",
            "&lt;code&gt;",
            "1 &lt; 2 &gt; 1",
            "&lt;p&gt;<b>x</b>&gt;",
        ] {
            assert!(!is_escaped_twice(text), "{text}");
        }
    }
}
