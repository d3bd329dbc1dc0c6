//! One entry → one article: out of what the source gave, or out of the page behind it.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::extract::boilerplate::SiteTemplate;
use crate::extract::{self, BlockText, Draft};
use crate::fetch::Fetch;
use crate::model::{Article, Content, Document, Enclosure, Entry, Problem};
use crate::source::{self, FullText, Source};

/// A feed's text of fewer words than this may be a teaser: the page behind it is looked at.
const TEASER_WORDS: usize = 120;
/// A page's text must be this much longer than the feed's to be taken in its place.
const LONGER: f64 = 1.2;

/// How the entries of one source are told apart.
pub(super) struct Identity<'a> {
    scope: &'a str,
    /// How many entries link each URL: one that all of them link (the home page) says nothing.
    links: BTreeMap<String, usize>,
}

impl<'a> Identity<'a> {
    pub(super) fn of(entries: &[Entry], scope: &'a str) -> Self {
        let mut links = BTreeMap::new();
        for url in entries.iter().filter_map(Entry::url) {
            *links.entry(extract::canonical_url(url)).or_default() += 1;
        }
        Self { scope, links }
    }

    /// The id of an entry's article, if that can be known before it is read.
    pub(super) fn id(&self, entry: &Entry) -> Option<String> {
        let mut article = Article { url: self.own_url(entry), ..Article::default() };
        if article.url.is_none() && entry.id.is_none() {
            return None;
        }
        article.identify(entry.id.as_deref(), self.scope);
        Some(article.id)
    }

    fn own_url(&self, entry: &Entry) -> Option<String> {
        let url = extract::canonical_url(entry.url()?);
        (self.links.get(&url).copied().unwrap_or(0) < 2).then_some(url)
    }

    fn identify(&self, article: &mut Article, entry: &Entry) {
        article.id = self.id(entry).unwrap_or_else(|| {
            article.identify(None, self.scope);
            std::mem::take(&mut article.id)
        });
    }
}

/// One entry that was fetched, before it is decided which lines of its page are the article.
pub(super) struct Reading {
    entry: Entry,
    /// The article as the feed gives it; `None` if the entry is a document itself.
    announced: Option<Article>,
    /// The document or the page behind the entry.
    draft: Option<Draft>,
    /// The page could not be had for now, and may be asked for again after this.
    later: Option<Duration>,
    problems: Vec<Problem>,
}

/// Fetches what there is to read of `entry`.
pub(super) async fn begin(source: &Source, mut entry: Entry, fetch: &dyn Fetch) -> Reading {
    if let Some(document) = entry.document.clone() {
        let (draft, problems) = drafted(source, document).await;
        return Reading { entry, announced: None, draft, later: None, problems };
    }
    let given = (entry.content.take(), entry.summary.take());
    let (announced, problems) = away(source, move || announced(given.0.as_ref(), given.1.as_ref())).await;
    let announced = announced.unwrap_or_default();
    let mut reading = Reading { entry, announced: None, draft: None, later: None, problems };
    if wants_page(source, &announced, &reading.entry) {
        match page(source, reading.entry.url().unwrap_or_default(), fetch).await {
            Ok((draft, problems)) => {
                reading.draft = draft;
                reading.problems.extend(problems);
            }
            // A page that cannot be had costs the rest of the text, not the article.
            Err(missed) => {
                reading.later = missed.retry_after;
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
    let (draft, _) = page(source, article.url.as_deref().unwrap_or_default(), fetch).await?;
    let mut read = article.clone();
    if let Some(draft) = draft {
        take_page(&mut read, draft.finish(&SiteTemplate::default()).0);
    }
    Ok(Article {
        id: article.id.clone(),
        source: article.source.clone(),
        url: article.url.clone(),
        byline: article.byline.clone().or(read.byline),
        published: article.published.or(read.published),
        tags: article.tags.clone(),
        ..read
    })
}

/// How the articles of `entries` would be read now: for looking at a source, nothing is stored.
pub async fn sample(source: &Source, entries: &[Entry], fetch: &dyn Fetch) -> Vec<Article> {
    let identity = Identity::of(entries, "");
    let mut site = SiteTemplate::default();
    let mut readings = Vec::new();
    for entry in entries {
        let mut reading = begin(source, entry.clone(), fetch).await;
        reading.observe(&mut site);
        readings.push(reading);
    }
    readings.into_iter().filter_map(|reading| reading.finish(source, &identity, &site).0).collect()
}

/// A page that could not be had.
pub(super) struct Missed {
    problem: Problem,
    /// It may be had after this; `None` if that makes no sense.
    pub(super) retry_after: Option<Duration>,
}

impl Reading {
    /// Its page may be had at another time: the id of the article that stands in, and how long to wait.
    pub(super) fn later(&self, identity: &Identity<'_>) -> Option<(String, Duration)> {
        identity.id(&self.entry).zip(self.later)
    }

    /// There is a page or a document to read.
    pub(super) fn has_page(&self) -> bool {
        self.draft.is_some()
    }

    /// Lets `site` remember the lines of its page.
    pub(super) fn observe(&mut self, site: &mut SiteTemplate) {
        if let Some(draft) = &mut self.draft {
            draft.observe(site);
        }
    }

    /// The article, with what is remembered of its site; `None` if there is no text at all, not even a title.
    pub(super) fn finish(
        self,
        source: &Source,
        identity: &Identity<'_>,
        site: &SiteTemplate,
    ) -> (Option<Article>, Vec<Problem>) {
        let Self { entry, announced, draft, mut problems, .. } = self;
        let read = draft.map(|draft| {
            let (article, met) = draft.finish(site);
            problems.extend(met);
            article
        });
        let mut article = match (announced, read) {
            (Some(mut announced), Some(page)) => {
                take_page(&mut announced, page);
                announced
            }
            (announced, read) => announced.or(read).unwrap_or_default(),
        };
        complete(&mut article, source, &entry);
        identity.identify(&mut article, &entry);
        for problem in &mut problems {
            problem.subject.clone_from(&source.name);
        }
        let is_empty = article.text.trim().is_empty() && article.title.trim().is_empty();
        ((!is_empty).then_some(article), problems)
    }
}

/// The article as the feed itself gives it.
fn announced(content: Option<&Content>, summary: Option<&Content>) -> Article {
    let plain = |content: &Content| match content {
        Content::Html { html } => extract::fragment(html),
        Content::Text { text } => BlockText { text: text.clone(), parts: Vec::new() },
    };
    let content = content.map(plain).unwrap_or_default();
    let summary = summary.map(plain).unwrap_or_default();
    let is_whole = words(&content.text) >= words(&summary.text) && !content.text.trim().is_empty();
    let BlockText { text, parts } = if is_whole { content } else { summary };
    let teaser = words(&text) < TEASER_WORDS && (!is_whole || looks_cut(&text));
    let confidence = if is_whole { 0.9 } else { 0.3 };
    Article { text, parts, teaser, confidence, ..Article::default() }
}

/// The feed itself says that there is more.
fn looks_cut(text: &str) -> bool {
    let text = text.trim_end();
    ["...", "…", "[...]", "[…]", "more", "→", "»"].iter().any(|end| text.ends_with(end)) || words(text) < 40
}

fn wants_page(source: &Source, article: &Article, entry: &Entry) -> bool {
    let has_page = entry.url().is_some_and(|url| url.starts_with("http"));
    has_page
        && match source.full_text {
            FullText::Always => true,
            FullText::Never => false,
            FullText::Auto => article.teaser,
        }
}

async fn page(source: &Source, url: &str, fetch: &dyn Fetch) -> Result<(Option<Draft>, Vec<Problem>), Missed> {
    let document = source::read_page(url, source, fetch).await.map_err(|error| {
        let what = format!("the page behind an entry cannot be read, its teaser stands in: {error}");
        let retry_after = error.is_temporary().then(|| error.retry_after().unwrap_or_default());
        Missed { problem: Problem::new(&source.name, what), retry_after }
    })?;
    Ok(drafted(source, document).await)
}

async fn drafted(source: &Source, document: Document) -> (Option<Draft>, Vec<Problem>) {
    let options = extract::Options {
        content_selector: source.content_selector.clone(),
        remove_selectors: source.remove_selectors.clone(),
        ..extract::Options::default()
    };
    away(source, move || extract::draft(&document, &options)).await
}

/// Reads away from the threads that fetch, as much at once as there are cores: a large page takes its time and its memory.
/// What fails there costs that page alone.
async fn away<T: Send + 'static>(
    source: &Source,
    read: impl FnOnce() -> T + Send + 'static,
) -> (Option<T>, Vec<Problem>) {
    let (told, reading) = tokio::sync::oneshot::channel();
    rayon::spawn(move || drop(told.send(catch_unwind(AssertUnwindSafe(read)))));
    match reading.await {
        Ok(Ok(read)) => (Some(read), Vec::new()),
        _ => {
            let problem = Problem::new(&source.name, "reading a page failed inside the program");
            (None, vec![problem.hint("please report it with the page's address")])
        }
    }
}

/// The page's text replaces the teaser if it says more.
fn take_page(article: &mut Article, page: Article) {
    let (announced, read) = (words(&article.text) as f64, words(&page.text) as f64);
    if read > announced * LONGER || (announced == 0.0 && read > 0.0) {
        *article = Article { title: std::mem::take(&mut article.title), ..page };
    } else if read > 0.0 {
        // The page says no more than the feed: that is all there is.
        article.teaser = article.teaser && page.teaser;
        article.byline = article.byline.take().or(page.byline);
        article.site = article.site.take().or(page.site);
        article.image = article.image.take().or(page.image);
    }
}

/// What the source says about the article counts more than what the page says, but for the language.
fn complete(article: &mut Article, source: &Source, entry: &Entry) {
    article.source.clone_from(&source.name);
    if let Some(title) = entry.title.as_ref().filter(|title| !title.trim().is_empty()) {
        article.title.clone_from(title);
    }
    let names: Vec<String> = entry.authors.iter().filter_map(|author| author.name.clone()).collect();
    if !names.is_empty() {
        article.byline = Some(names.join(", "));
    }
    article.published = entry.published.or(article.published);
    article.language = source.language.clone().or_else(|| article.language.take()).or_else(|| entry.language.clone());
    article.url = entry.url().map(extract::canonical_url).or_else(|| article.url.take());
    article.tags.clone_from(&entry.categories);
    let picture =
        |enclosure: &&Enclosure| enclosure.media_type.as_deref().is_some_and(|kind| kind.starts_with("image/"));
    article.image = article.image.take().or_else(|| Some(entry.enclosures.iter().find(picture)?.href.clone()));
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}
