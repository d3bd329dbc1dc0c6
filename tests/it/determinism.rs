//! The same articles, config and time give the same bytes, in whatever order they arrive and with any number of threads.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::path::Path;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use newsdigest::config::Config;
use newsdigest::fetch::{self, Fetch, Recorded, Reply, Request};
use newsdigest::model::Recipient;
use newsdigest::pipeline::{self, Inputs, Mail};
use newsdigest::render::Templates;
use newsdigest::store::Store;
use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, TestRunner};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

const NOW: &str = "2026-10-19T05:00:00Z";
const SOURCES: usize = 20;
/// Entries of one source; each stands in several sources, with a text of its own in each.
const ENTRIES: usize = 4;
const EVENTS: usize = 24;

/// Sentences of one event, a little different in each source.
fn text(event: usize, source: usize) -> String {
    const PLACES: [&str; 6] = ["Aville", "Beton", "Cedar", "Dunmore", "Eastwick", "Farrow"];
    const WORKS: [&str; 4] = ["harbour bridge", "market hall", "lighthouse", "theatre"];
    let (place, work) = (PLACES[event % 6], WORKS[event / 6]);
    format!(
        "The council of {place} voted on Monday to rebuild the {work} over the next {} years. \
         The {work} of {place} was closed in March after engineers had found {} cracks in its walls. \
         Work will begin in spring, said the mayor, and will cost {} million crowns. \
         Correspondent {source} saw the first drawings of the {work} in {place} on Sunday.",
        event % 5 + 2,
        event + 3,
        event * 7 + 11
    )
}

fn url(source: usize) -> String {
    format!("https://paper{source}.example/feed.xml")
}

/// The feed of source number `source`: entries that others announce, too, under the same address.
fn feed(source: usize) -> String {
    let item = |entry: usize| {
        let event = (source * 3 + entry * 5) % EVENTS;
        format!(
            "<item><title>Event {event} of the year</title><link>https://wire.example/{event}</link>\
             <guid>https://wire.example/{event}</guid><pubDate>Sun, 18 Oct 2026 {:02}:00:00 GMT</pubDate>\
             <description>{}</description></item>",
            event % 20,
            text(event, source)
        )
    };
    let items: String = (0..ENTRIES).map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>Paper {source}</title>{items}</channel></rss>")
}

fn config(folder: &Path) -> Config {
    let sources: String = (0..SOURCES)
        .map(|source| format!("[[source]]\nname = 'Paper {source}'\nfeed = '{}'\nfull_text = 'never'\n", url(source)))
        .collect();
    std::fs::write(folder.join("secret"), "0123456789abcdef").unwrap();
    let text = format!(
        "version = 1\n[newsletter]\nname = 'n'\ntitle = 'N'\n{sources}[rating]\nmailto = 'rate@example.org'\n\
         secret_file = 'secret'\n[mail]\nfrom = 'N <n@example.org>'\nto = ['a@example.org']\n\
         unsubscribe_url = 'https://example.org/{{token}}'\nunsubscribe_secret_file = 'secret'\n\
         [mail.smtp]\nhost = 'localhost'\n"
    );
    Config::parse(&text, &folder.join("config.toml")).unwrap_or_else(|wrong| panic!("{}", wrong.report(false)))
}

/// Replays recorded replies, each feed when it is its turn: a source is asked on when the one before it is stored.
struct InTurn {
    recorded: Recorded,
    /// Place of each source in the order of arrival.
    places: Vec<usize>,
    done: watch::Receiver<usize>,
}

impl Fetch for InTurn {
    fn fetch<'a>(&'a self, request: Request) -> BoxFuture<'a, Result<Reply, fetch::Error>> {
        Box::pin(async move {
            let source = (0..SOURCES).find(|source| url(*source) == request.url);
            if let Some(source) = source {
                let mut done = self.done.clone();
                done.wait_for(|done| *done >= self.places[source]).await.unwrap();
            }
            self.recorded.fetch(request).await
        })
    }
}

/// Gathers in this order of arrival and loads what came.
async fn arrive(config: &Config, replies: &Path, places: Vec<usize>) -> Inputs {
    let now: Timestamp = NOW.parse().unwrap();
    let store = Store::snapshot(Path::new("nowhere/digest.db")).await.unwrap();
    let (tell, done) = watch::channel(0);
    let fetch = InTurn { recorded: Recorded::new(replies), places, done };
    let tick = |_: &str| tell.send_modify(|done| *done += 1);
    let gathered = pipeline::gather(config, &[], &store, &fetch, now, &tick).await.unwrap();
    assert_eq!(gathered.health.answered, SOURCES);
    let mut inputs = pipeline::load(&store, config, now).await.unwrap();
    inputs.health = gathered.health;
    let reader = |address: &str, language: Option<&str>| Recipient {
        address: address.into(),
        name: None,
        language: language.map(str::to_owned),
    };
    inputs.recipients = vec![reader("a@example.org", None), reader("b@example.org", Some("de"))];
    inputs
}

/// SHA-256 of the HTML, the text and every message.
fn fingerprint(inputs: &Inputs, config: &Config, templates: &Templates, mail: &Mail) -> String {
    let composed = pipeline::compose(inputs, config, templates).unwrap();
    assert!(composed.edition().story_count() > 3, "there is something to compare");
    let mut hasher = Sha256::new();
    for recipient in &inputs.recipients {
        let preview = pipeline::preview(&composed, Some(mail), Some(recipient)).unwrap();
        hasher.update(&preview.rendered.html);
        hasher.update(&preview.rendered.text);
        hasher.update(&preview.message.unwrap().message.bytes);
    }
    hasher.update(serde_json::to_vec(composed.edition()).unwrap());
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_hundred_orders_of_arrival_and_any_number_of_threads_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (config, replies) = (config(folder.path()), folder.path().join("replies"));
    for source in 0..SOURCES {
        let reply = Reply { url: url(source), bytes: feed(source).into_bytes(), ..Reply::default() };
        fetch::record(&replies, &url(source), &reply).unwrap();
    }
    let templates = Templates::builtin("default").unwrap();
    let mail = Mail::new(&config).unwrap().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let pools: Vec<_> =
        [1, 2, 7].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()).into();
    let mut fingerprints = BTreeSet::new();
    let orders = Just((0..SOURCES).collect::<Vec<_>>()).prop_shuffle();
    let mut runner = TestRunner::new(Cases { cases: 100, ..Cases::default() });
    let seen = std::cell::RefCell::new(&mut fingerprints);
    let check = |places: Vec<usize>| {
        let mut inputs = runtime.block_on(arrive(&config, &replies, places.clone()));
        // The order in which a caller holds them does not count, either.
        inputs.articles.sort_by_key(|article| places[article.text.len() % SOURCES]);
        for pool in &pools {
            let fingerprint = pool.install(|| fingerprint(&inputs, &config, &templates, &mail));
            seen.borrow_mut().insert(fingerprint);
        }
        prop_assert_eq!(seen.borrow().len(), 1, "another edition");
        Ok(())
    };
    runner.run(&orders, check).unwrap();
    assert_eq!(fingerprints.len(), 1);
}
