//! When a page's article was first published.
//!
//! Both the page's statements for machines and the text shown to readers are asked. Where they differ by more than a time zone
//! explains, readers see the true one: systems stamp pages anew when they are moved or saved. A date of a change or of
//! crawling never stands in for the publication.

use dom_query::{Document, NodeRef};
use jiff::Timestamp;

use crate::extract::html::blocks::Page;
use crate::extract::html::json_ld::Described;
use crate::extract::html::lines::inline;
use crate::extract::html::metadata::{Metas, select};
use crate::extract::html::tags::names_change;
use crate::text::dates;

/// `<meta>` names of the date of publication, most telling first.
const META_NAMES: [&str; 27] = [
    "article:published_time",
    "og:published_time",
    "article:published",
    "og:article:published_time",
    "datepublished",
    "date_published",
    "publication_date",
    "publish-date",
    "publishdate",
    "publish_date",
    "published_time",
    "pubdate",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dcterms.date",
    "dc.date.published",
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "bt:pubdate",
    "cxenseparse:recs:publishtime",
    "date",
];

/// Elements that hold a date, most telling first.
const MARKED: [&str; 22] = [
    "[itemprop~=datePublished]",
    "time[pubdate]",
    "time.published",
    "time.entry-date",
    "time.entry-time",
    "abbr.published",
    ".entry-date",
    ".post-date",
    ".published",
    ".date-published",
    ".publish-date",
    ".article-date",
    ".pubdate",
    ".article__date",
    ".post__date",
    ".posted-on",
    ".dateline",
    "[class*=post-date]",
    "header time",
    "article time",
    "main time",
    "time",
];

/// Words that make a date one of a change.
const CHANGED: [&str; 13] = [
    "updated",
    "modified",
    "last reviewed",
    "reviewed on",
    "edited",
    "aktualisiert",
    "mis à jour",
    "actualizado",
    "aggiornato",
    "atualizad",
    "bijgewerkt",
    "обновлено",
    "uppdaterad",
];
/// Words that make it one of publication.
const APPEARED: [&str; 8] =
    ["published", "posted", "veröffentlicht", "publié", "publicado", "pubblicato", "gepubliceerd", "опубликовано"];

/// The time of first publication; `None` where the page does not say.
pub(crate) fn read(
    document: &Document,
    page: &Page,
    head: &[&str],
    metas: &Metas,
    described: &Described,
    url: Option<&str>,
) -> Option<Timestamp> {
    if let Some(original) = originally(page).or_else(|| labelled(page)) {
        return Some(original);
    }
    let meta = || META_NAMES.iter().find_map(|name| metas.all(name).find_map(dates::parse_or_find));
    let stated = described.published.or_else(meta);
    let marked = || marked(document);
    match (stated, shown(head)) {
        // About the same day: the stated one has the time.
        (Some(stated), Some(shown)) if stated.as_second().abs_diff(shown.as_second()) <= SAME => Some(stated),
        (_, Some(shown)) => Some(shown),
        (Some(stated), None) => {
            Some(marked().filter(|shown| shown.as_second() < stated.as_second() - SAME.cast_signed()).unwrap_or(stated))
        }
        (None, None) => marked().or_else(|| url.and_then(dates::in_path)),
    }
}

/// The time of the last change; `None` where the page does not say.
pub(crate) fn modified(document: &Document, metas: &Metas, described: &Described) -> Option<Timestamp> {
    const META_NAMES: [&str; 6] = [
        "article:modified_time",
        "og:updated_time",
        "datemodified",
        "dcterms.modified",
        "dc.date.modified",
        "last-modified",
    ];
    let meta = || META_NAMES.iter().find_map(|name| metas.all(name).find_map(dates::parse_or_find));
    let marked = || {
        let nodes = select(document, "[itemprop~=dateModified], time.updated, time.modified, time").into_iter().take(8);
        nodes.filter(|node| is_about_change(node) && !is_of_another(node)).find_map(|node| {
            let stated = ["datetime", "content"].iter().find_map(|name| node.attr(name));
            stated.and_then(|value| dates::parse(&value)).or_else(|| dates::find(&inline(&node)))
        })
    };
    described.modified.or_else(meta).or_else(marked)
}

/// Seconds by which the time of a publication and its date without a zone may differ.
const SAME: u64 = 36 * 3600;

/// "Originally published on …", wherever it stands.
fn originally(page: &Page) -> Option<Timestamp> {
    const WORDS: [&str; 5] = [
        "originally published",
        "first published",
        "originally posted",
        "originally appeared",
        "ursprünglich veröffentlicht",
    ];
    let says = |line: &str| {
        let lower = line.to_lowercase();
        WORDS
            .iter()
            .find_map(|words| lower.find(words))
            .and_then(|at| line.get(at..))
            .map(|rest| rest.chars().take(90).collect::<String>())
    };
    page.blocks
        .iter()
        .filter(|block| block.text.len() < 400)
        .filter_map(|block| says(&block.text))
        .find_map(|rest| dates::find(&rest))
}

/// A line that says "Published" and nothing else, and the date on the next.
fn labelled(page: &Page) -> Option<Timestamp> {
    const LABELS: [&str; 9] = [
        "published",
        "publish date",
        "published on",
        "date published",
        "publication date",
        "posted",
        "posted on",
        "veröffentlicht",
        "publié le",
    ];
    let lines = || page.blocks.iter().map(|block| block.text.as_str());
    lines().zip(lines().skip(1)).find_map(|(label, line)| {
        let fits = label.len() < 30
            && line.len() < 60
            && LABELS.contains(&label.trim_end_matches(':').to_lowercase().as_str());
        if fits { dates::find(line) } else { None }
    })
}

/// A date in the short lines around the headline.
fn shown(head: &[&str]) -> Option<Timestamp> {
    let mut changed = false;
    head.iter().filter(|line| line.chars().count() < 100).find_map(|line| {
        // A line that only says "Updated" speaks of the next one.
        let skip = std::mem::replace(&mut changed, speaks_of_change(line));
        if skip { None } else { dates::find(before_change(line)) }
    })
}

/// The part of a line that speaks of the publication: what stands before the word for a change.
fn before_change(line: &str) -> &str {
    let lower = line.to_lowercase();
    let first = |words: &[&str]| words.iter().filter_map(|word| lower.find(word)).min();
    match (first(&CHANGED), first(&APPEARED)) {
        _ if lower.len() != line.len() => {
            if speaks_of_change(line) {
                ""
            } else {
                line
            }
        }
        (Some(changed), Some(appeared)) if changed < appeared => line.get(appeared..).unwrap_or(line),
        (Some(changed), _) => line.get(..changed).unwrap_or(line),
        (None, _) => line,
    }
}

/// A date in an element made for it.
fn marked(document: &Document) -> Option<Timestamp> {
    MARKED.iter().find_map(|selector| {
        let nodes = select(document, selector).into_iter().take(4);
        nodes.filter(|node| !is_about_change(node) && !is_of_another(node)).find_map(|node| {
            let stated = ["datetime", "content", "title"]
                .iter()
                .find_map(|name| node.attr(name).and_then(|value| dates::parse_or_find(&value)));
            stated.or_else(|| Some(inline(&node)).filter(|text| text.len() < 120).and_then(|text| dates::find(&text)))
        })
    })
}

/// The element dates a change, not the publication.
fn is_about_change(node: &NodeRef<'_>) -> bool {
    let says = |node: &NodeRef<'_>| {
        ["class", "itemprop", "id"].iter().any(|name| node.attr(name).is_some_and(|value| names_change(&value)))
    };
    // What stands around no more than the date speaks of it, too.
    let named = says(node) || node.ancestors_it(Some(2)).any(|around| says(&around) && inline(&around).len() < 80);
    let before = || node.prev_sibling().map(|before| before.text().to_string()).unwrap_or_default();
    named || speaks_of_change(&before()) || speaks_of_change(&inline(node))
}

fn speaks_of_change(text: &str) -> bool {
    if text.len() > 200 {
        return false;
    }
    let text = text.trim().to_lowercase();
    CHANGED.iter().any(|word| text.contains(word)) && !APPEARED.iter().any(|word| text.contains(word))
}

/// The element stands in a list of other articles or in the comments.
fn is_of_another(node: &NodeRef<'_>) -> bool {
    node.ancestors_it(Some(12)).any(|ancestor| {
        let name = ancestor.node_name().unwrap_or_default();
        let marks =
            [ancestor.attr("class"), ancestor.attr("id")].into_iter().flatten().map(|mark| mark.to_ascii_lowercase());
        let other = |mark: String| {
            ["comment", "related", "sidebar", "recommend", "latest", "recent", "review", "product", "infobox"]
                .iter()
                .any(|word| mark.contains(word))
        };
        matches!(name.as_ref(), "aside" | "nav" | "footer" | "li")
            || (name.as_ref() != "body" && name.as_ref() != "html" && marks.into_iter().any(other))
    })
}

#[cfg(test)]
mod tests {
    use crate::extract::{Options, html};

    fn published(head: &str, body: &str) -> Option<String> {
        let text = "<p>The council of Harwick voted on Monday evening to rebuild the old harbour bridge.</p>".repeat(3);
        let page = format!(
            "<html><head>{head}</head><body><article><h1>A bridge is rebuilt</h1>{body}{text}</article></body></html>"
        );
        html(&page, None, &Options::default()).0.published.map(|time| time.to_string())
    }

    #[test]
    fn a_last_modified_date_is_never_the_date_of_publication() {
        for body in [
            "<p>Updated on July 9, 2025</p>",
            "<p>Last updated: <time datetime=2025-07-09>July 9</time></p>",
            "<div class='field--name-changed'>July 9, 2025</div>",
            "<div class='field--name-changed'><time datetime=2025-07-09>July 9, 2025</time></div>",
        ] {
            assert_eq!(published("", body), None, "{body}");
        }
        let page = "<html><body><article><h1>A bridge is rebuilt</h1><p>Last updated: <time datetime=2025-07-09>July 9</time></p>\
                    <p>The council of Harwick voted on Monday evening to rebuild the bridge.</p></article></body></html>";
        let article = html(page, None, &Options::default()).0;
        assert_eq!(
            (article.published, article.modified.map(|time| time.to_string())),
            (None, Some("2025-07-09T00:00:00Z".into()))
        );
        let head = "<meta property='article:modified_time' content='2025-07-09T10:00:00Z'>\
                    <script type='application/ld+json'>{\"@type\":\"Article\",\"dateModified\":\"2025-07-09\"}</script>";
        assert_eq!(published(head, ""), None);
    }

    #[test]
    fn what_a_table_says_of_the_subject_is_no_publication() {
        let row = "<table class=infobox><tr><th>Founded<td>February 28, 1998 <span class='bday published'>1998-02-28</span></table>";
        assert_eq!(published("", row), None);
    }

    #[test]
    fn what_a_reader_sees_is_believed_before_what_machines_are_told() {
        let head = "<meta property='article:published_time' content='2025-07-09T10:00:00Z'>";
        assert_eq!(published(head, "").as_deref(), Some("2025-07-09T10:00:00Z"));
        assert_eq!(published(head, "<p>July 9, 2025</p>").as_deref(), Some("2025-07-09T10:00:00Z"));
        let moved = published(head, "<p>Published March 2, 2019, updated July 9, 2025</p>");
        assert_eq!(moved.as_deref(), Some("2019-03-02T00:00:00Z"));
    }
}
