//! A page of links → the articles it links: a front page, a changelog, a press room.
//!
//! A link leads to an article if it stands where the page's own text stands, says what it leads to, and leads to a page of
//! the same site that is no section of it. Several links to one page (picture, headline, "Read more") are one.

use std::collections::HashMap;

use dom_query::{Document, Matcher, NodeRef};
use url::Url;

use crate::extract::html::guard::guard;
use crate::extract::html::lines::inline;
use crate::extract::plain_text::visible_line;
use crate::extract::url::{direct, entry_url, is_same_site};

/// Links of a page that are looked at.
const MOST: usize = 5000;

/// Points from which a link leads to an article; see [`score`].
const ENOUGH: i32 = 3;

/// How far up from a link the page is asked where it stands.
const UP: usize = 12;

/// A page that is linked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageLink {
    /// Absolute, without tracking parameters.
    pub url: String,
    /// Its text on the page, in one line; may be empty.
    pub title: String,
}

/// The articles that the page `html` at `url` links, in its order, each once; with a `selector`, all pages that its links
/// lead to, on whatever site.
///
/// # Errors
/// Why the page cannot be read, or that nothing on it matches `selector`; starts small, ends without a stop.
pub fn article_links(html: &str, url: &str, selector: Option<&str>) -> Result<Vec<PageLink>, String> {
    let document = page_tree(html)?;
    let page = Url::parse(url).map_err(|error| format!("`{url}` is no address: {error}"))?;
    let base = document.select("base[href]").attr("href").and_then(|href| page.join(&href).ok());
    let base = base.unwrap_or_else(|| page.clone());
    let links = match selector {
        Some(selector) => selected(&document, selector)?,
        None => document.select("a[href]").nodes().to_vec(),
    };
    let mut found: Vec<(PageLink, i32)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for link in links.iter().take(MOST) {
        let Some(target) = target(link, &base) else { continue };
        let address = entry_url(target.as_str());
        if selector.is_none() && !may_be_article(&target, &page) {
            continue;
        }
        let title = visible_line(&inline(link));
        let score = if selector.is_some() { ENOUGH } else { score(link, &target, &page, &title) };
        match places.get(&address) {
            Some(&place) => {
                let (known, best) = &mut found[place];
                // The headline says more than "Read more", the picture nothing.
                if (score, title.len()) > (*best, known.title.len()) {
                    known.title = title;
                }
                *best = score.max(*best);
            }
            None => {
                places.insert(address.clone(), found.len());
                found.push((PageLink { url: address, title }, score));
            }
        }
    }
    Ok(found.into_iter().filter(|(_, score)| *score >= ENOUGH).map(|(link, _)| link).collect())
}

/// The tree of the page `html`, out of markup that no page can make a parser choke on.
///
/// # Errors
/// Why the page is refused; starts small, ends without a stop.
pub fn page_tree(html: &str) -> Result<Document, String> {
    guard(html).map(|guarded| Document::from(guarded.html))
}

/// How many of the first characters of `selector` are a CSS selector, if all of them are none; `None` if they are.
pub fn selector_mistake(selector: &str) -> Option<usize> {
    let is_selector = |end: usize| Matcher::new(&selector[..end]).is_ok();
    if is_selector(selector.len()) {
        return None;
    }
    let ends = selector.char_indices().map(|(end, _)| end).enumerate();
    Some(ends.filter(|(_, end)| is_selector(*end)).map(|(place, _)| place).last().unwrap_or(0))
}

/// The links that match `selector` or stand inside of what matches.
fn selected<'a>(document: &'a Document, selector: &str) -> Result<Vec<NodeRef<'a>>, String> {
    let matcher = Matcher::new(selector).map_err(|_| format!("`{selector}` is no CSS selector"))?;
    let matched = document.select_matcher(&matcher);
    let mut links = Vec::new();
    for node in matched.nodes() {
        if node.is_element() && node.qual_name_ref().is_some_and(|name| &*name.local == "a") {
            links.push(*node);
        } else {
            links.extend(dom_query::Selection::from(*node).select("a[href]").nodes().iter().copied());
        }
    }
    if links.is_empty() {
        Err(format!("nothing on the page matches `{selector}`, or it holds no links"))
    } else {
        Ok(links)
    }
}

fn target(link: &NodeRef<'_>, base: &Url) -> Option<Url> {
    let href = link.attr("href")?;
    let href = href.trim();
    if href.is_empty() {
        return None;
    }
    let url = Url::parse(&direct(base.join(href).ok()?.as_str())).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// Parts of paths that name sections of a site, its forms and its legal pages.
const SECTIONS: [&str; 48] = [
    "tag",
    "tags",
    "topic",
    "topics",
    "category",
    "categories",
    "kategorie",
    "author",
    "authors",
    "autor",
    "user",
    "users",
    "profile",
    "login",
    "signin",
    "sign-in",
    "signup",
    "register",
    "account",
    "cart",
    "search",
    "suche",
    "contact",
    "kontakt",
    "about",
    "about-us",
    "impressum",
    "imprint",
    "privacy",
    "datenschutz",
    "terms",
    "legal",
    "cookies",
    "agb",
    "newsletter",
    "subscribe",
    "abo",
    "rss",
    "feed",
    "feeds",
    "sitemap",
    "archive",
    "archives",
    "jobs",
    "careers",
    "help",
    "faq",
    "share",
];

/// Endings of files that are no pages.
const FILES: [&str; 20] = [
    ".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".pdf", ".zip", ".gz", ".mp3", ".mp4", ".m4a", ".xml", ".rss",
    ".json", ".ics", ".exe", ".dmg", ".css", ".js",
];

/// A page of the same site that is neither this one, nor its front page, nor a section of it.
fn may_be_article(target: &Url, page: &Url) -> bool {
    let path = target.path().trim_end_matches('/').to_ascii_lowercase();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let here = page.path().trim_end_matches('/').eq_ignore_ascii_case(&path) && target.query() == page.query();
    let pages =
        |part: &str| part.strip_prefix("page").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    is_same_site(target, page)
        && !here
        && !parts.is_empty()
        && !FILES.iter().any(|ending| path.ends_with(ending))
        // The article itself may be about a contact or a search: only sections above it, or the path as a whole, count.
        && !parts.iter().take(parts.len().max(2) - 1).any(|part| SECTIONS.contains(part) && !is_below(page, part))
        && !parts.iter().any(|part| pages(part))
        && !target.query_pairs().any(|(name, _)| matches!(name.as_ref(), "page" | "paged" | "share" | "replytocom"))
}

/// Whether the listing itself stands in the section `part`.
fn is_below(page: &Url, part: &str) -> bool {
    page.path().split('/').any(|own| own.eq_ignore_ascii_case(part))
}

/// How much speaks for a link to an article: where it stands, how its address looks, what it says.
fn score(link: &NodeRef<'_>, target: &Url, page: &Url, title: &str) -> i32 {
    let mut score = 0;
    for element in std::iter::once(*link).chain(link.ancestors_it(Some(UP))) {
        let Some(name) = element.qual_name_ref() else { continue };
        let role = element.attr("role").map(|role| role.to_ascii_lowercase()).unwrap_or_default();
        score += match name.local.as_ref() {
            "nav" | "footer" | "aside" | "form" => -4,
            "header" if !has_article(&element) => -2,
            "h1" | "h2" | "h3" | "h4" => 2,
            "article" => 2,
            "main" | "time" => 1,
            _ if matches!(role.as_str(), "navigation" | "contentinfo" | "banner" | "search" | "menu") => -4,
            _ => 0,
        };
    }
    let headline = link.descendants_it().filter_map(|node| node.qual_name_ref());
    score += 2 * i32::from(headline.take(40).any(|name| matches!(name.local.as_ref(), "h1" | "h2" | "h3" | "h4")));
    let slug = target.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let dated = target.path().split('/').any(|part| {
        part.len() == 4
            && (part.starts_with("20") || part.starts_with("19"))
            && part.bytes().all(|byte| byte.is_ascii_digit())
    });
    let numbered = slug.bytes().filter(u8::is_ascii_digit).count() >= 5
        || target.query().is_some_and(|query| query.bytes().filter(u8::is_ascii_digit).count() >= 2);
    score += i32::from(slug.matches(['-', '_']).count() >= 2) + i32::from(dated) + i32::from(numbered);
    let folder = page.path().trim_end_matches('/');
    score += i32::from(!folder.is_empty() && target.path().starts_with(folder));
    score + said(title)
}

/// A site puts the headline of an article in a `header` of its own.
fn has_article(header: &NodeRef<'_>) -> bool {
    let mut above = header.ancestors_it(Some(4)).filter_map(|node| node.qual_name_ref());
    above.any(|name| matches!(name.local.as_ref(), "article" | "section" | "li"))
}

/// Points for the words of a link: a headline has several.
fn said(title: &str) -> i32 {
    let wide = title
        .chars()
        .filter(|c| matches!(c, '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'))
        .count();
    match title.split_whitespace().count() + wide / 2 {
        0 => 0,
        1 => -2,
        2 => -1,
        3 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, url: &str, selector: Option<&str>, expected: &[(&str, &str)]) {
        let found = article_links(html, url, selector).unwrap();
        let found: Vec<(&str, &str)> = found.iter().map(|link| (link.url.as_str(), link.title.as_str())).collect();
        assert_eq!(found, expected, "{html}");
    }

    #[test]
    fn a_front_page_is_the_articles_it_links() {
        let html = "<nav><a href='/harbour'>News from the old harbour</a><a href='/login'>Log in</a></nav><main>\
            <article><a href='/2026/11/quay'><img src=x></a><h2><a href='/2026/11/quay?utm_source=front'>Council votes to \
            rebuild the quay</a></h2><p>Text. <a href='/2026/11/quay'>Read more</a></p><a href='/tag/quay'>All about the \
            quay</a></article><div class=card><a href='/2026/11/the-gate-is-shut'><h3>The gate is shut</h3><p>Until \
            Sunday.</p></a></div><a href='https://other.example/2026/an-ad-for-something'>Buy this boat now and save</a>\
            <a href='/page/2'>Older articles of this site</a></main><footer><a href='/impressum'>Who we are and \
            where</a></footer>";
        check(
            html,
            "https://coast.example/",
            None,
            &[
                ("https://coast.example/2026/11/quay", "Council votes to rebuild the quay"),
                ("https://coast.example/2026/11/the-gate-is-shut", "The gate is shut Until Sunday."),
            ],
        );
    }

    #[test]
    fn a_press_room_and_a_changelog_are_lists() {
        let press = "<header><a href='/'>Company</a></header><h1>Press</h1><ul><li><time>27 November</time> <a \
            href='/press/new-crane-for-the-harbour'>A new crane for the harbour of Northport</a></li><li><a \
            href='/press/2026-results'>Results of the third quarter 2026</a></li><li><a href='/press/contact'>Contact</a></li>\
            <li><a href='/files/logo.zip'>Our logo in all its sizes</a></li></ul>";
        check(
            press,
            "https://firm.example/press",
            None,
            &[
                ("https://firm.example/press/new-crane-for-the-harbour", "A new crane for the harbour of Northport"),
                ("https://firm.example/press/2026-results", "Results of the third quarter 2026"),
            ],
        );
    }

    #[test]
    fn a_selector_takes_its_links_wherever_they_lead() {
        let html =
            "<div class=list><a href='https://b.example/x'>X</a><p><a href='y#part'>Y</a></p></div><a href='/z'>Z</a>";
        let expected = [("https://b.example/x", "X"), ("https://a.example/news/y#part", "Y")];
        check(html, "https://a.example/news/", Some(".list"), &expected);
        check(html, "https://a.example/news/", Some(".list a"), &expected);
        assert!(article_links(html, "https://a.example/", Some(".none")).unwrap_err().contains("matches `.none`"));
        for (selector, mistake) in
            [(".list a", None), ("a[[", Some(1)), ("", Some(0)), ("p, ,é", Some(1)), ("é > ..x", Some(2))]
        {
            assert_eq!(selector_mistake(selector), mistake, "{selector}");
        }
    }
}
