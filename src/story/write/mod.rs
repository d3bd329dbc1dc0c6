//! Articles of one event → the story as it is published.
//!
//! `story` chooses the sentences, `novelty` knows what was said before, `elsewhere` which
//! sentences a source prints again and again, `disagree` finds numbers that contradict,
//! `explain` tells of every sentence why it was taken or not, `tags` names what the story is about.

mod adjoin;
mod disagree;
mod elsewhere;
mod explain;
mod novelty;
mod places;
mod story;
mod tags;

pub use explain::SentenceDecision;

pub(in crate::story) use elsewhere::Elsewhere;
pub(in crate::story) use places::headline;
pub(in crate::story) use story::{WrittenStory, write_story};
