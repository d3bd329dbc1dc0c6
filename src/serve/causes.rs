//! Which change makes which difference, and what stands in the way of one that makes none: composed, never guessed.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::config;
use crate::serve::changes::{Asked, changed, understood};
use crate::serve::difference::difference;
use crate::serve::problem::Problem;
use crate::serve::rules::{compiled, hits};
use crate::serve::trial::Trial;
use crate::serve::workbench::Workbench;

/// Changes whose effects are told apart.
const MOST_CHANGES: usize = 8;

/// Limits that can stand in the way of another setting, each with a value that limits nothing.
const LIMITS: [(&str, u64); 6] = [
    ("newsletter.max_stories", 1_000),
    ("newsletter.reading_minutes", 0),
    ("newsletter.max_per_source", 0),
    ("newsletter.max_per_section", 0),
    ("newsletter.max_height", 0),
    ("newsletter.max_html_kb", 10_000),
];

/// A list of changes to the config `text`, made on one day for one request of a tab.
pub(super) struct Question<'a> {
    pub(super) workbench: &'a Workbench,
    pub(super) day: &'a str,
    pub(super) text: &'a str,
    pub(super) changes: &'a [Asked],
    pub(super) tab: &'a str,
    pub(super) seq: u64,
}

impl Question<'_> {
    async fn compose(&self, changes: &[Asked]) -> Result<Arc<Trial>, Problem> {
        // A newer request of the tab has other changes: nobody waits for this one.
        if !self.workbench.is_wanted(self.tab, self.seq) {
            return Err(Problem::new(409, "superseded", "A newer request came."));
        }
        self.workbench.compose(self.day, changed(self.text, changes)?).await
    }

    /// The differences each change alone is the cause of, and the changes that have none with the reason for it.
    pub(super) async fn answer(&self) -> Result<Value, Problem> {
        let changes = self.changes;
        if changes.len() > MOST_CHANGES {
            return Ok(json!({ "of": {}, "no_effect": [] }));
        }
        let (before, after) = (self.compose(&[]).await?, self.compose(changes).await?);
        let all = names(&difference(&before, &after));
        let (mut of, mut no_effect) = (BTreeMap::<String, Vec<usize>>::new(), Vec::new());
        for (place, one) in changes.iter().enumerate() {
            let others = [&changes[..place], &changes[place + 1..]].concat();
            let without = self.compose(&others).await?;
            if shows_the_same(&without, &after) {
                no_effect.push(json!({ "change": place, "why": self.obstacle(one, &others, &without, &after).await? }));
                continue;
            }
            let kept = names(&difference(&before, &without));
            for name in all.iter().filter(|name| !kept.contains(name)) {
                of.entry(name.clone()).or_default().push(place);
            }
        }
        Ok(json!({ "of": of, "no_effect": no_effect }))
    }

    /// Why `one` changes nothing beside `others`.
    async fn obstacle(&self, one: &Asked, others: &[Asked], without: &Trial, after: &Trial) -> Result<String, Problem> {
        if let Some(value) = one.rule.as_ref().and(one.value.as_ref()) {
            let found = hits(&compiled(&understood(value.clone())?)?, without, after);
            return Ok(match found["count"].as_u64().unwrap_or(0) {
                0 => "no entry of this day matches".to_owned(),
                1 => "the entry that matches is decided the same without it".to_owned(),
                count => format!("the {count} entries that match are decided the same without it"),
            });
        }
        if let Some(name) = &one.source {
            let came = after.composed.composition.decisions.iter().any(|decision| decision.source == *name);
            return Ok(if came { "its stories keep their places" } else { "it has no entry on this day" }.to_owned());
        }
        let Some(key) = &one.key else { return Ok("the rule hit nothing".to_owned()) };
        let values = config::tunable(&changed(self.text, self.changes)?)?;
        for (limit, lifted) in LIMITS {
            let (table, name) = limit.split_once('.').unwrap_or_default();
            let value = &values[table][name];
            if limit == key || *value == json!(lifted) {
                continue;
            }
            let lift = Asked { key: Some(limit.to_owned()), value: Some(lifted.into()), ..Asked::default() };
            let mut with: Vec<Asked> =
                others.iter().filter(|other| other.key.as_deref() != Some(limit)).cloned().collect();
            with.push(lift);
            let free = self.compose(&with).await?;
            with.push(one.clone());
            if !shows_the_same(&free, &*self.compose(&with).await?) {
                return Ok(format!("`{name}` = {value} stands in the way"));
            }
        }
        Ok("nothing in this edition depends on it".to_owned())
    }
}

/// The differences, each by its kind and headline.
fn names(difference: &Value) -> Vec<String> {
    let kinds = ["in", "out", "forms", "sentences"];
    let named = |kind: &'static str| {
        let all = difference[kind].as_array().into_iter().flatten();
        all.map(move |one| format!("{kind} {}", one["headline"].as_str().unwrap_or_default()))
    };
    kinds.into_iter().flat_map(named).collect()
}

fn shows_the_same(one: &Trial, other: &Trial) -> bool {
    let (mail, same) = (&one.preview.rendered, &other.preview.rendered);
    let is_same = mail.html == same.html && mail.text == same.text && mail.subject == same.subject;
    let differences = difference(one, other);
    let is_none = |kind: &&str| differences[*kind].as_array().is_none_or(Vec::is_empty);
    is_same && ["in", "out", "forms", "sentences", "moved"].iter().all(is_none)
}
