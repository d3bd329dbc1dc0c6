use mail_parser::decoders::base64::base64_decode;

use crate::model::{Content, Enclosure, Entry, Feed, Link, Person};
use crate::source::feed::person::person;
use crate::source::feed::{Error, MOST_ENTRIES};
use crate::source::markup::{is_escaped_twice, is_markup, looks_like_html, one_line, plain};
use crate::source::scope::Scope;
use crate::source::xml::{Element, Tree, decode_entities};
use crate::text::dates;

/// The feed in `tree`, and whether an entry was lost because the text breaks off in it.
pub(super) fn read(tree: &Tree, url: Option<&str>) -> Result<(Feed, bool), Error> {
    let root = &tree.root;
    let channel = channel(root).ok_or_else(|| {
        let what =
            if root.name.is_empty() { "there is no XML in it".into() } else { format!("its root is <{}>", root.name) };
        Error::NotAFeed(what)
    })?;
    let is_atom = matches!(root.name.as_str(), "feed" | "entry");
    let scope = inside(&Scope { plain: is_atom, ..Scope::of(url) }, root);
    if is_item(&root) {
        return Ok((Feed { entries: vec![entry(root, &scope)], ..Feed::default() }, root.cut));
    }
    let scope = if std::ptr::eq(root, channel) { scope } else { inside(&scope, channel) };
    let mut feed = about(channel, root, &scope);
    let scope = Scope { language: feed.language.clone(), ..scope };
    let found = || items(root).chain(items(channel).filter(|_| !std::ptr::eq(root, channel)));
    // An entry that was still open when the text broke off is not whole.
    feed.entries = found().filter(|item| !item.cut).take(MOST_ENTRIES).map(|item| entry(item, &scope)).collect();
    Ok((feed, found().any(|item| item.cut)))
}

/// The element that tells about the feed itself.
fn channel(root: &Element) -> Option<&Element> {
    match root.name.as_str() {
        // A single entry is a feed of one: publishing protocols hand them out.
        "feed" | "channel" | "entry" | "item" => Some(root),
        "rss" | "rdf:rdf" | "rdf" => Some(root.first(&["channel"]).unwrap_or(root)),
        _ => {
            let inner = root.elements().find(|element| matches!(element.name.as_str(), "channel" | "feed"));
            inner.or_else(|| items(root).next().map(|_| root))
        }
    }
}

fn items(element: &Element) -> impl Iterator<Item = &Element> {
    let list = |element: &&Element| matches!(element.name.as_str(), "items" | "entries");
    let direct = element.elements().filter(is_item);
    direct.chain(element.elements().filter(list).flat_map(|list| list.elements().filter(is_item)))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape `filter` wants")]
fn is_item(element: &&Element) -> bool {
    matches!(element.name.as_str(), "item" | "entry")
}

fn inside(scope: &Scope, element: &Element) -> Scope {
    scope.inside(element.attribute("xml:base"), element.attribute("xml:lang"))
}

fn about(channel: &Element, root: &Element, scope: &Scope) -> Feed {
    let said = |names: &[&str]| channel.first(names).map(|element| line(element, scope));
    let date = |names: &[&str]| channel.first(names).and_then(|element| dates::parse(&element.text()));
    let image = channel.first(&["image"]).or_else(|| root.first(&["image"]));
    let logo = image.and_then(|image| image.first(&["url", "href"])).map(Element::text);
    let logo = logo.or_else(|| channel.first(&["logo", "icon"]).map(Element::text));
    let logo =
        logo.or_else(|| channel.first(&["itunes:image"]).and_then(|image| image.attribute("href").map(str::to_owned)));
    Feed {
        title: said(&["title", "dc:title"]),
        description: said(&[
            "subtitle",
            "tagline",
            "description",
            "abstract",
            "dc:description",
            "itunes:subtitle",
            "itunes:summary",
        ]),
        language: said(&["language", "dc:language"]).filter(|text| !text.is_empty()).or_else(|| scope.language.clone()),
        id: channel
            .first(&["id", "guid"])
            .map(Element::text)
            .map(|id| one_line(&id))
            .or_else(|| about_attribute(channel)),
        rights: said(&["rights", "copyright", "dc:rights"]),
        generator: said(&["generator"]).or_else(|| {
            let agent = channel.first(&["admin:generatoragent"])?;
            agent.attribute("rdf:resource").map(str::to_owned)
        }),
        updated: date(&["updated", "modified", "lastbuilddate", "dcterms:modified", "dc:date"]),
        published: date(&["pubdate", "published", "dcterms:issued", "dc:date"]),
        links: links(channel, scope),
        authors: authors(
            channel,
            &["author", "managingeditor", "dc:creator", "dc:author", "itunes:author", "webmaster"],
            scope,
        ),
        categories: categories(channel),
        logo: logo.and_then(|logo| scope.link(&logo)),
        entries: Vec::new(),
    }
}

fn entry(item: &Element, feed: &Scope) -> Entry {
    let scope = inside(feed, item);
    let said = |names: &[&str]| item.first(names).map(|element| line(element, &scope));
    let date = |names: &[&str]| item.first(names).and_then(|element| dates::parse(&element.text()));
    let written = |names: &[&str]| item.first(names).and_then(|element| content(element, &scope));
    // Media RSS describes the entry or, inside of it, what it shows.
    let shown = item.first(&["media:group", "media:content"]);
    let both = item.first(&["summary"]).is_some();
    let id = item.first(&["guid", "id", "dc:identifier"]).map(|id| one_line(&id.text()));
    let mut links = links(item, &scope);
    let guid = item.first(&["guid"]).filter(|guid| is_permanent_link(guid));
    let guid = guid.map(Element::text).filter(|text| text.trim().starts_with("http"));
    if let Some(href) = guid.and_then(|guid| scope.link(&guid)).filter(|_| !links.iter().any(is_alternate)) {
        links.insert(0, Link { href, rel: Some("alternate".into()), media_type: None });
    }
    let enclosures = enclosures(item, &scope);
    Entry {
        id: id.filter(|id| !id.is_empty()).or_else(|| about_attribute(item)),
        title: said(&["title", "dc:title", "media:title", "itunes:title"])
            .or_else(|| shown?.first(&["media:title"]).map(|title| line(title, &scope))),
        links,
        authors: authors(item, &["author", "dc:creator", "dc:author", "itunes:author", "managingeditor"], &scope),
        categories: categories(item),
        summary: written(&[
            "summary",
            "description",
            "abstract",
            "dc:description",
            "itunes:summary",
            "media:description",
        ])
        .or_else(|| shown?.first(&["media:description"]).and_then(|text| content(text, &scope))),
        content: written(&["content:encoded", "content", "xhtml:body", "xhtml:div", "body", "fullitem"])
            // Who gives both means the longer one by `description`.
            .or_else(|| written(&["description"]).filter(|_| both)),
        published: date(&[
            "published",
            "pubdate",
            "issued",
            "dcterms:issued",
            "dc:date",
            "created",
            "dcterms:created",
            "expirationdate",
        ]),
        updated: date(&["updated", "modified", "dcterms:modified", "lastbuilddate"])
            .or_else(|| dates::parse(item.attribute("lastmod")?)),
        rights: said(&["rights", "copyright", "dc:rights"]),
        language: said(&["dc:language", "language"]).filter(|text| !text.is_empty()).or(scope.language),
        enclosures,
        document: None,
    }
}

/// A guid is the item's address unless it says that it is not; some write `False`.
fn is_permanent_link(guid: &Element) -> bool {
    !guid.attribute("ispermalink").is_some_and(|value| value.trim().eq_ignore_ascii_case("false"))
}

fn about_attribute(element: &Element) -> Option<String> {
    element.attribute("rdf:about").or_else(|| element.attribute("about")).map(str::to_owned)
}

fn is_alternate(link: &Link) -> bool {
    matches!(link.rel.as_deref(), None | Some("alternate"))
}

/// A text construct (RFC 4287, section 3.1) as plain text on one line.
fn line(element: &Element, scope: &Scope) -> String {
    let text = unwrapped(element);
    match element.attribute("type") {
        _ if element.has_markup() => one_line(&text),
        // Plain as declared; but entities that are left are there by mistake.
        Some("text" | "text/plain") => one_line(&decode_entities(&text)),
        None if scope.plain => one_line(&decode_entities(&text)),
        Some("xhtml") => one_line(&text),
        _ => plain(&text),
    }
}

/// The text of `element`, out of the base64 that Atom allows for it (RFC 4287, section 4.1.3.3).
fn unwrapped(element: &Element) -> String {
    let text = element.text();
    let kind = element.attribute("type").unwrap_or("text").to_ascii_lowercase();
    let readable = kind.starts_with("text") || kind.contains("html") || kind.contains("xml") || !kind.contains('/');
    if element.attribute("mode") != Some("base64") && readable {
        return text;
    }
    let compact: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let decoded = base64_decode(&compact).and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.filter(|decoded| !decoded.is_empty()).unwrap_or(text)
}

/// A text or content construct as it is written.
fn content(element: &Element, scope: &Scope) -> Option<Content> {
    let kind = element.attribute("type").unwrap_or_default().to_ascii_lowercase();
    let is_html = matches!(kind.as_str(), "html" | "xhtml" | "text/html" | "application/xhtml+xml");
    if element.has_markup() {
        let wrapped =
            element.elements().next().filter(|inner| inner.name == "xhtml:div" && element.elements().count() == 1);
        let html = wrapped.map_or_else(|| element.markup(), Element::markup);
        return Some(Content::Html { html: html.trim().to_owned() });
    }
    let text = unwrapped(element);
    let once = is_escaped_twice(text.trim()).then(|| decode_entities(text.trim()));
    let text = once.as_deref().unwrap_or(&text).trim();
    if text.is_empty() {
        return None;
    }
    let plain = matches!(kind.as_str(), "text" | "text/plain")
        || (scope.plain && kind.is_empty() && is_atom_text(&element.name) && !is_markup(text));
    if is_html || (!plain && looks_like_html(text)) {
        return Some(Content::Html { html: text.to_owned() });
    }
    Some(Content::Text { text: text.to_owned() })
}

/// The text constructs and the content of Atom.
fn is_atom_text(name: &str) -> bool {
    matches!(name, "summary" | "content" | "subtitle" | "rights")
}

fn links(element: &Element, scope: &Scope) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for link in element.elements() {
        let scope = inside(scope, link);
        let (href, rel, media_type) = match link.name.as_str() {
            "link" | "url" => match link.attribute("href") {
                Some(href) => (href.to_owned(), link.attribute("rel").unwrap_or("alternate"), link.attribute("type")),
                None => (link.text(), "alternate", None),
            },
            "enclosure" => match link.attribute("url").or_else(|| link.attribute("href")) {
                Some(href) => (href.to_owned(), "enclosure", link.attribute("type")),
                None => continue,
            },
            _ => continue,
        };
        if let Some(href) = scope.link(&href) {
            links.push(Link { href, rel: Some(rel.to_owned()), media_type: media_type.map(str::to_owned) });
        }
    }
    links
}

fn enclosures(item: &Element, scope: &Scope) -> Vec<Enclosure> {
    let attached = item.elements().filter(|element| match element.name.as_str() {
        "enclosure" | "media:content" | "media:thumbnail" => true,
        "link" => element.attribute("rel") == Some("enclosure"),
        _ => false,
    });
    let media = |element: &&Element| matches!(element.name.as_str(), "media:content" | "media:thumbnail");
    let holders = item.all("media:group").chain(item.all("media:content"));
    let grouped = holders.flat_map(|holder| holder.elements().filter(media));
    let mut found: Vec<Enclosure> = Vec::new();
    for element in attached.chain(grouped).take(200) {
        let href = element.attribute("url").or_else(|| element.attribute("href")).and_then(|href| scope.link(href));
        if let Some(href) = href.filter(|href| !found.iter().any(|known| known.href == *href)) {
            let length = element.attribute("length").or_else(|| element.attribute("filesize"));
            let length = length.and_then(|length| length.replace([',', ' '], "").parse().ok());
            let is_picture = element.name == "media:thumbnail" || element.attribute("medium") == Some("image");
            let media_type = element.attribute("type").or(is_picture.then_some("image/*")).map(str::to_owned);
            found.push(Enclosure { href, media_type, length });
        }
    }
    found
}

/// The authors under the first of `names` that names any.
fn authors(element: &Element, names: &[&str], scope: &Scope) -> Vec<Person> {
    let of = |name: &&str| -> Vec<Person> { element.all(name).filter_map(|author| one(author, scope)).collect() };
    names.iter().map(of).find(|authors| !authors.is_empty()).unwrap_or_default()
}

fn one(author: &Element, scope: &Scope) -> Option<Person> {
    if !author.has_markup() {
        return person(&author.text());
    }
    let part = |names: &[&str]| author.first(names).map(|part| plain(&part.text())).filter(|text| !text.is_empty());
    let uri = author.first(&["uri", "url", "homepage"]).and_then(|uri| inside(scope, uri).link(&uri.text()));
    let email = part(&["email"]);
    let name = part(&["name"]).or_else(|| email.clone());
    (name.is_some() || uri.is_some()).then_some(Person { name, email, uri })
}

fn categories(element: &Element) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for category in element.elements() {
        let text = match category.name.as_str() {
            "category" => category.attribute("term").map_or_else(|| category.text(), str::to_owned),
            "dc:subject" | "media:category" => category.text(),
            "itunes:category" => {
                let inner = category.all("itunes:category");
                found.extend(std::iter::once(category).chain(inner).filter_map(|c| c.attribute("text").map(plain)));
                continue;
            }
            "itunes:keywords" | "media:keywords" | "tags" => {
                found.extend(category.text().split(',').map(plain));
                continue;
            }
            _ => continue,
        };
        found.push(plain(&text));
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|category| !category.is_empty() && seen.insert(category.clone()));
    found
}
