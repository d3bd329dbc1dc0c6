//! The order of the text: the first sentence scores highest. Hard to beat on news.

use crate::rank::{Input, Scores};

/// Falling from 1 to just above 0.
pub(super) fn score(input: &Input<'_>) -> Scores {
    let count = input.terms.len();
    let scores = (0..count).map(|sentence| (count - sentence) as f64 / count as f64).collect();
    Scores { scores, order_weight: 1.0, ..Scores::default() }
}
