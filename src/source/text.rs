use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::extract::title_text;

pub(super) use crate::extract::{decode, visible_line as one_line};

/// What has no place in a title, with all that stands in it.
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)<script\b.*?(?:</script\s*>|$)|<style\b.*?(?:</style\s*>|$)|<!--.*?-->|<!--[^>]*>?")
        .expect("the pattern is a constant, and a test runs it")
});

/// A title or a name, with entities and markup, as plain text on one line; scripts, styles and comments are dropped.
pub(super) fn plain(raw: &str) -> String {
    if raw.contains(['<', '&']) { title_text(&CODE.replace_all(raw, "")) } else { title_text(raw) }
}

/// Feed text made fit for a parser: control characters dropped, junk before the first tag cut, each `<` that opens no
/// tag written as an entity, and CDATA without an end closed.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let start = text.find('<').unwrap_or(0);
    let mut text = Cow::Borrowed(&text[start..]);
    let illegal =
        |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(illegal) {
        text = Cow::Owned(text.replace(illegal, ""));
    }
    if text.contains(|c: char| matches!(c, '\u{80}'..='\u{9f}')) {
        text = Cow::Owned(text.chars().map(|c| western(c.into()).unwrap_or(c)).collect());
    }
    match mends(&text) {
        mends if mends.is_empty() => text,
        mends => {
            let mut mended = String::with_capacity(text.len() + mends.len() * 3);
            let mut from = 0;
            for Mend { at, instead_of, put } in mends {
                mended.push_str(&text[from..at]);
                mended.push_str(put);
                from = at + instead_of;
            }
            mended.push_str(&text[from..]);
            Cow::Owned(mended)
        }
    }
}

/// What is to be put at a place, and how many bytes it replaces.
struct Mend {
    at: usize,
    instead_of: usize,
    put: &'static str,
}

/// Each `<` outside of CDATA and comments that cannot open anything becomes text, and CDATA that was never closed ends with
/// its element.
fn mends(text: &str) -> Vec<Mend> {
    let mut found = Vec::new();
    // Where the CDATA that is looked at ends; looked for once, however much of it is opened before.
    let mut close = 0;
    let mut at = 0;
    while let Some(next) = memchr::memchr(b'<', &text.as_bytes()[at..]) {
        at += next;
        let rest = &text[at..];
        if rest.starts_with(CDATA) {
            if close <= at {
                close = rest.find("]]>").map_or(text.len(), |length| at + length);
            }
            match forgotten_end(text, at, close) {
                Some(end) => {
                    found.push(Mend { at: end, instead_of: 0, put: "]]>" });
                    at = end;
                }
                None => at = close,
            }
            continue;
        }
        if rest.starts_with("<!--") {
            at += rest.find("-->").unwrap_or(rest.len());
            continue;
        }
        let opens = |c: char| c.is_alphabetic() || matches!(c, '/' | '!' | '?' | '_' | ':');
        if !rest[1..].starts_with(opens) {
            found.push(Mend { at, instead_of: 1, put: "&lt;" });
        }
        at += 1;
    }
    found
}

const CDATA: &str = "<![CDATA[";

/// The end of an entry: in CDATA only where that was not closed.
static ENTRY_END: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("(?i)</(?:item|entry) *>").expect("the pattern is a constant, and a test runs it"));

/// Where the CDATA at `open`, which ends at `close`, should have ended: before the end tag of the element it stands in, if
/// it never ends or runs on into another entry.
fn forgotten_end(text: &str, open: usize, close: usize) -> Option<usize> {
    let inside = &text[open..close];
    if close < text.len() && !ENTRY_END.is_match(inside) {
        return None;
    }
    let parent = &text[text[..open].rfind('<')? + 1..open];
    let name = parent.split(|c: char| c.is_whitespace() || c == '>').next().filter(|name| !name.is_empty())?;
    inside.find(&format!("</{name}")).map(|end| open + end)
}

/// The character that `&#number;` means; what browsers make of it where XML and Unicode say nothing.
pub(super) fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    if let Some(meant) = western(code) {
        return Some(meant);
    }
    char::from_u32(code).filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
}

/// What a control character of Unicode (80 to 9F) means where windows-1252 was taken for Unicode.
fn western(code: u32) -> Option<char> {
    let byte = u8::try_from(code).ok().filter(|byte| matches!(byte, 0x80..=0x9f))?;
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next()
}

/// `text` with entities of HTML resolved, tags left alone.
pub(super) fn decode_entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let html = text.replace('<', "&lt;");
    dom_query::Document::fragment(html).text().to_string()
}

/// Whether `text` is written as HTML: a tag or an entity in it.
pub(super) fn looks_like_html(text: &str) -> bool {
    let last = text.rfind('>').unwrap_or(0);
    let opens = |c: char| c.is_ascii_alphabetic() || c == '/' || c == '!';
    let tag = |at: usize| at < last && text[at + 1..].starts_with(opens);
    text.match_indices('<').any(|(at, _)| tag(at))
        || text.match_indices('&').any(|(at, _)| entity_name(&text[at + 1..]).is_some())
}

/// Whether `text` is markup that was escaped once too often: nothing but a tag begins and ends it, and none is open.
pub(super) fn is_escaped_twice(text: &str) -> bool {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?is)^&lt;(?:p|div|table|a|img|ul|ol|h[1-6]|span|strong|b|em|i|br|blockquote|figure)\b[^<]*&gt;$")
            .expect("the pattern is a constant, and a test runs it")
    });
    TAG.is_match(text)
}

/// The name of the entity whose `&` stands before `text`; looks no further than a name can reach.
pub(super) fn entity_name(text: &str) -> Option<&str> {
    let end = text.bytes().take(33).position(|byte| byte == b';').filter(|end| *end > 0)?;
    let name = &text[..end];
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#').then_some(name)
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

    #[test]
    fn stray_brackets_become_text_outside_of_cdata() {
        assert_eq!(clean("junk<a>1 < 2<![CDATA[ < ]]></a>"), "<a>1 &lt; 2<![CDATA[ < ]]></a>");
    }

    #[test]
    fn character_data_ends_with_its_element_where_its_end_was_forgotten() {
        for (written, expected) in [
            ("<a><![CDATA[x <b>y</b></a><c/>", "<a><![CDATA[x <b>y</b>]]></a><c/>"),
            (
                "<item><a x='1'><![CDATA[x</a></item><item><a><![CDATA[ y ]]></a></item>",
                "<item><a x='1'><![CDATA[x]]></a></item><item><a><![CDATA[ y ]]></a></item>",
            ),
            ("<a><![CDATA[x</a> <![CDATA[y]]></a>", "<a><![CDATA[x</a> <![CDATA[y]]></a>"),
            ("<a><![CDATA[x is cut", "<a><![CDATA[x is cut"),
            ("<![CDATA[x", "<![CDATA[x"),
            ("<![CDATA[x]]><a>", "<![CDATA[x]]><a>"),
        ] {
            assert_eq!(clean(written), expected, "{written}");
        }
    }
}
