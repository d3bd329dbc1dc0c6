//! The memory between runs: the health of sources, articles, editions, and the outbox.
//!
//! Two engines keep it, each with its own SQL: `sqlite` in one file of this machine, `postgres` in a database that any
//! number of machines share. What is above this module does not know which. Everything that belongs together is written in
//! one transaction: a program killed at any moment leaves a store the next run continues from. Nothing here reads the
//! machine's clock; every time is an argument, or the database's.
//!
//! Two runs at once would both send. A file is held by the [`RunLock`]; in a shared database each delivery, each source and
//! the composing of an edition is claimed ([`Store::pending`], [`Store::claim_source`], [`Store::claim_composing`]). A dry run
//! works on a [`Store::excerpt`] and leaves the original as it was.
//!
//! To remember something new: a file in the `migrations/` of each engine (never edit an old one), a child module with its
//! calls here and one with its queries in each engine, its columns in `copy.rs`, and its promise in `tests/it/store.rs`, which
//! is run on both.

/// The same call on whichever engine is open.
macro_rules! on_engine {
    ($store:expr, $engine:ident => $call:expr) => {
        match &$store.engine {
            $crate::store::Engine::Sqlite($engine) => $call,
            $crate::store::Engine::Postgres($engine) => $call,
        }
    };
}

mod articles;
mod check;
mod claims;
mod copy;
mod drafts;
mod editions;
mod erasure;
mod error;
mod excerpt;
mod gathered;
mod journal;
mod location;
mod lock;
mod look;
mod outbox;
mod postgres;
mod ratings;
mod sources;
mod sqlite;
mod upkeep;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;

use postgres::Postgres;
use sqlite::Sqlite;

pub use articles::Repeated;
pub use check::{Flaw, check};
pub use claims::Worker;
pub use copy::{Copied, copy};
pub use drafts::Draft;
pub use editions::{NewEdition, NewTemplate};
pub use erasure::{ErasedAddress, ReaderData, ReaderDelivery};
pub use error::Error;
pub use excerpt::Excerpt;
pub use gathered::GatheredSource;
pub use journal::{Durability, Journal};
pub use location::{Location, Options, Server};
pub use lock::{LockError, Mailed, RunLock, lock};
pub use look::look;
pub use sources::SourceRecord;
pub use upkeep::{Cutoffs, Pruned, Trouble};

/// The open store; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Engine,
    /// Rows that could not be read and were left out.
    hurt: Arc<Mutex<BTreeSet<Hurt>>>,
}

/// A stored value that is not what was written: its kind and its id.
pub type Hurt = (&'static str, String);

/// Rows, each by itself: a broken one costs only itself.
type Rows<T> = Vec<Result<T, Error>>;

#[derive(Debug, Clone)]
enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    /// Opens the store at `location`. A file that does not exist is made with mode 0600 (its folder with 0700), the tables of
    /// an empty database are made in it.
    ///
    /// # Errors
    /// When it cannot be made or reached, is no store, or belongs to a newer program.
    pub async fn open(location: impl Into<Location>) -> Result<Self, Error> {
        let engine = match location.into() {
            Location::File(path) => Engine::Sqlite(Sqlite::open(&path).await?),
            Location::Server(server) => Engine::Postgres(Postgres::open(&server).await?),
        };
        Ok(Self::of(engine))
    }

    fn of(engine: Engine) -> Self {
        Self { engine, hurt: Arc::default() }
    }

    /// Rows that could not be read and were left out since it was opened.
    pub fn hurt(&self) -> Vec<Hurt> {
        self.hurt.lock().iter().cloned().collect()
    }

    /// Those of `rows` that can be read.
    fn readable<T>(&self, rows: Rows<T>) -> Result<Vec<T>, Error> {
        let mut readable = Vec::with_capacity(rows.len());
        for row in rows {
            match row {
                Ok(row) => readable.push(row),
                Err(Error::Broken { what, id, .. }) => drop(self.hurt.lock().insert((what, id))),
                Err(error) => return Err(error),
            }
        }
        Ok(readable)
    }

    /// Opens a private copy of the store at `location` as it is now; what is written to it is gone with it. The original
    /// stays as it is, a file and its folder byte for byte. Without an original it is a new, empty store. The deliveries of a
    /// shared database are not in it.
    ///
    /// # Errors
    /// When the original cannot be read or is no store.
    pub async fn snapshot(location: impl Into<Location>) -> Result<Self, Error> {
        Ok(Self::of(Engine::Sqlite(private_copy(location.into()).await?)))
    }

    /// Opens the store at `location` to be looked at, where it lies; without one it is empty. What another program writes to
    /// a file meanwhile may be missed, or meet us half done: [`Store::is_unchanged`] says so.
    ///
    /// # Errors
    /// When it cannot be read or is no store.
    pub async fn view(location: impl Into<Location>) -> Result<Self, Error> {
        let engine = match location.into() {
            Location::File(path) => Engine::Sqlite(Sqlite::view(&path).await?),
            Location::Server(server) => match Postgres::view(&server).await? {
                Some(postgres) => Engine::Postgres(postgres),
                None => Engine::Sqlite(Sqlite::temporary().await?),
            },
        };
        Ok(Self::of(engine))
    }

    /// Whether a file is as it was when it was opened by [`Store::view`]: then what was read is one state of it.
    pub fn is_unchanged(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.is_unchanged(),
            Engine::Postgres(_) => true,
        }
    }

    /// Whether other machines may work on it at the same time.
    pub fn is_shared(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// The same store, with claims that others respect for `lease`: longer than what is claimed may take.
    #[must_use]
    pub fn with_lease(&self, lease: Duration) -> Self {
        let engine = match &self.engine {
            Engine::Sqlite(sqlite) => Engine::Sqlite(sqlite.clone()),
            Engine::Postgres(postgres) => Engine::Postgres(postgres.with_lease(lease)),
        };
        Self { engine, hurt: Arc::clone(&self.hurt) }
    }

    /// Ends with it; a file then holds everything.
    pub async fn close(self) {
        match self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }
}

/// Writes the store at `path`, a file, into the new file `to` as it is now, while others may write to it: whole or not at all.
///
/// # Errors
/// When it cannot be read, or the new file cannot be written.
pub async fn backup(path: &Path, to: &Path) -> Result<(), Error> {
    Sqlite::backup(path, to).await
}

async fn private_copy(location: Location) -> Result<Sqlite, Error> {
    match location {
        Location::File(path) => Sqlite::snapshot(&path).await,
        Location::Server(server) => copy_of(&server).await,
    }
}

async fn copy_of(server: &Server) -> Result<Sqlite, Error> {
    let copy = Sqlite::temporary().await?;
    if let Some(postgres) = Postgres::view(server).await? {
        copy::for_composing(&postgres, &copy).await?;
        postgres.close().await;
    }
    Ok(copy)
}

/// A time as it is stored.
fn to_millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// A stored time; what no clock could have written is the epoch.
fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
