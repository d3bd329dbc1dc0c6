//! How well a sentence can be read without its surroundings.

use crate::summary::Options;

/// One factor a sentence, above 0 and at most 1; empty when all are 1.
pub(super) fn factors<'a>(_sentences: impl Iterator<Item = (&'a str, &'a str)>, _options: &Options) -> Vec<f64> {
    Vec::new()
}
