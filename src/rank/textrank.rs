//! TextRank that knows when the order of a text counts.
//!
//! A reader walks from sentence to sentence: with probability `1 − σ` to any sentence, with `σ` only to an earlier
//! one, each in proportion to similarity and prior; with probability `1 − d` anywhere, by the priors alone. Where the
//! walk spends its time is the score. `σ = 0` is plain TextRank (Mihalcea and Tarau 2004); `σ = 1` is its form of
//! PacSum's asymmetry (Zheng and Lapata 2019): a sentence votes for earlier ones only, which is how news is written.
//! The text decides `σ` itself, by its length, by how much its opening resembles the rest, by how much neighbours
//! resemble each other, and by how much of it is asked for.

use ndarray::linalg::general_mat_vec_mul;
use ndarray::{Array1, Array2};

use crate::rank::{Graph, Input, Scores, prior};

/// Steps of the walk; the recipe was measured with these, converged or not.
const STEPS: usize = 40;

/// A step that changes all scores together by less than this changes nothing that matters.
const STILL: f64 = 1e-10;

/// Sums below this are rounding, not similarity.
const NOTHING: f64 = 1e-12;

/// Sentences that count as the opening.
const OPENING: usize = 3;

/// Constants of the logit of σ, found on the development sets: its value at [`USUAL_LENGTH`] sentences, and the
/// weights of length, opening and neighbours.
const LOGIT: (f64, f64, f64, f64) = (4.0, 4.0, 5.0, 4.0);

/// Sentences of a usual article.
const USUAL_LENGTH: f64 = 20.0;

/// Parts of the text asked for between which the order fades out.
const FADE: (f64, f64) = (0.30, 0.40);

/// Scores of the biased walk.
pub(super) fn score(input: &Input<'_>) -> Scores {
    let priors = prior::priors(input);
    let graph = Graph::new(input.rows);
    let order_weight = input.order.unwrap_or_else(|| order_weight(&graph, input.share)).clamp(0.0, 1.0);
    let scores = match priors.len() {
        1 => vec![1.0],
        _ => walk(&graph, &priors, &Walk { damping: input.damping, order_weight }),
    };
    Scores { scores, priors, order_weight }
}

/// How the walk goes.
#[derive(Debug, Clone, Copy)]
pub struct Walk {
    /// Probability of following an edge.
    pub damping: f64,
    /// Probability that the edge must lead to an earlier sentence.
    pub order_weight: f64,
}

/// σ: how much the order of the text counts, 0 to 1, when `share` of it is asked for.
pub fn order_weight(graph: &Graph<'_>, share: f64) -> f64 {
    let fade = ((FADE.1 - share) / (FADE.1 - FADE.0)).clamp(0.0, 1.0);
    let count = graph.len();
    if count < 4 || fade == 0.0 {
        return fade * f64::from(u8::from(count > 1));
    }
    let degrees = graph.all(&vec![1.0; count]);
    let mean = degrees.iter().sum::<f64>() / count as f64;
    if mean <= NOTHING {
        return fade;
    }
    let opening = degrees.iter().take(OPENING).sum::<f64>() / OPENING as f64 / mean;
    let neighbours = graph.neighbours() / (mean / (count - 1) as f64);
    let (base, by_length, by_opening, by_neighbours) = LOGIT;
    let logit = base - by_length * (count as f64 / USUAL_LENGTH).ln()
        + by_opening * opening.max(0.1).ln()
        + by_neighbours * neighbours.max(0.3).ln();
    fade / (1.0 + (-logit.clamp(-30.0, 30.0)).exp())
}

/// Where the walk over `graph` spends its time; sums to 1. Empty for no sentences.
pub fn walk(graph: &Graph<'_>, priors: &[f64], walk: &Walk) -> Vec<f64> {
    let total = priors.iter().sum::<f64>();
    let uniform = vec![1.0; priors.len()];
    let priors = if total > 0.0 { priors } else { &uniform };
    let total = priors.iter().sum::<f64>();
    let teleport: Vec<f64> = priors.iter().map(|prior| prior / total).collect();
    let exits = Exits { any: graph.all(priors), earlier: graph.earlier(priors) };
    let lost: Vec<f64> = exits.any.iter().zip(&exits.earlier).map(|sums| lost(sums, walk.order_weight)).collect();
    match graph {
        Graph::Dense(matrix) => walk_dense(matrix, priors, &teleport, &exits, &lost, walk),
        Graph::Factored(_) => walk_factored(graph, priors, &teleport, &exits, &lost, walk),
    }
}

/// Row sums of both walks, before normalization.
struct Exits {
    any: Vec<f64>,
    earlier: Vec<f64>,
}

/// Part of a sentence's votes that has nowhere to go and is spread by the priors.
fn lost((&any, &earlier): (&f64, &f64), order_weight: f64) -> f64 {
    let dead = |sum: f64| f64::from(u8::from(sum <= NOTHING));
    (1.0 - order_weight) * dead(any) + order_weight * dead(earlier)
}

fn share_of(weight: f64, sum: f64) -> f64 {
    if sum > NOTHING { weight / sum } else { 0.0 }
}

fn walk_dense(
    matrix: &Array2<f64>,
    priors: &[f64],
    teleport: &[f64],
    exits: &Exits,
    lost: &[f64],
    walk: &Walk,
) -> Vec<f64> {
    let any: Vec<f64> = exits.any.iter().map(|&sum| share_of(1.0 - walk.order_weight, sum)).collect();
    let earlier: Vec<f64> = exits.earlier.iter().map(|&sum| share_of(walk.order_weight, sum)).collect();
    // steps[(to, from)]: all that a step does but teleporting.
    let mut steps = matrix.clone();
    for ((to, from), step) in steps.indexed_iter_mut() {
        let back = if to < from { earlier[from] } else { 0.0 };
        *step = walk.damping * (*step * priors[to] * (any[from] + back) + lost[from] * teleport[to]);
    }
    let restart = Array1::from_iter(teleport.iter().map(|t| (1.0 - walk.damping) * t));
    let mut place = Array1::from(teleport.to_vec());
    let mut next = place.clone();
    for _ in 0..STEPS {
        next.assign(&restart);
        general_mat_vec_mul(1.0, &steps, &place, 1.0, &mut next);
        std::mem::swap(&mut place, &mut next);
        if place.iter().zip(&next).map(|(new, old)| (new - old).abs()).sum::<f64>() < STILL {
            break;
        }
    }
    place.to_vec()
}

fn walk_factored(
    graph: &Graph<'_>,
    priors: &[f64],
    teleport: &[f64],
    exits: &Exits,
    lost: &[f64],
    walk: &Walk,
) -> Vec<f64> {
    let weigh = |place: &[f64], sums: &[f64], weight: f64| -> Vec<f64> {
        place.iter().zip(sums).map(|(x, &sum)| x * share_of(weight, sum)).collect()
    };
    let mut place = teleport.to_vec();
    for _ in 0..STEPS {
        let spread = place.iter().zip(lost).map(|(x, lost)| x * lost).sum::<f64>();
        let any = graph.all(&weigh(&place, &exits.any, 1.0 - walk.order_weight));
        let earlier = graph.later(&weigh(&place, &exits.earlier, walk.order_weight));
        let mut change = 0.0;
        for (i, x) in place.iter_mut().enumerate() {
            let votes = priors[i] * (any[i] + earlier[i]) + spread * teleport[i];
            let next = (1.0 - walk.damping) * teleport[i] + walk.damping * votes;
            change += (next - *x).abs();
            *x = next;
        }
        if change < STILL {
            break;
        }
    }
    // The factored product leaves about -1e-17 where the matrix has a zero.
    place.iter_mut().for_each(|x| *x = x.max(0.0));
    place
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Walk, order_weight, walk};
    use crate::rank::{Graph, Rows};
    use crate::text::TermIndex;

    proptest! {
        #[test]
        fn the_formed_and_the_factored_matrix_give_the_same_scores(
            sentences in prop::collection::vec(prop::collection::vec(0_u32..40, 0..12), 0..60),
            order in 0.0_f64..=1.0,
            share in 0.0_f64..=0.5,
            zeros in prop::collection::vec(any::<bool>(), 60),
        ) {
            let rows = Rows::new(&TermIndex::from_numbers(&sentences));
            let priors: Vec<f64> =
                sentences.iter().zip(zeros).map(|(s, zero)| if zero { 0.0 } else { s.len() as f64 }).collect();
            let (dense, factored) = (Graph::dense(&rows), Graph::factored(&rows));
            prop_assert!((order_weight(&dense, share) - order_weight(&factored, share)).abs() < 1e-6);
            let how = Walk { damping: 0.85, order_weight: order };
            for (left, right) in walk(&dense, &priors, &how).iter().zip(walk(&factored, &priors, &how)) {
                prop_assert!(left.is_finite() && (left - right).abs() < 1e-6, "{left} {right}");
            }
        }
    }

    #[test]
    fn sentences_vote_for_earlier_ones_only_when_order_is_all() {
        let sentences: Vec<Vec<u32>> = vec![vec![0, 1, 2, 3], vec![0, 1, 2, 3], vec![0, 1, 2, 3]];
        let rows = Rows::new(&TermIndex::from_numbers(&sentences));
        let graph = Graph::new(&rows);
        let plain = walk(&graph, &[1.0; 3], &Walk { damping: 0.85, order_weight: 0.0 });
        assert!(plain.iter().all(|score| (score - 1.0 / 3.0).abs() < 1e-9));
        let directed = walk(&graph, &[1.0; 3], &Walk { damping: 0.85, order_weight: 1.0 });
        assert!(directed[0] > directed[1] && directed[1] > directed[2]);
    }
}
