//! A document of XML as a tree of elements.
//!
//! Names are brought to one spelling: lower case, RSS and Atom without a prefix, the well-known extensions with their
//! usual one (`dc:`, `content:`, `media:`, `itunes:`, `xhtml:`, `rdf:`), whatever the document calls them. The tree is
//! built by [`parse`](super::parse), which forgives what a strict parser must not.

/// One element with what stands in it.
#[derive(Debug, Clone, Default)]
pub(in crate::source) struct Element {
    /// In the one spelling.
    pub(in crate::source) name: String,
    /// Names as in the document, in lower case; values without entities.
    pub(in crate::source) attributes: Vec<(String, String)>,
    pub(in crate::source) children: Vec<Node>,
    /// Its end tag never came.
    pub(in crate::source) cut: bool,
}

#[derive(Debug, Clone)]
pub(in crate::source) enum Node {
    Element(Element),
    Text(String),
}

/// A document.
#[derive(Debug)]
pub(in crate::source) struct Tree {
    /// Its outermost element; empty name if there is none.
    pub(in crate::source) root: Element,
    /// The text ends before the document does.
    pub(in crate::source) incomplete: bool,
    /// Something had to be forgiven.
    pub(in crate::source) repaired: bool,
    /// It declares entities made of entities, or very long ones: nothing but an attack does.
    pub(in crate::source) hostile: bool,
    /// It has more elements than are read.
    pub(in crate::source) too_large: bool,
}

impl Element {
    pub(in crate::source) fn elements(&self) -> impl DoubleEndedIterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// All children of this name.
    pub(in crate::source) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements().filter(move |element| element.name == name)
    }

    /// The first child of the first of these names that has one with something in it.
    pub(in crate::source) fn first<'a>(&'a self, names: &[&str]) -> Option<&'a Element> {
        let find = |name: &&str| self.elements().find(|element| element.name == *name && !element.is_blank());
        names.iter().find_map(find)
    }

    pub(in crate::source) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim()).filter(|v| !v.is_empty())
    }

    /// Its name without a prefix.
    pub(in crate::source) fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or_default()
    }

    /// All text in it, elements' included, scripts and styles not.
    pub(in crate::source) fn text(&self) -> String {
        let mut text = String::new();
        self.push_text(&mut text);
        text
    }

    fn push_text(&self, into: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(text) => into.push_str(text),
                // What a program would read is not text.
                Node::Element(element) if matches!(element.local(), "script" | "style") => {}
                Node::Element(element) => element.push_text(into),
            }
        }
    }

    /// It holds elements, not only text.
    pub(in crate::source) fn has_markup(&self) -> bool {
        self.elements().next().is_some()
    }

    fn is_blank(&self) -> bool {
        self.children.iter().all(|node| matches!(node, Node::Text(text) if text.trim().is_empty()))
            && self.attributes.iter().all(|(name, _)| name.starts_with("xml"))
    }

    /// Its content as markup.
    pub(in crate::source) fn markup(&self) -> String {
        let mut markup = String::new();
        self.push_markup(&mut markup);
        markup
    }

    fn push_markup(&self, into: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(text) => into.push_str(&quick_xml::escape::partial_escape(text.as_str())),
                Node::Element(element) => {
                    let name = element.local();
                    into.push('<');
                    into.push_str(name);
                    for (key, value) in element.attributes.iter().filter(|(key, _)| !key.starts_with("xmlns")) {
                        into.push_str(&format!(" {key}=\"{}\"", quick_xml::escape::escape(value.as_str())));
                    }
                    if matches!(name, "br" | "img" | "hr" | "input" | "wbr") {
                        // What seems to stand in it stands behind it: HTML needs no end there, XML did not see one.
                        into.push_str("/>");
                        element.push_markup(into);
                        continue;
                    }
                    into.push('>');
                    element.push_markup(into);
                    into.push_str(&format!("</{name}>"));
                }
            }
        }
    }
}
