//! Articles of one event → the story as it is published.
//!
//! `story` chooses the sentences, `novelty` knows what was said before, `disagree` finds numbers that contradict,
//! `explain` tells of every sentence why it was taken or not, `tags` names what the story is about.

mod disagree;
mod explain;
mod novelty;
mod places;
mod story;
mod tags;

pub use explain::SentenceDecision;

pub(in crate::story) use places::headline;
pub(in crate::story) use story::{WrittenStory, write_story};
