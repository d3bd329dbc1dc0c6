//! How much each sentence says about the whole text.
//!
//! A ranking method is a function from sentences to scores, nothing more: one score a sentence, in their order. A
//! higher score is more central; scores of two methods cannot be compared.
//!
//! To add a method: write `rank/<name>.rs` with a `score` function and name it in [`Method`]. The compiler points at
//! every other place.

mod centroid;
mod graph;
mod kl;
mod lead;
mod lexrank;
mod luhn;
mod prior;
mod rows;
mod sumbasic;
mod textrank;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::TermIndex;

pub use graph::{DENSE_LIMIT, Graph};
pub use rows::{Postings, Rows};
pub use textrank::{Walk, order_weight, walk};

/// A ranking method, by its name in the config.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// TextRank (Mihalcea and Tarau 2004) that mixes a plain and a directed walk by how much the order of the text
    /// counts.
    #[default]
    TextRank,
    /// LexRank (Erkan and Radev 2004): PageRank over sentences whose cosine is at least 0.1.
    LexRank,
    /// Luhn (1958): the densest cluster of significant words.
    Luhn,
    /// SumBasic (Nenkova and Vanderwende 2005): frequent words, each counted less once it was said.
    SumBasic,
    /// KLSum (Haghighi and Vanderwende 2009): the sentences whose words are distributed as those of the text.
    Kl,
    /// Centroid (Radev and others 2004): the cosine to the sum of all sentences.
    Centroid,
    /// The order of the text.
    Lead,
}

impl Method {
    /// All methods, in the order in which they are documented.
    pub const ALL: [Self; 7] =
        [Self::TextRank, Self::LexRank, Self::Luhn, Self::SumBasic, Self::Kl, Self::Centroid, Self::Lead];

    /// Its name in the config and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::TextRank => "textrank",
            Self::LexRank => "lexrank",
            Self::Luhn => "luhn",
            Self::SumBasic => "sumbasic",
            Self::Kl => "kl",
            Self::Centroid => "centroid",
            Self::Lead => "lead",
        }
    }

    /// The method of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// Whether what was already said must be kept out by the selection; the other methods do so themselves, or are
    /// defined without it.
    pub fn wants_variety(self) -> bool {
        matches!(self, Self::TextRank | Self::LexRank | Self::Centroid)
    }
}

/// The input of a method.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The words of each sentence.
    pub terms: &'a TermIndex,
    /// The same as weighted rows.
    pub rows: &'a Rows,
    /// Part of the text that is asked for, 0 to 1.
    pub share: f64,
    /// Probability of following an edge of the graph.
    pub damping: f64,
    /// How much reading order counts, 0 to 1; `None`: the text decides.
    pub order: Option<f64>,
    /// Terms of the headline and how much they count; weight 0 ignores them.
    pub title: (&'a [u32], f64),
}

/// One score a sentence, and what they were made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scores {
    /// One a sentence, finite, at least 0.
    pub scores: Vec<f64>,
    /// The prior of each sentence, before its neighbours voted; empty for methods without it.
    pub priors: Vec<f64>,
    /// How much reading order counted, 0 to 1.
    pub order_weight: f64,
}

/// Scores the sentences of `input` by `method`.
pub fn score(method: Method, input: &Input<'_>) -> Scores {
    match method {
        Method::TextRank => textrank::score(input),
        Method::LexRank => lexrank::score(input),
        Method::Luhn => luhn::score(input),
        Method::SumBasic => sumbasic::score(input),
        Method::Kl => kl::score(input),
        Method::Centroid => centroid::score(input),
        Method::Lead => lead::score(input),
    }
}

#[cfg(test)]
mod tests {
    use super::{Input, Method, Rows, score};
    use crate::text::TermIndex;

    #[test]
    fn every_method_scores_every_text() {
        let same = vec![vec![0, 1, 2]; 400];
        let texts: [&[Vec<u32>]; 6] =
            [&[], &[vec![]], &[vec![0]], &[vec![], vec![], vec![]], &[vec![0, 1], vec![0, 1], vec![2]], &same];
        for sentences in texts {
            let terms = TermIndex::from_numbers(sentences);
            let rows = Rows::new(&terms);
            for method in Method::ALL {
                let input =
                    Input { terms: &terms, rows: &rows, share: 0.1, damping: 0.85, order: None, title: (&[], 0.0) };
                let scores = score(method, &input).scores;
                assert_eq!(scores.len(), sentences.len());
                assert!(scores.iter().all(|score| score.is_finite() && *score >= 0.0), "{method:?}: {scores:?}");
            }
        }
    }

    #[test]
    fn methods_are_found_by_name() {
        for method in Method::ALL {
            assert_eq!(Method::named(method.name()), Some(method));
        }
        assert_eq!(Method::named("magic"), None);
    }
}
