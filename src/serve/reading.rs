//! A source asked alone, and a page of it beside what the reader makes of it with these selectors.
//!
//! Both are bounded and go the ways of gathering: pages come through the fetcher with its rules, strangers' bytes are read by
//! workers. Nothing is stored. A page is asked of the last gathering's replies first, and of the web once.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::config::Config;
use crate::extract;
use crate::fetch::{self, Fetch, Http, Recorded, Reply, Request};
use crate::model::{Article, Problem as Met, word_count};
use crate::pipeline;
use crate::serve::problem::Problem;
use crate::serve::workbench::Workbench;
use crate::source::{Outcome, Source};

/// The longest that one source or one page is waited for.
const LONGEST: Duration = Duration::from_secs(30);
/// Entries of a source that are read when it is asked.
const SAMPLED: usize = 3;
/// Pages that are held while selectors are tried on them.
const MOST_PAGES: usize = 4;
/// Bytes of a page that is held.
const LARGEST_HELD: usize = 4 << 20;
/// Bytes of a selector.
const LONGEST_SELECTOR: usize = 1_000;

/// Pages that were asked for, the newest first.
pub(super) type Pages = Mutex<VecDeque<(String, Reply)>>;

fn source(config: &Config, name: &str) -> Result<Source, Problem> {
    let found = config.sources.iter().find(|source| source.name == name).cloned();
    found.ok_or_else(|| Problem::new(404, "gone", format!("no source is called `{name}`")))
}

/// The time that one question to `config`'s sources may take.
fn bound(config: &Config) -> Duration {
    Duration::try_from(config.fetch.deadline).map_or(LONGEST, |deadline| deadline.min(LONGEST))
}

fn late(config: &Config) -> String {
    format!("no answer within {} s", bound(config).as_secs_f64())
}

/// Asks one source behind the answer; what came of it stands in its row, and an event says so.
pub(super) fn ask(workbench: Arc<Workbench>, name: &str) -> Result<(), Problem> {
    let current = workbench.current();
    let source = source(&current.config, name)?;
    let begun = Instant::now();
    {
        let mut asked = workbench.asked.lock();
        if asked.get(name).is_some_and(|one| one["asking"] == true) {
            return Ok(());
        }
        asked.insert(name.to_owned(), json!({ "asking": true }));
    }
    tokio::spawn(async move {
        let answer = timeout(bound(&current.config), asked(&workbench, &current.config, &source)).await;
        let mut answer = answer.unwrap_or_else(|_| json!({ "failed": true, "problems": [late(&current.config)] }));
        answer["ms"] = (begun.elapsed().as_secs_f64() * 1e3).round().into();
        workbench.asked.lock().insert(source.name.clone(), answer);
        workbench.say("source", &json!({ "name": source.name }));
    });
    Ok(())
}

async fn asked(workbench: &Workbench, config: &Config, source: &Source) -> Value {
    let http = match Http::new(&config.fetch) {
        Ok(http) => http,
        Err(error) => return json!({ "failed": true, "problems": [error.to_string()] }),
    };
    let workers = workbench.surroundings.workers.as_ref();
    let found = pipeline::inspect(source, workbench.now, SAMPLED, (&http, &http), workers).await;
    let read = |article: &Article| json!({ "title": article.title, "words": word_count(&article.text), "teaser": article.teaser });
    json!({
        "failed": found.gathered.outcome == Outcome::Failed,
        "entries": found.gathered.entries.len(),
        "read": found.sample.iter().map(read).collect::<Vec<_>>(),
        "problems": found.gathered.problems.iter().map(words).collect::<Vec<_>>(),
    })
}

fn words(problem: &Met) -> String {
    problem.cause.as_ref().map_or_else(|| problem.what.clone(), |cause| format!("{}: {cause}", problem.what))
}

/// A page, and the selectors to read it with.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Looking {
    /// The edition that has the article.
    id: String,
    article: String,
    content_selector: String,
    remove_selectors: String,
}

/// The lines of the article's page, which of them are the article, and what the config would have to say.
pub(super) async fn look(workbench: &Workbench, asked: &Looking) -> Result<Value, Problem> {
    let trial = workbench.trial(&asked.id).ok_or_else(Problem::gone)?;
    let article = trial.inputs.articles.iter().find(|one| one.id == asked.article).ok_or_else(Problem::gone)?;
    let source = source(&trial.config, &article.source)?;
    let content = selector("content_selector", &asked.content_selector)?;
    let remove = selector("remove_selectors", &asked.remove_selectors)?;
    let as_before = content == source.content_selector && Vec::from_iter(remove.clone()) == source.remove_selectors;
    let tried = Source { content_selector: content, remove_selectors: remove.into_iter().collect(), ..source };
    let http = Http::new(&trial.config.fetch).map_err(|error| Problem::new(422, "config", error.to_string()))?;
    let recorded = Recorded::new(pipeline::replies(&trial.config.store));
    let pages = OnePage { pages: &workbench.pages, recorded, http };
    let looking = pipeline::look(&tried, article, workbench.now, &pages, workbench.surroundings.workers.as_ref());
    let looked = timeout(bound(&trial.config), looking).await.unwrap_or_else(|_| Err(late(&trial.config)));
    let reading = looked.map_err(|why| Problem::new(422, "page", "The page cannot be shown.").detail(why))?;
    // As the source is now, the truth is what the edition was made of.
    let text = if as_before { &article.text } else { &reading.article.text };
    let kept: BTreeSet<&str> = text.lines().map(str::trim).collect();
    let line = |line: &String| {
        let is_headline = !line.is_empty() && *line == reading.article.title;
        json!({ "text": line, "kept": kept.contains(line.trim()), "headline": is_headline })
    };
    let lines: Vec<Value> = reading.lines.iter().map(line).collect();
    Ok(json!({
        "kept": lines.iter().filter(|line| line["kept"] == true).count(), "lines": lines, "text": text,
        "problems": reading.problems.iter().map(words).collect::<Vec<_>>(), "toml": toml(&tried, as_before),
    }))
}

/// The lines to write under the source; none when it stays as it is.
fn toml(source: &Source, as_before: bool) -> String {
    if as_before {
        return String::new();
    }
    let content = source.content_selector.iter().map(|one| format!("content_selector = {}", toml::Value::from(&**one)));
    let removed: Vec<toml::Value> = source.remove_selectors.iter().map(|one| toml::Value::from(&**one)).collect();
    let removed = (!removed.is_empty()).then(|| format!("remove_selectors = {}", toml::Value::Array(removed)));
    content.chain(removed).collect::<Vec<_>>().join("\n")
}

/// A selector as it was typed; a mistake names its field and shows the place.
fn selector(key: &str, typed: &str) -> Result<Option<String>, Problem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let wrong = |title: String| Problem::new(422, "selector", title).key(key);
    if typed.len() > LONGEST_SELECTOR || typed.contains('\n') {
        return Err(wrong(format!("a selector is one line of at most {LONGEST_SELECTOR} bytes")));
    }
    match extract::selector_mistake(typed) {
        Some(place) => {
            let caret = format!("line 1: {typed}\n{}^", " ".repeat("line 1: ".len() + place));
            Err(wrong("This is no CSS selector.".to_owned()).detail(caret))
        }
        None => Ok(Some(typed.to_owned())),
    }
}

/// The page that selectors are tried on: as it was recorded, else as it is on the web, asked for once.
struct OnePage<'a> {
    pages: &'a Pages,
    recorded: Recorded,
    http: Http,
}

impl Fetch for OnePage<'_> {
    fn fetch<'a>(&'a self, request: Request) -> BoxFuture<'a, Result<Reply, fetch::Error>> {
        Box::pin(async move {
            if let Some((_, reply)) = self.pages.lock().iter().find(|(url, _)| *url == request.url) {
                return Ok(reply.clone());
            }
            if let Ok(reply) = self.recorded.fetch(request.clone()).await {
                return Ok(reply);
            }
            let url = request.url.clone();
            let reply = self.http.fetch(request).await?;
            if reply.bytes.len() <= LARGEST_HELD {
                let mut pages = self.pages.lock();
                pages.push_front((url, reply.clone()));
                pages.truncate(MOST_PAGES);
            }
            Ok(reply)
        })
    }
}
