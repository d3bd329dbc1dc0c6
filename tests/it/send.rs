//! The promise of the outbox: every reader gets the mail, and a second copy only where the first one's answer was lost.

#![expect(clippy::unwrap_used, reason = "in a test an error is a failure")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use newsdigest::model::{DeliveryChange, DeliveryState, Edition, Recipient, SendOutcome};
use newsdigest::pipeline::deliver::{DeliveryPolicy, DeliveryReport, deliver, skip_refused};
use newsdigest::render::Rendered;
use newsdigest::send::{
    self, Delivery, DkimOptions, EditionSecret, MessageTemplate, Placeholders, Security, Signer, Smtp, SmtpOptions,
    Transport, TransportKind,
};
use newsdigest::store::{Durability, NewEdition, NewTemplate, Store};
use tokio::sync::watch;

use crate::support::smtp::{Act, Server, Step};

const NOW: &str = "2026-01-02T03:04:05Z";

/// A store with one edition in its outbox.
struct Outbox {
    folder: tempfile::TempDir,
    options: send::Options,
    store: Store,
}

impl Outbox {
    /// An edition for `readers`, to be sent to `port`.
    async fn new(readers: &[&str], port: u16) -> Self {
        let smtp = SmtpOptions {
            host: "127.0.0.1".into(),
            port: Some(port),
            security: Security::None,
            timeout: Duration::from_millis(300),
            final_timeout: Duration::from_millis(900),
            connections: 2,
            ..SmtpOptions::default()
        };
        let to = readers.iter().map(|&reader| reader.into()).collect();
        let from = "Morning digest <digest@example.org>".to_owned();
        let options = send::Options { from, to, smtp, ..send::Options::default() };
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("digest.db")).await.unwrap();
        let outbox = Self { folder, options, store };
        outbox.compose(1).await;
        outbox
    }

    /// Stores edition number `number`.
    async fn compose(&self, number: u8) {
        let edition = edition(number);
        let placeholders = Placeholders::new(EditionSecret::new([7; 16]), &edition);
        let text = format!("Good morning.\n.\nFrom here on {}\nGrüße\n", placeholders.address);
        let html = format!("<p>Good morning, {}.</p>", placeholders.address);
        let subject = "Hello – and more".to_owned();
        let rendered = Rendered { subject, html, text, markdown: String::new() };
        let template = MessageTemplate::new(&edition, &rendered, &placeholders, &self.options).unwrap();
        let languages = ["en".to_owned()];
        let recipients = send::recipients(&self.options).unwrap().recipients;
        let deliveries = send::plan_deliveries(&edition, &recipients, &languages, &self.options).unwrap();
        let templates = [NewTemplate { language: "en".into(), template: template.to_json().unwrap() }];
        let new = NewEdition { edition: &edition, templates: &templates, used: &[] };
        self.store.store_edition(&new, deliveries).await.unwrap();
    }

    fn policy(&self) -> DeliveryPolicy {
        let deadline = Duration::from_secs(60);
        let mut policy = DeliveryPolicy::new("morning", &self.options, NOW.parse().unwrap(), deadline);
        policy.pause = Duration::from_millis(20);
        policy.patience = Duration::from_millis(500);
        policy
    }

    async fn send(&self) -> DeliveryReport {
        self.send_on(self.policy()).await
    }

    async fn send_on(&self, policy: DeliveryPolicy) -> DeliveryReport {
        let transport = send::transport(&self.options, &|_| None).unwrap();
        let signer = self.options.dkim.as_ref().map(|dkim| Arc::new(Signer::new(dkim).unwrap()));
        let (_go_on, cancel) = watch::channel(false);
        deliver(&self.store, transport.as_ref(), signer, &policy, &cancel).await.unwrap()
    }

    /// Signs with the key of that name from now on.
    fn sign_with(&mut self, key: &str) {
        let key_file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dkim").join(key);
        self.options.dkim = Some(DkimOptions { domain: "example.org".into(), selector: "s1".into(), key_file });
    }

    async fn states(&self) -> [u64; 5] {
        let mut sums = [0; 5];
        for number in 1..=9 {
            let counts = self.store.counts(&edition(number).id).await.unwrap();
            let of_one = [counts.waiting, counts.trying, counts.sent, counts.refused, counts.unknown];
            sums.iter_mut().zip(of_one).for_each(|(sum, count)| *sum += count);
        }
        let open = self.store.open_counts("morning").await.unwrap();
        assert_eq!([open.waiting, open.trying, open.unknown], [sums[0], sums[1], sums[4]]);
        sums
    }

    /// The answer to the first mail that was refused for good, or else waits or is without one.
    async fn answer(&self, state: DeliveryState) -> String {
        let mut rows = self.store.refused(&edition(1).id, 1).await.unwrap();
        rows.extend(self.store.pending("morning", Timestamp::MAX, 0, 9, true).await.unwrap());
        rows.into_iter().map(|row| row.delivery).find(|found| found.state == state).unwrap().answer.unwrap()
    }
}

fn edition(number: u8) -> Edition {
    Edition {
        id: format!("morning-2026010{number}T030405Z"),
        newsletter: "morning".into(),
        title: "Morning digest".into(),
        language: "en".into(),
        timezone: "UTC".into(),
        composed: format!("2026-01-0{number}T03:04:05Z").parse().unwrap(),
        since: None,
        sections: vec![],
        ..Edition::default()
    }
}

const THREE: [&str; 3] = ["Ann <ann@example.org>", "bob@example.org", "Çağla <cem@bücher.example>"];

fn once() -> Vec<(String, usize)> {
    ["ann@example.org", "bob@example.org", "cem@xn--bcher-kva.example"].map(|to| (to.to_owned(), 1)).to_vec()
}

#[tokio::test]
async fn every_reader_gets_one_mail_and_a_second_run_sends_nothing() {
    let server = Server::start().await;
    let outbox = Outbox::new(&THREE, server.port).await;
    let first = outbox.send().await;
    assert_eq!((first.sent, first.waiting, first.problems.len(), first.unfinished), (3, 0, 0, false));
    let second = outbox.send().await;
    assert_eq!((second.sent, second.unfinished, second.left_out()), (0, false, false));
    assert_eq!(server.copies(), once());
    let taken = server.taken();
    let ann = taken.iter().find(|taken| taken.to == "ann@example.org").unwrap();
    assert_eq!(ann.from, "digest@example.org");
    assert_eq!(ann.header("to").unwrap(), "Ann <ann@example.org>");
    assert_eq!(ann.header("from").unwrap(), "\"Morning digest\" <digest@example.org>");
    assert_eq!(ann.header("date").unwrap(), "Thu, 01 Jan 2026 03:04:05 +0000");
    assert_eq!(ann.header("list-id").unwrap(), "\"Morning digest\" <morning.example.org>");
    assert_eq!(ann.header("auto-submitted").unwrap(), "auto-generated");
    assert!(ann.header("message-id").unwrap().starts_with("<morning-20260101T030405Z."));
    let parsed = mail_parser::MessageParser::default().parse(&ann.bytes).unwrap();
    assert_eq!(
        parsed.body_text(0).unwrap().replace('\r', "").trim_end(),
        "Good morning.\n.\nFrom here on ann@example.org\nGrüße"
    );
    assert!(server.most_open() <= 2);
    outbox.store.close().await;
}

#[tokio::test]
async fn a_server_that_is_down_leaves_the_mail_for_the_next_run() {
    let server = Server::start().await;
    let port = server.port;
    drop(server);
    let mut outbox = Outbox::new(&THREE, port).await;
    let down = outbox.send().await;
    assert_eq!((down.sent, down.waiting, down.unfinished), (0, 3, true));
    assert_eq!(down.problems.len(), 1);
    assert!(down.problems[0].to_string().contains("cannot reach `127.0.0.1`"), "{}", down.problems[0]);
    let server = Server::start().await;
    outbox.options.smtp.port = Some(server.port);
    let up = outbox.send().await;
    assert_eq!((up.sent, up.waiting, up.unfinished), (3, 0, false));
    assert_eq!(server.copies(), once());
}

/// Runs against a server that follows `script`, and compares sent, waiting, refused, unknown and the copies taken.
async fn check(
    script: impl Fn(&Step) -> Act + Send + Sync + 'static,
    expected: [u64; 4],
    copies: &[usize],
) -> DeliveryReport {
    let server = Server::scripted(script).await;
    let outbox = Outbox::new(&THREE, server.port).await;
    let outcome = outbox.send().await;
    assert_eq!([outcome.sent, outcome.waiting, outcome.refused, outcome.unknown], expected, "{outcome:?}");
    let taken: Vec<usize> = server.copies().into_iter().map(|(_, times)| times).collect();
    assert_eq!(taken, copies);
    let mut ids = std::collections::HashMap::new();
    for taken in server.taken() {
        let first = ids.entry(taken.to.clone()).or_insert_with(|| taken.bytes.clone());
        assert_eq!(*first, taken.bytes, "a second copy differs from the first");
    }
    outcome
}

fn to_ann(step: &Step) -> bool {
    matches!(step, Step::Rcpt(to, _) | Step::Dot(to, _) if to == "ann@example.org")
}

#[tokio::test]
async fn a_refused_recipient_is_left_out_and_the_others_get_theirs() {
    let script = |step: &Step| if to_ann(step) { Act::Say("550 5.1.1 no such user") } else { Act::Go };
    let outcome = check(script, [2, 0, 1, 0], &[1, 1]).await;
    assert!(outcome.left_out() && !outcome.unfinished);
    assert_eq!(outcome.problems[0].subject, "ann@example.org");
    assert!(outcome.problems[0].to_string().contains("550 5.1.1 no such user"));
}

#[tokio::test]
async fn a_refusal_is_final() {
    let script = |step: &Step| if to_ann(step) { Act::Say("550 5.1.1 no such user") } else { Act::Go };
    let server = Server::scripted(script).await;
    let outbox = Outbox::new(&THREE, server.port).await;
    outbox.send().await;
    outbox.send().await;
    assert_eq!(server.steps().iter().filter(|step| to_ann(step)).count(), 1);
    assert_eq!(outbox.answer(DeliveryState::Refused).await, "550 5.1.1 no such user");
}

#[tokio::test]
async fn a_deferred_recipient_is_tried_again() {
    for words in ["450 4.2.0 greylisted", "451 4.3.0 later", "452 4.2.2 full", "421 4.3.2 closing"] {
        let once = move |step: &Step| match step {
            Step::Rcpt(to, 1) if to == "ann@example.org" => Act::Say(words),
            _ => Act::Go,
        };
        check(once, [3, 0, 0, 0], &[1, 1, 1]).await;
        let dot = move |step: &Step| match step {
            Step::Dot(to, 1) if to == "ann@example.org" => Act::Say(words),
            _ => Act::Go,
        };
        check(dot, [3, 0, 0, 0], &[1, 1, 1]).await;
    }
}

#[tokio::test]
async fn a_recipient_deferred_for_long_waits_for_the_next_run() {
    let script = |step: &Step| if to_ann(step) { Act::Say("450 4.2.0 greylisted") } else { Act::Go };
    let outcome = check(script, [2, 1, 0, 0], &[1, 1]).await;
    assert!(outcome.unfinished && !outcome.left_out());
}

#[tokio::test]
async fn a_connection_lost_before_the_dot_costs_nothing() {
    let script = |step: &Step| match step {
        Step::Greeting(1) | Step::Rcpt(_, 1) => Act::Cut,
        _ => Act::Go,
    };
    check(script, [3, 0, 0, 0], &[1, 1, 1]).await;
}

#[tokio::test]
async fn an_unanswered_dot_is_sent_again_with_the_same_bytes() {
    let script = |step: &Step| match step {
        Step::Dot(to, 1) if to == "ann@example.org" => Act::TakeAndCut,
        _ => Act::Go,
    };
    check(script, [3, 0, 0, 0], &[2, 1, 1]).await;
}

#[tokio::test]
async fn a_silent_server_is_given_up_in_bounded_time() {
    let before = tokio::time::Instant::now();
    let outcome = check(|_| Act::Silent, [0, 3, 0, 0], &[]).await;
    assert!(outcome.unfinished);
    assert!(before.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn a_server_silent_after_the_dot_makes_the_mail_unknown() {
    let server = Server::scripted(|step| match step {
        Step::Dot(..) => Act::TakeAndSilent,
        _ => Act::Go,
    })
    .await;
    let outbox = Outbox::new(&["ann@example.org"], server.port).await;
    let mut policy = outbox.policy();
    policy.patience = Duration::ZERO;
    let outcome = outbox.send_on(policy).await;
    assert_eq!((outcome.sent, outcome.unknown, outcome.unfinished), (0, 1, true));
    assert!(outbox.answer(DeliveryState::Unknown).await.contains("no answer"));
}

#[tokio::test]
async fn a_late_answer_is_waited_for() {
    let script = |step: &Step| match step {
        Step::Dot(..) => Act::TakeLate(Duration::from_millis(600)),
        _ => Act::Go,
    };
    check(script, [3, 0, 0, 0], &[1, 1, 1]).await;
}

#[tokio::test]
async fn an_idle_connection_that_was_closed_is_dialled_anew() {
    let mails = std::sync::atomic::AtomicUsize::new(0);
    let script = move |step: &Step| match step {
        // Every second message on this server finds its connection closing.
        Step::Mail(_) if mails.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 1 => Act::Say("421 idle too long"),
        _ => Act::Go,
    };
    let server = Server::scripted(script).await;
    let mut outbox = Outbox::new(&THREE, server.port).await;
    outbox.options.smtp.connections = 1;
    let outcome = outbox.send().await;
    assert_eq!((outcome.sent, outcome.problems.len()), (3, 0));
    let greetings = server.steps().iter().filter(|step| matches!(step, Step::Greeting(_))).count();
    assert_eq!(greetings, 2);
}

#[tokio::test]
async fn a_server_that_wants_nothing_from_us_ends_the_run_and_keeps_the_mail() {
    let relay = |step: &Step| match step {
        Step::Rcpt(..) => Act::Say("554 5.7.1 <x>: Relay access denied"),
        _ => Act::Go,
    };
    let sender = |step: &Step| if matches!(step, Step::Mail(_)) { Act::Say("550 not you") } else { Act::Go };
    let greeting = |step: &Step| if matches!(step, Step::Greeting(_)) { Act::Say("554 no") } else { Act::Go };
    for outcome in [
        check(relay, [0, 3, 0, 0], &[]).await,
        check(sender, [0, 3, 0, 0], &[]).await,
        check(greeting, [0, 3, 0, 0], &[]).await,
    ] {
        assert!(outcome.unfinished && outcome.stopped.is_some(), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_killed_run_is_finished_by_the_next_with_the_same_message() {
    let server = Server::scripted(|step| match step {
        Step::Dot(_, 1) => Act::TakeAndSilent,
        _ => Act::Go,
    })
    .await;
    let mut outbox = Outbox::new(&THREE, server.port).await;
    outbox.options.smtp.connections = 1;
    outbox.options.smtp.final_timeout = Duration::from_secs(600);
    outbox.sign_with("rsa.pkcs1.pem");
    {
        // The run is dropped, as by kill -9, when the first message is taken but not answered.
        let run = outbox.send();
        tokio::pin!(run);
        while server.taken().is_empty() {
            assert!((&mut run).now_or_never().is_none());
            tokio::task::yield_now().await;
        }
    }
    // The two others had been marked together with it.
    assert_eq!(outbox.states().await, [0, 3, 0, 0, 0]);
    let first = server.taken()[0].clone();
    let server = Server::start().await;
    outbox.options.smtp.port = Some(server.port);
    outbox.sign_with("ed25519.pem"); // even with another key: what was signed once stays as it was
    let outcome = outbox.send().await;
    assert_eq!((outcome.sent, outcome.unknown, outcome.unfinished), (3, 0, false));
    assert!(outcome.problems.is_empty(), "{:?}", outcome.problems);
    let again = server.taken().into_iter().find(|taken| taken.to == first.to).unwrap();
    assert_eq!(String::from_utf8(again.bytes).unwrap(), String::from_utf8(first.bytes).unwrap());
}

#[tokio::test]
async fn at_most_once_leaves_a_gap_rather_than_a_copy() {
    let server = Server::scripted(|step| match step {
        Step::Dot(to, _) if to == "ann@example.org" => Act::TakeAndCut,
        _ => Act::Go,
    })
    .await;
    let mut outbox = Outbox::new(&THREE, server.port).await;
    outbox.options.delivery = Delivery::AtMostOnce;
    let outcome = outbox.send().await;
    assert_eq!((outcome.sent, outcome.unknown, outcome.unfinished, outcome.left_out()), (2, 1, false, true));
    let next = outbox.send().await;
    assert_eq!((next.sent, next.unknown, next.unfinished, next.left_out()), (0, 0, false, false));
    assert_eq!(server.copies(), once());
}

#[tokio::test]
async fn a_run_that_is_asked_to_end_finishes_the_message_in_hand() {
    let server = Server::scripted(|step| match step {
        Step::Dot(..) => Act::TakeLate(Duration::from_millis(100)),
        _ => Act::Go,
    })
    .await;
    let mut outbox = Outbox::new(&THREE, server.port).await;
    outbox.options.smtp.connections = 1;
    let transport = send::transport(&outbox.options, &|_| None).unwrap();
    let (end, cancel) = watch::channel(false);
    let policy = outbox.policy();
    let run = deliver(&outbox.store, transport.as_ref(), None, &policy, &cancel);
    let ask = async {
        while server.taken().is_empty() {
            tokio::task::yield_now().await;
        }
        end.send(true).unwrap();
    };
    let (outcome, ()) = tokio::join!(run, ask);
    let outcome = outcome.unwrap();
    assert_eq!((outcome.sent, outcome.waiting, outcome.unknown, outcome.unfinished), (1, 2, 0, true));
    assert_eq!(outbox.states().await, [2, 0, 1, 0, 0]);
}

#[tokio::test]
async fn a_run_past_its_deadline_leaves_the_rest() {
    let server = Server::start().await;
    let outbox = Outbox::new(&THREE, server.port).await;
    let outcome = outbox.send_on(DeliveryPolicy { deadline: Duration::ZERO, ..outbox.policy() }).await;
    assert_eq!((outcome.sent, outcome.waiting, outcome.unfinished), (0, 3, true));
}

#[tokio::test]
async fn mail_that_nobody_took_for_days_is_given_up() {
    let server = Server::start().await;
    let outbox = Outbox::new(&THREE, server.port).await;
    let now: Timestamp = "2026-02-01T00:00:00Z".parse().unwrap();
    let outcome = outbox.send_on(DeliveryPolicy { now, ..outbox.policy() }).await;
    assert_eq!((outcome.sent, outcome.refused, outcome.waiting, outcome.left_out()), (0, 3, 0, true));
    assert!(outbox.answer(DeliveryState::Refused).await.starts_with("gave up after 120 hours"));
}

fn user(port: u16) -> SmtpOptions {
    SmtpOptions {
        host: "127.0.0.1".into(),
        port: Some(port),
        username: Some("me".into()),
        timeout: Duration::from_millis(500),
        ..SmtpOptions::default()
    }
}

#[tokio::test]
async fn a_wrong_password_ends_the_run_at_once() {
    let ehlo = "250-loopback\r\n250 AUTH PLAIN LOGIN\r\n";
    let server = Server::offering(ehlo, |step| match step {
        Step::Auth(_) => Act::Say("535 5.7.8 no"),
        _ => Act::Go,
    })
    .await;
    let options = SmtpOptions { security: Security::None, ..user(server.port) };
    let smtp = Smtp::new(&options, Some("secret".to_owned().into())).unwrap();
    let Err(SendOutcome::Abort(why)) = smtp.greet().await else { panic!("it went on") };
    assert!(why.contains("does not accept the password") && !why.contains("secret"), "{why}");
    let good = Server::offering(ehlo, |_| Act::Go).await;
    let options = SmtpOptions { security: Security::None, ..user(good.port) };
    let smtp = Smtp::new(&options, Some("secret".to_owned().into())).unwrap();
    assert_eq!(smtp.greet().await.unwrap().name, "loopback");
    assert!(good.steps().contains(&Step::Auth("PLAIN AG1lAHNlY3JldA==".to_owned())));
}

#[tokio::test]
async fn without_starttls_nothing_is_sent_and_no_password_offered() {
    let server = Server::offering("250-loopback\r\n250 AUTH PLAIN LOGIN\r\n", |_| Act::Go).await;
    let smtp = Smtp::new(&user(server.port), Some("secret".to_owned().into())).unwrap();
    let Err(SendOutcome::Abort(why)) = smtp.greet().await else { panic!("it went on") };
    assert!(why.contains("does not offer STARTTLS"), "{why}");
    assert!(!server.steps().iter().any(|step| matches!(step, Step::Auth(_) | Step::Mail(_))));
}

#[test]
fn a_password_is_never_sent_in_clear_to_another_machine() {
    let options = SmtpOptions { host: "mail.example.org".into(), security: Security::None, ..user(25) };
    let error = Smtp::new(&options, Some("secret".to_owned().into())).unwrap_err().to_string();
    assert!(error.contains("in clear") && !error.contains("secret"), "{error}");
}

#[tokio::test]
async fn an_address_the_server_cannot_take_is_refused_with_the_reason() {
    let server = Server::offering("250 loopback\r\n", |_| Act::Go).await;
    let outbox = Outbox::new(&["jörg@example.org", "ann@example.org"], server.port).await;
    let outcome = outbox.send().await;
    assert_eq!((outcome.sent, outcome.refused), (1, 1));
    assert!(outcome.problems[0].to_string().contains("SMTPUTF8"));
}

#[tokio::test]
async fn messages_go_into_files_and_programs_too() {
    let mut outbox = Outbox::new(&THREE, 1).await;
    let folder: PathBuf = outbox.folder.path().join("out");
    outbox.options.transport = TransportKind::File;
    outbox.options.file.folder.clone_from(&folder);
    assert_eq!(outbox.send().await.sent, 3);
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, 3);
    for (code, expected) in [("0", [3, 0, 0]), ("75", [0, 3, 0]), ("67", [0, 0, 3]), ("78", [0, 3, 0])] {
        let mut outbox = Outbox::new(&THREE, 1).await;
        outbox.options.transport = TransportKind::Sendmail;
        let log = outbox.folder.path().join("log");
        let script = format!("cat > /dev/null; echo \"$@\" >> '{}'; exit {code}", log.display());
        outbox.options.sendmail.command = ["sh", "-c", &script, "sendmail"].map(str::to_owned).to_vec();
        let policy = DeliveryPolicy { patience: Duration::ZERO, ..outbox.policy() };
        let outcome = outbox.send_on(policy).await;
        assert_eq!([outcome.sent, outcome.waiting, outcome.refused], expected, "exit code {code}");
        let log = std::fs::read_to_string(log).unwrap();
        assert!(log.starts_with("-f digest@example.org -- "), "{log}");
    }
}

#[tokio::test]
async fn an_address_refused_by_edition_after_edition_is_skipped_and_told() {
    let script = |step: &Step| if to_ann(step) { Act::Say("550 5.1.1 no such user") } else { Act::Go };
    let server = Server::scripted(script).await;
    let outbox = Outbox::new(&THREE, server.port).await;
    let all = send::recipients(&outbox.options).unwrap().recipients;
    for number in 2..=4 {
        outbox.send().await;
        let (kept, problems) = skip_refused(&outbox.store, "morning", &outbox.options, all.clone()).await.unwrap();
        assert_eq!((kept.len(), problems.len()), if number < 4 { (3, 0) } else { (2, 1) });
        assert!(problems.iter().all(|problem| problem.to_string().contains("ann@example.org: skipped")));
        outbox.compose(number).await;
    }
}

#[tokio::test]
async fn a_rate_is_kept_and_progress_told() {
    let server = Server::start().await;
    let outbox = Outbox::new(&THREE, server.port).await;
    let (progress, seen) = watch::channel(0);
    let before = tokio::time::Instant::now();
    outbox.send_on(DeliveryPolicy { rate: Some(10.0), progress: Some(progress), ..outbox.policy() }).await;
    assert!(before.elapsed() >= Duration::from_millis(200), "three at ten a second take at least two tenths");
    assert_eq!((server.taken().len(), *seen.borrow()), (3, 3));
}

#[tokio::test]
async fn a_full_outbox_is_gone_through_page_by_page() {
    let server = Server::start().await;
    let readers: Vec<String> = (0..600).map(|number| format!("r{number}@example.org")).collect();
    let readers: Vec<&str> = readers.iter().map(String::as_str).collect();
    let outbox = Outbox::new(&readers, server.port).await;
    let outcome = outbox.send().await;
    assert_eq!((outcome.sent, outcome.waiting), (600, 0));
    assert_eq!(server.copies().len(), 600);
    assert!(server.copies().iter().all(|(_, times)| *times == 1));
}

#[tokio::test]
async fn what_was_being_tried_is_unknown_after_a_crash() {
    let outbox = Outbox::new(&THREE, 1).await;
    let now: Timestamp = NOW.parse().unwrap();
    let rows = outbox.store.pending("morning", now, 0, 10, true).await.unwrap();
    let trying = DeliveryChange::Trying { id: rows[0].id, signature: None, hash: "x".into(), now };
    let mut journal = outbox.store.journal().await.unwrap();
    journal.apply(&[trying], Durability::PowerCut).await.unwrap();
    assert_eq!(outbox.states().await, [2, 1, 0, 0, 0]);
    assert_eq!(outbox.store.recover().await.unwrap(), 1);
    assert_eq!(outbox.states().await, [2, 0, 0, 0, 1]);
}

#[test]
fn a_reader_is_known_by_address_alone() {
    let recipient = |address: &str| Recipient { address: address.into(), ..Recipient::default() };
    let options = send::Options { from: "a@example.org".into(), ..send::Options::default() };
    let made = send::plan_deliveries(&edition(1), &[recipient("x@example.org")], &["en".into()], &options).unwrap();
    let id = &made[0].message_id;
    assert!(id.ends_with("@example.org>") && !id.contains("x@"), "{id}");
    let _: &dyn Transport = &send::Files::new(&options.file);
}
