//! A parsed page → its lines, each with where it stands: its element, the elements around it, what their names say.
//!
//! A line is what a reader sees as a paragraph, a heading, a list item or a row of a table. White space inside a line is
//! collapsed except in preformatted text; nothing is added, and what a reader does not see is left out. A large first letter
//! is part of the word that it begins, whichever element holds it.

use dom_query::{Document, Element, NodeData, NodeRef};

use crate::extract::blocks_to_text::{LONG_CELL, Line, kind_of, kind_of_line};
use crate::extract::html::tags::{
    BLOCKS, CHANGED, MARKED_BODY, TAGS, UNSEEN, UNSHOWN, attribute, hides, hints, is_unshown, names_change,
    names_initial,
};
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
    /// Its class is that of a large first letter.
    is_initial: bool,
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

/// Reads `document`.
pub(crate) fn read(document: &Document) -> Page {
    let mut reader = Reader::default();
    reader.read(&document.root());
    // A line without a letter or digit says nothing of where an article is.
    reader.page.blocks.retain(|block| block.text.contains(char::is_alphanumeric));
    reader.page
}

/// The lines of `root`, with the captions of its figures or without.
pub(crate) fn read_node(root: &NodeRef<'_>, captions: Captions) -> Page {
    let mut reader = Reader { without_captions: captions == Captions::Dropped, ..Reader::default() };
    reader.read(root);
    reader.page
}

/// Whether captions become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Captions {
    /// Captions of figures and tables are lines like any other.
    Kept,
    /// They are left out of the running text.
    Dropped,
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
    without_captions: bool,
    initial: Initial,
}

/// A large first letter, which goes with the word that follows.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Initial {
    #[default]
    None,
    /// It is a picture, and this its text; it counts if a lower-case letter follows at once.
    Picture(char),
    /// It is all that stands in the line.
    Written,
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
    Initial,
}

impl Reader {
    fn read(&mut self, root: &NodeRef<'_>) {
        self.page.elements.push(Container { name: TAGS.len(), ..Container::default() });
        self.walk(root);
        self.initial = Initial::None;
        self.end_line(0);
    }

    /// Depth first without recursion: a page may be nested 512 deep.
    fn walk(&mut self, root: &NodeRef<'_>) {
        let mut current = 0;
        let mut pending = vec![(*root, Step::Enter)];
        while let Some((node, step)) = pending.pop() {
            if !matches!(step, Step::Enter) {
                current = self.leave(step, current);
                continue;
            }
            let next = node.query_or(None, |data| match &data.data {
                NodeData::Text { contents } => {
                    self.text(contents, current);
                    None
                }
                NodeData::Element(element) => self.element(element, current),
                NodeData::Document | NodeData::Fragment => Some(Entered::Inline),
                _ => None,
            });
            let Some(entered) = next else { continue };
            if matches!(entered, Entered::Break) {
                self.end_line(current);
                continue;
            }
            let (step, container) = self.enter(entered);
            if let Some(container) = container {
                self.end_line(current);
                self.page.elements.push(container);
                current = self.page.elements.len() - 1;
            }
            pending.extend(step.map(|step| (node, step)));
            pending.extend(node.children_it(true).map(|child| (child, Step::Enter)));
        }
    }

    /// How an element that was entered is left, and the container that it begins.
    fn enter(&mut self, entered: Entered) -> (Option<Step>, Option<Container>) {
        match entered {
            Entered::Block(container, true) => {
                self.preformatted += 1;
                (Some(Step::Preformatted), Some(container))
            }
            Entered::Block(container, false) => (Some(Step::Block), Some(container)),
            Entered::Link => {
                self.links += 1;
                (Some(Step::Link), None)
            }
            Entered::Stress => {
                self.stress += 1;
                (Some(Step::Stress), None)
            }
            Entered::Initial => (Some(Step::Initial), None),
            Entered::Inline | Entered::Break => (None, None),
        }
    }

    /// Leaves what `step` entered inside `current`; the container that holds what follows.
    fn leave(&mut self, step: Step, current: usize) -> usize {
        match step {
            Step::Enter => {}
            Step::Link => self.links -= 1,
            Step::Stress => self.stress -= 1,
            Step::Initial => self.note_initial(),
            Step::Block | Step::Preformatted => {
                if self.page.elements[current].is_initial {
                    self.note_initial();
                }
                self.end_line(current);
                self.preformatted -= usize::from(matches!(step, Step::Preformatted));
                return self.page.elements[current].parent;
            }
        }
        current
    }

    /// The line so far may be no more than a large first letter.
    fn note_initial(&mut self) {
        let mut letters = self.line.text.chars();
        if letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none() {
            self.initial = Initial::Written;
        }
    }

    fn element(&mut self, element: &Element, current: usize) -> Option<Entered> {
        let name: &str = &element.name.local;
        if name == "br" {
            return Some(Entered::Break);
        }
        if name == "img" {
            let mut letters = attribute(element, "alt").unwrap_or_default().trim().chars();
            if let (Some(letter), None, true) = (letters.next(), letters.next(), self.line.text.is_empty())
                && letter.is_uppercase()
            {
                self.initial = Initial::Picture(letter);
            }
            return None;
        }
        let is_caption = matches!(name, "figcaption" | "caption");
        if UNSEEN.contains(&name) || (is_caption && self.without_captions) {
            return None;
        }
        let cell = matches!(name, "td" | "th");
        self.space |= cell;
        if !cell && !BLOCKS.contains(&name) && !matches!(name, "caption" | "label") {
            return self.inline(element, name);
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

    /// An element inside a line; `None` for one that is not shown.
    fn inline(&self, element: &Element, name: &str) -> Option<Entered> {
        if element.attrs.is_empty() {
            return Some(if matches!(name, "b" | "strong" | "em" | "i" | "u") {
                Entered::Stress
            } else {
                Entered::Inline
            });
        }
        if is_unshown(element) {
            return None;
        }
        Some(match name {
            // A name for others to link to is no link.
            "a" if attribute(element, "href").is_some() => Entered::Link,
            _ if self.line.text.is_empty() && attribute(element, "class").is_some_and(names_initial) => {
                Entered::Initial
            }
            "b" | "strong" | "em" | "i" | "u" => Entered::Stress,
            _ => Entered::Inline,
        })
    }

    fn container(&self, element: &Element, name: &str, current: usize) -> Container {
        let around = &self.page.elements[current];
        let part = kind_of(name).or(around.part);
        let name = TAGS.iter().position(|known| *known == name).unwrap_or(TAGS.len());
        let (mut own_hints, mut is_initial) = (0, false);
        let mut kind = name as u64 + 1;
        for attribute in &element.attrs {
            match &*attribute.name.local {
                key @ ("class" | "id" | "role" | "data-component" | "data-testid") => {
                    own_hints |= hints(&attribute.value);
                    if key == "class" {
                        is_initial |= names_initial(&attribute.value);
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
                "style" if hides(&attribute.value) => own_hints |= UNSHOWN,
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
            is_initial,
            part,
        }
    }

    fn text(&mut self, text: &str, current: usize) {
        let before = self.line.text.len();
        for c in text.chars() {
            match c {
                '\n' if self.preformatted > 0 => self.end_line(current),
                // Soft hyphens and zero-width spaces are typesetting, not text.
                '\u{ad}' | '\u{200b}' | '\u{feff}' => {}
                c @ (' ' | '\t') if self.preformatted > 0 => self.line.text.push(c),
                c if c.is_whitespace() || c.is_control() => self.space = true,
                c => {
                    if self.initial != Initial::None {
                        self.join_initial(c);
                    }
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

    /// Puts a large first letter before the word that goes on with `next`.
    fn join_initial(&mut self, next: char) {
        match std::mem::take(&mut self.initial) {
            Initial::Picture(letter) if next.is_lowercase() && !self.space && self.line.text.is_empty() => {
                self.line.text.push(letter);
            }
            // White space after it is the typesetter's, unless the letter may be a word by itself.
            Initial::Written if next.is_lowercase() => self.space &= WORDS_OF_ONE.contains(&*self.line.text),
            Initial::Written | Initial::Picture(_) | Initial::None => {}
        }
    }

    fn end_line(&mut self, element: usize) {
        if self.initial == Initial::Written {
            return;
        }
        (self.space, self.initial) = (false, Initial::None);
        let mut line = std::mem::take(&mut self.line);
        line.text.truncate(line.text.trim_end().len());
        if !line.text.is_empty() {
            self.page.blocks.push(Block { element, ..line });
        }
    }
}

/// Letters that are words in one of the languages with a Latin or Cyrillic script.
const WORDS_OF_ONE: &str = "AIOEUYWZÀÈÉÓÁАВИКОСУЯ";

enum Entered {
    /// With what it is, and whether its white space counts.
    Block(Container, bool),
    Link,
    Stress,
    /// The class is that of a large first letter.
    Initial,
    Break,
    Inline,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &[&str]) {
        let document = Document::fragment(html);
        let lines = read_node(&document.root(), Captions::Dropped).lines();
        assert_eq!(lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), expected, "{html}");
    }

    #[test]
    fn blocks_are_lines_and_white_space_is_collapsed() {
        check("<p>One\n  <b>two</b>three</p>four<br>five<div>six</div>", &["One twothree", "four", "five", "six"]);
        check("<ul><li>a<li>b<ul><li>c</ul></ul>", &["a", "b", "c"]);
        check("<table><tr><th>k</th><td>v</td></tr><tr><td>x<td>y</table>", &["k v", "x y"]);
        check("<pre>a\n  b\n\nc</pre>d", &["a", "  b", "c", "d"]);
        check("a\u{ad}b&nbsp; c &amp; d", &["ab c & d"]);
    }

    #[test]
    fn lines_know_what_they_are() {
        use PartKind::*;
        let html = "<h2>h</h2><p>p</p><ul><li>l<p>l</p></ul><blockquote><p>q</p></blockquote><pre>c\n c</pre>p\
            <table><caption>k</caption><tr><th>t<th>t</tr><tr><td>t<td>t</tr><tr><td><img><td>p</tr></table>";
        let document = Document::fragment(html);
        let kinds: Vec<_> =
            read_node(&document.root(), Captions::Kept).lines().into_iter().map(|line| line.kind).collect();
        let expected = [
            Some(Heading),
            None,
            Some(List),
            Some(List),
            Some(Quote),
            Some(Code),
            Some(Code),
            None,
            Some(Caption),
            Some(Table),
            Some(Table),
            None,
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn what_is_not_seen_is_no_text() {
        check("<p>a<button>Share</button></p><noscript>Enable</noscript><script>x</script>", &["a"]);
        check("<figure><img><figcaption>Photo: X</figcaption></figure><p>t</p>", &["t"]);
    }

    #[test]
    fn a_large_first_letter_belongs_to_its_word() {
        for html in [
            "<p><span class=dropcap>T</span>he bridge</p>",
            "<p><span class='drop-cap big'>T</span>\n he bridge</p>",
            "<div class=dropcap>T</div><p>he bridge</p>",
            "<p><div class=initial>T</div>he bridge</p>",
            "<p><img alt=T src=t.png>he bridge</p>",
            "<p><span aria-hidden=true><span class=dropcap>T</span>he</span><span class=sr-only>The</span> bridge</p>",
        ] {
            check(html, &["The bridge"]);
        }
        check("<p><span class=dropcap>A</span> bridge</p>", &["A bridge"]);
        check("<p><span class=dropcap>A</span>ll bridges</p>", &["All bridges"]);
        check("<p><img alt=T> he</p><h2>T</h2><p>he</p>", &["he", "T", "he"]);
        check("<p><span class=dropcap>T</span></p>", &["T"]);
    }

    #[test]
    fn a_tooltip_or_hidden_card_is_no_part_of_its_line() {
        check(
            "<p>The <a>mayor</a><span role=tooltip>Ada Stone, 51</span> spoke<span hidden>x</span>.</p>",
            &["The mayor spoke."],
        );
        check("<p>The mayor<span class=card style='display: none'>Follow Ada</span> spoke.</p>", &["The mayor spoke."]);
    }
}
