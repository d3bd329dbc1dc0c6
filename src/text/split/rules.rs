//! Faults of both splitters, mended.

use std::ops::Range;

/// Mends the sentences from `first` on, which are those of one block.
pub(super) fn mend(text: &str, found: &mut Vec<Range<usize>>, first: usize) {
    split_list(text, found, first);
    split_after_abbreviations(text, found, first);
}

/// Abbreviations that end sentences as often as not.
const MAY_END: [&str; 14] =
    ["a.m.", "p.m.", "A.M.", "P.M.", "Co.", "co.", "Corp.", "Inc.", "Ltd.", "Jr.", "Sr.", "etc.", "D.C.", "Ph.D."];

/// Capitalized words that hardly go on after an abbreviation.
const STARTERS: [&str; 34] = [
    "He",
    "She",
    "It",
    "They",
    "We",
    "I",
    "I'm",
    "I’m",
    "You",
    "The",
    "This",
    "That",
    "These",
    "Those",
    "There",
    "What",
    "How",
    "Why",
    "When",
    "Where",
    "Who",
    "But",
    "And",
    "So",
    "However",
    "Meanwhile",
    "If",
    "While",
    "After",
    "His",
    "Her",
    "Their",
    "Its",
    "Hvad",
];

/// Splits `He left the U.K. He came back.`, where a splitter takes every full stop for the abbreviation's own.
fn split_after_abbreviations(text: &str, found: &mut Vec<Range<usize>>, first: usize) {
    for mut span in found.split_off(first) {
        while let Some((end, start)) = abbreviation_end(&text[span.clone()]) {
            found.push(span.start..span.start + end);
            span.start += start;
        }
        found.push(span);
    }
}

/// Where a sentence ends with an abbreviation inside `sentence`, and where the next one starts.
fn abbreviation_end(sentence: &str) -> Option<(usize, usize)> {
    let stops = memchr::memmem::find_iter(sentence.as_bytes(), b". ").map(|at| at + 1);
    let ends = stops.filter(|&end| {
        let word = sentence[..end].rsplit([' ', '\n']).next().unwrap_or_default();
        let next = sentence[end + 1..].split([' ', '\n', ',']).next().unwrap_or_default();
        (MAY_END.contains(&word) || is_initialism(word)) && STARTERS.contains(&next)
    });
    // No real sentence holds more of them; a hostile one may.
    ends.take(4).find(|&end| is_outside(&sentence[..end])).map(|end| (end, end + 1))
}

/// Whether no bracket and no quotation is open at the end of `text`.
fn is_outside(text: &str) -> bool {
    let count = |sign: char| text.matches(sign).count();
    count('(') == count(')') && count('"') % 2 == 0 && count('“') == count('”')
}

/// `U.S.`, `E.U.`, `U.S.A.`: capitals with a full stop after each, at least two.
fn is_initialism(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 4 && bytes.chunks(2).all(|pair| matches!(pair, [b'A'..=b'Z', b'.']))
}

/// A list written into one line (`1. First 2. Second`) has a sentence end before each of its marks and none after it.
fn split_list(text: &str, found: &mut Vec<Range<usize>>, first: usize) {
    let (Some(start), Some(end)) = (found.get(first).map(|span| span.start), found.last().map(|span| span.end)) else {
        return;
    };
    let Some(mark) = Mark::read(first_piece(&text[start..end])) else { return };
    let marks = marks(&text[start..end], mark);
    if marks.len() < 2 {
        return;
    }
    let sentences: Vec<Range<usize>> = found.drain(first..).collect();
    let mut cuts: Vec<usize> = marks.iter().map(|mark| start + mark.start).collect();
    let after_mark = |at: usize| {
        marks
            .iter()
            .any(|mark| text[start + mark.end..at.max(start + mark.end)].trim().is_empty() && at >= start + mark.end)
    };
    cuts.extend(sentences.iter().map(|span| span.start).filter(|&at| !after_mark(at)));
    cuts.sort_unstable();
    cuts.dedup();
    for (place, &cut) in cuts.iter().enumerate() {
        let until = cuts.get(place + 1).copied().unwrap_or(end);
        found.push(cut..cut + text[cut..until].trim_end().len());
    }
}

fn first_piece(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

/// The marks of a list that begins with `mark`, each the next of the one before, as spans.
fn marks(block: &str, mark: Mark) -> Vec<Range<usize>> {
    let mut wanted = mark;
    let mut marks = Vec::new();
    let mut at = 0;
    for piece in block.split(' ') {
        if Mark::read(piece) == Some(wanted) {
            marks.push(at..at + piece.len());
            wanted.number += 1;
        }
        at += piece.len() + 1;
    }
    marks
}

/// `1.`, `2)`, `a.`, `•3)`: the mark of a list item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    number: u32,
    letter: bool,
    close: char,
}

impl Mark {
    fn read(piece: &str) -> Option<Self> {
        let inner = piece.trim_start_matches(['•', '⁃', '-', '–', '(']);
        let close = inner.chars().next_back().filter(|close| matches!(close, '.' | ')'))?;
        let body = inner.trim_end_matches(['.', ')']);
        let plain = inner.len() - body.len() <= 2;
        match body.as_bytes() {
            [letter @ b'a'..=b'z'] if plain => Some(Self { number: u32::from(*letter), letter: true, close }),
            digits if plain && (1..=2).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) => {
                Some(Self { number: body.parse().ok()?, letter: false, close })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::text::sentences;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text, Some("en")).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_list_in_one_line_is_cut_before_its_marks() {
        check("1. The first item 2. The second item", &["1. The first item", "2. The second item"]);
        check("1.) The first item. 2.) The second item.", &["1.) The first item.", "2.) The second item."]);
        check("a. One thing b. Another thing", &["a. One thing", "b. Another thing"]);
        check("⁃9. The first item ⁃10. The second item", &["⁃9. The first item", "⁃10. The second item"]);
        check("1. It rained. It poured. 2. It cleared.", &["1. It rained.", "It poured.", "2. It cleared."]);
    }

    #[test]
    fn a_number_alone_is_no_list() {
        check("It opened on May 3. It closed on May 4.", &["It opened on May 3.", "It closed on May 4."]);
    }

    #[test]
    fn abbreviations_end_a_sentence_before_a_word_that_starts_one() {
        check("He left the U.K. He came back.", &["He left the U.K.", "He came back."]);
        check("The U.K. Panel met at 5 p.m. They left.", &["The U.K. Panel met at 5 p.m.", "They left."]);
    }

    #[test]
    fn addresses_and_mountains_stay_whole() {
        check("See www.test.Awesome.com for Mt. Fuji.", &["See www.test.Awesome.com for Mt. Fuji."]);
    }
}
