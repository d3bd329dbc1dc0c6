use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

/// The bytes of a document as text: byte order mark, header, XML declaration, else a guess.
pub(super) fn decode<'a>(bytes: &'a [u8], media_type: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, skip)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[skip..]).0;
    }
    let label = |text: &str| {
        let at = text.find("charset=").map(|at| at + 8)?;
        Encoding::for_label(text[at..].trim_matches(['"', '\'', ' ']).split(';').next()?.trim().as_bytes())
    };
    let declared = media_type.and_then(label).or_else(|| declared(bytes));
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let encoding = declared.filter(|encoding| *encoding != encoding_rs::UTF_8).unwrap_or_else(|| {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(bytes, true);
        detector.guess(None, Utf8Detection::Deny)
    });
    encoding.decode_without_bom_handling(bytes).0
}

fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).into_owned();
    let at = head.find("encoding=")? + 9;
    let quote = head[at..].chars().next()?;
    Encoding::for_label(head[at + 1..].split(quote).next()?.as_bytes())
}

/// Feed text made fit for a parser: control characters dropped, junk before the first tag cut, and each `<` that
/// opens no tag written as an entity.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let start = text.find('<').unwrap_or(0);
    let mut text = Cow::Borrowed(&text[start..]);
    let illegal =
        |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(illegal) {
        text = Cow::Owned(text.replace(illegal, ""));
    }
    match strays(&text) {
        strays if strays.is_empty() => text,
        strays => {
            let mut repaired = String::with_capacity(text.len() + strays.len() * 3);
            let mut from = 0;
            for at in strays {
                repaired.push_str(&text[from..at]);
                repaired.push_str("&lt;");
                from = at + 1;
            }
            repaired.push_str(&text[from..]);
            Cow::Owned(repaired)
        }
    }
}

/// Positions of each `<` outside of CDATA and comments that cannot open anything.
fn strays(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = memchr::memchr(b'<', &text.as_bytes()[at..]) {
        at += next;
        let rest = &text[at..];
        let skip = |open: &str, close: &str| rest.starts_with(open).then(|| rest.find(close).unwrap_or(rest.len()));
        if let Some(length) = skip("<![CDATA[", "]]>").or_else(|| skip("<!--", "-->")) {
            at += length;
            continue;
        }
        let opens = |c: char| c.is_alphabetic() || matches!(c, '/' | '!' | '?' | '_' | ':');
        if !rest[1..].starts_with(opens) {
            found.push(at);
        }
        at += 1;
    }
    found
}

/// The character that `&#number;` means; what browsers make of it where XML and Unicode say nothing.
pub(super) fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    if let 0x80..=0x9f = code {
        // Written by programs that take windows-1252 for Unicode.
        let byte = [u8::try_from(code).ok()?];
        return encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte).0.chars().next();
    }
    char::from_u32(code).filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
}

/// `text` with entities of HTML resolved, tags left alone.
pub(super) fn decode_entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let html = text.replace('<', "&lt;");
    dom_query::Document::fragment(html).text().to_string()
}

/// Text that may hold markup and entities, as plain text on one line.
pub(super) fn plain(raw: &str) -> String {
    if !raw.contains(['<', '&']) {
        return one_line(raw);
    }
    one_line(&dom_query::Document::fragment(raw).text())
}

/// White space brought to single spaces.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether `text` is written as HTML: a tag or an entity in it.
pub(super) fn looks_like_html(text: &str) -> bool {
    let tag = |rest: &str| {
        rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') && rest.contains('>')
    };
    let entity = |rest: &str| {
        let name = rest[1..].split(';').next().unwrap_or_default();
        name.len() < rest.len() - 1
            && (2..=10).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#')
    };
    text.match_indices('<').take(1000).any(|(at, _)| tag(&text[at..]))
        || text.match_indices('&').take(1000).any(|(at, _)| entity(&text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_lose_markup_and_entities() {
        for (raw, expected) in [
            ("AT&amp;T &lt;3", "AT&T <3"),
            ("<b>Bold</b>\n  and caf&eacute;", "Bold and café"),
            ("a & b", "a & b"),
            ("1 < 2", "1 < 2"),
        ] {
            assert_eq!(plain(raw), expected, "{raw}");
        }
    }

    #[test]
    fn stray_brackets_become_text_outside_of_cdata() {
        assert_eq!(clean("junk<a>1 < 2<![CDATA[ < ]]></a>"), "<a>1 &lt; 2<![CDATA[ < ]]></a>");
    }
}
