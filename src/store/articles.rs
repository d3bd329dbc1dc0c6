use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::{Error, Store};
use crate::model::Article;

/// An article that stood in an edition already, under another id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// Id of the article.
    pub article: String,
    /// Id of the edition.
    pub edition: String,
    /// When the other article came that stood there.
    pub seen: Timestamp,
}

impl Store {
    /// Stores `articles` for `newsletter`, all or none. Says for each whether it is new to that newsletter.
    ///
    /// The text of an article that no edition used yet is replaced by a newer one; after that it stays, so that
    /// every sentence of every edition can be verified.
    ///
    /// # Errors
    /// When the store cannot be written; then none is stored.
    pub async fn save_articles(
        &self,
        newsletter: &str,
        articles: &[Article],
        now: Timestamp,
    ) -> Result<Vec<bool>, Error> {
        on_engine!(self, engine => engine.save_articles(newsletter, articles, now).await)
    }

    /// The articles that reached `newsletter` (at or after `since`, if given) and are in no edition yet, in the
    /// order they came.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn unused_articles(&self, newsletter: &str, since: Option<Timestamp>) -> Result<Vec<Article>, Error> {
        self.readable(on_engine!(self, engine => engine.unused_articles(newsletter, since).await)?)
    }

    /// The articles that reached `newsletter` at or after `since`, in an edition or not, in the order they came.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn recent_articles(&self, newsletter: &str, since: Timestamp) -> Result<Vec<Article>, Error> {
        self.readable(on_engine!(self, engine => engine.recent_articles(newsletter, since).await)?)
    }

    /// Articles of `newsletter` in no edition yet whose very headline and text stood in one under another id, and came at
    /// or after `since`: one row an article and edition, by their ids.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn repeated(&self, newsletter: &str, since: Timestamp) -> Result<Vec<Repeated>, Error> {
        on_engine!(self, engine => engine.repeated(newsletter, since).await)
    }

    /// The articles `ids` as they reached `newsletter`, by their ids; those that did not or are pruned are missing.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn articles(&self, newsletter: &str, ids: &[&str]) -> Result<BTreeMap<String, Article>, Error> {
        let articles = self.readable(on_engine!(self, engine => engine.articles(newsletter, ids).await)?)?;
        Ok(articles.into_iter().map(|article| (article.id.clone(), article)).collect())
    }

    /// The article `id` as it reached `newsletter`; `None` if it did not or is pruned.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn article(&self, newsletter: &str, id: &str) -> Result<Option<Article>, Error> {
        on_engine!(self, engine => engine.article(newsletter, id).await)
    }

    /// The same with the hash its title and text had when it was stored.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn stored_article(&self, newsletter: &str, id: &str) -> Result<Option<(Article, String)>, Error> {
        on_engine!(self, engine => engine.stored_article(newsletter, id).await)
    }

    /// Those of the articles `ids` that `newsletter` has seen, used, pruned or not.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn known_articles(&self, newsletter: &str, ids: &[&str]) -> Result<HashSet<String>, Error> {
        on_engine!(self, engine => engine.known_articles(newsletter, ids).await)
    }

    /// Lets what `source` of `newsletter` brought before ids named their source count as seen under its ids of today, now that
    /// its place `scope` is known. Costs nothing where there is nothing of the kind.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn adopt_articles(&self, newsletter: &str, source: &str, scope: &str) -> Result<(), Error> {
        on_engine!(self, engine => engine.adopt_articles(newsletter, source, scope).await)
    }
}
