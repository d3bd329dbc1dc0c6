use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::word_count;

/// The articles about one event, with its summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Story {
    /// Stable across the order of the input: derived from its articles' ids.
    pub id: String,
    /// Headline of its most central article, as that article has it.
    pub headline: String,
    /// Where the headline points.
    pub url: Option<String>,
    /// Language of the headline's article.
    pub language: Option<String>,
    /// When its headline's article appeared, or was first seen.
    pub published: Option<Timestamp>,
    /// Minutes to read the headline's article in full, at least 1.
    pub reading_minutes: u32,
    /// Where it is reported: one place a source, the headline's first. Never empty.
    pub places: Vec<Place>,
    /// The summary: chosen sentences, in their order, each verbatim in its article.
    pub sentences: Vec<KeySentence>,
    /// More places of the same text or event that gave no sentence ("also in").
    pub also_in: Vec<Place>,
    /// Set when an earlier edition published this story already.
    pub update: Option<Update>,
    /// Keyphrases as they stand in the text, best first.
    pub tags: Vec<String>,
    /// Links by which the reader says what they think of it; `None` when they are off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<RateLinks>,
    /// Only a teaser of the article was there to be read.
    pub teaser: bool,
    /// Its page is for subscribers only.
    #[serde(default)]
    pub paywalled: bool,
    /// Its summary does not stand for the article: nothing could be quoted, the text is doubtful, or there is no headline.
    #[serde(default)]
    pub weak: bool,
    /// Its score inside its section; higher first.
    pub score: f64,
}

impl Story {
    /// It is only ever named: its summary is weak, or only a teaser or a locked page was there to be read.
    pub fn is_brief(&self) -> bool {
        self.weak || self.teaser || self.paywalled || self.sentences.is_empty()
    }

    /// Words of its headline and its sentences.
    pub fn word_count(&self) -> usize {
        let sentences = self.sentences.iter().map(|sentence| word_count(&sentence.text));
        word_count(&self.headline) + sentences.sum::<usize>()
    }
}

/// Links that say "more of this" and "less of this".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLinks {
    /// A signed `mailto:`.
    pub more: String,
    /// A signed `mailto:`.
    pub less: String,
}

/// One article of a story, as a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Id of the article.
    pub article: String,
    /// Name of the source, as the reader sees it.
    pub source: String,
    /// The article's own headline.
    pub title: String,
    /// Where it stands; `None` for local texts without a URL.
    pub url: Option<String>,
}

/// One sentence of a summary and its place in the source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeySentence {
    /// The sentence, equal to `article.text[start..end]`.
    pub text: String,
    /// Id of the article it stands in.
    pub article: String,
    /// Name of that article's source.
    pub source: String,
    /// First byte in the article's text.
    pub start: usize,
    /// One past the last byte in the article's text.
    pub end: usize,
    /// The article's URL with a text fragment for this sentence; `None` without a URL.
    pub link: Option<String>,
    /// Its score in the walk over the story's sentences.
    pub score: f64,
    /// Why it was chosen, in one plain sentence.
    pub reason: String,
    /// Nothing but white space stands between the sentence before it in the story and this one.
    #[serde(default)]
    pub adjoins: bool,
}

/// The same story in an earlier edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Id of that edition.
    pub edition: String,
    /// When it was composed.
    pub first_told: Timestamp,
}
