//! Builds the [`Tree`] of a feed's text, however broken it is.
//!
//! quick-xml cuts the text into tags; this builder forgives bare `&` and `<`, end tags that match nothing, ends that are
//! missing, entities of HTML, a text that stops in the middle. It never expands entities that a document declares for
//! itself beyond a short text, and never reads another document.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error as XmlError, Reader};

use crate::source::xml::entities::{decode_entities, entity_name, numbered};
use crate::source::xml::namespace;
use crate::source::xml::tree::{Element, Node, Tree};

/// Elements nested deeper than this are read as if they were not nested.
const DEEPEST: usize = 200;

/// Stray `<` that are forgiven before the rest counts as cut off.
const STRAYS: usize = 30;

/// Namespace declarations that are remembered.
const NAMESPACES: usize = 200;

/// Entities whose text is remembered; a document that names more is no honest one, and they stay as they stand.
const ENTITIES: usize = 1000;

/// Longest name of an entity of HTML (`&CounterClockwiseContourIntegral;`).
const LONGEST_NAME: usize = 31;

/// Longest text of an entity that a document declares for itself.
const LONGEST_ENTITY: usize = 500;

/// By how many bytes a document may grow by its own entities.
const MOST_GROWTH: usize = 1 << 20;

/// Elements that are read of a document; a feed of 50,000 entries holds fewer.
pub(in crate::source) const MOST_ELEMENTS: usize = 1_000_000;

/// Elements that hold text and none of [`PARTS`].
const TEXTS: [&str; 14] = [
    "title",
    "link",
    "guid",
    "id",
    "pubdate",
    "lastbuilddate",
    "updated",
    "published",
    "comments",
    "language",
    "generator",
    "copyright",
    "dc:creator",
    "dc:date",
];

/// Elements that stand beside each other in a feed and its entries.
const PARTS: [&str; 19] = [
    "title",
    "link",
    "description",
    "guid",
    "id",
    "pubdate",
    "lastbuilddate",
    "updated",
    "published",
    "author",
    "category",
    "comments",
    "enclosure",
    "summary",
    "content",
    "content:encoded",
    "dc:creator",
    "dc:date",
    "image",
];

/// Elements that may hold HTML as it is.
const MARKUP: [&str; 2] = ["description", "content:encoded"];

/// Parts of an entry whose names are none of HTML.
const NO_HTML: [&str; 7] = ["guid", "pubdate", "description", "enclosure", "content:encoded", "dc:creator", "dc:date"];

/// Builds the tree of `text`.
pub(in crate::source) fn parse(text: &str) -> Tree {
    let mut builder = Builder::default();
    let mut rest = text;
    for _ in 0..STRAYS {
        match builder.read(rest) {
            None => break,
            Some(position) => {
                // A `<` that opens nothing: it is text, and what follows it may be sound.
                builder.repaired = true;
                builder.push_text("<");
                rest = &rest[position..];
            }
        }
    }
    builder.finish()
}

/// An element whose end tag has not come.
#[derive(Default)]
struct Open {
    element: Element,
    /// Its name in the document, in lower case.
    written: String,
    /// The meanings outside of it of the prefixes it declares.
    outside: Vec<(String, Option<&'static str>)>,
}

#[derive(Default)]
struct Builder {
    /// Open elements, outermost first.
    open: Vec<Open>,
    /// Starts that were not opened because they lie too deep.
    skipped: usize,
    prefixes: HashMap<String, &'static str>,
    entities: HashMap<String, String>,
    root: Option<Element>,
    incomplete: bool,
    repaired: bool,
    hostile: bool,
    /// Bytes by which entities have made the document grow.
    growth: usize,
    elements: usize,
}

impl Builder {
    /// Reads to the end, or to a `<` that opens nothing: then the position after it.
    fn read(&mut self, text: &str) -> Option<usize> {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        loop {
            if self.elements > MOST_ELEMENTS || self.hostile {
                self.incomplete = true;
                return None;
            }
            match reader.read_event() {
                Ok(Event::Start(tag)) => self.start(&tag),
                Ok(Event::Empty(tag)) => {
                    self.start(&tag);
                    self.end(tag.name().as_ref());
                }
                Ok(Event::End(tag)) => self.end(tag.name().as_ref()),
                Ok(Event::Text(text)) => self.push_text(&String::from_utf8_lossy(&text)),
                Ok(Event::CData(text)) => self.push_text(&String::from_utf8_lossy(&text)),
                Ok(Event::GeneralRef(name)) => self.reference(&String::from_utf8_lossy(&name)),
                Ok(Event::DocType(declarations)) => self.declarations(&String::from_utf8_lossy(&declarations)),
                Ok(Event::Comment(_) | Event::PI(_) | Event::Decl(_)) => {}
                Ok(Event::Eof) => return None,
                Err(error) => return self.stray(text, &reader, &error),
            }
        }
    }

    /// Whether reading can go on behind the tag that broke it.
    fn stray(&mut self, text: &str, reader: &Reader<&[u8]>, error: &XmlError) -> Option<usize> {
        let position = usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
        let next = position.checked_add(1).filter(|next| text.is_char_boundary(*next) && *next < text.len());
        let goes_on = next.is_some_and(|next| text[next..].contains('<'));
        if matches!(error, XmlError::IllFormed(_) | XmlError::Syntax(_)) && goes_on {
            return next;
        }
        self.incomplete = true;
        None
    }

    fn start(&mut self, tag: &BytesStart<'_>) {
        if self.open.len() >= DEEPEST {
            self.skipped += 1;
            return;
        }
        self.elements += 1;
        let written = String::from_utf8_lossy(tag.name().as_ref()).to_ascii_lowercase();
        self.end_forgotten(&written);
        let (mut attributes, mut outside) = (Vec::new(), Vec::new());
        // `with_checks(false)`: the check for duplicates takes time quadratic in their number.
        for attribute in tag.html_attributes().with_checks(false).flatten() {
            let key = String::from_utf8_lossy(attribute.key.as_ref()).to_ascii_lowercase();
            let value = self.attribute_value(&String::from_utf8_lossy(&attribute.value));
            outside.extend(self.declare(&key, &value));
            attributes.push((key, value));
        }
        let element = Element { name: self.spell(&written), attributes, ..Element::default() };
        self.open.push(Open { element, written, outside });
    }

    /// Ends the elements that one called `written` cannot stand in: an entry in an entry, a link in a title, a date in a
    /// description mean that the end of the outer one was forgotten.
    fn end_forgotten(&mut self, written: &str) {
        let Some(innermost) = self.open.last() else { return };
        if matches!(written, "item" | "entry") {
            if self.open.iter().any(|open| open.written == written) {
                self.end(written.as_bytes());
                self.repaired = true;
            }
        } else if TEXTS.contains(&innermost.written.as_str()) && PARTS.contains(&written) {
            self.close(false);
            self.repaired = true;
        } else if NO_HTML.contains(&written)
            && let Some(text) = self.open.iter().rposition(|open| MARKUP.contains(&open.written.as_str()))
        {
            let text = self.open[text].written.clone();
            self.end(text.as_bytes());
            self.repaired = true;
        }
    }

    /// Closes the innermost open element of this name, and those in it that were left open.
    fn end(&mut self, name: &[u8]) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let name = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
        let Some(depth) = self.open.iter().rposition(|open| open.written == name) else {
            self.repaired = true;
            return;
        };
        while self.open.len() > depth {
            self.repaired |= self.open.len() > depth + 1;
            self.close(false);
        }
    }

    fn close(&mut self, cut: bool) {
        let Some(Open { mut element, outside, .. }) = self.open.pop() else { return };
        element.cut = cut;
        for (prefix, before) in outside.into_iter().rev() {
            match before {
                Some(usual) => self.prefixes.insert(prefix, usual),
                None => self.prefixes.remove(&prefix),
            };
        }
        match self.open.last_mut() {
            Some(parent) => parent.element.children.push(Node::Element(element)),
            None => {
                // A second root is junk after the document, unless the first was empty.
                if self.root.as_ref().is_none_or(|root| root.children.is_empty()) {
                    self.root = Some(element);
                }
            }
        }
    }

    fn push_text(&mut self, text: &str) {
        let Some(Open { element: parent, .. }) = self.open.last_mut() else { return };
        match parent.children.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => parent.children.push(Node::Text(text.to_owned())),
        }
    }

    fn reference(&mut self, name: &str) {
        let text = self.resolve(name);
        self.push_text(&text);
    }

    /// The text of `&name;`: a character, an entity of the document, of XML, of HTML, else as it stands.
    fn resolve(&mut self, name: &str) -> String {
        if let Some(number) = name.strip_prefix('#') {
            return numbered(number).map_or_else(|| format!("&#{number};"), String::from);
        }
        if let Some(text) = self.entities.get(name) {
            self.growth += text.len().saturating_sub(name.len() + 2);
            self.hostile |= self.growth > MOST_GROWTH;
            return text.clone();
        }
        let written = format!("&{name};");
        if name.len() > LONGEST_NAME || self.entities.len() >= ENTITIES {
            return written;
        }
        let text = decode_entities(&written);
        self.entities.insert(name.to_owned(), text.clone());
        text
    }

    fn attribute_value(&mut self, raw: &str) -> String {
        let mut value = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(at) = rest.find('&') {
            value.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            match entity_name(rest) {
                Some(name) => {
                    value.push_str(&self.resolve(name));
                    rest = &rest[name.len() + 1..];
                }
                None => value.push('&'),
            }
        }
        value.push_str(rest);
        value
    }

    /// Notes the namespace that an attribute declares; the prefix and what it meant before.
    fn declare(&mut self, key: &str, uri: &str) -> Option<(String, Option<&'static str>)> {
        let prefix = if key == "xmlns" { "" } else { key.strip_prefix("xmlns:")? };
        if self.prefixes.len() >= NAMESPACES {
            return None;
        }
        let usual = namespace::usual_prefix(uri)?;
        Some((prefix.to_owned(), self.prefixes.insert(prefix.to_owned(), usual)))
    }

    /// `written` with the usual prefix of its namespace.
    ///
    /// A prefix is taken at its word when it is not declared: feeds forget to, and mean what everybody means by it.
    fn spell(&self, written: &str) -> String {
        let (prefix, local) = written.split_once(':').unwrap_or(("", written));
        match (self.prefixes.get(prefix).copied(), prefix) {
            (Some(""), _) | (None, "" | "atom" | "atom10" | "rss" | "a10") => local.to_owned(),
            (Some(usual), _) => format!("{usual}:{local}"),
            (None, _) => written.to_owned(),
        }
    }

    /// Takes short entities of a `<!DOCTYPE …[…]>`; an entity in an entity marks the document as hostile.
    fn declarations(&mut self, text: &str) {
        for declaration in text.split("<!ENTITY").skip(1).take(1000) {
            let declaration = declaration.trim_start();
            let Some((name, rest)) = declaration.split_once(char::is_whitespace) else { continue };
            let rest = rest.trim_start();
            if rest.starts_with("SYSTEM") || rest.starts_with("PUBLIC") {
                // Another document, which is not read.
                self.entities.insert(name.to_owned(), String::new());
                continue;
            }
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
            let Some(value) = rest[1..].split(quote).next() else { continue };
            if value.len() > LONGEST_ENTITY || value.replace("&#", "").contains('&') {
                self.hostile = true;
            } else {
                let text = decode_entities(value);
                self.entities.insert(name.to_owned(), text);
            }
        }
    }

    fn finish(mut self) -> Tree {
        self.incomplete |= !self.open.is_empty();
        while !self.open.is_empty() {
            self.close(true);
        }
        let Self { root, incomplete, repaired, hostile, elements, .. } = self;
        let too_large = elements > MOST_ELEMENTS;
        Tree { root: root.unwrap_or_default(), incomplete, repaired, hostile, too_large }
    }
}
