//! Changes that would bring an entry in: each one is composed, none is guessed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::Article;
use crate::serve::changes::{Asked, changed};
use crate::serve::difference::difference;
use crate::serve::problem::Problem;
use crate::serve::trial::Trial;
use crate::serve::workbench::Workbench;
use crate::story::{Decision, Outcome};

/// Compositions that one question may take.
const MOST_TRIALS: usize = 12;

/// A change and what it says.
struct Way {
    says: String,
    change: Value,
}

/// Each change that brings `article` into the edition of `text` and `asked`, with what it pushes out.
pub(super) async fn ways(
    workbench: &Workbench,
    day: &str,
    text: &str,
    asked: &[Asked],
    article: &str,
) -> Result<Value, Problem> {
    let base = workbench.compose(day, changed(text, asked)?).await?;
    let found = base.composed.composition.decisions.iter().find(|one| one.article == article);
    let decision = found.ok_or_else(Problem::gone)?;
    let known = base.inputs.articles.iter().find(|one| one.id == article);
    let (mut working, mut settled) = (Vec::new(), BTreeSet::new());
    for way in candidates(&base, decision, known).into_iter().take(MOST_TRIALS) {
        let Ok(one) = serde_json::from_value::<Asked>(way.change.clone()) else { continue };
        let target = (one.key.clone(), one.source.clone(), one.rule.clone());
        // More of what works already tells nothing.
        if settled.contains(&target) {
            continue;
        }
        let mut all: Vec<Asked> = asked.to_vec();
        all.retain(|other| (&other.key, &other.source, &other.rule) != (&one.key, &one.source, &one.rule));
        all.push(one);
        let Ok(text) = changed(text, &all) else { continue };
        let Ok(trial) = workbench.compose(day, text).await else { continue };
        let decisions = &trial.composed.composition.decisions;
        let is_in = decisions.iter().any(|one| one.article == article && one.outcome.name() == "published");
        if is_in {
            let effect = difference(&base, &trial);
            working.push(json!({ "says": way.says, "change": way.change, "pushes_out": effect["out"] }));
            settled.insert(target);
        }
    }
    Ok(json!({ "ways": working }))
}

fn candidates(trial: &Trial, decision: &Decision, article: Option<&Article>) -> Vec<Way> {
    let mut ways = Vec::new();
    match &decision.outcome {
        Outcome::Dropped { rule } => {
            ways.push(Way {
                says: format!("Take out the rule “{rule}”"),
                change: json!({ "rule": rule, "remove": true }),
            });
        }
        Outcome::TooOld => {
            ways.extend([7, 14].map(|days| {
                limit("newsletter.first_hours", days * 24, format!("A first edition looks {days} days back"))
            }));
        }
        Outcome::Duplicate { .. } => {
            ways.push(Way {
                says: "Texts are the same only at 1.0".into(),
                change: json!({ "key": "stories.duplicate", "value": 1.0 }),
            });
        }
        Outcome::NothingNew { .. } => {
            let less = |new: f64| Way {
                says: format!("An update needs {new:.1} of news"),
                change: json!({ "key": "stories.new", "value": new }),
            };
            ways.extend([0.3, 0.1].map(less));
        }
        _ => ways.extend(larger_limits(trial, &decision.source)),
    }
    if let Some(title) = article.map(|article| article.title.trim()).filter(|title| !title.is_empty()) {
        let pattern = format!("^{}$", regex::escape(title));
        let name = format!("keep {}", title.chars().take(30).collect::<String>());
        let rule = json!({ "name": name, "keep": { "title": pattern } });
        ways.push(Way {
            says: "A rule that always includes it".into(),
            change: json!({ "rule": name, "value": rule }),
        });
    }
    ways
}

/// Ways for what fell to a limit: more stories, more of its source, no limit of minutes, more weight.
fn larger_limits(trial: &Trial, source: &str) -> Vec<Way> {
    let newsletter = &trial.config.newsletter;
    let mut ways = Vec::new();
    for more in [1, 2, 5] {
        let value = newsletter.max_stories + more;
        let says = format!("{value} stories instead of {}", newsletter.max_stories);
        ways.push(limit("newsletter.max_stories", value, says));
    }
    if newsletter.max_per_source > 0 {
        let value = newsletter.max_per_source + 1;
        ways.push(limit("newsletter.max_per_source", value, format!("{value} stories a source")));
    }
    if newsletter.reading_minutes > 0 {
        ways.push(limit("newsletter.reading_minutes", 0, "No limit of minutes".into()));
    }
    if let Some(source) = trial.config.sources.iter().find(|known| known.name == source) {
        for factor in [1.3, 2.0, 4.0] {
            let weight = (source.weight.max(0.1) * factor * 10.0).round() / 10.0;
            let says = format!("Weight {weight} for {} instead of {}", source.name, source.weight);
            ways.push(Way { says, change: json!({ "source": source.name, "key": "weight", "value": weight }) });
        }
    }
    ways
}

fn limit(key: &str, value: usize, says: String) -> Way {
    Way { says, change: json!({ "key": key, "value": value }) }
}
