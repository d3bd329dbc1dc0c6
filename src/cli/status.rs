//! `digest status`: the last edition, the sources, the outbox.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Unit};
use serde_json::json;

use crate::Error;
use crate::cli::run::to_stdout;
use crate::cli::source::health;
use crate::cli::words::{at, count};
use crate::cli::{Exit, Session};
use crate::config::Config;
use crate::model::{DeliveryCounts, Edition, PendingDelivery};
use crate::pipeline::key;
use crate::source::Source;
use crate::store::{self, Draft, SourceRecord, Store, Trouble, Worker};

/// Deliveries named one by one.
const NAMED: u32 = 20;

/// Runs that did not end well are told for so long, the last few of them.
const TROUBLED: SignedDuration = SignedDuration::from_hours(7 * 24);
const SHOWN_TROUBLES: usize = 5;

/// Age and fate of the last edition, health of each source, what waits in the outbox or for approval
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// One JSON object on the standard output
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    let status = session.block_on(Status::read(&config, session.now))??;
    to_stdout(&if args.json { status.json() } else { status.text(session.now) })?;
    let is_open = status.counts.waiting + status.counts.unknown + status.counts.trying > 0;
    Ok(match &status.draft {
        _ if is_open => Exit::Again,
        Some(_) => Exit::LeftOut,
        None => Exit::Done,
    })
}

struct Status {
    newsletter: String,
    zone: TimeZone,
    edition: Option<Edition>,
    /// When the last edition may leave, if it was a draft.
    released: Option<Timestamp>,
    draft: Option<Draft>,
    /// Of the last edition.
    counts: DeliveryCounts,
    refused: Vec<PendingDelivery>,
    sources: Vec<(String, Option<SourceRecord>)>,
    /// Names of those that are not asked.
    paused: BTreeSet<String>,
    /// Runs of the last days that did not end well.
    troubles: Vec<Trouble>,
    /// Of a shared store.
    workers: Vec<Worker>,
}

impl Status {
    async fn read(config: &Config, now: Timestamp) -> Result<Self, Error> {
        store::look(&config.store, async |store: &Store| Self::of(config, store, now).await).await
    }

    async fn of(config: &Config, store: &Store, now: Timestamp) -> Result<Self, Error> {
        let newsletter = config.newsletter.name.clone();
        let edition = store.last_edition(&newsletter).await?;
        let (counts, refused) = match &edition {
            Some(edition) => (store.counts(&edition.id).await?, store.refused(&edition.id, NAMED).await?),
            None => Default::default(),
        };
        let released = match &edition {
            Some(edition) => store.released(&edition.id).await?,
            None => None,
        };
        let draft = store.draft(&newsletter).await?;
        let mut records: BTreeMap<String, SourceRecord> = store.sources().await?.into_iter().collect();
        let record = |source: &Source| (source.name.clone(), records.remove(&key(&newsletter, source)));
        let sources = config.sources.iter().map(record).collect();
        let paused = config.sources.iter().filter(|source| source.paused).map(|source| source.name.clone()).collect();
        let troubles = store.troubles(&newsletter, now - TROUBLED).await?;
        let workers = store.workers().await?;
        let zone = config.timezone.clone();
        Ok(Self { newsletter, zone, edition, released, draft, counts, refused, sources, paused, troubles, workers })
    }

    fn text(&self, now: Timestamp) -> String {
        let mut text = match &self.edition {
            None => format!("{}: no edition yet\n", self.newsletter),
            Some(edition) => {
                let when = ago(edition.composed, now, &self.zone);
                let stories = count(edition.story_count(), "story", "stories");
                format!("{}: {stories}, composed {when}\n", edition.id)
            }
        };
        if self.edition.is_some() {
            let DeliveryCounts { sent, waiting, trying, refused, unknown } = self.counts;
            let open = waiting + trying;
            text.push_str(&format!(
                "  mail: {sent} sent, {open} waiting, {refused} refused, {unknown} without an answer\n"
            ));
        }
        if let Some(released) = self.released.filter(|released| *released > now) {
            text.push_str(&format!("  it leaves not before {}\n", at(released, &self.zone)));
        }
        if let Some(Draft { edition, told, .. }) = &self.draft {
            let (id, when) = (&edition.id, ago(edition.composed, now, &self.zone));
            let stories = count(edition.story_count(), "story", "stories");
            let told = if *told { "" } else { ", and its publisher could not be told" };
            text.push_str(&format!("draft {id}: {stories}, composed {when}, not approved{told}: not sent\n"));
        }
        for refused in &self.refused {
            let answer = refused.delivery.answer.as_deref().unwrap_or("refused");
            text.push_str(&format!("  refused: {} ({answer})\n", refused.delivery.recipient.address));
        }
        let width = self.sources.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, record) in &self.sources {
            let health = record.as_ref().map_or_else(|| "never asked".to_owned(), |record| health(record, &self.zone));
            let health = if self.paused.contains(name) { format!("paused; {health}") } else { health };
            text.push_str(&format!("  {name:width$}  {health}\n"));
        }
        for Trouble { began, exit, words } in self.troubles.iter().take(SHOWN_TROUBLES) {
            text.push_str(&format!("  run of {} ended with {exit}: {words}\n", at(*began, &self.zone)));
        }
        for worker in &self.workers {
            text.push_str(&format!("  worker {}\n", at_work(worker, now, &self.zone)));
        }
        text
    }

    fn json(&self) -> String {
        let source = |(name, record): &(String, Option<SourceRecord>)| {
            let record = record.clone().unwrap_or_default();
            json!({
                "name": name,
                "paused": self.paused.contains(name),
                "checked": record.checked,
                "last_success": record.last_success,
                "last_new_entry": record.last_new_entry,
                "failures": record.failures,
                "problem": record.problem,
            })
        };
        let status = json!({
            "newsletter": self.newsletter,
            "edition": self.edition.as_ref().map(|edition| json!({
                "id": edition.id, "composed": edition.composed, "stories": edition.story_count(),
            })),
            "released": self.released,
            "draft": self.draft.as_ref().map(|Draft { edition, told, .. }| json!({
                "id": edition.id, "composed": edition.composed, "stories": edition.story_count(), "told": told,
            })),
            "mail": self.counts,
            "refused": self.refused.iter().map(|pending| &pending.delivery).collect::<Vec<_>>(),
            "sources": self.sources.iter().map(source).collect::<Vec<_>>(),
            "troubles": self.troubles,
            "workers": self.workers,
        });
        format!("{status}\n")
    }
}

/// One worker in words: what it has done, what it has claimed, and until when at least.
fn at_work(worker: &Worker, now: Timestamp, zone: &TimeZone) -> String {
    let Worker { name, seen, done, rate, deliveries, sources, composes, lease, .. } = worker;
    let mut text = format!("{name}: seen {}, {done} done ({rate:.0} a second)", ago(*seen, now, zone));
    let mut claims = Vec::new();
    claims.extend((*deliveries > 0).then(|| count(*deliveries as usize, "delivery", "deliveries")));
    claims.extend((*sources > 0).then(|| count(*sources as usize, "source", "sources")));
    claims.extend(composes.then(|| "the edition".to_owned()));
    if let (false, Some(lease)) = (claims.is_empty(), lease) {
        text.push_str(&format!(", has claimed {} until {}", claims.join(", "), at(*lease, zone)));
    }
    text
}

/// `3h 20m ago`; a time to come, as after a clock was set back, by itself.
fn ago(time: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    if time > now {
        return format!("at {}, which is to come", at(time, zone));
    }
    format!("{} ago", age(now.duration_since(time)))
}

/// `4 days`, `3h 20m`, without seconds unless there is nothing else.
fn age(age: SignedDuration) -> String {
    if age >= SignedDuration::from_hours(48) {
        return format!("{} days", age.as_hours() / 24);
    }
    let unit = if age.abs() < SignedDuration::from_mins(1) { Unit::Second } else { Unit::Minute };
    age.round(unit).map_or_else(|_| age.to_string(), |age| format!("{age:#}"))
}
