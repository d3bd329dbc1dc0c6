//! The archive: all editions of the store → a folder for any web server.
//!
//! Its words are `render`'s (`render::site`); here is which editions have to be read and which files to be written. A new
//! edition costs its own files, the page before it, the search index of its month, the list and the feeds, however many
//! editions there are. Everything is made of the store alone, so that step by step gives the same bytes as all at once.

mod folder;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use sha2::{Digest, Sha256};

use crate::config::{Config, Publish};
use crate::error::{Error, Usage};
use crate::model::{Article, Edition, Problem};
use crate::pipeline::publish::folder::Folder;
use crate::pipeline::templates;
use crate::render::site::{self, Archive, FeedEntry, Listed, Neighbour, Searchable, Secrets, Site};
use crate::render::{self, Templates};
use crate::send::{Mailbox, To};
use crate::store::{self, Store};

/// The forms of an edition, by the endings of its files.
const FORMS: [&str; 3] = ["html", "md", "epub"];
/// Files that say something of all editions.
const OF_ALL: [&str; 3] = ["index.html", "feed.atom", "feed.json"];
/// Editions in the feeds.
const IN_FEEDS: usize = 20;
/// Editions that are read, and made at the same time.
const TOGETHER: usize = 16;

/// The account of one publishing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// Editions in the archive.
    pub editions: usize,
    /// Files that were written: new ones, or with another content.
    pub written: usize,
    /// Files that were removed.
    pub removed: usize,
}

/// Brings the archive of `config` up to the store, as it is at `now`; with `all`, everything is made anew and compared with
/// what lies there.
///
/// # Errors
/// There is no `[publish]`, no edition yet, the folder is not ours, another run is at work, or something cannot be read or
/// written.
pub async fn publish(config: &Config, now: Timestamp, all: bool) -> Result<Published, Error> {
    let Some(options) = &config.publish else { return Err(Usage::NoPublish(config.path.clone()).into()) };
    let templates = templates::of(config)?;
    let _lock = store::lock(&config.store)?;
    let store = Store::view(&config.store).await?;
    let published = update(&store, config, options, &templates, now, all).await?;
    if published.editions == 0 { Err(Usage::NoEdition.into()) } else { Ok(published) }
}

/// The same on an open store; does nothing where there is no edition.
pub(super) async fn update(
    store: &Store,
    config: &Config,
    options: &Publish,
    templates: &Templates,
    now: Timestamp,
    all: bool,
) -> Result<Published, Error> {
    let editions = store.released_editions(&config.newsletter.name, now).await?;
    if editions.is_empty() {
        return Ok(Published::default());
    }
    let failed = |error| Error::Template { template: config.template(), error };
    let archive = Archive {
        title: config.newsletter.title.clone(),
        language: config.newsletter.language.clone(),
        url: options.url.clone(),
        secrets: secrets(config),
    };
    let site = Site::new(templates, archive).map_err(failed)?;
    let settings = settings(&site, config, options)?;
    let folder = Folder::open(&options.folder, &config.newsletter.name, all)?;
    let all = all || folder.manifest.settings != settings;
    let plan = Plan::new(&editions, &folder, all);
    let mut work = Publishing { store, options, site: &site, plan: &plan, folder, made: Made::default() };
    if plan.is_stale {
        work.folder.begin(plan.paths())?;
        for wanted in plan.wanted().chunks(TOGETHER) {
            let read = work.read(wanted).await?;
            work.make(read).map_err(|error| error.or(failed))?;
        }
        work.finish(settings).map_err(|error| error.or(failed))?;
    }
    let Folder { written, removed, .. } = work.folder;
    Ok(Published { editions: editions.len(), written, removed })
}

/// That a run could not do it.
pub(super) fn problem(options: &Publish, error: &Error) -> Problem {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    let problem = Problem::new(options.folder.display().to_string(), "the archive was not brought up to date");
    let hint = error.hint().unwrap_or_else(|| "`digest publish` tries again; no mail waits for it".to_owned());
    problem.because(causes.join(": ")).hint(hint)
}

/// The mail's receivers are nobody else's business: an article read from a mailbox may name it.
fn secrets(config: &Config) -> Secrets {
    let to =
        config.mail.iter().flat_map(|mail| mail.to.iter().map(To::address).chain(mail.bcc.iter().map(String::as_str)));
    let rating = config.rating.iter().map(|rating| rating.mailto.as_str());
    Secrets::new(to.chain(rating).filter_map(|address| Mailbox::parse(address).ok()).map(|mailbox| mailbox.address))
}

/// Hash of all that every page depends on.
fn settings(site: &Site<'_>, config: &Config, options: &Publish) -> Result<String, Error> {
    let mut hasher = Sha256::new();
    hasher.update(site.fingerprint());
    hasher.update([u8::from(options.keep_text)]);
    hasher.update(&config.newsletter.template);
    hasher.update(config.newsletter.subject.as_deref().unwrap_or_default());
    for (name, text) in templates::files(&config.template())?.unwrap_or_default() {
        hasher.update(name);
        hasher.update([0]);
        hasher.update(text);
        hasher.update([0]);
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Where the file of the search index lies that holds the editions of a month.
fn shard_path(shard: &str) -> String {
    format!("search/{shard}.json")
}

/// Which editions have to be read, and which files are made of them.
struct Plan {
    /// All of them, in the order of time.
    editions: Vec<(String, Timestamp)>,
    /// Those whose own files are made.
    own: Vec<bool>,
    /// Those that stand in a file of the search index that is made.
    shards: BTreeSet<String>,
    /// Anything has to be made at all.
    is_stale: bool,
}

impl Plan {
    fn new(editions: &[(String, Timestamp)], folder: &Folder, all: bool) -> Self {
        let listed: BTreeSet<&str> = folder.manifest.editions.iter().map(|edition| edition.id.as_str()).collect();
        let there: BTreeSet<&str> = editions.iter().map(|(id, _)| id.as_str()).collect();
        // One that the store has no more leaves a gap between its neighbours.
        let all = all || listed.iter().any(|id| !there.contains(id));
        let is_made = |id: &str| listed.contains(id) && FORMS.iter().all(|form| folder.has(&site::path(id, form)));
        let new: Vec<bool> = editions.iter().map(|(id, _)| all || !is_made(id)).collect();
        let is_new = |index: usize| new.get(index) == Some(&true);
        // A page links the pages before and after it.
        let own = (0..editions.len()).map(|index| is_new(index) || is_new(index + 1) || index > 0 && is_new(index - 1));
        let shards = editions.iter().zip(&new).filter_map(|((_, composed), is_new)| {
            let shard = site::shard(*composed);
            (*is_new || !folder.has(&shard_path(&shard))).then_some(shard)
        });
        let (own, shards): (Vec<bool>, BTreeSet<String>) = (own.collect(), shards.collect());
        let is_whole =
            OF_ALL.into_iter().chain(site::constant_files().map(|(path, _)| path)).all(|path| folder.has(path));
        Self { editions: editions.to_vec(), is_stale: !shards.is_empty() || !is_whole, own, shards }
    }

    /// The places of the editions to be read.
    fn wanted(&self) -> Vec<usize> {
        let count = self.editions.len();
        let is_wanted = |index: &usize| {
            self.own[*index]
                || *index + IN_FEEDS >= count
                || self.shards.contains(&site::shard(self.editions[*index].1))
        };
        (0..count).filter(is_wanted).collect()
    }

    /// Every file of the archive.
    fn paths(&self) -> BTreeSet<String> {
        let own = self.editions.iter().flat_map(|(id, _)| FORMS.map(|form| site::path(id, form)));
        let shards = self.editions.iter().map(|(_, composed)| shard_path(&site::shard(*composed)));
        let of_all = OF_ALL.map(str::to_owned).into_iter();
        own.chain(shards).chain(of_all).chain(site::constant_files().map(|(path, _)| path.to_owned())).collect()
    }

    fn neighbour(&self, index: Option<usize>) -> Option<Neighbour<'_>> {
        let (id, composed) = self.editions.get(index?)?;
        Some(Neighbour { id, composed: *composed })
    }
}

/// An edition out of the store, with the articles whose text is shown.
struct Stored {
    index: usize,
    edition: Edition,
    texts: BTreeMap<String, Article>,
}

/// The pages made of the editions that were read.
#[derive(Default)]
struct Made {
    listed: BTreeMap<String, Listed>,
    searchable: BTreeMap<String, Vec<Searchable>>,
    entries: Vec<FeedEntry>,
}

/// The files of one edition, and what stands of it in others.
struct MadeEdition {
    listed: Listed,
    searchable: Searchable,
    entry: Option<FeedEntry>,
    files: Vec<(String, Vec<u8>)>,
}

/// A template did not fit, or the disk failed.
enum Failure {
    Render(render::Error),
    Other(Error),
}

impl Failure {
    fn or(self, of_template: impl FnOnce(render::Error) -> Error) -> Error {
        match self {
            Self::Render(error) => of_template(error),
            Self::Other(error) => error,
        }
    }
}

impl From<render::Error> for Failure {
    fn from(error: render::Error) -> Self {
        Self::Render(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

struct Publishing<'a> {
    store: &'a Store,
    options: &'a Publish,
    site: &'a Site<'a>,
    plan: &'a Plan,
    folder: Folder,
    made: Made,
}

impl Publishing<'_> {
    async fn read(&self, wanted: &[usize]) -> Result<Vec<Stored>, Error> {
        let mut read = Vec::with_capacity(wanted.len());
        for &index in wanted {
            let Some(edition) = self.store.edition(&self.plan.editions[index].0).await? else { continue };
            let texts = if self.options.keep_text { self.texts(&edition).await? } else { BTreeMap::new() };
            read.push(Stored { index, edition, texts });
        }
        Ok(read)
    }

    async fn texts(&self, edition: &Edition) -> Result<BTreeMap<String, Article>, Error> {
        let sentences = edition.stories().flat_map(|story| &story.sentences);
        let ids: BTreeSet<&str> = sentences.map(|sentence| sentence.article.as_str()).collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        Ok(self.store.articles(&edition.newsletter, &ids).await?)
    }

    fn make(&mut self, read: Vec<Stored>) -> Result<(), Failure> {
        let (site, plan) = (self.site, self.plan);
        let made: Result<Vec<MadeEdition>, render::Error> =
            read.into_par_iter().map(|stored| make(site, plan, &stored)).collect();
        for MadeEdition { listed, searchable, entry, files } in made? {
            for (path, content) in files {
                self.folder.write(&path, &content)?;
            }
            self.made.searchable.entry(site::shard(listed.composed)).or_default().push(searchable);
            self.made.entries.extend(entry);
            self.made.listed.insert(listed.id.clone(), listed);
        }
        Ok(())
    }

    /// Writes what says something of all editions.
    fn finish(&mut self, settings: String) -> Result<(), Failure> {
        let mut known = std::mem::take(&mut self.made.listed);
        for listed in std::mem::take(&mut self.folder.manifest.editions) {
            known.entry(listed.id.clone()).or_insert(listed);
        }
        let listed: Vec<Listed> = self.plan.editions.iter().filter_map(|(id, _)| known.remove(id)).collect();
        for shard in &self.plan.shards {
            let mut editions = self.made.searchable.remove(shard).unwrap_or_default();
            editions.reverse();
            let json = serde_json::to_string(&editions);
            let json = json.map_err(|error| Error::file("write", shard_path(shard))(error.into()))?;
            self.folder.write(&shard_path(shard), json.as_bytes())?;
        }
        let months: BTreeSet<String> = listed.iter().map(|edition| site::shard(edition.composed)).collect();
        let months: Vec<String> = months.into_iter().rev().collect();
        self.folder.write(OF_ALL[0], self.site.index(&listed, &months)?.as_bytes())?;
        let mut entries = std::mem::take(&mut self.made.entries);
        entries.reverse();
        if let Some(first) = listed.first() {
            self.folder.write(OF_ALL[1], self.site.atom(first, &entries)?.as_bytes())?;
        }
        self.folder.write(OF_ALL[2], self.site.json_feed(&entries)?.as_bytes())?;
        for (path, text) in site::constant_files() {
            self.folder.write(path, text.as_bytes())?;
        }
        Ok(self.folder.finish(&self.plan.paths(), listed, settings)?)
    }
}

fn make(site: &Site<'_>, plan: &Plan, stored: &Stored) -> Result<MadeEdition, render::Error> {
    let Stored { index, edition, texts } = stored;
    let issue = site.issue(edition, texts)?;
    let entry = (*index + IN_FEEDS >= plan.editions.len()).then(|| issue.entry()).transpose()?;
    let mut files = Vec::new();
    if plan.own[*index] {
        let (older, newer) = (plan.neighbour(index.checked_sub(1)), plan.neighbour(Some(index + 1)));
        let contents = [issue.page(older, newer)?.into_bytes(), issue.markdown()?.into_bytes(), issue.book()?];
        files.extend(FORMS.map(|form| site::path(&edition.id, form)).into_iter().zip(contents));
    }
    Ok(MadeEdition { listed: issue.listed().clone(), searchable: issue.searchable().clone(), entry, files })
}
