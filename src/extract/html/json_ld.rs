//! JSON-LD blocks of a page → what they say about its article.

use dom_query::Document;
use jiff::Timestamp;
use serde_json::Value;

use crate::extract::html::metadata::select;
use crate::extract::plain_text::title_text;
use crate::text::dates;

/// The statements of the blocks.
#[derive(Debug, Default)]
pub(crate) struct Described {
    /// `headline` and `name`.
    pub(crate) titles: Vec<String>,
    /// Names of the `author`s, in order.
    pub(crate) authors: Vec<String>,
    /// Name of the `publisher`, else of the web site.
    pub(crate) site: Option<String>,
    /// `datePublished`, else `dateCreated` or `uploadDate`, of an article.
    pub(crate) published: Option<Timestamp>,
    /// `dateModified` of an article.
    pub(crate) modified: Option<Timestamp>,
    /// `isAccessibleForFree` is false.
    pub(crate) for_subscribers: bool,
    /// `claimReviewed`: claims that the page examines.
    pub(crate) claims: Vec<String>,
    /// `inLanguage`.
    pub(crate) language: Option<String>,
    /// Address of `image`, else of `thumbnailUrl`.
    pub(crate) image: Option<String>,
}

/// Nodes of all blocks together that are looked at.
const MAX_NODES: usize = 2000;

/// Reads every block of `document`.
pub(crate) fn read(document: &Document) -> Described {
    let blocks: Vec<Value> =
        select(document, "script[type*='ld+json']").iter().filter_map(|node| parse(&node.text())).collect();
    let mut nodes = Vec::new();
    for block in &blocks {
        collect(block, 0, &mut nodes);
    }
    let best =
        nodes.iter().filter_map(|node| Some((rank(node)?, *node))).min_by_key(|(rank, _)| *rank).map(|(_, node)| node);
    let mut described = Described::default();
    if let Some(node) = best {
        describe(node, &nodes, &mut described);
    }
    let states_false = |value: &Value| {
        value.as_bool() == Some(false) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("false"))
    };
    described.for_subscribers =
        nodes.iter().any(|node| rank(node).is_some() && states_false(&node["isAccessibleForFree"]));
    described.claims = nodes.iter().filter_map(|node| node["claimReviewed"].as_str()).map(title_text).collect();
    if described.site.is_none() {
        let site = nodes
            .iter()
            .find(|node| is(node, &["WebSite"]))
            .or_else(|| nodes.iter().find(|node| is(node, &["Organization", "NewsMediaOrganization"])));
        described.site = site.and_then(|node| name(node));
    }
    described
}

/// Parses a block; line breaks inside strings, which many pages write, are forgiven.
fn parse(text: &str) -> Option<Value> {
    let text = text.trim().trim_start_matches("<![CDATA[").trim_start_matches("//<![CDATA[").trim_start_matches("<!--");
    let text = text.trim_end_matches(';').trim_end_matches("-->").trim_end_matches("]]>").trim_end_matches("//").trim();
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&text.replace(['\n', '\r', '\t'], " ")).ok())
}

/// Every object of a block that says what it is.
fn collect<'a>(value: &'a Value, depth: usize, nodes: &mut Vec<&'a Value>) {
    if depth > 6 || nodes.len() >= MAX_NODES {
        return;
    }
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, depth + 1, nodes)),
        Value::Object(fields) => {
            if fields.contains_key("@type") {
                nodes.push(value);
            }
            for key in ["@graph", "mainEntity", "mainEntityOfPage", "author", "publisher", "isPartOf", "itemReviewed"] {
                fields.get(key).into_iter().for_each(|value| collect(value, depth + 1, nodes));
            }
        }
        _ => {}
    }
}

fn types(node: &Value) -> impl Iterator<Item = &str> {
    let one = node["@type"].as_str();
    let many = node["@type"].as_array().into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(many).map(|name| name.rsplit(['/', ':']).next().unwrap_or(name))
}

fn is(node: &Value, names: &[&str]) -> bool {
    types(node).any(|found| names.contains(&found))
}

/// How likely the node is the page's article: lower is better.
fn rank(node: &Value) -> Option<u8> {
    types(node)
        .filter_map(|name| match name {
            _ if name.ends_with("Article") || name.ends_with("BlogPosting") => Some(0),
            "Report" | "Review" | "Recipe" | "HowTo" | "PodcastEpisode" | "VideoObject" | "LiveBlogPosting" => Some(1),
            "SocialMediaPosting" | "DiscussionForumPosting" | "Question" | "CreativeWork" => Some(2),
            "WebPage" | "ItemPage" | "AboutPage" | "MedicalWebPage" | "FAQPage" => Some(3),
            _ => None,
        })
        .min()
}

fn describe(node: &Value, nodes: &[&Value], described: &mut Described) {
    let text = |key: &str| node[key].as_str().map(title_text).filter(|text| !text.is_empty());
    described.titles = ["headline", "name"].into_iter().filter_map(text).collect();
    described.language =
        node["inLanguage"].as_str().or_else(|| node["inLanguage"]["alternateName"].as_str()).map(str::to_owned);
    let date = |node: &Value| {
        ["datePublished", "dateCreated", "uploadDate"].iter().find_map(|key| dates::parse_or_find(node[*key].as_str()?))
    };
    // A page that is not called an article has a date when it was put up, which is no publication.
    let article = |node: &Value| rank(node).is_some_and(|rank| rank < 3);
    described.published =
        std::iter::once(node).chain(nodes.iter().copied()).filter(|node| article(node)).find_map(date);
    described.modified = std::iter::once(node)
        .chain(nodes.iter().copied())
        .filter(|node| article(node))
        .find_map(|node| dates::parse(node["dateModified"].as_str()?));
    described.site = name(resolve(&node["publisher"], nodes));
    described.image = ["image", "thumbnailUrl"].iter().find_map(|key| address(resolve(&node[*key], nodes)));
    for key in ["author", "creator"] {
        if described.authors.is_empty() {
            described.authors = authors(&node[key], nodes);
        }
    }
}

/// The node a reference `{"@id": …}` points at.
fn resolve<'a>(value: &'a Value, nodes: &[&'a Value]) -> &'a Value {
    let bare = value.as_object().is_some_and(|fields| fields.len() == 1 && fields.contains_key("@id"));
    let target = || nodes.iter().find(|node| node["@id"] == value["@id"] && node["@id"].is_string());
    if bare { target().copied().unwrap_or(value) } else { value }
}

fn authors(value: &Value, nodes: &[&Value]) -> Vec<String> {
    let many = value.as_array().map_or_else(|| vec![value], |values| values.iter().take(12).collect());
    let mut authors: Vec<String> = Vec::new();
    for author in many {
        let author = resolve(author, nodes);
        let found = author.as_str().map(title_text).or_else(|| name(author));
        if let Some(found) = found.filter(|found| !found.is_empty() && !authors.contains(found)) {
            authors.push(found);
        }
    }
    authors
}

/// The address of an image: as it stands, of an `ImageObject`, or of the first of several.
fn address(image: &Value) -> Option<String> {
    let first = image.get(0).unwrap_or(image);
    let stated = first.as_str().or_else(|| first["url"].as_str()).or_else(|| first["contentUrl"].as_str());
    stated.filter(|stated| !stated.trim().is_empty()).map(str::to_owned)
}

fn name(node: &Value) -> Option<String> {
    let name = node["name"].as_str().or_else(|| node["name"][0].as_str()).or_else(|| node[0]["name"].as_str())?;
    Some(title_text(name)).filter(|name| !name.is_empty())
}
