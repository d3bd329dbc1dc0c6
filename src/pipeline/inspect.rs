//! A source's current announcements, and how its newest entries would be read.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::extract::DocumentLines;
use crate::fetch::Fetch;
use crate::model::{Article, Problem};
use crate::pipeline::identity::Identity;
use crate::pipeline::job::{self, Body, Failure, Output, Task};
use crate::pipeline::read::{self, Entries};
use crate::pipeline::workers::Workers;
use crate::source::{self, Gathered, Memory, Outcome, Source, SourceKind};

/// A source that was looked at; nothing of it is stored.
#[derive(Debug)]
pub struct Inspection {
    /// Its announcements.
    pub gathered: Gathered,
    /// Its first entries, read.
    pub sample: Vec<Article>,
}

/// Looks at `source` as if for the first time, and reads `most` of its entries; `heard` is asked what it announces, `fetch`
/// for its pages. With `workers` all of it is read there.
pub async fn inspect(
    source: &Source,
    now: Timestamp,
    most: usize,
    (heard, fetch): (&dyn Fetch, &dyn Fetch),
    workers: Option<&Workers>,
) -> Inspection {
    let mut gathered = announced(source, &Memory::default(), now, heard, workers).await;
    let mut newest = gathered.entries[..gathered.entries.len().min(most)].to_vec();
    let identity = Identity::of(&mut newest, "", None, &mut BTreeMap::new());
    let mut entries = Entries { entries: newest, identity, site: Vec::new() };
    let Some(workers) = workers else {
        let sample = read::entries(source, entries, fetch).await.articles;
        return Inspection { gathered, sample };
    };
    let documents = job::unload(&mut entries.entries);
    let task = Task::Read { source: source.clone(), entries, documents };
    let sample = match workers.run(task, fetch).await {
        Ok(Output::Read(read)) => read.articles,
        Ok(_) => Vec::new(),
        Err((failure, _)) => {
            gathered.problems.push(Problem::new(&source.name, format!("{failure}: its newest entries")));
            Vec::new()
        }
    };
    Inspection { gathered, sample }
}

/// The page or document of `article` beside what `source`, with the selectors that it has now, makes of it.
///
/// A document of this machine is looked for again; a page is asked of `fetch`. With `workers` it is read there, in one short
/// turn.
///
/// # Errors
/// The page cannot be had, or reading it takes too much: one line that says so.
pub async fn look(
    source: &Source,
    article: &Article,
    now: Timestamp,
    fetch: &dyn Fetch,
    workers: Option<&Workers>,
) -> Result<DocumentLines, String> {
    let mut documents = Vec::new();
    if matches!(source.kind, SourceKind::Files(_) | SourceKind::Maildir(_)) {
        let mut gathered = announced(source, &Memory::default(), now, fetch, workers).await;
        documents = job::unload(&mut gathered.entries);
    }
    let url = article.url.clone().filter(|_| documents.iter().all(Option::is_none));
    if url.is_none() && documents.is_empty() {
        return Err("its source gave no address of a page".to_owned());
    }
    let task = Task::Look { source: source.clone(), url, title: article.title.clone(), documents };
    let done = match workers {
        Some(workers) => workers.run_shortly(task, fetch).await.map_err(|(failure, _)| failure),
        None => job::perform(task, fetch).await,
    };
    match done {
        Ok(Output::Looked(looked)) => looked.map(|reading| *reading),
        Ok(_) => Err(Failure::answer().to_string()),
        Err(failure) => Err(failure.to_string()),
    }
}

/// The announcements of `source`, read in a worker if there are any. A command is the owner's own and runs here; what it prints is
/// read like everything else.
pub(super) async fn announced(
    source: &Source,
    memory: &Memory,
    now: Timestamp,
    fetch: &dyn Fetch,
    workers: Option<&Workers>,
) -> Gathered {
    let Some(workers) = workers else {
        return source::gather(source, memory, now, fetch).await;
    };
    let printed = match source::run_command(source, memory).await {
        Ok(printed) => printed.map(Body),
        Err(failed) => return failed,
    };
    let task = Task::Gather { source: source.clone(), memory: memory.clone(), now, printed };
    let failure = match workers.run(task, fetch).await {
        Ok(Output::Gathered(mut gathered, documents)) => {
            job::load(&mut gathered.entries, documents);
            return *gathered;
        }
        Ok(_) => Failure::answer(),
        Err((failure, _)) => failure,
    };
    let problems = vec![Problem::new(&source.name, failure.to_string())];
    Gathered { outcome: Outcome::Failed, memory: memory.clone(), problems, ..Gathered::default() }
}
