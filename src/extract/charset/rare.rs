//! The encodings that the encoding standard of the web leaves out and documents still come in: UTF-32, ISO-2022-KR and the
//! code pages of DOS.

use encoding_rs::EUC_KR;
use oem_cp::code_table::DECODING_TABLE_CP_MAP;

/// How many bytes at the start of a document are looked at.
const HEAD: usize = 4096;

/// UTF-32 as text; with the byte order mark taken off.
pub(super) fn utf32(bytes: &[u8], big: bool) -> String {
    let read = |unit: &[u8]| {
        let unit: [u8; 4] = unit.try_into().unwrap_or_default();
        let number = if big { u32::from_be_bytes(unit) } else { u32::from_le_bytes(unit) };
        char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
    };
    let units = bytes.chunks(4).map(|unit| if unit.len() == 4 { read(unit) } else { char::REPLACEMENT_CHARACTER });
    units.enumerate().filter(|(place, c)| *place > 0 || *c != '\u{feff}').map(|(_, c)| c).collect()
}

/// Whether `bytes` are UTF-32, and then whether the big end comes first: every fourth byte is zero and the next hardly more.
pub(super) fn is_utf32(bytes: &[u8]) -> Option<bool> {
    let head = &bytes[..bytes.len().min(HEAD) & !3];
    let all = |high: usize, plane: usize| head.chunks_exact(4).all(|unit| unit[high] == 0 && unit[plane] <= 0x10);
    match () {
        () if head.len() < 8 => None,
        () if all(0, 1) => Some(true),
        () if all(3, 2) => Some(false),
        () => None,
    }
}

/// The text of the code page `page`; `None` for one that is not known.
pub(super) fn code_page(bytes: &[u8], page: u16) -> Option<String> {
    DECODING_TABLE_CP_MAP.get(&page).map(|table| table.decode_string_lossy(bytes))
}

/// The opening of ISO-2022-KR: KS X 1001 stands behind "shift out".
const DESIGNATION: &[u8] = b"\x1b$)C";

/// Whether `bytes` say that they are ISO-2022-KR.
pub(super) fn is_iso_2022_kr(bytes: &[u8]) -> bool {
    memchr::memmem::find(&bytes[..bytes.len().min(HEAD)], DESIGNATION).is_some()
        && !bytes.iter().take(HEAD).any(|byte| *byte > 127)
}

/// ISO-2022-KR (RFC 1557) as text: between "shift out" and "shift in", or the end of the line, it is EUC-KR without high bits.
pub(super) fn iso_2022_kr(bytes: &[u8]) -> String {
    let mut shifted = false;
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            0x0e => shifted = true,
            0x0f => shifted = false,
            0x1b if after.starts_with(&DESIGNATION[1..]) => rest = &after[3..],
            b'\n' => {
                shifted = false;
                plain.push(byte);
            }
            0x21..=0x7e if shifted => plain.push(byte | 0x80),
            _ => plain.push(byte),
        }
    }
    EUC_KR.decode_without_bom_handling(&plain).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_encodings_are_read() {
        assert_eq!(utf32(b"\0\0\xfe\xff\0\0\0a\0\x01\x03\x13\0", true), "a\u{10313}\u{fffd}");
        assert_eq!(is_utf32(b"<\0\0\0a\0\0\0>\0\0\0"), Some(false));
        assert_eq!(is_utf32(b"\0\0\0<\0\x01\x03\x13\0\0\0>"), Some(true));
        assert_eq!(is_utf32(b"\0<\0a\0>\0b"), None);
        assert_eq!(code_page(b"\xb7\xe1\xd4\xd6 a", 855).as_deref(), Some("ирно a"));
        assert_eq!(code_page(b"", 12), None);
        let korean = b"\x1b$)C\x0eGQ1[\x0f, abc\n";
        assert!(is_iso_2022_kr(korean));
        assert_eq!(iso_2022_kr(korean), "한글, abc\n");
    }
}
