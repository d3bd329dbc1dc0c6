//! Measures of a summary without a reference: how much of its text it says, how often it says it twice, and
//! from where it takes its sentences.

use serde::Serialize;

use crate::rank::Rows;
use crate::text::{self, TermIndex};

/// Parts of equal length into which a text is divided to say where sentences stand.
pub const FIFTHS: usize = 5;

/// One sentence of a summary.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// Its first byte in the text; `None` if it does not stand there word for word.
    pub start: Option<usize>,
    /// Its words.
    pub text: &'a str,
}

/// Measures of one summary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Intrinsic {
    /// Part of the text's content words, with repeats, that the summary also says, 0 to 1.
    pub coverage: f64,
    /// Jensen–Shannon divergence in bits between the content words of text and summary, 0 (the same) to 1; of the
    /// measures without a reference the one nearest to people's judgement (Louis and Nenkova 2009).
    pub divergence: f64,
    /// Mean cosine of a sentence to the one most like it in the summary, 0 to 1.
    pub redundancy: f64,
    /// Part of the sentences that start in each fifth of the text; their sum is below 1 where some do not stand in it.
    pub positions: [f64; FIFTHS],
}

impl Intrinsic {
    /// Measures a summary; an empty one covers nothing.
    pub fn of(text: &str, language: Option<&str>, summary: &[Piece<'_>]) -> Self {
        let spoken = language.unwrap_or_default();
        let sentences = text::sentences(text, language);
        let read = sentences.iter().map(|span| &text[span.clone()]);
        let terms = text::index(read.chain(summary.iter().map(|piece| piece.text)).map(|text| (text, spoken)));
        let count = sentences.len();
        let (said, counts) = (occurrences(&terms, count..terms.len()), occurrences(&terms, 0..count));
        Self {
            coverage: coverage(&counts, &said),
            divergence: divergence(&counts, &said),
            redundancy: redundancy(&Rows::new(&terms), count),
            positions: positions(text.len(), summary),
        }
    }
}

/// How often each term stands in some of the sentences.
fn occurrences(terms: &TermIndex, sentences: std::ops::Range<usize>) -> Vec<f64> {
    let mut counts = vec![0.0; terms.distinct()];
    sentences.flat_map(|sentence| terms.of(sentence)).for_each(|term| counts[term as usize] += 1.0);
    counts
}

fn coverage(text: &[f64], summary: &[f64]) -> f64 {
    let covered: f64 = text.iter().zip(summary).filter(|&(_, &said)| said > 0.0).map(|(count, _)| count).sum();
    covered / text.iter().sum::<f64>().max(1.0)
}

fn divergence(text: &[f64], summary: &[f64]) -> f64 {
    let (all, said): (f64, f64) = (text.iter().sum(), summary.iter().sum());
    if all == 0.0 || said == 0.0 {
        return 1.0;
    }
    let part = |p: f64, q: f64| if p > 0.0 { p * (2.0 * p / (p + q)).log2() / 2.0 } else { 0.0 };
    let bits = |(&count, &its): (&f64, &f64)| part(count / all, its / said) + part(its / said, count / all);
    text.iter().zip(summary).map(bits).sum::<f64>().clamp(0.0, 1.0)
}

/// Rows from `first` on are those of the summary.
fn redundancy(rows: &Rows, first: usize) -> f64 {
    let nearest = |one: usize| {
        let others = (first..rows.len()).filter(|&other| other != one);
        others.map(|other| rows.cosine(one, other)).fold(0.0, f64::max)
    };
    (first..rows.len()).map(nearest).sum::<f64>() / (rows.len() - first).max(1) as f64
}

fn positions(length: usize, summary: &[Piece<'_>]) -> [f64; FIFTHS] {
    let mut positions = [0.0; FIFTHS];
    for start in summary.iter().filter_map(|piece| piece.start) {
        positions[(start * FIFTHS / length.max(1)).min(FIFTHS - 1)] += 1.0 / summary.len() as f64;
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::{Intrinsic, Piece};

    const TEXT: &str =
        "The river rose on Monday. Firemen closed the old bridge. The river rose on Monday. Nobody slept.";

    fn measure(sentences: &[&str]) -> Intrinsic {
        let pieces: Vec<Piece<'_>> = sentences.iter().map(|&text| Piece { start: TEXT.find(text), text }).collect();
        Intrinsic::of(TEXT, Some("en"), &pieces)
    }

    #[test]
    fn the_whole_text_covers_itself() {
        let whole = measure(&[TEXT]);
        assert_eq!((whole.coverage, whole.divergence, whole.redundancy), (1.0, 0.0, 0.0));
        let part = measure(&["Nobody slept."]);
        assert!(part.coverage < 0.3 && part.divergence > 0.5, "{part:?}");
    }

    #[test]
    fn what_is_said_twice_is_redundant() {
        let twice = measure(&["The river rose on Monday.", "The river rose on Monday."]);
        assert!((twice.redundancy - 1.0).abs() < 1e-9);
        assert_eq!(measure(&["The river rose on Monday.", "Firemen closed the old bridge."]).redundancy, 0.0);
    }

    #[test]
    fn positions_are_fifths_of_the_text_and_foreign_sentences_have_none() {
        let some = measure(&["The river rose on Monday.", "Nobody slept."]);
        assert_eq!(some.positions, [0.5, 0.0, 0.0, 0.0, 0.5]);
        assert_eq!(measure(&["Word for word it is nowhere."]).positions, [0.0; 5]);
        assert_eq!(measure(&[]).divergence, 1.0);
    }
}
