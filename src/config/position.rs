//! Where a key or a value stands in the file, for checks that serde cannot make.

use std::ops::Range;

use toml_edit::{Document, Item};

/// One step into the document.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    /// A key of a table.
    Key(&'a str),
    /// An element of an array or an array of tables.
    At(usize),
}

/// The document with the byte span of everything in it.
pub(super) struct Positions {
    document: Option<Document<String>>,
}

impl Positions {
    /// Reads `text`; a text that is no TOML has no positions.
    pub(super) fn of(text: &str) -> Self {
        Self { document: Document::parse(text.to_owned()).ok() }
    }

    /// The span of the value at `path`, else of the nearest table around it that stands in the file.
    pub(super) fn value(&self, path: &[Step<'_>]) -> Option<Range<usize>> {
        let document = self.document.as_ref()?;
        let mut item: &Item = document.as_item();
        let mut span = None;
        for step in path {
            let next = match step {
                Step::Key(key) => item.get(*key),
                Step::At(index) => item.get(*index),
            };
            // An array of tables hands out its tables by another door.
            let table = match (step, item.as_array_of_tables()) {
                (Step::At(index), Some(tables)) => tables.get(*index).and_then(|table| table.span()),
                _ => None,
            };
            if let Some(table) = table {
                span = Some(table);
            }
            let Some(next) = next else { break };
            item = next;
            span = item.span().or(span);
        }
        span
    }
}
