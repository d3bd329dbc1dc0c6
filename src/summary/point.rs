//! How the headline and the opening of a text help to find its main point, where its order does not tell it.
//!
//! News says the main thing first, and its order is enough. Where the order counts little (σ below a half), sentences near
//! the headline and those of the opening gain, and the first choice is one of the opening that speaks of the headline.
//! Both are factors on the score, after the walk: in the walk a sentence that is held back would be voted for again.

use crate::rank::Rows;
use crate::text::TermIndex;

/// The addition by a cosine of 1 to the headline to a score where order counts nothing.
const HEADLINE: f64 = 4.0;
/// The same for a sentence of the opening.
const OPENING: f64 = 1.0;
/// Sentences of the opening.
const OPENING_LENGTH: usize = 8;
/// Terms of a sentence that can open a text.
const TERMS: usize = 4;
/// A sentence of the opening is held back less than this.
const READABLE: f64 = 0.45;
/// From this σ on the first choice is free.
const IN_ORDER: f64 = 0.5;
/// Cosine to the headline of a first choice.
const NAMED: f64 = 0.2;

/// The parts of a text that say what it is about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Point {
    /// By sentence, what its score is multiplied by, at least 1.
    pub factors: Vec<f64>,
    /// By sentence, how near the headline is, 0 to 1.
    pub nearness: Vec<f64>,
    /// Sentences of which one is chosen first.
    pub first: Vec<usize>,
}

/// The sentences, as far as they are known.
pub struct Sentences<'a> {
    /// Their terms.
    pub terms: &'a TermIndex,
    /// The same as rows.
    pub rows: &'a Rows,
    /// The factor of each by its faults.
    pub held: &'a [f64],
    /// Whether each ends with a full stop; headings repeat the headline and say no more.
    pub stops: &'a [bool],
    /// The text each stands in.
    pub sources: &'a [usize],
}

/// The point of a text with a headline of these terms, where order counts by `order_weight`.
pub fn point(sentences: &Sentences<'_>, headline: &[u32], order_weight: f64) -> Point {
    let count = sentences.rows.len();
    let mut point = Point { factors: vec![1.0; count], nearness: vec![0.0; count], first: Vec::new() };
    let Some(weights) = unit(sentences.rows, headline) else { return point };
    for sentence in (0..count).filter(|&sentence| sentences.stops[sentence]) {
        let shared = sentences.rows.row(sentence).map(|(column, weight)| weight * weights[column]);
        point.nearness[sentence] = shared.sum();
        point.factors[sentence] *= 1.0 + HEADLINE * (1.0 - order_weight) * point.nearness[sentence];
    }
    for sentence in opening(sentences) {
        point.factors[sentence] *= 1.0 + OPENING * (1.0 - order_weight);
        if order_weight < IN_ORDER && point.nearness[sentence] >= NAMED {
            point.first.push(sentence);
        }
    }
    point
}

/// The first sentences that can open a text; of several texts some of each.
fn opening(sentences: &Sentences<'_>) -> Vec<usize> {
    let texts = sentences.sources.last().map_or(1, |last| last + 1);
    let each = OPENING_LENGTH.div_ceil(texts);
    let mut found = Vec::new();
    let mut taken = (usize::MAX, 0);
    for (sentence, &source) in sentences.sources.iter().enumerate() {
        if taken.0 != source {
            taken = (source, 0);
        }
        let can_open = || sentences.held[sentence] > READABLE && sentences.terms.of(sentence).count() >= TERMS;
        if taken.1 < each && can_open() {
            taken.1 += 1;
            found.push(sentence);
        }
    }
    found
}

/// The unit vector of the headline over the terms that the text takes up; `None` for fewer than two.
fn unit(rows: &Rows, headline: &[u32]) -> Option<Vec<f64>> {
    let mut weights = vec![0.0; rows.width()];
    let mut terms = headline.to_vec();
    terms.sort_unstable();
    terms.dedup();
    terms.retain(|&term| rows.frequency(term) > 0);
    for &term in &terms {
        weights[term as usize] = 1.0 + (1.0 + rows.len() as f64 / f64::from(rows.frequency(term))).ln();
    }
    let norm = weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
    (terms.len() >= 2).then(|| weights.into_iter().map(|weight| weight / norm).collect())
}
