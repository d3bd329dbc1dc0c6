//! The three acts: gather, compose, deliver.

mod compose;
pub mod deliver;
mod gather;
mod read;
mod replay;
pub mod templates;

pub use compose::{Composed, compose, deliveries, letters, post, specimen};
pub use gather::{Gathered, SourceReport, gather, health, key};
pub use read::sample;
pub use replay::{Recording, replies};
