//! How a run writes down what becomes of its deliveries: often, and as cheaply as the promise allows.

use std::collections::HashSet;

use super::{Engine, Error, Store, postgres, sqlite};
use crate::model::DeliveryChange;

/// The failures a commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// The death of this program at any moment: the change is with the operating system. A shared database makes no
    /// difference: there every commit is on the disk.
    Crash,
    /// A power cut: the change, and all before it, are on the disk.
    PowerCut,
}

/// A connection of its own to the store, for the changes of one delivery run.
#[derive(Debug)]
pub struct Journal {
    engine: JournalEngine,
}

#[derive(Debug)]
enum JournalEngine {
    Sqlite(sqlite::Journal),
    Postgres(Box<postgres::Journal>),
}

impl Store {
    /// The journal of a delivery run.
    ///
    /// # Errors
    /// When the store cannot be opened once more.
    pub async fn journal(&self) -> Result<Journal, Error> {
        let engine = match &self.engine {
            Engine::Sqlite(sqlite) => JournalEngine::Sqlite(sqlite.journal().await?),
            Engine::Postgres(postgres) => JournalEngine::Postgres(Box::new(postgres.journal().await?)),
        };
        Ok(Journal { engine })
    }
}

impl Journal {
    /// Commits `changes`, all or none: on return they survive what `durability` says. The answer names the deliveries among
    /// them that another machine has taken over since they were claimed: those are not to be handed over. A file has none.
    ///
    /// # Errors
    /// When the store cannot be written; then no message may be handed over.
    pub async fn apply(&mut self, changes: &[DeliveryChange], durability: Durability) -> Result<HashSet<i64>, Error> {
        match &mut self.engine {
            JournalEngine::Sqlite(journal) => journal.apply(changes, durability).await.map(|()| HashSet::new()),
            JournalEngine::Postgres(journal) => journal.apply(changes).await,
        }
    }

    /// Brings everything to the disk, lets go what was claimed and not begun, and ends.
    ///
    /// # Errors
    /// When the disk cannot be written.
    pub async fn close(self) -> Result<(), Error> {
        match self.engine {
            JournalEngine::Sqlite(journal) => journal.close().await,
            JournalEngine::Postgres(journal) => journal.close().await,
        }
    }
}
