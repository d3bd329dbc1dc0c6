//! A page's figures and its lead image, by their addresses; nothing is fetched.

use std::collections::HashMap;

use dom_query::{Document, NodeRef};
use url::Url;

use crate::extract::html::blocks::Page;
use crate::extract::html::json_ld::Described;
use crate::extract::html::lines::inline;
use crate::extract::html::metadata::{Metas, select};
use crate::extract::plain_text::visible_line;
use crate::model::{Figure, PartKind};

/// Figures of a page that are looked at.
const MOST: usize = 200;

/// `<meta>` names of the lead image, most telling first.
const META_NAMES: [&str; 6] =
    ["og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src", "parsely-image-url"];

/// The figures of `document` that have a caption, each with the block of `page` that holds it.
pub(crate) fn read(document: &Document, page: &Page, url: Option<&str>) -> Vec<(usize, Figure)> {
    let captions = (0..page.blocks.len()).rev().filter(|&place| page.kind(place) == Some(PartKind::Caption));
    let places: HashMap<&str, usize> = captions.map(|place| (page.blocks[place].text.as_str(), place)).collect();
    if places.is_empty() {
        return Vec::new();
    }
    let base = base(document, url);
    let figures = select(document, "figure").into_iter().take(MOST);
    let mut figures: Vec<(usize, Figure)> = figures
        .filter_map(|node| {
            let caption = inline(&node.descendants_it().find(|child| child.has_name("figcaption"))?);
            let picture = node.descendants_it().find(|child| child.has_name("img"));
            let image = picture.and_then(|picture| source(&picture)).and_then(|href| absolute(&href, base.as_ref()));
            Some((*places.get(caption.as_str())?, Figure { image, caption }))
        })
        .collect();
    figures.sort_by_key(|(place, _)| *place);
    figures.dedup();
    figures
}

/// The lead image as declared by the page: OpenGraph and its like, then JSON-LD, then microdata and `<link>`.
pub(crate) fn lead(document: &Document, metas: &Metas, described: &Described, url: Option<&str>) -> Option<String> {
    let base = base(document, url);
    let marked = || {
        let nodes = select(document, "link[rel~=image_src], link[itemprop=image], img[itemprop~=image]").into_iter();
        nodes.filter_map(|node| node.attr("href").or_else(|| node.attr("src"))).map(|href| href.to_string())
    };
    let stated = META_NAMES.iter().flat_map(|name| metas.all(name)).map(str::to_owned);
    let microdata = metas.all("image").map(str::to_owned);
    let candidates = stated.chain(described.image.clone()).chain(microdata).chain(marked());
    candidates.take(20).find_map(|href| absolute(&href, base.as_ref()))
}

/// The page's words about its lead image at `address`: the text for those who do not see it, and width and height.
pub(crate) fn about_lead(
    document: &Document,
    metas: &Metas,
    address: &str,
    url: Option<&str>,
) -> (Option<String>, Option<(u32, u32)>) {
    let base = base(document, url);
    let is_lead =
        |node: &NodeRef<'_>| source(node).and_then(|href| absolute(&href, base.as_ref())).as_deref() == Some(address);
    let shown = select(document, "img").into_iter().take(MOST).find(is_lead);
    let attribute = |name: &str| shown.as_ref().and_then(|node| node.attr(name)).map(|value| value.to_string());
    let stated = ["og:image:alt", "twitter:image:alt"].into_iter().flat_map(|name| metas.all(name)).map(str::to_owned);
    let alt = stated.chain(attribute("alt")).map(|text| visible_line(&text)).find(|text| !text.is_empty());
    let pixels = |text: &str| text.trim().trim_end_matches("px").parse::<u32>().ok().filter(|pixels| *pixels > 0);
    let meta = |name: &'static str| metas.all(name).find_map(pixels);
    let own = |name: &str| attribute(name).as_deref().and_then(pixels);
    let size = meta("og:image:width").zip(meta("og:image:height")).or_else(|| own("width").zip(own("height")));
    (alt, size)
}

/// The base of the page's relative addresses.
fn base(document: &Document, url: Option<&str>) -> Option<Url> {
    let page = url.and_then(|url| Url::parse(url).ok());
    let stated = select(document, "base[href]").first().and_then(|node| node.attr("href"));
    match (stated, &page) {
        (Some(stated), Some(page)) => page.join(&stated).ok().or_else(|| Some(page.clone())),
        (Some(stated), None) => Url::parse(&stated).ok(),
        (None, _) => page,
    }
}

/// The address of a picture, also of one that a script is to load when it is seen.
fn source(picture: &NodeRef<'_>) -> Option<String> {
    let named = ["data-src", "data-original", "data-lazy-src", "src"].iter().filter_map(|name| picture.attr(name));
    named.map(|href| href.trim().to_owned()).find(|href| !href.is_empty() && !href.starts_with("data:"))
}

/// An address of the web, made whole; `None` for any other.
fn absolute(href: &str, base: Option<&Url>) -> Option<String> {
    let url = match base {
        Some(base) => base.join(href.trim()).ok()?,
        None => Url::parse(href.trim()).ok()?,
    };
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}
