//! The three acts: gather, compose, deliver.

mod compose;
mod deliver;
mod gather;
mod read;
mod replay;

pub use compose::{Composed, compose, deliveries, letters, post, template_files, templates};
pub use deliver::{Outcome, Terms, deliver};
pub use gather::{Gathered, SourceReport, gather, key};
pub use replay::{Recording, replies};
