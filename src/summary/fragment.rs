//! A sentence → a link that scrolls to it.
//!
//! Text fragments (WICG scroll-to-text-fragment): `url#:~:text=[prefix-,]start[,end][,-suffix]`. A short sentence is
//! given whole, a long one by its first and last words; when the same words stand earlier in the text, what stands
//! before them tells them apart. No part crosses a line break, for it may be the end of an element.

use std::ops::Range;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::text;

/// Sentences up to this many characters are given whole.
const SHORT: usize = 100;

/// Words at each end of a long sentence, and in prefix and suffix.
const ENDS: usize = 5;

/// Commas, hyphens and ampersands mean something in a text directive; so everything but these is encoded.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'_').remove(b'~');

/// `url` with a text directive for `text[span]`; an `#anchor` of the URL is kept.
pub fn text_fragment(url: &str, text: &str, span: Range<usize>) -> String {
    let (page, anchor) = url.split_once('#').unwrap_or((url, ""));
    let anchor = anchor.split(":~:").next().unwrap_or_default();
    match directive(text, span) {
        Some(directive) => format!("{page}#{anchor}:~:text={directive}"),
        None => url.to_owned(),
    }
}

/// What stands after `text=`; `None` for a span without words.
fn directive(text: &str, span: Range<usize>) -> Option<String> {
    let sentence = text.get(span.clone())?.trim();
    if !sentence.chars().any(char::is_alphanumeric) {
        return None;
    }
    let whole = sentence.chars().count() <= SHORT && !sentence.contains(['\n', '\r']);
    let (start, end) = if whole {
        (sentence, None)
    } else {
        let (first_line, last_line) = (sentence.lines().next()?.trim(), sentence.lines().next_back()?.trim());
        (first_words(first_line, ENDS), Some(last_words(last_line, ENDS)))
    };
    let mut parts = Vec::with_capacity(4);
    let before = text.get(..span.start)?;
    if before.contains(start) {
        parts.extend(prefix(before).map(|prefix| format!("{}-", encode(prefix))));
    }
    parts.push(encode(start));
    parts.extend(end.map(encode));
    let after = text.get(span.end..)?;
    if parts.len() == usize::from(end.is_some()) + 1 && before.contains(start) {
        parts.extend(suffix(after).map(|suffix| format!("-{}", encode(suffix))));
    }
    Some(parts.join(","))
}

fn encode(part: &str) -> String {
    let spaced: Vec<&str> = part.split_whitespace().collect();
    utf8_percent_encode(&spaced.join(" "), PLAIN).to_string()
}

/// The last words of the line before the sentence.
fn prefix(before: &str) -> Option<&str> {
    before.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(|line| last_words(line, ENDS))
}

/// The first words of what follows the sentence.
fn suffix(after: &str) -> Option<&str> {
    after.lines().map(str::trim).find(|line| !line.is_empty()).map(|line| first_words(line, ENDS))
}

/// The first `count` words, with what stands between them.
fn first_words(line: &str, count: usize) -> &str {
    match pieces(line).get(count - 1) {
        Some(piece) => &line[..piece.end],
        None => line,
    }
}

/// The last `count` words, to the end of the line.
fn last_words(line: &str, count: usize) -> &str {
    let pieces = pieces(line);
    pieces.len().checked_sub(count).map_or(line, |place| &line[pieces[place].start..])
}

/// Pieces between spaces, or words where a line has hardly any spaces (Chinese, Japanese, Thai).
fn pieces(line: &str) -> Vec<Range<usize>> {
    let mut spaced = Vec::new();
    let mut at = 0;
    for piece in line.split(char::is_whitespace) {
        if !piece.is_empty() {
            spaced.push(at..at + piece.len());
        }
        at += piece.len() + line[at + piece.len()..].chars().next().map_or(0, char::len_utf8);
    }
    let words = text::words(line);
    if words.len() > 3 * spaced.len() { words } else { spaced }
}

#[cfg(test)]
mod tests {
    use super::text_fragment;

    fn check(url: &str, text: &str, sentence: &str, expected: &str) {
        let start = text.rfind(sentence).unwrap();
        assert_eq!(text_fragment(url, text, start..start + sentence.len()), expected);
    }

    const PAGE: &str = "https://example.org/a";

    #[test]
    fn a_short_sentence_is_given_whole() {
        check(
            PAGE,
            "One. It works, well-known & fine. Two.",
            "It works, well-known & fine.",
            "https://example.org/a#:~:text=It%20works%2C%20well%2Dknown%20%26%20fine.",
        );
    }

    #[test]
    fn a_long_sentence_is_given_by_its_ends() {
        let long = "The first five words here stand before very many others that nobody wants to see in a link until the last five words come.";
        check(
            PAGE,
            long,
            long,
            "https://example.org/a#:~:text=The%20first%20five%20words%20here,the%20last%20five%20words%20come.",
        );
    }

    #[test]
    fn a_repeated_sentence_is_told_apart_by_what_stands_before_it() {
        check(
            PAGE,
            "No. Then yes, he said at last. Again: No.",
            "No.",
            "https://example.org/a#:~:text=he%20said%20at%20last.%20Again%3A-,No.",
        );
    }

    #[test]
    fn an_anchor_is_kept() {
        check("https://example.org/a#top", "Hi there.", "Hi there.", "https://example.org/a#top:~:text=Hi%20there.");
        check(
            "https://example.org/a#:~:text=old",
            "Hi there.",
            "Hi there.",
            "https://example.org/a#:~:text=Hi%20there.",
        );
    }

    #[test]
    fn no_part_crosses_a_line_break() {
        check(
            PAGE,
            "One two\nthree four",
            "One two\nthree four",
            "https://example.org/a#:~:text=One%20two,three%20four",
        );
    }

    #[test]
    fn unspaced_scripts_are_cut_between_words() {
        let long = "部长周一表示谈判将继续进行".repeat(9);
        let link = text_fragment(PAGE, &long, 0..long.len());
        assert!(link.len() < 300, "{link}");
    }
}
