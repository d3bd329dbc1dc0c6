//! The first act: ask every source, read what is new, store it.
//!
//! Sources are asked at the same time (the fetcher limits connections), each on its own: what one does wrong costs the
//! others nothing. An article that the newsletter has seen is not fetched again.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use tracing::info;

use crate::config::Config;
use crate::extract::boilerplate::SiteTemplate;
use crate::fetch::Fetch;
use crate::model::{Article, Entry, FailedSource, Problem, SourceHealth};
use crate::pipeline::read::{self, Identity, Reading};
use crate::source::{self, Memory, Outcome, Source, Unread};
use crate::store::{self, SourceRecord, Store};

/// Sources asked at the same time; the fetcher limits connections, this limits what waits for one.
const SOURCES_AT_ONCE: usize = 64;
/// Entries of one source read at the same time.
const ENTRIES_AT_ONCE: usize = 8;

/// How often a page that cannot be had is asked for, once a run.
const MOST_TRIES: u32 = 5;

/// What gathering did.
#[derive(Debug, Default)]
pub struct Gathered {
    /// One a source, in the order of the config.
    pub sources: Vec<SourceReport>,
    /// What the edition's footer says.
    pub health: SourceHealth,
}

impl Gathered {
    /// Articles that are new to this newsletter.
    pub fn fresh(&self) -> usize {
        self.sources.iter().map(|source| source.fresh).sum()
    }

    /// What is to be told: failures worth a warning, and what went wrong in sources that answered.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.sources.iter().filter(|report| report.should_warn).flat_map(|report| &report.problems)
    }
}

/// What one source did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct SourceReport {
    /// Its name in the config.
    pub name: String,
    /// How asking it ended.
    pub outcome: Outcome,
    /// Entries it announced, at most `max_entries`.
    pub entries: usize,
    /// Articles new to this newsletter.
    pub fresh: usize,
    /// Somebody should hear of its problems: it answered and something is wrong with what it said, it never answered,
    /// or it has failed `warn_after` times in a row.
    pub should_warn: bool,
    /// What went wrong.
    pub problems: Vec<Problem>,
    /// Pages behind its entries that could not be read; what the source itself gave stands in, marked as a teaser.
    pub unread: Vec<Problem>,
}

/// Asks the sources of `config` (only those named in `only`, if any are), and stores what is new.
///
/// `tick` is called with the source's name when one is done.
///
/// # Errors
/// When the store cannot be read or written; a source that fails is told in its report.
pub async fn gather(
    config: &Config,
    only: &[String],
    store: &Store,
    fetch: &dyn Fetch,
    now: Timestamp,
    tick: &(dyn Fn(&str) + Sync),
) -> Result<Gathered, store::Error> {
    let gatherer = Gatherer { config, store, fetch, now };
    let sources = config.sources.iter().filter(|source| only.is_empty() || only.contains(&source.name));
    let asked = sources.enumerate().map(|(place, source)| async move {
        let done = gatherer.gather_source(source).await;
        tick(&source.name);
        done.map(|(report, failed)| (place, report, failed))
    });
    // In whatever order they answer: behind one that hangs nobody waits.
    let mut asked: Vec<_> = stream::iter(asked).buffer_unordered(SOURCES_AT_ONCE).try_collect().await?;
    asked.sort_by_key(|(place, ..)| *place);
    let mut gathered = Gathered::default();
    for (_, report, failed) in asked {
        gathered.health.asked += 1;
        gathered.health.answered += usize::from(report.outcome != Outcome::Failed);
        gathered.health.failed.extend(failed);
        gathered.sources.push(report);
    }
    Ok(gathered)
}

/// How the sources did when they were last asked: for an edition that is composed without gathering.
///
/// # Errors
/// When the store cannot be read.
pub async fn health(config: &Config, store: &Store) -> Result<SourceHealth, store::Error> {
    let records: BTreeMap<String, SourceRecord> = store.sources().await?.into_iter().collect();
    let mut health = SourceHealth::default();
    for source in &config.sources {
        let Some(record) = records.get(&key(&config.newsletter.name, source)) else { continue };
        health.asked += 1;
        if record.failures == 0 {
            health.answered += 1;
        } else if should_warn(source, record) {
            health.failed.push(failed(source, record));
        }
    }
    Ok(health)
}

/// A source that fails is to be told of: it never answered, or has failed `warn_after` times in a row.
fn should_warn(source: &Source, record: &SourceRecord) -> bool {
    record.last_success.is_none() || record.failures >= source.warn_after
}

fn failed(source: &Source, record: &SourceRecord) -> FailedSource {
    let since = record.first_failure.filter(|_| record.last_success.is_some());
    FailedSource { name: source.name.clone(), reason: record.problem.clone().unwrap_or_default(), since }
}

/// What gathering any source needs.
#[derive(Clone, Copy)]
struct Gatherer<'a> {
    config: &'a Config,
    store: &'a Store,
    fetch: &'a dyn Fetch,
    now: Timestamp,
}

impl Gatherer<'_> {
    async fn gather_source(self, source: &Source) -> Result<(SourceReport, Option<FailedSource>), store::Error> {
        let key = key(&self.config.newsletter.name, source);
        let mut record = self.store.source(&key).await?.unwrap_or_default();
        let memory: Memory = serde_json::from_str(&record.memory).unwrap_or_default();
        let gathered = source::gather(source, &memory, self.now, self.fetch).await;
        let mut report = SourceReport {
            name: source.name.clone(),
            outcome: gathered.outcome,
            entries: gathered.entries.len(),
            problems: gathered.problems,
            ..SourceReport::default()
        };
        let mut memory = gathered.memory;
        let retried = if gathered.outcome == Outcome::Waiting {
            Vec::new()
        } else {
            self.retry_unread(source, &mut memory).await?
        };
        let (mut articles, unread) =
            self.articles(source, &place(source), gathered.entries, &mut memory.unread).await?;
        articles.extend(retried);
        unread.iter().for_each(|problem| info!(source = source.name, "{problem}"));
        report.unread = unread;
        let new = self.store.save_articles(&self.config.newsletter.name, &articles, self.now).await?;
        report.fresh = new.into_iter().filter(|new| *new).count();
        if gathered.outcome != Outcome::Waiting {
            self.note(&mut record, &report, source, memory);
            self.store.put_source(&key, &record).await?;
        }
        let is_failure = report.outcome == Outcome::Failed;
        report.should_warn = !report.problems.is_empty() && (!is_failure || should_warn(source, &record));
        info!(
            source = source.name,
            outcome = ?report.outcome,
            entries = report.entries,
            fresh = report.fresh,
            "gathered"
        );
        let failed = (is_failure && report.should_warn).then(|| failed(source, &record));
        Ok((report, failed))
    }

    /// The articles of `entries` that the newsletter has not seen, each read as fully as its source allows.
    async fn articles(
        self,
        source: &Source,
        scope: &str,
        entries: Vec<Entry>,
        later: &mut Vec<Unread>,
    ) -> Result<(Vec<Article>, Vec<Problem>), store::Error> {
        let identity = Identity::of(&entries, scope);
        // What has no id before it is read (a local text) is read, and its id decides when it is stored.
        let ids: Vec<Option<String>> = entries.iter().map(|entry| identity.id(entry)).collect();
        let asked: Vec<&str> = ids.iter().flatten().map(String::as_str).collect();
        let known = self.store.known_articles(&self.config.newsletter.name, &asked).await?;
        let new = entries.into_iter().zip(&ids).filter(|(_, id)| id.as_ref().is_none_or(|id| !known.contains(id)));
        let begun = new.map(|(entry, _)| read::begin(source, entry, self.fetch));
        let mut readings: Vec<Reading> = stream::iter(begun).buffered(ENTRIES_AT_ONCE).collect().await;
        let missed = readings.iter().filter_map(|reading| reading.later(&identity));
        later.extend(missed.map(|(id, wait)| {
            let mut unread = Unread { id, ..Unread::default() };
            unread.put_off(self.now, wait);
            unread
        }));
        let site = self.site(source, &mut readings).await?;
        let (mut articles, mut problems) = (Vec::new(), Vec::new());
        for reading in readings {
            let (article, met) = reading.finish(source, &identity, &site);
            // A page or a mail may tell a date that has not come, as a feed may: it was there by now.
            let by_now = |published: Timestamp| published.min(self.now);
            articles.extend(article.map(|article| Article { published: article.published.map(by_now), ..article }));
            problems.extend(met);
        }
        Ok((articles, problems))
    }

    /// The articles whose pages could not be had before and were read now. A source that says "unchanged" does not bring its
    /// entries back, so they are asked for here.
    async fn retry_unread(self, source: &Source, memory: &mut Memory) -> Result<Vec<Article>, store::Error> {
        let mut articles = Vec::new();
        for mut unread in std::mem::take(&mut memory.unread) {
            if unread.must_wait(self.now) {
                memory.unread.push(unread);
                continue;
            }
            let Some(article) = self.store.article(&unread.id).await?.filter(|article| article.teaser) else {
                continue;
            };
            match read::retry_page(source, &article, self.fetch).await.map_err(|missed| missed.retry_after) {
                Ok(article) => articles.push(article),
                Err(Some(wait)) if unread.tries + 1 < MOST_TRIES => {
                    unread.put_off(self.now, wait);
                    memory.unread.push(unread);
                }
                Err(_) => {}
            }
        }
        Ok(articles)
    }

    /// What the pages of a source tell of each other: those of earlier runs and those just read.
    async fn site(self, source: &Source, readings: &mut [Reading]) -> Result<SiteTemplate, store::Error> {
        if !readings.iter().any(Reading::has_page) {
            return Ok(SiteTemplate::default());
        }
        let key = key(&self.config.newsletter.name, source);
        let mut site = SiteTemplate::remembered(self.store.site_lines(&key).await?);
        readings.iter_mut().for_each(|reading| reading.observe(&mut site));
        self.store.put_site_lines(&key, site.lasting()).await?;
        Ok(site)
    }

    fn note(self, record: &mut SourceRecord, report: &SourceReport, source: &Source, memory: Memory) {
        record.checked = Some(self.now);
        record.not_before = memory.not_before;
        record.moved_to.clone_from(&memory.moved_to);
        record.moved_times = memory.moved;
        record.memory = serde_json::to_string(&memory).unwrap_or_default();
        if report.outcome == Outcome::Failed {
            record.failures = record.failures.saturating_add(1);
            record.first_failure.get_or_insert(self.now);
            record.problem = report.problems.first().map(|problem| problem.what.clone());
            info!(source = source.name, failures = record.failures, "failed");
        } else {
            (record.failures, record.first_failure) = (0, None);
            record.problem = None;
            record.last_success = Some(self.now);
            if report.fresh > 0 {
                record.last_new_entry = Some(self.now);
            }
        }
    }
}

/// Under which key a source is remembered: its newsletter, kind and place. Two newsletters that share a store read it
/// each for itself (what one has read is not "unchanged" for the other), and a source whose place changes starts anew.
pub fn key(newsletter: &str, source: &Source) -> String {
    format!("{newsletter} {}", place(source))
}

/// What a source is and where: inside it, guids are unique.
fn place(source: &Source) -> String {
    let kind = match &source.kind {
        source::Kind::Feed(_) => "feed",
        source::Kind::Page(_) => "page",
        source::Kind::Sitemap(_) => "sitemap",
        source::Kind::Files(_) => "files",
        source::Kind::Maildir(_) => "maildir",
        source::Kind::Command(_) => "command",
    };
    format!("{kind} {}", source.address())
}
