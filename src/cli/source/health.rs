use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::Exit;
use crate::cli::run::to_stdout;
use crate::cli::words::{at, count};
use crate::config::Config;
use crate::error::{Error, Usage};
use crate::pipeline::key;
use crate::source::Source;
use crate::store::{self, SourceRecord, Store};

/// The source called `name`.
pub(super) fn named<'a>(config: &'a Config, name: &str) -> Result<&'a Source, Error> {
    let found = config.sources.iter().find(|source| source.name == name);
    found.ok_or_else(|| Usage::UnknownSource(name.to_owned()).into())
}

/// A line for each source: name, place, how it did.
pub(super) async fn list(config: &Config) -> Result<Exit, Error> {
    let width = config.sources.iter().map(|source| source.name.chars().count()).max().unwrap_or(0);
    let records: BTreeMap<String, SourceRecord> =
        store::look(&config.store, Store::sources).await?.into_iter().collect();
    let mut lines = String::new();
    for source in &config.sources {
        let record = records.get(&key(&config.newsletter.name, source));
        let health = record.map_or_else(|| "never asked".to_owned(), |record| health(record, &config.timezone));
        let health = if source.paused { format!("paused; {health}") } else { health };
        lines.push_str(&format!("{:width$}  {}  {health}\n", source.name, source.shown_address()));
    }
    to_stdout(&lines)?;
    Ok(Exit::Done)
}

/// How a source did, in a few words.
pub(in crate::cli) fn health(record: &SourceRecord, zone: &TimeZone) -> String {
    if record.failures == 0 {
        return format!("ok {}, last new entry {}", day(record.last_success, zone), day(record.last_new_entry, zone));
    }
    let problem = record.problem.as_deref().unwrap_or("failed");
    let times = count(record.failures as usize, "time", "times");
    format!("failed {times} since {}: {problem}", day(record.first_failure, zone))
}

/// When a source that fails was last well; `None` of one that does not fail.
pub(super) fn last_well(record: &SourceRecord, zone: &TimeZone) -> Option<String> {
    let (success, entry) = (day(record.last_success, zone), day(record.last_new_entry, zone));
    (record.failures > 0).then(|| format!("last success {success}, last new entry {entry}"))
}

fn day(time: Option<Timestamp>, zone: &TimeZone) -> String {
    time.map_or_else(|| "never".to_owned(), |time| at(time, zone))
}
