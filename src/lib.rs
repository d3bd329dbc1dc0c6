//! An extractive summarizer and newsletter generator: every sentence verbatim, every sentence linked to its
//! place in the source.
//!
//! The summarizer by itself is one call:
//!
//! ```
//! let text = "The harbour reopened on Sunday. Ships had waited for six days. A ballot of the dockers follows.";
//! let options = newsdigest::summary::Options { sentences: Some(1), ..Default::default() };
//! let summary = newsdigest::summarize(text, &options);
//! let sentence = summary.chosen().next().expect("a text with sentences has a summary");
//! assert_eq!(&text[sentence.start..sentence.end], sentence.text);
//! ```
//!
//! The modules stand in the order of the data: each may use those above it and none below it.

pub mod text;

pub mod rank;

pub mod summary;

pub mod model;

pub mod extract;

pub mod story;

pub mod render;

pub mod fetch;

pub mod source;

pub mod store;

pub mod send;

pub mod config;

pub mod error;

pub mod pipeline;

pub mod cli;

pub use error::Error;
pub use summary::summarize;
