//! Centroid (Radev and others 2004, MEAD): a sentence counts by its cosine to the sum of all rows.

use crate::rank::{Input, Scores};

/// Cosines to the centroid, 0 to 1.
pub(super) fn score(input: &Input<'_>) -> Scores {
    let mut centroid = vec![0.0; input.rows.width()];
    for sentence in 0..input.rows.len() {
        input.rows.row(sentence).for_each(|(term, weight)| centroid[term] += weight);
    }
    let norm = centroid.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
    let cosine = |sentence: usize| {
        let dot = input.rows.row(sentence).map(|(term, weight)| weight * centroid[term]).sum::<f64>();
        if norm > 0.0 { dot / norm } else { 0.0 }
    };
    Scores { scores: (0..input.rows.len()).map(cosine).collect(), ..Scores::default() }
}
