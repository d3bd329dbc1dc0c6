//! The promise of the secure connection: nothing is sent, and no password offered, but to the right server over TLS.

#![expect(clippy::unwrap_used, reason = "in a test an error is a failure")]

use std::sync::atomic::Ordering;
use std::time::Duration;

use newsdigest::model::{Message, SendOutcome};
use newsdigest::send::{Security, Smtp, SmtpOptions, Transport};

use crate::support::front::{Front, counting, fixture, front};
use crate::support::smtp::{Act, Server, Step};

fn message() -> Message {
    Message {
        message_id: "<1@example.org>".into(),
        sender: "digest@example.org".into(),
        recipient: "ann@example.org".into(),
        bytes: b"From: digest@example.org\r\n\r\nGood morning.\r\n".to_vec(),
    }
}

/// Outcome of a message sent through `kind`, and the steps the server saw.
async fn check(kind: Front, change: impl FnOnce(&mut SmtpOptions)) -> (SendOutcome, Vec<Step>) {
    let server = Server::offering("250-localhost\r\n250 AUTH PLAIN\r\n", |_| Act::Go).await;
    let mut options = SmtpOptions {
        host: "localhost".into(),
        port: Some(front(kind, server.port).await),
        security: if kind == Front::Tls { Security::Tls } else { Security::Starttls },
        username: Some("me".into()),
        ca_file: Some(fixture("ca.pem")),
        timeout: Duration::from_secs(5),
        ..SmtpOptions::default()
    };
    change(&mut options);
    let smtp = Smtp::new(&options, Some("secret".to_owned().into())).unwrap();
    let answer = smtp.send(&message()).await;
    (answer, server.steps())
}

fn said_nothing(steps: &[Step]) -> bool {
    !steps.iter().any(|step| matches!(step, Step::Auth(_) | Step::Mail(_)))
}

#[tokio::test]
async fn a_message_goes_over_tls_and_starttls() {
    for kind in [Front::Tls, Front::Starttls] {
        let (answer, steps) = check(kind, |_| {}).await;
        assert_eq!(answer, SendOutcome::Accepted("250 taken".into()));
        assert!(steps.iter().any(|step| matches!(step, Step::Auth(_))));
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_or_of_a_stranger_ends_the_run() {
    for kind in [Front::Tls, Front::Starttls] {
        let another_name = |options: &mut SmtpOptions| options.host = "127.0.0.1".into();
        let stranger = |options: &mut SmtpOptions| options.ca_file = None;
        for (answer, steps) in [check(kind, another_name).await, check(kind, stranger).await] {
            let SendOutcome::Abort(why) = answer else { panic!("{answer:?}") };
            assert!(why.contains("no secure connection") && why.contains("certificate"), "{why}");
            assert!(said_nothing(&steps), "{steps:?}");
        }
    }
}

#[tokio::test]
async fn nonsense_in_place_of_tls_sends_nothing() {
    let (answer, steps) = check(Front::Nonsense, |_| {}).await;
    assert!(matches!(answer, SendOutcome::Abort(_) | SendOutcome::Unavailable(_)), "{answer:?}");
    assert!(said_nothing(&steps), "{steps:?}");
}

#[tokio::test]
async fn tls_to_a_server_that_speaks_none_is_bounded() {
    let (answer, steps) = check(Front::Starttls, |options| {
        options.security = Security::Tls;
        options.timeout = Duration::from_millis(500);
    })
    .await;
    assert!(matches!(answer, SendOutcome::Abort(_) | SendOutcome::Unavailable(_)), "{answer:?}");
    assert!(said_nothing(&steps), "{steps:?}");
}

/// Answer of a server to a whole mail.
const ALL: &str = "250-localhost\r\n250 AUTH PLAIN\r\n235 in\r\n250-localhost\r\n250 AUTH PLAIN\r\n250 sender\r\n\
                   250 recipient\r\n354 go on\r\n250 taken\r\n";

#[tokio::test]
async fn what_is_added_in_clear_is_no_answer_inside_tls() {
    for (to_ehlo, to_starttls) in
        [("", "250 taken\r\n"), ("", ALL), ("220 go on\r\n", ALL), ("220 go on\r\n", ""), ("2", "")]
    {
        let (answer, steps) = check(Front::Injecting(to_ehlo, to_starttls), |_| {}).await;
        let SendOutcome::Abort(why) = answer else { panic!("{to_ehlo:?} {to_starttls:?}: {answer:?}") };
        assert!(why.contains("more than it was asked"), "{why}");
        assert!(said_nothing(&steps), "{steps:?}");
    }
}

#[tokio::test]
async fn a_check_of_the_server_fails_where_something_is_added_in_clear() {
    let options = SmtpOptions {
        host: "localhost".into(),
        port: Some(front(Front::Injecting("", ALL), 1).await),
        security: Security::Starttls,
        ca_file: Some(fixture("ca.pem")),
        timeout: Duration::from_secs(5),
        ..SmtpOptions::default()
    };
    let greeted = Smtp::new(&options, None).unwrap().greet().await;
    assert!(matches!(greeted, Err(SendOutcome::Abort(_))), "{greeted:?}");
}

#[tokio::test]
async fn a_line_without_end_is_left_soon() {
    for (kind, security) in [
        (Front::EndlessInClear, Security::None),
        (Front::EndlessInClear, Security::Starttls),
        (Front::EndlessTls, Security::Tls),
    ] {
        let (port, said) = counting(kind, 1).await;
        let options = SmtpOptions {
            host: "localhost".into(),
            port: Some(port),
            security,
            ca_file: Some(fixture("ca.pem")),
            timeout: Duration::from_secs(30),
            ..SmtpOptions::default()
        };
        let answer = Smtp::new(&options, None).unwrap().send(&message()).await;
        let SendOutcome::Unavailable(why) = answer else { panic!("{answer:?}") };
        assert!(why.contains("has no end"), "{why}");
        // The rest of it stands in the buffers of the kernel.
        assert!(said.load(Ordering::SeqCst) < 16 << 20, "{said:?}");
    }
}

#[tokio::test]
async fn only_a_yes_after_the_final_dot_is_a_yes() {
    for (said, at) in
        [("354 go on", "dot"), ("150 wait", "dot"), ("250 what", "data"), ("354 go on", "mail"), ("354 go on", "rcpt")]
    {
        for ehlo in ["250 localhost\r\n", "250-localhost\r\n250 PIPELINING\r\n"] {
            let server = Server::offering(ehlo, move |step| match (step, at) {
                (Step::Dot(..), "dot") | (Step::Data, "data") | (Step::Mail(_), "mail") | (Step::Rcpt(..), "rcpt") => {
                    Act::Say(said)
                }
                _ => Act::Go,
            })
            .await;
            let options = SmtpOptions {
                host: "localhost".into(),
                port: Some(server.port),
                security: Security::None,
                timeout: Duration::from_secs(5),
                ..SmtpOptions::default()
            };
            let answer = Smtp::new(&options, None).unwrap().send(&message()).await;
            assert!(
                !matches!(answer, SendOutcome::Accepted(_) | SendOutcome::Refused(_)),
                "{said} at {at}: {answer:?}"
            );
            assert_eq!(matches!(answer, SendOutcome::Unknown(_)), at == "dot", "{said} at {at}: {answer:?}");
        }
    }
}
