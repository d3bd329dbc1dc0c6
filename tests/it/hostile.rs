//! Every case of the hostile web server of the evaluation tools, against what it asks of a robust fetcher.
//!
//! Needs Python and the tools folder (`DIGEST_TOOLS`, else `../shared/tools`); says that it skipped without them. The
//! cases that lead to private addresses are told apart from others only where the server itself is at a public
//! address: it is put there, in a network namespace of its own, where the system allows one (`unshare`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use newsdigest::fetch::{Accept, Fetch, Http, Options, Request};
use newsdigest::source::{Defaults, Gathered, Memory, Outcome, Source, gather};
use serde::Deserialize;

use crate::support::skip::skip;

#[derive(Deserialize)]
struct Case {
    path: String,
    what: String,
    want: String,
}

/// The server, ended with the test.
struct Hostile(Child);

impl Drop for Hostile {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(tools: &Path) -> Option<(Hostile, String)> {
    let script = tools.join("hostile_web.py");
    if !script.is_file() {
        return None;
    }
    let mut python = Command::new("python3");
    python.arg(script).args(["--slow", "15", "--cap", "64"]).stdout(Stdio::piped());
    let mut child = python.spawn().ok()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take()?).read_line(&mut line).ok()?;
    let port = line.trim().strip_prefix("PORT ")?.to_owned();
    Some((Hostile(child), format!("http://127.0.0.1:{port}")))
}

/// Puts the private addresses of the cases, and a public one for the server, on a network of its own that leads nowhere,
/// and runs this program there again.
const APART: &str = "
    ip link set lo up
    for address in 93.184.216.34 169.254.169.254 10.0.0.1 192.168.0.1 172.16.0.1 100.64.0.1 fd00:ec2::254; do
        ip address add $address dev lo
    done
    exec 3< <(exec python3 \"$1\" --offhost --port 8080 --slow 15 --cap 64) && read -r _ <&3
    DIGEST_HOSTILE=http://93.184.216.34:8080 \"$2\" --exact --nocapture hostile::every_hostile_case_is_met_as_wanted
    status=$? && kill $! && exit $status";

fn options(private: bool) -> Options {
    Options {
        timeout: SignedDuration::from_secs(10),
        deadline: SignedDuration::from_secs(120),
        per_host: 8,
        allow_private: private,
        ..Options::default()
    }
}

fn source(base: &str, path: &str) -> Source {
    let page =
        ["/article", "/deep-html", "/html-attr-dup", "/cs-sjis", "/cs-utf7", "/page/0", "/meta-refresh", "/base-evil"];
    let kind = if page.contains(&path) { "page" } else { "feed" };
    let options = toml::from_str(&format!("name = '{path}'\n{kind} = '{base}{path}'\nmax_entries = 50000")).unwrap();
    Source::new(&options, &Defaults::default(), Path::new("")).unwrap()
}

fn has_mark(gathered: &Gathered) -> bool {
    gathered.entries.iter().any(|entry| {
        let page = entry.document.as_ref().is_some_and(|page| page.bytes.windows(4).any(|bytes| bytes == b"MARK"));
        page || ["MARK", "Äpfel"].iter().any(|mark| entry.title.as_deref().unwrap_or_default().contains(mark))
    }) || gathered.feed.as_ref().is_some_and(|feed| feed.title.as_deref().unwrap_or_default().contains("MARK"))
}

/// Faults in how a case was met.
fn verdict(case: &Case, first: &Gathered, second: &Gathered) -> Option<&'static str> {
    let failed = first.outcome == Outcome::Failed;
    match case.want.as_str() {
        "err" if !failed => Some("was taken for good"),
        "ok" | "ok, made safe" | "ok, no repeats" if failed || !has_mark(first) => Some("was not read"),
        "304" if second.outcome != Outcome::Unchanged => Some("was fetched again"),
        "wait" if first.memory.not_before.is_none() && failed => Some("was not waited for"),
        _ if format!("{:?}", first.entries).contains("root:x:") => Some("a local file was read"),
        _ if format!("{:?}", first.entries).contains("SECRET") => Some("the secret was read"),
        _ => None,
    }
}

#[expect(clippy::disallowed_methods, reason = "a test is told by its environment where its tools are")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn tools() -> PathBuf {
    setting("DIGEST_TOOLS").map_or_else(|| "../shared/tools".into(), PathBuf::from)
}

/// Report on the cases on a network of their own; `None` where there can be none.
fn apart() -> Option<String> {
    let unshare = || Command::new("unshare");
    let possible = unshare().args(["-rn", "ip", "link"]).output().is_ok_and(|output| output.status.success());
    let script = tools().join("hostile_web.py");
    if !possible || !script.is_file() {
        return None;
    }
    let program = std::env::current_exe().unwrap();
    let output = unshare().args(["-rn", "bash", "-c", APART, "bash"]).args([&script, &program]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(" cases, 0 not as wanted, /secret was asked for 0 times"), "{said}");
    Some(said.into_owned())
}

/// Meets each case of the server at `base`; returns how many there are and what went wrong.
async fn meet(base: &str, private: bool) -> (usize, Vec<String>) {
    let http = Http::new(&options(private)).unwrap();
    let list = http.fetch(Request::new(base, Accept::Anything)).await.unwrap().bytes;
    let cases: Vec<Case> = serde_json::from_slice(&list).unwrap();
    let now: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
    let tried = futures_util::stream::iter(&cases).map(async |case| {
        let source = source(base, &case.path);
        // Each case is a site of its own: what one host was told to wait for must not hold back the others.
        let http = Http::new(&options(private)).unwrap();
        let first = gather(&source, &Memory::default(), now, &http).await;
        let second = if case.want == "304" { gather(&source, &first.memory, now, &http).await } else { first.clone() };
        let wrong = verdict(case, &first, &second).map(|wrong| {
            let problems = first.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            format!("{} ({}, wanted {}): {wrong}; {:?} {problems}", case.path, case.what, case.want, first.outcome)
        });
        // On loopback the way to the secret is as open as the way to the case.
        wrong.filter(|_| !(private && case.want == "block"))
    });
    let wrong = tried.buffer_unordered(8).filter_map(async |wrong| wrong).collect().await;
    (cases.len(), wrong)
}

/// How often the server at `base` was asked for what must never be asked for.
async fn secrets(base: &str) -> u64 {
    let request = Request::new(format!("{base}/_hits"), Accept::Anything);
    let hits = Http::new(&options(false)).unwrap().fetch(request).await.unwrap().bytes;
    let hits: serde_json::Value = serde_json::from_slice(&hits).unwrap();
    hits.get("/secret").and_then(serde_json::Value::as_u64).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hostile_case_is_met_as_wanted() {
    let given = setting("DIGEST_HOSTILE");
    if let Some(said) = given.is_none().then(apart).flatten() {
        println!("{said}");
        return;
    }
    let started = given.is_none().then(|| start(&tools())).flatten();
    let Some(base) = given.clone().or_else(|| started.as_ref().map(|(_, base)| base.clone())) else {
        skip("no hostile_web.py, or no Python, to test with");
        return;
    };
    let (cases, wrong) = meet(&base, given.is_none()).await;
    let secrets = if given.is_some() { secrets(&base).await } else { 0 };
    println!("{cases} cases, {} not as wanted, /secret was asked for {secrets} times", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(secrets, 0);
}
