//! The outbox under fire and under load. `cargo bench --bench outbox -- table`, `-- chaos --help`, `-- speed`.
//!
//! `chaos`: a sender process is killed (`kill -9`) at random moments while it sends to a server that fails in forty
//! ways (`flaky_smtp.py`); afterwards it runs until it has nothing left to do, and the server's own log says what was
//! lost and what came twice. `table`: all of docs/RELIABILITY.md. `speed`: one run against Postfix's `smtp-sink`, after
//! Postfix's own `smtp-source` with as many mails of that size over as many connections.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a program for developers"
)]

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use jiff::Timestamp;
use newsdigest::model::{Edition, Recipient};
use newsdigest::pipeline::deliver::{DeliveryPolicy, deliver};
use newsdigest::render::Rendered;
use newsdigest::send::{self, EditionSecret, MessageTemplate, Placeholders, Security, SmtpOptions};
use newsdigest::store::{self, NewEdition, NewTemplate, Store};

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
    /// Every line of docs/RELIABILITY.md.
    Table(Table),
    /// How many mails a second, beside what the server can take at most.
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
    /// Where the store lives, if the disk is to be full until the last kill: a file system of a few megabytes.
    #[arg(long)]
    full_disk: Option<PathBuf>,
}

#[derive(clap::Args, Clone)]
struct Table {
    /// The server that fails.
    #[arg(long, default_value = "../shared/tools/flaky_smtp.py")]
    server: PathBuf,
    /// Of the first and second part; the other parts take a tenth of them.
    #[arg(long, default_value_t = 20)]
    seeds: u64,
    #[arg(long, default_value_t = 10_000)]
    recipients: usize,
    /// A file system of a few megabytes, for the part in which the disk is full.
    #[arg(long)]
    full_disk: Option<PathBuf>,
}

#[derive(clap::Args, Clone)]
struct Speed {
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
            println!("{HEAD}");
            code(chaos_of(&args).await)
        }
        Some(Task::Table(args)) => code(table(&args).await),
    }
}

const HEAD: &str = "| faults | seed | recipients | kills | server faults | lost | unexpected | twice: answer lost \
                    | twice: killed | Message-ID changed | refused tried again | header bugs | seconds | |\n\
                    | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |";

fn code(all_good: bool) -> ExitCode {
    if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn chaos_of(args: &Chaos) -> bool {
    let mut all_good = true;
    for seed in args.first_seed..=args.last_seed {
        all_good &= chaos(args, seed).await;
    }
    all_good
}

async fn table(args: &Table) -> bool {
    println!("{HEAD}");
    let mild = Chaos {
        server: args.server.clone(),
        faults: "mild".into(),
        first_seed: 1,
        last_seed: args.seeds,
        recipients: args.recipients,
        kills: 30,
        connections: 4,
        rival: false,
        full_disk: None,
    };
    let few = args.seeds.div_ceil(10);
    let nasty = Chaos { faults: "nasty".into(), recipients: args.recipients / 10, ..mild.clone() };
    let rival = Chaos { rival: true, last_seed: few, ..nasty.clone() };
    let full = Chaos { full_disk: args.full_disk.clone(), last_seed: few, ..nasty.clone() };
    let mut all_good = chaos_of(&nasty).await & chaos_of(&rival).await;
    if args.full_disk.is_some() {
        all_good &= chaos_of(&full).await;
    }
    all_good & chaos_of(&mild).await
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
        ..Edition::default()
    };
    let name = |number: usize| if bad && number % 100 == 7 { "bad" } else { "reader" };
    let addresses: Vec<String> =
        (0..recipients).map(|number| format!("{}{number}@example.org", name(number))).collect();
    let line = "<p>Ein Satz von gewöhnlicher Länge.</p>\n";
    let placeholders = Placeholders::new(EditionSecret::new([7; 16]), &edition);
    let footer = format!("<p>Diese Mail ging an {}.</p>\n", placeholders.address);
    let html = line.repeat(kilobytes * 1000 / (line.len() + 6)) + &footer;
    let options = options(1, 1);
    let text = "Guten Morgen.\n".to_owned();
    let rendered = Rendered { subject: "Chaos".into(), html, text, markdown: String::new() };
    let template = MessageTemplate::new(&edition, &rendered, &placeholders, &options).unwrap();
    let readers: Vec<Recipient> =
        addresses.iter().map(|address| Recipient { address: address.clone(), ..Recipient::default() }).collect();
    let deliveries = send::plan_deliveries(&edition, &readers, &["en".into()], &options).unwrap();
    let templates = [NewTemplate { language: "en".into(), template: template.to_json().unwrap() }];
    let new = NewEdition { edition: &edition, templates: &templates, used: &[] };
    let store = Store::open(path).await.unwrap();
    store.store_edition(&new, deliveries).await.unwrap();
    store.close().await;
    addresses
}

/// Exit codes of `digest deliver`: 0 done, 1 with refusals, 75 to be run again.
async fn send(args: &Sender) -> ExitCode {
    let Ok(_lock) = store::lock(&args.store) else { return ExitCode::from(75) };
    let options = options(args.port, args.connections);
    let transport = send::transport(&options, &|_| None).unwrap();
    let mut policy = DeliveryPolicy::new("chaos", &options, Timestamp::now(), Duration::from_secs(600));
    policy.pause = Duration::from_millis(args.pause_ms);
    let (_go_on, cancel) = tokio::sync::watch::channel(false);
    let Ok(store) = Store::open(&args.store).await else { return ExitCode::from(75) };
    match deliver(&store, transport.as_ref(), None, &policy, &cancel).await {
        Ok(outcome) if outcome.unfinished => ExitCode::from(75),
        Ok(outcome) => ExitCode::from(u8::from(outcome.left_out())),
        Err(error) => {
            eprintln!("store: {error}: {:?}", std::error::Error::source(&error).map(ToString::to_string));
            ExitCode::from(75)
        }
    }
}

async fn speed(args: &Speed) -> ExitCode {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let (connections, mails) = (args.connections.to_string(), args.recipients.to_string());
    let user = std::env::var("USER").unwrap_or_else(|_| "root".into());
    let mut sink = Command::new("/usr/sbin/smtp-sink").args(["-u", &user, &address, "256"]).spawn().expect("Postfix");
    tokio::time::sleep(Duration::from_millis(500)).await;
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let rate = |begin: Instant| args.recipients as f64 / begin.elapsed().as_secs_f64();
    let source = |more: &[&str]| {
        let begin = Instant::now();
        let length = (args.kilobytes * 1000).to_string();
        let source = ["-s", &connections, "-m", &mails, "-l", &length];
        let done = Command::new("/usr/sbin/smtp-source").args(source).args(more).arg(&address).status().unwrap();
        assert!(done.success());
        rate(begin)
    };
    let (reusing, dialling) = (source(&["-d"]), source(&[]));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("digest.db");
    fill(&path, args.recipients, args.kilobytes, false).await;
    let sender = Sender { store: path, port, connections: args.connections, pause_ms: 10_000 };
    let begin = Instant::now();
    let code = send(&sender).await;
    let ours = rate(begin);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    let kilobytes: f64 = peak.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0.0);
    println!(
        "digest {ours:.0} mails a second in {:.0} MB; smtp-source {reusing:.0} over kept connections ({:.0} %), \
         {dialling:.0} over new ones ({:.0} %)",
        kilobytes / 1000.0,
        100.0 * ours / reusing,
        100.0 * ours / dialling
    );
    sink.kill().unwrap();
    sink.wait().unwrap();
    code
}

/// One seed; true if nothing was lost, nothing came unexpected and every copy is explained.
async fn chaos(args: &Chaos, seed: u64) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.jsonl");
    let path = args.full_disk.as_deref().unwrap_or(folder.path()).join("digest.db");
    let addresses = fill(&path, args.recipients, 2, true).await;
    let expect = folder.path().join("expect");
    std::fs::write(&expect, addresses.join("\n")).unwrap();
    let (mut server, port) = start_server(args, seed, &log);
    // Short pauses: a recipient deferred eight times in a row still gets the mail while we wait.
    let sender = Sender { store: path.clone(), port, connections: args.connections, pause_ms: 2 };
    let begin = Instant::now();
    let ballast = args.full_disk.as_ref().map(|folder| folder.join("ballast"));
    kill_again_and_again(args, seed, &sender, ballast.as_deref()).await;
    let mut runs = 0;
    let code = loop {
        runs += 1;
        let code = start(&sender).wait().unwrap().code();
        if code != Some(75) || runs == 300 {
            break code;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    let seconds = begin.elapsed().as_secs();
    server.kill().unwrap();
    server.wait().unwrap();
    let is_done = matches!(code, Some(0 | 1));
    let good = count(args, seed, &log, &expect, seconds, is_done);
    for name in ["digest.db", "digest.db-wal", "digest.db-shm"] {
        let _ = std::fs::remove_file(path.with_file_name(name));
    }
    good
}

async fn kill_again_and_again(args: &Chaos, seed: u64, sender: &Sender, ballast: Option<&Path>) {
    let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    for _ in 0..args.kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        if let Some(ballast) = ballast {
            fill_up(ballast, random % 100_000);
        }
        let senders: Vec<Child> = (0..1 + u8::from(args.rival)).map(|_| start(sender)).collect();
        tokio::time::sleep(Duration::from_millis(20 + random % 400)).await;
        for mut child in senders {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
    if let Some(ballast) = ballast {
        std::fs::remove_file(ballast).unwrap();
    }
}

/// Leaves `free` bytes of the disk.
fn fill_up(ballast: &Path, free: u64) {
    use std::io::Write;
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(ballast).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(free)).unwrap();
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

fn count(args: &Chaos, seed: u64, log: &Path, expect: &Path, seconds: u64, is_done: bool) -> bool {
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
    let counted: serde_json::Value = serde_json::from_str(&words).unwrap_or_default();
    let tries = std::fs::read_to_string(log).unwrap_or_default();
    let mut refused = std::collections::HashMap::<String, u32>::new();
    for line in tries.lines().filter(|line| line.contains("\"reject\"")) {
        *refused.entry(line.split("\"to\": \"").nth(1).unwrap_or_default().to_owned()).or_default() += 1;
    }
    let again = refused.values().filter(|&&times| times > 1).count();
    let good = counting.wait().unwrap().success() && is_done;
    let special = match (args.rival, &args.full_disk) {
        (true, _) => ", two senders",
        (false, Some(_)) => ", disk full",
        (false, None) => "",
    };
    let keys = ["faults", "lost", "unexpected", "dup_explained_by_window", "dup_unexplained"];
    let cells: Vec<String> = keys.iter().map(|key| counted[key].to_string()).collect();
    let bugs = counted["header_bugs"].as_object().map_or(0, serde_json::Map::len);
    println!(
        "| {}{special} | {seed} | {} | {} | {} | {} | {again} | {bugs} | {seconds} | {} |",
        args.faults,
        args.recipients,
        args.kills,
        cells.join(" | "),
        counted["dup_with_changed_message_id"],
        if good { "ok" } else { "BAD" }
    );
    good
}
