//! Settings of a summary.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rank::Method;

/// Sentences of a summary when nothing is asked for.
const USUAL: usize = 3;

/// `[summary]` of the config.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How sentences are ranked.
    pub method: Method,
    /// Sentences of a summary. Without it, `words` and `share`: 3. If several are given, the first of these counts.
    pub sentences: Option<usize>,
    /// Words of a summary at most; a sentence that does not fit is left out, but one is always given.
    pub words: Option<usize>,
    /// Part of its sentences that a summary keeps, above 0 and at most 1.
    pub share: Option<f64>,
    /// Probability with which the walk follows an edge, 0 to 1.
    pub damping: f64,
    /// How much reading order counts: `"auto"`, or 0 (plain TextRank) to 1 (votes for earlier sentences only).
    pub order: Order,
    /// Prior towards the words of the headline; 0 ignores it.
    pub title: f64,
    /// Exponent of the penalty for what was already said; 0 ignores it.
    pub redundancy: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            method: Method::default(),
            sentences: None,
            words: None,
            share: None,
            damping: 0.85,
            order: Order::default(),
            title: 0.0,
            redundancy: 2.0,
        }
    }
}

impl Options {
    /// How much is asked for.
    pub fn budget(&self) -> Budget {
        match (self.sentences, self.words, self.share) {
            (Some(sentences), _, _) => Budget::Sentences(sentences),
            (None, Some(words), _) => Budget::Words(words),
            (None, None, Some(share)) => Budget::Share(share),
            (None, None, None) => Budget::Sentences(USUAL),
        }
    }
}

/// How much of a text is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Budget {
    /// That many sentences.
    Sentences(usize),
    /// At most that many words.
    Words(usize),
    /// That part of the sentences, rounded up.
    Share(f64),
}

impl Budget {
    /// The part of the text it amounts to, 0 to 1; `words` are those of each sentence.
    pub fn share(self, words: &[usize]) -> f64 {
        let share = match self {
            Self::Sentences(sentences) => sentences as f64 / words.len().max(1) as f64,
            Self::Words(limit) => limit as f64 / words.iter().sum::<usize>().max(1) as f64,
            Self::Share(share) => share,
        };
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 1.0 }
    }

    /// Sentences that may be chosen of `count`.
    pub fn sentences(self, count: usize) -> usize {
        match self {
            Self::Sentences(sentences) => sentences.min(count),
            Self::Words(_) => count,
            Self::Share(_) => {
                // A hair less, so that 0.1 of 30 is 3 and not 4.
                let wanted = (count as f64 * self.share(&[]) - 1e-9).ceil().max(1.0);
                (wanted as usize).min(count)
            }
        }
    }
}

/// How much the reading order of a text counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Order {
    /// The text decides.
    Automatic(Automatic),
    /// This much, 0 to 1.
    Fixed(f64),
}

/// The word for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Automatic {
    /// `"auto"`
    #[default]
    #[serde(rename = "auto")]
    Auto,
}

impl Order {
    /// The weight, unless the text decides.
    pub fn fixed(self) -> Option<f64> {
        match self {
            Self::Automatic(_) => None,
            Self::Fixed(weight) => Some(if weight.is_finite() { weight.clamp(0.0, 1.0) } else { 0.0 }),
        }
    }
}

impl Default for Order {
    fn default() -> Self {
        Self::Automatic(Automatic::Auto)
    }
}
