//! The parts of one edition, on their own: a dry run works on it, and the store stays as it is.

use jiff::{SignedDuration, Timestamp};

use super::sqlite::Sqlite;
use super::{Engine, Error, Location, Store, copy_of};
use crate::model::Edition;

/// Which part of a store.
#[derive(Debug, Clone, Copy)]
pub struct Excerpt<'a> {
    /// Of this newsletter.
    pub newsletter: &'a str,
    /// Editions since then, what they published and what waits; that an article was seen is known whenever it was.
    pub from: Timestamp,
    /// Everything that editions since then had, published or not: with it they can be composed again.
    pub again: Option<Timestamp>,
}

impl Store {
    /// Opens a private copy of the part of the store at `location` that the next edition is composed of; what is written to it
    /// is gone with it. The original stays as it is, a file and its folder byte for byte. A file is not copied whole, however
    /// many years are in it, unless a run writes to it or was killed.
    ///
    /// # Errors
    /// When the original cannot be read or is no store.
    pub async fn excerpt(location: impl Into<Location>, part: &Excerpt<'_>) -> Result<Self, Error> {
        let copy = match location.into() {
            Location::File(path) => Sqlite::excerpt(&path, part).await?,
            Location::Server(server) => copy_of(&server).await?,
        };
        Ok(Self::of(Engine::Sqlite(copy)))
    }

    /// A private copy of the store at `location` as it was when the edition or draft `id` of `newsletter` (the last edition
    /// without an id) was composed, and that edition: from both it can be composed again, with the stories that came up to
    /// `remembered` before it. `None` if there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn before(
        location: impl Into<Location>,
        newsletter: &str,
        id: Option<&str>,
        remembered: SignedDuration,
    ) -> Result<Option<(Self, Edition)>, Error> {
        let location = location.into();
        let view = Self::view(&location).await?;
        let edition = match id {
            Some(id) => view.edition_or_draft(newsletter, id).await?,
            None => view.last_edition(newsletter).await?,
        };
        view.close().await;
        let Some(edition) = edition else { return Ok(None) };
        let from = edition.composed.saturating_sub(remembered).unwrap_or(Timestamp::MIN);
        let part = Excerpt { newsletter, from, again: Some(edition.composed) };
        let store = Self::excerpt(location, &part).await?;
        if let Engine::Sqlite(copy) = &store.engine {
            copy.take_back(newsletter, &edition).await?;
        }
        Ok(Some((store, edition)))
    }
}
