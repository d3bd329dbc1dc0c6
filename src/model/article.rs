use std::ops::Range;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::{Figure, Part};

/// One page's own text, with what is known about it.
///
/// Made by `extract` out of bytes; `id`, `source` and `first_seen` are filled in by the gatherer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Which article this is, across feeds and runs; see [`Article::identify`]. Empty until then.
    #[serde(default)]
    pub id: String,
    /// Name of the source in the config that brought it; empty outside a run.
    #[serde(default)]
    pub source: String,
    /// Where it stands: the page's canonical URL if it declares a plausible one, else the URL it was read from.
    pub url: Option<String>,
    /// Headline, as plain text; may be empty.
    pub title: String,
    /// Who wrote it, as the page says it.
    pub byline: Option<String>,
    /// Name of the publication.
    pub site: Option<String>,
    /// When it was first published; never a last-modified or crawl date. `None`: the page does not say.
    pub published: Option<Timestamp>,
    /// When it was last changed, as declared; set only where `published` is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<Timestamp>,
    /// When this program first saw it; `None` before the store did.
    #[serde(default)]
    pub first_seen: Option<Timestamp>,
    /// BCP 47 language of the text (`en`, `pt`, `zh`), declared or detected.
    pub language: Option<String>,
    /// The text itself: paragraphs separated by newlines, nothing added.
    pub text: String,
    /// Where the text is no running text: headings, lists, tables, quotations, code, captions, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Its pictures with what is said below them, in the order of the page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
    /// Absolute address of its lead image, by its page's or feed's word; never fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// How sure the extractor is that `text` is the whole article and nothing else, 0 to 1.
    pub confidence: f64,
    /// Only the announcement of an article is here, not the article.
    #[serde(default)]
    pub teaser: bool,
    /// Who can read the whole of it.
    #[serde(default, skip_serializing_if = "Access::is_open")]
    pub access: Access,
    /// Categories given by the source, in its order.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// Who can read the whole of an article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Everyone, as far as the page says.
    #[default]
    Open,
    /// Subscribers: its text may be no more than what others are shown of it.
    Subscribers,
}

impl Access {
    /// Everyone can read it.
    pub fn is_open(&self) -> bool {
        *self == Self::Open
    }
}

impl Article {
    /// Sets `id` from the first of: the feed's `guid` (scoped to the source's own feed `scope`, since guids
    /// such as `42` are only unique inside one feed), the URL without tracking parameters, the hash of title and text.
    ///
    /// A guid that is itself an absolute http(s) URL counts as a URL, so the same page announced by two feeds is one article.
    pub fn identify(&mut self, guid: Option<&str>, scope: &str) {
        let guid = guid.map(str::trim).filter(|guid| !guid.is_empty());
        let is_url = |guid: &str| guid.starts_with("http://") || guid.starts_with("https://");
        self.id = match (guid, &self.url) {
            (Some(guid), _) if is_url(guid) => format!("url:{}", without_scheme(guid)),
            (_, Some(url)) => format!("url:{}", without_scheme(url)),
            (Some(guid), None) => format!("guid:{scope}:{guid}"),
            (None, None) => format!("text:{}", self.hash()),
        };
    }

    /// Lower-case hexadecimal SHA-256 of title and text: what `digest verify` compares.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.title.as_bytes());
        hasher.update([0]);
        hasher.update(self.text.as_bytes());
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The stretches of the text whose sentences can stand for it, in their order and each apart from the next: running text,
    /// the lines of lists, quotations; no heading, row of a table, code or caption. Empty: nothing sets parts of it apart.
    pub fn summarizable_ranges(&self) -> Vec<Range<usize>> {
        let mut stretches: Vec<Range<usize>> = Vec::new();
        let mut push = |range: Range<usize>| {
            let blank = self.text.get(range.clone()).is_none_or(|text| text.trim().is_empty());
            if !blank {
                stretches.push(range);
            }
        };
        let mut end = 0;
        for part in &self.parts {
            push(end..part.start);
            match self.text.get(part.start..part.end) {
                Some(text) if part.kind.is_prose() => text.split('\n').fold(part.start, |start, line| {
                    push(start..start + line.len());
                    start + line.len() + 1
                }),
                _ => part.end,
            };
            end = part.end;
        }
        push(end..self.text.len());
        if self.parts.is_empty() { Vec::new() } else { stretches }
    }

    /// The time by which it is ordered: published, else first seen.
    pub fn time(&self) -> Option<Timestamp> {
        self.published.or(self.first_seen)
    }
}

/// `http` and `https`, and a closing slash, do not make two articles.
fn without_scheme(url: &str) -> &str {
    let rest = url.trim_start_matches("https://").trim_start_matches("http://");
    rest.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PartKind;

    #[test]
    fn headings_tables_and_code_tell_nothing_and_each_line_of_a_list_stands_apart() {
        let text = "What is it?\nA bridge.\nof wood\nof stone\nlength 40 m\nIt stands.";
        let part = |kind, words: &str| {
            let start = text.find(words).unwrap();
            Part { kind, start, end: start + words.len() }
        };
        let parts = vec![
            part(PartKind::Heading, "What is it?"),
            part(PartKind::List, "of wood\nof stone"),
            part(PartKind::Table, "length 40 m"),
        ];
        let article = Article { text: text.into(), parts, ..Article::default() };
        let told: Vec<&str> = article.summarizable_ranges().into_iter().map(|range| text[range].trim()).collect();
        assert_eq!(told, ["A bridge.", "of wood", "of stone", "It stands."]);
        assert!(Article { text: text.into(), ..Article::default() }.summarizable_ranges().is_empty());
    }
}
