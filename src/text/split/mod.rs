//! Text → sentences, as spans.
//!
//! First the text falls into *blocks* (paragraphs, headings, list items) at its line breaks; no sentence crosses a
//! block. Inside a block, plain full stops end a sentence; where one is not plain, sentencex decides, or icu_segmenter
//! where the language writes no full stops that sentencex knows, and own rules mend what both get wrong.
//!
//! Promises: spans are in order and do not overlap; none begins or ends with white space; what lies between them is
//! white space only.

mod abbreviations;
mod arabic;
mod blocks;
mod ends;
mod join;
mod known;
mod lists;
mod notes;
mod pairs;
mod quotes;
mod rules;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use foldhash::fast::FixedState;
use icu_segmenter::{SentenceSegmenter, SentenceSegmenterBorrowed, options::SentenceBreakInvariantOptions};

use crate::text::split::abbreviations::Abbreviations;
use crate::text::split::ends::Words;
use crate::text::split::join::Style;
use crate::text::words::is_unspaced;

/// Longer pieces are cut before they reach a splitter, at a full stop or a space.
const LONGEST_PIECE: usize = 4 * 1024;

/// Languages whose sentences end with signs that mean other things elsewhere; sentencex knows them.
const FOREIGN_STOPS: [&str; 3] = ["am", "hy", "my"];

/// Bytes read to decide whether a text has capitals.
const SAMPLE: usize = 4096;

/// With fewer lower-case letters than this the text is taken to have capitals.
const FEW_LETTERS: usize = 400;

/// Splitters kept; more than there are languages.
const MOST_LANGUAGES: usize = 256;

/// The sentences of `text` in the given language (`None`: unknown), as byte spans in their order.
pub fn sentences(text: &str, language: Option<&str>) -> Vec<Range<usize>> {
    let splitter = Splitter::of(language.unwrap_or("en"));
    let style = Style {
        language: &splitter.language,
        abbreviations: &splitter.abbreviations,
        capitals: writes_capitals(text),
        dandas: writes_dandas(text),
    };
    let mut found = Vec::with_capacity(text.len() / 100 + 1);
    for block in blocks::blocks(text) {
        let first = found.len();
        splitter.block(text, block, &mut found);
        join::join(text, &mut found, first, &style);
        rules::mend(text, &mut found, first);
        if splitter.language == "ar" {
            arabic::cut(text, &mut found, first);
        }
    }
    found
}

/// The sentence rules of one language, and its words.
struct Splitter {
    language: String,
    known: Box<dyn sentencex::languages::Language>,
    small: HashSet<&'static str, FixedState>,
    abbreviations: Abbreviations,
}

impl Words for Splitter {
    fn is_abbreviation(&self, word: &str) -> bool {
        self.known.get_abbreviations().contains(word) || self.abbreviations.get(word).is_some()
    }

    fn asks_with_semicolon(&self) -> bool {
        self.language == "el"
    }

    fn is_small(&self, word: &str) -> bool {
        self.small.contains(word)
    }
}

impl Splitter {
    /// The splitter of `language`.
    fn of(language: &str) -> Rc<Self> {
        thread_local! {
            static SPLITTERS: RefCell<Vec<Rc<Splitter>>> = const { RefCell::new(Vec::new()) };
        }
        SPLITTERS.with_borrow_mut(|splitters| {
            let known = splitters.iter().find(|splitter| splitter.language == language);
            known.cloned().unwrap_or_else(|| {
                let known = known::rules(language);
                let small = stop_words::lookup(language).unwrap_or_default().iter().copied().collect();
                let abbreviations = Abbreviations::of(language);
                let splitter = Rc::new(Self { language: language.to_owned(), known, small, abbreviations });
                // A caller's made-up languages are not kept.
                if splitters.len() < MOST_LANGUAGES {
                    splitters.push(Rc::clone(&splitter));
                }
                splitter
            })
        })
    }

    /// Splits one block.
    fn block(&self, text: &str, block: Range<usize>, found: &mut Vec<Range<usize>>) {
        if FOREIGN_STOPS.contains(&self.language.as_str()) {
            return self.pieces(text, block, found);
        }
        let (mut start, mut asks) = (block.start, false);
        for end in ends::ends(text, block.clone(), self) {
            if end.sure {
                self.stretch(text, start..end.at, asks, found);
                (start, asks) = (end.at, false);
            } else {
                asks = true;
            }
        }
        self.stretch(text, start..block.end, asks, found);
    }

    /// Splits what lies between two sure ends, if there is anything to ask.
    fn stretch(&self, text: &str, stretch: Range<usize>, asks: bool, found: &mut Vec<Range<usize>>) {
        let stretch = trim(text, stretch);
        if asks {
            self.pieces(text, stretch, found);
        } else if !stretch.is_empty() {
            found.push(stretch);
        }
    }

    /// Splits what is not plain, piece by piece.
    fn pieces(&self, text: &str, block: Range<usize>, found: &mut Vec<Range<usize>>) {
        let mut start = block.start;
        let mut joined = false;
        while start < block.end {
            let (end, clean) = piece_end(text, start..block.end);
            let mut at = start;
            for length in self.lengths(&without_inert_quotes(&text[start..end])) {
                let span = trim(text, at..at + length);
                at += length;
                if span.is_empty() {
                    continue;
                }
                match found.last_mut() {
                    Some(last) if joined => last.end = span.end,
                    _ => found.push(span),
                }
                joined = false;
            }
            joined = !clean && !found.is_empty();
            start = end;
        }
    }

    /// Byte lengths of the sentences of a piece, with the white space after each; their sum is the piece's.
    fn lengths(&self, piece: &str) -> Vec<usize> {
        let unspaced = matches!(self.language.as_str(), "zh" | "th" | "lo" | "km")
            || self.language == "en" && mostly_unspaced(piece);
        let proposed: Vec<usize> = if unspaced {
            thread_local! {
                static SEGMENTER: SentenceSegmenterBorrowed<'static> =
                    SentenceSegmenter::new(SentenceBreakInvariantOptions::default());
            }
            SEGMENTER.with(|segmenter| {
                let ends: Vec<usize> = segmenter.segment_str(piece).collect();
                ends.windows(2).map(|pair| pair[1] - pair[0]).collect()
            })
        } else {
            self.known.segment(piece).iter().map(|sentence| sentence.len()).collect()
        };
        let whole = proposed.iter().sum::<usize>() == piece.len();
        if whole { proposed } else { vec![piece.len()] }
    }
}

/// The piece with a letter in place of each `"` that quotes nothing: inch marks (`27" wide`), Hebrew gershayim, and the
/// one that is never closed. A splitter would take two of them for a pair and end no sentence between them.
fn without_inert_quotes(piece: &str) -> Cow<'_, str> {
    let bytes = piece.as_bytes();
    let mut inert: Vec<usize> = Vec::new();
    let mut open = None;
    for at in memchr::memchr_iter(b'"', bytes) {
        let before = piece[..at].chars().next_back().unwrap_or(' ');
        if pairs::is_gershayim(before, &piece[at + 1..]) || open.is_none() && before.is_ascii_digit() {
            inert.push(at);
        } else {
            open = if open.is_none() { Some(at) } else { None };
        }
    }
    inert.extend(open.filter(|_| !inert.is_empty()));
    if inert.is_empty() {
        return Cow::Borrowed(piece);
    }
    let mut piece = piece.to_owned();
    inert.sort_unstable_by(|left, right| right.cmp(left));
    inert.into_iter().for_each(|at| piece.replace_range(at..=at, "x"));
    Cow::Owned(piece)
}

/// Where a piece of the block may end, and whether a sentence ends there too.
fn piece_end(text: &str, block: Range<usize>) -> (usize, bool) {
    if block.len() <= LONGEST_PIECE {
        return (block.end, true);
    }
    let limit = text.floor_char_boundary(block.start + LONGEST_PIECE);
    let window = &text[block.start..limit];
    let stop = [". ", "? ", "! "].iter().filter_map(|stop| window.rfind(stop)).max().map(|at| at + 2);
    let wide = window.rfind(['。', '！', '？', '।']).map(|at| at + 3);
    if let Some(at) = stop.max(wide).filter(|&at| at > LONGEST_PIECE / 2) {
        return (block.start + at, true);
    }
    match window.rfind(char::is_whitespace) {
        Some(at) if at > 0 => (block.start + at, false),
        _ => (limit, false),
    }
}

/// Whether a lower-case letter shows that a sentence goes on: not in texts that are lower case throughout.
fn writes_capitals(text: &str) -> bool {
    let (mut small, mut large) = (0, 0);
    for letter in text.bytes().take(SAMPLE) {
        small += usize::from(letter.is_ascii_lowercase());
        large += usize::from(letter.is_ascii_uppercase());
    }
    small < FEW_LETTERS || large * 200 > small
}

/// Whether dandas end most sentences. A text may hold many abbreviations, but hardly two for each sentence.
fn writes_dandas(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let dandas = memchr::memmem::find_iter(text.as_bytes(), "।").count();
    dandas > 0 && dandas * 2 >= memchr::memmem::find_iter(text.as_bytes(), ". ").count()
}

fn mostly_unspaced(piece: &str) -> bool {
    !piece.is_ascii() && piece.chars().take(200).filter(|&letter| is_unspaced(letter)).count() > 20
}

/// The span without the white space at its ends.
fn trim(text: &str, span: Range<usize>) -> Range<usize> {
    let inner = &text[span.clone()];
    let start = span.start + (inner.len() - inner.trim_start_matches(is_blank).len());
    let end = start + inner.trim_matches(is_blank).len();
    start..end
}

/// White space, and the invisible signs that files begin and end with.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\0' | '\u{feff}' | '\u{200b}')
}

#[cfg(test)]
mod tests {
    use super::{is_blank, sentences};

    fn check(language: &str, expected: &[&str], text: &str) {
        let found: Vec<&str> = sentences(text, Some(language)).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        check(
            "en",
            &["Dr. Smith came at 5 p.m. on Jan. 3.", "He left."],
            "Dr. Smith came at 5 p.m. on Jan. 3. He left.",
        );
        check("en", &["It cost $1.5 million.", "“Why?” she asked."], "It cost $1.5 million. “Why?” she asked.");
        check("zh", &["部长表示谈判将继续。", "记者问：“为什么？”"], "部长表示谈判将继续。记者问：“为什么？”");
        check("de", &["Am 3. Mai kam er.", "Er ging."], "Am 3. Mai kam er. Er ging.");
    }

    #[test]
    fn headings_and_paragraphs_end_a_sentence_and_wrapped_lines_do_not() {
        check("en", &["A heading", "The text begins.", "It goes on."], "A heading\n\nThe text begins.\nIt goes on.");
        check("en", &["A heading", "The text begins here."], "A heading\nThe text begins here.");
        check(
            "en",
            &["This sentence was cut off in the\nmiddle because somebody wrapped it.", "The end."],
            "This sentence was cut off in the\nmiddle because somebody wrapped it.\nThe end.",
        );
    }

    #[test]
    fn texts_without_capitals_have_sentences_too() {
        let text =
            "several genes are known <cit> . the others were found in mice <dig> . nobody knows why. ".repeat(10);
        assert_eq!(sentences(&text, Some("en")).len(), 30);
    }

    #[test]
    fn a_quotation_mark_stands_with_what_it_opens() {
        check(
            "fr",
            &["Il avait 3 ans.", "« Le premier jour fut long », dit-il."],
            "Il avait 3 ans. « Le premier jour fut long », dit-il.",
        );
        check(
            "fr",
            &["Il vit à Clermont.", "\"L'objectif est clair.\""],
            "Il vit à Clermont.\"L'objectif est clair.\"",
        );
    }

    #[test]
    fn nothing_is_lost_and_nothing_panics() {
        let long = "word ".repeat(20_000);
        let one = "x".repeat(100_000);
        let same = "The same thing again. ".repeat(5_000);
        for text in [
            "",
            " ",
            "\n\n",
            "\0",
            "one",
            ".",
            "...",
            "?!",
            "🙂🙂",
            "שלום עולם. מה נשמע?",
            &long,
            &one,
            &same,
            "a\0b. c",
        ] {
            for language in ["en", "de", "zh", "th", "ja", "xx", "ar", "hi"] {
                let mut at = 0;
                for span in sentences(text, Some(language)) {
                    assert!(text[at..span.start].chars().all(is_blank));
                    assert!(!span.is_empty() && !text[span.clone()].starts_with(is_blank));
                    at = span.end;
                }
                assert!(text[at..].chars().all(is_blank), "{language}");
            }
        }
        assert_eq!(sentences(&long, None).len(), 1);
        assert_eq!(sentences(&one, None).len(), 1);
        assert_eq!(sentences(&same, None).len(), 5_000);
    }
}
