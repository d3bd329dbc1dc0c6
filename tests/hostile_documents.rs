//! Whatever bytes come in: reading never panics, spans stand in their text, and what is costly is refused or quick.

use newsdigest::extract::{self, Options, clean};
use newsdigest::model::Document;
use proptest::prelude::*;

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
        let _ = (extract::fragment(&page, None), extract::title_text(&page), extract::canonical_url(&page));
    }

    #[test]
    fn kept_lines_stand_in_any_text(text in "(\\PC|[\n\r\t ]|[a-z ]{5,40}[.,]?){0,60}") {
        let cleaning = clean::lines(&text);
        for pair in cleaning.kept.windows(2) {
            prop_assert!(pair[0].end <= pair[1].start);
        }
        for span in &cleaning.kept {
            prop_assert!(text.get(span.clone()).is_some_and(|line| !line.contains('\n') && line.trim() == line));
        }
        prop_assert!((0.0..=1.0).contains(&cleaning.confidence));
    }

    #[test]
    fn any_mail_is_read(head in "(From|Subject|Date|Content-Type|MIME-Version): [^\r\n]{0,60}", body in "[ -~\n]{0,300}") {
        let _ = extract::mail(format!("{head}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{body}").as_bytes(), None, &Options::default());
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
fn one_long_line_and_many_short_ones_are_cleaned() {
    let long = "The council voted on Monday to rebuild the old bridge. ".repeat(40_000);
    assert_eq!(clean::lines(&long).kept.len(), 1);
    let many = "Read more\n".repeat(100_000);
    assert_eq!(clean::lines(&many).lines.len(), 100_000);
}
