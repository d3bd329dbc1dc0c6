use jiff::Timestamp;

use super::{Error, Store};
use crate::model::{Edition, PlannedDelivery, Recipient};

/// All that is committed before the first message leaves.
#[derive(Debug, Clone)]
pub struct NewEdition<'a> {
    /// The edition itself.
    pub edition: &'a Edition,
    /// Its messages, one a language.
    pub templates: &'a [NewTemplate],
    /// Ids of all articles it used, told or linked or left out for good: none is offered to this newsletter again.
    pub used: &'a [String],
}

/// The message that readers of one language share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTemplate {
    /// BCP 47; what [`PlannedDelivery::template`](crate::model::PlannedDelivery::template) refers to.
    pub language: String,
    /// Subject, headers and parts in the words of `send`; opaque here.
    pub template: String,
}

impl Store {
    /// Stores an edition with its templates, used articles and `deliveries`, all or none. An address that occurs twice
    /// gets it once.
    ///
    /// # Errors
    /// When the store cannot be written, or another machine has claimed the composing meanwhile; then nothing is stored and
    /// nothing may be sent.
    pub async fn store_edition(
        &self,
        new: &NewEdition<'_>,
        deliveries: impl IntoIterator<Item = PlannedDelivery, IntoIter: Send>,
    ) -> Result<(), Error> {
        let deliveries = deliveries.into_iter();
        on_engine!(self, engine => engine.store_edition(new, deliveries).await)
    }

    /// The edition of `newsletter` that was composed last.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_edition(&self, newsletter: &str) -> Result<Option<Edition>, Error> {
        let last = on_engine!(self, engine => engine.last_editions(newsletter).await)?;
        Ok(self.readable(last)?.into_iter().next())
    }

    /// The edition `id`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn edition(&self, id: &str) -> Result<Option<Edition>, Error> {
        on_engine!(self, engine => engine.edition(id).await)
    }

    /// When the edition `id` may leave, if it was a draft; `None`: since it was composed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn released(&self, id: &str) -> Result<Option<Timestamp>, Error> {
        on_engine!(self, engine => engine.released(id).await)
    }

    /// The editions of `newsletter` composed at or after `since`, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn editions_since(&self, newsletter: &str, since: Timestamp) -> Result<Vec<Edition>, Error> {
        self.readable(on_engine!(self, engine => engine.editions_since(newsletter, since).await)?)
    }

    /// Id and time of each edition of `newsletter` whose readers may have it at `now`, oldest first: one that is approved for
    /// a later hour is not among them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn released_editions(&self, newsletter: &str, now: Timestamp) -> Result<Vec<(String, Timestamp)>, Error> {
        on_engine!(self, engine => engine.released_editions(newsletter, now).await)
    }

    /// The template of `edition` in `language`; `None` once pruned.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn message_template(&self, edition: &str, language: &str) -> Result<Option<String>, Error> {
        on_engine!(self, engine => engine.message_template(edition, language).await)
    }

    /// The templates of `edition` by language; none once pruned.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn message_templates(&self, edition: &str) -> Result<Vec<(String, String)>, Error> {
        on_engine!(self, engine => engine.message_templates(edition).await)
    }
}

/// The columns of a planned delivery: address, name, language, template, Message-ID, place to leave.
pub(super) type RecipientRow = (String, Option<String>, Option<String>, String, String, Option<String>);

pub(super) fn recipient_row(delivery: PlannedDelivery) -> RecipientRow {
    let Recipient { address, name, language } = delivery.recipient;
    (address, name, language, delivery.template, delivery.message_id, delivery.unsubscribe)
}
