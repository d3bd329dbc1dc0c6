//! The decision on every article given: seen = published + linked + dropped + over a limit + copies + old + not new +
//! withdrawn.

use serde::{Deserialize, Serialize};

use super::write::headline;
use crate::model::Article;

/// One article and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Id of the article.
    pub article: String,
    /// Its headline.
    pub title: String,
    /// Name of its source.
    pub source: String,
    /// Where it stands.
    pub url: Option<String>,
    /// The decision on it.
    pub outcome: Outcome,
    /// Why, in plain words, with the number or the rule that decided.
    pub why: String,
}

impl Decision {
    /// The reader gets to see it, in a story or as a link.
    pub fn is_published(&self) -> bool {
        matches!(self.outcome, Outcome::Published { .. } | Outcome::Linked { .. })
    }
}

/// The ways an article can go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// In a story of the edition: as its headline, with a sentence, or under "also in".
    Published {
        /// Id of the story.
        story: String,
    },
    /// In a story that is only linked under "more".
    Linked {
        /// Id of the story.
        story: String,
    },
    /// A rule drops it.
    Dropped {
        /// Name of the rule.
        rule: String,
    },
    /// A limit left no room, not even for a link.
    OverLimit {
        /// The limit as it is called in the config.
        limit: String,
    },
    /// The same text as another article, which took its place; its source is named with that one's story.
    Duplicate {
        /// Id of the other article.
        of: String,
    },
    /// Published before the time this edition covers.
    TooOld,
    /// An earlier edition said all of it.
    NothingNew {
        /// Id of that edition.
        edition: String,
    },
    /// The publisher took its story out of the draft.
    Withdrawn {
        /// Id of the story.
        story: String,
    },
}

impl Outcome {
    /// As it is called in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Published { .. } => "published",
            Self::Linked { .. } => "linked",
            Self::Dropped { .. } => "dropped",
            Self::OverLimit { .. } => "over_limit",
            Self::Duplicate { .. } => "duplicate",
            Self::TooOld => "too_old",
            Self::NothingNew { .. } => "nothing_new",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// Decisions as they are decided.
#[derive(Debug, Default)]
pub(in crate::story) struct DecisionLog {
    /// In the order of the decisions.
    pub decisions: Vec<Decision>,
}

impl DecisionLog {
    /// Writes down what became of `article`.
    pub(in crate::story) fn record(&mut self, article: &Article, outcome: Outcome, why: String) {
        self.decisions.push(Decision {
            article: article.id.clone(),
            title: headline(article),
            source: article.source.clone(),
            url: article.url.clone(),
            outcome,
            why,
        });
    }
}
