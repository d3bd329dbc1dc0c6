//! How fast texts are summarized, beside two peers, and how time and memory grow with the length of one text.
//!
//! `cargo bench --bench summaries`. Throughput needs the evaluation data (`DIGEST_DATA`, else `../shared/data`) and says
//! that it skipped without it; the growth texts are made up here. The peers: sumy's TextRank runs in the Python that
//! `DIGEST_BENCH_PYTHON` names (else `python3`) if it has sumy and numpy; the crate `summary` is fetched and built in a
//! temporary folder if `DIGEST_BENCH_PEERS` is set.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock and its environment")]

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use newsdigest::summarize;
use newsdigest::summary::Options;

/// Tells the child process how long its text shall be.
const SENTENCES: &str = "DIGEST_BENCH_SENTENCES";
/// Runs of which the fastest counts.
const RUNS: usize = 5;
/// How often the articles are read in one run, so that starting the process weighs little.
const REPEATS: usize = 12;
/// Sentences of the growth texts.
const COUNTS: [usize; 4] = [100, 1_000, 10_000, 100_000];

fn main() {
    if let Ok(count) = std::env::var(SENTENCES) {
        return grow(count.parse().unwrap());
    }
    throughput();
    growth();
}

/// Raw text to three sentences: through the filter as a whole process, and by the peers.
fn throughput() {
    let data = std::env::var_os("DIGEST_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let path = data.join("summaries/cnndm.dev.jsonl");
    let Ok(records) = std::fs::read_to_string(&path) else {
        anstream::println!("throughput: there is no {}", path.display());
        return;
    };
    let text = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["text"].as_str().unwrap().len();
    let megabytes = records.lines().map(text).sum::<usize>() as f64 / 1e6;
    let folder = tempfile::tempdir().unwrap();
    let repeated = folder.path().join("repeated.jsonl");
    let mut file = File::create(&repeated).unwrap();
    (0..REPEATS).for_each(|_| file.write_all(records.as_bytes()).unwrap());
    let ours = |threads: &str, input: &Path, times: usize| {
        let seconds = (0..RUNS).map(|_| filter(threads, input)).fold(f64::INFINITY, f64::min);
        megabytes * times as f64 / seconds
    };
    let (one, two) = (ours("1", &repeated, REPEATS), ours("2", &repeated, REPEATS));
    anstream::println!(
        "digest, articles {REPEATS} times    {one:6.2} MB/s with one thread, {two:6.2} with two: x {:.2}",
        two / one
    );
    anstream::println!("digest, articles once        {:6.2} MB/s with one thread", ours("1", &path, 1));
    for (name, seconds) in [("sumy TextRank", sumy(&path)), ("crate summary", crate_summary(&path, folder.path()))] {
        match seconds {
            Ok(seconds) => {
                let speed = megabytes / seconds;
                anstream::println!("{name:28} {speed:6.2} MB/s; digest is x {:.1}", one / speed);
            }
            Err(why) => anstream::println!("{name:28} not measured: {why}"),
        }
    }
}

/// Seconds of one run over `input`.
fn filter(threads: &str, input: &Path) -> f64 {
    let started = Instant::now();
    let mut digest = Command::new(env!("CARGO_BIN_EXE_digest"));
    digest.args(["summarize", "--jsonl", "--threads", threads]).stdin(File::open(input).unwrap());
    assert!(digest.stdout(Stdio::null()).status().unwrap().success());
    started.elapsed().as_secs_f64()
}

/// Seconds that sumy says it takes.
fn sumy(input: &Path) -> Result<f64, String> {
    let python = std::env::var("DIGEST_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    seconds(Command::new(python).args(["-c", include_str!("summaries/sumy_textrank.py")]), input)
}

/// Seconds that the crate `summary` says it takes.
fn crate_summary(input: &Path, folder: &Path) -> Result<f64, String> {
    if std::env::var_os("DIGEST_BENCH_PEERS").is_none() {
        return Err("DIGEST_BENCH_PEERS is not set".to_owned());
    }
    let manifest = "[package]\nname = \"peer\"\nedition = \"2024\"\n[dependencies]\nsummary = \"0.1\"\nserde_json = \"1\"\n[workspace]\n";
    std::fs::create_dir(folder.join("src")).unwrap();
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(folder.join("src/main.rs"), include_str!("summaries/crate_summary.rs")).unwrap();
    seconds(Command::new("cargo").args(["run", "--quiet", "--release"]).current_dir(folder), input)
}

/// The last number that a peer prints.
fn seconds(peer: &mut Command, input: &Path) -> Result<f64, String> {
    let output = peer.stdin(File::open(input).unwrap()).output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout).trim().parse();
    said.map_err(|_| String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("it says nothing").to_owned())
}

/// Time and memory of one text, and the slope of log time over log length from 1,000 sentences on.
fn growth() {
    let mut points = Vec::new();
    for count in COUNTS {
        // Each in a process of its own: the peak memory of one must not hide that of another.
        let mut child = Command::new(std::env::current_exe().unwrap());
        let output = child.env(SENTENCES, count.to_string()).stderr(Stdio::inherit()).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success());
        let seconds: f64 = said.split_whitespace().next().unwrap().parse().unwrap();
        anstream::println!("{count:7} sentences              {}", said.trim());
        points.push(((count as f64).ln(), seconds.ln()));
    }
    let long = &points[1..];
    let mean = |of: fn(&(f64, f64)) -> f64| long.iter().map(of).sum::<f64>() / long.len() as f64;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let slope = long.iter().map(|point| (point.0 - x) * (point.1 - y)).sum::<f64>()
        / long.iter().map(|point| (point.0 - x).powi(2)).sum::<f64>();
    anstream::println!("log time over log length, from 1,000 sentences on: {slope:.2}");
}

/// One text of `count` sentences: the fastest of some runs, of which the first also learns the words.
fn grow(count: usize) {
    let text = text(count);
    let run = |_| {
        let started = Instant::now();
        let summary = summarize(&text, &Options::default());
        assert_eq!(summary.chosen().count(), 3);
        started.elapsed().as_secs_f64()
    };
    let first = run(0);
    let seconds = (1..RUNS).map(run).fold(first, f64::min);
    anstream::println!("{seconds:.4} s, {first:.4} s the first time, {} bytes, peak {}", text.len(), peak());
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
