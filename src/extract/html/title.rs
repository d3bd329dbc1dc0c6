//! The headline of a page, without the name of its site.

use dom_query::Document;

use crate::extract::html::json_ld::Described;
use crate::extract::html::lines::inline;
use crate::extract::html::metadata::{Metas, select};
use crate::extract::plain_text::visible_line;

/// Signs that stand between a headline and the name of a site.
const SEPARATORS: [&str; 9] = [" | ", " - ", " – ", " — ", " :: ", " » ", " « ", " · ", " • "];

/// The headline of `document`; empty if it has none.
pub(crate) fn read(document: &Document, metas: &Metas, described: &Described, site: Option<&str>) -> String {
    let headings: Vec<String> = select(document, "h1")
        .iter()
        .take(5)
        .map(inline)
        .map(|text| visible_line(&text))
        .filter(|text| !text.is_empty())
        .collect();
    let tag = select(document, "head title, title").first().map(|node| visible_line(&node.text())).unwrap_or_default();
    let stated = metas.first(&[
        "og:title",
        "twitter:title",
        "dc.title",
        "dcterms.title",
        "citation_title",
        "parsely-title",
        "sailthru.title",
    ]);
    let stated = stated.map(str::to_owned).or_else(|| described.title.clone());
    let whole = stated.clone().unwrap_or_else(|| tag.clone());
    // The heading a reader sees wins where the page's own word for its title confirms it.
    for heading in &headings {
        if words(heading) >= 2 && (agrees(&whole, heading) || agrees(&tag, heading)) {
            return heading.clone();
        }
    }
    let stripped = without_site(&whole, site);
    if !stripped.is_empty() {
        return stripped;
    }
    headings.into_iter().next().unwrap_or_default()
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `whole` is `heading`, or begins or ends with it.
fn agrees(whole: &str, heading: &str) -> bool {
    let (whole, heading) = (key(whole), key(heading));
    !heading.is_empty() && (whole.starts_with(&heading) || whole.ends_with(&heading))
}

/// `title` without a part at its end (or start) that names the site.
fn without_site(title: &str, site: Option<&str>) -> String {
    let site = site.map(key).unwrap_or_default();
    for separator in SEPARATORS {
        if let Some((head, tail)) = title.rsplit_once(separator) {
            let named = !site.is_empty() && (key(tail).contains(&site) || site.contains(&key(tail)));
            if named || (words(tail) <= 3 && words(head) >= 3 && words(head) > words(tail)) {
                return without_site(head.trim(), None);
            }
            if !site.is_empty() && title.split_once(separator).is_some_and(|(head, _)| key(head) == site) {
                return title.split_once(separator).map_or(title, |(_, tail)| tail).trim().to_owned();
            }
        }
    }
    title.trim().to_owned()
}
