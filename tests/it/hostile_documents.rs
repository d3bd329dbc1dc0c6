//! Whatever bytes come in: reading never panics, spans stand in their text, and what is costly is refused or quick.

use std::time::Duration;

use newsdigest::extract::{self, Options, boilerplate};
use newsdigest::model::Document;
use proptest::prelude::*;
use tokio::time::Instant;

/// Pieces of pages, put together in any order.
const PIECES: [&str; 40] = [
    "<p>",
    "</p>",
    "<div class=comment>",
    "</div>",
    "<b>",
    "<i id=x>",
    "</b>",
    "<table>",
    "<tr><td>",
    "</table>",
    "<script>",
    "</script>",
    "<style>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<a href='javascript:x'>",
    "</a>",
    "<svg><p>",
    "<math><mi>",
    "<template>",
    "<select><option>",
    "<title>",
    "<h1>",
    "<meta charset=utf-16>",
    "<time datetime=2026-11-23>",
    "&amp;",
    "&#0;",
    "&lt;",
    "<",
    ">",
    "\"",
    "\u{0}",
    "\u{202e}",
    "The council voted on Monday to rebuild the bridge. ",
    "Ärger über Straßen. ",
    "你好。",
    "\n",
    "<noscript>",
];

/// Pieces of mails, put together in any order.
const MAIL_PIECES: [&[u8]; 44] = [
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"From: Ann <ann@example.org>\r\n",
    b"From: \"",
    b"From ann@example.org Mon Nov  2 10:00:00 2026\n",
    b"Subject: =?utf-8?B?R3LDvMOfZQ==?= =?iso-8859-1?Q?=E9?=\r\n",
    b"Subject: =?utf-16?B?",
    b"=?x?Q?",
    b"?=",
    b"Date: Mon, 2 Nov 2026 10:00:00 +0000\r\n",
    b"Date: Mon, 99 Foo 99999999999 25:61:61 +9999999\r\n",
    b"MIME-Version: 1.0\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: multipart/alternative; boundary=\"c\"\r\n\r\n",
    b"Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Type: text/html; charset=windows-1251\r\n",
    b"Content-Type: text/plain; charset=utf-7; format=flowed\r\n",
    b"Content-Type: text/calendar\r\n",
    b"Content-Type: image/png; name*0*=utf-8''%E2%82; name*1*=%AC\r\n",
    b"Content-Disposition: attachment; filename=\"x\r\n",
    b"Content-Transfer-Encoding: base64\r\n\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n\r\n",
    b"List-Unsubscribe: <https://example.org/leave>, <mailto:leave@example.org>\r\n",
    b"--b\r\n",
    b"--b--\r\n",
    b"--c\r\n",
    b"--c--",
    b"--",
    b"=3D",
    b"=E4=BD",
    b"=\r\n",
    b"RGllIEJy/Nxja2U=",
    b"begin 644 x\r\n",
    b"<a href=\"https://click.example/?url=https%3A%2F%2Fexample.org%2F\">The council voted on Monday.</a>",
    b"<div><p>The council voted on Monday to rebuild the bridge.</p>",
    b"> > quoted\r\n> On Monday Ann wrote:\r\n",
    b"-- \r\nAnn\r\n",
    b"(((((((((",
    b"\t folded",
    b"\0",
    b"\xff\xfe\xe2\x82",
];

fn mail() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        20 => prop::sample::select(&MAIL_PIECES[..]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn page() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..80).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..600), media_type in prop::sample::select(vec![None, Some("text/html"), Some("message/rfc822"), Some("text/plain; charset=utf-16")])) {
        let document = Document { bytes, media_type: media_type.map(str::to_owned), url: None };
        let (article, _) = extract::read(&document, &Options::default());
        prop_assert!((0.0..=1.0).contains(&article.confidence));
    }

    #[test]
    fn any_page_is_read_and_sanitized(page in page()) {
        let (article, _) = extract::html(&page, Some("https://example.org/a/b"), &Options::default());
        prop_assert!((0.0..=1.0).contains(&article.confidence));
        let safe = extract::sanitize(&page, Some("https://example.org/"));
        let lower = safe.as_str().to_lowercase();
        prop_assert!(!lower.contains("<script") && !lower.contains("href=\"javascript") && !lower.contains("<img"));
        let _ = (extract::fragment(&page), extract::title_text(&page), extract::canonical_url(&page));
    }

    #[test]
    fn kept_lines_stand_in_any_text(text in "(\\PC|[\n\r\t ]|[a-z ]{5,40}[.,]?){0,60}") {
        let cleaning = boilerplate::lines(&text);
        for pair in cleaning.kept.windows(2) {
            prop_assert!(pair[0].end <= pair[1].start);
        }
        for span in &cleaning.kept {
            prop_assert!(text.get(span.clone()).is_some_and(|line| !line.contains('\n') && line.trim() == line));
        }
        prop_assert!((0.0..=1.0).contains(&cleaning.confidence));
    }

    #[test]
    fn any_mail_is_read(mail in mail()) {
        let (article, _) = extract::mail(&mail, Some("https://example.org/mail"), &Options::default());
        prop_assert!((0.0..=1.0).contains(&article.confidence));
    }
}

#[test]
fn costly_pages_are_read_or_refused_with_a_reason() {
    let pages = [
        format!("{}deep{}", "<div>".repeat(20_000), "</div>".repeat(20_000)),
        "<a href=/x>link</a> ".repeat(200_000),
        format!("<p>{}</p>", "word ".repeat(4_000_000)),
        "<b><i><u>x".repeat(30_000),
        format!("<div {}>x</div>", (0..50_000).map(|i| format!("a{i}=1 ")).collect::<String>()),
        "<table><tr><td>".repeat(5_000),
        "<li><ul>".repeat(20_000),
    ];
    for page in pages {
        let (article, problems) = extract::html(&page, None, &Options::default());
        assert!(!article.text.is_empty() || !problems.is_empty(), "{}", &page[..60]);
    }
}

#[test]
fn costly_mails_are_read_soon() {
    let part = |kind: &str, body: &str| format!("From: a@example.org\r\nContent-Type: {kind}\r\n\r\n{body}");
    let nested = |number: usize| format!("Content-Type: multipart/mixed; boundary=b{number}\r\n\r\n--b{number}\r\n");
    for mail in [
        format!("From: {}\r\n\r\nText.", "(".repeat(500_000)),
        format!("Subject: {}\r\n\r\nText.", "=?utf-8?Q?a?= ".repeat(100_000)),
        format!("{}\r\nText.", "X-A: b\r\n".repeat(200_000)),
        (0..20_000).map(nested).collect(),
        "Content-Type: message/rfc822\r\n\r\n".repeat(20_000),
        part("multipart/mixed; boundary=b", &"--b\r\n\r\nText.\r\n".repeat(100_000)),
        part("text/html", &"<div>".repeat(100_000)),
        part("text/plain", &"> ".repeat(1_000_000)),
    ] {
        let started = Instant::now();
        let _ = extract::mail(mail.as_bytes(), None, &Options::default());
        assert!(started.elapsed() < Duration::from_secs(30), "{}: {:?}", &mail[..60], started.elapsed());
    }
}

#[test]
fn one_long_line_and_many_short_ones_are_cleaned() {
    let long = "The council voted on Monday to rebuild the old bridge. ".repeat(40_000);
    assert_eq!(boilerplate::lines(&long).kept.len(), 1);
    let many = "Read more\n".repeat(100_000);
    assert_eq!(boilerplate::lines(&many).lines.len(), 100_000);
}
