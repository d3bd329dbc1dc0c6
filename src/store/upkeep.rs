//! Upkeep, which keeps a store small and honest over the years: texts nobody needs go, what was decided stays decided, runs that
//! did not end well are remembered for a while.

use jiff::{SignedDuration, Timestamp};

use super::{Error, Store};

/// An entry that was decided for an edition with nothing to say is offered again for so long: a rule that drops everything
/// by mistake can be corrected.
const SECOND_THOUGHTS: SignedDuration = SignedDuration::from_hours(48);

/// Runs in trouble that are remembered of each newsletter.
const TROUBLES: u32 = 20;

/// The ages from which on things go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cutoffs {
    /// Texts that were seen before and that no story names, as far as they do not wait for an edition.
    pub texts: Timestamp,
    /// Texts that wait, mails, and what became of them.
    pub all: Timestamp,
    /// Texts of stories in editions composed before.
    pub published: Timestamp,
    /// Only what came of age within so long: who prunes every day need not look at all that stays. `None`: everything.
    pub within: Option<SignedDuration>,
}

impl Cutoffs {
    /// The time from which on things are looked for that go before `cutoff`.
    pub(super) fn from(&self, cutoff: Timestamp) -> Timestamp {
        let from = self.within.and_then(|within| cutoff.checked_sub(within).ok());
        from.unwrap_or(Timestamp::MIN)
    }

    /// When texts were first seen that may go now: from, and before.
    pub(super) fn seen(&self) -> Vec<(Timestamp, Timestamp)> {
        let ages = [self.texts, self.all, self.published];
        let ages = if self.within.is_some() { &ages[..] } else { &ages[..1] };
        ages.iter().map(|age| (self.from(*age), *age)).collect()
    }
}

/// How much went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Pruned {
    /// Texts of articles.
    pub texts: u64,
    /// Templates of mails.
    pub mails: u64,
    /// Records of deliveries that were done with.
    pub deliveries: u64,
}

/// A run that did not end well.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Trouble {
    /// The run's time.
    pub began: Timestamp,
    /// Its exit code.
    pub exit: u8,
    /// The first of its problems, and how many more there were.
    pub words: String,
}

impl Store {
    /// Forgets what `newsletter` does not need any more. That articles were seen stays known, so they do not come back as new;
    /// what another newsletter of the store needs stays. Editions stay.
    ///
    /// # Errors
    /// When the store cannot be written; then all is as it was.
    pub async fn prune(&self, newsletter: &str, cutoffs: &Cutoffs) -> Result<Pruned, Error> {
        on_engine!(self, engine => engine.prune(newsletter, cutoffs).await)
    }

    /// Forgets that `newsletter` has seen articles which no story named and which their sources have not had for `span`, while
    /// they had others. What a story named stays known for ever. Says how many.
    ///
    /// # Errors
    /// When the store cannot be written; then all is as it was.
    pub async fn forget_articles(&self, newsletter: &str, span: SignedDuration) -> Result<u64, Error> {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        on_engine!(self, engine => engine.forget_articles(newsletter, span).await)
    }

    /// Damage that the engine finds in its file, each in its own words; a database watches itself.
    pub async fn integrity(&self) -> Vec<String> {
        match &self.engine {
            super::Engine::Sqlite(sqlite) => sqlite.integrity().await,
            super::Engine::Postgres(_) => Vec::new(),
        }
    }

    /// Gives the room of what is gone back to the disk; a database does so by itself.
    ///
    /// # Errors
    /// When the store cannot be written, or there is no room for a copy of it.
    pub async fn compact(&self) -> Result<(), Error> {
        match &self.engine {
            super::Engine::Sqlite(sqlite) => sqlite.compact().await,
            super::Engine::Postgres(_) => Ok(()),
        }
    }

    /// When `what` was last done.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_done(&self, what: &str) -> Result<Option<Timestamp>, Error> {
        on_engine!(self, engine => engine.last_done(what).await)
    }

    /// Remembers that `what` was done.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn set_done(&self, what: &str, now: Timestamp) -> Result<(), Error> {
        on_engine!(self, engine => engine.set_done(what, now).await)
    }

    /// Marks the articles that `newsletter` had for an edition with nothing to say. Two days after the first time they are not
    /// offered any more.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn skip_articles(&self, newsletter: &str, now: Timestamp) -> Result<(), Error> {
        let before = now.saturating_sub(SECOND_THOUGHTS).unwrap_or(Timestamp::MIN);
        on_engine!(self, engine => engine.skip_articles(newsletter, now, before).await)
    }

    /// Offers the articles `ids` to no edition of `newsletter` any more.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn close_articles(&self, newsletter: &str, ids: &[&str]) -> Result<(), Error> {
        on_engine!(self, engine => engine.close_articles(newsletter, ids).await)
    }

    /// Remembers a run of `newsletter` that did not end well; of many, the last twenty.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_trouble(&self, newsletter: &str, trouble: &Trouble) -> Result<(), Error> {
        on_engine!(self, engine => engine.note_trouble(newsletter, trouble, TROUBLES).await)
    }

    /// The runs of `newsletter` that began at or after `since` and did not end well, the last first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn troubles(&self, newsletter: &str, since: Timestamp) -> Result<Vec<Trouble>, Error> {
        on_engine!(self, engine => engine.troubles(newsletter, since).await)
    }
}
