//! Lists of feeds as other readers write and want them (OPML 1.0 and 2.0).

use std::path::Path;

use crate::model::Problem;
use crate::source::markup::{decode, one_line};
use crate::source::options::web_address;
use crate::source::scope::Scope;
use crate::source::xml::{self, Element};
use crate::source::{Files, Location};

/// One subscription of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subscription {
    /// Its name in the list; may be empty.
    pub title: String,
    /// Address of the feed.
    pub feed: String,
    /// Address of the site.
    pub site: Option<String>,
    /// The folder it stands in; the innermost if there are several.
    pub section: Option<String>,
}

/// The contents of an OPML file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    /// In its order, each feed once.
    pub subscriptions: Vec<Subscription>,
    /// Its outlines that name no feed that can be read.
    pub skipped: Vec<Problem>,
}

/// The file is no list of feeds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not an OPML file: {0}")]
pub struct NotOpml(String);

/// The subscriptions in an OPML file. `files` says whether they may be paths on this machine: lists come from strangers, and
/// a path in one would be read and mailed.
///
/// Tolerant as the feed reader is: encodings, broken entities and missing ends are forgiven, folders may be nested, and an
/// outline that cannot be read costs only itself.
///
/// # Errors
/// When there is no outline in it.
pub fn read(bytes: &[u8], files: Files) -> Result<List, NotOpml> {
    let decoded = decode(bytes, None);
    let tree = xml::parse(&xml::repair(&decoded));
    let body = tree.root.first(&["body"]).unwrap_or(&tree.root);
    if tree.root.name != "opml" && body.all("outline").next().is_none() {
        let what = if tree.root.name.is_empty() {
            "there is no XML in it".into()
        } else {
            format!("its root is <{}>", tree.root.name)
        };
        return Err(NotOpml(what));
    }
    let mut list = List::default();
    collect(body, None, files, &mut list);
    let mut seen = std::collections::HashSet::new();
    list.subscriptions.retain(|subscription| seen.insert(subscription.feed.clone()));
    Ok(list)
}

fn collect(folder: &Element, section: Option<&str>, files: Files, list: &mut List) {
    for outline in folder.all("outline") {
        let title = outline.attribute("title").or_else(|| outline.attribute("text")).map(one_line);
        let Some(written) = outline.attribute("xmlurl") else {
            if let Some(problem) = no_feed(outline, title.as_deref()) {
                list.skipped.push(problem);
            }
            collect(outline, title.as_deref().or(section), files, list);
            continue;
        };
        match address(written, files) {
            Ok(feed) => {
                // Some readers name the folder in an attribute instead of nesting.
                let category = outline.attribute("category").map(|category| category.trim_matches('/').to_owned());
                let section = section.map(str::to_owned).or(category);
                let site = outline.attribute("htmlurl").and_then(|url| Scope::default().link(url));
                list.subscriptions.push(Subscription { title: title.unwrap_or_default(), feed, site, section });
            }
            Err(problem) => {
                let subject = title.filter(|title| !title.is_empty()).unwrap_or_else(|| one_line(written));
                list.skipped.push(Problem { subject, ..problem });
            }
        }
    }
}

/// The problem of an outline that includes another list or links something instead of naming a feed.
fn no_feed(outline: &Element, title: Option<&str>) -> Option<Problem> {
    let url = one_line(outline.attribute("url")?);
    let what = format!("`{url}` is linked or included, not subscribed to");
    Some(Problem::new(title.unwrap_or(&url), what).hint("`digest source add` finds the feed of a page"))
}

/// The address of a feed as it is fetched.
fn address(written: &str, files: Files) -> Result<String, Problem> {
    let written = one_line(written);
    let problem = |what: String| Problem::new("outline", what);
    let address = web_address(&written).unwrap_or(written);
    match Location::read("feed", &address, Path::new("")) {
        Ok(Location::Path(_))
            if address.split_once(':').is_some_and(|(scheme, _)| scheme.len() > 1 && scheme != "file") =>
        {
            Err(problem(format!("`{address}` is not the address of a feed")))
        }
        Ok(Location::Path(_)) if files == Files::Refused => {
            let refused = problem(format!("`{address}` is a path on this machine"));
            Err(refused.hint("import it with --allow-files if you wrote the list"))
        }
        Ok(_) => Ok(address),
        Err(invalid) => Err(problem(format!("`{address}`: {invalid}"))),
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
        assert_eq!(read(write("Mine & yours", &list).as_bytes(), Files::Refused).unwrap().subscriptions, list);
    }

    #[test]
    fn sloppy_lists_are_read_and_other_files_refused() {
        let sloppy = b"<opml><body><outline text='News & more'><outline text='x' xmlUrl='http://example.org/a?x&y'>\
            </outline><outline xmlURL='http://example.org/a?x&y'/><outline text='js' xmlUrl='javascript:1'/></outline>";
        let found = read(sloppy, Files::Refused).unwrap().subscriptions;
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].feed.as_str(), found[0].section.as_deref()),
            ("http://example.org/a?x&y", Some("News & more"))
        );
        let refused = |bytes: &[u8]| read(bytes, Files::Refused).is_err();
        assert!(refused(b"<rss version='2.0'/>") && refused(b"hello") && refused(b""));
    }

    #[test]
    fn an_outline_that_cannot_be_read_is_named_and_costs_only_itself() {
        for (url, read_as, allowed) in [
            ("feed://a.example/f.xml", Some("http://a.example/f.xml"), true),
            ("feed:https://a.example/f.xml", Some("https://a.example/f.xml"), true),
            ("FEED://https://a.example/f.xml", Some("https://a.example/f.xml"), true),
            ("itpc://a.example/pod.xml", Some("http://a.example/pod.xml"), true),
            (" pcast://a.example/pod.xml ", Some("http://a.example/pod.xml"), true),
            ("exec:~/bin/x.sh", None, false),
            ("javascript:1", None, false),
            ("ftp://a.example/f.xml", None, false),
            ("http://", None, false),
            ("/etc/passwd", None, true),
            ("file:///etc/passwd", None, true),
            ("notes/a.xml", None, true),
        ] {
            let opml = format!(
                "<opml><body><outline text='bad' xmlUrl='{url}'/><outline text='ok' xmlUrl='https://b.example/'/></body></opml>"
            );
            let list = read(opml.as_bytes(), Files::Refused).unwrap();
            let feeds: Vec<&str> = list.subscriptions.iter().map(|subscription| subscription.feed.as_str()).collect();
            let expected: Vec<&str> = read_as.into_iter().chain(["https://b.example/"]).collect();
            assert_eq!(feeds, expected, "{url}");
            assert_eq!(list.skipped.len(), usize::from(read_as.is_none()), "{url}: {:?}", list.skipped);
            assert!(list.skipped.iter().all(|problem| problem.subject == "bad"), "{:?}", list.skipped);
            let list = read(opml.as_bytes(), Files::Allowed).unwrap();
            assert_eq!(list.subscriptions.len(), 1 + usize::from(allowed), "{url}");
        }
        let other = b"<opml><body><outline text='more' type='include' url='https://a.example/o.opml'/></body></opml>";
        let list = read(other, Files::Refused).unwrap();
        assert!(list.subscriptions.is_empty() && list.skipped[0].to_string().contains("o.opml"), "{list:?}");
    }
}
