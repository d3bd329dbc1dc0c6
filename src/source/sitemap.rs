//! A sitemap (sitemaps.org), or an index of them: the newest pages as entries without text.

use jiff::Timestamp;

use crate::fetch::{Accept, Fetch, Request, gunzip};
use crate::model::{Entry, Link, Problem};
use crate::source::markup::{decode, plain};
use crate::source::scope::Scope;
use crate::source::web::{self, FetchOutcome, LARGEST};
use crate::source::xml::{self, Element};
use crate::source::{Gathered, Location, Memory, Outcome, Source, newest};
use crate::text::dates;

/// Sitemaps read of one index, newest first.
const MAPS: usize = 5;

/// Most pages read of one sitemap; the protocol allows as many.
const MOST: usize = 50_000;

/// The newest pages of the sitemap.
pub(super) async fn gather(
    source: &Source,
    location: &Location,
    mut memory: Memory,
    now: Timestamp,
    fetch: &dyn Fetch,
) -> Gathered {
    let reply = match web::get(source, location, Accept::Anything, &mut memory, now, fetch).await {
        FetchOutcome::Document(reply) => reply,
        FetchOutcome::Unchanged => return Gathered { outcome: Outcome::Unchanged, memory, ..Gathered::default() },
        FetchOutcome::Failed(problem) => return Gathered::failed(memory, problem),
    };
    let mut problems = Vec::new();
    let entries = match parse(&reply.bytes, reply.media_type.as_deref(), &reply.url) {
        Map::Pages(entries) => entries,
        Map::Index(maps) => indexed(source, maps, fetch, &mut problems).await,
        Map::Neither(root) => {
            memory.validators = Default::default();
            memory.hash = None;
            let problem = Problem::new(&source.name, format!("`{location}` is not a sitemap: {root}"));
            return Gathered::failed(memory, problem);
        }
    };
    if !problems.is_empty() {
        // What is missing now has to be asked for again, even if the index stays the same.
        memory.validators = Default::default();
        memory.hash = None;
    }
    Gathered { entries: newest(entries, source.max_entries), memory, problems, ..Gathered::default() }
}

/// The pages of the sitemaps in an index.
async fn indexed(source: &Source, maps: Vec<Entry>, fetch: &dyn Fetch, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for map in newest(maps, MAPS) {
        let Some(url) = map.url().map(str::to_owned) else { continue };
        let request = Request::new(&url, Accept::Anything).private(source.allow_private);
        match fetch.fetch(request).await {
            Ok(reply) => match parse(&reply.bytes, reply.media_type.as_deref(), &reply.url) {
                Map::Pages(pages) => entries.extend(pages),
                Map::Index(_) => problems.push(Problem::new(&source.name, format!("`{url}` is an index in an index"))),
                Map::Neither(root) => {
                    problems.push(Problem::new(&source.name, format!("`{url}` is not a sitemap: {root}")))
                }
            },
            Err(error) => problems.push(Problem::new(&source.name, error.to_string())),
        }
    }
    entries
}

/// The kinds of documents a sitemap's address may hold.
enum Map {
    Pages(Vec<Entry>),
    Index(Vec<Entry>),
    Neither(String),
}

fn parse(bytes: &[u8], media_type: Option<&str>, url: &str) -> Map {
    // Sitemaps are often stored compressed; the server then hands out a file, not an encoding.
    let unpacked = if bytes.starts_with(&[0x1f, 0x8b]) { gunzip(bytes, LARGEST).ok() } else { None };
    let decoded = decode(unpacked.as_deref().unwrap_or(bytes), media_type);
    let tree = xml::parse(&xml::repair(&decoded));
    let scope = Scope::of(Some(url));
    let named = |name: &'static str| tree.root.elements().filter(move |element| element.local() == name);
    let read = |name| named(name).filter_map(|page| entry(page, &scope)).take(MOST).collect();
    match tree.root.local() {
        "urlset" => Map::Pages(read("url")),
        "sitemapindex" => Map::Index(read("sitemap")),
        "" => Map::Neither("there is no XML in it".into()),
        other => Map::Neither(format!("its root is <{other}>")),
    }
}

fn entry(page: &Element, scope: &Scope) -> Option<Entry> {
    let href = scope.link(&local(page, "loc")?.text())?;
    let news = local(page, "news");
    let said = |name: &str| news.and_then(|news| local(news, name)).map(|element| plain(&element.text()));
    let language = news.and_then(|news| local(local(news, "publication")?, "language"));
    Some(Entry {
        title: said("title").filter(|title| !title.is_empty()),
        links: vec![Link { href, rel: Some("alternate".into()), media_type: None }],
        published: said("publication_date").and_then(|text| dates::parse(&text)),
        updated: local(page, "lastmod").and_then(|element| dates::parse(&element.text())),
        language: language.map(|element| element.text().trim().to_owned()),
        ..Entry::default()
    })
}

/// The first child with this local name and something in it: sitemaps call their namespaces as they like.
fn local<'a>(element: &'a Element, name: &str) -> Option<&'a Element> {
    element.elements().find(|child| child.local() == name && !child.text().trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_news_sitemap_gives_titles_and_dates() {
        let xml = br#"<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
            xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://example.org/a</loc>
            <lastmod>2026-11-03</lastmod><news:news><news:publication><news:language>en</news:language></news:publication>
            <news:publication_date>2026-11-02T10:00:00Z</news:publication_date><news:title>A &amp; B</news:title>
            </news:news></url><url><loc>javascript:x</loc></url></urlset>"#;
        let Map::Pages(entries) = parse(xml, None, "https://example.org/sitemap.xml") else { panic!("no pages") };
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].title.as_deref(), Some("A & B"));
        assert_eq!(entries[0].published.unwrap().to_string(), "2026-11-02T10:00:00Z");
        assert_eq!(entries[0].language.as_deref(), Some("en"));
    }

    #[test]
    fn the_names_of_namespaces_do_not_matter() {
        for (root, news) in [("sm:", "n:"), ("", "x:"), ("ns0:", "ns1:")] {
            let xml = format!(
                "<{root}urlset><{root}url><image:image><image:loc>https://example.org/a.jpg</image:loc></image:image>\
                 <{root}loc>https://example.org/a</{root}loc><{news}news><{news}publication_date>2026-11-02\
                 </{news}publication_date><{news}title>A quay</{news}title></{news}news></{root}url></{root}urlset>"
            );
            let Map::Pages(entries) = parse(xml.as_bytes(), None, "https://example.org/s.xml") else { panic!("{xml}") };
            assert_eq!(entries[0].url(), Some("https://example.org/a"), "{xml}");
            assert_eq!(entries[0].title.as_deref(), Some("A quay"), "{xml}");
            assert!(entries[0].published.is_some(), "{xml}");
        }
        let index = b"<s:sitemapindex><s:sitemap><s:loc>https://example.org/b</s:loc></s:sitemap></s:sitemapindex>";
        assert!(matches!(parse(index, None, "https://example.org/s.xml"), Map::Index(maps) if maps.len() == 1));
    }
}
