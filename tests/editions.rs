//! Editions that follow each other: nothing is told twice, what goes on is an update, and every entry is accounted for.
//!
//! `fixtures/editions` holds a folder a day with what the sources answered on it: a strike that goes on, a comet that
//! its source republishes with a new guid every day, a retelling that says nothing new.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::path::Path;

use program::Program;
use serde_json::Value;

const CONFIG: &str = r#"
version = 1
[[source]]
name = "Wire"
feed = "wire.xml"
full_text = "never"
[[source]]
name = "Coast"
feed = "coast.xml"
full_text = "never"
[mail]
from = "Digest <digest@example.org>"
to = ["reader@example.org"]
transport = "file"
"#;

/// The program after some editions.
struct Desk {
    program: Program,
}

impl Desk {
    fn new() -> Self {
        Self { program: Program::new(CONFIG) }
    }

    /// Puts in what the sources answer on `day`.
    fn answers(&self, day: &str) -> &Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/editions").join(day);
        for name in ["wire.xml", "coast.xml"] {
            self.program.write(name, &std::fs::read_to_string(folder.join(name)).unwrap());
        }
        self
    }

    /// What a run at `now` would send, and then runs it.
    fn edition(&self, now: &str) -> Value {
        let shown = self.program.run(&["run", "--dry-run", "--format", "json", "--now", now]).ends(0);
        self.program.run(&["run", "--now", now]).ends(0);
        serde_json::from_str(&shown.stdout).unwrap_or(Value::Null)
    }
}

fn stories(shown: &Value) -> Vec<&Value> {
    let sections = shown["edition"]["sections"].as_array().map(Vec::as_slice).unwrap_or_default();
    sections.iter().flat_map(|section| section["stories"].as_array().unwrap()).collect()
}

fn headlines(shown: &Value) -> Vec<&str> {
    stories(shown).iter().map(|story| story["headline"].as_str().unwrap()).collect()
}

fn sentences(shown: &Value) -> Vec<String> {
    let all = stories(shown).into_iter().flat_map(|story| story["sentences"].as_array().unwrap());
    all.map(|sentence| sentence["text"].as_str().unwrap().to_owned()).collect()
}

/// (headline, kind of its fate), sorted.
fn fates(shown: &Value) -> BTreeSet<(String, String)> {
    let fate = |fate: &Value| {
        (fate["title"].as_str().unwrap().to_owned(), fate["outcome"]["kind"].as_str().unwrap().to_owned())
    };
    shown["fates"].as_array().unwrap().iter().map(fate).collect()
}

#[test]
fn nothing_is_told_twice_and_what_goes_on_is_an_update() {
    let desk = Desk::new();
    let monday = desk.answers("1-monday").edition("2026-10-19T05:00:00Z");
    assert_eq!(stories(&monday).len(), 2, "{:?}", headlines(&monday));
    let strike =
        stories(&monday).into_iter().find(|story| story["headline"].as_str().unwrap().contains("Velmar")).unwrap();
    let named = strike["places"].as_array().unwrap().len() + strike["also_in"].as_array().unwrap().len();
    assert_eq!(named, 2, "both sources are named");

    let tuesday = desk.answers("2-tuesday").edition("2026-10-20T05:00:00Z");
    let updates: Vec<&Value> = stories(&tuesday).into_iter().filter(|story| !story["update"].is_null()).collect();
    assert_eq!(updates.len(), 1, "{:?}", headlines(&tuesday));
    assert_eq!(updates[0]["update"]["edition"], monday["edition"]["id"]);
    assert_eq!(headlines(&tuesday).len(), 2, "the strike and the bridge: {:?}", headlines(&tuesday));
    let nothing_new = ("Comet found by pupils in Ostrel".to_owned(), "nothing_new".to_owned());
    assert!(fates(&tuesday).contains(&nothing_new), "a new guid is no news: {:?}", fates(&tuesday));

    let wednesday = desk.answers("3-wednesday").edition("2026-10-21T05:00:00Z");
    assert!(stories(&wednesday).is_empty(), "a retelling is left out: {:?}", headlines(&wednesday));

    let twice = desk.program.run(&["run", "--now", "2026-10-21T05:00:00Z"]).ends(0);
    assert_eq!(twice.stdout, "");

    let friday = desk.answers("4-friday").edition("2026-10-23T05:00:00Z");
    assert_eq!(headlines(&friday), ["Bakery of Unterwald feeds eleven villages"]);

    let mut all: Vec<String> = [&monday, &tuesday, &wednesday, &friday].into_iter().flat_map(sentences).collect();
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "no sentence is sent twice");
}

#[test]
fn a_late_run_covers_the_time_since_the_last_edition() {
    let desk = Desk::new();
    desk.answers("1-monday").edition("2026-10-19T05:00:00Z");
    for (day, now) in [("2-tuesday", "2026-10-20T05:00:00Z"), ("3-wednesday", "2026-10-21T05:00:00Z")] {
        desk.answers(day).program.run(&["gather", "--now", now]).ends(0);
    }
    let friday = desk.answers("4-friday").edition("2026-10-23T05:00:00Z");
    let told = headlines(&friday).join("\n");
    assert!(told.contains("Halden bridge") && told.contains("Unterwald") && told.contains("Velmar"), "{told}");
    assert!(!told.contains("Comet"), "{told}");
}

#[test]
fn every_sentence_of_an_edition_is_proven_and_every_entry_accounted_for() {
    let desk = Desk::new();
    let monday = desk.answers("1-monday").edition("2026-10-19T05:00:00Z");
    assert_eq!(monday["fates"].as_array().unwrap().len(), 3);
    let proof = desk.program.run(&["verify"]).ends(0);
    let count = sentences(&monday).len();
    assert!(proof.stdout.contains(&format!("{count} of {count} sentences proven")), "{}", proof.stdout);
    desk.program.run(&["verify", "no-such-edition"]).ends(2);
}
