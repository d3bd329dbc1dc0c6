use jiff::{Timestamp, Unit};

use crate::Error;
use crate::cli::Exit;
use crate::cli::run::to_stdout;
use crate::config::Config;
use crate::fetch::Http;
use crate::pipeline::key;
use crate::source::{self, Memory, Outcome, Source};
use crate::store::{SourceRecord, Store};

/// The source called `name`.
pub(super) fn named<'a>(config: &'a Config, name: &str) -> Result<&'a Source, Error> {
    let found = config.sources.iter().find(|source| source.name == name);
    found.ok_or_else(|| Error::Usage(format!("no source is called `{name}`; `digest source list` names them")))
}

/// A line for each source: name, place, how it did.
pub(super) async fn list(config: &Config) -> Result<Exit, Error> {
    let store = Store::snapshot(&config.store).await?;
    let width = config.sources.iter().map(|source| source.name.chars().count()).max().unwrap_or(0);
    let mut lines = String::new();
    for source in &config.sources {
        let record = store.source(&key(&config.newsletter.name, source)).await?;
        let health = record.map_or_else(|| "never asked".to_owned(), |record| health(&record));
        lines.push_str(&format!("{:width$}  {}  {health}\n", source.name, source.address()));
    }
    to_stdout(&lines)?;
    Ok(Exit::Done)
}

/// How a source did, in a few words.
pub(in crate::cli) fn health(record: &SourceRecord) -> String {
    let day = |time: Option<Timestamp>| {
        time.and_then(|time| time.round(Unit::Second).ok()).map_or_else(|| "never".to_owned(), |time| time.to_string())
    };
    if record.failures == 0 {
        return format!("ok {}, last new entry {}", day(record.last_success), day(record.last_new_entry));
    }
    let problem = record.problem.as_deref().unwrap_or("failed");
    format!("failed {} times since {}: {problem}", record.failures, day(record.first_failure))
}

/// Asks the sources and tells what came back.
pub(super) async fn check(config: &Config, names: &[String], now: Timestamp) -> Result<Exit, Error> {
    let sources: Vec<&Source> = if names.is_empty() {
        config.sources.iter().collect()
    } else {
        names.iter().map(|name| named(config, name)).collect::<Result<_, _>>()?
    };
    let store = Store::snapshot(&config.store).await?;
    let fetch = Http::new(&config.fetch)?;
    let mut exit = Exit::Done;
    for source in sources {
        // Without a memory: the whole exchange, not a 304.
        let gathered = source::gather(source, &Memory::default(), now, &fetch).await;
        let newest = gathered.entries.iter().filter_map(|entry| entry.published.or(entry.updated)).max();
        let mut lines = format!("{}\n  {}\n", source.name, source.address());
        match gathered.outcome {
            Outcome::Failed => exit = Exit::LeftOut,
            _ => {
                let newest = newest.map_or_else(|| "undated".to_owned(), |time| format!("newest {time}"));
                lines.push_str(&format!("  answered: {} entries, {newest}\n", gathered.entries.len()));
            }
        }
        if let Some(to) = &gathered.memory.moved_to {
            lines.push_str(&format!("  moved for good to {to}: write that into the config\n"));
        }
        for problem in &gathered.problems {
            lines.push_str(&format!(
                "  {}{}\n",
                problem.what,
                problem.cause.as_ref().map_or(String::new(), |why| format!(": {why}"))
            ));
            lines.push_str(&problem.hint.as_ref().map_or(String::new(), |hint| format!("  hint: {hint}\n")));
        }
        if let Some(record) = store.source(&key(&config.newsletter.name, source)).await? {
            lines.push_str(&format!("  remembered: {}\n", health(&record)));
        }
        to_stdout(&lines)?;
    }
    Ok(exit)
}
