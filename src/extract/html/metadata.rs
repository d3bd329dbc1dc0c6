//! What a page says about its article: title, byline, site, time of publication, canonical address, language.
//!
//! Asked in the order of trust: JSON-LD, then `<meta>` (OpenGraph, Dublin Core and the rest), then microdata, then what a
//! reader sees. A date of modification or of crawling never stands in for the date of publication.

use dom_query::{Document, Matcher, NodeRef};
use jiff::Timestamp;

use crate::extract::html::json_ld::{self, Described};
use crate::extract::html::lines::inline;
use crate::extract::html::{byline, dates, title};
use crate::extract::plain_text::visible_line;
use crate::extract::url::plausible_canonical;

/// What a page says about its article.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metadata {
    /// The headline; may be empty.
    pub(crate) title: String,
    /// Who wrote it.
    pub(crate) byline: Option<String>,
    /// Name of the publication.
    pub(crate) site: Option<String>,
    /// First publication.
    pub(crate) published: Option<Timestamp>,
    /// The address the page gives itself, if plausible.
    pub(crate) canonical: Option<String>,
    /// Declared language.
    pub(crate) language: Option<String>,
}

/// The `<meta>` elements of a page.
pub(crate) struct Metas(Vec<(String, String)>);

impl Metas {
    fn read(document: &Document) -> Self {
        let metas = select(document, "meta[content]").into_iter().filter_map(|node| {
            let name = ["property", "name", "itemprop", "http-equiv"].iter().find_map(|key| node.attr(key))?;
            let content = visible_line(&node.attr("content")?);
            (!content.is_empty()).then(|| (name.trim().to_ascii_lowercase(), content))
        });
        Self(metas.collect())
    }

    /// The content of the first of `names` (in their order) that is there.
    pub(crate) fn first<'a>(&'a self, names: &[&'a str]) -> Option<&'a str> {
        names.iter().find_map(|name| self.all(name).next())
    }

    /// Every content under `name`.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, content)| content.as_str())
    }
}

/// The elements that match `selector`; none if it does not parse.
pub(crate) fn select<'a>(document: &'a Document, selector: &str) -> Vec<NodeRef<'a>> {
    Matcher::new(selector).map_or_else(|_| Vec::new(), |matcher| document.select_matcher(&matcher).nodes().to_vec())
}

/// Reads what `document`, found at `url`, says about itself.
pub(crate) fn read(document: &Document, url: Option<&str>) -> Metadata {
    let metas = Metas::read(document);
    let described = json_ld::read(document);
    let site = site(&metas, &described);
    let title = title::read(document, &metas, &described, site.as_deref());
    Metadata {
        byline: byline::read(document, &metas, &described, site.as_deref()),
        published: published(document, &metas, &described, url),
        canonical: canonical(document, &metas, url),
        language: language(document, &metas, &described),
        title,
        site,
    }
}

fn site(metas: &Metas, described: &Described) -> Option<String> {
    let named = metas.first(&[
        "og:site_name",
        "application-name",
        "dc.publisher",
        "apple-mobile-web-app-title",
        "al:android:app_name",
    ]);
    named
        .map(str::to_owned)
        .or_else(|| described.site.clone())
        .filter(|site| site.chars().count() < 80 && !site.starts_with("http"))
}

fn published(document: &Document, metas: &Metas, described: &Described, url: Option<&str>) -> Option<Timestamp> {
    const NAMES: [&str; 27] = [
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
    let meta = || NAMES.iter().find_map(|name| metas.all(name).find_map(dates::parse));
    described.published.or_else(meta).or_else(|| visible_date(document)).or_else(|| url.and_then(dates::in_path))
}

/// The date a reader sees at the article's head.
fn visible_date(document: &Document) -> Option<Timestamp> {
    const MARKED: &str = "[itemprop~=datePublished], time[pubdate], time.published, time.entry-date, abbr.published, \
        .entry-date, .post-date, .published, .date-published, .publish-date, .article-date, .pubdate, .article__date, \
        .post__date, .posted-on, .dateline, .timestamp, .byline time, header time, article time, main time, time";
    for selector in MARKED.split(", ") {
        for node in select(document, selector).into_iter().take(3) {
            if is_about_change(&node) || is_of_another(&node) {
                continue;
            }
            let stated = ["datetime", "content", "title"]
                .iter()
                .find_map(|name| node.attr(name).and_then(|value| dates::parse(&value)));
            let found = stated
                .or_else(|| Some(inline(&node)).filter(|text| text.len() < 120).and_then(|text| dates::find(&text)));
            if found.is_some() {
                return found;
            }
        }
    }
    visible_text_date(document)
}

/// A date written without any mark: in a short line near the headline.
fn visible_text_date(document: &Document) -> Option<Timestamp> {
    let heading = select(document, "h1").into_iter().next()?;
    let near = heading.ancestors_it(Some(3)).last().unwrap_or(heading);
    let lines = crate::extract::html::lines::lines(&near, crate::extract::html::lines::Captions::Dropped);
    let title = inline(&heading);
    let start = lines.iter().position(|line| *line == title).unwrap_or(0);
    let near = lines[start.saturating_sub(4)..].iter().take(14).filter(|line| line.chars().count() < 100);
    near.filter(|line| !speaks_of_change(line)).find_map(|line| dates::find(line))
}

/// The element dates a change, not the publication.
fn is_about_change(node: &NodeRef<'_>) -> bool {
    let speaks = |node: &NodeRef<'_>| {
        ["class", "itemprop", "id"].iter().any(|name| {
            node.attr(name).is_some_and(|value| {
                let value = value.to_ascii_lowercase();
                (value.contains("modif") || value.contains("updated")) && !value.contains("publish")
            })
        })
    };
    let before = node.prev_sibling().map(|before| before.text().to_string()).unwrap_or_default();
    speaks(node) || speaks_of_change(&before) || speaks_of_change(&inline(node))
}

fn speaks_of_change(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    text.len() < 200
        && [
            "updated",
            "modified",
            "last reviewed",
            "aktualisiert",
            "mis à jour",
            "actualizado",
            "aggiornato",
            "atualizad",
            "bijgewerkt",
            "обновлено",
        ]
        .iter()
        .any(|word| text.contains(word))
        && !["published", "posted", "veröffentlicht", "publié"].iter().any(|word| text.contains(word))
}

/// The element stands in a list of other articles or in the comments.
fn is_of_another(node: &NodeRef<'_>) -> bool {
    node.ancestors_it(Some(12)).any(|ancestor| {
        let name = ancestor.node_name().unwrap_or_default();
        let marks =
            [ancestor.attr("class"), ancestor.attr("id")].into_iter().flatten().map(|mark| mark.to_ascii_lowercase());
        matches!(name.as_ref(), "aside" | "nav" | "footer" | "li")
            || marks.into_iter().any(|mark| {
                ["comment", "related", "sidebar", "widget", "recommend", "latest"]
                    .iter()
                    .any(|word| mark.contains(word))
            })
    })
}

fn canonical(document: &Document, metas: &Metas, url: Option<&str>) -> Option<String> {
    let link = select(document, "link[rel~=canonical][href]").into_iter().find_map(|node| node.attr("href"));
    let link = link.and_then(|href| plausible_canonical(&href, url));
    link.or_else(|| metas.first(&["og:url"]).and_then(|href| plausible_canonical(href, url)))
}

fn language(document: &Document, metas: &Metas, described: &Described) -> Option<String> {
    let declared =
        select(document, "html").into_iter().find_map(|node| node.attr("lang").or_else(|| node.attr("xml:lang")));
    let declared = declared.map(|language| language.to_string());
    let meta =
        || metas.first(&["content-language", "og:locale", "language", "dc.language", "inlanguage"]).map(str::to_owned);
    declared.into_iter().chain(meta()).chain(described.language.clone()).find_map(|language| tag(&language))
}

/// A BCP 47 tag: `en_US` → `en-US`; `None` for what is none.
fn tag(language: &str) -> Option<String> {
    let language = language.split([',', ';']).next().unwrap_or(language).trim().replace('_', "-");
    let primary = language.split('-').next().unwrap_or(&language);
    let valid = (2..=3).contains(&primary.len())
        && language.len() <= 35
        && language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (valid && primary.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .then(|| language.replacen(primary, &primary.to_ascii_lowercase(), 1))
}
