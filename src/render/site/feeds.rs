//! The newest editions → a feed in Atom (RFC 4287) and one in JSON (JSON Feed 1.1).

use serde::Serialize;
use sha2::{Digest, Sha256};
use tera::Context;

use super::{Issue, Listed, Site, page_url, uuid_of};
use crate::render::{Error, tidy};

/// An edition as an entry of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedEntry {
    #[serde(flatten)]
    listed: Listed,
    title: String,
    summary: String,
    content: String,
    href: String,
    language: String,
}

#[derive(Debug, Serialize)]
struct JsonFeed<'a> {
    version: &'static str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    home_page_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<String>,
    language: &'a str,
    items: Vec<JsonItem<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonItem<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    title: &'a str,
    summary: &'a str,
    content_html: &'a str,
    date_published: String,
    language: &'a str,
}

impl<'a> JsonItem<'a> {
    fn new(entry: &'a FeedEntry, url: Option<&str>) -> Self {
        Self {
            id: format!("urn:uuid:{}", entry.listed.uuid),
            url: url.map(|url| page_url(url, &entry.listed.id)),
            title: &entry.title,
            summary: &entry.summary,
            content_html: &entry.content,
            date_published: entry.listed.composed.to_string(),
            language: &entry.language,
        }
    }
}

impl Issue<'_> {
    /// Its entry in the feeds.
    ///
    /// # Errors
    /// Never, unless a template of the archive is wrong.
    pub fn entry(&self) -> Result<FeedEntry, Error> {
        let mut context = self.context.clone();
        context.insert("kept", &[(); 0]);
        let base = self.site.archive.url.as_deref().unwrap_or_default();
        Ok(FeedEntry {
            listed: self.listed.clone(),
            title: self.subject.clone(),
            summary: self.summary.clone(),
            content: tidy::html(&self.site.engine.render("content.html", &context)?),
            href: page_url(base, &self.listed.id),
            language: self.words.code.clone(),
        })
    }
}

impl Site<'_> {
    /// The feed of these entries in Atom, the newest first; `first` is the first edition of all, by which the feed is known.
    ///
    /// # Errors
    /// Never, unless a template of the archive is wrong.
    pub fn atom(&self, first: &Listed, entries: &[FeedEntry]) -> Result<String, Error> {
        let mut context = Context::new();
        context.insert("site", &self.archive);
        context.insert("id", &uuid_of(&Sha256::digest(format!("feed {}", first.uuid))));
        context.insert("updated", &entries.first().map_or(first.composed, |entry| entry.listed.composed));
        context.insert("base", self.archive.url.as_deref().unwrap_or_default());
        context.insert("entries", entries);
        Ok(self.engine.render("feed.atom", &context)?)
    }

    /// The same as JSON Feed.
    ///
    /// # Errors
    /// Never: there is nothing in it that JSON cannot say.
    pub fn json_feed(&self, entries: &[FeedEntry]) -> Result<String, Error> {
        let url = self.archive.url.as_deref();
        let feed = JsonFeed {
            version: "https://jsonfeed.org/version/1.1",
            title: &self.archive.title,
            home_page_url: url,
            feed_url: url.map(|url| format!("{url}feed.json")),
            language: &self.archive.language,
            items: entries.iter().map(|entry| JsonItem::new(entry, url)).collect(),
        };
        let json = serde_json::to_string_pretty(&feed).map_err(|error| Error::plain(error.to_string()))?;
        Ok(json + "\n")
    }
}
