//! The three acts: gather, compose, deliver.

mod compose;
pub mod deliver;
mod gather;
mod read;
mod replay;
pub mod templates;

pub use compose::{Composed, compose, deliveries, enqueue, example_edition, message_templates};
pub use gather::{Gathered, SourceReport, gather, health, key};
pub use read::sample;
pub use replay::{Recording, replies};
