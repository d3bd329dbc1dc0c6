//! The whole account of a composition: every entry and its decision, searched by words, kind and source.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::Article;
use crate::serve::problem::Problem;
use crate::serve::rules::{around, field_text};
use crate::serve::story::article;
use crate::serve::trial::Trial;
use crate::story::{Decision, Outcome};

/// Rows of one answer.
const MOST_ROWS: usize = 200;

/// A search in the account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Query {
    /// Words in headline, source or reason.
    q: String,
    /// A decision, as reports call it; `left_out` for all but `published`; empty for all.
    kind: String,
    source: String,
    /// Rows to leave out.
    after: usize,
    /// Id of one article.
    article: String,
}

fn known<'a>(trial: &'a Trial, id: &str) -> Option<&'a Article> {
    trial.inputs.articles.iter().find(|article| article.id == id)
}

/// Entries that fit, and how many there are of each kind and source.
pub(super) fn entries(trial: &Trial, query: &Query) -> Value {
    let words = query.q.to_lowercase();
    let contains = |text: &str| text.to_lowercase().contains(&words);
    let of_source = |one: &&Decision| query.source.is_empty() || one.source == query.source;
    let of_kind = |one: &&Decision| match query.kind.as_str() {
        "" => true,
        "left_out" => one.outcome.name() != "published",
        kind => one.outcome.name() == kind,
    };
    let found =
        |one: &&Decision| words.is_empty() || contains(&one.title) || contains(&one.source) || contains(&one.why);
    let all: Vec<&Decision> = trial.composed.composition.decisions.iter().filter(found).collect();
    let (mut kinds, mut sources) = (BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new());
    for one in all.iter().filter(|one| of_source(one)) {
        *kinds.entry(one.outcome.name()).or_default() += 1;
    }
    for one in all.iter().filter(|one| of_kind(one)) {
        *sources.entry(&one.source).or_default() += 1;
    }
    let fits: Vec<&&Decision> = all.iter().filter(|one| of_source(one) && of_kind(one)).collect();
    let rows: Vec<Value> = fits.iter().skip(query.after).take(MOST_ROWS).map(|one| row(trial, one)).collect();
    let end = query.after + rows.len();
    json!({
        "kinds": kinds, "sources": sources, "rows": rows, "found": fits.len(),
        "seen": trial.composed.composition.decisions.len(), "next": (end < fits.len()).then_some(end),
    })
}

fn row(trial: &Trial, one: &Decision) -> Value {
    let source = known(trial, &one.article);
    let story = match &one.outcome {
        Outcome::Published { story } | Outcome::Linked { story } => Some(story),
        _ => None,
    };
    let ranking = trial.composed.composition.rankings.iter();
    let score =
        story.and_then(|story| ranking.clone().find(|ranking| ranking.story == **story)).map(|found| found.score);
    let hit = match (&one.outcome, source) {
        (Outcome::Dropped { rule }, Some(article)) => {
            let hits = trial.config.rules.matches(article, trial.inputs.now);
            hits.into_iter().find(|hit| hit.rule == *rule).map(|hit| {
                let text = field_text(&trial.config.rules, article, &hit);
                json!({ "field": hit.field, "snippet": around(text, &hit.range) })
            })
        }
        _ => None,
    };
    json!({
        "article": one.article, "title": one.title, "source": one.source, "url": one.url,
        "published": source.and_then(Article::time), "outcome": one.outcome, "kind": one.outcome.name(),
        "why": one.why, "score": score, "hit": hit,
    })
}

/// One entry with its text.
pub(super) fn entry(trial: &Trial, query: &Query) -> Result<Value, Problem> {
    let decisions = &trial.composed.composition.decisions;
    let one = decisions.iter().find(|one| one.article == query.article).ok_or_else(Problem::gone)?;
    let mut row = row(trial, one);
    row["text"] = known(trial, &one.article).map(article).unwrap_or_default();
    Ok(row)
}
