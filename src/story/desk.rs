//! All that an edition is composed of, on one desk.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::earlier::Told;
use super::options::{Limits, Options, SourceTerms};
use super::rule::Rules;
use super::taste::Taste;
use crate::model::{Article, SourceHealth};
use crate::summary;

/// All that an edition is composed of.
pub struct Desk<'a> {
    /// The newsletter's facts.
    pub newsletter: Newsletter<'a>,
    /// Articles that no edition used yet, in any order.
    pub articles: &'a [Article],
    /// Articles whose very headline and text an edition had under another id: their ids and the edition's.
    pub repeated: &'a BTreeMap<String, String>,
    /// The sources, in the order of the config.
    pub sources: &'a [SourceTerms],
    /// What is dropped, kept, boosted.
    pub rules: &'a Rules,
    /// What the reader likes.
    pub taste: &'a Taste,
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
    /// How a story's sentences are chosen.
    pub summary: &'a summary::Options,
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
