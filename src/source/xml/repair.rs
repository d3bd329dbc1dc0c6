//! A feed's text made fit for a parser before it is parsed.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::source::xml::entities::western;

/// Feed text made fit for a parser: control characters dropped, junk before the first tag cut, each `<` that opens no
/// tag written as an entity, and CDATA without an end closed.
pub(in crate::source) fn repair(text: &str) -> Cow<'_, str> {
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
    match repairs(&text) {
        repairs if repairs.is_empty() => text,
        repairs => {
            let mut repaired = String::with_capacity(text.len() + repairs.len() * 3);
            let mut from = 0;
            for Repair { at, replaces, put } in repairs {
                repaired.push_str(&text[from..at]);
                repaired.push_str(put);
                from = at + replaces;
            }
            repaired.push_str(&text[from..]);
            Cow::Owned(repaired)
        }
    }
}

/// A piece of text put at a place, and how many bytes it replaces.
struct Repair {
    at: usize,
    replaces: usize,
    put: &'static str,
}

/// Each `<` outside of CDATA and comments that cannot open anything becomes text, and CDATA that was never closed ends with
/// its element.
fn repairs(text: &str) -> Vec<Repair> {
    let mut found = Vec::new();
    // Where the CDATA that is looked at ends; looked for once, however much of it is opened before.
    let mut close = 0;
    // The next end of an entry, looked for once as well.
    let mut entry_end = 0;
    let mut at = 0;
    while let Some(next) = memchr::memchr(b'<', &text.as_bytes()[at..]) {
        at += next;
        let rest = &text[at..];
        if rest.starts_with(CDATA) {
            if close <= at {
                close = rest.find("]]>").map_or(text.len(), |length| at + length);
            }
            if entry_end <= at {
                entry_end = ENTRY_END.find_at(text, at).map_or(text.len(), |found| found.start());
            }
            match forgotten_end(text, at, close, entry_end) {
                Some(end) => {
                    found.push(Repair { at: end, replaces: 0, put: "]]>" });
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
            found.push(Repair { at, replaces: 1, put: "&lt;" });
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
/// it never ends or runs on beyond the `entry_end`, into another entry.
fn forgotten_end(text: &str, open: usize, close: usize, entry_end: usize) -> Option<usize> {
    let inside = &text[open..close];
    if close < text.len() && entry_end >= close {
        return None;
    }
    let parent = &text[text[..open].rfind('<')? + 1..open];
    let name = parent.split(|c: char| c.is_whitespace() || c == '>').next().filter(|name| !name.is_empty())?;
    inside.find(&format!("</{name}")).map(|end| open + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stray_brackets_become_text_outside_of_cdata() {
        assert_eq!(repair("junk<a>1 < 2<![CDATA[ < ]]></a>"), "<a>1 &lt; 2<![CDATA[ < ]]></a>");
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
            assert_eq!(repair(written), expected, "{written}");
        }
    }
}
