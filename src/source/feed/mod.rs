//! A feed document becomes a [`Feed`], whatever the world wrote.
//!
//! One reader for RSS 0.9x to 2.0, RDF and Atom 0.3 and 1.0, since feeds mix their elements freely, and one for JSON
//! Feed. The text is decoded, repaired where it must be, cut into a forgiving tree, and read by name: the first element
//! that has something to say, in an order of preference, fills a field. Nothing is invented: no id, no date, no
//! title. Of a document that breaks off, the entries that are whole are kept, and a problem says so.

mod discover;
mod json;

mod person;

mod elements;

use std::borrow::Cow;

use jiff::Timestamp;

use crate::fetch::{Accept, Fetch, Reply, guard};
use crate::model::{Feed, Problem};
use crate::source::markup::decode;
use crate::source::web::{self, FetchOutcome};
use crate::source::{Gathered, Location, Memory, Outcome, Source, newest, xml};

pub use discover::{FeedLink, feeds_in_page};

/// Why a document is no feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing but white space.
    #[error("the document is empty")]
    Empty,
    /// A page for people; `feeds` are the addresses of the feeds it links.
    #[error("this is a page, not a feed{}", offered(.feeds))]
    Page {
        /// Absolute where the page's address is known.
        feeds: Vec<FeedLink>,
    },
    /// Neither feed nor page.
    #[error("this is not a feed: {0}")]
    NotAFeed(String),
    /// It declares entities made to blow up.
    #[error(
        "the feed declares entities made of entities, or grows by more than 1 MiB through its own, which only an attack does"
    )]
    Hostile,
}

/// Most entries read of one feed.
const MOST_ENTRIES: usize = 50_000;

/// A defect of a feed that was read all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defect {
    /// It is not well-formed, and nothing was lost by that.
    IllFormed,
    /// It ends in the middle of an entry, which is lost.
    BrokenOff,
    /// It holds more than is read.
    TooLarge,
}

impl Defect {
    fn problem(self, subject: String) -> Problem {
        let what = match self {
            Self::IllFormed => "the feed is not well-formed and was repaired".to_owned(),
            Self::BrokenOff => "the feed breaks off; only its whole entries were read".to_owned(),
            Self::TooLarge => format!(
                "the feed holds more than {MOST_ENTRIES} entries or {} elements; the rest was not read",
                xml::MOST_ELEMENTS
            ),
        };
        Problem::new(subject, what)
    }
}

/// Reads the feed in `bytes`, which came with `media_type` from `url`.
///
/// The problems are those of a feed that was read all the same: broken off, repaired.
///
/// # Errors
/// When it is no feed. A page names the feeds it links.
pub fn parse(bytes: &[u8], media_type: Option<&str>, url: Option<&str>) -> Result<(Feed, Vec<Problem>), Error> {
    let (feed, defect) = read_document(bytes, media_type, url)?;
    let subject = || url.map(str::to_owned).or_else(|| feed.title.clone()).unwrap_or_else(|| "feed".into());
    let problems = defect.map(|defect| defect.problem(subject())).into_iter().collect();
    Ok((feed, problems))
}

fn read_document(bytes: &[u8], media_type: Option<&str>, url: Option<&str>) -> Result<(Feed, Option<Defect>), Error> {
    let decoded = decode(bytes, media_type);
    let trimmed = decoded.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}');
    if trimmed.is_empty() {
        return Err(Error::Empty);
    }
    if trimmed.starts_with(['{', '[']) {
        return json::read(trimmed, url);
    }
    let repaired = xml::repair(trimmed);
    let tree = xml::parse(&repaired);
    if tree.hostile {
        return Err(Error::Hostile);
    }
    if discover::is_page(&tree.root) {
        return Err(Error::Page { feeds: feeds_in_page(trimmed, url) });
    }
    let (feed, lost) = elements::read(&tree, url)?;
    let ill_formed = tree.repaired || tree.incomplete || matches!(repaired, Cow::Owned(_));
    let defect = match () {
        () if tree.too_large || feed.entries.len() >= MOST_ENTRIES => Some(Defect::TooLarge),
        () if lost => Some(Defect::BrokenOff),
        () => ill_formed.then_some(Defect::IllFormed),
    };
    Ok((feed, defect))
}

fn offered(feeds: &[FeedLink]) -> String {
    let names: Vec<String> = feeds.iter().take(5).map(|feed| format!("`{}`", feed.url)).collect();
    if names.is_empty() { "; it links none".into() } else { format!("; it links {}", names.join(", ")) }
}

/// The entries that the feed of `source` announces.
pub(super) async fn gather(
    source: &Source,
    location: &Location,
    mut memory: Memory,
    now: Timestamp,
    fetch: &dyn Fetch,
) -> Gathered {
    let before = memory.clone();
    let reply = match web::get(source, location, Accept::Feed, &mut memory, now, fetch).await {
        FetchOutcome::Document(reply) => reply,
        FetchOutcome::Unchanged => {
            let problems = moved(source, &before, &memory).into_iter().collect();
            return Gathered { outcome: Outcome::Unchanged, memory, problems, ..Gathered::default() };
        }
        FetchOutcome::Failed(problem) => return Gathered::failed(memory, problem),
    };
    let address = Some(reply.url.clone());
    match read(reply).await {
        Ok((mut feed, defect)) => {
            // An ill-formed feed that lost nothing concerns who asks about the feed, not who reads the edition.
            let lost = defect.filter(|defect| *defect != Defect::IllFormed);
            let mut problems: Vec<Problem> =
                lost.map(|defect| defect.problem(source.name.clone())).into_iter().collect();
            problems.extend(moved(source, &before, &memory));
            let entries = newest(std::mem::take(&mut feed.entries), source.max_entries);
            Gathered { entries, address, feed: Some(feed), memory, problems, ..Gathered::default() }
        }
        Err(error) => {
            // It was not read: next time it must not count as known.
            memory.validators = before.validators;
            memory.hash = before.hash;
            let problem = Problem::new(&source.name, format!("cannot read the feed `{location}`")).because(&error);
            let hint = match &error {
                Error::Page { feeds } => feeds.first().map(|feed| format!("set `feed = \"{}\"`", feed.url)),
                _ => None,
            };
            Gathered::failed(memory, hint.map_or(problem.clone(), |hint| problem.hint(hint)))
        }
    }
}

/// Parses on a thread for such work: many feeds are gathered at a time, and the network must not wait for a parser.
async fn read(reply: Reply) -> Result<(Feed, Option<Defect>), Error> {
    let parsing = move || read_document(&reply.bytes, reply.media_type.as_deref(), Some(&reply.url));
    let lost = |error: tokio::task::JoinError| Error::NotAFeed(format!("the reader gave up on it ({error})"));
    tokio::task::spawn_blocking(parsing).await.map_err(lost)?
}

/// The problem that the address in the config is out of date, once, when the server has said so often enough.
fn moved(source: &Source, before: &Memory, memory: &Memory) -> Option<Problem> {
    let to = memory.convinced().filter(|to| before.convinced() != Some(to))?;
    let shown = guard::shown(to);
    let problem = Problem::new(&source.name, format!("the feed has moved to `{shown}` for good"));
    let whole = shown.len() == to.len();
    Some(if whole {
        problem.hint(format!("set `feed = \"{to}\"`"))
    } else {
        problem.hint("set `feed` to that address")
    })
}
