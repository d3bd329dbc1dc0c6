use serde::{Deserialize, Serialize};

/// A stretch of an article's text that is no running text: whole lines of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its kind.
    pub kind: PartKind,
    /// First byte in [`Article::text`](crate::model::Article::text).
    pub start: usize,
    /// One past its last byte; the line break is not part of it.
    pub end: usize,
}

/// The kind of a line that is no running text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartKind {
    /// `h1` to `h6`.
    Heading,
    /// `li`, `dt`, `dd`.
    List,
    /// A row with several cells.
    Table,
    /// `blockquote`.
    Quote,
    /// `pre`.
    Code,
    /// `figcaption`, `caption`.
    Caption,
    /// Items of a list that are no sentences: ingredients, results, a timetable.
    Data,
    /// A claim that the article examines and does not make.
    Claim,
}

impl PartKind {
    /// Whether a sentence of it can stand for the article: those of lists and quotations can.
    pub fn is_prose(self) -> bool {
        matches!(self, Self::List | Self::Quote)
    }
}

/// A picture of an article and what is said below it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Absolute address of the picture; `None` where the page fills it in by script.
    pub image: Option<String>,
    /// `figcaption`, in one line.
    pub caption: String,
}
