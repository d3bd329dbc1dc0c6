//! Lists of feeds as other readers write and want them (OPML 1.0 and 2.0).

use crate::source::scope::Scope;
use crate::source::text::{clean, decode, one_line};
use crate::source::tree::{self, Element};

/// One subscription of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subscription {
    /// What the list calls it; may be empty.
    pub title: String,
    /// Address of the feed.
    pub feed: String,
    /// Address of the site.
    pub site: Option<String>,
    /// The folder it stands in; the innermost if there are several.
    pub section: Option<String>,
}

/// The file is no list of feeds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not an OPML file: {0}")]
pub struct NotOpml(String);

/// The subscriptions in an OPML file, in its order, each feed once.
///
/// Tolerant as the feed reader is: encodings, broken entities and missing ends are forgiven, folders may be nested.
///
/// # Errors
/// When there is no outline in it.
pub fn read(bytes: &[u8]) -> Result<Vec<Subscription>, NotOpml> {
    let decoded = decode(bytes, None);
    let tree = tree::parse(&clean(&decoded));
    let body = tree.root.first(&["body"]).unwrap_or(&tree.root);
    if tree.root.name != "opml" && body.all("outline").next().is_none() {
        let what = if tree.root.name.is_empty() {
            "there is no XML in it".into()
        } else {
            format!("its root is <{}>", tree.root.name)
        };
        return Err(NotOpml(what));
    }
    let mut found: Vec<Subscription> = Vec::new();
    collect(body, None, &mut found);
    let mut seen = std::collections::HashSet::new();
    found.retain(|subscription| seen.insert(subscription.feed.clone()));
    Ok(found)
}

fn collect(folder: &Element, section: Option<&str>, found: &mut Vec<Subscription>) {
    for outline in folder.all("outline") {
        let title = outline.attribute("title").or_else(|| outline.attribute("text")).map(one_line);
        let url = |name: &str| outline.attribute(name).and_then(|url| Scope::default().link(url));
        match url("xmlurl") {
            Some(feed) => {
                // Some readers name the folder in an attribute instead of nesting.
                let category = outline.attribute("category").map(|category| category.trim_matches('/').to_owned());
                let section = section.map(str::to_owned).or(category);
                found.push(Subscription { title: title.unwrap_or_default(), feed, site: url("htmlurl"), section });
            }
            None => collect(outline, title.as_deref().or(section), found),
        }
    }
}

/// `subscriptions` as an OPML 2.0 file called `title`; sections become folders, in the order they first appear.
pub fn write(title: &str, subscriptions: &[Subscription]) -> String {
    let mut sections: Vec<Option<&str>> = Vec::new();
    for subscription in subscriptions {
        let section = subscription.section.as_deref();
        if !sections.contains(&section) {
            sections.push(section);
        }
    }
    let title = escape(title);
    let mut opml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head><title>{title}</title></head>\n  <body>\n"
    );
    for section in sections {
        if let Some(name) = section.map(escape) {
            opml.push_str(&format!("    <outline text=\"{name}\" title=\"{name}\">\n"));
        }
        for subscription in subscriptions.iter().filter(|subscription| subscription.section.as_deref() == section) {
            opml.push_str(&outline(subscription));
        }
        if section.is_some() {
            opml.push_str("    </outline>\n");
        }
    }
    opml + "  </body>\n</opml>\n"
}

fn outline(subscription: &Subscription) -> String {
    let (title, feed) = (escape(&subscription.title), escape(&subscription.feed));
    let site = subscription.site.as_deref().map(|site| format!(" htmlUrl=\"{}\"", escape(site))).unwrap_or_default();
    format!("      <outline type=\"rss\" text=\"{title}\" title=\"{title}\" xmlUrl=\"{feed}\"{site}/>\n")
}

fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_survives_being_written_and_read() {
        let feed = |title: &str, section: Option<&str>| Subscription {
            title: title.into(),
            feed: format!("https://example.org/{}.xml?a=1&b=2", title.len()),
            site: Some("https://example.org/".into()),
            section: section.map(str::to_owned),
        };
        let list = vec![feed("A & \"B\"", Some("World <1>")), feed("C", Some("World <1>")), feed("Äö", None)];
        assert_eq!(read(write("Mine & yours", &list).as_bytes()), Ok(list));
    }

    #[test]
    fn sloppy_lists_are_read_and_other_files_refused() {
        let sloppy = b"<opml><body><outline text='News & more'><outline text='x' xmlUrl='http://example.org/a?x&y'>\
            </outline><outline xmlURL='http://example.org/a?x&y'/><outline text='js' xmlUrl='javascript:1'/></outline>";
        let found = read(sloppy).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].feed.as_str(), found[0].section.as_deref()),
            ("http://example.org/a?x&y", Some("News & more"))
        );
        assert!(read(b"<rss version='2.0'/>").is_err() && read(b"hello").is_err() && read(b"").is_err());
    }
}
