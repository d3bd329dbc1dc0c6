//! Who does what, where several machines work on one store. In a file the one run that holds the lock does all of it.

use std::time::Duration;

use jiff::Timestamp;

use super::{Engine, Error, Store};

/// A program that works on a shared store.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Worker {
    /// Its address as the database sees it (`local` on a socket), its process and a number of its own.
    pub name: String,
    /// When it began, by the database's clock.
    pub started: Timestamp,
    /// When it last wrote.
    pub seen: Timestamp,
    /// Deliveries it has brought to an end.
    pub done: u64,
    /// Those a second since it began.
    pub rate: f64,
    /// Deliveries it has claimed.
    pub deliveries: u64,
    /// Sources it has claimed.
    pub sources: u64,
    /// Whether it has claimed the composing of an edition.
    pub composes: bool,
    /// When the first of its claims runs out.
    pub lease: Option<Timestamp>,
}

impl Store {
    /// Claims the source `key` for `lease`; false if another machine asks it now, or has asked it within the last minute.
    /// [`Store::save_sources`] ends the claim.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn claim_source(&self, key: &str, lease: Duration) -> Result<bool, Error> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(true),
            Engine::Postgres(postgres) => postgres.claim_source(key, lease).await,
        }
    }

    /// Claims the composing of the next edition of `newsletter` for `lease`; false if another machine composes it, or still
    /// asks its sources. [`Store::release_composing`] ends the claim.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn claim_composing(&self, newsletter: &str, lease: Duration) -> Result<bool, Error> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(true),
            Engine::Postgres(postgres) => postgres.claim_composing(newsletter, lease).await,
        }
    }

    /// Ends the claim of [`Store::claim_composing`].
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn release_composing(&self, newsletter: &str) -> Result<(), Error> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(postgres) => postgres.release_composing(newsletter).await,
        }
    }

    /// Who works on it, in the order they began; of a file nobody is known.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn workers(&self) -> Result<Vec<Worker>, Error> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(Vec::new()),
            Engine::Postgres(postgres) => postgres.workers().await,
        }
    }
}
