//! Which articles tell one event, and which are copies of one text.
//!
//! Articles become vectors (`corpus`), texts that are one article are found (`copies`, `dedup`), pairs that share rare
//! words get a probability (`pairs`), and average linkage makes stories of them (`linkage`). Nothing here knows of an
//! edition: [`group`] is the whole of it for articles alone.

mod background;
mod calendar;
mod copies;
mod corpus;
mod dedup;
mod group;
mod linkage;
mod pairs;
mod token;
mod vocabulary;

pub use background::count_background;
pub use group::{Grouped, ScoredPair, group, score_pairs};
pub use pairs::PairFeatures;

pub(in crate::story) use copies::{contained, copies};
pub(in crate::story) use corpus::{Corpus, language_of};
pub(in crate::story) use dedup::dedup;
pub(in crate::story) use group::{canonical, stories};
pub(in crate::story) use linkage::{RELATIVE, too_loose};
pub(in crate::story) use pairs::{Pair, pairs};
pub(in crate::story) use token::for_each_word;
pub(in crate::story) use vocabulary::{is_stop_word, stem_of};
