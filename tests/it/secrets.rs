//! Secrets stay home: what stands in the query, the user or the fragment of a configured address is in no output of a run.

#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::program::Program;
use crate::support::smtp::Server;
use crate::support::web::{Answer, Web};

const TOKEN: &str = "t0ken7";
const MONDAY: &str = "2026-10-19T05:00:00Z";
const TUESDAY: &str = "2026-10-20T05:00:00Z";

const GOOD: &str = "<rss version=\"2.0\"><channel><title>News</title><item><title>Aville makes news</title>\
    <link>https://news.example/1</link><description>The town of Aville opened its new market hall on Sunday evening. \
    Builders needed forty months because the old cellar had to be drained twice.</description></item></channel></rss>";

/// The same address with the token wherever one can hide.
fn secret(address: &str) -> String {
    let user = address.replace("http://", &format!("http://{TOKEN}:{TOKEN}@"));
    format!("{user}?key={TOKEN}#{TOKEN}")
}

fn config(web: &Web, port: u16, more: &str) -> String {
    let mut sources = String::new();
    for path in ["/none", "/garbage", "/page", "/hang", "/moved", "/loop", "/good"] {
        let address = secret(&web.url(path));
        sources += &format!("[[source]]\nname = \"Source {path}\"\nfeed = \"{address}\"\nfull_text = \"never\"\n");
    }
    let closed = secret("http://127.0.0.1:1/closed");
    sources += &format!("[[source]]\nname = \"Closed\"\nfeed = \"{closed}\"\n");
    sources += &format!("[[source]]\nname = \"Map\"\nsitemap = \"{}\"\n", secret(&web.url("/garbage")));
    sources += &format!("[[source]]\nname = \"Page\"\npage = \"{}\"\n", secret(&web.url("/none")));
    sources += &format!("[[source]]\nname = \"Command\"\ncommand = [\"false\", \"{TOKEN}\"]\n");
    sources += &format!("[[source]]\nname = \"No command\"\ncommand = [\"/none\", \"{TOKEN}\"]\n");
    format!(
        "version = 1\n{sources}[fetch]\nallow_private = true\ntimeout = \"1s\"\nretries = 0\n\
         [ping]\nurl = \"{}\"\n[mail]\nfrom = \"Digest <digest@example.org>\"\nto = [\"anna@example.org\"]\n{more}\
         [mail.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\ntimeout = \"5s\"\n",
        web.url(&format!("/{TOKEN}/ping"))
    )
}

fn bad_web() -> Web {
    let web = Web::start();
    web.on("/good", Answer::Body("application/rss+xml", GOOD.into()))
        .on("/garbage", Answer::Body("text/xml", b"\x89PNG".to_vec()))
        .on("/page", Answer::Body("text/html", b"<html><body><p>No feed here.</p></body></html>".to_vec()))
        .on("/hang", Answer::Hang)
        .on("/moved", Answer::Redirect(301, format!("/good?key={TOKEN}")))
        .on("/loop", Answer::Redirect(302, format!("/loop?key={TOKEN}")));
    web
}

fn text_of(bytes: &[u8]) -> String {
    let message = mail_parser::MessageParser::default().parse(bytes).unwrap();
    format!("{}{}{}", String::from_utf8_lossy(bytes), message.body_text(0).unwrap(), message.body_html(0).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_an_address_is_in_no_output_of_a_run_that_fails() {
    let (web, mail) = (bad_web(), Server::start().await);
    let program = Program::new(&config(&web, mail.port, ""));
    let mut outputs = Vec::new();
    for arguments in [
        &["run", "--dry-run", "--format", "text", "--now", MONDAY][..],
        &["run", "--dry-run", "--format", "json", "--now", MONDAY],
        &["run", "--report", "json", "--now", MONDAY],
        &["gather", "-v", "--now", TUESDAY],
        &["gather", "-v", "--now", "2026-10-21T05:00:00Z"],
        &["gather", "-v", "--now", "2026-10-22T05:00:00Z"],
        &["status"],
        &["status", "--json"],
        &["explain"],
        &["explain", "--json"],
        &["verify", "--json"],
        &["source", "list"],
        &["source", "check"],
        &["check"],
    ] {
        let ran = program.run(arguments);
        outputs.push((arguments.join(" "), ran.stdout + &ran.stderr));
    }
    for taken in mail.taken() {
        outputs.push(("the mail".to_owned(), text_of(&taken.bytes)));
    }
    assert!(outputs.iter().any(|(name, text)| name == "the mail" && text.contains("Source /none")));
    assert!(outputs.iter().any(|(name, text)| name.starts_with("gather") && text.contains("Source /none")));
    for (name, text) in outputs {
        let line = text.lines().find(|line| line.contains(TOKEN));
        assert_eq!(line, None, "`digest {name}` tells the token");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_of_a_list_hear_nothing_of_the_sources() {
    let (web, mail) = (bad_web(), Server::start().await);
    let list = "unsubscribe_mailto = \"leave@example.org\"\n";
    Program::new(&config(&web, mail.port, list)).run(&["run", "--now", MONDAY]);
    let text = text_of(&mail.taken()[0].bytes);
    assert!(text.contains("Aville") && !text.contains("Source /none") && !text.contains("answered"), "{text}");
}
