//! The memory between runs: the health of sources, articles, editions, and the outbox.
//!
//! One SQLite file in WAL mode, readable by its owner only. Everything that belongs together is written in one
//! transaction with `synchronous=FULL`: a program killed at any moment leaves a store the next run continues from.
//! Nothing here reads the clock; every time is an argument.
//!
//! A second program is kept out by the [`RunLock`], not by SQLite: two runs at once would both send. A dry run works
//! on a [`Store::snapshot`] and leaves the original as it was, byte for byte.
//!
//! To remember something new: a file in `migrations/` (never edit an old one) and a child module with its queries.

mod articles;
mod drafts;
mod editions;
mod error;
mod gathered;
mod journal;
mod lock;
mod open;
mod outbox;
mod ratings;
mod sources;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use articles::Repeated;
pub use drafts::Draft;
pub use editions::{NewEdition, NewTemplate};
pub use error::Error;
pub use gathered::GatheredSource;
pub use journal::{Durability, Journal};
pub use lock::{LockError, RunLock, lock};
pub use open::Store;
pub use sources::SourceRecord;

/// Where the state lives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The SQLite file; relative to the config. Unset: `digest.db` in the state directory.
    pub path: Option<std::path::PathBuf>,
}

/// A time as it is stored.
fn to_millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// A stored time; what no clock could have written is the epoch.
fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
