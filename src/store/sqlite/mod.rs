//! The embedded engine: one SQLite file in WAL mode, readable by its owner only.
//!
//! A second program is kept out by the [`RunLock`](super::RunLock), not by SQLite: two runs at once would both send.

mod articles;
mod check;
mod copy;
mod drafts;
mod editions;
mod excerpt;
mod gathered;
mod journal;
mod open;
mod outbox;
mod ratings;
mod sources;
mod upkeep;

pub(super) use journal::Journal;
pub(super) use open::{Sqlite, create_folder, private};
