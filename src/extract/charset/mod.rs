//! Bytes → text: which encoding a document is written in, whatever it says about itself.
//!
//! Order of belief: byte order mark, zero bytes that betray UTF-16 and UTF-32, the `charset` of the media type, the document's
//! own declaration (XML declaration, `<meta>`), then chardetng's guess, held against all encodings of Cyrillic. A label the
//! bytes contradict is not believed: text that is valid UTF-8 beyond ASCII is UTF-8 whatever the label says, and text that is
//! not, and not nearly, is never read as UTF-8.

mod cyrillic;
mod labels;
mod mixed;
mod rare;
mod seven_bit;

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::extract::charset::labels::named;

/// How far into a document its own declaration is looked for, in bytes.
const PRESCAN: usize = 4096;

/// How much of a document the guess is made on, in bytes.
const SAMPLE: usize = 256 * 1024;

/// An encoding of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// One of the encoding standard of the web.
    Standard(&'static Encoding),
    /// A code page of DOS, by its number.
    CodePage(u16),
    /// UTF-32.
    Utf32 {
        /// The big end of each number comes first.
        big: bool,
    },
    /// ISO-2022-KR (RFC 1557).
    Iso2022Kr,
    /// UTF-8 but for a few bytes.
    NearlyUtf8,
}

impl Charset {
    /// Its name.
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Standard(encoding) => encoding.name().into(),
            Self::CodePage(page) => format!("IBM{page}").into(),
            Self::Utf32 { big: true } => "UTF-32BE".into(),
            Self::Utf32 { big: false } => "UTF-32LE".into(),
            Self::Iso2022Kr => "ISO-2022-KR".into(),
            Self::NearlyUtf8 => "UTF-8 with other bytes in it".into(),
        }
    }

    /// The text of `bytes` without its byte order mark. Bytes that mean nothing become U+FFFD.
    fn read(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Standard(encoding) => {
                let bytes = bytes.strip_prefix(byte_order_mark(encoding)).unwrap_or(bytes);
                encoding.decode_without_bom_handling(bytes).0
            }
            Self::CodePage(page) => {
                rare::code_page(bytes, page).map_or_else(|| String::from_utf8_lossy(bytes), Cow::Owned)
            }
            Self::Utf32 { big } => rare::utf32(bytes, big).into(),
            Self::Iso2022Kr => rare::iso_2022_kr(bytes).into(),
            Self::NearlyUtf8 => mixed::read(bytes.strip_prefix(byte_order_mark(UTF_8)).unwrap_or(bytes)).into(),
        }
    }
}

/// The text of `bytes`; `media_type` may carry a `charset`. Bytes that mean nothing become U+FFFD.
pub fn decode<'a>(bytes: &'a [u8], media_type: Option<&str>) -> Cow<'a, str> {
    detect(bytes, media_type).read(bytes)
}

/// The text of `bytes`, a part of a mail that declares the encoding `label`; where the label says nothing, or that there are no
/// letters beyond ASCII while there are, as the bytes look.
pub(crate) fn decode_as(bytes: &[u8], label: &str) -> String {
    let label = label.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    let says_ascii = matches!(label.as_str(), "us-ascii" | "ascii" | "ansi_x3.4-1968" | "7bit" | "8bit");
    match label.as_str() {
        "utf-7" | "utf7" | "unicode-1-1-utf-7" | "csutf7" if bytes.is_ascii() => seven_bit::utf7(bytes),
        "hz-gb-2312" | "hz" | "hz-gb2312" if bytes.is_ascii() => seven_bit::hz(bytes),
        _ if says_ascii && !bytes.is_ascii() => decode(bytes, None).into_owned(),
        _ => decode(bytes, Some(&format!("text/plain; charset={label}"))).into_owned(),
    }
}

/// The encoding of `bytes`.
pub fn detect(bytes: &[u8], media_type: Option<&str>) -> Charset {
    if let Some(big) = rare::is_utf32(bytes) {
        return Charset::Utf32 { big };
    }
    let is_utf8 = is_utf8(bytes);
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return if encoding == UTF_8 && !is_utf8 { Charset::NearlyUtf8 } else { Charset::Standard(encoding) };
    }
    if let Some(encoding) = wide(bytes) {
        return Charset::Standard(encoding);
    }
    if rare::is_iso_2022_kr(bytes) {
        return Charset::Iso2022Kr;
    }
    let nearly = |declared| !is_utf8 && mixed::is_nearly_utf8(bytes, declared);
    match declared(bytes, media_type) {
        Some(Charset::Standard(label)) if label == UTF_8 && nearly(true) => Charset::NearlyUtf8,
        Some(Charset::Standard(label)) if label == UTF_8 && !is_utf8 => guess(bytes),
        // Escape sequences keep these in ASCII, so validity says nothing against them.
        Some(label) if label == Charset::Standard(ISO_2022_JP) => label,
        _ if is_utf8 && !bytes.is_ascii() => Charset::Standard(UTF_8),
        Some(label) => label,
        None if is_utf8 && !bytes.contains(&0x1b) => Charset::Standard(UTF_8),
        None if nearly(false) => Charset::NearlyUtf8,
        None => guess(bytes),
    }
}

/// The fault in the encoding of `bytes` though they can be read; starts small, ends without a stop.
pub fn encoding_trouble(bytes: &[u8], media_type: Option<&str>) -> Option<String> {
    let used = detect(bytes, media_type);
    let text = used.read(bytes);
    let lost = text.matches(char::REPLACEMENT_CHARACTER).count();
    match declared(bytes, media_type) {
        Some(declared) if declared != used && !bytes.is_ascii() => {
            Some(format!("says it is {} and is {}", declared.name(), used.name()))
        }
        _ if lost > 0 && !bytes.windows(3).any(|window| window == "\u{fffd}".as_bytes()) => {
            Some(format!("{lost} signs mean nothing in {}", used.name()))
        }
        _ => None,
    }
}

/// The encoding declared by the media type, or else by the document.
fn declared(bytes: &[u8], media_type: Option<&str>) -> Option<Charset> {
    let label = media_type.and_then(parameter).or_else(|| declaration(bytes))?;
    // What was found in a single-byte prescan cannot be of two or four bytes (HTML standard, "prescan a byte stream").
    Some(match label {
        Charset::Utf32 { .. } => Charset::Standard(UTF_8),
        Charset::Standard(label) if label == UTF_16BE || label == UTF_16LE => Charset::Standard(UTF_8),
        label => label,
    })
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

fn guess(bytes: &[u8]) -> Charset {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(SAMPLE)], true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let guess = Charset::Standard(if guess == UTF_8 { WINDOWS_1252 } else { guess });
    cyrillic::better(bytes, guess).unwrap_or(guess)
}

/// The encoding named by `charset=` of a media type.
fn parameter(media_type: &str) -> Option<Charset> {
    let (_, rest) = split_at_word(media_type, "charset")?;
    label(rest.trim_start().strip_prefix('=')?)
}

/// The encoding the document names: `<?xml … encoding="…"?>` or the first `charset` inside a `<meta>`.
fn declaration(bytes: &[u8]) -> Option<Charset> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(PRESCAN)]);
    let trimmed = head.trim_start();
    if trimmed.starts_with("<?xml") {
        let declaration = trimmed.split("?>").next().unwrap_or(trimmed);
        if let Some((_, rest)) = split_at_word(declaration, "encoding") {
            return label(rest.trim_start().strip_prefix('=')?);
        }
    }
    let mut rest: &str = &head;
    while let Some((_, after)) = split_at_word(rest, "<meta") {
        let tag = after.split('>').next().unwrap_or(after);
        let found = split_at_word(tag, "charset").and_then(|(_, value)| label(value.trim_start().strip_prefix('=')?));
        if found.is_some() {
            return found;
        }
        rest = after;
    }
    None
}

/// The encoding whose label begins `text`, quoted or not.
fn label(text: &str) -> Option<Charset> {
    let text = text.trim_start().trim_start_matches(['"', '\'']);
    let label = text.split(|c: char| c.is_whitespace() || "\"';>,".contains(c)).next().unwrap_or(text);
    named(label)
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
    fn a_broken_character_does_not_cost_the_others() {
        let utf8 = Some("text/html; charset=utf-8");
        let broken =
            |text: &str, bytes: &[u8]| text.as_bytes().split(|byte| *byte == b'X').collect::<Vec<_>>().join(bytes);
        for label in [utf8, None] {
            check(&broken("Москва и область ждут снега X", b"\xd0"), label, "Москва и область ждут снега \u{fffd}");
            check(&broken("中国的新闻报道说明天X会下雨", b"\xe9\x9b"), label, "中国的新闻报道说明天\u{fffd}会下雨");
            check(&broken("le café et la journée était X", b"\xc3"), label, "le café et la journée était \u{fffd}");
        }
        check(&broken("itXs über “us”", b"\x92"), utf8, "it’s über “us”");
        check(&broken("\u{feff}itXs cafX", b"\x92"), None, "it’s caf’");
        check(&broken("café, déjà: unX sortie", b"\xe9"), utf8, "café, déjà: uné sortie");
        check(b"\x93Hello\x94 it\x92s \xc3\xbcber", utf8, "“Hello” it’s über");
        assert_eq!(
            encoding_trouble(&broken("itXs über “us”", b"\x92"), utf8).as_deref(),
            Some("says it is UTF-8 and is UTF-8 with other bytes in it")
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
