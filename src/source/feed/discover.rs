use serde::Serialize;

use crate::extract::page_tree;
use crate::source::markup::one_line;
use crate::source::scope::Scope;
use crate::source::xml::Element;

/// A feed that a page links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedLink {
    /// Absolute where the page's address is known.
    pub url: String,
    /// Its name on the page.
    pub title: Option<String>,
}

/// Media types of feeds.
const TYPES: [&str; 6] = [
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/x.atom+xml",
    "application/x-atom+xml",
];

/// Largest page that is searched for feeds.
const LARGEST: usize = 4 << 20;

/// The feeds that the page `html` at `url` links, in its order, each once.
///
/// Feeds that it declares (`<link rel="alternate">`) come first; links in its text that look like feeds follow.
pub fn feeds_in_page(html: &str, url: Option<&str>) -> Vec<FeedLink> {
    let Ok(page) = page_tree(&html[..html.floor_char_boundary(LARGEST)]) else { return Vec::new() };
    let scope = Scope::of(url);
    let scope = scope.inside(page.select("base[href]").attr("href").as_deref(), None);
    let mut feeds: Vec<FeedLink> = Vec::new();
    let mut add = |href: &str, title: Option<String>| {
        let title = title.map(|title| one_line(&title)).filter(|title| !title.is_empty());
        if let Some(url) = scope.link(href).filter(|url| !feeds.iter().any(|feed| feed.url == *url)) {
            feeds.push(FeedLink { url, title });
        }
    };
    for link in page.select("link[href]").iter() {
        let rel = link.attr("rel").unwrap_or_default().to_ascii_lowercase();
        let kind = link.attr("type").unwrap_or_default().to_ascii_lowercase();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let alternate = rel.split_whitespace().any(|rel| rel == "alternate" || rel == "feed");
        if alternate && (TYPES.contains(&kind) || rel.split_whitespace().any(|rel| rel == "feed")) {
            add(&link.attr("href").unwrap_or_default(), link.attr("title").map(|title| title.to_string()));
        }
    }
    for link in page.select("a[href]").iter().take(5000) {
        let href = link.attr("href").unwrap_or_default();
        if looks_like_feed(&href) {
            add(&href, Some(link.text().to_string()));
        }
    }
    feeds.truncate(50);
    feeds
}

/// Endings that hardly any other address has.
fn looks_like_feed(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_ascii_lowercase();
    [
        "/feed",
        "/rss",
        "/atom",
        "/feed.xml",
        "/rss.xml",
        "/atom.xml",
        "/index.xml",
        "/feed.json",
        ".rss",
        ".atom",
        ".rdf",
    ]
    .iter()
    .any(|ending| path.ends_with(ending))
}

/// Whether the document is a page for people.
pub(super) fn is_page(root: &Element) -> bool {
    matches!(root.name.rsplit(':').next(), Some("html" | "head" | "body" | "div" | "p" | "meta"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_feeds_declared_ones_first() {
        let html = r#"<html><head><base href="/blog/"><link rel="Alternate" type="application/rss+xml" title="All
            posts" href="feed.xml"><link rel=stylesheet href=x.css></head><body><a href="/news.rss">News</a>
            <a href="feed.xml">again</a><a href="javascript:feed.xml">no</a></body></html>"#;
        let found = feeds_in_page(html, Some("https://example.org/about"));
        let urls: Vec<&str> = found.iter().map(|feed| feed.url.as_str()).collect();
        assert_eq!(urls, ["https://example.org/blog/feed.xml", "https://example.org/news.rss"]);
        assert_eq!(found[0].title.as_deref(), Some("All posts"));
    }
}
