//! SumBasic (Nenkova and Vanderwende 2005): a sentence weighs the mean probability of its words; once one is taken,
//! the probability of each of its words is squared, so that the next says something else.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::rank::{Input, Scores};

/// Scores fall with the order in which SumBasic would take the sentences: 1 for the first.
pub(super) fn score(input: &Input<'_>) -> Scores {
    let count = input.terms.len();
    let mut probability = probabilities(input);
    let weigh = |sentence: usize, probability: &[f64]| {
        let words = input.terms.of(sentence).count().max(1) as f64;
        input.terms.of(sentence).map(|term| probability[term as usize]).sum::<f64>() / words
    };
    let mut waiting: BinaryHeap<Waiting> =
        (0..count).map(|sentence| Waiting { weight: weigh(sentence, &probability), sentence }).collect();
    let mut scores = vec![0.0; count];
    let mut taken = 0;
    // Weights only fall, so the top of the heap is the best as soon as its weight is up to date.
    while let Some(Waiting { weight, sentence }) = waiting.pop() {
        let now = weigh(sentence, &probability);
        if now < weight {
            waiting.push(Waiting { weight: now, sentence });
            continue;
        }
        scores[sentence] = (count - taken) as f64 / count as f64;
        taken += 1;
        input.rows.row(sentence).for_each(|(term, _)| probability[term] *= probability[term]);
    }
    Scores { scores, ..Scores::default() }
}

fn probabilities(input: &Input<'_>) -> Vec<f64> {
    let mut probability = vec![0.0; input.terms.distinct()];
    let mut total = 0.0_f64;
    for sentence in 0..input.terms.len() {
        for term in input.terms.of(sentence) {
            probability[term as usize] += 1.0;
            total += 1.0;
        }
    }
    probability.iter_mut().for_each(|count| *count /= total.max(1.0));
    probability
}

/// A sentence not yet taken; the heaviest first, the earlier of two equal ones.
#[derive(PartialEq)]
struct Waiting {
    weight: f64,
    sentence: usize,
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.weight.total_cmp(&other.weight).then(other.sentence.cmp(&self.sentence))
    }
}
