//! How each source does, and what came of its entries. Places and commands are not named.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::config::Config;
use crate::pipeline::{self, SourceReport};
use crate::serve::trial::Trial;
use crate::serve::workbench::Loaded;
use crate::source::{Outcome, Source};
use crate::store::SourceRecord;

/// All sources in the order of the config; `asked` are those that were asked alone.
pub(super) fn sources(trial: &Trial, loaded: &Loaded, asked: &BTreeMap<String, Value>) -> Value {
    let row = |source: &Source| {
        let mut row = row(source, trial, loaded);
        row["asked"] = asked.get(&source.name).cloned().unwrap_or_default();
        row
    };
    let rows: Vec<Value> = trial.config.sources.iter().map(row).collect();
    json!({ "sources": rows })
}

/// Sources that do not answer.
pub(super) fn failing(config: &Config, loaded: &Loaded) -> usize {
    config.sources.iter().filter(|source| health(source, config, loaded).2).count()
}

/// The record and the last report of a source, and whether it fails.
fn health<'a>(
    source: &Source,
    config: &Config,
    loaded: &'a Loaded,
) -> (Option<&'a SourceRecord>, Option<&'a SourceReport>, bool) {
    let record = loaded.records.get(&pipeline::key(&config.newsletter.name, source));
    let report = loaded.reports.iter().find(|report| report.name == source.name);
    let fails = report.is_some_and(|report| report.outcome == Outcome::Failed);
    (record, report, fails || record.is_some_and(|record| record.failures > 0))
}

fn row(source: &Source, trial: &Trial, loaded: &Loaded) -> Value {
    let (record, report, is_failing) = health(source, &trial.config, loaded);
    let decisions = &trial.composed.composition.decisions;
    let own = || decisions.iter().filter(|one| one.source == source.name);
    let told = own().filter(|one| one.outcome.name() == "published").count();
    let failures = record.map_or(0, |record| record.failures);
    let problems: Vec<String> = report
        .iter()
        .flat_map(|report| report.problems.iter().chain(&report.unread))
        .map(|problem| problem.to_string())
        .collect();
    json!({
        "name": source.name, "kind": source.kind.name(), "section": source.section, "weight": source.weight,
        "failing": is_failing, "failures": failures, "warn_after": source.warn_after,
        "since": record.and_then(|record| record.first_failure),
        "reason": record.and_then(|record| record.problem.clone()),
        "last_success": record.and_then(|record| record.last_success),
        "last_new": record.and_then(|record| record.last_new_entry),
        "problems": problems, "content_selector": source.content_selector,
        "remove_selectors": source.remove_selectors.join(", "),
        "entries": own().count(), "told": told, "left_out": own().count() - told,
    })
}
