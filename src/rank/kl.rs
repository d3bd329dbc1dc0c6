//! KLSum (Haghighi and Vanderwende 2009): takes, one after another, the sentence after which the words of the summary
//! are distributed most like the words of the text (least Kullback-Leibler divergence).

use crate::rank::{Input, Scores};

/// Sentences taken one by one; all later ones are ordered by how they would have done first. Summaries are shorter.
const ROUNDS: usize = 64;

/// The count of every term before it is said, so that unsaid words cost much and not everything.
const SMOOTHING: f64 = 0.01;

/// Scores fall with the order in which KLSum takes the sentences: above 1 for those taken, at most 1 for the rest.
pub(super) fn score(input: &Input<'_>) -> Scores {
    let count = input.terms.len();
    let text = probabilities(input);
    let mut said = vec![SMOOTHING; text.len()];
    let mut length = SMOOTHING * text.len() as f64;
    let mut scores: Vec<f64> = Vec::new();
    let mut left: Vec<usize> = (0..count).collect();
    for round in 0..ROUNDS.min(count) {
        let gains: Vec<f64> = left.iter().map(|&sentence| gain(input, sentence, &text, &said, length)).collect();
        if scores.is_empty() {
            scores = relative(&gains);
        }
        let better = |best: usize, place: usize| if gains[place] > gains[best] { place } else { best };
        let sentence = left.remove((0..left.len()).fold(0, better));
        scores[sentence] = 1.0 + (ROUNDS - round) as f64;
        for term in input.terms.of(sentence) {
            said[term as usize] += 1.0;
            length += 1.0;
        }
    }
    Scores { scores, ..Scores::default() }
}

fn probabilities(input: &Input<'_>) -> Vec<f64> {
    let mut counts = vec![0.0_f64; input.terms.distinct()];
    (0..input.terms.len()).for_each(|i| input.terms.of(i).for_each(|term| counts[term as usize] += 1.0));
    let total = counts.iter().sum::<f64>().max(1.0);
    counts.iter_mut().for_each(|count| *count /= total);
    counts
}

/// By how much the divergence falls when `sentence` is added: only its own terms and the length change.
fn gain(input: &Input<'_>, sentence: usize, text: &[f64], said: &[f64], length: f64) -> f64 {
    let mut terms: Vec<u32> = input.terms.of(sentence).collect();
    let longer = length + terms.len() as f64;
    terms.sort_unstable();
    let of_term = |group: &[u32]| {
        let term = group[0] as usize;
        text[term] * ((said[term] + group.len() as f64) / said[term]).ln()
    };
    let terms_gain = terms.chunk_by(|left, right| left == right).map(of_term).sum::<f64>();
    if terms.is_empty() { f64::MIN } else { terms_gain - (longer / length).ln() }
}

/// Gains of the first round between 0 and 1, in their order.
fn relative(gains: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..gains.len()).collect();
    order.sort_by(|&left, &right| gains[left].total_cmp(&gains[right]).then(right.cmp(&left)));
    let mut scores = vec![0.0; gains.len()];
    order.into_iter().enumerate().for_each(|(rank, sentence)| scores[sentence] = rank as f64 / gains.len() as f64);
    scores
}
