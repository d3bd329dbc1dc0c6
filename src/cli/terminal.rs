//! The one way to a terminal: what could command it, or turn its text around, is shown as an escape.
//!
//! Headlines, sentences and answers of servers are written by strangers. A control character among them could move the
//! cursor, rename the window or type for the user; a direction control could make one text look like another. Each
//! becomes the escape that JSON knows (`\u001b`), so that JSON stays what it was and text shows what was there.

use std::io::{self, StdoutLock, Write};

/// The standard output.
pub(super) fn stdout() -> Visible<StdoutLock<'static>> {
    Visible::new(io::stdout().lock())
}

/// `text` as it may be shown.
pub(super) fn visible(text: &str) -> String {
    let mut shown = Visible::new(Vec::with_capacity(text.len()));
    // Writing to memory does not fail, and what is left of UTF-8 is UTF-8.
    let _ = shown.write_all(text.as_bytes()).and_then(|()| shown.flush());
    String::from_utf8_lossy(&std::mem::take(&mut shown.out)).into_owned()
}

/// A writer that shows control characters (but for line feed and tab) and direction controls as escapes.
pub(super) struct Visible<W: Write> {
    out: W,
    /// The first bytes of a character whose last is not here yet.
    begun: Vec<u8>,
    shown: Vec<u8>,
}

impl<W: Write> Visible<W> {
    fn new(out: W) -> Self {
        Self { out, begun: Vec::new(), shown: Vec::new() }
    }

    fn escape(&mut self, code: u16) {
        self.begun.clear();
        // Writing to memory does not fail.
        let _ = write!(self.shown, "\\u{code:04x}");
    }

    fn keep(&mut self, byte: u8) {
        self.shown.append(&mut self.begun);
        self.shown.push(byte);
    }

    fn add(&mut self, byte: u8) {
        match (self.begun.as_slice(), byte) {
            ([], b'\n' | b'\t') => self.shown.push(byte),
            ([], 0..0x20 | 0x7f) => self.escape(u16::from(byte)),
            ([], 0xc2 | 0xe2) | ([0xe2], 0x80 | 0x81) => self.begun.push(byte),
            // C1: eight-bit escapes.
            ([0xc2], 0x80..=0x9f) => self.escape(u16::from(byte)),
            // U+202A to U+202E: embeddings and overrides.
            ([0xe2, 0x80], 0xaa..=0xae) => self.escape(0x2000 + u16::from(byte - 0x80)),
            // U+2066 to U+2069: isolates.
            ([0xe2, 0x81], 0xa6..=0xa9) => self.escape(0x2040 + u16::from(byte - 0x80)),
            _ => self.keep(byte),
        }
    }
}

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.shown.clear();
        bytes.iter().for_each(|byte| self.add(*byte));
        self.out.write_all(&self.shown)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&std::mem::take(&mut self.begun))?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_could_command_a_terminal_is_shown() {
        for (text, expected) in [
            ("plain\ttext\n", "plain\ttext\n"),
            ("\x1b[31mred\x07\r", "\\u001b[31mred\\u0007\\u000d"),
            ("\u{9b}31m \u{85} \u{7f}", "\\u009b31m \\u0085 \\u007f"),
            ("a\u{202e}txt.exe\u{202c}", "a\\u202etxt.exe\\u202c"),
            ("\u{2066}x\u{2069}", "\\u2066x\\u2069"),
            ("é – “Ⅷ” עברית 👨‍👩‍👧", "é – “Ⅷ” עברית 👨‍👩‍👧"),
        ] {
            assert_eq!(visible(text), expected);
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_shown_can_command_and_json_stays_the_same(text in ".*", cut in 0..40_usize) {
            let json = serde_json::to_string(&text).unwrap();
            let mut shown = Visible::new(Vec::new());
            let cut = cut.min(json.len());
            shown.write_all(&json.as_bytes()[..cut]).unwrap();
            shown.write_all(&json.as_bytes()[cut..]).unwrap();
            shown.flush().unwrap();
            let shown = String::from_utf8(shown.out).unwrap();
            let bad = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            prop_assert!(!shown.contains(bad), "{shown:?}");
            prop_assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
        }
    }
}
