//! Plain text → its language, its sentences, its words, and the terms they stand for.
//!
//! Everything here is a span into the text it was given: sentences and the gaps between them joined are the text
//! again, byte for byte, and a [`Token`] says where its word stands. A *term* is what two words share when they mean
//! the same thing to a ranking: lower case, stop words out, stemmed.
//!
//! To add a language: its abbreviations in `text/split/`, its name in `stem`; where no stemmer exists words stand
//! for themselves.

pub mod dates;
pub mod language;

mod catch_panic;
mod lexicon;
mod spellings;
mod split;
mod stem;
mod tokens;
mod typed;
mod words;

pub(crate) use catch_panic::catch_panic;
pub use split::sentences;
pub use stem::Stem;
pub use tokens::{TermIndex, Token, index, terms};
pub(crate) use typed::Typed;
pub use words::{count_words, words};
