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
        "version = 1\n{sources}[defaults]\nfull_text = \"never\"\n[newsletter]\nmax_stories = 100\nmax_html_kb = 900\nmax_height = 0\n\
         [fetch]\nallow_private = true\nretries = 0\nper_host = 32\nread_memory = \"{MEMORY}\"\n\
         [mail]\nfrom = \"Digest <digest@example.org>\"\nto = [\"anna@example.org\"]\n\
         [mail.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\ntimeout = \"5s\"\n"
    )
}

fn text_of(bytes: &[u8]) -> String {
    mail_parser::MessageParser::default().parse(bytes).unwrap().body_text(0).unwrap().into_owned()
}

/// Sources that answer in ways that no feed does; each is named.
fn odd(web: &Web) -> Vec<String> {
    let bomb = gzip(&gzip(&vec![0; 20_000_000]));
    let answers = [
        ("Hang", Answer::Hang),
        ("Drip", Answer::Drip),
        ("Broken", Answer::Broken),
        ("Circle", Answer::Redirect(302, "/Circle".into())),
        ("Away", Answer::Redirect(302, "file:///etc/passwd".into())),
        ("Ill", Answer::Status(500, Vec::new())),
        ("Gone", Answer::Status(410, Vec::new())),
        ("Bomb", Answer::Encoded("gzip, gzip", bomb)),
        ("Zipped", Answer::Encoded("gzip, gzip, gzip, gzip, gzip", b"x".to_vec())),
        ("Garbage", Answer::Body("text/xml", vec![1; 5000])),
        ("Large", Answer::Body("text/xml", vec![b'x'; 16 << 20])),
    ];
    let mut names = Vec::new();
    for (name, answer) in answers {
        web.on(&format!("/{name}"), answer);
        names.push(name.to_owned());
    }
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_sources_are_named_and_the_good_ones_are_in_the_edition() {
    const GOOD: usize = 50;
    const BAD: usize = 8;
    let (web, mail) = (Web::start(), Server::start().await);
    for number in 0..GOOD {
        web.on(&format!("/Good{number}"), Answer::Body("text/xml", good(number).into_bytes()));
    }
    for number in 0..BAD {
        web.on(&format!("/Bad{number}"), Answer::Encoded("gzip", gzip(&hostile(number))));
    }
    let odd = odd(&web);
    let bad = (0..BAD).map(|number| format!("Bad{number}")).chain(odd.clone());
    let names = bad.chain((0..GOOD).map(|number| format!("Good{number}")));
    let config =
        config(&web, names, mail.port).replace("retries = 0", "retries = 0\nread_time = \"2s\"\ntimeout = \"5s\"");
    let program = Program::new(&config);
    let started = Instant::now();
    let ran = program.run(&["run", "--deadline", "60s", "--now", NOW]).ends(1);
    assert!(started.elapsed() < Duration::from_secs(70), "{:?}", started.elapsed());
    let edition = text_of(&mail.taken()[0].bytes);
    for number in 0..GOOD {
        assert!(edition.contains(&format!("gate{number}")), "Good{number} is missing: {edition}");
    }
    // What can be read within the limits is read, and is at most a line in the edition; the rest is named.
    for name in odd.into_iter().chain([0, 2].map(|number| format!("Bad{number}"))) {
        assert!(ran.stderr.contains(&format!("{name}:")), "{name} is not named: {}", ran.stderr);
    }
    assert!(ran.stderr.contains(": reading it takes "), "{}", ran.stderr);
}

#[test]
fn a_mail_that_is_too_much_costs_no_other_mail_of_its_box() {
    let mail = |number: usize, words: &str| {
        format!(
            "From: Paper <paper@news.example>\r\nSubject: Town{number} opens gate{number}\r\nMessage-ID: <{number}@news.example>\r\n\
             Date: Sun, 18 Oct 2026 20:00:00 +0000\r\nContent-Type: text/plain\r\n\r\n{words}\r\n"
        )
    };
    let config = "version = 1\n[[source]]\nname = \"Box\"\nmaildir = \"mail\"\n[fetch]\nread_memory = \"192MiB\"\nread_time = \"4s\"\n\
                  [mail]\nfrom = \"Digest <digest@example.org>\"\nto = [\"anna@example.org\"]\ntransport = \"file\"\n";
    let program = Program::new(config);
    program.write("mail/cur/.keep", "");
    std::fs::remove_file(program.path("mail/cur/.keep")).unwrap();
    for number in 0..3 {
        let words = format!(
            "Workers{number} of the town opened the gate{number} near the quay on Sunday after years of work. "
        )
        .repeat(4);
        program.write(&format!("mail/new/{number}"), &mail(number, &words));
    }
    program.write("mail/new/8", &mail(8, &"word and word. ".repeat(900_000)));
    // Together they are more than is read of one box; the three small ones are read all the same.
    program.write("mail/new/9", &mail(9, &"word and word. ".repeat(900_000)));
    program.write("mail/new/99", &mail(99, &"word and word. ".repeat(900_000)));
    let ran = program.run(&["run", "--dry-run", "--format", "json", "--now", NOW]);
    for number in 0..3 {
        assert!(ran.stdout.contains(&format!("opens gate{number}")), "{number}: {}{}", ran.stdout, ran.stderr);
    }
    assert!(ran.stderr.contains("the largest, 1 in all, are not read"), "{}", ran.stderr);
}

#[test]
fn what_a_command_prints_is_read_within_limits() {
    let config = "version = 1\n[[source]]\nname = \"Own\"\ncommand = [\"cat\", \"bad.xml\"]\n[[source]]\nname = \"Good\"\n\
                  command = [\"cat\", \"good.xml\"]\n[fetch]\nread_memory = \"128MiB\"\n\
                  [mail]\nfrom = \"Digest <digest@example.org>\"\nto = [\"anna@example.org\"]\ntransport = \"file\"\n";
    let program = Program::new(config);
    program.write("bad.xml", &String::from_utf8(hostile(0)).unwrap());
    program.write("good.xml", &good(3));
    let ran = program.run(&["run", "--dry-run", "--format", "json", "--now", NOW]);
    assert!(ran.stdout.contains("opens gate3"), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("Own: reading it takes more than 128MiB of memory"), "{}", ran.stderr);
    // Looking at a source is within the same limits.
    let checked = program.run(&["source", "check"]).ends(1).stdout;
    assert!(checked.contains("reading it takes more than 128MiB of memory"), "{checked}");
    assert!(checked.contains("answered: 1 entries"), "{checked}");
}

#[test]
fn commands_that_read_what_is_named_do_so_within_limits() {
    let program = Program::new("version = 1\n");
    program.write("bad.xml", &String::from_utf8(hostile(0)).unwrap());
    program.write("good.xml", &good(3));
    let limited = |memory: u64, arguments: &[&str]| {
        let limit = format!("ulimit -v {memory}; exec \"$@\"");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &limit, "sh", env!("CARGO_BIN_EXE_digest")]).args(arguments).current_dir(program.path("."));
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, told, _) = limited(3_000_000, &["read", "good.xml"]);
    assert!(code == Some(0) && told.contains("opens gate3"), "{code:?} {told}");
    // The process that reads cannot have what it needs; whoever asked hears of it.
    for command in ["read", "summarize"] {
        let (code, _, told) = limited(400_000, &[command, "bad.xml"]);
        assert_eq!(code, Some(1), "{command}: {told}");
        let named = told.contains("of memory") || told.contains("it is a feed");
        assert!(told.contains("error:") && named, "{command}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_asked_to_end_ends_at_once_and_the_next_sends_what_it_read() {
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
    assert_eq!(code, Some(75));
    assert!(mail.taken().is_empty(), "no edition is made of half a gathering");
    web.on("/Hang", Answer::Status(404, Vec::new())).on("/Drip", Answer::Status(404, Vec::new()));
    web.on("/Bad", Answer::Status(404, Vec::new()));
    program.run(&["run", "--now", NOW]).ends(1);
    assert!(text_of(&mail.taken()[0].bytes).contains("gate1"));
}
