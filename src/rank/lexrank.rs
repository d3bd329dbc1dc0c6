//! LexRank (Erkan and Radev 2004): sentences are linked when their tf-idf cosine is at least 0.1, and rank by where a
//! random surfer over these links spends her time.
//!
//! Texts beyond [`DENSE_LIMIT`] use the paper's continuous form, whose links weigh their cosine, so that no matrix is
//! formed.

use ndarray::Array2;

use crate::rank::{DENSE_LIMIT, Graph, Input, Scores, Walk, walk};

/// The paper's best threshold.
const THRESHOLD: f64 = 0.1;

/// Scores of the surfer.
pub(super) fn score(input: &Input<'_>) -> Scores {
    let count = input.rows.len();
    let mut graph = Graph::new(input.rows);
    if let Graph::Dense(matrix) = &mut graph {
        link(matrix);
    }
    debug_assert!(count <= DENSE_LIMIT || matches!(graph, Graph::Factored(_)));
    let scores = walk(&graph, &vec![1.0; count], &Walk { damping: input.damping, order_weight: 0.0 });
    Scores { scores, ..Scores::default() }
}

fn link(matrix: &mut Array2<f64>) {
    matrix.mapv_inplace(|cosine| f64::from(u8::from(cosine >= THRESHOLD)));
}
