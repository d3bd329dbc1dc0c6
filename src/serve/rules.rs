//! A rule while it is typed: what it hits, where, and what it changes.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Value, json};

use crate::model::Article;
use crate::serve::difference::difference;
use crate::serve::problem::Problem;
use crate::serve::trial::Trial;
use crate::story::{Rule, RuleMatch, Rules};

/// Hits that are shown; all are counted.
const MOST_HITS: usize = 200;
/// Bytes of text around a hit.
const AROUND: usize = 60;

/// The text of the field that `hit` is about.
pub(super) fn field_text<'a>(rules: &'a Rules, article: &'a Article, hit: &RuleMatch) -> &'a str {
    match hit.field {
        "title" => &article.title,
        "text" => &article.text,
        "author" => article.byline.as_deref().unwrap_or_default(),
        "url" => article.url.as_deref().unwrap_or_default(),
        "source" => &article.source,
        "section" => rules.section(article),
        "language" => article.language.as_deref().unwrap_or_default(),
        _ => {
            article.tags.iter().map(String::as_str).find(|tag| tag.get(hit.range.clone()).is_some()).unwrap_or_default()
        }
    }
}

/// The text before, in and after `range`.
pub(super) fn around(text: &str, range: &Range<usize>) -> [String; 3] {
    let (mut start, mut end) = (range.start.saturating_sub(AROUND), (range.end + AROUND).min(text.len()));
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let part = |range: Range<usize>| text.get(range).unwrap_or_default().replace('\n', " ");
    let (before, after) = (part(start..range.start), part(range.end..end));
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    [format!("{}{before}", cut(start > 0)), part(range.clone()), format!("{after}{}", cut(end < text.len()))]
}

/// Compiles `rule`; a mistake names its field and shows the place.
pub(super) fn compiled(rule: &Rule) -> Result<Rules, Problem> {
    Rules::compile(std::slice::from_ref(rule)).map_err(|errors| {
        let first = errors.first();
        let message = first.map_or("", |error| error.message.as_str());
        let last = message.lines().last().unwrap_or_default().trim_start_matches("error: ");
        let key = first.map(|error| error.field.clone()).unwrap_or_default();
        Problem::new(422, "pattern", last).detail(if message.contains('\n') { message } else { "" }).key(key)
    })
}

/// Every entry that `rules` (of one rule) hit, the changed ones first; `without` and `with` are the editions without and
/// with the rule.
pub(super) fn hits(rules: &Rules, without: &Trial, with: &Trial) -> Value {
    let outcomes = |trial: &Trial| -> BTreeMap<String, &'static str> {
        let decisions = &trial.composed.composition.decisions;
        decisions.iter().map(|one| (one.article.clone(), one.outcome.name())).collect()
    };
    let (before, after) = (outcomes(without), outcomes(with));
    let mut hits: Vec<(bool, Value)> = Vec::new();
    for article in &with.inputs.articles {
        let Some(hit) = rules.matches(article, with.inputs.now).into_iter().next() else { continue };
        let (was, is) = (before.get(&article.id), after.get(&article.id));
        let row = json!({
            "article": article.id, "title": article.title, "source": article.source, "field": hit.field,
            "snippet": around(field_text(rules, article, &hit), &hit.range), "without": was, "with": is,
        });
        hits.push((was == is, row));
    }
    hits.sort_by_key(|(is_same, _)| *is_same);
    let changed = hits.iter().filter(|(is_same, _)| !is_same).count();
    let count = hits.len();
    let rows: Vec<Value> = hits.into_iter().take(MOST_HITS).map(|(_, row)| row).collect();
    let changes = difference(without, with);
    json!({
        "hits": rows, "count": count, "changed": changed, "entries": with.inputs.articles.len(),
        "in": changes["in"], "out": changes["out"], "forms": changes["forms"], "moved": changes["moved"],
    })
}
