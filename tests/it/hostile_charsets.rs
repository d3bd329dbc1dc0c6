//! Whatever bytes come under whatever label: text comes out, soon, not much larger than the bytes; and what is written in
//! an encoding and says so is read as it was written.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Duration;

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, ISO_2022_JP, ISO_8859_2, ISO_8859_3, ISO_8859_4, ISO_8859_5,
    ISO_8859_6, ISO_8859_7, ISO_8859_8, ISO_8859_8_I, ISO_8859_10, ISO_8859_13, ISO_8859_14, ISO_8859_15, ISO_8859_16,
    KOI8_R, KOI8_U, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253,
    WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258, X_MAC_CYRILLIC,
};
use newsdigest::extract::{decode, encoding_trouble};
use proptest::prelude::*;
use tokio::time::Instant;

/// Every encoding of the encoding standard that text can be written in, but for UTF-16.
const ENCODINGS: [&Encoding; 37] = [
    BIG5,
    EUC_JP,
    EUC_KR,
    GB18030,
    GBK,
    IBM866,
    ISO_2022_JP,
    ISO_8859_2,
    ISO_8859_3,
    ISO_8859_4,
    ISO_8859_5,
    ISO_8859_6,
    ISO_8859_7,
    ISO_8859_8,
    ISO_8859_8_I,
    ISO_8859_10,
    ISO_8859_13,
    ISO_8859_14,
    ISO_8859_15,
    ISO_8859_16,
    KOI8_R,
    KOI8_U,
    MACINTOSH,
    SHIFT_JIS,
    UTF_8,
    WINDOWS_874,
    WINDOWS_1250,
    WINDOWS_1251,
    WINDOWS_1252,
    WINDOWS_1253,
    WINDOWS_1254,
    WINDOWS_1255,
    WINDOWS_1256,
    WINDOWS_1257,
    WINDOWS_1258,
    X_MAC_CYRILLIC,
    encoding_rs::X_USER_DEFINED,
];

/// Names that mean no encoding, another than they seem to, or one that only we know.
const LABELS: [&str; 24] = [
    "",
    "utf-16",
    "utf-16be",
    "UTF-32",
    "utf-32le",
    "utf-7",
    "iso-2022-kr",
    "iso-2022-cn",
    "hz-gb-2312",
    "replacement",
    "x-klingon",
    "cp437",
    "cp850",
    "IBM855",
    "cp720",
    "ms932",
    "cp65001",
    "cp99999",
    "cp-1",
    "iso-8859-12",
    "iso-8859-99999999999999999999",
    "binary",
    "\u{130}\u{131}",
    "'\"",
];

/// Bytes that begin or switch something.
const MARKS: [&[u8]; 22] = [
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xff\xfe\0\0",
    b"\0\0\xfe\xff",
    b"+/v8-",
    b"\x1b$B",
    b"\x1b(B",
    b"\x1b(J",
    b"\x1b$)C",
    b"\x1b",
    b"\x0e",
    b"\x0f",
    b"~{",
    b"~}",
    b"\x8e\xa1",
    b"\x8f\xa1",
    b"\x81\x30\x81\x30",
    b"\xf0\x90\x8d",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\0",
];

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(&ENCODINGS[..]).prop_map(|encoding| encoding.name().to_owned()),
        prop::sample::select(&LABELS[..]).prop_map(str::to_owned),
        "[ -~]{0,20}",
        "\\PC{0,8}",
    ]
}

/// A piece of a document: a declaration, a mark, a run of anything, plain words.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let declaration = (name(), 0..5_usize).prop_map(|(name, form)| match form {
        0 => format!("<?xml version=\"1.0\" encoding=\"{name}\"?>"),
        1 => format!("<meta charset={name}>"),
        2 => format!("<META http-equiv=Content-Type content='text/html; charset={name}'>"),
        3 => format!("<meta charset=\"{name}"),
        _ => format!("<?xml encoding={name}"),
    });
    prop_oneof![
        declaration.prop_map(String::into_bytes),
        prop::sample::select(&MARKS[..]).prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..80),
        prop::collection::vec(128..=255_u8, 0..80),
        (any::<u8>(), 0..3000_usize).prop_map(|(byte, times)| vec![byte; times]),
        "[ -~]{0,60}".prop_map(String::into_bytes),
        ("\\PC{0,40}", prop::sample::select(&ENCODINGS[..]), any::<usize>()).prop_map(|(text, encoding, cut)| {
            let bytes = encoding.encode(&text).0;
            bytes[..cut % (bytes.len() + 1)].to_vec()
        }),
        "\\PC{0,20}".prop_map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        "\\PC{0,20}".prop_map(|text| text.chars().flat_map(|c| (c as u32).to_be_bytes()).collect()),
    ]
}

/// Letters of many scripts.
fn letters() -> impl Strategy<Value = Vec<char>> {
    let letter = prop_oneof![
        prop::char::range(' ', '~'),
        prop::char::range('\u{a0}', '\u{17f}'),
        prop::char::range('\u{384}', '\u{3ce}'),
        prop::char::range('\u{401}', '\u{45f}'),
        prop::char::range('\u{5d0}', '\u{64a}'),
        prop::char::range('\u{e01}', '\u{e5b}'),
        prop::char::range('\u{1e00}', '\u{1eff}'),
        prop::char::range('\u{2013}', '\u{2122}'),
        prop::char::range('\u{3001}', '\u{30ff}'),
        prop::char::range('\u{4e00}', '\u{9fa5}'),
        prop::char::range('\u{ac00}', '\u{d7a3}'),
        prop::char::range('\u{f780}', '\u{f7ff}'),
    ];
    prop::collection::vec(letter, 1..120)
}

/// The part of `letters` that can be written in `encoding` and read again, behind a beginning that is no mark.
fn writable(letters: &[char], encoding: &'static Encoding) -> String {
    let survives = |c: &&char| {
        let text = c.to_string();
        let (bytes, _, lost) = encoding.encode(&text);
        !lost && encoding.decode_without_bom_handling(&bytes).0 == text
    };
    "Text ".chars().chain(letters.iter().filter(survives).copied()).collect()
}

/// Bytes that are UTF-8 by chance, or could be: these are read as such whatever they say.
fn looks_like_utf8(bytes: &[u8]) -> bool {
    !bytes.is_ascii() && std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_global_rejects: u32::MAX, ..ProptestConfig::default() })]

    #[test]
    fn anything_under_any_label_becomes_text_soon(pieces in prop::collection::vec(piece(), 0..8), header in prop::option::of(name())) {
        let bytes = pieces.concat();
        let media_type = header.map(|name| format!("text/html; charset={name}"));
        let started = Instant::now();
        let text = decode(&bytes, media_type.as_deref());
        // No encoding has a byte that says more than a character of three bytes.
        prop_assert!(text.len() <= 3 * bytes.len(), "{} bytes became {}", bytes.len(), text.len());
        let _ = encoding_trouble(&bytes, media_type.as_deref());
        prop_assert!(started.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn what_says_its_encoding_is_read_as_it_was_written(letters in letters(), encoding in prop::sample::select(&ENCODINGS[..]), form in 0..3_usize) {
        let head = match form {
            1 => format!("<?xml version='1.0' encoding='{}'?>", encoding.name()),
            2 => format!("<meta charset={}>", encoding.name()),
            _ => String::new(),
        };
        let text = head + &writable(&letters, encoding);
        let bytes = encoding.encode(&text).0;
        prop_assume!(encoding == UTF_8 || !looks_like_utf8(&bytes));
        let media_type = (form == 0).then(|| format!("text/plain; charset={}", encoding.name()));
        prop_assert_eq!(decode(&bytes, media_type.as_deref()), text.as_str());
    }

    #[test]
    fn a_byte_order_mark_is_believed_before_any_label(letters in letters(), label in name(), form in 0..3_usize) {
        let text = letters.into_iter().collect::<String>();
        let marked = format!("\u{feff}{text}");
        let bytes: Vec<u8> = match form {
            0 => marked.clone().into_bytes(),
            1 => marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        };
        let media_type = format!("text/html; charset={label}");
        prop_assert_eq!(decode(&bytes, Some(&media_type)), text);
    }

    #[test]
    fn a_byte_that_is_no_utf_8_costs_only_itself(letters in letters(), at in any::<usize>(), byte in prop::sample::select(vec![0x92_u8, 0xc3, 0xd0, 0xff])) {
        prop_assume!(letters.iter().any(|letter| !letter.is_ascii()));
        let at = at % letters.len();
        let part = |letters: &[char]| letters.iter().collect::<String>();
        // A blank behind the byte, so that it begins no character.
        let (before, after) = (part(&letters[..at]), format!(" {}", part(&letters[at..])));
        let bytes = [before.as_bytes(), &[byte], after.as_bytes()].concat();
        let read = decode(&bytes, Some("text/xml; charset=utf-8"));
        let rest = read.strip_prefix(&before).and_then(|rest| rest.strip_suffix(&after));
        prop_assert_eq!(rest.map(|rest| rest.chars().count()), Some(1), "{}", read);
    }

    #[test]
    fn text_that_is_cut_inside_a_character_loses_no_more_than_that(letters in letters(), encoding in prop::sample::select(&ENCODINGS[..]), cut in any::<usize>()) {
        let text = writable(&letters, encoding);
        let bytes = encoding.encode(&text).0;
        let cut = &bytes[..5 + cut % (bytes.len() - 4)];
        prop_assume!(!looks_like_utf8(cut) || (encoding == UTF_8 && std::str::from_utf8(cut).is_ok()));
        let media_type = format!("text/plain; charset={}", encoding.name());
        let read = decode(cut, Some(&media_type));
        let whole = text.chars().zip(read.chars()).take_while(|(written, read)| written == read).count();
        // A cut escape sequence of ISO-2022-JP leaves up to two signs.
        prop_assert!(read.chars().count() - whole <= 2, "{read}");
    }
}
