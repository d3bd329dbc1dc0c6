//! The promise of the signature: other people's verifiers accept it, whatever form the key came in, and refuse a
//! changed message.

#![expect(clippy::unwrap_used, reason = "in a test an error is a failure")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use newsdigest::model::{Edition, Recipient};
use newsdigest::render::Rendered;
use newsdigest::send::{self, DkimOptions, EditionSecret, MessageTemplate, Placeholders, Signer};

use crate::support::receiver;
use crate::support::skip::skip;

fn key(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dkim").join(name)
}

fn signer(key: &Path) -> Result<Signer, send::Error> {
    Signer::new(&DkimOptions { domain: "example.org".into(), selector: "s1".into(), key_file: key.into() })
}

/// A signed list mail with everything that can stand in its head.
fn mail(signer: &Signer) -> Vec<u8> {
    let edition = Edition {
        id: "morning-20260102T030405Z".into(),
        newsletter: "morning".into(),
        title: "Überblick am Morgen".into(),
        language: "de".into(),
        timezone: "UTC".into(),
        composed: "2026-01-02T03:04:05Z".parse().unwrap(),
        since: None,
        sections: vec![],
        ..Edition::default()
    };
    let options = send::Options {
        from: "Überblick <digest@example.org>".into(),
        reply_to: Some("editor@example.org".into()),
        unsubscribe_mailto: Some("leave@example.org".into()),
        unsubscribe_url: Some(format!("https://example.org/leave/{{token}}/{}", "x".repeat(150))),
        unsubscribe_secret_file: Some(key("README.md")),
        ..send::Options::default()
    };
    let placeholders = Placeholders::new(EditionSecret::new([7; 16]), &edition);
    let unsubscribe = placeholders.unsubscribe.clone();
    let html = format!("<p>Grüße <a href=\"{unsubscribe}\">abbestellen</a></p>\n");
    let subject = "Häfen öffnen wieder nach sechs Tagen Streik – und 4 weitere Meldungen aus aller Welt";
    let text = "Grüße  \n\n.\nFrom here\n\n\n".to_owned();
    let rendered = Rendered { subject: subject.into(), html, text, markdown: String::new() };
    let template = MessageTemplate::new(&edition, &rendered, &placeholders, &options).unwrap();
    let reader = Recipient { address: "ann@example.org".into(), name: Some("Ann Ünal".into()), language: None };
    let made = send::plan_deliveries(&edition, &[reader], &["de".into()], &options).unwrap();
    template.preview(&made[0], Some(signer)).unwrap().message.bytes
}

/// The verdict of dkimpy on `mail`; `None`, said plainly, where it is not installed.
fn dkimpy(mail: &[u8], record: &str) -> Option<bool> {
    const SCRIPT: &str = "
import sys
try:
    import dkim, nacl
except ImportError:
    sys.exit(3)
record = sys.argv[1].encode()
print(dkim.verify(sys.stdin.buffer.read(), dnsfunc=lambda name, timeout=5: record))
";
    let mut child = Command::new("python3")
        .args(["-c", SCRIPT, record])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), mail).ok()?;
    let output = child.wait_with_output().unwrap();
    if output.status.code() == Some(3) {
        return None;
    }
    Some(String::from_utf8(output.stdout).unwrap().trim() == "True")
}

fn check(key_name: &str, record: &str) {
    let mail = mail(&signer(&key(key_name)).unwrap());
    let Some(verified) = dkimpy(&mail, record) else {
        skip("python3 with dkimpy and pynacl is not installed");
        return;
    };
    assert!(verified, "{key_name}:\n{}", String::from_utf8_lossy(&mail));
    let text = String::from_utf8(mail).unwrap();
    for (from, to) in
        [("=C3=9Fe", "=C3=9Fo"), ("/leave/", "/leave0/"), ("=One-Click", "=Two-Click"), ("Subject: ", "Subject: Re: ")]
    {
        assert!(text.contains(from), "{from}");
        assert_eq!(dkimpy(text.replacen(from, to, 1).as_bytes(), record), Some(false), "{from} was changed");
    }
    let spoofed = format!("From: Evil <evil@example.org>\r\n{text}");
    assert_eq!(dkimpy(spoofed.as_bytes(), record), Some(false), "a second From was added");
}

/// The same by mail-auth.
async fn check_with_mail_auth(key_name: &str) {
    let signer = signer(&key(key_name)).unwrap();
    let (name, record) = (signer.record_name(), signer.record());
    let text = String::from_utf8(mail(&signer)).unwrap();
    assert!(receiver::accepts(text.as_bytes(), &name, &record).await, "{key_name}:\n{text}");
    for (from, to) in
        [("=C3=9Fe", "=C3=9Fo"), ("/leave/", "/leave0/"), ("=One-Click", "=Two-Click"), ("Subject: ", "Subject: Re: ")]
    {
        assert!(text.contains(from), "{from}");
        let changed = text.replacen(from, to, 1);
        assert!(!receiver::accepts(changed.as_bytes(), &name, &record).await, "{from} was changed");
    }
    let spoofed = format!("From: Evil <evil@example.org>\r\n{text}");
    assert!(!receiver::accepts(spoofed.as_bytes(), &name, &record).await, "a second From was added");
}

#[tokio::test]
async fn mail_auth_accepts_every_kind_of_key_and_nothing_changed() {
    for key in ["rsa.pkcs1.pem", "rsa.pkcs8.pem", "ed25519.pem", "ed25519.seed.txt"] {
        check_with_mail_auth(key).await;
    }
}

#[test]
fn the_record_to_publish_is_made_from_the_private_key() {
    let signer = signer(&key("rsa.pkcs8.pem")).unwrap();
    assert_eq!(signer.record_name(), "s1._domainkey.example.org");
    assert_eq!(signer.record(), format!("v=DKIM1; k=rsa; p={}", public("rsa.public.txt").trim()));
}

fn public(name: &str) -> String {
    std::fs::read_to_string(key(name)).unwrap()
}

#[test]
fn dkimpy_accepts_rsa_keys_in_both_forms() {
    let record = format!("v=DKIM1; k=rsa; p={}", public("rsa.public.txt"));
    check("rsa.pkcs1.pem", &record);
    check("rsa.pkcs8.pem", &record);
}

#[test]
fn dkimpy_accepts_ed25519_keys_in_both_forms() {
    let record = format!("v=DKIM1; k=ed25519; p={}", public("ed25519.public.txt"));
    check("ed25519.pem", &record);
    check("ed25519.seed.txt", &record);
}

#[test]
fn a_signature_bears_the_time_of_the_edition_and_is_the_same_at_every_try() {
    for key_name in ["ed25519.pem", "rsa.pkcs8.pem"] {
        let signer = signer(&key(key_name)).unwrap();
        let (first, second) = (mail(&signer), mail(&signer));
        assert_eq!(first, second, "{key_name}");
        let composed = "2026-01-02T03:04:05Z".parse::<jiff::Timestamp>().unwrap().as_second();
        assert!(String::from_utf8(first).unwrap().contains(&format!("t={composed};")), "{key_name}");
    }
}

#[test]
fn every_header_is_signed_once_more_than_it_is_there() {
    let mail = String::from_utf8(mail(&signer(&key("ed25519.pem")).unwrap())).unwrap();
    let head = mail.split("\r\n\r\n").next().unwrap().replace("\r\n ", "");
    let signature = head.lines().find(|line| line.starts_with("DKIM-Signature:")).unwrap();
    let signed = signature.split("h=").nth(1).unwrap().split(';').next().unwrap().replace(' ', "");
    for name in
        ["from", "to", "reply-to", "subject", "date", "message-id", "content-type", "list-unsubscribe", "list-id"]
    {
        let there = head.lines().filter(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:"))).count();
        assert_eq!(signed.split(':').filter(|other| *other == name).count(), there + 1, "{name}: {signed}");
    }
    assert!(signature.contains("c=relaxed/relaxed") && !signature.contains("l="), "{signature}");
}

#[test]
fn a_key_that_cannot_be_used_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let check = |text: &str, expected: &str| {
        let path = folder.path().join("dkim.pem");
        std::fs::write(&path, text).unwrap();
        let error = signer(&path).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check("", "openssl genrsa");
    check("-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n", "public key");
    check("-----BEGIN ENCRYPTED PRIVATE KEY-----\nx\n", "remove the passphrase");
    check("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "neither an RSA nor an Ed25519 key");
    check(&public("rsa1024.pem"), "less than 2,048 bits");
    assert!(signer(&folder.path().join("none.pem")).unwrap_err().to_string().contains("none.pem"));
}

#[test]
fn the_unsubscribe_header_is_never_folded_within_a_link() {
    let mail = String::from_utf8(mail(&signer(&key("ed25519.pem")).unwrap())).unwrap();
    let start = mail.find("List-Unsubscribe:").unwrap();
    let header = &mail[start..start + mail[start..].find("\r\nList-Unsubscribe-Post").unwrap()];
    assert!(header.contains(&format!("{}>,\r\n <mailto:leave@example.org?subject=unsubscribe>", "x".repeat(150))));
    assert!(!header.contains("=?") && header.contains("<https://example.org/leave/"), "{header}");
}
