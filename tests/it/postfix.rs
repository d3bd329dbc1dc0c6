//! A real mail server between us and the reader: Postfix relays what we send, once, and the signature holds.

#![expect(clippy::unwrap_used, reason = "in a test an error is a failure")]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use newsdigest::model::{Edition, Recipient};
use newsdigest::pipeline::deliver::{DeliveryPolicy, deliver};
use newsdigest::render::Rendered;
use newsdigest::send::{
    self, DkimOptions, EditionSecret, MessageTemplate, Placeholders, Security, Signer, SmtpOptions,
};
use newsdigest::store::{NewEdition, NewTemplate, Store};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::support::receiver;
use crate::support::skip::skip;
use crate::support::smtp::Server;

const NOW: &str = "2026-01-02T03:04:05Z";

/// The services a relay needs; those with a port get it from `PORT`.
const MASTER: &str = "127.0.0.1:PORT inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
";

/// A Postfix of our own, in a folder of its own; ends when dropped.
struct Postfix {
    port: u16,
    folder: TempDir,
    master: Child,
}

impl Postfix {
    /// Relays to `sink`; `None` where there is no Postfix, or we may not start one.
    fn start(sink: u16) -> Option<Self> {
        if !Path::new("/usr/sbin/postfix").exists() || Command::new("id").arg("-u").output().ok()?.stdout != b"0\n" {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        // Its processes run under an account of their own.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let (queue, data) = (folder.path().join("queue"), folder.path().join("data"));
        std::fs::create_dir(&queue).unwrap();
        std::fs::create_dir(&data).unwrap();
        assert!(Command::new("chown").arg("postfix").arg(&data).status().unwrap().success());
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let root = folder.path().display();
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {root}/queue\ndata_directory = {root}/data\n\
             command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\n\
             setgid_group = postdrop\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n\
             myhostname = relay.example\nmydestination =\nalias_maps =\nlocal_recipient_maps =\n\
             mynetworks = 127.0.0.0/8\nrelayhost = [127.0.0.1]:{sink}\n\
             maillog_file = {root}/log\nmaillog_file_prefixes = {root}\n"
        );
        std::fs::write(folder.path().join("main.cf"), main).unwrap();
        std::fs::write(folder.path().join("master.cf"), MASTER.replace("PORT", &port.to_string())).unwrap();
        let quiet = Stdio::null;
        let mut command = Command::new("/usr/sbin/postfix");
        let command = command.arg("-c").arg(folder.path()).arg("start-fg").stdin(quiet()).stdout(quiet());
        let master = command.stderr(quiet()).spawn().unwrap();
        let postfix = Self { port, folder, master };
        postfix.wait();
        Some(postfix)
    }

    fn wait(&self) {
        let begin = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(begin.elapsed() < Duration::from_secs(60), "Postfix does not start:\n{}", self.log());
            std::thread::yield_now();
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let stop = Command::new("/usr/sbin/postfix").arg("-c").arg(self.folder.path()).arg("stop").output();
        if !stop.is_ok_and(|stop| stop.status.success()) {
            let _ = self.master.kill();
        }
        let _ = self.master.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_delivers_once_and_the_signature_holds() {
    let sink = Server::start().await;
    let Some(postfix) = Postfix::start(sink.port) else {
        skip("Postfix is not installed, or this is not root");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("digest.db")).await.unwrap();
    let options = options(postfix.port);
    let to = ["anna@example.net", "bert@example.net", "cleo@example.com"];
    fill(&store, &options, &to).await;
    let transport = send::transport(&options, &|_| None).unwrap();
    let signer = options.dkim.as_ref().map(|dkim| Arc::new(Signer::new(dkim).unwrap()));
    let policy = DeliveryPolicy::new("morning", &options, NOW.parse().unwrap(), Duration::from_secs(60));
    let (_go_on, cancel) = tokio::sync::watch::channel(false);
    let outcome = deliver(&store, transport.as_ref(), signer.clone(), &policy, &cancel).await.unwrap();
    assert_eq!((outcome.sent, outcome.unfinished), (3, false), "{outcome:?}");
    let again = deliver(&store, transport.as_ref(), signer.clone(), &policy, &cancel).await.unwrap();
    assert_eq!(again.sent, 0);
    let begin = Instant::now();
    while sink.taken().len() < to.len() {
        assert!(begin.elapsed() < Duration::from_secs(60), "the relay keeps the mail:\n{}", postfix.log());
        tokio::task::yield_now().await;
    }
    assert_eq!(sink.copies(), to.map(|to| (to.to_owned(), 1)));
    let signer = signer.unwrap();
    for taken in sink.taken() {
        assert!(taken.header("Received").unwrap().contains("relay.example"), "it came by the relay");
        assert!(receiver::accepts(&taken.bytes, &signer.record_name(), &signer.record()).await);
        let changed = String::from_utf8(taken.bytes).unwrap().replacen("Good", "Bad!", 1);
        assert!(!receiver::accepts(changed.as_bytes(), &signer.record_name(), &signer.record()).await);
    }
}

fn options(port: u16) -> send::Options {
    let key_file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dkim/rsa.pkcs8.pem");
    send::Options {
        from: "Morning digest <digest@example.org>".into(),
        unsubscribe_mailto: Some("leave@example.org".into()),
        dkim: Some(DkimOptions { domain: "example.org".into(), selector: "s1".into(), key_file }),
        smtp: SmtpOptions {
            host: "127.0.0.1".into(),
            port: Some(port),
            security: Security::None,
            ..SmtpOptions::default()
        },
        ..send::Options::default()
    }
}

async fn fill(store: &Store, options: &send::Options, to: &[&str]) {
    let edition = Edition {
        id: "morning-20260102T030405Z".into(),
        newsletter: "morning".into(),
        title: "Überblick am Morgen".into(),
        language: "en".into(),
        timezone: "UTC".into(),
        composed: NOW.parse().unwrap(),
        since: None,
        sections: vec![],
        ..Edition::default()
    };
    let placeholders = Placeholders::new(EditionSecret::new([7; 16]), &edition);
    let text =
        format!("Good morning, {}.\n.\nFrom here on, Grüße  \n\n{}\n", placeholders.address, "long ".repeat(400));
    let html =
        format!("<p>Good morning, {}: <a href=\"{}\">leave</a></p>\n", placeholders.address, placeholders.unsubscribe);
    let subject = "Häfen öffnen wieder – und mehr".to_owned();
    let rendered = Rendered { subject, html, text, markdown: String::new() };
    let template = MessageTemplate::new(&edition, &rendered, &placeholders, options).unwrap();
    let readers: Vec<Recipient> =
        to.iter().map(|&address| Recipient { address: address.to_owned(), ..Recipient::default() }).collect();
    let deliveries = send::plan_deliveries(&edition, &readers, &["en".into()], options).unwrap();
    let templates = [NewTemplate { language: "en".into(), template: template.to_json().unwrap() }];
    let new = NewEdition { edition: &edition, templates: &templates, used: &[] };
    store.store_edition(&new, deliveries).await.unwrap();
}
