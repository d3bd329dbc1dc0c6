//! The headline of a page, without the name of its site.

use std::collections::HashSet;

use dom_query::{Document, NodeRef};

use crate::extract::html::json_ld::Described;
use crate::extract::html::lines::inline;
use crate::extract::html::metadata::{Metas, select};
use crate::extract::plain_text::visible_line;
use crate::extract::url::{host, is_front_of};

/// Signs that stand between a headline and the name of a site.
const SEPARATORS: [&str; 9] = [" | ", " - ", " – ", " — ", " :: ", " » ", " « ", " · ", " • "];
/// `<meta>` names of the headline.
const META_NAMES: [&str; 7] =
    ["og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title", "parsely-title", "sailthru.title"];

/// Longest title that is looked at, in bytes.
const LONGEST: usize = 2_000;

/// The headline of `document`, found at `url`; empty if it has none.
///
/// The heading a reader sees is the headline where what the page states for machines is about the same thing; else the stated
/// title without the site's name.
pub(crate) fn read(
    document: &Document,
    metas: &Metas,
    described: &Described,
    site: Option<&str>,
    url: Option<&str>,
) -> String {
    let tag = select(document, "head title, title").first().map(|node| node.text().to_string()).unwrap_or_default();
    let tag = visible_line(short(&tag));
    let own = content(&tag);
    let mut stated = metas.first(&META_NAMES).into_iter().chain(described.titles.iter().map(String::as_str)).map(short);
    let shared = |title: &str| own.intersection(&content(title)).count();
    // One that has less of the title tag may be that of the site, or a description of what the page is about.
    let first = stated.next().unwrap_or(&tag);
    let stated = stated.find(|title| shared(title) > 2 * shared(first)).unwrap_or(first).to_owned();
    let host = url.and_then(host).unwrap_or_default();
    let names = [site.map(key).unwrap_or_default(), key(&host)];
    let headings = select(document, "h1").into_iter().take(8).filter(|node| !is_logo(node, &host));
    let headings: Vec<String> = headings
        .map(|node| visible_line(&inline(&node)))
        .filter(|text| (1..=40).contains(&words(text)) && !names.contains(&key(text)))
        .collect();
    // Where the title tag is what is stated and the site's name, it has nothing to add.
    let wanted = [content(&stated), if key(&tag).contains(&key(&stated)) { HashSet::new() } else { content(&tag) }];
    let best = headings.iter().filter_map(|heading| {
        let found = content(heading);
        let shared = wanted.iter().map(|wanted| wanted.intersection(&found).count()).max().unwrap_or(0);
        let enough = shared >= 2 || shared * 2 > found.len() || key(heading) == key(&stated);
        // A heading that is only the site's part of the title tag shares nothing with what is stated elsewhere.
        let apart = stated != tag && wanted[0].is_disjoint(&found);
        (enough && !apart && words(heading) >= 2).then_some((shared, heading))
    });
    if let Some((_, heading)) = best.rev().max_by_key(|(shared, _)| *shared) {
        return heading.clone();
    }
    let stripped = without_site(&stated, &names);
    if stripped.is_empty() { headings.into_iter().next().unwrap_or_default() } else { stripped }
}

/// A heading that holds the site's name or an overlay's, or that leads to where the site begins.
fn is_logo(node: &NodeRef<'_>, host: &str) -> bool {
    let is_home = |href: &str| matches!(href, "/" | "./" | "index.html") || is_front_of(href, host);
    let leads_home = |link: &NodeRef<'_>| link.attr("href").is_some_and(|href| is_home(href.trim()));
    let says = |name: &str| {
        node.attr(name).is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            ["logo", "site-title", "sitename", "site-name", "brand", "overlay", "sr-only"]
                .iter()
                .any(|word| value.contains(word))
        })
    };
    let mut links = node.find(&["a"]).into_iter().chain(node.ancestors_it(Some(2)));
    says("class") || says("id") || links.any(|link| leads_home(&link))
}

/// As much of `title` as a headline can be.
fn short(title: &str) -> &str {
    &title[..title.floor_char_boundary(LONGEST)]
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The words that carry meaning, cut to their first five letters.
fn content(text: &str) -> HashSet<String> {
    let pieces = text.split(|c: char| !c.is_alphanumeric()).filter(|piece| piece.chars().count() >= 3);
    let lower = pieces.map(|piece| piece.to_lowercase().chars().take(5).collect::<String>());
    lower
        .filter(|piece| {
            !matches!(
                piece.as_str(),
                "the"
                    | "and"
                    | "for"
                    | "with"
                    | "your"
                    | "you"
                    | "how"
                    | "what"
                    | "are"
                    | "from"
                    | "this"
                    | "that"
                    | "der"
                    | "die"
                    | "das"
                    | "und"
                    | "les"
                    | "des"
            )
        })
        .collect()
}

/// `title` without a part at its end or start that names the site.
fn without_site(title: &str, names: &[String; 2]) -> String {
    let title = without_glued(title, names);
    let named = |part: &str| {
        let part = key(part);
        !part.is_empty()
            && names.iter().any(|name| !name.is_empty() && (name.contains(&part) || part.contains(name.as_str())))
    };
    for separator in SEPARATORS {
        if let Some((head, tail)) = title.rsplit_once(separator) {
            if named(tail) || (words(tail) <= 3 && words(head) >= 3 && words(head) > words(tail)) {
                return without_site(head.trim(), names);
            }
            if let Some((_, tail)) = title.split_once(separator).filter(|(head, _)| names.contains(&key(head))) {
                return tail.trim().to_owned();
            }
        }
    }
    let first = title.split_whitespace().next().unwrap_or_default();
    let rest = title.strip_prefix(first).unwrap_or(title).trim();
    if names.contains(&key(first)) && words(rest) >= 2 { rest.to_owned() } else { title.trim().to_owned() }
}

/// `title` without a site's name that a sign sets off without spaces: "A bridge is rebuilt|The Gazette", "… PanSite.|Net".
fn without_glued<'a>(title: &'a str, names: &[String; 2]) -> &'a str {
    const SIGNS: [char; 7] = ['|', '»', '·', '•', '–', '—', ':'];
    let least = names.iter().map(String::len).filter(|&length| length >= 4).min();
    let Some(least) = least else { return title };
    // Names are short: no more than the last 80 characters can be one.
    let starts = title.char_indices().rev().take(80).filter(|(_, c)| c.is_alphanumeric());
    let glued = starts.filter(|(at, _)| title.len() - at >= least).find(|&(at, _)| {
        let tail = &title[at..];
        let before = title[..at].trim_end();
        let is_apart = before.ends_with(SIGNS) || (tail.contains(SIGNS) && before.len() < at);
        is_apart && words(before) >= 2 && names.contains(&key(tail))
    });
    glued.map_or(title, |(at, _)| title[..at].trim_end_matches(|c: char| c.is_whitespace() || SIGNS.contains(&c)))
}

#[cfg(test)]
mod tests {
    use crate::extract::{Options, html};

    fn title(head: &str, body: &str) -> String {
        let text = "<p>The council of Harwick voted on Monday evening to rebuild the old harbour bridge.</p>".repeat(3);
        let page = format!("<html><head>{head}</head><body>{body}{text}</body></html>");
        html(&page, Some("https://harwick.example/news/bridge"), &Options::default()).0.title
    }

    #[test]
    fn the_heading_readers_see_is_the_headline_unless_it_is_the_sites() {
        let tag = "<title>Harwick rebuilds its bridge | The Harwick Gazette</title>";
        assert_eq!(title(tag, "<h1>Harwick rebuilds its old bridge</h1>"), "Harwick rebuilds its old bridge");
        for site in [
            "<h1><a href='/'>Bridge news of <b>Harwick</b></a></h1>",
            "<a href='https://www.harwick.example/'><h1>Hello, Harwick</h1></a>",
            "<h1 class=logo>The Harwick Gazette</h1>",
        ] {
            assert_eq!(title(tag, site), "Harwick rebuilds its bridge", "{site}");
        }
        let stated =
            "<title>Harwick rebuilds - Gazette Harwick News</title><meta property=og:title content='Harwick rebuilds'>";
        assert_eq!(title(stated, "<h1>Gazette News</h1>"), "Harwick rebuilds");
    }

    #[test]
    fn what_is_stated_of_something_else_is_not_the_headline() {
        let described = r#"<title>Harwick - Encyclopedia</title><script type="application/ld+json">
            {"@type": "Article", "headline": "town on the coast", "name": "Harwick"}</script>"#;
        assert_eq!(title(described, "<h1>Harwick</h1>"), "Harwick");
        let template = "<title>Paying for the bridge: what we know | Gazette</title><meta property=og:title content='Visit the Gazette'>\
            <script type='application/ld+json'>{\"@type\": \"Article\", \"headline\": \"Paying for the bridge: what we know\"}</script>";
        assert_eq!(title(template, ""), "Paying for the bridge: what we know");
    }

    #[test]
    fn a_site_glued_to_the_headline_is_no_part_of_it() {
        for tag in [
            "A bridge is rebuilt|Harwick.example",
            "A bridge is rebuilt Harwick.|Example",
            "A bridge is rebuilt:harwick.example",
        ] {
            assert_eq!(title(&format!("<title>{tag}</title>"), ""), "A bridge is rebuilt", "{tag}");
        }
        assert_eq!(
            title("<title>Harwick.example: A bridge is rebuilt at sea</title>", ""),
            "A bridge is rebuilt at sea"
        );
    }

    #[test]
    fn the_sign_that_links_to_a_heading_is_no_part_of_it() {
        let heading = "<h1>The bridge of Harwick<a href='#bridge' title='Permalink'>¶</a></h1>";
        assert_eq!(title("<title>The bridge of Harwick</title>", heading), "The bridge of Harwick");
    }
}
