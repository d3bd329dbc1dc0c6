//! All that an edition is composed of, on one desk.

use std::ops::Range;

use jiff::Timestamp;

use super::earlier::Told;
use super::options::{Limits, Options, SourceTerms};
use super::rule::Rules;
use crate::model::{Article, SourceHealth};

/// All that an edition is composed of.
pub struct Desk<'a> {
    /// The newsletter's facts.
    pub newsletter: Newsletter<'a>,
    /// Articles that no edition used yet, in any order.
    pub articles: &'a [Article],
    /// The sources, in the order of the config.
    pub sources: &'a [SourceTerms],
    /// What is dropped, kept, boosted.
    pub rules: &'a Rules,
    /// What earlier editions told, in any order; only the last `remember_days` are looked at.
    pub told: &'a [Told],
    /// The run's time.
    pub now: Timestamp,
    /// When the edition before was composed; `None` for the first.
    pub since: Option<Timestamp>,
    /// How the sources did.
    pub health: SourceHealth,
    /// How articles become stories.
    pub options: &'a Options,
    /// How much the edition may hold.
    pub limits: &'a Limits,
    /// What summarizes and links.
    pub pen: Pen<'a>,
}

/// The newsletter's facts, which the edition carries.
#[derive(Debug, Clone, Copy)]
pub struct Newsletter<'a> {
    /// `[newsletter] name`.
    pub name: &'a str,
    /// `[newsletter] title`.
    pub title: &'a str,
    /// BCP 47 language of its labels.
    pub language: &'a str,
    /// IANA name of the zone of its dates.
    pub timezone: &'a str,
}

/// What summarizes the articles of a story, and links a sentence to its place.
#[derive(Clone, Copy)]
pub struct Pen<'a> {
    /// All sentences of all texts with their scores, in the order of the texts.
    pub summarize: &'a (dyn Fn(&[Passage<'_>]) -> Summed + Sync),
    /// The URL with a text fragment for a span of the text.
    pub link: &'a (dyn Fn(&str, &str, Range<usize>) -> String + Sync),
}

/// One text of a story.
#[derive(Debug, Clone, Copy)]
pub struct Passage<'a> {
    /// The text.
    pub text: &'a str,
    /// Its headline.
    pub title: &'a str,
    /// Its language, if known.
    pub language: Option<&'a str>,
}

/// What a summarizer says about a story.
#[derive(Debug, Clone, Default)]
pub struct Summed {
    /// All sentences, in the order of the texts.
    pub sentences: Vec<Picked>,
    /// Keyphrases, best first.
    pub keyphrases: Vec<String>,
}

/// One sentence and what it is worth.
#[derive(Debug, Clone)]
pub struct Picked {
    /// Which text.
    pub text: usize,
    /// First byte in it.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// How much it says of the whole.
    pub score: f64,
    /// It is in the summary.
    pub chosen: bool,
    /// Why, in one plain sentence.
    pub reason: String,
}

impl Desk<'_> {
    /// The terms of a source, by its name.
    pub(super) fn terms(&self, source: &str) -> Option<&SourceTerms> {
        self.sources.iter().find(|terms| terms.name == source)
    }

    /// The head a source's stories stand under; empty for none.
    pub(super) fn section(&self, source: &str) -> String {
        self.terms(source).and_then(|terms| terms.section.clone()).unwrap_or_default()
    }
}
