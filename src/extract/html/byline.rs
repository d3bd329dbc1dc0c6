//! Who wrote a page, as the page says it.

use dom_query::{Document, NodeRef};

use crate::extract::html::blocks::Page;
use crate::extract::html::json_ld::Described;
use crate::extract::html::lines::inline;
use crate::extract::html::metadata::{Metas, select};
use crate::extract::plain_text::visible_line;
use crate::model::PartKind;
use crate::text::dates;

/// Where bylines stand, most telling first.
const MARKED: &str = "[itemprop~=author] [itemprop~=name], [itemprop~=author], a[rel~=author], [rel~=author], .author-name, .author__name, \
    .byline__name, .byline-name, .byline .author, .byline a, .post-author a, .entry-author, .author a, .p-author, .author.vcard, \
    .author, .byline, .post-author, .article-author, .c-byline, [data-testid*=author], [class*=author-name], [class*=authorName], \
    [class*=byline], [class*=Byline], [data-testid*=byline] a, [class*=__author], .auteurs, .auteur, .autoren, .autor, .autorin, \
    [class*=article__autor], .author-bio h3, .author-box h3";

/// `<meta>` names of the author.
const META_NAMES: [&str; 9] = [
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
const LINES: [&str; 14] = [
    "by ",
    "by: ",
    "written by ",
    "posted by ",
    "words by ",
    "author: ",
    "autor: ",
    "autorin: ",
    "auteur : ",
    "text: ",
    "text von ",
    "von ",
    "par ",
    "por ",
];

/// How it begins wherever it stands.
const WRITTEN: [&str; 11] = [
    "written by ",
    "author: ",
    "autor: ",
    "autorin: ",
    "autoren: ",
    "autoren ",
    "auteur : ",
    "ein beitrag von ",
    "blog beitrag von ",
    "gastbeitrag von ",
    "eingestellt von ",
];

/// Words before a name that are not part of it.
const BEFORE: [&str; 31] = [
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
    "autorin:",
    "autoren:",
    "autoren",
    "auteur :",
    "eingestellt von",
    "ein beitrag von",
    "gastbeitrag von",
    "text und interview:",
    "text:",
    "text von",
    "from",
    "автор:",
];

/// The byline of `document`.
pub(crate) fn read(
    document: &Document,
    page: &Page,
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
        stated => shown(document, page, head).or(stated),
    }
}

fn from_metas(metas: &Metas) -> Option<String> {
    META_NAMES.iter().find_map(|name| {
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
fn shown(document: &Document, page: &Page, head: &[&str]) -> Option<String> {
    let few = |name: &String| name.split_whitespace().count() <= 8;
    let marked = || {
        MARKED.split(", ").find_map(|selector| {
            let nodes = select(document, selector).into_iter().take(2).filter(|node| !is_elsewhere(node));
            nodes.filter_map(|node| tidy(&inline(&node))).find(few)
        })
    };
    let after_by = || head.iter().find_map(|line| after(line, &LINES));
    let after_label = || head.windows(2).find(|pair| is_label(pair[0])).and_then(|pair| tidy(pair[1]));
    let linked = || {
        select(document, "a[href*='/author/'], a[href*='/authors/'], a[href*='/contributor'], a[href*='/profile/']")
            .into_iter()
            .take(3)
            .filter(|node| !is_elsewhere(node))
            .filter_map(|node| tidy(&inline(&node)))
            .find(|name| few(name) && !name.starts_with(char::is_lowercase))
    };
    // Below the article, where a mere "by" may speak of anything.
    let below = || {
        let line = |place: usize| page.blocks[place].text.as_str();
        let heads = |place: usize| page.kind(place) == Some(PartKind::Heading) && is_label(line(place));
        let places = || 0..page.blocks.len();
        let written = places().filter(|&place| line(place).len() < 80).find_map(|place| after(line(place), &WRITTEN));
        written
            .or_else(|| places().skip(1).find(|place| heads(place - 1)).and_then(|place| tidy(line(place))).filter(few))
    };
    after_by().or_else(marked).or_else(after_label).or_else(linked).or_else(below)
}

/// The name in a line that begins with one of `words`.
fn after(line: &str, words: &[&str]) -> Option<String> {
    let lower = line.to_lowercase();
    let by = words.iter().find(|by| lower.starts_with(*by))?;
    let name = tidy(before_date(line.get(by.len()..)?))?;
    (name.starts_with(char::is_uppercase) && name.split_whitespace().count() <= 5).then_some(name)
}

/// The next line is the author's name.
fn is_label(line: &str) -> bool {
    matches!(line.to_lowercase().trim_end_matches(':'), "author" | "by" | "written by" | "autor" | "auteur")
}

/// The part of a line before a date or the word that introduces it.
fn before_date(line: &str) -> &str {
    let (mut end, mut at) = (0, 0);
    for piece in line.split_inclusive(char::is_whitespace) {
        let word = piece.trim();
        let small = word.to_lowercase();
        let is_month = dates::is_month(&small);
        let starts_date = word.starts_with(|c: char| c.is_ascii_digit())
            || is_month
            || matches!(small.as_str(), "on" | "published" | "updated" | "posted" | "in" | "at" | "for");
        if starts_date && end > 0 {
            // "Ada Stone12 May 2026": the date was an element of its own, without a space before it.
            let day = |c: char| is_month && c.is_ascii_digit();
            return line[..end].trim_end().trim_end_matches(day);
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

/// The name goes on after what stands in brackets: "Richard (R.J.) Eskow".
fn goes_on(bracketed: &str) -> bool {
    bracketed.split_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(char::is_uppercase))
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
    let note = name.find('(').filter(|&open| !goes_on(&name[open..]));
    let cut = name.find(['|', '•', '·', '—', '@', '<']).into_iter().chain(note).min().unwrap_or(name.len());
    let cut = name[..cut].find(" - ").unwrap_or(cut);
    let name = name[..cut].trim().trim_end_matches([',', ';', ':', '.', '-', '/']).trim();
    // The label of what follows in the same line.
    let name = [", Datum", ", Date", ", Published", ", Updated"]
        .iter()
        .find_map(|label| name.strip_suffix(label))
        .unwrap_or(name);
    let name = name.to_owned();
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

#[cfg(test)]
mod tests {
    use crate::extract::{Options, html};

    fn byline(head: &str, above: &str, below: &str) -> Option<String> {
        let text =
            "<p>The council of Harwick voted on Monday evening to rebuild the old harbour bridge.</p>".repeat(20);
        let page =
            format!("<html><head>{head}</head><body><h1>A bridge is rebuilt</h1>{above}{text}{below}</body></html>");
        html(&page, None, &Options::default()).0.byline
    }

    #[test]
    fn a_byline_is_a_name_without_what_stands_around_it() {
        for (line, name) in [
            ("By Ada Stone", "Ada Stone"),
            ("<b>By Ada Stone</b><i>12 May 2026</i>", "Ada Stone"),
            ("By Ada (A. J.) Stone", "Ada (A. J.) Stone"),
            ("By Ada Stone (Harwick)", "Ada Stone"),
        ] {
            assert_eq!(byline("", &format!("<p>{line}</p>"), "").as_deref(), Some(name), "{line}");
        }
        assert_eq!(byline("", "<a href='/contributors'>several hundred helpers</a>", ""), None);
    }

    #[test]
    fn below_the_article_only_plain_words_are_believed() {
        assert_eq!(byline("", "", "<p>Written by Ada Stone</p>").as_deref(), Some("Ada Stone"));
        assert_eq!(byline("", "", "<h3>Author</h3><p>Ada Stone</p>").as_deref(), Some("Ada Stone"));
        assert_eq!(byline("", "", "<p>by Adverts</p><label>Author</label><p>Email</p>"), None);
    }

    #[test]
    fn one_property_may_have_several_names() {
        let head = "<meta property='x:creator dc:creator' content='Ada Stone'>";
        assert_eq!(byline(head, "", "").as_deref(), Some("Ada Stone"));
    }
}
