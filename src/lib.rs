//! An extractive summarizer and newsletter generator: every sentence verbatim, every sentence linked to its
//! place in the source.
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
