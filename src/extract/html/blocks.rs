//! A parsed page → its lines, each with where it stands: its element, the elements around it, what their names say.

use dom_query::{Document, Element, NodeData, NodeRef};

use crate::extract::blocks_to_text::{LONG_CELL, Line, kind_of, kind_of_line};
use crate::extract::html::lines::{BLOCKS, UNSEEN};
use crate::model::PartKind;

/// One line of a page and where it stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    /// Its visible text, white space collapsed.
    pub(crate) text: String,
    /// Bytes of it inside links.
    pub(crate) linked: usize,
    /// Bytes of it in bold or emphasis.
    pub(crate) stressed: usize,
    /// Cells of a table whose text stands in it.
    pub(crate) cells: usize,
    /// Its nearest block element; a place in [`Page::elements`].
    pub(crate) element: usize,
}

/// One element that holds lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Container {
    /// The block element around it, itself for the outermost.
    pub(crate) parent: usize,
    /// Which element it is; a place in [`TAGS`], or its length.
    pub(crate) name: usize,
    /// Names of it and all around it, bits of [`TAGS`].
    pub(crate) within: u64,
    /// Hints in its own class and id, bits of [`CLASS_HINTS`].
    pub(crate) own_hints: u64,
    /// Hints in the classes and ids of it and all around it.
    pub(crate) hints: u64,
    /// Elements around it.
    pub(crate) depth: u32,
    /// Its number among the elements of the same kind and class.
    pub(crate) kind: u64,
    /// The kind of its lines, by itself or by the innermost element around it that has one.
    pub(crate) part: Option<PartKind>,
}

/// The lines of a page and the elements that hold them.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// In the order of the page; none is empty.
    pub(crate) blocks: Vec<Block>,
    /// Elements that hold lines, outer before inner.
    pub(crate) elements: Vec<Container>,
}

impl Page {
    /// The kind of the block in `place`; `None` for running text.
    pub(crate) fn kind(&self, place: usize) -> Option<PartKind> {
        let block = &self.blocks[place];
        kind_of_line(block.text.len(), block.cells, self.elements[block.element].part)
    }

    /// Its lines, each with what it is.
    pub(crate) fn lines(self) -> Vec<Line> {
        let kinds: Vec<Option<PartKind>> = (0..self.blocks.len()).map(|place| self.kind(place)).collect();
        self.blocks.into_iter().zip(kinds).map(|(block, kind)| Line { text: block.text, kind }).collect()
    }
}

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

/// Reads `document`.
pub(crate) fn read(document: &Document) -> Page {
    let mut reader = Reader::default();
    reader.page.elements.push(Container { name: TAGS.len(), ..Container::default() });
    reader.walk(&document.root());
    reader.end_line(0);
    reader.page
}

#[derive(Default)]
struct Reader {
    page: Page,
    line: Block,
    space: bool,
    /// A cell began, and nothing of it was read yet.
    cell: bool,
    links: usize,
    stress: usize,
    preformatted: usize,
}

/// The next step at a node: enter it, or leave one of some kind.
#[derive(Clone, Copy)]
enum Step {
    Enter,
    /// Leave a block whose parent is this one.
    Block,
    Preformatted,
    Link,
    Stress,
}

impl Reader {
    fn walk(&mut self, root: &NodeRef<'_>) {
        let mut current = 0;
        let mut pending = vec![(*root, Step::Enter)];
        while let Some((node, step)) = pending.pop() {
            match step {
                Step::Enter => {}
                Step::Link => self.links -= 1,
                Step::Stress => self.stress -= 1,
                Step::Block | Step::Preformatted => {
                    self.end_line(current);
                    self.preformatted -= usize::from(matches!(step, Step::Preformatted));
                    current = self.page.elements[current].parent;
                }
            }
            if !matches!(step, Step::Enter) {
                continue;
            }
            let next = node.query_or(None, |data| match &data.data {
                NodeData::Text { contents } => {
                    self.text(contents);
                    None
                }
                NodeData::Element(element) => self.element(element, current),
                NodeData::Document | NodeData::Fragment => Some(Entered::Inline),
                _ => None,
            });
            let Some(entered) = next else { continue };
            match entered {
                Entered::Block(container, preformatted) => {
                    self.end_line(current);
                    self.page.elements.push(container);
                    current = self.page.elements.len() - 1;
                    self.preformatted += usize::from(preformatted);
                    pending.push((node, if preformatted { Step::Preformatted } else { Step::Block }));
                }
                Entered::Link => {
                    self.links += 1;
                    pending.push((node, Step::Link));
                }
                Entered::Stress => {
                    self.stress += 1;
                    pending.push((node, Step::Stress));
                }
                Entered::Break => {
                    self.end_line(current);
                    continue;
                }
                Entered::Inline => {}
            }
            pending.extend(node.children_it(true).map(|child| (child, Step::Enter)));
        }
    }

    fn element(&mut self, element: &Element, current: usize) -> Option<Entered> {
        let name: &str = &element.name.local;
        if name == "br" {
            return Some(Entered::Break);
        }
        if UNSEEN.contains(&name) {
            return None;
        }
        let cell = matches!(name, "td" | "th");
        self.space |= cell;
        if !cell && !BLOCKS.contains(&name) && !matches!(name, "caption" | "label") {
            return Some(match name {
                "a" => Entered::Link,
                "b" | "strong" | "em" | "i" | "u" => Entered::Stress,
                _ => Entered::Inline,
            });
        }
        if cell {
            if self.line.text.len() > LONG_CELL {
                self.end_line(current);
            }
            // Cells of a row share a line; what they hold decides.
            self.cell = true;
            return Some(Entered::Inline);
        }
        Some(Entered::Block(self.container(element, name, current), name == "pre"))
    }

    fn container(&self, element: &Element, name: &str, current: usize) -> Container {
        let around = &self.page.elements[current];
        let part = kind_of(name).or(around.part);
        let name = TAGS.iter().position(|known| *known == name).unwrap_or(TAGS.len());
        let mut own_hints = 0;
        let mut kind = name as u64 + 1;
        for attribute in &element.attrs {
            match &*attribute.name.local {
                key @ ("class" | "id" | "role" | "data-component" | "data-testid") => {
                    own_hints |= hints(&attribute.value);
                    if key == "class" {
                        own_hints |= if names_change(&attribute.value) { CHANGED } else { 0 };
                        kind = attribute
                            .value
                            .bytes()
                            .take(200)
                            .fold(kind, |kind, byte| (kind ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
                    }
                }
                "itemprop" if attribute.value.contains("articleBody") => own_hints |= MARKED_BODY,
                "hidden" => own_hints |= UNSHOWN,
                "aria-hidden" if attribute.value.as_ref() == "true" => own_hints |= UNSHOWN,
                "style" if attribute.value.len() < 500 && attribute.value.replace(' ', "").contains("display:none") => {
                    own_hints |= UNSHOWN
                }
                _ => {}
            }
        }
        Container {
            parent: current,
            name,
            within: around.within | if name < TAGS.len() { 1 << name } else { 0 },
            own_hints,
            hints: around.hints | if name == 32 { 0 } else { own_hints },
            depth: around.depth + 1,
            kind,
            part,
        }
    }

    fn text(&mut self, text: &str) {
        let before = self.line.text.len();
        for c in text.chars() {
            match c {
                '\n' if self.preformatted > 0 => {
                    let element = self.page.elements.len() - 1;
                    self.end_line(element);
                }
                '\u{ad}' | '\u{200b}' | '\u{feff}' => {}
                ' ' if self.preformatted > 0 => self.line.text.push(' '),
                c if c.is_whitespace() || c.is_control() => self.space = true,
                c => {
                    if std::mem::take(&mut self.space) && !self.line.text.is_empty() {
                        self.line.text.push(' ');
                    }
                    self.line.text.push(c);
                }
            }
        }
        let added = self.line.text.len().saturating_sub(before);
        if added > 0 {
            self.line.cells += usize::from(std::mem::take(&mut self.cell));
        }
        self.line.linked += if self.links > 0 { added } else { 0 };
        self.line.stressed += if self.stress > 0 { added } else { 0 };
    }

    fn end_line(&mut self, element: usize) {
        self.space = false;
        let line = std::mem::take(&mut self.line);
        if line.text.contains(char::is_alphanumeric) {
            self.page.blocks.push(Block { element, ..line });
        }
    }
}

enum Entered {
    Block(Container, bool),
    Link,
    Stress,
    Break,
    Inline,
}

/// The hints in the words of a class or id.
fn hints(names: &str) -> u64 {
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
