//! Settings for stories and for the size of an edition.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How articles become stories (`[stories]`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Mean probability (0 to 1) that the articles of two groups tell one event, from which the groups are one story.
    /// Higher makes smaller stories; 1 keeps every article alone.
    pub cluster: f64,
    /// Share (0 to 1) of the shorter text's word triples found in the longer one, from which both are one article.
    pub duplicate: f64,
    /// Days that "what is new" looks back: what an edition of these days published is not published again.
    pub remember_days: u32,
    /// How new (0 to 1) a sentence must be, against all that was published of its story, to stand in an update.
    pub new: f64,
    /// Adds one sentence of a source that has none in the summary yet, when it says something more.
    pub adds: bool,
    /// Experimental: where another source gives another number for the same thing, its sentence stands beside the one
    /// on the card.
    pub disagreements: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { cluster: 0.2, duplicate: 0.5, remember_days: 14, new: 0.5, adds: true, disagreements: false }
    }
}

/// How much an edition may hold; filled from `[newsletter]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Stories published in full.
    pub max_stories: usize,
    /// Minutes to read the edition, at 230 words a minute; 0 means no limit.
    pub reading_minutes: u32,
    /// Stories published in full whose headline is from one source; `None`: no quota.
    pub max_per_source: Option<usize>,
    /// Stories published in full in one section; `None`: no quota.
    pub max_per_section: Option<usize>,
    /// The same for single sections, by their names.
    pub sections: BTreeMap<String, usize>,
    /// Links under "more" in one section.
    pub max_more: usize,
    /// Hours back from `now` that a first edition looks.
    pub first_hours: u32,
    /// Articles a first edition takes from a source that has none of these hours (or no dates): its newest.
    pub first_articles: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_stories: 12,
            reading_minutes: 6,
            max_per_source: None,
            max_per_section: None,
            sections: BTreeMap::new(),
            max_more: 30,
            first_hours: 48,
            first_articles: 5,
        }
    }
}

/// A source as composing needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourcePolicy {
    /// Its name in the config, equal to `Article::source`.
    pub name: String,
    /// The heading its stories stand under; `None`: no heading.
    pub section: Option<String>,
    /// How much it counts; 1 is usual, 0 never raises a story.
    pub weight: f64,
    /// Stories published in full with its headline; `None`: the edition's quota.
    pub max_stories: Option<usize>,
    /// Sentences of its stories; `None`: the edition's.
    pub sentences: Option<usize>,
    /// Words of its stories at most, in place of sentences.
    pub words: Option<usize>,
}

impl Default for SourcePolicy {
    fn default() -> Self {
        Self { name: String::new(), section: None, weight: 1.0, max_stories: None, sentences: None, words: None }
    }
}
