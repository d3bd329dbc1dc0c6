//! An invented edition, to try templates on.

use crate::model::Edition;

/// Eight invented stories in three sections and five languages, one of them from right to left, with an update, a teaser,
/// "also in", links to more, and two sources that failed.
///
/// # Panics
/// Never: a test parses it.
pub fn sample() -> Edition {
    serde_json::from_str(include_str!("sample.json")).expect("the sample is part of the program and parses")
}
