//! The graph of sentences: its edges weigh the cosine of two rows, its diagonal is empty.
//!
//! Up to [`DENSE_LIMIT`] sentences the similarity matrix `S = X·Xᵀ` is an [`Array2`]. Beyond it `S` is never formed:
//! `S·v = X·(Xᵀ·v) − v` on rows of length 1 costs the non-zeros of `X`, and so do the sums over earlier or later
//! sentences alone, by running sums. Both give the same numbers to about 1e-12.

use ndarray::{Array1, Array2};

use crate::rank::Rows;

/// Texts of up to this many sentences have their similarity matrix formed; beyond it the factored form is faster.
pub const DENSE_LIMIT: usize = 256;

/// Similarities of all sentences with each other.
#[derive(Debug)]
pub enum Graph<'a> {
    /// The matrix itself.
    Dense(Array2<f64>),
    /// Its factor `X`.
    Factored(&'a Rows),
}

impl<'a> Graph<'a> {
    /// The graph of `rows`, in the form that suits its size.
    pub fn new(rows: &'a Rows) -> Self {
        if rows.len() <= DENSE_LIMIT { Self::dense(rows) } else { Self::factored(rows) }
    }

    /// The graph with its matrix formed.
    pub fn dense(rows: &'a Rows) -> Self {
        let mut matrix = Array2::zeros((rows.len(), rows.len()));
        let postings = rows.postings();
        for i in 0..rows.len() {
            let mut cosines = matrix.row_mut(i);
            for (column, weight) in rows.row(i) {
                for &(j, other) in postings.of(column) {
                    cosines[j as usize] += weight * other;
                }
            }
            cosines[i] = 0.0;
        }
        Self::Dense(matrix)
    }

    /// The graph with its matrix never formed.
    pub fn factored(rows: &'a Rows) -> Self {
        Self::Factored(rows)
    }

    /// `S·v`: for each sentence the sum over all others of similarity times `v`.
    pub fn all(&self, v: &[f64]) -> Vec<f64> {
        match self {
            Self::Dense(matrix) => matrix.dot(&Array1::from(v.to_vec())).to_vec(),
            Self::Factored(rows) => {
                let mut sums = vec![0.0; rows.width()];
                for (i, &value) in v.iter().enumerate() {
                    rows.row(i).for_each(|(column, weight)| sums[column] += value * weight);
                }
                let own = |i: usize, value: f64| if rows.row(i).len() == 0 { 0.0 } else { value };
                v.iter().enumerate().map(|(i, &value)| read(rows, i, &sums) - own(i, value)).collect()
            }
        }
    }

    /// The same, over earlier sentences only.
    pub fn earlier(&self, v: &[f64]) -> Vec<f64> {
        match self {
            Self::Dense(matrix) => {
                let row = |(i, row): (usize, ndarray::ArrayView1<'_, f64>)| {
                    row.iter().take(i).zip(v).map(|(s, v)| s * v).sum()
                };
                matrix.outer_iter().enumerate().map(row).collect()
            }
            Self::Factored(rows) => running(rows, v, 0..rows.len()),
        }
    }

    /// The same, over later sentences only.
    pub fn later(&self, v: &[f64]) -> Vec<f64> {
        match self {
            Self::Dense(matrix) => {
                let row = |(i, row): (usize, ndarray::ArrayView1<'_, f64>)| {
                    row.iter().zip(v).skip(i + 1).map(|(s, v)| s * v).sum()
                };
                matrix.outer_iter().enumerate().map(row).collect()
            }
            Self::Factored(rows) => running(rows, v, (0..rows.len()).rev()),
        }
    }

    /// Mean similarity of neighbours in the text; 0 for fewer than two sentences.
    pub fn neighbours(&self) -> f64 {
        let cosine = |i: usize| match self {
            Self::Dense(matrix) => matrix[(i, i + 1)],
            Self::Factored(rows) => rows.cosine(i, i + 1),
        };
        let pairs = self.len().saturating_sub(1);
        (0..pairs).map(cosine).sum::<f64>() / pairs.max(1) as f64
    }

    /// How many sentences there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Dense(matrix) => matrix.nrows(),
            Self::Factored(rows) => rows.len(),
        }
    }

    /// Whether there is no sentence.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn read(rows: &Rows, sentence: usize, sums: &[f64]) -> f64 {
    rows.row(sentence).map(|(column, weight)| weight * sums[column]).sum()
}

/// For each sentence the sum over those that come before it in `order`.
fn running(rows: &Rows, v: &[f64], order: impl Iterator<Item = usize>) -> Vec<f64> {
    let mut sums = vec![0.0; rows.width()];
    let mut result = vec![0.0; rows.len()];
    for i in order {
        result[i] = read(rows, i, &sums);
        if v[i] != 0.0 {
            rows.row(i).for_each(|(column, weight)| sums[column] += v[i] * weight);
        }
    }
    result
}
