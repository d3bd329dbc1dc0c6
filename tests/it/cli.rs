//! The command as a person meets it: exit codes, errors, the small commands.

#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::program::Program;
use crate::support::web::{Answer, Web};

const FEED: &str = "<rss version=\"2.0\"><channel><title>Harbour News</title><link>https://a.example/</link><item>\
                    <title>One</title><link>https://a.example/1</link><description>Text.</description></item></channel></rss>";

#[test]
fn without_a_config_the_program_says_where_it_looked_and_what_to_do() {
    let program = Program::new("");
    std::fs::remove_file(program.path("config.toml")).unwrap();
    let ran = program.run(&["--dry-run"]).ends(2);
    assert!(ran.stderr.contains("there is no config") && ran.stderr.contains("digest init"), "{}", ran.stderr);
}

#[test]
fn a_wrong_config_is_refused_before_anything_is_done() {
    let program = Program::new("[summary]\nsentnces = 3\n");
    let before = program.files();
    let ran = program.run(&["run"]).ends(2);
    assert!(
        ran.stderr.contains("config.toml:2:1") && ran.stderr.contains("did you mean `sentences`?"),
        "{}",
        ran.stderr
    );
    assert_eq!(program.files(), before);
}

#[test]
fn a_wrong_template_is_refused_with_its_place_before_anything_is_done() {
    let program = Program::new("[newsletter]\ntemplate = \"mine\"\n");
    program.run(&["template", "dump", "default", "--to", "mine"]).ends(0);
    program.run(&["--dry-run"]).ends(0);
    let path = program.path("mine/edition.html");
    let html = std::fs::read_to_string(&path).unwrap();
    program.write("mine/edition.html", &format!("{{{{ edition.nothing_of_that_name }}}}\n{html}"));
    let ran = program.run(&["--dry-run"]).ends(2);
    assert!(ran.stderr.contains("edition.html:1:"), "{}", ran.stderr);
    assert!(ran.stdout.is_empty());
}

#[test]
fn without_mail_an_edition_can_be_looked_at_but_not_sent() {
    let program = Program::new("[[source]]\nname = \"Notes\"\nfiles = \"*.txt\"\n");
    program.write("note.txt", "The bridge was closed on Monday. Two hangers had cracked. It opens again in May.\n");
    let shown = program.run(&["--dry-run"]).ends(0);
    assert!(shown.stdout.contains("The bridge was closed on Monday."), "{}", shown.stdout);
    let ran = program.run(&["run"]).ends(2);
    assert!(ran.stderr.contains("no [mail]"), "{}", ran.stderr);
}

#[test]
fn init_writes_a_config_that_works_and_overwrites_nothing() {
    let program = Program::new("");
    std::fs::remove_file(program.path("config.toml")).unwrap();
    program.write("feeds.opml", "<opml version=\"2.0\"><body><outline text=\"World\"><outline text=\"A\" xmlUrl=\"https://a.example/feed\"/></outline></body></opml>");
    program.run(&["init", "--opml", "feeds.opml"]).ends(0);
    let text = std::fs::read_to_string(program.path("config.toml")).unwrap();
    assert!(text.contains("feed = \"https://a.example/feed\"") && text.contains("section = \"World\""), "{text}");
    program.run(&["check"]).ends(0);
    let again = program.run(&["init"]).ends(2);
    assert!(again.stderr.contains("--force"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(program.path("config.toml")).unwrap(), text);
}

#[test]
fn source_add_finds_the_feed_behind_a_page() {
    let web = Web::start();
    let page =
        "<html><head><link rel=alternate type=application/rss+xml href=/feed.xml></head><body>Hello</body></html>";
    web.on("/", Answer::Body("text/html", page.into()))
        .on("/feed.xml", Answer::Body("application/rss+xml", FEED.into()));
    let program = Program::new("# mine\nversion = 1\n");
    let refused = program.run(&["source", "add", &web.url("/")]).ends(3);
    assert!(refused.stderr.contains("refused"), "private addresses need a word: {}", refused.stderr);
    program.run(&["source", "add", &web.url("/"), "--allow-private", "--section", "Region"]).ends(0);
    let text = std::fs::read_to_string(program.path("config.toml")).unwrap();
    assert!(text.starts_with("# mine\nversion = 1\n"), "{text}");
    assert!(text.contains("name = \"Harbour News\"") && text.contains(&web.url("/feed.xml")), "{text}");
    let list = program.run(&["source", "list"]).ends(0);
    assert!(list.stdout.contains("Harbour News") && list.stdout.contains("never asked"), "{}", list.stdout);
    let check = program.run(&["source", "check"]).ends(0);
    assert!(check.stdout.contains("answered: 1 entries"), "{}", check.stdout);
    let opml = program.run(&["source", "export"]).ends(0);
    assert!(opml.stdout.contains("<opml") && opml.stdout.contains("Harbour News"), "{}", opml.stdout);
    let unknown = program.run(&["source", "check", "Nobody"]).ends(2);
    assert!(unknown.stderr.contains("no source is called `Nobody`"), "{}", unknown.stderr);
}

#[test]
fn source_check_tells_what_came_back_and_what_to_do() {
    let web = Web::start();
    let item = |day: usize| {
        let head = format!("<title>Caf\u{e9} {day}</title><guid>{day}</guid>");
        format!(
            "<item>{head}<pubDate>0{day} Sep 2016 10:00:00 GMT</pubDate><description>Few words ...</description></item>"
        )
    };
    let items: String = (1..=4).map(item).collect();
    let feed = format!("<rss version='2.0'><channel><title>News</title>{items}</channel></rss>");
    // The server says UTF-8 and sends Latin-1.
    let bytes = feed.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    web.on("/old", Answer::Redirect(301, "/new".into())).on("/new", Answer::Body("text/xml; charset=utf-8", bytes));
    let source = format!("[[source]]\nname = \"News\"\nfeed = \"{}\"\nfull_text = \"never\"\n", web.url("/old"));
    let program = Program::new(&format!("version = 1\n{source}allow_private = true\n[fetch]\nretries = 0\n"));
    let check = |code: i32, expected: &[&str]| {
        let told = program.run(&["source", "check"]).ends(code).stdout;
        for expected in expected {
            assert!(told.contains(expected), "{expected}: {told}");
        }
    };
    let first = [
        "status 200, 1 kB, text/xml; charset=utf-8",
        &format!("redirects to {}", web.url("/new")),
        "answered: 4 entries, newest 2016-09-04T10:00:00Z, one every 24 hours",
        "encoding: says it is UTF-8 and is windows-1252",
        "texts: confidence 0.",
        "3 of 3 are only teasers",
        &format!("advice: it moved for good: write {} into the config", web.url("/new")),
        "advice: nothing new for ",
        "advice: set `full_text` to \"auto\"",
    ];
    check(0, &first);
    program.run(&["gather", "--now", "2026-11-02T06:00:00Z"]).ends(0);
    check(0, &["remembered: ok 2026-11-02 06:00 UTC, last new entry 2026-11-02 06:00 UTC"]);
    web.on("/new", Answer::Status(500, vec![]));
    program.run(&["gather", "--now", "2026-11-02T08:00:00Z"]);
    let failed = ["status 500", "failed 1 time since 2026-11-02 08:00 UTC", "last success 2026-11-02 06:00 UTC"];
    check(1, &failed);
}

#[test]
fn read_answers_every_feed_page_text_and_mail_of_a_mailbox_in_its_order() {
    let program = Program::new("");
    let mail = |number: usize| {
        format!("From: Ann <ann@example.org>\nSubject: Letter {number}\n\nFrom the quay one sees {number} ships.\n")
    };
    let stamp = "From ann@example.org Mon Nov 23 10:00:00 2026\n";
    program.write("a.mbox", &format!("{stamp}{}\n{stamp}{}", mail(1), mail(2).replace("\nFrom the", "\n>From the")));
    program.write("b.eml", &mail(3));
    program.write("c.xml", FEED);
    let cut =
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"Notes","items":[{"id":"1","title":"One"},{"id":"2","#;
    program.write("d.json", cut);
    program.write("e.txt", "The bridge was closed on Monday.\n");
    let files = ["read", "--no-clean", "a.mbox", "nothing.txt", "b.eml", "c.xml", "d.json", "e.txt"];
    let ran = program.run(&files).ends(1);
    let answers = ran.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let told: Vec<_> = answers
        .map(|answer| {
            let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
            let entries = answer["entries"].as_array().map_or(0, Vec::len);
            (text("input"), answer["ok"].as_bool().unwrap(), text("title"), text("text"), entries)
        })
        .collect();
    let expected = [
        ("a.mbox", true, "Letter 1", "From the quay one sees 1 ships.", 0),
        ("a.mbox", true, "Letter 2", "From the quay one sees 2 ships.", 0),
        ("nothing.txt", false, "", "", 0),
        ("b.eml", true, "Letter 3", "From the quay one sees 3 ships.", 0),
        ("c.xml", true, "Harbour News", "", 1),
        ("d.json", true, "Notes", "", 1),
        ("e.txt", true, "", "The bridge was closed on Monday.", 0),
    ];
    assert_eq!(told, expected.map(|(input, ok, title, text, n)| (input.into(), ok, title.into(), text.into(), n)));
    assert!(ran.stdout.contains("the feed breaks off; only its whole entries were read"), "{}", ran.stdout);
    let summary = program.run(&["summarize", "--no-clean", "b.eml"]).ends(0);
    assert_eq!(summary.stdout, "From the quay one sees 3 ships.\n");
}

#[test]
fn explain_accounts_for_every_entry() {
    let rule = "[[rule]]\nname = \"no bridges\"\ndrop = { text = 'bridge' }\n";
    let program = Program::new(&format!("[[source]]\nname = \"Notes\"\nfiles = \"*.txt\"\n{rule}"));
    program.write("bridge.txt", "The bridge was closed on Monday. Two hangers had cracked. It opens again in May.\n");
    program
        .write("school.txt", "The school cooks for the valley. Pupils bring the meals. The county pays for the van.\n");
    let ran = program.run(&["explain", "--json"]).ends(0);
    let account: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(account["decisions"].as_array().unwrap().len(), 2);
    assert_eq!(account["stories"].as_array().unwrap().len(), 1);
    let dropped = program.run(&["explain", "--dropped", "--json"]).ends(0);
    assert!(dropped.stdout.contains("no bridges"), "{}", dropped.stdout);
}

#[test]
fn explain_says_of_each_sentence_of_a_story_why_it_was_taken_or_not() {
    let program = Program::new("[[source]]\nname = \"Notes\"\nfiles = \"*.txt\"\n[summary]\nsentences = 1\n");
    program.write(
        "bridge.txt",
        "The old bridge was closed on Monday. Two hangers of the bridge had cracked. It opens in May.\n",
    );
    let ran = program.run(&["explain", "--story", "bridge", "--json"]).ends(0);
    let account: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let sentences = account["sentences"].as_array().unwrap();
    let taken: Vec<bool> = sentences.iter().map(|sentence| sentence["taken"].as_bool().unwrap()).collect();
    assert_eq!((taken.len(), taken.iter().filter(|taken| **taken).count()), (3, 1), "{account}");
    for sentence in sentences {
        let start = if sentence["taken"] == true { "Chosen: " } else { "Left out: " };
        assert!(sentence["why"].as_str().unwrap().starts_with(start), "{sentence}");
        let reasons = ["centrality", "prior", "readability", "redundancy", "words", "rank"];
        assert!(reasons.iter().all(|reason| sentence["reasons"][reason].is_number()), "{sentence}");
    }
}

#[test]
fn a_run_accounts_for_itself_as_json() {
    let program = Program::new(
        "[[source]]\nname = \"Notes\"\nfiles = \"*.txt\"\n[mail]\nfrom = \"a@example.org\"\nto = [\"b@example.org\"]\ntransport = \"file\"\n",
    );
    program.write("note.txt", "The bridge was closed on Monday. Two hangers had cracked. It opens again in May.\n");
    let ran = program.run(&["run", "--report", "json", "--now", "2026-10-19T05:00:00Z"]).ends(0);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["delivered"]["sent"], 1);
    assert_eq!(report["edition"]["stories"], 1);
    assert_eq!(report["sources"][0]["fresh"], 1);
    assert_eq!(std::fs::read_dir(program.path("mail")).unwrap().count(), 1);
}

#[test]
fn general_options_stand_anywhere_and_those_of_run_behind_it() {
    let program = Program::new("[[source]]\nname = \"Notes\"\nfiles = \"*.txt\"\n");
    program.write("note.txt", "The bridge was closed on Monday. Two hangers had cracked. It opens again in May.\n");
    program.run(&["--config", "config.toml", "check"]).ends(0);
    program.run(&["check", "-c", "config.toml"]).ends(0);
    program.run(&["-c", "config.toml", "--dry-run"]).ends(0);
    program.run(&["-c", "config.toml", "run", "--dry-run"]).ends(0);
    let refused = program.run(&["--dry-run", "run"]).ends(2);
    assert!(refused.stderr.contains("digest run --dry-run"), "{}", refused.stderr);
}

#[test]
fn the_schema_completions_and_manual_are_made() {
    let program = Program::new("");
    let schema: serde_json::Value = serde_json::from_str(&program.run(&["check", "--schema"]).ends(0).stdout).unwrap();
    assert!(schema["properties"]["newsletter"].is_object() || schema["properties"]["newsletter"]["$ref"].is_string());
    for shell in ["bash", "zsh", "fish"] {
        assert!(program.run(&["completions", shell]).ends(0).stdout.contains("digest"));
    }
    assert!(program.run(&["man"]).ends(0).stdout.contains(".TH digest"));
    program.run(&["man", "--to", "man"]).ends(0);
    for page in ["digest.1", "digest-run.1", "digest-source-add.1", "digest-config-schema.1"] {
        assert!(std::fs::read_to_string(program.path("man").join(page)).unwrap().contains(".TH digest"), "{page}");
    }
    assert!(!program.path("man/digest-read-worker.1").exists(), "what is not for people has no page");
    assert!(program.run(&["--help"]).ends(0).stdout.contains("Exit codes:"));
    program.run(&["--no-such-flag"]).ends(2);
}

#[test]
fn articles_are_grouped_in_parts_as_the_whole_would_be() {
    let program = Program::new("");
    let events = [
        "Firemen of Nordby fought a fire in the fish hall of Hult until dawn. The roof of the hall fell on Tuesday.",
        "Divers found the bell of the steamer Aurora near Skerry. The bell was cast in Rotterdam and weighs a ton.",
        "The council of Elve sold its gravel pit to a brewery. Councillor Lund voted against the price of the pit.",
    ];
    let line = |event: usize, copy: usize| {
        let mut words: Vec<&str> = events[event].split(' ').collect();
        words.rotate_left(copy * 4);
        let (title, text) = (words[..6].join(" "), format!("{} Nobody asked in street {copy}.", words.join(" ")));
        serde_json::json!({ "id": format!("{event}-{copy}"), "language": "en", "title": title, "text": text })
            .to_string()
    };
    let part = |events: &[usize]| -> String {
        events.iter().flat_map(|event| (0..3).map(|copy| line(*event, copy) + "\n")).collect()
    };
    program.write("a.jsonl", &part(&[0, 1]));
    program.write("b.jsonl", &part(&[2]));
    let counts = |name: &str| program.run(&["group", "--counts", name]).ends(0).stdout;
    program.write("counts.jsonl", &(counts("a.jsonl") + &counts("b.jsonl")));
    let whole = program.run(&["group", "a.jsonl", "b.jsonl"]).ends(0).stdout;
    let parts = program.run(&["group", "--frequencies", "counts.jsonl", "a.jsonl"]).ends(0).stdout;
    assert_eq!(parts.lines().collect::<Vec<_>>(), whole.lines().take(6).collect::<Vec<_>>());
    let stories: Vec<u64> = whole
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["story"].as_u64().unwrap())
        .collect();
    assert_eq!(stories, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
    let keys = program.run(&["group", "--keys", "--frequencies", "counts.jsonl", "b.jsonl"]).ends(0).stdout;
    let first: serde_json::Value = serde_json::from_str(keys.lines().next().unwrap()).unwrap();
    assert_eq!(first["id"], "2-0");
    assert!(first["keys"].as_array().unwrap().iter().any(|key| key[0] == "gravel"), "{first}");

    program.write("wrong.jsonl", "{\"articles\":3}\nnot a count\n");
    let ran = program.run(&["group", "--frequencies", "wrong.jsonl", "a.jsonl"]).ends(2);
    assert!(ran.stderr.contains("wrong.jsonl") && ran.stderr.contains("line 2"), "{}", ran.stderr);
    let ran = program.run(&["group", "--counts", "--pairs", "a.jsonl"]).ends(2);
    assert!(ran.stderr.contains("cannot be used with"), "{}", ran.stderr);
}
