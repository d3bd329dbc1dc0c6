//! The prior of each sentence, before its neighbours vote.

use crate::rank::Input;

/// Sentences with fewer terms than this are held back, by the square of what they lack.
const SHORT: f64 = 4.0;

/// One prior a sentence, at least 0 and at most 1 without a headline.
pub(super) fn priors(input: &Input<'_>) -> Vec<f64> {
    let (title, title_weight) = input.title;
    let prior = |sentence: usize| {
        let length = input.terms.of(sentence).count() as f64;
        let near_title = if title_weight > 0.0 { title_cosine(input, sentence, title) } else { 0.0 };
        (length / SHORT).min(1.0).powi(2) * (1.0 + title_weight * near_title)
    };
    (0..input.terms.len()).map(prior).collect()
}

/// Part of the sentence's row that the headline's terms make up, 0 to 1.
fn title_cosine(input: &Input<'_>, sentence: usize, title: &[u32]) -> f64 {
    let shared = input.rows.row(sentence).filter(|(column, _)| title.iter().any(|&term| term as usize == *column));
    shared.map(|(_, weight)| weight * weight).sum::<f64>().sqrt()
}
