/// The usual prefix of a namespace; empty for those of the feed formats themselves, `None` for unknown ones.
pub(super) fn usual_prefix(uri: &str) -> Option<&'static str> {
    let uri = uri.trim().to_ascii_lowercase();
    let uri = uri.trim_end_matches(['/', '#']).trim_start_matches("http://").trim_start_matches("https://");
    NAMESPACES.iter().find(|(known, _)| *known == uri).map(|(_, prefix)| *prefix)
}

/// Without scheme and closing mark, in lower case: feeds get these wrong and mean the same.
const NAMESPACES: &[(&str, &str)] = &[
    ("", ""),
    ("www.w3.org/2005/atom", ""),
    ("purl.org/atom/ns", ""),
    ("purl.org/atom-blog/ns", ""),
    ("purl.org/echo", ""),
    ("purl.org/pie", ""),
    ("example.com/newformat", ""),
    ("example.com/necho", ""),
    ("uri/of/echo/namespace", ""),
    ("purl.org/rss/1.0", ""),
    ("purl.org/rss/1.0/modules/rss091", ""),
    ("purl.org/net/rss1.1", ""),
    ("my.netscape.com/rdf/simple/0.9", ""),
    ("my.netscape.com/publish/formats/rss-0.91.dtd", ""),
    ("backend.userland.com/rss", ""),
    ("backend.userland.com/rss2", ""),
    ("backend.userland.com/rss091", ""),
    ("blogs.law.harvard.edu/tech/rss", ""),
    ("channel.netscape.com/rdf/simple/0.9", ""),
    ("purl.org/dc/elements/1.0", "dc"),
    ("purl.org/dc/elements/1.1", "dc"),
    ("purl.org/dc/terms", "dcterms"),
    ("purl.org/rss/1.0/modules/content", "content"),
    ("purl.org/rss/1.0/modules/taxonomy", "taxo"),
    ("search.yahoo.com/mrss", "media"),
    ("video.search.yahoo.com/mrss", "media"),
    ("www.rssboard.org/media-rss", "media"),
    ("www.itunes.com/dtds/podcast-1.0.dtd", "itunes"),
    ("example.com/dtds/podcast-1.0.dtd", "itunes"),
    ("www.w3.org/1999/xhtml", "xhtml"),
    ("www.w3.org/1999/02/22-rdf-syntax-ns", "rdf"),
    ("www.w3.org/xml/1998/namespace", "xml"),
    ("webns.net/mvcb", "admin"),
    ("backend.userland.com/creativecommonsrssmodule", "cc"),
    ("rssnamespace.org/feedburner/ext/1.0", "feedburner"),
];
