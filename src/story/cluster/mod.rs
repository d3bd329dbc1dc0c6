//! Which articles tell one event, and which are copies of one text.
//!
//! Articles become numbered words (`words`), what a source says again and again fades (`stock`), the rest becomes vectors
//! (`corpus`). Texts that are one article are found (`copies`, `dedup`), pairs that share rare words get a probability
//! (`pairs`, `features`), and average linkage makes stories of them (`linkage`). Nothing here knows of an edition: [`group`]
//! is the whole of it for articles alone.

mod background;
mod calendar;
mod copies;
mod corpus;
mod dedup;
mod features;
mod frequencies;
mod group;
mod linkage;
mod pairs;
mod sentences;
mod stock;
mod token;
mod vocabulary;
mod words;

pub use background::count_background;
pub use features::PairFeatures;
pub use frequencies::{Frequencies, WordCount, count_words};
pub use group::{Grouped, Keys, ScoredPair, group, keys, score_pairs};

pub(in crate::story) use copies::{Shingles, containment, overlaps};
pub(in crate::story) use corpus::Corpus;
pub(in crate::story) use dedup::{Copies, dedup, is_repeat};
pub(in crate::story) use group::{canonical, stories};
pub(in crate::story) use linkage::{RELATIVE, too_loose};
pub(in crate::story) use pairs::{Pair, pairs};
pub(in crate::story) use sentences::sentences;
pub(in crate::story) use token::for_each_word;
pub(in crate::story) use vocabulary::{is_stop_word, stem_of};
pub(in crate::story) use words::language_of;
