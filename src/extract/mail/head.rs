//! The head of a mail, its texts brought to UTF-8: encoded words that are cut inside a character, letters of an encoding that
//! nobody declared.

use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine as _;
use mail_parser::decoders::base64::base64_decode;
use regex::bytes::Regex;

use crate::extract::charset::{decode_as, detect};

/// Largest head that is looked at, in bytes.
const LARGEST: usize = 1 << 20;

/// How much of a body helps to guess the encoding of the head, in bytes.
const SAMPLE: usize = 16 * 1024;

/// The mail with a head in which each run of encoded words (RFC 2047) of one encoding is one word of UTF-8, and raw letters
/// are UTF-8.
///
/// Senders cut a text into words by its bytes, which the RFC forbids (section 5) and which half of them do; a parser that
/// decodes word by word then loses a character at each end.
pub(super) fn recoded(mail: &[u8]) -> Cow<'_, [u8]> {
    let end = end_of_head(mail);
    let head = &mail[..end];
    if end > LARGEST || (head.is_ascii() && memchr::memmem::find(head, b"=?").is_none()) {
        return Cow::Borrowed(mail);
    }
    let head =
        if std::str::from_utf8(head).is_ok() { Cow::Borrowed(head) } else { lines_recoded(head, &mail[end..]).into() };
    let mut recoded = joined(&head);
    recoded.extend_from_slice(&mail[end..]);
    Cow::Owned(recoded)
}

/// Where the head ends: behind its last line.
fn end_of_head(mail: &[u8]) -> usize {
    let mut at = 0;
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            break;
        }
        at += line.len();
    }
    at
}

/// Each line that is not UTF-8 read in the encoding that all of them look like, with the body's letters where those are of no
/// declared encoding either: a subject alone is short for a guess.
fn lines_recoded(head: &[u8], body: &[u8]) -> Vec<u8> {
    let lines = || head.split_inclusive(|byte| *byte == b'\n');
    let mut sample: Vec<u8> = lines().filter(|line| std::str::from_utf8(line).is_err()).flatten().copied().collect();
    if memchr::memmem::find(head, b"charset").is_none() && std::str::from_utf8(body).is_err() {
        sample.extend_from_slice(&body[..body.len().min(SAMPLE)]);
    }
    let label = detect(&sample, None).name();
    let read = |line: &[u8]| match std::str::from_utf8(line) {
        Ok(_) => line.to_vec(),
        Err(_) => decode_as(line, &label).into_bytes(),
    };
    lines().flat_map(read).collect()
}

/// A run of encoded words becomes one.
fn joined(head: &[u8]) -> Vec<u8> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?-u)=\?([A-Za-z0-9_.:()+-]{2,40})(?:\*[A-Za-z0-9-]*)?\?([BbQq])\?([^?\r\n]*)\?=")
            .expect("the pattern is a constant, and a test runs it")
    });
    let mut joined: Vec<u8> = Vec::with_capacity(head.len());
    // The bytes of the run so far, and their encoding.
    let mut run: Option<(String, Vec<u8>)> = None;
    let mut from = 0;
    for found in WORD.captures_iter(head) {
        let (whole, label) = (found.get_match(), String::from_utf8_lossy(&found[1]).to_ascii_lowercase());
        let between = &head[from..whole.start()];
        // White space between two words is none (RFC 2047, section 6.2).
        let goes_on = run.is_some() && between.trim_ascii().is_empty();
        if !goes_on || run.as_ref().is_some_and(|(known, _)| *known != label) {
            write(&mut joined, run.take());
            if goes_on {
                // The space between two words has to stay one that means nothing.
                joined.push(b' ');
            } else {
                joined.extend_from_slice(between);
            }
        }
        let bytes = if found[2].eq_ignore_ascii_case(b"b") { from_base64(&found[3]) } else { from_quoted(&found[3]) };
        run.get_or_insert_with(|| (label, Vec::new())).1.extend(bytes);
        from = whole.end();
    }
    write(&mut joined, run);
    joined.extend_from_slice(&head[from..]);
    joined
}

fn write(joined: &mut Vec<u8>, run: Option<(String, Vec<u8>)>) {
    let Some((label, bytes)) = run else { return };
    let text = decode_as(&bytes, &label);
    joined.extend_from_slice(b"=?utf-8?B?");
    joined.extend_from_slice(base64::engine::general_purpose::STANDARD.encode(text.as_bytes()).as_bytes());
    joined.extend_from_slice(b"?=");
}

fn from_base64(text: &[u8]) -> Vec<u8> {
    let clean: Vec<u8> =
        text.iter().copied().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).collect();
    let padded = [&clean[..], &b"==="[..(4 - clean.len() % 4) % 4]].concat();
    base64_decode(&padded).unwrap_or_default()
}

fn from_quoted(text: &[u8]) -> Vec<u8> {
    let hex =
        |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match (text[at], hex(at + 1)) {
            (b'=', Some(byte)) => {
                bytes.push(byte);
                at += 2;
            }
            (b'_', _) => bytes.push(b' '),
            (byte, _) => bytes.push(byte),
        }
        at += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_cut_inside_a_character_are_whole_again() {
        let subject = |mail: &[u8]| {
            let recoded = recoded(mail).into_owned();
            mail_parser::MessageParser::default().parse(&recoded).unwrap().subject().unwrap_or_default().to_owned()
        };
        for (written, expected) in [
            ("=?utf-8?Q?Caf=C3?=\r\n =?utf-8?Q?=A9_und_Hafen?=", "Café und Hafen"),
            ("=?UTF-8?B?w5xm?= =?UTF-8?B?ZXI=?=", "Üfer"),
            ("Re: =?iso-8859-1?Q?K=FCste?= am Meer", "Re: Küste am Meer"),
            ("=?ISO-2022-JP?B?GyRCOUEkTktJR0hEaRsoQg==?=", "港の防波堤"),
            ("=?gb2312?B?0+bD8bPQxbWx?=\r\n\t=?gb2312?B?o7ukuNu/2g==?=", "渔民承诺保护港口"),
            ("=?utf-7?Q?Caf+AOk am Hafen?=", "Café am Hafen"),
            ("=?utf-8?Q?a?= =?iso-8859-1?Q?=FC?=", "aü"),
            ("plain", "plain"),
            ("=?broken", "=?broken"),
        ] {
            assert_eq!(subject(format!("Subject: {written}\r\n\r\nText.").as_bytes()), expected, "{written}");
        }
        assert_eq!(subject(b"Subject: K\xfcstenschutz an der M\xfcndung\r\n\r\nText."), "Küstenschutz an der Mündung");
    }
}
