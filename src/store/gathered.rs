//! Results of gathering, written many sources a commit.

use jiff::Timestamp;

use super::{Error, SourceRecord, Store};
use crate::model::Article;

/// That a source still has an article is written so often, in milliseconds.
pub(super) const A_WEEK: i64 = 7 * 24 * 3600 * 1000;

/// Everything that asking one source brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GatheredSource {
    /// Its key: newsletter, kind and place.
    pub key: String,
    /// Its new record; `None`: unchanged.
    pub record: Option<SourceRecord>,
    /// Its articles, stored as by [`Store::save_articles`].
    pub articles: Vec<Article>,
    /// Ids of articles known before that it still has: as long as it has them they stay known.
    pub offered: Vec<String>,
    /// Lines that stood on its pages, by their hashes, and on how many each; `None`: as before.
    pub site_lines: Option<Vec<(u64, u32)>>,
}

impl Store {
    /// Stores what `sources` brought to `newsletter`, all or none. Says for each how many articles are new to that
    /// newsletter; a source that brought one has its [`SourceRecord::last_new_entry`] set to `now`. Claims on them end.
    ///
    /// # Errors
    /// When the store cannot be written; then nothing is stored.
    pub async fn save_sources(
        &self,
        newsletter: &str,
        sources: &[GatheredSource],
        now: Timestamp,
    ) -> Result<Vec<usize>, Error> {
        on_engine!(self, engine => engine.save_sources(newsletter, sources, now).await)
    }
}
