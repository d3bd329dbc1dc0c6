//! Faults between us and a mail server, row by row: the state of the mail, the exit code, the words.

#![expect(clippy::unwrap_used, reason = "in a test an error is a failure")]

use std::time::Duration;

use tokio::time::Instant;

use crate::support::front::{Front, fixture, front};
use crate::support::program::{Program, Ran};
use crate::support::smtp::{Act, Server, Step};

const NOW: &str = "2026-10-19T05:00:00Z";
const SECRET: &str = "s3cret-of-the-house";
const PIPELINING: &str = "250-localhost\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n";
const PLAIN: &str = "250-localhost\r\n250 AUTH PLAIN LOGIN\r\n";

/// A digest of one note for one reader, to be sent to `port`.
fn program(port: u16, smtp: &str) -> Program {
    let program = Program::new(&format!(
        "[[source]]\nname = \"Notes\"\nfiles = \"*.txt\"\n\
         [mail]\nfrom = \"Digest <digest@example.org>\"\nto = [\"anna@example.org\"]\n\
         [mail.smtp]\nport = {port}\nconnections = 1\ntimeout = \"1s\"\nfinal_timeout = \"2s\"\n{smtp}"
    ));
    program.write("password", &format!("{SECRET}\n"));
    program.write(
        "note.txt",
        "The harbour opens again\n\nThe harbour of Aville opens again on Monday after a strike of six days. \
         Both sides accepted a mediator whom the minister had named. Eleven ships wait in the roads.\n",
    );
    program
}

/// In clear, without a password.
const CLEAR: &str = "host = \"127.0.0.1\"\nsecurity = \"none\"\n";

/// Runs the program against it, and compares exit code, state and words.
#[track_caller]
fn check(program: &Program, code: i32, state: &str, words: &str) -> Ran {
    let begin = Instant::now();
    let ran = program.run(&["run", "--now", NOW, "--deadline", "2s"]).ends(code);
    assert!(begin.elapsed() < Duration::from_secs(40), "bounded: {:?}", begin.elapsed());
    assert!(ran.stderr.contains(words), "`{words}` is not in: {}", ran.stderr);
    assert!(!ran.stderr.contains(SECRET) && !ran.stdout.contains(SECRET), "{}", ran.stderr);
    let status: serde_json::Value = serde_json::from_str(&program.run(&["status", "--json"]).stdout).unwrap();
    assert_eq!(status["mail"][state], 1, "{state} in {}", status["mail"]);
    ran
}

/// The same in a server with and without PIPELINING that follows `script`.
async fn row(script: impl Fn(&Step) -> Act + Send + Sync + Copy + 'static, code: i32, state: &str, words: &str) {
    for ehlo in [PIPELINING, PLAIN] {
        let server = Server::offering(ehlo, script).await;
        let program = program(server.port, CLEAR);
        check(&program, code, state, words);
        let copies: usize = server.copies().iter().map(|(_, copies)| copies).sum();
        assert!(copies <= 1 || state == "unknown", "{copies} copies");
        assert_eq!(copies > 0, matches!(state, "sent" | "unknown"), "{copies} copies");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_speaks() {
    row(|_| Act::Silent, 75, "waiting", "nothing heard for 1 s").await;
    row(|step| if let Step::Rcpt(..) = step { Act::Silent } else { Act::Go }, 75, "waiting", "nothing heard for 1 s")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_drips() {
    row(|step| if let Step::Greeting(_) = step { Act::Drip } else { Act::Go }, 75, "waiting", "nothing heard for 1 s")
        .await;
    row(|step| if let Step::Data = step { Act::Drip } else { Act::Go }, 75, "waiting", "nothing heard for 1 s").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_late_after_the_dot() {
    let late = |step: &Step| match step {
        Step::Dot(..) => Act::TakeLate(Duration::from_millis(1500)),
        _ => Act::Go,
    };
    row(late, 0, "sent", "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_comes_after_the_dot() {
    let never = |step: &Step| if let Step::Dot(..) = step { Act::TakeAndSilent } else { Act::Go };
    row(never, 75, "unknown", "").await;
    let cut = |step: &Step| if let Step::Dot(..) = step { Act::TakeAndCut } else { Act::Go };
    row(cut, 75, "unknown", "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_talks_nonsense() {
    row(|_| Act::Say("\u{1}\u{2} hello?"), 75, "waiting", "cannot be used now").await;
    row(|step| if let Step::Mail(_) = step { Act::Say("2 5 0") } else { Act::Go }, 75, "waiting", "cannot be used now")
        .await;
    let dot = |step: &Step| if let Step::Dot(..) = step { Act::Say("2 5 0") } else { Act::Go };
    let server = Server::offering(PLAIN, dot).await;
    check(&program(server.port, CLEAR), 75, "unknown", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_at_each_step_before_the_dot() {
    row(|step| if let Step::Greeting(_) = step { Act::Cut } else { Act::Go }, 75, "waiting", "cannot be used now")
        .await;
    row(|step| if let Step::Ehlo = step { Act::Cut } else { Act::Go }, 75, "waiting", "cannot be used now").await;
    row(|step| if let Step::Mail(_) = step { Act::Cut } else { Act::Go }, 75, "waiting", "cannot be used now").await;
    row(|step| if let Step::Rcpt(..) = step { Act::Cut } else { Act::Go }, 75, "waiting", "cannot be used now").await;
    row(|step| if let Step::Data = step { Act::Cut } else { Act::Go }, 75, "waiting", "cannot be used now").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_closes_with_421_at_each_step() {
    const BUSY: Act = Act::Say("421 4.3.2 too busy");
    row(|step| if let Step::Greeting(_) = step { BUSY } else { Act::Go }, 75, "waiting", "421 4.3.2 too busy").await;
    row(|step| if let Step::Ehlo = step { BUSY } else { Act::Go }, 75, "waiting", "421 4.3.2 too busy").await;
    row(|step| if let Step::Mail(_) = step { BUSY } else { Act::Go }, 75, "waiting", "421 4.3.2 too busy").await;
    row(|step| if let Step::Rcpt(..) = step { BUSY } else { Act::Go }, 75, "waiting", "421 4.3.2 too busy").await;
    row(|step| if let Step::Data = step { BUSY } else { Act::Go }, 75, "waiting", "421 4.3.2 too busy").await;
    row(|step| if let Step::Dot(..) = step { BUSY } else { Act::Go }, 75, "waiting", "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_defers() {
    const LATER: Act = Act::Say("451 4.7.1 greylisted, come again");
    row(|step| if let Step::Mail(_) = step { LATER } else { Act::Go }, 75, "waiting", "").await;
    row(|step| if let Step::Rcpt(..) = step { LATER } else { Act::Go }, 75, "waiting", "").await;
    row(|step| if let Step::Data = step { LATER } else { Act::Go }, 75, "waiting", "").await;
    row(|step| if let Step::Dot(..) = step { LATER } else { Act::Go }, 75, "waiting", "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_the_recipient_or_the_mail_for_good() {
    const NO: Act = Act::Say("550 5.1.1 no such user");
    row(|step| if let Step::Rcpt(..) = step { NO } else { Act::Go }, 1, "refused", "550 5.1.1 no such user").await;
    row(|step| if let Step::Data = step { NO } else { Act::Go }, 1, "refused", "550 5.1.1 no such user").await;
    row(|step| if let Step::Dot(..) = step { NO } else { Act::Go }, 1, "refused", "550 5.1.1 no such user").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_wants_nothing_from_us() {
    const NO: Act = Act::Say("554 5.7.1 go away");
    let words = "the mail server takes nothing from us";
    row(|step| if let Step::Greeting(_) = step { NO } else { Act::Go }, 3, "waiting", words).await;
    row(|step| if let Step::Mail(_) = step { NO } else { Act::Go }, 3, "waiting", words).await;
    let relay = |step: &Step| match step {
        Step::Rcpt(..) => Act::Say("554 5.7.1 Relay access denied"),
        _ => Act::Go,
    };
    row(relay, 3, "waiting", words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_tried_once() {
    let server = Server::offering(PLAIN, |step| match step {
        Step::Auth(_) => Act::Say("535 5.7.8 bad credentials"),
        _ => Act::Go,
    })
    .await;
    let login = "username = \"anna\"\npassword_file = \"password\"\n";
    let program = program(server.port, &format!("{CLEAR}{login}"));
    check(&program, 3, "waiting", "the server does not accept the password: 535 5.7.8 bad credentials");
    let tries = server.steps().iter().filter(|step| matches!(step, Step::Auth(_))).count();
    assert_eq!(tries, 1, "{:?}", server.steps());
}

/// Over TLS with a password; `host` is what the certificate is held against.
fn secure(host: &str, security: &str) -> String {
    let ca = fixture("ca.pem");
    format!(
        "host = \"{host}\"\nsecurity = \"{security}\"\nca_file = \"{}\"\n\
         username = \"anna\"\npassword_file = \"password\"\n",
        ca.display()
    )
}

fn said_nothing(server: &Server) {
    let steps = server.steps();
    let told = steps.iter().any(|step| matches!(step, Step::Auth(_) | Step::Mail(_) | Step::Dot(..)));
    assert!(!told, "{steps:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_server_over_tls_gets_the_mail() {
    for (kind, security) in [(Front::Tls, "tls"), (Front::Starttls, "starttls")] {
        let server = Server::offering(PIPELINING, |_| Act::Go).await;
        let program = program(front(kind, server.port).await, &secure("localhost", security));
        check(&program, 0, "sent", "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_another_name() {
    for (kind, security) in [(Front::Tls, "tls"), (Front::Starttls, "starttls")] {
        let server = Server::offering(PLAIN, |_| Act::Go).await;
        let program = program(front(kind, server.port).await, &secure("127.0.0.1", security));
        check(&program, 3, "waiting", "no secure connection");
        said_nothing(&server);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn starttls_that_was_stripped_or_is_nonsense() {
    let server = Server::offering(PLAIN, |_| Act::Go).await;
    check(&program(server.port, &secure("localhost", "starttls")), 3, "waiting", "does not offer STARTTLS");
    said_nothing(&server);
    let nonsense = program(front(Front::Nonsense, server.port).await, &secure("localhost", "starttls"));
    check(&nonsense, 75, "waiting", "the mail server");
    said_nothing(&server);
    let refused = Server::offering("250-localhost\r\n250 STARTTLS\r\n", |step| match step {
        Step::Other(_) => Act::Say("454 4.7.0 TLS not available"),
        _ => Act::Go,
    })
    .await;
    check(&program(refused.port, &secure("localhost", "starttls")), 75, "waiting", "454 4.7.0 TLS not available");
    said_nothing(&refused);
}
