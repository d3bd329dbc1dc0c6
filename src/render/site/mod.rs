//! Editions → the files of their archive: pages, an index, Markdown, feeds, books, what a search looks through.
//!
//! An archive is for everybody, so nothing in it is anybody's own: what is one reader's or the owner's alone is taken out of
//! an edition before anything is written of it (`public`). The pages show what the mail shows, in its order and its words.
//! Like the mail it is pure: the same editions give the same bytes, whether they are published one by one or all at once.
//!
//! The templates lie in `templates/site/`. They are well-formed XML, since pages and books are made of the same parts.

mod book;
mod feeds;
mod kept;
mod public;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tera::{Context, Tera};

use crate::model::{Article, Edition};
use crate::render::engine::engine;
use crate::render::present;
use crate::render::reader::ReaderView;
use crate::render::texts::{Texts, day, zone};
use crate::render::view::{StoryView, View};
use crate::render::{Error, FILES, Templates, display, tidy};

pub use feeds::FeedEntry;
pub use public::Secrets;

const TEMPLATES: [(&str, &str); 11] = [
    ("page.html", include_str!("../../../templates/site/page.html")),
    ("index.html", include_str!("../../../templates/site/index.html")),
    ("body.html", include_str!("../../../templates/site/body.html")),
    ("story.html", include_str!("../../../templates/site/story.html")),
    ("sentences.html", include_str!("../../../templates/site/sentences.html")),
    ("advertisement.html", include_str!("../../../templates/site/advertisement.html")),
    ("content.html", include_str!("../../../templates/site/content.html")),
    ("feed.atom", include_str!("../../../templates/site/feed.atom")),
    ("book.xhtml", include_str!("../../../templates/site/book.xhtml")),
    ("contents.xhtml", include_str!("../../../templates/site/contents.xhtml")),
    ("package.opf", include_str!("../../../templates/site/package.opf")),
];

/// Files that are the same in every archive.
const CONSTANT: [(&str, &str); 2] = [
    ("style.css", include_str!("../../../templates/site/style.css")),
    ("search.js", include_str!("../../../templates/site/search.js")),
];

/// The folder of the editions inside an archive.
const EDITIONS: &str = "editions";

/// The address below `url`, the address of the archive, at which the page of the edition `id` stands.
pub fn page_url(url: &str, id: &str) -> String {
    format!("{url}{}", path(id, "html"))
}

/// Where inside the archive the file of the edition `id` with this ending lies.
pub fn path(id: &str, ending: &str) -> String {
    format!("{EDITIONS}/{}.{ending}", name(id))
}

/// The name of the edition's files: ids are plain already, and no other sign can become a part of a path.
fn name(id: &str) -> String {
    id.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '-' }).collect()
}

/// The parts that all files of an archive share.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Archive {
    /// Title of the newsletter.
    pub title: String,
    /// BCP 47 language of the index.
    pub language: String,
    /// Where the archive stands on the web, with a slash at its end; `None`: all links are relative.
    pub url: Option<String>,
    /// The words that must not be shown.
    #[serde(skip)]
    pub secrets: Secrets,
}

/// An edition's line in the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Id of the edition.
    pub id: String,
    /// A name that no other edition of anybody has, and that stays: a UUID made of what the edition says.
    pub uuid: String,
    /// When it was composed, to the second.
    pub composed: Timestamp,
    /// That day in the newsletter's time zone.
    pub day: Date,
    /// The headline that leads it; empty if it has none.
    pub headline: String,
    /// Its stories and sources in numbers.
    pub line: String,
}

/// An edition as a search finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Searchable {
    page: String,
    day: Date,
    date: String,
    stories: Vec<SearchableStory>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct SearchableStory {
    /// Its anchor on the page; a story of one line has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    at: String,
    headline: String,
    source: String,
    text: String,
}

/// The edition before or after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbour<'a> {
    /// Its id.
    pub id: &'a str,
    /// When it was composed.
    pub composed: Timestamp,
}

#[derive(Debug, Serialize)]
struct NeighbourView {
    name: String,
    date: String,
}

#[derive(Debug, Serialize)]
struct PageView {
    name: String,
    url: Option<String>,
    older: Option<NeighbourView>,
    newer: Option<NeighbourView>,
}

#[derive(Debug, Serialize)]
struct MonthView {
    name: String,
    anchor: String,
    editions: Vec<LineView>,
}

#[derive(Debug, Serialize)]
struct LineView {
    href: String,
    day: Date,
    date: String,
    headline: String,
    line: String,
}

#[derive(Debug, Serialize)]
struct YearView {
    name: String,
    anchor: String,
}

/// The maker of an archive's files.
#[derive(Debug)]
pub struct Site<'a> {
    templates: &'a Templates,
    engine: Tera,
    archive: Archive,
}

impl<'a> Site<'a> {
    /// Of the archive `archive`; subjects, Markdown and the words of the frame are those of `templates`.
    ///
    /// # Errors
    /// A template of the archive is wrong.
    pub fn new(templates: &'a Templates, archive: Archive) -> Result<Self, Error> {
        let engine = engine(&[".html", ".xhtml", ".atom", ".opf"], tera::escape_html, &TEMPLATES)?;
        let title = display::line(&archive.title, present::NAME);
        Ok(Self { templates, engine, archive: Archive { title, ..archive } })
    }

    /// Hash of all that decides how a page of this archive looks, but for the templates of the newsletter.
    pub fn fingerprint(&self) -> String {
        let mut hasher = Sha256::new();
        let files = TEMPLATES.iter().chain(&CONSTANT).flat_map(|(name, text)| [*name, *text]);
        let Archive { title, language, url, secrets } = &self.archive;
        let own = [title.as_str(), language.as_str(), url.as_deref().unwrap_or_default()];
        for part in files.chain(own).chain(secrets.iter()) {
            hasher.update(part.as_bytes());
            hasher.update([0]);
        }
        hexadecimal(&hasher.finalize())
    }

    /// `edition`, ready to be written in every form. Of the articles in `texts` by their ids, the text is shown.
    ///
    /// # Errors
    /// The newsletter's template does not fit it.
    pub fn issue(&self, edition: &Edition, texts: &BTreeMap<String, Article>) -> Result<Issue<'_>, Error> {
        let edition = self.archive.secrets.public(edition);
        let words = self.templates.library.find([edition.language.as_str()]);
        let kept = kept::texts(&edition, texts, &self.archive.secrets, words);
        let view = View::new(&edition, words);
        let mut context = Context::from_serialize(&view)?;
        context.insert("reader", &ReaderView::nobody());
        let subject = tidy::subject(&self.templates.run(FILES[0], &context)?);
        context.insert("subject", &subject);
        context.insert("site", &self.archive);
        context.insert("kept", &kept);
        let listed = Listed {
            uuid: uuid(&edition),
            composed: to_the_second(edition.composed),
            day: day(edition.composed, &zone(&edition.timezone)),
            headline: view.edition.lead.clone().unwrap_or_default(),
            line: view.edition.line.clone(),
            id: edition.id.clone(),
        };
        let searchable = searchable(&view, &listed);
        let summary = view.edition.preheader;
        Ok(Issue { site: self, words, timezone: edition.timezone, context, listed, searchable, subject, summary })
    }

    /// The list of all editions by month, the newest first; `listed` is in the order of time. `shards` names the files that a
    /// search reads, in the order in which it does.
    ///
    /// # Errors
    /// Never, unless a template of the archive is wrong.
    pub fn index(&self, listed: &[Listed], shards: &[String]) -> Result<String, Error> {
        let words = self.templates.library.find([self.archive.language.as_str()]);
        let months = months(listed, words);
        let mut years: Vec<YearView> = Vec::new();
        for month in &months {
            let name = &month.anchor[1..5];
            if years.last().is_none_or(|year| year.name != name) {
                years.push(YearView { name: name.to_owned(), anchor: month.anchor.clone() });
            }
        }
        if years.len() < 2 {
            years.clear();
        }
        let mut context = Context::new();
        context.insert("site", &self.archive);
        context.insert("language", &words.code);
        context.insert("dir", &words.direction());
        context.insert("labels", &words.labels);
        context.insert("shards", &shards.join(" "));
        context.insert("months", &months);
        context.insert("years", &years);
        Ok(tidy::html(&self.engine.render("index.html", &context)?))
    }
}

/// The files that are the same in every archive: name and content.
pub fn constant_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    CONSTANT.into_iter()
}

/// The month whose file of the search index an edition stands in.
pub fn shard(composed: Timestamp) -> String {
    let composed = TimeZone::UTC.to_datetime(composed);
    format!("{:04}-{:02}", composed.year(), composed.month())
}

/// One edition of an archive.
#[derive(Debug)]
pub struct Issue<'a> {
    site: &'a Site<'a>,
    words: &'a Texts,
    timezone: String,
    context: Context,
    listed: Listed,
    searchable: Searchable,
    subject: String,
    summary: String,
}

impl Issue<'_> {
    /// Its line in the index.
    pub fn listed(&self) -> &Listed {
        &self.listed
    }

    /// The text that a search looks through.
    pub fn searchable(&self) -> &Searchable {
        &self.searchable
    }

    /// Its page, with links to the editions before and after it.
    ///
    /// # Errors
    /// Never, unless a template of the archive is wrong.
    pub fn page(&self, older: Option<Neighbour<'_>>, newer: Option<Neighbour<'_>>) -> Result<String, Error> {
        let view = |neighbour: Neighbour<'_>| NeighbourView {
            name: name(neighbour.id),
            date: self.words.full_date(day(neighbour.composed, &zone(&self.timezone))),
        };
        let id = &self.listed.id;
        let url = self.site.archive.url.as_deref().map(|url| page_url(url, id));
        let page = PageView { name: name(id), url, older: older.map(view), newer: newer.map(view) };
        let mut context = self.context.clone();
        context.insert("page", &page);
        Ok(tidy::html(&self.site.engine.render("page.html", &context)?))
    }

    /// The same as Markdown, by the newsletter's template.
    ///
    /// # Errors
    /// The template does not fit it.
    pub fn markdown(&self) -> Result<String, Error> {
        Ok(tidy::text(&self.site.templates.run(FILES[3], &self.context)?))
    }
}

/// The editions of `listed`, which is in the order of time, by month, the newest first.
fn months(listed: &[Listed], words: &Texts) -> Vec<MonthView> {
    let mut months: Vec<MonthView> = Vec::new();
    for edition in listed.iter().rev() {
        let anchor = format!("m{:04}-{:02}", edition.day.year(), edition.day.month());
        if months.last().is_none_or(|month| month.anchor != anchor) {
            months.push(MonthView { name: words.month(edition.day), anchor, editions: Vec::new() });
        }
        let line = LineView {
            href: path(&edition.id, "html"),
            day: edition.day,
            date: words.long_date(edition.day),
            headline: edition.headline.clone(),
            line: edition.line.clone(),
        };
        if let Some(month) = months.last_mut() {
            month.editions.push(line);
        }
    }
    months
}

fn searchable(view: &View, listed: &Listed) -> Searchable {
    let in_full = |story: &StoryView| {
        let others = story.adds.iter().flat_map(|adds| &adds.sentences);
        let said: Vec<&str> = story.sentences.iter().chain(others).map(|sentence| sentence.text.as_str()).collect();
        SearchableStory {
            at: story.anchor.clone(),
            headline: story.headline.clone(),
            source: story.source.clone(),
            text: said.join(" "),
        }
    };
    let mut stories: Vec<SearchableStory> = view.edition.lead_story.iter().map(in_full).collect();
    for section in &view.sections {
        stories.extend(section.full.iter().map(in_full));
        stories.extend(section.briefs.iter().map(|brief| SearchableStory {
            at: String::new(),
            headline: brief.headline.clone(),
            source: brief.source.clone(),
            text: String::new(),
        }));
    }
    Searchable { page: path(&listed.id, "html"), day: listed.day, date: view.edition.date.clone(), stories }
}

/// A UUID of version 8 (RFC 9562): of what the edition says, which is never changed once it is stored.
fn uuid(edition: &Edition) -> String {
    let mut hasher = Sha256::new();
    let stories = edition.stories().flat_map(|story| [story.id.as_str(), story.headline.as_str()]);
    for part in [edition.id.as_str(), edition.title.as_str()].into_iter().chain(stories) {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    uuid_of(&hasher.finalize())
}

fn uuid_of(hash: &[u8]) -> String {
    let mut bytes: Vec<u8> = hash.iter().take(16).copied().collect();
    bytes.resize(16, 0);
    bytes[6] = bytes[6] & 0x0F | 0x80;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let digits = hexadecimal(&bytes);
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Feeds and books write seconds.
fn to_the_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
