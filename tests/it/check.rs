//! `digest check`: the mail, its server and its domain, looked at before anything is sent.

#![expect(clippy::unwrap_used, reason = "in a test an error is a failure")]

use crate::support::dns;
use crate::support::front::{Front, fixture, front};
use crate::support::program::Program;
use crate::support::smtp::{Act, Server, Step};

const SPF: (&str, &str) = ("example.org", "v=spf1 a:smtp.example.org ~all");
const DMARC: (&str, &str) = ("_dmarc.example.org", "v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org");
const KEY_NAME: &str = "s1._domainkey.example.org";

fn record(kind: &str) -> String {
    let path = format!("{}/tests/fixtures/dkim/{kind}.public.txt", env!("CARGO_MANIFEST_DIR"));
    format!("v=DKIM1; k={kind}; p={}", std::fs::read_to_string(path).unwrap().trim())
}

fn dkim(domain: &str, key: &str) -> String {
    format!("[mail.dkim]\ndomain = \"{domain}\"\nselector = \"s1\"\nkey_file = \"{key}\"\n")
}

fn program(smtp: &str, more: &str) -> Program {
    let program = Program::new(&format!(
        "[[source]]\nname = \"Notes\"\nfiles = \"*.txt\"\n\
         [mail]\nfrom = \"Digest <digest@example.org>\"\nto = [\"anna@example.net\"]\n\
         unsubscribe_mailto = \"leave@example.org\"\n\
         [mail.smtp]\ntimeout = \"2s\"\n{smtp}{more}"
    ));
    program.write("password", "s3cret\n");
    for key in ["rsa.pkcs8.pem", "ed25519.pem"] {
        let path = format!("{}/tests/fixtures/dkim/{key}", env!("CARGO_MANIFEST_DIR"));
        program.write(key, &std::fs::read_to_string(path).unwrap());
    }
    program
}

fn clear(port: u16) -> String {
    format!("host = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\n")
}

/// Output of `check` when the DNS holds `texts`, and the mail server is a good one.
async fn check(texts: &[(&str, &str)], dkim: &str, code: i32) -> String {
    let server = Server::start().await;
    let program = program(&clear(server.port), dkim);
    let said = program.run(&["-v", "check", "--resolver", &dns::serve(texts)]).ends(code);
    assert!(!server.steps().iter().any(|step| matches!(step, Step::Mail(_))), "it sent something");
    said.stderr + &said.stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_is_set_up_well() {
    for (kind, key) in [("rsa", "rsa.pkcs8.pem"), ("ed25519", "ed25519.pem")] {
        let record = record(kind);
        let said = check(&[SPF, DMARC, (KEY_NAME, &record)], &dkim("example.org", key), 0).await;
        for words in ["SPF: example.org", "holds the key we sign with", "DMARC: _dmarc.example.org says p=quarantine"] {
            assert!(said.contains(words), "`{words}` is not in {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_without_anything_gets_the_records_to_add() {
    let said = check(&[], &dkim("example.org", "ed25519.pem"), 1).await;
    for words in [
        "example.org: has no SPF record",
        "\"v=spf1 a:127.0.0.1 ~all\"",
        "s1._domainkey.example.org: holds no DKIM key",
        &record("ed25519"),
        "has no DMARC record",
        "`_dmarc.example.org`: \"v=DMARC1; p=none; rua=mailto:postmaster@example.org\"",
    ] {
        assert!(said.contains(words), "`{words}` is not in {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_told() {
    let (rsa, own) = (record("rsa"), dkim("example.org", "ed25519.pem"));
    let told = |said: String, words: &str| assert!(said.contains(words), "`{words}` is not in {said}");
    told(check(&[SPF, DMARC, (KEY_NAME, &rsa)], &own, 1).await, "another DKIM key than the one we sign with");
    told(check(&[SPF, DMARC, (KEY_NAME, "v=DKIM1; p=")], &own, 1).await, "was revoked");
    told(check(&[SPF, SPF, DMARC], "", 1).await, "more than one SPF record");
    told(check(&[("example.org", "v=spf1 +all"), DMARC], "", 1).await, "lets every server in the world");
    told(check(&[SPF, DMARC], &dkim("elsewhere.example", "ed25519.pem"), 1).await, "is not aligned");
    let ours = record("ed25519");
    let strict = ("_dmarc.example.org", "v=DMARC1; p=reject; adkim=s");
    let below = [SPF, strict, ("s1._domainkey.mail.example.org", ours.as_str())];
    told(check(&below, &dkim("mail.example.org", "ed25519.pem"), 1).await, "strict alignment (adkim=s)");
    told(check(&[SPF, DMARC], "", 0).await, "your mail server has to sign for example.org");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_asked_and_its_answers_told() {
    let server = Server::offering("250-mail.example.org\r\n250-SIZE 1000000\r\n250 AUTH PLAIN\r\n", |_| Act::Go).await;
    let secure = |port: u16| {
        let ca = fixture("ca.pem");
        let login = "username = \"anna\"\npassword_file = \"password\"\n";
        format!("host = \"localhost\"\nport = {port}\nca_file = \"{}\"\n{login}", ca.display())
    };
    let dns = dns::serve(&[SPF, DMARC]);
    let good = program(&secure(front(Front::Starttls, server.port).await), "");
    let said = good.run(&["-v", "check", "--resolver", &dns]).ends(0).stderr;
    for words in ["answers as mail.example.org: encrypted, logged in as anna", "it offers SIZE 1000000, AUTH PLAIN"] {
        assert!(said.contains(words), "`{words}` is not in {said}");
    }
    assert!(!server.steps().iter().any(|step| matches!(step, Step::Mail(_))));
    let stripped = program(&secure(server.port), "");
    let said = stripped.run(&["check", "--resolver", &dns]).ends(1).stderr;
    assert!(
        said.contains("the mail server cannot be used") && said.contains("`localhost` does not offer STARTTLS"),
        "{said}"
    );
    let wrong = Server::offering("250-x\r\n250 AUTH PLAIN\r\n", |step| match step {
        Step::Auth(_) => Act::Say("535 5.7.8 bad credentials"),
        _ => Act::Go,
    })
    .await;
    let wrong = program(&secure(front(Front::Starttls, wrong.port).await), "");
    let said = wrong.run(&["check", "--resolver", &dns]).ends(1).stderr;
    assert!(said.contains("535 5.7.8 bad credentials") && !said.contains("s3cret"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_nobody_is_asked() {
    let server = Server::start().await;
    program(&clear(server.port), "").run(&["check", "--offline"]).ends(0);
    assert_eq!(server.steps(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_mail_is_sent_to_one_address() {
    let server = Server::start().await;
    let program = program(&clear(server.port), "");
    let dns = dns::serve(&[SPF, DMARC]);
    let arguments = ["-v", "check", "--resolver", &dns, "--send-test", "me@example.net"];
    let said = program.run(&arguments).ends(0).stderr;
    assert!(said.contains("the test mail to me@example.net was taken: 250 taken"), "{said}");
    assert_eq!(server.copies(), [("me@example.net".to_owned(), 1)]);
    assert!(!program.path("state").exists(), "nothing is remembered of it");
    let refusing = Server::scripted(|step| if let Step::Rcpt(..) = step { Act::Say("550 no") } else { Act::Go }).await;
    let refused = self::program(&clear(refusing.port), "");
    let said = refused.run(&arguments).ends(3).stderr;
    assert!(said.contains("the test mail was not taken") && said.contains("550 no"), "{said}");
}
