//! One bad source costs only itself: whatever it sends, the run ends in time and the others are in the edition.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that waits reads the clock")]
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use crate::support::program::Program;
use crate::support::smtp::Server;
use crate::support::web::{Answer, Web, gzip};
use rustix::process::{Pid, Signal, kill_process};

const NOW: &str = "2026-10-19T05:00:00Z";

/// Memory for a worker: enough for feeds of any reasonable size.
const MEMORY: &str = "192MiB";

fn good(number: usize) -> String {
    format!(
        "<rss version=\"2.0\"><channel><title>News {number}</title><item><title>Town{number} opens gate{number}</title>\
         <link>https://news{number}.example/1</link><description>Workers{number} of the town{number} opened the \
         gate{number} near quay{number} on Sunday after years. The keeper{number} said that barge{number} passed first. \
         Everybody near mill{number} came to see boat{number} leave.</description></item></channel></rss>"
    )
}

/// Documents that need far more than their size, or more time than anybody has.
fn hostile(number: usize) -> Vec<u8> {
    let many = |text: &str, bytes: usize| text.repeat(bytes / text.len());
    let feed = |inner: String| format!("<rss version=\"2.0\"><channel><title>x</title>{inner}</channel></rss>");
    let item = |inner: String| feed(format!("<item><title>a</title><description>{inner}</description></item>"));
    // More than a worker may have, at least twice over once it is decoded.
    let bytes = 14_000_000;
    match number % 8 {
        0 => feed(many("<item><title>a</title></item>", bytes)),
        1 => item(many("&lt;p&gt;a", bytes)),
        2 => many("<svg><p>", bytes),
        3 => item(many("&lt;div&gt;", bytes)),
        4 => format!("{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{}{{}}]}}", many("{},", bytes)),
        5 => item(many("a. ", bytes)),
        6 => feed(format!("<item><title>{}</title></item>", many("<!---->a<![CDATA[ | ]]>", bytes))),
        _ => feed(many("<a>", bytes)),
    }
    .into_bytes()
}

fn config(web: &Web, names: impl Iterator<Item = String>, port: u16) -> String {
    let source = |name: String| format!("[[source]]\nname = \"{name}\"\nfeed = \"{}\"\n", web.url(&format!("/{name}")));
    let sources: String = names.map(source).collect();
    format!(
        "version = 1\n{sources}[defaults]\nfull_text = \"never\"\n[newsletter]\nmax_stories = 100\nmax_html_kb = 900\n\
         [fetch]\nallow_private = true\nretries = 0\nper_host = 32\nread_memory = \"{MEMORY}\"\n\
         [mail]\nfrom = \"Digest <digest@example.org>\"\nto = [\"anna@example.org\"]\n\
         [mail.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\ntimeout = \"5s\"\n"
    )
}

fn text_of(bytes: &[u8]) -> String {
    mail_parser::MessageParser::default().parse(bytes).unwrap().body_text(0).unwrap().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_feeds_are_named_and_the_good_ones_are_in_the_edition() {
    const EACH: usize = 4;
    let (web, mail) = (Web::start(), Server::start().await);
    for number in 0..EACH {
        web.on(&format!("/Good{number}"), Answer::Body("text/xml", good(number).into_bytes()));
        web.on(&format!("/Bad{number}"), Answer::Encoded("gzip", gzip(&hostile(number))));
    }
    let names = (0..EACH).flat_map(|number| [format!("Bad{number}"), format!("Good{number}")]);
    let program = Program::new(&config(&web, names, mail.port));
    let started = Instant::now();
    let ran = program.run(&["run", "--deadline", "60s", "--now", NOW]).ends(1);
    assert!(started.elapsed() < Duration::from_secs(70), "{:?}", started.elapsed());
    let edition = text_of(&mail.taken()[0].bytes);
    for number in 0..EACH {
        assert!(edition.contains(&format!("gate{number}")), "Good{number} is missing: {edition}");
    }
    // What can be read within the limits is read, and is at most a line in the edition; the rest is named.
    for number in [0, 2] {
        assert!(ran.stderr.contains(&format!("Bad{number}:")), "Bad{number} is not named: {}", ran.stderr);
    }
    assert!(ran.stderr.contains("MiB of memory"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_asked_to_end_ends_at_once_and_sends_what_it_has() {
    let (web, mail) = (Web::start(), Server::start().await);
    web.on("/Good", Answer::Body("text/xml", good(1).into_bytes())).on("/Hang", Answer::Hang).on("/Drip", Answer::Drip);
    web.on("/Bad", Answer::Encoded("gzip", gzip(&hostile(3))));
    let names = ["Hang", "Good", "Drip", "Bad"].map(str::to_owned).into_iter();
    let program = Program::new(&config(&web, names, mail.port).replace("192MiB", "4GiB"));
    let mut run = program.start(&["run", "--now", NOW]);
    while !program
        .run(&["source", "list"])
        .stdout
        .lines()
        .any(|line| line.starts_with("Good") && line.contains("ok 2026"))
    {
        assert_eq!(run.try_wait().unwrap(), None, "it ended by itself");
    }
    let asked = Instant::now();
    kill_process(Pid::from_child(&run), Signal::TERM).unwrap();
    let code = run.wait().unwrap().code();
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert_eq!(code, Some(1));
    assert!(text_of(&mail.taken()[0].bytes).contains("gate1"));
}
