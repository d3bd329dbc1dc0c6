//! Quoted-printable (RFC 2045, 6.7) for the wire.
//!
//! lettre's encoder leaves `From ` and `.` at the start of a line as they are; relays that rewrite those break the
//! signature. This one encodes them, so a message passes every relay byte for byte.

const LONGEST: usize = 76;

/// The lines of `text`, without their ends; the end of the last one opens no other.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line))
}

/// Adds `line` to `out` in 7-bit lines of at most 76 characters that end with CRLF.
pub(super) fn encode_line(line: &str, out: &mut Vec<u8>) {
    let mut width = 0;
    let last = line.len().wrapping_sub(1);
    for char in line.char_indices() {
        let (at, char) = char;
        let mut buffer = [0; 4];
        let bytes = char.encode_utf8(&mut buffer).as_bytes();
        let start = width == 0;
        let literal = match char {
            '=' => false,
            '.' => !start,
            'F' => !(start && line[at..].starts_with("From ")),
            ' ' | '\t' => at != last,
            '!'..='~' => true,
            _ => false,
        };
        let needed = if literal { 1 } else { 3 * bytes.len() };
        // The last character of the line needs no room for a soft break; a character is never split over two lines.
        let room = if at + bytes.len() == line.len() { LONGEST } else { LONGEST - 1 };
        if width + needed > room {
            out.extend_from_slice(b"=\r\n");
            width = 0;
            if matches!(char, '.') || char == 'F' && line[at..].starts_with("From ") {
                escape(bytes, out);
                width = 3;
                continue;
            }
        }
        if literal {
            out.push(bytes[0]);
        } else {
            escape(bytes, out);
        }
        width += needed;
    }
    out.extend_from_slice(b"\r\n");
}

fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in bytes {
        out.extend_from_slice(&[b'=', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        lines(text).for_each(|line| encode_line(line, &mut out));
        out
    }

    fn check(text: &str, expected: &str) {
        assert_eq!(String::from_utf8(encode(text)).unwrap(), expected);
    }

    #[test]
    fn plain_text_stays_readable() {
        check("", "\r\n");
        check("one\ntwo\r\n", "one\r\ntwo\r\n");
        check("a = b", "a =3D b\r\n");
        check("Grüße", "Gr=C3=BC=C3=9Fe\r\n");
        check("blank at the end ", "blank at the end=20\r\n");
    }

    #[test]
    fn what_relays_rewrite_is_encoded() {
        check(".hidden\nFrom here\nFrom: not\n..", "=2Ehidden\r\n=46rom here\r\nFrom: not\r\n=2E.\r\n");
        check("a\rb", "a=0Db\r\n");
        let dots = ".".repeat(200);
        assert!(encode(&dots).split(|&byte| byte == b'\n').all(|line| !line.starts_with(b".")));
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "\\PC{0,300}|[ .=\\r\\n\\tF\u{e9}\u{1F600}a]{0,300}|(From |\\.|a){0,120}") {
            let encoded = encode(&text);
            for line in encoded.strip_suffix(b"\r\n").unwrap().split(|&byte| byte == b'\n') {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                prop_assert!(line.len() <= LONGEST && line.is_ascii());
                prop_assert!(!line.starts_with(b".") && !line.starts_with(b"From "));
                prop_assert!(!line.ends_with(b" ") && !line.ends_with(b"\t"));
            }
            let mut mail = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".to_vec();
            mail.extend_from_slice(&encoded);
            let parsed = mail_parser::MessageParser::default().parse(&mail).unwrap();
            let lines = |text: &str| text.replace("\r\n", "\n").trim_end_matches(['\r', '\n']).to_owned();
            prop_assert_eq!(lines(&parsed.body_text(0).unwrap()), lines(&text));
        }
    }
}
