use jiff::Timestamp;

use super::{Error, Store};

/// The record of one source of one newsletter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceRecord {
    /// When it was last asked.
    pub checked: Option<Timestamp>,
    /// When it last answered.
    pub last_success: Option<Timestamp>,
    /// When it last brought something new.
    pub last_new_entry: Option<Timestamp>,
    /// Failures in a row; 0 after a success.
    pub failures: u32,
    /// When that row began.
    pub first_failure: Option<Timestamp>,
    /// The last problem, for a reader.
    pub problem: Option<String>,
    /// Not to be asked before (`Retry-After`, back-off).
    pub not_before: Option<Timestamp>,
    /// Where it permanently redirects to.
    pub moved_to: Option<String>,
    /// How often in a row it redirected there.
    pub moved_times: u32,
    /// State of the reader, kept from one run to the next (validators and the like), in that room's own words; may be empty.
    pub memory: String,
}

impl Store {
    /// The record of the source `key` (its newsletter, kind and place); `None` if nothing is.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn source(&self, key: &str) -> Result<Option<SourceRecord>, Error> {
        on_engine!(self, engine => engine.source(key).await)
    }

    /// All sources with their keys, in the order of the keys.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sources(&self) -> Result<Vec<(String, SourceRecord)>, Error> {
        on_engine!(self, engine => engine.sources().await)
    }

    /// Which lines stood on the pages of the source `key`, by their hashes, and on how many each.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn site_lines(&self, key: &str) -> Result<Vec<(u64, u32)>, Error> {
        on_engine!(self, engine => engine.site_lines(key).await)
    }

    /// Forgets the source `key`; false if nothing was remembered of it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_source(&self, key: &str) -> Result<bool, Error> {
        on_engine!(self, engine => engine.forget_source(key).await)
    }
}
