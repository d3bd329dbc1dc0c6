//! All that an edition is composed of, in one place.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::memo::Memo;
use super::options::{Limits, Options, SourcePolicy};
use super::select::{PastStory, Preferences, Rules};
use crate::model::{Article, SourceHealth};
use crate::summary;

/// All that an edition is composed of.
pub struct Inputs<'a> {
    /// The newsletter's facts.
    pub newsletter: Newsletter<'a>,
    /// Articles that no edition used yet, in any order.
    pub articles: &'a [Article],
    /// Articles whose very headline and text an edition had under another id: their ids and the edition's.
    pub repeated: &'a BTreeMap<String, String>,
    /// The sources, in the order of the config.
    pub sources: &'a [SourcePolicy],
    /// Rules that drop, keep and boost.
    pub rules: &'a Rules,
    /// The reader's ratings.
    pub preferences: &'a Preferences,
    /// Stories of earlier editions, in any order; only the last `remember_days` are looked at.
    pub past: &'a [PastStory],
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
    /// Kept from compositions of the same articles; an empty one where there are none.
    pub memo: &'a Memo,
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

impl Inputs<'_> {
    /// The policy of a source, by its name.
    pub(in crate::story) fn policy(&self, source: &str) -> Option<&SourcePolicy> {
        self.sources.iter().find(|terms| terms.name == source)
    }

    /// How a story of this source is summarized.
    pub(in crate::story) fn summary_of(&self, source: &str) -> Cow<'_, summary::Options> {
        let budget = self.policy(source).map(|policy| (policy.sentences, policy.words));
        match budget {
            Some((sentences, words)) if sentences.is_some() || words.is_some() => {
                Cow::Owned(summary::Options { sentences, words, share: None, ..self.summary.clone() })
            }
            _ => Cow::Borrowed(self.summary),
        }
    }

    /// The heading a source's stories stand under; empty for none.
    pub(in crate::story) fn section(&self, source: &str) -> String {
        self.policy(source).and_then(|terms| terms.section.clone()).unwrap_or_default()
    }
}
