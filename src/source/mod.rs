//! One configured source becomes entries.
//!
//! Each kind of source is a file of its own with one function; all of them fill the same [`Gathered`]. A source that
//! fails is not an error: it gathers nothing and says why, and the run goes on with the others.
//!
//! To add a kind: write `source/<kind>.rs` with a `gather` function, a key in [`Options`] and a variant in [`SourceKind`];
//! the compiler points at every other place but `Options::kinds`.

mod announced;
mod command;
pub mod feed;
mod files;
mod limits;
mod listing;
mod maildir;
mod markup;
mod memory;
pub mod opml;
mod options;
mod page;
mod scope;
mod section;
mod sitemap;
mod web;
mod xml;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::extract::direct;
use crate::fetch::Fetch;
use crate::model::{Entry, Feed, Problem};

pub use announced::{add_page, announced, complete, wants_page};
pub use memory::{Memory, Seen, Unread};
pub use options::{Defaults, Files, FullText, Invalid, Location, Options, Source, SourceKind};
pub use page::read as read_page;
pub use section::SectionOptions;

/// The result of gathering one source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Gathered {
    /// How it went.
    pub outcome: Outcome,
    /// At most `max_entries`, in the order of the source; a newsletter that was received counts once, whatever it holds.
    pub entries: Vec<Entry>,
    /// Address that a feed or a list of links was read from, after redirects; `None` if it was not read from the web.
    pub address: Option<String>,
    /// The feed's description of itself; its `entries` are empty here.
    pub feed: Option<Feed>,
    /// To be given to the next gathering, once what was gathered is stored.
    pub memory: Memory,
    /// Problems met; their subject is the source's name.
    pub problems: Vec<Problem>,
}

/// How a gathering went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was read.
    #[default]
    Fresh,
    /// It answered that nothing changed since the last time.
    Unchanged,
    /// It asked us earlier not to come before a time that has not passed; it was not asked.
    Waiting,
    /// It could not be read; a problem says why.
    Failed,
}

impl Outcome {
    /// As logs and reports spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Unchanged => "unchanged",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }
}

impl Gathered {
    fn failed(memory: Memory, problem: Problem) -> Self {
        Self { outcome: Outcome::Failed, memory, problems: vec![problem], ..Self::default() }
    }
}

/// Gathers `source` at the time `now`, given what is remembered of it.
///
/// A date in the future is brought back to `now`, and a title without a word is none. An entry of a feed that tells only
/// when it was updated, which is all that Atom demands, appeared then.
pub async fn gather(source: &Source, memory: &Memory, now: Timestamp, fetch: &dyn Fetch) -> Gathered {
    let memory = memory.about(source);
    if memory.must_wait(now) {
        return Gathered { outcome: Outcome::Waiting, memory, ..Gathered::default() };
    }
    let gathered = match &source.kind {
        SourceKind::Feed(location) => feed::gather(source, location, memory, now, fetch).await,
        SourceKind::Page(location) => page::gather(source, location, memory, now, fetch).await,
        SourceKind::Sitemap(location) => sitemap::gather(source, location, memory, now, fetch).await,
        SourceKind::Listing(location) => listing::gather(source, location, memory, now, fetch).await,
        SourceKind::Files(pattern) => files::gather(source, pattern, memory),
        SourceKind::Maildir(folder) => maildir::gather(source, folder, memory),
        SourceKind::Command(words) => match command::output(source, words).await {
            Ok(printed) => command::entries(source, printed, memory),
            Err(problem) => Gathered::failed(memory, problem),
        },
    };
    checked(gathered, source, now)
}

/// Runs the program that is `source`, and gives what it printed; `None` if it is none.
///
/// # Errors
/// A gathering that failed, if the program does.
pub async fn run_command(source: &Source, memory: &Memory) -> Result<Option<Vec<u8>>, Gathered> {
    let SourceKind::Command(words) = &source.kind else { return Ok(None) };
    command::output(source, words).await.map(Some).map_err(|problem| Gathered::failed(memory.about(source), problem))
}

/// Gathers `source`, a program that has `printed` this.
pub fn gather_printed(source: &Source, memory: &Memory, now: Timestamp, printed: Vec<u8>) -> Gathered {
    checked(command::entries(source, printed, memory.about(source)), source, now)
}

fn checked(mut gathered: Gathered, source: &Source, now: Timestamp) -> Gathered {
    let is_feed = gathered.feed.is_some();
    for entry in &mut gathered.entries {
        entry.updated = entry.updated.map(|updated| updated.min(now));
        entry.published = entry.published.map(|published| published.min(now)).or(entry.updated.filter(|_| is_feed));
        entry.title = entry.title.take().filter(|title| !title.is_empty());
        entry.links.iter_mut().for_each(|link| link.href = direct(&link.href));
        entry.language = source.language.clone().or(entry.language.take());
    }
    gathered.problems.extend(limits::limit_entries(&mut gathered.entries, source));
    for problem in &mut gathered.problems {
        problem.subject.clone_from(&source.name);
    }
    gathered
}

/// The newest `most` of `entries`, in their order.
///
/// Newest by date if all have one, else those that stand first: feeds put the newest on top.
fn newest(entries: Vec<Entry>, most: usize) -> Vec<Entry> {
    if entries.len() <= most {
        return entries;
    }
    let time = |entry: &Entry| entry.published.or(entry.updated);
    let mut order: Vec<usize> = (0..entries.len()).collect();
    if entries.iter().all(|entry| time(entry).is_some()) {
        order.sort_by_key(|index| std::cmp::Reverse(time(&entries[*index])));
    }
    let kept: std::collections::HashSet<usize> = order.into_iter().take(most).collect();
    entries.into_iter().enumerate().filter(|(index, _)| kept.contains(index)).map(|(_, entry)| entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_entries_are_kept_in_their_order() {
        let entry = |day: Option<&str>| Entry {
            published: day.map(|day| format!("2026-11-{day}T00:00:00Z").parse().unwrap()),
            ..Entry::default()
        };
        let dated = vec![entry(Some("01")), entry(Some("03")), entry(Some("02"))];
        assert_eq!(newest(dated.clone(), 2), dated[1..]);
        let undated = vec![entry(None), entry(Some("03")), entry(Some("02"))];
        assert_eq!(newest(undated.clone(), 2), undated[..2]);
    }
}
