//! The promise of the outbox under `kill -9`: nobody is left out, a copy is the same to the byte, and a second one comes
//! only where an answer was lost. The large form is `cargo bench --bench outbox -- chaos`.

#![expect(clippy::unwrap_used, reason = "in a test an error is a failure")]
#![expect(clippy::disallowed_methods, reason = "the sender process is told by its environment, and reads the clock")]

use std::collections::HashMap;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use newsdigest::model::{Edition, Recipient};
use newsdigest::pipeline::deliver::{DeliveryPolicy, deliver};
use newsdigest::render::Rendered;
use newsdigest::send::{self, EditionSecret, MessageTemplate, Placeholders, Security, SmtpOptions};
use newsdigest::store::{self, Location, NewEdition, NewTemplate, Store};

use crate::support::smtp::{Act, Server, Step};

const READERS: usize = 120;
pub(crate) const CONNECTIONS: usize = 3;
const KILLS: usize = 6;

/// The process that is killed; does nothing when it is run as a test.
#[tokio::test]
async fn sender_process() {
    let (Ok(path), Ok(port)) = (std::env::var("CHAOS_STORE"), std::env::var("CHAOS_PORT")) else { return };
    let location = Location::named(&path).unwrap();
    let Ok(_lock) = store::lock(&location) else { std::process::exit(75) };
    let options = options(port.parse().unwrap());
    let transport = send::transport(&options, &|_| None).unwrap();
    let mut policy = DeliveryPolicy::new("chaos", &options, Timestamp::now(), Duration::from_secs(60));
    (policy.pause, policy.patience) = (Duration::from_millis(2), Duration::from_secs(30));
    // The server is never silent: what takes longer was killed.
    policy.longest_send = Duration::from_secs(2);
    let (_go_on, cancel) = tokio::sync::watch::channel(false);
    // A database that is being restarted is asked again by the next start.
    let Ok(store) = Store::open(&location).await else { std::process::exit(75) };
    let Ok(outcome) = deliver(&store, transport.as_ref(), None, &policy, &cancel).await else { std::process::exit(75) };
    store.close().await;
    std::process::exit(if outcome.unfinished { 75 } else { i32::from(outcome.left_out()) });
}

fn options(port: u16) -> send::Options {
    let smtp = SmtpOptions {
        host: "127.0.0.1".into(),
        port: Some(port),
        security: Security::None,
        timeout: Duration::from_secs(5),
        final_timeout: Duration::from_secs(10),
        connections: CONNECTIONS,
        ..SmtpOptions::default()
    };
    send::Options { from: "Chaos <chaos@example.org>".into(), smtp, ..send::Options::default() }
}

pub(crate) fn start(store: impl AsRef<std::ffi::OsStr>, port: u16) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "chaos::sender_process", "--nocapture"])
        .env("CHAOS_STORE", store.as_ref())
        .env("CHAOS_PORT", port.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

pub(crate) async fn fill(location: impl Into<Location>, readers: usize) {
    let edition = Edition {
        id: "chaos-1".into(),
        newsletter: "chaos".into(),
        title: "Chaos".into(),
        language: "en".into(),
        timezone: "UTC".into(),
        composed: Timestamp::now(),
        since: None,
        sections: vec![],
        ..Edition::default()
    };
    let name = |number: usize| if number % 20 == 7 { "bad" } else { "reader" };
    let readers: Vec<Recipient> = (0..readers)
        .map(|number| format!("{}{number}@example.org", name(number)))
        .map(|address| Recipient { address, ..Recipient::default() })
        .collect();
    let placeholders = Placeholders::new(EditionSecret::new([7; 16]), &edition);
    let (html, text) = ("<p>Chaos</p>".to_owned(), "Chaos\n".to_owned());
    let rendered = Rendered { subject: "Chaos".into(), html, text, markdown: String::new() };
    let template = MessageTemplate::new(&edition, &rendered, &placeholders, &options(1)).unwrap();
    let templates = [NewTemplate { language: "en".into(), template: template.to_json().unwrap() }];
    let deliveries = send::plan_deliveries(&edition, &readers, &["en".into()], &options(1)).unwrap();
    let new = NewEdition { edition: &edition, templates: &templates, used: &[] };
    let store = Store::open(location).await.unwrap();
    store.store_edition(&new, deliveries).await.unwrap();
    store.close().await;
}

/// The faults of a bad day, by the step and a number out of 1000.
pub(crate) fn fault(step: &Step, number: u64) -> Act {
    match (step, number) {
        (Step::Rcpt(to, _), _) if to.starts_with("bad") => Act::Say("550 5.1.1 no such user"),
        (Step::Greeting(_), 0..30) | (Step::Rcpt(..), 0..10) | (Step::Dot(..), 0..10) => Act::Cut,
        (Step::Greeting(_), 30..60) => Act::Say("421 4.3.2 try later"),
        (Step::Mail(_), 0..30) => Act::Say("451 4.3.0 try later"),
        (Step::Rcpt(..), 10..40) => Act::Say("450 4.2.0 greylisted"),
        (Step::Data, 0..20) => Act::Say("451 4.3.0 try later"),
        (Step::Dot(..), 10..30) => Act::Say("451 4.3.0 try later"),
        (Step::Dot(..), 30..50) => Act::TakeAndCut,
        _ => Act::Go,
    }
}

async fn check(seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("digest.db");
    fill(&path, READERS).await;
    let draws = AtomicU64::new(seed);
    let server = Server::scripted(move |step| fault(step, draw(&draws) % 1000)).await;
    let moments = AtomicU64::new(seed + 1000);
    for _ in 0..KILLS {
        let mut sender = start(&path, server.port);
        let patience = usize::try_from(draw(&moments) % 30).unwrap();
        let goal = server.taken().len() + patience;
        // Killed after so many messages rather than after a time: the same on a slow machine.
        while server.taken().len() < goal && sender.try_wait().unwrap().is_none() {
            tokio::task::yield_now().await;
        }
        sender.kill().unwrap();
        sender.wait().unwrap();
    }
    for _ in 0..20 {
        let status = tokio::task::spawn_blocking({
            let mut sender = start(&path, server.port);
            move || sender.wait().unwrap()
        });
        if status.await.unwrap().code() != Some(75) {
            break;
        }
    }
    let mut copies: HashMap<String, Vec<Vec<u8>>> = HashMap::new();
    for taken in server.taken() {
        copies.entry(taken.to).or_default().push(taken.bytes);
    }
    let good = READERS - READERS.div_ceil(20);
    assert_eq!(copies.len(), good, "seed {seed}: somebody was left out, or written to for nothing");
    for (to, copies) in &copies {
        assert!(copies.iter().all(|copy| *copy == copies[0]), "seed {seed}: a second copy to {to} differs");
    }
    let twice: usize = copies.values().map(|copies| copies.len() - 1).sum();
    let unanswered = server.unanswered();
    assert!(
        twice <= unanswered + KILLS * CONNECTIONS,
        "seed {seed}: {twice} copies too many, {unanswered} unanswered, {KILLS} kills"
    );
    let bad = |step: &&Step| matches!(step, Step::Rcpt(to, _) if to.starts_with("bad"));
    let refused = server.steps().iter().filter(bad).count();
    assert!(refused <= READERS.div_ceil(20) + KILLS * CONNECTIONS, "seed {seed}: refused ones were tried again");
}

/// splitmix64: the same faults for the same seed, as far as the connections take turns alike.
pub(crate) fn draw(state: &AtomicU64) -> u64 {
    let mut z = state.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[tokio::test]
async fn a_sender_killed_again_and_again_leaves_nobody_out() {
    for seed in 1..=3 {
        check(seed).await;
    }
}
