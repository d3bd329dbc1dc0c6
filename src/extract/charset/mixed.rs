//! UTF-8 in which some bytes are none: characters that a program cut in half, and what was pasted in from windows-1252.
//!
//! One such byte in a feed must not cost the rest of it: a text most of whose characters beyond ASCII are UTF-8 is UTF-8,
//! and each other byte is what it can be: a quotation mark or letter of windows-1252, else U+FFFD.

use encoding_rs::WINDOWS_1252;

/// Whether `bytes`, which are not valid UTF-8, are UTF-8 but for a few of them; `declared` says that they claim to be.
pub(super) fn is_nearly_utf8(bytes: &[u8], declared: bool) -> bool {
    let (mut whole, mut broken, mut only_marks) = (0, 0, true);
    for chunk in bytes.utf8_chunks() {
        whole += leads(chunk.valid()).count();
        broken += usize::from(!chunk.invalid().is_empty());
        only_marks &= matches!(chunk.invalid(), [] | [0x80..=0x9f]);
    }
    let mostly = if declared { whole * 2 >= broken } else { whole >= broken * 4 };
    whole > 0 && (mostly || (declared && only_marks))
}

/// The text of `bytes`.
pub(super) fn read(bytes: &[u8]) -> String {
    let western = is_western(bytes);
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        match chunk.invalid() {
            [] => {}
            // C2 and C3 begin most letters of Western languages: what follows was cut off.
            [byte @ (0x80..=0xc1 | 0xc4..=0xff)] if western || *byte < 0xa0 => {
                text.push_str(&WINDOWS_1252.decode_without_bom_handling(&[*byte]).0);
            }
            _ => text.push(char::REPLACEMENT_CHARACTER),
        }
    }
    text
}

/// Whether most characters beyond ASCII are letters of Western languages and punctuation.
fn is_western(bytes: &[u8]) -> bool {
    let (mut all, mut western) = (0, 0);
    for lead in bytes.utf8_chunks().flat_map(|chunk| leads(chunk.valid())) {
        all += 1;
        western += usize::from(matches!(lead, 0xc2..=0xc5 | 0xe2));
    }
    western * 2 >= all
}

/// The first byte of each character beyond ASCII.
fn leads(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(|byte| *byte >= 0xc0)
}
