//! A page's statements about its article: title, byline, site, time of publication, canonical address, lead image, language.
//!
//! Asked in the order of trust: JSON-LD, then `<meta>` (OpenGraph, Dublin Core and the rest), then microdata, then what a
//! reader sees. For the date what readers are shown comes first; [`published`] says why.

use dom_query::{Document, Matcher, NodeRef};
use jiff::Timestamp;

use crate::extract::html::blocks::{Block, Page};
use crate::extract::html::json_ld::{self, Described};
use crate::extract::html::tags::CHANGED;
use crate::extract::html::{byline, figures, published, title};
use crate::extract::plain_text::visible_line;
use crate::extract::url::plausible_canonical;
use crate::model::Access;

/// A page's statements about its article.
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
    /// Last change, where the first publication is not known.
    pub(crate) modified: Option<Timestamp>,
    /// Who can read the whole.
    pub(crate) access: Access,
    /// Claims that the page examines.
    pub(crate) claims: Vec<String>,
    /// The address the page gives itself, if plausible.
    pub(crate) canonical: Option<String>,
    /// Absolute address of the lead image.
    pub(crate) image: Option<String>,
    /// Its text for those who do not see it, and its width and height.
    pub(crate) image_alt: Option<String>,
    pub(crate) image_size: Option<(u32, u32)>,
    /// Declared language.
    pub(crate) language: Option<String>,
}

/// The `<meta>` elements of a page.
pub(crate) struct Metas(Vec<(String, String)>);

impl Metas {
    fn read(document: &Document) -> Self {
        let mut metas = Vec::new();
        for node in select(document, "meta[content]") {
            let names = ["property", "name", "itemprop", "http-equiv"].iter().find_map(|key| node.attr(key));
            let content = node.attr("content").map(|content| visible_line(&content)).unwrap_or_default();
            // RDFa allows several names in one `property`.
            for name in names.unwrap_or_default().split_whitespace().filter(|_| !content.is_empty()) {
                metas.push((name.to_ascii_lowercase().replacen("dc:", "dc.", 1), content.clone()));
            }
        }
        Self(metas)
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

/// Reads what `document`, found at `url` and laid out as `page`, says about itself.
pub(crate) fn read(document: &Document, page: &Page, url: Option<&str>) -> Metadata {
    let metas = Metas::read(document);
    let described = json_ld::read(document);
    let site = site(&metas, &described);
    let title = title::read(document, &metas, &described, site.as_deref(), url);
    let head = head(page, &title);
    let published = published::read(document, page, &head, &metas, &described, url);
    let image = figures::lead(document, &metas, &described, url);
    let (image_alt, image_size) =
        image.as_deref().map(|image| figures::about_lead(document, &metas, image, url)).unwrap_or_default();
    Metadata {
        byline: byline::read(document, page, &head, &metas, &described, site.as_deref()),
        published,
        modified: if published.is_none() { published::modified(document, &metas, &described) } else { None },
        access: access(&metas, &described),
        claims: described.claims.clone(),
        canonical: canonical(document, &metas, url),
        image,
        image_alt,
        image_size,
        language: language(document, &metas, &described),
        title,
        site,
    }
}

fn access(metas: &Metas, described: &Described) -> Access {
    let tier = metas.first(&["article:content_tier"]).is_some_and(|tier| tier.eq_ignore_ascii_case("locked"));
    if described.for_subscribers || tier { Access::Subscribers } else { Access::Open }
}

/// The short lines around the headline, where byline and date stand; none that only dates a change.
fn head<'a>(page: &'a Page, title: &str) -> Vec<&'a str> {
    let dates_change = |block: &Block| page.elements[block.element].own_hints & CHANGED != 0;
    // A row of a table states facts of the article's subject.
    let is_passed = |block: &Block| dates_change(block) || block.cells > 1;
    let lines = || page.blocks.iter().map(|block| if is_passed(block) { "" } else { block.text.as_str() });
    let is_heading = |place: &usize| (2..=3).contains(&page.elements[page.blocks[*place].element].name);
    let same: Vec<usize> = lines().enumerate().filter(|(_, line)| *line == title).map(|(place, _)| place).collect();
    let heading = same.iter().copied().find(is_heading).or_else(|| same.first().copied());
    let Some(heading) = heading else { return Vec::new() };
    let before = lines().take(heading).skip(heading.saturating_sub(5));
    let after = lines().skip(heading + 1).take(16).take_while(|line| line.len() < 300);
    after.chain(before).filter(|line| line.chars().count() < 120).collect()
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
