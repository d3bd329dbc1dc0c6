//! Editions of the past: seen as they were sent, sent once more, compared, composed anew under another config.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use serde_json::Value;

use crate::daily::{MONDAY, READERS, TUESDAY, config, ending, feed};
use crate::support::program::Program;
use crate::support::smtp::{Act, Server, Step};
use crate::support::web::{Answer, Web};

const EDITION: &str = "digest-20261019T050000Z";
const LATER: &str = "digest-20261020T050000Z";

/// Two editions that were sent: of Aville and Beton on Monday, of Cedar on Tuesday.
fn two_days(web: &Web, mail: &Server) -> (Program, String) {
    web.on("/feed", Answer::Body("application/rss+xml", feed(&["Aville", "Beton"]).into_bytes()));
    let text = config(&[("News", web.url("/feed"))], mail.port, "");
    let program = Program::new(&text);
    program.run(&["--now", MONDAY]).ends(0);
    web.on("/feed", Answer::Body("application/rss+xml", feed(&["Cedar", "Aville", "Beton"]).into_bytes()));
    program.run(&["--now", TUESDAY]).ends(0);
    assert_eq!(mail.count(), 6);
    (program, text)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edition_is_shown_as_each_reader_got_it() {
    let (web, mail) = (Web::start(), Server::start().await);
    let (program, text) = two_days(&web, &mail);
    // Whatever the config says by now.
    program.write("config.toml", &text.replace("Digest <digest@", "Another name <other@"));
    let before = program.files();
    for (place, taken) in mail.taken().iter().enumerate() {
        let (edition, reader) = (if place < 3 { EDITION } else { LATER }, READERS[place % 3]);
        let shown = program.run(&["edition", "show", edition, "--to", reader, "--format", "eml"]).ends(0);
        let sent = String::from_utf8_lossy(&taken.bytes);
        assert_eq!(sent, shown.stdout.trim_end_matches('\n').to_owned() + ending(&taken.bytes), "{edition} {reader}");
    }
    for (format, has) in [("html", "<html"), ("text", "Subject: "), ("md", "Cedar makes news"), ("json", "\"edition\"")]
    {
        let shown = program.run(&["edition", "show", "--format", format]).ends(0);
        assert!(shown.stdout.contains(has) && shown.stdout.contains("Cedar"), "{format}: {}", shown.stdout);
    }
    let list = program.run(&["edition", "list"]).ends(0).stdout;
    let ids: Vec<&str> = list.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(ids, [LATER, EDITION]);
    assert!(list.contains("3 sent"), "{list}");
    assert_eq!(program.files(), before, "looking leaves no trace");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_edition_names_the_nearest_ones() {
    let (web, mail) = (Web::start(), Server::start().await);
    let (program, _) = two_days(&web, &mail);
    let wrong = "digest-20261019T060000Z";
    for arguments in [
        vec!["edition", "show", wrong],
        vec!["edition", "resend", wrong, "--to", "friend@example.org"],
        vec!["edition", "diff", EDITION, wrong],
        vec!["verify", wrong],
        vec!["run", "--dry-run", "--edition", wrong],
    ] {
        let said = program.run(&arguments).ends(2).stderr;
        assert!(said.contains(&format!("no edition is called `{wrong}`; there are `{EDITION}`, `{LATER}`")), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edition_is_sent_once_more_to_one_address_alone() {
    let (web, mail) = (Web::start(), Server::start().await);
    let (program, _) = two_days(&web, &mail);
    let friend = "friend@example.org";
    let shown = program.run(&["edition", "show", EDITION, "--to", friend, "--format", "eml"]).ends(0);
    let others = || READERS.map(|reader| program.run(&["store", "export", reader]).ends(0).stdout);
    let before = others();
    program.run(&["edition", "resend", EDITION, "--to", "A Friend <friend@example.org>"]).ends(0);
    let taken = mail.taken();
    let copy = &taken[6];
    assert_eq!((taken.len(), copy.header("To").unwrap().contains(friend)), (7, true));
    let body = |text: &str| text.split_once("\r\n\r\n").unwrap().1.trim_end().to_owned();
    assert_eq!(body(&String::from_utf8_lossy(&copy.bytes)), body(&shown.stdout));

    let again = program.run(&["edition", "resend", EDITION, "--to", friend]).ends(2);
    assert!(again.stderr.contains("`friend@example.org` has `digest-20261019T050000Z` already"), "{}", again.stderr);
    program.run(&["edition", "resend", EDITION, "--to", friend, "--again"]).ends(0);
    let taken = mail.taken();
    assert_eq!((taken.len(), taken[7].bytes == taken[6].bytes), (8, true), "the same mail");
    let list: Value = serde_json::from_str(&program.run(&["edition", "list", "--json"]).ends(0).stdout).unwrap();
    assert_eq!(list["editions"][1]["mail"]["sent"], 4, "{list}");
    assert_eq!(list["editions"][0]["mail"]["sent"], 3, "{list}");
    assert_eq!(others(), before, "the deliveries of the others are untouched");
    // The next run has nothing left to send.
    program.run(&["--now", TUESDAY]).ends(0);
    assert_eq!(mail.count(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_the_server_defers_touches_no_other_delivery() {
    let web = Web::start();
    let mail = Server::scripted(|step| match step {
        Step::Rcpt(to, _) if to.contains("friend") || to.contains("cleo") => Act::Say("451 4.7.1 later"),
        _ => Act::Go,
    })
    .await;
    web.on("/feed", Answer::Body("application/rss+xml", feed(&["Aville"]).into_bytes()));
    let program = Program::new(&config(&[("News", web.url("/feed"))], mail.port, ""));
    program.run(&["--now", MONDAY, "--deadline", "1s"]).ends(75);
    let tried = |who: &str| {
        let is = |step: &&Step| matches!(step, Step::Rcpt(to, _) if to.contains(who));
        mail.steps().iter().filter(is).count()
    };
    let before = tried("cleo");
    let ran = program.run(&["edition", "resend", "--to", "friend@example.org"]).ends(75);
    assert!(ran.stderr.contains("later"), "{}", ran.stderr);
    assert_eq!((tried("friend"), tried("cleo")), (1, before), "who waits is not tried with it");
    let list: Value = serde_json::from_str(&program.run(&["edition", "list", "--json"]).ends(0).stdout).unwrap();
    assert_eq!((&list["editions"][0]["mail"]["sent"], &list["editions"][0]["mail"]["waiting"]), (&2.into(), &2.into()));
}

fn headlines(json: &str) -> BTreeSet<String> {
    let shown: Value = serde_json::from_str(json).unwrap();
    let sections = shown["edition"]["sections"].as_array().unwrap().iter();
    let stories = sections.flat_map(|section| section["stories"].as_array().unwrap());
    stories.map(|story| story["headline"].as_str().unwrap().to_owned()).collect()
}

fn named(difference: &Value, list: &str) -> BTreeSet<String> {
    let changed = difference[list].as_array().unwrap().iter();
    changed.map(|story| story["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_of_two_configs_agrees_with_two_dry_runs_of_that_day() {
    let (web, mail) = (Web::start(), Server::start().await);
    let (program, text) = two_days(&web, &mail);
    let without = format!("{text}[[rule]]\nname = \"no Beton\"\ndrop = {{ title = \"Beton\" }}\n");
    program.write("other.toml", &without);
    let dry_run = |file: &str| {
        let arguments = ["-c", file, "run", "--dry-run", "--edition", EDITION, "--format", "json"];
        headlines(&program.run(&arguments).ends(0).stdout)
    };
    let (here, there) = (dry_run("config.toml"), dry_run("other.toml"));
    assert_eq!((here.len(), there.len()), (2, 1), "Monday's articles, though Tuesday came since");

    let ran = program.run(&["edition", "diff", EDITION, "--with", "other.toml", "--json"]).ends(1);
    let difference: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(named(&difference, "stories_out"), here.difference(&there).cloned().collect());
    assert_eq!(named(&difference, "stories_in"), there.difference(&here).cloned().collect());
    let why = difference["stories_out"][0]["why"].as_str().unwrap();
    assert!(why.contains("no Beton"), "{why}");

    program.run(&["edition", "diff", EDITION]).ends(0);
    program.run(&["edition", "diff", EDITION, "--with", "config.toml"]).ends(0);
    let days = program.run(&["edition", "diff", EDITION, LATER]).ends(1).stdout;
    assert!(days.contains("+ Cedar makes news") && days.contains("- Aville makes news"), "{days}");
    let shorter = text.replace("[fetch]", "[summary]\nsentences = 1\n[fetch]");
    program.write("shorter.toml", &shorter);
    let said = program.run(&["edition", "diff", EDITION, "--with", "shorter.toml"]).ends(1).stdout;
    assert!(said.lines().any(|line| line.starts_with("    - ")), "sentences go: {said}");
    assert_eq!(mail.count(), 6, "nothing was sent");
}
