//! Nothing that strangers wrote can command the terminal, or turn its text around.

#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::program::Program;

/// A window title, a colour in seven and in eight bits, an override, an isolate.
const EVIL: &str = "\u{1b}]0;owned\u{7}\u{1b}[31m\u{9b}31m\u{202e}txt.exe\u{202c}\u{2066}x\u{2069}";

const CONFIG: &str = "version = 1\n[[source]]\nname = \"Wire\"\nfeed = \"feed.json\"\nfull_text = \"never\"\n\
    [[source]]\nname = \"None\"\nfeed = \"none.json\"\n\
    [mail]\nfrom = \"Digest <digest@example.org>\"\nto = [\"reader@example.org\"]\ntransport = \"file\"\n";

#[track_caller]
fn is_harmless(command: &str, text: &str) {
    let bad = |c: char| {
        (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let line = text.lines().find(|line| line.contains(bad));
    assert_eq!(line, None, "`digest {command}`");
}

#[test]
fn no_command_prints_what_commands_a_terminal() {
    let program = Program::new(CONFIG);
    let sentence = |number: u32| format!("Sentence {number} of the harbour {EVIL} tells of a gate that was shut. ");
    let text: String = (1..8).map(sentence).collect();
    let feed = serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": format!("T{EVIL}"),
        "items": [{ "id": format!("1{EVIL}"), "url": "https://s.example/1", "title": format!("Gate {EVIL} shut"),
                    "authors": [{ "name": EVIL }], "tags": [EVIL], "content_text": text }] });
    program.write("feed.json", &feed.to_string());
    program.write("text.txt", &text);
    program.write("lines.jsonl", &format!("{}\n", serde_json::json!({ "id": EVIL, "text": text, "title": EVIL })));
    program.write("none.json", EVIL);
    let now = ["--now", "2026-10-19T05:00:00Z"];
    for arguments in [
        &["run", "--dry-run", "--format", "json"][..],
        &["run", "--dry-run", "--format", "md"],
        &["run", "--dry-run"],
        &["run", "--report", "json"],
    ] {
        let ran = program.run(&[arguments, &now].concat());
        is_harmless(&arguments.join(" "), &(ran.stdout + &ran.stderr));
    }
    for arguments in [
        &["explain"][..],
        &["explain", "--json"],
        &["explain", "--dropped"],
        &["status"],
        &["verify", "--json"],
        &["source", "list"],
        &["source", "check"],
        &["read", "feed.json", "text.txt"],
        &["summarize", "text.txt"],
        &["summarize", "--explain", "text.txt"],
        &["summarize", "--jsonl", "lines.jsonl"],
        &["group", "lines.jsonl"],
        &["summarize", &format!("none{EVIL}")],
    ] {
        let ran = program.run(arguments);
        is_harmless(&arguments.join(" "), &(ran.stdout + &ran.stderr));
    }
    let ran = program.run(&["summarize", "text.txt"]).ends(0);
    assert!(ran.stdout.contains("\\u001b[31m\\u009b31m\\u202etxt.exe"), "{}", ran.stdout);
}
