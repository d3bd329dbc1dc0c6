//! Names of elements, their classes and ids, and their meaning for the text in them.

use dom_query::Element;

/// Elements that begin and end a line.
pub(super) const BLOCKS: [&str; 46] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];

/// Elements whose text is not part of the page's.
pub(super) const UNSEEN: [&str; 18] = [
    "audio", "button", "canvas", "datalist", "head", "iframe", "input", "math", "noscript", "object", "rp", "rt",
    "script", "select", "style", "template", "textarea", "video",
];

/// Elements that are distinguished.
pub(crate) const TAGS: [&str; 34] = [
    "p",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "td",
    "th",
    "dt",
    "dd",
    "div",
    "blockquote",
    "pre",
    "figcaption",
    "figure",
    "article",
    "main",
    "section",
    "aside",
    "nav",
    "footer",
    "header",
    "form",
    "table",
    "ul",
    "ol",
    "dl",
    "details",
    "summary",
    "address",
    "body",
    "label",
];

/// Words in classes and ids, and what they are a sign of; a word counts where it begins a part of the name.
pub(crate) const CLASS_HINTS: [&[&str]; 22] = [
    &["article", "story", "post", "entry", "news"],
    &["body", "content", "text", "main", "prose", "richtext", "copy", "wysiwyg"],
    &["comment", "disqus", "reply", "replies", "respond", "discussion", "reader"],
    &["share", "sharing", "social", "follow", "tweet", "facebook", "addthis"],
    &[
        "related",
        "recommend",
        "more",
        "similar",
        "also",
        "read",
        "suggest",
        "popular",
        "trending",
        "latest",
        "recent",
        "next",
        "prev",
        "teaser",
        "most",
    ],
    &[
        "promo",
        "newsletter",
        "subscribe",
        "subscription",
        "signup",
        "cta",
        "call",
        "banner",
        "offer",
        "optin",
        "donate",
        "paywall",
    ],
    &["author", "byline", "bio", "contributor", "writer", "profile", "avatar"],
    &["caption", "credit", "photo", "image", "img", "gallery", "media", "figure", "video", "slide"],
    &["tag", "tags", "topic", "topics", "keyword", "category", "categories", "cat"],
    &["breadcrumb", "breadcrumbs", "crumb"],
    &["cookie", "consent", "gdpr", "privacy", "legal", "copyright", "disclaimer"],
    &["ad", "ads", "advert", "advertisement", "sponsor", "sponsored", "outbrain", "taboola", "affiliate", "dfp"],
    &["sidebar", "side", "aside", "widget", "rail", "secondary", "complementary"],
    &["footer", "foot", "bottom", "colophon"],
    &["nav", "navigation", "menu", "navbar", "menubar", "pagination", "pager", "skip", "sitemap"],
    &["header", "head", "masthead", "topbar", "hero", "logo", "brand"],
    &["meta", "date", "time", "timestamp", "published", "info", "details", "views"],
    &[
        "title",
        "headline",
        "heading",
        "subtitle",
        "deck",
        "dek",
        "standfirst",
        "lead",
        "lede",
        "intro",
        "summary",
        "excerpt",
    ],
    &["toc", "contents", "index"],
    &["modal", "popup", "overlay", "dialog", "toast", "alert", "notice", "login", "tooltip"],
    &["hidden", "hide", "sr", "screen", "visually", "invisible", "print", "noprint"],
    &["list", "item", "grid", "card", "cards", "row", "col", "column", "block", "box"],
];

/// The bit for elements that say they are not shown.
pub(crate) const UNSHOWN: u64 = 1 << 40;
/// The bit for elements marked as the article's body (`itemprop=articleBody`).
pub(crate) const MARKED_BODY: u64 = 1 << 41;
/// The bit for elements that date a change of the page by their class.
pub(crate) const CHANGED: u64 = 1 << 42;
/// Parts of classes that say so.
const CHANGE: [&str; 4] = ["modif", "updated", "changed", "edited"];

/// Whether a class or another name of an element says that it dates a change, not the publication.
pub(crate) fn names_change(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    CHANGE.iter().any(|word| name.contains(word)) && !name.contains("publish")
}

/// The value of `element`'s attribute `name`.
pub(crate) fn attribute<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

/// Whether a class is that of a large first letter.
pub(crate) fn names_initial(class: &str) -> bool {
    const WORDS: [&str; 8] =
        ["dropcap", "drop-cap", "drop_cap", "initial", "firstletter", "first-letter", "lettrine", "versal"];
    let class = class.to_ascii_lowercase();
    WORDS.iter().any(|word| class.contains(word))
}

/// Whether an element inside a line is not shown: a copy for screen readers, a tooltip, a card that opens on a click.
pub(crate) fn is_unshown(element: &Element) -> bool {
    const CLASSES: [&str; 7] =
        ["sr-only", "visually-hidden", "visuallyhidden", "screen-reader", "screenreader", "sr_only", "a11y-hidden"];
    element.attrs.iter().any(|attribute| match &*attribute.name.local {
        "hidden" => attribute.value.as_ref() != "until-found",
        "role" => attribute.value.as_ref() == "tooltip",
        "style" => hides(&attribute.value),
        "class" => CLASSES.iter().any(|class| attribute.value.contains(class)),
        _ => false,
    })
}

/// Whether a style takes its element out of sight.
pub(crate) fn hides(style: &str) -> bool {
    style.len() < 500 && style.replace(' ', "").to_ascii_lowercase().contains("display:none")
}

/// The hints in the words of a class or id.
pub(crate) fn hints(names: &str) -> u64 {
    let mut found = 0;
    let mut part = String::new();
    let mut end = |part: &mut String| {
        if part.len() >= 2 {
            for (place, words) in CLASS_HINTS.iter().enumerate() {
                if words.iter().any(|word| part == word || (word.len() >= 5 && part.starts_with(word))) {
                    found |= 1 << place;
                }
            }
        }
        part.clear();
    };
    let mut small = false;
    for c in names.chars().take(400) {
        if !c.is_ascii_alphabetic() || (c.is_ascii_uppercase() && small) {
            end(&mut part);
        }
        small = c.is_ascii_lowercase();
        if c.is_ascii_alphabetic() {
            part.push(c.to_ascii_lowercase());
        }
    }
    end(&mut part);
    found
}
