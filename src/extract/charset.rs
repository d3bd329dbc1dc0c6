//! Bytes → text: which encoding a document is written in, whatever it says about itself.
//!
//! Order of belief: byte order mark, zero bytes that betray UTF-16, the `charset` of the media type, the document's own
//! declaration (XML declaration, `<meta>`), then chardetng's guess. A label the bytes contradict is not believed: text
//! that is valid UTF-8 beyond ASCII is UTF-8 whatever the label says, and text that is not is never read as UTF-8.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How far into a document its own declaration is looked for, in bytes.
const PRESCAN: usize = 4096;

/// How much of a document the guess is made on, in bytes.
const SAMPLE: usize = 256 * 1024;

/// The text of `bytes`; `media_type` may carry a `charset`. Bytes that mean nothing become U+FFFD.
pub fn decode<'a>(bytes: &'a [u8], media_type: Option<&str>) -> Cow<'a, str> {
    let encoding = detect(bytes, media_type);
    let bytes = bytes.strip_prefix(byte_order_mark(encoding)).unwrap_or(bytes);
    encoding.decode_without_bom_handling(bytes).0
}

/// The encoding of `bytes`.
pub fn detect(bytes: &[u8], media_type: Option<&str>) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    if let Some(encoding) = wide(bytes) {
        return encoding;
    }
    let declared = media_type.and_then(parameter).or_else(|| declaration(bytes));
    // What was found in a single-byte prescan cannot be a two-byte encoding (HTML standard, "prescan a byte stream").
    let declared = declared.map(|label| if label == UTF_16BE || label == UTF_16LE { UTF_8 } else { label });
    let is_utf8 = is_utf8(bytes);
    match declared {
        Some(label) if label == UTF_8 && is_utf8 => UTF_8,
        Some(label) if label == UTF_8 => guess(bytes),
        // Escape sequences keep these in ASCII, so validity says nothing against them.
        Some(label) if label == encoding_rs::ISO_2022_JP => label,
        _ if is_utf8 && !bytes.is_ascii() => UTF_8,
        Some(label) => label,
        None if is_utf8 && !bytes.contains(&0x1b) => UTF_8,
        None => guess(bytes),
    }
}

fn byte_order_mark(encoding: &'static Encoding) -> &'static [u8] {
    match encoding {
        _ if encoding == UTF_8 => b"\xef\xbb\xbf",
        _ if encoding == UTF_16BE => b"\xfe\xff",
        _ if encoding == UTF_16LE => b"\xff\xfe",
        _ => b"",
    }
}

/// UTF-16 without a mark: in a text with markup or Latin letters nearly every other byte is zero.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(512) & !1];
    let zeros = |place: usize| head.iter().skip(place).step_by(2).filter(|&&byte| byte == 0).count();
    let (high, low, pairs) = (zeros(0), zeros(1), head.len() / 2);
    match () {
        () if pairs < 2 => None,
        () if high * 10 >= pairs * 7 && low * 10 <= pairs => Some(UTF_16BE),
        () if low * 10 >= pairs * 7 && high * 10 <= pairs => Some(UTF_16LE),
        () => None,
    }
}

/// Valid UTF-8; a character cut off at the end is forgiven where others are whole.
fn is_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && !bytes[..error.valid_up_to()].is_ascii(),
    }
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(SAMPLE)], true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    if guess == UTF_8 { WINDOWS_1252 } else { guess }
}

/// The encoding named by `charset=` of a media type.
fn parameter(media_type: &str) -> Option<&'static Encoding> {
    let (_, rest) = split_at_word(media_type, "charset")?;
    named(rest.trim_start().strip_prefix('=')?)
}

/// The encoding the document names: `<?xml … encoding="…"?>` or the first `charset` inside a `<meta>`.
fn declaration(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(PRESCAN)]);
    let trimmed = head.trim_start();
    if trimmed.starts_with("<?xml") {
        let declaration = trimmed.split("?>").next().unwrap_or(trimmed);
        if let Some((_, rest)) = split_at_word(declaration, "encoding") {
            return named(rest.trim_start().strip_prefix('=')?);
        }
    }
    let mut rest: &str = &head;
    while let Some((_, after)) = split_at_word(rest, "<meta") {
        let tag = after.split('>').next().unwrap_or(after);
        let found = split_at_word(tag, "charset").and_then(|(_, value)| named(value.trim_start().strip_prefix('=')?));
        if found.is_some() {
            return found;
        }
        rest = after;
    }
    None
}

/// The encoding whose label begins `text`, quoted or not.
fn named(text: &str) -> Option<&'static Encoding> {
    let text = text.trim_start().trim_start_matches(['"', '\'']);
    let label = text.split(|c: char| c.is_whitespace() || "\"';>,".contains(c)).next().unwrap_or(text);
    Encoding::for_label(label.as_bytes())
}

/// `text` around the first `word`, whatever its case.
fn split_at_word<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let at = text.as_bytes().windows(word.len()).position(|window| window.eq_ignore_ascii_case(word.as_bytes()))?;
    Some((&text[..at], &text[at + word.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], media_type: Option<&str>, expected: &str) {
        assert_eq!(decode(bytes, media_type), expected, "{:?} as {media_type:?}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn labels_are_believed_where_the_bytes_allow_it() {
        check(b"caf\xe9", Some("text/html; charset=iso-8859-1"), "café");
        check(
            b"<?xml version='1.0' encoding='windows-1251'?><a>\xcf\xf0\xe8</a>",
            None,
            "<?xml version='1.0' encoding='windows-1251'?><a>При</a>",
        );
        check(
            b"<html><META http-equiv=x content='text/html; charset=windows-1252'>\x80",
            None,
            "<html><META http-equiv=x content='text/html; charset=windows-1252'>€",
        );
        check(b"\x1b$B$3\x1b(B", Some("text/plain; charset=iso-2022-jp"), "こ");
    }

    #[test]
    fn lying_labels_are_seen_through() {
        check("café – ¿qué?".as_bytes(), Some("text/html; charset=iso-8859-1"), "café – ¿qué?");
        check(
            b"Le caf\xe9 est tr\xe8s bon et la journ\xe9e \xe9tait belle",
            Some("text/plain; charset=utf-8"),
            "Le café est très bon et la journée était belle",
        );
        check(b"plain", Some("text/plain; charset=utf-16"), "plain");
        check(
            b"<meta charset=nonsense><meta charset='iso-8859-2'>\xb1",
            None,
            "<meta charset=nonsense><meta charset='iso-8859-2'>ą",
        );
    }

    #[test]
    fn marks_and_wide_text_are_recognised() {
        check(b"\xef\xbb\xbfa\xc3\xa9", Some("text/plain; charset=latin1"), "aé");
        check(b"\xff\xfea\0b\0", None, "ab");
        check(b"\0<\0a\0>", None, "<a>");
        check(b"<\0a\0>\0", Some("text/html; charset=utf-8"), "<a>");
        check(b"", None, "");
        check(b"a", None, "a");
        check("é cut off: é".as_bytes().split_last().unwrap().1, None, "é cut off: \u{fffd}");
    }
}
