//! `digest source check`: a source is asked now, and what came back is report with the advice that follows.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use crate::Error;
use crate::cli::Exit;
use crate::cli::read_worker::workers;
use crate::cli::run::to_stdout;
use crate::cli::source::health::{health, last_well, named};
use crate::config::Config;
use crate::extract;
use crate::fetch::guard::shown;
use crate::fetch::{self, Fetch, Http, Reply, Request};
use crate::model::{Article, Problem};
use crate::pipeline::{Inspection, inspect, key};
use crate::source::{FullText, Gathered, Outcome, Source};
use crate::store::{self, SourceRecord, Store};

/// Entries that are read to see how well that goes.
const SAMPLED: usize = 3;
/// A source is asleep when nothing came for so many of its usual intervals.
const ASLEEP: i32 = 20;
/// Nor is it asleep before this.
const PATIENCE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Asks the sources and tells what came back.
pub(super) async fn check(config: &Config, names: &[String], now: Timestamp) -> Result<Exit, Error> {
    let sources: Vec<&Source> = if names.is_empty() {
        config.sources.iter().collect()
    } else {
        names.iter().map(|name| named(config, name)).collect::<Result<_, _>>()?
    };
    let records: BTreeMap<String, SourceRecord> =
        store::look(&config.store, Store::sources).await?.into_iter().collect();
    let http = Http::new(&config.fetch)?;
    let workers = workers(config)?;
    let mut exit = Exit::Done;
    for source in sources {
        let heard = Heard { fetch: &http, first: Mutex::default() };
        // Without a memory: the whole exchange, not a 304.
        let Inspection { gathered, sample: read } =
            inspect(source, now, SAMPLED, (&heard, &http), Some(&workers)).await;
        if gathered.outcome == Outcome::Failed {
            exit = Exit::LeftOut;
        }
        let first = heard.first.into_inner();
        let mut report = report(source, &gathered, first.as_ref(), &read, now);
        if let Some(record) = records.get(&key(&config.newsletter.name, source)) {
            let _ = writeln!(report, "  remembered: {}", health(record, &config.timezone));
            last_well(record, &config.timezone)
                .into_iter()
                .for_each(|last| report.push_str(&format!("  remembered: {last}\n")));
        }
        to_stdout(&report)?;
    }
    Ok(exit)
}

/// A way in that keeps the first answer.
struct Heard<'a> {
    fetch: &'a Http,
    first: Mutex<Option<Reply>>,
}

impl Fetch for Heard<'_> {
    fn fetch<'a>(&'a self, request: Request) -> BoxFuture<'a, Result<Reply, fetch::Error>> {
        Box::pin(async move {
            let reply = self.fetch.fetch(request).await?;
            self.first.lock().get_or_insert_with(|| reply.clone());
            Ok(reply)
        })
    }
}

/// Report lines for one source.
fn report(source: &Source, gathered: &Gathered, first: Option<&Reply>, read: &[Article], now: Timestamp) -> String {
    let mut lines = vec![source.shown_address()];
    if let Some(reply) = first {
        let kind = reply.media_type.as_deref().unwrap_or("of no type");
        lines.push(format!("status {}, {} kB, {kind}", reply.status, reply.bytes.len().div_ceil(1000)));
        lines.extend((reply.url != source.address()).then(|| format!("redirects to {}", shown(&reply.url))));
    }
    if gathered.outcome != Outcome::Failed {
        lines.push(items(gathered));
    }
    let trouble = first.and_then(|reply| extract::encoding_trouble(&reply.bytes, reply.media_type.as_deref()));
    lines.extend(trouble.map(|trouble| format!("encoding: {trouble}")));
    lines.extend(confidence(read));
    for Problem { what, cause, hint, .. } in &gathered.problems {
        lines.push(cause.as_ref().map_or_else(|| what.clone(), |cause| format!("{what}: {cause}")));
        lines.extend(hint.as_ref().map(|hint| format!("hint: {hint}")));
    }
    lines.extend(advice(source, gathered, read, now).into_iter().map(|advice| format!("advice: {advice}")));
    lines.iter().fold(format!("{}\n", source.name), |report, line| report + "  " + line + "\n")
}

/// When each entry appeared, the newest first.
fn times(gathered: &Gathered) -> Vec<Timestamp> {
    let mut times: Vec<Timestamp> =
        gathered.entries.iter().filter_map(|entry| entry.published.or(entry.updated)).collect();
    times.sort_unstable_by(|one, other| other.cmp(one));
    times
}

/// The usual time between two entries; `None` for fewer than three dated ones, and where they came all at once.
fn interval(times: &[Timestamp]) -> Option<SignedDuration> {
    let mut between: Vec<SignedDuration> = times.windows(2).map(|pair| pair[0].duration_since(pair[1])).collect();
    between.sort_unstable();
    let median = between.get(between.len() / 2).copied().filter(|_| between.len() >= 2);
    median.filter(|median| *median >= SignedDuration::from_mins(1))
}

fn items(gathered: &Gathered) -> String {
    let times = times(gathered);
    let newest = times.first().map_or_else(|| "undated".to_owned(), |time| format!("newest {time}"));
    let interval = interval(&times).map(|interval| format!(", one every {}", span(interval))).unwrap_or_default();
    format!("answered: {} entries, {newest}{interval}", gathered.entries.len())
}

/// A span of time in its largest unit.
fn span(span: SignedDuration) -> String {
    match span.as_mins() {
        minutes @ ..120 => format!("{minutes} minutes"),
        minutes @ 120..2880 => format!("{} hours", minutes / 60),
        minutes => format!("{} days", minutes / 1440),
    }
}

fn confidence(read: &[Article]) -> Option<String> {
    let mean = read.iter().map(|article| article.confidence).sum::<f64>() / read.len() as f64;
    let teasers = read.iter().filter(|article| article.teaser).count();
    let cut = if teasers > 0 { format!(", {teasers} of {} are only teasers", read.len()) } else { String::new() };
    (!read.is_empty()).then(|| format!("texts: confidence {mean:.2}{cut}"))
}

/// Advice for what was found.
fn advice(source: &Source, gathered: &Gathered, read: &[Article], now: Timestamp) -> Vec<String> {
    let mut advice = Vec::new();
    if let Some(to) = &gathered.memory.moved_to {
        advice.push(format!("it moved for good: write {} into the config", shown(to)));
    }
    if gathered.outcome == Outcome::Failed {
        return advice;
    }
    let times = times(gathered);
    if gathered.entries.is_empty() {
        advice.push("it announces nothing: look whether it is still in use".to_owned());
    }
    if let (Some(newest), Some(usual)) = (times.first(), interval(&times)) {
        let quiet = now.duration_since(*newest);
        if quiet > PATIENCE && quiet > usual.saturating_mul(ASLEEP) {
            advice.push(format!("nothing new for {}: look whether it is still in use", span(quiet)));
        }
    }
    if source.full_text == FullText::Never && read.iter().any(|article| article.teaser) {
        advice.push("set `full_text` to \"auto\" to read the pages behind its teasers".to_owned());
    }
    let unsure = read.iter().filter(|article| !article.teaser && article.confidence < 0.5).count();
    if unsure > 0 && source.content_selector.is_none() {
        advice.push("name the element with the article in `content_selector`: its pages are hard to read".to_owned());
    }
    advice
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_interval_is_the_median() {
        let times: Vec<Timestamp> =
            ["2026-11-23T10:00:00Z", "2026-11-23T09:00:00Z", "2026-11-23T06:00:00Z", "2026-11-01T06:00:00Z"]
                .iter()
                .map(|time| time.parse().unwrap())
                .collect();
        assert_eq!(interval(&times).map(span).as_deref(), Some("3 hours"));
        assert_eq!(interval(&times[..2]), None);
    }
}
