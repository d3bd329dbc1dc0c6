use jiff::Timestamp;

use super::{Error, NewEdition, Store};
use crate::model::{Edition, PlannedDelivery};

/// An edition that waits for its publisher's approval.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// As it was edited last.
    pub edition: Edition,
    /// Ids of all articles it used; until it is approved they are free.
    pub used: Vec<String>,
    /// Its publisher has been written to.
    pub told: bool,
}

impl Store {
    /// The draft of `newsletter`; there is at most one. One that is hurt is none: its articles are free, and the next takes its
    /// place.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn draft(&self, newsletter: &str) -> Result<Option<Draft>, Error> {
        let draft = on_engine!(self, engine => engine.draft(newsletter).await).transpose();
        Ok(self.readable(draft.into_iter().collect())?.pop())
    }

    /// The edition `id` of `newsletter`, or its draft of that id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn edition_or_draft(&self, newsletter: &str, id: &str) -> Result<Option<Edition>, Error> {
        if let Some(edition) = self.edition(id).await?.filter(|edition| edition.newsletter == newsletter) {
            return Ok(Some(edition));
        }
        let draft = self.draft(newsletter).await?.map(|draft| draft.edition);
        Ok(draft.filter(|edition| edition.id == id))
    }

    /// Keeps `draft`, in place of the one before.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn save_draft(&self, draft: &Draft) -> Result<(), Error> {
        on_engine!(self, engine => engine.save_draft(draft).await)
    }

    /// Throws the draft of `newsletter` away; its articles wait for the next edition.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn discard_draft(&self, newsletter: &str) -> Result<(), Error> {
        on_engine!(self, engine => engine.discard_draft(newsletter).await)
    }

    /// Makes a draft the edition `new`, all or nothing: the draft goes and its `deliveries` come, none of them due before it
    /// is `released`. False, and nothing is stored, if there is no such draft: a second approval sends nothing.
    ///
    /// # Errors
    /// When the store cannot be written; then nothing is stored.
    pub async fn approve_draft(
        &self,
        new: &NewEdition<'_>,
        deliveries: impl IntoIterator<Item = PlannedDelivery, IntoIter: Send>,
        released: Timestamp,
    ) -> Result<bool, Error> {
        let deliveries = deliveries.into_iter();
        on_engine!(self, engine => engine.approve_draft(new, deliveries, released).await)
    }
}
