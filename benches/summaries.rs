//! How fast texts are summarized, and how time and memory grow with the length of one text.
//!
//! `cargo bench --bench summaries`. Throughput needs the evaluation data (`DIGEST_DATA`, else `../shared/data`) and says
//! that it skipped without it; the growth texts are made up here.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock and its environment")]

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use newsdigest::summarize;
use newsdigest::summary::Options;

/// Tells the child process how long its text shall be.
const SENTENCES: &str = "DIGEST_BENCH_SENTENCES";
/// Runs of which the fastest counts.
const RUNS: usize = 5;

fn main() {
    if let Ok(count) = std::env::var(SENTENCES) {
        return grow(count.parse().unwrap());
    }
    for threads in ["1", "2"] {
        throughput(threads);
    }
    for count in [100, 1_000, 10_000, 100_000] {
        // Each in a process of its own: the peak memory of one must not hide that of another.
        let status = Command::new(std::env::current_exe().unwrap()).env(SENTENCES, count.to_string()).status();
        assert!(status.unwrap().success());
    }
}

/// Raw text to three sentences, through the filter as a whole process.
fn throughput(threads: &str) {
    let data = std::env::var_os("DIGEST_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let path = data.join("summaries/cnndm.dev.jsonl");
    let Ok(records) = std::fs::read_to_string(&path) else {
        anstream::println!("throughput: skipped, there is no {}", path.display());
        return;
    };
    let text = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["text"].as_str().unwrap().len();
    let bytes: usize = records.lines().map(text).sum();
    let run = |_| {
        let started = Instant::now();
        let mut digest = Command::new(env!("CARGO_BIN_EXE_digest"));
        digest.args(["summarize", "--jsonl", "--threads", threads]).stdin(File::open(&path).unwrap());
        assert!(digest.stdout(Stdio::null()).status().unwrap().success());
        started.elapsed().as_secs_f64()
    };
    let seconds = (0..RUNS).map(run).fold(f64::INFINITY, f64::min);
    let speed = bytes as f64 / 1e6 / seconds;
    anstream::println!(
        "throughput: {speed:.1} MB/s with {threads} thread(s), {seconds:.2} s for {bytes} bytes of text"
    );
}

/// One text of `count` sentences.
fn grow(count: usize) {
    let text = text(count);
    let started = Instant::now();
    let summary = summarize(&text, &Options::default());
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!(summary.chosen().count(), 3);
    anstream::println!("growth: {count} sentences, {} bytes, {seconds:.3} s, peak {}", text.len(), peak());
}

/// Sentences of 8 to 24 words out of 6,000 made-up ones, frequent ones more often.
fn text(count: usize) -> String {
    let mut state = 7_u64;
    let mut draw = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut text = String::new();
    for _ in 0..count {
        let words = 8 + draw(17);
        text.push_str("The");
        for _ in 0..words {
            let most = 1 + draw(6_000);
            text.push_str(&format!(" w{}", draw(most)));
        }
        text.push_str(" ends here. ");
    }
    text
}

/// The most memory this process ever had.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}
