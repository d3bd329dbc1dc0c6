//! Who wrote a page, as the page says it.

use dom_query::Document;

use crate::extract::html::json_ld::Described;
use crate::extract::html::lines::inline;
use crate::extract::html::metadata::{Metas, select};
use crate::extract::plain_text::visible_line;

/// Where bylines stand, most telling first.
const MARKED: &str = "[itemprop~=author] [itemprop~=name], [itemprop~=author], a[rel~=author], [rel~=author], .author-name, .author__name, \
    .byline__name, .byline-name, .byline .author, .byline a, .post-author a, .entry-author, .author a, .p-author, .author.vcard, \
    .author, .byline, .post-author, .article-author, .c-byline, [data-testid*=author], [class*=author-name], [class*=authorName], \
    [class*=byline], [class*=Byline]";

/// Words before a name that are not part of it.
const BEFORE: [&str; 22] = [
    "written by",
    "posted by",
    "published by",
    "reviewed by",
    "story by",
    "words by",
    "article by",
    "author:",
    "authors:",
    "by:",
    "by",
    "von",
    "par",
    "por",
    "di",
    "door",
    "av",
    "af",
    "autor:",
    "text:",
    "from",
    "автор:",
];

/// The byline of `document`.
pub(crate) fn read(document: &Document, metas: &Metas, described: &Described, site: Option<&str>) -> Option<String> {
    let stated: Vec<String> = described.authors.iter().filter_map(|name| tidy(name)).collect();
    if !stated.is_empty() {
        return Some(stated.join(", "));
    }
    let names = [
        "author",
        "article:author",
        "dc.creator",
        "dcterms.creator",
        "parsely-author",
        "sailthru.author",
        "citation_author",
        "byl",
        "og:article:author",
        "twitter:data1",
    ];
    for name in names {
        let found: Vec<String> = metas.all(name).filter_map(tidy).filter(|found| !is_site(found, site)).collect();
        if name != "twitter:data1" && !found.is_empty() {
            let mut unique: Vec<String> = Vec::new();
            found.into_iter().for_each(|name| {
                if !unique.contains(&name) {
                    unique.push(name)
                }
            });
            return Some(unique.join(", "));
        }
    }
    MARKED.split(", ").find_map(|selector| {
        select(document, selector)
            .into_iter()
            .take(2)
            .find_map(|node| tidy(&inline(&node)).filter(|found| found.split_whitespace().count() <= 12))
    })
}

fn is_site(name: &str, site: Option<&str>) -> bool {
    site.is_some_and(|site| site.eq_ignore_ascii_case(name))
}

/// A name without "By", roles after it and dates; `None` for what is no name.
fn tidy(raw: &str) -> Option<String> {
    let mut name = visible_line(raw);
    loop {
        let before = name.len();
        for word in BEFORE {
            let head: String = name.chars().take(word.chars().count()).collect();
            if head.to_lowercase() == word
                && (word.ends_with(':') || name[head.len()..].starts_with([' ', ':', '\u{a0}']))
            {
                name = name[head.len()..].trim_start_matches([' ', ':', '\u{a0}']).to_owned();
            }
        }
        if name.len() == before {
            break;
        }
    }
    let cut = name.find(['|', '•', '·', '—', '@', '(', '<']).unwrap_or(name.len());
    let cut = name[..cut].find(" - ").unwrap_or(cut);
    let name = name[..cut].trim().trim_end_matches([',', ';', ':', '.', '-', '/']).trim().to_owned();
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let lower = name.to_lowercase();
    let is_none = matches!(
        lower.as_str(),
        "admin"
            | "administrator"
            | "author"
            | "authors"
            | "editor"
            | "webmaster"
            | "null"
            | "undefined"
            | "about the author"
            | "guest"
    );
    ((2..=120).contains(&letters) && digits <= 2 && !lower.contains("http") && !is_none).then_some(name)
}
