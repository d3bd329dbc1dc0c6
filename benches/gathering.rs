//! How long the first act takes for 1,000 feeds of 30 entries with their full text from a server on loopback, when one in
//! twenty fails in one way or another, and how much memory that needs (the server's own included): asked, read, cleaned
//! and stored, as `digest gather` does it. A second run finds that nothing changed. Both are done in this process, then with
//! workers as a run has them, twice in turn.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

#[path = "../tests/it/support/web.rs"]
mod web;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use newsdigest::config::Config;
use newsdigest::fetch::{Http, Size};
use newsdigest::pipeline::workers::{Limits, Workers};
use newsdigest::pipeline::{Bounds, gather_within};
use newsdigest::source::Outcome;
use newsdigest::store::Store;
use tokio::time::Instant;

use web::{Answer, Web};

const FEEDS: usize = 1000;
const ENTRIES: usize = 30;

fn main() {
    let web = Web::start();
    for number in 0..FEEDS {
        let path = format!("/{number}");
        match number % 100 {
            3 => web.on(&path, Answer::Status(500, vec![])),
            23 => web.on(&path, Answer::Hang),
            43 => web.on(&path, Answer::Body("text/xml", b"garbage".to_vec())),
            63 => web.on(&path, Answer::Redirect(302, path.clone())),
            83 => web.on(&path, Answer::Broken),
            _ => web.feed(&path, &feed(number)),
        };
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for _ in 0..2 {
        anstream::println!("in this process:");
        runtime.block_on(runs(&web, None));
        anstream::println!("in workers:");
        let limits = Limits { memory: Size::mebibytes(384), time: Duration::from_secs(10) };
        let count = std::thread::available_parallelism().unwrap().get();
        let workers = Workers::new(env!("CARGO_BIN_EXE_digest").into(), arguments, limits, count);
        runtime.block_on(runs(&web, Some(&workers)));
    }
}

fn arguments(Limits { memory, time }: Limits) -> Vec<String> {
    vec!["read-worker".into(), format!("--memory={memory}"), format!("--seconds={}", time.as_secs())]
}

async fn runs(web: &Web, workers: Option<&Workers>) {
    let config = config(web);
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("digest.db")).await.unwrap();
    let morning: Timestamp = "2026-11-03T05:00:00Z".parse().unwrap();
    for day in 0..2 {
        let started = Instant::now();
        let now = morning + SignedDuration::from_hours(24 * day);
        let fetch = Http::new(&config.fetch).unwrap();
        let bounds = Bounds { fetch: &fetch, workers, until: None, cancel: None };
        let gathered = gather_within(&config, &[], &store, bounds, now, &|_| ()).await.unwrap();
        let seconds = started.elapsed().as_secs_f64();
        let failed = gathered.sources.iter().filter(|source| source.outcome == Outcome::Failed).count();
        let fresh = gathered.fresh();
        anstream::println!("{FEEDS} feeds, {fresh} new articles, {failed} failed: {seconds:.1} s, {}", memory());
    }
}

/// All feeds are on one host here, so as many connections go to it as there are in all.
fn config(web: &Web) -> Config {
    let mut text = "version = 1\n[fetch]\nallow_private = true\nper_host = 32\ntimeout = \"5s\"\n".to_owned();
    for number in 0..FEEDS {
        let url = web.url(&format!("/{number}"));
        write!(text, "[[source]]\nname = \"{number}\"\nfeed = \"{url}\"\nmax_entries = {ENTRIES}\n").unwrap();
    }
    Config::parse(&text, Path::new("config.toml")).unwrap_or_else(|wrong| panic!("{}", wrong.report(false)))
}

fn feed(number: usize) -> String {
    let paragraph = |entry: usize, day: usize| {
        format!(
            "<p>On day {day} the council of town {number} spoke of plan {entry} &amp; its <a href=\"/x\">new bridge</a>, \
             which is to carry {day}00 cars an hour once it stands, as those who planned it say.</p>"
        )
    };
    let item = |entry: usize| {
        let body: String = (0..30).map(|day| paragraph(entry, day)).collect();
        format!(
            "<item><title>Story {entry} of feed {number}</title><link>https://example.org/{number}/{entry}</link>\
             <guid>{number}-{entry}</guid><pubDate>Mon, 02 Nov 2026 10:{entry:02}:00 GMT</pubDate>\
             <description>Teaser</description><content:encoded><![CDATA[{body}]]></content:encoded></item>"
        )
    };
    let items: String = (0..ENTRIES).map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>Feed {number}</title>{items}</channel></rss>")
}

/// Peak memory of this process, where the system tells it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or_else(|| "memory unknown".into(), |peak| format!("peak {}", peak.trim()))
}
