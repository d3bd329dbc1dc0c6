//! A sentence → a link that scrolls to it.
//!
//! Text fragments (WICG scroll-to-text-fragment): `url#:~:text=[prefix-,]start[,end][,-suffix]`. A short sentence is
//! given whole, a long one by its first and last words. A browser goes to the first place that matches, whatever its
//! capitals; so where the same stands earlier in the text, words before and after distinguish them, as many as it takes.
//! No part crosses a line break, for it may be the end of an element.

use std::ops::Range;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::text;

/// Sentences up to this many characters are given whole.
const SHORT: usize = 100;

/// Words at each end of a long sentence.
const ENDS: usize = 5;

/// Words before and after the sentence that are given, the first that are enough.
const CONTEXTS: [(usize, usize); 4] = [(0, 0), (5, 0), (5, 5), (15, 15)];

/// Bytes before the sentence in which the same is looked for.
const LOOK_BACK: usize = 50_000;

/// Commas, hyphens and ampersands mean something in a text directive, and programs that find links in plain text leave
/// out a last stop; so everything but these is encoded.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'~');

/// `url` with a text directive for `text[span]`; an `#anchor` of the URL is kept.
///
/// ```
/// let text = "The river rose again on Monday. Nobody was hurt.";
/// let link = newsdigest::summary::text_fragment("https://example.org/flood", text, 32..48);
/// assert_eq!(link, "https://example.org/flood#:~:text=Nobody%20was%20hurt%2E");
/// ```
pub fn text_fragment(url: &str, text: &str, span: Range<usize>) -> String {
    let (page, anchor) = url.split_once('#').unwrap_or((url, ""));
    let anchor = anchor.split(":~:").next().unwrap_or_default();
    match directive(text, span) {
        Some(directive) => format!("{page}#{anchor}:~:text={directive}"),
        None => url.to_owned(),
    }
}

/// The value of `text=`; `None` for a span without words.
fn directive(text: &str, span: Range<usize>) -> Option<String> {
    let whole = text.get(span.clone())?;
    if !whole.chars().any(char::is_alphanumeric) {
        return None;
    }
    let span = trimmed(text, span);
    let tried = CONTEXTS.iter().map(|(before, after)| Directive::new(text, span.clone(), *before, *after));
    let mut last = None;
    for directive in tried {
        if directive.is_first(text) {
            return Some(directive.encode(text));
        }
        last = Some(directive);
    }
    last.map(|directive| directive.encode(text))
}

/// The parts of a directive, as spans of the text.
struct Directive {
    prefix: Option<Range<usize>>,
    start: Range<usize>,
    end: Option<Range<usize>>,
    suffix: Option<Range<usize>>,
}

impl Directive {
    /// For the sentence at `span`, with this many words before and after it where there are any.
    fn new(text: &str, span: Range<usize>, before: usize, after: usize) -> Self {
        let sentence = &text[span.clone()];
        let prefix = last_line(text, 0..span.start).filter(|_| before > 0).map(|line| last_words(text, line, before));
        let suffix = first_line(text, span.end..text.len()).filter(|_| after > 0);
        let suffix = suffix.map(|line| first_words(text, line, after));
        if sentence.chars().count() <= SHORT && !sentence.contains(['\n', '\r']) {
            return Self { prefix, start: span, end: None, suffix };
        }
        let start = first_line(text, span.clone()).map(|line| first_words(text, line, ENDS));
        let end = last_line(text, span.clone()).map(|line| last_words(text, line, ENDS));
        Self { prefix, start: start.unwrap_or(span), end, suffix: None }
    }

    /// Nothing before the sentence matches.
    fn is_first(&self, text: &str) -> bool {
        let from = self.prefix.as_ref().map_or(self.start.start, |prefix| prefix.start);
        let to = self.suffix.as_ref().map_or(self.start.end, |suffix| suffix.end);
        let look_back = text.floor_char_boundary(from.saturating_sub(LOOK_BACK));
        let (all, own) = (folded(&text[look_back..to]), folded(&text[from..to]));
        all.find(&own).is_none_or(|found| found + own.len() >= all.len())
    }

    fn encode(&self, text: &str) -> String {
        let part = |span: &Range<usize>| {
            let spaced: Vec<&str> = text[span.clone()].split_whitespace().collect();
            utf8_percent_encode(&spaced.join(" "), PLAIN).to_string()
        };
        let prefix = self.prefix.as_ref().map(|prefix| format!("{}-", part(prefix)));
        let suffix = self.suffix.as_ref().map(|suffix| format!("-{}", part(suffix)));
        let parts = [prefix, Some(part(&self.start)), self.end.as_ref().map(part), suffix];
        parts.into_iter().flatten().collect::<Vec<String>>().join(",")
    }
}

/// As a browser compares: in lower case, any white space one space.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        folded.extend(word.chars().flat_map(char::to_lowercase));
        folded.push(' ');
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// `span` without white space at its ends.
fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let start = span.end - text[span.clone()].trim_start().len();
    start..start + text[start..span.end].trim_end().len()
}

/// The first line of `span` that is not empty.
fn first_line(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let span = trimmed(text, span);
    let end = text[span.clone()].find(['\n', '\r']).map_or(span.end, |at| span.start + at);
    (!span.is_empty()).then(|| trimmed(text, span.start..end))
}

/// The last line of `span` that is not empty.
fn last_line(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let span = trimmed(text, span);
    let start = text[span.clone()].rfind(['\n', '\r']).map_or(span.start, |at| span.start + at + 1);
    (!span.is_empty()).then(|| trimmed(text, start..span.end))
}

/// The first `count` words of a line, with what stands between them.
fn first_words(text: &str, line: Range<usize>, count: usize) -> Range<usize> {
    let pieces = pieces(&text[line.clone()]);
    let last = pieces.get(count - 1);
    line.start..last.map_or(line.end, |piece| line.start + piece.end)
}

/// The last `count` words of a line, to its end.
fn last_words(text: &str, line: Range<usize>, count: usize) -> Range<usize> {
    let pieces = pieces(&text[line.clone()]);
    let first = pieces.len().checked_sub(count).map(|place| &pieces[place]);
    first.map_or(line.start, |piece| line.start + piece.start)..line.end
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
            "https://example.org/a#:~:text=It%20works%2C%20well%2Dknown%20%26%20fine%2E",
        );
    }

    #[test]
    fn a_long_sentence_is_given_by_its_ends() {
        let long = "The first five words here stand before very many others that nobody wants to see in a link until the last five words come.";
        check(
            PAGE,
            long,
            long,
            "https://example.org/a#:~:text=The%20first%20five%20words%20here,the%20last%20five%20words%20come%2E",
        );
    }

    #[test]
    fn a_repeated_sentence_is_told_apart_by_what_stands_before_it() {
        check(
            PAGE,
            "No. Then yes, he said at last. Again: No.",
            "No.",
            "https://example.org/a#:~:text=he%20said%20at%20last%2E%20Again%3A-,No%2E",
        );
    }

    #[test]
    fn as_many_words_around_it_are_given_as_it_takes() {
        check(
            PAGE,
            "Asked again. HE SAID NO. Then he stayed.\nAsked again. He said no. Then he left.",
            "He said no.",
            "https://example.org/a#:~:text=Asked%20again%2E-,He%20said%20no%2E,-Then%20he%20left%2E",
        );
        check(
            PAGE,
            "He said no.\nHe said no.",
            "He said no.",
            "https://example.org/a#:~:text=He%20said%20no%2E-,He%20said%20no%2E",
        );
    }

    #[test]
    fn an_anchor_is_kept() {
        check("https://example.org/a#top", "Hi there.", "Hi there.", "https://example.org/a#top:~:text=Hi%20there%2E");
        check(
            "https://example.org/a#:~:text=old",
            "Hi there.",
            "Hi there.",
            "https://example.org/a#:~:text=Hi%20there%2E",
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
