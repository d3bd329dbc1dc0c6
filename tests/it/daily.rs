//! The daily digest from end to end: the real program, a real web server, a real mail server.

#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::program::Program;
use crate::support::smtp;
use crate::support::smtp::Server;
use crate::support::web::{Answer, Web};

pub(crate) const MONDAY: &str = "2026-10-19T05:00:00Z";
pub(crate) const TUESDAY: &str = "2026-10-20T05:00:00Z";
const WEDNESDAY: &str = "2026-10-21T05:00:00Z";
pub(crate) const READERS: [&str; 3] = ["anna@example.org", "bert@example.org", "cleo@example.org"];

/// Topics with nothing in common, so that no two of them are one story.
const TOPICS: [(&str, [&str; 4]); 3] = [
    (
        "Aville",
        [
            "The town of Aville opened its new market hall on Sunday evening after years of work.",
            "Builders needed forty months because the old cellar had to be drained twice.",
            "The mayor said that every stall had been let before the doors were open.",
            "Farmers bring fruit from eleven villages, and the hall closes only on Mondays.",
        ],
    ),
    (
        "Beton",
        [
            "A comet that pupils found on photographs will be visible without a telescope in Beton this winter.",
            "Astronomers computed its orbit from thirty exposures and expect a tail of four degrees.",
            "The club compares pictures of the night sky by hand whenever there are no clouds.",
            "It last passed the sun when mammoths still lived on the northern islands.",
        ],
    ),
    (
        "Cedar",
        [
            "Storm petrels near Cedar steer by smell, as trackers weighing half a gram have shown.",
            "Birds without their sense of smell flew in wide loops until it came back.",
            "Researchers fear that drifting plastic leads the animals astray far from the coast.",
            "The longest flight covered three thousand kilometres across open water.",
        ],
    ),
];

/// A feed with one entry a topic.
pub(crate) fn feed(topics: &[&str]) -> String {
    let item = |topic: &&str| {
        let (_, sentences) = TOPICS.iter().find(|(name, _)| name == topic).unwrap();
        let paragraphs: String = sentences.iter().map(|sentence| format!("&lt;p&gt;{sentence}&lt;/p&gt;")).collect();
        format!(
            "<item><title>{topic} makes news</title><link>https://news.example/{topic}</link>\
             <guid>https://news.example/{topic}</guid><pubDate>Sun, 18 Oct 2026 20:00:00 GMT</pubDate>\
             <description>{paragraphs}</description></item>"
        )
    };
    let items: String = topics.iter().map(item).collect();
    format!(
        "<rss version=\"2.0\"><channel><title>News</title><link>https://news.example/</link>{items}</channel></rss>"
    )
}

pub(crate) fn config(sources: &[(&str, String)], smtp_port: u16, more: &str) -> String {
    let sources: String = sources
        .iter()
        .map(|(name, url)| format!("[[source]]\nname = \"{name}\"\nfeed = \"{url}\"\nfull_text = \"never\"\n"))
        .collect();
    let to = READERS.map(|reader| format!("\"{reader}\"")).join(", ");
    format!(
        "version = 1\n{sources}[fetch]\nallow_private = true\ntimeout = \"2s\"\nretries = 0\n\
         [mail]\nfrom = \"Digest <digest@example.org>\"\nto = [{to}]\nowner = \"{}\"\n\
         [mail.smtp]\nhost = \"127.0.0.1\"\nport = {smtp_port}\nsecurity = \"none\"\nconnections = 1\ntimeout = \"5s\"\n{more}",
        READERS[0]
    )
}

fn text_of(mail: &smtp::Taken) -> String {
    let message = mail_parser::MessageParser::default().parse(&mail.bytes).unwrap();
    message.body_text(0).unwrap().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_sends_nothing_and_a_new_entry_makes_a_new_edition() {
    let (web, mail) = (Web::start(), Server::start().await);
    web.on("/feed", Answer::Body("application/rss+xml", feed(&["Aville", "Beton"]).into_bytes()));
    let program = Program::new(&config(&[("News", web.url("/feed"))], mail.port, ""));

    let first = program.run(&["--now", MONDAY]).ends(0);
    assert_eq!((first.stdout.as_str(), first.stderr.as_str()), ("", ""), "silence on success");
    assert_eq!(mail.copies(), READERS.map(|reader| (reader.to_owned(), 1)));
    let text = text_of(&mail.taken()[0]);
    assert!(text.contains("Aville makes news") && text.contains("Beton makes news"), "{text}");

    program.run(&["--now", MONDAY]).ends(0);
    program.run(&["--now", TUESDAY]).ends(0);
    assert_eq!(mail.taken().len(), 3, "nothing new, no mail");

    web.on("/feed", Answer::Body("application/rss+xml", feed(&["Cedar", "Aville", "Beton"]).into_bytes()));
    program.run(&["--now", TUESDAY]).ends(0);
    let taken = mail.taken();
    assert_eq!(taken.len(), 6);
    let text = text_of(&taken[3]);
    assert!(text.contains("Cedar makes news"), "{text}");
    assert!(!text.contains("Aville") && !text.contains("Beton"), "only the new: {text}");
    let ids: std::collections::BTreeSet<_> = taken.iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(ids.len(), 6, "every copy has its own Message-ID");
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_waits_for_a_server_that_is_down() {
    let (web, mail) = (Web::start(), Server::start().await);
    web.on("/feed", Answer::Body("application/rss+xml", feed(&["Aville"]).into_bytes()));
    let sources = [("News", web.url("/feed"))];
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let program = Program::new(&config(&sources, closed, ""));
    let down = program.run(&["--now", MONDAY, "--deadline", "1s"]).ends(75);
    assert!(down.stderr.contains("mail server"), "{}", down.stderr);
    program.run(&["status"]).ends(75);

    program.write("config.toml", &config(&sources, mail.port, ""));
    program.run(&["--now", TUESDAY]).ends(0);
    assert_eq!(mail.copies(), READERS.map(|reader| (reader.to_owned(), 1)));
    let status = program.run(&["status"]).ends(0);
    assert!(status.stdout.contains("3 sent, 0 waiting"), "{}", status.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_sources_cost_only_themselves() {
    let (web, mail) = (Web::start(), Server::start().await);
    web.on("/one", Answer::Body("application/rss+xml", feed(&["Aville"]).into_bytes()))
        .on("/two", Answer::Body("application/rss+xml", feed(&["Beton"]).into_bytes()))
        .on("/broken", Answer::Status(500, Vec::new()))
        .on("/hanging", Answer::Hang)
        .on("/garbage", Answer::Body("application/rss+xml", vec![0x89, 0x50, 0xff, 0x00, 0x13]));
    let sources = ["One", "Broken", "Hanging", "Garbage", "Two"]
        .map(|name| (name, web.url(&format!("/{}", name.to_lowercase()))));
    let program = Program::new(&config(&sources, mail.port, ""));
    let ran = program.run(&["--now", MONDAY]).ends(1);
    for name in ["Broken", "Hanging", "Garbage"] {
        assert!(ran.stderr.contains(&format!("warning: {name}: ")), "{name} is named: {}", ran.stderr);
    }
    assert!(ran.stderr.contains("500"), "{}", ran.stderr);
    let text = text_of(&mail.taken()[0]);
    assert!(text.contains("Aville makes news") && text.contains("Beton makes news"), "{text}");
    assert!(text.contains("Broken") && text.contains("Hanging") && text.contains("Garbage"), "source health: {text}");
    assert_eq!(mail.taken().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_worked_before_is_told_after_several_days_however_often_it_is_asked() {
    let (web, mail) = (Web::start(), Server::start().await);
    for path in ["/feed", "/well"] {
        web.on(path, Answer::Body("application/rss+xml", feed(&["Aville"]).into_bytes()));
    }
    let program = Program::new(&config(&[("News", web.url("/feed")), ("Well", web.url("/well"))], mail.port, ""));
    program.run(&["--now", MONDAY]).ends(0);
    web.on("/feed", Answer::Status(500, Vec::new()));
    for hour in ["05", "06", "07", "08"] {
        let hourly = program.run(&["gather", "--now", &format!("2026-10-20T{hour}:15:00Z")]).ends(0);
        assert_eq!(hourly.stderr, "");
    }
    program.run(&["--now", WEDNESDAY]).ends(0);
    program.run(&["--now", WEDNESDAY, "--strict"]).ends(1);
    let third = program.run(&["--now", "2026-10-22T05:00:00Z"]).ends(1);
    assert!(third.stderr.starts_with("warning: News: "), "{}", third.stderr);
    let hourly = program.run(&["--quiet", "gather", "--now", "2026-10-22T06:15:00Z"]).ends(1);
    assert_eq!(hourly.stderr, "", "`--quiet` says nothing of what was left out; the exit code does");
}

/// Everything the program could have touched, before and after.
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_changes_nothing_and_shows_what_is_sent() {
    let (web, mail) = (Web::start(), Server::start().await);
    web.on("/feed", Answer::Body("application/rss+xml", feed(&["Aville"]).into_bytes()));
    web.on("/ping", Answer::Body("text/plain", b"OK".to_vec()))
        .on("/ping/start", Answer::Body("text/plain", b"OK".to_vec()));
    let ping = format!("[ping]\nurl = \"{}\"\n", web.url("/ping"));
    let program = Program::new(&config(&[("News", web.url("/feed"))], mail.port, &ping));

    // With no state yet, and with one.
    for now in [MONDAY, TUESDAY] {
        let before = program.files();
        let shown = program.run(&["--dry-run", "--format", "eml", "--now", now]).ends(0);
        let listed = program.run(&["--dry-run", "--now", now]).ends(0);
        assert!(listed.stderr.contains("would be sent to 3 recipients"), "{}", listed.stderr);
        assert!(listed.stderr.contains("nothing was sent"), "{}", listed.stderr);
        assert_eq!(program.files(), before, "the folder is as it was");
        let pings = web.hits("/ping") + web.hits("/ping/start");
        let taken = mail.taken().len();
        assert_eq!((taken, pings), if now == MONDAY { (0, 0) } else { (3, 2) }, "no mail, no ping");
        assert_eq!(!mail.steps().is_empty(), now == TUESDAY, "the mail server was not even asked");

        program.run(&["--now", now]).ends(0);
        let sent = &mail.taken()[taken];
        assert_eq!(
            String::from_utf8_lossy(&sent.bytes),
            shown.stdout.trim_end_matches('\n').to_owned() + ending(&sent.bytes)
        );
        let feed = feed(&["Beton", "Aville"]);
        web.on("/feed", Answer::Body("application/rss+xml", feed.into_bytes()));
    }
}

/// The server keeps a message without its last line end, or with it.
pub(crate) fn ending(bytes: &[u8]) -> &'static str {
    match bytes {
        [.., b'\r', b'\n'] => "\n",
        _ => "",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_copy_leaves_the_edition_to_come() {
    let (web, mail) = (Web::start(), Server::start().await);
    web.on("/feed", Answer::Body("application/rss+xml", feed(&["Aville"]).into_bytes()));
    let program = Program::new(&config(&[("News", web.url("/feed"))], mail.port, ""));
    program.run(&["--to", "Editor <editor@example.org>", "--now", MONDAY]).ends(0);
    assert_eq!(mail.copies(), [("editor@example.org".to_owned(), 1)]);
    program.run(&["--now", MONDAY]).ends(0);
    assert_eq!(mail.taken().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn gathering_often_loses_nothing_and_the_edition_covers_all_of_it() {
    let (web, mail) = (Web::start(), Server::start().await);
    let program = Program::new(&config(&[("News", web.url("/feed"))], mail.port, ""));
    for topic in ["Aville", "Beton", "Cedar"] {
        // A fast feed shows only its newest entry.
        web.on("/feed", Answer::Body("application/rss+xml", feed(&[topic]).into_bytes()));
        program.run(&["gather", "--now", MONDAY]).ends(0);
    }
    program.run(&["compose", "--now", MONDAY]).ends(0);
    assert!(mail.taken().is_empty());
    program.run(&["deliver", "--now", MONDAY]).ends(0);
    let text = text_of(&mail.taken()[0]);
    assert!(text.contains("1 of 1 sources answered"), "health is remembered between the acts: {text}");
    assert!(["Aville", "Beton", "Cedar"].iter().all(|topic| text.contains(&format!("{topic} makes news"))), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_newsletters_of_one_store_each_read_what_the_other_has_read() {
    let (web, mail) = (Web::start(), Server::start().await);
    web.feed("/feed", &feed(&["Aville"]));
    let store = "[store]\npath = \"shared.db\"\n";
    let named = |name: &str| format!("[newsletter]\nname = \"{name}\"\n{store}");
    let program = Program::new(&config(&[("News", web.url("/feed"))], mail.port, &named("morning")));
    program.write("evening.toml", &config(&[("News", web.url("/feed"))], mail.port, &named("evening")));
    program.run(&["--now", MONDAY]).ends(0);
    program.run(&["-c", "evening.toml", "--now", MONDAY]).ends(0);
    assert_eq!(mail.copies(), READERS.map(|reader| (reader.to_owned(), 2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_edition_sooner_than_the_interval() {
    let (web, mail) = (Web::start(), Server::start().await);
    web.on("/feed", Answer::Body("application/rss+xml", feed(&["Aville"]).into_bytes()));
    let interval = "[newsletter]\nmin_interval = \"20h\"\n";
    let program = Program::new(&config(&[("News", web.url("/feed"))], mail.port, interval));
    program.run(&["--now", MONDAY]).ends(0);
    web.on("/feed", Answer::Body("application/rss+xml", feed(&["Beton"]).into_bytes()));
    let early = program.run(&["--now", "2026-10-19T20:00:00Z", "-v"]).ends(0);
    assert!(early.stderr.contains("2026-10-20 01:00 UTC"), "says when the next is due: {}", early.stderr);
    assert_eq!(mail.taken().len(), 3);
    program.run(&["--now", TUESDAY]).ends(0);
    assert_eq!(mail.taken().len(), 6);
}

#[test]
fn two_runs_at_once_are_one_too_many() {
    let program = Program::new(
        "[[source]]\nname = \"a\"\nfiles = \"*.txt\"\n[mail]\nfrom = \"a@example.org\"\nto = [\"b@example.org\"]\ntransport = \"file\"\n[store]\npath = \"digest.db\"\n",
    );
    let _lock = newsdigest::store::lock(program.path("digest.db")).unwrap();
    let second = program.run(&["--now", MONDAY]).ends(75);
    assert!(second.stderr.contains("another run"), "{}", second.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_morning_without_network_is_no_quiet_day() {
    let mail = Server::start().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let sources = ["One", "Two"].map(|name| (name, format!("http://127.0.0.1:{closed}/{name}")));
    let program = Program::new(&config(&sources, mail.port, ""));
    for now in [MONDAY, TUESDAY] {
        let ran = program.run(&["--now", now]).ends(75);
        assert!(ran.stderr.contains("none of 2 could be reached"), "{}", ran.stderr);
    }
    assert!(mail.taken().is_empty());
}
