//! A story's value to this edition, as a sum whose terms can be shown.

use serde::{Deserialize, Serialize};

use crate::story::draft::StoryDraft;
use crate::story::inputs::Inputs;

/// Hours after which a story's freshness is half.
const HALF_LIFE_HOURS: f64 = 24.0;
/// A story that an earlier edition published stands behind a new one of the same worth.
const UPDATE: f64 = -0.5;
/// A story of which only the announcement is here.
const TEASER: f64 = -0.5;

/// One term of a story's score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The reason: `coverage`, `freshness`, `boost`, `preferences`, `update`, `teaser`.
    pub name: String,
    /// Points, which add up to the score.
    pub points: f64,
    /// Where they come from, in plain words.
    pub why: String,
}

/// Why a story stands where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// Id of the story.
    pub story: String,
    /// Its headline.
    pub headline: String,
    /// The heading it stands under.
    pub section: String,
    /// Sum of the parts.
    pub score: f64,
    /// The terms, largest kinds first.
    pub parts: Vec<Part>,
}

/// The terms of a story's score.
pub(in crate::story) fn parts(inputs: &Inputs<'_>, draft: &StoryDraft<'_>) -> Vec<Part> {
    let mut parts = vec![coverage(inputs, draft), freshness(inputs, draft)];
    let boosts = draft.effects.boosts.iter();
    parts.extend(boosts.map(|(rule, by)| part("boost", *by, format!("rule `{rule}`"))));
    parts.extend(inputs.preferences.part(&draft.articles().collect::<Vec<_>>()));
    if !draft.past.is_empty() {
        parts.push(part("update", UPDATE, "an earlier edition had the story".to_owned()));
    }
    if draft.articles().all(|article| article.teaser) {
        parts.push(part("teaser", TEASER, "only the announcement could be read".to_owned()));
    }
    parts
}

/// Binary logarithm of one more than the weights of its sources: 1 for one usual source, 2 for three.
fn coverage(inputs: &Inputs<'_>, draft: &StoryDraft<'_>) -> Part {
    let mut sources: Vec<&str> = draft.articles().map(|article| article.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let weight: f64 =
        sources.iter().map(|source| inputs.policy(source).map_or(1.0, |terms| terms.weight).max(0.0)).sum();
    let names = if sources.len() == 1 { "1 source".to_owned() } else { format!("{} sources", sources.len()) };
    part("coverage", (1.0 + weight).log2(), format!("{names} of weight {weight:.1} in all"))
}

fn freshness(inputs: &Inputs<'_>, draft: &StoryDraft<'_>) -> Part {
    let Some(newest) = draft.newest else { return part("freshness", 0.0, "no date is known".to_owned()) };
    let hours = (inputs.now.duration_since(newest).as_secs_f64() / 3_600.0).max(0.0);
    part("freshness", 0.5_f64.powf(hours / HALF_LIFE_HOURS), format!("its newest article is {hours:.0} hours old"))
}

pub(in crate::story) fn part(name: &str, points: f64, why: String) -> Part {
    Part { name: name.to_owned(), points, why }
}
