//! Feeds that were cut, stirred and mixed at random: whatever comes in, reading ends soon, panics never, and lets
//! nothing dangerous out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::time::Duration;

use newsdigest::model::Feed;
use newsdigest::source::{Files, feed, opml};
use proptest::prelude::*;
use tokio::time::Instant;

/// The feeds of the fixtures.
fn fixtures() -> Vec<Vec<u8>> {
    let mut paths: Vec<_> =
        fs::read_dir("tests/fixtures/feeds").unwrap().map(|folder| folder.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|folder| fs::read(folder.join("input.xml")).or_else(|_| fs::read(folder.join("input.json"))).unwrap())
        .collect()
}

/// Pieces that have broken readers before.
const PIECES: [&str; 36] = [
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml",
    "?>",
    "<!DOCTYPE x [<!ENTITY a \"b\">]>",
    "&a;",
    "&#0;",
    "&#x110000;",
    "&",
    "<",
    ">",
    "\"",
    "<item>",
    "</item>",
    "<entry>",
    "</channel>",
    "xmlns=\"http://www.w3.org/1999/xhtml\"",
    "xml:base=\"::\"",
    "<link href='javascript:alert(1)'/>",
    "\u{0}",
    "\u{202e}",
    "<title type='xhtml'>",
    "<?xml version='1.0' encoding='utf-16'?>",
    "<?xml encoding='windows-1251'?>",
    "</description>",
    "<description>",
    "<guid>",
    "<link>",
    "<pubDate>Tue, 3 Mars 26 10:00 PM</pubDate>",
    "<updated>2026-11-23T24:00:00Z</updated>",
    "<media:group>",
    "&#x80;",
    "&nbsp;",
    "<br>",
];

#[derive(Debug, Clone)]
enum Change {
    Cut(usize),
    Behead(usize),
    Byte(usize, u8),
    Piece(usize, usize),
    Repeat(usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<usize>().prop_map(Change::Cut),
        any::<usize>().prop_map(Change::Behead),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (any::<usize>(), any::<usize>()).prop_map(|(at, piece)| Change::Piece(at, piece)),
        (any::<usize>(), any::<usize>(), 1..200_usize)
            .prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let length = bytes.len().max(1);
    match change {
        Change::Cut(at) => bytes.truncate(at % length),
        Change::Behead(at) => drop(bytes.drain(..at % length)),
        Change::Byte(at, byte) if !bytes.is_empty() => bytes[at % length] = *byte,
        Change::Byte(..) => {}
        Change::Piece(at, piece) => {
            let at = at % length.min(bytes.len() + 1);
            bytes.splice(at..at, PIECES[piece % PIECES.len()].bytes());
        }
        Change::Repeat(at, part, times) => {
            let from = (at % length).min(bytes.len());
            let part = bytes[from..(from + part % 64).min(bytes.len())].repeat(*times);
            bytes.splice(from..from, part);
        }
    }
}

fn is_safe(feed: &Feed) -> bool {
    let links = feed.links.iter().chain(feed.entries.iter().flat_map(|entry| &entry.links));
    let titles = feed.title.iter().chain(feed.entries.iter().flat_map(|entry| &entry.title));
    links.into_iter().all(|link| !link.href.trim_start().to_ascii_lowercase().starts_with("javascript:"))
        && titles.into_iter().all(|title| !title.contains(|c: char| c.is_control() || c == '\u{202e}'))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stirred_feed_is_read_soon_and_safely(which in any::<usize>(), changes in prop::collection::vec(change(), 1..12)) {
        let all = fixtures();
        let mut bytes = all[which % all.len()].clone();
        changes.iter().for_each(|change| apply(&mut bytes, change));
        let started = Instant::now();
        if let Ok((feed, _)) = feed::parse(&bytes, None, Some("https://example.org/feed")) {
            prop_assert!(is_safe(&feed), "{feed:?}");
        }
        let _ = opml::read(&bytes, Files::Refused);
        prop_assert!(started.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn random_bytes_are_read_soon(bytes in prop::collection::vec(any::<u8>(), 0..2000), media_type in "[ -~]{0,40}") {
        let _ = feed::parse(&bytes, Some(&media_type), None);
        let _ = opml::read(&bytes, Files::Refused);
    }

    #[test]
    fn of_a_feed_that_breaks_off_the_whole_entries_are_kept(count in 1..20_usize, at in any::<usize>()) {
        let items: String = (0..count).map(|n| format!("<item><title>Entry {n}</title><link>https://example.org/{n}</link></item>")).collect();
        let text = format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>");
        let cut = &text[..at % text.len()];
        let whole = cut.matches("</item>").count();
        match feed::parse(cut.as_bytes(), None, None) {
            Ok((feed, problems)) => {
                prop_assert_eq!(feed.entries.len(), whole);
                let titles = (0..whole).map(|n| Some(format!("Entry {n}"))).collect::<Vec<_>>();
                prop_assert_eq!(feed.entries.into_iter().map(|entry| entry.title).collect::<Vec<_>>(), titles);
                prop_assert_eq!(problems.len(), 1);
            }
            Err(_) => prop_assert_eq!(whole, 0),
        }
    }
}

#[test]
fn outlines_nested_without_end_are_read_soon() {
    let outline = |number: usize| format!("<outline text='{number}' xmlUrl='https://example.org/{number}'>");
    let nested: String = (0..100_000).map(outline).collect();
    let started = Instant::now();
    let _ = opml::read(format!("<opml version='2.0'><body>{nested}</body></opml>").as_bytes(), Files::Refused);
    let _ = feed::parse(&b"[".repeat(1_000_000), None, None);
    let _ = feed::parse(&b"{\"a\":".repeat(1_000_000), None, None);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}
