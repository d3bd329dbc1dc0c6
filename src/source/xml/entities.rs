//! Entities of XML and HTML → the characters they stand for.

/// The character that `&#number;` means; as browsers read it where XML and Unicode say nothing.
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

/// The character of windows-1252 behind a control character of Unicode (80 to 9F), for texts that took one for the other.
pub(super) fn western(code: u32) -> Option<char> {
    let byte = u8::try_from(code).ok().filter(|byte| matches!(byte, 0x80..=0x9f))?;
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next()
}

/// `text` with entities of HTML resolved, tags left alone.
pub(in crate::source) fn decode_entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let html = text.replace('<', "&lt;");
    dom_query::Document::fragment(html).text().to_string()
}

/// The name of the entity whose `&` stands before `text`; looks no further than a name can reach.
pub(in crate::source) fn entity_name(text: &str) -> Option<&str> {
    let end = text.bytes().take(33).position(|byte| byte == b';').filter(|end| *end > 0)?;
    let name = &text[..end];
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#').then_some(name)
}
