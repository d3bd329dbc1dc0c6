//! One entry → one article: out of what the source gave, or out of the page behind it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};

use crate::extract::boilerplate::SiteTemplate;
use crate::extract::{self, DocumentLines, Draft};
use crate::fetch::{self, Fetch, Size};
use crate::model::{Article, Document, Entry, Problem};
use crate::pipeline::identity::{Identity, LOCAL};
use crate::source::{self, Source, add_page, announced, complete, wants_page};

/// The text of an article that is read for an edition, in bytes: a long evening's reading. What comes after it is left out,
/// so that no text is more than a morning can bear.
const LONGEST: usize = 128 << 10;

/// The fate of an entry without its page.
const STANDS_IN: &str = ", its teaser stands in";

/// Entries of one source read at the same time.
const ENTRIES_AT_ONCE: usize = 8;

/// One entry that was fetched, before it is decided which lines of its page are the article.
struct Reading {
    entry: Entry,
    /// The article as the feed gives it; `None` if the entry is a document itself.
    announced: Option<Article>,
    /// The document or the page behind the entry.
    draft: Option<Draft>,
    /// Where that was read, by [`extract::origin`].
    origin: Option<String>,
    /// The page could not be had for now, and may be asked for again after this.
    later: Option<Duration>,
    /// Why there is no page, and will be none.
    gone: Option<Problem>,
    problems: Vec<Problem>,
}

/// Fetches what there is to read of `entry`.
async fn begin(source: &Source, mut entry: Entry, fetch: &dyn Fetch) -> Reading {
    if let Some(document) = entry.document.clone() {
        let origin = document.url.as_deref().and_then(extract::origin).or_else(|| Some(LOCAL.to_owned()));
        let (draft, problems) = drafted(source, document).await;
        return Reading { entry, announced: None, draft, origin, later: None, gone: None, problems };
    }
    let given = (entry.content.take(), entry.summary.take());
    let title = entry.title.clone().unwrap_or_default();
    let announce = move || announced(given.0.as_ref(), given.1.as_ref(), &title);
    let (announced, problems) = away(source, announce).await;
    let announced = announced.unwrap_or_default();
    let mut reading = Reading { entry, announced: None, draft: None, origin: None, later: None, gone: None, problems };
    if wants_page(source, &announced, &reading.entry) {
        match page(source, reading.entry.url().unwrap_or_default(), fetch).await {
            Ok(page) => {
                (reading.draft, reading.origin) = (page.draft, page.origin);
                reading.problems.extend(page.problems);
            }
            // A page that cannot be had costs the rest of the text, not the article.
            Err(missed) => {
                reading.later = missed.retry_after;
                reading.gone = missed.is_gone.then(|| missed.problem.clone());
                reading.problems.push(missed.problem);
            }
        }
    }
    reading.announced = Some(announced);
    reading
}

/// Asks once more for the page behind `article`, which stands as its source announced it: the same article with the text of
/// the page.
pub(super) async fn retry_page(source: &Source, article: &Article, fetch: &dyn Fetch) -> Result<Article, Missed> {
    let page = page(source, article.url.as_deref().unwrap_or_default(), fetch).await?;
    let mut read = article.clone();
    if let Some(draft) = page.draft {
        let (found, _) = draft.finish(&SiteTemplate::default());
        add_page(&mut read, Article { origin: page.origin, ..found });
    }
    read.shorten(LONGEST);
    Ok(Article {
        id: article.id.clone(),
        source: article.source.clone(),
        title: if article.title.trim().is_empty() { read.title.clone() } else { article.title.clone() },
        url: article.url.clone(),
        byline: article.byline.clone().or(read.byline),
        published: article.published.or(read.published),
        tags: article.tags.clone(),
        ..read
    })
}

/// Entries of one source that are to be read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entries {
    /// In their order.
    pub(super) entries: Vec<Entry>,
    /// How they are told apart.
    pub(super) identity: Identity,
    /// Lines of the source's pages and entries in earlier runs.
    pub(super) site: Vec<(u64, u32)>,
}

/// The articles of one source.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Read {
    /// In the order of their entries.
    pub(super) articles: Vec<Article>,
    /// Problems; their subject is the source's name.
    pub(super) problems: Vec<Problem>,
    /// Entries that are no articles, for there is nothing of them but an address that leads nowhere.
    pub(super) lost: Vec<Problem>,
    /// Ids of articles whose page may be had at another time, and how long to wait.
    pub(super) later: Vec<(String, Duration)>,
    /// Lines of the source's pages and entries, to be remembered; `None`: nothing was read.
    pub(super) site: Option<Vec<(u64, u32)>>,
}

/// Reads `entries`, each as fully as its source allows.
pub(super) async fn entries(source: &Source, entries: Entries, fetch: &dyn Fetch) -> Read {
    let Entries { entries, identity, site } = entries;
    let begun = entries.into_iter().map(|entry| begin(source, entry, fetch));
    let mut readings: Vec<Reading> = stream::iter(begun).buffered(ENTRIES_AT_ONCE).collect().await;
    let later = readings.iter().filter_map(|reading| reading.later(&identity)).collect();
    let mut read = Read { later, ..Read::default() };
    let mut site = SiteTemplate::remembered(site);
    if readings.iter().any(Reading::has_text) {
        readings.iter_mut().for_each(|reading| reading.observe(&identity, &mut site));
        read.site = Some(site.lasting().collect());
    }
    for reading in readings {
        let gone = reading.gone.clone();
        let (article, met) = reading.finish(source, &identity, &site);
        if article.is_none() {
            read.lost.extend(gone.map(|gone| Problem { what: gone.what.replace(STANDS_IN, ""), ..gone }));
        }
        read.articles.extend(article);
        read.problems.extend(met);
    }
    read
}

/// A page that could not be had.
pub(super) struct Missed {
    problem: Problem,
    /// It may be had after this; `None` if that makes no sense.
    pub(super) retry_after: Option<Duration>,
    /// There is no such page.
    is_gone: bool,
}

impl Reading {
    /// Its page may be had at another time: the id of the article that stands in, and how long to wait.
    fn later(&self, identity: &Identity) -> Option<(String, Duration)> {
        identity.id(&self.entry).zip(self.later)
    }

    /// There is a page, a document or a text of the entry to read.
    fn has_text(&self) -> bool {
        self.draft.is_some() || self.announced.as_ref().is_some_and(|announced| !announced.text.is_empty())
    }

    /// Lets `site` remember the lines of its page and of the text its source gives.
    fn observe(&mut self, identity: &Identity, site: &mut SiteTemplate) {
        if let Some(draft) = &mut self.draft {
            draft.observe(site);
        }
        if let (Some(announced), Some(id)) = (&self.announced, identity.id(&self.entry)) {
            extract::observe_entry(&announced.text, &id, site);
        }
    }

    /// The article, with what is remembered of its site; under its address if there is no title and no text. `None` if there is
    /// nothing at all, or only an address that leads nowhere.
    fn finish(self, source: &Source, identity: &Identity, site: &SiteTemplate) -> (Option<Article>, Vec<Problem>) {
        let Self { entry, announced, draft, origin, mut problems, gone, .. } = self;
        let is_local = entry.document.is_some();
        let read = draft.map(|draft| {
            let (article, met) = draft.finish(site);
            problems.extend(met);
            Article { origin, ..article }
        });
        let announced = announced.map(|mut announced| {
            extract::drop_recurring(&mut announced, site);
            Article { origin: identity.origin.clone(), ..announced }
        });
        let mut article = match (announced, read) {
            (Some(mut announced), Some(page)) => {
                add_page(&mut announced, page);
                announced
            }
            (announced, read) => announced.or(read).unwrap_or_default(),
        };
        complete(&mut article, source, &entry);
        let is_bare = |article: &Article| article.text.trim().is_empty() && article.title.trim().is_empty();
        if is_bare(&article) && gone.is_none() && !is_local {
            article.title = entry.url().map(extract::words_of).unwrap_or_default();
            article.teaser = true;
        }
        identity.identify(&mut article, &entry);
        if article.shorten(LONGEST) {
            let what =
                format!("an article is longer than {}: what comes after is left out", Size::bytes(LONGEST as u64));
            problems.push(Problem::new(&source.name, what));
        }
        for problem in &mut problems {
            problem.subject.clone_from(&source.name);
        }
        ((!is_bare(&article)).then_some(article), problems)
    }
}

/// The page behind an entry.
struct Page {
    /// `None` if reading it failed.
    draft: Option<Draft>,
    /// Where it was found, by [`extract::origin`].
    origin: Option<String>,
    problems: Vec<Problem>,
}

async fn page(source: &Source, url: &str, fetch: &dyn Fetch) -> Result<Page, Missed> {
    let document = source::read_page(url, source, fetch).await.map_err(|error| {
        let what = format!("the page behind an entry cannot be read{STANDS_IN}: {error}");
        let retry_after = error.is_temporary().then(|| error.retry_after().unwrap_or_default());
        let is_gone = matches!(error, fetch::Error::Status { status: 404 | 410, .. });
        Missed { problem: Problem::new(&source.name, what), retry_after, is_gone }
    })?;
    let origin = document.url.as_deref().and_then(extract::origin);
    let (draft, problems) = drafted(source, document).await;
    Ok(Page { draft, origin, problems })
}

fn options(source: &Source) -> extract::Options {
    extract::Options {
        content_selector: source.content_selector.clone(),
        remove_selectors: source.remove_selectors.clone(),
        ..extract::Options::default()
    }
}

/// The page at `url` beside what is read of it; why it cannot be had.
pub(super) async fn look_at(source: &Source, url: &str, fetch: &dyn Fetch) -> Result<DocumentLines, String> {
    let document = source::read_page(url, source, fetch).await.map_err(|error| error.to_string())?;
    Ok(extract::read_with_lines(&document, &options(source)))
}

/// The one of `documents` whose headline is `title`, beside what is read of it.
pub(super) fn look_among(
    source: &Source,
    title: &str,
    documents: impl Iterator<Item = Document>,
) -> Result<DocumentLines, String> {
    let options = options(source);
    let mut readings = documents.map(|document| extract::read_with_lines(&document, &options));
    readings.find(|reading| reading.article.title == title).ok_or_else(|| "its document is gone".to_owned())
}

async fn drafted(source: &Source, document: Document) -> (Option<Draft>, Vec<Problem>) {
    let options = options(source);
    away(source, move || extract::draft(&document, &options)).await
}

/// Reads away from the threads that fetch, as much at once as there are cores: a large page takes its time and its memory.
/// A failure there costs that page alone.
async fn away<T: Send + 'static>(
    source: &Source,
    read: impl FnOnce() -> T + Send + 'static,
) -> (Option<T>, Vec<Problem>) {
    let (done, reading) = tokio::sync::oneshot::channel();
    rayon::spawn(move || drop(done.send(catch_unwind(AssertUnwindSafe(read)))));
    match reading.await {
        Ok(Ok(read)) => (Some(read), Vec::new()),
        _ => {
            let problem = Problem::new(&source.name, "reading a page failed inside the program");
            (None, vec![problem.hint("please report it with the page's address")])
        }
    }
}
