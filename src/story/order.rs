//! What a story is worth to this edition, as a sum that can be read out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::desk::Desk;
use super::rule::Favour;
use crate::model::Article;

/// Hours after which a story's freshness is half.
const HALF_LIFE_HOURS: f64 = 24.0;
/// A story that an earlier edition told stands behind a new one of the same worth.
const UPDATE: f64 = -0.5;
/// A story of which only the announcement is here.
const TEASER: f64 = -0.5;

/// One term of a story's score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What it is for: `coverage`, `freshness`, `boost`, `taste`, `update`, `teaser`.
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
    /// The head it stands under.
    pub section: String,
    /// Sum of the parts.
    pub score: f64,
    /// The terms, largest kinds first.
    pub parts: Vec<Part>,
}

/// What the score is made of.
pub(super) struct Merits<'a> {
    /// All articles, copies too.
    pub articles: Vec<&'a Article>,
    /// When the newest of them appeared.
    pub newest: Option<Timestamp>,
    /// What the rules say about each.
    pub favours: Vec<&'a Favour>,
    /// An earlier edition told it.
    pub update: bool,
    /// Only announcements are here.
    pub teaser: bool,
}

/// The terms of a story's score.
pub(super) fn parts(desk: &Desk<'_>, merits: &Merits<'_>) -> Vec<Part> {
    let mut parts = vec![coverage(desk, merits), freshness(desk, merits)];
    let mut boosts: Vec<&(String, f64)> = Vec::new();
    for boost in merits.favours.iter().flat_map(|favour| &favour.boosts) {
        if !boosts.contains(&boost) {
            boosts.push(boost);
        }
    }
    boosts.sort_by(|a, b| a.0.cmp(&b.0));
    parts.extend(boosts.into_iter().map(|(rule, by)| part("boost", *by, format!("rule `{rule}`"))));
    parts.extend(desk.taste.part(&merits.articles));
    if merits.update {
        parts.push(part("update", UPDATE, "an earlier edition told the story".to_owned()));
    }
    if merits.teaser {
        parts.push(part("teaser", TEASER, "only the announcement could be read".to_owned()));
    }
    parts
}

/// Binary logarithm of one more than the weights of its sources: 1 for one usual source, 2 for three.
fn coverage(desk: &Desk<'_>, merits: &Merits<'_>) -> Part {
    let mut sources: Vec<&str> = merits.articles.iter().map(|article| article.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let weight: f64 = sources.iter().map(|source| desk.terms(source).map_or(1.0, |terms| terms.weight).max(0.0)).sum();
    let names = if sources.len() == 1 { "1 source".to_owned() } else { format!("{} sources", sources.len()) };
    part("coverage", (1.0 + weight).log2(), format!("{names} of weight {weight:.1} in all"))
}

fn freshness(desk: &Desk<'_>, merits: &Merits<'_>) -> Part {
    let Some(newest) = merits.newest else { return part("freshness", 0.0, "no date is known".to_owned()) };
    let hours = (desk.now.duration_since(newest).as_secs_f64() / 3_600.0).max(0.0);
    part("freshness", 0.5_f64.powf(hours / HALF_LIFE_HOURS), format!("its newest article is {hours:.0} hours old"))
}

pub(super) fn part(name: &str, points: f64, why: String) -> Part {
    Part { name: name.to_owned(), points, why }
}
