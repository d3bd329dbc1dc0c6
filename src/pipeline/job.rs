//! One piece of reading, and how it is done without a network.
//!
//! Untrusted bytes are read in a worker, and a worker asks nobody. So a job is done as if all answers were there: the
//! same functions run with a fetcher that replays the answers given with the job and notes what is missing. As long as
//! something is, the job comes back with its requests; whoever gave it asks for them and gives it again.

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::extract::DocumentLines;
use crate::fetch::{self, Fetch, Reply, Request, Size};
use crate::model::{Article, Document, Entry};
use crate::pipeline::read::{self, Entries, Read};
use crate::source::{self, Gathered, Memory, Source};

/// Bytes that travel beside the JSON, as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Body(#[serde(skip)] pub(super) Vec<u8>);

/// A value that holds bodies; both sides list them in the same order.
pub(super) trait Bodies {
    fn bodies(&mut self) -> Vec<&mut Body>;
}

/// Something to be read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) task: Task,
    pub(super) answers: Vec<Answer>,
}

/// The task of a job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Task {
    /// The entries of a source; of a command, out of what it printed.
    Gather { source: Source, memory: Memory, now: Timestamp, printed: Option<Body> },
    /// Its entries, with the documents of those that hold one.
    Read { source: Source, entries: Entries, documents: Vec<Option<Carried>> },
    /// The page behind an article of an earlier run.
    Retry { source: Source, article: Box<Article> },
    /// One page of a source beside what its reader makes of it: the one at `url`, or the document with this headline.
    Look { source: Source, url: Option<String>, title: String, documents: Vec<Option<Carried>> },
}

impl Task {
    /// Whether it begins with a request: there is nothing to be read yet.
    pub(super) fn needs_first(&self) -> bool {
        match self {
            Self::Gather { source, printed, .. } => printed.is_none() && source.is_on_the_web(),
            Self::Retry { .. } => true,
            Self::Look { url, .. } => url.is_some(),
            Self::Read { .. } => false,
        }
    }
}

/// The result of a task.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Output {
    /// Nothing yet: these answers are missing.
    Needs(Vec<Request>),
    /// Of [`Task::Gather`], the documents of the entries apart.
    Gathered(Box<Gathered>, Vec<Option<Carried>>),
    /// Of [`Task::Read`].
    Read(Read),
    /// Of [`Task::Retry`]: the article, or when its page may be asked for again.
    Retried(Result<Box<Article>, Option<Duration>>),
    /// Of [`Task::Look`]; why there is no page to look at.
    Looked(Result<Box<DocumentLines>, String>),
}

/// Why a job was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub(super) enum Failure {
    /// It needed more memory than it may have.
    #[error("reading it takes more than {0} of memory")]
    Memory(Size),
    /// It took longer than it may.
    #[error("reading it takes longer than {} s", .0.as_secs_f64())]
    Time(Duration),
    /// The program itself failed.
    #[error("reading it failed inside the program: {0}")]
    Fault(String),
}

impl Failure {
    /// The worker answered something else than it was asked.
    pub(super) fn answer() -> Self {
        Self::Fault("the worker answered something else".to_owned())
    }
}

/// An answer from the network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Answer {
    request: Request,
    reply: Result<Reply, fetch::Error>,
    body: Body,
}

impl Answer {
    pub(super) fn new(request: Request, mut reply: Result<Reply, fetch::Error>) -> Self {
        let body = Body(reply.as_mut().map(|reply| std::mem::take(&mut reply.bytes)).unwrap_or_default());
        Self { request, reply, body }
    }

    /// The same without its body, for want of memory.
    pub(super) fn refuse(&mut self, limit: Size) {
        self.reply = Err(fetch::Error::TooLarge { url: fetch::guard::shown(&self.request.url), limit });
        self.body = Body::default();
    }

    pub(super) fn size(&self) -> usize {
        self.body.0.len()
    }
}

/// A document that is carried apart from its entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Carried {
    media_type: Option<String>,
    url: Option<String>,
    body: Body,
}

impl Bodies for Job {
    fn bodies(&mut self) -> Vec<&mut Body> {
        let own: Vec<&mut Body> = match &mut self.task {
            Task::Gather { printed, .. } => printed.iter_mut().collect(),
            Task::Read { documents, .. } | Task::Look { documents, .. } => {
                documents.iter_mut().flatten().map(|carried| &mut carried.body).collect()
            }
            Task::Retry { .. } => Vec::new(),
        };
        own.into_iter().chain(self.answers.iter_mut().map(|answer| &mut answer.body)).collect()
    }
}

impl Bodies for Result<Output, Failure> {
    fn bodies(&mut self) -> Vec<&mut Body> {
        match self {
            Ok(Output::Gathered(_, documents)) => {
                documents.iter_mut().flatten().map(|carried| &mut carried.body).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Takes the documents out of `entries`, in their order.
pub(super) fn unload(entries: &mut [Entry]) -> Vec<Option<Carried>> {
    let carry = |Document { bytes, media_type, url }| Carried { media_type, url, body: Body(bytes) };
    entries.iter_mut().map(|entry| entry.document.take().map(carry)).collect()
}

fn document(Carried { media_type, url, body }: Carried) -> Document {
    Document { bytes: body.0, media_type, url }
}

/// Puts `documents` back.
pub(super) fn load(entries: &mut [Entry], documents: Vec<Option<Carried>>) {
    entries.iter_mut().zip(documents).for_each(|(entry, carried)| entry.document = carried.map(document));
}

/// Does `job`; a panic is a failure.
pub(super) async fn execute(job: Job) -> Result<Output, Failure> {
    let Job { task, answers } = job;
    let replay = Replay { answers, missing: Mutex::default() };
    let done = perform(task, &replay).await;
    let missing = replay.missing.into_inner().unwrap_or_else(PoisonError::into_inner);
    if done.is_ok() && !missing.is_empty() { Ok(Output::Needs(missing)) } else { done }
}

/// Does `task` in this process, with what `fetch` answers; a panic is a failure.
pub(super) async fn perform(task: Task, fetch: &dyn Fetch) -> Result<Output, Failure> {
    AssertUnwindSafe(done(task, fetch)).catch_unwind().await.map_err(|panic| {
        let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
        let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
        Failure::Fault(words.unwrap_or_else(|| "a panic".to_owned()))
    })
}

async fn done(task: Task, fetch: &dyn Fetch) -> Output {
    match task {
        Task::Gather { source, memory, now, printed } => {
            let mut gathered = match printed {
                Some(Body(printed)) => source::gather_printed(&source, &memory, now, printed),
                None => source::gather(&source, &memory, now, fetch).await,
            };
            let documents = unload(&mut gathered.entries);
            // Nobody asks what the feed says of itself.
            gathered.feed = None;
            Output::Gathered(Box::new(gathered), documents)
        }
        Task::Read { source, mut entries, documents } => {
            load(&mut entries.entries, documents);
            Output::Read(read::entries(&source, entries, fetch).await)
        }
        Task::Retry { source, article } => {
            let retried = read::retry_page(&source, &article, fetch).await;
            Output::Retried(retried.map(Box::new).map_err(|missed| missed.retry_after))
        }
        Task::Look { source, url: Some(url), .. } => {
            Output::Looked(read::look_at(&source, &url, fetch).await.map(Box::new))
        }
        Task::Look { source, title, documents, .. } => {
            let documents = documents.into_iter().flatten().map(document);
            Output::Looked(read::look_among(&source, &title, documents).map(Box::new))
        }
    }
}

/// The answers that came with a job.
struct Replay {
    answers: Vec<Answer>,
    missing: Mutex<Vec<Request>>,
}

impl Fetch for Replay {
    fn fetch<'a>(&'a self, request: Request) -> BoxFuture<'a, Result<Reply, fetch::Error>> {
        let known = self.answers.iter().find(|answer| answer.request == request);
        let reply = match known {
            Some(Answer { reply, body, .. }) => reply.clone().map(|reply| Reply { bytes: body.0.clone(), ..reply }),
            None => {
                let url = fetch::guard::shown(&request.url);
                let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
                if !missing.contains(&request) {
                    missing.push(request);
                }
                Err(fetch::Error::NotRecorded { url })
            }
        };
        Box::pin(std::future::ready(reply))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_asks_for_what_is_missing_and_then_is_done() {
        let options =
            source::Options { name: "a".into(), feed: Some("https://a.example/feed".into()), ..Default::default() };
        let source = Source::new(&options, &source::Defaults::default(), std::path::Path::new("")).unwrap();
        let task = Task::Gather { source, memory: Memory::default(), now: Timestamp::UNIX_EPOCH, printed: None };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let done = |answers| runtime.block_on(execute(Job { task: task.clone(), answers })).unwrap();
        let Output::Needs(requests) = done(Vec::new()) else { panic!("it needs its feed") };
        assert_eq!(requests.len(), 1);
        let feed = b"<rss version='2.0'><channel><item><title>x</title></item></channel></rss>".to_vec();
        let reply = Reply { status: 200, url: requests[0].url.clone(), bytes: feed, ..Reply::default() };
        let Output::Gathered(gathered, _) = done(vec![Answer::new(requests[0].clone(), Ok(reply))]) else { panic!() };
        assert_eq!(gathered.entries.len(), 1);
    }
}
