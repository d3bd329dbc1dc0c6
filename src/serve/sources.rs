//! How each source does, and what came of its entries. Places and commands are not named.

use serde_json::{Value, json};

use crate::pipeline;
use crate::serve::trial::Trial;
use crate::serve::workbench::Loaded;
use crate::source::{Outcome, Source};

/// All sources in the order of the config.
pub(super) fn sources(trial: &Trial, loaded: &Loaded) -> Value {
    let rows: Vec<Value> = trial.config.sources.iter().map(|source| row(source, trial, loaded)).collect();
    json!({ "sources": rows })
}

fn row(source: &Source, trial: &Trial, loaded: &Loaded) -> Value {
    let record = loaded.records.get(&pipeline::key(&trial.config.newsletter.name, source));
    let report = loaded.reports.iter().find(|report| report.name == source.name);
    let decisions = &trial.composed.composition.decisions;
    let own = || decisions.iter().filter(|one| one.source == source.name);
    let told = own().filter(|one| one.outcome.name() == "published").count();
    let failures = record.map_or(0, |record| record.failures);
    let is_failing = failures > 0 || report.is_some_and(|report| report.outcome == Outcome::Failed);
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
        "problems": problems,
        "entries": own().count(), "told": told, "left_out": own().count() - told,
    })
}
