//! Lines of a document and what each is → one text and the parts of it that are no running text.

use crate::model::{Part, PartKind};

/// One line of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its visible text.
    pub(crate) text: String,
    /// Its kind; `None`: running text.
    pub(crate) kind: Option<PartKind>,
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self { text, kind: None }
    }
}

/// The kind of an element's text; `None` for one that says nothing of it.
pub(crate) fn kind_of(element: &str) -> Option<PartKind> {
    Some(match element {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => PartKind::Heading,
        "li" | "dt" | "dd" => PartKind::List,
        "blockquote" => PartKind::Quote,
        "pre" => PartKind::Code,
        "figcaption" | "caption" => PartKind::Caption,
        _ => return None,
    })
}

/// A cell with more bytes of text than this is no entry of a table but a part of the page.
pub(crate) const LONG_CELL: usize = 80;

/// The kind of a line of `bytes` that holds the text of so many `cells`, inside an element of the kind `around`.
pub(crate) fn kind_of_line(bytes: usize, cells: usize, around: Option<PartKind>) -> Option<PartKind> {
    if cells > 1 && bytes <= cells * LONG_CELL { Some(PartKind::Table) } else { around }
}

/// A text and the parts of it that are no running text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockText {
    /// A line a block.
    pub text: String,
    /// In their order; neighbouring lines of one kind are one part.
    pub parts: Vec<Part>,
}

impl BlockText {
    /// Puts `lines` together, a line break between two.
    pub(crate) fn of(lines: &[Line]) -> Self {
        let mut passage = Self::default();
        let mut before = None;
        for (number, line) in lines.iter().enumerate() {
            if number > 0 {
                passage.text.push('\n');
            }
            let start = passage.text.len();
            passage.text.push_str(&line.text);
            let end = passage.text.len();
            match (line.kind, passage.parts.last_mut()) {
                (Some(kind), Some(last)) if before == Some(kind) => last.end = end,
                (Some(kind), _) => passage.parts.push(Part { kind, start, end }),
                (None, _) => {}
            }
            before = line.kind;
        }
        passage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_lines_of_one_kind_are_one_part() {
        let line = |text: &str, kind| Line { text: text.into(), kind };
        let list = Some(PartKind::List);
        let passage =
            BlockText::of(&[line("One.", None), line("a", list), line("é", list), line("Two.", None), line("b", list)]);
        assert_eq!(passage.text, "One.\na\né\nTwo.\nb");
        let parts: Vec<&str> = passage.parts.iter().map(|part| &passage.text[part.start..part.end]).collect();
        assert_eq!(parts, ["a\né", "b"]);
        assert_eq!(BlockText::of(&[]), BlockText::default());
    }
}
