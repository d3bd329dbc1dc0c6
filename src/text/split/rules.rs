//! Faults of both splitters, mended.

use std::ops::Range;

use crate::text::dates;
use crate::text::split::lists;

/// Mends the sentences from `first` on, which are those of one block.
pub(super) fn mend(text: &str, found: &mut Vec<Range<usize>>, first: usize) {
    lists::split(text, found, first);
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
            || is_clock(word) && starts_anew(next)
    });
    // No real sentence holds more of them; a hostile one may.
    ends.take(4).find(|&end| is_outside(&sentence[..end])).map(|end| (end, end + 1))
}

/// `a.m.`, `P.M.`
pub(super) fn is_clock(word: &str) -> bool {
    ["a.m.", "p.m."].iter().any(|half| word.eq_ignore_ascii_case(half))
}

/// A day, a month or a zone: `5 p.m. Monday`, `5 p.m. ET`.
pub(super) fn is_time_word(word: &str) -> bool {
    let zone =
        matches!(word, "Eastern" | "Pacific" | "Central" | "Mountain" | "Greenwich" | "British" | "India" | "Local");
    let abbreviation = (2..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase());
    zone || abbreviation || word.ends_with("day") || dates::is_month(&word.to_lowercase())
}

/// A capitalized word that names no time: `5 p.m. Officials`.
fn starts_anew(next: &str) -> bool {
    let (capital, rest) = next.split_at(next.chars().next().map_or(0, char::len_utf8));
    capital.chars().all(char::is_uppercase)
        && !rest.is_empty()
        && rest.chars().all(|letter| letter.is_lowercase() || matches!(letter, '\'' | '’'))
        && !is_time_word(next)
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

#[cfg(test)]
mod tests {
    use crate::text::sentences;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text, Some("en")).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn abbreviations_end_a_sentence_before_a_word_that_starts_one() {
        check("He left the U.K. He came back.", &["He left the U.K.", "He came back."]);
        check("The U.K. Panel met at 5 p.m. They left.", &["The U.K. Panel met at 5 p.m.", "They left."]);
        check("Doors open at 7 a.m. Tickets cost $5.", &["Doors open at 7 a.m.", "Tickets cost $5."]);
        check("It opens at 7 p.m. Friday and 8 a.m. ET daily.", &["It opens at 7 p.m. Friday and 8 a.m. ET daily."]);
    }

    #[test]
    fn addresses_and_mountains_stay_whole() {
        check("See www.test.Awesome.com for Mt. Fuji.", &["See www.test.Awesome.com for Mt. Fuji."]);
    }
}
