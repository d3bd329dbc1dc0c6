//! A dry run shows the bytes that the mail server gets, in every format and for every kind of newsletter.

#![allow(clippy::unwrap_used, reason = "tests")]

use mail_parser::MessageParser;
use sha2::{Digest, Sha256};

use crate::support::program::Program;
use crate::support::smtp::{Server, Taken};
use crate::support::web::{Answer, Web};

const NOW: &str = "2026-10-19T05:00:00Z";

/// A feed of one entry with this headline, link and text.
fn feed(title: &str, link: &str, text: &str) -> Vec<u8> {
    let item = format!(
        "<item><title>{title}</title><link>{link}</link><guid>{link}</guid>\
         <pubDate>Sun, 18 Oct 2026 20:00:00 GMT</pubDate><description>{text}</description></item>"
    );
    format!("<rss version=\"2.0\"><channel><title>News</title>{item}</channel></rss>").into_bytes()
}

const TEXT: &str = "The town of Aville opened its new market hall on Sunday evening after years of work. \
    Builders needed forty months because the old cellar had to be drained twice. \
    The mayor said that every stall had been let before the doors were open.";

/// A newsletter of a list: with links to leave and to rate, in two languages, signed.
fn list(web: &Web, mail: &Server, unsubscribe: &str) -> Program {
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/dkim/ed25519.pem");
    let program = Program::new(&format!(
        "version = 1\n[newsletter]\nname = 'morning'\ntitle = 'Morning'\n\
         [[source]]\nname = 'News'\nfeed = '{}'\nfull_text = 'never'\n[fetch]\nallow_private = true\n\
         [rating]\nmailto = 'rate@example.org'\nsecret_file = 'secret'\n\
         [mail]\nfrom = 'Morning <digest@example.org>'\nto = ['\"O Neill\" <o+neill_1@example.org>', 'b@example.org']\nowner = 'o+neill_1@example.org'\n\
         {unsubscribe}\npreferences_url = 'https://example.org/me'\n\
         [mail.dkim]\ndomain = 'example.org'\nselector = 's1'\nkey_file = '{key}'\n\
         [mail.smtp]\nhost = '127.0.0.1'\nport = {}\nsecurity = 'none'\nconnections = 1\n",
        web.url("/feed"),
        mail.port
    ));
    program.write("secret", "0123456789abcdef0123456789abcdef");
    program
}

/// The text and the HTML part as a reader's program sees them, with the line ends of files.
fn parts(mail: &Taken) -> [String; 2] {
    let message = MessageParser::default().parse(&mail.bytes).unwrap();
    let (text, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
    [text, html].map(|part| part.replace("\r\n", "\n"))
}

fn check(web: &Web, mail: &Server, program: &Program, way_to_leave: &str) {
    let show = |format: &str| program.run(&["--dry-run", "--now", NOW, "--format", format]).ends(0).stdout;
    let [text, html, md, eml, json] = ["text", "html", "md", "eml", "json"].map(show);
    let taken = mail.taken().len();
    program.run(&["--now", NOW]).ends(0);
    let sent = &mail.taken()[taken];
    let [sent_text, sent_html] = parts(sent);

    assert_eq!(eml.trim_end(), String::from_utf8_lossy(&sent.bytes).trim_end(), "the message");
    let (head, shown) = text.split_once("bytes)\n\n").unwrap();
    assert_eq!(shown.trim_end(), sent_text.trim_end(), "the text part");
    let wire = String::from_utf8_lossy(&sent.bytes).replace("\r\n", "\n");
    assert!(wire.starts_with(head.rsplit_once("\n(").unwrap().0), "the headers");
    assert_eq!(html.trim_end(), sent_html.trim_end(), "the HTML part");
    assert!(text.contains(way_to_leave) && text.contains("o+neill_1@example.org"), "{text}");
    assert!(md.contains("The hall is open"), "{md}");
    assert!(html.contains(&way_to_leave.replace('&', "&amp;")), "{html}");
    for shown in [&text, &html, &md, &eml, &json] {
        assert!(!shown.contains(".invalid") && !shown.contains("slot"), "a placeholder is left in {shown}");
    }
    let edition: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(edition["subject"].as_str(), sent.header("Subject").as_deref());
    let rate = edition["edition"]["sections"][0]["stories"][0]["rate"]["more"].as_str().unwrap();
    assert!(sent_html.contains(&rate.replace('&', "&amp;")), "the link that rates the story");
    assert_eq!(web.hits("/feed"), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_format_of_a_dry_run_shows_what_the_first_reader_gets() {
    let ways = [
        ("unsubscribe_mailto = 'leave@example.org'", "mailto:leave@example.org?subject=unsubscribe"),
        (
            "unsubscribe_url = 'https://example.org/leave?a=1&t={token}'\nunsubscribe_secret_file = 'secret'",
            "https://example.org/leave?a=1&t=",
        ),
    ];
    for (settings, way) in ways {
        let (web, mail) = (Web::start(), Server::start().await);
        web.on("/feed", Answer::Body("text/xml", feed("The hall is open", "https://news.example/hall", TEXT)));
        check(&web, &mail, &list(&web, &mail, settings), way);
    }
}

/// Placeholders as anybody could compute them who knew the newsletter's name and its time, as long as they had no secret.
#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_plants_computable_placeholders_gets_nobodys_address() {
    let stem: String =
        Sha256::digest("slots of morning-20261019T050000Z").iter().map(|byte| format!("{byte:02x}")).collect();
    let stem = &stem[..24];
    let (web, mail) = (Web::start(), Server::start().await);
    let title = format!("Open slot{stem}address");
    let link = format!("https://thief.example/slot{stem}address?leave=https://slot{stem}.invalid/unsubscribe");
    web.on("/feed", Answer::Body("text/xml", feed(&title, &link, &format!("{TEXT} See slot{stem}address."))));
    let settings = "unsubscribe_mailto = 'leave@example.org'";
    list(&web, &mail, settings).run(&["--now", NOW]).ends(0);
    let [text, html] = parts(&mail.taken()[0]);
    for part in [text, html] {
        assert!(part.contains(&format!("thief.example/slot{stem}address")), "the link stays as it was: {part}");
        let after_thief = part.split("thief.example").skip(1).map(|rest| rest.split([' ', '\n', '"']).next().unwrap());
        for rest in after_thief {
            assert!(!rest.contains("neill") && !rest.contains("leave@example.org"), "{rest}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_checked_with_the_edition_that_a_dry_run_shows() {
    let web = Web::start();
    web.on("/feed", Answer::Body("text/xml", feed("The hall is open", "https://example.org/hall", TEXT)));
    let mail = Server::start().await;
    let program = list(&web, &mail, "unsubscribe_mailto = 'leave@example.org'");
    let edition = program.run(&["--dry-run", "--now", NOW, "--format", "json"]).ends(0).stdout;
    program.write("edition.json", &edition);
    program.run(&["template", "check", "default", "--edition", "edition.json"]).ends(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_dry_run_does_is_no_run_that_sends() {
    let mail = Server::start().await;
    let web = Web::start();
    web.on("/feed", Answer::Body("text/xml", feed("The hall is open", "https://example.org/hall", TEXT)));
    let program = list(&web, &mail, "unsubscribe_mailto = 'leave@example.org'");
    for arguments in [["--format", "html"], ["--output", "mail.html"], ["run", "--open"]] {
        let ran = program.run(&arguments).ends(2);
        assert!(ran.stderr.contains("--dry-run"), "{arguments:?}: {}", ran.stderr);
    }
    program.run(&["--dry-run", "--report", "json"]).ends(2);
    assert!(mail.taken().is_empty());
}
