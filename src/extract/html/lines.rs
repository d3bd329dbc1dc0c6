//! A piece of a parsed page → its text, one block a line.
//!
//! A line is what a reader sees as a paragraph, a heading, a list item or a row of a table. White space inside a line is
//! collapsed except in preformatted text; nothing is added, and what a reader does not see is left out.

use dom_query::{NodeData, NodeRef};

use crate::extract::blocks_to_text::{Line, kind_of, kind_of_line};
use crate::model::PartKind;

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

/// Whether captions become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Captions {
    /// Captions of figures and tables are lines like any other.
    Kept,
    /// They are left out of the running text.
    Dropped,
}

/// The text of `root`, a line a block.
pub(crate) fn lines(root: &NodeRef<'_>, captions: Captions) -> Vec<Line> {
    let mut writer = Writer { captions, ..Writer::default() };
    writer.walk(root);
    writer.end_line();
    writer.lines
}

/// All text of `root` in one line.
pub(crate) fn inline(root: &NodeRef<'_>) -> String {
    let lines = lines(root, Captions::Kept);
    lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ")
}

struct Writer {
    lines: Vec<Line>,
    line: String,
    /// Cells whose text stands in the line so far.
    cells: usize,
    /// A cell began, and nothing of it was read yet.
    cell: bool,
    /// Kinds of the elements around the line, the innermost last.
    around: Vec<PartKind>,
    /// White space was read and not yet written.
    space: bool,
    preformatted: usize,
    captions: Captions,
}

impl Default for Writer {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            line: String::new(),
            cells: 0,
            cell: false,
            around: Vec::new(),
            space: false,
            preformatted: 0,
            captions: Captions::Kept,
        }
    }
}

/// The writer's view of a node.
enum Kind {
    Text,
    Unseen,
    Break,
    Cell,
    /// With what it is to those who read it.
    Block(Option<PartKind>),
    Preformatted,
    Inline,
}

impl Writer {
    /// Depth first without recursion: a page may be nested 512 deep.
    fn walk(&mut self, root: &NodeRef<'_>) {
        // A node, and whether it is being left.
        let mut pending: Vec<(NodeRef<'_>, Kind, bool)> = vec![(*root, self.kind(root), false)];
        while let Some((node, kind, leaving)) = pending.pop() {
            if leaving {
                self.leave(&kind);
                continue;
            }
            match kind {
                Kind::Text => {
                    node.query(|data| {
                        if let NodeData::Text { contents } = &data.data {
                            self.text(contents);
                        }
                    });
                    continue;
                }
                Kind::Unseen => continue,
                Kind::Break => {
                    self.end_line();
                    continue;
                }
                Kind::Cell => {
                    self.space = true;
                    self.cell = true;
                }
                Kind::Block(is) => {
                    self.end_line();
                    self.around.extend(is);
                }
                Kind::Preformatted => {
                    self.end_line();
                    self.around.push(PartKind::Code);
                    self.preformatted += 1;
                }
                Kind::Inline => {}
            }
            if matches!(kind, Kind::Block(_) | Kind::Preformatted) {
                pending.push((node, kind, true));
            }
            for child in node.children_it(true) {
                pending.push((child, self.kind(&child), false));
            }
        }
    }

    /// Ends what began with an element of the kind `kind`.
    fn leave(&mut self, kind: &Kind) {
        self.end_line();
        self.preformatted -= usize::from(matches!(kind, Kind::Preformatted));
        if matches!(kind, Kind::Block(Some(_)) | Kind::Preformatted) {
            self.around.pop();
        }
    }

    fn kind(&self, node: &NodeRef<'_>) -> Kind {
        if node.is_text() {
            return Kind::Text;
        }
        let Some(name) = node.qual_name_ref() else {
            return if node.is_comment() || node.is_doctype() { Kind::Unseen } else { Kind::Inline };
        };
        match name.local.as_ref() {
            "br" => Kind::Break,
            "td" | "th" => Kind::Cell,
            "pre" => Kind::Preformatted,
            "figcaption" | "caption" if self.captions == Captions::Dropped => Kind::Unseen,
            name @ "caption" => Kind::Block(kind_of(name)),
            name if UNSEEN.contains(&name) => Kind::Unseen,
            name if BLOCKS.contains(&name) => Kind::Block(kind_of(name)),
            _ => Kind::Inline,
        }
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\n' if self.preformatted > 0 => self.end_line(),
                // Soft hyphens and zero-width spaces are typesetting, not text.
                '\u{ad}' | '\u{200b}' | '\u{feff}' => {}
                c if self.preformatted > 0 => self.line.push(c),
                c if c.is_whitespace() || c.is_control() => self.space = true,
                c => {
                    if std::mem::take(&mut self.space) && !self.line.is_empty() {
                        self.line.push(' ');
                    }
                    self.line.push(c);
                    self.cells += usize::from(std::mem::take(&mut self.cell));
                }
            }
        }
    }

    fn end_line(&mut self) {
        self.space = false;
        let line = std::mem::take(&mut self.line);
        let trimmed = if self.preformatted > 0 { line.trim_end() } else { line.trim() };
        if !trimmed.is_empty() {
            let kind = kind_of_line(trimmed.len(), self.cells, self.around.last().copied());
            let text = if trimmed.len() == line.len() { line } else { trimmed.to_owned() };
            self.lines.push(Line { text, kind });
        }
        self.cells = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &[&str]) {
        let document = dom_query::Document::fragment(html);
        let lines = lines(&document.root(), Captions::Dropped);
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
        let document = dom_query::Document::fragment(html);
        let kinds: Vec<_> = lines(&document.root(), Captions::Kept).into_iter().map(|line| line.kind).collect();
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
}
