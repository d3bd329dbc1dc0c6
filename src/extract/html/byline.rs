//! Who wrote a page, as the page says it.

use dom_query::{Document, NodeRef};

use crate::extract::html::dates;
use crate::extract::html::json_ld::Described;
use crate::extract::html::lines::inline;
use crate::extract::html::metadata::{Metas, select};
use crate::extract::plain_text::visible_line;

/// Where bylines stand, most telling first.
const MARKED: &str = "[itemprop~=author] [itemprop~=name], [itemprop~=author], a[rel~=author], [rel~=author], .author-name, .author__name, \
    .byline__name, .byline-name, .byline .author, .byline a, .post-author a, .entry-author, .author a, .p-author, .author.vcard, \
    .author, .byline, .post-author, .article-author, .c-byline, [data-testid*=author], [class*=author-name], [class*=authorName], \
    [class*=byline], [class*=Byline]";

/// `<meta>` names of the author.
const NAMES: [&str; 9] = [
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "citation_author",
    "byl",
    "og:article:author",
];

/// How a line with a byline begins.
const LINES: [&str; 9] = ["by ", "by: ", "written by ", "posted by ", "words by ", "author: ", "von ", "par ", "por "];

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
pub(crate) fn read(
    document: &Document,
    head: &[&str],
    metas: &Metas,
    described: &Described,
    site: Option<&str>,
) -> Option<String> {
    let stated: Vec<String> = described.authors.iter().filter_map(|name| tidy(name)).collect();
    let stated = (!stated.is_empty()).then(|| stated.join(", ")).or_else(|| from_metas(metas));
    match stated {
        Some(stated) if !is_site(&stated, site) => Some(stated),
        // Where the page names only itself for machines, it may still name a person to readers.
        stated => shown(document, head).or(stated),
    }
}

fn from_metas(metas: &Metas) -> Option<String> {
    NAMES.iter().find_map(|name| {
        let mut found: Vec<String> = Vec::new();
        metas.all(name).filter_map(tidy).for_each(|name| {
            if !found.contains(&name) {
                found.push(name)
            }
        });
        (!found.is_empty()).then(|| found.join(", "))
    })
}

/// The byline a reader sees.
fn shown(document: &Document, head: &[&str]) -> Option<String> {
    let few = |name: &String| name.split_whitespace().count() <= 8;
    let marked = || {
        MARKED.split(", ").find_map(|selector| {
            let nodes = select(document, selector).into_iter().take(2).filter(|node| !is_elsewhere(node));
            nodes.filter_map(|node| tidy(&inline(&node))).find(few)
        })
    };
    let after_by = || {
        head.iter().find_map(|line| {
            let lower = line.to_lowercase();
            let by = LINES.iter().find(|by| lower.starts_with(*by))?;
            let name = tidy(before_date(line.get(by.len()..)?))?;
            (name.starts_with(char::is_uppercase) && name.split_whitespace().count() <= 5).then_some(name)
        })
    };
    let after_label = || {
        head.windows(2)
            .find(|pair| {
                matches!(
                    pair[0].to_lowercase().trim_end_matches(':'),
                    "author" | "by" | "written by" | "autor" | "auteur"
                )
            })
            .and_then(|pair| tidy(pair[1]))
    };
    let linked = || {
        select(document, "a[href*='/author/'], a[href*='/authors/'], a[href*='/contributor'], a[href*='/profile/']")
            .into_iter()
            .take(3)
            .filter(|node| !is_elsewhere(node))
            .filter_map(|node| tidy(&inline(&node)))
            .find(few)
    };
    after_by().or_else(marked).or_else(after_label).or_else(linked)
}

/// What stands before a date or the word that introduces it.
fn before_date(line: &str) -> &str {
    let (mut end, mut at) = (0, 0);
    for piece in line.split_inclusive(char::is_whitespace) {
        let word = piece.trim();
        let small = word.to_lowercase();
        let starts_date = word.starts_with(|c: char| c.is_ascii_digit())
            || dates::is_month(&small)
            || matches!(small.as_str(), "on" | "published" | "updated" | "posted" | "in" | "at" | "for");
        if starts_date && end > 0 {
            break;
        }
        at += piece.len();
        end = at;
    }
    &line[..end]
}

/// In the comments, or among other articles.
fn is_elsewhere(node: &NodeRef<'_>) -> bool {
    node.ancestors_it(Some(10)).any(|ancestor| {
        let marks =
            [ancestor.attr("class"), ancestor.attr("id")].into_iter().flatten().map(|mark| mark.to_ascii_lowercase());
        let body = matches!(ancestor.node_name().unwrap_or_default().as_ref(), "body" | "html");
        !body
            && marks.into_iter().any(|mark| {
                ["comment", "related", "recommend", "sidebar", "latest"].iter().any(|word| mark.contains(word))
            })
    })
}

fn is_site(name: &str, site: Option<&str>) -> bool {
    let key =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    site.is_some_and(|site| key(name).starts_with(&key(site)) || key(site).starts_with(&key(name)))
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
