//! The whole job as a library call: gather, compose, deliver, each act alone or all in a row.
//!
//! [`run`] takes a [`Request`] and gives a [`Report`]; it prints nothing and reads no clock. Its middle can be had by itself:
//! [`load`] reads all that an edition is composed of, and [`compose`] is a function on values.

mod bounds;
mod compose;
pub mod deliver;
mod difference;
mod draft;
mod fit;
mod frame;
mod gather;
mod hooks;
mod identity;
mod illustrate;
mod inputs;
mod inspect;
mod job;
mod mail;
mod past;
mod publish;
mod reach;
mod read;
mod replay;
mod report;
mod run;
pub mod templates;
mod upkeep;
pub mod workers;

pub use bounds::Bounds;
pub use compose::{Composed, compose, example_edition};
pub(crate) use difference::pairs;
pub use difference::{Accounted, Changed, ChangedStory, Difference};
pub use draft::{Approved, approve, discard_draft, draft, draft_mails, edit_draft};
pub use gather::{Gathered, SourceReport, gather, gather_within, health, key};
pub use inputs::{Inputs, load};
pub use inspect::{Inspection, inspect, look};
pub use mail::{Mail, Preview, enqueue, preview};
pub use past::{
    ListedEdition, Resent, StoredCopy, as_markdown, editions, resend, stored_copy, stored_edition, unknown_edition,
};
pub use publish::{Published, publish};
pub use replay::{Recording, replies};
pub use report::{Report, Skipped, Verdict};
pub use run::{Acts, Host, Job, Progress, Request, inputs as read_inputs, run};
pub use upkeep::prune;
