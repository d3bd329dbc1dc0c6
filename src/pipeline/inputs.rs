//! All that an edition is composed of, read once: what follows is functions on values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::Error;
use crate::config::Config;
use crate::model::{Article, Edition, Rating, Recipient, SourceHealth};
use crate::pipeline::gather;
use crate::send::{EditionSecret, RatingLinks};
use crate::store::{self, Repeated, Store};
use crate::story::{Memo, PastStory};

/// All that an edition is composed of, beside the config and the template: owned, and read from the store and from secret
/// files before composing begins.
///
/// One loading serves any number of compositions under changed configs, as long as it [covers](Inputs::covers) them. What
/// depends on articles alone (their words, their similarity) is kept beside it.
#[derive(Clone)]
pub struct Inputs {
    /// The edition's time: the run's, or the first second after it at which no edition was composed.
    pub now: Timestamp,
    /// Articles that no edition used yet, in any order.
    pub articles: Vec<Article>,
    /// Articles among them that an earlier edition had with the same headline and text under another id.
    pub repeated: Vec<Repeated>,
    /// Stories of earlier editions, in any order.
    pub past: Vec<PastStory>,
    /// The reader's ratings of stories, oldest first.
    pub ratings: Vec<Rating>,
    /// The edition covers what came since then; at first the time of the last edition, `None` if there is none.
    pub since: Option<Timestamp>,
    /// How the sources did; at first what is remembered of their last gathering.
    pub health: SourceHealth,
    /// Who gets the edition: messages are printed in their languages. At first nobody, which is enough to look at it.
    pub recipients: Vec<Recipient>,
    /// Random, unless a test says otherwise: what each reader's own data is put in place of.
    pub secret: EditionSecret,
    /// Signs links that rate a story; `None` without `[rating]`.
    pub rating_links: Option<RatingLinks>,
    newsletter: String,
    remembers_since: Timestamp,
    /// The articles' similarity, kept for the next composition of them.
    pub(super) memo: Arc<Memo>,
}

/// Reads what `store` has for the newsletter of `config` and no edition published yet, and what that is to be compared with.
///
/// # Errors
/// The store or the secret of `[rating]` cannot be read.
pub async fn load(store: &Store, config: &Config, now: Timestamp) -> Result<Inputs, Error> {
    let newsletter = &config.newsletter.name;
    // A clock that ran ahead for a while wrote editions of times to come; they are remembered, but nothing waits for them.
    let last = store.last_edition(newsletter).await?.map(|edition| edition.composed.min(now));
    let now = free(newsletter, store, now).await?;
    let start = remembers_since(config, now);
    Ok(Inputs {
        articles: store.unused_articles(newsletter, None).await?,
        repeated: store.repeated(newsletter, start).await?,
        past: past_stories(newsletter, store, start).await?,
        ratings: store.ratings(newsletter).await?,
        since: last,
        health: gather::health(config, store).await?,
        recipients: Vec::new(),
        secret: EditionSecret::random()?,
        rating_links: config.rating.as_ref().map(RatingLinks::new).transpose()?,
        newsletter: newsletter.clone(),
        remembers_since: start,
        memo: Arc::default(),
        now,
    })
}

impl Inputs {
    /// `articles` for the newsletter of `config`, which has published nothing yet: no store is needed to compose them.
    ///
    /// Each article needs its id ([`Article::identify`](crate::model::Article::identify)) and the `confidence` of whoever
    /// read it: below 0.25 a story is only ever one line. Without a last edition, undated articles are a source's first five.
    ///
    /// ```
    /// use newsdigest::model::Article;
    /// use newsdigest::pipeline::{Inputs, compose};
    ///
    /// let text = "The old bridge over the Wend opened again on Monday. Masons had worked on it for a year.";
    /// let mut article = Article { title: "The bridge is open".into(), text: text.into(), ..Article::default() };
    /// article.confidence = 1.0;
    /// article.identify(None, "notes");
    /// let config = newsdigest::Config::parse("version = 1", "config.toml".as_ref())?;
    /// let inputs = Inputs::new(vec![article], &config, "2026-10-19T05:00:00Z".parse()?);
    /// let composed = compose(&inputs, &config, &newsdigest::Templates::builtin("plain")?)?;
    /// assert!(composed.rendered().text.contains("The old bridge over the Wend opened again on Monday."));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(articles: Vec<Article>, config: &Config, now: Timestamp) -> Self {
        Self {
            now,
            articles,
            repeated: Vec::new(),
            past: Vec::new(),
            ratings: Vec::new(),
            since: None,
            health: SourceHealth::default(),
            recipients: Vec::new(),
            secret: EditionSecret::new([0; 16]),
            rating_links: None,
            newsletter: config.newsletter.name.clone(),
            remembers_since: Timestamp::MIN,
            memo: Arc::default(),
        }
    }

    /// Whether an edition under `config` can be composed of these: it is the same newsletter, and looks back no further
    /// than the config they were loaded for.
    pub fn covers(&self, config: &Config) -> bool {
        self.newsletter == config.newsletter.name && remembers_since(config, self.now) >= self.remembers_since
    }

    /// Articles that stood in an edition under another id within the days that `config` looks back, with that edition.
    pub(super) fn repeated(&self, config: &Config) -> BTreeMap<String, String> {
        let start = remembers_since(config, self.now);
        let mut latest: BTreeMap<String, String> = BTreeMap::new();
        for Repeated { article, edition, .. } in self.repeated.iter().filter(|repeated| repeated.seen >= start) {
            let known = latest.entry(article.clone()).or_default();
            if *known < *edition {
                known.clone_from(edition);
            }
        }
        latest
    }
}

/// How long stories are remembered.
pub(super) fn remembered(config: &Config) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(config.stories.remember_days))
}

pub(super) fn remembers_since(config: &Config, now: Timestamp) -> Timestamp {
    now.saturating_sub(remembered(config)).unwrap_or(Timestamp::MIN)
}

/// `now`, or the first second after it at which no edition was composed: an edition is called by its second.
async fn free(newsletter: &str, store: &Store, now: Timestamp) -> Result<Timestamp, store::Error> {
    let editions = store.editions_since(newsletter, now).await?;
    let taken: BTreeSet<i64> = editions.iter().map(|edition| edition.composed.as_second()).collect();
    let mut times =
        (0..=taken.len() as i64).filter_map(|seconds| now.checked_add(SignedDuration::from_secs(seconds)).ok());
    Ok(times.find(|time| !taken.contains(&time.as_second())).unwrap_or(now))
}

/// Stories of the editions since `start`, with the articles they were made from.
async fn past_stories(newsletter: &str, store: &Store, start: Timestamp) -> Result<Vec<PastStory>, store::Error> {
    let editions = store.editions_since(newsletter, start).await?;
    let places = editions.iter().flat_map(Edition::stories).flat_map(|story| &story.places);
    let ids: BTreeSet<&str> = places.map(|place| place.article.as_str()).collect();
    let articles = store.articles(newsletter, &Vec::from_iter(ids)).await?;
    let mut past = Vec::new();
    for edition in &editions {
        for story in edition.stories() {
            let articles = story.places.iter().filter_map(|place| articles.get(&place.article)).cloned().collect();
            let (edition, composed) = (edition.id.clone(), edition.composed);
            past.push(PastStory { edition, composed, story: story.clone(), articles });
        }
    }
    Ok(past)
}
