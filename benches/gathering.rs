//! How long it takes to gather 1,000 feeds of 30 entries with their full text from a server on loopback, when one in
//! twenty fails in one way or another, and how much memory that needs (the server's own included).

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

#[path = "../tests/support/web.rs"]
mod web;

use std::path::Path;

use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use newsdigest::fetch::{Http, Options as FetchOptions};
use newsdigest::source::{Defaults, Memory, Options, Outcome, Source, gather};
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
    let started = Instant::now();
    let (entries, failed) = runtime.block_on(all(&web));
    let seconds = started.elapsed().as_secs_f64();
    anstream::println!("{FEEDS} feeds, {entries} entries, {failed} failed, {seconds:.1} s, {}", memory());
}

async fn all(web: &Web) -> (usize, usize) {
    let options = FetchOptions {
        allow_private: true,
        per_host: 32,
        timeout: SignedDuration::from_secs(5),
        ..FetchOptions::default()
    };
    let http = Http::new(&options).unwrap();
    let now: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
    let gathered = futures::stream::iter(0..FEEDS).map(async |number| {
        let feed = Some(web.url(&format!("/{number}")));
        let options = Options { name: number.to_string(), feed, max_entries: Some(ENTRIES), ..Options::default() };
        let source = Source::new(&options, &Defaults::default(), Path::new("")).unwrap();
        gather(&source, &Memory::default(), now, &http).await
    });
    let mut gathered = gathered.buffer_unordered(64);
    let (mut entries, mut failed) = (0, 0);
    while let Some(one) = gathered.next().await {
        entries += one.entries.len();
        failed += usize::from(one.outcome == Outcome::Failed);
    }
    (entries, failed)
}

fn feed(number: usize) -> String {
    let paragraph = "<p>This is a paragraph of a full article &amp; it has <a href=\"/x\">a link</a>, as they do.</p>";
    let body = paragraph.repeat(30);
    let item = |entry: usize| {
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
