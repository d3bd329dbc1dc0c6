//! The first act: ask every source, read what is new, store it.
//!
//! Sources are asked at the same time (the fetcher limits connections), each on its own: what one does wrong costs the
//! others nothing. An article that the newsletter has seen is not fetched again.

mod batches;

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tracing::info;

use self::batches::SourceResult;

use crate::config::Config;
use crate::fetch::Fetch;
use crate::model::{Article, Entry, FailedSource, Problem, SourceHealth};
use crate::pipeline::bounds::Bounds;
use crate::pipeline::identity::Identity;
use crate::pipeline::inspect::announced;
use crate::pipeline::job::{self, Carried, Failure, Output, Task};
use crate::pipeline::read::{self, Entries, Read};
use crate::pipeline::workers::Workers;
use crate::source::{FullText, Memory, Outcome, Source, Unread};
use crate::store::{self, GatheredSource, SourceRecord, Store};

/// Sources asked at the same time; the fetcher limits connections, this limits what waits for one.
const SOURCES_AT_ONCE: usize = 64;

/// How often a page that cannot be had is asked for, once a run.
const MOST_TRIES: u32 = 5;

/// The result of gathering.
#[derive(Debug, Default)]
pub struct Gathered {
    /// One a source, in the order of the config.
    pub sources: Vec<SourceReport>,
    /// The sources' health, for the edition's footer.
    pub health: SourceHealth,
}

impl Gathered {
    /// Articles that are new to this newsletter.
    pub fn fresh(&self) -> usize {
        self.sources.iter().map(|source| source.fresh).sum()
    }

    /// Sources were to be asked, and none answered: each failed, or wants to be left alone for longer. What other machines ask
    /// is not known here.
    pub fn nobody_answered(&self, is_shared: bool) -> bool {
        let has = |outcome| self.sources.iter().any(|source| source.outcome == outcome);
        let is_silent = !has(Outcome::Fresh) && !has(Outcome::Unchanged);
        is_silent && (has(Outcome::Failed) || has(Outcome::Waiting) && !is_shared)
    }

    /// Problems to report: failures worth a warning, and faults in sources that answered.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.sources.iter().filter(|report| report.should_warn).flat_map(|report| &report.problems)
    }
}

/// The result of one source.
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
    /// or not on `warn_after` days in a row.
    pub should_warn: bool,
    /// The problems.
    pub problems: Vec<Problem>,
    /// Pages behind its entries that could not be read; what the source itself gave stands in, marked as a teaser.
    pub unread: Vec<Problem>,
}

/// Asks the sources of `config` (only those named in `only`, if any are), and stores what is new.
///
/// `tick` is called with the source's name when one is done.
///
/// # Errors
/// When the store cannot be read or written; a failing source is recorded in its report.
pub async fn gather(
    config: &Config,
    only: &[String],
    store: &Store,
    fetch: &dyn Fetch,
    now: Timestamp,
    tick: &(dyn Fn(&str) + Sync),
) -> Result<Gathered, store::Error> {
    gather_within(config, only, store, Bounds { fetch, workers: None, until: None, cancel: None }, now, tick).await
}

/// [`gather`], with readers in other processes and an end.
///
/// # Errors
/// When the store cannot be read or written; a source that fails or is cut off is named in its report.
pub async fn gather_within(
    config: &Config,
    only: &[String],
    store: &Store,
    bounds: Bounds<'_>,
    now: Timestamp,
    tick: &(dyn Fn(&str) + Sync),
) -> Result<Gathered, store::Error> {
    let Bounds { fetch, workers, .. } = bounds;
    let gatherer = Gatherer { config, store, fetch, workers, now };
    let asked_for = |source: &&Source| if only.is_empty() { !source.paused } else { only.contains(&source.name) };
    let sources = config.sources.iter().filter(asked_for);
    let asked = sources.enumerate().map(|(place, source)| async move {
        let done = tokio::select! {
            biased;
            done = gatherer.gather_source(source) => done,
            why = bounds.end() => Ok(cut_off(&config.newsletter.name, source, why)),
        };
        tick(&source.name);
        done.map(|done| SourceResult { place, ..done })
    });
    // In whatever order they answer: behind one that hangs nobody waits.
    let mut done = gatherer.store_in_batches(pin!(stream::iter(asked).buffer_unordered(SOURCES_AT_ONCE))).await?;
    done.sort_by_key(|done| done.place);
    let mut gathered = Gathered::default();
    for SourceResult { report, failed, .. } in done {
        gathered.health.asked += 1;
        gathered.health.answered += usize::from(report.outcome != Outcome::Failed);
        gathered.health.failed.extend(failed);
        gathered.sources.push(report);
    }
    Ok(gathered)
}

/// A source that was not done when the end came. Its record stays as it was.
fn cut_off(newsletter: &str, source: &Source, why: &str) -> SourceResult {
    let report = SourceReport {
        name: source.name.clone(),
        outcome: Outcome::Failed,
        should_warn: true,
        problems: vec![Problem::new(&source.name, why)],
        ..SourceReport::default()
    };
    let failed = Some(FailedSource { name: source.name.clone(), reason: why.to_owned(), since: None });
    let brought = GatheredSource { key: key(newsletter, source), ..GatheredSource::default() };
    SourceResult { place: 0, report, failed, brought }
}

/// How the sources did when they were last asked: for an edition that is composed without gathering.
///
/// # Errors
/// When the store cannot be read.
pub async fn health(config: &Config, store: &Store) -> Result<SourceHealth, store::Error> {
    let records: BTreeMap<String, SourceRecord> = store.sources().await?.into_iter().collect();
    let mut health = SourceHealth::default();
    for source in config.sources.iter().filter(|source| !source.paused) {
        let Some(record) = records.get(&key(&config.newsletter.name, source)) else { continue };
        health.asked += 1;
        if record.failures == 0 {
            health.answered += 1;
        } else if should_warn(source, record, record.checked.unwrap_or_default(), &config.timezone) {
            health.failed.push(failed(source, record));
        }
    }
    Ok(health)
}

/// Whether to warn at `now` about a failing source: it never answered, or not on `warn_after` days in a row. Days, for it may be
/// asked every hour.
fn should_warn(source: &Source, record: &SourceRecord, now: Timestamp, zone: &TimeZone) -> bool {
    let day = |time: Timestamp| zone.to_datetime(time).date();
    let Some(first) = record.first_failure.filter(|_| record.last_success.is_some()) else { return true };
    let days = day(first).until(day(now)).map_or(0, |span| span.get_days());
    days + 1 >= i32::try_from(source.warn_after).unwrap_or(i32::MAX)
}

fn failed(source: &Source, record: &SourceRecord) -> FailedSource {
    let since = record.first_failure.filter(|_| record.last_success.is_some());
    FailedSource { name: source.name.clone(), reason: record.problem.clone().unwrap_or_default(), since }
}

/// Everything that gathering a source needs.
#[derive(Clone, Copy)]
struct Gatherer<'a> {
    config: &'a Config,
    store: &'a Store,
    fetch: &'a dyn Fetch,
    workers: Option<&'a Workers>,
    now: Timestamp,
}

/// The outcome of reading one source.
#[derive(Default)]
struct Articles {
    articles: Vec<Article>,
    /// Pages behind its entries that could not be read.
    unread: Vec<Problem>,
    /// Entries that are left out with that.
    lost: Vec<Problem>,
    /// Reading took too much; whether nothing at all was read.
    failure: Option<(Problem, bool)>,
    /// Lines that stood on its pages; `None`: as before.
    site_lines: Option<Vec<(u64, u32)>>,
    /// Ids of those that it has and that were known.
    known: Vec<String>,
}

impl Gatherer<'_> {
    async fn gather_source(self, source: &Source) -> Result<SourceResult, store::Error> {
        let key = key(&self.config.newsletter.name, source);
        if !self.store.claim_source(&key, self.lease()).await? {
            let report =
                SourceReport { name: source.name.clone(), outcome: Outcome::Waiting, ..SourceReport::default() };
            return Ok(SourceResult { report, ..SourceResult::default() });
        }
        let mut record = self.store.source(&key).await?.unwrap_or_default();
        let memory: Memory = serde_json::from_str(&record.memory).unwrap_or_default();
        let gathered = announced(source, &memory, self.now, self.fetch, self.workers).await;
        let mut report = SourceReport {
            name: source.name.clone(),
            outcome: gathered.outcome,
            entries: gathered.entries.len(),
            problems: gathered.problems,
            ..SourceReport::default()
        };
        let (before, mut memory) = (memory, gathered.memory);
        let retried = if gathered.outcome == Outcome::Waiting {
            Vec::new()
        } else {
            self.retry_unread(source, &mut memory).await?
        };
        let Articles { mut articles, unread, lost, failure, site_lines, known: mut offered } =
            self.articles(source, gathered.entries, gathered.address.as_deref(), &mut memory).await?;
        articles.extend(retried);
        let took_too_much = failure.is_some();
        if let Some((problem, is_fatal)) = failure {
            report.problems.push(problem);
            if is_fatal {
                // It was not read: next time it must not count as known.
                (report.outcome, memory) = (Outcome::Failed, before);
            }
        }
        unread.iter().for_each(|problem| info!(source = source.name, "{problem}"));
        report.unread = unread;
        report.problems.extend(lost);
        let is_failure = report.outcome == Outcome::Failed;
        let is_asked = gathered.outcome != Outcome::Waiting;
        if is_asked {
            self.note(&mut record, &report, source, memory);
        }
        report.should_warn = !report.problems.is_empty()
            && (!is_failure || took_too_much || should_warn(source, &record, self.now, &self.config.timezone));
        let failed = (is_failure && report.should_warn).then(|| failed(source, &record));
        // What has no id before it is read may be known, too.
        offered.extend(articles.iter().map(|article| article.id.clone()));
        let brought = GatheredSource { key, record: is_asked.then_some(record), articles, offered, site_lines };
        Ok(SourceResult { place: 0, report, failed, brought })
    }

    /// The articles of `entries` that the newsletter has not seen, each read as fully as its source allows.
    async fn articles(
        self,
        source: &Source,
        mut entries: Vec<Entry>,
        address: Option<&str>,
        memory: &mut Memory,
    ) -> Result<Articles, store::Error> {
        let scope = source.place();
        self.store.adopt_articles(&self.config.newsletter.name, &source.name, &scope).await?;
        let identity = Identity::of(&mut entries, &scope, address, &mut memory.seen);
        // What has no id before it is read (a local text) is read, and its id decides when it is stored.
        let ids: Vec<Option<String>> = entries.iter().map(|entry| identity.id(entry)).collect();
        let asked: Vec<&str> = ids.iter().flatten().map(String::as_str).collect();
        let known = self.store.known_articles(&self.config.newsletter.name, &asked).await?;
        let new = entries.into_iter().zip(&ids).filter(|(_, id)| id.as_ref().is_none_or(|id| !known.contains(id)));
        let entries: Vec<Entry> = new.map(|(entry, _)| entry).collect();
        let known = known.into_iter().collect();
        if entries.is_empty() {
            return Ok(Articles { known, ..Articles::default() });
        }
        let key = key(&self.config.newsletter.name, source);
        let site = self.store.site_lines(&key).await?;
        let (read, failure) = self.read(source, Entries { entries, identity, site }).await;
        memory.unread.extend(read.later.into_iter().map(|(id, wait)| {
            let mut unread = Unread { id, ..Unread::default() };
            unread.put_off(self.now, wait);
            unread
        }));
        // A page or a mail may tell a date that has not come, as a feed may: it was there by now.
        let by_now = |published: Timestamp| published.min(self.now);
        let articles = read.articles.into_iter();
        let articles = articles.map(|article| Article { published: article.published.map(by_now), ..article });
        let (articles, unread, lost, site_lines) = (articles.collect(), read.problems, read.lost, read.site);
        Ok(Articles { articles, unread, lost, failure, site_lines, known })
    }

    /// Reads `entries`, in a worker if there are any; what failed, and whether all of it. Where they are too much together,
    /// each is read by itself: one mail or page must not cost the others.
    async fn read(self, source: &Source, mut entries: Entries) -> (Read, Option<(Problem, bool)>) {
        let Some(workers) = self.workers else {
            return (read::entries(source, entries, self.fetch).await, None);
        };
        let documents = job::unload(&mut entries.entries);
        let task = Task::Read { source: source.clone(), entries, documents };
        let (failure, task) = match workers.run(task, self.fetch).await {
            Ok(Output::Read(read)) => return (read, None),
            Ok(_) => (Failure::answer(), None),
            Err((failure, task)) => (failure, Some(task)),
        };
        let failed = |what: String| Some(Problem::new(&source.name, what));
        let Some(Task::Read { entries, documents, .. }) = task.map(|task| *task) else {
            return (Read::default(), failed(failure.to_string()).map(|problem| (problem, true)));
        };
        let count = documents.len();
        let (read, bad) = self.read_each(workers, source, entries, documents).await;
        let what = match bad {
            0 => format!("{failure} at once: each of its entries was read by itself"),
            _ => format!("{failure}: {bad} of its {count} entries"),
        };
        let is_fatal = read.articles.is_empty();
        (read, failed(what).map(|problem| (problem, is_fatal)))
    }

    /// Each entry by itself, in a short turn; the feed's own words stand in for a page that is too much. How many were.
    async fn read_each(
        self,
        workers: &Workers,
        source: &Source,
        entries: Entries,
        documents: Vec<Option<Carried>>,
    ) -> (Read, usize) {
        let Entries { entries, identity, site } = entries;
        let teasers = Source { full_text: FullText::Never, ..source.clone() };
        let (mut whole, mut bad) = (Read::default(), 0);
        for (entry, document) in entries.into_iter().zip(documents) {
            let alone = Entries { entries: vec![entry], identity: identity.clone(), site: site.clone() };
            let task = Task::Read { source: source.clone(), entries: alone, documents: vec![document] };
            let read = match workers.run_shortly(task, self.fetch).await {
                Err((_, task)) => {
                    bad += 1;
                    let Task::Read { entries, documents, .. } = *task else { continue };
                    if documents.iter().any(Option::is_some) {
                        continue;
                    }
                    let task = Task::Read { source: teasers.clone(), entries, documents };
                    workers.run_shortly(task, self.fetch).await
                }
                read => read,
            };
            if let Ok(Output::Read(read)) = read {
                whole.articles.extend(read.articles);
                whole.problems.extend(read.problems);
                whole.lost.extend(read.lost);
                whole.later.extend(read.later);
            }
        }
        (whole, bad)
    }

    /// Asks again for the page behind `article`: with its text, or when to ask once more.
    async fn retry_page(self, source: &Source, article: Article) -> Result<Article, Option<Duration>> {
        let Some(workers) = self.workers else {
            return read::retry_page(source, &article, self.fetch).await.map_err(|missed| missed.retry_after);
        };
        let task = Task::Retry { source: source.clone(), article: Box::new(article) };
        match workers.run(task, self.fetch).await {
            Ok(Output::Retried(retried)) => retried.map(|article| *article),
            _ => Err(None),
        }
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
            let article = self.store.article(&self.config.newsletter.name, &unread.id).await?;
            let Some(article) = article.filter(|article| article.teaser) else { continue };
            match self.retry_page(source, article).await {
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
        }
    }
}

/// Under which key a source is remembered: its newsletter, kind and place. Two newsletters that share a store read it
/// each for itself (what one has read is not "unchanged" for the other), and a source whose place changes starts anew.
pub fn key(newsletter: &str, source: &Source) -> String {
    format!("{newsletter} {}", source.place())
}
