//! Encodings of mail that write other letters in ASCII: UTF-7 (RFC 2152) and HZ (RFC 1843).

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use encoding_rs::GBK;

/// The text of `bytes`, which are UTF-7: letters beyond ASCII stand between `+` and the first sign that is not of base64.
pub(super) fn utf7(bytes: &[u8]) -> String {
    // The last digit of a run carries bits that belong to nothing.
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let text = String::from_utf8_lossy(bytes);
    let mut found = String::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some(at) = rest.find('+') {
        found.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/'))).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after.strip_prefix('-').unwrap_or(after);
        if run.is_empty() {
            found.push('+');
            continue;
        }
        let units = LENIENT.decode(run).unwrap_or_default();
        let units: Vec<u16> = units.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        found.push_str(&String::from_utf16_lossy(&units));
    }
    found.push_str(rest);
    found
}

/// The text of `bytes`, which are HZ: GB 2312 without its high bits stands between `~{` and `~}`.
pub(super) fn hz(bytes: &[u8]) -> String {
    let mut plain: Vec<u8> = Vec::with_capacity(bytes.len());
    let (mut at, mut chinese) = (0, false);
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'~', Some(b'{')) => chinese = true,
            (b'~', Some(b'}')) => chinese = false,
            (b'~', Some(b'~')) if !chinese => plain.push(b'~'),
            (b'~', Some(b'\n')) if !chinese => {}
            (high, Some(low)) if chinese && high.is_ascii_graphic() && low.is_ascii_graphic() => {
                plain.extend([high | 0x80, low | 0x80]);
            }
            (byte, _) => {
                // A line never ends inside of it.
                chinese &= byte != b'\n';
                plain.push(byte);
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    GBK.decode_without_bom_handling(&plain).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_hidden_in_ascii_are_found() {
        for (written, expected) in [
            ("Caf+AOk am Hafen", "Café am Hafen"),
            ("1 +- 1", "1 + 1"),
            ("+ZeVnLIqe-x", "日本語x"),
            ("A+", "A+"),
            ("", ""),
        ] {
            assert_eq!(utf7(written.as_bytes()), expected, "{written}");
        }
        assert_eq!(hz(b"The ~{VPND~} ~~ text"), "The 中文 ~ text");
        assert_eq!(hz(b"~{VP\nplain"), "中\nplain");
    }
}
