//! How well a sentence can be read without its surroundings.
//!
//! A reader of a summary does not see what stood before: "He said so, too." means nothing to her. Each thing that leaves
//! a reader behind multiplies the sentence's prior by a factor, so that it is held back, never forbidden. The factors
//! cost nothing measurable in ROUGE on news and gain on several authors and papers.
//!
//! To add a language: a line in `openers.txt`, its code and the words that point back.

use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use crate::text::TermIndex;

/// Opens with a pronoun or connective that points back.
const POINTS_BACK: f64 = 0.85;
/// A question.
const QUESTION: f64 = 0.5;
/// Fewer than [`FEW_WORDS`].
const SHORT: f64 = 0.5;
/// More than [`MANY_WORDS`].
const LONG: f64 = 0.8;
/// Opens a quotation or bracket that it does not close, or the other way round.
const CUT_QUOTATION: f64 = 0.7;
/// Ends without a full stop: a heading, caption, byline, dateline or fragment.
const FRAGMENT: f64 = 0.5;
/// Opens with a quotation: who speaks?
const QUOTATION: f64 = 0.9;

const FEW_WORDS: usize = 5;
const MANY_WORDS: usize = 60;

/// Words that point back when they open a sentence, by language.
static OPENERS: LazyLock<Vec<(&str, HashSet<&str, FixedState>)>> = LazyLock::new(|| {
    let lines = include_str!("openers.txt").lines().filter_map(|line| line.split_once(' '));
    lines.map(|(language, words)| (language, words.split(' ').collect())).collect()
});

/// One factor a sentence, above 0 and at most 1.
///
/// `terms` and `words` are those of the sentences, each of which comes with its language.
pub(super) fn factors<'a>(
    sentences: impl Iterator<Item = (&'a str, &'a str)>,
    terms: &TermIndex,
    words: &[usize],
) -> Vec<f64> {
    let factor = |(number, (sentence, language)): (usize, (&str, &str))| {
        let first =
            terms.tokens(number).first().map_or("", |token| &sentence[token.start as usize..token.end as usize]);
        factor(sentence, words[number], points_back(first, language))
    };
    sentences.enumerate().map(factor).collect()
}

fn factor(sentence: &str, words: usize, points_back: bool) -> f64 {
    let bare = sentence.trim_end_matches(['"', '”', '»', '“', ')', ']', '\'', '’', ' ']);
    let last = bare.chars().next_back().unwrap_or(' ');
    [
        (points_back, POINTS_BACK),
        (matches!(last, '?' | '？' | '؟'), QUESTION),
        (words < FEW_WORDS, SHORT),
        (words > MANY_WORDS, LONG),
        (!is_balanced(sentence), CUT_QUOTATION),
        (!ends_sentence(last), FRAGMENT),
        (sentence.starts_with(['"', '“', '«', '„', '‘', '\'']), QUOTATION),
    ]
    .into_iter()
    .filter_map(|(holds, factor)| holds.then_some(factor))
    .product()
}

fn points_back(first: &str, language: &str) -> bool {
    let Some((_, openers)) = OPENERS.iter().find(|(known, _)| *known == language) else { return false };
    // No opener is longer, and most first words are neither short nor among them.
    first.len() <= 16 && openers.contains(first.to_lowercase().as_str())
}

fn ends_sentence(last: char) -> bool {
    matches!(last, '.' | '!' | '?' | '…' | ';' | '。' | '！' | '？' | '।' | '؟' | '۔' | '։' | '።')
}

/// Whether quotation marks and brackets come in pairs.
fn is_balanced(sentence: &str) -> bool {
    let count = |sign: u8| sentence.bytes().map(|byte| u32::from(byte == sign)).sum::<u32>();
    if count(b'"') % 2 != 0 || count(b'(') != count(b')') {
        return false;
    }
    if sentence.is_ascii() {
        return true;
    }
    let opened: Option<i32> = sentence.chars().try_fold(0, |opened, sign| match sign {
        '“' | '«' => Some(opened + 1),
        '”' | '»' => Some(opened - 1),
        // „German“ quotations close with the sign that opens English ones.
        '„' => None,
        _ => Some(opened),
    });
    opened.unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::factors;
    use crate::text::index;

    fn check(sentence: &str, language: &str, expected: f64) {
        let terms = index([(sentence, language)].into_iter());
        let words = [sentence.split_whitespace().count()];
        let factor = factors([(sentence, language)].into_iter(), &terms, &words)[0];
        assert!((factor - expected).abs() < 1e-12, "{sentence}: {factor}");
    }

    #[test]
    fn what_leaves_a_reader_behind_is_held_back() {
        check("The river rose again on Monday.", "en", 1.0);
        check("However, the river rose again on Monday.", "en", super::POINTS_BACK);
        check("Doch stieg der Fluss am Montag.", "de", super::POINTS_BACK);
        check("Why did the river rise again?", "en", super::QUESTION);
        check("The river rose.", "en", super::SHORT);
        check("The mayor said: “The river rose again.", "en", super::CUT_QUOTATION);
        check("The river near the old town", "en", super::FRAGMENT);
        check("“The river rose again,” the mayor said.", "en", super::QUOTATION);
        check("Der Bürgermeister sagte: „Der Fluss steigt.“", "de", 1.0);
        check("", "en", super::SHORT * super::FRAGMENT);
    }
}
