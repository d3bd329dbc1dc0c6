use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing a source announced (RSS: `item`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Atom `id`, RSS `guid`, JSON Feed `id`; `None` if the source gives none (never an invented one).
    pub id: Option<String>,
    /// Headline as plain text, markup and entities resolved.
    pub title: Option<String>,
    /// Atom `link`s; RSS `link` as `rel="alternate"`; JSON Feed `url`, `external_url`.
    pub links: Vec<Link>,
    /// Atom `author`, RSS `author` or `dc:creator`, JSON Feed `authors`.
    pub authors: Vec<Person>,
    /// Atom `category@term`, RSS `category`, JSON Feed `tags`.
    pub categories: Vec<String>,
    /// Atom `summary`, RSS `description`, JSON Feed `summary`.
    pub summary: Option<Content>,
    /// Atom `content`, RSS `content:encoded`, JSON Feed `content_html` or `content_text`.
    pub content: Option<Content>,
    /// When it appeared, as stated by its source; `None` if the source gives no date.
    ///
    /// Atom: `published`. RSS: `pubDate`, `dc:date`. JSON Feed: `date_published`.
    pub published: Option<Timestamp>,
    /// Atom: `updated`. JSON Feed: `date_modified`. Sitemap: `lastmod`.
    pub updated: Option<Timestamp>,
    /// Atom `rights`, `dc:rights`.
    pub rights: Option<String>,
    /// `xml:lang`, JSON Feed `language`, else the feed's own.
    pub language: Option<String>,
    /// Atom `link@rel=enclosure`, RSS `enclosure`, `media:content` and `media:thumbnail`, JSON Feed `attachments`.
    pub enclosures: Vec<Enclosure>,
    /// The whole page, text or mail, when the source already holds it (a file, a page, a command's output).
    #[serde(skip)]
    pub document: Option<Document>,
}

impl Entry {
    /// Where the entry points: its `alternate` link, else its first link that is not about itself. Only pages of the web: a
    /// `mailto:` leads to no article.
    pub fn url(&self) -> Option<&str> {
        let readable =
            |link: &&Link| !matches!(link.rel.as_deref(), Some("self" | "enclosure" | "edit" | "replies" | "hub"));
        let pages = || self.links.iter().filter(|link| is_web(&link.href));
        let alternate = pages().find(|link| matches!(link.rel.as_deref(), None | Some("alternate")));
        alternate.or_else(|| pages().find(readable)).map(|link| link.href.as_str())
    }

    /// An address to open where [`url`](Self::url) is none: the sound or film that comes with it, else its id, if that is
    /// an address.
    pub fn stand_in(&self) -> Option<&str> {
        let is_media = |enclosure: &&Enclosure| {
            let kind = enclosure.media_type.as_deref().unwrap_or_default();
            is_web(&enclosure.href) && !kind.starts_with("image/")
        };
        let media = self.enclosures.iter().find(is_media).map(|enclosure| enclosure.href.as_str());
        media.or_else(|| self.id.as_deref().filter(|id| is_web(id)))
    }
}

fn is_web(address: &str) -> bool {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme).unwrap_or_default();
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// A piece of text and how it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// Markup, not yet sanitized.
    Html {
        /// The markup.
        html: String,
    },
    /// Plain text.
    Text {
        /// The text.
        text: String,
    },
}

/// A link of a feed or an entry (Atom `link`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Absolute URL, resolved against the feed's base.
    pub href: String,
    /// Relation; `None` means `alternate`.
    pub rel: Option<String>,
    /// Media type.
    #[serde(rename = "type")]
    pub media_type: Option<String>,
}

/// An author (Atom person construct).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Name as written, or the mail address when there is no name.
    pub name: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Home page.
    pub uri: Option<String>,
}

/// A file that comes with an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Absolute URL.
    pub href: String,
    /// Media type; `image/*` of a picture whose feed says no more.
    #[serde(rename = "type")]
    pub media_type: Option<String>,
    /// Size in bytes, as stated by the feed.
    pub length: Option<u64>,
}

/// Bytes to be read as an article, and what was said about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The bytes as they came (after content decoding).
    pub bytes: Vec<u8>,
    /// Media type with its parameters (`text/html; charset=utf-8`), from the server or the file's name.
    pub media_type: Option<String>,
    /// Where it was read from, after redirects; a `file:` URL for local files.
    pub url: Option<String>,
}
