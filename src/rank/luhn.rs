//! Luhn (1958), "The Automatic Creation of Literature Abstracts": a sentence counts by its densest cluster of
//! significant words, the square of their number over the length of the cluster.

use crate::rank::{Input, Scores};

/// Words between two significant words of one cluster at most.
const GAP: usize = 4;

/// A term must occur this often to be significant, more often in long texts.
const OCCURRENCES: usize = 2;

/// The score of each sentence's best cluster.
pub(super) fn score(input: &Input<'_>) -> Scores {
    let mut count = vec![0_usize; input.terms.distinct()];
    for sentence in 0..input.terms.len() {
        input.terms.of(sentence).for_each(|term| count[term as usize] += 1);
    }
    // Long texts repeat by chance: one more occurrence for each 50 sentences beyond the first 50.
    let least = OCCURRENCES + input.terms.len().saturating_sub(1) / 50;
    let significant = |term: u32| count[term as usize] >= least;
    let best = |sentence: usize| {
        let hits = input.terms.tokens(sentence).iter().enumerate();
        best_cluster(hits.filter(|(_, token)| token.term().is_some_and(significant)).map(|(place, _)| place))
    };
    Scores { scores: (0..input.terms.len()).map(best).collect(), ..Scores::default() }
}

/// The best of the clusters that significant words at these places form.
fn best_cluster(places: impl Iterator<Item = usize>) -> f64 {
    let (mut best, mut first, mut last, mut hits) = (0.0_f64, 0, None, 0.0_f64);
    for place in places {
        match last {
            Some(last) if place - last <= GAP + 1 => hits += 1.0,
            _ => (first, hits) = (place, 1.0),
        }
        last = Some(place);
        best = best.max(hits * hits / (place - first + 1) as f64);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::best_cluster;

    #[test]
    fn the_densest_cluster_counts() {
        assert!((best_cluster([0, 1, 2].into_iter()) - 3.0).abs() < 1e-12);
        assert!((best_cluster([0, 10, 12, 15].into_iter()) - 9.0 / 6.0).abs() < 1e-12);
        assert_eq!(best_cluster(std::iter::empty()), 0.0);
    }
}
