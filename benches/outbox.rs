//! The outbox under fire and under load. `cargo bench --bench outbox -- chaos --help`, `-- speed --help`.
//!
//! `chaos`: a sender process is killed (`kill -9`) at random moments while it sends to a server that fails in forty
//! ways (`flaky_smtp.py`); afterwards it runs until it has nothing left to do, and the server's own log says what was
//! lost and what came twice. `speed`: one run against a server that takes everything, beside `smtp-source`.

#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a program for developers")]

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use jiff::Timestamp;
use newsdigest::model::{Edition, Recipient, SourceHealth};
use newsdigest::pipeline::deliver::{Terms, deliver};
use newsdigest::send::{self, Letter, Security, Slots, SmtpOptions};
use newsdigest::store::{self, NewEdition, NewLetter, Store};

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,
    /// `cargo bench` says so.
    #[arg(long, global = true, hide = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum Task {
    /// Kill a sender again and again; one line a seed.
    Chaos(Chaos),
    /// Send to a server and say how many mails a second that were.
    Speed(Speed),
    /// The sender process.
    #[command(hide = true)]
    Send(Sender),
}

#[derive(clap::Args, Clone)]
struct Chaos {
    /// The server that fails.
    #[arg(long, default_value = "../shared/tools/flaky_smtp.py")]
    server: PathBuf,
    /// none, mild, nasty.
    #[arg(long, default_value = "mild")]
    faults: String,
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    #[arg(long, default_value_t = 1)]
    last_seed: u64,
    #[arg(long, default_value_t = 1000)]
    recipients: usize,
    #[arg(long, default_value_t = 30)]
    kills: u32,
    #[arg(long, default_value_t = 4)]
    connections: usize,
    /// Two senders at once: the second must step back.
    #[arg(long)]
    rival: bool,
    /// Where the store lives (a small tmpfs to see what a full disk does).
    #[arg(long)]
    folder: Option<PathBuf>,
}

#[derive(clap::Args, Clone)]
struct Speed {
    #[arg(long)]
    port: u16,
    #[arg(long, default_value_t = 20_000)]
    recipients: usize,
    #[arg(long, default_value_t = 20)]
    kilobytes: usize,
    #[arg(long, default_value_t = 10)]
    connections: usize,
}

#[derive(clap::Args, Clone)]
struct Sender {
    #[arg(long)]
    store: PathBuf,
    #[arg(long)]
    port: u16,
    #[arg(long)]
    connections: usize,
    #[arg(long, default_value_t = 200)]
    pause_ms: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.task {
        None => ExitCode::SUCCESS, // `cargo test --benches`
        Some(Task::Send(args)) => send(&args).await,
        Some(Task::Speed(args)) => speed(&args).await,
        Some(Task::Chaos(args)) => {
            let mut all_good = true;
            for seed in args.first_seed..=args.last_seed {
                all_good &= chaos(&args, seed).await;
            }
            if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
    }
}

fn options(port: u16, connections: usize) -> send::Options {
    let smtp = SmtpOptions {
        host: "127.0.0.1".into(),
        port: Some(port),
        security: Security::None,
        timeout: Duration::from_secs(10),
        final_timeout: Duration::from_secs(30),
        connections,
        ..SmtpOptions::default()
    };
    send::Options { from: "Chaos <chaos@example.org>".into(), smtp, ..send::Options::default() }
}

/// Stores one edition of `kilobytes` for `recipients`, one in a hundred of them refused for good.
async fn fill(path: &Path, recipients: usize, kilobytes: usize, bad: bool) -> Vec<String> {
    let composed = Timestamp::now();
    let edition = Edition {
        id: "chaos-1".into(),
        newsletter: "chaos".into(),
        title: "Chaos".into(),
        language: "en".into(),
        timezone: "UTC".into(),
        composed,
        since: None,
        sections: vec![],
        health: SourceHealth::default(),
    };
    let name = |number: usize| if bad && number % 100 == 7 { "bad" } else { "reader" };
    let addresses: Vec<String> =
        (0..recipients).map(|number| format!("{}{number}@example.org", name(number))).collect();
    let line = "<p>Ein Satz von gewöhnlicher Länge.</p>\n";
    let footer = format!("<p>Diese Mail ging an {}.</p>\n", Slots::of(&edition.id).address);
    let html = line.repeat(kilobytes * 1000 / (line.len() + 6)) + &footer;
    let options = options(1, 1);
    let letter = Letter::new(&edition, "Chaos", &html, "Guten Morgen.\n", &options).unwrap();
    let readers: Vec<Recipient> =
        addresses.iter().map(|address| Recipient { address: address.clone(), ..Recipient::default() }).collect();
    let deliveries = send::seal(&edition, &readers, &["en".into()], &options).unwrap();
    let letters = [NewLetter { language: "en".into(), letter: letter.to_json().unwrap() }];
    let new = NewEdition { edition: &edition, letters: &letters, deliveries: &deliveries, used: &[] };
    let store = Store::open(path).await.unwrap();
    store.store_edition(&new).await.unwrap();
    store.close().await;
    addresses
}

/// What `digest deliver` does: 0 done, 1 with refusals, 75 to be run again.
async fn send(args: &Sender) -> ExitCode {
    let Ok(_lock) = store::lock(&args.store) else { return ExitCode::from(75) };
    let options = options(args.port, args.connections);
    let transport = send::transport(&options, &|_| None).unwrap();
    let mut terms = Terms::new("chaos", &options, Timestamp::now(), Duration::from_secs(600));
    terms.pause = Duration::from_millis(args.pause_ms);
    let (_go_on, cancel) = tokio::sync::watch::channel(false);
    let Ok(store) = Store::open(&args.store).await else { return ExitCode::from(75) };
    match deliver(&store, transport.as_ref(), None, &terms, &cancel).await {
        Ok(outcome) if outcome.again => ExitCode::from(75),
        Ok(outcome) => ExitCode::from(u8::from(outcome.left_out())),
        Err(error) => {
            println!("store: {error}: {:?}", std::error::Error::source(&error).map(ToString::to_string));
            ExitCode::from(75)
        }
    }
}

async fn speed(args: &Speed) -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("digest.db");
    let begin = Instant::now();
    fill(&path, args.recipients, args.kilobytes, false).await;
    let stored = begin.elapsed();
    let sender = Sender { store: path, port: args.port, connections: args.connections, pause_ms: 10_000 };
    let begin = Instant::now();
    let code = send(&sender).await;
    let seconds = begin.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default().to_owned();
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let rate = args.recipients as f64 / seconds;
    println!("stored in {stored:.1?}; {} mails in {seconds:.1} s: {rate:.0} a second; {peak}", args.recipients);
    code
}

/// One seed; true if nothing was lost, nothing came unexpected and every copy is explained.
async fn chaos(args: &Chaos, seed: u64) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.jsonl");
    let path = args.folder.as_deref().unwrap_or(folder.path()).join("digest.db");
    let addresses = fill(&path, args.recipients, 2, true).await;
    let expect = folder.path().join("expect");
    std::fs::write(&expect, addresses.join("\n")).unwrap();
    let (mut server, port) = start_server(args, seed, &log);
    let sender = Sender { store: path.clone(), port, connections: args.connections, pause_ms: 200 };
    let begin = Instant::now();
    let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    for _ in 0..args.kills {
        let mut child = start(&sender);
        let mut rival = args.rival.then(|| start(&sender));
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        tokio::time::sleep(Duration::from_millis(20 + random % 400)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        if let Some(rival) = &mut rival {
            rival.kill().unwrap();
            rival.wait().unwrap();
        }
    }
    let mut runs = 0;
    let code = loop {
        runs += 1;
        let code = start(&sender).wait().unwrap().code();
        if code != Some(75) || runs == 100 {
            break code;
        }
    };
    let seconds = begin.elapsed().as_secs();
    server.kill().unwrap();
    server.wait().unwrap();
    let (good, words) = count(args, &log, &expect);
    let good = good && matches!(code, Some(0 | 1));
    let verdict = if good { "ok" } else { "BAD" };
    println!("{verdict} seed {seed} {} exit {code:?} after {runs} runs, {seconds} s: {words}", args.faults);
    for name in ["digest.db", "digest.db-wal", "digest.db-shm"] {
        let _ = std::fs::remove_file(path.with_file_name(name));
    }
    good
}

fn start(sender: &Sender) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .arg("send")
        .args(["--store".as_ref(), sender.store.as_os_str()])
        .args(["--port", &sender.port.to_string(), "--connections", &sender.connections.to_string()])
        .args(["--pause-ms", &sender.pause_ms.to_string()])
        .spawn()
        .unwrap()
}

fn start_server(args: &Chaos, seed: u64, log: &Path) -> (Child, u16) {
    let mut server = Command::new("python3")
        .arg(&args.server)
        .args(["--log".as_ref(), log.as_os_str()])
        .args(["--faults", &args.faults, "--seed", &seed.to_string(), "--max-seconds", "3600"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 and flaky_smtp.py are needed");
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().strip_prefix("PORT ").unwrap().parse().unwrap();
    (server, port)
}

fn count(args: &Chaos, log: &Path, expect: &Path) -> (bool, String) {
    let senders = if args.rival { 2 } else { 1 };
    let mut counting = Command::new("python3")
        .arg(&args.server)
        .args(["--count".as_ref(), log.as_os_str(), "--expect".as_ref(), expect.as_os_str()])
        .args(["--kills", &(args.kills * senders).to_string(), "--conns", &args.connections.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut words = String::new();
    counting.stdout.take().unwrap().read_to_string(&mut words).unwrap();
    let tries = std::fs::read_to_string(log).unwrap_or_default();
    let mut refused = std::collections::HashMap::<String, u32>::new();
    for line in tries.lines().filter(|line| line.contains("\"reject\"")) {
        *refused.entry(line.split("\"to\": \"").nth(1).unwrap_or_default().to_owned()).or_default() += 1;
    }
    let twice = refused.values().filter(|&&times| times > 1).count();
    (counting.wait().unwrap().success(), format!("{} refused twice: {twice}", words.trim()))
}
