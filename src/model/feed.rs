use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Entry, Link, Person};

/// One feed document: what it says about itself and its entries, in its order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    /// Plain text.
    pub title: Option<String>,
    /// Atom `subtitle`, RSS `description`.
    pub description: Option<String>,
    /// RSS `language`, `xml:lang`, JSON Feed `language`.
    pub language: Option<String>,
    /// Atom `id`; `None` if the feed gives none.
    pub id: Option<String>,
    /// Atom `rights`, RSS `copyright`.
    pub rights: Option<String>,
    /// Software that made it.
    pub generator: Option<String>,
    /// Atom `updated`, RSS `lastBuildDate`.
    pub updated: Option<Timestamp>,
    /// RSS `pubDate`.
    pub published: Option<Timestamp>,
    /// Atom `link`s, RSS `link`, JSON Feed `home_page_url` and `feed_url`.
    pub links: Vec<Link>,
    /// Atom `author`, RSS `managingEditor`.
    pub authors: Vec<Person>,
    /// Atom `category@term`, RSS `category`.
    pub categories: Vec<String>,
    /// Atom `logo` or `icon`, RSS `image/url`.
    pub logo: Option<String>,
    /// In the order of the document.
    pub entries: Vec<Entry>,
}
